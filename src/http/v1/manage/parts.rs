//! Parts of things as authors write and read them.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::domain::admission::{Booking, Concession, ExternalSignup, Price};
use crate::domain::events::{Online, Period, Recording, Speaker};
use crate::domain::ids::ImageId;
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::media::Image;
use crate::domain::organisations::Organiser;
use crate::domain::places::Accessibility;
use crate::domain::time::parse_date;
use crate::http::v1::admission::BookingNeed;
use crate::http::v1::events::detail::OnlineKind;
use crate::http::v1::manage::words::{Words, words};
use crate::http::v1::organisers::OrganiserRole;
use crate::http::v1::places::Provision;

/// What it costs; information, paid at the venue or at the external place.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredPrice {
    /// Full price of one adult in units of `currency`; absent where only words are known.
    #[schema(example = 60.0, minimum = 0)]
    amount: Option<f64>,
    /// ISO 4217 code; `CNY` if absent.
    #[schema(example = "CNY", min_length = 3, max_length = 3)]
    currency: Option<String>,
    #[schema(schema_with = words)]
    text: Option<Words>,
    /// Reductions.
    #[schema(max_items = 20)]
    concessions: Option<Vec<AuthoredConcession>>,
}

/// A reduced price for a group of people.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredConcession {
    #[schema(schema_with = words)]
    who: Words,
    /// Their price; 0 is free; absent where only words are known.
    #[schema(example = 30.0, minimum = 0)]
    amount: Option<f64>,
}

/// Where to sign up when it is not here; at least one field is given.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredExternalSignup {
    /// A web page.
    #[schema(example = "https://example.org/booking", max_length = 500)]
    url: Option<String>,
    /// A mini-program's appid.
    #[schema(example = "wx0123456789abcdef", max_length = 32)]
    app_id: Option<String>,
    /// The page within that mini-program.
    #[schema(example = "pages/booking/index", max_length = 200)]
    path: Option<String>,
    /// A telephone number.
    #[schema(example = "020-12345678", max_length = 30)]
    phone: Option<String>,
}

/// Whether one must book before a visit.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredBooking {
    /// How far a booking is needed.
    need: BookingNeed,
    #[schema(schema_with = words)]
    text: Option<Words>,
    /// Where to book.
    external_signup: Option<AuthoredExternalSignup>,
}

/// An organisation and its part.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredOrganiser {
    /// The organisation's id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Not looked at.
    #[serde(default, skip_serializing)]
    #[schema(example = "广东科学中心")]
    #[expect(dead_code, reason = "what public answers show can be sent back")]
    name: Option<String>,
    /// Its part; `organiser` if absent.
    role: Option<OrganiserRole>,
}

/// Somebody who speaks. A name is given only of who agreed to be named.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredSpeaker {
    #[schema(schema_with = words)]
    name: Option<Words>,
    #[schema(schema_with = words)]
    role: Words,
    #[schema(schema_with = words)]
    organisation: Option<Words>,
}

/// How to take part from afar.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredOnline {
    /// What it is.
    kind: OnlineKind,
    /// Where.
    #[schema(example = "https://example.org/live", max_length = 500)]
    url: Option<String>,
    /// Whether only people who signed up get the address; `false` if absent.
    #[schema(example = false)]
    for_signed_up_only: Option<bool>,
}

/// A recording.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredRecording {
    #[schema(schema_with = words)]
    title: Words,
    /// Where it is.
    #[schema(example = "https://example.org/video", max_length = 500)]
    url: String,
}

/// What is known of access for people with disabilities; what is absent is unknown.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredAccessibility {
    /// Step-free access for wheelchairs and prams.
    wheelchair: Option<Provision>,
    /// For people who hear little: sign language, captions, induction loops.
    hearing: Option<Provision>,
    /// For people who see little: tactile paths and models, audio description.
    visual: Option<Provision>,
    #[schema(schema_with = words)]
    text: Option<Words>,
}

/// A picture: one that was uploaded (`POST /v1/manage/images`) by its `id`, another one by `url`, `alt`, `width` and
/// `height`.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredImage {
    /// The picture of the organisation's that is meant; the other fields are then filled in, `alt` where it is absent.
    #[schema(value_type = Option<String>, example = "01h2x7m9k4qpz")]
    id: Option<ImageId>,
    /// Where it lies, absolute.
    #[schema(example = "https://example.org/images/hall.webp", max_length = 500)]
    url: Option<String>,
    #[schema(schema_with = words)]
    alt: Option<Words>,
    /// Width in pixels.
    #[schema(example = 1200, minimum = 1)]
    width: Option<u32>,
    /// Height in pixels.
    #[schema(example = 800, minimum = 1)]
    height: Option<u32>,
}

/// First and last day, both inclusive.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredPeriod {
    /// First day.
    #[schema(example = "2026-11-01", format = Date)]
    from: String,
    /// Last day.
    #[schema(example = "2027-02-28", format = Date)]
    to: String,
}

impl AuthoredPrice {
    pub(super) fn price(self) -> Price {
        let concession = |one: AuthoredConcession| Concession { who: one.who.0, amount: one.amount };
        Price {
            amount: self.amount,
            currency: self.currency.unwrap_or_else(|| "CNY".to_owned()),
            text: self.text.map(|words| words.0),
            concessions: self.concessions.into_iter().flatten().map(concession).collect(),
        }
    }
}

