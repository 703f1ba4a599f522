//! Persons.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use hashbrown::{HashMap, HashSet};

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::records::IDS_PER_STATEMENT;
use super::schema::persons;
use super::sealed::Column;
use crate::domain::ids::PersonId;
use crate::domain::persons::{DisplayName, Person, Phone};
use crate::domain::sealing::Vault;

/// By what names persons want to be addressed.
pub const DISPLAY_NAME: Column = Column::of("persons", "display_name");

/// Phone numbers.
pub const PHONE: Column = Column::of("persons", "phone");

/// Inserts a person of whom nothing is known yet.
pub fn insert(tx: &mut Tx<'_>, id: PersonId) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    diesel::insert_into(persons::table)
        .values((
            persons::id.eq(id.get()),
            persons::version.eq(1_i64),
            persons::created_at.eq(now),
            persons::updated_at.eq(now),
            persons::seen_at.eq(now),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// The person with this id.
pub fn get(conn: &mut AnyConn, vault: &Vault, id: PersonId) -> Result<Option<Person>, Error> {
    type Row = (i64, NaiveDateTime, Option<String>, Option<String>);
    let row: Option<Row> = persons::table
        .find(id.get())
        .select((persons::version, persons::created_at, persons::display_name, persons::phone))
        .first(conn)
        .optional()?;
    let Some((version, created_at, name, phone)) = row else { return Ok(None) };
    let open = |of: Column, sealed: Option<String>| {
        sealed.map(|sealed| of.open(vault, id.get(), &sealed)).transpose()
    };
    Ok(Some(Person {
        id,
        version,
        created_at: created_at.and_utc(),
        name: open(DISPLAY_NAME, name)?.map(|name| DisplayName::from(name.expose())),
        phone: open(PHONE, phone)?.map(|phone| Phone::from(phone.expose())),
    }))
}

/// What whoever signs up has said of themselves already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Their name, if they gave one.
    pub name: Option<DisplayName>,
    /// Whether they gave a phone number.
    pub has_phone: bool,
}

/// What these persons have said of themselves.
pub fn known(conn: &mut AnyConn, vault: &Vault, ids: &[PersonId]) -> Result<HashMap<PersonId, Known>, Error> {
    let mut found = HashMap::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let rows: Vec<(i64, Option<String>, bool)> = persons::table
            .filter(persons::id.eq_any(ids.iter().map(|id| id.get())))
            .select((persons::id, persons::display_name, persons::phone.is_not_null()))
            .load(conn)?;
        for (id, name, has_phone) in rows {
            let open = |sealed: String| {
                Ok::<_, Error>(DisplayName::from(DISPLAY_NAME.open(vault, id, &sealed)?.expose()))
            };
            let known = Known { name: name.map(open).transpose()?, has_phone };
            found.extend(PersonId::new(id).map(|id| (id, known)));
        }
    }
    Ok(found)
}

/// Gives a person this name, or none, if they still have `version`; `false` if they have not.
pub fn rename(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: PersonId,
    version: i64,
    name: Option<&DisplayName>,
) -> Result<bool, Error> {
    let sealed = name.map(|name| DISPLAY_NAME.seal(vault, id.get(), name.expose())).transpose()?;
    let changed = diesel::update(persons::table.find(id.get()).filter(persons::version.eq(version)))
        .set((
            persons::version.eq(version + 1),
            persons::updated_at.eq(tx.now.naive_utc()),
            persons::display_name.eq(sealed),
        ))
        .execute(&mut *tx.conn)?;
    Ok(changed == 1)
}

/// Gives a person this phone number, or none; `false` if there is no such person.
pub fn set_phone(tx: &mut Tx<'_>, vault: &Vault, id: PersonId, phone: Option<&Phone>) -> Result<bool, Error> {
    let sealed = phone.map(|phone| PHONE.seal(vault, id.get(), phone.expose())).transpose()?;
    let changed = diesel::update(persons::table.find(id.get()))
        .set((
            persons::version.eq(persons::version + 1),
            persons::updated_at.eq(tx.now.naive_utc()),
            persons::phone.eq(sealed),
        ))
        .execute(&mut *tx.conn)?;
    Ok(changed == 1)
}

/// Notes that a person is here now.
pub fn seen(tx: &mut Tx<'_>, id: PersonId) -> Result<(), Error> {
    diesel::update(persons::table.find(id.get()))
        .set(persons::seen_at.eq(tx.now.naive_utc()))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// At most `limit` persons who have not been here since `before`.
pub fn unseen_since(conn: &mut AnyConn, before: DateTime<Utc>, limit: i64) -> Result<Vec<PersonId>, Error> {
    let unseen = persons::table.filter(persons::seen_at.lt(before.naive_utc()));
    let ids: Vec<i64> = unseen.select(persons::id).order(persons::id).limit(limit).load(conn)?;
    Ok(ids.into_iter().filter_map(PersonId::new).collect())
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
