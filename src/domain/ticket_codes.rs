//! Ticket codes: what a person reads out at a door where no QR code can be scanned, and a desk types by hand.
//!
//! Ten letters of Crockford's base32, drawn at random: 50 bits, so that a guess at a door finds nobody. They are read
//! as people write them: upper case, the letter O for zero, I and L for one, spaces and dashes anywhere.

use std::fmt;
use std::str::FromStr;

use serde_with::{DeserializeFromStr, SerializeDisplay};

use super::ids::{Random, random_bytes};

/// Crockford's base32 in lower case: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

const LETTERS: usize = 10;

/// The code of a sign-up's ticket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, SerializeDisplay, DeserializeFromStr)]
pub struct TicketCode([u8; LETTERS]);

/// A text that is no [`TicketCode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ticket code is 10 letters and digits")]
pub struct NotATicketCode;

impl TicketCode {
    /// A new code.
    pub fn fresh(random: &dyn Random) -> Self {
        Self(random_bytes::<LETTERS>(random).map(|byte| ALPHABET[usize::from(byte & 31)]))
    }
}

impl fmt::Display for TicketCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Letters of the alphabet only.
        f.pad(str::from_utf8(&self.0).unwrap_or_default())
    }
}

/// Whoever has the code is let in, so no log may have it.
impl fmt::Debug for TicketCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TicketCode(***)")
    }
}

impl FromStr for TicketCode {
    type Err = NotATicketCode;

    fn from_str(text: &str) -> Result<Self, NotATicketCode> {
        let mut letters = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').map(meant);
        let mut code = [0; LETTERS];
        for place in &mut code {
            *place = letters.next().flatten().ok_or(NotATicketCode)?;
        }
        letters.next().is_none().then_some(Self(code)).ok_or(NotATicketCode)
    }
}

/// The letter of the alphabet that a written one means.
fn meant(letter: char) -> Option<u8> {
    let letter = match u8::try_from(letter.to_ascii_lowercase()).ok()? {
        b'o' => b'0',
        b'i' | b'l' => b'1',
        letter => letter,
    };
    ALPHABET.contains(&letter).then_some(letter)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ids::SystemRandom;

    #[test]
    fn a_code_is_read_as_people_write_it_and_never_printed() {
        let code: TicketCode = "0a1b21zk9q".parse().unwrap();
        for text in ["0A1B2-1ZK9Q", "oaib2 lzk9q", " OaLb-2izk 9q-", "0a1b21zk9q"] {
            assert_eq!(text.parse(), Ok(code), "{text}");
        }
        for text in ["", "0a1b21zk9", "0a1b21zk9q0", "0a1b21zk9u", "0a1b21zk9我", "0a1b21zk9_"] {
            assert_eq!(text.parse::<TicketCode>(), Err(NotATicketCode), "{text}");
        }
        assert_eq!(format!("{code:?}"), "TicketCode(***)");
    }

    proptest! {
        #[test]
        fn every_code_comes_back_and_every_text_has_one_spelling(text in "[0-9a-zA-Z -]{8,14}") {
            let fresh = TicketCode::fresh(&SystemRandom);
            prop_assert_eq!(fresh.to_string().parse(), Ok(fresh));
            if let Ok(code) = text.parse::<TicketCode>() {
                let written = code.to_string();
                prop_assert_eq!(written.len(), LETTERS);
                prop_assert_eq!(written.parse(), Ok(code));
            }
        }
    }
}
