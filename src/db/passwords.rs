//! Logins by password.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::passwords;
use super::sealed::Column;
use crate::domain::ids::PersonId;
use crate::domain::passwords::{PasswordHash, Username};
use crate::domain::sealing::Sealed;

/// Somebody's login by password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose it is.
    pub person: PersonId,
    /// Their name.
    pub username: Username,
    /// What is kept of their password.
    pub hash: PasswordHash,
    /// Attempts that failed since the last login.
    pub failures: i32,
    /// The secret of their codes, sealed.
    pub totp_secret: Option<String>,
    /// The step of the last code that was taken; as long as there is none, the secret is not binding.
    pub totp_step: Option<i64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = passwords)]
struct Row {
    person_id: i64,
    username: String,
    hash: String,
    failures: i32,
    totp_secret: Option<String>,
    totp_step: Option<i64>,
}

impl Row {
    fn account(self) -> Option<Account> {
        Some(Account {
            person: PersonId::new(self.person_id)?,
            username: Username::from(self.username),
            hash: PasswordHash::from(self.hash),
            failures: self.failures,
            totp_secret: self.totp_secret,
            totp_step: self.totp_step,
        })
    }
}

/// Secrets of codes.
pub const TOTP_SECRET: Column = Column { table: "passwords", key: "person_id", column: "totp_secret" };

/// The login of this name.
pub fn of_username(conn: &mut AnyConn, username: &Username) -> Result<Option<Account>, Error> {
    let named = passwords::table.filter(passwords::username.eq(username.expose()));
    let row: Option<Row> = named.select(Row::as_select()).first(conn).optional()?;
    Ok(row.and_then(Row::account))
}

/// The login of a person.
pub fn of_person(conn: &mut AnyConn, person: PersonId) -> Result<Option<Account>, Error> {
    let row: Option<Row> =
        passwords::table.find(person.get()).select(Row::as_select()).first(conn).optional()?;
    Ok(row.and_then(Row::account))
}

/// Inserts a login, whose name nobody has yet.
pub fn insert(
    tx: &mut Tx<'_>,
    person: PersonId,
    username: &Username,
    hash: &PasswordHash,
) -> Result<(), Error> {
    let now = tx.now.naive_utc();
    diesel::insert_into(passwords::table)
        .values((
            passwords::person_id.eq(person.get()),
            passwords::username.eq(username.expose()),
            passwords::hash.eq(hash.expose()),
            passwords::failures.eq(0),
            passwords::created_at.eq(now),
            passwords::updated_at.eq(now),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Counts an attempt as failed, whatever will come of it, so that no two at once are judged by the same count; gives
/// the login as it is then. `None` if it does not listen now, or if its password is another by now.
pub fn count_attempt(tx: &mut Tx<'_>, account: &Account) -> Result<Option<Account>, Error> {
    let listens = passwords::locked_until.is_null().or(passwords::locked_until.le(tx.now.naive_utc()));
    let counted = diesel::update(
        passwords::table
            .find(account.person.get())
            .filter(passwords::hash.eq(account.hash.expose()))
            .filter(listens),
    )
    .set(passwords::failures.eq(passwords::failures + 1))
    .execute(&mut *tx.conn)?;
    if counted == 1 { of_person(tx, account.person) } else { Ok(None) }
}

/// Takes back the attempt that was counted last: it did not fail.
pub fn forgive_attempt(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::update(passwords::table.find(person.get()))
        .set(passwords::failures.eq(passwords::failures - 1))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Forgets all failures.
pub fn forgive_all(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::update(passwords::table.find(person.get()))
        .set((passwords::failures.eq(0), passwords::locked_until.eq(None::<chrono::NaiveDateTime>)))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Lets a login listen to nobody until an instant.
pub fn lock(tx: &mut Tx<'_>, person: PersonId, until: DateTime<Utc>) -> Result<(), Error> {
    diesel::update(passwords::table.find(person.get()))
        .set(passwords::locked_until.eq(until.naive_utc()))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Gives a login another password.
pub fn replace(tx: &mut Tx<'_>, person: PersonId, hash: &PasswordHash) -> Result<(), Error> {
    diesel::update(passwords::table.find(person.get()))
        .set((passwords::hash.eq(hash.expose()), passwords::updated_at.eq(tx.now.naive_utc())))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Gives a login a secret that is not binding yet.
pub fn set_totp(tx: &mut Tx<'_>, person: PersonId, secret: &Sealed) -> Result<(), Error> {
    diesel::update(passwords::table.find(person.get()))
        .set((
            passwords::totp_secret.eq(secret.as_str()),
            passwords::totp_step.eq(None::<i64>),
            passwords::updated_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Notes the step of a code that was taken; from the first one on, the secret is binding.
pub fn take_step(tx: &mut Tx<'_>, person: PersonId, step: i64) -> Result<(), Error> {
    diesel::update(passwords::table.find(person.get()))
        .set(passwords::totp_step.eq(step))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Forgets a person's login by password.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::delete(passwords::table.find(person.get())).execute(&mut *tx.conn)?;
    Ok(())
}
