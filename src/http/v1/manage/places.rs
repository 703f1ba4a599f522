//! Places as authors give them: by their address, by their division, or by a point.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::words::{Words, words};
use crate::discovery::divisions::Divisions;
use crate::domain::datum;
use crate::domain::divisions::{Adcode, Division};
use crate::domain::geo::{self, LatLng, Wgs84};
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::places::Place;
use crate::domain::text::{Lang, Text};

/// A place. Its division follows from the point, or from the names of divisions (city and district) in the address, where
/// it is not given. Name and address may follow until it is submitted.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredPlace {
    #[schema(schema_with = words)]
    name: Option<Words>,
    #[schema(schema_with = words)]
    address: Option<Words>,
    /// Code of the innermost division, as `/v1/divisions` gives it.
    #[schema(example = "440113")]
    adcode: Option<String>,
    /// Latitude in degrees, in the `crs` of the body.
    #[schema(example = 23.0394, minimum = -90, maximum = 90)]
    lat: Option<f64>,
    /// Longitude in degrees, together with `lat`.
    #[schema(example = 113.3621, minimum = -180, maximum = 180)]
    lng: Option<f64>,
    /// How far off the position may be, in metres.
    #[schema(example = 50, minimum = 1, maximum = 100_000)]
    precision_metres: Option<u32>,
    #[schema(schema_with = words)]
    room: Option<Words>,
    #[schema(schema_with = words)]
    transit: Option<Words>,
}

/// Something that may be meant so, and may be a mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// Where: the path in the body.
    #[schema(example = "place.adcode")]
    pub field: String,
    /// What, for programs: `outsideDivision`, `noPosition`, `noSessions`, `partyOfOne`, `agesOpen`.
    #[schema(example = "outsideDivision")]
    pub code: &'static str,
    /// What, in the caller's language.
    #[schema(example = "坐标位于番禺区，而填写的是天河区。")]
    pub message: String,
}

impl Warning {
    /// The same, seen from the object that `field` leads into.
    #[must_use]
    pub fn within(self, field: &str) -> Self {
        Self { field: format!("{field}.{}", self.field), ..self }
    }
}

/// What places are read by.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The divisions there are.
    pub divisions: &'a Divisions,
    /// The datum of the numbers.
    pub crs: geo::Crs,
    /// The language of warnings.
    pub lang: Lang,
}

impl AuthoredPlace {
    /// A place as its author may read it.
    pub fn new(place: &Place, crs: geo::Crs) -> Self {
        let numbers = place.position.map(|point| datum::to_crs(point, place.adcode.is_mainland(), crs));
        Self {
            name: said(&place.name),
            address: said(&place.address),
            adcode: Some(place.adcode.to_string()),
            lat: numbers.map(|(lat, _)| lat),
            lng: numbers.map(|(_, lng)| lng),
            precision_metres: place.precision_metres,
            room: place.room.clone().map(Words),
            transit: place.transit.clone().map(Words),
        }
    }

    /// A place as a table has it: its name and address, its division, its point, its room and the way there.
    pub fn written(
        (name, address): (String, String),
        adcode: Option<Adcode>,
        (lat, lng): (Option<f64>, Option<f64>),
        (room, transit): (Option<String>, Option<String>),
    ) -> Self {
        let words = |text: String| Words(Text::zh(text));
        Self {
            name: Some(words(name)),
            address: Some(words(address)),
            adcode: adcode.map(|adcode| adcode.to_string()),
            lat,
            lng,
            precision_metres: None,
            room: room.map(words),
            transit: transit.map(words),
        }
    }

    /// The place that is meant, at `field` of the body; `None` if something about it is wrong.
    pub fn read(
        self,
        field: &str,
        ground: Ground<'_>,
        warnings: &mut Vec<Warning>,
        invalid: &mut Invalid,
    ) -> Option<Place> {
        let before = invalid.0.len();
        let given = self.adcode.as_deref().and_then(|code| match code.parse::<Adcode>() {
            Ok(adcode) => Some(adcode),
            Err(_) => {
                invalid.push(format!("{field}.adcode"), FieldCode::Malformed(Expected::Adcode));
                None
            }
        });
        let position = self.point(field, given, ground, invalid);
        let there = position.and_then(|point| ground.divisions.at(point));
        let in_address = self.address.as_ref().and_then(|address| named(&address.0, ground));
        let adcode = given.or(there.map(|division| division.adcode)).or(in_address);
        if adcode.is_none() && self.adcode.is_none() {
            invalid.push(format!("{field}.adcode"), FieldCode::Missing);
        }
        let place = Place {
            name: self.name.map(|name| name.0).unwrap_or_default(),
            address: self.address.map(|address| address.0).unwrap_or_default(),
            adcode: adcode?,
            position,
            precision_metres: self.precision_metres,
            room: self.room.map(|words| words.0),
            transit: self.transit.map(|words| words.0),
        };
        warnings.extend(Self::doubts(&place, field, ground));
        (invalid.0.len() == before).then_some(place)
    }

    /// What may be a mistake of a place, at `field` of the body: that its point, its division and its address are in
    /// different divisions, or that it has no point.
    pub fn doubts(place: &Place, field: &str, ground: Ground<'_>) -> Vec<Warning> {
        let mut found = Vec::new();
        let adcode = place.adcode;
        match place.position.map(|point| ground.divisions.at(point)) {
            Some(Some(there)) if !adcode.covers(there.adcode) => {
                found.extend(outside(field, adcode, Some(there), ground));
            }
            // Beyond every outline: within the stated division it cannot be, where outlines of that are known.
            Some(None) if outlined(adcode, ground) => found.extend(outside(field, adcode, None, ground)),
            Some(_) => {}
            None => found.push(nowhere(field, ground.lang)),
        }
        if let Some(other) = named(&place.address, ground)
            && !adcode.covers(other)
            && !other.covers(adcode)
        {
            found.extend(elsewhere(field, adcode, other, ground));
        }
        found
    }

