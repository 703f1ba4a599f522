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
use super::schema::system_repeats as systems;
use crate::domain::ids::{ApiKeyId, PersonId};
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

/// Who sends a request that may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// Somebody.
    Person(PersonId),
    /// The system of a partner, by its key.
    System(ApiKeyId),
}

/// What an earlier request said and made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// A hash of what it said.
    pub body_hash: String,
    /// The id of what it made.
    pub object: i64,
    /// The ids of all that it made, where that was many things.
    pub objects: Vec<i64>,
}

/// What a request of this sender made that had the same key.
pub fn before(
    conn: &mut AnyConn,
    operation: &str,
    sender: Sender,
    given: &str,
) -> Result<Option<Before>, Error> {
    type Row = (String, i64, Option<String>);
    let row: Option<Row> = match sender {
        Sender::Person(person) => keys::table
            .find((person.get(), operation, given))
            .select((keys::body_hash, keys::object_id, keys::objects))
            .first(conn)
            .optional()?,
        Sender::System(key) => systems::table
            .find((key.get(), operation, given))
            .select((systems::body_hash, systems::object_id, systems::objects))
            .first(conn)
            .optional()?,
    };
    Ok(row.map(|(body_hash, object, objects)| {
        // Written below.
        let objects = objects.and_then(|list| serde_json::from_str(&list).ok()).unwrap_or_default();
        Before { body_hash, object, objects }
    }))
}

/// Notes what a request made.
///
/// # Errors
/// [`Error::Constraint`] if its key was used meanwhile.
pub fn note(
    tx: &mut Tx<'_>,
    operation: &str,
    sender: Sender,
    key: &RepeatKey,
    (object, objects): (i64, &[i64]),
) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    let objects = (!objects.is_empty()).then(|| serde_json::json!(objects).to_string());
    match sender {
        Sender::Person(person) => diesel::insert_into(keys::table)
            .values((
                keys::person_id.eq(person.get()),
                keys::operation.eq(operation),
                keys::given.eq(&key.given),
                keys::body_hash.eq(&key.body_hash),
                keys::object_id.eq(object),
                keys::made.eq(true),
                keys::created_at.eq(now),
                keys::objects.eq(objects),
            ))
            .execute(&mut *tx.conn)?,
        Sender::System(system) => diesel::insert_into(systems::table)
            .values((
                systems::api_key_id.eq(system.get()),
                systems::operation.eq(operation),
                systems::given.eq(&key.given),
                systems::body_hash.eq(&key.body_hash),
                systems::object_id.eq(object),
                systems::objects.eq(objects),
                systems::created_at.eq(now),
            ))
            .execute(&mut *tx.conn)?,
    };
    Ok(())
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
    let before = before.naive_utc();
    diesel::delete(keys::table.filter(keys::created_at.lt(before))).execute(&mut *tx.conn)?;
    diesel::delete(systems::table.filter(systems::created_at.lt(before))).execute(&mut *tx.conn)?;
    Ok(())
}

/// Forgets the keys of a person.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::delete(keys::table.filter(keys::person_id.eq(person.get()))).execute(&mut *tx.conn)?;
    Ok(())
}
