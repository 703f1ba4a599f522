//! Files of sessions as tables, whatever their form. Whoever sends one may mean harm: nothing is unpacked beyond what a
//! table of ten thousand rows takes, nothing is worked out that the file only refers to, and nothing recurses.

mod calendar;
mod csv;
mod json;
mod xlsx;

use actix_web::http::header::HeaderMap;

use crate::domain::imports::findings::Finding;
use crate::domain::imports::{Cell, Form, MOST_ROWS, Row, Table};
use crate::http::forms::sheets::fitting;

/// That a file is none that can be read, or holds too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

/// A file, with what was found while it was read.
pub struct File {
    /// Its form.
    pub form: Form,
    /// Its table.
    pub table: Table,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// Reads a file. What it is, its first bytes say, where they do; else the media type that came with it. Any text can be
/// taken for CSV: one without a heading that means something is no table of sessions.
///
/// # Errors
/// [`Unreadable`].
pub fn read(bytes: &[u8], media: &str) -> Result<File, Unreadable> {
    let file = |form, table| File { form, table, findings: Vec::new() };
    let file = match form(bytes, media) {
        Form::Xlsx => file(Form::Xlsx, xlsx::read(bytes)?),
        Form::Json => file(Form::Json, json::read(bytes)?),
        Form::Calendar => calendar::read(bytes)?,
        Form::Csv => file(Form::Csv, csv::read(bytes)?),
    };
    if file.table.known() == 0 { Err(Unreadable) } else { Ok(file) }
}

fn form(bytes: &[u8], media: &str) -> Form {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let begins = |text: &[u8]| bytes.get(..text.len()).is_some_and(|head| head.eq_ignore_ascii_case(text));
    match bytes.first() {
        _ if begins(b"PK\x03\x04") => Form::Xlsx,
        _ if begins(b"BEGIN:VCALENDAR") => Form::Calendar,
        Some(b'[' | b'{') if media != "text/csv" => Form::Json,
        _ if media.ends_with("json") => Form::Json,
        _ if media == "text/calendar" => Form::Calendar,
        _ => Form::Csv,
    }
}

/// The media type of a header, without what stands behind it.
#[must_use]
pub fn media(headers: &HeaderMap) -> String {
    let given = headers.get(actix_web::http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let given = given.unwrap_or_default().split(';').next().unwrap_or_default();
    given.trim().to_ascii_lowercase()
}

/// Most bytes of all texts of a file as its cells have them: ten thousand rows of a page each. What is written once in a
/// file may stand in many cells: texts that they share, cells that are merged, events that are repeated.
const MOST_TEXT: usize = 64 * 1024 * 1024;

/// Rows that are being read: as many as a file may have, with some above and below them.
struct Rows {
    held: Vec<Row>,
    /// How many bytes of text there is room for.
    room: usize,
}

impl Default for Rows {
    fn default() -> Self {
        Self { held: Vec::new(), room: MOST_TEXT }
    }
}

impl Rows {
    /// Adds a row, unless nothing stands in it.
    fn push(&mut self, number: u32, cells: Vec<Cell>) -> Result<(), Unreadable> {
        /// Titles and headings.
        const ABOVE: usize = 10;
        if cells.iter().all(|cell| *cell == Cell::Blank) {
            return Ok(());
        }
        if self.held.len() >= MOST_ROWS + ABOVE {
            return Err(Unreadable);
        }
        cells.iter().try_for_each(|cell| self.count(cell))?;
        self.held.push(Row { number, cells });
        Ok(())
    }

    /// Counts one more cell.
    fn count(&mut self, cell: &Cell) -> Result<(), Unreadable> {
        let Cell::Text(text) = cell else { return Ok(()) };
        bounded(text)?;
        self.room = self.room.checked_sub(text.len()).ok_or(Unreadable)?;
        Ok(())
    }

    fn table(self) -> Result<Table, Unreadable> {
        let table = Table::below_headings(self.held);
        if table.rows.len() > MOST_ROWS { Err(Unreadable) } else { Ok(table) }
    }
}

/// Refuses a text that is longer than a cell may be.
fn bounded(text: &str) -> Result<(), Unreadable> {
    if fitting(text).len() < text.len() { Err(Unreadable) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::forms::sheets::LONGEST_CELL;

    #[test]
    fn a_cell_holds_as_much_as_one_of_excel() {
        let row = |text: String| Rows::default().push(1, vec![Cell::Text(text)]);
        assert_eq!(row("甲".repeat(LONGEST_CELL)), Ok(()));
        assert_eq!(row("甲".repeat(LONGEST_CELL + 1)), Err(Unreadable));
        assert_eq!(row("😀".repeat(LONGEST_CELL / 2)), Ok(()));
        assert_eq!(row("😀".repeat(LONGEST_CELL / 2 + 1)), Err(Unreadable));
    }

    #[test]
    fn all_cells_of_a_file_share_one_room() {
        let long = Cell::Text("x".repeat(32 * 1024 - 1));
        let mut rows = Rows { room: 3 * 32 * 1024, ..Rows::default() };
        assert_eq!(rows.push(1, vec![long.clone(), long.clone()]), Ok(()));
        assert_eq!(rows.push(2, vec![long.clone()]), Ok(()));
        assert_eq!(rows.push(3, vec![long]), Err(Unreadable));
    }
}
