//! Persons.

use diesel::prelude::*;
use hashbrown::{HashMap, HashSet};

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::records::IDS_PER_STATEMENT;
use super::schema::persons;
use crate::domain::ids::PersonId;
use crate::domain::persons::{DisplayName, Person};

/// Inserts a person of whom nothing is known yet.
pub fn insert(tx: &mut Tx<'_>, id: PersonId) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    diesel::insert_into(persons::table)
        .values((
            persons::id.eq(id.get()),
            persons::version.eq(1_i64),
            persons::created_at.eq(now),
            persons::updated_at.eq(now),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// The person with this id.
pub fn get(conn: &mut AnyConn, id: PersonId) -> Result<Option<Person>, Error> {
    let row: Option<(i64, chrono::NaiveDateTime, Option<String>)> = persons::table
        .find(id.get())
        .select((persons::version, persons::created_at, persons::display_name))
        .first(conn)
        .optional()?;
    Ok(row.map(|(version, created_at, name)| Person {
        id,
        version,
        created_at: created_at.and_utc(),
        name: name.map(DisplayName::from),
    }))
}

/// The names of persons who gave one.
pub fn names(conn: &mut AnyConn, ids: &[PersonId]) -> Result<HashMap<PersonId, DisplayName>, Error> {
    let mut found = HashMap::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let rows: Vec<(i64, Option<String>)> = persons::table
            .filter(persons::id.eq_any(ids.iter().map(|id| id.get())))
            .select((persons::id, persons::display_name))
            .load(conn)?;
        let named = |(id, name): (i64, Option<String>)| Some((PersonId::new(id)?, DisplayName::from(name?)));
        found.extend(rows.into_iter().filter_map(named));
    }
    Ok(found)
}

/// Gives a person this name, or none, if they still have `version`; `false` if they have not.
pub fn rename(
    tx: &mut Tx<'_>,
    id: PersonId,
    version: i64,
    name: Option<&DisplayName>,
) -> Result<bool, Error> {
    let changed = diesel::update(persons::table.find(id.get()).filter(persons::version.eq(version)))
        .set((
            persons::version.eq(version + 1),
            persons::updated_at.eq(tx.now.naive_utc()),
            persons::display_name.eq(name.map(DisplayName::expose)),
        ))
        .execute(&mut *tx.conn)?;
    Ok(changed == 1)
}

/// Those of these persons who are there.
pub fn there(conn: &mut AnyConn, ids: &[PersonId]) -> Result<HashSet<PersonId>, Error> {
    let mut found = HashSet::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let there = persons::table.filter(persons::id.eq_any(ids.iter().map(|id| id.get())));
        let rows: Vec<i64> = there.select(persons::id).load(conn)?;
        found.extend(rows.into_iter().filter_map(PersonId::new));
    }
    Ok(found)
}

/// Keeps other transactions from changing a person until this one ends; `false` if there is no such person.
pub fn hold(tx: &mut Tx<'_>, id: PersonId) -> Result<bool, Error> {
    let held =
        diesel::update(persons::table.find(id.get())).set(persons::id.eq(id.get())).execute(&mut *tx.conn)?;
    Ok(held == 1)
}

/// Deletes a person, to whom nothing may refer any more.
pub fn delete(tx: &mut Tx<'_>, id: PersonId) -> Result<(), Error> {
    diesel::delete(persons::table.find(id.get())).execute(&mut *tx.conn)?;
    Ok(())
}
