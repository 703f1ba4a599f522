//! Statistics as they are asked for and told: by authorities ([`super::admin::statistics`]), and by organisations of
//! themselves ([`super::manage::organisations::statistics`]).

pub mod names;
pub mod sheets;
pub mod shown;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::statistics::Dimension;
use crate::domain::statistics::answers::{Answer, Question};
use crate::domain::statistics::cube::Cube;
use crate::domain::time::{day_of, end_of, start_of};
use crate::http::forms::sheets::{self as forms, Format};
use crate::http::params::{Kind, Param, Params};
use crate::http::private;
use crate::http::problem::Problem;
use names::Names;
use shown::Statistics;

/// The first day.
pub const FIRST: Param = Param::new(
    "from",
    Kind::Date,
    "The first day on which a session begins that is counted; without it, the first of January of the year of `to`.",
    "2026-01-01",
);
/// The last day.
pub const LAST: Param =
    Param::new("to", Kind::Date, "The last day, which is included; without it, today.", "2026-12-31");
/// What figures are broken down by.
pub const BY: Param = Param::new(
    "by",
    Kind::Words(Dimension::WORDS),
    "What rows are told apart by; several give a row for each combination. `division` is the division below the one that is \
     asked about: of a province its cities, of a city its districts. An event counts under each of its topics, audiences and \
     campaigns, and once in the totals; without any, in a row without that field. `organisation` is the main organiser. At most \
     four, filters included; more than 20,000 rows are refused.",
    "division,topic",
);

/// Most dimensions of an answer, with those of filters: what is not to be told has to agree with every coarser table.
const MOST_DIMENSIONS: usize = 4;

/// Most rows of an answer, before a filter chooses from them.
const MOST_CELLS: usize = 20_000;

/// The days that are counted, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: NaiveDate,
    /// The last.
    pub to: NaiveDate,
}

impl Days {
    /// Reads [`FIRST`] and [`LAST`].
    ///
    /// # Errors
    /// If the first is after the last.
    pub fn read(params: &Params, now: DateTime<Utc>) -> Result<Self, Problem> {
        let to = params.date(&LAST).unwrap_or_else(|| day_of(now));
        let new_year = || NaiveDate::from_ymd_opt(to.year(), 1, 1).unwrap_or(to);
        let from = params.date(&FIRST).unwrap_or_else(new_year);
        let mut invalid = Invalid::default();
        if to < from {
            invalid.inverted(FIRST.name, FIRST.name, LAST.name);
        }
        Ok(invalid.or(Self { from, to })?)
    }

    /// The days of a year.
    #[must_use]
    pub fn of_year(year: i32) -> Option<Self> {
        Some(Self { from: NaiveDate::from_ymd_opt(year, 1, 1)?, to: NaiveDate::from_ymd_opt(year, 12, 31)? })
    }

    /// Their first instant, and the first one after them.
    #[must_use]
    pub fn span(self) -> (DateTime<Utc>, DateTime<Utc>) {
        (start_of(self.from), end_of(self.to))
    }
}

/// What [`BY`] says, each once.
pub fn dimensions(params: &Params) -> Vec<Dimension> {
    let mut by: Vec<Dimension> = Vec::new();
    for dimension in params.words(&BY).iter().filter_map(|word| Dimension::from_name(word)) {
        if !by.contains(&dimension) {
            by.push(dimension);
        }
    }
    by
}

/// What a cube tells, unless that is too long to read.
///
/// # Errors
/// If there are more than [`MOST_DIMENSIONS`], or more than [`MOST_CELLS`] rows, or as many to choose from.
pub fn ask(question: &Question, cube: &Cube) -> Result<Answer, Problem> {
    let mut invalid = Invalid::default();
    if question.extent() > MOST_DIMENSIONS {
        invalid.push(BY.name, FieldCode::TooMany { max: MOST_DIMENSIONS });
    } else if question.cells(cube) > MOST_CELLS {
        invalid.push(BY.name, FieldCode::TooMany { max: MOST_CELLS });
    }
    invalid.or(())?;
    Ok(question.ask(cube))
}

/// What is told, in the form that is wanted.
///
/// # Errors
/// If Excel could not hold it.
pub fn told(
    format: Format,
    days: Days,
    by: &[Dimension],
    answer: &Answer,
    names: &Names<'_>,
) -> Result<HttpResponse, Problem> {
    let statistics = Statistics::new(days, by, answer, names);
    if format == Format::Json {
        return Ok(private::answer(StatusCode::OK, statistics));
    }
    let sheet = sheets::of(&statistics, by, names.lang);
    let name = format!("{}-{}-{}", sheet.name, days.from, days.to);
    forms::download(format, &name, &[sheet, sheets::definitions(names.lang)])
}
