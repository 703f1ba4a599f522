//! Floor 2: the read model. Everything published, in memory, as an immutable [`Snapshot`] behind an atomic
//! pointer: what the public reads never asks the store. No SQL, no HTTP.
//!
//! **What is held.** [`Live`] holds the current snapshot; readers take it with [`Live::now`] and work on it as long as they
//! like, the feed puts a new one in its place with [`Live::apply`]. [`entries`] are things as they lie in it, any of them
//! a [`thing::Thing`]. Events, by far the most, are packed: sessions and places at hand, the rest as the store's text, and
//! what lists show of them ready to send ([`parts`]).
//!
//! **How it is filed.** Every thing has a slot, a small number, in the [`index`]. Postings say which slots are filed under
//! a key (a topic, a division, a day, a word) as bitmaps, a quadtree says what lies where. Two snapshots share what did
//! not change between them, so that one change copies some hundred small pieces, whatever the size of the whole.
//!
//! **How a question is answered.** A [`question::Question`] asks of all kinds alike.
//! 1. [`sieve`] intersects bitmaps: what is left fits, but for a few doubtful things (hours at the edges of a span, seats,
//!    several places, opening hours), which [`matching`] looks at one by one. [`matching`] is also the plain meaning of
//!    every filter, in one place.
//! 2. The number of slots left is the total; [`facets`] are sizes of intersections.
//! 3. [`orders`] makes the page: [`outwards`] through the tree for the nearest, from day to day for the earliest, by
//!    [`relevance`] for words, and looks at no more than the page needs.
//!
//! Whether some events fit many questions, as when they are published, is told by [`few`].
//!
//! **How it changes.** [`intake`] takes in what the feed brings and finds what depends on it; [`entering`] makes entries and
//! files them, events in batches on all processors, their texts cut into words by [`cutting`].
//!
//! **What moves with the clock** alone is [`clocked`]: worked out once a minute, never rewritten.
//!
//! **What changed when** is in the [`mirror`], for those who keep a copy.
//!
//! **Words.** [`words`] cuts texts and reads questions; [`understanding`] takes places, days and people out of them;
//! [`suggest`] completes what is typed. [`map`] gathers what a map shows.
//!
//! The oracle in `tests/it/oracle` holds all this to a brute-force reading of the contract.

pub mod bases;
pub mod bulletins;
pub mod campaigns;
mod clocked;
mod cutting;
pub mod divisions;
mod entering;
pub mod entries;
pub mod events;
pub mod facets;
pub mod featured;
pub mod few;
mod index;
mod intake;
pub mod map;
mod matching;
pub mod mirror;
mod orders;
pub mod organisations;
mod outwards;
pub mod page;
pub mod parts;
pub mod place;
pub mod policies;
pub mod question;
mod relevance;
pub mod resources;
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
use crate::domain::signups::seats::SeatCount;
use crate::domain::text::{Text, Traditional};

use words::Dictionary;

use intake::Changed;
pub use intake::Item;
pub use matching::{EventFound, Found};
pub use orders::Page;
pub use relevance::Wanted;
pub use snapshot::Snapshot;

/// A snapshot that is not shown yet.
pub struct Gathered {
    snapshot: Snapshot,
    taken: Changed,
}

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

    /// Whether invented events are shown.
    #[must_use]
    pub fn shows_samples(&self) -> bool {
        self.samples
    }

    /// A text of the store with its traditional characters filled in, as those of a snapshot have them.
    #[must_use]
    pub fn filled(&self, text: &Text) -> Text {
        text.filled(&self.traditional)
    }

    /// Makes a snapshot of just these items, which come in pages: what others refer to first. Nobody sees it yet.
    pub fn gather(&self, pages: impl IntoIterator<Item = Vec<Item>>) -> Gathered {
        let (mut snapshot, mut taken) = (self.empty(), Changed::new());
        pages.into_iter().for_each(|page| taken.extend(snapshot.take_in(page)));
        Gathered { snapshot, taken }
    }

    /// Puts what was gathered in place of the current snapshot; `look` tells of the whole log of changes.
    pub fn show(&self, gathered: Gathered, look: Look) {
        let _turn = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let Gathered { mut snapshot, taken } = gathered;
        snapshot.begin_mirror(look, &taken);
        self.current.store(Some(Arc::new(snapshot)));
    }

    fn empty(&self) -> Snapshot {
        Snapshot::empty(Arc::clone(&self.traditional), Arc::clone(&self.dictionary), self.samples)
    }

    /// Puts a snapshot in place in which these seats are as they are now. Nothing is filed anew: no key speaks of seats.
    pub fn reseat(&self, counts: &[SeatCount]) {
        let _turn = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(current) = self.now() else { return };
        let mut snapshot = Snapshot::clone(&current);
        if snapshot.reseat(counts) {
            self.current.store(Some(Arc::new(snapshot)));
        }
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
