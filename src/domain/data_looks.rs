//! Looks at what is known of others: who looked, at whom, what for. Law asks for the record (Regulation on the Protection of
//! Minors in Cyberspace, article 36), and whoever was looked at can read it in their export.

use chrono::{DateTime, Utc};

use super::ids::{PersonId, SessionId};

/// A look at what is known of somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Who looked.
    pub actor: PersonId,
    /// Whose data it was, where it was somebody's with an account.
    pub subject: Option<PersonId>,
    /// The session for whose list it was, if it was for one.
    pub session: Option<SessionId>,
    /// What for, in a word or a line of the actor's; it holds nothing about the subject.
    pub purpose: String,
    /// Which fields were shown, by their names on the wire.
    pub fields: Vec<&'static str>,
}

/// A look, as whoever was looked at reads of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// When.
    pub at: DateTime<Utc>,
    /// The session for whose list it was, if it was for one.
    pub session: Option<SessionId>,
    /// What for.
    pub purpose: String,
    /// Which fields were shown.
    pub fields: Vec<String>,
}
