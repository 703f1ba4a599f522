//! Ids: positive 63-bit integers in the store, 13 characters of lower-case Crockford base32 on the wire.
//!
//! Two ids fit in the 32 characters of a mini-program code's `scene`. Being fixed in width and big-endian,
//! ids sort as text as they do as numbers. A new kind is one line in the list below.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde_with::{DeserializeFromStr, SerializeDisplay};
use sha2::{Digest, Sha256};

/// Crockford's base32 (<https://www.crockford.com/base32.html>) in lower case, without its look-alike
/// decoding: an id has one spelling.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Five bits a character: 13 hold 65, so the first one is at most `7`.
const WIDTH: usize = 13;

/// Fresh ids count milliseconds from 2020-01-01T00:00:00Z: 41 bits last until 2089, where those of the
/// Unix epoch would run out in 2039.
const EPOCH_MILLIS: i64 = 1_577_836_800_000;
const MILLIS_BITS: u32 = 41;
const RANDOM_BITS: u32 = 22;

/// A text that is not an id: of another length, with a letter outside the alphabet, zero, or above 63 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 13 characters of 0-9 and a-z without i, l, o, u")]
pub struct NotAnId;

/// Where random numbers come from; injected, so that a test can foresee its ids.
pub trait Random: Send + Sync + 'static {
    /// 32 random bits.
    fn bits(&self) -> u32;
}

/// The operating system's random numbers, good enough for secrets.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// # Panics
    /// If the operating system has no random numbers to give: a server must not go on without them.
    fn bits(&self) -> u32 {
        match getrandom::u32() {
            Ok(bits) => bits,
            Err(error) => panic!("no random numbers from the operating system: {error}"),
        }
    }
}

/// Random bytes, for secrets.
pub fn random_bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    for four in bytes.chunks_mut(4) {
        four.copy_from_slice(&random.bits().to_le_bytes()[..four.len()]);
    }
    bytes
}

/// What the ids of all kinds have in common.
pub trait Numbered: Copy {
    /// The id with this number; `None` unless it is positive.
    fn of_number(number: i64) -> Option<Self>;

    /// The number, as the store keeps it.
    fn number(self) -> i64;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, SerializeDisplay, DeserializeFromStr)]
        pub struct $name(i64);

        impl $name {
            /// No id is greater.
            pub const MAX: Self = Self(i64::MAX);

            /// The id with this number; `None` unless it is positive.
            pub const fn new(number: i64) -> Option<Self> {
                if number > 0 { Some(Self(number)) } else { None }
            }

            /// The number, as the store keeps it.
            pub const fn get(self) -> i64 {
                self.0
            }

            /// A new id: 41 bits of milliseconds, then 22 random bits.
            pub fn fresh(now: DateTime<Utc>, random: &dyn Random) -> Self {
                Self(fresh(now, random.bits()))
            }

            /// The id of what the seeds call `slug`: the first 63 bits of a hash, so that seeding twice
            /// changes nothing.
            pub fn from_slug(slug: &str) -> Self {
                Self(hashed($kind, slug))
            }
        }

        impl Numbered for $name {
            fn of_number(number: i64) -> Option<Self> {
                Self::new(number)
            }

            fn number(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write(self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                read(text).map(Self).ok_or(NotAnId)
            }
        }
    )+};
}

ids! {
    /// An organisation that holds or organises: a museum, a university, an authority.
    OrganisationId = "organisation";
    /// A science-popularization base (科普基地).
    BaseId = "base";
    /// An event, whose dates are its sessions.
    EventId = "event";
    /// One date of an event.
    SessionId = "session";
    /// A lecture series.
    SeriesId = "series";
    /// A science-tourism route (科普游路线).
    RouteId = "route";
    /// A campaign or theme day, whose years are its editions.
    CampaignId = "campaign";
    /// One time that a campaign takes place.
    EditionId = "edition";
    /// A term of the taxonomy; its id follows from scheme and code.
    TermId = "term";
    /// An entry of the resource directory (科普资源名录).
    ResourceId = "resource";
    /// A version of a policy; its id follows from kind and version.
    PolicyId = "policy";
    /// A bulletin of emergency science (应急科普).
    BulletinId = "bulletin";
    /// Somebody who logs in.
    PersonId = "person";
    /// Somebody whom a person signs up with themselves: family, friends.
    CompanionId = "companion";
    /// A sign-up of a party for a session.
    SignupId = "signup";
    /// A login of a person on one phone or in one browser, from the first token to the last.
    LoginId = "login";
    /// A name by which WeChat knows a person.
    IdentityId = "identity";
    /// A consent that was given.
    ConsentId = "consent";
    /// Something that a person is told; its number is the store's.
    NoticeId = "notice";
    /// What a person wants to be told of.
    SubscriptionId = "subscription";
    /// An endpoint that an organisation is told at.
    WebhookId = "webhook";
    /// Something that an endpoint is told; its number is the store's.
    DeliveryId = "delivery";
    /// A file of sessions that an organisation sent.
    ImportId = "import";
    /// A key by which a partner's system acts for an organisation.
    ApiKeyId = "apiKey";
    /// An invitation into an organisation.
    InvitationId = "invitation";
    /// Something that an authority decides on.
    ReviewItemId = "reviewItem";
    /// A number that an authority wants to reach.
    TargetId = "target";
    /// A level that a base applies for, or was granted.
    AccreditationId = "accreditation";
    /// A year for which the bases of a level are assessed.
    AssessmentRoundId = "assessmentRound";
    /// The assessment of a base for a year.
    AssessmentId = "assessment";
    /// That something published is wrong, as somebody says.
    ReportId = "report";
    /// A picture that an organisation uploaded.
    ImageId = "image";
    /// Of an event in an edition of a campaign.
    ParticipationId = "participation";
}

