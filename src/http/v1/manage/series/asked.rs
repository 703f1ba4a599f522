//! Lecture series as authors write and read them. A lecture joins by the `series` of its event.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::domain::drafts::Body;
use crate::domain::ids::BaseId;
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::partial_date::PartialDate;
use crate::domain::series::Series;
use crate::http::list::Crs;
use crate::http::v1::manage::drafted::Said;
use crate::http::v1::manage::named::{Named, named};
use crate::http::v1::manage::parts::{AuthoredImage, AuthoredOrganiser};
use crate::http::v1::manage::places::{Ground, Warning};
use crate::http::v1::manage::returned::Answered;
use crate::http::v1::manage::words::{Words, words};

/// What is said of a series, alone or beside what else a body says.
macro_rules! series {
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
            summary: Option<Words>,
            /// Who runs it, the first is the main one: the organisation itself, which is meant if nothing is said.
            #[schema(max_items = 20)]
            organisers: Option<Vec<AuthoredOrganiser>>,
            #[schema(schema_with = words)]
            frequency: Option<Words>,
            /// Since when: a year, a month or a day.
            #[schema(example = "2012-05")]
            since: Option<String>,
            /// Codes of `/v1/taxonomy?scheme=topic`.
            #[schema(example = json!(["astronomy_space"]), max_items = 10)]
            topics: Option<Vec<String>>,
            /// Subjects in free words.
            #[schema(example = json!(["院士讲座"]), max_items = 20)]
            tags: Option<Vec<String>>,
            #[schema(schema_with = named)]
            base: Option<Named>,
            /// A picture.
            cover: Option<AuthoredImage>,
        }
    )+};
}

series! {
    /// A lecture series that is to be; whatever is missing can follow until it is submitted.
    #[serde(deny_unknown_fields)]
    NewSeries: Deserialize {
        #[schema(schema_with = named)]
        pub(super) organiser: Option<Named>,
    }

    /// What a lecture series is to be from now on: what is left out is removed.
    #[serde(deny_unknown_fields)]
    ChangedSeries: Deserialize {
        /// The version that was read.
        #[schema(example = 1, minimum = 1)]
        pub(super) version: i64,
    }

    /// A lecture series as its author wrote it.
    AuthoredSeries: Serialize {}
}

/// Makes the fields that a draft keeps from those that an author wrote.
macro_rules! said {
    ($($name:ident)+) => {$(
        impl Said for $name {
            fn crs(&self) -> Option<Crs> {
                None
            }

            fn body(self, _: Ground<'_>, _: &mut Vec<Warning>) -> Result<Body, Invalid> {
                let (mut invalid, mut body) = (Invalid::default(), Body::new());
                // Texts, numbers, lists and structures of them: nothing of it fails to be JSON.
                let mut put = |field: &str, value: Option<serde_json::Result<Value>>| {
                    body.extend(value.and_then(Result::ok).map(|value| (field.to_owned(), value)));
                };
                let text = |words: Option<Words>| words.map(|words| serde_json::to_value(words.0));
                put("name", text(self.name));
                put("summary", text(self.summary));
                let organisers = self.organisers.map(|all| AuthoredOrganiser::all(all, &mut invalid));
                put("organisers", organisers.map(serde_json::to_value));
                put("frequency", text(self.frequency));
                let since = self.since.and_then(|since| date(since, "since", &mut invalid));
                put("since", since.map(serde_json::to_value));
                put("topics", self.topics.map(serde_json::to_value));
                put("tags", self.tags.map(serde_json::to_value));
                let base: Option<BaseId> = self.base.and_then(|base| base.id("base", "base", &mut invalid));
                put("base", base.map(serde_json::to_value));
                put("cover", self.cover.map(|cover| serde_json::to_value(cover.image())));
                invalid.or(body)
            }
        }
    )+};
}

said! { NewSeries ChangedSeries }

fn date(written: String, field: &str, invalid: &mut Invalid) -> Option<PartialDate> {
    let read = PartialDate::try_from(written);
    if read.is_err() {
        invalid.push(field, FieldCode::Malformed(Expected::Date));
    }
    read.ok()
}

impl AuthoredSeries {
    /// A series as its author reads it: `series` is what its draft gives, of which only what `given` names was said.
    pub(super) fn new(series: Series, given: &Body) -> Self {
        let said = |field: &str| given.contains_key(field);
        Self {
            name: said("name").then(|| series.name.into()),
            summary: said("summary").then(|| series.summary.into()),
            organisers: Some(series.organisers.into_iter().map(AuthoredOrganiser::from).collect()),
            frequency: series.frequency.map(Words),
            since: series.since.map(String::from),
            topics: (!series.topics.is_empty())
                .then(|| series.topics.into_iter().map(|code| code.0).collect()),
            tags: (!series.tags.is_empty()).then_some(series.tags),
            base: series.base.map(|base| Named(base.to_string())),
            cover: series.cover.map(AuthoredImage::from),
        }
    }
}

impl Answered for ChangedSeries {}
