//! What those who came say of a session.

use super::hidden::hidden;
use super::invalid::Invalid;
use super::text::Text;

hidden! {
    /// What somebody says in words: it may tell who they are.
    Words;
}

/// Most stars.
pub const STARS: u8 = 5;

/// The longest text, in characters.
pub const LONGEST: usize = 1000;

/// What a party says of a session that it attended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// From 1 to [`STARS`].
    pub stars: u8,
    /// In words, if they want.
    pub words: Option<Words>,
}

impl Feedback {
    /// Adds what is wrong with it.
    pub fn check(&self, invalid: &mut Invalid) {
        invalid.range("stars", self.stars, 1, STARS);
        if let Some(words) = &self.words {
            invalid.text("text", &Text::zh(words.expose()), LONGEST);
        }
    }
}
