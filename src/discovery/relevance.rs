//! Finding by words: what a question's words are found in, and how well.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use roaring::RoaringBitmap;
use xxhash_rust::xxh3::xxh3_64;

use super::index::{Field, Key};
use super::sieve::FINDABLE;
use super::snapshot::Snapshot;
use super::suggest::Named;
use super::thing::Thing;
use super::words::{Asked, Fit, Group, Manner, WordId, resembles, slips};
use crate::domain::kinds::Kind;

/// The words of a question, read against the words that a snapshot has, and in what they are found there.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    folded: String,
    relevance: Arc<Relevance>,
    /// The slots in which they are found.
    pub(super) fit: Arc<RoaringBitmap>,
}

/// How the words of a question are found: one word of each group stands in the thing, or the question is nearly its name.
#[derive(Debug, Default, PartialEq)]
struct Relevance {
    /// None where names alone are meant.
    groups: Vec<Group>,
    /// Slots with how well their names fit.
    alike: BTreeMap<u32, i64>,
}

impl Relevance {
    fn words(groups: &[Group]) -> Self {
        Self { groups: groups.to_vec(), alike: BTreeMap::new() }
    }
}

/// Where words stand, the place that counts most first, with what it counts.
const PLACES: [(Field, i64); 5] = [
    (Field::NameBeginning, 500),
    (Field::NameWord, 400),
    (Field::SubjectWord, 140),
    (Field::PlaceWord, 80),
    (Field::BodyWord, 40),
];
/// How nearly a question must be a name to be taken for it mistyped although its words are found elsewhere.
const MISTYPED: i64 = 700;
/// What it counts that the question is the whole name.
const WHOLE: i64 = 1000;

/// Names are told apart by length up to three times six characters.
pub(super) const NAME_LENGTHS: i64 = 3;

/// What a short name counts, so many times six characters long.
const fn bonus(length: i64) -> i64 {
    60 - 20 * length
}

impl Wanted {
    /// Whether they are found nowhere.
    pub fn is_vain(&self) -> bool {
        self.fit.is_empty()
    }

    /// Reads the words of `q` and finds them in things of `kinds`; `None` where there are none. `typing` says that the
    /// last word may go on. Where nothing has all words, what sounds or looks alike will do.
    pub fn read(snapshot: &Snapshot, q: &str, kinds: &[Kind], typing: bool) -> Option<Self> {
        let manner = if typing { Manner::Typing } else { Manner::Plain };
        let read = |manner| Asked::read(&snapshot.dictionary, &snapshot.lexicon, q, manner);
        let asked = read(manner);
        if asked.groups.is_empty() {
            return None;
        }
        let kinds = snapshot.index.of_kinds(if kinds.is_empty() { &FINDABLE } else { kinds });
        let (relevance, fit) = snapshot.relevant(&asked, || read(Manner::Relaxed), &kinds);
        Some(Self { folded: asked.folded, relevance: Arc::new(relevance), fit: Arc::new(fit) })
    }
}

/// The key of a whole name, folded. Names share keys: a key to each would be a bitmap for nearly each thing.
pub(super) fn whole(folded: &str) -> Key {
    Key::new(Field::WholeName, i64::from(xxh3_64(folded.as_bytes()) as u16))
}

impl Key {
    /// The word that it is filed by, if it is one.
    pub(super) fn word(self) -> Option<WordId> {
        let number = PLACES.iter().any(|(place, _)| *place == self.field()).then(|| self.value())?;
        u32::try_from(number).ok().map(WordId)
    }
}

