//! Organisations.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::entries::{EventEntry, Listed, OrganisationEntry};
use super::page::{Answer, Hit, Key, Paging, page};
use super::place::Located;
use super::snapshot::Snapshot;
use super::words::{Field, Haystack, Words};
use crate::domain::divisions::Adcode;
use crate::domain::organisations::{Organisation, Organiser};
use crate::domain::text::Lang;

impl Listed for Organisation {
    type Given = ();
    type Own = ();

    fn own(&self, (): ()) {}

    fn places(&self, world: &Snapshot) -> Vec<Located> {
        let within =
            self.adcode.map(|adcode| world.divisions.chain(adcode).map(|division| division.adcode).collect());
        within.map(|within| Located { spot: None, within }).into_iter().collect()
    }

    fn words(&self, world: &Snapshot, words: &mut Haystack) {
        words.add(Field::Name, &self.name);
        self.adcode.iter().flat_map(|&adcode| world.divisions.chain(adcode)).for_each(|division| {
            words.add(Field::Place, &division.name);
        });
    }
}

impl Snapshot {
    /// Organisers with their organisations, in order.
    pub fn organisers<'a>(
        &'a self,
        organisers: &'a [Organiser],
    ) -> impl Iterator<Item = (&'a Organiser, &'a OrganisationEntry)> {
        organisers.iter().filter_map(|organiser| {
            Some((organiser, self.organisations.get(&organiser.organisation)?.as_ref()))
        })
    }

    pub(super) fn organiser_words(&self, organisers: &[Organiser], words: &mut Haystack) {
        for (_, organisation) in self.organisers(organisers) {
            words.add(Field::Place, &organisation.body().name);
        }
    }
}

/// What an organisation runs, in whatever role.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Its bases.
    pub bases: usize,
    /// Its series.
    pub series: usize,
    /// Its events that go ahead and have not ended.
    pub events: usize,
}

/// Counts what an organisation runs.
pub fn tally(snapshot: &Snapshot, id: i64, now: DateTime<Utc>) -> Tally {
    let runs =
        |organisers: &[Organiser]| organisers.iter().any(|organiser| organiser.organisation.get() == id);
    let goes_on =
        |event: &&Arc<EventEntry>| runs(&event.body().organisers) && super::events::goes_on(event, now);
    Tally {
        bases: snapshot.bases.values().filter(|base| runs(&base.body().organisers)).count(),
        series: snapshot.series.values().filter(|series| runs(&series.body().organisers)).count(),
        events: snapshot.events.values().filter(goes_on).count(),
    }
}

/// Which organisations are asked for. The default asks for all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OrganisationQuestion {
    /// By words.
    pub words: Option<Words>,
    /// With their seat in this division.
    pub adcode: Option<Adcode>,
}

/// Organisations by fit of the words, else by name in `lang`.
pub fn find<'a>(
    snapshot: &'a Snapshot,
    question: &OrganisationQuestion,
    lang: Lang,
    paging: &Paging,
) -> Answer<&'a OrganisationEntry> {
    let hits = snapshot.organisations.values().filter_map(|entry| {
        let seat =
            question.adcode.is_none_or(|adcode| entry.places.iter().any(|at| at.within.contains(&adcode)));
        let score = question.words.as_ref().map(|words| words.score(&entry.words));
        let key = match score {
            Some(score) => Key::score(score?),
            None => Key::name(entry.body().name.get(lang)),
        };
        seat.then(|| Hit { key, id: entry.record.id, found: entry.as_ref() })
    });
    page(hits.collect(), paging)
}
