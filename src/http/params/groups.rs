//! Parameters that many operations share, and what must hold between them wherever they stand together.

use std::borrow::Cow;

use super::parse::Params;
use super::value::decimal;
use super::{Kind, Param};
use crate::domain::geo::{Crs, Edges};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::time::{Moment, Span, When};

/// Latitude of the caller.
pub const LAT: Param = Param::new(
    "lat",
    Kind::Number { min: -90.0, max: 90.0 },
    "Latitude in degrees, in the datum that `crs` names; together with `lng`. Alone the two add `distance` to each item and order by it; only `radius` selects.",
    "23.1066",
);
/// Longitude of the caller.
pub const LNG: Param = Param::new(
    "lng",
    Kind::Number { min: -180.0, max: 180.0 },
    "Longitude in degrees, in the datum that `crs` names; together with `lat`.",
    "113.3245",
);
/// Selects what lies within this distance.
pub const RADIUS: Param = Param::new(
    "radius",
    Kind::Number { min: 1.0, max: 500_000.0 },
    "Only what lies within this many metres of `lat`,`lng`, measured along the great circle.",
    "5000",
);
/// Selects what lies in a box.
pub const BBOX: Param = Param::new(
    "bbox",
    Kind::Bbox,
    "Only what lies in this box, edges included: `west,south,east,north` in degrees, in the datum that `crs` names.",
    "113.2,23.0,113.4,23.2",
);
/// Selects what lies in a division.
pub const ADCODE: Param = Param::new(
    "adcode",
    Kind::Adcode,
    "Only what lies in this administrative division, its children included: six digits of GB/T 2260, as `/v1/divisions` gives them.",
    "440106",
);
/// The datum of positions.
pub const CRS: Param = Param::new(
    "crs",
    Kind::Word(&["gcj02", "wgs84", "bd09"]),
    "The datum of the positions in this request and in its answer: `gcj02` (default; what maps in mini-programs draw), `wgs84` (GPS) or `bd09` (Baidu).",
    "gcj02",
);
/// Where.
pub const POSITION: &[Param] = &[LAT, LNG, RADIUS, BBOX, ADCODE, CRS];

/// A span by name.
pub const WHEN: Param = Param::new(
    "when",
    Kind::Word(&["today", "tomorrow", "weekend", "week", "month", "holiday"]),
    "A span by name, in the venue's zone: `weekend` is this week's Saturday and Sunday less what has ended; `week` and `month` run to the end of the calendar week and month; `holiday` is the current or next public holiday with its adjusted days off. Not together with `from` or `to`.",
    "weekend",
);
/// Beginning of a span.
pub const FROM: Param = Param::new(
    "from",
    Kind::Moment,
    "Beginning of a span, included: a date (the venue's day) or an RFC 3339 time with any offset. If that is before today, what has ended since is shown too.",
    "2026-11-28",
);
/// End of a span.
pub const TO: Param = Param::new(
    "to",
    Kind::Moment,
    "End of a span: a date is included whole, an RFC 3339 time is not included. Without `from` the span begins now.",
    "2026-11-29",
);
/// When.
pub const TIME: &[Param] = &[WHEN, FROM, TO];

/// Items per page.
pub const LIMIT: Param = Param::new(
    "limit",
    Kind::Integer { min: 1, max: 100 },
    "How many items a page holds at most; 20 if absent.",
    "20",
);
/// Where a page continues.
pub const CURSOR: Param = Param::new(
    "cursor",
    Kind::Token,
    "`nextCursor` of the page before, with all other parameters unchanged (`limit` may differ). Valid for 24 hours.",
    "eyJxIjoxNDQ4NzY1MTUzNjQ4NjM2MDg1LCJrIjoxMjUzNCwiaSI6Mjg4MDQwNzIyNjgwMjg4MzAxOCwidCI6MTc5NTMxODg2MDAwMH0",
);
/// Where a mirror stands.
pub const SINCE: Param = Param::new(
    "since",
    Kind::Token,
    "`next` of the answer before, with `lang` and `crs` unchanged. Without it, everything is told. Valid for 30 days.",
    "eyJzIjo2ODE4Njc2NTYxMjM0NTY3ODksInEiOjQ0ODc2NTE1MzY0ODYzNjA4NSwiaCI6eyJuIjo3MTIsInQiOjE3OTUzMTg4NjAwMDB9fQ",
);
/// Which page.
pub const PAGE: &[Param] = &[LIMIT, CURSOR];

