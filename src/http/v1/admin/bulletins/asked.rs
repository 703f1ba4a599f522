//! Bulletins as authorities write and read them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::because;
use crate::app;
use crate::domain::bulletins::{Bulletin, Link, Standing};
use crate::domain::divisions::Adcode;
use crate::domain::ids::{EventId, spell};
use crate::domain::invalid::{Expected, FieldCode, FieldError, Invalid};
use crate::domain::record::Record;
use crate::domain::sources::{Confidence, Source};
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::problem::Problem;
use crate::http::v1::bulletins::{BulletinKind, Severity};
use crate::http::v1::manage::instants::{Instant, instant};
use crate::http::v1::manage::words::{Words, words};
use crate::http::wire::wire;

/// How a bulletin stands before those who keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is not shown yet.
    Coming,
    /// It is shown.
    Current,
    /// Its time is over.
    Ended,
    /// It was taken back.
    Withdrawn,
}

wire! {
    /// How a bulletin stands.
    BulletinStanding = Kept {
        /// It is not shown yet.
        Coming "coming"
        /// It is shown.
        Current "current"
        /// Its time is over.
        Ended "ended"
        /// It was taken back.
        Withdrawn "withdrawn"
    }
}

impl BulletinStanding {
    /// How one stands at `now`.
    pub fn of(bulletin: &Bulletin, now: DateTime<Utc>) -> Self {
        match bulletin.standing(now) {
            _ if bulletin.withdrawn_at.is_some() => Self::Withdrawn,
            Standing::Coming => Self::Coming,
            Standing::Current => Self::Current,
            Standing::Ended | Standing::Never => Self::Ended,
        }
    }
}

/// What a bulletin says, beside what else a body says.
macro_rules! bulletin {
    ($($(#[$doc:meta])* $name:ident { $($beside:tt)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize, ToSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            $($beside)*
            /// What it is.
            kind: BulletinKind,
            /// How bad it is; `info` where nothing happens and only a rumour is put right.
            severity: Severity,
            #[schema(schema_with = words)]
            title: Words,
            #[schema(schema_with = words)]
            text: Words,
            /// Whom it concerns: everybody in these divisions; none means everybody.
            #[serde(default)]
            #[schema(example = json!(["440100"]), max_items = 200)]
            adcodes: Vec<String>,
            /// From when on it is shown; absent: at once, or as it was.
            #[schema(example = "2026-11-20T09:00:00+08:00", value_type = Option<String>, format = DateTime)]
            valid_from: Option<Instant>,
            /// Until when it is shown, that instant not included; absent: until it is taken back.
            #[schema(example = "2026-11-22T09:00:00+08:00", value_type = Option<String>, format = DateTime)]
            valid_to: Option<Instant>,
            #[schema(schema_with = words)]
            issuer: Words,
            /// Where one reads on: sources, instructions.
            #[serde(default)]
            #[schema(max_items = 5)]
            links: Vec<BulletinLink>,
            /// Ids of events where one learns more.
            #[serde(default)]
            #[schema(example = json!([]), max_items = 5)]
            event_ids: Vec<String>,
            /// Why it is issued past review, or changed: it stays on record.
            #[schema(example = "气象台发布台风橙色预警", min_length = 1, max_length = 500)]
            reason: String,
        }

        impl $name {
            /// The bulletin that is meant, shown from `begins` unless it says from when on; and why.
            pub(super) fn read(self, begins: DateTime<Utc>) -> Result<(Bulletin, String), Invalid> {
                let mut invalid = Invalid::default();
                let mut adcodes = Vec::with_capacity(self.adcodes.len());
                for (i, adcode) in self.adcodes.iter().enumerate() {
                    match adcode.parse::<Adcode>() {
                        Ok(adcode) => adcodes.push(adcode),
                        Err(_) => {
                            invalid.push(format!("adcodes[{i}]"), FieldCode::Malformed(Expected::Adcode));
                        }
                    }
                }
                let mut events = Vec::with_capacity(self.event_ids.len());
                for (i, id) in self.event_ids.iter().enumerate() {
                    match id.parse::<EventId>() {
                        Ok(id) => events.push(id),
                        Err(_) => {
                            invalid.push(format!("eventIds[{i}]"), FieldCode::NoSuch { kind: "event" });
                        }
                    }
                }
                let valid_from = instant(self.valid_from.as_ref(), "validFrom", &mut invalid);
                let valid_to = instant(self.valid_to.as_ref(), "validTo", &mut invalid);
                if let Err(Invalid(errors)) = because(&self.reason) {
                    invalid.0.extend(errors);
                }
                let link = |link: BulletinLink| Link { title: link.title.0, url: link.url };
                let bulletin = Bulletin {
                    title: self.title.0,
                    text: self.text.0,
                    kind: self.kind.into(),
                    severity: self.severity.into(),
                    adcodes,
                    valid_from: valid_from.unwrap_or(begins),
                    valid_to,
                    issuer: self.issuer.0,
                    links: self.links.into_iter().map(link).collect(),
                    events,
                    withdrawn_at: None,
                    source: Source {
                        text: "主管部门发布".to_owned(),
                        licence: None,
                        confidence: Confidence::High,
                    },
                };
                invalid.or((bulletin, self.reason))
            }
        }
    )+};
}

