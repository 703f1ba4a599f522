//! Looks at what is known of others.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::dialect::each;
use super::error::Error;
use super::records::ROWS_PER_STATEMENT;
use super::schema::data_looks;
use crate::domain::data_looks::{Look, Looked};
use crate::domain::ids::{PersonId, SessionId};

/// Records looks, in the transaction that shows what was looked at: no record, no look.
pub fn record(tx: &mut Tx<'_>, looks: &[Look]) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    for looks in looks.chunks(ROWS_PER_STATEMENT) {
        let row = |look: &Look| {
            (
                data_looks::at.eq(now),
                data_looks::actor_id.eq(look.actor.get()),
                data_looks::subject_id.eq(look.subject.map(PersonId::get)),
                data_looks::session_id.eq(look.session.map(SessionId::get)),
                data_looks::purpose.eq(look.purpose.clone()),
                data_looks::fields.eq(look.fields.join(" ")),
            )
        };
        let insert = diesel::insert_into(data_looks::table).values(looks.iter().map(row).collect::<Vec<_>>());
        each!(&mut *tx.conn, conn => insert.execute(conn))?;
    }
    Ok(())
}

/// All looks at a person's data, the oldest first. Who looked is not told: they have rights too, and answer to the
/// organisation that the session names.
pub fn of_subject(conn: &mut AnyConn, person: PersonId) -> Result<Vec<Looked>, Error> {
    let rows: Vec<(NaiveDateTime, Option<i64>, String, String)> = data_looks::table
        .filter(data_looks::subject_id.eq(person.get()))
        .order((data_looks::at, data_looks::id))
        .select((data_looks::at, data_looks::session_id, data_looks::purpose, data_looks::fields))
        .load(conn)?;
    let read = |(at, session, purpose, fields): (NaiveDateTime, Option<i64>, String, String)| Looked {
        at: at.and_utc(),
        session: session.and_then(SessionId::new),
        purpose,
        fields: fields.split_whitespace().map(str::to_owned).collect(),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Forgets whom looks were at: that somebody looked stays on record.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::update(data_looks::table.filter(data_looks::subject_id.eq(person.get())))
        .set(data_looks::subject_id.eq(None::<i64>))
        .execute(&mut *tx.conn)?;
    Ok(())
}
