//! Reading Chinese characters.

use super::{Fit, Group, Manner, Reader, is_single};
use crate::discovery::words::WordId;

impl Reader<'_> {
    /// Reads a run of Chinese characters: the stretches of it between words that say nothing.
    pub(super) fn chinese(&self, run: &str, last: bool, groups: &mut Vec<Group>) {
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
}
