//! The unified social credit code (统一社会信用代码, GB 32100-2015) by which every organisation of the mainland is known.

use std::fmt;
use std::str::FromStr;

use serde_with::{DeserializeFromStr, SerializeDisplay};

/// The digits: no I, O, S, V and Z, which look like others.
const DIGITS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Characters of a code.
pub const LENGTH: usize = 18;

/// A code whose check digit is right.
#[derive(Debug, Clone, PartialEq, Eq, Hash, SerializeDisplay, DeserializeFromStr)]
pub struct CreditCode(String);

/// A text that is no [`CreditCode`]: of another length, with a letter that none has, or with a wrong check digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a unified social credit code is 18 digits and letters, the last of which checks the others")]
pub struct NotACreditCode;

impl CreditCode {
    /// The code as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CreditCode {
    type Err = NotACreditCode;

    fn from_str(text: &str) -> Result<Self, NotACreditCode> {
        let value = |letter: u8| DIGITS.iter().position(|digit| *digit == letter);
        let values: Vec<usize> = text.bytes().map(value).collect::<Option<_>>().ok_or(NotACreditCode)?;
        if values.len() != LENGTH {
            return Err(NotACreditCode);
        }
        // Each place weighs three times as much as the one before, modulo 31; with the check digit the sum is a multiple.
        let weights = std::iter::successors(Some(1), |weight| Some(weight * 3 % 31)).take(LENGTH - 1);
        let sum: usize = weights.zip(&values).map(|(weight, value)| weight * value).sum();
        if (sum + values[LENGTH - 1]).is_multiple_of(31) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotACreditCode)
        }
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Codes of large companies as they are published.
    #[test]
    fn published_codes_are_codes() {
        for code in ["91110000802100433B", "9144030071526726XG", "91350100M000100Y43"] {
            assert_eq!(code.parse::<CreditCode>().map(|code| code.to_string()), Ok(code.to_owned()));
        }
        for wrong in
            ["", "91110000802100433", "91110000802100433C", "91110000802100433b", "9111000080210043IB"]
        {
            assert_eq!(wrong.parse::<CreditCode>(), Err(NotACreditCode), "{wrong}");
        }
    }

    proptest! {
        /// 31 is a prime: no single slip keeps the sum.
        #[test]
        fn one_wrong_character_is_noticed(place in 0..LENGTH, digit in 0..31_usize) {
            let mut code = b"9144030071526726XG".to_vec();
            prop_assume!(code[place] != DIGITS[digit]);
            code[place] = DIGITS[digit];
            prop_assert!(String::from_utf8(code).unwrap().parse::<CreditCode>().is_err());
        }
    }
}
