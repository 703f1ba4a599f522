//! How one gets in: prices, booking, signing up elsewhere. Kepu moves no money.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::view::View;
use crate::domain::admission;
use crate::http::wire::wire;

wire! {
    /// How people get into an event.
    Admission = admission::Admission {
        /// Just come.
        WalkIn "walkIn"
        /// Sign up here, alone or as a family.
        Signup "signup"
        /// Groups and classes book.
        Group "group"
        /// By invitation.
        Invited "invited"
        /// Sign up elsewhere: see `externalSignup`.
        External "external"
    }

    /// How far a booking is needed.
    BookingNeed = admission::BookingNeed {
        /// Not needed.
        None "none"
        /// Wise at busy times, or needed for a part of the offer.
        Recommended "recommended"
        /// Nobody gets in without.
        Required "required"
        /// Groups only, by appointment.
        Group "group"
    }
}

/// What it costs; information, paid at the venue or at the external place.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Price<'a> {
    /// Full price of one adult in units of `currency`.
    #[schema(example = 60.0)]
    pub amount: f64,
    /// ISO 4217 code.
    #[schema(example = "CNY")]
    pub currency: &'a str,
    /// The price in words.
    #[schema(example = "全票60元，影院另收费")]
    pub text: Option<&'a str>,
    /// Reductions.
    pub concessions: Vec<Concession<'a>>,
}

/// A reduced price for a group of people.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Concession<'a> {
    /// Who gets it.
    #[schema(example = "学生")]
    pub who: &'a str,
    /// Their price; 0 is free; absent where only words are known.
    #[schema(example = 30.0)]
    pub amount: Option<f64>,
}

/// Where to sign up when it is not here; at least one field is given.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExternalSignup<'a> {
    /// A web page.
    #[schema(example = "https://example.org/booking")]
    pub url: Option<&'a str>,
    /// A mini-program's appid.
    #[schema(example = "wx0123456789abcdef")]
    pub app_id: Option<&'a str>,
    /// The page within that mini-program.
    #[schema(example = "pages/booking/index")]
    pub path: Option<&'a str>,
    /// A telephone number.
    #[schema(example = "020-12345678")]
    pub phone: Option<&'a str>,
}

/// Whether a base wants to be booked before a visit.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Booking<'a> {
    /// How far a booking is needed.
    pub need: BookingNeed,
    /// Details in words.
    #[schema(example = "个人免预约，团体提前三天预约")]
    pub text: Option<&'a str>,
    /// Where to book.
    pub external_signup: Option<ExternalSignup<'a>>,
}

impl<'a> Price<'a> {
    /// A price as `view` shows it; `None` where only words are known, which [`price_text`] shows.
    pub fn new(view: &View<'a>, price: &'a admission::Price) -> Option<Self> {
        let concession =
            |one: &'a admission::Concession| Concession { who: view.text(&one.who), amount: one.amount };
        Some(Self {
            amount: price.amount?,
            currency: &price.currency,
            text: price.text.as_ref().map(|text| view.text(text)),
            concessions: price.concessions.iter().map(concession).collect(),
        })
    }
}

/// The price in words, where no amount is known.
pub fn price_text<'a>(view: &View<'a>, price: Option<&'a admission::Price>) -> Option<&'a str> {
    price.filter(|price| price.amount.is_none())?.text.as_ref().map(|text| view.text(text))
}

impl<'a> From<&'a admission::ExternalSignup> for ExternalSignup<'a> {
    fn from(signup: &'a admission::ExternalSignup) -> Self {
        Self {
            url: signup.url.as_deref(),
            app_id: signup.app_id.as_deref(),
            path: signup.path.as_deref(),
            phone: signup.phone.as_deref(),
        }
    }
}

impl<'a> Booking<'a> {
    /// A booking as `view` shows it.
    pub fn new(view: &View<'a>, booking: &'a admission::Booking) -> Self {
        Self {
            need: booking.need.into(),
            text: booking.text.as_ref().map(|text| view.text(text)),
            external_signup: booking.external_signup.as_ref().map(ExternalSignup::from),
        }
    }
}