impl From<Price> for AuthoredPrice {
    fn from(price: Price) -> Self {
        let concession = |one: Concession| AuthoredConcession { who: one.who.into(), amount: one.amount };
        let concessions: Vec<_> = price.concessions.into_iter().map(concession).collect();
        Self {
            amount: price.amount,
            currency: Some(price.currency),
            text: price.text.map(Words),
            concessions: (!concessions.is_empty()).then_some(concessions),
        }
    }
}

impl AuthoredExternalSignup {
    pub(super) fn signup(self) -> ExternalSignup {
        ExternalSignup { url: self.url, app_id: self.app_id, path: self.path, phone: self.phone }
    }
}

impl From<ExternalSignup> for AuthoredExternalSignup {
    fn from(signup: ExternalSignup) -> Self {
        Self { url: signup.url, app_id: signup.app_id, path: signup.path, phone: signup.phone }
    }
}

impl AuthoredBooking {
    pub(super) fn booking(self) -> Booking {
        let external_signup = self.external_signup.map(AuthoredExternalSignup::signup);
        Booking { need: self.need.into(), text: self.text.map(|words| words.0), external_signup }
    }
}

impl From<Booking> for AuthoredBooking {
    fn from(booking: Booking) -> Self {
        let external_signup = booking.external_signup.map(AuthoredExternalSignup::from);
        Self { need: booking.need.into(), text: booking.text.map(Words), external_signup }
    }
}

impl AuthoredOrganiser {
    pub(super) fn all(all: Vec<Self>, invalid: &mut Invalid) -> Vec<Organiser> {
        let mut read = Vec::with_capacity(all.len());
        for (at, one) in all.into_iter().enumerate() {
            match one.id.parse() {
                Ok(organisation) => {
                    let role = one.role.map(Into::into).unwrap_or_default();
                    read.push(Organiser { organisation, role });
                }
                Err(_) => {
                    invalid.push(format!("organisers[{at}].id"), FieldCode::NoSuch { kind: "organisation" });
                }
            }
        }
        read
    }
}

impl From<Organiser> for AuthoredOrganiser {
    fn from(organiser: Organiser) -> Self {
        Self { id: organiser.organisation.to_string(), name: None, role: Some(organiser.role.into()) }
    }
}

impl AuthoredSpeaker {
    pub(super) fn speaker(self) -> Speaker {
        Speaker {
            name: self.name.map(|words| words.0),
            role: self.role.0,
            organisation: self.organisation.map(|words| words.0),
        }
    }
}

impl From<Speaker> for AuthoredSpeaker {
    fn from(speaker: Speaker) -> Self {
        Self {
            name: speaker.name.map(Words),
            role: speaker.role.into(),
            organisation: speaker.organisation.map(Words),
        }
    }
}

impl AuthoredOnline {
    pub(super) fn online(self) -> Online {
        let for_signed_up_only = self.for_signed_up_only.unwrap_or_default();
        Online { kind: self.kind.into(), url: self.url, for_signed_up_only }
    }
}

impl From<Online> for AuthoredOnline {
    fn from(online: Online) -> Self {
        let for_signed_up_only = Some(online.for_signed_up_only);
        Self { kind: online.kind.into(), url: online.url, for_signed_up_only }
    }
}

impl AuthoredRecording {
    pub(super) fn recording(self) -> Recording {
        Recording { title: self.title.0, url: self.url }
    }
}

impl From<Recording> for AuthoredRecording {
    fn from(recording: Recording) -> Self {
        Self { title: recording.title.into(), url: recording.url }
    }
}

impl AuthoredAccessibility {
    pub(super) fn accessibility(self) -> Accessibility {
        Accessibility {
            wheelchair: self.wheelchair.map(Into::into),
            hearing: self.hearing.map(Into::into),
            visual: self.visual.map(Into::into),
            text: self.text.map(|words| words.0),
        }
    }

    /// What is said; `None` if nothing is.
    pub(super) fn of(accessibility: Accessibility) -> Option<Self> {
        (accessibility != Accessibility::default()).then(|| Self {
            wheelchair: accessibility.wheelchair.map(Into::into),
            hearing: accessibility.hearing.map(Into::into),
            visual: accessibility.visual.map(Into::into),
            text: accessibility.text.map(Words),
        })
    }
}

impl AuthoredImage {
    /// The picture that is meant; of one that is named by its id the rest is filled in where it is kept.
    pub(in crate::http::v1) fn image(self) -> Image {
        Image {
            id: self.id,
            url: self.url.unwrap_or_default(),
            alt: self.alt.map(|alt| alt.0).unwrap_or_default(),
            width: self.width.unwrap_or_default(),
            height: self.height.unwrap_or_default(),
        }
    }
}

impl From<Image> for AuthoredImage {
    fn from(image: Image) -> Self {
        Self {
            id: image.id,
            url: Some(image.url),
            alt: Some(image.alt.into()),
            width: Some(image.width),
            height: Some(image.height),
        }
    }
}

impl AuthoredPeriod {
    pub(super) fn period(self, invalid: &mut Invalid) -> Option<Period> {
        let mut day = |field: &str, text: &str| {
            let day = parse_date(text);
            if day.is_err() {
                invalid.push(field, FieldCode::Malformed(Expected::Date));
            }
            day.ok()
        };
        let (from, to) = (day("period.from", &self.from), day("period.to", &self.to));
        Some(Period { from: from?, to: to? })
    }
}

impl From<Period> for AuthoredPeriod {
    fn from(period: Period) -> Self {
        Self { from: period.from.to_string(), to: period.to.to_string() }
    }
}
