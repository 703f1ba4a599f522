//! Finding by words: what a question's words are found in, and how well.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use xxhash_rust::xxh3::xxh3_64;

use super::index::{Field, Key};
use super::snapshot::Snapshot;
use super::words::{self, Asked, Dictionary, Fit, Group, Lexicon, Manner, WordId, resembles};

/// The words of a question, read against the words that the catalogue has.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    q: String,
    asked: Asked,
}

/// How the words of a question are found.
#[derive(Debug, Clone)]
pub(super) enum Relevance {
    /// One word of each group stands in the thing.
    Words(Vec<Group>),
    /// The question is nearly the thing's name: slots with how well it fits.
    Alike(BTreeMap<u32, i64>),
}

/// Where words stand, the place that counts most first, with what it counts.
const PLACES: [(Field, i64); 5] = [
    (Field::NameBeginning, 500),
    (Field::NameWord, 400),
    (Field::SubjectWord, 140),
    (Field::PlaceWord, 80),
    (Field::BodyWord, 40),
];
/// What it counts that the question is the whole name.
const WHOLE: i64 = 1000;

/// Names are told apart by length up to three times six characters.
const NAME_LENGTHS: i64 = 3;

impl Wanted {
    /// Reads the words of `q`; `None` where there are none. `typing` says that its last word may go on.
    pub fn read(snapshot: &Snapshot, q: &str, typing: bool) -> Option<Self> {
        let manner = if typing { Manner::Typing } else { Manner::Plain };
        let asked = Asked::read(&snapshot.dictionary, &snapshot.lexicon, q, manner);
        (!asked.groups.is_empty()).then(|| Self { q: q.to_owned(), asked })
    }
}

/// The key of a whole name, folded.
fn whole(folded: &str) -> Key {
    Key::new(Field::WholeName, xxh3_64(folded.as_bytes()) as i64)
}

/// The words by which a thing is found, each where it counts most.
#[derive(Debug, Default)]
pub struct WordFiling {
    places: BTreeMap<Box<str>, Field>,
    keys: Vec<Key>,
}

impl WordFiling {
    /// Adds a text.
    pub fn add(&mut self, dictionary: &Dictionary, field: words::Field, text: &str) {
        let place = match field {
            words::Field::Name => Field::NameWord,
            words::Field::Subject => Field::SubjectWord,
            words::Field::Place => Field::PlaceWord,
            words::Field::Body => Field::BodyWord,
        };
        let folded = (field == words::Field::Name).then(|| dictionary.fold(text));
        dictionary.words(text, |word| {
            let begins = folded.as_ref().is_some_and(|name| name.starts_with(word));
            let place = if begins { Field::NameBeginning } else { place };
            match self.places.get_mut(word) {
                // The fields stand in the order of what they count.
                Some(held) => *held = place.min(*held),
                None => drop(self.places.insert(word.into(), place)),
            }
        });
        if let Some(name) = folded {
            self.keys.push(whole(&name));
            let length = name.chars().count() as i64 / 6;
            if length < NAME_LENGTHS {
                self.keys.push(Key::new(Field::NameLength, length));
            }
            let characters = name.chars().filter(|c| !c.is_ascii());
            self.keys.extend(characters.map(|c| Key::new(Field::NameCharacter, i64::from(u32::from(c)))));
        }
    }

    /// The keys, with one use of each word taken from the lexicon.
    pub fn keys(self, dictionary: &Dictionary, lexicon: &mut Lexicon) -> Vec<Key> {
        let Self { places, mut keys } = self;
        let word =
            |(word, place): (Box<str>, Field)| Key::new(place, i64::from(lexicon.take(dictionary, &word).0));
        keys.extend(places.into_iter().map(word));
        keys
    }
}

impl Key {
    /// The word that it is filed by, if it is one.
    pub(super) fn word(self) -> Option<WordId> {
        let number = PLACES.iter().any(|(place, _)| *place == self.field()).then(|| self.value())?;
        u32::try_from(number).ok().map(WordId)
    }
}

impl Snapshot {
    /// How the words are found, and the slots in which they are. Where no thing of `kinds` has them all, what sounds or
    /// looks alike will do.
    pub(super) fn relevant(&self, wanted: &Wanted, kinds: &RoaringBitmap) -> (Relevance, RoaringBitmap) {
        let fit = self.having(&wanted.asked) & kinds;
        if !fit.is_empty() {
            return (Relevance::Words(wanted.asked.groups.clone()), fit);
        }
        let relaxed = Asked::read(&self.dictionary, &self.lexicon, &wanted.q, Manner::Relaxed);
        let fit = self.having(&relaxed) & kinds;
        if !fit.is_empty() {
            return (Relevance::Words(relaxed.groups), fit);
        }
        let alike = self.alike(&wanted.asked, kinds);
        let fit = alike.keys().collect();
        (Relevance::Alike(alike), fit)
    }

