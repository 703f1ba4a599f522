//! The contract's shapes as tables, and the checker that holds an answer to them. Fields may be added; the names and
//! meanings here stay.

use chrono::NaiveDate;
use serde_json::Value;

use super::instant;

/// What a field is.
#[derive(Clone, Copy)]
pub enum Is {
    /// 13 characters of `[0-9a-z]`.
    Id,
    /// A text that says something.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number that is not negative.
    Count,
    /// Any number.
    Number,
    /// A latitude or a longitude of where people live here.
    Degrees,
    /// RFC 3339 with the venue's offset.
    Time,
    /// `2026-11-28`.
    Date,
    /// Six digits.
    Adcode,
    /// A code as the taxonomy gives it.
    Code,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Any number of these.
    List(&'static Is),
    /// An object with these fields; a name that ends in `?` may be absent.
    Of(&'static [(&'static str, Is)]),
}
use Is::*;

const NAMED: Is = Of(&[("id", Id), ("name", Text)]);
const NOTICE: Is = Of(&[("text", Text), ("since?", Time)]);
const COVER: Is = Of(&[("url", Text), ("alt", Text), ("width", Count), ("height", Count)]);
const EXTERNAL: Is = Of(&[("url?", Text), ("appId?", Text), ("path?", Text), ("phone?", Text)]);
const PRICE: Is =
    Of(&[("amount", Number), ("currency", Text), ("text?", Text), ("concessions", List(&Of(&[])))]);
const STATUS: Is = Word(&["scheduled", "changed", "cancelled", "ended"]);
const SIGNUP_STATE: Is =
    Word(&["notOpen", "open", "waitlist", "full", "closed", "none", "ended", "cancelled"]);
const PLACE: Is = Of(&[
    ("name", Text),
    ("address", Text),
    ("adcode", Adcode),
    ("district", Text),
    ("lat", Degrees),
    ("lng", Degrees),
    ("precisionMetres?", Count),
    ("room?", Text),
    ("transit?", Text),
]);
const NEXT_SESSION: Is = Of(&[
    ("id", Id),
    ("start", Time),
    ("end", Time),
    ("capacity?", Count),
    ("taken", Count),
    ("waiting", Count),
    ("signupState", SIGNUP_STATE),
    ("signupOpensAt?", Time),
    ("signupClosesAt?", Time),
]);

/// An event in a list.
pub const EVENT: Is = Of(&[
    ("id", Id),
    ("title", Text),
    ("summary", Text),
    ("form", Code),
    ("topics", List(&Code)),
    ("audiences", List(&Code)),
    ("ageMin?", Count),
    ("ageMax?", Count),
    ("free", Bool),
    ("price?", PRICE),
    ("mode", Word(&["onsite", "online", "hybrid"])),
    ("admission", Word(&["walkIn", "signup", "group", "invited", "external"])),
    ("externalSignup?", EXTERNAL),
    ("status", STATUS),
    ("notice?", NOTICE),
    ("organiser", NAMED),
    ("place?", PLACE),
    ("base?", NAMED),
    ("series?", NAMED),
    ("campaigns", List(&NAMED)),
    ("cover?", COVER),
    ("period?", Of(&[("from", Date), ("to", Date)])),
    ("sample", Bool),
    ("nextSession?", NEXT_SESSION),
    ("sessionCount", Count),
    ("distance?", Number),
]);

/// What an event's detail has beyond its list item.
pub const EVENT_DETAIL: Is = Of(&[
    ("description", Text),
    ("sessions", List(&SESSION)),
    ("sessionsMore", Bool),
    ("organisers", List(&Of(&[("id", Id), ("name", Text), ("role", Text)]))),
    ("speakers", List(&Of(&[("name?", Text), ("role", Text), ("organisation?", Text)]))),
    ("online?", Of(&[("kind", Text), ("url?", Text), ("forSignedUpOnly?", Bool)])),
    ("recordings", List(&Of(&[]))),
    ("language", Text),
    ("accessibility", Of(&[])),
    ("images", List(&COVER)),
    ("updatedAt", Time),
    ("version", Count),
]);

