//! What moves with the clock alone. It is worked out once a minute and carried from snapshot to snapshot, so that
//! time passing is seen at once although nothing is rewritten.

use std::sync::Arc;

use chrono::{DateTime, Datelike, Utc};
use roaring::RoaringBitmap;

use super::events::goes_on;
use super::index::{Field, Key};
use super::snapshot::Snapshot;
use super::thing::Thing;
use crate::domain::events::EventStatus;
use crate::domain::time::{self, Span};

/// Minutes that are remembered: a page with a cursor judges by the minute of the first page.
const REMEMBERED: usize = 6;

/// What holds at a minute.
#[derive(Debug, Clone, Default)]
pub struct Clocked {
    now: DateTime<Utc>,
    /// The slots of things that have not ended: of events, those that go ahead.
    pub alive: RoaringBitmap,
    /// The slots of events with a session that goes ahead between now and the end of today.
    pub rest_of_today: RoaringBitmap,
}

/// The minutes that a snapshot knows, latest first.
pub type Minutes = Vec<Arc<Clocked>>;

impl Snapshot {
    /// What holds at `now`.
    pub fn clocked(&self, now: DateTime<Utc>) -> Arc<Clocked> {
        let minutes = self.minutes.load();
        if let Some(known) = minutes.iter().find(|known| known.now == now) {
            return Arc::clone(known);
        }
        // Two readers may work it out at once: the same, and harmless.
        let clocked = Arc::new(self.clock(now));
        let mut known: Minutes = Vec::clone(&minutes);
        known.push(Arc::clone(&clocked));
        known.sort_by_key(|known| std::cmp::Reverse(known.now));
        known.truncate(REMEMBERED);
        self.minutes.store(Arc::new(known));
        clocked
    }

    fn clock(&self, now: DateTime<Utc>) -> Clocked {
        let today = i64::from(time::day_of(now).num_days_from_ce());
        let postings = &self.index.postings;
        let later = self.index.days(today + 1..);
        let mut clocked = Clocked { now, ..Clocked::default() };
        clocked.alive = postings.any(later.map(|day| Key::new(Field::LastDay, day)));
        for key in [Key::new(Field::LastDay, today), Key::new(Field::Day, today), Key::of(Field::Endless)] {
            postings.get(key).into_iter().flatten().for_each(|slot| clocked.judge(self, slot));
        }
        clocked
    }

    /// The same minutes after some slots changed.
    pub(super) fn carry_minutes(&self, slots: &RoaringBitmap) {
        let minutes = self.minutes.load();
        let carried = minutes.iter().take(2).map(|known| {
            let mut clocked = Clocked::clone(known);
            slots.iter().for_each(|slot| clocked.judge(self, slot));
            Arc::new(clocked)
        });
        self.minutes.store(Arc::new(carried.collect()));
    }
}

/// Under this day things are filed that do not end.
pub const NEVER: i64 = i64::MAX;

impl Clocked {
    /// Judges a slot by looking at what is in it.
    fn judge(&mut self, snapshot: &Snapshot, slot: u32) {
        let (alive, today) = match snapshot.index.thing(slot) {
            Some(Thing::Event(entry)) => {
                let rest = Span { from: Some(self.now), to: Some(time::end_of(time::day_of(self.now))) };
                let called_off = entry.status == EventStatus::Cancelled;
                let mut held = entry.sessions.iter().filter(|one| one.status != EventStatus::Cancelled);
                let today =
                    !called_off && held.any(|one| one.end > self.now && rest.overlaps(one.start, one.end));
                (goes_on(entry, self.now), today)
            }
            Some(_) => (true, false),
            None => (false, false),
        };
        for (slots, holds) in [(&mut self.alive, alive), (&mut self.rest_of_today, today)] {
            if holds {
                slots.insert(slot);
            } else {
                slots.remove(slot);
            }
        }
    }
}
