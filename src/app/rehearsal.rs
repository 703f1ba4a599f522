//! Dry runs: the same work as in earnest, rolled back, so that what they say is what would happen.

use super::Error;
use crate::db::{self, Db, Tx};

/// Whether something is done, or only tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// It is done.
    Earnest,
    /// It is done and undone: nobody else sees it.
    Dry,
}

impl Run {
    /// Dry, if `dry`.
    #[must_use]
    pub fn of(dry: bool) -> Self {
        if dry { Self::Dry } else { Self::Earnest }
    }
}

/// Why a transaction was rolled back.
enum Back<T> {
    Rehearsed(T),
    Failed(Error),
}

impl<T> From<db::Error> for Back<T> {
    fn from(error: db::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Works in one transaction, which a dry run rolls back.
///
/// # Errors
/// Those of the work.
pub(super) fn run<T>(
    db: &Db,
    run: Run,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let done = db.write(|tx| {
        let done = work(tx).map_err(Back::Failed)?;
        if run == Run::Dry { Err(Back::Rehearsed(done)) } else { Ok(done) }
    });
    match done {
        Ok(done) | Err(Back::Rehearsed(done)) => Ok(done),
        Err(Back::Failed(error)) => Err(error),
    }
}
