//! Excel workbooks, as far as a table needs them: the first sheet that is shown, the texts and number formats that its
//! cells refer to, and the cells themselves, one after the other.
//!
//! A reader of our own: those there are make room for as many texts or cells as a file says it has, and a file that says
//! a hundred billion ends the process. Here what is read is bounded by what was unpacked, that by [`MOST_UNPACKED`], and what
//! cells hold by [`super::Rows`]: a text that stands there once may stand in every cell.

mod cells;
mod parts;

use std::io::{BufRead, BufReader, Cursor, Read, Take};

use quick_xml::Reader;
use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};
use zip::ZipArchive;

use super::{Rows, Unreadable};
use crate::domain::imports::Table;
use crate::http::forms::sheets::LONGEST_CELL;

/// Most bytes that one part of a workbook may unpack to: ten thousand rows of forty columns have some twenty million.
const MOST_UNPACKED: u64 = 64 * 1024 * 1024;

/// Most attributes of an element: those of Excel have some twenty.
const MOST_ATTRIBUTES: usize = 64;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Result<Table, Unreadable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_broken| Unreadable)?;
    let book = parts::book(&mut archive)?;
    let strings = parts::strings(&mut archive)?;
    let formats = parts::formats(&mut archive)?;
    let mut rows = Rows::default();
    let look = cells::Look { strings: &strings, formats: &formats, from_1904: book.from_1904 };
    within(&mut archive, &book.sheet, |xml| cells::read(xml, look, &mut rows))?.ok_or(Unreadable)?;
    rows.table()
}

/// Reads a part of a workbook; `None` if there is none of that name.
fn within<T>(
    archive: &mut Archive<'_>,
    name: &str,
    work: impl FnOnce(&mut Xml<'_>) -> Result<T, Unreadable>,
) -> Result<Option<T>, Unreadable> {
    let Ok(mut part) = archive.by_name(name) else { return Ok(None) };
    let mut part = BufReader::new((&mut part as &mut dyn Read).take(MOST_UNPACKED));
    let mut reader = Reader::from_reader(&mut part as &mut dyn BufRead);
    reader.config_mut().expand_empty_elements = true;
    let mut xml = Xml { reader, buffer: Vec::new() };
    let done = work(&mut xml)?;
    drop(xml);
    let rest: &Take<_> = part.get_ref();
    if rest.limit() == 0 { Err(Unreadable) } else { Ok(Some(done)) }
}

/// A part that is being read.
struct Xml<'a> {
    reader: Reader<&'a mut dyn BufRead>,
    buffer: Vec<u8>,
}

/// What comes next in a part.
enum Next {
    /// An element begins: its name without prefix, and its attributes.
    Start(String, Vec<(String, String)>),
    /// Words.
    Text(String),
    /// An element ends.
    End(String),
}

impl Xml<'_> {
    /// What comes next; `None` at the end. Entities other than XML's own mean nothing, and no document defines any.
    fn next(&mut self) -> Result<Option<Next>, Unreadable> {
        loop {
            self.buffer.clear();
            let event = self.reader.read_event_into(&mut self.buffer).map_err(|_broken| Unreadable)?;
            return Ok(Some(match event {
                Event::Start(start) | Event::Empty(start) => Next::Start(name(&start), attributes(&start)?),
                Event::End(end) => Next::End(String::from_utf8_lossy(end.local_name().as_ref()).into_owned()),
                Event::Text(text) => Next::Text(text.decode().map_err(|_broken| Unreadable)?.into_owned()),
                Event::CData(text) => Next::Text(text.decode().map_err(|_broken| Unreadable)?.into_owned()),
                Event::GeneralRef(reference) => Next::Text(character(&reference)?),
                Event::DocType(_) => return Err(Unreadable),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => continue,
                Event::Eof => return Ok(None),
            }));
        }
    }
}

fn name(start: &BytesStart<'_>) -> String {
    String::from_utf8_lossy(start.local_name().as_ref()).into_owned()
}

fn attributes(start: &BytesStart<'_>) -> Result<Vec<(String, String)>, Unreadable> {
    let mut all = Vec::new();
    for attribute in start.attributes().with_checks(false) {
        if all.len() == MOST_ATTRIBUTES {
            return Err(Unreadable);
        }
        let attribute = attribute.map_err(|_broken| Unreadable)?;
        let value = std::str::from_utf8(&attribute.value).map_err(|_broken| Unreadable)?;
        let value = unescape(value).map_err(|_broken| Unreadable)?.into_owned();
        all.push((String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned(), value));
    }
    Ok(all)
}

fn attribute<'a>(attributes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Adds to a text that comes in pieces, up to what a cell may hold however it is encoded: its characters are counted when
/// it is whole.
fn extend(text: &mut String, more: &str) -> Result<(), Unreadable> {
    if text.len() + more.len() > LONGEST_CELL * 4 {
        return Err(Unreadable);
    }
    text.push_str(more);
    Ok(())
}

fn character(reference: &BytesRef<'_>) -> Result<String, Unreadable> {
    if let Some(character) = reference.resolve_char_ref().map_err(|_broken| Unreadable)? {
        return Ok(character.into());
    }
    let name = reference.decode().map_err(|_broken| Unreadable)?;
    resolve_xml_entity(&name).map(str::to_owned).ok_or(Unreadable)
}
