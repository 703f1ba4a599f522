//! Events as authors write and read them: the names are those of the public detail, and everything may still be missing.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::domain::drafts::Body;
use crate::domain::events::{Ages, Event};
use crate::domain::geo;
use crate::domain::invalid::Invalid;
use crate::domain::media::Notice;
use crate::http::list::Crs;
use crate::http::v1::admission::Admission;
use crate::http::v1::events::item::Mode;
use crate::http::v1::manage::drafted::Said;
use crate::http::v1::manage::named::{Named, named};
use crate::http::v1::manage::parts::{
    AuthoredAccessibility, AuthoredExternalSignup, AuthoredImage, AuthoredOnline, AuthoredOrganiser,
    AuthoredPeriod, AuthoredPrice, AuthoredRecording, AuthoredSpeaker,
};
use crate::http::v1::manage::places::{AuthoredPlace, Ground, Warning};
use crate::http::v1::manage::returned::Answered;
use crate::http::v1::manage::words::{Words, words};

/// What is said of an event, alone or beside what else a body says.
macro_rules! event {
    ($($(#[$doc:meta])* $name:ident: $($derive:ident)* { $($beside:tt)* })+) => {$(
        #[skip_serializing_none]
        #[derive(Debug, Default, $($derive,)* ToSchema)]
        $(#[$doc])*
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $($beside)*
            #[schema(schema_with = words)]
            title: Option<Words>,
            #[schema(schema_with = words)]
            summary: Option<Words>,
            #[schema(schema_with = words)]
            description: Option<Words>,
            /// A code of `/v1/taxonomy?scheme=form`.
            #[schema(example = "lecture")]
            form: Option<String>,
            /// Codes of `/v1/taxonomy?scheme=topic`, the main one first.
            #[schema(example = json!(["biodiversity"]), max_items = 10)]
            topics: Option<Vec<String>>,
            /// Codes of `/v1/taxonomy?scheme=audience`.
            #[schema(example = json!(["child_family"]), max_items = 10)]
            audiences: Option<Vec<String>>,
            /// Subjects in free words.
            #[schema(example = json!(["昆虫"]), max_items = 20)]
            tags: Option<Vec<String>>,
            /// Youngest age it is made for, in completed years.
            #[schema(example = 6, maximum = 120)]
            age_min: Option<u8>,
            /// Oldest age it is made for, in completed years.
            #[schema(example = 12, maximum = 120)]
            age_max: Option<u8>,
            /// Whether taking part is free; a venue's own ticket, if any, is said in `price`.
            #[schema(example = true)]
            free: Option<bool>,
            /// What it costs.
            price: Option<AuthoredPrice>,
            /// On site, online or both.
            mode: Option<Mode>,
            /// How people get in.
            admission: Option<Admission>,
            /// Where to sign up if it is not here.
            external_signup: Option<AuthoredExternalSignup>,
            #[schema(schema_with = words)]
            notice: Option<Words>,
            /// Who runs it, the first is the main one: the organisation itself, which is meant if nothing is said.
            #[schema(max_items = 20)]
            organisers: Option<Vec<AuthoredOrganiser>>,
            /// Who speaks or leads.
            #[schema(max_items = 50)]
            speakers: Option<Vec<AuthoredSpeaker>>,
            #[schema(schema_with = named)]
            base: Option<Named>,
            /// Its place, where that is not the base's.
            place: Option<AuthoredPlace>,
            #[schema(schema_with = named)]
            series: Option<Named>,
            /// How to take part from afar.
            online: Option<AuthoredOnline>,
            /// Recordings of past sessions.
            #[schema(max_items = 50)]
            recordings: Option<Vec<AuthoredRecording>>,
            /// Language spoken, a BCP 47 tag; `zh-CN` if absent.
            #[schema(example = "zh-CN", max_length = 35)]
            language: Option<String>,
            /// Who can take part; where nothing is said, what is known of its base.
            accessibility: Option<AuthoredAccessibility>,
            /// Pictures, the first is the cover.
            #[schema(max_items = 20)]
            images: Option<Vec<AuthoredImage>>,
            /// First and last day of what runs day after day.
            period: Option<AuthoredPeriod>,
        }
    )+};
}

event! {
    /// An event that is to be; whatever is missing can follow until it is submitted.
    #[serde(deny_unknown_fields)]
    NewEvent: Deserialize {
        #[schema(schema_with = named)]
        pub(super) organiser: Option<Named>,
        /// The datum of `place`; `gcj02` if absent.
        pub(super) crs: Option<Crs>,
    }

    /// What an event is to be from now on: what is left out is removed.
    #[serde(deny_unknown_fields)]
    ChangedEvent: Deserialize {
        /// The version that was read.
        #[schema(example = 1, minimum = 1)]
        pub(super) version: i64,
        /// The datum of `place`; `gcj02` if absent.
        pub(super) crs: Option<Crs>,
    }

    /// An event as its author wrote it.
    AuthoredEvent: Serialize {}
}

/// Makes the fields that a draft keeps from those that an author wrote.
macro_rules! body {
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
                put("title", text(self.title));
                put("summary", text(self.summary));
                put("description", text(self.description));
                put("form", self.form.map(serde_json::to_value));
                put("topics", self.topics.map(serde_json::to_value));
                put("audiences", self.audiences.map(serde_json::to_value));
                put("tags", self.tags.map(serde_json::to_value));
                let ages = Ages { min: self.age_min, max: self.age_max };
                put("ages", (ages != Ages::default()).then(|| serde_json::to_value(ages)));
                put("free", self.free.map(serde_json::to_value));
                put("price", self.price.map(|price| serde_json::to_value(price.price())));
                put("mode", self.mode.map(serde_json::to_value));
                put("admission", self.admission.map(serde_json::to_value));
                put("externalSignup", self.external_signup.map(|one| serde_json::to_value(one.signup())));
                let notice = |words: Words| serde_json::to_value(Notice { text: words.0, since: None });
                put("notice", self.notice.map(notice));
                let organisers = self.organisers.map(|all| AuthoredOrganiser::all(all, &mut invalid));
                put("organisers", organisers.map(serde_json::to_value));
                let speakers = |all: Vec<AuthoredSpeaker>| {
                    serde_json::to_value(all.into_iter().map(AuthoredSpeaker::speaker).collect::<Vec<_>>())
                };
                put("speakers", self.speakers.map(speakers));
                let base = self.base.and_then(|base| base.id("base", "base", &mut invalid));
                put("base", base.map(|id: crate::domain::ids::BaseId| serde_json::to_value(id)));
                let place = self.place.and_then(|place| place.read("place", ground, warnings, &mut invalid));
                put("place", place.map(serde_json::to_value));
                let series = self.series.and_then(|series| series.id("series", "series", &mut invalid));
                put("series", series.map(|id: crate::domain::ids::SeriesId| serde_json::to_value(id)));
                put("online", self.online.map(|online| serde_json::to_value(online.online())));
                let recordings = |all: Vec<AuthoredRecording>| {
                    serde_json::to_value(all.into_iter().map(AuthoredRecording::recording).collect::<Vec<_>>())
                };
                put("recordings", self.recordings.map(recordings));
                put("language", self.language.map(serde_json::to_value));
                put("accessibility", self.accessibility.map(|one| serde_json::to_value(one.accessibility())));
                let images = |all: Vec<AuthoredImage>| {
                    serde_json::to_value(all.into_iter().map(AuthoredImage::image).collect::<Vec<_>>())
                };
                put("images", self.images.map(images));
                let period = self.period.and_then(|period| period.period(&mut invalid));
                put("period", period.map(serde_json::to_value));
                invalid.or(body)
            }
        }
    )+};
}

