//! What is wrong with something that came in: one entry per field, with a stable code for programs and a
//! sentence for people.
//!
//! To add a code: a variant of [`FieldCode`], its line in [`FieldCode::wire`] and [`FIELD_CODES`], its sentence in the
//! three languages in [`FieldCode::message`]. The compiler and the tests of `messages` ask for all of them.

mod codes;
mod messages;

use std::fmt;
use std::net::IpAddr;

pub use codes::{Expected, FIELD_CODES, FieldCode};

use crate::domain::text::{Lang, Text};
use crate::domain::webhooks::addresses::{is_local_name, is_public};

/// Everything that is wrong with an input; never empty when it travels as an error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Invalid(pub Vec<FieldError>);

/// One thing that is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where: the name of a query parameter, or the path in a body (`participants[0].birthYear`).
    pub field: String,
    /// What is wrong with it.
    pub code: FieldCode,
}

impl FieldError {
    /// `field` is wrong as `code` says.
    pub fn new(field: impl Into<String>, code: FieldCode) -> Self {
        Self { field: field.into(), code }
    }
}

impl Invalid {
    /// A single error.
    pub fn one(field: impl Into<String>, code: FieldCode) -> Self {
        Self(vec![FieldError::new(field, code)])
    }

    /// Adds an error.
    pub fn push(&mut self, field: impl Into<String>, code: FieldCode) {
        self.0.push(FieldError::new(field, code));
    }

    /// Adds what is wrong with a part, whose fields stand within `field`.
    pub fn nested(&mut self, field: &str, part: Self) {
        let within = |error: FieldError| FieldError::new(format!("{field}.{}", error.field), error.code);
        self.0.extend(part.0.into_iter().map(within));
    }

    /// Checks a text that must be there: not blank, and not longer than `max` characters in any language.
    pub fn text(&mut self, field: &str, text: &Text, max: usize) {
        if is_blank(&text.zh_cn) {
            self.push(field, FieldCode::Empty);
        }
        let hidden = |c: char| c != '\n' && is_hidden(c);
        if Lang::ALL.iter().any(|&lang| text.get(lang).contains(hidden)) {
            self.push(field, FieldCode::Malformed(Expected::PlainText));
        }
        let longest = Lang::ALL.iter().map(|&lang| text.get(lang).chars().count()).max();
        if longest.is_some_and(|longest| longest > max) {
            self.push(field, FieldCode::TooLong { max });
        }
    }

    /// Checks what something is called: a text of one line.
    pub fn title(&mut self, field: &str, text: &Text, max: usize) {
        let before = self.0.len();
        self.text(field, text, max);
        if self.0.len() == before && Lang::ALL.iter().any(|&lang| text.get(lang).contains('\n')) {
            self.push(field, FieldCode::Malformed(Expected::PlainText));
        }
    }

    /// Checks a single line that a person wrote: not blank, and not longer than `max` characters.
    pub fn line(&mut self, field: &str, line: &str, max: usize) {
        if is_blank(line) {
            self.push(field, FieldCode::Empty);
        }
        if line.contains(is_hidden) {
            self.push(field, FieldCode::Malformed(Expected::PlainText));
        }
        if line.chars().count() > max {
            self.push(field, FieldCode::TooLong { max });
        }
    }

    /// Checks the name of somebody: a line in which nothing is written that nobody sees.
    pub fn name(&mut self, field: &str, name: &str, max: usize) {
        self.line(field, name, max);
        if name.contains(is_unseen) && !name.contains(is_hidden) {
            self.push(field, FieldCode::Malformed(Expected::PlainText));
        }
    }

    /// Checks an address that pages will link: nothing but the web's own schemes.
    pub fn url(&mut self, field: impl Into<String>, url: &str) {
        if !["https://", "http://"].iter().any(|scheme| url.starts_with(scheme)) {
            self.push(field, FieldCode::Malformed(Expected::Url));
        }
    }

    /// Checks an address to which whoever reads a page is sent: one of the web, and of no machine of their own network.
    pub fn public_url(&mut self, field: impl Into<String>, url: &str) {
        let field = field.into();
        let before = self.0.len();
        self.url(field.clone(), url);
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        let host = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        // With a name before it an address looks like another.
        let named = host.contains('@');
        let bare = host.strip_prefix('[').and_then(|host| host.split(']').next());
        let host = bare.unwrap_or_else(|| host.split(':').next().unwrap_or_default());
        let local = match host.parse::<IpAddr>() {
            Ok(address) => !is_public(address),
            Err(_) => is_local_name(host) || host.ends_with(|c: char| c.is_ascii_digit()),
        };
        if self.0.len() == before && (named || local) {
            self.push(field, FieldCode::Malformed(Expected::PublicUrl));
        }
    }

    /// Checks a number against its bounds, both included.
    pub fn range<T: PartialOrd + ToString>(&mut self, field: impl Into<String>, value: T, min: T, max: T) {
        if value < min || value > max {
            let (min, max) = (min.to_string(), max.to_string());
            self.push(field, FieldCode::OutOfRange { min, max });
        }
    }

    /// Adds that `first` lies beyond `then`.
    pub fn inverted(&mut self, field: impl Into<String>, first: &str, then: &str) {
        self.push(field, FieldCode::Inverted { first: first.to_owned(), then: then.to_owned() });
    }

    /// `value` if nothing is wrong.
    ///
    /// # Errors
    /// All that was added, if anything was.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

/// Control characters, and those that turn the direction of what follows, are no part of a text.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether nothing of a text is seen.
fn is_blank(text: &str) -> bool {
    // A blank pattern of Braille is seen as little as a space.
    text.chars().all(|c| c.is_whitespace() || is_hidden(c) || is_unseen(c) || c == '\u{2800}')
}

/// Characters that take no room and are not seen, by which one name would be many.
pub(super) fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}'
        | '\u{e01f0}'..='\u{e0fff}')
}

/// Characters that say in which of its forms the one before is written: part of some names, and of nobody else.
pub(super) fn picks_a_form(c: char) -> bool {
    matches!(c, '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

impl std::error::Error for Invalid {}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { "; " };
            write!(f, "{gap}{}: {}", error.field, error.code.message(Lang::En))?;
        }
        Ok(())
    }
}
