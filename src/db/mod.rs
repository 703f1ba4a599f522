//! Floor 2: rows and queries, for SQLite and PostgreSQL alike.
//!
//! - [`Db::read`] and [`Db::snapshot`] hand out a connection to read with, [`Db::write`] a [`Tx`]; only a `Tx` can
//!   change anything, and whatever changes a catalogued row through it is recorded in `changes` by the same
//!   transaction.
//! - Everything here blocks: callers in async code go through `spawn_blocking`.
//! - To add a table: a migration pair, `schema.rs`, and a file named after the noun; a catalogued noun says
//!   `stored!` there (see [`records`]).

pub mod accreditations;
pub mod api_keys;
pub mod applications;
pub mod assessments;
pub mod attendees;
pub mod audit;
pub mod bases;
pub mod bulletins;
pub mod calendar_years;
pub mod campaigns;
pub mod changes;
pub mod checkins;
pub mod companions;
pub mod connection;
pub mod consents;
pub mod data_looks;
mod dialect;
pub mod divisions;
pub mod drafts;
pub mod error;
pub mod events;
pub mod external_ids;
pub mod favourites;
pub mod featured;
pub mod feedback;
pub mod headcounts;
pub mod idempotency_keys;
pub mod images;
pub mod imports;
pub mod invitations;
pub mod limits_used;
pub mod logins;
pub mod member_labels;
pub mod message_credits;
pub mod migrate;
pub mod notices;
pub mod organisations;
pub mod participations;
pub mod passwords;
pub mod persons;
pub mod policies;
pub mod publication;
pub mod records;
pub mod register_numbers;
pub mod reports;
pub mod resource_contacts;
pub mod resources;
pub mod review_items;
pub mod roles;
pub mod routes;
mod schema;
pub mod sealed;
pub mod seats;
pub mod series;
pub mod sessions;
pub mod signups;
pub mod statistics;
pub mod subscriptions;
pub mod targets;
pub mod terms;
pub mod text_checks;
pub mod walk_ins;
pub mod webhooks;
pub mod wechat_identities;
pub mod wechat_pushes;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::r2d2::Pool;
use tokio::sync::watch;

pub use connection::{AnyConn, Target};
pub use error::Error;

use crate::domain::clock::Clock;
use crate::domain::kinds::Kind;
use crate::domain::sealing::Vault;
use dialect::Begin;

/// How the store is reached.
#[derive(Clone)]
pub struct Settings {
    /// Where it is.
    pub target: Target,
    /// Connections at most; on SQLite these only read, beside one that writes.
    pub connections: u32,
    /// How long a caller waits for a connection before it is told that the store is busy.
    pub wait: Duration,
}

/// The store.
#[derive(Clone)]
pub struct Db {
    readers: Pool<Target>,
    writers: Pool<Target>,
    clock: Arc<dyn Clock>,
    commits: Arc<watch::Sender<u64>>,
    marks: Option<Arc<Vault>>,
}

impl Db {
    /// Opens the pools. Fails if the store cannot be reached now.
    pub fn open(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        settings.target.make_directory().map_err(|error| Error::Unavailable(error.to_string()))?;
        let pool = |size| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(1))
                .connection_timeout(settings.wait)
                .error_handler(Box::new(LogErrors))
                .build(settings.target.clone())
        };
        let readers = pool(settings.connections)?;
        let writers = match settings.target {
            // SQLite has one writer at a time: who waits for it waits in our queue, not in its busy loop.
            Target::Sqlite(_) => pool(1)?,
            Target::Postgres(_) => readers.clone(),
        };
        Ok(Self { readers, writers, clock, commits: Arc::new(watch::Sender::new(0)), marks: None })
    }

    /// The same store, where what a transaction notes in the audit is marked by the keys of a vault.
    #[must_use]
    pub fn marking(self, vault: Arc<Vault>) -> Self {
        Self { marks: Some(vault), ..self }
    }

    /// Changes whenever this process has committed a change to the catalogue.
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }

    /// Runs what migrations are pending; says how many ran.
    pub fn migrate(&self) -> Result<usize, Error> {
        migrate::up(&mut *self.writers.get()?)
    }

    /// Reads with one connection; each statement sees the newest state.
    pub fn read<T, E: From<Error>>(&self, work: impl FnOnce(&mut AnyConn) -> Result<T, E>) -> Result<T, E> {
        work(&mut *self.readers.get().map_err(Error::from)?)
    }

    /// Reads several things as of one moment.
    pub fn snapshot<T, E: From<Error>>(
        &self,
        work: impl FnOnce(&mut AnyConn) -> Result<T, E>,
    ) -> Result<T, E> {
        dialect::transaction(&mut *self.readers.get().map_err(Error::from)?, Begin::Snapshot, work)
    }

    /// Changes something, in one transaction. Once this returns `Ok`, the change is durable.
    pub fn write<T, E: From<Error>>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let now = self.clock.now();
        let mut conn = self.writers.get().map_err(Error::from)?;
        let mut changed = false;
        let value = dialect::transaction(&mut conn, Begin::Write, |conn| {
            let mut tx = Tx { conn, now, changed: Vec::new(), seats_number: None, marks: self.marks.clone() };
            let value = work(&mut tx)?;
            changed = tx.record_changes()? | tx.seats_number.is_some();
            Ok::<T, E>(value)
        })?;
        if changed {
            self.commits.send_modify(|count| *count += 1);
        }
        Ok(value)
    }
}

/// A writing transaction. Reads as a connection does.
pub struct Tx<'a> {
    conn: &'a mut AnyConn,
    now: DateTime<Utc>,
    changed: Vec<(Kind, i64)>,
    seats_number: Option<i64>,
    marks: Option<Arc<Vault>>,
}

impl Tx<'_> {
    /// The instant at which the transaction began.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The vault whose keys mark what is noted in the audit, if there is one.
    pub fn marks(&self) -> Option<Arc<Vault>> {
        self.marks.clone()
    }

    /// Waits for its turn where the same work may be done by several replicas at once, and repeating it is harmless
    /// only one after the other.
    pub fn take_turn(&mut self) -> Result<(), Error> {
        Ok(dialect::take_turn(self.conn)?)
    }

    /// Notes that an object changed. The statements of this floor call it; nobody else has to.
    fn changed(&mut self, kind: Kind, id: i64) {
        self.changed.push((kind, id));
    }

    /// The number under which this transaction moves seats.
    fn seats_number(&mut self) -> Result<i64, Error> {
        match self.seats_number {
            Some(number) => Ok(number),
            None => Ok(*self.seats_number.insert(dialect::seats_number(self.conn)?)),
        }
    }

    /// Writes the log of changes; says whether there were any.
    fn record_changes(&mut self) -> Result<bool, Error> {
        self.changed.sort_unstable();
        self.changed.dedup();
        changes::append(self.conn, &self.changed, self.now)?;
        Ok(!self.changed.is_empty())
    }
}

impl Deref for Tx<'_> {
    type Target = AnyConn;

    fn deref(&self) -> &AnyConn {
        self.conn
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut AnyConn {
        self.conn
    }
}

/// Failed connection attempts go to the log; the caller who waits gets an error of its own.
#[derive(Debug)]
struct LogErrors;

impl diesel::r2d2::HandleError<diesel::r2d2::Error> for LogErrors {
    fn handle_error(&self, error: diesel::r2d2::Error) {
        tracing::warn!(%error, "connection to the store failed");
    }
}
