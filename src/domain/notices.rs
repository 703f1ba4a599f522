//! Notices: what a person is told about what they signed up or asked for, in the list of their notices and, where they
//! agreed to it, as a subscribe message of WeChat's.
//!
//! A notice holds ids and times. What it says is put into words when it is sent or read ([`texts`]), from the event as it
//! is then; [`templates`] are what WeChat's messages are made by.

pub mod decisions;
pub mod templates;
pub mod texts;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use decisions::Decision;

use super::ids::{EventId, NoticeId, PersonId, SessionId, SignupId};
use super::text::Text;
use super::words::words;

words! {
    /// What a person is told.
    Purpose {
        /// Their sign-up is confirmed.
        Confirmed = "confirmed",
        /// They are in the queue.
        Waitlisted = "waitlisted",
        /// They had queued and are in now.
        Promoted = "promoted",
        /// They had queued and may take a seat until [`Details::until`].
        Offered = "offered",
        /// They did not take the seat that was offered.
        Lapsed = "lapsed",
        /// Time, place or party is another than when they signed up.
        Changed = "changed",
        /// It does not take place.
        Cancelled = "cancelled",
        /// The host declined them, or took them off the list.
        Rejected = "rejected",
        /// It is tomorrow.
        DayBefore = "dayBefore",
        /// It is in an hour.
        HourBefore = "hourBefore",
        /// An event was published that they had asked to be told of.
        Subscription = "subscription",
        /// An authority decided on what an organisation wrote, or is: told to its owners and editors, in the list alone.
        Decided = "decided",
    }

    /// What became of a notice as a message. In the list of notices it stands in any case.
    State {
        /// It is to be sent.
        Waiting = "waiting",
        /// WeChat is being asked just now.
        Sending = "sending",
        /// WeChat took it.
        Sent = "sent",
        /// WeChat refused it, or could not deliver it.
        Failed = "failed",
        /// WeChat was asked, and nobody knows what it did; it is not sent again.
        Unknown = "unknown",
        /// It was not sent.
        Unsent = "unsent",
    }

    /// Why a notice was not sent, or failed.
    Why {
        /// The person is known in no mini-program that this service has.
        NoMiniProgram = "noMiniProgram",
        /// The mini-program has no template for it.
        NoTemplate = "noTemplate",
        /// The person has not agreed to a message of this kind, or has got it already.
        NoCredit = "noCredit",
        /// WeChat says that the person does not want it (43101).
        Refused = "refused",
        /// It was too late for it.
        TooLate = "tooLate",
        /// What it is about is not there any more.
        Gone = "gone",
        /// WeChat does not know the person.
        UnknownPerson = "unknownPerson",
        /// WeChat does not know the template, its fields or its page: the configuration is wrong.
        WrongTemplate = "wrongTemplate",
        /// WeChat gave another reason.
        Rejected = "rejected",
        /// WeChat could not be asked for a whole day.
        GaveUp = "gaveUp",
        /// WeChat took it and could not deliver it.
        Undelivered = "undelivered",
    }
}

impl Purpose {
    /// How long before the start of a session it is due, if it reminds of one.
    #[must_use]
    pub fn ahead(self) -> Option<TimeDelta> {
        match self {
            Self::DayBefore => Some(TimeDelta::days(1)),
            Self::HourBefore => Some(TimeDelta::hours(1)),
            _ => None,
        }
    }
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The event; absent of what an authority decided.
    pub event: Option<EventId>,
    /// Its session, where it is about one.
    pub session: Option<SessionId>,
    /// The person's sign-up for it, where there is one.
    pub signup: Option<SignupId>,
}

/// Times, places and decisions, as of when the notice was written; never anything about a person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Details {
    /// Until when an offered seat can be taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// When the session was to start before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_start: Option<DateTime<Utc>>,
    /// When it is to start since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_start: Option<DateTime<Utc>>,
    /// Whether the place is another than before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub moved: bool,
    /// What people called the place before, if it is another now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_place: Option<Text>,
    /// Whether a guardian took back their consent for somebody of the party.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
    /// What an authority decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// Something that a person is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Who.
    pub person: PersonId,
    /// What.
    pub purpose: Purpose,
    /// Of what.
    pub about: About,
    /// With which times.
    pub details: Details,
    /// When; at once if absent.
    pub due_at: Option<DateTime<Utc>>,
}

impl Notice {
    /// A notice that is due at once.
    #[must_use]
    pub fn new(person: PersonId, purpose: Purpose, about: About) -> Self {
        Self { person, purpose, about, details: Details::default(), due_at: None }
    }

    /// The same with these times.
    #[must_use]
    pub fn with(self, details: Details) -> Self {
        Self { details, ..self }
    }

    /// What reminds a person of a session: the day before, and the hour before. Those whose moment has passed are
    /// not made, where they are told.
    #[must_use]
    pub fn reminders(person: PersonId, about: About, start: DateTime<Utc>) -> [Self; 2] {
        [Purpose::DayBefore, Purpose::HourBefore].map(|purpose| {
            let due_at = purpose.ahead().map(|ahead| start - ahead);
            Self { due_at, ..Self::new(person, purpose, about) }
        })
    }

    /// Whether it reminds of a moment that has passed at `now`.
    #[must_use]
    pub fn is_past(&self, now: DateTime<Utc>) -> bool {
        self.purpose.ahead().is_some() && self.due_at.is_some_and(|due| due <= now)
    }
}

/// A notice, as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its id.
    pub id: NoticeId,
    /// Who is told what.
    pub notice: Notice,
    /// When it was due.
    pub at: DateTime<Utc>,
    /// What became of it as a message.
    pub state: State,
    /// Why it was not sent, or failed.
    pub why: Option<Why>,
    /// How often it was tried to send it.
    pub attempts: i32,
    /// Whether the person has read it.
    pub read: bool,
}
