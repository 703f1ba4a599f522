//! Policies: the texts that people are asked to agree to, by version. A consent names kind and version, so a version
//! that has come into force keeps its words; other words are another version.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::PolicyId;
use super::invalid::{Expected, FieldCode, Invalid};
use super::kinds::Kind;
use super::record::Noun;
use super::text::Text;

/// One version of a policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// What it is about.
    pub kind: PolicyKind,
    /// What tells it from other versions of its kind: 1 to 32 letters, digits, points and hyphens of ASCII.
    pub version: String,
    /// From when on it holds, until the next version of its kind does.
    pub valid_from: DateTime<Utc>,
    /// Its title.
    pub title: Text,
    /// What it says: paragraphs apart by an empty line.
    pub text: Text,
}

/// What policies are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PolicyKind {
    /// What happens with personal information (PIPL articles 14 and 17).
    Privacy,
    /// What whoever signs up agrees to.
    Signup,
    /// Consent of a guardian, and the rules for children under 14 (PIPL article 31).
    Guardian,
    /// Separate consent to sensitive personal information (PIPL articles 28 to 30).
    Sensitive,
}

impl PolicyKind {
    /// All kinds, in the order in which they are listed.
    pub const ALL: [Self; 4] = [Self::Privacy, Self::Signup, Self::Guardian, Self::Sensitive];

    /// Its name, as it is stored and sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::Privacy => "privacy",
            Self::Signup => "signup",
            Self::Guardian => "guardian",
            Self::Sensitive => "sensitive",
        }
    }
}

impl Policy {
    /// Versions have no life of their own: their id follows from kind and version.
    pub fn id(&self) -> PolicyId {
        PolicyId::from_slug(&format!("{}:{}", self.kind.name(), self.version))
    }
}

impl Noun for Policy {
    const KIND: Kind = Kind::Policy;

    fn check(&self, invalid: &mut Invalid) {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
        if !(1..=32).contains(&self.version.len()) || !self.version.bytes().all(plain) {
            invalid.push("version", FieldCode::Malformed(Expected::Code));
        }
        invalid.text("title", &self.title, 120);
        invalid.text("text", &self.text, 20_000);
    }

    fn texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        visit(&mut self.title);
        visit(&mut self.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_as_they_are_written() {
        for kind in PolicyKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }

    #[test]
    fn a_version_is_named_so_that_an_address_can_hold_it() {
        let named = |version: &str| {
            let policy = Policy {
                kind: PolicyKind::Privacy,
                version: version.to_owned(),
                valid_from: DateTime::UNIX_EPOCH,
                title: Text::zh("标题"),
                text: Text::zh("正文"),
            };
            let mut invalid = Invalid::default();
            policy.check(&mut invalid);
            invalid.or(()).is_ok()
        };
        assert!(["1", "2026-11", "1.0-rc.2", &"9".repeat(32)].into_iter().all(named));
        assert!(!["", "1 0", "一", "a/b", "a,b", &"9".repeat(33)].into_iter().any(named));
    }
}
