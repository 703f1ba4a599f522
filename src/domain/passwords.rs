//! Logins by password: what may be one, what the store keeps of it, and for how long wrong ones are not listened to.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version, password_hash};
use chrono::TimeDelta;

use super::hidden::hidden;
use super::ids::{Random, random_bytes};
use super::invalid::{Expected, FieldCode, Invalid};

hidden! {
    /// By what name somebody logs in with a password.
    Username;
    /// A password, as somebody typed it.
    Password;
    /// What the store keeps of a password: a salted hash, with the way in which it was made.
    PasswordHash;
}

/// Characters of a username at least, and at most.
pub const USERNAME: [usize; 2] = [3, 32];

/// Characters of a password at least, and at most.
pub const PASSWORD: [usize; 2] = [10, 128];

/// Failures that have no consequence: people mistype.
const FREE: i32 = 4;

/// How long an account does not listen after the first failure that is not free; twice as long after each further one.
const FIRST_LOCK: TimeDelta = TimeDelta::minutes(1);

/// The longest: who knows a name must not be able to keep its owner out for good.
const LONGEST_LOCK: TimeDelta = TimeDelta::minutes(15);

/// What OWASP's Password Storage Cheat Sheet asks for at least: 19 MiB, two passes, one lane.
const COST: Params = match Params::new(19 * 1024, 2, 1, None) {
    Ok(cost) => cost,
    Err(_) => panic!("argon2 knows no such cost"),
};

/// A hash of the same cost that no password has, for names that nobody has.
const DECOY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3MgcGFzc3dvcmQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Passwords that are tried first, in lower case; shorter ones are none anyway.
const COMMON: &str = include_str!("passwords/common.txt");

/// A password that cannot be hashed, which none is that was checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the password cannot be hashed: {0}")]
pub struct CannotHash(password_hash::Error);

impl Username {
    /// The name that somebody typed: its case does not count.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self::from(text.trim().to_lowercase())
    }

    /// Adds what is wrong with it as `field`: it begins with a letter or digit and has `.`, `_` and `-` besides.
    pub fn check(&self, field: &str, invalid: &mut Invalid) {
        let name = self.expose();
        length(field, name, USERNAME, invalid);
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let sound = |byte: u8| plain(byte) || b"._-".contains(&byte);
        if !name.bytes().all(sound) || !name.bytes().next().is_some_and(plain) {
            invalid.push(field, FieldCode::Malformed(Expected::AsDocumented));
        }
    }
}

impl Password {
    /// Adds what is wrong with it as `field`, as the password of `username`.
    pub fn check(&self, field: &str, username: &Username, invalid: &mut Invalid) {
        length(field, self.expose(), PASSWORD, invalid);
        if self.is_guessed(username) {
            invalid.push(field, FieldCode::TooCommon);
        }
    }

    /// Whether it is among what is tried first: a well-known one, few characters over and over, letters or digits in
    /// their order, or little beside the username.
    fn is_guessed(&self, username: &Username) -> bool {
        let folded = self.expose().to_lowercase();
        let letters: Vec<u32> = folded.chars().map(u32::from).collect();
        let mut different = letters.clone();
        different.sort_unstable();
        different.dedup();
        let in_order = |by: i64| letters.windows(2).all(|two| i64::from(two[1]) - i64::from(two[0]) == by);
        let beside = folded.replace(username.expose(), "");
        COMMON.lines().any(|common| common == folded)
            || different.len() < 5
            || in_order(1)
            || in_order(-1)
            || (beside.len() < folded.len() && beside.chars().count() < 6)
    }

    /// What the store is to keep of it. Takes a processor for some 20 milliseconds.
    ///
    /// # Errors
    /// [`CannotHash`], which nothing causes that was checked.
    pub fn hash(&self, random: &dyn Random) -> Result<PasswordHash, CannotHash> {
        let salt = SaltString::encode_b64(&random_bytes::<16>(random)).map_err(CannotHash)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, COST);
        let hash = argon2.hash_password(self.expose().as_bytes(), &salt).map_err(CannotHash)?;
        Ok(PasswordHash::from(hash.to_string()))
    }
}

impl PasswordHash {
    /// A hash that no password has and that takes as long to tell.
    #[must_use]
    pub fn decoy() -> Self {
        Self::from(DECOY)
    }

    /// Whether it is this password's. Takes as long as hashing does.
    #[must_use]
    pub fn is_of(&self, password: &Password) -> bool {
        let verify = |hash: password_hash::PasswordHash<'_>| {
            Argon2::default().verify_password(password.expose().as_bytes(), &hash)
        };
        password_hash::PasswordHash::new(self.expose()).and_then(verify).is_ok()
    }
}

