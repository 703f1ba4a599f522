//! Some events, held against many questions one after the other: by the same sieve that answers a question of the whole,
//! so that its words mean the same, and at a cost that follows from how few they are.

use chrono::{DateTime, Utc};
use roaring::RoaringBitmap;

use super::question::Question;
use super::snapshot::Snapshot;
use super::thing::Thing;
use crate::domain::ids::EventId;
use crate::domain::kinds::Kind;

/// Some events of a snapshot.
pub struct Few<'a> {
    snapshot: &'a Snapshot,
    slots: RoaringBitmap,
}

impl Snapshot {
    /// Those of these events that are published.
    pub fn few(&self, events: &[EventId]) -> Few<'_> {
        let slots = events.iter().filter_map(|event| self.index.slot(Kind::Event, event.get())).collect();
        Few { snapshot: self, slots }
    }
}

impl Few<'_> {
    /// Those that fit a question, as of `now`, whose minute should be the same for all.
    pub fn fitting(&self, question: &Question, now: DateTime<Utc>) -> Vec<EventId> {
        let fit = self.snapshot.select_among(&self.slots, question, now);
        let ids = fit.iter().filter_map(|slot| self.snapshot.index.thing(slot)).map(Thing::id);
        ids.filter_map(EventId::new).collect()
    }
}
