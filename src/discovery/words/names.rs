//! What things are called, found by the beginning while somebody types: in characters, pinyin or initials.

use std::collections::HashSet;
use std::sync::Arc;

use super::dictionary::Dictionary;
use super::fold::{Run, is_han, runs};
use super::readings::{spelt, typed};
use super::store::{Ordered, Pages};

/// The form in which a name was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    /// As it is written.
    Text,
    /// In pinyin.
    Pinyin,
    /// By the first letters of its pinyin.
    Initials,
}

/// How a name was found. The better match is the lesser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Match {
    /// What was asked stands within the name, at the beginning of a word, not at its own.
    pub within: bool,
    /// The name goes on behind what was asked.
    pub part: bool,
    /// The form it was found in.
    pub form: Form,
}

/// A name in all its forms, without spaces.
#[derive(Debug)]
struct Spelling {
    forms: [String; 3],
    /// Where its words begin in each form.
    starts: Vec<[u16; 3]>,
}

#[derive(Debug, Clone)]
struct Name<T> {
    /// `None` for one that was taken out.
    held: Option<(Arc<Spelling>, T)>,
}

/// The rest of a name from one of its words on, in one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    name: u32,
    start: u16,
    form: Form,
    /// The length of the name, as far as it can be counted.
    length: u8,
}

/// Names with what they stand for. A clone shares everything, and a change copies what it touches.
#[derive(Debug, Clone)]
pub struct Names<T> {
    names: Pages<Name<T>>,
    free: Arc<Vec<u32>>,
    keys: Ordered<Key>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { names: Pages::default(), free: Arc::default(), keys: Ordered::default() }
    }
}

/// How often one name may well be among the best matches.
const MATCHES: usize = 8;
/// The longest name, in bytes of any form; the rest is not found by.
const LONGEST: usize = 1024;

impl<T: Clone + PartialEq> Names<T> {
    /// Enters a name. The same name may stand for several things.
    pub fn insert(&mut self, dictionary: &Dictionary, name: &str, payload: T) {
        let spelling = Arc::new(Spelling::of(dictionary, &dictionary.fold(name)));
        let name = Name { held: Some((Arc::clone(&spelling), payload)) };
        let at = match Arc::make_mut(&mut self.free).pop() {
            Some(at) => {
                if let Some(free) = self.names.get_mut(at as usize) {
                    *free = name;
                }
                at
            }
            None => {
                self.names.push(name);
                u32::try_from(self.names.len() - 1).unwrap_or(u32::MAX)
            }
        };
        for key in spelling.keys(at) {
            let names = &self.names;
            self.keys.insert(key, |held| order(names, held) < order(names, key));
        }
    }

    /// Takes out a name with what it stands for; `false` where it was not entered so.
    pub fn remove(&mut self, dictionary: &Dictionary, name: &str, payload: &T) -> bool {
        let Spelling { forms: [text, ..], .. } = Spelling::of(dictionary, &dictionary.fold(name));
        let span = self.keys.between(|key| self.rest(key) < text.as_str(), |key| self.rest(key) == text);
        let whole = self.keys.items(span).filter(|key| (key.start, key.form) == (0, Form::Text));
        let mut same = whole.map(|key| key.name).filter(|at| self.payload(*at) == Some(payload));
        let Some(at) = same.next() else { return false };
        drop(same);
        let held = self.names.get(at as usize).and_then(|name| name.held.as_ref());
        for key in held.map(|(spelling, _)| spelling.keys(at)).unwrap_or_default() {
            let names = &self.names;
            self.keys.remove(|held| order(names, held) < order(names, key), |held| held == key);
        }
        if let Some(name) = self.names.get_mut(at as usize) {
            name.held = None;
        }
        Arc::make_mut(&mut self.free).push(at);
        true
    }

