//! Sessions (场次): when an event takes place, and on which terms one takes part.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::events::{Ages, EventStatus};
use super::ids::{EventId, SessionId};
use super::places::Place;
use super::text::Text;

/// A session of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The event it belongs to.
    pub event: EventId,
    /// When it starts.
    pub start: DateTime<Utc>,
    /// When it ends, after `start`.
    pub end: DateTime<Utc>,
    /// Whether it goes ahead.
    pub status: EventStatus,
    /// Its place, where that is not the event's.
    pub place: Option<Box<Place>>,
    /// On which terms one takes part; absent where no sign-up is needed.
    pub signup: Option<Box<SignupTerms>>,
    /// How many people or parties there is room for; absent: unlimited.
    pub capacity: Option<i32>,
    /// How many of them are taken.
    pub taken: i32,
    /// How many people queue.
    pub waiting: i32,
}

/// Terms of sign-up, as data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignupTerms {
    /// When sign-up opens; absent: it has always been open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<DateTime<Utc>>,
    /// When it closes; absent: at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<DateTime<Utc>>,
    /// What happens when it is full.
    pub waitlist_mode: WaitlistMode,
    /// Whether capacity counts people or parties.
    #[serde(default)]
    pub capacity_unit: CapacityUnit,
    /// Whether a guardian who comes along takes a seat.
    #[serde(default = "yes")]
    pub guardian_takes_seat: bool,
    /// Fewest people in a party.
    #[serde(default = "one")]
    pub party_min: u16,
    /// Most people in a party.
    #[serde(default = "one")]
    pub party_max: u16,
    /// Most seats one person may hold in the session.
    #[serde(default = "one")]
    pub per_person_max: u16,
    /// Ages that attendees must have; they do not bind guardians.
    #[serde(default)]
    pub ages: Ages,
    /// Whether a guardian must come along.
    #[serde(default)]
    pub guardian_required: bool,
    /// Whether a telephone number is asked for.
    #[serde(default)]
    pub phone_required: bool,
    /// Whether the host decides on each sign-up.
    #[serde(default)]
    pub approval: bool,
    /// Until when one can cancel; absent: until the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_until: Option<DateTime<Utc>>,
    /// What is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
}

fn yes() -> bool {
    true
}

fn one() -> u16 {
    1
}

/// What happens when a session is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WaitlistMode {
    /// No waiting list.
    None,
    /// Whoever is next is confirmed at once when seats become free.
    Confirm,
    /// Whoever is next is offered the seats for a time.
    Offer,
}

/// What capacity counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CapacityUnit {
    /// People.
    #[default]
    Person,
    /// Parties, however large.
    Party,
}

/// A question asked at sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// Names the question in answers; unique in the session.
    pub id: String,
    /// The question.
    pub label: Text,
    /// How it is answered.
    #[serde(rename = "type")]
    pub kind: QuestionType,
    /// Whether it must be answered.
    pub required: bool,
    /// The choices, where there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Text>,
    /// Asked once for the party, or of each participant.
    pub per: QuestionScope,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum QuestionType {
    /// In words.
    Text,
    /// With a whole number.
    Number,
    /// Yes or no.
    Boolean,
    /// One of the options.
    Choice,
    /// Any of the options.
    Choices,
}

/// Of whom a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum QuestionScope {
    /// Once.
    Party,
    /// Of everybody.
    Participant,
}

/// What somebody who wants to take part can do at a given moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SignupState {
    /// Sign-up has not opened.
    NotOpen,
    /// Seats are left.
    Open,
    /// No seat is left, but one can queue.
    Waitlist,
    /// No seat is left, and there is no queue.
    Full,
    /// Sign-up has closed.
    Closed,
    /// No sign-up is needed.
    None,
    /// The session is over.
    Ended,
    /// The session, or its event, is called off.
    Cancelled,
}

impl Session {
    /// What one can do at `now`. Moves with the clock and the seats, so it is never stored.
    pub fn signup_state(&self, event_status: EventStatus, now: DateTime<Utc>) -> SignupState {
        if self.status == EventStatus::Cancelled || event_status == EventStatus::Cancelled {
            return SignupState::Cancelled;
        }
        if self.end <= now {
            return SignupState::Ended;
        }
        let Some(terms) = &self.signup else { return SignupState::None };
        if terms.opens_at.is_some_and(|opens| now < opens) {
            return SignupState::NotOpen;
        }
        if terms.closes_at.unwrap_or(self.start) <= now {
            return SignupState::Closed;
        }
        let seats_left = self.capacity.is_none_or(|capacity| self.taken < capacity);
        match terms.waitlist_mode {
            // Whoever queues comes first: a newcomer queues too, even if a seat is free.
            _ if seats_left && self.waiting == 0 => SignupState::Open,
            WaitlistMode::None if seats_left => SignupState::Open,
            WaitlistMode::None => SignupState::Full,
            WaitlistMode::Confirm | WaitlistMode::Offer => SignupState::Waitlist,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    fn session(waitlist_mode: WaitlistMode, taken: i32, waiting: i32) -> Session {
        let terms =
            serde_json::json!({ "waitlistMode": waitlist_mode, "opensAt": at(10), "closesAt": at(20) });
        Session {
            id: SessionId::from_slug("s"),
            event: EventId::from_slug("e"),
            start: at(24),
            end: at(26),
            status: EventStatus::Scheduled,
            place: None,
            signup: serde_json::from_value(terms).unwrap(),
            capacity: Some(2),
            taken,
            waiting,
        }
    }

    #[test]
    fn state_follows_clock_and_seats() {
        use SignupState::*;
        let state = |s: &Session, hour| s.signup_state(EventStatus::Scheduled, at(hour));
        let half = session(WaitlistMode::Confirm, 1, 0);
        assert_eq!(
            [9, 10, 19, 20, 25, 26].map(|h| state(&half, h)),
            [NotOpen, Open, Open, Closed, Closed, Ended]
        );
        assert_eq!(state(&session(WaitlistMode::Confirm, 2, 0), 12), Waitlist);
        assert_eq!(
            state(&session(WaitlistMode::Offer, 1, 3), 12),
            Waitlist,
            "a free seat belongs to the queue"
        );
        assert_eq!(state(&session(WaitlistMode::None, 2, 0), 12), Full);
        assert_eq!(half.signup_state(EventStatus::Cancelled, at(12)), Cancelled);
        assert_eq!(
            Session { signup: Option::None, ..half }.signup_state(EventStatus::Scheduled, at(12)),
            None
        );
    }
}
