//! Lecture series.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::entries::Listed;
use super::events::EventEntry;
use super::index::{Field, Key};
use super::place::Located;
use super::snapshot::Snapshot;
use super::words::{self, Haystack};
use crate::domain::events::EventStatus;
use crate::domain::series::Series;
use crate::domain::sessions::Session;
use crate::domain::taxonomy;

impl Listed for Series {
    type Own = ();

    fn own(&self) {}

    /// None: its lectures have places, and are asked for by them.
    fn places(&self, _: &Snapshot) -> Arc<[Located]> {
        Arc::default()
    }

    fn words<'a>(&'a self, world: &'a Snapshot, words: &mut Haystack<'a>) {
        words.add(words::Field::Name, &self.name);
        words.add(words::Field::Body, &self.summary);
        for name in self.topics.iter().filter_map(|topic| world.taxonomy.name(taxonomy::TOPIC, &topic.0)) {
            words.add(words::Field::Subject, name);
        }
        self.tags.iter().for_each(|tag| words.add_words(words::Field::Subject, tag));
        world.organiser_words(&self.organisers, words);
    }
}

/// The lectures of a series.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lectures<'a> {
    /// The next session that goes ahead, with its event.
    pub next: Option<(&'a EventEntry, &'a Session)>,
    /// How many lectures there are, past ones too.
    pub count: usize,
}

/// The lectures of a series.
pub fn lectures(snapshot: &Snapshot, id: i64, now: DateTime<Utc>) -> Lectures<'_> {
    let mut lectures = Lectures::default();
    let Some(of_series) = snapshot.index.postings.get(Key::new(Field::Series, id)) else { return lectures };
    lectures.count = of_series.len() as usize;
    let coming = of_series & &snapshot.clocked(now).alive;
    for event in coming.iter().filter_map(|slot| snapshot.index.thing(slot)?.event()) {
        let held = |session: &&Session| session.end > now && session.status != EventStatus::Cancelled;
        if let Some(session) = event.sessions.iter().find(held)
            && lectures.next.is_none_or(|(_, earlier)| session.start < earlier.start)
        {
            lectures.next = Some((event, session));
        }
    }
    lectures
}
