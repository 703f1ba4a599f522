//! Campaigns as authorities write and read them.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::app;
use crate::domain::campaigns::{Campaign, Edition, PublishedEdition, Recurrence, Unit};
use crate::domain::divisions::Adcode;
use crate::domain::ids::{self, OrganisationId};
use crate::domain::invalid::{Expected, FieldCode, FieldError, Invalid};
use crate::domain::media::Image;
use crate::domain::record::Record;
use crate::domain::sources::{Confidence, Source};
use crate::domain::text::Text;
use crate::domain::time::{Rfc3339, parse_date, rfc3339};
use crate::http::problem::Problem;
use crate::http::v1::campaigns::{CampaignType, UnitRole};
use crate::http::v1::manage::words::{Words, words};

/// What is said of a campaign, beside what else a body says.
macro_rules! campaign {
    ($($(#[$doc:meta])* $name:ident { $($beside:tt)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize, ToSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            $($beside)*
            /// The division whose authority keeps it: one's own, or one within. Absent: one's own, where that is one; of what
            /// is changed, what it was.
            #[schema(example = "440100", pattern = "^[1-9][0-9]{5}$")]
            adcode: Option<String>,
            #[schema(schema_with = words)]
            name: Words,
            /// What kind it is.
            #[serde(rename = "type")]
            kind: CampaignType,
            #[schema(schema_with = words)]
            text: Words,
            /// How it recurs; absent: it takes place when an edition is given.
            recurrence: Option<AuthoredRecurrence>,
            /// Editions with dates of their own.
            #[serde(default)]
            #[schema(max_items = 200)]
            editions: Vec<AuthoredEdition>,
            /// Who answers for it, and who takes part.
            #[serde(default)]
            #[schema(max_items = 300)]
            units: Vec<AuthoredUnit>,
            /// A picture.
            cover: Option<CampaignCover>,
        }

        impl $name {
            /// The campaign that is meant.
            pub(super) fn read(self) -> Result<Campaign, Invalid> {
                let mut invalid = Invalid::default();
                let adcode = self.adcode.and_then(|adcode| {
                    let read = adcode.parse::<Adcode>().ok();
                    if read.is_none() {
                        invalid.push("adcode", FieldCode::Malformed(Expected::Adcode));
                    }
                    read
                });
                let campaign = Campaign {
                    name: self.name.0,
                    kind: self.kind.into(),
                    text: self.text.0,
                    adcode,
                    recurrence: self.recurrence.map_or_else(irregular, AuthoredRecurrence::read),
                    editions: read_all(self.editions, "editions", &mut invalid, AuthoredEdition::read),
                    units: read_all(self.units, "units", &mut invalid, AuthoredUnit::read),
                    cover: self.cover.map(CampaignCover::image),
                    source: Source {
                        text: "主管部门发布".to_owned(),
                        licence: None,
                        confidence: Confidence::High,
                    },
                };
                invalid.or(campaign)
            }
        }
    )+};
}

campaign! {
    /// A campaign that is to be.
    NewCampaign {}

    /// What a campaign is to be from now on: what is left out is removed.
    ChangedCampaign {
        /// The version that was read.
        #[schema(example = 1, minimum = 1)]
        pub(super) version: i64,
    }
}

/// How a campaign recurs.
#[skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredRecurrence {
    /// RFC 5545 RRULE of the first days; absent where there is no rule.
    #[schema(example = "FREQ=YEARLY;BYMONTH=5;BYDAY=3SA", max_length = 500)]
    rule: Option<String>,
    /// Length in days.
    #[schema(example = 8, minimum = 1, maximum = 366)]
    duration_days: u16,
    /// Whether the rule binds, so that its days are certain, rather than being a habit that each year's notice may change;
    /// `false` if absent.
    #[schema(example = false)]
    fixed: Option<bool>,
    #[schema(schema_with = words)]
    text: Words,
}

