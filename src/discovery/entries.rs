//! Things as they lie in a snapshot: the record, and what was worked out once when it came in.

use std::sync::Arc;

use super::place::Located;
use super::snapshot::Snapshot;
use super::words::Haystack;
use crate::domain::bases::Base;
use crate::domain::campaigns::Campaign;
use crate::domain::events::Event;
use crate::domain::organisations::Organisation;
use crate::domain::record::{Noun, Record};
use crate::domain::routes::Route;
use crate::domain::series::Series;

/// A noun that lists show.
pub trait Listed: Noun {
    /// What comes in beside the record.
    type Given;
    /// What is worked out from the noun itself, once.
    type Own: Send + Sync;

    /// Works out what belongs to the noun itself.
    fn own(&self, given: Self::Given) -> Self::Own;
    /// Where it is; several places for a route.
    fn places(&self, world: &Snapshot) -> Vec<Located>;
    /// The words by which it is found.
    fn words(&self, world: &Snapshot, words: &mut Haystack);
}

/// An entry of a snapshot.
#[derive(Debug)]
pub struct Entry<T: Listed> {
    /// The record, with its traditional characters filled in.
    pub record: Arc<Record<T>>,
    /// What was worked out from the noun itself.
    pub own: Arc<T::Own>,
    /// Where it is.
    pub places: Vec<Located>,
    /// The words by which it is found.
    pub words: Haystack,
}

impl<T: Listed> Entry<T> {
    pub(super) fn new(record: Arc<Record<T>>, own: Arc<T::Own>, world: &Snapshot) -> Self {
        let places = record.body.places(world);
        let mut words = Haystack::default();
        record.body.words(world, &mut words);
        Self { record, own, places, words }
    }

    /// What it is.
    pub fn body(&self) -> &T {
        &self.record.body
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
/// An event with its sessions in order of start.
pub type EventEntry = Entry<Event>;
