//! The documents of pushes: JSON or XML, whichever the console says, as one value.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;
use serde::de::Error as _;
use serde_json::{Error, Map, Value};

/// How deep elements may lie within each other; WeChat's lie four deep.
const DEEPEST: usize = 8;

/// Reads a document. In XML an element with elements is an object, one that is repeated an array, any other a text; what
/// the root holds is the value.
pub(super) fn read(body: &[u8]) -> Result<Value, Error> {
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'<') => xml(body),
        _ => serde_json::from_slice(body),
    }
}

/// An element that is being read.
#[derive(Default)]
struct Element {
    name: String,
    text: String,
    within: Map<String, Value>,
}

impl Element {
    fn value(self) -> Value {
        if self.within.is_empty() { Value::String(self.text.trim().to_owned()) } else { self.within.into() }
    }

    fn add(&mut self, name: String, value: Value) {
        match self.within.get_mut(&name) {
            None => {
                self.within.insert(name, value);
            }
            Some(Value::Array(all)) => all.push(value),
            Some(one) => *one = Value::Array(vec![one.take(), value]),
        }
    }
}

fn xml(body: &[u8]) -> Result<Value, Error> {
    let mut reader = Reader::from_reader(body);
    // The last one is the innermost; the first stands for the document around its root.
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(Error::custom)?;
        let innermost = open.last_mut().ok_or_else(|| Error::custom("an element is closed twice"))?;
        match event {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return Err(Error::custom("elements lie too deep"));
                }
                let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
                open.push(Element { name, ..Element::default() });
            }
            Event::Empty(empty) => {
                let name = String::from_utf8_lossy(empty.name().as_ref()).into_owned();
                innermost.add(name, Value::String(String::new()));
            }
            Event::End(_) => {
                let Some(closed) = open.pop() else { break };
                let around = open.last_mut().ok_or_else(|| Error::custom("an element is closed twice"))?;
                around.add(closed.name.clone(), closed.value());
            }
            Event::Text(text) => innermost.text.push_str(&text.decode().map_err(Error::custom)?),
            Event::CData(text) => innermost.text.push_str(&text.decode().map_err(Error::custom)?),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(Error::custom)?;
                innermost.text.extend(character);
                let name = reference.decode().map_err(Error::custom)?;
                innermost.text.push_str(resolve_xml_entity(&name).unwrap_or_default());
            }
            Event::DocType(_) => return Err(Error::custom("WeChat's documents define nothing")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    let mut outside = open.into_iter();
    match (outside.next(), outside.next()) {
        (Some(document), None) => {
            let mut roots = document.within.into_iter();
            roots.next().map(|(_, root)| root).ok_or_else(|| Error::custom("there is no element"))
        }
        _ => Err(Error::custom("an element is not closed")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_forms_are_one_value() {
        let xml =
            "<xml><A><![CDATA[a<b]]></A><N>7</N>\n<L><X>1</X></L><L><X>2 &lt;&#x4e2d;&gt;</X></L><E/></xml>";
        let expected = json!({ "A": "a<b", "N": "7", "L": [{ "X": "1" }, { "X": "2 <中>" }], "E": "" });
        assert_eq!(read(xml.as_bytes()).unwrap(), expected);
        assert_eq!(read(expected.to_string().as_bytes()).unwrap(), expected);
    }

    #[test]
    fn what_is_no_document_is_refused() {
        let deep = "<a>".repeat(DEEPEST + 1);
        let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>"#;
        for text in ["", " ", "<", "<a>", "</a>", "<a></b>", "<a></a></a>", "{", deep.as_str(), bomb] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
