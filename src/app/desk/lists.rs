//! Who is on the lists of sessions that are full: what it takes to refuse everybody else without asking the store.
//!
//! A full session refuses most of those who come, and they come all at once. Whoever never signed up for it cannot have
//! a seat, a place in the queue or a repeated request to be answered, so `full` is the whole truth for them. The lists are
//! good for as long as the read model says that the session's seats have not moved since.

use std::sync::{Mutex, PoisonError};

use hashbrown::{HashMap, HashSet};

use crate::domain::ids::{PersonId, SessionId};
use crate::domain::sessions::{Session, SignupState};
use crate::domain::signups::refusal::Queue;
use crate::domain::signups::request::Request;
use crate::domain::signups::seats::Seats;

/// Sessions whose lists are remembered at most; with a thousand names each some 10 MB.
const REMEMBERED: usize = 1000;

/// The lists of full sessions.
#[derive(Debug, Default)]
pub struct Lists(Mutex<HashMap<SessionId, List>>);

/// Everybody who ever signed up for a session, as of the transaction that moved its seats last.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) moved: i64,
    pub(super) persons: HashSet<PersonId>,
}

impl Lists {
    /// What there is of a queue, if a session is full for a person who would not join it, and who cannot be on its list.
    /// `session` and its `state` are the read model's.
    pub fn refuse(
        &self,
        session: &Session,
        state: SignupState,
        person: PersonId,
        request: &Request,
    ) -> Option<Queue> {
        let terms = session.signup.as_deref()?;
        let seats = Seats { capacity: session.capacity, taken: session.taken, waiting: session.waiting };
        let queue = seats.queue(terms, request.seats(terms));
        let full = match state {
            SignupState::Full => true,
            SignupState::Waitlist => !(request.join_waitlist && queue.offered),
            _ => false,
        };
        if !full {
            return None;
        }
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let list = lists.get(&session.id).filter(|list| list.moved == session.moved)?;
        (!list.persons.contains(&person)).then_some(queue)
    }

    /// Remembers the list of a session.
    pub(super) fn remember(&self, session: SessionId, list: List) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lists.len() >= REMEMBERED && !lists.contains_key(&session) {
            lists.clear();
        }
        lists.insert(session, list);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::events::EventStatus;
    use crate::domain::ids::EventId;
    use crate::domain::signup_terms::{SignupTerms, WaitlistMode};
    use crate::domain::signups::party::Role;
    use crate::domain::signups::request::{Participant, Who};
    use chrono::{DateTime, TimeDelta, Utc};

    /// So many who come, the last of them as a guardian if there are several.
    fn request(people: usize, join_waitlist: bool) -> Request {
        let one = |n: usize| Participant {
            who: Who::Named("客人".into()),
            birth_year: None,
            role: if n > 0 && n + 1 == people { Role::Guardian } else { Role::Attendee },
        };
        Request {
            participants: (0..people).map(one).collect(),
            headcount: None,
            contact: None,
            join_waitlist,
            answers: Vec::new(),
            policy_version: "1.0".to_owned(),
            guardian_for: Vec::new(),
        }
    }

    fn session(mode: WaitlistMode, moved: i64) -> Session {
        let start = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(1);
        Session {
            id: SessionId::from_slug("s"),
            event: EventId::from_slug("e"),
            start,
            end: start + TimeDelta::hours(1),
            status: EventStatus::Scheduled,
            place: None,
            signup: Some(Box::new(SignupTerms { waitlist_mode: mode, ..SignupTerms::default() })),
            capacity: Some(2),
            taken: 2,
            waiting: 0,
            moved,
            notice: None,
        }
    }

    #[test]
    fn only_who_cannot_be_on_the_list_is_refused_from_memory() {
        let [lan, ming] = ["lan", "ming"].map(PersonId::from_slug);
        let lists = Lists::default();
        let full = session(WaitlistMode::None, 7);
        let ask = |session: &Session, person, join| {
            let state = session.signup_state(EventStatus::Scheduled, DateTime::UNIX_EPOCH);
            lists.refuse(session, state, person, &request(1, join))
        };
        assert_eq!(ask(&full, ming, false), None, "no list is known");
        lists.remember(full.id, List { moved: 7, persons: [lan].into() });
        assert_eq!(ask(&full, ming, false), Some(Queue { offered: false, waiting: 0 }));
        assert_eq!(ask(&full, lan, false), None, "lan has a sign-up to be shown");
        assert_eq!(ask(&session(WaitlistMode::None, 8), ming, false), None, "seats moved since");
        let queues = session(WaitlistMode::Confirm, 7);
        assert_eq!(ask(&queues, ming, false), Some(Queue { offered: true, waiting: 0 }));
        assert_eq!(ask(&queues, ming, true), None, "ming can queue");
        let families = SignupTerms { guardian_takes_seat: false, ..*queues.signup.clone().unwrap() };
        let families = Session { capacity: Some(1), taken: 1, signup: Some(Box::new(families)), ..queues };
        let family = lists.refuse(&families, SignupState::Waitlist, ming, &request(2, true));
        assert_eq!(family, None, "a child and a guardian who takes no seat can queue for the one there is");
        assert_eq!(ask(&Session { taken: 1, ..full }, ming, false), None, "a seat is free");
    }
}
