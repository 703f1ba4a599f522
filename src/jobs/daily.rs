//! The day's chores: done at start and at each venue midnight. Repeating one is harmless, so every replica does
//! them all.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::accounts::Accounts;
use crate::app::accreditations::granting;
use crate::app::{self, checkins, programme, resources};
use crate::db::{
    self, AnyConn, Db, api_keys, changes, consents, idempotency_keys, imports, invitations, limits_used,
    logins, notices, signups, wechat_pushes,
};
use crate::domain::clock::Clock;
use crate::domain::consents::KEPT;
use crate::domain::imports::KEPT_DAYS;
use crate::domain::time;

/// How long changes are kept: a day longer than mirrors may stay away. Whoever is further behind starts over.
pub const CHANGES_KEPT_DAYS: i64 = 31;

/// How long notices are kept: those of a season can be looked up, and nobody's past is kept for ever.
pub const NOTICES_KEPT_DAYS: i64 = 180;

/// How long what is personal in sign-ups is kept after their session, as the privacy policy says.
pub const PERSONAL_KEPT_DAYS: i64 = 180;

/// How long keys of requests are known: 24 hours are promised.
const KEYS_KEPT_DAYS: i64 = 1;

/// How long an organisation reads of its API keys after they expired.
const KEYS_REMEMBERED_DAYS: i64 = 365;

/// How long pushes of WeChat's are known: it repeats one within a minute.
const PUSHES_KNOWN_DAYS: i64 = 2;

/// How often it is asked whether a new day began; also how soon a failed chore is tried again.
const TICK: Duration = Duration::from_secs(60);

/// What one day's chores did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// Sessions added to the sample programme.
    pub sessions: usize,
    /// Old changes deleted.
    pub purged: usize,
    /// Sign-ups of which nobody came.
    pub no_shows: usize,
    /// Entries of the directory that nobody confirmed for too long, put away.
    pub lapsed: usize,
    /// Accreditations of bases whose term ended.
    pub expired: usize,
}

/// Forgets what was shown once and kept for who asks for it again: a day after it was made. Blocks.
///
/// # Errors
/// If the store fails.
pub fn forget_shown(db: &Db, now: DateTime<Utc>) -> Result<(), db::Error> {
    let before = now - TimeDelta::days(KEYS_KEPT_DAYS);
    let any = |conn: &mut AnyConn| {
        Ok::<_, db::Error>(invitations::keeps_code(conn, before)? || api_keys::keeps_secret(conn, before)?)
    };
    if !db.read(any)? {
        return Ok(());
    }
    db.write(|tx| {
        invitations::forget_codes(tx, before)?;
        api_keys::forget_secrets(tx, before)
    })
}

/// Does the day's chores now: deletes old changes and notices, expired logins, keys of requests of yesterday, consents that
/// ended long ago, what is personal in sign-ups of half a year ago and what they used of limits, keeps the sample programme going, marks who did not come,
/// and puts away entries of the directory that nobody keeps current, and ends terms of bases. Blocks.
pub fn chores(db: &Db, samples: bool) -> Result<Done, app::Error> {
    let purged = db.write(|tx| {
        let before = tx.now() - TimeDelta::days(CHANGES_KEPT_DAYS);
        logins::purge(tx, tx.now())?;
        consents::purge(tx, tx.now() - KEPT)?;
        notices::purge(tx, tx.now() - TimeDelta::days(NOTICES_KEPT_DAYS))?;
        idempotency_keys::purge(tx, tx.now() - TimeDelta::days(KEYS_KEPT_DAYS))?;
        signups::forget_personal(tx, tx.now() - TimeDelta::days(PERSONAL_KEPT_DAYS))?;
        limits_used::purge(tx, tx.now() - TimeDelta::days(PERSONAL_KEPT_DAYS))?;
        invitations::purge(tx, tx.now())?;
        imports::purge(tx, tx.now() - TimeDelta::days(KEPT_DAYS))?;
        api_keys::purge(tx, tx.now() - TimeDelta::days(KEYS_REMEMBERED_DAYS))?;
        wechat_pushes::purge(tx, tx.now() - TimeDelta::days(PUSHES_KNOWN_DAYS))?;
        changes::purge(tx, before)
    })?;
    let no_shows = checkins::give_up(db)?;
    let lapsed = resources::lapse(db)?;
    let expired = granting::expire(db)?;
    let sessions = if samples { db.write(programme::top_up)? } else { 0 };
    Ok(Done { sessions, purged, no_shows, lapsed, expired })
}

/// Does the chores every day, for ever, and forgets what was shown within a minute of its day; also forgets persons who have been away for too long.
pub async fn run(db: Db, accounts: Accounts, clock: Arc<dyn Clock>, samples: bool) {
    let mut done_for = None;
    loop {
        let now = clock.now();
        let store = db.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || forget_shown(&store, now)).await {
            tracing::warn!(%error, "secrets that were shown could not be forgotten and will be");
        }
        let today = time::day_of(now);
        if done_for != Some(today) {
            let (db, accounts) = (db.clone(), accounts.clone());
            let all = move || Ok::<_, app::Error>((chores(&db, samples)?, accounts.erase_absent()?));
            match tokio::task::spawn_blocking(all).await {
                Ok(Ok((Done { sessions, purged, no_shows, lapsed, expired }, absent))) => {
                    tracing::info!(
                        sessions,
                        purged,
                        no_shows,
                        lapsed,
                        expired,
                        absent,
                        "the day's chores are done"
                    );
                    done_for = Some(today);
                }
                Ok(Err(error)) => tracing::warn!(%error, "the day's chores failed and will be tried again"),
                Err(panic) => {
                    tracing::error!(error = %panic, "the day's chores broke and will be tried again")
                }
            }
        }
        tokio::time::sleep(TICK).await;
    }
}
