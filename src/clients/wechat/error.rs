//! Why a call failed, and what may be done about it.
//!
//! | what came | repeated here | afterwards |
//! |---|---|---|
//! | `40001`, `40014`, `42001`: the token | once, with another token | it surfaces |
//! | `-1`: busy | once after 300 ms, unless it is a message | may be tried later |
//! | no connection, no answer | no | a message whose answer is missing may have been sent: not to be repeated blindly |
//! | every other `errcode` | no | final, but for limits, which pass |

use std::fmt;

use serde::Deserialize;

use super::lenient;

/// Why a call failed. None of its texts holds an address, a secret or a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing was asked: WeChat has just failed several times, or too many calls are under way.
    #[error(
        "WeChat is not asked for a moment: it has just failed several times, or too many calls wait for it"
    )]
    Resting,
    /// No connection came about, so nothing was done.
    #[error("WeChat cannot be reached: {0}")]
    Unreachable(String),
    /// It was asked, and no whole answer came: whether it did anything is unknown.
    #[error("no answer from WeChat: {0}")]
    NoAnswer(String),
    /// An answer that is not as documented.
    #[error("WeChat's answer to {path} cannot be read: {reason}")]
    Unreadable {
        /// The address asked, without its query.
        path: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// WeChat said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Error {
    pub(super) fn unreadable(path: &'static str, reason: impl fmt::Display) -> Self {
        Self::Unreadable { path, reason: reason.to_string() }
    }

    /// Whether the same call may succeed later, nothing else being changed.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::Resting | Self::Unreachable(_) | Self::NoAnswer(_) => true,
            Self::Unreadable { .. } => false,
            Self::Refused(refusal) => {
                matches!(refusal.reason(), Reason::Busy | Reason::Limit | Reason::Token)
            }
        }
    }

    /// Whether WeChat may have done what it was asked for: a message then must not be repeated blindly.
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        matches!(self, Self::NoAnswer(_) | Self::Unreadable { .. })
    }
}

/// What WeChat answers when it says no, with HTTP status 200.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, thiserror::Error)]
#[error("WeChat refused with errcode {errcode}: {errmsg}")]
pub struct Refusal {
    /// The number; 0 is none.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub errcode: i64,
    /// For people who read logs.
    #[serde(default, deserialize_with = "lenient::text")]
    pub errmsg: String,
}

/// What a number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// -1: its servers are busy.
    Busy,
    /// 40001, 40014, 42001: the access token is wrong or has expired.
    Token,
    /// 45009, 45011, 45063: too many calls of this kind, by this person or today.
    Limit,
    /// 40029: a code from a login or for a phone number that is wrong, used, expired or another mini-program's.
    Code,
    /// 40226: WeChat keeps this person from logging in.
    Blocked,
    /// 40003, 43104: no such person in this mini-program.
    Person,
    /// 43101: the person refused, or has no credit left for this template. Final.
    NoCredit,
    /// 40037: the mini-program has no such template.
    Template,
    /// 47003: a field of a message breaks its rule; the text names it.
    Field,
    /// 41030: the released mini-program has no such page.
    Page,
    /// 40013, 40125, 40164, 48001: id, secret, address or rights are not what the console says.
    Configuration,
    /// Any other.
    Other,
}

impl Refusal {
    /// The refusal in an answer, if it is one. An answer that is no JSON object is none: images come as they are.
    pub(super) fn in_answer(answer: &[u8]) -> Option<Self> {
        if answer.first() != Some(&b'{') {
            return None;
        }
        serde_json::from_slice::<Self>(answer).ok().filter(|refusal| refusal.errcode != 0)
    }

    /// What its number means.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self.errcode {
            -1 => Reason::Busy,
            40001 | 40014 | 42001 => Reason::Token,
            45009 | 45011 | 45063 => Reason::Limit,
            40029 => Reason::Code,
            40226 => Reason::Blocked,
            40003 | 43104 => Reason::Person,
            43101 => Reason::NoCredit,
            40037 => Reason::Template,
            47003 => Reason::Field,
            41030 => Reason::Page,
            40013 | 40125 | 40164 | 48001 => Reason::Configuration,
            _ => Reason::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_however_it_is_typed() {
        for text in [
            r#"{"errcode":40029,"errmsg":"invalid code"}"#,
            r#"{"errcode":"40029","errmsg":"invalid code","rid":"1"}"#,
            r#"{"errmsg":"invalid code","errcode":"40029"}"#,
        ] {
            let refusal = Refusal::in_answer(text.as_bytes()).unwrap();
            assert_eq!((refusal.reason(), refusal.errmsg.as_str()), (Reason::Code, "invalid code"), "{text}");
        }
        for text in [r#"{"errcode":0,"errmsg":"ok"}"#, r#"{"openid":"o"}"#, "\u{89}PNG", "", "[]"] {
            assert_eq!(Refusal::in_answer(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_passes_is_told_from_what_is_final() {
        let refused = |errcode| Error::from(Refusal { errcode, errmsg: String::new() });
        for errcode in [-1, 45009, 45011, 42001] {
            assert!(refused(errcode).passes() && !refused(errcode).may_be_done(), "{errcode}");
        }
        for errcode in [43101, 47003, 40029, 41030, 40125, 99999] {
            assert!(!refused(errcode).passes(), "{errcode}");
        }
        assert!(!Error::Unreachable(String::new()).may_be_done());
        assert!(Error::NoAnswer(String::new()).may_be_done());
    }
}
