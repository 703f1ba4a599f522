//! Notices: what persons are told, and the work of sending it.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::dialect::{self, each};
use super::error::Error;
use super::records::{IDS_PER_STATEMENT, ROWS_PER_STATEMENT};
use super::schema::notices;
use crate::domain::ids::{EventId, NoticeId, PersonId, SessionId, SignupId};
use crate::domain::notices::{About, Notice, Purpose, State, Told, Why};
use crate::domain::wechat::AppId;

const REMINDERS: [&str; 2] = [Purpose::DayBefore.name(), Purpose::HourBefore.name()];

/// Inserts notices, many rows in a statement.
pub fn insert<'a>(tx: &mut Tx<'_>, all: impl IntoIterator<Item = &'a Notice>) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    let row = |notice: &Notice| {
        let due_at = notice.due_at.map_or(now, |at| at.naive_utc());
        let details = serde_json::to_string(&notice.details);
        // What no template is for stands in the list alone.
        let (state, why) = match notice.purpose.occasion() {
            Some(_) => (State::Waiting, None),
            None => (State::Unsent, Some(Why::NoTemplate)),
        };
        Ok((
            notices::person_id.eq(notice.person.get()),
            notices::purpose.eq(notice.purpose.name()),
            notices::event_id.eq(notice.about.event.map(EventId::get)),
            notices::session_id.eq(notice.about.session.map(SessionId::get)),
            notices::signup_id.eq(notice.about.signup.map(SignupId::get)),
            notices::details.eq(details.map_err(|source| Error::Corrupt {
                kind: "notice",
                id: 0,
                source,
            })?),
            notices::due_at.eq(due_at),
            notices::state.eq(state.name()),
            notices::reason.eq(why.map(Why::name)),
            notices::settled_at.eq(why.map(|_| now)),
            notices::next_at.eq(due_at),
            notices::attempts.eq(0),
            notices::created_at.eq(now),
        ))
    };
    let rows = all.into_iter().map(row).collect::<Result<Vec<_>, Error>>()?;
    for rows in rows.chunks(ROWS_PER_STATEMENT) {
        let insert = diesel::insert_into(notices::table).values(rows);
        each!(&mut *tx.conn, conn => insert.execute(conn))?;
    }
    Ok(())
}

/// Deletes the reminders of sign-ups that have not been sent yet.
pub fn delete_reminders(tx: &mut Tx<'_>, signups: &[SignupId]) -> Result<(), Error> {
    let ids: Vec<i64> = signups.iter().map(|signup| signup.get()).collect();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let waiting = notices::table
            .filter(notices::signup_id.eq_any(ids))
            .filter(notices::state.eq(State::Waiting.name()))
            .filter(notices::purpose.eq_any(REMINDERS));
        diesel::delete(waiting).execute(&mut *tx.conn)?;
    }
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = notices)]
struct Row {
    id: i64,
    person_id: i64,
    purpose: String,
    event_id: Option<i64>,
    session_id: Option<i64>,
    signup_id: Option<i64>,
    details: String,
    due_at: NaiveDateTime,
    state: String,
    reason: Option<String>,
    attempts: i32,
    read_at: Option<NaiveDateTime>,
}

impl Row {
    fn told(self) -> Result<Told, Error> {
        let corrupt = |source| Error::Corrupt { kind: "notice", id: self.id, source };
        let details = serde_json::from_str(&self.details).map_err(corrupt)?;
        let read = || {
            let about = About {
                event: self.event_id.and_then(EventId::new),
                session: self.session_id.and_then(SessionId::new),
                signup: self.signup_id.and_then(SignupId::new),
            };
            let at = self.due_at.and_utc();
            let notice = Notice {
                person: PersonId::new(self.person_id)?,
                purpose: Purpose::from_name(&self.purpose)?,
                about,
                details,
                due_at: Some(at),
            };
            Some(Told {
                id: NoticeId::new(self.id)?,
                notice,
                at,
                state: State::from_name(&self.state)?,
                why: self.reason.as_deref().and_then(Why::from_name),
                attempts: self.attempts,
                read: self.read_at.is_some(),
            })
        };
        read().ok_or_else(|| corrupt(serde::de::Error::custom("a word that this program does not know")))
    }
}

/// A page of what a person has been told until `now`, newest first: at most `limit` of those that come after the notice
/// of this time and number.
pub fn of_person(
    conn: &mut AnyConn,
    person: PersonId,
    now: DateTime<Utc>,
    after: Option<(DateTime<Utc>, i64)>,
    limit: usize,
) -> Result<Vec<Told>, Error> {
    let mut due = due(person, now)
        .order((notices::due_at.desc(), notices::id.desc()))
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(Row::as_select())
        .into_boxed();
    if let Some((at, id)) = after {
        let at = at.naive_utc();
        due = due.filter(notices::due_at.lt(at).or(notices::due_at.eq(at).and(notices::id.lt(id))));
    }
    due.load(conn)?.into_iter().map(Row::told).collect()
}

