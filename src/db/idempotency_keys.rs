//! Keys of requests that may be repeated, with what each made. Kept for a day.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use hashbrown::HashMap;

use super::Tx;
use super::connection::AnyConn;
use super::dialect::each;
use super::error::Error;
use super::records::{IDS_PER_STATEMENT, ROWS_PER_STATEMENT};
use super::schema::idempotency_keys as keys;
use crate::domain::ids::PersonId;
use crate::domain::signups::RepeatKey;

/// A key that was used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Used {
    /// By whom.
    pub person: PersonId,
    /// The key.
    pub key: RepeatKey,
    /// The id of what the request made.
    pub object: i64,
    /// Whether the request made it, or found it made before.
    pub made: bool,
}

/// Those of these keys of an operation that these persons have used, by person and by what they gave.
pub fn find(
    conn: &mut AnyConn,
    operation: &str,
    persons: &[PersonId],
    given: &[&str],
) -> Result<HashMap<(PersonId, String), Used>, Error> {
    let mut found = HashMap::new();
    for persons in persons.chunks(IDS_PER_STATEMENT) {
        let rows: Vec<(i64, String, String, i64, bool)> = keys::table
            .filter(keys::operation.eq(operation))
            .filter(keys::person_id.eq_any(persons.iter().map(|id| id.get())))
            .filter(keys::given.eq_any(given))
            .select((keys::person_id, keys::given, keys::body_hash, keys::object_id, keys::made))
            .load(conn)?;
        for (person, given, body_hash, object, made) in rows {
            let Some(person) = PersonId::new(person) else { continue };
            let key = RepeatKey { given: given.clone(), body_hash };
            found.insert((person, given), Used { person, key, object, made });
        }
    }
    Ok(found)
}

/// Notes keys of an operation, in their order, so that two transactions never wait for each other in a circle.
///
/// # Errors
/// [`Error::Constraint`] if one was used meanwhile.
pub fn insert(tx: &mut Tx<'_>, operation: &str, mut used: Vec<Used>) -> Result<(), Error> {
    used.sort_unstable();
    let now = tx.now.naive_utc();
    for used in used.chunks(ROWS_PER_STATEMENT) {
        let row = |one: &Used| {
            (
                keys::person_id.eq(one.person.get()),
                keys::operation.eq(operation.to_owned()),
                keys::given.eq(one.key.given.clone()),
                keys::body_hash.eq(one.key.body_hash.clone()),
                keys::object_id.eq(one.object),
                keys::made.eq(one.made),
                keys::created_at.eq(now),
            )
        };
        let insert = diesel::insert_into(keys::table).values(used.iter().map(row).collect::<Vec<_>>());
        each!(&mut *tx.conn, conn => insert.execute(conn))?;
    }
    Ok(())
}

/// Deletes keys that were used before `before`.
pub fn purge(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<(), Error> {
    diesel::delete(keys::table.filter(keys::created_at.lt(before.naive_utc()))).execute(&mut *tx.conn)?;
    Ok(())
}

/// Forgets the keys of a person.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::delete(keys::table.filter(keys::person_id.eq(person.get()))).execute(&mut *tx.conn)?;
    Ok(())
}
