//! Sessions, as their hosts change them: [`adding`], [`changing`], [`calling_off`]; what is said of
//! them is looked through ([`screening`]).
//!
//! Whoever changes sessions locks their events first, in ascending order, then the sessions. Changes take effect at once,
//! and in the transaction in which a session is moved everybody who signed up is told. A session that is called off may
//! have thousands of them: they are told after it, some at a time.

pub mod adding;
pub mod calling_off;
pub mod changing;
pub(in crate::app) mod screening;

pub use changing::set_capacity;
pub(super) use changing::{moved_with_event, planned};

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Error;
use super::rooms::Tools;
use crate::db::records::{self, Stored};
use crate::db::{AnyConn, Db, Tx, attendees, drafts, publication, seats, sessions};
use crate::domain::admission::Admission;
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::bases::Base;
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::{EventId, Random, SessionId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::screening::Screen;
use crate::domain::sealing::Vault;
use crate::domain::sessions::Session;
use crate::domain::signups::Status;
use crate::domain::time::rfc3339;

/// How far ahead sessions may be.
const AHEAD: TimeDelta = TimeDelta::days(3 * 366);

/// How long ago a session that is written may have begun.
const BEHIND: TimeDelta = TimeDelta::days(1);

/// How long a session may last.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// The use cases of sessions. All of them block.
#[derive(Clone)]
pub struct Sessions {
    db: Db,
    vault: Arc<Vault>,
    random: Arc<dyn Random>,
    screen: Arc<dyn Screen>,
}

/// How many sign-ups are told something, by how they stand, and for how many seats they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Told {
    /// Those who have seats.
    pub confirmed: i64,
    /// Those who queue.
    pub waitlisted: i64,
    /// Those to whom seats are offered.
    pub offered: i64,
    /// Those whom the host has not decided on.
    pub pending: i64,
    /// The seats of all of them, taken or wanted.
    pub seats: i64,
}

impl Told {
    /// Of the sign-ups of one session that stand.
    fn count(tx: &mut Tx<'_>, session: SessionId) -> Result<Self, Error> {
        Self::of(tx, &[session])
    }

    /// Of the sign-ups of some sessions that stand.
    pub(super) fn of(conn: &mut AnyConn, sessions: &[SessionId]) -> Result<Self, Error> {
        let mut told = Self::default();
        for count in attendees::count(conn, sessions)? {
            match count.status {
                Status::Confirmed => told.confirmed += count.signups,
                Status::Waitlisted => told.waitlisted += count.signups,
                Status::Offered => told.offered += count.signups,
                Status::Pending => told.pending += count.signups,
                Status::Cancelled | Status::Attended | Status::NoShow | Status::Rejected => {}
            }
            told.seats += count.seats;
        }
        Ok(told)
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            confirmed: self.confirmed + other.confirmed,
            waitlisted: self.waitlisted + other.waitlisted,
            offered: self.offered + other.offered,
            pending: self.pending + other.pending,
            seats: self.seats + other.seats,
        }
    }

    /// How many sign-ups in all.
    #[must_use]
    pub fn signups(self) -> i64 {
        self.confirmed + self.waitlisted + self.offered + self.pending
    }
}

impl Sessions {
    /// The use cases over a store, of sessions whose texts are screened so.
    pub fn new(db: Db, vault: Arc<Vault>, random: Arc<dyn Random>, screen: Arc<dyn Screen>) -> Self {
        Self { db, vault, random, screen }
    }

    fn tools(&self) -> Tools<'_> {
        Tools { vault: &self.vault, random: &*self.random }
    }
}

/// What the audit is told of something done to the sessions of an event.
fn noted(tx: &mut Tx<'_>, by: Actor, action: Action, object: Object, event: &Event) -> Result<Entry, Error> {
    let own = event.place.as_ref().map(|place| place.adcode);
    let division = match (own, event.base) {
        (None, Some(base)) => Base::get(tx, base.get())?.map(|base| base.body.place.adcode),
        (own, _) => own,
    };
    Ok(Entry { object: Some(object), organisation: event.organiser(), division, ..Entry::new(by, action) })
}

