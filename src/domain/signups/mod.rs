//! Sign-ups (报名): a party's claim to seats of a session, from the moment it is made until it is over.
//!
//! [`party`] is who comes along, [`request`] what somebody asks for and whether the terms of the session allow it,
//! [`seats`] who gets a seat, who waits and who is next, [`corrections`] what can be changed late, [`refusal`] why not, and
//! [`bars`] what about whom.

pub mod bars;
pub mod corrections;
pub mod party;
pub mod refusal;
pub mod request;
pub mod seats;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::{EventId, PersonId, SessionId, SignupId};
use super::invalid::Invalid;
use super::ticket_codes::TicketCode;
use party::Personal;

/// A sign-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signup {
    /// Its id.
    pub id: SignupId,
    /// The session.
    pub session: SessionId,
    /// The session's event.
    pub event: EventId,
    /// Whose it is; nobody's any more after that person was erased.
    pub person: Option<PersonId>,
    /// How it stands.
    pub status: Status,
    /// Why, where it did not come to a good end.
    pub reason: Option<Reason>,
    /// How much of the capacity it takes, or would take.
    pub seats: i32,
    /// Heads of a class or group that was booked by their number.
    pub headcount: Option<u16>,
    /// Its number in the queue, kept after it was promoted.
    pub queue_number: Option<i64>,
    /// Until when its seats are held for it.
    pub offered_until: Option<DateTime<Utc>>,
    /// What is typed at the door where nothing can be scanned; given with the seats.
    pub ticket_code: Option<TicketCode>,
    /// A ticket with a greater revision revokes those before it.
    pub ticket_revision: u32,
    /// Who comes, how to reach them, what they answered; gone when its time was over.
    pub personal: Option<Personal>,
    /// The places in the party, from 0, of those who came; in order.
    pub attended: Vec<u16>,
    /// The version of the policy that was agreed to.
    pub policy_version: String,
    /// Counts changes from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// How a sign-up stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// It has its seats.
    Confirmed,
    /// It queues.
    Waitlisted,
    /// Seats are held for it until a deadline.
    Offered,
    /// Seats are held for it until the host decides.
    Pending,
    /// It was given up, or called off.
    Cancelled,
    /// Somebody of it came.
    Attended,
    /// Nobody of it came.
    NoShow,
    /// The host declined.
    Rejected,
}

impl Status {
    /// Every status, with its name in the store and on the wire.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Confirmed, "confirmed"),
        (Self::Waitlisted, "waitlisted"),
        (Self::Offered, "offered"),
        (Self::Pending, "pending"),
        (Self::Cancelled, "cancelled"),
        (Self::Attended, "attended"),
        (Self::NoShow, "noShow"),
        (Self::Rejected, "rejected"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(status, _)| *status == self).map_or("", |(_, name)| name)
    }

    /// The status of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(status, _)| *status)
    }

    /// Whether it counts in `taken`.
    pub fn holds_seats(self) -> bool {
        matches!(self, Self::Confirmed | Self::Offered | Self::Pending | Self::Attended | Self::NoShow)
    }

    /// Whether another one may not be made beside it.
    pub fn stands(self) -> bool {
        !matches!(self, Self::Cancelled | Self::Rejected)
    }
}

/// Why a sign-up came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// Whoever signed up cancelled.
    ByPerson,
    /// Whoever signed up left the queue.
    LeftQueue,
    /// The offer was not accepted in time.
    OfferLapsed,
    /// The session began before a seat became free.
    NeverFree,
    /// The host called the session off.
    CalledOff,
    /// The host declined, or took the seats back.
    ByHost,
    /// Whoever signed up closed their account.
    AccountClosed,
}

impl Reason {
    /// Every reason, with its name in the store and on the wire.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::ByPerson, "byPerson"),
        (Self::LeftQueue, "leftQueue"),
        (Self::OfferLapsed, "offerLapsed"),
        (Self::NeverFree, "neverFree"),
        (Self::CalledOff, "calledOff"),
        (Self::ByHost, "byHost"),
        (Self::AccountClosed, "accountClosed"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(reason, _)| *reason == self).map_or("", |(_, name)| name)
    }

    /// The reason of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(reason, _)| *reason)
    }
}

/// The key of a request that may be repeated, as the caller gave it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RepeatKey {
    /// What the caller chose.
    pub given: String,
    /// A keyed hash of the request's body.
    pub body_hash: String,
}

/// The longest `Idempotency-Key`, in characters.
pub const LONGEST_KEY: usize = 128;

impl RepeatKey {
    /// Adds what is wrong with a key that a caller gave.
    pub fn check(given: &str, invalid: &mut Invalid) {
        invalid.line("Idempotency-Key", given, LONGEST_KEY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        for (status, name) in Status::ALL {
            assert_eq!((Status::from_name(name), status.name()), (Some(status), name));
            assert_eq!(serde_json::to_value(status).unwrap(), name);
        }
        for (reason, name) in Reason::ALL {
            assert_eq!((Reason::from_name(name), reason.name()), (Some(reason), name));
            assert_eq!(serde_json::to_value(reason).unwrap(), name);
        }
    }
}
