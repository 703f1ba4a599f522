//! Bases as authors write and read them. Levels and closures are not theirs to write here: authorities grant the ones,
//! and the others take effect at once.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::domain::bases::{Base, Hours};
use crate::domain::drafts::Body;
use crate::domain::geo;
use crate::domain::invalid::Invalid;
use crate::domain::media::{Image, Notice};
use crate::http::list::Crs;
use crate::http::v1::manage::drafted::Said;
use crate::http::v1::manage::named::{Named, named};
use crate::http::v1::manage::parts::{
    AuthoredAccessibility, AuthoredBooking, AuthoredImage, AuthoredOrganiser, AuthoredPrice,
};
use crate::http::v1::manage::places::{AuthoredPlace, Ground, Warning};
use crate::http::v1::manage::returned::Answered;
use crate::http::v1::manage::words::{Words, words};

/// When it is open.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthoredHours {
    /// A rule in the syntax of OpenStreetMap's `opening_hours`; `PH` is a public holiday with its adjusted days off.
    #[schema(example = "Tu-Su 09:30-17:00; PH 09:30-17:00", max_length = 500)]
    rule: Option<String>,
    #[schema(schema_with = words)]
    note: Option<Words>,
}

/// What is said of a base, alone or beside what else a body says.
macro_rules! base {
    ($($(#[$doc:meta])* $name:ident: $($derive:ident)* { $($beside:tt)* })+) => {$(
        #[skip_serializing_none]
        #[derive(Debug, Default, $($derive,)* ToSchema)]
        $(#[$doc])*
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $($beside)*
            #[schema(schema_with = words)]
            name: Option<Words>,
            #[schema(schema_with = words)]
            description: Option<Words>,
            /// A code of `/v1/taxonomy?scheme=category`.
            #[schema(example = "science_museum")]
            category: Option<String>,
            /// Who runs it, the first is the main one: the organisation itself, which is meant if nothing is said.
            #[schema(max_items = 20)]
            organisers: Option<Vec<AuthoredOrganiser>>,
            /// Where it is.
            place: Option<AuthoredPlace>,
            /// When it is open.
            hours: Option<AuthoredHours>,
            /// Whether one must book.
            booking: Option<AuthoredBooking>,
            /// Whether entry is free; absent where that is not known.
            #[schema(example = false)]
            free: Option<bool>,
            /// What entry costs.
            price: Option<AuthoredPrice>,
            /// Public telephone number.
            #[schema(example = "020-12345678", max_length = 30)]
            phone: Option<String>,
            /// Who can get in and around.
            accessibility: Option<AuthoredAccessibility>,
            /// What it offers, in free words.
            #[schema(example = json!(["天象厅", "4D影院"]), max_items = 30)]
            facilities: Option<Vec<String>>,
            /// Pictures, the first is the cover.
            #[schema(max_items = 20)]
            images: Option<Vec<AuthoredImage>>,
            #[schema(schema_with = words)]
            notice: Option<Words>,
        }
    )+};
}

base! {
    /// A base that is to be; whatever is missing can follow until it is submitted.
    #[serde(deny_unknown_fields)]
    NewBase: Deserialize {
        #[schema(schema_with = named)]
        pub(super) organiser: Option<Named>,
        /// The datum of `place`; `gcj02` if absent.
        crs: Option<Crs>,
    }

    /// What a base is to be from now on: what is left out is removed.
    #[serde(deny_unknown_fields)]
    ChangedBase: Deserialize {
        /// The version that was read.
        #[schema(example = 1, minimum = 1)]
        pub(super) version: i64,
        /// The datum of `place`; `gcj02` if absent.
        crs: Option<Crs>,
    }

    /// A base as its author wrote it.
    AuthoredBase: Serialize {}
}

/// Makes the fields that a draft keeps from those that an author wrote.
macro_rules! said {
    ($($name:ident)+) => {$(
        impl Said for $name {
            fn crs(&self) -> Option<Crs> {
                self.crs
            }

            fn body(self, ground: Ground<'_>, warnings: &mut Vec<Warning>) -> Result<Body, Invalid> {
                let (mut invalid, mut body) = (Invalid::default(), Body::new());
                // Texts, numbers, lists and structures of them: nothing of it fails to be JSON.
                let mut put = |field: &str, value: Option<serde_json::Result<Value>>| {
                    body.extend(value.and_then(Result::ok).map(|value| (field.to_owned(), value)));
                };
                let text = |words: Option<Words>| words.map(|words| serde_json::to_value(words.0));
                put("name", text(self.name));
                put("description", text(self.description));
                put("category", self.category.map(serde_json::to_value));
                let organisers = self.organisers.map(|all| AuthoredOrganiser::all(all, &mut invalid));
                put("organisers", organisers.map(serde_json::to_value));
                let place = self.place.and_then(|place| place.read("place", ground, warnings, &mut invalid));
                put("place", place.map(serde_json::to_value));
                put("hours", self.hours.map(|hours| serde_json::to_value(Hours::from(hours))));
                put("booking", self.booking.map(|one| serde_json::to_value(one.booking())));
                put("free", self.free.map(serde_json::to_value));
                put("price", self.price.map(|price| serde_json::to_value(price.price())));
                put("phone", self.phone.map(serde_json::to_value));
                put("accessibility", self.accessibility.map(|one| serde_json::to_value(one.accessibility())));
                put("facilities", self.facilities.map(serde_json::to_value));
                let images: Option<Vec<Image>> =
                    self.images.map(|all| all.into_iter().map(AuthoredImage::image).collect());
                put("images", images.map(serde_json::to_value));
                let notice = |words: Words| serde_json::to_value(Notice { text: words.0, since: None });
                put("notice", self.notice.map(notice));
                invalid.or(body)
            }
        }
    )+};
}

said! { NewBase ChangedBase }

impl AuthoredBase {
    /// A base as its author reads it: `base` is what its draft gives, of which only what `given` names was said.
    pub(super) fn new(base: Base, given: &Body, crs: geo::Crs) -> Self {
        let said = |field: &str| given.contains_key(field);
        Self {
            name: said("name").then(|| base.name.into()),
            description: said("description").then(|| base.description.into()),
            category: said("category").then_some(base.category.0),
            organisers: Some(base.organisers.into_iter().map(AuthoredOrganiser::from).collect()),
            place: said("place").then(|| AuthoredPlace::new(&base.place, crs)),
            hours: AuthoredHours::of(base.hours),
            booking: said("booking").then(|| base.booking.into()),
            free: base.free,
            price: base.price.map(AuthoredPrice::from),
            phone: base.phone,
            accessibility: AuthoredAccessibility::of(base.accessibility),
            facilities: (!base.facilities.is_empty()).then_some(base.facilities),
            images: (!base.images.is_empty())
                .then(|| base.images.into_iter().map(AuthoredImage::from).collect()),
            notice: base.notice.map(|notice| notice.text.into()),
        }
    }
}

impl AuthoredHours {
    /// What is said; `None` if nothing is.
    fn of(hours: Hours) -> Option<Self> {
        let said = hours != Hours::default();
        said.then(|| Self { rule: hours.rule, note: hours.note.map(Words) })
    }
}

impl From<AuthoredHours> for Hours {
    fn from(hours: AuthoredHours) -> Self {
        Self { rule: hours.rule, note: hours.note.map(|words| words.0) }
    }
}

impl Answered for ChangedBase {}