    /// What the names beginning with `question` stand for, or one of whose words begins with it, the best match
    /// first, of equals the shorter name; at most `most`. A thing with several such names comes several times.
    pub fn find(&self, dictionary: &Dictionary, question: &str, most: usize) -> Vec<(T, Match)> {
        let mut asked = dictionary.fold(question);
        asked.retain(|c| c != ' ');
        if asked.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut gather = |asked: &str, forms: &[Form]| {
            let span =
                self.keys.between(|key| self.rest(key) < asked, |key| self.rest(key).starts_with(asked));
            // Those that are just what was asked come first; behind them no name needs to be looked into.
            let mut part = false;
            for key in self.keys.items(span) {
                part = part || self.rest(key).len() > asked.len();
                if forms.contains(&key.form) {
                    let how = Match { within: key.start > 0, part, form: key.form };
                    // Their order decides between equals, not their numbers, which differ from replica to replica.
                    found.push((how, key.length, found.len(), key.name));
                }
            }
        };
        let pinyin = typed(&asked);
        if pinyin == asked {
            gather(&asked, &[Form::Text, Form::Pinyin, Form::Initials]);
        } else {
            gather(&asked, &[Form::Text, Form::Initials]);
            gather(&pinyin, &[Form::Pinyin]);
        }
        // A name may be found from several of its words and in three forms.
        let enough = most.saturating_mul(MATCHES);
        if found.len() > enough {
            found.select_nth_unstable(enough);
            found.truncate(enough);
        }
        found.sort_unstable();
        let mut seen = HashSet::new();
        let firsts = found.into_iter().filter(|(.., name)| seen.insert(*name));
        firsts.filter_map(|(how, .., name)| Some((self.payload(name)?.clone(), how))).take(most).collect()
    }

    fn rest(&self, key: Key) -> &str {
        order(&self.names, key).0
    }

    fn payload(&self, name: u32) -> Option<&T> {
        self.names.get(name as usize)?.held.as_ref().map(|(_, payload)| payload)
    }
}

/// What keys are ordered by.
fn order<T: Clone>(names: &Pages<Name<T>>, key: Key) -> (&str, u32, Form, u16) {
    let name = names.get(key.name as usize).and_then(|name| name.held.as_ref());
    let rest = name.map_or("", |(spelling, _)| &spelling.forms[key.form as usize][usize::from(key.start)..]);
    (rest, key.name, key.form, key.start)
}

impl Spelling {
    fn of(dictionary: &Dictionary, folded: &str) -> Self {
        let mut spelling = Self { forms: Default::default(), starts: Vec::new() };
        // A name in letters alone has no pinyin and no initials.
        let chinese = folded.contains(is_han);
        for run in runs(folded) {
            match run {
                Run::Han(run) => dictionary.cut(run).for_each(|word| spelling.add_chinese(dictionary, word)),
                Run::Other(word) => {
                    spelling.start();
                    spelling.forms[0].push_str(word);
                    if chinese {
                        spelling.forms[1].push_str(word);
                        spelling.forms[2].push_str(word);
                    }
                }
            }
            if spelling.forms.iter().any(|form| form.len() > LONGEST) {
                break;
            }
        }
        spelling
    }

    fn start(&mut self) {
        self.starts.push(self.forms.each_ref().map(|form| u16::try_from(form.len()).unwrap_or(u16::MAX)));
    }

    fn add_chinese(&mut self, dictionary: &Dictionary, word: &str) {
        self.start();
        let [text, pinyin, initials] = &mut self.forms;
        text.push_str(word);
        for syllable in dictionary.readings.of(word).flatten() {
            initials.extend(spelt(syllable).next());
            pinyin.extend(spelt(syllable));
        }
    }

    /// What it is found by, as the name of this number.
    fn keys(&self, name: u32) -> Vec<Key> {
        let length = u8::try_from(self.forms[0].len()).unwrap_or(u8::MAX);
        let mut keys = Vec::with_capacity(3 * self.starts.len());
        for (form, letters) in [Form::Text, Form::Pinyin, Form::Initials].into_iter().zip(&self.forms) {
            let starts = self.starts.iter().map(|starts| starts[form as usize]);
            let starts = starts.filter(|start| usize::from(*start) < letters.len());
            keys.extend(starts.map(|start| Key { name, start, form, length }));
        }
        // A word without a sound begins where the next one does.
        keys.dedup();
        keys
    }
}
