//! Timetables: on which days a session is repeated, by an RFC 5545 `RRULE`, days added and left out by date, and days
//! left out by what they are to working people ("every second and fourth Saturday except public holidays and adjusted
//! workdays").
//!
//! Everything is counted in the venue's days. A repetition keeps the time of day of the session that it repeats, so a rule
//! never says hours: several sessions a day are several sessions, each with the same rule.
//!
//! Whoever likes may send a rule, so none may cost more than another: a rule is read once ([`Timetable::read`]), and each
//! day within reach is asked once whether the rule names it ([`rule`]). Nothing is searched for.

mod rule;

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use rrule::RRuleError;

use super::calendar::{Calendar, DayKind};
use super::time::{CHINA, day_of};
use rule::{PARTS, Rule};

/// Most days that a timetable may have.
pub const MOST_DAYS: usize = 400;

/// How far a rule is followed, in days from its first: a year and a day.
pub const HORIZON: u64 = 366;

/// Most days that may be added or left out by date.
pub const MOST_DATES: usize = 400;

/// The longest rule, in characters.
pub const LONGEST_RULE: usize = 500;

/// How sessions recur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timetable {
    /// An `RRULE` of days, with or without that name before it.
    pub rule: String,
    /// Days on which there is none after all (`EXDATE`).
    pub left_out: Vec<NaiveDate>,
    /// Days on which there is one besides (`RDATE`), whatever kind of day they are.
    pub added: Vec<NaiveDate>,
    /// Kinds of day on which there is none.
    pub except: Vec<DayKind>,
    /// Kinds of day on which alone there is one; empty: on all.
    pub only: Vec<DayKind>,
}

/// A timetable that was read, and can be followed from any day.
#[derive(Debug, Clone)]
pub struct Schedule {
    rule: Rule,
    left_out: BTreeSet<NaiveDate>,
    added: BTreeSet<NaiveDate>,
    except: Vec<DayKind>,
    only: Vec<DayKind>,
}

/// The days of a timetable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dates {
    /// On these there is a session, in order.
    pub days: Vec<NaiveDate>,
    /// The rule names these, and they are left out for what they are.
    pub skipped: Vec<(NaiveDate, DayKind)>,
    /// Whether these are public holidays, or worked, is not known yet: they were taken for what their weekday says.
    pub uncertain: Vec<NaiveDate>,
    /// The last day up to which the rule was followed.
    pub through: NaiveDate,
}

/// A rule that gives no timetable.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadTimetable {
    /// Not an `RRULE`.
    #[error("not a recurrence rule: {0}")]
    Rule(#[from] RRuleError),
    /// More than anybody writes.
    #[error("a rule has at most {LONGEST_RULE} characters")]
    TooLong,
    /// A part that is unknown, or says hours.
    #[error("`{0}` is no part of a rule of days: {list}", list = PARTS.join(", "))]
    Part(String),
    /// A part given twice, or without a value.
    #[error("`{0}` must be given once, with a value")]
    Repeated(String),
    /// Recurs within a day.
    #[error("a rule is daily or rarer: several sessions a day are several sessions")]
    TooFrequent,
    /// A part that counts, with nothing.
    #[error("`{0}` counts from 1, or from the end with -1")]
    Zero(&'static str),
    /// A weekday with a number where there is nothing to count in.
    #[error("a weekday is numbered (`2SA`) in months and years only, and not with BYWEEKNO")]
    Numbered,
    /// `COUNT` beside `UNTIL`.
    #[error("COUNT and UNTIL exclude each other")]
    TwoEnds,
    /// `BYSETPOS` without a set to choose from.
    #[error("BYSETPOS needs another BY… part")]
    Position,
    /// `UNTIL` that is neither a day nor an instant.
    #[error("UNTIL is a day (`20261231`) or an instant in UTC (`20261231T155959Z`)")]
    Until,
    /// More days than a timetable may have.
    #[error("it gives more than {MOST_DAYS} days: bound it by COUNT or UNTIL")]
    TooMany,
}

impl Timetable {
    /// Reads the rule.
    ///
    /// # Errors
    /// [`BadTimetable`] says what is wrong with it.
    pub fn read(&self) -> Result<Schedule, BadTimetable> {
        let kinds = |given: &[DayKind]| {
            let all = [DayKind::Workday, DayKind::Weekend, DayKind::Holiday, DayKind::AdjustedWorkday];
            all.into_iter().filter(|kind| given.contains(kind)).collect()
        };
        Ok(Schedule {
            rule: Rule::read(&self.rule)?,
            left_out: self.left_out.iter().copied().collect(),
            added: self.added.iter().copied().collect(),
            except: kinds(&self.except),
            only: kinds(&self.only),
        })
    }

    /// The days of one session: [`Timetable::read`], and [`Schedule::dates`] of that.
    ///
    /// # Errors
    /// [`BadTimetable`] says what is wrong with the rule.
    pub fn dates(&self, first: DateTime<Utc>, calendar: &Calendar) -> Result<Dates, BadTimetable> {
        self.read()?.dates(first, calendar)
    }
}

impl Schedule {
    /// The days on which a session that starts at `first` is repeated: that day is the first that the rule may give, and
    /// is among them only if it does. A rule without `COUNT` and `UNTIL` is followed for [`HORIZON`] days, and so is one
    /// that goes on for longer. `calendar` knows the holidays of the place; an empty one knows none.
    ///
    /// # Errors
    /// [`BadTimetable::TooMany`].
    pub fn dates(&self, first: DateTime<Utc>, calendar: &Calendar) -> Result<Dates, BadTimetable> {
        let from = day_of(first);
        let through = from.checked_add_days(Days::new(HORIZON)).unwrap_or(from);
        let asks = self.except.iter().chain(&self.only).next().is_some();
        let (mut days, mut skipped, mut uncertain) = (BTreeSet::new(), Vec::new(), Vec::new());
        for day in self.rule.days(first.with_timezone(&CHINA).naive_local(), through) {
            if self.left_out.contains(&day) {
                continue;
            }
            if asks && !calendar.certain(day) {
                uncertain.push(day);
            }
            let kind = calendar.day_kind(day);
            if self.except.contains(&kind) || !(self.only.is_empty() || self.only.contains(&kind)) {
                skipped.push((day, kind));
            } else {
                days.insert(day);
            }
        }
        days.extend(self.added.difference(&self.left_out));
        if days.len() > MOST_DAYS {
            return Err(BadTimetable::TooMany);
        }
        Ok(Dates { days: days.into_iter().collect(), skipped, uncertain, through })
    }
}

#[cfg(test)]
mod tests;
