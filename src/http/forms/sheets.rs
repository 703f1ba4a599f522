//! Tables that people open in Excel or WPS: as CSV, and as workbooks.
//!
//! What opens right was found out the hard way by everybody who exports to Chinese offices: CSV begins with a byte order
//! mark, else Excel reads it as GBK; lines end with CRLF; digits that are no quantity (telephone numbers, ids) stay text,
//! else they lose zeros or become `1.38E+10`; and no text becomes a formula, whoever wrote it.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderMap};
use chrono::{DateTime, NaiveDate, Utc};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rust_xlsxwriter::{Format as Style, Workbook, Worksheet, XlsxError};
use utoipa::ToSchema;

use super::accept;
use crate::domain::time::CHINA;
use crate::http::params::{Kind, Param, Params};
use crate::http::problem::{Code, Problem};

/// Media type of [`Format::Csv`].
pub const CSV: &str = "text/csv; charset=utf-8";
/// Media type of [`Format::Xlsx`].
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A workbook.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary, example = "the bytes of an XLSX file")]
#[expect(dead_code, reason = "it stands for a body in the document")]
pub struct Xlsx(Vec<u8>);

/// In which form a table is wanted.
pub const FORMAT: Param = Param::new(
    "format",
    Kind::Word(&["json", "csv", "xlsx"]),
    "The form of the answer; wins over `Accept`. CSV is UTF-8 with a byte order mark, as Excel reads it; texts that Excel \
     would take for formulas begin with `'`, digits that are no quantity with a tab.",
    "xlsx",
);

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON, as elsewhere.
    Json,
    /// Comma-separated values; the first sheet only.
    Csv,
    /// An Excel workbook.
    Xlsx,
}

impl Format {
    /// What [`FORMAT`] says, else what the caller likes best by `Accept`.
    #[must_use]
    pub fn wanted(params: &Params, headers: &HeaderMap) -> Self {
        match params.word(&FORMAT) {
            Some("csv") => Self::Csv,
            Some("xlsx") => Self::Xlsx,
            Some(_) => Self::Json,
            None if accept::prefers(headers, XLSX) => Self::Xlsx,
            None if accept::prefers(headers, "text/csv") => Self::Csv,
            None => Self::Json,
        }
    }
}

/// Most characters of a cell, as Excel counts them: those beyond the first plane of Unicode twice.
pub const LONGEST_CELL: usize = 32_767;

/// As much of a text as a cell of a workbook holds.
#[must_use]
pub fn fitting(text: &str) -> &str {
    let mut length = 0;
    let beyond = text.char_indices().find(|(_, c)| {
        length += c.len_utf16();
        length > LONGEST_CELL
    });
    beyond.map_or(text, |(at, _)| &text[..at])
}

/// A table: columns with headings, and rows.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// What its tab says, at most 31 characters.
    pub name: String,
    /// Headings, in order.
    pub columns: Vec<String>,
    /// Rows, each with a cell for each column or fewer.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing: unknown, or not to be told.
    Empty,
    /// Words, and digits that are no quantity.
    Text(String),
    /// A quantity.
    Number(f64),
    /// A day.
    Date(NaiveDate),
    /// An instant, shown as the clock at the venue to the minute.
    Instant(DateTime<Utc>),
}

impl Cell {
    /// A text, or nothing.
    pub fn text(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.into()))
    }

    /// A count. Exact up to 2⁵³, as in every spreadsheet.
    #[expect(clippy::cast_precision_loss, reason = "spreadsheets hold numbers so")]
    pub fn count(count: impl Into<i64>) -> Self {
        Self::Number(count.into() as f64)
    }
}

