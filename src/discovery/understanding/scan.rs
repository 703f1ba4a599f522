//! Finding words with a meaning, from left to right, the longest first.

use std::ops::Range;

use chrono::NaiveDate;

use super::World;
use super::days::{age, date};
use super::lexicon::Meaning;
use super::line::Line;
use super::names::{Known, Landmark};
use super::table;

/// What was found in a question, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Which characters.
    pub at: Range<usize>,
    /// What they say.
    pub says: Says,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub enum Says {
    /// A word of the lexicon.
    Word(Meaning),
    /// An age.
    Age(u32),
    /// Around a place that has a name.
    Around(Landmark),
    /// Around what stands before and is no known place: it says nothing.
    AroundUnknown,
}

/// What stands before a place in the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// The start, white space or punctuation.
    Break,
    /// Something that was found.
    Found,
    /// A word.
    Word,
}

/// Sentence-final and joining particles, which need nothing after them.
const PARTICLES: &str = "的吗呢吧呀啊了";

/// Verbs that go before what is looked for: 看星星, 听讲座.
const VERBS: &str = "看听学逛玩";

/// How far before 附近 a place's name may begin.
const LONGEST_NAME: usize = 24;

/// Everything in the question that is more than a word, in order. Names are passed over whole.
pub fn scan(line: &Line<'_>, world: &World<'_>, today: NaiveDate) -> Vec<Found> {
    let scanner = Scanner { line, world, today };
    let (mut found, mut at, mut before) = (Vec::new(), 0, Before::Break);
    while at < line.len() {
        match scanner.step(at, before) {
            Some(step) if step.says == Says::Word(Meaning::Plain) => {
                (at, before) = (step.at.end, Before::Word);
            }
            Some(step) => {
                (at, before) = (step.at.end, Before::Found);
                found.push(step);
            }
            None => {
                let in_word = line.get(at).is_some_and(char::is_alphanumeric);
                before = if in_word { Before::Word } else { Before::Break };
                at += 1;
            }
        }
    }
    found
}

struct Scanner<'a> {
    line: &'a Line<'a>,
    world: &'a World<'a>,
    today: NaiveDate,
}

