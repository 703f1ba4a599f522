//! Logins known to stand: what it takes to refuse somebody from memory without telling more than they may know.
//!
//! A full session refuses most of those who come, and none of them should cost a question to the store. But whoever has
//! logged out is told that, not how a session stands. So a login that the store was asked about is believed for
//! [`BELIEVED`]; one that this replica ends is forgotten at once, one that another ends a moment later. Only refusals that
//! are public anyway rest on it: whatever reads or changes something asks the store.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hashbrown::HashMap;

use crate::domain::ids::LoginId;

/// For how long a login is believed to stand.
const BELIEVED: Duration = Duration::from_secs(5);

/// Logins remembered at most: some 5 MB.
const REMEMBERED: usize = 100_000;

/// Logins that the store was asked about a moment ago.
#[derive(Debug, Default)]
pub struct Standing(Mutex<HashMap<LoginId, Instant>>);

impl Standing {
    /// Whether a login stood a moment ago. Not by the injected clock: one that is set (`KEPU_NOW`) would believe for ever.
    pub fn knows(&self, login: LoginId) -> bool {
        let logins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        logins.get(&login).is_some_and(|asked| asked.elapsed() < BELIEVED)
    }

    /// Remembers that a login stood at an instant.
    pub(super) fn remember(&self, login: LoginId, asked: Instant) {
        let mut logins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if logins.len() >= REMEMBERED {
            logins.retain(|_, asked| asked.elapsed() < BELIEVED);
        }
        if logins.len() < REMEMBERED {
            logins.insert(login, asked);
        }
    }

    /// Believes nothing of a login any more: it has ended.
    pub(super) fn forget(&self, login: LoginId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&login);
    }

    /// Believes nothing any more: several logins of somebody have ended.
    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_believed_for_a_moment_and_not_once_it_ended() {
        let [lan, ming] = ["lan", "ming"].map(LoginId::from_slug);
        let standing = Standing::default();
        let now = Instant::now();
        standing.remember(lan, now);
        assert!(standing.knows(lan) && !standing.knows(ming));
        standing.forget(lan);
        assert!(!standing.knows(lan));
        if let Some(before) = now.checked_sub(BELIEVED) {
            standing.remember(lan, before);
            assert!(!standing.knows(lan), "it is asked about again");
        }
        standing.remember(ming, now);
        standing.clear();
        assert!(!standing.knows(ming));
    }
}
