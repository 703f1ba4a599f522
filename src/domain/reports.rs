//! Reports (纠错): that something published is wrong, as anybody may say.

use chrono::{DateTime, Utc};

use super::feedback::Words;
use super::ids::{PersonId, ReportId};
use super::invalid::Invalid;
use super::kinds::Kind;
use super::text::Text;
use super::words::words;

/// The longest text, in characters.
pub const LONGEST: usize = 1000;

words! {
    /// What is wrong.
    Reason {
        /// The place, or its position.
        WrongPlace = "wrongPlace",
        /// A date or an hour.
        WrongTime = "wrongTime",
        /// A telephone number, an address on the net.
        WrongContact = "wrongContact",
        /// It is closed, or does not take place.
        NotTakingPlace = "notTakingPlace",
        /// What it says is not so.
        Inaccurate = "inaccurate",
        /// It offends.
        Offensive = "offensive",
        /// It endangers somebody.
        Unsafe = "unsafe",
        /// Something else, as the text says.
        Other = "other",
    }
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its id.
    pub id: ReportId,
    /// The kind of thing that it is about.
    pub kind: Kind,
    /// The thing.
    pub object: i64,
    /// What is wrong.
    pub reason: Reason,
    /// In words.
    pub words: Option<Words>,
    /// Who says so, where they were logged in.
    pub person: Option<PersonId>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Report {
    /// Adds what is wrong with it.
    pub fn check(&self, invalid: &mut Invalid) {
        if let Some(words) = &self.words {
            invalid.text("text", &Text::zh(words.expose()), LONGEST);
        }
    }
}
