//! Floor 3: use cases that change something. Each works within one transaction that its caller opens with
//! `db.write`, so that they compose; none calls out to the world.

pub mod bench_data;
pub mod catalogue;
pub mod programme;
pub mod seeds;

use crate::db;
use crate::domain::invalid::Invalid;

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was given breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Somebody else changed it in between.
    #[error("it was changed by somebody else meanwhile")]
    VersionConflict,
    /// A seed file that cannot be read.
    #[error("{file}: {reason}")]
    Seed {
        /// Which file, and which item of it.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The store failed.
    #[error(transparent)]
    Db(#[from] db::Error),
}
