//! Web-hooks: where organisations are told what happens to their things. Addresses and secrets are sealed here on their way
//! in and opened on their way out.

pub mod deliveries;
pub mod seen;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::{webhook_deliveries, webhooks};
use super::sealed::Column;
use crate::domain::ids::{OrganisationId, WebhookId};
use crate::domain::sealing::Vault;
use crate::domain::webhooks::secrets::Secret;
use crate::domain::webhooks::{Address, Stopped, Webhook, What};

/// Addresses of endpoints.
pub const URL: Column = Column::of("webhooks", "url");

/// Secrets of endpoints.
pub const SECRET: Column = Column::of("webhooks", "secret");

/// Secrets that were replaced, and still sign.
pub const OLD_SECRET: Column = Column::of("webhooks", "old_secret");

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhooks)]
struct Row {
    id: i64,
    organisation_id: i64,
    name: Option<String>,
    url: String,
    types: String,
    stopped: Option<String>,
    failing_since: Option<NaiveDateTime>,
    rests_until: Option<NaiveDateTime>,
    old_secret_until: Option<NaiveDateTime>,
    version: i64,
    created_at: NaiveDateTime,
}

impl Row {
    fn webhook(self, vault: &Vault) -> Result<Webhook, Error> {
        let strange = || Error::Corrupt {
            kind: "webhook",
            id: self.id,
            source: serde::de::Error::custom("an id or a word that this program does not know"),
        };
        Ok(Webhook {
            id: WebhookId::new(self.id).ok_or_else(strange)?,
            organisation: OrganisationId::new(self.organisation_id).ok_or_else(strange)?,
            name: self.name,
            address: Address::from(URL.open(vault, self.id, &self.url)?.expose()),
            types: types(&self.types),
            stopped: self.stopped.as_deref().and_then(Stopped::from_name),
            failing_since: self.failing_since.map(|at| at.and_utc()),
            rests_until: self.rests_until.map(|at| at.and_utc()),
            old_secret_until: self.old_secret_until.map(|at| at.and_utc()),
            version: self.version,
            created_at: self.created_at.and_utc(),
        })
    }
}

/// The words of a column; those of a newer program are passed over.
fn types(text: &str) -> Vec<What> {
    text.split(',').filter_map(What::from_name).collect()
}

fn type_words(types: &[What]) -> String {
    types.iter().map(|what| what.name()).collect::<Vec<_>>().join(",")
}

