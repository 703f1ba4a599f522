//! Floor 2: the read model. Everything published, in memory, as an immutable [`Snapshot`] behind an atomic
//! pointer: what the public reads never asks the store. No SQL, no HTTP.
//!
//! - [`Live`] holds the current snapshot. Readers take it with [`Live::now`] and work on it as long as they
//!   like; the feed puts a new one in its place with [`Live::apply`].
//! - [`entries`] are things as they lie in a snapshot: the record and what was worked out once when it came in.
//! - Everything that can be found has a slot in the [`index`], which says what is filed under a topic, a division, a
//!   day, and what lies where.
//! - A [`question::Question`] asks of all kinds alike. [`sieve`] finds the slots that fit it, [`matching`] judges the few
//!   things that the index cannot, [`facets`] counts, [`orders`] makes a page.
//! - [`clocked`] is what moves with the clock alone.
//! - [`mirror`] knows what changed when, for those who keep a copy.

pub mod bases;
pub mod campaigns;
mod clocked;
pub mod divisions;
pub mod entries;
pub mod events;
pub mod facets;
mod index;
pub mod map;
mod matching;
pub mod mirror;
mod orders;
pub mod organisations;
pub mod page;
pub mod parts;
pub mod place;
pub mod question;
mod relevance;
pub mod routes;
pub mod series;
mod sieve;
pub mod snapshot;
pub mod suggest;
pub mod taxonomy;
pub mod thing;
pub mod understanding;
mod understood;
pub mod words;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwapOption;

use self::mirror::Look;
use crate::domain::text::Traditional;

use words::Dictionary;

pub use matching::{EventFound, Found};
pub use orders::Page;
pub use relevance::Wanted;
pub use snapshot::{Item, Snapshot};

/// The current snapshot.
pub struct Live {
    current: ArcSwapOption<Snapshot>,
    /// Held while a snapshot is made: two writers would lose one's changes.
    writer: Mutex<()>,
    traditional: Arc<Traditional>,
    dictionary: Arc<Dictionary>,
    samples: bool,
}

impl Live {
    /// A read model without a snapshot. `samples` says whether invented events are shown.
    pub fn new(traditional: Traditional, dictionary: Arc<Dictionary>, samples: bool) -> Self {
        Self {
            current: ArcSwapOption::empty(),
            writer: Mutex::default(),
            traditional: Arc::new(traditional),
            dictionary,
            samples,
        }
    }

    /// The current snapshot; `None` until the first one was loaded.
    pub fn now(&self) -> Option<Arc<Snapshot>> {
        self.current.load_full()
    }

    /// Puts a snapshot of just these items in place of the current one; `look` tells of the whole log of changes.
    pub fn load(&self, items: Vec<Item>, look: Look) {
        let _turn = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut snapshot = self.empty();
        snapshot.apply(items, look);
        self.current.store(Some(Arc::new(snapshot)));
    }

    fn empty(&self) -> Snapshot {
        Snapshot::empty(Arc::clone(&self.traditional), Arc::clone(&self.dictionary), self.samples)
    }

    /// Puts a snapshot in place that differs from the current one by the items that a look brought, all at once.
    pub fn apply(&self, items: Vec<Item>, look: Look) {
        let _turn = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = Instant::now();
        let mut snapshot = match self.now() {
            Some(current) => Snapshot::clone(&current),
            None => self.empty(),
        };
        snapshot.apply(items, look);
        self.current.store(Some(Arc::new(snapshot)));
        metrics::histogram!("discovery_apply_seconds").record(begun.elapsed().as_secs_f64());
    }
}
