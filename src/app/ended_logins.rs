//! Logins that ended a moment ago: what it takes to refuse somebody from memory without telling more than they may know.
//!
//! A full session refuses most of those who come, and none of them should cost a question to the store. But whoever has
//! logged out is told that, not how a session stands. An access token outlives its login by [`LIFE`] at most, so the logins
//! that ended within that are kept in mind: what this replica ends it knows at once, what others end it asks the store for,
//! at most once in [`EVERY`]. Only refusals that are public anyway rest on it: whatever reads or changes something asks the
//! store. Of a person whom another replica erased it knows nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use hashbrown::{HashMap, HashSet};

use super::Error;
use crate::db::{Db, logins};
use crate::domain::access::{Caller, LIFE};
use crate::domain::ids::{LoginId, PersonId};

/// How often the store is asked, if anybody is refused.
const EVERY: Duration = Duration::from_secs(1);

/// How much of what it told before the store is asked for again: a transaction may be committed later than it began.
const OVERLAP: Duration = Duration::from_secs(30);

/// Logins that ended within the life of an access token.
#[derive(Debug, Default)]
pub struct EndedLogins(Mutex<Known>);

/// By the machine's clock, not by the injected one, which may stand still (`KEPU_NOW`).
#[derive(Debug, Default)]
struct Known {
    logins: HashMap<LoginId, Instant>,
    erased: HashMap<PersonId, Instant>,
    asked: Option<Instant>,
    /// When what it told last was asked for.
    told: Option<Instant>,
}

impl EndedLogins {
    /// Whether a caller's login is known to have ended.
    pub fn includes(&self, caller: Caller) -> bool {
        let known = self.known();
        known.logins.contains_key(&caller.login) || known.erased.contains_key(&caller.person)
    }

    /// Whether the store is to be asked again, by [`learn`](Self::learn).
    pub fn is_due(&self) -> bool {
        self.known().asked.is_none_or(|asked| asked.elapsed() >= EVERY)
    }

    /// Asks the store which logins ended since it was asked before.
    ///
    /// # Errors
    /// If the store fails.
    pub fn learn(&self, db: &Db, now: DateTime<Utc>) -> Result<(), Error> {
        let (asked, life) = (Instant::now(), LIFE.to_std().unwrap_or_default());
        let told = {
            let mut known = self.known();
            known.asked = Some(asked);
            known.told
        };
        let span = told.map_or(life, |told| (asked.duration_since(told) + OVERLAP).min(life));
        let ended: HashSet<LoginId> = db.read(|conn| logins::ended_within(conn, now, span))?;
        let mut known = self.known();
        known.told = Some(asked);
        known.logins.extend(ended.into_iter().map(|login| (login, asked)));
        known.logins.retain(|_, since| since.elapsed() < life + OVERLAP);
        known.erased.retain(|_, since| since.elapsed() < life + OVERLAP);
        Ok(())
    }

    /// Notes that a login has ended.
    pub(super) fn note(&self, login: LoginId) {
        self.known().logins.insert(login, Instant::now());
    }

    /// Notes that somebody was erased, and all their logins with them.
    pub(super) fn note_erased(&self, person: PersonId) {
        self.known().erased.insert(person, Instant::now());
    }

    /// Notes that logins have ended, and that the store knows which.
    pub(super) fn ask_soon(&self) {
        self.known().asked = None;
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_here_is_known_at_once() {
        let caller = |name: &str, login: &str| Caller {
            person: PersonId::from_slug(name),
            login: LoginId::from_slug(login),
        };
        let (phone, tablet, ming) =
            (caller("lan", "phone"), caller("lan", "tablet"), caller("ming", "phone of ming"));
        let ended = EndedLogins::default();
        assert!(ended.is_due() && !ended.includes(phone));
        ended.note(phone.login);
        assert!(ended.includes(phone) && !ended.includes(tablet));
        ended.note_erased(ming.person);
        assert!(ended.includes(ming) && !ended.includes(tablet));
    }
}
