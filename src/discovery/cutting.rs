//! Cutting: from the texts of a thing to the keys of the words by which it is found.
//!
//! Most of the work reads only, so that many things are cut at once; what changes the lexicon comes after
//! ([`Cut::keys`]).

use std::collections::HashMap;
use std::sync::Arc;

use super::index::{Field, Key};
use super::relevance::{NAME_LENGTHS, whole};
use super::words::{self, Dictionary, Haystack, Lexicon, WordId};

/// A word of a text, as the lexicon has it, or new to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Known(WordId),
    New(Arc<str>),
}

/// Cuts texts. It remembers those that many things share: what venues, organisers and subjects are called.
pub(super) struct Cutter<'a> {
    dictionary: &'a Dictionary,
    lexicon: &'a Lexicon,
    shared: HashMap<String, Arc<[Word]>>,
}

impl<'a> Cutter<'a> {
    /// A cutter that remembers nothing yet.
    pub fn new(dictionary: &'a Dictionary, lexicon: &'a Lexicon) -> Self {
        Self { dictionary, lexicon, shared: HashMap::new() }
    }

    /// Cuts the texts of a thing.
    pub fn cut(&mut self, haystack: &Haystack<'_>) -> Cut {
        let mut cut = Cut::default();
        for (field, text) in &haystack.texts {
            match field {
                words::Field::Name => self.name(text, &mut cut),
                words::Field::Body => {
                    self.words(text, |word, _| cut.words.push((word, Field::BodyWord)));
                }
                words::Field::Subject => self.shared(text, Field::SubjectWord, &mut cut),
                words::Field::Place => self.shared(text, Field::PlaceWord, &mut cut),
            }
        }
        // Of the places where a word stands the one that counts most is kept: they stand in the order of what they count.
        cut.words.sort_unstable();
        cut.words.dedup_by(|(word, _), (before, _)| word == before);
        cut
    }

    fn words(&self, text: &str, mut each: impl FnMut(Word, &str)) {
        self.dictionary.words(text, |word| {
            let known = self.lexicon.get(word).map(Word::Known);
            each(known.unwrap_or_else(|| Word::New(word.into())), word);
        });
    }

    fn shared(&mut self, text: &str, field: Field, cut: &mut Cut) {
        if !self.shared.contains_key(text) {
            let mut words = Vec::new();
            self.words(text, |word, _| words.push(word));
            self.shared.insert(text.to_owned(), words.into());
        }
        let words = self.shared.get(text).into_iter().flat_map(|words| words.iter());
        cut.words.extend(words.map(|word| (word.clone(), field)));
    }

    fn name(&self, text: &str, cut: &mut Cut) {
        let name = self.dictionary.fold(text);
        self.words(text, |word, written| {
            let begins = name.starts_with(written);
            cut.words.push((word, if begins { Field::NameBeginning } else { Field::NameWord }));
        });
        cut.keys.push(whole(&name));
        let length = name.chars().count() as i64 / 6;
        // Names come in Chinese first; a translation makes none shorter.
        let told = cut.keys.iter().any(|key| key.field() == Field::NameLength);
        if length < NAME_LENGTHS && !told {
            cut.keys.push(Key::new(Field::NameLength, length));
        }
        let characters = name.chars().filter(|c| !c.is_ascii());
        cut.keys.extend(characters.map(|c| Key::new(Field::NameCharacter, i64::from(u32::from(c)))));
    }
}

/// The words by which a thing is found, each where it counts most.
#[derive(Debug, Default)]
pub struct Cut {
    words: Vec<(Word, Field)>,
    keys: Vec<Key>,
}

impl Cut {
    /// The keys, with one use of each word taken from the lexicon.
    pub(super) fn keys(self, dictionary: &Dictionary, lexicon: &mut Lexicon) -> Vec<Key> {
        let Self { words, mut keys } = self;
        let mut key = |(word, place): (Word, Field)| {
            let id = match word {
                Word::Known(id) => lexicon.take_again(id),
                Word::New(word) => lexicon.take(dictionary, &word),
            };
            Key::new(place, i64::from(id.0))
        };
        keys.extend(words.into_iter().map(&mut key));
        keys
    }
}
