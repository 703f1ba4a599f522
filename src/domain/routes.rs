//! Science-tourism routes (科普游路线): bases in an order one can follow in a day or two.

use super::invalid::{FieldCode, Invalid};
use super::kinds::Kind;
use super::record::{Noun, Reference};
use serde::{Deserialize, Serialize};

use super::geo::{LatLng, Wgs84};
use super::ids::BaseId;
use super::media::{Image, Notice};
use super::organisations::{self, Organiser};
use super::sources::Source;
use super::taxonomy::{self, Code};
use super::text::Text;

/// Roads are longer than straight lines by about this factor; used where a leg was not surveyed.
pub const ROAD_FACTOR: f64 = 1.35;

/// The most days that a route takes, its most stops, and the most points on the way between two of them.
const DAYS_MAX: u16 = 30;
const STOPS_MAX: usize = 50;
const POINTS_MAX: usize = 2_000;

/// Minutes of a day.
const DAY_MINUTES: u32 = 24 * 60;

/// A route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Route {
    /// Its name.
    pub name: Text,
    /// What it is about.
    pub theme: Text,
    /// When it is best followed, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub season: Option<Text>,
    /// Codes of scheme `audience`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audiences: Vec<Code>,
    /// How many days it takes.
    pub days: u16,
    /// Time in all, stays and ways, in minutes.
    pub duration_minutes: u32,
    /// How one gets about, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<Text>,
    /// Whether it was put together from venues by an editor, rather than recognised by an authority.
    #[serde(default)]
    pub composed: bool,
    /// Whether it is invented, for demonstration.
    #[serde(default)]
    pub sample: bool,
    /// Stops in order, at least two.
    pub stops: Vec<Stop>,
    /// Ways between consecutive stops, one fewer than stops; empty where nothing is known of them. Lengths that were not
    /// surveyed are estimated from the stops' positions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legs: Vec<Leg>,
    /// Who put it together, the first is the main one; empty where an editor of the catalogue did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organisers: Vec<Organiser>,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Image>,
    /// What walkers must know at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// Where the record comes from.
    pub source: Source,
}

impl Noun for Route {
    const KIND: Kind = Kind::Route;

    fn check(&self, invalid: &mut Invalid) {
        invalid.title("name", &self.name, 120);
        invalid.text("theme", &self.theme, 120);
        for (field, words) in [("season", &self.season), ("transport", &self.transport)] {
            words.iter().for_each(|words| invalid.text(field, words, 120));
        }
        invalid.range("days", self.days, 1, DAYS_MAX);
        invalid.range("durationMinutes", self.duration_minutes, 1, u32::from(DAYS_MAX) * DAY_MINUTES);
        if self.stops.len() < 2 {
            invalid.push("stops", FieldCode::TooFew { min: 2 });
        }
        if self.stops.len() > STOPS_MAX {
            invalid.push("stops", FieldCode::TooMany { max: STOPS_MAX });
        }
        if !self.legs.is_empty() && self.legs.len() + 1 != self.stops.len() {
            invalid.push("legs", FieldCode::Conflicting { with: "stops".to_owned() });
        }
        for (i, stop) in self.stops.iter().enumerate() {
            let earlier = i.checked_sub(1).and_then(|i| self.stops.get(i)).map_or(1, |stop| stop.day);
            if stop.day < earlier || stop.day > self.days {
                let (min, max) = (earlier.to_string(), self.days.to_string());
                invalid.push(format!("stops[{i}].day"), FieldCode::OutOfRange { min, max });
            }
            invalid.range(format!("stops[{i}].stayMinutes"), stop.stay_minutes, 0, DAY_MINUTES);
        }
        self.legs.iter().enumerate().for_each(|(i, leg)| leg.check(&format!("legs[{i}]"), invalid));
        self.cover.iter().for_each(|cover| cover.check("cover", invalid));
        self.notice.iter().for_each(|notice| notice.check(invalid));
    }

    fn texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        visit(&mut self.name);
        visit(&mut self.theme);
        self.season.iter_mut().for_each(&mut *visit);
        self.transport.iter_mut().for_each(&mut *visit);
        self.cover.iter_mut().for_each(|cover| visit(&mut cover.alt));
        self.notice.iter_mut().for_each(|notice| visit(&mut notice.text));
    }

    fn references(&self) -> Vec<Reference> {
        let stops = self.stops.iter().enumerate();
        let stops =
            stops.map(|(i, stop)| Reference::new(format!("stops[{i}].base"), Kind::Base, stop.base.get()));
        organisations::references(&self.organisers)
            .chain(stops)
            .chain(taxonomy::references("audiences", taxonomy::AUDIENCE, &self.audiences))
            .collect()
    }
}

/// A stop of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stop {
    /// The base visited.
    pub base: BaseId,
    /// On which day, counted from 1.
    pub day: u16,
    /// How long to stay, in minutes.
    pub stay_minutes: u32,
}

/// What is known of the way from one stop to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leg {
    /// How: `walk`, `bus`, `metro`, `car`, `boat` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// How long it takes, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// Its length in metres; absent where it was not surveyed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_metres: Option<f64>,
    /// The way on the map.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<LatLng<Wgs84>>,
}

impl Leg {
    fn check(&self, field: &str, invalid: &mut Invalid) {
        self.mode.iter().for_each(|mode| invalid.line(&format!("{field}.mode"), mode, 20));
        self.minutes.iter().for_each(|minutes| {
            invalid.range(format!("{field}.minutes"), *minutes, 0, DAY_MINUTES);
        });
        self.length_metres.iter().for_each(|metres| {
            invalid.range(format!("{field}.lengthMetres"), *metres, 0.0, 1_000_000.0);
        });
        if self.points.len() == 1 {
            invalid.push(format!("{field}.points"), FieldCode::TooFew { min: 2 });
        }
        if self.points.len() > POINTS_MAX {
            invalid.push(format!("{field}.points"), FieldCode::TooMany { max: POINTS_MAX });
        }
    }
}

/// How a length was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LengthBasis {
    /// Measured along the way.
    Surveyed,
    /// Straight line times [`ROAD_FACTOR`].
    Estimated,
    /// Straight line.
    Straight,
}
