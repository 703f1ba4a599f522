//! Persons: whoever logs in. What is known of them is what they say themselves.

use chrono::{DateTime, Months, Utc};

use super::hidden::hidden;
use super::ids::PersonId;
use super::invalid::Invalid;

hidden! {
    /// By what name a person wants to be addressed.
    DisplayName;
    /// A phone number, that of its country first: `+86 13800138000`.
    Phone;
}

/// After how long without a login a person is forgotten.
pub const ABSENT: Months = Months::new(24);

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
    /// Their phone, if they gave it.
    pub phone: Option<Phone>,
}

impl DisplayName {
    /// Adds what is wrong with it as `field`.
    pub fn check(&self, field: &str, invalid: &mut Invalid) {
        invalid.line(field, self.expose(), LONGEST_NAME);
    }
}

impl Phone {
    /// The number of a phone in a country.
    #[must_use]
    pub fn new(country: &str, digits: &str) -> Self {
        Self(format!("+{country} {digits}"))
    }

    /// The number with its middle hidden: enough for its owner to know it, too little to call it. `138****1234`.
    #[must_use]
    pub fn masked(&self) -> String {
        let digits = self.0.rsplit(' ').next().unwrap_or_default();
        let (first, last) = if digits.chars().count() >= 9 { (3, 4) } else { (0, 2) };
        let last = digits.char_indices().rev().nth(last - 1).map_or(0, |(at, _)| at);
        let first = digits.char_indices().nth(first).map_or(0, |(at, _)| at).min(last);
        format!("{}****{}", &digits[..first], &digits[last..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_shown_without_its_middle() {
        for (country, digits, shown) in [
            ("86", "13800138000", "138****8000"),
            ("852", "51234567", "****67"),
            ("1", "2025550123", "202****0123"),
            ("86", "1", "****1"),
            ("86", "", "****"),
        ] {
            let phone = Phone::new(country, digits);
            assert_eq!(phone.masked(), shown, "{digits}");
            assert_eq!(format!("{phone:?}"), "Phone(***)");
        }
    }

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