/// An edition with dates of its own.
#[skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredEdition {
    /// Its id; absent of a new one. Give it to move the days of an edition that is there, or that the rule gives.
    #[schema(example = "01h2x7m9k4qpz")]
    id: Option<String>,
    /// The year it counts for; that of its first day if absent.
    #[schema(example = 2027)]
    year: Option<i32>,
    /// First day.
    #[schema(example = "2027-05-22", format = Date)]
    from: String,
    /// Last day, inclusive.
    #[schema(example = "2027-05-29", format = Date)]
    to: String,
    /// Whether the days are certain; `true` if absent.
    #[schema(example = true)]
    confirmed: Option<bool>,
    #[schema(schema_with = words)]
    slogan: Option<Words>,
}

/// A unit that takes part.
#[skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredUnit {
    /// The organisation, where it is one of this service; only of such it is known what they hold.
    #[schema(example = "01h2x7m9k4qpz")]
    organisation_id: Option<String>,
    #[schema(schema_with = words)]
    name: Option<Words>,
    /// Its part.
    role: UnitRole,
    /// How many events of an edition it has to hold; 1 if absent.
    #[schema(example = 1, minimum = 0, maximum = 1000)]
    required: Option<u16>,
    /// The last year in which it takes part; absent: it goes on.
    #[schema(example = 2027)]
    until: Option<i32>,
}

/// The picture of a campaign: one that lies somewhere already.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CampaignCover {
    /// Where it lies, absolute.
    #[schema(example = "https://example.org/images/week.webp", max_length = 500)]
    url: String,
    #[schema(schema_with = words)]
    alt: Words,
    /// Width in pixels.
    #[schema(example = 1200, minimum = 1)]
    width: u32,
    /// Height in pixels.
    #[schema(example = 800, minimum = 1)]
    height: u32,
}

/// A campaign as those read it who keep it.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdministeredCampaign {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// The division whose authority keeps it.
    #[schema(example = "440100")]
    adcode: Option<String>,
    #[schema(schema_with = words)]
    name: Words,
    /// What kind it is.
    #[serde(rename = "type")]
    kind: CampaignType,
    #[schema(schema_with = words)]
    text: Words,
    /// How it recurs.
    recurrence: AuthoredRecurrence,
    /// Editions with dates of their own; those that the rule gives are told by `/v1/campaigns/{id}`.
    editions: Vec<AuthoredEdition>,
    /// Who answers for it, and who takes part.
    units: Vec<AuthoredUnit>,
    /// A picture.
    cover: Option<CampaignCover>,
    /// When it last changed.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    updated_at: Rfc3339,
    /// Counts its changes; a change names the version that it is made to.
    #[schema(example = 3)]
    version: i64,
}

fn irregular() -> Recurrence {
    let text = Text {
        zh_cn: "时间另行通知".to_owned(),
        zh_hk: None,
        en: Some("When it takes place is announced each time".to_owned()),
    };
    Recurrence { rule: None, duration_days: 1, fixed: false, text }
}

/// Reads each of a list, which it is told of by its place.
fn read_all<A, T>(
    all: Vec<A>,
    field: &str,
    invalid: &mut Invalid,
    read: impl Fn(A, &mut Invalid) -> Option<T>,
) -> Vec<T> {
    let mut found = Vec::with_capacity(all.len());
    for (i, one) in all.into_iter().enumerate() {
        let mut part = Invalid::default();
        found.extend(read(one, &mut part));
        invalid.nested(&format!("{field}[{i}]"), part);
    }
    found
}

impl AuthoredRecurrence {
    fn read(self) -> Recurrence {
        let Self { rule, duration_days, fixed, text } = self;
        Recurrence { rule, duration_days, fixed: fixed.unwrap_or(false), text: text.0 }
    }
}

impl CampaignCover {
    fn image(self) -> Image {
        Image { id: None, url: self.url, alt: self.alt.0, width: self.width, height: self.height }
    }
}

