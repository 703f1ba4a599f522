//! Classification: a term is a `code` within a `scheme`. Kepu's own schemes stand beside standard ones
//! (GB/T 32844 is scheme `gbt32844`), so an item can be classified by both.

use serde::{Deserialize, Serialize};

use super::ids::TermId;
use super::invalid::{Expected, FieldCode, FieldError};
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

/// A code within a scheme that the field's name implies: 1 to 64 characters of `[a-z0-9_]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(pub String);

impl Code {
    /// Refuses what cannot be a code in any scheme of ours.
    pub fn check(&self, field: &str) -> Option<FieldError> {
        let ok = !self.0.is_empty()
            && self.0.len() <= 64
            && self.0.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        (!ok).then(|| FieldError::new(field, FieldCode::Malformed(Expected::Code)))
    }
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
        TermId::from_slug(&format!("{}:{}", self.scheme, self.code))
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