impl Snapshot {
    /// How the words are found, and the slots in which they are.
    fn relevant(
        &self,
        asked: &Asked,
        relaxed: impl FnOnce() -> Asked,
        kinds: &RoaringBitmap,
    ) -> (Relevance, RoaringBitmap) {
        let names = |alike: BTreeMap<u32, i64>| {
            let fit = alike.keys().collect();
            (Relevance { alike, ..Relevance::default() }, fit)
        };
        let mut fit = self.having(&asked.groups, &PLACES) & kinds;
        if !fit.is_empty() {
            let mut relevance = Relevance::words(&asked.groups);
            // Words that stand here and there, but together in no name, may be a mistyped name too; too short ones are not.
            let in_a_name = slips(asked.characters().len()) == 0
                || !self.having(&asked.groups, &PLACES[..2]).is_disjoint(kinds);
            if !in_a_name {
                relevance.alike = self.alike(asked, kinds);
                relevance.alike.retain(|_, score| *score >= MISTYPED);
                fit.extend(relevance.alike.keys());
            }
            return (relevance, fit);
        }
        let called = self.called(asked, kinds);
        if !called.is_empty() {
            return names(called);
        }
        let relaxed = relaxed();
        let fit = self.having(&relaxed.groups, &PLACES) & kinds;
        if !fit.is_empty() {
            return (Relevance::words(&relaxed.groups), fit);
        }
        // A word too much should not hide the rest: what has all words that anything has, beside what is nearly called so.
        let known: Vec<Group> = relaxed.groups.into_iter().filter(|group| !group.any.is_empty()).collect();
        let alike = self.alike(asked, kinds);
        let mut fit = self.having(&known, &PLACES) & kinds;
        fit.extend(alike.keys());
        if fit.is_empty() && known.len() >= 3 {
            for left_out in 0..known.len() {
                let mut rest = known.clone();
                rest.remove(left_out);
                fit |= self.having(&rest, &PLACES) & kinds;
            }
        }
        (Relevance { groups: known, alike }, fit)
    }

    /// The slots of what is called so in pinyin or by its initials, which are no words.
    fn called(&self, asked: &Asked, kinds: &RoaringBitmap) -> BTreeMap<u32, i64> {
        const MOST: usize = 20;
        if !asked.folded.is_ascii() {
            return BTreeMap::new();
        }
        let names = self.names.find(&self.dictionary, &asked.folded, MOST).into_iter().enumerate();
        let slots = names.filter_map(|(rank, (named, _))| {
            let Named::Thing(kind, id) = named else { return None };
            Some((self.index.slot(kind, id)?, 1000 - rank as i64))
        });
        slots.filter(|(slot, _)| kinds.contains(*slot)).collect()
    }

    /// The slots of what has a word of each group at one of these places.
    fn having(&self, groups: &[Group], places: &[(Field, i64)]) -> RoaringBitmap {
        if groups.iter().any(|group| group.any.is_empty()) {
            return RoaringBitmap::new();
        }
        let mut fit: Option<RoaringBitmap> = None;
        for group in groups {
            let words = group
                .any
                .iter()
                .flat_map(|(word, _)| places.iter().map(|(place, _)| Key::new(*place, i64::from(word.0))));
            let having = self.index.postings.any(words);
            match &mut fit {
                Some(fit) => *fit &= having,
                None => fit = Some(having),
            }
        }
        fit.unwrap_or_default()
    }

    /// The slots of what has nearly the question as its name. A question has few slips, so that of its rarest characters
    /// one at least is right: only names that have one of these are compared, and not endlessly many.
    fn alike(&self, asked: &Asked, kinds: &RoaringBitmap) -> BTreeMap<u32, i64> {
        const COMPARED: usize = 2000;
        let having =
            |c: &char| self.index.postings.get(Key::new(Field::NameCharacter, i64::from(u32::from(*c))));
        let mut characters: Vec<&RoaringBitmap> = Vec::new();
        let mut unknown = 0;
        for c in asked.characters() {
            match having(&c) {
                Some(having) => characters.push(having),
                None => unknown += 1,
            }
        }
        let slips = slips(asked.characters().len());
        if unknown > slips {
            return BTreeMap::new();
        }
        characters.sort_by_key(|having| having.len());
        let mut near = RoaringBitmap::new();
        characters.iter().take(slips - unknown + 1).for_each(|having| near |= *having);
        near &= kinds;
        // Only so many of the question's characters may be missing.
        let missing = |slot| characters.iter().filter(|having| !having.contains(slot)).count();
        let fit = |slot| {
            if missing(slot) > slips - unknown {
                return None;
            }
            let name = self.dictionary.fold(&self.index.thing(slot)?.name().zh_cn);
            Some((slot, i64::from(resembles(&asked.folded, &name)?)))
        };
        near.iter().take(COMPARED).filter_map(fit).collect()
    }