/// How many notices a person has been told until `now`, and how many of them are unread.
pub fn count(conn: &mut AnyConn, person: PersonId, now: DateTime<Utc>) -> Result<(u64, u64), Error> {
    let all: i64 = due(person, now).count().get_result(conn)?;
    let unread: i64 = due(person, now).filter(notices::read_at.is_null()).count().get_result(conn)?;
    Ok((all.unsigned_abs(), unread.unsigned_abs()))
}

#[diesel::dsl::auto_type]
fn due(person: PersonId, now: DateTime<Utc>) -> _ {
    let (person, now): (i64, NaiveDateTime) = (person.get(), now.naive_utc());
    notices::table.filter(notices::person_id.eq(person)).filter(notices::due_at.le(now))
}

/// Marks notices of a person as read; those of others, and those not due yet, stay as they are.
pub fn mark_read(tx: &mut Tx<'_>, person: PersonId, ids: &[NoticeId]) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let unread = notices::table
            .filter(notices::id.eq_any(ids))
            .filter(notices::person_id.eq(person.get()))
            .filter(notices::due_at.le(now))
            .filter(notices::read_at.is_null());
        diesel::update(unread).set(notices::read_at.eq(now)).execute(&mut *tx.conn)?;
    }
    Ok(())
}

/// Forgets what a person was told, and was still to be told.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::delete(notices::table.filter(notices::person_id.eq(person.get()))).execute(&mut *tx.conn)?;
    Ok(())
}

