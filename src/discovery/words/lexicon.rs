//! The words that the catalogue has at present.

use std::cmp::Ordering;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::dictionary::Dictionary;
use super::store::{Ordered, Pages};

/// A word of a [`Lexicon`]. The number of a word that went away is given to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WordId(pub u32);

/// How many tables the words are spread over, by the upper half of their hash: a change copies one of them.
const TABLES: usize = 4096;

/// Words by the lower half of their hash, in its order.
type Table = Vec<(u32, WordId)>;

/// A word and how it sounds, in one piece of memory.
#[derive(Debug, Clone)]
struct Word {
    both: Arc<str>,
    /// Where the word ends and its sound begins.
    end: u8,
}

impl Word {
    fn text(&self) -> &str {
        &self.both[..usize::from(self.end)]
    }

    fn sound(&self) -> &str {
        &self.both[usize::from(self.end)..]
    }
}

/// The distinct words of the catalogue's texts, each with the number of its uses. A clone shares everything, and a
/// change copies what it touches.
#[derive(Debug, Clone)]
pub struct Lexicon {
    words: Pages<Word>,
    uses: Pages<u32>,
    free: Arc<Vec<WordId>>,
    tables: Arc<Vec<Arc<Table>>>,
    by_text: Ordered<WordId>,
    /// Chinese words only.
    by_sound: Ordered<WordId>,
}

impl Default for Lexicon {
    fn default() -> Self {
        Self {
            words: Pages::default(),
            uses: Pages::default(),
            free: Arc::default(),
            tables: Arc::new(vec![Arc::default(); TABLES]),
            by_text: Ordered::default(),
            by_sound: Ordered::default(),
        }
    }
}

impl Lexicon {
    /// The number of words.
    pub fn len(&self) -> usize {
        self.words.len() - self.free.len()
    }

    /// Whether it has no words.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Counts one more use of a word, folded as [`Dictionary::words`] gives it. A word that is new is entered.
    pub fn take(&mut self, dictionary: &Dictionary, word: &str) -> WordId {
        let hash = xxh3_64(word.as_bytes());
        let id = match self.find(hash, word) {
            Ok(id) => id,
            Err(at) => self.enter(dictionary, word, hash, at),
        };
        self.take_again(id)
    }

    /// Counts one more use of a word that it has.
    pub fn take_again(&mut self, id: WordId) -> WordId {
        if let Some(uses) = self.uses.get_mut(id.0 as usize) {
            *uses += 1;
        }
        id
    }

    /// Counts one use of a word less. A word without uses goes away.
    pub fn release(&mut self, id: WordId) {
        let Some(uses) = self.uses.get_mut(id.0 as usize).filter(|uses| **uses > 0) else { return };
        *uses -= 1;
        if *uses == 0 {
            self.leave(id);
        }
    }

    /// The word written so, folded.
    pub fn get(&self, word: &str) -> Option<WordId> {
        self.find(xxh3_64(word.as_bytes()), word).ok()
    }

    /// How it is written.
    pub fn text(&self, id: WordId) -> &str {
        self.words.get(id.0 as usize).map_or("", Word::text)
    }

    /// How often it is used.
    pub fn uses(&self, id: WordId) -> u32 {
        self.uses.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// The words that begin so, in the order of their characters' numbers.
    pub fn prefix(&self, beginning: &str) -> impl Iterator<Item = WordId> + use<'_> {
        let span =
            self.by_text.between(|id| self.text(id) < beginning, |id| self.text(id).starts_with(beginning));
        self.by_text.items(span)
    }

    /// The Chinese words whose pinyin begins so, in its order: first those of exactly this sound.
    pub fn sound_prefix(&self, letters: &str) -> impl Iterator<Item = WordId> + use<'_> {
        let span =
            self.by_sound.between(|id| self.sound(id) < letters, |id| self.sound(id).starts_with(letters));
        self.by_sound.items(span)
    }

    /// The Chinese words of exactly this pinyin.
    pub fn sounding(&self, letters: &str) -> impl Iterator<Item = WordId> + use<'_> {
        let span = self.by_sound.between(|id| self.sound(id) < letters, |id| self.sound(id) == letters);
        self.by_sound.items(span)
    }

    /// The pinyin of a Chinese word; empty for another.
    pub(super) fn sound(&self, id: WordId) -> &str {
        self.words.get(id.0 as usize).map_or("", Word::sound)
    }

    /// The word of this hash, or else its place in the table.
    fn find(&self, hash: u64, word: &str) -> Result<WordId, usize> {
        let (table, key) = place(hash);
        let entries = self.tables.get(table).map_or(&[][..], |entries| entries.as_slice());
        let at = entries.partition_point(|(held, _)| *held < key);
        let same = entries[at..].iter().take_while(|(held, _)| *held == key);
        same.map(|(_, id)| *id).find(|id| self.text(*id) == word).ok_or(at)
    }

    fn enter(&mut self, dictionary: &Dictionary, word: &str, hash: u64, at: usize) -> WordId {
        let sound = dictionary.sound(word).unwrap_or_default();
        let end = u8::try_from(word.len()).unwrap_or(u8::MAX);
        let entry = Word { both: [word, &sound].concat().into(), end };
        let id = match Arc::make_mut(&mut self.free).pop() {
            Some(id) => {
                if let Some(free) = self.words.get_mut(id.0 as usize) {
                    *free = entry;
                }
                id
            }
            None => {
                self.words.push(entry);
                self.uses.push(0);
                WordId(u32::try_from(self.words.len() - 1).unwrap_or(u32::MAX))
            }
        };
        let (table, key) = place(hash);
        if let Some(entries) = Arc::make_mut(&mut self.tables).get_mut(table) {
            Arc::make_mut(entries).insert(at, (key, id));
        }
        let words = &self.words;
        self.by_text.insert(id, |held| by_text(words, held, id).is_lt());
        if !sound.is_empty() {
            self.by_sound.insert(id, |held| by_sound(words, held, id).is_lt());
        }
        id
    }

    fn leave(&mut self, id: WordId) {
        let words = &self.words;
        self.by_text.remove(|held| by_text(words, held, id).is_lt(), |held| held == id);
        self.by_sound.remove(|held| by_sound(words, held, id).is_lt(), |held| held == id);
        let (table, key) = place(xxh3_64(self.text(id).as_bytes()));
        if let Some(entries) = Arc::make_mut(&mut self.tables).get_mut(table) {
            Arc::make_mut(entries).retain(|entry| *entry != (key, id));
        }
        if let Some(word) = self.words.get_mut(id.0 as usize) {
            *word = Word { both: "".into(), end: 0 };
        }
        Arc::make_mut(&mut self.free).push(id);
    }
}