bulletin! {
    /// A bulletin that is to be issued.
    NewBulletin {}

    /// What a bulletin is to say from now on: what is left out is removed.
    ChangedBulletin {
        /// The version that was read.
        #[schema(example = 1, minimum = 1)]
        pub(super) version: i64,
    }
}

/// A page to read on, as an authority writes it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BulletinLink {
    #[schema(schema_with = words)]
    title: Words,
    /// Where it lies, absolute.
    #[schema(example = "https://example.org/typhoon", max_length = 500)]
    url: String,
}

/// A bulletin as those read it who keep it.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdministeredBulletin {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// How it stands.
    standing: BulletinStanding,
    /// What it is.
    kind: BulletinKind,
    /// How bad it is.
    severity: Severity,
    #[schema(schema_with = words)]
    title: Words,
    #[schema(schema_with = words)]
    text: Words,
    /// Whom it concerns: everybody in these divisions; none means everybody.
    #[schema(example = json!(["440100"]))]
    adcodes: Vec<String>,
    /// From when on it is shown.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    valid_from: Rfc3339,
    /// Until when it is shown, that instant not included.
    #[schema(example = "2026-11-22T09:00:00+08:00", value_type = Option<String>, format = DateTime)]
    valid_to: Option<Rfc3339>,
    #[schema(schema_with = words)]
    issuer: Words,
    /// Where one reads on.
    links: Vec<BulletinLink>,
    /// Ids of events where one learns more.
    #[schema(example = json!(["01h2x7m9k4qpz"]))]
    event_ids: Vec<String>,
    /// When it was taken back.
    #[schema(example = "2026-11-21T09:00:00+08:00", value_type = Option<String>, format = DateTime)]
    withdrawn_at: Option<Rfc3339>,
    /// When it last changed.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    updated_at: Rfc3339,
    /// Counts its changes; a change names the version that it is made to.
    #[schema(example = 3)]
    version: i64,
}

impl AdministeredBulletin {
    /// A bulletin as it stands at `now`.
    pub(super) fn new(record: Record<Bulletin>, now: DateTime<Utc>) -> Self {
        let Record { id, version, updated_at, body } = record;
        let link = |link: Link| BulletinLink { title: link.title.into(), url: link.url };
        Self {
            id: spell(id),
            standing: BulletinStanding::of(&body, now),
            kind: body.kind.into(),
            severity: body.severity.into(),
            title: body.title.into(),
            text: body.text.into(),
            adcodes: body.adcodes.iter().map(ToString::to_string).collect(),
            valid_from: rfc3339(body.valid_from),
            valid_to: body.valid_to.map(rfc3339),
            issuer: body.issuer.into(),
            links: body.links.into_iter().map(link).collect(),
            event_ids: body.events.iter().map(ToString::to_string).collect(),
            withdrawn_at: body.withdrawn_at.map(rfc3339),
            updated_at: rfc3339(updated_at),
            version,
        }
    }
}

/// What an error is to whoever wrote a bulletin: fields have the names of the wire.
pub(super) fn problem(error: app::Error) -> Problem {
    match error {
        app::Error::Invalid(Invalid(errors)) => {
            let named = |error: FieldError| {
                let field = match error.field.strip_prefix("events") {
                    Some(rest) => format!("eventIds{rest}"),
                    None => error.field,
                };
                FieldError { field, ..error }
            };
            Problem::unprocessable(Invalid(errors.into_iter().map(named).collect()))
        }
        other => other.into(),
    }
}