/// When and where a session is, as the audit keeps it.
pub(super) fn facts(session: &Session) -> Value {
    json!({
        "session": session.id, "start": rfc3339(session.start), "end": rfc3339(session.end),
        "place": session.place.as_ref().map(|place| &place.name.zh_cn), "capacity": session.capacity,
    })
}

/// How one gets into an event, once its author said so: of what was never published it may not be said yet.
fn admission(tx: &mut Tx<'_>, id: EventId, event: &Event) -> Result<Option<Admission>, Error> {
    if publication::ever(tx, Kind::Event, id.get())? {
        return Ok(Some(event.admission));
    }
    let draft = drafts::get(tx, Kind::Event, id.get())?;
    let said = draft.is_none_or(|draft| draft.body.contains_key("admission"));
    Ok(said.then_some(event.admission))
}

/// Gives the sessions of an event to come terms of sign-up where one signs up for it now and they have none: they were
/// made before their author said so. The transaction has written the event.
///
/// # Errors
/// If the store fails.
pub(in crate::app) fn admitted_with_event(tx: &mut Tx<'_>, id: EventId, event: &Event) -> Result<(), Error> {
    if !event.admission.asks_for_signup() {
        return Ok(());
    }
    let now = tx.now();
    let mut all = sessions::of_events(tx, &[id.get()])?.remove(&id).unwrap_or_default();
    all.retain(|session| {
        session.signup.is_none() && session.end > now && session.status != EventStatus::Cancelled
    });
    let ids: Vec<SessionId> = all.iter().map(|session| session.id).collect();
    seats::lock(tx, &ids)?;
    for mut session in all {
        session.signup = Some(Box::default());
        sessions::rewrite(tx, &session, None)?;
    }
    Ok(())
}

/// A session as what was changed.
fn object(id: SessionId) -> Object {
    Object { kind: "session", id: id.get() }
}

/// Adds what is wrong with a session as it is to be; `before` is what it was.
fn check(
    tx: &mut Tx<'_>,
    session: &Session,
    before: Option<&Session>,
    invalid: &mut Invalid,
) -> Result<(), Error> {
    let now = tx.now();
    check_at(tx, now, session, before, invalid)
}

/// Adds what is wrong with a session as it would be at `now`; `before` is what it was.
pub(super) fn check_at(
    conn: &mut AnyConn,
    now: DateTime<Utc>,
    session: &Session,
    before: Option<&Session>,
    invalid: &mut Invalid,
) -> Result<(), Error> {
    session.check(invalid);
    check_times(now, session, before, invalid);
    if let Some(place) = &session.place
        && !records::exists(conn, Kind::Division, place.adcode.number())?
    {
        invalid.push("place.adcode", FieldCode::NoSuch { kind: Kind::Division.name() });
    }
    Ok(())
}

/// Adds what is wrong with the times of a session: it is not over, it does not begin long ago, which would put it first in
/// every list, and it does not last for years. What began before may go on as it does.
pub(super) fn check_times(
    now: DateTime<Utc>,
    session: &Session,
    before: Option<&Session>,
    invalid: &mut Invalid,
) {
    let Session { start, end, .. } = *session;
    let mut last = now + AHEAD;
    if before.is_none_or(|before| before.start != start) {
        invalid.range("start", rfc3339(start), rfc3339(now - BEHIND), rfc3339(last));
    }
    let moved = before.is_none_or(|before| (before.start, before.end) != (start, end));
    if moved && let Some(longest) = start.checked_add_signed(LONGEST).filter(|longest| now < *longest) {
        last = last.min(longest);
    }
    invalid.range("end", rfc3339(end), rfc3339(now), rfc3339(last));
}