/// A new number for a thing of any kind.
pub fn number(now: DateTime<Utc>, random: &dyn Random) -> i64 {
    fresh(now, random.bits())
}

/// A number as ids of every kind are written.
pub fn spell(number: i64) -> String {
    EventId(number).to_string()
}

fn fresh(now: DateTime<Utc>, random: u32) -> i64 {
    let millis = (now.timestamp_millis() - EPOCH_MILLIS).rem_euclid(1 << MILLIS_BITS);
    let random = i64::from(random >> (u32::BITS - RANDOM_BITS));
    (millis << RANDOM_BITS | random).max(1)
}

fn hashed(kind: &str, slug: &str) -> i64 {
    let hash = Sha256::new_with_prefix(kind).chain_update(":").chain_update(slug).finalize();
    let first = hash.iter().take(8).fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
    ((first >> 1) as i64).max(1)
}

fn write(number: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let letters: [u8; WIDTH] = std::array::from_fn(|place| {
        let shift = 5 * (WIDTH - 1 - place);
        ALPHABET[(number >> shift) as usize & 31]
    });
    f.pad(str::from_utf8(&letters).unwrap_or_default())
}

fn read(text: &str) -> Option<i64> {
    if text.len() != WIDTH || text.as_bytes()[0] > b'7' {
        return None;
    }
    let number = text.bytes().try_fold(0i64, |bits, letter| {
        let digit = ALPHABET.iter().position(|known| *known == letter)?;
        Some(bits << 5 | digit as i64)
    })?;
    (number > 0).then_some(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Given(u32);

    impl Random for Given {
        fn bits(&self) -> u32 {
            self.0
        }
    }

    #[test]
    fn the_largest_and_the_smallest_have_their_spelling() {
        assert_eq!(EventId(1).to_string(), "0000000000001");
        assert_eq!(EventId(i64::MAX).to_string(), "7zzzzzzzzzzzz");
        assert_eq!("7zzzzzzzzzzzz".parse(), Ok(EventId(i64::MAX)));
        assert_eq!(format!("{:?}", BaseId(31)), "BaseId(000000000000z)");
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "0000000000000",
            "000000000001",
            "00000000000001",
            "8000000000000",
            "zzzzzzzzzzzzz",
            "000000000000A",
            "000000000000l",
            "000000000000u",
            "-000000000001",
            "00000000000 1",
            "00000000000é",
        ] {
            assert_eq!(text.parse::<EventId>(), Err(NotAnId), "{text}");
        }
        assert_eq!((EventId::new(0), EventId::new(-1)), (None, None));
    }

    #[test]
    fn a_slug_has_one_id_per_kind_for_ever() {
        // printf event:gz-001 | sha256sum gives 2525cbc46fff0327…; its first 63 bits are the half of these 64.
        assert_eq!(EventId::from_slug("gz-001").get(), 0x2525_cbc4_6fff_0327 >> 1);
        assert_ne!(EventId::from_slug("a").get(), BaseId::from_slug("a").get());
    }

    #[test]
    fn fresh_ids_follow_time_and_are_told_apart_by_chance() {
        let now = DateTime::from_timestamp_millis(EPOCH_MILLIS + 5).unwrap();
        assert_eq!(EventId::fresh(now, &Given(u32::MAX)).get(), 5 << 22 | 0x3f_ffff);
        let next = DateTime::from_timestamp_millis(EPOCH_MILLIS + 6).unwrap();
        assert!(EventId::fresh(next, &Given(0)) > EventId::fresh(now, &Given(u32::MAX)));
        let first = DateTime::from_timestamp_millis(EPOCH_MILLIS).unwrap();
        assert_eq!(EventId::fresh(first, &Given(0)).get(), 1);
    }

    #[test]
    fn ids_are_strings_in_json() {
        let id = EventId(32);
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"0000000000010\"");
        assert_eq!(serde_json::from_str::<EventId>("\"0000000000010\"").unwrap(), id);
        assert!(serde_json::from_str::<EventId>("32").is_err());
    }

    proptest! {
        #[test]
        fn every_number_comes_back_and_keeps_its_order(a in 1..=i64::MAX, b in 1..=i64::MAX) {
            let (a, b) = (SessionId(a), SessionId(b));
            prop_assert_eq!(a.to_string().parse(), Ok(a));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn what_parses_is_written_the_same(text in "[0-9a-zA-Z]{13}") {
            if let Ok(id) = text.parse::<SessionId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }

        #[test]
        fn fresh_ids_are_positive(millis in -4_000_000_000_000i64..9_000_000_000_000, bits: u32) {
            let now = DateTime::from_timestamp_millis(millis).unwrap();
            prop_assert!(SessionId::fresh(now, &Given(bits)).get() > 0);
        }
    }
}
