//! What can go wrong with the store, told apart by what a caller can do about it.

use diesel::ConnectionError;
use diesel::result::{DatabaseErrorKind, Error as Diesel};

use crate::domain::sealing;

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store cannot be reached, or is too busy; trying again later may help.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// A constraint refused the change.
    #[error("the change breaks a constraint: {0}")]
    Constraint(String),
    /// A row that this program cannot have written.
    #[error("{kind} {id} cannot be read: {source}")]
    Corrupt {
        /// Its kind.
        kind: &'static str,
        /// Its id.
        id: i64,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A personal field that cannot be sealed or opened.
    #[error(transparent)]
    Sealing(#[from] sealing::Error),
    /// Migrations could not be run.
    #[error("migration: {0}")]
    Migration(String),
    /// Anything else: a fault of ours.
    #[error(transparent)]
    Query(Diesel),
}

impl From<Diesel> for Error {
    fn from(error: Diesel) -> Self {
        match error {
            Diesel::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                i,
            ) => Self::Unavailable(i.message().to_owned()),
            Diesel::DatabaseError(
                DatabaseErrorKind::UniqueViolation
                | DatabaseErrorKind::ForeignKeyViolation
                | DatabaseErrorKind::CheckViolation
                | DatabaseErrorKind::NotNullViolation,
                info,
            ) => Self::Constraint(info.message().to_owned()),
            Diesel::DatabaseError(_, ref info) if info.message() == "database is locked" => {
                Self::Unavailable(info.message().to_owned())
            }
            // PostgreSQL says so where a lock was waited for too long, or a circle of waiting was cut.
            Diesel::DatabaseError(_, ref info)
                if info.message().contains("lock timeout")
                    || info.message().contains("deadlock detected") =>
            {
                Self::Unavailable(info.message().to_owned())
            }
            other => Self::Query(other),
        }
    }
}

impl From<diesel::r2d2::PoolError> for Error {
    fn from(error: diesel::r2d2::PoolError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<ConnectionError> for Error {
    fn from(error: ConnectionError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
