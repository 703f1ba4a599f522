//! What mirrors ask: which objects changed since they last asked.
//!
//! A mirror carries a *mark*: it has everything of the transactions numbered below. [`Mirror`] is the part of a
//! snapshot that answers it: the low-water mark up to which this snapshot is complete, and for each object that
//! changed within the last month, in which transaction it did so last. It lies in the snapshot, so that marks, changes
//! and objects are of one moment. [`Walk`] turns the pages.
//!
//! Why a mirror misses nothing, whichever replica answers which page:
//!
//! - Pages go by kind and id, which never change, so each object belongs to exactly one page of a walk.
//! - The walk ends at the lowest of the low-water marks of the snapshots that answered its pages. Whatever changed
//!   below was in every one of them, and has at least that number here, so its page showed it.
//! - A replica that lags behind may show an object as it was. Then the change that it lacks is above that mark, and
//!   the object will be told again. A mirror keeps what it was told last.
//! - So a stamp may be too late, never too early: what shows something of an object that changed (an event the name of
//!   its base) is told with it, under the latest transaction that came in together.
//!
//! A store can be restored from a copy, and then counts on from the past. A mark of a lost future shows: the store is
//! known by another number, or has not counted so far although it was looked at later, or some change below the mark was
//! made after the mark was given out.

mod ages;
mod shelf;
mod walk;

use chrono::{DateTime, Utc};
use xxhash_rust::xxh3::xxh3_64;

use self::ages::Ages;
use self::shelf::{Shelf, Stamp};
use super::index::Key;
use super::intake::Changed as Taken;
use super::snapshot::Snapshot;
use crate::domain::kinds::Kind;

pub use walk::{Changed, Mark, Token, TooOld, Walk};

/// Raised when objects are shown in another form, so that mirrors fetch them all anew.
const FORM: u8 = 1;

/// A look at the log of changes: how far it is settled, and what is new in it.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// A number that tells this store from others.
    pub store: i64,
    /// Every change of a transaction numbered below has come in, with this look at the latest.
    pub low_water: i64,
    /// When the look began.
    pub at: DateTime<Utc>,
    /// What is new; for a look that loads everything, the whole log.
    pub changes: Vec<Touch>,
}

/// A change: which object, in which transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touch {
    /// The object's kind.
    pub kind: Kind,
    /// The object's id.
    pub id: i64,
    /// The number of the transaction.
    pub tx: i64,
    /// When the transaction began.
    pub at: DateTime<Utc>,
}

/// The changes that a snapshot knows of: a shelf for each kind, on which everything published has a row, and what is
/// published no more as well. Cloning copies pointers only.
#[derive(Debug, Clone, Default)]
pub struct Mirror {
    store: u64,
    low_water: i64,
    looked_at: DateTime<Utc>,
    shelves: [Shelf; Kind::ALL.len()],
    ages: Ages,
}

impl Mirror {
    /// Takes in a look, which counts for what was worked out anew because of it too. `samples` says whether invented
    /// things are shown: with them it is another catalogue.
    pub(super) fn take(&mut self, look: Look, samples: bool, renewed: impl IntoIterator<Item = (Kind, i64)>) {
        let Look { store, low_water, at, mut changes } = look;
        let mut told = store.to_le_bytes().to_vec();
        told.extend([u8::from(samples), FORM]);
        (self.store, self.low_water, self.looked_at) = (xxh3_64(&told), low_water, at);
        changes.sort_unstable();
        for change in &changes {
            self.ages.note(change.at, change.tx);
            self.put(change.kind, change.id, stamp(change));
        }
        let latest = changes.iter().map(stamp).max().unwrap_or(Stamp::FORGOTTEN);
        renewed.into_iter().for_each(|(kind, id)| self.put(kind, id, latest));
    }

    /// Takes in everything that a world was loaded with. Lets what refers to an object that changed count as changed
    /// with it: nothing had to be worked out anew there.
    pub(super) fn spread(&mut self, world: &Snapshot, loaded: &Taken) {
        loaded.iter().for_each(|&(kind, id)| self.put(kind, id, Stamp::FORGOTTEN));
        // What others refer to comes first.
        for kind in Kind::ALL {
            let changed = self.shelf(kind).since(Stamp::FORGOTTEN.tx + 1, i64::MIN);
            let keys: Vec<_> =
                changed.filter_map(|(id, stamp)| Some((Key::referring(kind, id)?, stamp))).collect();
            for (key, stamp) in keys {
                let slots = world.index.postings.get(key).into_iter().flatten();
                let things = slots.filter_map(|slot| world.index.thing(slot));
                things.for_each(|thing| self.put(thing.kind(), thing.id(), stamp));
            }
        }
    }

    fn put(&mut self, kind: Kind, id: i64, stamp: Stamp) {
        if let Some(shelf) = self.shelves.get_mut(kind as usize) {
            shelf.put(id, stamp);
        }
    }

    fn shelf(&self, kind: Kind) -> &Shelf {
        &self.shelves[kind as usize]
    }
}

fn stamp(change: &Touch) -> Stamp {
    Stamp { tx: change.tx, at: change.at.timestamp_millis() }
}