/// The table of a hash and the key in it.
fn place(hash: u64) -> (usize, u32) {
    let [.., a, b, c, d] = hash.to_be_bytes();
    ((hash >> 32) as usize % TABLES, u32::from_be_bytes([a, b, c, d]))
}

fn by_text(words: &Pages<Word>, a: WordId, b: WordId) -> Ordering {
    words.get(a.0 as usize).map(Word::text).cmp(&words.get(b.0 as usize).map(Word::text))
}

fn by_sound(words: &Pages<Word>, a: WordId, b: WordId) -> Ordering {
    let sound = |id: WordId| words.get(id.0 as usize).map(Word::sound);
    sound(a).cmp(&sound(b)).then_with(|| by_text(words, a, b))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn texts(lexicon: &Lexicon, ids: impl Iterator<Item = WordId>) -> Vec<&str> {
        ids.map(|id| lexicon.text(id)).collect()
    }

    #[test]
    fn words_are_found_by_writing_and_by_sound() {
        let dictionary = Dictionary::new().unwrap();
        let mut lexicon = Lexicon::default();
        for word in ["天文馆", "天文", "天问", "天河", "tower", "town"] {
            lexicon.take(&dictionary, word);
        }
        assert_eq!(texts(&lexicon, lexicon.prefix("天文")), ["天文", "天文馆"]);
        assert_eq!(texts(&lexicon, lexicon.prefix("tow")), ["tower", "town"]);
        assert_eq!(texts(&lexicon, lexicon.sounding("tianwen")), ["天文", "天问"]);
        assert_eq!(texts(&lexicon, lexicon.sound_prefix("tianw")), ["天文", "天问", "天文馆"]);
        assert_eq!(texts(&lexicon, lexicon.sound_prefix("tow")), [""; 0], "letters have no pinyin");
        assert_eq!(lexicon.get("天"), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn the_lexicon_has_the_words_in_use_and_no_others(
            changes in prop::collection::vec((any::<bool>(), "[天文馆讲座ab]{1,3}"), 0..300)
        ) {
            thread_local!(static DICTIONARY: Dictionary = Dictionary::new().unwrap());
            DICTIONARY.with(|dictionary| {
                let (mut lexicon, mut model) = (Lexicon::default(), BTreeMap::<String, u32>::new());
                let mut earlier = (lexicon.clone(), model.clone());
                for (step, (take, word)) in changes.iter().enumerate() {
                    if *take {
                        lexicon.take(dictionary, word);
                        *model.entry(word.clone()).or_default() += 1;
                    } else if let Some(id) = lexicon.get(word) {
                        lexicon.release(id);
                        let uses = model.get_mut(word).unwrap();
                        *uses -= 1;
                        if *uses == 0 {
                            model.remove(word);
                        }
                    }
                    if step == 100 {
                        earlier = (lexicon.clone(), model.clone());
                    }
                }
                for (lexicon, model) in [(&lexicon, &model), (&earlier.0, &earlier.1)] {
                    assert_eq!(lexicon.len(), model.len());
                    assert!(texts(lexicon, lexicon.prefix("")).into_iter().eq(model.keys()));
                    for (word, uses) in model {
                        let id = lexicon.get(word).unwrap();
                        assert_eq!((lexicon.text(id), lexicon.uses(id)), (word.as_str(), *uses));
                    }
                    let chinese = model.keys().filter(|word| !word.contains(['a', 'b'])).count();
                    assert_eq!(lexicon.sound_prefix("").count(), chinese);
                }
                let ids: Vec<WordId> = lexicon.prefix("").collect();
                for id in ids {
                    for _ in 0..lexicon.uses(id) {
                        lexicon.release(id);
                    }
                }
                assert!(lexicon.is_empty() && lexicon.prefix("").next().is_none());
                assert!(lexicon.tables.iter().all(|table| table.is_empty()), "nothing is left");
            });
        }
    }
}
