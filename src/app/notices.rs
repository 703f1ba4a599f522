//! Notices: telling persons what happens to their sign-ups. What is written here in a caller's transaction is sent by
//! `jobs::sender` once that is committed.

pub mod agreements;
pub mod decided;
pub mod outbox;
pub mod scenes;

use chrono::{DateTime, Utc};

use crate::db::{self, Db, Tx, notices, sessions, signups};
use crate::domain::ids::SignupId;
use crate::domain::notices::{About, Notice, Purpose};

/// Tells persons something, in the caller's transaction. A reminder whose moment has passed is left out.
///
/// # Errors
/// If the store fails.
pub fn tell(tx: &mut Tx<'_>, all: &[Notice]) -> Result<(), db::Error> {
    let now = tx.now();
    notices::insert(tx, all.iter().filter(|notice| !notice.is_past(now)))
}

/// Tells those who have seats that their session is near: the day before, and the hour before. Who signed up later than
/// that knows. Says how many were told.
///
/// # Errors
/// If the store fails; those who were told before are.
pub fn remind(db: &Db, now: DateTime<Utc>) -> Result<usize, db::Error> {
    let mut told = 0;
    for (step, purpose) in (1..).zip([Purpose::DayBefore, Purpose::HourBefore]) {
        let ahead = purpose.ahead().unwrap_or_default();
        for session in db.read(|conn| signups::to_remind(conn, now, now + ahead, step))? {
            told += db.write(|tx| {
                let found = sessions::find(tx, &[session])?.remove(&session);
                let Some(start) = found.map(|session| session.start) else { return Ok(0) };
                if !signups::remind(tx, session, step)? {
                    return Ok(0);
                }
                let coming = signups::confirmed_before(tx, session, start - ahead)?;
                let notice = |(person, signup, event)| {
                    let about = About { event: Some(event), session: Some(session), signup: Some(signup) };
                    Notice::new(person, purpose, about)
                };
                let notices: Vec<Notice> = coming.into_iter().map(notice).collect();
                tell(tx, &notices)?;
                Ok::<_, db::Error>(notices.len())
            })?;
        }
    }
    Ok(told)
}

/// Drops the reminders of sign-ups that ended.
///
/// # Errors
/// If the store fails.
pub fn drop_reminders(tx: &mut Tx<'_>, signups: &[SignupId]) -> Result<(), db::Error> {
    notices::delete_reminders(tx, signups)
}
