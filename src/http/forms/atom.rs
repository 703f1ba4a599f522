//! Feeds (RFC 4287): what changed last, for readers and for other systems.

use chrono::{DateTime, Utc};

use super::urn;
use crate::domain::text::Lang;
use crate::domain::time::rfc3339;

/// The media type of feeds.
pub const ATOM: &str = "application/atom+xml; charset=utf-8";

/// A feed.
#[derive(Debug, Clone)]
pub struct Feed<'a> {
    /// A URI that names it for ever, wherever it is served.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The language of its texts.
    pub lang: Lang,
    /// Where it is, absolute.
    pub url: String,
    /// What changed, the newest first.
    pub entries: Vec<Entry<'a>>,
}

/// Something that changed.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// A URI that names it for ever.
    pub id: String,
    /// Its title.
    pub title: &'a str,
    /// When it last changed.
    pub updated: DateTime<Utc>,
    /// Who runs it.
    pub authors: Vec<&'a str>,
    /// One or two sentences.
    pub summary: &'a str,
    /// The whole text.
    pub text: String,
    /// An absolute address with more about it.
    pub url: String,
    /// Subjects: code and name.
    pub topics: Vec<(&'a str, &'a str)>,
}

impl Feed<'_> {
    /// The feed as it is sent.
    #[must_use]
    pub fn text(&self) -> String {
        let mut xml = Xml(r#"<?xml version="1.0" encoding="utf-8"?>"#.into());
        let lang = self.lang.tag();
        xml.0.push_str(&format!("\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{lang}\">\n"));
        xml.element("id", &self.id);
        xml.element("title", &self.title);
        // An empty feed has not changed since times began, so that it has one ETag.
        let updated = self.entries.iter().map(|entry| entry.updated).max().unwrap_or(DateTime::UNIX_EPOCH);
        xml.element("updated", &rfc3339(updated));
        xml.empty("link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", &self.url)]);
        xml.0.push_str("<author><name>Kepu</name></author>\n<generator>Kepu</generator>\n");
        self.entries.iter().for_each(|entry| entry.write(&mut xml));
        xml.0.push_str("</feed>\n");
        xml.0
    }
}

impl Entry<'_> {
    fn write(&self, xml: &mut Xml) {
        xml.0.push_str("<entry>\n");
        xml.element("id", &self.id);
        xml.element("title", self.title);
        xml.element("updated", &rfc3339(self.updated));
        for author in &self.authors {
            xml.0.push_str("<author>");
            xml.element("name", author);
            xml.0.push_str("</author>\n");
        }
        xml.empty("link", &[("rel", "alternate"), ("href", &self.url)]);
        let scheme = urn("taxonomy", "topic");
        for (code, name) in &self.topics {
            xml.empty("category", &[("term", code), ("scheme", &scheme), ("label", name)]);
        }
        xml.element("summary", self.summary);
        // The default type of a text is plain.
        xml.element("content", &self.text);
        xml.0.push_str("</entry>\n");
    }
}

struct Xml(String);

impl Xml {
    fn element(&mut self, name: &str, text: &str) {
        self.0.push_str(&format!("<{name}>{}</{name}>\n", escaped(text)));
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let attributes: String =
            attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", escaped(value))).collect();
        self.0.push_str(&format!("<{name}{attributes}/>\n"));
    }
}

/// Text as XML 1.0 has it; characters that it cannot hold are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' => escaped.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_markup_is_text_and_what_xml_cannot_hold_is_left_out() {
        assert_eq!(escaped("a <b> & \"c\"\u{0}\u{1b}\u{ffff}\n"), "a &lt;b&gt; &amp; &quot;c&quot;\n");
    }
}
