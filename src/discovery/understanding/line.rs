//! A question as it was typed beside its folded form, character by character.

use std::ops::Range;

/// A question in two forms. Places in it are counted in characters of the folded form.
pub struct Line<'a> {
    typed: &'a str,
    folded: String,
    /// For each character, and for the end: where it begins in `folded` and in `typed`.
    begins: Vec<(usize, usize)>,
}

impl<'a> Line<'a> {
    /// `folded` is `typed` in lower case, narrow forms and simplified characters. Where it has not one character
    /// for each one typed, case and width are folded here and the rest is left.
    pub fn new(typed: &'a str, folded: &str) -> Self {
        let folded = if folded.chars().count() == typed.chars().count() {
            folded.to_owned()
        } else {
            typed.chars().map(fold).collect()
        };
        let ends = std::iter::once((folded.len(), typed.len()));
        let begins = folded.char_indices().zip(typed.char_indices()).map(|((a, _), (b, _))| (a, b));
        Self { typed, begins: begins.chain(ends).collect(), folded }
    }

    /// How many characters it has.
    pub fn len(&self) -> usize {
        self.begins.len() - 1
    }

    /// What was typed there.
    pub fn typed(&self, at: &Range<usize>) -> &'a str {
        &self.typed[self.typed_at(at)]
    }

    /// The bytes of what was typed there.
    pub fn typed_at(&self, at: &Range<usize>) -> Range<usize> {
        self.begins[at.start].1..self.begins[at.end].1
    }

    /// The folded text there.
    pub fn folded(&self, at: Range<usize>) -> &str {
        &self.folded[self.begins[at.start].0..self.begins[at.end].0]
    }

    /// The folded text from there to the end.
    pub fn rest(&self, from: usize) -> &str {
        &self.folded[self.begins[from].0..]
    }

    /// The folded character there; `None` past the end.
    pub fn get(&self, at: usize) -> Option<char> {
        self.rest(at.min(self.len())).chars().next()
    }

    /// The folded character before; `None` at the start.
    pub fn before(&self, at: usize) -> Option<char> {
        self.get(at.checked_sub(1)?)
    }

    /// Whether a word can begin or end there: not within a word of Latin letters, nor within a number.
    pub fn is_edge(&self, at: usize) -> bool {
        let alike =
            |kind: fn(char) -> bool| self.before(at).is_some_and(kind) && self.get(at).is_some_and(kind);
        !alike(|c| c.is_ascii_alphabetic() || c == '\'') && !alike(|c| c.is_ascii_digit())
    }

    /// Whether nothing but white space and punctuation stands there.
    pub fn is_blank(&self, at: Range<usize>) -> bool {
        !self.folded(at).contains(char::is_alphanumeric)
    }

    /// The end of the words written without a break from `from` on: white space breaks Chinese, not English.
    pub fn run_end(&self, from: usize) -> usize {
        let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let goes_on = |at: &usize| match self.get(*at) {
            Some(' ' | '\'') => latin(self.before(*at)) && latin(self.get(at + 1)),
            Some(c) => c.is_alphanumeric(),
            None => false,
        };
        (from..self.len()).find(|at| !goes_on(at)).unwrap_or(self.len())
    }
}

/// The first character of the folded form: lower case, full-width forms as ASCII.
fn fold(c: char) -> char {
    let narrow = match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    narrow.to_lowercase().next().unwrap_or(narrow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_the_folded_form_lead_back_to_what_was_typed() {
        let line = Line::new("ＦＲＥＥ 親子", "free 亲子");
        assert_eq!((line.len(), line.folded(5..7), line.typed(&(5..7))), (7, "亲子", "親子"));
        let line = Line::new("İ天　河", "of another length");
        assert_eq!((line.folded(1..4), line.typed(&(1..4))), ("天 河", "天　河"));
    }

    #[test]
    fn words_end_at_edges_and_runs_at_breaks() {
        let line = Line::new("canton tower附近 亲子", "canton tower附近 亲子");
        assert!(line.is_edge(6) && line.is_edge(12) && !line.is_edge(3));
        assert_eq!((line.run_end(0), line.run_end(15)), (14, 17));
    }
}
