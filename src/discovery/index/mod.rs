//! The index: every published thing has a slot, a small number, and is filed under what it can be asked by.
//!
//! - [`postings`] say for each key (a topic, a division, a day …) which slots are filed under it, as bitmaps:
//!   filters are intersections, counts are the sizes of intersections.
//! - [`tree`] says where slots lie.
//! - [`sharded`] are the tables below both: snapshots share what did not change.

pub mod key;
pub mod point;
pub mod postings;
pub mod sharded;
pub mod tree;

use std::collections::BTreeSet;
use std::ops::RangeBounds;
use std::sync::Arc;

pub use key::{Field, Key};
use postings::{Filed, Postings};
use roaring::RoaringBitmap;
use sharded::{Paged, Sharded};
use tree::Tree;

use super::cutting::Cut;
use super::place::Spot;
use super::thing::Thing;
use super::words::WordId;
use super::words::store::Pages;
use crate::domain::kinds::Kind;

/// The index over all things.
#[derive(Debug, Clone, Default)]
pub struct Index {
    things: Paged<Thing>,
    /// Where the things in the slots are filed.
    filed: Pages<Filed>,
    /// The ids of the things in the slots, where equals are ordered by them without a look at each thing.
    ids: Pages<i64>,
    by_id: Sharded<(Kind, i64), u32>,
    /// Which slots are filed under what.
    pub postings: Postings,
    /// Where slots lie.
    pub tree: Tree,
    /// The days under which sessions were ever filed, of the common era: walks go from one to the next, however far off.
    days: Arc<BTreeSet<i64>>,
}

/// How a thing is filed.
#[derive(Debug, Default)]
pub struct Filing {
    /// Under what.
    pub keys: Vec<Key>,
    /// Where it lies.
    pub spots: Vec<Spot>,
    /// By which words it is found.
    pub words: Cut,
}

impl Index {
    /// The slot of a thing.
    pub fn slot(&self, kind: Kind, id: i64) -> Option<u32> {
        self.by_id.get(&(kind, id)).copied()
    }

    /// The thing in a slot.
    pub fn thing(&self, slot: u32) -> Option<&Thing> {
        self.things.get(slot)
    }

    /// The id of the thing in a slot.
    pub fn id(&self, slot: u32) -> Option<i64> {
        self.ids.get(slot as usize).copied()
    }

    /// The thing with this id.
    pub fn get(&self, kind: Kind, id: i64) -> Option<&Thing> {
        self.thing(self.slot(kind, id)?)
    }

    /// The slots of things of some kinds.
    pub fn of_kinds(&self, kinds: &[Kind]) -> RoaringBitmap {
        self.postings.any(kinds.iter().map(|&kind| Key::new(Field::Kind, kind as i64)))
    }

    /// Files things, each in place of the one with the same kind and id; none comes twice.
    pub fn put(&mut self, things: Vec<(Thing, Filing)>) {
        let mut filings = Vec::with_capacity(things.len());
        for (thing, filing) in things {
            let (kind, id) = (thing.kind(), thing.id());
            self.note_days(&filing.keys);
            let slot = match self.slot(kind, id) {
                Some(slot) => {
                    self.unfile(slot);
                    self.things.put(slot, thing);
                    slot
                }
                None => {
                    let slot = self.things.add(thing);
                    self.by_id.insert((kind, id), slot);
                    match self.ids.get_mut(slot as usize) {
                        Some(held) => *held = id,
                        None => self.ids.push(id),
                    }
                    slot
                }
            };
            self.tree.insert(slot, &spots(filing.spots));
            filings.push((slot, filing.keys));
        }
        let slots: Vec<u32> = filings.iter().map(|(slot, _)| *slot).collect();
        for (slot, filed) in slots.into_iter().zip(self.postings.file(filings)) {
            match self.filed.get_mut(slot as usize) {
                Some(held) => *held = filed,
                None => self.filed.push(filed),
            }
        }
    }

    /// Puts a thing in the place of the same one that is filed just alike.
    pub fn replace(&mut self, slot: u32, thing: Thing) {
        self.things.put(slot, thing);
    }

    /// The days of a span under which something may be filed, in order.
    pub fn days(&self, span: impl RangeBounds<i64>) -> impl Iterator<Item = i64> {
        self.days.range(span).copied()
    }

    fn note_days(&mut self, keys: &[Key]) {
        let of_days = |key: &&Key| matches!(key.field(), Field::Day | Field::Start | Field::LastDay);
        for day in keys.iter().filter(of_days).map(|key| key.value()) {
            if !self.days.contains(&day) {
                Arc::make_mut(&mut self.days).insert(day);
            }
        }
    }

    /// Lets go of a thing.
    pub fn remove(&mut self, kind: Kind, id: i64) -> Option<Thing> {
        let slot = self.slot(kind, id)?;
        self.unfile(slot);
        self.by_id.remove(&(kind, id));
        self.things.remove(slot)
    }

    /// The words under which a thing is filed, once for each place where they stand.
    pub fn words(&self, kind: Kind, id: i64) -> Vec<WordId> {
        let filed = self.slot(kind, id).and_then(|slot| self.filed.get(slot as usize));
        let keys =
            filed.into_iter().flat_map(|filed| filed.iter()).filter_map(|file| self.postings.key(*file));
        keys.filter_map(Key::word).collect()
    }

    fn unfile(&mut self, slot: u32) {
        if let (Some(thing), Some(filed)) = (self.things.get(slot), self.filed.get(slot as usize)) {
            self.tree.remove(slot, &spots(thing.spots()));
            self.postings.unfile(slot, filed);
        }
    }
}

/// Two places of a thing in one spot are one point.
fn spots(mut spots: Vec<Spot>) -> Vec<Spot> {
    let mut seen: Vec<Spot> = Vec::with_capacity(spots.len());
    spots.retain(|spot| {
        let new = !seen.contains(spot);
        seen.push(*spot);
        new
    });
    spots
}
