//! CSV as Chinese Excel, WPS and everybody else saves it: UTF-8 with or without a byte order mark, GB18030, Big5, or UTF-16
//! ("Unicode text"); with commas, tabs or semicolons.

use std::borrow::Cow;

use ::csv::{ReaderBuilder, StringRecord};
use encoding_rs::{BIG5, Encoding, GB18030};

use super::{Rows, Unreadable};
use crate::domain::imports::{Cell, MOST_COLUMNS, Table};
use crate::http::forms::sheets::unguarded;

const DELIMITERS: [u8; 3] = [b',', b'\t', b';'];

/// How many rows tell by which sign cells are set apart.
const LOOKED_AT: usize = 10;

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Result<Table, Unreadable> {
    let mut best: Option<Table> = None;
    for table in texts(bytes).iter().filter_map(|text| table(text).ok()) {
        if best.as_ref().is_none_or(|best| best.known() < table.known()) {
            best = Some(table);
        }
    }
    best.ok_or(Unreadable)
}

/// What the bytes may say. Without a mark those that are no UTF-8 may be either of the two Chinese encodings: headings that
/// are known tell which.
fn texts(bytes: &[u8]) -> Vec<Cow<'_, str>> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, broken) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return if broken { Vec::new() } else { vec![text] };
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return vec![Cow::Borrowed(text)];
    }
    let decoded = [GB18030, BIG5].into_iter().filter_map(|encoding| {
        let (text, broken) = encoding.decode_without_bom_handling(bytes);
        (!broken).then_some(text)
    });
    decoded.collect()
}

fn table(text: &str) -> Result<Table, Unreadable> {
    // What Excel itself looks for in the first line.
    let (text, told) = match text.strip_prefix("sep=").map(str::as_bytes) {
        Some([delimiter, b'\r', b'\n', ..]) if delimiter.is_ascii() => (&text[7..], Some(*delimiter)),
        Some([delimiter, b'\n', ..]) if delimiter.is_ascii() => (&text[6..], Some(*delimiter)),
        _ => (text, None),
    };
    let delimiter = match told.filter(|told| DELIMITERS.contains(told)) {
        Some(told) => told,
        None => {
            let mut best = (0, DELIMITERS[0]);
            for delimiter in DELIMITERS {
                // By another sign than theirs, whole lines are cells, and may be longer than any is.
                let table = rows(text, delimiter, LOOKED_AT).and_then(Rows::table);
                let known = table.map_or(0, |table| table.known());
                if known > best.0 {
                    best = (known, delimiter);
                }
            }
            best.1
        }
    };
    let skipped = u32::from(told.is_some());
    let mut table = rows(text, delimiter, usize::MAX)?.table()?;
    table.number += skipped;
    table.rows.iter_mut().for_each(|row| row.number += skipped);
    Ok(table)
}

fn rows(text: &str, delimiter: u8, most: usize) -> Result<Rows, Unreadable> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let (mut rows, mut record) = (Rows::default(), StringRecord::new());
    let (mut line, mut at, mut within) = (1, 0, 0);
    for _ in 0..most {
        if !reader.read_record(&mut record).map_err(|_broken| Unreadable)? {
            break;
        }
        // Where the reader stood before: at the rest of a line's end, or before blank lines, which it passes over.
        let stood = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(at));
        let rest = text.as_bytes().get(stood..).unwrap_or_default();
        let begins = stood + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += ends(text.as_bytes().get(at..begins).unwrap_or_default());
        at = begins;
        // Lines within cells are no rows to whoever looks at the table.
        let number = u32::try_from(line - within).unwrap_or(u32::MAX);
        within += record.iter().map(|cell| ends(cell.as_bytes())).sum::<usize>();
        let cells = record.iter().take(MOST_COLUMNS).map(|cell| Cell::of_text(unguarded(cell))).collect();
        rows.push(number, cells)?;
    }
    Ok(rows)
}

/// How many lines end in a text.
fn ends(text: &[u8]) -> usize {
    let alone = text.windows(2).filter(|two| two[0] == b'\r' && two[1] != b'\n').count();
    text.iter().filter(|byte| **byte == b'\n').count() + alone
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "场次编号,活动名称,日期,时间\r\nA-1,\"甲虫,与\n我\",2026-11-28,14:00-16:00\r\nA-2,观鸟,2026-11-29,9:00-11:00\r\n";

    fn numbers(bytes: &[u8]) -> Vec<(u32, String)> {
        let table = read(bytes).unwrap();
        assert_eq!(table.known(), 4, "{table:?}");
        table.rows.iter().map(|row| (row.number, row.cells[1].words())).collect()
    }

    #[test]
    fn every_encoding_and_separator_of_excel_is_the_same_table() {
        let expected = vec![(2, "甲虫,与\n我".to_owned()), (3, "观鸟".to_owned())];
        let tabs = TEXT.replace(',', "\t").replace("甲虫\t", "甲虫,");
        let semicolons = TEXT.replace(',', ";").replace("甲虫;", "甲虫,");
        let utf16: Vec<u8> =
            [0xfeff].into_iter().chain(tabs.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for bytes in [
            TEXT.as_bytes().to_vec(),
            format!("\u{feff}{TEXT}").into_bytes(),
            GB18030.encode(TEXT).0.into_owned(),
            tabs.clone().into_bytes(),
            GB18030.encode(&semicolons).0.into_owned(),
            utf16,
        ] {
            assert_eq!(numbers(&bytes), expected);
        }
        let told = numbers(format!("sep=;\r\n{semicolons}").as_bytes());
        assert_eq!(told.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [3, 4]);
    }

    #[test]
    fn rows_are_numbered_as_spreadsheets_do_whatever_ends_a_line() {
        for end in ["\r\n", "\n"] {
            let text =
                TEXT.replace("\r\n", "\n").replace('\n', end).replace("A-2", &format!("{end}{end}A-2"));
            let found: Vec<u32> = numbers(text.as_bytes()).into_iter().map(|(number, _)| number).collect();
            assert_eq!(found, [2, 5], "{end:?}");
        }
    }

    #[test]
    fn a_file_from_hong_kong_is_read_too() {
        let text = "場次編號,活動名稱,日期,時間\r\nA-1,甲蟲,2026-11-28,14:00-16:00\r\n";
        assert_eq!(numbers(&BIG5.encode(text).0), [(2, "甲蟲".to_owned())]);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert_eq!(read(b"\xff\xff\xff\x00\x80\x81").err(), Some(Unreadable));
        assert!(read(b"").unwrap().rows.is_empty());
    }
}
