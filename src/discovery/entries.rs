//! Things as they lie in a snapshot: the record, and what was worked out once when it came in.

use std::sync::Arc;

use super::clocked::NEVER;
use super::cutting::Cutter;
use super::index::{Field, Filing, Key};
use super::place::Located;
use super::snapshot::Snapshot;
use super::words::Haystack;
use crate::domain::bases::Base;
use crate::domain::campaigns::Campaign;
use crate::domain::kinds::Kind;
use crate::domain::organisations::Organisation;
use crate::domain::record::{Noun, Record};
use crate::domain::resources::Resource;
use crate::domain::routes::Route;
use crate::domain::series::Series;

/// A noun that can be found.
pub trait Listed: Noun {
    /// What is worked out from the noun itself, once.
    type Own: Send + Sync;

    /// Works out what belongs to the noun itself.
    fn own(&self) -> Self::Own;
    /// Where it is; several places for a route.
    fn places(&self, world: &Snapshot) -> Arc<[Located]>;
    /// The words by which it is found.
    fn words<'a>(&'a self, world: &'a Snapshot, words: &mut Haystack<'a>);
    /// What it is filed under beside its kind, its places and what it refers to.
    fn file(&self, _world: &Snapshot, _filing: &mut Filing) {}
}

/// An entry of a snapshot.
#[derive(Debug)]
pub struct Entry<T: Listed> {
    /// The record, with its traditional characters filled in.
    pub record: Arc<Record<T>>,
    /// What was worked out from the noun itself.
    pub own: Arc<T::Own>,
    /// Where it is.
    pub places: Arc<[Located]>,
}

impl<T: Listed> Entry<T> {
    pub(super) fn new(record: Arc<Record<T>>, world: &Snapshot) -> Self {
        let own = Arc::new(record.body.own());
        let places = record.body.places(world);
        Self { record, own, places }
    }

    /// The same record in a world where something that it refers to changed.
    pub(super) fn renewed(&self, world: &Snapshot) -> Self {
        let (record, own) = (Arc::clone(&self.record), Arc::clone(&self.own));
        Self { places: record.body.places(world), record, own }
    }

    /// What it is.
    pub fn body(&self) -> &T {
        &self.record.body
    }

    /// How it is filed.
    pub(super) fn filing(&self, world: &Snapshot) -> Filing {
        let mut filing = Filing::of(self.body(), &self.places, world, &mut world.cutter());
        // What is no event does not end.
        filing.under(Field::LastDay, NEVER);
        filing
    }
}

impl Filing {
    /// How a noun is filed: by its kind, by what it refers to, where it lies, by its own properties and its words.
    pub(super) fn of<T: Listed>(
        body: &T,
        places: &[Located],
        world: &Snapshot,
        cutter: &mut Cutter<'_>,
    ) -> Self {
        let mut filing = Self::default();
        filing.keys.push(Key::new(Field::Kind, T::KIND as i64));
        for reference in body.references() {
            let field = match reference.kind {
                Kind::Term => Field::Term,
                Kind::Organisation => Field::Organiser,
                Kind::Base => Field::Base,
                Kind::Series => Field::Series,
                Kind::Campaign => Field::Campaign,
                // Divisions by its places, with all those around.
                Kind::Division | Kind::CalendarYear | Kind::Route | Kind::Event => continue,
                Kind::Resource | Kind::Policy | Kind::Bulletin | Kind::Featured => continue,
            };
            filing.keys.push(Key::new(field, reference.id));
        }
        filing.places(places);
        if places.len() > 1 {
            filing.keys.push(Key::of(Field::Scattered));
        }
        body.file(world, &mut filing);
        let mut words = Haystack::default();
        body.words(world, &mut words);
        filing.words = cutter.cut(&words);
        filing
    }

    /// Files under places and the divisions around them.
    pub(super) fn places(&mut self, places: &[Located]) {
        for place in places {
            let within = place.within.iter().map(|adcode| Key::new(Field::Division, adcode.number()));
            self.keys.extend(within);
            if let Some(spot) = place.spot {
                self.spots.push(spot);
                self.keys.push(Key::of(Field::Positioned));
            }
        }
    }

    /// Files under a field and the number of one of its values.
    pub(super) fn under(&mut self, field: Field, value: impl Into<i64>) {
        self.keys.push(Key::new(field, value.into()));
    }
}

/// An organisation.
pub type OrganisationEntry = Entry<Organisation>;
/// A base with its parsed hours.
pub type BaseEntry = Entry<Base>;
/// A lecture series.
pub type SeriesEntry = Entry<Series>;
/// A campaign with its parsed recurrence.
pub type CampaignEntry = Entry<Campaign>;
/// A route, with a place for each stop.
pub type RouteEntry = Entry<Route>;
/// An entry of the resource directory.
pub type ResourceEntry = Entry<Resource>;