    /// The point, if one is given. Which side of the border it lies on, the stated division says, else the outlines.
    fn point(
        &self,
        field: &str,
        given: Option<Adcode>,
        ground: Ground<'_>,
        invalid: &mut Invalid,
    ) -> Option<LatLng<Wgs84>> {
        let (lat, lng) = match (self.lat, self.lng) {
            (Some(lat), Some(lng)) => (lat, lng),
            (None, None) => return None,
            (lat, _) => {
                let (has, needs) = if lat.is_some() { ("lat", "lng") } else { ("lng", "lat") };
                let needs = format!("{field}.{needs}");
                invalid.push(format!("{field}.{has}"), FieldCode::Incomplete { needs });
                return None;
            }
        };
        let read = match given {
            Some(adcode) => datum::from_crs(lat, lng, ground.crs, adcode.is_mainland()),
            None => ground.divisions.read_point(lat, lng, ground.crs),
        };
        if read.is_err() {
            let (min, max) = if lat.abs() > 90.0 { ("-90", "90") } else { ("-180", "180") };
            let wrong = if lat.abs() > 90.0 { "lat" } else { "lng" };
            let code = FieldCode::OutOfRange { min: min.to_owned(), max: max.to_owned() };
            invalid.push(format!("{field}.{wrong}"), code);
        }
        read.ok()
    }
}

/// The innermost division whose name, and that of one around it, stand in an address; where only one has that name, its
/// own is enough. `None` if several fit.
fn named(address: &Text, ground: Ground<'_>) -> Option<Adcode> {
    let holds = |division: &Division| address.zh_cn.contains(division.name.zh_cn.as_str());
    let all: Vec<&Division> = ground.divisions.iter().filter(|division| holds(division)).collect();
    let depth = |division: &Division| ground.divisions.chain(division.adcode).count();
    let confirmed = |division: &&&Division| {
        let mut around = ground.divisions.chain(division.adcode).skip(1);
        around.any(&holds)
    };
    let sure: Vec<&&Division> = all.iter().filter(confirmed).collect();
    let of = |found: &[&Division]| {
        let deepest = found.iter().map(|division| depth(division)).max()?;
        let mut innermost = found.iter().filter(|division| depth(division) == deepest);
        let first = innermost.next()?.adcode;
        innermost.next().is_none().then_some(first)
    };
    if sure.is_empty() { of(&all) } else { of(&sure.into_iter().copied().collect::<Vec<_>>()) }
}

/// What is said in a text; nothing of an empty one.
fn said(text: &Text) -> Option<Words> {
    (!text.zh_cn.is_empty()).then(|| text.clone().into())
}

/// That a place without a point is not found by where it is.
fn nowhere(field: &str, lang: Lang) -> Warning {
    let message = match lang {
        Lang::ZhCn => "没有坐标：按距离搜索时找不到，也不在地图上显示。",
        Lang::ZhHk => "沒有座標：按距離搜尋時找不到，也不在地圖上顯示。",
        Lang::En => "It has no point: it is not found near by, and is not on the map.",
    };
    Warning { field: format!("{field}.lat"), code: "noPosition", message: message.to_owned() }
}

/// That an address names another division than the place is in, naming both.
fn elsewhere(field: &str, adcode: Adcode, other: Adcode, ground: Ground<'_>) -> Option<Warning> {
    let is = ground.divisions.get(adcode)?.name.get(ground.lang);
    let named = ground.divisions.get(other)?.name.get(ground.lang);
    let message = match ground.lang {
        Lang::ZhCn => format!("地址写的是{named}，而坐标或代码属于{is}。"),
        Lang::ZhHk => format!("地址寫的是{named}，而座標或代碼屬於{is}。"),
        Lang::En => format!("The address names {named}, and the place lies in {is}."),
    };
    Some(Warning { field: format!("{field}.address"), code: "outsideDivision", message })
}

/// Whether the outline of a division, or of one within it, is known.
fn outlined(adcode: Adcode, ground: Ground<'_>) -> bool {
    ground.divisions.iter().any(|division| adcode.covers(division.adcode) && division.outline.is_some())
}

/// That a point lies in another division than is stated, naming both; or in none of which the outline is known.
fn outside(field: &str, given: Adcode, there: Option<&Division>, ground: Ground<'_>) -> Option<Warning> {
    let stated = ground.divisions.get(given)?.name.get(ground.lang).to_owned();
    let actual = there.map(|there| there.name.get(ground.lang));
    let message = match (ground.lang, actual) {
        (Lang::ZhCn, Some(actual)) => format!("坐标位于{actual}，而填写的是{stated}。"),
        (Lang::ZhHk, Some(actual)) => format!("座標位於{actual}，而填寫的是{stated}。"),
        (Lang::En, Some(actual)) => format!("The point lies in {actual}, and {stated} is stated."),
        (Lang::ZhCn, None) => format!("坐标不在填写的{stated}内。"),
        (Lang::ZhHk, None) => format!("座標不在填寫的{stated}內。"),
        (Lang::En, None) => format!("The point does not lie in {stated}, which is stated."),
    };
    Some(Warning { field: format!("{field}.adcode"), code: "outsideDivision", message })
}
