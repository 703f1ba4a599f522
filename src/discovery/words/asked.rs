//! How the words of a question are read.

use std::collections::HashSet;

use super::dictionary::{Dictionary, clipped};
use super::fold::{Run, is_han, runs};
use super::lexicon::{Lexicon, WordId};
use super::readings::typed;

mod chinese;
mod letters;

/// How a word of the catalogue answers a word of the question. The better is the lesser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fit {
    /// It is the word.
    Exact,
    /// It begins with it.
    Prefix,
    /// It sounds like what was typed in letters, or its sound begins so.
    Pinyin,
    /// It sounds the same, or differs by one letter.
    Near,
}

/// In what manner a question is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As a finished question: a word that the catalogue has means itself.
    Plain,
    /// As what stands there while somebody types: the last word may be the beginning of a longer one.
    Typing,
    /// As mistyped: where a word is unknown, what sounds alike or differs by a letter will do.
    Relaxed,
}

/// One thing asked for: any of these words will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The word of the question, folded.
    pub text: String,
    /// The words that answer it, the best fit first, of equals the more used; none where it is unknown. At most 64.
    pub any: Vec<(WordId, Fit)>,
}

/// A question read against the words of the catalogue: each of the groups must be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The question, folded.
    pub folded: String,
    /// What must be found; none where the question has no words that could be.
    pub groups: Vec<Group>,
}

/// How many words may answer one word of a question.
const MOST: usize = 64;
/// How many words that begin alike are looked at, to take the most used.
const LOOKED_AT: usize = 8192;
/// The longest question that is read, in bytes; the rest of it is not.
const LONGEST: usize = 300;

impl Asked {
    /// Reads a question.
    pub fn read(dictionary: &Dictionary, lexicon: &Lexicon, question: &str, manner: Manner) -> Self {
        let mut folded = dictionary.fold(question);
        folded.truncate(folded.floor_char_boundary(LONGEST));
        let mut reader = Reader { dictionary, lexicon, manner, all: false };
        let mut groups = reader.question(&folded);
        if groups.is_empty() {
            reader.all = true;
            groups = reader.question(&folded);
        }
        // A word asked twice is asked once.
        let mut seen = HashSet::new();
        groups.retain(|group| seen.insert(group.text.clone()));
        Self { folded, groups }
    }

    /// Whether a word is unknown, so that nothing has them all.
    pub fn is_hopeless(&self) -> bool {
        self.groups.is_empty() || self.groups.iter().any(|group| group.any.is_empty())
    }

    /// The distinct Chinese characters of the question, in order: see [`super::resembles`].
    pub fn characters(&self) -> Vec<char> {
        let mut seen = HashSet::new();
        self.folded.chars().filter(|c| is_han(*c) && seen.insert(*c)).collect()
    }
}

/// A stretch of a question.
enum Chunk<'a> {
    Han(&'a str),
    Letters(String),
}

/// What a question is read with.
struct Reader<'a> {
    dictionary: &'a Dictionary,
    lexicon: &'a Lexicon,
    manner: Manner,
    /// Words that say nothing are asked for too, since there are no others.
    all: bool,
}

impl Reader<'_> {
    fn question(&self, folded: &str) -> Vec<Group> {
        let chunks = self.chunks(folded);
        let mut groups = Vec::new();
        for (at, chunk) in chunks.iter().enumerate() {
            let last = at + 1 == chunks.len();
            match chunk {
                Chunk::Han(run) => self.chinese(run, last, &mut groups),
                Chunk::Letters(word) => self.letters(word, last, &mut groups),
            }
        }
        groups
    }

    /// Whether a word is not asked for.
    fn is_idle(&self, word: &str) -> bool {
        !self.all && (self.dictionary.is_stop(word) || self.dictionary.is_filler(word))
    }

    /// The stretches of the question. Syllables typed one by one (`tian wen guan`) are one stretch.
    fn chunks<'q>(&self, folded: &'q str) -> Vec<Chunk<'q>> {
        let is_syllables = |word: &str| {
            self.lexicon.get(word).is_none() && self.dictionary.readings.are_syllables(&typed(word))
        };
        let mut chunks = Vec::new();
        let mut open = false;
        for run in runs(folded) {
            match run {
                Run::Han(run) => chunks.push(Chunk::Han(run)),
                Run::Other(word) if self.is_idle(word) => {}
                Run::Other(word) => {
                    let syllables = is_syllables(word);
                    match chunks.last_mut() {
                        Some(Chunk::Letters(before)) if open && syllables => before.push_str(word),
                        _ => chunks.push(Chunk::Letters(clipped(word).to_owned())),
                    }
                    open = syllables;
                    continue;
                }
            }
            open = false;
        }
        chunks
    }

    /// Adds the most used of `words` to those that answer, as far as there is room.
    fn add(&self, any: &mut Vec<(WordId, Fit)>, words: impl Iterator<Item = WordId>, fit: Fit) {
        let room = MOST.saturating_sub(any.len());
        if room == 0 {
            return;
        }
        let more = words.take(LOOKED_AT).filter(|id| any.iter().all(|(held, _)| held != id));
        // As they come where uses are equal, since numbers of words differ from replica to replica.
        let uses = |(at, id)| (std::cmp::Reverse(self.lexicon.uses(id)), at, id);
        let mut more: Vec<_> = more.enumerate().map(uses).collect();
        if more.len() > room {
            more.select_nth_unstable(room);
            more.truncate(room);
        }
        more.sort_unstable();
        any.extend(more.into_iter().map(|(_, _, id)| (id, fit)));
    }
}

fn is_single(word: &str) -> bool {
    word.chars().nth(1).is_none()
}
