//! Keys of partners' systems.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::api_keys;
use super::sealed::Column;
use crate::domain::api_keys::{ApiKey, GivenKey, Scope};
use crate::domain::ids::{ApiKeyId, OrganisationId, PersonId};
use crate::domain::sealing::Vault;

/// Secrets of keys that were made by a request that may be sent again.
pub const SECRET: Column = Column::of("api_keys", "secret");

/// Inserts a key whose secret is that of `given`.
pub fn insert(tx: &mut Tx<'_>, key: &ApiKey, given: &GivenKey) -> Result<(), Error> {
    let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.name()).collect();
    diesel::insert_into(api_keys::table)
        .values((
            api_keys::id.eq(key.id.get()),
            api_keys::organisation_id.eq(key.organisation.get()),
            api_keys::name.eq(&key.name),
            api_keys::scopes.eq(scopes.join(" ")),
            api_keys::secret_hash.eq(given.secret_hash()),
            api_keys::made_by.eq(key.by.map(PersonId::get)),
            api_keys::created_at.eq(key.created_at.naive_utc()),
            api_keys::expires_at.eq(key.expires_at.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
struct Row {
    id: i64,
    organisation_id: i64,
    name: String,
    scopes: String,
    secret_hash: String,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    revoked_at: Option<NaiveDateTime>,
    last_used_at: Option<NaiveDateTime>,
    made_by: Option<i64>,
}

impl Row {
    fn key(self) -> Option<ApiKey> {
        Some(ApiKey {
            id: ApiKeyId::new(self.id)?,
            organisation: OrganisationId::new(self.organisation_id)?,
            name: self.name,
            // A scope of a newer program lets nobody do anything here.
            scopes: self.scopes.split_whitespace().filter_map(Scope::from_name).collect(),
            by: self.made_by.and_then(PersonId::new),
            created_at: self.created_at.and_utc(),
            expires_at: self.expires_at.and_utc(),
            revoked_at: self.revoked_at.map(|at| at.and_utc()),
            last_used_at: self.last_used_at.map(|at| at.and_utc()),
        })
    }
}

fn row(conn: &mut AnyConn, id: ApiKeyId) -> Result<Option<Row>, Error> {
    Ok(api_keys::table.find(id.get()).select(Row::as_select()).first(conn).optional()?)
}

/// The key that was given, if its secret is right and it is good at `now`.
pub fn good(conn: &mut AnyConn, given: &GivenKey, now: DateTime<Utc>) -> Result<Option<ApiKey>, Error> {
    let row = row(conn, given.id)?.filter(|row| given.is_of(&row.secret_hash));
    Ok(row.and_then(Row::key).filter(|key| key.is_good(now)))
}

/// The key of this id.
pub fn get(conn: &mut AnyConn, id: ApiKeyId) -> Result<Option<ApiKey>, Error> {
    Ok(row(conn, id)?.and_then(Row::key))
}

/// All keys of an organisation, the oldest first.
pub fn of_organisation(conn: &mut AnyConn, organisation: OrganisationId) -> Result<Vec<ApiKey>, Error> {
    let rows: Vec<Row> = api_keys::table
        .filter(api_keys::organisation_id.eq(organisation.get()))
        .order(api_keys::id)
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().filter_map(Row::key).collect())
}

/// Keeps the secret of a key, sealed.
pub fn keep_secret(tx: &mut Tx<'_>, vault: &Vault, id: ApiKeyId, secret: &str) -> Result<(), Error> {
    let sealed = SECRET.seal(vault, id.get(), secret)?;
    diesel::update(api_keys::table.find(id.get())).set(api_keys::secret.eq(sealed)).execute(&mut *tx.conn)?;
    Ok(())
}

/// What was shown of a key once, as long as it is kept: of one that was taken back it is not.
pub fn shown(conn: &mut AnyConn, vault: &Vault, id: ApiKeyId) -> Result<Option<GivenKey>, Error> {
    let found: Option<Option<String>> =
        api_keys::table.find(id.get()).select(api_keys::secret).first(conn).optional()?;
    let Some(sealed) = found.flatten() else { return Ok(None) };
    Ok(Some(GivenKey::new(id, SECRET.open(vault, id.get(), &sealed)?.expose().to_owned())))
}

/// Whether a secret is kept of a key that was made before `before`.
pub fn keeps_secret(conn: &mut AnyConn, before: DateTime<Utc>) -> Result<bool, Error> {
    let old = api_keys::table
        .filter(api_keys::secret.is_not_null().and(api_keys::created_at.lt(before.naive_utc())));
    Ok(old.select(api_keys::id).first::<i64>(conn).optional()?.is_some())
}

/// Forgets the secrets of keys that were made before `before`.
pub fn forget_secrets(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<(), Error> {
    let old = api_keys::table
        .filter(api_keys::secret.is_not_null().and(api_keys::created_at.lt(before.naive_utc())));
    diesel::update(old).set(api_keys::secret.eq(None::<String>)).execute(&mut *tx.conn)?;
    Ok(())
}

/// Keeps other transactions from changing a key until this one ends; `false` if there is none, or it was taken back.
pub fn hold(tx: &mut Tx<'_>, id: ApiKeyId) -> Result<bool, Error> {
    let standing = api_keys::table.find(id.get()).filter(api_keys::revoked_at.is_null());
    let held = diesel::update(standing).set(api_keys::id.eq(id.get())).execute(&mut *tx.conn)?;
    Ok(held == 1)
}

/// Takes a key back; `false` if it was before.
pub fn revoke(tx: &mut Tx<'_>, id: ApiKeyId) -> Result<bool, Error> {
    let standing = api_keys::table.find(id.get()).filter(api_keys::revoked_at.is_null());
    let rows = diesel::update(standing)
        .set((api_keys::revoked_at.eq(tx.now.naive_utc()), api_keys::secret.eq(None::<String>)))
        .execute(&mut *tx.conn)?;
    Ok(rows == 1)
}

/// Keeps that a key was used now.
pub fn used(tx: &mut Tx<'_>, id: ApiKeyId) -> Result<(), Error> {
    diesel::update(api_keys::table.find(id.get()))
        .set(api_keys::last_used_at.eq(tx.now.naive_utc()))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Forgets who made keys, where a person did; the keys stay.
pub fn forget(tx: &mut Tx<'_>, maker: PersonId) -> Result<(), Error> {
    diesel::update(api_keys::table.filter(api_keys::made_by.eq(maker.get())))
        .set(api_keys::made_by.eq(None::<i64>))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Deletes keys that had expired before `before`.
pub fn purge(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<(), Error> {
    diesel::delete(api_keys::table.filter(api_keys::expires_at.lt(before.naive_utc())))
        .execute(&mut *tx.conn)?;
    Ok(())
}