/// What a formula begins with, full-width as well; tabs and line ends are stripped by some before they look.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A text as a cell of a CSV file holds it: what Excel would take for a formula gets a `'` before it, digits that it would
/// take for a quantity and change get a tab.
#[must_use]
pub fn guarded(text: &str) -> String {
    // A `'` that stands there already is doubled where it would be taken for the guard.
    if text.trim_start_matches('\'').starts_with(FORMULA) {
        return format!("'{text}");
    }
    let changed = text.len() > 11 || (text.len() > 1 && text.starts_with('0'));
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'e' | b'E' | b'.'));
    if digits && (changed || text.contains(['e', 'E'])) { format!("\t{text}") } else { text.to_owned() }
}

/// The text of which a cell of a CSV file was made by [`guarded`]; others as they are, but for space around them.
#[must_use]
pub fn unguarded(cell: &str) -> &str {
    let text = cell.trim();
    let guards = |rest: &&str| guarded(rest) == text;
    text.strip_prefix('\'').filter(guards).unwrap_or(text)
}

/// A sheet as CSV (RFC 4180), as Excel reads it.
#[must_use]
pub fn csv(sheet: &Sheet) -> Vec<u8> {
    let mut file = String::from("\u{feff}");
    line(&mut file, sheet.columns.iter().map(|heading| guarded(heading)));
    for row in &sheet.rows {
        line(&mut file, row.iter().map(as_text));
    }
    file.into_bytes()
}

fn line(file: &mut String, cells: impl Iterator<Item = String>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            file.push(',');
        }
        if cell.contains(['"', ',', '\r', '\n', '\t', '\'']) {
            file.push('"');
            file.push_str(&cell.replace('"', "\"\""));
            file.push('"');
        } else {
            file.push_str(&cell);
        }
    }
    file.push_str("\r\n");
}

fn as_text(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => guarded(text),
        Cell::Number(number) => number.to_string(),
        Cell::Date(date) => date.to_string(),
        Cell::Instant(instant) => instant.with_timezone(&CHINA).format("%Y-%m-%d %H:%M").to_string(),
    }
}

/// Sheets as a workbook: headings bold and fixed, columns as wide as what they hold.
///
/// # Errors
/// If a sheet is larger than Excel takes: 1,048,576 rows, 16,384 columns. Of a longer text than a cell holds, its beginning
/// is written.
pub fn xlsx(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let styles = Styles {
        heading: Style::new().set_bold().set_text_wrap(),
        date: Style::new().set_num_format("yyyy-mm-dd"),
        instant: Style::new().set_num_format("yyyy-mm-dd hh:mm"),
    };
    let mut book = Workbook::new();
    for sheet in sheets {
        let page = book.add_worksheet().set_name(&sheet.name)?;
        for (column, heading) in (0..).zip(&sheet.columns) {
            page.write_with_format(0, column, heading, &styles.heading)?;
        }
        for (row, cells) in (1..).zip(&sheet.rows) {
            for (column, cell) in (0..).zip(cells) {
                write(page, row, column, cell, &styles)?;
            }
        }
        page.set_freeze_panes(1, 0)?.set_autofit_max_width(WIDEST).autofit();
    }
    book.save_to_buffer()
}

/// The widest that a column grows, in pixels: what is longer is read in the cell.
const WIDEST: u32 = 400;

struct Styles {
    heading: Style,
    date: Style,
    instant: Style,
}

fn write(page: &mut Worksheet, row: u32, column: u16, cell: &Cell, styles: &Styles) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        // As a string, whatever it begins with: formulas are another kind of cell.
        Cell::Text(text) => drop(page.write_string(row, column, fitting(text))?),
        Cell::Number(number) => drop(page.write_number(row, column, *number)?),
        Cell::Date(date) => drop(page.write_date_with_format(row, column, date, &styles.date)?),
        Cell::Instant(instant) => {
            let clock = instant.with_timezone(&CHINA).naive_local();
            page.write_datetime_with_format(row, column, clock, &styles.instant)?;
        }
    }
    Ok(())
}