/// For how long an account does not listen once so many attempts have failed since the last login.
#[must_use]
pub fn lock_after(failures: i32) -> Option<TimeDelta> {
    let doublings = failures.checked_sub(FREE + 1).filter(|&more| more >= 0)?;
    let factor = 1_i32.checked_shl(doublings.unsigned_abs().min(16)).unwrap_or(i32::MAX);
    Some((FIRST_LOCK * factor).min(LONGEST_LOCK))
}

fn length(field: &str, text: &str, [min, max]: [usize; 2], invalid: &mut Invalid) {
    match text.chars().count() {
        0 => invalid.push(field, FieldCode::Empty),
        short if short < min => invalid.push(field, FieldCode::TooShort { min }),
        long if long > max => invalid.push(field, FieldCode::TooLong { max }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SystemRandom;

    fn wrong(check: impl FnOnce(&mut Invalid)) -> Vec<&'static str> {
        let mut invalid = Invalid::default();
        check(&mut invalid);
        invalid.0.iter().map(|error| error.code.wire()).collect()
    }

    #[test]
    fn a_password_is_told_from_others_and_its_hash_says_how_it_was_made() {
        let password = Password::from("a quiet museum");
        let [one, two] = [(); 2].map(|()| password.hash(&SystemRandom).unwrap());
        assert!(one.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", one.expose());
        assert_ne!(one, two, "salted");
        assert!(one.is_of(&password) && two.is_of(&password));
        assert!(!one.is_of(&Password::from("a quiet Museum")) && !one.is_of(&Password::from("")));
        assert!(!PasswordHash::from("").is_of(&password), "what is no hash is nobody's");
        assert_eq!(format!("{password:?} {one:?}"), "Password(***) PasswordHash(***)");
    }

    #[test]
    fn the_decoy_costs_what_a_hash_costs() {
        let fresh = Password::from("a quiet museum").hash(&SystemRandom).unwrap();
        let decoy = PasswordHash::decoy();
        let [decoy, fresh] =
            [&decoy, &fresh].map(|hash| password_hash::PasswordHash::new(hash.expose()).unwrap());
        assert_eq!((decoy.algorithm, decoy.version), (fresh.algorithm, fresh.version));
        assert_eq!(Params::try_from(&decoy).unwrap(), Params::try_from(&fresh).unwrap());
        assert!(decoy.hash.is_some());
    }

    #[test]
    fn what_is_tried_first_is_no_password() {
        let lan = Username::from("lan.museum");
        let wrong = |password: &str| wrong(|invalid| Password::from(password).check("new", &lan, invalid));
        for guessed in [
            "Password123",
            "qwertyuiop",
            "woaini1314520",
            "aaaaaaaaaaaa",
            "abababababab",
            "abcdefghijklm",
            "zyxwvutsrqpo",
            "Lan.Museum2026",
        ] {
            assert!(!wrong(guessed).is_empty(), "{guessed}");
        }
        assert_eq!(wrong("password123"), ["tooCommon"]);
        assert_eq!(wrong("lan.museum1"), ["tooCommon"]);
        assert_eq!(wrong("quiet-owl"), ["tooShort"]);
        assert_eq!(wrong(&"quiet owls ".repeat(20)), ["tooLong"]);
        for good in ["quiet owls at noon", "科普馆里安静的猫头鹰们", "lan.museum and a quiet owl"]
        {
            assert!(wrong(good).is_empty(), "{good}");
        }
    }

    #[test]
    fn what_is_common_is_written_as_it_is_looked_up() {
        for common in COMMON.lines() {
            assert_eq!(common, common.to_lowercase());
            assert!(common.len() >= PASSWORD[0], "{common} is too short anyway");
        }
    }

    #[test]
    fn a_username_is_plain_and_has_one_case() {
        assert_eq!(Username::typed(" Lan.Museum "), Username::from("lan.museum"));
        let wrong = |name: &str| wrong(|invalid| Username::from(name).check("username", invalid));
        for good in ["lan", "7up", "lan.museum_2-desk", &"a".repeat(32)] {
            assert!(wrong(good).is_empty(), "{good}");
        }
        assert_eq!(wrong("la"), ["tooShort"]);
        assert_eq!(wrong(&"a".repeat(33)), ["tooLong"]);
        for bad in ["-lan", "Lan", "lan museum", "小兰兰", "lan@x"] {
            assert_eq!(wrong(bad), ["malformed"], "{bad}");
        }
    }

    #[test]
    fn locks_grow_and_have_an_end() {
        let minutes = |failures| lock_after(failures).map(|lock| lock.num_minutes());
        assert_eq!([0, 1, 4].map(minutes), [None; 3]);
        assert_eq!([5, 6, 7, 8, 9].map(minutes), [1, 2, 4, 8, 15].map(Some));
        assert_eq!([50, i32::MAX].map(minutes), [Some(15); 2]);
    }
}
