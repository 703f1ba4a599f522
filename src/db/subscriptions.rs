//! Subscriptions. What is asked for is sealed here on its way in and opened on its way out.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::subscriptions;
use crate::domain::ids::{PersonId, SubscriptionId};
use crate::domain::sealing::{Place, Vault};
use crate::domain::subscriptions::{Subscription, Wish};

/// How many subscriptions are read at a time where all are.
const PAGE: i64 = 4_000;

/// Where the wish of a subscription stands.
pub fn place(id: SubscriptionId) -> Place {
    Place { table: "subscriptions", column: "wish", row: id.get() }
}

fn corrupt(id: i64, source: serde_json::Error) -> Error {
    Error::Corrupt { kind: "subscription", id, source }
}

fn sealed(vault: &Vault, id: SubscriptionId, wish: &Wish) -> Result<String, Error> {
    let text = serde_json::to_string(wish).map_err(|source| corrupt(id.get(), source))?;
    Ok(vault.seal(place(id), &text)?.as_str().to_owned())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = subscriptions)]
struct Row {
    id: i64,
    person_id: i64,
    wish: String,
    version: i64,
    created_at: NaiveDateTime,
}

impl Row {
    fn subscription(self, vault: &Vault) -> Result<Subscription, Error> {
        let strange = || corrupt(self.id, serde::de::Error::custom("an id is positive"));
        let id = SubscriptionId::new(self.id).ok_or_else(strange)?;
        let person = PersonId::new(self.person_id).ok_or_else(strange)?;
        let wish = vault.open(place(id), &self.wish)?;
        let wish = serde_json::from_str(wish.expose()).map_err(|source| corrupt(self.id, source))?;
        Ok(Subscription { id, person, wish, version: self.version, created_at: self.created_at.and_utc() })
    }
}

/// Inserts a subscription of a person at version 1.
pub fn insert(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: SubscriptionId,
    person: PersonId,
    wish: &Wish,
) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    diesel::insert_into(subscriptions::table)
        .values((
            subscriptions::id.eq(id.get()),
            subscriptions::person_id.eq(person.get()),
            subscriptions::wish.eq(sealed(vault, id, wish)?),
            subscriptions::version.eq(1_i64),
            subscriptions::created_at.eq(now),
            subscriptions::updated_at.eq(now),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Replaces what is asked for and raises the version, if it still is `version`; `false` if it is not.
pub fn replace(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: SubscriptionId,
    version: i64,
    wish: &Wish,
) -> Result<bool, Error> {
    let row = subscriptions::table.find(id.get()).filter(subscriptions::version.eq(version));
    let changed = diesel::update(row)
        .set((
            subscriptions::wish.eq(sealed(vault, id, wish)?),
            subscriptions::version.eq(version + 1),
            subscriptions::updated_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(changed == 1)
}

/// A person's subscription; another person's is none.
pub fn get(
    conn: &mut AnyConn,
    vault: &Vault,
    person: PersonId,
    id: SubscriptionId,
) -> Result<Option<Subscription>, Error> {
    let own = subscriptions::table.find(id.get()).filter(subscriptions::person_id.eq(person.get()));
    let row: Option<Row> = own.select(Row::as_select()).first(conn).optional()?;
    row.map(|row| row.subscription(vault)).transpose()
}

/// All subscriptions of a person, the first made first.
pub fn of_person(conn: &mut AnyConn, vault: &Vault, person: PersonId) -> Result<Vec<Subscription>, Error> {
    let rows: Vec<Row> = subscriptions::table
        .filter(subscriptions::person_id.eq(person.get()))
        .order((subscriptions::created_at, subscriptions::id))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(|row| row.subscription(vault)).collect()
}

/// How many subscriptions a person has.
pub fn count(conn: &mut AnyConn, person: PersonId) -> Result<usize, Error> {
    let own = subscriptions::table.filter(subscriptions::person_id.eq(person.get()));
    let count: i64 = own.count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Whether anybody has a subscription.
pub fn any(conn: &mut AnyConn) -> Result<bool, Error> {
    Ok(subscriptions::table.select(subscriptions::id).first::<i64>(conn).optional()?.is_some())
}

/// A place among all subscriptions: a person, and one of theirs.
pub type Turn = (i64, i64);

/// A page of all subscriptions, person by person: those after a place; and after what the next page comes. One that cannot be read (its key is missing) is logged and left out: it must not
/// keep others from being told.
pub fn page(
    conn: &mut AnyConn,
    vault: &Vault,
    (person, id): Turn,
) -> Result<(Vec<Subscription>, Option<Turn>), Error> {
    let after = subscriptions::person_id
        .gt(person)
        .or(subscriptions::person_id.eq(person).and(subscriptions::id.gt(id)));
    let rows: Vec<Row> = subscriptions::table
        .filter(subscriptions::person_id.ge(person).and(after))
        .order((subscriptions::person_id, subscriptions::id))
        .limit(PAGE)
        .select(Row::as_select())
        .load(conn)?;
    let next = rows.last().map(|last| (last.person_id, last.id));
    let read =
        |row: Row| row.subscription(vault).inspect_err(|error| tracing::error!(%error, "left out")).ok();
    Ok((rows.into_iter().filter_map(read).collect(), next))
}

/// Deletes a person's subscription; `false` if they have none of this id.
pub fn delete(tx: &mut Tx<'_>, person: PersonId, id: SubscriptionId) -> Result<bool, Error> {
    let own = subscriptions::table.find(id.get()).filter(subscriptions::person_id.eq(person.get()));
    Ok(diesel::delete(own).execute(&mut *tx.conn)? == 1)
}

/// Forgets all subscriptions of a person.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    let own = subscriptions::table.filter(subscriptions::person_id.eq(person.get()));
    diesel::delete(own).execute(&mut *tx.conn)?;
    Ok(())
}