/// Inserts an endpoint with its secret.
pub fn insert(tx: &mut Tx<'_>, vault: &Vault, webhook: &Webhook, secret: &Secret) -> Result<(), Error> {
    let id = webhook.id.get();
    let now = tx.now.naive_utc();
    diesel::insert_into(webhooks::table)
        .values((
            webhooks::id.eq(id),
            webhooks::organisation_id.eq(webhook.organisation.get()),
            webhooks::name.eq(webhook.name.as_deref()),
            webhooks::url.eq(URL.seal(vault, id, webhook.address.expose())?),
            webhooks::types.eq(type_words(&webhook.types)),
            webhooks::secret.eq(SECRET.seal(vault, id, secret.expose())?),
            webhooks::failures.eq(0),
            webhooks::version.eq(webhook.version),
            webhooks::created_at.eq(now),
            webhooks::updated_at.eq(now),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Writes what an organisation says of an endpoint and raises its version, if it still has `version`; `false` if it has
/// not. One that goes on begins without failures.
pub fn replace(tx: &mut Tx<'_>, vault: &Vault, webhook: &Webhook, version: i64) -> Result<bool, Error> {
    let id = webhook.id.get();
    let row = webhooks::table.find(id).filter(webhooks::version.eq(version));
    let none = None::<NaiveDateTime>;
    let changed = diesel::update(row)
        .set((
            webhooks::name.eq(webhook.name.as_deref()),
            webhooks::url.eq(URL.seal(vault, id, webhook.address.expose())?),
            webhooks::types.eq(type_words(&webhook.types)),
            webhooks::stopped.eq(webhook.stopped.map(Stopped::name)),
            (webhooks::failures.eq(0), webhooks::failing_since.eq(none), webhooks::rests_until.eq(none)),
            webhooks::version.eq(version + 1),
            webhooks::updated_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(changed == 1)
}

/// Gives an endpoint another secret; the present one signs beside it until `until`.
pub fn rotate(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: WebhookId,
    secret: &Secret,
    until: DateTime<Utc>,
) -> Result<(), Error> {
    let [present, _] = secrets(tx, vault, id)?;
    let old = present.map(|old| OLD_SECRET.seal(vault, id.get(), old.expose())).transpose()?;
    diesel::update(webhooks::table.find(id.get()))
        .set((
            webhooks::secret.eq(SECRET.seal(vault, id.get(), secret.expose())?),
            webhooks::old_secret_until.eq(old.is_some().then_some(until.naive_utc())),
            webhooks::old_secret.eq(old),
            webhooks::updated_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// The secret of an endpoint, and the one before it, whether or not that still signs.
fn secrets(conn: &mut AnyConn, vault: &Vault, id: WebhookId) -> Result<[Option<Secret>; 2], Error> {
    let columns = (webhooks::secret, webhooks::old_secret);
    let found: Option<(String, Option<String>)> =
        webhooks::table.find(id.get()).select(columns).first(conn).optional()?;
    let (secret, old) = found.map_or((None, None), |(secret, old)| (Some(secret), old));
    let opened = |column: Column, sealed: Option<String>| {
        let opened = sealed.map(|sealed| column.open(vault, id.get(), &sealed)).transpose()?;
        Ok::<_, Error>(opened.map(|opened| Secret::from(opened.expose())))
    };
    Ok([opened(SECRET, secret)?, opened(OLD_SECRET, old)?])
}

/// The present secret of an endpoint.
pub fn secret(conn: &mut AnyConn, vault: &Vault, id: WebhookId) -> Result<Option<Secret>, Error> {
    let [secret, _] = secrets(conn, vault, id)?;
    Ok(secret)
}

/// The secrets that sign at `now`, the present one first.
pub fn signing(
    conn: &mut AnyConn,
    vault: &Vault,
    webhook: &Webhook,
    now: DateTime<Utc>,
) -> Result<Vec<Secret>, Error> {
    let [secret, old] = secrets(conn, vault, webhook.id)?;
    let old = old.filter(|_| webhook.old_secret_until.is_some_and(|until| now < until));
    Ok(secret.into_iter().chain(old).collect())
}

/// Deletes an endpoint with all that it was told; with the last one of its organisation goes what that was told of.
pub fn delete(tx: &mut Tx<'_>, webhook: &Webhook) -> Result<(), Error> {
    let id = webhook.id.get();
    diesel::delete(webhook_deliveries::table.filter(webhook_deliveries::webhook_id.eq(id)))
        .execute(&mut *tx.conn)?;
    diesel::delete(webhooks::table.find(id)).execute(&mut *tx.conn)?;
    if count(tx, webhook.organisation)? == 0 {
        seen::forget(tx, webhook.organisation)?;
    }
    Ok(())
}

/// An endpoint.
pub fn get(conn: &mut AnyConn, vault: &Vault, id: WebhookId) -> Result<Option<Webhook>, Error> {
    let row: Option<Row> = webhooks::table.find(id.get()).select(Row::as_select()).first(conn).optional()?;
    row.map(|row| row.webhook(vault)).transpose()
}

/// The endpoints of these organisations, the first made first.
pub fn of_organisations(
    conn: &mut AnyConn,
    vault: &Vault,
    organisations: &[OrganisationId],
) -> Result<Vec<Webhook>, Error> {
    let rows: Vec<Row> = webhooks::table
        .filter(webhooks::organisation_id.eq_any(organisations.iter().map(|id| id.get())))
        .order((webhooks::created_at, webhooks::id))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(|row| row.webhook(vault)).collect()
}

/// How many endpoints an organisation has.
pub fn count(conn: &mut AnyConn, organisation: OrganisationId) -> Result<usize, Error> {
    let own = webhooks::table.filter(webhooks::organisation_id.eq(organisation.get()));
    let count: i64 = own.count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// An endpoint that may be told something: whose it is, and what it wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listening {
    /// The endpoint.
    pub webhook: WebhookId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// What it is told; nothing, if it is stopped.
    pub types: Vec<What>,
}

/// Every endpoint, by id.
pub fn listening(conn: &mut AnyConn) -> Result<Vec<Listening>, Error> {
    let rows: Vec<(i64, i64, String, Option<String>)> = webhooks::table
        .order(webhooks::id)
        .select((webhooks::id, webhooks::organisation_id, webhooks::types, webhooks::stopped))
        .load(conn)?;
    let one = |(id, organisation, words, stopped): (i64, i64, String, Option<String>)| {
        let types = if stopped.is_none() { types(&words) } else { Vec::new() };
        Some(Listening {
            webhook: WebhookId::new(id)?,
            organisation: OrganisationId::new(organisation)?,
            types,
        })
    };
    Ok(rows.into_iter().filter_map(one).collect())
}

/// Notes that something reached an endpoint.
pub fn succeeded(tx: &mut Tx<'_>, id: WebhookId) -> Result<(), Error> {
    let none = None::<NaiveDateTime>;
    // Where nothing failed before there is nothing to write.
    diesel::update(webhooks::table.find(id.get()).filter(webhooks::failures.gt(0)))
        .set((webhooks::failures.eq(0), webhooks::failing_since.eq(none), webhooks::rests_until.eq(none)))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Notes that an attempt failed; gives how many did in a row, and since when.
pub fn failed(tx: &mut Tx<'_>, id: WebhookId) -> Result<Option<(i32, DateTime<Utc>)>, Error> {
    let now = tx.now.naive_utc();
    let row = webhooks::table.find(id.get());
    diesel::update(row.filter(webhooks::failing_since.is_null()))
        .set(webhooks::failing_since.eq(now))
        .execute(&mut *tx.conn)?;
    diesel::update(row).set(webhooks::failures.eq(webhooks::failures + 1)).execute(&mut *tx.conn)?;
    let found: Option<(i32, Option<NaiveDateTime>)> =
        row.select((webhooks::failures, webhooks::failing_since)).first(&mut *tx.conn).optional()?;
    Ok(found.map(|(failures, since)| (failures, since.unwrap_or(now).and_utc())))
}

/// Notes that something reached an endpoint that was slow to answer; gives how many attempts in a row failed or dragged.
pub fn dragged(tx: &mut Tx<'_>, id: WebhookId) -> Result<i32, Error> {
    let row = webhooks::table.find(id.get());
    diesel::update(row)
        .set((
            webhooks::failures.eq(webhooks::failures + 1),
            webhooks::failing_since.eq(None::<NaiveDateTime>),
        ))
        .execute(&mut *tx.conn)?;
    Ok(row.select(webhooks::failures).first(&mut *tx.conn).optional()?.unwrap_or_default())
}

/// Lets an endpoint rest.
pub fn rest(tx: &mut Tx<'_>, id: WebhookId, until: DateTime<Utc>) -> Result<(), Error> {
    diesel::update(webhooks::table.find(id.get()))
        .set(webhooks::rests_until.eq(until.naive_utc()))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Stops an endpoint that nothing reaches; `false` if it is stopped already.
pub fn stop(tx: &mut Tx<'_>, id: WebhookId) -> Result<bool, Error> {
    let going = webhooks::table.find(id.get()).filter(webhooks::stopped.is_null());
    let stopped = diesel::update(going)
        .set((
            webhooks::stopped.eq(Stopped::Failing.name()),
            webhooks::version.eq(webhooks::version + 1),
            webhooks::updated_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(stopped == 1)
}
