//! Files of sessions that were read and wait to be applied, or were.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::imports;
use crate::domain::ids::{ImportId, OrganisationId};

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// What it asks for, packed; absent once it was applied.
    pub wanted: Option<Vec<u8>>,
    /// A hash of what it would change of what was there.
    pub ground: String,
    /// How many of its rows are wrong.
    pub errors: i32,
    /// When it was applied, and what came of it, as JSON.
    pub applied: Option<(DateTime<Utc>, String)>,
}

/// The newest files of an organisation that are kept: each takes some megabytes at most.
const KEPT: i64 = 20;

/// Keeps a file; those of the organisation before its newest are forgotten. Ids of one millisecond are in no order: the one
/// that comes now is the newest, whatever its id.
pub fn insert(tx: &mut Tx<'_>, import: &Import) -> Result<(), Error> {
    diesel::insert_into(imports::table)
        .values((
            imports::id.eq(import.id.get()),
            imports::organisation_id.eq(import.organisation.get()),
            imports::created_at.eq(tx.now.naive_utc()),
            imports::wanted.eq(&import.wanted),
            imports::ground.eq(&import.ground),
            imports::errors.eq(import.errors),
        ))
        .execute(&mut *tx.conn)?;
    let others = imports::organisation_id.eq(import.organisation.get()).and(imports::id.ne(import.id.get()));
    let old: Vec<i64> = imports::table
        .filter(others)
        .order((imports::created_at.desc(), imports::id.desc()))
        .offset(KEPT - 1)
        .limit(KEPT)
        .select(imports::id)
        .load(&mut *tx.conn)?;
    if !old.is_empty() {
        diesel::delete(imports::table.filter(imports::id.eq_any(old))).execute(&mut *tx.conn)?;
    }
    Ok(())
}

/// A file.
pub fn get(conn: &mut AnyConn, id: ImportId) -> Result<Option<Import>, Error> {
    type Row = (i64, Option<Vec<u8>>, String, i32, Option<NaiveDateTime>, Option<String>);
    let row: Option<Row> = imports::table
        .find(id.get())
        .select((
            imports::organisation_id,
            imports::wanted,
            imports::ground,
            imports::errors,
            imports::applied_at,
            imports::result,
        ))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(organisation, wanted, ground, errors, applied_at, result)| {
        let applied = applied_at.map(|at| at.and_utc()).zip(result);
        let organisation = OrganisationId::new(organisation)?;
        Some(Import { id, organisation, wanted, ground, errors, applied })
    }))
}

/// Locks a file that is about to be applied; `false` if it was, or is gone. What it asks for is forgotten, and `result`
/// is what will have come of it.
pub fn apply(tx: &mut Tx<'_>, id: ImportId, result: &str) -> Result<bool, Error> {
    let waiting = imports::table.find(id.get()).filter(imports::applied_at.is_null());
    let rows = diesel::update(waiting)
        .set((
            imports::applied_at.eq(tx.now.naive_utc()),
            imports::result.eq(result),
            imports::wanted.eq(None::<Vec<u8>>),
        ))
        .execute(&mut *tx.conn)?;
    Ok(rows == 1)
}

/// Writes what came of a file that this transaction applied.
pub fn conclude(tx: &mut Tx<'_>, id: ImportId, result: &str) -> Result<(), Error> {
    diesel::update(imports::table.find(id.get())).set(imports::result.eq(result)).execute(&mut *tx.conn)?;
    Ok(())
}

/// Forgets the files that were sent before an instant; says how many.
pub fn purge(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, Error> {
    let old = imports::table.filter(imports::created_at.lt(before.naive_utc()));
    Ok(diesel::delete(old).execute(&mut *tx.conn)?)
}