impl From<Image> for CampaignCover {
    fn from(image: Image) -> Self {
        Self { url: image.url, alt: image.alt.into(), width: image.width, height: image.height }
    }
}

impl AuthoredEdition {
    fn read(self, invalid: &mut Invalid) -> Option<PublishedEdition> {
        let mut day = |field: &str, text: &str| -> Option<NaiveDate> {
            let day = parse_date(text);
            if day.is_err() {
                invalid.push(field, FieldCode::Malformed(Expected::Date));
            }
            day.ok()
        };
        let (from, to) = (day("from", &self.from), day("to", &self.to));
        let id = self.id.map(|id| id.parse());
        if let Some(Err(_)) = id {
            invalid.push("id", FieldCode::NoSuch { kind: "edition" });
        }
        let (id, from, to) = (id.transpose().ok()?, from?, to?);
        let (year, confirmed) = (self.year.unwrap_or(from.year()), self.confirmed.unwrap_or(true));
        Some(PublishedEdition { id, year, from, to, confirmed, slogan: self.slogan.map(|words| words.0) })
    }
}

impl AuthoredUnit {
    fn read(self, invalid: &mut Invalid) -> Option<Unit> {
        let organisation = self.organisation_id.map(|id| id.parse::<OrganisationId>());
        if let Some(Err(_)) = organisation {
            invalid.push("organisationId", FieldCode::NoSuch { kind: "organisation" });
        }
        if self.name.is_none() && organisation.is_none() {
            invalid.push("name", FieldCode::Missing);
        }
        Some(Unit {
            name: self.name.map_or_else(|| Text::zh(""), |words| words.0),
            organisation: organisation.transpose().ok()?,
            role: self.role.into(),
            required: self.required.unwrap_or(1),
            until: self.until,
        })
    }
}

impl AdministeredCampaign {
    /// A campaign that this division keeps.
    pub(super) fn new(record: Record<Campaign>, keeper: Option<Adcode>) -> Self {
        let Record { id, version, updated_at, body } = record;
        let edition = |published: &PublishedEdition| AuthoredEdition {
            id: Some(Edition::published(id, published).id.to_string()),
            year: Some(published.year),
            from: published.from.to_string(),
            to: published.to.to_string(),
            confirmed: Some(published.confirmed),
            slogan: published.slogan.clone().map(Words),
        };
        let unit = |unit: Unit| AuthoredUnit {
            organisation_id: unit.organisation.map(|id| id.to_string()),
            name: Some(unit.name.into()),
            role: unit.role.into(),
            required: Some(unit.required),
            until: unit.until,
        };
        Self {
            id: ids::spell(id),
            adcode: keeper.map(|adcode| adcode.to_string()),
            name: body.name.into(),
            kind: body.kind.into(),
            text: body.text.into(),
            recurrence: AuthoredRecurrence {
                rule: body.recurrence.rule,
                duration_days: body.recurrence.duration_days,
                fixed: Some(body.recurrence.fixed),
                text: body.recurrence.text.into(),
            },
            editions: body.editions.iter().map(edition).collect(),
            units: body.units.into_iter().map(unit).collect(),
            cover: body.cover.map(CampaignCover::from),
            updated_at: rfc3339(updated_at),
            version,
        }
    }
}

/// What an error is to whoever wrote a campaign: fields have the names of the wire.
pub(super) fn problem(error: app::Error) -> Problem {
    match error {
        app::Error::Invalid(Invalid(errors)) => {
            let named = |error: FieldError| {
                let field = match error.field.strip_suffix("].organisation") {
                    Some(unit) => format!("{unit}].organisationId"),
                    None => error.field,
                };
                FieldError { field, ..error }
            };
            Problem::unprocessable(Invalid(errors.into_iter().map(named).collect()))
        }
        other => other.into(),
    }
}
