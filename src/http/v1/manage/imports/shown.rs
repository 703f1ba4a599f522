//! What comes of a file, as its sender reads it.

use std::collections::HashMap;

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::app::imports::{Applied, Counts, Report};
use crate::domain::ids::{ImportId, OrganisationId};
use crate::domain::imports::Form;
use crate::domain::imports::columns::Column;
use crate::domain::imports::findings::{Finding, Level};
use crate::domain::text::Lang;
use crate::domain::time::Rfc3339;
use crate::http::wire::wire;

/// Most findings that a report lists: whoever has more mends one kind of them first.
const MOST_SHOWN: usize = 1_000;

wire! {
    /// The form of a file.
    ImportForm = Form {
        /// Comma-separated values.
        Csv "csv"
        /// An Excel workbook.
        Xlsx "xlsx"
        /// A list of objects.
        Json "json"
        /// A calendar.
        Calendar "icalendar"
    }

    /// How much a finding matters.
    FindingLevel = Level {
        /// Nothing of the file is taken until it is mended.
        Error "error"
        /// It may be meant so.
        Warning "warning"
    }
}

/// What a file would do.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Under what it can be applied.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Whose sessions they are.
    #[schema(example = "01h2x7m9k4qpz")]
    organisation_id: String,
    /// Its form.
    form: ImportForm,
    /// Its rows, each of which is a session; those of an event that is wrong are wrong with it.
    counts: ImportCounts,
    /// Its events; wrong are those of which something wrong is said, and those with nothing but wrong rows.
    events: ImportCounts,
    /// How many sign-ups would be told that their session moves.
    #[schema(example = 0)]
    told: i64,
    /// Coming sessions of its events that are not in it: they stay as they are.
    #[schema(example = 0)]
    left_alone: usize,
    /// What was found, in order of rows.
    rows: Vec<ImportFinding>,
    /// How many more findings there are than are listed.
    #[schema(example = 12)]
    more: Option<usize>,
    /// Until when it can be applied.
    #[schema(example = "2026-12-02T10:00:00+08:00", value_type = String, format = DateTime)]
    expires_at: Rfc3339,
    /// What came of it, where it was applied at once.
    applied: Option<AppliedImport>,
}

/// How many, by what becomes of them.
#[derive(Serialize, ToSchema)]
pub struct ImportCounts {
    /// Those that are new.
    #[schema(example = 38)]
    create: usize,
    /// Those that change.
    #[schema(example = 2)]
    update: usize,
    /// Those that stay as they are.
    #[schema(example = 0)]
    same: usize,
    /// Those that are wrong: while there are any, nothing is taken.
    #[schema(example = 0)]
    error: usize,
}

impl From<Counts> for ImportCounts {
    fn from(Counts { create, update, same, error }: Counts) -> Self {
        Self { create, update, same, error }
    }
}

/// Something found in a row.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct ImportFinding {
    /// The row, as a spreadsheet counts; 0 is the file.
    #[schema(example = 5)]
    row: u32,
    /// The heading of the column, as the file has it.
    #[schema(example = "结束时间")]
    column: Option<String>,
    /// Whether it keeps the file from being taken.
    level: FindingLevel,
    /// What, for programs: a code of `errors`, or one of `neededToSubmit`, `unknownColumn`, `repeatedColumn`,
    /// `missingColumn`, `repeatedRow`, `differs`, `brokenCell`, `calledOff`, `sessionOver`, `capacityBelowTaken`,
    /// `translationDropped`, `cancelledThere`, `otherWeekday`, `outsideDivision`, `noPosition`.
    #[schema(example = "malformed")]
    code: &'static str,
    /// What, in the caller's language.
    #[schema(example = "应为日期或带时区的时间。")]
    message: String,
}

/// What came of a file.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppliedImport {
    /// The file.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Its rows, by what became of them.
    counts: ImportCounts,
    /// Its events, by what became of them.
    events: ImportCounts,
    /// How many sign-ups were told that their session moved.
    #[schema(example = 0)]
    told: i64,
    /// Its events that wait for review now that it was applied with `submit`, whenever they were handed in: of a file that
    /// is applied again, those of the first time too.
    #[schema(example = 3)]
    submitted: usize,
    /// Its events that were published at once.
    #[schema(example = 0)]
    published: usize,
}

impl AppliedImport {
    pub(super) fn new(id: ImportId, applied: &Applied) -> Self {
        Self {
            id: id.to_string(),
            counts: applied.rows.into(),
            events: applied.events.into(),
            told: applied.told.signups(),
            submitted: applied.submitted,
            published: applied.published,
        }
    }
}

impl ImportReport {
    pub(super) fn new(
        report: Report,
        organisation: OrganisationId,
        headings: &HashMap<Column, String>,
        lang: Lang,
        expires_at: Rfc3339,
    ) -> Self {
        let more = report.findings.len().saturating_sub(MOST_SHOWN);
        let shown = report.findings.into_iter().take(MOST_SHOWN);
        Self {
            id: report.id.to_string(),
            organisation_id: organisation.to_string(),
            form: report.form.into(),
            counts: report.rows.into(),
            events: report.events.into(),
            told: report.told.signups(),
            left_alone: report.left_alone,
            rows: shown.map(|finding| ImportFinding::new(&finding, headings, lang)).collect(),
            more: (more > 0).then_some(more),
            expires_at,
            applied: None,
        }
    }

    pub(super) fn applied(self, applied: &Applied, id: ImportId) -> Self {
        Self { applied: Some(AppliedImport::new(id, applied)), ..self }
    }
}

impl ImportFinding {
    fn new(finding: &Finding, headings: &HashMap<Column, String>, lang: Lang) -> Self {
        let heading = |column: Column| {
            headings.get(&column).cloned().unwrap_or_else(|| column.heading(lang).to_owned())
        };
        let named = |field: &str| {
            let column = Column::of_session(field).or_else(|| Column::of_event(field));
            column.or_else(|| Column::named(field)).map(heading)
        };
        Self {
            row: finding.row,
            column: finding.column.map(|column| heading(column.or_else(|one| headings.contains_key(&one)))),
            level: finding.fault.level().into(),
            code: finding.fault.wire(),
            message: finding.fault.message(lang, &named),
        }
    }
}
