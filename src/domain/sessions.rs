//! Sessions (场次): when an event takes place, and on which terms one takes part.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::admission::Admission;
use super::events::EventStatus;
use super::ids::{EventId, SessionId};
use super::invalid::{FieldCode, Invalid};
use super::media::Notice;
use super::places::Place;
use super::signup_terms::{SignupTerms, WaitlistMode};
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
    /// How many queue, counted as `capacity` counts.
    pub waiting: i32,
    /// Grows whenever its seats are moved; 0: they never were.
    pub moved: i64,
    /// What everybody should know who wanted to come: why it was moved, or called off.
    pub notice: Option<Box<Notice>>,
}

/// What its host says of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// When it starts.
    pub start: DateTime<Utc>,
    /// When it ends, after `start`.
    pub end: DateTime<Utc>,
    /// Its place, where that is not the event's.
    pub place: Option<Place>,
    /// On which terms one takes part; absent where no sign-up is needed.
    pub signup: Option<SignupTerms>,
    /// How many people or parties there is room for; absent: unlimited.
    pub capacity: Option<i32>,
    /// What everybody should know who wanted to come.
    pub notice: Option<Text>,
}

/// The longest notice of a session, in characters.
const NOTICE_MAX: usize = 200;

impl Plan {
    /// What was said of a session, but for its notice.
    #[must_use]
    pub fn of(session: Session) -> Self {
        Self {
            start: session.start,
            end: session.end,
            place: session.place.map(|place| *place),
            signup: session.signup.map(|terms| *terms),
            capacity: session.capacity,
            notice: None,
        }
    }

    /// The same so much later, its sign-up as well.
    #[must_use]
    pub fn later(&self, by: TimeDelta) -> Self {
        let mut plan = self.clone();
        plan.start += by;
        plan.end += by;
        if let Some(terms) = &mut plan.signup {
            let instants = [&mut terms.opens_at, &mut terms.closes_at, &mut terms.cancel_until];
            instants.into_iter().flatten().for_each(|instant| *instant += by);
        }
        plan
    }

    /// The same for an event that one gets into in this way: where one signs up and nothing is said about it, the terms
    /// are those that hold where nothing is said.
    #[must_use]
    pub fn admitted_by(mut self, admission: Admission) -> Self {
        if admission.asks_for_signup() {
            self.signup.get_or_insert_default();
        }
        self
    }

    /// A new session of an event by this plan; `now` is since when its notice holds.
    #[must_use]
    pub fn session(self, id: SessionId, event: EventId, now: DateTime<Utc>) -> Session {
        Session {
            id,
            event,
            start: self.start,
            end: self.end,
            status: EventStatus::Scheduled,
            place: self.place.map(Box::new),
            signup: self.signup.map(Box::new),
            capacity: self.capacity,
            taken: 0,
            waiting: 0,
            moved: 0,
            notice: self.notice.map(|text| Box::new(Notice { text, since: Some(now) })),
        }
    }
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
        if let Some(place) = &self.place {
            place.check("place", invalid);
        }
        if let Some(notice) = &self.notice {
            invalid.text("notice", &notice.text, NOTICE_MAX);
        }
    }

    /// Adds that one signs up for it here, if its event is one for which one does not.
    pub fn check_admission(&self, admission: Admission, invalid: &mut Invalid) {
        if self.signup.is_some() && matches!(admission, Admission::WalkIn | Admission::External) {
            invalid.push("rules", FieldCode::Conflicting { with: "admission".to_owned() });
        }
    }

    /// Adds what of these terms cannot be kept to those who signed up on the ones before.
    pub fn check_against(&self, before: &Self, invalid: &mut Invalid) {
        let counted = before.taken > 0 || before.waiting > 0;
        let conflicting = || FieldCode::Conflicting { with: "taken".to_owned() };
        let Some(was) = before.signup.as_deref().filter(|_| counted) else { return };
        let Some(terms) = self.signup.as_deref() else {
            return invalid.push("rules", conflicting());
        };
        if terms.capacity_unit != was.capacity_unit {
            invalid.push("rules.capacityUnit", conflicting());
        }
        if terms.guardian_takes_seat != was.guardian_takes_seat {
            invalid.push("rules.guardianTakesSeat", conflicting());
        }
        // What was used of a limit is given back by the terms as they are then.
        let limits = |terms: &SignupTerms| (terms.per_event_max.is_some(), terms.per_campaign_max.is_some());
        if limits(terms) != limits(was) {
            invalid.push("rules.perEventMax", conflicting());
        }
        if before.waiting > 0 && terms.waitlist_mode == WaitlistMode::None {
            invalid.push("waitlistMode", FieldCode::Conflicting { with: "waiting".to_owned() });
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
            notice: None,
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
