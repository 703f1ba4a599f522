//! Sessions (场次): when an event takes place, and on which terms one takes part.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::events::EventStatus;
use super::ids::{EventId, SessionId};
use super::invalid::Invalid;
use super::places::Place;
use super::signup_terms::{SignupTerms, WaitlistMode};

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
    /// How many queue, counted as `capacity` counts.
    pub waiting: i32,
    /// Grows whenever its seats are moved; 0: they never were.
    pub moved: i64,
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
    /// Adds what is wrong with it: what could never be kept is refused when it is written.
    pub fn check(&self, invalid: &mut Invalid) {
        if self.end <= self.start {
            invalid.inverted("start", "start", "end");
        }
        if let Some(capacity) = self.capacity {
            invalid.range("capacity", capacity, 0, 1_000_000);
        }
        if let Some(terms) = &self.signup {
            terms.check(self.start, self.end, self.capacity, invalid);
        }
    }

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
            moved: 0,
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
