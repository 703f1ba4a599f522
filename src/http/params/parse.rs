//! The parser: a query and a table in, typed values or every error out.

use std::borrow::Cow;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use percent_encoding::percent_decode;

use super::value::{self, Value};
use super::{Kind, Param, groups};
use crate::domain::geo::Edges;
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::nearest::nearest;
use crate::domain::time::Moment;

/// Parsed parameters, asked for by the row that describes them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params(Vec<(&'static str, Value)>);

/// Parses a query string (without `?`). Every operation takes [`groups::LANG`], whatever its table: all can answer with a
/// problem, which is told in a language.
///
/// # Errors
/// All that is wrong with it: unknown, repeated, empty or badly written parameters, and parameters that do not
/// go together, each named.
pub fn parse(query: &str, table: &[&[Param]]) -> Result<Params, Invalid> {
    let known = || table.iter().flat_map(|group| group.iter());
    let mut params = Params::default();
    let mut invalid = Invalid::default();
    let mut seen: Vec<Cow<'_, str>> = Vec::new();
    let mut given: Vec<(&'static str, Cow<'_, str>)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        let name = match decode(name) {
            Ok(name) => name,
            Err(lossy) => {
                invalid.push(lossy, FieldCode::Malformed(Expected::Utf8));
                continue;
            }
        };
        if seen.contains(&name) {
            let told = invalid.0.iter().any(|error| error.field == name && error.code == FieldCode::Repeated);
            if !told {
                invalid.push(name, FieldCode::Repeated);
            }
            continue;
        }
        seen.push(name.clone());
        let Some(param) = known().chain([&groups::LANG]).find(|param| param.name == name) else {
            let nearest = nearest(&name, known().map(|param| param.name)).map(str::to_owned);
            invalid.push(name, FieldCode::Unknown { nearest });
            continue;
        };
        if matches!(param.kind, Kind::Ignored) {
            continue;
        }
        let text = match decode(text) {
            Ok(text) => text,
            Err(_) => {
                invalid.push(param.name, FieldCode::Malformed(Expected::Utf8));
                continue;
            }
        };
        if text.trim().is_empty() {
            invalid.push(param.name, FieldCode::Empty);
            continue;
        }
        match value::read(param, &text) {
            Ok(value) => params.0.push((param.name, value)),
            Err(code) => invalid.push(param.name, code),
        }
        given.push((param.name, text));
    }
    for param in known().filter(|param| param.required && seen.iter().all(|name| name != param.name)) {
        invalid.push(param.name, FieldCode::Missing);
    }
    groups::check(&given, &params, &mut invalid);
    invalid.or(params)
}

/// Percent-decodes, `+` being a space; the error is the text with replacement characters.
pub(in crate::http) fn decode(text: &str) -> Result<Cow<'_, str>, String> {
    let spaced: Cow<'_, str> = if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    if !spaced.contains('%') {
        return Ok(spaced);
    }
    let bytes: Vec<u8> = percent_decode(spaced.as_bytes()).collect();
    let text =
        String::from_utf8(bytes).map_err(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())?;
    // No name, word or search contains U+0000, and stores refuse it.
    if text.contains('\0') { Err(text.replace('\0', "\u{fffd}")) } else { Ok(text.into()) }
}

impl Params {
    fn value(&self, param: &Param) -> Option<&Value> {
        self.0.iter().find(|(name, _)| *name == param.name).map(|(_, value)| value)
    }

    /// Whether it was given.
    #[must_use]
    pub fn has(&self, param: &Param) -> bool {
        self.value(param).is_some()
    }

    /// The value of a [`Kind::Number`](super::Kind::Number).
    #[must_use]
    pub fn number(&self, param: &Param) -> Option<f64> {
        if let Some(Value::Number(number)) = self.value(param) { Some(*number) } else { None }
    }

    /// The value of a [`Kind::Integer`](super::Kind::Integer).
    #[must_use]
    pub fn integer(&self, param: &Param) -> Option<i32> {
        if let Some(Value::Integer(number)) = self.value(param) { Some(*number) } else { None }
    }

