//! Organisations.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::entries::{Listed, OrganisationEntry};
use super::index::{Field, Key};
use super::place::Located;
use super::snapshot::Snapshot;
use super::words::{self, Haystack};
use crate::domain::kinds::Kind;
use crate::domain::organisations::{Organisation, Organiser};

impl Listed for Organisation {
    type Own = ();

    fn own(&self) {}

    fn places(&self, world: &Snapshot) -> Arc<[Located]> {
        let within =
            self.adcode.map(|adcode| world.divisions.chain(adcode).map(|division| division.adcode).collect());
        within.map(|within| Located { spot: None, within }).into_iter().collect()
    }

    fn words<'a>(&'a self, world: &'a Snapshot, words: &mut Haystack<'a>) {
        words.add(words::Field::Name, &self.name);
        self.adcode.iter().flat_map(|&adcode| world.divisions.chain(adcode)).for_each(|division| {
            words.add(words::Field::Place, &division.name);
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

    pub(super) fn organiser_words<'a>(&'a self, organisers: &'a [Organiser], words: &mut Haystack<'a>) {
        for (_, organisation) in self.organisers(organisers) {
            words.add(words::Field::Place, &organisation.body().name);
        }
    }
}

/// What an organisation runs, in whatever role.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Its bases.
    pub bases: u64,
    /// Its series.
    pub series: u64,
    /// Its entries of the resource directory.
    pub resources: u64,
    /// Its events that go ahead and have not ended.
    pub events: u64,
}

/// Counts what an organisation runs.
pub fn tally(snapshot: &Snapshot, id: i64, now: DateTime<Utc>) -> Tally {
    let postings = &snapshot.index.postings;
    let Some(run) = postings.get(Key::new(Field::Organiser, id)) else { return Tally::default() };
    let count = |kind: Kind| postings.count(Key::new(Field::Kind, kind as i64), run);
    let going_on = run & &snapshot.clocked(now).alive;
    Tally {
        bases: count(Kind::Base),
        series: count(Kind::Series),
        resources: count(Kind::Resource),
        events: postings.count(Key::new(Field::Kind, Kind::Event as i64), &going_on),
    }
}
