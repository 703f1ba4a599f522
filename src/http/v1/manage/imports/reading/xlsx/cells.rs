//! The cells of a sheet.

use super::parts::Shown;
use super::{Next, Rows, Unreadable, Xml, attribute, extend};
use crate::domain::imports::times::of_serial;
use crate::domain::imports::{Cell, MOST_COLUMNS};

/// The last row and column of a sheet.
const LAST_ROW: u32 = 1_048_576;
const LAST_COLUMN: u32 = 16_384;

/// Most cells that are filled from those that they are merged with.
const MOST_MERGED: usize = 1_000_000;

/// What cells are read by.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) strings: &'a [Box<str>],
    pub(super) formats: &'a [Shown],
    pub(super) from_1904: bool,
}

/// A cell that is being read.
#[derive(Default)]
struct Open {
    column: u32,
    kind: String,
    style: usize,
    value: String,
}

/// Reads the cells of a sheet.
pub(super) fn read(xml: &mut Xml<'_>, look: Look<'_>, rows: &mut Rows) -> Result<(), Unreadable> {
    let (mut number, mut column, mut cells) = (0, 0, Vec::new());
    let (mut open, mut taken, mut spoken, mut whole) = (None::<Open>, false, false, false);
    let mut merged = Vec::new();
    while let Some(next) = xml.next()? {
        match next {
            Next::Start(name, attributes) => match name.as_str() {
                "row" => {
                    let given = attribute(&attributes, "r").map(|row| row.parse::<u32>());
                    let next = given.transpose().map_err(|_no_number| Unreadable)?.unwrap_or(number + 1);
                    if next <= number || next > LAST_ROW {
                        return Err(Unreadable);
                    }
                    (number, column) = (next, 0);
                }
                "c" => {
                    column = match attribute(&attributes, "r") {
                        Some(at) => place(at)?.0,
                        None => column + 1,
                    };
                    if column > LAST_COLUMN {
                        return Err(Unreadable);
                    }
                    let style = attribute(&attributes, "s").and_then(|style| style.parse().ok());
                    let kind = attribute(&attributes, "t").unwrap_or("n").to_owned();
                    open = Some(Open { column, kind, style: style.unwrap_or_default(), ..Open::default() });
                }
                // A formula is not looked at: what it came to stands beside it.
                "v" | "t" => taken = !spoken,
                "rPh" => spoken = true,
                "mergeCell" => merged.extend(attribute(&attributes, "ref").and_then(area)),
                _ => {}
            },
            Next::Text(text) => {
                if let Some(open) = open.as_mut().filter(|_| taken) {
                    extend(&mut open.value, &text)?;
                }
            }
            Next::End(name) => match name.as_str() {
                "v" | "t" => taken = false,
                "rPh" => spoken = false,
                "c" => {
                    let Some(open) = open.take() else { continue };
                    let at = open.column as usize - 1;
                    if at < MOST_COLUMNS {
                        cells.resize(cells.len().max(at + 1), Cell::Blank);
                        cells[at] = cell(open, look);
                    }
                }
                "row" => rows.push(number, std::mem::take(&mut cells))?,
                "sheetData" => whole = true,
                _ => {}
            },
        }
    }
    fill(rows, &merged)?;
    if whole { Ok(()) } else { Err(Unreadable) }
}

fn cell(open: Open, look: Look<'_>) -> Cell {
    let Open { kind, style, value, .. } = open;
    match kind.as_str() {
        "s" => {
            let text = value.trim().parse::<usize>().ok().and_then(|at| look.strings.get(at));
            text.map_or(Cell::Blank, |text| Cell::of_text(text))
        }
        "b" => Cell::Truth(value.trim() == "1"),
        "e" => Cell::Broken(value.chars().take(20).collect()),
        "n" if value.trim().is_empty() => Cell::Blank,
        "n" => match value.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => number_as_shown(number, style, look),
            _ => Cell::Broken(value.chars().take(20).collect()),
        },
        // Texts in the cell itself, those that formulas came to, and ISO 8601.
        _ => Cell::of_text(&value),
    }
}

fn number_as_shown(number: f64, style: usize, look: Look<'_>) -> Cell {
    let shown = look.formats.get(style).copied().unwrap_or_default();
    let time = || of_serial(number, look.from_1904).map(Cell::Time);
    let day = || of_serial(number, look.from_1904).map(|time| Cell::Day(time.date()));
    let found = match shown {
        Shown::Number => None,
        Shown::Day if number.fract() == 0.0 => day(),
        Shown::Day | Shown::Time => time(),
    };
    found.unwrap_or(Cell::Number(number))
}

/// Column and row of a reference such as `AB12`, from 1.
fn place(reference: &str) -> Result<(u32, u32), Unreadable> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (column, row) = reference.split_at(letters);
    if letters == 0 || letters > 3 {
        return Err(Unreadable);
    }
    let column =
        column.bytes().fold(0, |all, letter| all * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    Ok((column, row.parse().map_err(|_no_number| Unreadable)?))
}

/// First and last column, first and last row.
type Area = ((u32, u32), (u32, u32));

fn area(reference: &str) -> Option<Area> {
    let (from, to) = reference.split_once(':')?;
    let ((left, top), (right, bottom)) = (place(from).ok()?, place(to).ok()?);
    (left <= right && top <= bottom).then_some(((left, right), (top, bottom)))
}

/// Gives cells that are merged with the one that holds their value that value: people merge what rows have in common.
fn fill(rows: &mut Rows, merged: &[Area]) -> Result<(), Unreadable> {
    let mut left = MOST_MERGED;
    for ((first, last), (top, bottom)) in merged {
        let below = |row: u32| rows.held.partition_point(|held| held.number < row);
        let (begin, end) = (below(*top), below(bottom.saturating_add(1)));
        let columns = (*first as usize - 1).min(MOST_COLUMNS)..(*last as usize).min(MOST_COLUMNS);
        let Some(head) = rows.held.get_mut(begin).filter(|row| row.number == *top) else { continue };
        let Some(cell) = head.cells.get_mut(columns.start) else { continue };
        // Taken out and put back: what is merged a million times is not copied as often.
        let value = std::mem::take(cell);
        if value == Cell::Blank {
            continue;
        }
        for at in begin..end {
            if left < columns.len() {
                break;
            }
            left -= columns.len();
            let held = rows.held[at].cells.len();
            rows.held[at].cells.resize(held.max(columns.end), Cell::Blank);
            for column in columns.clone().skip(usize::from(at == begin)) {
                if rows.held[at].cells[column] == Cell::Blank {
                    rows.count(&value)?;
                    rows.held[at].cells[column].clone_from(&value);
                }
            }
        }
        rows.held[begin].cells[columns.start] = value;
    }
    Ok(())
}
