//! How one gets in: prices, booking, and ways to sign up elsewhere. Kepu moves no money: a price is
//! information, paid at the venue or at the external place.

use serde::{Deserialize, Serialize};

use super::invalid::{FieldCode, Invalid};
use super::text::Text;

/// What it costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Price {
    /// Full price of one adult, in units of `currency` (yuan, not fen). Absent where only words are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// ISO 4217 code.
    #[serde(default = "yuan")]
    pub currency: String,
    /// The price in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// Reductions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub concessions: Vec<Concession>,
}

impl Price {
    /// Adds what is wrong with it.
    pub(super) fn check(&self, invalid: &mut Invalid) {
        if let Some(amount) = self.amount {
            invalid.range("price.amount", amount, 0.0, 1_000_000.0);
        }
        if self.currency.len() != 3 || !self.currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            invalid.push(
                "price.currency",
                FieldCode::NotAllowed { value: self.currency.clone(), allowed: vec![yuan()] },
            );
        }
    }

    /// Visits every text.
    pub(super) fn texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.text.iter_mut().for_each(&mut *visit);
        self.concessions.iter_mut().for_each(|concession| visit(&mut concession.who));
    }
}

fn yuan() -> String {
    "CNY".to_owned()
}

/// A reduced price for a group of people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Concession {
    /// Who gets it.
    pub who: Text,
    /// Their price; 0 is free; absent where only words are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
}

/// How people get into an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Admission {
    /// Just come.
    WalkIn,
    /// Sign up here, alone or as a family.
    Signup,
    /// Groups and classes book.
    Group,
    /// By invitation.
    Invited,
    /// Sign up elsewhere: see `externalSignup`.
    External,
}

impl Admission {
    /// All ways in.
    pub const ALL: [Self; 5] = [Self::WalkIn, Self::Signup, Self::Group, Self::Invited, Self::External];

    /// Whether one signs up here, so that sessions have terms of sign-up.
    #[must_use]
    pub fn asks_for_signup(self) -> bool {
        matches!(self, Self::Signup | Self::Group)
    }
}

/// Where to sign up when it is not here. At least one field is given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExternalSignup {
    /// A web page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A mini-program's appid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// The page within that mini-program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// Whether a base wants to be booked before a visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Booking {
    /// How far a booking is needed.
    pub need: BookingNeed,
    /// Details in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// Where to book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_signup: Option<ExternalSignup>,
}

/// How far a booking is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BookingNeed {
    /// Not needed.
    None,
    /// Wise at busy times, or needed for a part of the offer.
    Recommended,
    /// Nobody gets in without.
    Required,
    /// Groups only, by appointment.
    Group,
}
