//! Everybody who signed up for a session at once: what becomes of them when it is moved or called off. Thousands may have,
//! and the transaction keeps others waiting, so each of these is one statement over all of them, in the store.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::sum;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text, Timestamp};
use hashbrown::HashMap;

use super::Tx;
use super::connection::AnyConn;
use super::dialect::each;
use super::error::Error;
use super::records::IDS_PER_STATEMENT;
use super::schema::{limits_used, notices, signup_members, signups};
use crate::domain::ids::{SessionId, SignupId};
use crate::domain::notices::{Details, Purpose, State};
use crate::domain::signups::{Reason, Status};

/// Those who have something to lose when a session is moved or called off.
const STANDING: [Status; 4] = [Status::Confirmed, Status::Waitlisted, Status::Offered, Status::Pending];

/// How many sign-ups of a session stand in one way, and how much of the capacity they take or would take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The session.
    pub session: SessionId,
    /// How they stand.
    pub status: Status,
    /// How many sign-ups.
    pub signups: i64,
    /// Of how many seats.
    pub seats: i64,
}

#[diesel::dsl::auto_type]
fn standing(session: SessionId) -> _ {
    let id: i64 = session.get();
    let names: [&'static str; 4] = STANDING.map(Status::name);
    signups::table.filter(signups::session_id.eq(id)).filter(signups::status.eq_any(names))
}

/// The sign-ups of these sessions that stand, counted by how they do.
pub fn count(conn: &mut AnyConn, sessions: &[SessionId]) -> Result<Vec<Count>, Error> {
    let mut found = Vec::new();
    for ids in sessions.chunks(IDS_PER_STATEMENT) {
        let rows: Vec<(i64, String, i64, Option<i64>)> = signups::table
            .filter(signups::session_id.eq_any(ids.iter().map(|id| id.get())))
            .filter(signups::status.eq_any(STANDING.map(Status::name)))
            .group_by((signups::session_id, signups::status))
            .select((signups::session_id, signups::status, diesel::dsl::count_star(), sum(signups::seats)))
            .order((signups::session_id, signups::status))
            .load(conn)?;
        found.extend(rows.into_iter().filter_map(|(session, status, signups, seats)| {
            let (session, status) = (SessionId::new(session)?, Status::from_name(&status)?);
            Some(Count { session, status, signups, seats: seats.unwrap_or_default() })
        }));
    }
    Ok(found)
}

/// How many seats the sign-ups for a session take that stand, up to this one, and how many more they queue for.
pub fn seats(conn: &mut AnyConn, session: SessionId, last: SignupId) -> Result<(i64, i64), Error> {
    let rows: Vec<(String, Option<i64>)> = standing(session)
        .filter(signups::id.le(last.get()))
        .group_by(signups::status)
        .select((signups::status, sum(signups::seats)))
        .load(conn)?;
    let queueing = |(status, seats): (String, Option<i64>)| {
        let seats = seats.unwrap_or_default();
        if status == Status::Waitlisted.name() { (0, seats) } else { (seats, 0) }
    };
    let add = |(held, wanted): (i64, i64), (more, longer)| (held + more, wanted + longer);
    Ok(rows.into_iter().map(queueing).fold((0, 0), add))
}

/// Tells those whose sign-ups for a session stand, up to this one; says how many. Whoever was erased is told nothing.
pub fn tell(
    tx: &mut Tx<'_>,
    session: SessionId,
    last: SignupId,
    purpose: Purpose,
    details: &Details,
) -> Result<usize, Error> {
    let corrupt = |source| Error::Corrupt { kind: "notice", id: 0, source };
    let details = serde_json::to_string(details).map_err(corrupt)?;
    let now: NaiveDateTime = tx.now.naive_utc();
    let these = standing(session).filter(signups::id.le(last.get()));
    let told = these.filter(signups::person_id.is_not_null()).select((
        signups::person_id.assume_not_null(),
        purpose.name().into_sql::<Text>(),
        signups::event_id.nullable(),
        signups::session_id.nullable(),
        signups::id.nullable(),
        details.into_sql::<Text>(),
        now.into_sql::<Timestamp>(),
        State::Waiting.name().into_sql::<Text>(),
        now.into_sql::<Timestamp>(),
        0.into_sql::<Integer>(),
        now.into_sql::<Timestamp>(),
    ));
    let insert = diesel::insert_into(notices::table).values(told).into_columns((
        notices::person_id,
        notices::purpose,
        notices::event_id,
        notices::session_id,
        notices::signup_id,
        notices::details,
        notices::due_at,
        notices::state,
        notices::next_at,
        notices::attempts,
        notices::created_at,
    ));
    Ok(each!(&mut *tx.conn, conn => insert.execute(conn))?)
}

/// Deletes the reminders of a session that have not been sent: they were meant for another start.
pub fn drop_reminders(tx: &mut Tx<'_>, session: SessionId) -> Result<(), Error> {
    let of_session =
        signups::table.filter(signups::session_id.eq(session.get())).select(signups::id.nullable());
    let waiting = notices::table
        .filter(notices::signup_id.eq_any(of_session))
        .filter(notices::state.eq(State::Waiting.name()))
        .filter(notices::purpose.eq_any([Purpose::DayBefore.name(), Purpose::HourBefore.name()]));
    diesel::delete(waiting).execute(&mut *tx.conn)?;
    Ok(())
}

/// Up to which id the first `most` of the sign-ups for a session go that stand; `None` if none does.
pub fn first(conn: &mut AnyConn, session: SessionId, most: usize) -> Result<Option<SignupId>, Error> {
    let first = standing(session).order(signups::id).limit(most as i64).select(signups::id);
    let ids: Vec<i64> = first.load(conn)?;
    Ok(ids.last().and_then(|id| SignupId::new(*id)))
}

/// The sign-ups for a session that stand, up to this one.
pub fn up_to(conn: &mut AnyConn, session: SessionId, last: SignupId) -> Result<Vec<SignupId>, Error> {
    let ids: Vec<i64> =
        standing(session).filter(signups::id.le(last.get())).select(signups::id).load(conn)?;
    Ok(ids.into_iter().filter_map(SignupId::new).collect())
}

/// Ends the sign-ups for a session that stand, up to this one, and takes everybody out of it.
pub fn end(tx: &mut Tx<'_>, session: SessionId, last: SignupId, reason: Reason) -> Result<(), Error> {
    let these = || standing(session).filter(signups::id.le(last.get()));
    let members = signup_members::table.filter(signup_members::signup_id.eq_any(these().select(signups::id)));
    diesel::delete(members).execute(&mut *tx.conn)?;
    diesel::update(these())
        .set((
            signups::status.eq(Status::Cancelled.name()),
            signups::reason.eq(reason.name()),
            signups::offered_until.eq(None::<NaiveDateTime>),
            signups::ticket_code.eq(None::<String>),
            signups::ticket_hash.eq(None::<String>),
            signups::version.eq(signups::version + 1),
            signups::updated_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Has new tickets issued to all who have one: those before are good at another time.
pub fn reissue(tx: &mut Tx<'_>, session: SessionId) -> Result<(), Error> {
    let ticketed = standing(session).filter(signups::ticket_code.is_not_null());
    diesel::update(ticketed)
        .set((
            signups::ticket_revision.eq(signups::ticket_revision + 1),
            signups::version.eq(signups::version + 1),
            signups::updated_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Lets no offer of a session stand longer than until `start`.
pub fn shorten_offers(tx: &mut Tx<'_>, session: SessionId, start: DateTime<Utc>) -> Result<(), Error> {
    let later = signups::table
        .filter(signups::session_id.eq(session.get()).and(signups::status.eq(Status::Offered.name())))
        .filter(signups::offered_until.gt(start.naive_utc()));
    diesel::update(later)
        .set((
            signups::offered_until.eq(start.naive_utc()),
            signups::version.eq(signups::version + 1),
            signups::updated_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Who is in a session by each of its sign-ups that stand, up to this one.
pub fn members(
    conn: &mut AnyConn,
    session: SessionId,
    last: SignupId,
) -> Result<HashMap<SignupId, Vec<String>>, Error> {
    let these = standing(session).filter(signups::id.le(last.get())).select(signups::id);
    let rows: Vec<(i64, String)> = signup_members::table
        .filter(signup_members::signup_id.eq_any(these))
        .select((signup_members::signup_id, signup_members::who))
        .load(conn)?;
    let mut found: HashMap<SignupId, Vec<String>> = HashMap::new();
    for (signup, who) in rows {
        if let Some(signup) = SignupId::new(signup) {
            found.entry(signup).or_default().push(who);
        }
    }
    Ok(found)
}

/// Lets uses of these limits be known for as long as the session goes on now for which they were made last.
pub fn prolong_limits(
    tx: &mut Tx<'_>,
    scopes: &[String],
    before: DateTime<Utc>,
    after: DateTime<Utc>,
) -> Result<(), Error> {
    let theirs = limits_used::table.filter(limits_used::scope.eq_any(scopes));
    diesel::update(theirs.filter(limits_used::until.eq(before.naive_utc())))
        .set(limits_used::until.eq(after.naive_utc()))
        .execute(&mut *tx.conn)?;
    Ok(())
}
