//! What questions in words are understood by, put together when the first one is asked after a change.

use std::sync::{Arc, OnceLock};

use super::snapshot::Snapshot;
use super::understanding::{Landmark, Lexicon, Names};
use crate::domain::kinds::Kind;

/// Shared between snapshots until what they are made of changes.
#[derive(Debug, Clone, Default)]
pub struct Understandings {
    words: Arc<OnceLock<Lexicon>>,
    names: Arc<OnceLock<Names>>,
}

impl Understandings {
    /// Divisions or terms changed.
    pub fn words_changed(&mut self) {
        self.words = Arc::default();
    }

    /// What things are called changed.
    pub fn names_changed(&mut self) {
        self.names = Arc::default();
    }

    /// The words that become filters.
    pub fn words(&self, snapshot: &Snapshot) -> &Lexicon {
        self.words.get_or_init(|| Lexicon::new(&snapshot.divisions, &snapshot.taxonomy))
    }

    /// The names that are not taken apart, with the positions of bases.
    pub fn names(&self, snapshot: &Snapshot) -> &Names {
        self.names.get_or_init(|| {
            let mut names = Names::default();
            let named = [Kind::Base, Kind::Series, Kind::Route, Kind::Campaign, Kind::Resource];
            for slot in snapshot.index.of_kinds(&named) {
                let Some(thing) = snapshot.index.thing(slot) else { continue };
                let spot = thing.base().and_then(|base| base.places.first()?.spot);
                let landmark = spot.map(|spot| Landmark { position: spot.position, mainland: spot.mainland });
                let name = thing.name();
                for text in name.forms() {
                    names.add(&snapshot.dictionary.fold(text), landmark);
                }
            }
            names
        })
    }
}
