//! Logins, and the refresh tokens by which they go on.
//!
//! A refresh token has two parts: the family, the same from the first token of a login to the last, and a secret that is
//! good for one use. Of both the store knows hashes only. A secret that was used before, though it is not the one just
//! replaced, tells that two hold what one was given: then the login ends for both.
//!
//! The answer to a refresh can be lost, and an app can refresh twice at once: so the secret just replaced is good for
//! [`REPEAT`] more, and yields *the same* next one. That is worked out from the replaced secret, which only its holder
//! has, and a number drawn at the first use, which only the store has.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::access::Caller;
use super::ids::{Random, random_bytes};

/// How long a login stands without being used.
pub const LIFE: TimeDelta = TimeDelta::days(60);

/// For how long a use is repeated rather than taken for a theft: what a phone waits for an answer, and tries again.
pub const REPEAT: TimeDelta = TimeDelta::seconds(30);

const FAMILY: usize = 16;
const SECRET: usize = 32;

/// A refresh token.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    family: [u8; FAMILY],
    secret: [u8; SECRET],
}

/// A text that is no [`RefreshToken`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a refresh token is 64 characters of base64")]
pub struct NotARefreshToken;

impl RefreshToken {
    /// The first token of a new login.
    pub fn fresh(random: &dyn Random) -> Self {
        Self { family: random_bytes(random), secret: random_bytes(random) }
    }

    /// The token as it is sent: 64 characters of URL-safe base64.
    #[must_use]
    pub fn expose(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode([self.family.as_slice(), &self.secret].concat())
    }

    /// By what the store finds the login.
    #[must_use]
    pub fn family_hash(&self) -> String {
        hash("family", &[&self.family])
    }

    /// By what the store tells this token from others of the login.
    #[must_use]
    pub fn secret_hash(&self) -> String {
        hash("secret", &[&self.secret])
    }

    /// The token after this one, where the store drew `salt`.
    #[must_use]
    pub fn next(&self, salt: &str) -> Self {
        Self { family: self.family, secret: digest("next", &[&self.secret, salt.as_bytes()]) }
    }
}

/// A number drawn when a token is replaced, as the store keeps it.
pub fn fresh_salt(random: &dyn Random) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<SECRET>(random))
}

/// What is hashed has a fixed length, but for the last part.
fn digest(purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let start = Sha256::new_with_prefix(purpose);
    parts.iter().fold(start, |hash, part| hash.chain_update(part)).finalize().into()
}

fn hash(purpose: &str, parts: &[&[u8]]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(digest(purpose, parts))
}

impl FromStr for RefreshToken {
    type Err = NotARefreshToken;

    fn from_str(text: &str) -> Result<Self, NotARefreshToken> {
        let read = || {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
            let (family, secret) = bytes.split_at_checked(FAMILY)?;
            Some(Self { family: family.try_into().ok()?, secret: secret.try_into().ok()? })
        };
        read().ok_or(NotARefreshToken)
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(***)")
    }
}

/// A login, as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Whose it is, and its id.
    pub caller: Caller,
    /// Hash of the secret that is good.
    pub secret_hash: String,
    /// The secret that was good before.
    pub replaced: Option<Replaced>,
    /// Until when it stands, unless it is used.
    pub expires_at: DateTime<Utc>,
    /// When it was ended, by its owner or for safety.
    pub ended_at: Option<DateTime<Utc>>,
}

/// A secret that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Its hash.
    pub secret_hash: String,
    /// What was drawn then.
    pub salt: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a refresh token that is presented means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is good, and now to be replaced.
    Good,
    /// It was used just now; this token came of it.
    Repeated(RefreshToken),
    /// It was used before, so two hold it: the login is to end.
    Reused,
    /// The login has ended or expired.
    Over,
}

impl Login {
    /// What `token`, which is of this login's family, means now.
    #[must_use]
    pub fn judge(&self, token: &RefreshToken, now: DateTime<Utc>) -> Verdict {
        if self.ended_at.is_some() || now >= self.expires_at {
            return Verdict::Over;
        }
        let hash = token.secret_hash();
        if hash == self.secret_hash {
            return Verdict::Good;
        }
        match &self.replaced {
            Some(replaced) if replaced.secret_hash == hash && now - replaced.at <= REPEAT => {
                Verdict::Repeated(token.next(&replaced.salt))
            }
            _ => Verdict::Reused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{LoginId, PersonId, SystemRandom};

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    /// A login whose first token was just replaced by its second.
    fn refreshed() -> (Login, RefreshToken, RefreshToken) {
        let first = RefreshToken::fresh(&SystemRandom);
        let salt = fresh_salt(&SystemRandom);
        let second = first.next(&salt);
        let login = Login {
            caller: Caller { person: PersonId::from_slug("lan"), login: LoginId::from_slug("phone") },
            secret_hash: second.secret_hash(),
            replaced: Some(Replaced { secret_hash: first.secret_hash(), salt, at: now() }),
            expires_at: now() + LIFE,
            ended_at: None,
        };
        (login, first, second)
    }

    #[test]
    fn a_token_is_read_as_it_is_written_and_never_printed() {
        let token = RefreshToken::fresh(&SystemRandom);
        let text = token.expose();
        assert_eq!((text.len(), text.parse()), (64, Ok(token.clone())));
        assert!(!format!("{token:?}").contains(&text));
        for text in ["", "a", &text[1..], &format!("{text}AAAA"), &text.replace(|_| true, "!")] {
            assert_eq!(text.parse::<RefreshToken>(), Err(NotARefreshToken), "{text}");
        }
    }

    #[test]
    fn a_repeat_yields_the_same_token_and_a_late_one_ends_the_login() {
        let (login, first, second) = refreshed();
        assert_eq!(login.judge(&second, now()), Verdict::Good);
        assert_eq!(login.judge(&first, now() + REPEAT), Verdict::Repeated(second.clone()));
        assert_eq!(login.judge(&first, now() + REPEAT + TimeDelta::seconds(1)), Verdict::Reused);
        let other = second.next("another salt");
        assert_eq!(login.judge(&other, now()), Verdict::Reused);
        assert_eq!(other.family_hash(), first.family_hash(), "it is known all the same");
    }

    #[test]
    fn nothing_opens_a_login_that_is_over() {
        let (login, first, second) = refreshed();
        for token in [&first, &second] {
            assert_eq!(login.judge(token, now() + LIFE), Verdict::Over);
            let ended = Login { ended_at: Some(now()), ..login.clone() };
            assert_eq!(ended.judge(token, now()), Verdict::Over);
        }
    }
}
