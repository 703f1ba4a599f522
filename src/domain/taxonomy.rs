//! Classification: a term is a `code` within a `scheme`. Kepu's own schemes stand beside standard ones
//! (GB/T 32844 is scheme `gbt32844`), so an item can be classified by both.

use serde::{Deserialize, Serialize};

use super::ids::TermId;
use super::invalid::{Expected, FieldCode, Invalid};
use super::kinds::Kind;
use super::record::{Noun, Reference};
use super::sources::Source;
use super::text::Text;

/// Kepu's scheme of subjects: what an event is about.
pub const TOPIC: &str = "topic";
/// Kepu's scheme of audiences: the five key groups of the science-literacy plan and others.
pub const AUDIENCE: &str = "audience";
/// Kepu's scheme of forms: lecture, exhibition, workshop …
pub const FORM: &str = "form";
/// Levels at which a base is recognised.
pub const LEVEL: &str = "level";
/// Kinds of base.
pub const CATEGORY: &str = "category";

/// A code within a scheme that the field's name implies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(pub String);

impl Code {
    /// The term it means in `scheme`.
    pub fn term(&self, scheme: &str) -> TermId {
        TermId::from_slug(&format!("{scheme}:{}", self.0))
    }

    /// The reference that `field` makes to the term of this code.
    pub fn reference(&self, field: impl Into<String>, scheme: &str) -> Reference {
        Reference::new(field, Kind::Term, self.term(scheme).get())
    }
}

/// References that a list of codes makes, with their places in `field`.
pub fn references<'a>(
    field: &'a str,
    scheme: &'a str,
    codes: &'a [Code],
) -> impl Iterator<Item = Reference> + 'a {
    codes.iter().enumerate().map(move |(i, code)| code.reference(format!("{field}[{i}]"), scheme))
}

fn is_code(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.' | b'-'))
}

/// One term of one scheme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Term {
    /// The scheme: one of the constants of this module, or a standard's (`gbt32844`).
    pub scheme: String,
    /// The code, unique in its scheme.
    pub code: String,
    /// What people read.
    pub name: Text,
    /// The broader term of the same scheme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broader: Option<String>,
    /// Terms of other schemes that mean the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same_as: Vec<Classification>,
    /// Place in lists, smallest first.
    #[serde(default)]
    pub order: i32,
    /// Where the term comes from.
    pub source: Source,
}

impl Term {
    /// Terms have no life of their own: their id follows from scheme and code.
    pub fn id(&self) -> TermId {
        Code(self.code.clone()).term(&self.scheme)
    }
}

impl Noun for Term {
    const KIND: Kind = Kind::Term;

    fn check(&self, invalid: &mut Invalid) {
        if !is_code(&self.code) {
            invalid.push("code", FieldCode::Malformed(Expected::Code));
        }
        invalid.text("name", &self.name, 80);
    }

    fn texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        visit(&mut self.name);
    }

    fn references(&self) -> Vec<Reference> {
        self.broader.iter().map(|code| Code(code.clone()).reference("broader", &self.scheme)).collect()
    }
}

/// A term named by scheme and code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Classification {
    /// The scheme, e.g. `gbt32844`.
    pub scheme: String,
    /// The code within it.
    pub code: String,
}