impl Scanner<'_> {
    fn step(&self, at: usize, before: Before) -> Option<Found> {
        if !self.line.is_edge(at) || !self.line.get(at)?.is_alphanumeric() {
            return None;
        }
        let found = self.surroundings(at).or_else(|| {
            let numbers = self.numbers(at);
            let word = self.word(at, before);
            [numbers, word].into_iter().flatten().max_by_key(|found| found.at.end)
        });
        // A filter that is denied is none: 不免费.
        let denied = matches!(self.line.before(at), Some('不' | '非' | '没'));
        let found = found.filter(|_| !denied || before != Before::Word);
        let end = found.as_ref().map_or(at, |found| found.at.end);
        let name = self.name(at).filter(|name| *name > end);
        name.map(|end| Found { at: at..end, says: Says::Word(Meaning::Plain) }).or(found)
    }

    /// The longest word of the lexicon that can stand here.
    fn word(&self, at: usize, before: Before) -> Option<Found> {
        let words = self.world.lexicon.at(self.line.rest(at)).map(|(len, meaning)| (at + len, meaning));
        let mut words = words.filter(|(end, _)| self.line.is_edge(*end));
        let (end, meaning) = words.find(|(end, meaning)| match meaning {
            Meaning::Place { bare: true, .. } => !self.goes_on_as_name(*end),
            Meaning::Glue => self.glues(at, *end, before),
            Meaning::Asking | Meaning::General => {
                *end > at + 2 || before != Before::Word || self.ends(*end) || self.goes_on(*end)
            }
            _ => true,
        })?;
        let found = |end, says| Some(Found { at: at..end, says });
        match meaning {
            Meaning::Near => match self.place_after(end) {
                Some((end, landmark)) => found(end, Says::Around(landmark)),
                None => found(end, Says::AroundUnknown),
            },
            Meaning::Around if before == Before::Word => found(end, Says::AroundUnknown),
            meaning => found(end, Says::Word(meaning.clone())),
        }
    }

    /// Whether a division's name is but the beginning of another one: 中山大学, 白云山.
    fn goes_on_as_name(&self, at: usize) -> bool {
        let rest = self.line.rest(at);
        table::words(table::NAME_ENDS).any(|end| rest.starts_with(end))
    }

    /// Whether a single character joins what was found to something else that is no word of the question's own.
    fn glues(&self, at: usize, end: usize, before: Before) -> bool {
        let Some(glue) = self.line.get(at) else { return false };
        if PARTICLES.contains(glue) {
            return before == Before::Found || (self.ends(end) && before == Before::Word);
        }
        let object = || VERBS.contains(glue) && self.line.run_end(end) >= end + 2;
        before != Before::Word && (self.ends(end) || object() || self.goes_on(end))
    }

    /// Whether no word goes on there.
    fn ends(&self, at: usize) -> bool {
        !self.line.get(at).is_some_and(char::is_alphanumeric)
    }

    /// Whether something with a meaning of its own begins there.
    fn goes_on(&self, at: usize) -> bool {
        let word = || {
            self.world.lexicon.at(self.line.rest(at)).any(|(len, meaning)| {
                !matches!(meaning, Meaning::Glue | Meaning::Plain) && self.line.is_edge(at + len)
            })
        };
        self.surroundings(at).or_else(|| self.numbers(at)).is_some() || word()
    }

    fn numbers(&self, at: usize) -> Option<Found> {
        let date = date(self.line, at, self.today)
            .map(|(day, end)| Found { at: at..end, says: Says::Word(Meaning::Day(day, None)) });
        date.or_else(|| age(self.line, at).map(|(age, end)| Found { at: at..end, says: Says::Age(age) }))
    }

    /// A place with 附近 or its like after it.
    fn surroundings(&self, at: usize) -> Option<Found> {
        self.begins_name(at)?;
        let last = self.line.len().min(at + LONGEST_NAME);
        (at + 2..last).find_map(|end| {
            let gap = usize::from(self.line.get(end) == Some(' '));
            let word = self.world.lexicon.at(self.line.rest(end + gap)).next();
            let (len, _) = word.filter(|(_, meaning)| **meaning == Meaning::Around)?;
            let landmark = self.world.names.landmark(self.line.folded(at..end))?;
            Some(Found { at: at..end + gap + len, says: Says::Around(landmark) })
        })
    }

    /// The place whose name stands from `at` on, after white space.
    fn place_after(&self, at: usize) -> Option<(usize, Landmark)> {
        let at = at + usize::from(self.line.get(at) == Some(' '));
        self.begins_name(at)?;
        let ends = (at + 2..=self.line.run_end(at)).rev().filter(|end| self.line.is_edge(*end));
        ends.into_iter().find_map(|end| Some((end, self.world.names.landmark(self.line.folded(at..end))?)))
    }

    /// The end of a name that stands from `at` on: whole, or begun and not gone on with, or all but its last
    /// character as typed, which may be a wrong one.
    fn name(&self, at: usize) -> Option<usize> {
        self.begins_name(at)?;
        let known = |end| self.world.names.known(self.line.folded(at..end));
        let last = self.line.run_end(at);
        let fits = |end: &usize| match known(*end) {
            Known::Whole => self.line.is_edge(*end),
            Known::Begins => *end == last,
            Known::No => false,
        };
        let mistyped = || (last >= at + 5 && known(last - 1) != Known::No).then_some(last);
        (at + 3..=last).rev().find(fits).or_else(mistyped)
    }

    fn begins_name(&self, at: usize) -> Option<()> {
        let two = at + 2 <= self.line.len();
        (two && self.world.names.known(self.line.folded(at..at + 2)) != Known::No).then_some(())
    }
}
