//! Door codes: what a venue shows on a screen so that people check themselves in. A code stands for half a minute; the
//! one before it still counts, since reading and typing take time. A code tells that somebody is at the door now, so a
//! photograph of the screen is of no use to who stays at home.
//!
//! Codes follow from a key of tickets, the session and the time: nothing is stored, and every replica knows them.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ring::hmac;
use subtle::ConstantTimeEq;

use super::ids::SessionId;
use super::tickets::{TicketKey, TicketKeys};

/// How long a code is the newest.
pub const STEP: TimeDelta = TimeDelta::seconds(30);

/// How many steps before the newest still count.
const LATE: i64 = 1;

/// The letter by which the form that is scanned is told from others. Session and code follow.
const SCANNED: char = 'D';

/// What a door shows.
#[derive(Clone, PartialEq, Eq)]
pub struct DoorCode {
    /// Six digits, to be typed.
    pub digits: String,
    /// The same for a QR code: it names the session, and has 128 bits that nobody guesses.
    pub scanned: String,
    /// When the next one follows.
    pub until: DateTime<Utc>,
}

impl DoorCode {
    /// The code of a session at `now`.
    #[must_use]
    pub fn of(keys: &TicketKeys, session: SessionId, now: DateTime<Utc>) -> Self {
        Self::in_step(keys.first(), session, step(now))
    }

    /// Whether `text` is what the door of the session shows at `now`, or showed just before. Spaces do not count.
    #[must_use]
    pub fn is_shown(keys: &TicketKeys, session: SessionId, now: DateTime<Utc>, text: &str) -> bool {
        let text: String = text.split_whitespace().collect();
        // Replicas whose keys are being changed may sign by any of the ring.
        keys.all().any(|key| {
            (step(now) - LATE..=step(now)).any(|step| {
                let code = Self::in_step(key, session, step);
                let same = |shown: &str| bool::from(shown.as_bytes().ct_eq(text.as_bytes()));
                same(&code.digits) | same(&code.scanned)
            })
        })
    }

    fn in_step(key: &TicketKey, session: SessionId, step: i64) -> Self {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &key.secret_for("kepu door codes"));
        let message = [session.get().to_be_bytes(), step.to_be_bytes()].concat();
        let tag = hmac::sign(&secret, &message);
        // What is typed tells nothing of what is scanned: they are different parts of the tag.
        let (typed, scanned) = tag.as_ref().split_at(16);
        let digits = typed.iter().fold(0, |rest, byte| (rest * 256 + u64::from(*byte)) % 1_000_000);
        let bits = BASE64_URL_SAFE_NO_PAD.encode(scanned);
        let until = DateTime::from_timestamp((step + 1) * STEP.num_seconds(), 0);
        Self {
            digits: format!("{digits:06}"),
            scanned: format!("{SCANNED}{session}{bits}"),
            until: until.unwrap_or(DateTime::<Utc>::MAX_UTC),
        }
    }
}

/// The number of the half minute that `now` lies in.
fn step(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(STEP.num_seconds())
}

impl fmt::Debug for DoorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DoorCode(***, {})", self.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SystemRandom;

    fn ring() -> [TicketKeys; 3] {
        let [old, new] = [(); 2].map(|()| TicketKey::fresh(&SystemRandom));
        let both = |first: &TicketKey, second: &TicketKey| vec![first.clone(), second.clone()];
        [vec![old.clone()], both(&new, &old), both(&old, &new)].map(|keys| TicketKeys::new(keys).unwrap())
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    #[test]
    fn a_code_counts_while_it_is_shown_and_for_the_half_minute_after() {
        let [keys, ..] = ring();
        let session = SessionId::from_slug("stars");
        let code = DoorCode::of(&keys, session, now());
        assert_eq!(code.until, now() + STEP);
        assert_eq!(DoorCode::of(&keys, session, now() + STEP - TimeDelta::seconds(1)), code);
        let counts = |text: &str, after: i64| {
            DoorCode::is_shown(&keys, session, now() + TimeDelta::seconds(after), text)
        };
        for text in [&code.digits, &code.scanned] {
            assert_eq!(
                [-1, 0, 30, 59, 60].map(|after| counts(text, after)),
                [false, true, true, true, false]
            );
        }
        assert!(counts(&format!(" {} {}", &code.digits[..3], &code.digits[3..]), 0), "as it is read out");
        for wrong in ["", "D", &code.digits[1..], &format!("{}0", code.digits), &code.scanned[1..]] {
            assert!(!counts(wrong, 0), "{wrong}");
        }
    }

    #[test]
    fn a_code_is_of_one_session_and_one_server() {
        let [keys, ..] = ring();
        let [stars, tides] = ["stars", "tides"].map(SessionId::from_slug);
        let code = DoorCode::of(&keys, stars, now());
        assert_ne!(code.digits, DoorCode::of(&keys, tides, now()).digits);
        assert!(!DoorCode::is_shown(&keys, tides, now(), &code.scanned));
        let [other, ..] = ring();
        assert!(!DoorCode::is_shown(&other, stars, now(), &code.scanned));
    }

    #[test]
    fn replicas_that_are_given_new_keys_one_after_the_other_know_each_others_codes() {
        let [_, first, second] = ring();
        let session = SessionId::from_slug("stars");
        for (shown_by, asked) in [(&first, &second), (&second, &first)] {
            let code = DoorCode::of(shown_by, session, now());
            assert!(DoorCode::is_shown(asked, session, now(), &code.digits));
        }
    }

    #[test]
    fn a_code_is_never_printed() {
        let [keys, ..] = ring();
        let code = DoorCode::of(&keys, SessionId::from_slug("stars"), now());
        let printed = format!("{code:?}");
        assert!(!printed.contains(&code.digits) && !printed.contains(&code.scanned), "{printed}");
        assert_eq!(code.digits.len(), 6);
        assert!(code.digits.bytes().all(|digit| digit.is_ascii_digit()));
    }
}