/// A session. Rules and questions are those of sign-up.
pub const SESSION: Is = Of(&[
    ("id", Id),
    ("event", Of(&[("id", Id), ("title", Text), ("audiences", List(&Code))])),
    ("start", Time),
    ("end", Time),
    ("status", STATUS),
    ("place?", PLACE),
    ("capacity?", Count),
    ("taken", Count),
    ("waiting", Count),
    ("signupState", SIGNUP_STATE),
    ("signupOpensAt?", Time),
    ("signupClosesAt?", Time),
    ("waitlistMode", Word(&["none", "confirm", "offer"])),
    (
        "rules",
        Of(&[
            ("capacityUnit", Word(&["person", "party"])),
            ("guardianTakesSeat", Bool),
            ("partyMin", Count),
            ("partyMax", Count),
            ("perPersonMax", Count),
            ("ageMin?", Count),
            ("ageMax?", Count),
            ("guardianRequired", Bool),
            ("phoneRequired", Bool),
            ("approval", Bool),
            ("cancelUntil?", Time),
        ]),
    ),
    (
        "questions",
        List(&Of(&[
            ("id", Text),
            ("label", Text),
            ("type", Text),
            ("required", Bool),
            ("options?", List(&Text)),
            ("per", Word(&["party", "participant"])),
        ])),
    ),
]);

const BOOKING: Is = Of(&[
    ("need", Word(&["none", "recommended", "required", "group"])),
    ("text?", Text),
    ("externalSignup?", EXTERNAL),
]);

/// One day of a base's hours.
pub const DAY: Is = Of(&[
    ("date", Date),
    ("dayKind", Text),
    ("name?", Text),
    ("open", List(&Of(&[("from", Text), ("to", Text)]))),
    ("certain", Bool),
]);

/// A base.
pub const BASE: Is = Of(&[
    ("id", Id),
    ("name", Text),
    ("category", Code),
    ("levels", List(&Of(&[("level", Code), ("body", Text), ("since?", Text), ("until?", Text)]))),
    ("place", PLACE),
    ("openNow?", Bool),
    (
        "hours",
        Of(&[
            ("rule?", Text),
            ("note?", Text),
            ("openUntil?", Time),
            ("opensAt?", Time),
            ("next7Days", List(&DAY)),
        ]),
    ),
    ("booking", BOOKING),
    ("free", Bool),
    ("price?", PRICE),
    ("phone?", Text),
    ("accessibility", Of(&[])),
    ("cover?", COVER),
    ("notice?", NOTICE),
    ("distance?", Number),
]);

/// A route.
pub const ROUTE: Is = Of(&[
    ("id", Id),
    ("name", Text),
    ("theme", Text),
    ("season?", Text),
    ("audiences", List(&Code)),
    ("days", Count),
    ("durationMinutes", Count),
    ("lengthMetres", Number),
    ("lengthBasis", BASIS),
    ("transport?", Text),
    ("composed", Bool),
    ("sample", Bool),
    ("cover?", COVER),
    ("notice?", NOTICE),
    ("distance?", Number),
    (
        "stops",
        List(&Of(&[
            ("order", Count),
            ("day", Count),
            ("base", NAMED),
            ("lat", Degrees),
            ("lng", Degrees),
            ("stayMinutes", Count),
            ("openNow?", Bool),
            ("booking?", BOOKING),
            ("free", Bool),
        ])),
    ),
    (
        "legs",
        List(&Of(&[
            ("from", Count),
            ("to", Count),
            ("mode?", Text),
            ("minutes?", Count),
            ("lengthMetres", Number),
            ("basis", BASIS),
            ("points", List(&Of(&[("lat", Degrees), ("lng", Degrees)]))),
        ])),
    ),
]);
const BASIS: Is = Word(&["straight", "estimated", "surveyed"]);

/// A lecture series.
pub const SERIES: Is = Of(&[
    ("id", Id),
    ("name", Text),
    ("summary", Text),
    ("organisers", List(&Of(&[("id?", Id), ("name", Text), ("role", Text)]))),
    ("frequency?", Text),
    ("since?", Text),
    ("topics", List(&Code)),
    ("cover?", COVER),
    ("nextLecture?", Of(&[])),
    ("lectureCount", Count),
]);

