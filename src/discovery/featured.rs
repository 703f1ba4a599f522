//! What comes first on the first screen. Lists name things; what is hidden, has ended or was called off falls out by itself,
//! and is back with the thing.

use chrono::{DateTime, Utc};

use super::matching::Found;
use super::question::Question;
use super::snapshot::{Snapshot, Table};
use crate::domain::divisions::Adcode;
use crate::domain::featured::{FeaturedList, FeaturedThing};
use crate::domain::record::Record;

/// What comes first, by division.
pub type FeaturedLists = Table<Adcode, Record<FeaturedList>>;

impl Snapshot {
    /// What comes first in a division at `now`: of the innermost division around it whose authority named something that there
    /// is to see. Without a division, what the outermost ones name.
    pub fn featured_at(&self, now: DateTime<Utc>, adcode: Option<Adcode>, limit: usize) -> Vec<Found<'_>> {
        let lists: Vec<Adcode> = match adcode {
            Some(adcode) => self.divisions.chain(adcode).map(|division| division.adcode).collect(),
            None => self.featured.keys().copied().filter(|adcode| adcode.is_province()).collect(),
        };
        let named = |adcode: Adcode| self.featured.get(&adcode).map(|list| &list.body.items);
        let shown = |adcode: Adcode| {
            let items = named(adcode).into_iter().flatten().filter(|item| item.holds(now));
            items.filter_map(|item| self.featured_thing(item.thing, now)).take(limit).collect::<Vec<_>>()
        };
        lists.into_iter().map(shown).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// A thing that comes first, if there is something to see of it at `now`.
    pub fn featured_thing(&self, thing: FeaturedThing, now: DateTime<Utc>) -> Option<Found<'_>> {
        let found = self.index.get(thing.kind, thing.id)?;
        Question::about(thing.kind).check(found, self, now)
    }
}
