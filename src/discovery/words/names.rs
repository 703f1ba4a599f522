//! What things are called, found by the beginning while somebody types: in characters, pinyin or initials.

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

/// The longest name, in bytes of any form; the rest is not found by.
const LONGEST: usize = 1024;

impl<T: Clone + PartialEq> Names<T> {
    /// Enters a name. The same name may stand for several things.
    pub fn insert(&mut self, dictionary: &Dictionary, name: &str, payload: T) {
        let spelling = Spelling::of(dictionary, &dictionary.fold(name));
        let keys = spelling.keys();
        let name = Name { held: Some((Arc::new(spelling), payload)) };
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
        for (form, start) in keys {
            let (names, key) = (&self.names, Key { name: at, start, form });
            self.keys.insert(key, |held| order(names, held) < order(names, key));
        }
    }

    /// Takes out a name with what it stands for; `false` where it was not entered so.
    pub fn remove(&mut self, dictionary: &Dictionary, name: &str, payload: &T) -> bool {
        let text =
            Spelling::of(dictionary, &dictionary.fold(name)).forms.into_iter().next().unwrap_or_default();
        let mut same = self.beginning(&text).filter(|key| {
            (key.start, key.form) == (0, Form::Text)
                && self.rest(*key).len() == text.len()
                && self.payload(*key).is_some_and(|held| held == payload)
        });
        let Some(Key { name: at, .. }) = same.next() else { return false };
        drop(same);
        let keys =
            self.names.get(at as usize).and_then(|name| name.held.as_ref()).map(|(held, _)| held.keys());
        for (form, start) in keys.unwrap_or_default() {
            let (names, key) = (&self.names, Key { name: at, start, form });
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
        let mut found: Vec<(Match, usize, Key)> = Vec::new();
        let mut gather = |asked: &str, forms: &[Form]| {
            for key in self.beginning(asked).filter(|key| forms.contains(&key.form)) {
                let (within, part) = (key.start > 0, self.rest(key).len() > asked.len());
                let length = self.spelling(key).map_or(0, |spelling| spelling.forms[0].len());
                found.push((Match { within, part, form: key.form }, length, key));
            }
        };
        let pinyin = typed(&asked);
        if pinyin == asked {
            gather(&asked, &[Form::Text, Form::Pinyin, Form::Initials]);
        } else {
            gather(&asked, &[Form::Text, Form::Initials]);
            gather(&pinyin, &[Form::Pinyin]);
        }
        // The order of the names decides between equals, not their numbers, which differ from replica to replica.
        found.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| self.text(a.2).cmp(self.text(b.2))));
        let mut seen = std::collections::HashSet::new();
        let firsts = found.into_iter().filter(|(_, _, key)| seen.insert(key.name));
        firsts.filter_map(|(how, _, key)| Some((self.payload(key)?.clone(), how))).take(most).collect()
    }

    fn beginning<'a>(&'a self, asked: &'a str) -> impl Iterator<Item = Key> + 'a {
        self.keys
            .from(move |key| self.rest(key) < asked)
            .take_while(move |key| self.rest(*key).starts_with(asked))
    }

    fn rest(&self, key: Key) -> &str {
        order(&self.names, key).0
    }

    fn text(&self, key: Key) -> &str {
        self.spelling(key).map_or("", |spelling| &spelling.forms[0])
    }

    fn spelling(&self, key: Key) -> Option<&Spelling> {
        self.names.get(key.name as usize)?.held.as_ref().map(|(spelling, _)| &**spelling)
    }

    fn payload(&self, key: Key) -> Option<&T> {
        self.names.get(key.name as usize)?.held.as_ref().map(|(_, payload)| payload)
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

    /// The forms and beginnings that it is found by.
    fn keys(&self) -> Vec<(Form, u16)> {
        let mut keys = Vec::with_capacity(3 * self.starts.len());
        for (form, letters) in [Form::Text, Form::Pinyin, Form::Initials].into_iter().zip(&self.forms) {
            let starts = self.starts.iter().map(|starts| starts[form as usize]);
            keys.extend(
                starts.filter(|start| usize::from(*start) < letters.len()).map(|start| (form, start)),
            );
        }
        // A word without a sound begins where the next one does.
        keys.dedup();
        keys
    }
}