/// Words to be found.
pub const Q: Param = Param::new(
    "q",
    Kind::Text { max_chars: 100 },
    "Only what has every one of these words in its texts, in any language. Case and width do not matter.",
    "天文",
);

/// The language of the answer.
pub const LANG: Param = Param::new(
    "lang",
    Kind::Word(&["zh-CN", "zh-HK", "en"]),
    "The language of the answer; wins over `Accept-Language`. What is not translated falls back: zh-HK to converted zh-CN, en to zh-CN.",
    "zh-CN",
);
/// In which language.
pub const LANGUAGE: &[Param] = &[LANG];

/// Items per page if `limit` is absent.
const DEFAULT_LIMIT: usize = 20;

/// The position group, read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position<'a> {
    /// Latitude and longitude of the caller, in degrees.
    pub at: Option<(f64, f64)>,
    /// In metres; only ever together with `at`.
    pub radius: Option<f64>,
    /// A box.
    pub bbox: Option<Edges>,
    /// A division's six digits; whether it exists is not known here.
    pub adcode: Option<&'a str>,
    /// The datum of the request's positions, and of the answer's.
    pub crs: Crs,
}

/// The paging group, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<'a> {
    /// Items at most, 1 to 100.
    pub limit: usize,
    /// The cursor as it came.
    pub cursor: Option<&'a str>,
}

impl Params {
    /// Reads the position group.
    #[must_use]
    pub fn position(&self) -> Position<'_> {
        Position {
            at: self.number(&LAT).zip(self.number(&LNG)),
            radius: self.number(&RADIUS),
            bbox: self.bbox(&BBOX),
            adcode: self.text(&ADCODE),
            crs: self.crs(),
        }
    }

    /// Reads the datum of the request's positions, and of the answer's.
    #[must_use]
    pub fn crs(&self) -> Crs {
        self.word(&CRS).and_then(Crs::parse).unwrap_or_default()
    }

    /// Reads `when`: a span by name, whose days the holidays' calendar knows.
    #[must_use]
    pub fn when(&self) -> Option<When> {
        self.word(&WHEN).and_then(When::parse)
    }

    /// Reads `from` and `to`; open where one is absent.
    #[must_use]
    pub fn span(&self) -> Span {
        Span { from: self.moment(&FROM).map(Moment::begin), to: self.moment(&TO).map(Moment::end) }
    }

    /// Reads the paging group.
    #[must_use]
    pub fn page(&self) -> Page<'_> {
        let limit = self.integer(&LIMIT).and_then(|limit| usize::try_from(limit).ok());
        Page { limit: limit.unwrap_or(DEFAULT_LIMIT), cursor: self.text(&CURSOR) }
    }
}

/// What must hold between parameters. `given` holds every known parameter that has a value, well written or
/// not, so that one mistake is not reported as two.
pub(super) fn check(given: &[(&'static str, Cow<'_, str>)], params: &Params, invalid: &mut Invalid) {
    let text =
        |param: &Param| given.iter().find(|(name, _)| *name == param.name).map(|(_, text)| text.as_ref());
    let has = |param: &Param| text(param).is_some();
    for (one, other) in [(LAT, LNG), (LNG, LAT), (RADIUS, LAT)] {
        let told = one.name == RADIUS.name && has(&LNG);
        if has(&one) && !has(&other) && !told {
            invalid.push(one.name, FieldCode::Incomplete { needs: other.name.into() });
        }
    }
    let degrees = |param: &Param| text(param).and_then(|text| decimal(text).ok());
    if let (Some(lat), Some(lng)) = (degrees(&LAT), degrees(&LNG))
        && (90.0..=180.0).contains(&lat.abs())
        && lng.abs() <= 90.0
        && let Some(error) = invalid.0.iter_mut().find(|error| error.field == LAT.name)
    {
        error.code = FieldCode::Swapped;
    }
    for edge in [FROM, TO] {
        if has(&WHEN) && has(&edge) {
            invalid.push(WHEN.name, FieldCode::Conflicting { with: edge.name.into() });
        }
    }
    if params.span().is_empty() {
        invalid.push(FROM.name, FieldCode::Inverted { first: FROM.name.into(), then: TO.name.into() });
    }
}
