//! Sessions. They belong to their event: whatever changes one raises the event's version, and the event is
//! what the log of changes names.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use hashbrown::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Tx;
use super::connection::AnyConn;
use super::dialect::each;
use super::error::Error;
use super::records::{IDS_PER_STATEMENT, ROWS_PER_STATEMENT};
use super::schema::{events, sessions};
use crate::domain::events::EventStatus;
use crate::domain::ids::{BaseId, EventId, OrganisationId, SessionId};
use crate::domain::kinds::Kind;
use crate::domain::media::Notice;
use crate::domain::places::Place;
use crate::domain::publication::Publication;
use crate::domain::sessions::Session;
use crate::domain::signup_terms::SignupTerms;

/// When a session starts and ends.
pub type Times = (DateTime<Utc>, DateTime<Utc>);

/// Sessions by their event.
pub type ByEvent = HashMap<EventId, Vec<Session>>;

/// The sessions of the events with these ids; each event's in order of start.
pub fn of_events_between(conn: &mut AnyConn, ids: RangeInclusive<i64>) -> Result<ByEvent, Error> {
    let of_events = sessions::table.filter(sessions::event_id.between(*ids.start(), *ids.end()));
    let rows = of_events.select(Row::as_select()).load(conn)?;
    let mut found = ByEvent::new();
    add_readable(&mut found, rows);
    // Sorting few at a time is quicker than to have the store sort them all.
    found.values_mut().for_each(|sessions| sessions.sort_unstable_by_key(|one| (one.start, one.id)));
    Ok(found)
}

/// How many sessions all events of an organisation have.
pub fn count_of_organisation(conn: &mut AnyConn, organisation: OrganisationId) -> Result<i64, Error> {
    let own = events::table.filter(events::organisation_id.eq(organisation.get())).select(events::id);
    Ok(sessions::table.filter(sessions::event_id.eq_any(own)).count().get_result(conn)?)
}

/// The sessions of these events; each event's in order of start.
pub fn of_events(conn: &mut AnyConn, ids: &[i64]) -> Result<ByEvent, Error> {
    let mut rows = Vec::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        rows.extend(
            sessions::table
                .filter(sessions::event_id.eq_any(ids))
                .order((sessions::start_at, sessions::id))
                .select(Row::as_select())
                .load(conn)?,
        );
    }
    let mut found = ByEvent::new();
    add_readable(&mut found, rows);
    Ok(found)
}

/// The sessions with these ids that can be read.
pub fn find(conn: &mut AnyConn, ids: &[SessionId]) -> Result<HashMap<SessionId, Session>, Error> {
    let mut found = HashMap::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let ids = ids.iter().map(|id| id.get());
        let rows = sessions::table.filter(sessions::id.eq_any(ids)).select(Row::as_select()).load(conn)?;
        let readable = |row: Row| row.session().inspect_err(|error| tracing::error!(%error, "left out")).ok();
        found.extend(rows.into_iter().filter_map(readable).map(|session| (session.id, session)));
    }
    Ok(found)
}

/// When the next session of an event that goes ahead starts and ends, at `now`.
pub fn next_times(conn: &mut AnyConn, event: EventId, now: DateTime<Utc>) -> Result<Option<Times>, Error> {
    let next: Option<(chrono::NaiveDateTime, chrono::NaiveDateTime)> = sessions::table
        .filter(sessions::event_id.eq(event.get()))
        .filter(sessions::end_at.gt(now.naive_utc()))
        .filter(sessions::status.ne(status_name(EventStatus::Cancelled)))
        .order((sessions::start_at, sessions::id))
        .select((sessions::start_at, sessions::end_at))
        .first(conn)
        .optional()?;
    Ok(next.map(|(start, end)| (start.and_utc(), end.and_utc())))
}

/// What of an event is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coming {
    /// When its next session starts that goes ahead, or when one did that goes on.
    pub start: DateTime<Utc>,
    /// How many sessions have not ended and go ahead.
    pub count: i64,
}

/// What of these events is still to come at `now`; those of which nothing is are left out.
pub fn coming(conn: &mut AnyConn, events: &[i64], now: DateTime<Utc>) -> Result<HashMap<i64, Coming>, Error> {
    let mut found = HashMap::new();
    for ids in events.chunks(IDS_PER_STATEMENT) {
        let rows: Vec<(i64, Option<chrono::NaiveDateTime>, i64)> = sessions::table
            .filter(sessions::event_id.eq_any(ids))
            .filter(sessions::end_at.gt(now.naive_utc()))
            .filter(sessions::status.ne(status_name(EventStatus::Cancelled)))
            .group_by(sessions::event_id)
            .select((sessions::event_id, diesel::dsl::min(sessions::start_at), diesel::dsl::count_star()))
            .load(conn)?;
        let one = |(event, start, count): (i64, Option<chrono::NaiveDateTime>, i64)| {
            Some((event, Coming { start: start?.and_utc(), count }))
        };
        found.extend(rows.into_iter().filter_map(one));
    }
    Ok(found)
}

