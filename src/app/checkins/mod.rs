//! Check-in: what devices at a door say, what people say for themselves, and what a desk is shown.
//!
//! Whatever is said is kept once, and attendance is worked out from all of it ([`crate::domain::checkins`]), so that
//! devices may repeat themselves, be late, and speak of the same family. [`hearing`] takes what a device says.

mod hearing;

use std::sync::Arc;

use super::Error;
use super::repeats::{Repeat, once};
use super::rooms::{self, Tools};
use crate::db::headcounts::Headcount;
use crate::db::records::Stored;
use crate::db::walk_ins::WalkIn;
use crate::db::{self, Db, Tx, checkins, data_looks, feedback, headcounts, sessions, signups, walk_ins};
use crate::domain::checkins::{Doors, Outcome, Reason, Refusal, SETTLED};
use crate::domain::data_looks::Look;
use crate::domain::door_codes::DoorCode;
use crate::domain::events::{Event, EventStatus};
use crate::domain::feedback::Feedback;
use crate::domain::ids::{PersonId, Random, SessionId, SignupId};
use crate::domain::invalid::Invalid;
use crate::domain::sealing::Vault;
use crate::domain::sessions::Session;
use crate::domain::signup_terms::CapacityUnit;
use crate::domain::signups::refusal::Refusal::KeyReused;
use crate::domain::signups::{Signup, Status};
use crate::domain::text::Text;
use crate::domain::tickets::TicketKeys;
use chrono::{DateTime, TimeDelta, Utc};

pub use hearing::{Heard, Said, Shown};

/// How many words one transaction takes: the session stays locked meanwhile.
const AT_ONCE: usize = 100;

/// By what name people check themselves in; no device can have it.
const SELF: &str = "@self";

/// How far back sessions are looked for whose absent are yet to be marked.
const UNSETTLED: TimeDelta = TimeDelta::days(30);

/// The use cases of check-in. All of them block.
#[derive(Clone)]
pub struct Checkins {
    db: Db,
    vault: Arc<Vault>,
    tickets: Arc<TicketKeys>,
    random: Arc<dyn Random>,
}

/// What a desk is given for a day without network.
#[derive(Debug)]
pub struct Sheet {
    /// As of when.
    pub as_of: DateTime<Utc>,
    /// The session.
    pub session: Session,
    /// The title of its event.
    pub title: Text,
    /// Everybody who ever signed up for it, as they stand.
    pub signups: Vec<Signup>,
    /// How many came without a sign-up.
    pub walk_ins: i64,
    /// The count of heads, if there is one.
    pub headcount: Option<Headcount>,
}

/// Some who come without a sign-up, as a device says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// The device.
    pub device: String,
    /// What it calls them.
    pub entry: String,
    /// How many they are.
    pub people: u16,
    /// Whether they are let in where no seat is left.
    pub beyond_capacity: bool,
    /// Whether the device takes it back.
    pub undo: bool,
}

/// What became of some who came without a sign-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetIn {
    /// They, as they are kept.
    pub came: WalkIn,
    /// How many came in all without a sign-up.
    pub all: i64,
    /// How much of the capacity is taken now.
    pub taken: i32,
    /// How much there is; absent: unlimited.
    pub capacity: Option<i32>,
}

impl Checkins {
    /// The check-in of a store.
    pub fn new(db: Db, vault: Arc<Vault>, tickets: Arc<TicketKeys>, random: Arc<dyn Random>) -> Self {
        Self { db, vault, tickets, random }
    }

    /// The keys of tickets.
    #[must_use]
    pub fn tickets(&self) -> &TicketKeys {
        &self.tickets
    }

