//! Floor 2: the read model. Everything published, in memory, as an immutable [`Snapshot`] behind an atomic
//! pointer: what the public reads never asks the store. No SQL, no HTTP.
//!
//! - [`Live`] holds the current snapshot. Readers take it with [`Live::now`] and work on it as long as they
//!   like; the feed puts a new one in its place with [`Live::apply`].
//! - [`entries`] are things as they lie in a snapshot: the record and what was worked out once when it came in.
//! - [`mirror`] knows what changed when, for those who keep a copy.
//! - A list is asked with a question of its own noun ([`events::EventQuestion`] …) and answered with a
//!   [`page::Answer`]: the hits of one page, the exact total, the key of the next page.
//!
//! Questions are answered by looking at every entry: the catalogue is small, and it is the plain meaning that any
//! index must agree with.

pub mod bases;
pub mod campaigns;
pub mod divisions;
pub mod entries;
pub mod events;
pub mod mirror;
pub mod organisations;
pub mod page;
pub mod place;
pub mod routes;
pub mod series;
pub mod snapshot;
pub mod taxonomy;
pub mod words;

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;

use self::mirror::Look;
use crate::domain::text::Traditional;

pub use snapshot::{Item, Snapshot};

/// The current snapshot.
pub struct Live {
    current: ArcSwapOption<Snapshot>,
    /// Held while a snapshot is made: two writers would lose one's changes.
    writer: Mutex<Traditional>,
    samples: bool,
}

impl Live {
    /// A read model without a snapshot. `samples` says whether invented events are shown.
    pub fn new(traditional: Traditional, samples: bool) -> Self {
        Self { current: ArcSwapOption::empty(), writer: Mutex::new(traditional), samples }
    }

    /// The current snapshot; `None` until the first one was loaded.
    pub fn now(&self) -> Option<Arc<Snapshot>> {
        self.current.load_full()
    }

    /// Puts a snapshot of just these items in place of the current one; `look` tells of the whole log of changes.
    pub fn load(&self, items: Vec<Item>, look: Look) {
        let traditional = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut snapshot = Snapshot::empty(self.samples);
        snapshot.apply(items, look, &traditional);
        self.current.store(Some(Arc::new(snapshot)));
    }

    /// Puts a snapshot in place that differs from the current one by the items that a look brought, all at once.
    pub fn apply(&self, items: Vec<Item>, look: Look) {
        let traditional = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut snapshot = match self.now() {
            Some(current) => Snapshot::clone(&current),
            None => Snapshot::empty(self.samples),
        };
        snapshot.apply(items, look, &traditional);
        self.current.store(Some(Arc::new(snapshot)));
    }
}
