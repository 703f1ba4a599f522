//! Drafts: how what is published here is written. The store has what was approved in the table of its kind; what an author
//! is changing lies beside it until it is approved in its turn.
//!
//! - [`authored`] says of each kind what an author must give, may change without review, and may not touch.
//! - [`body`] works on the fields of a thing that may still lack some.

pub mod authored;
pub mod body;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::divisions::Adcode;
use super::ids::{OrganisationId, PersonId};
use super::kinds::Kind;
use super::words::words;

pub use authored::Authored;
pub use body::Body;

/// The kinds of thing that are drafted.
pub const KINDS: [Kind; 5] = [Kind::Event, Kind::Base, Kind::Route, Kind::Series, Kind::Resource];

words! {
    /// How a draft stands.
    State {
        /// It is being written.
        Draft = "draft",
        /// It waits for an authority.
        Submitted = "submitted",
        /// It is what is published; there is nothing to submit.
        Approved = "approved",
        /// An authority sent it back, or took it down.
        Rejected = "rejected",
    }
}

/// What an authority says of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldNote {
    /// Which field: its path, such as `place.address`.
    pub field: String,
    /// What is to be mended.
    pub text: String,
}

/// Whose a draft is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The organisation's that is its main organiser.
    Organisation(OrganisationId),
    /// Nobody's but of whoever submitted it: so an entry of the directory may be.
    Person(PersonId),
}

/// A draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The kind of thing.
    pub kind: Kind,
    /// The thing.
    pub object: i64,
    /// Whose it is.
    pub owner: Owner,
    /// Whose authority reviews it: the division of its place, else of its organisation's seat.
    pub division: Adcode,
    /// Counts its changes from 1.
    pub version: i64,
    /// How it stands.
    pub state: State,
    /// The thing as it is to be; fields may be missing.
    pub body: Body,
    /// As it was published when its author began; absent where it never was, or where nothing is being changed.
    pub base: Option<Body>,
    /// Why it was sent back or taken down.
    pub reason: Option<String>,
    /// What is to be mended, field by field.
    pub fields: Vec<FieldNote>,
    /// Who changed it last, where that was a person.
    pub author: Option<PersonId>,
    /// When.
    pub updated_at: DateTime<Utc>,
}

impl Draft {
    /// The organisation whose it is, if it is one's.
    #[must_use]
    pub fn organisation(&self) -> Option<OrganisationId> {
        match self.owner {
            Owner::Organisation(organisation) => Some(organisation),
            Owner::Person(_) => None,
        }
    }

    /// The person whose it is, if it is one's.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        match self.owner {
            Owner::Organisation(_) => None,
            Owner::Person(person) => Some(person),
        }
    }

    /// Ends what its author was told to mend; nothing is kept of how it was before.
    pub fn settle(&mut self, state: State) {
        self.state = state;
        (self.base, self.reason, self.fields) = (None, None, Vec::new());
    }
}
