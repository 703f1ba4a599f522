//! AES-256-GCM with keys that can be changed.
//!
//! A sealed field is `1`, four characters that name the key, and in base64 a random nonce of 12 bytes, the ciphertext
//! and a tag of 16 bytes. Nonces are random, so a key is good for 2³² fields (NIST SP 800-38D §8.3): change it sooner.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::error::Unspecified;
use sha2::{Digest, Sha256};

use super::{Error, Opened, Place, Sealed};
use crate::domain::ids::{Random, random_bytes};
use crate::domain::key_text;

/// The way of sealing, as the first character of each field says it.
const WAY: char = '1';

/// How many characters of a sealed field say how it was sealed: the way, and the name of the key.
pub const MARK: usize = 5;

/// A key that seals fields, or did.
#[derive(Clone)]
pub struct DataKey {
    mark: String,
    cipher: LessSafeKey,
}

impl DataKey {
    /// A new key as [`DataKey::parse`] reads it.
    pub fn fresh(random: &dyn Random) -> String {
        key_text::write(&random_bytes(random))
    }

    /// Reads 32 random bytes in base64 (`openssl rand -base64 32`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = key_text::read(text)?;
        let hash = Sha256::new_with_prefix("data key").chain_update(bytes).finalize();
        let mark = format!("{WAY}{}", BASE64_URL_SAFE_NO_PAD.encode(&hash[..3]));
        let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes).ok()?);
        Some(Self { mark, cipher })
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({}, ***)", self.mark)
    }
}

/// The keys of fields: the first seals, all open.
#[derive(Debug, Clone)]
pub struct Keyring(Vec<DataKey>);

impl Keyring {
    /// A ring of keys; `None` if there is none, or two have one name: the same key twice, or chance.
    #[must_use]
    pub fn new(keys: Vec<DataKey>) -> Option<Self> {
        let named_twice = |at: usize| keys[..at].iter().any(|other| other.mark == keys[at].mark);
        let sound = !keys.is_empty() && !(1..keys.len()).any(named_twice);
        sound.then_some(Self(keys))
    }

    /// Seals a field for its place.
    ///
    /// # Errors
    /// [`Error::CannotSeal`] if it is longer than any field is.
    pub fn seal(&self, place: Place, plain: &str, random: &dyn Random) -> Result<Sealed, Error> {
        let key = &self.0[0];
        let nonce = random_bytes(random);
        let sealed = encrypt(&key.cipher, nonce, bound(&key.mark, place).as_bytes(), plain.as_bytes())
            .map_err(|Unspecified| Error::CannotSeal(place))?;
        let body = BASE64_URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat());
        Ok(Sealed(format!("{}{body}", key.mark)))
    }

    /// Opens the field that stands in a place.
    ///
    /// # Errors
    /// [`Error::KeyMissing`] if it was sealed with a key that is not on the ring; [`Error::CannotOpen`] if it was changed
    /// or moved.
    pub fn open(&self, place: Place, sealed: &str) -> Result<Opened, Error> {
        let cannot = || Error::CannotOpen(place);
        let (mark, body) = sealed.split_at_checked(MARK).ok_or_else(cannot)?;
        let key = self.0.iter().find(|key| key.mark == mark);
        let key = key.ok_or_else(|| Error::KeyMissing { place, mark: mark.to_owned() })?;
        let opened = || {
            let body = BASE64_URL_SAFE_NO_PAD.decode(body).ok()?;
            let (nonce, sealed) = body.split_first_chunk()?;
            let plain = decrypt(&key.cipher, *nonce, bound(mark, place).as_bytes(), sealed).ok()?;
            String::from_utf8(plain).ok()
        };
        opened().map(Opened::from).ok_or_else(cannot)
    }

    /// Whether a field was sealed with the key that seals now.
    #[must_use]
    pub fn is_current(&self, sealed: &str) -> bool {
        sealed.starts_with(&self.0[0].mark)
    }

    /// The marks of the keys, the first of which seals.
    pub fn marks(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|key| key.mark.as_str())
    }
}

/// What is not encrypted and yet cannot be changed. No name holds a NUL, so two places never read alike.
fn bound(mark: &str, Place { table, column, row }: Place) -> String {
    format!("{mark}\0{table}\0{column}\0{row}")
}

fn encrypt(
    key: &LessSafeKey,
    nonce: [u8; NONCE_LEN],
    bound: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    let mut text = plain.to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound), &mut text)?;
    Ok(text)
}