/// Deletes notices that were due before `before`; says how many.
pub fn purge(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, Error> {
    let old = notices::table.filter(notices::due_at.lt(before.naive_utc()));
    Ok(diesel::delete(old).execute(&mut *tx.conn)?)
}

/// Whether there is anything to be sent at `now`, or lost track of.
pub fn any_to_send(conn: &mut AnyConn, now: DateTime<Utc>) -> Result<bool, Error> {
    let now = now.naive_utc();
    let waiting = notices::table
        .filter(notices::state.eq(State::Waiting.name()))
        .filter(notices::next_at.le(now))
        .select(notices::id);
    if waiting.first::<i64>(conn).optional()?.is_some() {
        return Ok(true);
    }
    let lost = notices::table
        .filter(notices::state.eq(State::Sending.name()))
        .filter(notices::sending_until.lt(now))
        .select(notices::id);
    Ok(lost.first::<i64>(conn).optional()?.is_some())
}

/// Takes the notices that are to be sent now, the longest due first, at most `limit`. Until the transaction ends, no
/// other one is given them.
pub fn take_waiting(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Told>, Error> {
    let now = tx.now.naive_utc();
    let ids = dialect::waiting_notices(tx.conn, now, limit)?;
    let rows: Vec<Row> =
        notices::table.filter(notices::id.eq_any(ids)).select(Row::as_select()).load(&mut *tx.conn)?;
    let mut taken = Vec::with_capacity(rows.len());
    for row in rows {
        let id = row.id;
        match row.told() {
            Ok(told) => taken.push(told),
            // A newer program wrote it, and will send it; meanwhile it must not stand before all others.
            Err(error) => {
                tracing::error!(%error, "put off");
                let later = now + TimeDelta::hours(1);
                diesel::update(notices::table.find(id))
                    .set(notices::next_at.eq(later))
                    .execute(&mut *tx.conn)?;
            }
        }
    }
    Ok(taken)
}

/// Notes that a notice is being sent, by which template, and for how long at most.
pub fn begin(
    tx: &mut Tx<'_>,
    id: NoticeId,
    app: &AppId,
    template: &str,
    until: DateTime<Utc>,
) -> Result<(), Error> {
    diesel::update(notices::table.find(id.get()))
        .set((
            notices::state.eq(State::Sending.name()),
            notices::sending_until.eq(until.naive_utc()),
            notices::attempts.eq(notices::attempts + 1),
            notices::app_id.eq(app.as_str()),
            notices::template_id.eq(template),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Notes that a notice is not sent at all.
pub fn leave_unsent(tx: &mut Tx<'_>, id: NoticeId, why: Why) -> Result<(), Error> {
    diesel::update(notices::table.find(id.get()))
        .set((
            notices::state.eq(State::Unsent.name()),
            notices::reason.eq(why.name()),
            notices::settled_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Puts a reminder off, as its session was.
pub fn put_off(tx: &mut Tx<'_>, id: NoticeId, due_at: DateTime<Utc>) -> Result<(), Error> {
    diesel::update(notices::table.find(id.get()))
        .set((notices::due_at.eq(due_at.naive_utc()), notices::next_at.eq(due_at.naive_utc())))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Deletes a notice that there is no reason for any more.
pub fn delete(tx: &mut Tx<'_>, id: NoticeId) -> Result<(), Error> {
    diesel::delete(notices::table.find(id.get())).execute(&mut *tx.conn)?;
    Ok(())
}

/// Notes what came of an attempt to send a notice, unless that is known already; says whether it was noted.
pub fn settle(
    tx: &mut Tx<'_>,
    id: NoticeId,
    attempt: i32,
    state: State,
    why: Option<Why>,
    message: Option<&str>,
) -> Result<bool, Error> {
    let open = notices::table
        .find(id.get())
        .filter(notices::attempts.eq(attempt))
        .filter(notices::state.eq_any([State::Sending.name(), State::Unknown.name()]));
    let settled = diesel::update(open)
        .set((
            notices::state.eq(state.name()),
            notices::reason.eq(why.map(Why::name)),
            notices::message_id.eq(message),
            notices::settled_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(settled == 1)
}

/// Lets a notice that was not sent for a reason that passes wait until `next_at`; says whether it does.
pub fn wait(tx: &mut Tx<'_>, id: NoticeId, attempt: i32, next_at: DateTime<Utc>) -> Result<bool, Error> {
    let open = notices::table
        .find(id.get())
        .filter(notices::attempts.eq(attempt))
        .filter(notices::state.eq(State::Sending.name()));
    let waits = diesel::update(open)
        .set((notices::state.eq(State::Waiting.name()), notices::next_at.eq(next_at.naive_utc())))
        .execute(&mut *tx.conn)?;
    Ok(waits == 1)
}

/// Gives up on knowing what came of notices whose sender never said so; says of how many.
pub fn lose_track(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let now = tx.now.naive_utc();
    let lost = notices::table
        .filter(notices::state.eq(State::Sending.name()))
        .filter(notices::sending_until.lt(now));
    Ok(diesel::update(lost)
        .set((notices::state.eq(State::Unknown.name()), notices::settled_at.eq(now)))
        .execute(&mut *tx.conn)?)
}

/// Lets notices of a person wait again that were not sent for lack of an agreement that has come now: at most `limit`,
/// settled after `since`, the oldest first.
pub fn revive(
    tx: &mut Tx<'_>,
    person: PersonId,
    purposes: &[&str],
    since: DateTime<Utc>,
    limit: i64,
) -> Result<(), Error> {
    let ids: Vec<i64> = notices::table
        .filter(notices::person_id.eq(person.get()))
        .filter(notices::state.eq(State::Unsent.name()))
        .filter(notices::reason.eq(Why::NoCredit.name()))
        .filter(notices::purpose.eq_any(purposes))
        .filter(notices::settled_at.gt(since.naive_utc()))
        .order(notices::id)
        .limit(limit)
        .select(notices::id)
        .load(&mut *tx.conn)?;
    diesel::update(notices::table.filter(notices::id.eq_any(ids)))
        .set((
            notices::state.eq(State::Waiting.name()),
            notices::reason.eq(None::<&str>),
            notices::next_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Notes what WeChat tells of a message: of the one with that number, else of the oldest to this person by this
/// template of which no number is known. `None` is success.
pub fn delivered(
    tx: &mut Tx<'_>,
    person: PersonId,
    (app, template): (&AppId, &str),
    message: &str,
    failed: Option<Why>,
) -> Result<(), Error> {
    let told = notices::table
        .filter(notices::person_id.eq(person.get()))
        .filter(notices::app_id.eq(app.as_str()))
        .filter(notices::template_id.eq(template));
    let numbered: Option<i64> =
        told.filter(notices::message_id.eq(message)).select(notices::id).first(&mut *tx.conn).optional()?;
    let found = match numbered {
        Some(id) => Some(id),
        None => told
            .filter(notices::message_id.is_null())
            .filter(notices::state.eq_any([State::Sending.name(), State::Unknown.name(), State::Sent.name()]))
            .order(notices::id)
            .select(notices::id)
            .first(&mut *tx.conn)
            .optional()?,
    };
    let state = if failed.is_some() { State::Failed } else { State::Sent };
    let Some(id) = found else { return Ok(()) };
    diesel::update(notices::table.find(id))
        .set((
            notices::state.eq(state.name()),
            notices::reason.eq(failed.map(Why::name)),
            notices::message_id.eq(message),
            notices::settled_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}
