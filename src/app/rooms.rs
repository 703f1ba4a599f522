//! Rooms: sessions that a transaction has locked to move their seats.
//!
//! Whatever moves seats opens the rooms first, works on [`Room::seats`], and closes them at the end: whoever is next in
//! the queue gets what became free in the same transaction, and the counts are written once.

use hashbrown::HashMap;

use super::Error;
use super::notices::tell;
use crate::db::records::Stored;
use crate::db::{Db, Tx, seats, sessions, signups};
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::{Random, SessionId};
use crate::domain::notices::{About, Details, Notice, Purpose};
use crate::domain::sealing::Vault;
use crate::domain::sessions::Session;
use crate::domain::signup_terms::SignupTerms;
use crate::domain::signups::seats::Seats;
use crate::domain::signups::{Signup, Status};
use crate::domain::ticket_codes::TicketCode;

/// How many of a queue are looked at in one statement.
const QUEUE_PAGE: i64 = 100;

/// A session that the transaction has locked.
#[derive(Debug, Clone)]
pub(super) struct Room {
    /// The session as it was when it was locked.
    pub(super) session: Session,
    /// Its counts as they are to be.
    pub(super) seats: Seats,
    queue_next: Option<i64>,
}

/// What rooms need to be closed.
#[derive(Clone, Copy)]
pub(super) struct Tools<'a> {
    /// What personal fields are sealed with.
    pub(super) vault: &'a Vault,
    /// Where ticket codes come from.
    pub(super) random: &'a dyn Random,
}

/// How often something is tried again that was cut from a circle of waiting.
const AGAIN: usize = 3;

/// Does something in a transaction, and again where that was cut from a circle of waiting.
pub(super) fn patiently<T>(db: &Db, work: impl Fn(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
    for _ in 0..AGAIN {
        match db.write(&work) {
            Err(Error::Db(error)) if error.is_circle() => {}
            done => return done,
        }
    }
    db.write(work)
}

/// Opens the rooms of these sessions, as far as they are there.
pub(super) fn open(tx: &mut Tx<'_>, ids: &[SessionId]) -> Result<HashMap<SessionId, Room>, Error> {
    seats::lock(tx, ids)?;
    let room = |session: Session| {
        let seats = Seats { capacity: session.capacity, taken: session.taken, waiting: session.waiting };
        Room { session, seats, queue_next: None }
    };
    Ok(sessions::find(tx, ids)?.into_iter().map(|(id, session)| (id, room(session))).collect())
}

/// Opens the room of one session.
///
/// # Errors
/// [`Error::NotFound`] if it is not there.
pub(super) fn open_one(tx: &mut Tx<'_>, id: SessionId) -> Result<Room, Error> {
    open(tx, &[id])?.remove(&id).ok_or(Error::NotFound)
}

impl Room {
    /// The terms of sign-up; where none is needed, those that hold where nothing is said.
    pub(super) fn terms(&self) -> SignupTerms {
        self.session.signup.as_deref().cloned().unwrap_or_default()
    }

    /// The next number in the queue.
    pub(super) fn queue_number(&mut self, tx: &mut Tx<'_>) -> Result<i64, Error> {
        let next = match self.queue_next {
            Some(next) => next,
            None => seats::queue_next(tx, self.session.id)?,
        };
        self.queue_next = Some(next + 1);
        Ok(next)
    }

    /// Whether anybody can be promoted: somebody queues, a seat is free, and it is ahead and not called off, neither by
    /// itself nor with its event. The event is read last, and only where all else holds.
    fn can_promote(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let ahead = tx.now() < self.session.start && self.session.status != EventStatus::Cancelled;
        if !ahead || self.seats.waiting < 1 || !self.seats.fit(1) {
            return Ok(false);
        }
        let event = Event::get(tx, self.session.event.get())?;
        Ok(event.is_some_and(|event| event.body.status != EventStatus::Cancelled))
    }

    /// Gives what is free to the queue and writes the counts, if anything moved; says who was promoted.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) fn close(mut self, tx: &mut Tx<'_>, tools: Tools<'_>) -> Result<Vec<Signup>, Error> {
        let promoted = if self.can_promote(tx)? { self.promote(tx, tools)? } else { Vec::new() };
        let before = (self.session.capacity, self.session.taken, self.session.waiting);
        if (self.seats.capacity, self.seats.taken, self.seats.waiting) != before || self.queue_next.is_some()
        {
            seats::count(tx, self.session.id, self.seats, self.queue_next)?;
        }
        Ok(promoted)
    }

    fn promote(&mut self, tx: &mut Tx<'_>, tools: Tools<'_>) -> Result<Vec<Signup>, Error> {
        let (terms, start) = (self.terms(), self.session.start);
        let mut promoted = Vec::new();
        while self.seats.waiting > 0 {
            let free = self.seats.free().unwrap_or(i32::MAX);
            if free < 1 {
                break;
            }
            let next = signups::next_in_queue(tx, tools.vault, self.session.id, free, QUEUE_PAGE)?;
            let all = next.len() < QUEUE_PAGE as usize;
            for mut signup in next {
                if !self.seats.fit(signup.seats) {
                    continue;
                }
                let before = (signup.status, signup.seats);
                signup.status = terms.when_promoted();
                self.seats.moved(before, (signup.status, signup.seats));
                if signup.status == Status::Offered {
                    signup.offered_until = Some(terms.offer_until(tx.now(), start));
                } else {
                    signup.ticket_code.get_or_insert_with(|| TicketCode::fresh(tools.random));
                }
                signups::update(tx, tools.vault, &mut signup)?;
                promoted.push(signup);
            }
            if all {
                break;
            }
        }
        let told: Vec<Notice> = promoted.iter().filter_map(|signup| told(signup, true)).collect();
        tell(tx, &told)?;
        Ok(promoted)
    }
}

/// What whoever signed up is told of how it stands now, if it stands; `queued` says whether they had queued before.
pub(super) fn told(signup: &Signup, queued: bool) -> Option<Notice> {
    let purpose = match signup.status {
        Status::Confirmed if queued => Purpose::Promoted,
        Status::Confirmed => Purpose::Confirmed,
        Status::Waitlisted => Purpose::Waitlisted,
        Status::Offered => Purpose::Offered,
        Status::Pending | Status::Attended | Status::NoShow | Status::Cancelled | Status::Rejected => {
            return None;
        }
    };
    let details = Details { until: signup.offered_until, ..Details::default() };
    Some(Notice::new(signup.person?, purpose, about(signup)).with(details))
}

/// What notices about a sign-up are about.
pub(super) fn about(signup: &Signup) -> About {
    About { event: Some(signup.event), session: Some(signup.session), signup: Some(signup.id) }
}
