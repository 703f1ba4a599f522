//! Persons: whoever logs in. What is known of them is what they say themselves.

use chrono::{DateTime, Utc};

use super::hidden::hidden;
use super::ids::PersonId;
use super::invalid::Invalid;

hidden! {
    /// By what name a person wants to be addressed.
    DisplayName;
}

/// The longest display name, in characters.
pub const LONGEST_NAME: usize = 30;

/// Somebody who logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Counts changes from 1.
    pub version: i64,
    /// When they first came.
    pub created_at: DateTime<Utc>,
    /// Their name, if they gave one.
    pub name: Option<DisplayName>,
}

impl DisplayName {
    /// Adds what is wrong with it as `field`.
    pub fn check(&self, field: &str, invalid: &mut Invalid) {
        invalid.line(field, self.expose(), LONGEST_NAME);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_line() {
        let wrong = |name: &str| {
            let mut invalid = Invalid::default();
            DisplayName::from(name).check("displayName", &mut invalid);
            invalid.0.iter().map(|error| error.code.wire()).collect::<Vec<_>>()
        };
        assert!(wrong("小明妈妈").is_empty() && wrong(&"兰".repeat(LONGEST_NAME)).is_empty());
        assert_eq!(wrong(&"兰".repeat(LONGEST_NAME + 1)), ["tooLong"]);
        assert_eq!(wrong(" "), ["empty"]);
        assert_eq!(wrong("a\nb"), ["malformed"]);
        assert_eq!(wrong("a\u{202e}b"), ["malformed"]);
    }
}
