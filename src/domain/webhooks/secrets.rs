//! How a receiver knows that it is told by us: as <https://www.standardwebhooks.com> has it, for which there are libraries
//! in most languages. Signed are the delivery's id, the moment of sending and the body, so that none of them can be changed,
//! and nothing that was overheard can be sent again later.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;

use crate::domain::hidden::hidden;
use crate::domain::ids::{Random, random_bytes};

hidden! {
    /// A secret that an endpoint shares with us: `whsec_`, then 32 random bytes in base64.
    Secret;
}

/// How a secret begins, so that it is known for one wherever it is found.
const PREFIX: &str = "whsec_";

/// The way of signing, as it stands before each signature.
const WAY: &str = "v1";

/// For how many seconds before and after the moment of sending a receiver should take a delivery, as docs/webhooks.md tells
/// receivers; a test holds the page to it.
pub const REPLAY_WINDOW_SECONDS: i64 = 300;

impl Secret {
    /// A new secret.
    pub fn fresh(random: &dyn Random) -> Self {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(random_bytes::<32>(random))).into()
    }

    fn key(&self) -> hmac::Key {
        let text = self.expose();
        let bytes = text.strip_prefix(PREFIX).and_then(|text| BASE64_STANDARD.decode(text).ok());
        hmac::Key::new(hmac::HMAC_SHA256, &bytes.unwrap_or_else(|| text.as_bytes().to_vec()))
    }
}

/// The signatures of a message by each of these secrets, separated by spaces. `sent` is in seconds of the Unix epoch.
#[must_use]
pub fn sign(secrets: &[Secret], id: &str, sent: i64, body: &str) -> String {
    let message = format!("{id}.{sent}.{body}");
    let sign = |secret: &Secret| {
        let tag = hmac::sign(&secret.key(), message.as_bytes());
        format!("{WAY},{}", BASE64_STANDARD.encode(tag))
    };
    secrets.iter().map(sign).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SystemRandom;

    /// The example of the specification's own libraries.
    #[test]
    fn a_signature_is_what_the_standards_libraries_expect() {
        let secret = Secret::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed =
            sign(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn two_secrets_sign_side_by_side_and_none_is_printed() {
        let secrets = [(); 2].map(|()| Secret::fresh(&SystemRandom));
        let both = sign(&secrets, "a", 1, "{}");
        let each: Vec<_> = secrets.iter().map(|one| sign(std::slice::from_ref(one), "a", 1, "{}")).collect();
        assert_eq!(both, each.join(" "));
        assert_ne!(each[0], each[1]);
        assert_eq!(format!("{:?}", secrets[0]), "Secret(***)");
        for other in
            [sign(&secrets, "b", 1, "{}"), sign(&secrets, "a", 2, "{}"), sign(&secrets, "a", 1, "{ }")]
        {
            assert_ne!(other, both);
        }
    }
}
