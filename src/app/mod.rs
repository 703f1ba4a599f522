//! Floor 3: use cases that change something. Each works within one transaction that its caller opens with
//! `db.write`, so that they compose; those of [`accounts`], which handlers call, open their own. None calls out to the
//! world.

pub mod accounts;
pub mod bench_data;
pub mod catalogue;
pub mod desk;
pub mod favourites;
pub mod notices;
pub mod programme;
mod rooms;
pub mod seeds;
pub mod signups;
pub mod subscriptions;

use crate::db;
use crate::domain::access::CannotSign;
use crate::domain::invalid::Invalid;
use crate::domain::signups::refusal::Refusal;

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
    /// What is to be changed is not there.
    #[error("there is no such thing")]
    NotFound,
    /// A refresh token that is of no login, or of one that is over.
    #[error("the login is over")]
    LoginOver,
    /// A refresh token that was used before; its login has been ended.
    #[error("the refresh token was used before")]
    RefreshReused,
    /// A token cannot be signed: a fault of ours.
    #[error(transparent)]
    CannotSign(#[from] CannotSign),
    /// The login of who asks has ended.
    #[error("the login has ended")]
    LoginEnded,
    /// A sign-up is refused.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// More is asked than can be worked off; trying again later may help.
    #[error("too busy")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Db(#[from] db::Error),
}
