//! What WeChat pushes: whether it comes from WeChat, and what it says.
//!
//! In plain mode the query's `signature` is all there is: it covers token, time and nonce, not the body. In
//! secure mode the body is encrypted and `msg_signature` covers it. Pushes are JSON or XML, as the console says. They
//! are repeated until they are answered within five seconds: whoever acts on one has to expect it twice.

mod document;
pub mod events;

use std::fmt;

use aes::Aes256;
use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockDecryptMut, KeyIvInit};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

use crate::domain::hidden::hidden;
use crate::domain::wechat::AppId;

/// The largest padding of WeChat's own kind, a block of 32 bytes; AES has 16.
const BLOCK: usize = 32;
/// Random bytes before the text, and then its length.
const RANDOM: usize = 16;
const LENGTH: usize = 4;

/// How a mini-program's pushes are known and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushSettings {
    /// The word by which they are known.
    pub token: PushToken,
    /// The key of secure mode, if that is chosen.
    pub key: Option<PushKey>,
}

hidden! {
    /// The word shared with WeChat's console, by which a push is known to be WeChat's.
    PushToken;
}

/// The key of secure mode (EncodingAESKey).
#[derive(Clone, PartialEq, Eq)]
pub struct PushKey([u8; 32]);

/// The query of a push.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Signed {
    /// Seconds since 1970, as text.
    pub timestamp: String,
    /// A word that is used once.
    pub nonce: String,
    /// Over token, time and nonce.
    pub signature: String,
    /// Over the encrypted body too; absent in plain mode.
    pub msg_signature: Option<String>,
}

/// Why a push is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// The signature is not WeChat's.
    #[error("the signature is wrong")]
    Signature,
    /// It is encrypted for another key, or not as documented.
    #[error("it cannot be decrypted")]
    Cipher,
    /// It is another mini-program's.
    #[error("it is another mini-program's")]
    App,
    /// In secure mode, a body that is not encrypted.
    #[error("it is not encrypted, though there is a key")]
    Plain,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "Encrypt")]
    encrypt: String,
}

impl PushToken {
    /// Reads the word as the console takes it: 3 to 32 letters and digits.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let sound = (3..=32).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        sound.then(|| Self::from(word))
    }
}

impl PushKey {
    /// Reads the 43 letters that the console shows; `None` if they are no key.
    #[must_use]
    pub fn parse(letters: &str) -> Option<Self> {
        // 43 letters hold two bits more than 32 bytes, and the console does not clear them.
        let lenient = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
        let bytes = GeneralPurpose::new(&ALPHABET, lenient).decode(format!("{letters}=")).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// Decrypts what was encrypted for a mini-program.
    ///
    /// # Errors
    /// [`Unread::Cipher`] or [`Unread::App`].
    pub fn decrypt(&self, encrypted: &str, app: &AppId) -> Result<Vec<u8>, Unread> {
        let mut bytes = STANDARD.decode(encrypted).map_err(|_letters| Unread::Cipher)?;
        let iv = self.0.first_chunk::<16>().ok_or(Unread::Cipher)?;
        let decryptor = cbc::Decryptor::<Aes256>::new(&self.0.into(), iv.into());
        let padded =
            decryptor.decrypt_padded_mut::<NoPadding>(&mut bytes).map_err(|_length| Unread::Cipher)?;
        let (text, whose) = unpack(padded).ok_or(Unread::Cipher)?;
        if whose != app.as_str().as_bytes() {
            return Err(Unread::App);
        }
        Ok(text.to_vec())
    }
}

impl fmt::Debug for PushKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushKey(***)")
    }
}

/// Takes the padding away and splits the rest into the text and the id of whose it is.
fn unpack(padded: &[u8]) -> Option<(&[u8], &[u8])> {
    let padding = usize::from(*padded.last()?);
    if !(1..=BLOCK).contains(&padding) {
        return None;
    }
    let bare = padded.get(..padded.len().checked_sub(padding)?)?;
    let (_, rest) = bare.split_at_checked(RANDOM)?;
    let (length, rest) = rest.split_first_chunk::<LENGTH>()?;
    rest.split_at_checked(u32::from_be_bytes(*length).try_into().ok()?)
}

impl Signed {
    /// When WeChat says that it sent this; `None` if it does not say so.
    #[must_use]
    pub fn at(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.timestamp.parse().ok()?, 0)
    }

    /// Whether WeChat sent this query: all that plain mode and the check of an address offer.
    #[must_use]
    pub fn is_from_wechat(&self, token: &PushToken) -> bool {
        same(&signature(&[token.expose(), &self.timestamp, &self.nonce]), &self.signature)
    }

    /// Reads a body: as it is in plain mode, decrypted where there is a key.
    ///
    /// # Errors
    /// Whatever keeps it from being WeChat's word to this mini-program.
    pub fn open(
        &self,
        token: &PushToken,
        key: Option<&PushKey>,
        app: &AppId,
        body: &[u8],
    ) -> Result<Vec<u8>, Unread> {
        let Some(key) = key else {
            return if self.is_from_wechat(token) { Ok(body.to_vec()) } else { Err(Unread::Signature) };
        };
        let envelope = document::read(body).and_then(serde_json::from_value);
        let Envelope { encrypt } = envelope.map_err(|_other| Unread::Plain)?;
        let expected = signature(&[token.expose(), &self.timestamp, &self.nonce, &encrypt]);
        if !self.msg_signature.as_deref().is_some_and(|given| same(&expected, given)) {
            return Err(Unread::Signature);
        }
        key.decrypt(&encrypt, app)
    }
}

/// SHA-1 over the parts, sorted and joined, in lower-case hexadecimal.
fn signature(parts: &[&str]) -> String {
    let mut sorted = parts.to_vec();
    sorted.sort_unstable();
    let hash = sorted.iter().fold(Sha1::new(), |hash, part| hash.chain_update(part)).finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares in a time that tells nothing of where the difference is.
fn same(expected: &str, given: &str) -> bool {
    expected.as_bytes().ct_eq(given.as_bytes()).into()
}

#[cfg(test)]
mod tests;
