//! Reading letters: as themselves, as the pinyin of one word or of several, as words that differ by a letter.

use std::collections::HashSet;

use super::{Fit, Group, Manner, Reader, is_single};
use crate::discovery::words::WordId;
use crate::discovery::words::readings::typed;

/// The longest word of the catalogue that is looked for, in syllables.
const SYLLABLES: usize = 6;

/// Letters that are taken for the beginning of a word wherever they stand: shorter ones begin too many.
const WHOLE: usize = 4;

/// The next word on the best way through the letters.
#[derive(Clone, Copy)]
struct Step {
    cost: u32,
    to: usize,
    /// It is only the beginning of a word.
    open: bool,
}

impl Reader<'_> {
    /// Reads a word in letters and digits: as itself, else as pinyin.
    pub(super) fn letters(&self, word: &str, last: bool, groups: &mut Vec<Group>) {
        let mut any: Vec<_> = self.lexicon.get(word).map(|id| (id, Fit::Exact)).into_iter().collect();
        let is_sound = word.bytes().all(|byte| byte.is_ascii_lowercase());
        let sound = typed(word);
        // Short words of English are syllables too: he, pan, men.
        if is_sound && (any.is_empty() || word.len() >= 4) {
            self.add(&mut any, self.lexicon.sounding(&sound), Fit::Pinyin);
        }
        // Of English words the plural and the singular mean the same.
        if any.is_empty()
            && let Some(one) = word.strip_suffix('s').and_then(|one| self.lexicon.get(one))
        {
            any.push((one, Fit::Prefix));
        }
        if !last && any.is_empty() && word.len() >= WHOLE {
            self.add(&mut any, self.lexicon.prefix(word), Fit::Prefix);
        }
        if last && (any.is_empty() || self.manner == Manner::Typing) {
            self.add(&mut any, self.lexicon.prefix(word), Fit::Prefix);
            if is_sound && sound.len() >= 2 {
                self.add(&mut any, self.lexicon.sound_prefix(&sound), Fit::Pinyin);
            }
        }
        if any.is_empty() && is_sound {
            if let Some(words) = self.spelt(&sound, last) {
                groups.extend(words);
                return;
            }
            if self.manner == Manner::Relaxed && (4..=24).contains(&word.len()) {
                self.add_near(&mut any, word, &sound);
            }
        }
        groups.push(Group { text: word.to_owned(), any });
    }

    /// The words that `sound` spells one behind the other (`tianwenguan`), the fewest that there are, of equals the
    /// most used; the last may be the beginning of a word where `open`. `None` where it spells none.
    pub(super) fn spelt(&self, sound: &str, open: bool) -> Option<Vec<Group>> {
        let mut best: Vec<Option<Step>> = vec![None; sound.len() + 1];
        best[sound.len()] = Some(Step { cost: 0, to: sound.len(), open: false });
        for from in (0..sound.len()).rev() {
            let mut found: Option<Step> = None;
            let mut consider = |step: Step| {
                if found.is_none_or(|held| step.cost < held.cost) {
                    found = Some(step);
                }
            };
            for to in self.syllable_ends(sound, from) {
                let Some(rest) = best[to] else { continue };
                if let Some(cost) = self.cost(&sound[from..to]) {
                    consider(Step { cost: cost + rest.cost, to, open: false });
                }
            }
            if open && self.lexicon.sound_prefix(&sound[from..]).next().is_some() {
                consider(Step { cost: self.open_cost(), to: sound.len(), open: true });
            }
            best[from] = found;
        }
        let mut groups = Vec::new();
        let mut from = 0;
        while from < sound.len() {
            let step = best[from]?;
            let text = &sound[from..step.to];
            let mut any = Vec::new();
            self.add(&mut any, self.lexicon.sounding(text), Fit::Pinyin);
            if step.open {
                self.add(&mut any, self.lexicon.sound_prefix(text), Fit::Pinyin);
            }
            groups.push(Group { text: text.to_owned(), any });
            from = step.to;
        }
        (!groups.is_empty()).then_some(groups)
    }

    /// Where words may end that begin at `from`: at the end of a syllable.
    fn syllable_ends(&self, sound: &str, from: usize) -> Vec<usize> {
        let mut ends: Vec<usize> = Vec::new();
        let mut edge = vec![from];
        for _ in 0..SYLLABLES {
            let mut next = Vec::new();
            for at in edge {
                self.dictionary.readings.ends(sound, at, |to| {
                    if !ends.contains(&to) {
                        ends.push(to);
                        next.push(to);
                    }
                });
            }
            edge = next;
        }
        ends
    }

    /// What it costs to take the rest for the beginning of a word: more than a whole word, unless somebody types.
    fn open_cost(&self) -> u32 {
        if self.manner == Manner::Typing { 1200 } else { 2500 }
    }

    /// What it costs to take `sound` for one word: least for words that are much used, more for what the dictionary
    /// does not know, most for single characters.
    fn cost(&self, sound: &str) -> Option<u32> {
        let words = self.lexicon.sounding(sound).take(super::MOST);
        let cost = |id: WordId| {
            let odd = match self.lexicon.text(id) {
                text if is_single(text) => 800,
                text if !self.dictionary.knows(text) => 600,
                _ => 0,
            };
            1000 + odd - 10 * self.lexicon.uses(id).max(1).ilog2()
        };
        words.map(cost).min()
    }

    /// Adds the words that differ from `word` by a letter, or whose sound differs so from `sound`.
    fn add_near(&self, any: &mut Vec<(WordId, Fit)>, word: &str, sound: &str) {
        let mut seen = HashSet::new();
        let by_writing = slips(word).filter_map(|slip| self.lexicon.get(&slip));
        self.add(any, by_writing.filter(|id| seen.insert(*id)), Fit::Near);
        if any.is_empty() {
            let mut seen = HashSet::new();
            let by_sound = slips(sound).flat_map(|slip| self.lexicon.sounding(&slip).collect::<Vec<_>>());
            self.add(any, by_sound.filter(|id| seen.insert(*id)), Fit::Near);
        }
    }
}

/// What `word` becomes with one letter left out, put in or changed, or two neighbours swapped.
fn slips(word: &str) -> impl Iterator<Item = String> + '_ {
    // Letters of one byte each: see `Reader::letters`.
    let splits = (0..=word.len()).map(|at| word.split_at(at));
    splits.flat_map(|(left, right)| {
        let after = right.get(1..).unwrap_or_default();
        let left_out = (!right.is_empty()).then(|| [left, after].concat());
        let swapped = right.get(2..).map(|rest| [left, &right[1..2], &right[..1], rest].concat());
        let letters = ('a'..='z').flat_map(move |letter| {
            let mut letter_in = String::from(left);
            letter_in.push(letter);
            let changed = (!right.is_empty()).then(|| [&letter_in, after].concat());
            letter_in.push_str(right);
            [Some(letter_in), changed].into_iter().flatten()
        });
        left_out.into_iter().chain(swapped).chain(letters)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_one_letter_out_in_or_other_or_two_swapped() {
        let slips: HashSet<String> = slips("tower").collect();
        for slip in ["towr", "ower", "towe", "towers", "ttower", "towel", "power", "twoer", "towre"] {
            assert!(slips.contains(slip), "{slip}");
        }
        for other in ["to", "twore", "tow", "flower"] {
            assert!(!slips.contains(other), "{other}");
        }
    }
}