    /// What a desk needs. That somebody looked at each party is recorded in the same transaction.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such session.
    pub fn desk(&self, session: SessionId, staff: PersonId) -> Result<Sheet, Error> {
        self.db.write(|tx| {
            let found = sessions::find(tx, &[session])?.remove(&session).ok_or(Error::NotFound)?;
            let event = Event::get(tx, found.event.get())?.ok_or(Error::NotFound)?;
            let signups = signups::of_session(tx, &self.vault, session)?;
            let shown = signups.iter().filter(|signup| signup.status.is_let_in());
            let looks: Vec<Look> = shown.map(|signup| look(staff, signup)).collect();
            data_looks::record(tx, &looks)?;
            Ok(Sheet {
                as_of: tx.now(),
                session: found,
                title: event.body.title,
                signups,
                walk_ins: walk_ins::people(tx, session)?,
                headcount: headcounts::get(tx, session)?,
            })
        })
    }

    /// Hears what a device held by `staff` says at a session; tells of each in order what became of it. What was heard
    /// before is answered as it was then.
    ///
    /// # Errors
    /// If the store fails. Whatever was heard until then is kept, so that repeating all of it does no harm.
    pub fn hear(
        &self,
        session: SessionId,
        staff: PersonId,
        device: &str,
        said: &[Said],
    ) -> Result<Vec<Heard>, Error> {
        let mut heard = Vec::with_capacity(said.len());
        for said in said.chunks(AT_ONCE) {
            let claims = hearing::claims(&self.tickets, said);
            let hear = |tx: &mut Tx<'_>| {
                hearing::hear(
                    tx,
                    &self.vault,
                    hearing::Place { session, staff: Some(staff), device },
                    &claims,
                )
            };
            heard.extend(self.db.write(hear)?);
        }
        Ok(heard)
    }

    /// Checks a person's own party in by what the door shows; gives their sign-up as it is then.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not theirs; [`Error::Door`] with the reason if they are not let in.
    pub fn check_in(&self, person: PersonId, id: SignupId, shown: &str) -> Result<Signup, Error> {
        self.db.write(|tx| {
            let own = signups::get_of(tx, &self.vault, person, id)?.ok_or(Error::NotFound)?;
            if !DoorCode::is_shown(&self.tickets, own.session, tx.now(), shown) {
                return Err(Refusal::WrongDoorCode.into());
            }
            // A second code is a second word: somebody who was taken off the list by mistake is heard again.
            let entry = format!("{id}-{}", tx.now().timestamp());
            let said = Said { entry, shown: Shown::Signup(id), members: None, at: tx.now(), undo: false };
            let claims = hearing::claims(&self.tickets, std::slice::from_ref(&said));
            let place = hearing::Place { session: own.session, staff: None, device: SELF };
            for heard in hearing::hear(tx, &self.vault, place, &claims)? {
                match heard.verdict {
                    (Outcome::Ok | Outcome::Already, _) => {}
                    (_, Some(Reason::TooEarly | Reason::TooLate)) => return Err(Refusal::DoorsClosed.into()),
                    _ => return Err(Refusal::NotConfirmed.into()),
                }
            }
            signups::get_of(tx, &self.vault, person, id)?.ok_or(Error::NotFound)
        })
    }

    /// Lets some in who come without a sign-up. They take seats as a party of the session's terms would; where those
    /// are taken they are refused, unless whoever stands at the door lets them in all the same: then they take what is
    /// left, and are counted as people.
    ///
    /// # Errors
    /// [`Error::Door`] with [`Refusal::NoSeat`] or [`Refusal::DoorsClosed`]; [`Error::Refused`] with `KeyReused` if the
    /// device has said another number by this name, or the request's key was used for another request.
    pub fn let_in(
        &self,
        session: SessionId,
        staff: PersonId,
        came: &Came,
        repeat: Option<&Repeat>,
    ) -> Result<LetIn, Error> {
        self.db.write(|tx| {
            // The entry of a repeated request is known by its name.
            once(tx, staff, repeat, |_| Ok(session))?;
            let mut room = rooms::open_one(tx, session)?;
            let kept = match walk_ins::get(tx, session, &came.device, &came.entry)? {
                Some(kept) if !came.undo && kept.people != i32::from(came.people) => {
                    return Err(Error::Refused(KeyReused));
                }
                Some(kept) if came.undo && !kept.undone => {
                    room.seats.taken -= kept.seats;
                    walk_ins::undo(tx, &kept)?;
                    WalkIn { seats: 0, undone: true, ..kept }
                }
                Some(kept) => kept,
                None => {
                    let doors = Doors::of(room.session.start, room.session.end);
                    let called_off = room.session.status == EventStatus::Cancelled;
                    if called_off || doors.admit(tx.now(), tx.now()).is_err() {
                        return Err(Refusal::DoorsClosed.into());
                    }
                    let seats = if came.undo { 0 } else { seats_for(&room, came)? };
                    room.seats.taken += seats;
                    let kept = WalkIn {
                        session,
                        device: came.device.clone(),
                        entry: came.entry.clone(),
                        people: came.people.into(),
                        seats,
                        // Taken back before it was said: the device's words overtook each other.
                        undone: came.undo,
                    };
                    walk_ins::insert(tx, staff, &kept)?;
                    kept
                }
            };
            let (taken, capacity) = (room.seats.taken, room.seats.capacity);
            room.close(tx, Tools { vault: &self.vault, random: &*self.random })?;
            Ok(LetIn { came: kept, all: walk_ins::people(tx, session)?, taken, capacity })
        })
    }

    /// Sets how many were at a session, by a count of heads; the last count stands.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such session.
    pub fn count(&self, session: SessionId, staff: PersonId, people: i32) -> Result<Headcount, Error> {
        self.db.write(|tx| {
            headcounts::set(tx, session, staff, people)?;
            headcounts::get(tx, session)?.ok_or(Error::NotFound)
        })
    }

    /// Keeps what somebody who came says of a session, in place of what they said before; gives when.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the sign-up is not theirs, [`Error::Door`] with [`Refusal::NotAttended`] if nobody of it
    /// came, [`Error::Invalid`].
    pub fn rate(&self, person: PersonId, id: SignupId, said: &Feedback) -> Result<DateTime<Utc>, Error> {
        let mut invalid = Invalid::default();
        said.check(&mut invalid);
        invalid.or(())?;
        self.db.write(|tx| {
            let own = signups::get_of(tx, &self.vault, person, id)?.ok_or(Error::NotFound)?;
            if own.status != Status::Attended {
                return Err(Refusal::NotAttended.into());
            }
            feedback::set(tx, &self.vault, (own.session, id), said)?;
            Ok(tx.now())
        })
    }
}