    /// How well things of `slots` fit, in any order: at least the `most` that fit best of those that come after a score
    /// and an id.
    pub(super) fn scores(
        &self,
        wanted: &Wanted,
        slots: &RoaringBitmap,
        after: Option<(i64, i64)>,
        most: usize,
    ) -> Vec<(u32, i64)> {
        let is_left = |slot: u32, score: i64| {
            after.is_none_or(|(last, id)| {
                score < last || score == last && self.index.id(slot).is_some_and(|own| own > id)
            })
        };
        let Relevance { groups, alike } = &*wanted.relevance;
        if let ([group], true) = (groups.as_slice(), alike.is_empty()) {
            return self.best_scores(wanted, group, slots, is_left, most);
        }
        let mut scores = self.all_scores(wanted, groups, slots);
        if !alike.is_empty() {
            scores.iter_mut().for_each(|(slot, score)| *score += alike.get(slot).copied().unwrap_or(0));
        }
        scores.retain(|(slot, score)| is_left(*slot, *score));
        scores
    }

    /// Of one group a thing's score is told by where its best word stands and how long its name is. So things come in
    /// classes of equal scores, and only the classes that the best are in are worked out.
    fn best_scores(
        &self,
        wanted: &Wanted,
        group: &Group,
        slots: &RoaringBitmap,
        is_left: impl Fn(u32, i64) -> bool,
        most: usize,
    ) -> Vec<(u32, i64)> {
        let postings = &self.index.postings;
        // What is called just so is better than any class.
        let named = self.named(wanted, slots);
        let mut found = self.all_scores(wanted, std::slice::from_ref(group), &named);
        found.retain(|(slot, score)| is_left(*slot, *score));
        let mut rest = slots - named;

        let standing = group.any.iter().flat_map(|(word, fit)| {
            PLACES.map(|(place, weight)| {
                (weight * percent(*fit) / 100, postings.get(Key::new(place, i64::from(word.0))))
            })
        });
        let mut standing: Vec<_> = standing.filter_map(|(weight, having)| Some((weight, having?))).collect();
        standing.sort_by_key(|(weight, _)| Reverse(*weight));
        let mut standing = standing.into_iter().peekable();
        let (mut classes, mut members) = (BinaryHeap::new(), Vec::new());
        let mut last = None;
        loop {
            let better = standing.peek().is_some_and(|(weight, _)| {
                classes.peek().is_none_or(|(score, _)| *score <= weight + bonus(0))
            });
            if better && let Some((weight, having)) = standing.next() {
                let mut here = having & &rest;
                while let Some((_, having)) = standing.next_if(|(other, _)| *other == weight) {
                    here |= having & &rest;
                }
                rest -= &here;
                let mut class = |score, slots| {
                    classes.push((score, members.len()));
                    members.push(slots);
                };
                for length in 0..NAME_LENGTHS {
                    if let Some(short) = postings.get(Key::new(Field::NameLength, length)) {
                        class(weight + bonus(length), &here & short);
                        here -= short;
                    }
                }
                class(weight, here);
            } else if let Some((score, class)) = classes.pop() {
                if found.len() >= most && last != Some(score) {
                    break;
                }
                last = Some(score);
                let left = members[class].iter().filter(|slot| is_left(*slot, score));
                found.extend(left.map(|slot| (slot, score)));
            } else {
                break;
            }
        }
        found
    }

    fn all_scores(&self, wanted: &Wanted, groups: &[Group], slots: &RoaringBitmap) -> Vec<(u32, i64)> {
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
        (0..NAME_LENGTHS).for_each(|length| add(Key::new(Field::NameLength, length), bonus(length)));
        let named = self.named(wanted, slots);
        scores.iter_mut().filter(|(slot, _)| named.contains(*slot)).for_each(|(_, score)| *score += WHOLE);
        scores
    }

    /// Those of `slots` that are called just so, in any language.
    fn named(&self, wanted: &Wanted, slots: &RoaringBitmap) -> RoaringBitmap {
        let Some(perhaps) = self.index.postings.get(whole(&wanted.folded)) else {
            return RoaringBitmap::new();
        };
        let is_called = |slot: &u32| {
            let name = self.index.thing(*slot).map(Thing::name);
            name.is_some_and(|name| name.forms().any(|form| self.dictionary.fold(form) == wanted.folded))
        };
        (perhaps & slots).iter().filter(is_called).collect()
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
