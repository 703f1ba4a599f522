//! People who came without a sign-up. Whoever writes here has locked the session ([`super::seats::lock`]).

use diesel::dsl::sum;
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::walk_ins;
use crate::domain::ids::{PersonId, SessionId};

/// Some who came together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkIn {
    /// To which session.
    pub session: SessionId,
    /// The device that says so.
    pub device: String,
    /// What it calls them.
    pub entry: String,
    /// How many they are.
    pub people: i32,
    /// How much of the capacity they take.
    pub seats: i32,
    /// Whether the device took it back.
    pub undone: bool,
}

/// What a device said under this name.
pub fn get(
    conn: &mut AnyConn,
    session: SessionId,
    device: &str,
    entry: &str,
) -> Result<Option<WalkIn>, Error> {
    let row: Option<(i32, i32, bool)> = walk_ins::table
        .find((session.get(), device, entry))
        .select((walk_ins::people, walk_ins::seats, walk_ins::undone))
        .first(conn)
        .optional()?;
    let (device, entry) = (device.to_owned(), entry.to_owned());
    Ok(row.map(|(people, seats, undone)| WalkIn { session, device, entry, people, seats, undone }))
}

/// Inserts what a device held by `staff` says.
pub fn insert(tx: &mut Tx<'_>, staff: PersonId, came: &WalkIn) -> Result<(), Error> {
    diesel::insert_into(walk_ins::table)
        .values((
            walk_ins::session_id.eq(came.session.get()),
            walk_ins::device_id.eq(&came.device),
            walk_ins::entry_id.eq(&came.entry),
            walk_ins::people.eq(came.people),
            walk_ins::seats.eq(came.seats),
            walk_ins::undone.eq(came.undone),
            walk_ins::staff_id.eq(staff.get()),
            walk_ins::heard_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Marks what a device said as taken back: it takes no seats any more.
pub fn undo(tx: &mut Tx<'_>, came: &WalkIn) -> Result<(), Error> {
    diesel::update(walk_ins::table.find((came.session.get(), &came.device, &came.entry)))
        .set((walk_ins::undone.eq(true), walk_ins::seats.eq(0)))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// How many came to a session without a sign-up.
pub fn people(conn: &mut AnyConn, session: SessionId) -> Result<i64, Error> {
    let came = walk_ins::table
        .filter(walk_ins::session_id.eq(session.get()))
        .filter(walk_ins::undone.eq(false))
        .select(sum(walk_ins::people));
    let people: Option<i64> = came.first(conn)?;
    Ok(people.unwrap_or_default())
}
