//! Notices: telling persons what happens to their sign-ups. What is written here in a caller's transaction is sent by
//! `jobs::sender` once that is committed.

pub mod agreements;
pub mod outbox;
pub mod scenes;

use crate::db::{self, Tx, notices};
use crate::domain::ids::SignupId;
use crate::domain::notices::Notice;

/// Tells persons something, in the caller's transaction. A reminder whose moment has passed is left out.
///
/// # Errors
/// If the store fails.
pub fn tell(tx: &mut Tx<'_>, all: &[Notice]) -> Result<(), db::Error> {
    let now = tx.now();
    notices::insert(tx, all.iter().filter(|notice| !notice.is_past(now)))
}

/// Drops the reminders of sign-ups that ended.
///
/// # Errors
/// If the store fails.
pub fn drop_reminders(tx: &mut Tx<'_>, signups: &[SignupId]) -> Result<(), db::Error> {
    notices::delete_reminders(tx, signups)
}