    /// The value of a [`Kind::Boolean`](super::Kind::Boolean).
    #[must_use]
    pub fn boolean(&self, param: &Param) -> Option<bool> {
        if let Some(Value::Boolean(flag)) = self.value(param) { Some(*flag) } else { None }
    }

    /// The value of a [`Kind::Text`](super::Kind::Text), [`Kind::Token`](super::Kind::Token),
    /// [`Kind::Id`](super::Kind::Id) or [`Kind::Adcode`](super::Kind::Adcode).
    #[must_use]
    pub fn text(&self, param: &Param) -> Option<&str> {
        if let Some(Value::Text(text)) = self.value(param) { Some(text) } else { None }
    }

    /// The value of a [`Kind::Word`](super::Kind::Word).
    #[must_use]
    pub fn word(&self, param: &Param) -> Option<&'static str> {
        self.words(param).first().copied()
    }

    /// The values of [`Kind::Words`](super::Kind::Words); none if it was not given.
    #[must_use]
    pub fn words(&self, param: &Param) -> &[&'static str] {
        if let Some(Value::Words(words)) = self.value(param) { words } else { &[] }
    }

    /// The values of [`Kind::Codes`](super::Kind::Codes) or [`Kind::Ids`](super::Kind::Ids); none if it was not
    /// given.
    #[must_use]
    pub fn list(&self, param: &Param) -> &[String] {
        if let Some(Value::Texts(texts)) = self.value(param) { texts } else { &[] }
    }

    /// The values of [`Kind::Ids`](super::Kind::Ids) as ids of one kind; none if it was not given.
    #[must_use]
    pub fn ids<T: FromStr>(&self, param: &Param) -> Vec<T> {
        self.list(param).iter().filter_map(|id| id.parse().ok()).collect()
    }

    /// The value of a [`Kind::Date`](super::Kind::Date).
    #[must_use]
    pub fn date(&self, param: &Param) -> Option<NaiveDate> {
        if let Some(Value::Date(date)) = self.value(param) { Some(*date) } else { None }
    }

    /// The value of a [`Kind::Instant`](super::Kind::Instant).
    #[must_use]
    pub fn instant(&self, param: &Param) -> Option<DateTime<Utc>> {
        if let Some(Value::Instant(instant)) = self.value(param) { Some(*instant) } else { None }
    }

    /// The value of a [`Kind::Moment`](super::Kind::Moment).
    #[must_use]
    pub fn moment(&self, param: &Param) -> Option<Moment> {
        if let Some(Value::Moment(moment)) = self.value(param) { Some(*moment) } else { None }
    }

    /// The value of a [`Kind::Bbox`](super::Kind::Bbox).
    #[must_use]
    pub fn bbox(&self, param: &Param) -> Option<Edges> {
        if let Some(Value::Bbox(bbox)) = self.value(param) { Some(*bbox) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::geo::Crs;
    use crate::domain::time::When;
    use crate::http::params::groups::{
        ADCODE, BBOX, CURSOR, FROM, LANGUAGE, LAT, LIMIT, PAGE, POSITION, TIME, TO,
    };
    use crate::http::params::parameters;

    const Q: Param = Param::new("q", Kind::Text { max_chars: 5 }, "words", "天文");
    const TOPIC: Param =
        Param::new("topic", Kind::Codes { scheme: "topic" }, "topics", "ocean,astronomy_space");
    const STATUS: Param = Param::new("status", Kind::Words(&["scheduled", "ended"]), "status", "ended");
    const BASE: Param = Param::new("base", Kind::Ids, "bases", "01h2x7m9k4qpz");
    const FREE: Param = Param::new("free", Kind::Boolean, "free", "true");
    const OPEN_AT: Param = Param::new("openAt", Kind::Instant, "open", "2026-11-28T14:00:00+08:00");
    const DAY: Param = Param::new("day", Kind::Date, "day", "2026-11-28");
    const TABLE: &[&[Param]] =
        &[POSITION, TIME, PAGE, LANGUAGE, &[Q, TOPIC, STATUS, BASE, FREE, OPEN_AT, DAY]];

    fn good(query: &str) -> Params {
        parse(query, TABLE).unwrap_or_else(|invalid| panic!("{query}: {invalid}"))
    }

    /// `field:code` of everything wrong.
    fn bad(query: &str) -> String {
        let invalid = parse(query, TABLE).expect_err(query);
        let codes = invalid.0.iter().map(|error| format!("{}:{}", error.field, error.code.wire()));
        codes.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn reads_every_kind() {
        let params = good(
            "lat=23.1066&lng=113.3245&radius=5e3&bbox=113%2C23,114,24.5&adcode=440106&limit=7&cursor=a_-b&free=true\
             &topic=ocean%2Castronomy_space,ocean&status=ended&base=01h2x7m9k4qpz&q=+%E5%A4%A9%E6%96%87+&when=weekend\
             &openAt=2026-11-28T14:00:00+08:00&day=2026-11-28&crs=wgs84",
        );
        let position = params.position();
        assert_eq!((position.at, position.radius), (Some((23.1066, 113.3245)), Some(5000.0)));
        assert_eq!(position.bbox, Some(Edges { west: 113.0, south: 23.0, east: 114.0, north: 24.5 }));
        assert_eq!((position.adcode, position.crs), (Some("440106"), Crs::Wgs84));
        assert_eq!((params.page().limit, params.page().cursor), (7, Some("a_-b")));
        assert_eq!(params.list(&TOPIC), ["ocean", "astronomy_space"]);
        assert_eq!((params.words(&STATUS), params.when()), (&["ended"][..], Some(When::Weekend)));
        assert_eq!((params.text(&Q), params.boolean(&FREE)), (Some("天文"), Some(true)));
        assert_eq!(params.list(&BASE), ["01h2x7m9k4qpz"]);
        assert_eq!(
            params.instant(&OPEN_AT).map(|at| at.to_rfc3339()).as_deref(),
            Some("2026-11-28T06:00:00+00:00")
        );
        assert_eq!(params.date(&DAY), NaiveDate::from_ymd_opt(2026, 11, 28));
        assert_eq!((good("").page().limit, good("").position().crs), (20, Crs::Gcj02));
    }

    #[test]
    fn a_day_is_the_venues_and_is_included_whole() {
        let params = good("from=2026-11-28&to=2026-11-28");
        assert_eq!(params.moment(&FROM).unwrap().begin().to_rfc3339(), "2026-11-27T16:00:00+00:00");
        assert_eq!(params.moment(&TO).unwrap().end().to_rfc3339(), "2026-11-28T16:00:00+00:00");
    }

    #[test]
    fn names_everything_that_is_wrong_at_once() {
        assert_eq!(
            bad("radus=1&lat=91&lng=x&limit=0&limit=3&q=&topic=Ocean&status=done&free=yes&colour=red"),
            "radus:unknown lat:outOfRange lng:notANumber limit:outOfRange limit:repeated q:empty topic:malformed \
             status:notAllowed free:notAllowed colour:unknown"
        );
    }

    #[test]
    fn refuses_bad_values() {
        for (query, codes) in [
            ("nope=1", "nope:unknown"),
            ("lat=1&lng=2&lat=1&lat=1", "lat:repeated"),
            ("q", "q:empty"),
            ("q=%20+", "q:empty"),
            ("q=%ff", "q:malformed"),
            ("%ff=1", "\u{fffd}:malformed"),
            ("q=%00", "q:malformed"),
            ("q=123456", "q:tooLong"),
            ("lat=1", "lat:incomplete"),
            ("lng=1", "lng:incomplete"),
            ("radius=1", "radius:incomplete"),
            ("radius=1&lng=1", "lng:incomplete"),
            ("lat=1&lng=2&radius=0", "radius:outOfRange"),
            ("lat=1&lng=2&radius=500001", "radius:outOfRange"),
            ("lat=nan&lng=2", "lat:notANumber"),
            ("lat=1e400&lng=2", "lat:notANumber"),
            ("lat=%2B1&lng=2", "lat:notANumber"),
            ("limit=1.5", "limit:notAnInteger"),
            ("limit=99999999999", "limit:outOfRange"),
            ("limit=--1", "limit:notAnInteger"),
            ("bbox=1,2,3", "bbox:malformed"),
            ("bbox=1,2,3,x", "bbox:malformed"),
            ("bbox=2,1,1,2", "bbox:inverted"),
            ("bbox=1,2,2,1", "bbox:inverted"),
            ("bbox=1,2,200,3", "bbox:outOfRange"),
            ("bbox=100,91,101,92", "bbox:outOfRange"),
            ("bbox=23,113,24,114", "bbox:malformed"),
            ("adcode=44010", "adcode:malformed"),
            ("adcode=040106", "adcode:malformed"),
            ("topic=ocean,,x", "topic:empty"),
            ("base=01H2X7M9K4QPZ", "base:malformed"),
            ("from=2026-02-30", "from:malformed"),
            ("from=0001-01-01", "from:outOfRange"),
            ("from=tomorrow", "from:malformed"),
            ("from=2026-11-29&to=2026-11-28", "from:inverted"),
            ("when=today&to=2026-11-28", "when:conflicting"),
            ("openAt=2026-11-28", "openAt:malformed"),
            ("openAt=2026-11-28t14:00:00z", "openAt:malformed"),
            ("day=2026-11-28T14:00:00Z", "day:malformed"),
            ("crs=GCJ02", "crs:notAllowed"),
            ("lang=de", "lang:notAllowed"),
        ] {
            assert_eq!(bad(query), codes, "{query}");
        }
        assert_eq!(bad(&format!("cursor={}", "a".repeat(513))), "cursor:tooLong");
        let many = (0..51).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(bad(&format!("topic={many}")), "topic:tooMany");
    }

    #[test]
    fn tells_swapped_coordinates() {
        let invalid = parse("lat=113.3&lng=23.1", TABLE).unwrap_err();
        assert_eq!(invalid.0.len(), 1);
        assert_eq!(invalid.0[0].code, FieldCode::Swapped);
        let invalid = parse("lat=113.3&lng=123.1", TABLE).unwrap_err();
        assert_eq!(invalid.0[0].code, FieldCode::OutOfRange { min: "-90".into(), max: "90".into() });
    }

    #[test]
    fn suggests_the_nearest_name() {
        let invalid = parse("radus=1", TABLE).unwrap_err();
        assert_eq!(invalid.0[0].code, FieldCode::Unknown { nearest: Some("radius".into()) });
    }

    #[test]
    fn documents_what_it_takes() {
        let documented = serde_json::to_value(parameters(TABLE)).unwrap();
        let of = |param: &Param| {
            documented.as_array().unwrap().iter().find(|row| row["name"] == param.name).unwrap().clone()
        };
        assert_eq!(of(&LAT)["schema"]["maximum"], 90.0);
        assert_eq!(of(&LIMIT)["schema"]["type"], "integer");
        assert_eq!(of(&LIMIT)["example"], 20);
        assert_eq!(of(&TOPIC)["explode"], false);
        assert_eq!(of(&TOPIC)["style"], "form");
        assert_eq!(of(&TOPIC)["example"], serde_json::json!(["ocean", "astronomy_space"]));
        assert_eq!(of(&BBOX)["example"], serde_json::json!([113.2, 23.0, 113.4, 23.2]));
        assert_eq!(of(&STATUS)["schema"]["items"]["enum"], serde_json::json!(["scheduled", "ended"]));
        assert_eq!(of(&CURSOR)["schema"]["maxLength"], 512);
        assert_eq!(of(&ADCODE)["schema"]["pattern"], "^[1-9][0-9]{5}$");
    }

    #[test]
    fn every_example_is_accepted() {
        for param in TABLE.iter().flat_map(|group| group.iter()) {
            value::read(param, param.example).unwrap_or_else(|code| panic!("{}: {code:?}", param.name));
        }
    }
}