/// An answer that is saved as a file, and kept by nobody on the way. `name` is without its ending, in any script.
///
/// # Errors
/// [`Code::Internal`] where Excel could not hold it.
pub fn download(format: Format, name: &str, sheets: &[Sheet]) -> Result<HttpResponse, Problem> {
    let (media, ending, file) = match format {
        Format::Xlsx => {
            let file = xlsx(sheets).map_err(|error| {
                tracing::error!(%error, "a workbook cannot be written");
                Problem::from(Code::Internal)
            })?;
            (XLSX, "xlsx", file)
        }
        Format::Csv | Format::Json => (CSV, "csv", sheets.first().map(csv).unwrap_or_default()),
    };
    Ok(saved_as(media, ending, name, file))
}

/// The same of a workbook that was written already.
#[must_use]
pub fn saved(name: &str, book: Vec<u8>) -> HttpResponse {
    saved_as(XLSX, "xlsx", name, book)
}

fn saved_as(media: &'static str, ending: &str, name: &str, file: Vec<u8>) -> HttpResponse {
    let encoded = utf8_percent_encode(name, NON_ALPHANUMERIC);
    // The plain name is for what does not read RFC 8187.
    let saved = format!("attachment; filename=\"kepu.{ending}\"; filename*=UTF-8''{encoded}.{ending}");
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(accept::VARY)
        .insert_header((header::CONTENT_TYPE, media))
        .insert_header((header::CONTENT_DISPOSITION, saved))
        .body(file)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sheet(cells: Vec<Cell>) -> Sheet {
        Sheet { name: "名单".to_owned(), columns: vec!["姓名".to_owned()], rows: vec![cells] }
    }

    #[test]
    fn csv_is_as_excel_reads_it() {
        let at = "2026-11-28T06:00:00Z".parse().unwrap();
        let cells = vec![
            Cell::Text("林, \"小\"\n明".to_owned()),
            Cell::count(3),
            Cell::Number(4.5),
            Cell::Empty,
            Cell::Date(NaiveDate::from_ymd_opt(2026, 11, 28).unwrap()),
            Cell::Instant(at),
        ];
        let file = String::from_utf8(csv(&sheet(cells))).unwrap();
        let line = "\"林, \"\"小\"\"\n明\",3,4.5,,2026-11-28,2026-11-28 14:00\r\n";
        assert_eq!(file, format!("\u{feff}姓名\r\n{line}"));
    }

    #[test]
    fn nothing_becomes_a_formula_and_no_digits_become_a_quantity() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("＝1+1", "'＝1+1"),
            ("+8613800138000", "'+8613800138000"),
            ("-5℃", "'-5℃"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("020", "\t020"),
            ("0", "0"),
            ("13800138000", "13800138000"),
            ("440106200001011234", "\t440106200001011234"),
            ("12e5", "\t12e5"),
            ("01h2x7m9k4qpz", "01h2x7m9k4qpz"),
            ("O'Neill", "O'Neill"),
            ("'quoted'", "'quoted'"),
        ] {
            assert_eq!(guarded(text), cell);
            assert_eq!(unguarded(cell), text);
        }
    }

    #[test]
    fn a_text_that_no_cell_holds_is_cut_and_not_within_a_character() {
        for (text, held) in [("甲", LONGEST_CELL), ("😀", LONGEST_CELL / 2)] {
            assert_eq!(fitting(&text.repeat(40_000)), text.repeat(held));
            assert_eq!(fitting(&text.repeat(held)), text.repeat(held));
        }
        let long = || sheet(vec![Cell::Text("😀甲".repeat(40_000))]);
        assert!(xlsx(&[long()]).is_ok());
    }

    proptest! {
        #[test]
        fn what_was_guarded_is_read_as_it_was(text in "['=+@\\-0-9eE.a\u{ff1d}]{0,14}") {
            let cell = guarded(&text);
            prop_assert_eq!(unguarded(&cell), text);
        }
    }
}
