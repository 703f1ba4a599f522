//! Seats of sessions: what sign-ups move. They are no part of an event's version: they travel to the read model as the
//! latest count of each session, found by the number of the transaction that moved them last.

use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::dialect;
use super::error::Error;
use super::schema::sessions;
use crate::domain::ids::{EventId, SessionId};
use crate::domain::signups::seats::{SeatCount, Seats};

/// Locks sessions until the transaction ends, in ascending order, so that two transactions that lock several never wait
/// for each other in a circle. `sessions` need not be sorted.
///
/// # Errors
/// [`Error::Locked`] if another transaction holds one for too long.
pub fn lock(tx: &mut Tx<'_>, sessions: &[SessionId]) -> Result<(), Error> {
    let mut ids: Vec<i64> = sessions.iter().map(|id| id.get()).collect();
    ids.sort_unstable();
    ids.dedup();
    dialect::lock_sessions(tx.conn, &ids).map_err(Error::of_lock)
}

/// The next number in the queue of a session, which the transaction has locked.
pub fn queue_next(tx: &mut Tx<'_>, session: SessionId) -> Result<i64, Error> {
    Ok(sessions::table.find(session.get()).select(sessions::queue_next).first(&mut *tx.conn)?)
}

/// Writes the capacity and the counts of a session, which the transaction has locked; `queue_next` where it moved.
///
/// # Errors
/// [`Error::Constraint`] if more would be taken than there is.
pub fn count(
    tx: &mut Tx<'_>,
    session: SessionId,
    seats: Seats,
    queue_next: Option<i64>,
) -> Result<(), Error> {
    let number = tx.seats_number()?;
    diesel::update(sessions::table.find(session.get()))
        .set((
            sessions::capacity.eq(seats.capacity),
            sessions::taken.eq(seats.taken),
            sessions::waiting.eq(seats.waiting),
            queue_next.map(|next| sessions::queue_next.eq(next)),
            sessions::seats_number.eq(number),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// The number of the transaction that moved the seats of a session last.
pub fn moved(conn: &mut AnyConn, session: SessionId) -> Result<i64, Error> {
    Ok(sessions::table.find(session.get()).select(sessions::seats_number).first(conn)?)
}

/// The seats that transactions numbered `low_water` and above moved, as they are now.
pub fn since(conn: &mut AnyConn, low_water: i64) -> Result<Vec<SeatCount>, Error> {
    let rows: Vec<(i64, i64, i32, i32, i64)> = sessions::table
        .filter(sessions::seats_number.gt(0).and(sessions::seats_number.ge(low_water)))
        .select((
            sessions::id,
            sessions::event_id,
            sessions::taken,
            sessions::waiting,
            sessions::seats_number,
        ))
        .load(conn)?;
    let count = |(session, event, taken, waiting, moved)| {
        let (session, event) = (SessionId::new(session)?, EventId::new(event)?);
        Some(SeatCount { session, event, taken, waiting, moved })
    };
    Ok(rows.into_iter().filter_map(count).collect())
}
