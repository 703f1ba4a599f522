//! Connections: which store it is follows from the scheme of the URL, and nothing above this floor asks.

#![expect(missing_docs, reason = "the derived impls of MultiConnection carry none")]

use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2;

/// A connection to either store. Queries are written once against it.
#[derive(diesel::MultiConnection)]
pub enum AnyConn {
    /// SQLite, embedded.
    Sqlite(SqliteConnection),
    /// PostgreSQL.
    Postgres(PgConnection),
}

/// Where the store is.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// A file.
    Sqlite(PathBuf),
    /// A libpq connection string. It may hold a password, so it is never printed.
    Postgres(String),
}

impl Target {
    /// Reads a `sqlite://path` or `postgres://…` URL.
    pub fn parse(url: &str) -> Result<Self, String> {
        match url.split_once("://") {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(url.to_owned())),
            _ => Err("DATABASE_URL must be sqlite://PATH or postgres://USER@HOST/NAME".to_owned()),
        }
    }

    /// Makes the directory that an embedded store lies in.
    pub fn make_directory(&self) -> std::io::Result<()> {
        match self {
            Self::Sqlite(path) => path.parent().map_or(Ok(()), std::fs::create_dir_all),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Opens one connection, set up for our use.
    pub fn connect(&self) -> ConnectionResult<AnyConn> {
        match self {
            Self::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
                // WAL lets readers go on beside the one writer; FULL makes a commit durable before it is
                // acknowledged, through a power cut too.
                conn.batch_execute(
                    "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 4000;",
                )
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(AnyConn::Sqlite(conn))
            }
            Self::Postgres(url) => {
                let mut conn =
                    PgConnection::establish(&patient(url)).map_err(|error| discreet(error, url))?;
                conn.batch_execute(
                    "SET timezone = 'UTC'; SET statement_timeout = '30s'; SET lock_timeout = '10s'; \
                     SET idle_in_transaction_session_timeout = '60s';",
                )
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(AnyConn::Postgres(conn))
            }
        }
    }
}

/// The URL with bounds on waiting for a server that is gone without a word; what the URL says itself stays.
fn patient(url: &str) -> String {
    let mut url = url.to_owned();
    for (name, value) in [("connect_timeout", "5"), ("tcp_user_timeout", "10000"), ("keepalives_idle", "10")]
    {
        if !url.contains(name) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&format!("{name}={value}"));
        }
    }
    url
}

/// libpq quotes what it cannot read, which may be a part of the password: such a message is not passed on.
fn discreet(error: ConnectionError, url: &str) -> ConnectionError {
    let message = error.to_string();
    let authority = url.split("://").nth(1).and_then(|rest| rest.rsplit_once('@')).map(|(user, _)| user);
    let password = authority.and_then(|user| user.split_once(':')).map(|(_, password)| password);
    let told = password.is_some_and(|password| {
        password.split(['%', ' ']).any(|part| !part.is_empty() && message.contains(part))
    });
    if told || message.contains("://") || message.contains("percent-encoded") {
        return ConnectionError::BadConnection(
            "DATABASE_URL cannot be read; encode special characters as %XX".to_owned(),
        );
    }
    error
}

impl r2d2::ManageConnection for Target {
    type Connection = AnyConn;
    type Error = r2d2::Error;

    fn connect(&self) -> Result<AnyConn, r2d2::Error> {
        Self::connect(self).map_err(r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut AnyConn) -> Result<(), r2d2::Error> {
        conn.batch_execute("SELECT 1").map_err(r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut AnyConn) -> bool {
        std::thread::panicking() || r2d2::R2D2Connection::is_broken(conn)
    }
}
