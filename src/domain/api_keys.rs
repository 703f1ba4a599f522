//! Keys by which the systems of partners act for an organisation (`X-Api-Key`): `kepu_`, the key's id, `_` and a secret.
//! The store has a hash of the secret, which is random, so that a fast hash does.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::ids::{ApiKeyId, OrganisationId, PersonId};
use super::words::words;

/// For how many days a key is good unless it says otherwise.
pub const DAYS: u16 = 365;

/// For how many days a key is good at most.
pub const MOST_DAYS: u16 = 730;

/// How many keys of an organisation may be good at a time.
pub const MOST: usize = 20;

/// The longest name of a key, in characters.
pub const LONGEST_NAME: usize = 50;

/// How exactly it is kept when a key was last used: not every request is to write.
pub const USE_KEPT: TimeDelta = TimeDelta::minutes(10);

const MARK: &str = "kepu_";

words! {
    /// What a key may do; each stands for itself.
    Scope {
        /// Reads what the organisation is writing: events with their sessions.
        EventsRead = "events:read",
        /// Writes and submits it, and changes sessions.
        EventsWrite = "events:write",
    }
}

/// A key as a partner's system sends it.
#[derive(Clone, PartialEq, Eq)]
pub struct GivenKey {
    /// Which one.
    pub id: ApiKeyId,
    secret: String,
}

/// A text that is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is kepu_, an id, _ and a secret")]
pub struct NotAKey;

/// A key as its organisation reads of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// For which organisation it acts.
    pub organisation: OrganisationId,
    /// What its organisation calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Who made it, and so has seen it; absent where that is not known any more.
    pub by: Option<PersonId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to some minutes.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl GivenKey {
    /// The key of an id with a secret.
    #[must_use]
    pub fn new(id: ApiKeyId, secret: String) -> Self {
        Self { id, secret }
    }

    /// The key as it is sent.
    #[must_use]
    pub fn expose(&self) -> String {
        format!("{MARK}{}_{}", self.id, self.secret)
    }

    /// By what the store knows the secret.
    #[must_use]
    pub fn secret_hash(&self) -> String {
        let hash = Sha256::new_with_prefix("api key\0").chain_update(&self.secret);
        BASE64_URL_SAFE_NO_PAD.encode(hash.finalize())
    }

    /// Whether the secret is the one of this hash. How long that takes tells nothing: nobody can choose what a hash
    /// begins with.
    #[must_use]
    pub fn is_of(&self, hash: &str) -> bool {
        self.secret_hash() == hash
    }
}

/// The beginning by which people tell keys apart.
#[must_use]
pub fn prefix(id: ApiKeyId) -> String {
    format!("{MARK}{id}")
}

impl FromStr for GivenKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let key = || {
            let (id, secret) = text.strip_prefix(MARK)?.split_once('_')?;
            Some(Self { id: id.parse().ok()?, secret: secret.to_owned() })
        };
        key().ok_or(NotAKey)
    }
}

impl fmt::Debug for GivenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GivenKey({}, ***)", self.id)
    }
}

impl ApiKey {
    /// Whether it is good at `now`.
    #[must_use]
    pub fn is_good(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written_and_never_printed() {
        let key = GivenKey::new(ApiKeyId::from_slug("a"), "se-cr_et".into());
        assert_eq!(key.expose().parse(), Ok(key.clone()));
        assert!(key.expose().starts_with(&prefix(key.id)));
        assert!(!format!("{key:?}").contains("se-cr_et"));
        for wrong in ["", "kepu_", "kepu_x_secret", "secret", "kepu_0000000000001"] {
            assert_eq!(wrong.parse::<GivenKey>(), Err(NotAKey), "{wrong}");
        }
    }

    #[test]
    fn only_its_own_secret_is_of_a_hash() {
        let id = ApiKeyId::from_slug("a");
        let [one, other] = ["one", "other"].map(|secret| GivenKey::new(id, secret.into()));
        assert!(one.is_of(&one.secret_hash()) && !other.is_of(&one.secret_hash()) && !one.is_of(""));
    }
}
