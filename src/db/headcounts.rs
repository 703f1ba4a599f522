//! Counts of heads: how many were at a session.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::headcounts;
use crate::domain::ids::{PersonId, SessionId};

/// A count of heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headcount {
    /// How many.
    pub people: i32,
    /// When it was told.
    pub counted_at: DateTime<Utc>,
}

/// The count of a session, if there is one.
pub fn get(conn: &mut AnyConn, session: SessionId) -> Result<Option<Headcount>, Error> {
    let row: Option<(i32, NaiveDateTime)> = headcounts::table
        .find(session.get())
        .select((headcounts::people, headcounts::counted_at))
        .first(conn)
        .optional()?;
    Ok(row.map(|(people, at)| Headcount { people, counted_at: at.and_utc() }))
}

/// Sets the count of a session.
pub fn set(tx: &mut Tx<'_>, session: SessionId, staff: PersonId, people: i32) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    let row = (
        headcounts::session_id.eq(session.get()),
        headcounts::people.eq(people),
        headcounts::staff_id.eq(staff.get()),
        headcounts::counted_at.eq(now),
    );
    let again =
        (headcounts::people.eq(people), headcounts::staff_id.eq(staff.get()), headcounts::counted_at.eq(now));
    let changed = diesel::update(headcounts::table.find(session.get())).set(again).execute(&mut *tx.conn)?;
    if changed == 0 {
        diesel::insert_into(headcounts::table).values(row).execute(&mut *tx.conn)?;
    }
    Ok(())
}
