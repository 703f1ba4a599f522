//! Access tokens: who calls, for a quarter of an hour. They are JWTs signed with Ed25519, so that every replica can
//! tell a genuine one without asking the store. One key signs; those that signed before go on verifying until their
//! last token has ended.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::hidden::hidden;
use super::ids::{LoginId, PersonId, Random, random_bytes};
use super::key_text;

/// How long an access token is good for.
pub const LIFE: TimeDelta = TimeDelta::minutes(15);

/// The only algorithm: a token that names another is refused, whatever its signature.
const ALGORITHM: Algorithm = Algorithm::EdDSA;

/// What is longer is none of ours, and not worth taking apart.
const LONGEST: usize = 1024;

/// What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410 §7).
const PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

hidden! {
    /// An access token as it is sent.
    AccessToken;
}

/// Who calls: somebody, by one login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub person: PersonId,
    /// The login.
    pub login: LoginId,
}

/// Why an access token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// It was not signed by us, or not in our way.
    #[error("the token is not genuine")]
    NotGenuine,
    /// It was good once.
    #[error("the token has expired")]
    Expired,
}

/// A token could not be signed, which no input causes.
#[derive(Debug, thiserror::Error)]
#[error("an access token cannot be signed")]
pub struct CannotSign(#[source] jsonwebtoken::errors::Error);

/// The whole content of an access token: roles are read from the store on every call that needs them.
#[derive(Serialize, Deserialize)]
struct Claims {
    sub: PersonId,
    sid: LoginId,
    iat: i64,
    exp: i64,
}

/// A key that signs access tokens, or did.
#[derive(Clone)]
pub struct SigningKey {
    seed: [u8; 32],
    id: String,
    private: EncodingKey,
    public: DecodingKey,
}

impl SigningKey {
    /// A new key.
    pub fn fresh(random: &dyn Random) -> Self {
        Self::of(random_bytes(random))
    }

    /// Reads 32 random bytes in base64 (`openssl rand -base64 32`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        key_text::read(text).map(Self::of)
    }

    /// The key as [`SigningKey::parse`] reads it.
    #[must_use]
    pub fn expose(&self) -> String {
        key_text::write(&self.seed)
    }

    /// Its name (`kid`), which follows from its public half: two keys never share one.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    fn of(seed: [u8; 32]) -> Self {
        let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes();
        Self {
            seed,
            id: BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(public)[..8]),
            private: EncodingKey::from_ed_der(&[PKCS8.as_slice(), &seed].concat()),
            public: DecodingKey::from_ed_der(&public),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, ***)", self.id)
    }
}

/// The keys of a server: the first signs, all verify.
#[derive(Debug, Clone)]
pub struct Keys {
    all: Vec<SigningKey>,
    validation: Validation,
}

impl Keys {
    /// A server's keys; `None` if there is none.
    #[must_use]
    pub fn new(all: Vec<SigningKey>) -> Option<Self> {
        let mut validation = Validation::new(ALGORITHM);
        // The library would ask the machine what time it is; `verify` asks its caller.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        (!all.is_empty()).then_some(Self { all, validation })
    }

    /// Signs a token for a caller.
    ///
    /// # Errors
    /// [`CannotSign`], if the key is broken.
    pub fn issue(&self, caller: Caller, now: DateTime<Utc>) -> Result<AccessToken, CannotSign> {
        let key = &self.all[0];
        let header = Header { kid: Some(key.id.clone()), ..Header::new(ALGORITHM) };
        let (iat, exp) = (now.timestamp(), (now + LIFE).timestamp());
        let claims = Claims { sub: caller.person, sid: caller.login, iat, exp };
        jsonwebtoken::encode(&header, &claims, &key.private).map(AccessToken::from).map_err(CannotSign)
    }

    /// Whose token it is, if it is genuine and has not expired. Whether the login still stands only the store knows.
    ///
    /// # Errors
    /// [`Rejected`], if it is not to be taken.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Caller, Rejected> {
        let genuine = || {
            let header = (token.len() <= LONGEST).then(|| jsonwebtoken::decode_header(token).ok())??;
            let key = self.all.iter().find(|key| Some(&key.id) == header.kid.as_ref())?;
            jsonwebtoken::decode::<Claims>(token, &key.public, &self.validation).ok()
        };
        let claims = genuine().ok_or(Rejected::NotGenuine)?.claims;
        if now.timestamp() >= claims.exp {
            return Err(Rejected::Expired);
        }
        Ok(Caller { person: claims.sub, login: claims.sid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SystemRandom;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn caller() -> Caller {
        Caller { person: PersonId::from_slug("lan"), login: LoginId::from_slug("phone") }
    }

    #[test]
    fn a_token_is_good_for_a_quarter_of_an_hour() {
        let keys = Keys::new(vec![SigningKey::fresh(&SystemRandom)]).unwrap();
        let token = keys.issue(caller(), now()).unwrap();
        assert_eq!(keys.verify(token.expose(), now()), Ok(caller()));
        assert_eq!(keys.verify(token.expose(), now() + LIFE - TimeDelta::seconds(1)), Ok(caller()));
        assert_eq!(keys.verify(token.expose(), now() + LIFE), Err(Rejected::Expired));
    }

    #[test]
    fn a_key_that_signed_before_goes_on_verifying() {
        let [old, new] = [(); 2].map(|()| SigningKey::fresh(&SystemRandom));
        let before = Keys::new(vec![old.clone(), new.clone()]).unwrap();
        let after = Keys::new(vec![new.clone(), old]).unwrap();
        let end = Keys::new(vec![new]).unwrap();
        let (first, second) = (before.issue(caller(), now()).unwrap(), after.issue(caller(), now()).unwrap());
        for keys in [&before, &after] {
            assert_eq!(keys.verify(first.expose(), now()), Ok(caller()));
            assert_eq!(keys.verify(second.expose(), now()), Ok(caller()));
        }
        assert_eq!(end.verify(second.expose(), now()), Ok(caller()));
        assert_eq!(end.verify(first.expose(), now()), Err(Rejected::NotGenuine), "its key is gone");
    }

    #[test]
    fn a_key_is_read_as_it_is_written_and_never_printed() {
        let key = SigningKey::fresh(&SystemRandom);
        let standard = base64::prelude::BASE64_STANDARD.encode(key.seed);
        assert_eq!(SigningKey::parse(&key.expose()).unwrap().id(), key.id());
        let printed = format!("{key:?} {:?}", Keys::new(vec![key.clone()]));
        assert!(!printed.contains(&standard) && !printed.contains(&key.expose()), "{printed}");
    }
}
