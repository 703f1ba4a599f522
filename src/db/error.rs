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
    /// Another transaction holds what this one needs, for too long; trying again later may help.
    #[error("locked: {0}")]
    Locked(String),
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

impl Error {
    /// What went wrong where rows were to be locked.
    pub(super) fn of_lock(error: Diesel) -> Self {
        match error.into() {
            // Diesel keeps PostgreSQL's codes to itself, and messages may be in any language.
            Self::Query(error) => Self::Locked(error.to_string()),
            Self::Unavailable(message) if message.contains("lock timeout") => Self::Locked(message),
            other => other,
        }
    }

    /// Whether this transaction was given up so that another, which it waited for and which waited for it, could go on: to
    /// try again at once will do.
    #[must_use]
    pub fn is_circle(&self) -> bool {
        matches!(self, Self::Unavailable(message) if message.contains(CIRCLE))
    }
}

impl From<Diesel> for Error {
    fn from(error: Diesel) -> Self {
        match error {
            // A server that goes away, or that has become a copy of another; two that cannot both be.
            Diesel::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ReadOnlyTransaction
                | DatabaseErrorKind::SerializationFailure,
                i,
            ) => Self::Unavailable(i.message().to_owned()),
            // The connection broke at the commit: whether it was made is not known, a repeat finds out.
            Diesel::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            Diesel::BrokenTransactionManager => Self::Unavailable(error.to_string()),
            Diesel::DatabaseError(
                DatabaseErrorKind::UniqueViolation
                | DatabaseErrorKind::ForeignKeyViolation
                | DatabaseErrorKind::CheckViolation
                | DatabaseErrorKind::NotNullViolation,
                info,
            ) => Self::Constraint(info.message().to_owned()),
            Diesel::DatabaseError(_, ref info) if passes(info.message()) => {
                Self::Unavailable(info.message().to_owned())
            }
            other => Self::Query(other),
        }
    }
}

/// What PostgreSQL says of transactions that wait for each other.
const CIRCLE: &str = "deadlock detected";

/// Whether a store that says so may well say otherwise in a moment: its writer is busy, or its disk is full; a lock was
/// waited for too long, or a circle of waiting was cut; it is being stopped. Diesel keeps PostgreSQL's codes to itself.
fn passes(message: &str) -> bool {
    const WORDS: [&str; 8] = [
        "database is locked",
        "database or disk is full",
        "lock timeout",
        "statement timeout",
        CIRCLE,
        "terminating connection",
        "the database system is",
        "server closed the connection",
    ];
    WORDS.iter().any(|words| message.contains(words))
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