/// Inserts a session that is not there yet; says whether it was inserted.
pub fn insert_if_absent(tx: &mut Tx<'_>, session: &Session) -> Result<bool, Error> {
    let id = session.id.get();
    let found: i64 = sessions::table.filter(sessions::id.eq(id)).count().get_result(&mut *tx.conn)?;
    if found > 0 {
        return Ok(false);
    }
    diesel::insert_into(sessions::table).values(NewRow::new(session)?).execute(&mut *tx.conn)?;
    Ok(true)
}

/// Inserts sessions, many rows in a statement, beside the events that the same transaction inserts: their versions
/// stay as they are.
pub fn insert_with_events(tx: &mut Tx<'_>, sessions: &[Session]) -> Result<(), Error> {
    for sessions in sessions.chunks(ROWS_PER_STATEMENT) {
        let rows = sessions.iter().map(NewRow::new).collect::<Result<Vec<_>, _>>()?;
        let insert = diesel::insert_into(sessions::table).values(rows);
        each!(&mut *tx.conn, conn => insert.execute(conn))?;
    }
    Ok(())
}

/// The versions of sessions: they count what their host changes, and start at 1.
pub fn versions(conn: &mut AnyConn, ids: &[SessionId]) -> Result<HashMap<SessionId, i64>, Error> {
    let mut found = HashMap::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let these = sessions::table.filter(sessions::id.eq_any(ids.iter().map(|id| id.get())));
        let rows: Vec<(i64, i64)> = these.select((sessions::id, sessions::version)).load(conn)?;
        found.extend(rows.into_iter().filter_map(|(id, version)| Some((SessionId::new(id)?, version))));
    }
    Ok(found)
}

/// The event of each of these sessions.
pub fn events_of(conn: &mut AnyConn, ids: &[SessionId]) -> Result<HashMap<SessionId, EventId>, Error> {
    let mut found = HashMap::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let these = sessions::table.filter(sessions::id.eq_any(ids.iter().map(|id| id.get())));
        let rows: Vec<(i64, i64)> = these.select((sessions::id, sessions::event_id)).load(conn)?;
        let of = |(id, event)| Some((SessionId::new(id)?, EventId::new(event)?));
        found.extend(rows.into_iter().filter_map(of));
    }
    Ok(found)
}

/// The sessions that are called off, have not ended at `now`, and hold seats or a queue all the same.
pub fn called_off_with_seats(conn: &mut AnyConn, now: DateTime<Utc>) -> Result<Vec<SessionId>, Error> {
    let ids: Vec<i64> = sessions::table
        .filter(sessions::status.eq(status_name(EventStatus::Cancelled)))
        .filter(sessions::end_at.gt(now.naive_utc()))
        .filter(sessions::taken.gt(0).or(sessions::waiting.gt(0)))
        .order(sessions::id)
        .select(sessions::id)
        .load(conn)?;
    Ok(ids.into_iter().filter_map(SessionId::new).collect())
}

/// The sessions at a base that overlap a span and are not called off, in order of start, at most `limit`: of events that
/// everybody sees, and of the organisation's `own`.
pub fn at_base(
    conn: &mut AnyConn,
    base: BaseId,
    own: Option<OrganisationId>,
    (from, to): Times,
    limit: usize,
) -> Result<Vec<Session>, Error> {
    let seen = events::publication
        .eq(Publication::Public.name())
        .or(events::organisation_id.eq(own.map_or(0, OrganisationId::get)));
    let there = events::table.filter(events::base_id.eq(base.get()).and(seen)).select(events::id);
    let rows: Vec<Row> = sessions::table
        .filter(sessions::event_id.eq_any(there))
        .filter(sessions::end_at.gt(from.naive_utc()).and(sessions::start_at.lt(to.naive_utc())))
        .filter(sessions::status.ne(status_name(EventStatus::Cancelled)))
        .order((sessions::start_at, sessions::id))
        .limit(limit as i64)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::session).collect()
}