body! { NewEvent ChangedEvent }

impl AuthoredEvent {
    /// An event as its author reads it: `event` is what its draft gives, of which only what `given` names was said.
    pub(super) fn new(event: Event, given: &Body, crs: geo::Crs) -> Self {
        let said = |field: &str| given.contains_key(field);
        let list = |field: &str, empty: bool| said(field) && !empty;
        Self {
            title: said("title").then(|| event.title.into()),
            summary: said("summary").then(|| event.summary.into()),
            description: event.description.map(Words),
            form: said("form").then_some(event.form.0),
            topics: said("topics").then(|| event.topics.into_iter().map(|code| code.0).collect()),
            audiences: said("audiences").then(|| event.audiences.into_iter().map(|code| code.0).collect()),
            tags: list("tags", event.tags.is_empty()).then_some(event.tags),
            age_min: event.ages.min,
            age_max: event.ages.max,
            free: said("free").then_some(event.free),
            price: event.price.map(AuthoredPrice::from),
            mode: said("mode").then(|| event.mode.into()),
            admission: said("admission").then(|| event.admission.into()),
            external_signup: event.external_signup.map(AuthoredExternalSignup::from),
            notice: event.notice.map(|notice| notice.text.into()),
            organisers: Some(event.organisers.into_iter().map(AuthoredOrganiser::from).collect()),
            speakers: list("speakers", event.speakers.is_empty())
                .then(|| event.speakers.into_iter().map(AuthoredSpeaker::from).collect()),
            base: event.base.map(|base| Named(base.to_string())),
            place: event.place.as_ref().map(|place| AuthoredPlace::new(place, crs)),
            series: event.series.map(|series| Named(series.to_string())),
            online: event.online.map(AuthoredOnline::from),
            recordings: list("recordings", event.recordings.is_empty())
                .then(|| event.recordings.into_iter().map(AuthoredRecording::from).collect()),
            language: said("language").then_some(event.language),
            accessibility: AuthoredAccessibility::of(event.accessibility),
            images: list("images", event.images.is_empty())
                .then(|| event.images.into_iter().map(AuthoredImage::from).collect()),
            period: event.period.map(AuthoredPeriod::from),
        }
    }
}

impl Answered for ChangedEvent {}
