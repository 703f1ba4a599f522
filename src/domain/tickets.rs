//! Offline tickets: what a phone shows as a QR code, and a device at a door tells from a forgery without network.
//!
//! A ticket is the letter `K`, which names this form, and 110 bytes in URL-safe base64:
//!
//! | bytes | what, numbers big-endian |
//! |---|---|
//! | 8 | id of the key that signed: the first bytes of SHA-256 over its public half |
//! | 8 | id of the session |
//! | 8 | id of the sign-up |
//! | 4 | revision: a ticket issued later has a greater one, and revokes those before |
//! | 2 | how many people it lets in |
//! | 8 + 8 | from when and until before when it is good, in seconds since 1970 |
//! | 64 | Ed25519 signature (RFC 8032) over the letter and all bytes before |
//!
//! One key signs; those that signed before go on verifying for as long as they are given. A ticket names nobody: what a
//! lost phone or a photograph of a QR code tells is numbers.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signature, Signer, VerifyingKey};
use sha2::{Digest, Sha256};

use super::ids::{Random, SessionId, SignupId, random_bytes};
use super::key_text;

/// The letter of this form. Another form will have another.
const FORM: char = 'K';

/// Bytes before the signature.
const CLAIMS: usize = 46;

/// How long a ticket is, in characters: a QR code of some 50 modules a side.
pub const LENGTH: usize = 1 + ((CLAIMS + Signature::BYTE_SIZE) * 4).div_ceil(3);

/// What a ticket says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// To what it lets in.
    pub session: SessionId,
    /// Whose it is.
    pub signup: SignupId,
    /// A ticket of the same sign-up with a greater revision revokes it.
    pub revision: u32,
    /// How many people it lets in.
    pub people: u16,
    /// From when it is good.
    pub from: DateTime<Utc>,
    /// The first instant at which it is good no longer.
    pub until: DateTime<Utc>,
}

impl Ticket {
    /// Whether it is good at `at`.
    #[must_use]
    pub fn covers(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at < self.until
    }

    fn write(&self, key: KeyId) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(CLAIMS + Signature::BYTE_SIZE);
        bytes.extend(key.0);
        bytes.extend(self.session.get().to_be_bytes());
        bytes.extend(self.signup.get().to_be_bytes());
        bytes.extend(self.revision.to_be_bytes());
        bytes.extend(self.people.to_be_bytes());
        bytes.extend(self.from.timestamp().to_be_bytes());
        bytes.extend(self.until.timestamp().to_be_bytes());
        bytes
    }

    fn read(claims: &[u8]) -> Option<Self> {
        let mut claims = Fields(claims.get(KeyId::BYTES..)?);
        Some(Self {
            session: SessionId::new(i64::from_be_bytes(claims.take()?))?,
            signup: SignupId::new(i64::from_be_bytes(claims.take()?))?,
            revision: u32::from_be_bytes(claims.take()?),
            people: u16::from_be_bytes(claims.take()?),
            from: DateTime::from_timestamp(i64::from_be_bytes(claims.take()?), 0)?,
            until: DateTime::from_timestamp(i64::from_be_bytes(claims.take()?), 0)?,
        })
    }
}

/// What is yet to be read of a ticket.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*field)
    }
}

/// A text that is no ticket of ours: another form, no base64, an unknown key, or a signature that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ticket is not genuine")]
pub struct NotGenuine;

/// The name of a key, which follows from its public half: two keys never share one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; Self::BYTES]);

impl KeyId {
    const BYTES: usize = 8;

    fn of(public: &VerifyingKey) -> Self {
        let mut id = [0; Self::BYTES];
        id.copy_from_slice(&Sha256::digest(public.as_bytes())[..Self::BYTES]);
        Self(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A key that signs tickets, or did.
#[derive(Clone)]
pub struct TicketKey {
    private: ed25519_dalek::SigningKey,
    id: KeyId,
}

impl TicketKey {
    /// A new key.
    pub fn fresh(random: &dyn Random) -> Self {
        Self::of(random_bytes(random))
    }

    /// Reads 32 random bytes in base64 (`openssl rand -base64 32`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        key_text::read(text).map(Self::of)
    }

    /// The key as [`TicketKey::parse`] reads it.
    #[must_use]
    pub fn expose(&self) -> String {
        key_text::write(self.private.as_bytes())
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Its public half, which anybody may have: the 32 bytes of RFC 8032.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.private.verifying_key().to_bytes()
    }

    /// A secret of 32 bytes that follows from this key and tells nothing of it, for `purpose`.
    pub(super) fn secret_for(&self, purpose: &str) -> [u8; 32] {
        Sha256::new_with_prefix(purpose).chain_update(self.private.as_bytes()).finalize().into()
    }

    fn of(seed: [u8; 32]) -> Self {
        let private = ed25519_dalek::SigningKey::from_bytes(&seed);
        Self { id: KeyId::of(&private.verifying_key()), private }
    }
}

impl fmt::Debug for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TicketKey({}, ***)", self.id)
    }
}

/// The keys of a server: the first signs, all verify.
#[derive(Debug, Clone)]
pub struct TicketKeys {
    first: TicketKey,
    others: Vec<TicketKey>,
}

impl TicketKeys {
    /// A server's keys; `None` if there is none.
    #[must_use]
    pub fn new(all: Vec<TicketKey>) -> Option<Self> {
        let mut all = all.into_iter();
        Some(Self { first: all.next()?, others: all.collect() })
    }

    /// The key that signs.
    pub(super) fn first(&self) -> &TicketKey {
        &self.first
    }