/// A look at a party that is let in.
fn look(actor: PersonId, signup: &Signup) -> Look {
    Look {
        actor,
        subject: signup.person,
        session: Some(signup.session),
        purpose: "checkIn".to_owned(),
        fields: vec!["name", "ticketCode"],
    }
}

/// How many seats some take who come without a sign-up.
fn seats_for(room: &rooms::Room, came: &Came) -> Result<i32, Refusal> {
    let wanted = match room.terms().capacity_unit {
        CapacityUnit::Party => 1,
        CapacityUnit::Person => came.people.into(),
    };
    match room.seats.free() {
        Some(free) if free < wanted && came.beyond_capacity => Ok(free.max(0)),
        Some(free) if free < wanted => Err(Refusal::NoSeat),
        _ => Ok(wanted),
    }
}

/// Marks those who did not come to sessions that ended a day ago and longer, and at which somebody was checked in: where
/// nobody was, nobody looked. Says how many sign-ups.
///
/// # Errors
/// If the store fails.
pub fn give_up(db: &Db) -> Result<usize, db::Error> {
    let sessions = db.write(|tx| {
        let until = tx.now() - SETTLED;
        checkins::unsettled(tx, until - UNSETTLED, until)
    })?;
    let mut marked = 0;
    for session in sessions {
        marked += db.write(|tx| {
            db::seats::lock(tx, &[session])?;
            checkins::give_up(tx, session)
        })?;
    }
    Ok(marked)
}
