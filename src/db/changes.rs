//! The log of changes: which object changed in which transaction. The feed reads it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConn;
use super::dialect::{self, each};
use super::error::Error;
use super::records::ROWS_PER_STATEMENT;
use super::schema::changes;
use crate::domain::kinds::Kind;

/// One entry of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Its number. Not in order of commits.
    pub id: i64,
    /// The transaction it belongs to.
    pub tx: i64,
    /// Kind of the object that changed.
    pub kind: Kind,
    /// Id of the object that changed.
    pub object_id: i64,
    /// When the transaction began.
    pub at: DateTime<Utc>,
}

/// Appends what the current transaction changed.
pub(super) fn append(conn: &mut AnyConn, objects: &[(Kind, i64)], at: DateTime<Utc>) -> Result<(), Error> {
    if objects.is_empty() {
        return Ok(());
    }
    let tx = dialect::transaction_number(conn)?;
    let row = |&(kind, object_id): &(Kind, i64)| {
        (
            changes::tx.eq(tx),
            changes::kind.eq(kind.name()),
            changes::object_id.eq(object_id),
            changes::at.eq(at.naive_utc()),
        )
    };
    for objects in objects.chunks(ROWS_PER_STATEMENT) {
        let rows: Vec<_> = objects.iter().map(row).collect();
        let insert = diesel::insert_into(changes::table).values(rows);
        each!(&mut *conn, conn => insert.execute(conn))?;
    }
    Ok(())
}

/// The lowest number that a transaction not yet visible to this one may have: everything below is settled.
pub fn low_water(conn: &mut AnyConn) -> Result<i64, Error> {
    Ok(dialect::low_water(conn)?)
}

/// A number that tells this store, and its count of transactions, from others.
pub fn store_number(conn: &mut AnyConn) -> Result<i64, Error> {
    Ok(dialect::store_number(conn)?)
}

/// Seconds since the oldest writing transaction that is still open began: what holds the low-water mark down.
pub fn oldest_transaction_seconds(conn: &mut AnyConn) -> Result<i64, Error> {
    Ok(dialect::oldest_transaction_seconds(conn)?)
}

/// All visible changes of transactions numbered `low_water` and above, oldest first.
pub fn since(conn: &mut AnyConn, low_water: i64) -> Result<Vec<Change>, Error> {
    let rows: Vec<(i64, i64, String, i64, chrono::NaiveDateTime)> =
        changes::table.filter(changes::tx.ge(low_water)).order((changes::tx, changes::id)).load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, tx, kind, object_id, at)| {
            // A kind this program does not know was written by a newer one, about something it has no room for.
            Some(Change { id, tx, kind: Kind::from_name(&kind)?, object_id, at: at.and_utc() })
        })
        .collect())
}

/// Deletes changes made before `before`, and those that a restore brought from another server; says how many.
pub fn purge(tx: &mut super::Tx<'_>, before: DateTime<Utc>) -> Result<usize, Error> {
    let foreign = dialect::forget_foreign_changes(tx)?;
    Ok(foreign
        + diesel::delete(changes::table.filter(changes::at.lt(before.naive_utc()))).execute(&mut **tx)?)
}