    /// The slots of what has a word of each group.
    fn having(&self, asked: &Asked) -> RoaringBitmap {
        if asked.is_hopeless() {
            return RoaringBitmap::new();
        }
        let mut fit: Option<RoaringBitmap> = None;
        for group in &asked.groups {
            let words = group
                .any
                .iter()
                .flat_map(|(word, _)| PLACES.iter().map(|(place, _)| Key::new(*place, i64::from(word.0))));
            let having = self.index.postings.any(words);
            match &mut fit {
                Some(fit) => *fit &= having,
                None => fit = Some(having),
            }
        }
        fit.unwrap_or_default()
    }

    /// The slots of what has nearly the question as its name.
    fn alike(&self, asked: &Asked, kinds: &RoaringBitmap) -> BTreeMap<u32, i64> {
        let characters = asked.characters();
        let slips = if characters.len() < 8 { 1 } else { 2 };
        let mut common: BTreeMap<u32, usize> = BTreeMap::new();
        for &c in &characters {
            let having = self.index.postings.get(Key::new(Field::NameCharacter, i64::from(u32::from(c))));
            for slot in having.into_iter().flatten() {
                *common.entry(slot).or_default() += 1;
            }
        }
        let enough = characters.len().saturating_sub(slips).max(1);
        let near = common.into_iter().filter(|(slot, count)| *count >= enough && kinds.contains(*slot));
        near.filter_map(|(slot, _)| {
            let name = self.dictionary.fold(&self.index.thing(slot)?.name().zh_cn);
            Some((slot, i64::from(resembles(&asked.folded, &name)?)))
        })
        .collect()
    }

    /// How well each of `slots` fits, in their order.
    pub(super) fn scores(
        &self,
        wanted: &Wanted,
        relevance: &Relevance,
        slots: &RoaringBitmap,
    ) -> Vec<(u32, i64)> {
        let groups = match relevance {
            Relevance::Alike(alike) => {
                return slots.iter().map(|slot| (slot, alike.get(&slot).copied().unwrap_or(0))).collect();
            }
            Relevance::Words(groups) => groups,
        };
        let mut scores: Vec<(u32, i64)> = slots.iter().map(|slot| (slot, 0)).collect();
        let mut best: Vec<i64> = vec![0; scores.len()];
        for group in groups {
            best.fill(0);
            for (word, fit) in &group.any {
                for (place, weight) in PLACES {
                    let weight = weight * percent(*fit) / 100;
                    self.each_at(&scores, slots, Key::new(place, i64::from(word.0)), |at| {
                        best[at] = best[at].max(weight);
                    });
                }
            }
            scores.iter_mut().zip(&best).for_each(|((_, score), best)| *score += best);
        }
        let mut add = |key, weight| {
            let mut hits = Vec::new();
            self.each_at(&scores, slots, key, |at| hits.push(at));
            hits.into_iter().for_each(|at| scores[at].1 += weight);
        };
        add(whole(&wanted.asked.folded), WHOLE);
        // Of names that have the words the shorter one says less else.
        (0..NAME_LENGTHS).for_each(|length| add(Key::new(Field::NameLength, length), 60 - 20 * length));
        scores
    }

    /// Calls `each` with the places in `scores` of the slots that are filed under a key.
    fn each_at(&self, scores: &[(u32, i64)], slots: &RoaringBitmap, key: Key, mut each: impl FnMut(usize)) {
        let Some(filed) = self.index.postings.get(key) else { return };
        if filed.len() * 8 < slots.len() {
            let at = |slot| scores.binary_search_by_key(&slot, |(slot, _)| *slot).ok();
            return filed.iter().filter_map(at).for_each(each);
        }
        let mut at = 0;
        for slot in &(filed & slots) {
            while scores[at].0 < slot {
                at += 1;
            }
            each(at);
        }
    }
}

fn percent(fit: Fit) -> i64 {
    match fit {
        Fit::Exact => 100,
        Fit::Prefix | Fit::Pinyin => 80,
        Fit::Near => 50,
    }
}
