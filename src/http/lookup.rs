//! From parameters to a question of the read model: what only the catalogue can judge.

use std::fmt::Display;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::params::groups::{ADCODE, FROM, LAT, Q, TO, WHEN};
use super::params::{Kind, Param, Params};
use super::problem::Problem;
use super::v1::filters::STATUS;
use crate::discovery::page::Sort;
use crate::discovery::place::Area;
use crate::discovery::snapshot::Table;
use crate::discovery::{Snapshot, Wanted};
use crate::domain::divisions::Adcode;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds;
use crate::domain::time::{self, Span};

/// Reads parameters against a snapshot and gathers everything that names nothing there: a misspelt filter must
/// not silently find nothing.
pub struct Lookup<'a> {
    params: &'a Params,
    snapshot: &'a Snapshot,
    invalid: Invalid,
}

/// When a question looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Within {
    /// The span, if one is asked for.
    pub span: Option<Span>,
    /// Whether its beginning was given by `from` and is past, so that what has ended since is wanted too.
    pub past: bool,
}

impl<'a> Lookup<'a> {
    /// A reading in which nothing is wrong yet.
    pub fn new(params: &'a Params, snapshot: &'a Snapshot) -> Self {
        Self { params, snapshot, invalid: Invalid::default() }
    }

    /// Codes of the scheme that the parameter names.
    pub fn codes(&mut self, param: &Param) -> Vec<String> {
        let Kind::Codes { scheme } = param.kind else { return Vec::new() };
        let codes = self.params.list(param);
        for code in codes.iter().filter(|code| self.snapshot.taxonomy.get(scheme, code).is_none()) {
            self.unknown(param, code, scheme);
        }
        codes.to_vec()
    }

    /// Ids of things in a table; `kind` names them in an error.
    pub fn ids<I: FromStr + Ord + Display, E>(
        &mut self,
        param: &Param,
        kind: &str,
        table: &Table<I, E>,
    ) -> Vec<I> {
        let ids: Vec<I> = self.params.ids(param);
        for id in ids.iter().filter(|id| !table.contains_key(id)) {
            self.unknown(param, &id.to_string(), kind);
        }
        ids
    }

    /// A division.
    pub fn division(&mut self, param: &Param) -> Option<Adcode> {
        let text = self.params.text(param)?;
        let known = text.parse().ok().filter(|adcode| self.snapshot.divisions.get(*adcode).is_some());
        if known.is_none() {
            self.unknown(param, text, ADCODE.name);
        }
        known
    }

    /// Words to be found in things of `kinds`. Punctuation alone would find everything, so it counts as nothing given.
    pub fn words(&mut self, param: &Param, kinds: &[kinds::Kind]) -> Option<Wanted> {
        let wanted = Wanted::read(self.snapshot, self.params.text(param)?, kinds, false);
        if wanted.is_none() {
            self.invalid.push(param.name, FieldCode::Empty);
        }
        wanted
    }

    /// An order, if one is asked for; by relevance there must be words, by distance a position.
    pub fn sort(&mut self, param: &Param) -> Option<Sort> {
        let word = self.params.word(param)?;
        let (sort, needs) = match word {
            "relevance" => (Sort::Relevance, Some(&Q)),
            "distance" => (Sort::Distance, Some(&LAT)),
            "start" => (Sort::Start, None),
            "-start" => (Sort::StartDescending, None),
            "newest" => (Sort::Newest, None),
            _ => (Sort::Name, None),
        };
        if let Some(needs) = needs.filter(|needs| !self.params.has(needs)) {
            self.invalid.push(param.name, FieldCode::Incomplete { needs: needs.name.into() });
        }
        Some(sort)
    }

    /// Refuses all but the first of several parameters that answer each in its own way.
    pub fn at_most_one(&mut self, params: &[Param]) {
        let mut given = params.iter().filter(|param| self.params.has(param));
        let Some(first) = given.next() else { return };
        let conflicts = given.map(|other| (other.name, FieldCode::Conflicting { with: first.name.into() }));
        conflicts.for_each(|(name, code)| self.invalid.push(name, code));
    }

    /// Where: the position group.
    pub fn area(&mut self) -> Area {
        let position = self.params.position();
        // The parser has refused numbers that are no position.
        let read = |(lat, lng)| self.snapshot.divisions.read_point(lat, lng, position.crs).ok();
        let at = position.at.and_then(read);
        Area {
            at,
            radius: position.radius,
            bbox: position.bbox.map(|edges| (edges, position.crs)),
            adcode: self.division(&ADCODE),
        }
    }

    /// When: the time group. Of a span by name, what is over is cut off.
    pub fn within(&mut self, now: DateTime<Utc>) -> Within {
        if let Some(when) = self.params.when() {
            return match when.span(now, &self.snapshot.calendar) {
                Ok(span) => {
                    Within { span: Some(Span { from: span.from.max(Some(now)), ..span }), past: false }
                }
                Err(_unknown) => {
                    let through = self.snapshot.calendar.valid_through().map(|day| day.to_string());
                    self.invalid.push(WHEN.name, FieldCode::HolidayUnknown { through });
                    Within::default()
                }
            };
        }
        if !self.params.has(&FROM) && !self.params.has(&TO) {
            return Within::default();
        }
        let asked = self.params.span();
        let today = time::start_of(time::day_of(now));
        // Who asks from a day before, for what is all over or has ended, asks for what was; else what is over today is
        // cut off.
        let over = asked.to.is_some_and(|to| to <= now) || self.params.words(&STATUS).contains(&"ended");
        let past = asked.from.is_some_and(|from| over || from < today);
        let from = if past { asked.from } else { asked.from.max(Some(now)) };
        let span = Some(Span { from, ..asked });
        if asked.from.is_none() && span.is_some_and(|span| span.is_empty()) {
            // Without `from` a span begins now, and this one is over.
            self.invalid.inverted(TO.name, FROM.name, TO.name);
        }
        Within { span, past }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Everything that was wrong.
    pub fn done(self) -> Result<(), Problem> {
        Ok(self.invalid.or(())?)
    }

    fn unknown(&mut self, param: &Param, value: &str, scheme: &str) {
        let code = FieldCode::UnknownCode { value: value.to_owned(), scheme: scheme.to_owned() };
        self.invalid.push(param.name, code);
    }
}