/// A campaign.
pub const CAMPAIGN: Is = Of(&[
    ("id", Id),
    ("name", Text),
    ("type", Word(&["campaign", "themeDay", "themeWeek", "themeMonth"])),
    (
        "editions",
        List(&Of(&[
            ("id", Id),
            ("year", Count),
            ("from", Date),
            ("to", Date),
            ("confirmed", Bool),
            ("slogan?", Text),
        ])),
    ),
    (
        "units",
        List(&Of(&[
            ("name", Text),
            ("organisationId?", Id),
            ("role", Word(&["lead", "partner"])),
            ("eventCount", Count),
        ])),
    ),
    ("eventCount", Count),
    ("cover?", COVER),
    ("text", Text),
]);

/// An organisation.
pub const ORGANISATION: Is = Of(&[("id", Id), ("name", Text)]);

/// An entry of the resource directory.
pub const RESOURCE: Is = Of(&[
    ("id", Id),
    ("name", Text),
    ("type", Word(&["facility", "exhibit", "work", "product"])),
    ("text", Text),
    ("topics", List(&Code)),
    ("audiences", List(&Code)),
    ("organiser?", NAMED),
    ("base?", NAMED),
    ("place?", PLACE),
    ("url?", Text),
    ("cover?", COVER),
    ("distance?", Number),
]);

/// A version of a policy.
pub const POLICY: Is = Of(&[
    ("id", Id),
    ("kind", Word(&["privacy", "signup", "guardian", "sensitive"])),
    ("version", Text),
    ("validFrom", Time),
    ("title", Text),
    ("text", Text),
    ("updatedAt", Time),
]);

/// A bulletin.
pub const BULLETIN: Is = Of(&[
    ("id", Id),
    ("title", Text),
    ("text", Text),
    ("kind", Word(&["emergency", "rebuttal"])),
    ("severity", Word(&["info", "minor", "moderate", "severe", "extreme"])),
    ("adcodes", List(&Adcode)),
    ("validFrom", Time),
    ("validTo?", Time),
    ("issuer", Text),
    ("links", List(&Of(&[("title", Text), ("url", Text)]))),
    ("eventIds", List(&Id)),
    ("withdrawnAt?", Time),
    ("updatedAt", Time),
    ("version", Count),
    ("source", Of(&[("text", Text)])),
]);

/// Says everything in which `value`, found at `path`, is not what the shape says.
pub fn differences(value: &Value, is: Is, path: &str) -> Vec<String> {
    let check = |holds: bool, wanted: &str| {
        if holds { vec![] } else { vec![format!("{path}: {value} is not {wanted}")] }
    };
    let text = value.as_str().unwrap_or_default();
    match is {
        Id => check(
            text.len() == 13 && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()),
            "an id",
        ),
        Text => check(!text.trim().is_empty(), "a text"),
        Bool => check(value.is_boolean(), "a truth"),
        Count => check(value.is_u64(), "a count"),
        Number => check(value.is_number(), "a number"),
        Degrees => check(value.as_f64().is_some_and(|degrees| degrees > 15.0 && degrees < 120.0), "degrees"),
        Time => {
            instant(value);
            vec![]
        }
        Date => check(text.len() == 10 && text.parse::<NaiveDate>().is_ok(), "a date"),
        Adcode => check(text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()), "an adcode"),
        Code => {
            let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            check(!text.is_empty() && text.bytes().all(fits), "a code")
        }
        Word(words) => check(words.contains(&text), &format!("one of {words:?}")),
        List(of) => match value.as_array() {
            Some(items) => {
                let items = items.iter().enumerate();
                items.flat_map(|(i, item)| differences(item, *of, &format!("{path}[{i}]"))).collect()
            }
            None => check(false, "a list"),
        },
        Of(fields) if value.is_object() => {
            let differ = |(name, is): &(&str, Is)| {
                let (name, optional) = name.strip_suffix('?').map_or((*name, false), |name| (name, true));
                match value.get(name) {
                    Some(field) => differences(field, *is, &format!("{path}.{name}")),
                    None if optional => vec![],
                    None => vec![format!("{path}.{name} is absent")],
                }
            };
            fields.iter().flat_map(differ).collect()
        }
        Of(_) => check(false, "an object"),
    }
}

/// Where an answer holds `null`, if anywhere: what is absent is to be absent.
pub fn find_null(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::Null => Some(path.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(i, item)| find_null(item, &format!("{path}[{i}]")))
        }
        Value::Object(fields) => {
            fields.iter().find_map(|(name, field)| find_null(field, &format!("{path}.{name}")))
        }
        _ => None,
    }
}
