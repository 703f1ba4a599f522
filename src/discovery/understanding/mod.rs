//! Reading a question as people type it: what is a filter is taken out, the rest stays to be found as words.
//!
//! 周末 带孩子 免费 天河 天文 asks for `when=weekend`, `audience=child_family`, `free=true`, `adcode=440106` and the
//! word 天文. Each [`Part`] is a parameter of the API with its value, so a client can show it, send it itself, or undo it.
//!
//! - `table` lists the words; a [`Lexicon`] holds them compiled, with the names of divisions and audiences.
//! - `scan` finds them from left to right, the longest first, and passes over [`Names`].
//! - `weigh` decides what each becomes: a part, nothing, or a word after all.
//!
//! Topics, forms and categories stay words: texts and codes carry them, and a filter would hide what only its text
//! says. Several parts of one parameter mean any of them, as a list in a query does.

mod days;
mod lexicon;
mod line;
mod names;
mod scan;
mod table;
mod weigh;

#[cfg(test)]
mod tests;

use std::ops::Range;

use chrono::{DateTime, Utc};

pub use lexicon::Lexicon;
pub use names::{Known, Landmark, Names};

use super::divisions::Divisions;
use crate::domain::calendar::Calendar;
use crate::domain::geo::Crs;
use crate::domain::time::day_of;
use line::Line;

/// What questions are understood by.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The words, compiled.
    pub lexicon: &'a Lexicon,
    /// Names that are not to be taken apart.
    pub names: &'a Names,
    /// Which division lies in which.
    pub divisions: &'a Divisions,
    /// The public holidays.
    pub calendar: &'a Calendar,
    /// In which positions are written: that of the request, since its `crs` goes on to hold.
    pub crs: Crs,
}

/// Part of a question that was read as a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// As typed.
    pub text: String,
    /// The bytes of the question where it stands.
    pub at: Range<usize>,
    /// Name of the parameter.
    pub param: &'static str,
    /// Its value, as a query writes it.
    pub value: String,
}

/// How a question was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Understanding {
    /// What stays to be found as words, as typed; empty where nothing does, and then everything that the parts
    /// leave is asked for.
    pub rest: String,
    /// What became parameters, in the order of the question. A place that one looks around is three with one text.
    pub parts: Vec<Part>,
}

impl Understanding {
    /// The parts as a query: each parameter once, several values as a list. They stand in for a given parameter of
    /// the same name: it was the same, or wider.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut all: Vec<(&'static str, String)> = Vec::new();
        for part in &self.parts {
            match all.iter_mut().find(|(param, _)| *param == part.param) {
                // One division only can be asked for: the first.
                Some(_) if part.param == "adcode" => {}
                Some((_, held)) => {
                    for value in
                        part.value.split(',').filter(|v| held.split(',').all(|h| h != *v)).collect::<Vec<_>>()
                    {
                        held.push(',');
                        held.push_str(value);
                    }
                }
                None => all.push((part.param, part.value.clone())),
            }
        }
        all
    }
}

impl Understanding {
    /// The parts that count: of several divisions the first.
    pub fn read(&self) -> impl Iterator<Item = &Part> {
        let mut divisions = 0;
        self.parts.iter().filter(move |part| {
            divisions += usize::from(part.param == "adcode");
            part.param != "adcode" || divisions == 1
        })
    }
}

/// Reads a question. `folded` is `q` in lower case, narrow forms and simplified characters, as it is matched with
/// names. `given` tells the value of a parameter that the request has explicitly: it stands, and words of the same
/// parameter are dropped; but a district within a given city, and a place to look around, are taken.
pub fn understand(
    q: &str,
    folded: &str,
    world: &World<'_>,
    given: &dyn Fn(&str) -> Option<String>,
    now: DateTime<Utc>,
) -> Understanding {
    let line = Line::new(q, folded);
    let found = scan::scan(&line, world, day_of(now));
    weigh::weigh(&line, &found, world, given, now)
}
