//! Files of sessions (导入): tables that a venue keeps in Excel, or another system sends.
//!
//! One row is one session, with what is said of its event; rows that name the same event are one event. A file is
//! read into a [`Table`] of [`Cell`]s, whatever its form; [`columns`] says what a heading means, [`cells`] and [`times`]
//! what a cell does, [`said`] what a row says and what becomes of a thing of which it is said, [`findings`] what is wrong.
//!
//! To add a column: its line in [`columns::Column`], its field in [`said`], and where both meet in the HTTP floor.

pub mod cells;
pub mod columns;
pub mod findings;
pub mod said;
pub mod times;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::words::words;
use columns::Column;
use said::{EventSaid, SessionSaid};

/// Most rows of a file.
pub const MOST_ROWS: usize = 10_000;

/// Most columns that are looked at: a table of people's has some forty.
pub const MOST_COLUMNS: usize = 100;

/// For how many days a file is kept, to be applied.
pub const KEPT_DAYS: i64 = 7;

words! {
    /// The form of a file.
    Form {
        /// Comma-separated values, or separated by tabs or semicolons.
        Csv = "csv",
        /// An Excel workbook.
        Xlsx = "xlsx",
        /// A list of objects.
        Json = "json",
        /// iCalendar, RFC 5545.
        Calendar = "icalendar",
    }
}

/// A cell as it was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing stands there.
    #[default]
    Blank,
    /// Words.
    Text(String),
    /// A number.
    Number(f64),
    /// A day.
    Day(NaiveDate),
    /// A day and time of the venue's clock; a time alone is on the day before 1900 began.
    Time(NaiveDateTime),
    /// Yes or no.
    Truth(bool),
    /// What a program left that could not work it out: `#REF!`.
    Broken(String),
}

/// A row: its number as people count, from 1, and its cells in the order of the headings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// Its number.
    pub number: u32,
    /// Its cells; those missing at the end are blank.
    pub cells: Vec<Cell>,
}

/// A table with its headings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The number of the row of headings; 0 where the form has none.
    pub number: u32,
    /// The headings.
    pub headings: Vec<String>,
    /// The rows below, those without any cell left out.
    pub rows: Vec<Row>,
}

impl Table {
    /// A table of rows, the first few of which may be titles: its headings are in the row that has most of them.
    #[must_use]
    pub fn below_headings(mut rows: Vec<Row>) -> Self {
        const LOOKED_AT: usize = 10;
        let known =
            |row: &Row| row.cells.iter().filter(|cell| Column::named(&cell.words()).is_some()).count();
        // Of equals the first.
        let found = (0..rows.len().min(LOOKED_AT)).rev().max_by_key(|at| known(&rows[*at]));
        let Some(at) = found else { return Self::default() };
        let below = rows.split_off(at + 1);
        let heading = rows.pop().unwrap_or_default();
        let headings = heading.cells.iter().take(MOST_COLUMNS).map(Cell::words).collect();
        let says = |row: &Row| row.cells.iter().take(MOST_COLUMNS).any(|cell| *cell != Cell::Blank);
        Self { number: heading.number, headings, rows: below.into_iter().filter(says).collect() }
    }

    /// How many headings mean something here.
    #[must_use]
    pub fn known(&self) -> usize {
        self.headings.iter().filter(|heading| Column::named(heading).is_some()).count()
    }
}

/// What a file asks for: events in the order in which they are first named.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Wanted {
    /// The events.
    pub events: Vec<WantedEvent>,
}

/// What is said of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WantedEvent {
    /// The row that names it first.
    pub row: u32,
    /// What its organisation calls it.
    pub external: String,
    /// What is said.
    pub said: EventSaid,
    /// Whether something that is said of it is wrong, or all of its rows are: what becomes of it cannot be told.
    #[serde(default)]
    pub wrong: bool,
    /// Its sessions, but for those whose rows are wrong.
    pub sessions: Vec<WantedSession>,
}

/// What is said of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WantedSession {
    /// Its row.
    pub row: u32,
    /// What its organisation calls it.
    pub external: String,
    /// What is said.
    pub said: SessionSaid,
}

impl Wanted {
    /// How many sessions.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.events.iter().map(|event| event.sessions.len()).sum()
    }
}
