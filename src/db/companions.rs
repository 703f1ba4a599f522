//! Companions. All that is said of one is sealed as one field.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::connection::AnyConn;
pub use super::dialect::Lock;
use super::error::Error;
use super::records::IDS_PER_STATEMENT;
use super::schema::companions;
use super::sealed::Column;
use super::{Tx, consents, dialect};
use crate::domain::companions::{Companion, Held, Relation};
use crate::domain::ids::{CompanionId, PersonId};
use crate::domain::policies::PolicyKind;
use crate::domain::sealing::Vault;
use crate::domain::signups::party::{Birth, PersonName};

/// What is said of companions.
pub const BODY: Column = Column::of("companions", "body");

/// A companion, as it is sealed.
#[derive(Serialize, Deserialize)]
struct Body {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth: Option<Birth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relation: Option<Relation>,
}

fn sealed(vault: &Vault, id: CompanionId, companion: &Companion) -> Result<String, Error> {
    let Companion { name, birth, relation } = companion;
    let body = Body { name: name.expose().to_owned(), birth: *birth, relation: *relation };
    let text = serde_json::to_string(&body).map_err(|source| corrupt(id, source))?;
    BODY.seal(vault, id.get(), &text)
}

fn opened(vault: &Vault, id: CompanionId, body: &str) -> Result<Companion, Error> {
    let text = BODY.open(vault, id.get(), body)?;
    let body = serde_json::from_str(text.expose()).map_err(|source| corrupt(id, source))?;
    let Body { name, birth, relation } = body;
    Ok(Companion { name: PersonName::from(name), birth, relation })
}

fn corrupt(id: CompanionId, source: serde_json::Error) -> Error {
    Error::Corrupt { kind: "companion", id: id.get(), source }
}

/// Inserts a companion of a person at version 1.
pub fn insert(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: CompanionId,
    person: PersonId,
    companion: &Companion,
) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    diesel::insert_into(companions::table)
        .values((
            companions::id.eq(id.get()),
            companions::person_id.eq(person.get()),
            companions::version.eq(1_i64),
            companions::created_at.eq(now),
            companions::updated_at.eq(now),
            companions::who.eq(companion.who(vault)),
            companions::body.eq(sealed(vault, id, companion)?),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Replaces a companion and raises its version, if it still has `version`; `false` if it has not.
pub fn replace(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: CompanionId,
    version: i64,
    companion: &Companion,
) -> Result<bool, Error> {
    let changed = diesel::update(companions::table.find(id.get()).filter(companions::version.eq(version)))
        .set((
            companions::version.eq(version + 1),
            companions::updated_at.eq(tx.now.naive_utc()),
            companions::who.eq(companion.who(vault)),
            companions::body.eq(sealed(vault, id, companion)?),
        ))
        .execute(&mut *tx.conn)?;
    Ok(changed == 1)
}

/// All companions of a person, the first entered first.
pub fn of_person(conn: &mut AnyConn, vault: &Vault, person: PersonId) -> Result<Vec<Held>, Error> {
    let rows: Vec<(i64, i64, NaiveDateTime, String)> = companions::table
        .filter(companions::person_id.eq(person.get()))
        .order((companions::created_at, companions::id))
        .select((companions::id, companions::version, companions::created_at, companions::body))
        .load(conn)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let consents = consents::of_person(conn, vault, person)?;
    let mut all = Vec::with_capacity(rows.len());
    for (id, version, created_at, body) in rows {
        let Some(id) = CompanionId::new(id) else { continue };
        // The newest that stands: the list is in order.
        let consent = consents.iter().rfind(|consent| {
            consent.companion == Some(id)
                && consent.kind == PolicyKind::Guardian
                && consent.ended_at.is_none()
        });
        let companion = opened(vault, id, &body)?;
        all.push(Held {
            id,
            version,
            companion,
            consent: consent.cloned(),
            created_at: created_at.and_utc(),
        });
    }
    Ok(all)
}

/// Companions by their ids, each with whose it is.
pub fn find(
    conn: &mut AnyConn,
    vault: &Vault,
    ids: &[CompanionId],
) -> Result<Vec<(PersonId, CompanionId, Companion)>, Error> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let rows: Vec<(i64, i64, String)> = companions::table
            .filter(companions::id.eq_any(ids.iter().map(|id| id.get())))
            .select((companions::person_id, companions::id, companions::body))
            .load(conn)?;
        for (person, id, body) in rows {
            if let (Some(person), Some(id)) = (PersonId::new(person), CompanionId::new(id)) {
                found.push((person, id, opened(vault, id, &body)?));
            }
        }
    }
    Ok(found)
}

/// A person's companion; another person's is none.
pub fn get(
    conn: &mut AnyConn,
    vault: &Vault,
    person: PersonId,
    id: CompanionId,
) -> Result<Option<Held>, Error> {
    Ok(of_person(conn, vault, person)?.into_iter().find(|held| held.id == id))
}

/// Locks companions until the transaction ends, so that what it reads of them stays true. Whoever locks sessions too locks
/// companions first: two transactions that take both never wait for each other in a circle. `ids` need not be sorted.
///
/// # Errors
/// [`Error::Locked`] if another transaction holds one for too long.
pub fn lock(tx: &mut Tx<'_>, ids: &[CompanionId], lock: Lock) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
    ids.sort_unstable();
    ids.dedup();
    dialect::lock_companions(tx.conn, &ids, lock).map_err(Error::of_lock)
}

/// How many companions a person has.
pub fn count(conn: &mut AnyConn, person: PersonId) -> Result<usize, Error> {
    let count: i64 =
        companions::table.filter(companions::person_id.eq(person.get())).count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Deletes a person's companion; `false` if they have none of this id.
pub fn delete(tx: &mut Tx<'_>, person: PersonId, id: CompanionId) -> Result<bool, Error> {
    let theirs = companions::table.find(id.get()).filter(companions::person_id.eq(person.get()));
    Ok(diesel::delete(theirs).execute(&mut *tx.conn)? == 1)
}

/// Forgets all companions of a person.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::delete(companions::table.filter(companions::person_id.eq(person.get())))
        .execute(&mut *tx.conn)?;
    Ok(())
}