    /// All keys, the one that signs first.
    pub fn all(&self) -> impl Iterator<Item = &TicketKey> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The ticket as a QR code holds it, [`LENGTH`] characters. The same ticket and key give the same text.
    #[must_use]
    pub fn issue(&self, ticket: &Ticket) -> String {
        let TicketKey { private, id } = self.first();
        let mut bytes = ticket.write(*id);
        let signature = private.sign(&signed(&bytes));
        bytes.extend(signature.to_bytes());
        format!("{FORM}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What a genuine ticket says; whether it is good now, or was revoked, is another question.
    ///
    /// # Errors
    /// [`NotGenuine`] if none of these keys signed the text.
    pub fn verify(&self, text: &str) -> Result<Ticket, NotGenuine> {
        let read = || {
            // Scanners end what they read with a line break.
            let text = text.trim().strip_prefix(FORM).filter(|text| text.len() < LENGTH)?;
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
            let (claims, signature) = bytes.split_at_checked(CLAIMS)?;
            let signature = Signature::from_slice(signature).ok()?;
            let key = self.all().find(|key| claims.starts_with(&key.id.0))?;
            key.private.verifying_key().verify_strict(&signed(claims), &signature).ok()?;
            Ticket::read(claims)
        };
        read().ok_or(NotGenuine)
    }
}

/// What the signature is over: with the letter of the form, no other form's bytes can pass for this one's.
fn signed(claims: &[u8]) -> Vec<u8> {
    [&[FORM as u8], claims].concat()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ids::SystemRandom;

    fn keys() -> TicketKeys {
        TicketKeys::new(vec![TicketKey::of([7; 32])]).unwrap()
    }

    fn ticket() -> Ticket {
        let from = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        Ticket {
            session: SessionId::from_slug("stars"),
            signup: SignupId::from_slug("lan"),
            revision: 3,
            people: 4,
            from,
            until: from + TimeDelta::hours(12),
        }
    }

    #[test]
    fn a_ticket_has_one_spelling_that_fits_a_qr_code() {
        let text = keys().issue(&ticket());
        assert_eq!(text.len(), LENGTH);
        assert!(text.len() <= 300 && text.starts_with('K'), "{text}");
        assert_eq!(keys().issue(&ticket()), text);
        assert_eq!(keys().verify(&text), Ok(ticket()));
        assert_eq!(keys().verify(&format!(" {text}\r\n")), Ok(ticket()), "as scanners send it");
        for other in
            [text.to_lowercase(), format!("{text}A"), format!("{text}="), format!("K {}", &text[1..])]
        {
            assert_eq!(keys().verify(&other), Err(NotGenuine), "{other}");
        }
    }

    #[test]
    fn a_ticket_is_good_from_its_first_instant_until_before_its_last() {
        let Ticket { from, until, .. } = ticket();
        let second = TimeDelta::seconds(1);
        assert_eq!(
            [from - second, from, until - second, until].map(|at| ticket().covers(at)),
            [false, true, true, false]
        );
    }

    #[test]
    fn a_key_that_signed_before_goes_on_verifying() {
        let [old, new] = [(); 2].map(|()| TicketKey::fresh(&SystemRandom));
        let before = TicketKeys::new(vec![old.clone()]).unwrap();
        let after = TicketKeys::new(vec![new.clone(), old]).unwrap();
        let end = TicketKeys::new(vec![new]).unwrap();
        let (first, second) = (before.issue(&ticket()), after.issue(&ticket()));
        assert_eq!([after.verify(&first), after.verify(&second)], [Ok(ticket()); 2]);
        assert_eq!(end.verify(&second), Ok(ticket()), "the first key of the ring signed");
        assert_eq!([end.verify(&first), before.verify(&second)], [Err(NotGenuine); 2]);
    }

    #[test]
    fn another_key_under_our_name_is_told() {
        let mut forged = keys();
        let strange = TicketKey::fresh(&SystemRandom);
        forged.first = TicketKey { id: forged.first.id, ..strange };
        assert_eq!(keys().verify(&forged.issue(&ticket())), Err(NotGenuine));
    }

    #[test]
    fn a_key_is_read_as_it_is_written_and_never_printed() {
        let key = TicketKey::fresh(&SystemRandom);
        assert_eq!(TicketKey::parse(&key.expose()).unwrap().id(), key.id());
        assert!(TicketKey::parse("short").is_none());
        let printed = format!("{:?}", TicketKeys::new(vec![key.clone()]));
        assert!(printed.contains(&key.id().to_string()) && !printed.contains(&key.expose()), "{printed}");
    }

    proptest! {
        #[test]
        fn every_ticket_comes_back(
            (session, signup) in (1..=i64::MAX, 1..=i64::MAX),
            (revision, people) in (any::<u32>(), any::<u16>()),
            (from, lasts) in (-10_000_000_000i64..100_000_000_000, 0i64..10_000_000),
        ) {
            let ticket = Ticket {
                session: SessionId::new(session).unwrap(),
                signup: SignupId::new(signup).unwrap(),
                revision,
                people,
                from: DateTime::from_timestamp(from, 0).unwrap(),
                until: DateTime::from_timestamp(from + lasts, 0).unwrap(),
            };
            prop_assert_eq!(keys().verify(&keys().issue(&ticket)), Ok(ticket));
        }

        #[test]
        fn a_ticket_with_one_letter_changed_is_a_forgery(at in 0..LENGTH, letter in "[A-Za-z0-9_-]") {
            let text = keys().issue(&ticket());
            let mut bent = text.clone();
            bent.replace_range(at..=at, &letter);
            prop_assert_eq!(keys().verify(&bent).is_ok(), bent == text);
        }

        #[test]
        fn no_text_breaks_the_reading(text in "\\PC{0,200}") {
            prop_assert_eq!(keys().verify(&text), Err(NotGenuine));
            prop_assert_eq!(keys().verify(&format!("K{text}")), Err(NotGenuine));
        }
    }
}
