//! Notices: what persons are told, and the work of sending it.

use diesel::prelude::*;

use super::Tx;
use super::dialect::each;
use super::error::Error;
use super::records::{IDS_PER_STATEMENT, ROWS_PER_STATEMENT};
use super::schema::notices;
use crate::domain::ids::{SessionId, SignupId};
use crate::domain::notices::{Notice, Purpose, State};

const REMINDERS: [&str; 2] = [Purpose::DayBefore.name(), Purpose::HourBefore.name()];

/// Inserts notices, many rows in a statement.
pub fn insert<'a>(tx: &mut Tx<'_>, all: impl IntoIterator<Item = &'a Notice>) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    let row = |notice: &Notice| {
        let due_at = notice.due_at.map_or(now, |at| at.naive_utc());
        let details = serde_json::to_string(&notice.details);
        Ok((
            notices::person_id.eq(notice.person.get()),
            notices::purpose.eq(notice.purpose.name()),
            notices::event_id.eq(notice.about.event.get()),
            notices::session_id.eq(notice.about.session.map(SessionId::get)),
            notices::signup_id.eq(notice.about.signup.map(SignupId::get)),
            notices::details.eq(details.map_err(|source| Error::Corrupt {
                kind: "notice",
                id: 0,
                source,
            })?),
            notices::due_at.eq(due_at),
            notices::state.eq(State::Waiting.name()),
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

/// Forgets what a person was told, and was still to be told.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::delete(notices::table.filter(notices::person_id.eq(person.get()))).execute(&mut *tx.conn)?;
    Ok(())
}
