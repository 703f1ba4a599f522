//! How the words of a question are read.

use std::collections::HashSet;

use super::dictionary::{Dictionary, clipped};
use super::fold::{Run, is_han, runs};
use super::lexicon::{Lexicon, WordId};
use super::readings::typed;

mod pinyin;

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

    /// Reads a run of Chinese characters: the stretches of it between words that say nothing.
    fn chinese(&self, run: &str, last: bool, groups: &mut Vec<Group>) {
        let (mut start, mut end) = (0, 0);
        let mut stretch = Vec::new();
        for word in self.dictionary.cut(run) {
            end += word.len();
            if self.is_idle(word) {
                self.stretch(&run[start..end - word.len()], &stretch, false, groups);
                stretch.clear();
                start = end;
            } else {
                stretch.push(word);
            }
        }
        self.stretch(&run[start..], &stretch, last, groups);
    }

    /// Reads words that follow each other, `together`.
    fn stretch(&self, together: &str, words: &[&str], last: bool, groups: &mut Vec<Group>) {
        let first = groups.len();
        let mut end = 0;
        for words in words.chunk_by(|a, b| is_single(a) && is_single(b)) {
            let start = end;
            end += words.iter().map(|word| word.len()).sum::<usize>();
            let last = last && end == together.len();
            match words {
                [word] if !is_single(word) => self.word(word, last, groups),
                // Characters that make no word of the dictionary may make one of the catalogue.
                _ => self.characters(&together[start..end], last, groups),
            }
        }
        let unknown = groups[first..].iter().any(|group| group.any.is_empty());
        if self.manner == Manner::Relaxed
            && unknown
            && let Some(sound) = self.dictionary.sound(together)
            && let Some(alike) = self.spelt(&sound, false)
            && alike.len() < together.chars().count()
        {
            groups.truncate(first);
            groups.extend(alike.into_iter().map(|group| Group {
                any: group.any.into_iter().map(|(id, _)| (id, Fit::Near)).collect(),
                ..group
            }));
        }
    }

    /// Reads characters that make no word of the dictionary: the pairs that the catalogue has, and what is left.
    fn characters(&self, stretch: &str, last: bool, groups: &mut Vec<Group>) {
        let ends: Vec<usize> = stretch.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
        let mut covered = 0;
        let mut start = 0;
        for (at, end) in ends.iter().enumerate() {
            let is_last = last && at + 1 == ends.len();
            if let Some(next) = ends.get(at + 1)
                && let Some(id) = self.lexicon.get(&stretch[start..*next])
            {
                let any =
                    if last && at + 2 == ends.len() { self.beginning(id) } else { vec![(id, Fit::Exact)] };
                groups.push(Group { text: stretch[start..*next].to_owned(), any });
                covered = *next;
            } else if covered < *end {
                let text = &stretch[start..*end];
                let mut any: Vec<_> = self.lexicon.get(text).map(|id| (id, Fit::Exact)).into_iter().collect();
                if ends.len() == 1 || is_last {
                    self.add(&mut any, self.lexicon.prefix(text), Fit::Prefix);
                }
                groups.push(Group { text: text.to_owned(), any });
            }
            start = *end;
        }
    }

    /// A word of the catalogue, and while somebody types those that begin with it.
    fn beginning(&self, id: WordId) -> Vec<(WordId, Fit)> {
        let mut any = vec![(id, Fit::Exact)];
        if self.manner == Manner::Typing {
            self.add(&mut any, self.lexicon.prefix(self.lexicon.text(id)), Fit::Prefix);
        }
        any
    }

    /// Reads a word of the dictionary.
    fn word(&self, word: &str, last: bool, groups: &mut Vec<Group>) {
        let mut any = match self.lexicon.get(word) {
            Some(id) if last => self.beginning(id),
            Some(id) => vec![(id, Fit::Exact)],
            None => Vec::new(),
        };
        if any.is_empty() && last {
            self.add(&mut any, self.lexicon.prefix(word), Fit::Prefix);
        }
        if any.is_empty()
            && let Some(parts) = self.parts(word)
        {
            for part in parts {
                if is_single(part) {
                    self.characters(part, last && word.ends_with(part), groups);
                } else {
                    self.word(part, false, groups);
                }
            }
            return;
        }
        if self.manner == Manner::Relaxed
            && let Some(sound) = self.dictionary.sound(word)
        {
            self.add(&mut any, self.lexicon.sounding(&sound), Fit::Near);
        }
        groups.push(Group { text: word.to_owned(), any });
    }

    /// An unknown word of three characters or more in the fewest known ones, not all of them single.
    fn parts<'w>(&self, word: &'w str) -> Option<Vec<&'w str>> {
        let bounds: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
        let characters = bounds.len() - 1;
        if characters < 3 {
            return None;
        }
        // From the end: the number of parts of the rest, and the end of its first.
        let mut best: Vec<Option<(usize, usize)>> = vec![None; characters + 1];
        best[characters] = Some((0, characters));
        for from in (0..characters).rev() {
            let ends = (from + 1..=characters)
                .filter(|to| self.lexicon.get(&word[bounds[from]..bounds[*to]]).is_some());
            best[from] = ends.filter_map(|to| Some((best[to]?.0 + 1, to))).min();
        }
        let (count, _) = best[0].filter(|(count, _)| *count < characters)?;
        let mut parts = Vec::with_capacity(count);
        let mut from = 0;
        while let Some((1.., to)) = best[from] {
            parts.push(&word[bounds[from]..bounds[to]]);
            from = to;
        }
        Some(parts)
    }

    /// Reads a word in letters and digits: as itself, else as pinyin.
    fn letters(&self, word: &str, last: bool, groups: &mut Vec<Group>) {
        let mut any: Vec<_> = self.lexicon.get(word).map(|id| (id, Fit::Exact)).into_iter().collect();
        let is_sound = word.bytes().all(|byte| byte.is_ascii_lowercase());
        let sound = typed(word);
        // Short words of English are syllables too: he, pan, men.
        if is_sound && (any.is_empty() || word.len() >= 4) {
            self.add(&mut any, self.lexicon.sounding(&sound), Fit::Pinyin);
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

    /// Adds the most used of `words` to those that answer, as far as there is room.
    fn add(&self, any: &mut Vec<(WordId, Fit)>, words: impl Iterator<Item = WordId>, fit: Fit) {
        let mut more: Vec<WordId> =
            words.take(LOOKED_AT).filter(|id| any.iter().all(|(held, _)| held != id)).collect();
        let room = MOST.saturating_sub(any.len());
        // By writing where uses are equal, since numbers of words differ from replica to replica.
        let uses = |id: &WordId| std::cmp::Reverse(self.lexicon.uses(*id));
        let order = |a: &WordId, b: &WordId| {
            uses(a).cmp(&uses(b)).then_with(|| self.lexicon.text(*a).cmp(self.lexicon.text(*b)))
        };
        if more.len() > room && room > 0 {
            more.select_nth_unstable_by(room, order);
        }
        more.truncate(room);
        more.sort_unstable_by(order);
        any.extend(more.into_iter().map(|id| (id, fit)));
    }
}

fn is_single(word: &str) -> bool {
    word.chars().nth(1).is_none()
}
