//! JSON: a list of objects, one a row, whose fields are columns by their names there or by their headings; or an object
//! that has that list as `rows`.

use std::fmt;

use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Rows, Unreadable};
use crate::domain::imports::{Cell, MOST_COLUMNS, MOST_ROWS, Table};

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Result<Table, Unreadable> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let List(objects) = serde_json::from_slice(bytes).map_err(|_not_that| Unreadable)?;
    let mut table = Table::default();
    let mut rows = Rows::default();
    for (number, Object(fields)) in (1..).zip(objects) {
        let mut cells = Vec::new();
        for (name, cell) in fields {
            let at = table.headings.iter().position(|heading| *heading == name);
            let at = at.unwrap_or_else(|| {
                table.headings.push(name);
                table.headings.len() - 1
            });
            if at >= MOST_COLUMNS {
                return Err(Unreadable);
            }
            cells.resize(cells.len().max(at + 1), Cell::Blank);
            cells[at] = cell;
        }
        rows.push(number, cells)?;
    }
    if rows.held.len() > MOST_ROWS {
        return Err(Unreadable);
    }
    table.rows = rows.held;
    Ok(table)
}

struct List(Vec<Object>);

struct Object(Vec<(String, Cell)>);

struct Value(Cell);

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = List;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of rows")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<List, A::Error> {
                let mut all = Vec::new();
                while let Some(row) = rows.next_element()? {
                    if all.len() == MOST_ROWS {
                        return Err(de::Error::custom("too many rows"));
                    }
                    all.push(row);
                }
                Ok(List(all))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<List, A::Error> {
                let mut all = None;
                while let Some(name) = fields.next_key::<String>()? {
                    if name != "rows" || all.is_some() {
                        return Err(de::Error::custom("an object has `rows` alone"));
                    }
                    all = Some(fields.next_value()?);
                }
                all.ok_or_else(|| de::Error::missing_field("rows"))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row as an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Object, A::Error> {
                let mut all: Vec<(String, Cell)> = Vec::new();
                while let Some((name, Value(cell))) = fields.next_entry()? {
                    if all.len() == MOST_COLUMNS {
                        return Err(de::Error::custom("too many fields"));
                    }
                    all.push((name, cell));
                }
                Ok(Object(all))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number, true, false, or a list of texts")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
                Ok(Value(Cell::of_text(text)))
            }

            fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Value, E> {
                Ok(Value(Cell::Truth(truth)))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
                Ok(Value(Cell::Number(number)))
            }

            #[expect(clippy::cast_precision_loss, reason = "whatever a table counts is far below")]
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
                Ok(Value(Cell::Number(number as f64)))
            }

            #[expect(clippy::cast_precision_loss, reason = "whatever a table counts is far below")]
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
                Ok(Value(Cell::Number(number as f64)))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
                Ok(Value(Cell::Blank))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
                let mut all = String::new();
                while let Some(entry) = entries.next_element::<String>()? {
                    if !all.is_empty() {
                        all.push('、');
                    }
                    all.push_str(&entry);
                }
                Ok(Value(Cell::of_text(&all)))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_a_table_whose_columns_are_the_names_of_its_fields() {
        let list = r#"[{"externalId":"A-1","title":"甲虫","topics":["ocean","health"]},{"title":"观鸟","capacity":40,"free":true,"notice":null}]"#;
        for text in [list.to_owned(), format!("\u{feff}{{\"rows\": {list}}}")] {
            let table = read(text.as_bytes()).unwrap();
            assert_eq!(table.headings, ["externalId", "title", "topics", "capacity", "free", "notice"]);
            assert_eq!(table.rows[0].cells[2], Cell::Text("ocean、health".to_owned()));
            assert_eq!((table.rows[1].number, &table.rows[1].cells[3]), (2, &Cell::Number(40.0)));
        }
    }

    #[test]
    fn other_json_is_refused() {
        let deep = "[".repeat(100_000);
        let many = format!("[{}{{}}]", "{},".repeat(MOST_ROWS));
        for text in ["", "1", "{}", "[1]", r#"[{"a":{"b":1}}]"#, r#"{"rows":[],"x":1}"#, &deep, &many] {
            assert_eq!(read(text.as_bytes()).err(), Some(Unreadable), "{text:.40}");
        }
    }
}
