//! What stands for a value that has to be found again: the same value has the same pseudonym, which without the key
//! tells nothing of it and cannot be found by trying.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::hmac;

use crate::domain::ids::{Random, random_bytes};
use crate::domain::key_text;

/// Bytes of a pseudonym: two of a thousand million values share one with a chance below 10⁻²⁰.
const LENGTH: usize = 16;

/// A key of pseudonyms. It cannot be changed: nobody would be found any more.
#[derive(Clone)]
pub struct Pseudonyms(hmac::Key);

impl Pseudonyms {
    /// A new key as [`Pseudonyms::parse`] reads it.
    pub fn fresh(random: &dyn Random) -> String {
        key_text::write(&random_bytes(random))
    }

    /// Reads 32 random bytes in base64 (`openssl rand -base64 32`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(hmac::Key::new(hmac::HMAC_SHA256, &key_text::read(text)?)))
    }

    /// The pseudonym of a value: 22 characters of letters, digits, `-` and `_`. The same value has another one for
    /// another purpose, so that what is known for one tells nothing of others.
    #[must_use]
    pub fn blind(&self, purpose: &'static str, value: &str) -> String {
        let mut message = hmac::Context::with_key(&self.0);
        // No purpose holds a NUL, so purpose and value cannot run together.
        for part in [purpose, "\0", value] {
            message.update(part.as_bytes());
        }
        BASE64_URL_SAFE_NO_PAD.encode(&message.sign().as_ref()[..LENGTH])
    }
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonyms(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SystemRandom;

    /// printf 'openid\0o-lan' | openssl dgst -sha256 -hmac 'key of tests, known to everybody', its first 16 bytes.
    #[test]
    fn a_pseudonym_never_changes() {
        let known = Pseudonyms::parse("a2V5IG9mIHRlc3RzLCBrbm93biB0byBldmVyeWJvZHk=").unwrap();
        assert_eq!(known.blind("openid", "o-lan"), "jof9RJOGmpOYfCWXej8jMQ");
    }

    #[test]
    fn key_purpose_and_value_all_count() {
        let [one, other] = [(); 2].map(|()| Pseudonyms::parse(&Pseudonyms::fresh(&SystemRandom)).unwrap());
        let pseudonym = one.blind("openid", "o-lan");
        assert_eq!((pseudonym.len(), &one.blind("openid", "o-lan")), (22, &pseudonym));
        for another in [
            other.blind("openid", "o-lan"),
            one.blind("unionid", "o-lan"),
            one.blind("openid", "o-ming"),
            one.blind("openid\0o", "-lan"),
        ] {
            assert_ne!(another, pseudonym);
        }
        assert_eq!(format!("{one:?}"), "Pseudonyms(***)");
    }
}