/// Writes a session that the transaction has locked, but for its seats, and raises its version. `reminded` says how
/// many of the reminders of its start are not to be told (any more).
pub fn rewrite(tx: &mut Tx<'_>, session: &Session, reminded: Option<i32>) -> Result<(), Error> {
    diesel::update(sessions::table.find(session.id.get()))
        .set((
            sessions::start_at.eq(session.start.naive_utc()),
            sessions::end_at.eq(session.end.naive_utc()),
            sessions::status.eq(status_name(session.status)),
            sessions::body.eq(Body::of(session)?),
            sessions::version.eq(sessions::version + 1),
            reminded.map(|told| sessions::reminded.eq(told)),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Deletes a session that nobody ever saw.
///
/// # Errors
/// [`Error::Constraint`] if anything refers to it.
pub fn delete(tx: &mut Tx<'_>, id: SessionId) -> Result<(), Error> {
    diesel::delete(sessions::table.find(id.get())).execute(&mut *tx.conn)?;
    Ok(())
}

/// Raises an event's version because its sessions changed.
pub fn touch_event(tx: &mut Tx<'_>, event: EventId) -> Result<(), Error> {
    let id = event.get();
    diesel::update(events::table.filter(events::id.eq(id)))
        .set((events::version.eq(events::version + 1), events::updated_at.eq(tx.now.naive_utc())))
        .execute(&mut *tx.conn)?;
    tx.changed(Kind::Event, id);
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
struct NewRow {
    id: i64,
    event_id: i64,
    start_at: chrono::NaiveDateTime,
    end_at: chrono::NaiveDateTime,
    status: &'static str,
    capacity: Option<i32>,
    taken: i32,
    waiting: i32,
    body: String,
}

impl NewRow {
    fn new(session: &Session) -> Result<Self, Error> {
        let id = session.id.get();
        Ok(Self {
            id,
            event_id: session.event.get(),
            start_at: session.start.naive_utc(),
            end_at: session.end.naive_utc(),
            status: status_name(session.status),
            capacity: session.capacity,
            taken: session.taken,
            waiting: session.waiting,
            body: Body::of(session)?,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct Row {
    id: i64,
    event_id: i64,
    start_at: chrono::NaiveDateTime,
    end_at: chrono::NaiveDateTime,
    status: String,
    capacity: Option<i32>,
    taken: i32,
    waiting: i32,
    body: String,
    seats_number: i64,
}

/// What the store does not look into.
#[derive(Serialize, Deserialize)]
struct Body {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<Box<Place>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signup: Option<Box<SignupTerms>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notice: Option<Box<Notice>>,
}

impl Body {
    fn of(session: &Session) -> Result<String, Error> {
        let (place, signup) = (session.place.clone(), session.signup.clone());
        let body = Self { place, signup, notice: session.notice.clone() };
        serde_json::to_string(&body).map_err(|source| corrupt(session.id.get(), source))
    }
}

/// Adds the sessions that can be read. One that cannot is logged and left out, as in [`super::records`].
fn add_readable(sessions: &mut ByEvent, rows: Vec<Row>) {
    let read: Vec<Result<Session, Error>> = rows.into_par_iter().map(Row::session).collect();
    for session in read {
        match session {
            Ok(session) => sessions.entry(session.event).or_default().push(session),
            Err(error) => tracing::error!(%error, "left out"),
        }
    }
}

impl Row {
    fn session(self) -> Result<Session, Error> {
        let body: Body = serde_json::from_str(&self.body).map_err(|source| corrupt(self.id, source))?;
        let (Some(id), Some(event)) = (SessionId::new(self.id), EventId::new(self.event_id)) else {
            return Err(corrupt(self.id, serde::de::Error::custom("an id is positive")));
        };
        Ok(Session {
            id,
            event,
            start: self.start_at.and_utc(),
            end: self.end_at.and_utc(),
            status: status_from_name(&self.status),
            place: body.place,
            signup: body.signup,
            capacity: self.capacity,
            taken: self.taken,
            waiting: self.waiting,
            moved: self.seats_number,
            notice: body.notice,
        })
    }
}

fn corrupt(id: i64, source: serde_json::Error) -> Error {
    Error::Corrupt { kind: "session", id, source }
}

pub(super) fn status_name(status: EventStatus) -> &'static str {
    match status {
        EventStatus::Scheduled => "scheduled",
        EventStatus::Changed => "changed",
        EventStatus::Cancelled => "cancelled",
    }
}

fn status_from_name(name: &str) -> EventStatus {
    match name {
        "changed" => EventStatus::Changed,
        "cancelled" => EventStatus::Cancelled,
        // The column's CHECK admits no fourth word.
        _ => EventStatus::Scheduled,
    }
}
