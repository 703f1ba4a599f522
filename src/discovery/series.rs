//! Lecture series.

use chrono::{DateTime, Utc};

use super::entries::{EventEntry, Listed, SeriesEntry};
use super::page::{Answer, Hit, Key, Paging, page};
use super::place::Located;
use super::snapshot::Snapshot;
use super::words::{Field, Haystack, Words};
use crate::domain::events::EventStatus;
use crate::domain::ids::{OrganisationId, SeriesId};
use crate::domain::series::Series;
use crate::domain::sessions::Session;
use crate::domain::taxonomy;
use crate::domain::text::Lang;

impl Listed for Series {
    type Given = ();
    type Own = ();

    fn own(&self, (): ()) {}

    fn places(&self, world: &Snapshot) -> Vec<Located> {
        self.base.and_then(|base| world.bases.get(&base)).map(|base| base.places.clone()).unwrap_or_default()
    }

    fn words(&self, world: &Snapshot, words: &mut Haystack) {
        words.add(Field::Name, &self.name);
        words.add(Field::Body, &self.summary);
        for name in self.topics.iter().filter_map(|topic| world.taxonomy.name(taxonomy::TOPIC, &topic.0)) {
            words.add(Field::Subject, name);
        }
        self.tags.iter().for_each(|tag| words.add_words(Field::Subject, tag));
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
    for event in snapshot.events.values().filter(|event| event.body().series.map(SeriesId::get) == Some(id)) {
        lectures.count += 1;
        let next = event.own.iter().find(|session| {
            session.end > now
                && session.status != EventStatus::Cancelled
                && event.body().status != EventStatus::Cancelled
        });
        if let Some(session) = next
            && lectures.next.is_none_or(|(_, earlier)| session.start < earlier.start)
        {
            lectures.next = Some((event, session));
        }
    }
    lectures
}

/// Which series are asked for. The default asks for all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SeriesQuestion {
    /// By words.
    pub words: Option<Words>,
    /// About one of these topics.
    pub topics: Vec<String>,
    /// Run by one of these.
    pub organisers: Vec<OrganisationId>,
}

/// Series by fit of the words, else by name in `lang`.
pub fn find<'a>(
    snapshot: &'a Snapshot,
    question: &SeriesQuestion,
    lang: Lang,
    paging: &Paging,
) -> Answer<&'a SeriesEntry> {
    let hits = snapshot.series.values().filter_map(|entry| {
        let series = entry.body();
        let topic = question.topics.is_empty()
            || series.topics.iter().any(|topic| question.topics.contains(&topic.0));
        let organiser = question.organisers.is_empty()
            || series
                .organisers
                .iter()
                .any(|organiser| question.organisers.contains(&organiser.organisation));
        (topic && organiser).then_some(())?;
        let key = match &question.words {
            Some(words) => Key::score(words.score(&entry.words)?),
            None => Key::name(series.name.get(lang)),
        };
        Some(Hit { key, id: entry.record.id, found: entry.as_ref() })
    });
    page(hits.collect(), paging)
}
