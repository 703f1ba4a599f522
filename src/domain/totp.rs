//! Codes that change every half minute (RFC 6238): a second thing to have beside a password to know. Authenticator apps
//! make them from a secret that they scan once.

use std::fmt;
use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use ring::hmac;
use subtle::ConstantTimeEq;

use super::hidden::hidden;
use super::ids::{Random, random_bytes};
use super::passwords::Username;

hidden! {
    /// A code, as somebody typed it.
    TotpCode;
}

/// Seconds for which a code is the current one.
const STEP: i64 = 30;

/// Digits of a code: what every app shows.
const DIGITS: usize = 6;

/// A code is taken one step early and one late: phones' clocks differ, and typing takes time.
const AROUND: RangeInclusive<i64> = -1..=1;

/// Base32 of RFC 4648, which apps read.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What a server and an authenticator app share.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; 20]);

impl TotpSecret {
    /// A new secret, as long as RFC 4226 §4 recommends.
    pub fn fresh(random: &dyn Random) -> Self {
        Self(random_bytes(random))
    }

    /// Reads what [`TotpSecret::expose`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = Vec::with_capacity(20);
        let (mut bits, mut held) = (0_u32, 0);
        for letter in text.bytes() {
            let digit = ALPHABET.iter().position(|known| *known == letter)?;
            bits = (bits << 5 | u32::try_from(digit).ok()?) & 0xfff;
            held += 5;
            if held >= 8 {
                held -= 8;
                bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
            }
        }
        bytes.try_into().ok().map(Self)
    }

    /// The secret in base32, as an app takes it typed.
    #[must_use]
    pub fn expose(&self) -> String {
        let five = |bytes: &[u8]| bytes.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let letters = |bits: u64| (0..8).map(move |place| ALPHABET[(bits >> (35 - 5 * place)) as usize & 31]);
        self.0.chunks(5).flat_map(|bytes| letters(five(bytes))).map(char::from).collect()
    }

    /// The secret as an app takes it from a QR code (`otpauth://`, Google Authenticator's "Key URI Format"). A username
    /// that was checked needs no escape.
    #[must_use]
    pub fn uri(&self, username: &Username) -> String {
        format!("otpauth://totp/Kepu:{}?secret={}&issuer=Kepu", username.expose(), self.expose())
    }

    /// The code of an instant, as an app shows it.
    #[must_use]
    pub fn code(&self, now: DateTime<Utc>) -> TotpCode {
        self.code_of_step(step(now))
    }

    /// The step whose code this is, if it is one of now and lies after `last`, the step of the last code that was taken:
    /// a code is good once.
    #[must_use]
    pub fn judge(&self, code: &TotpCode, now: DateTime<Utc>, last: Option<i64>) -> Option<i64> {
        let typed: String = code.expose().chars().filter(|c| !c.is_whitespace()).collect();
        let fits = |step: &i64| {
            let code = self.code_of_step(*step);
            bool::from(code.expose().as_bytes().ct_eq(typed.as_bytes()))
        };
        let near = AROUND.map(|off| step(now) + off);
        near.filter(|step| last.is_none_or(|last| *step > last)).find(fits)
    }

    fn code_of_step(&self, step: i64) -> TotpCode {
        let number = self.number(step) % 10_u32.pow(DIGITS as u32);
        TotpCode::from(format!("{number:0DIGITS$}"))
    }

    /// The 31 bits of which a code is the last digits (RFC 4226 §5.3).
    fn number(&self, step: i64) -> u32 {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let hash = hmac::sign(&key, &step.to_be_bytes());
        let hash = hash.as_ref();
        let at = usize::from(hash[hash.len() - 1] & 0xf);
        hash[at..at + 4].iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) & 0x7fff_ffff
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(***)")
    }
}

fn step(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(STEP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SystemRandom;

    /// The secret of RFC 6238, appendix B.
    const RFC: TotpSecret = TotpSecret(*b"12345678901234567890");

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_vectors_of_the_standard_come_out() {
        for (seconds, code) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(RFC.number(step(at(seconds))) % 100_000_000, code, "at {seconds}");
            assert_eq!(RFC.code(at(seconds)).expose(), format!("{:06}", code % 1_000_000));
        }
    }

    #[test]
    fn a_code_is_good_once_and_about_now() {
        let now = at(1_800_000_000);
        let code = RFC.code(now);
        let step = RFC.judge(&code, now, None).unwrap();
        assert_eq!(RFC.judge(&code, now, Some(step)), None, "a second time");
        assert_eq!(RFC.judge(&code, now, Some(step - 1)), Some(step));
        for (off, good) in [(-60, false), (-30, true), (30, true), (59, true), (60, false)] {
            assert_eq!(RFC.judge(&code, at(1_800_000_000 + off), None).is_some(), good, "{off}");
        }
        let spaced = format!(" {} {} ", &code.expose()[..3], &code.expose()[3..]);
        assert_eq!(RFC.judge(&TotpCode::from(spaced), now, None), Some(step), "as apps show it");
        for wrong in ["", "1", "000000000000", "abcdef"] {
            assert_eq!(RFC.judge(&TotpCode::from(wrong), now, None), None, "{wrong}");
        }
        assert_eq!(TotpSecret::fresh(&SystemRandom).judge(&code, now, None), None);
    }

    #[test]
    fn a_secret_is_read_as_it_is_written_and_never_printed() {
        assert_eq!(RFC.expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for secret in [RFC, TotpSecret([0xff; 20]), TotpSecret::fresh(&SystemRandom)] {
            assert_eq!(TotpSecret::parse(&secret.expose()), Some(secret.clone()));
            assert_eq!(format!("{secret:?}"), "TotpSecret(***)");
        }
        for wrong in ["", "GEZDGNBV", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", &"1".repeat(32), &"A".repeat(40)] {
            assert_eq!(TotpSecret::parse(wrong), None, "{wrong}");
        }
        assert_eq!(
            RFC.uri(&Username::from("lan")),
            "otpauth://totp/Kepu:lan?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Kepu"
        );
    }
}