fn decrypt(
    key: &LessSafeKey,
    nonce: [u8; NONCE_LEN],
    bound: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    let mut text = sealed.to_vec();
    let plain = key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(bound), &mut text)?.len();
    text.truncate(plain);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SystemRandom;

    const NAME: Place = Place { table: "persons", column: "name", row: 7 };

    fn key() -> DataKey {
        DataKey::parse(&DataKey::fresh(&SystemRandom)).unwrap()
    }

    fn ring(keys: &[&DataKey]) -> Keyring {
        Keyring::new(keys.iter().map(|key| (*key).clone()).collect()).unwrap()
    }

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    /// Test cases 13, 14 and 16 of "The Galois/Counter Mode of Operation" (McGrew and Viega), which NIST adopted.
    #[test]
    fn the_cipher_does_as_its_standard_says() {
        let zeros = "0".repeat(64);
        let key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
        let plain = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
                     1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
        let cipher = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
                      8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662";
        for (key, nonce, bound, plain, cipher, tag) in [
            (zeros.as_str(), &zeros[..24], "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
            (
                zeros.as_str(),
                &zeros[..24],
                "",
                &zeros[..32],
                "cea7403d4d606b6e074ec5d3baf39d18",
                "d0d1c8a799996bf0265b98b5d48ab919",
            ),
            (
                key,
                "cafebabefacedbaddecaf888",
                "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                plain,
                cipher,
                "76fc6ece0f4e1768cddf8853bb2d551b",
            ),
        ] {
            let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes(key)).unwrap());
            let nonce: [u8; NONCE_LEN] = bytes(nonce).try_into().unwrap();
            let sealed = encrypt(&key, nonce, &bytes(bound), &bytes(plain)).unwrap();
            assert_eq!(sealed, bytes(&format!("{cipher}{tag}")));
            assert_eq!(decrypt(&key, nonce, &bytes(bound), &sealed).unwrap(), bytes(plain));
        }
    }

    #[test]
    fn what_was_sealed_opens_and_is_sealed_otherwise_each_time() {
        let ring = ring(&[&key()]);
        for plain in ["", "兰", &"long ".repeat(5000)] {
            let [one, two] = [(); 2].map(|()| ring.seal(NAME, plain, &SystemRandom).unwrap());
            assert_ne!(one, two);
            assert!(one.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')));
            assert_eq!(ring.open(NAME, one.as_str()).unwrap().expose(), plain);
            assert_eq!(ring.open(NAME, two.as_str()).unwrap().expose(), plain);
        }
        assert_eq!(ring.seal(NAME, "兰", &SystemRandom).unwrap().as_str().len(), MARK + 42);
    }

    #[test]
    fn a_field_opens_in_its_place_only() {
        let ring = ring(&[&key()]);
        let sealed = ring.seal(NAME, "小明妈妈", &SystemRandom).unwrap();
        for place in [
            Place { table: "companions", ..NAME },
            Place { column: "phone", ..NAME },
            Place { row: 8, ..NAME },
            Place { table: "person", column: "sname", ..NAME },
        ] {
            assert_eq!(ring.open(place, sealed.as_str()), Err(Error::CannotOpen(place)));
        }
    }

    #[test]
    fn a_field_changed_anywhere_does_not_open() {
        let (one, two) = (key(), key());
        let ring = ring(&[&one, &two]);
        let sealed = ring.seal(NAME, "小明妈妈", &SystemRandom).unwrap();
        let sealed = sealed.as_str();
        let of_the_other_key = sealed.replacen(&one.mark, &two.mark, 1);
        assert_eq!(ring.open(NAME, &of_the_other_key), Err(Error::CannotOpen(NAME)));
        for at in 0..sealed.len() {
            for letter in ['A', 'B', '~'] {
                let mut changed = sealed.to_owned();
                changed.replace_range(at..=at, &letter.to_string());
                assert!(changed == sealed || ring.open(NAME, &changed).is_err(), "{at}");
            }
            assert!(ring.open(NAME, &sealed[..at]).is_err(), "cut at {at}");
        }
        for text in ["", "兰兰兰", "小明妈妈", &format!("{sealed}AAAA")] {
            assert!(ring.open(NAME, text).is_err(), "{text}");
        }
    }

    #[test]
    fn keys_are_changed_while_what_they_sealed_goes_on_opening() {
        let (old, new) = (key(), key());
        let (before, between, after) = (ring(&[&old, &new]), ring(&[&new, &old]), ring(&[&new]));
        let first = before.seal(NAME, "兰", &SystemRandom).unwrap();
        let second = between.seal(NAME, "兰", &SystemRandom).unwrap();
        for ring in [&before, &between] {
            assert_eq!(ring.open(NAME, first.as_str()).unwrap().expose(), "兰");
            assert_eq!(ring.open(NAME, second.as_str()).unwrap().expose(), "兰");
        }
        assert!(before.is_current(first.as_str()) && !between.is_current(first.as_str()));
        assert_eq!(after.open(NAME, second.as_str()).unwrap().expose(), "兰");
        let missing = Error::KeyMissing { place: NAME, mark: old.mark.clone() };
        assert_eq!(after.open(NAME, first.as_str()), Err(missing), "its key is gone");
        assert!(Keyring::new(vec![]).is_none() && Keyring::new(vec![new.clone(), old, new]).is_none());
    }

    /// What is in a store has to open for years: neither marks nor what is bound may ever change. Sealed by OpenSSL, not
    /// by us.
    #[test]
    fn a_field_that_was_sealed_long_ago_opens() {
        let key = DataKey::parse("a2V5IG9mIHRlc3RzLCBrbm93biB0byBldmVyeWJvZHk=").unwrap();
        let sealed = "1-BGUZmlyc3Qgbm9uY2UhLu90txEqvYAamslu85X8LawUKbpOrMzumOgmWg";
        assert_eq!(ring(&[&key]).open(NAME, sealed).unwrap().expose(), "小明妈妈");
    }

    #[test]
    fn neither_keys_nor_fields_are_printed() {
        let text = DataKey::fresh(&SystemRandom);
        let ring = Keyring::new(vec![DataKey::parse(&text).unwrap()]).unwrap();
        let sealed = ring.seal(NAME, "小明妈妈", &SystemRandom).unwrap();
        let printed = format!("{ring:?} {sealed:?} {:?}", ring.open(NAME, sealed.as_str()));
        for secret in ["小明妈妈", &text[..40], &sealed.as_str()[MARK..]] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}
