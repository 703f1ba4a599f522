//! Routes as authors write and read them: stops in the order of the list, and what is known of the ways between them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::discovery::divisions::Divisions;
use crate::domain::datum;
use crate::domain::drafts::Body;
use crate::domain::geo::{self, LatLng, Wgs84, distance};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::media::Notice;
use crate::domain::routes::{Leg, Route, Stop};
use crate::http::list::Crs;
use crate::http::v1::manage::drafted::Said;
use crate::http::v1::manage::named::{Named, named};
use crate::http::v1::manage::parts::{AuthoredImage, AuthoredOrganiser};
use crate::http::v1::manage::places::{Ground, Warning};
use crate::http::v1::manage::returned::Answered;
use crate::http::v1::manage::words::{Words, words};

/// A stop. The list has them in order.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredStop {
    #[schema(schema_with = named)]
    base: Named,
    /// On which day, from 1; 1 if absent.
    #[schema(example = 1, minimum = 1, maximum = 30)]
    day: Option<u16>,
    /// How long to stay, in minutes.
    #[schema(example = 90, minimum = 0, maximum = 1440)]
    stay_minutes: u32,
}

/// What is known of the way from one stop to the next. Its length is that of `points` where they are given and it is not;
/// where neither is, it is estimated.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredLeg {
    /// How: `walk`, `bus`, `metro`, `car`, `boat` …
    #[schema(example = "metro", max_length = 20)]
    mode: Option<String>,
    /// How long it takes, in minutes.
    #[schema(example = 25, minimum = 0, maximum = 1440)]
    minutes: Option<u32>,
    /// Its length as it was surveyed, in metres.
    #[schema(example = 6200.0, minimum = 0, maximum = 1_000_000)]
    length_metres: Option<f64>,
    /// The way as it was surveyed, from stop to stop, in the `crs` of the body.
    #[schema(min_items = 2, max_items = 2000,
        example = json!([{ "lat": 23.0394, "lng": 113.3621 }, { "lat": 23.0402, "lng": 113.3655 }]))]
    points: Option<Vec<AuthoredPoint>>,
}

/// A point of a surveyed way.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthoredPoint {
    /// Latitude in degrees.
    #[schema(example = 23.0394, minimum = -90, maximum = 90)]
    lat: f64,
    /// Longitude in degrees.
    #[schema(example = 113.3621, minimum = -180, maximum = 180)]
    lng: f64,
}

/// What is said of a route, alone or beside what else a body says.
macro_rules! route {
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
            theme: Option<Words>,
            #[schema(schema_with = words)]
            season: Option<Words>,
            /// For whom: codes of `/v1/taxonomy?scheme=audience`.
            #[schema(example = json!(["child_family"]), max_items = 10)]
            audiences: Option<Vec<String>>,
            /// How many days it takes.
            #[schema(example = 1, minimum = 1, maximum = 30)]
            days: Option<u16>,
            /// Time in all, stays and ways, in minutes.
            #[schema(example = 270, minimum = 1, maximum = 43200)]
            duration_minutes: Option<u32>,
            #[schema(schema_with = words)]
            transport: Option<Words>,
            /// The stops in order, two at least: published bases, or bases that the organisation is drafting.
            #[schema(max_items = 50)]
            stops: Option<Vec<AuthoredStop>>,
            /// The ways between consecutive stops, one fewer than stops; none where nothing is known of them.
            #[schema(max_items = 49)]
            legs: Option<Vec<AuthoredLeg>>,
            /// Who put it together, the first is the main one: the organisation itself, which is meant if nothing is said.
            #[schema(max_items = 20)]
            organisers: Option<Vec<AuthoredOrganiser>>,
            /// A picture.
            cover: Option<AuthoredImage>,
            #[schema(schema_with = words)]
            notice: Option<Words>,
        }
    )+};
}

route! {
    /// A route that is to be; whatever is missing can follow until it is submitted.
    #[serde(deny_unknown_fields)]
    NewRoute: Deserialize {
        #[schema(schema_with = named)]
        pub(super) organiser: Option<Named>,
        /// The datum of `points`; `gcj02` if absent.
        crs: Option<Crs>,
    }

    /// What a route is to be from now on: what is left out is removed.
    #[serde(deny_unknown_fields)]
    ChangedRoute: Deserialize {
        /// The version that was read.
        #[schema(example = 1, minimum = 1)]
        pub(super) version: i64,
        /// The datum of `points`; `gcj02` if absent.
        crs: Option<Crs>,
    }

    /// A route as its author wrote it.
    AuthoredRoute: Serialize {}
}

/// Makes the fields that a draft keeps from those that an author wrote.
macro_rules! said {
    ($($name:ident)+) => {$(
        impl Said for $name {
            fn crs(&self) -> Option<Crs> {
                self.crs
            }

            fn body(self, ground: Ground<'_>, _: &mut Vec<Warning>) -> Result<Body, Invalid> {
                let (mut invalid, mut body) = (Invalid::default(), Body::new());
                // Texts, numbers, lists and structures of them: nothing of it fails to be JSON.
                let mut put = |field: &str, value: Option<serde_json::Result<Value>>| {
                    body.extend(value.and_then(Result::ok).map(|value| (field.to_owned(), value)));
                };
                let text = |words: Option<Words>| words.map(|words| serde_json::to_value(words.0));
                put("name", text(self.name));
                put("theme", text(self.theme));
                put("season", text(self.season));
                put("audiences", self.audiences.map(serde_json::to_value));
                put("days", self.days.map(serde_json::to_value));
                put("durationMinutes", self.duration_minutes.map(serde_json::to_value));
                put("transport", text(self.transport));
                put("stops", self.stops.map(|all| serde_json::to_value(stops(all, &mut invalid))));
                put("legs", self.legs.map(|all| serde_json::to_value(legs(all, ground, &mut invalid))));
                let organisers = self.organisers.map(|all| AuthoredOrganiser::all(all, &mut invalid));
                put("organisers", organisers.map(serde_json::to_value));
                put("cover", self.cover.map(|cover| serde_json::to_value(cover.image())));
                let notice = |words: Words| serde_json::to_value(Notice { text: words.0, since: None });
                put("notice", self.notice.map(notice));
                invalid.or(body)
            }
        }
    )+};
}

said! { NewRoute ChangedRoute }

fn stops(all: Vec<AuthoredStop>, invalid: &mut Invalid) -> Vec<Stop> {
    let stop = |(at, stop): (usize, AuthoredStop)| {
        let base = stop.base.id(&format!("stops[{at}].base"), "base", invalid)?;
        Some(Stop { base, day: stop.day.unwrap_or(1), stay_minutes: stop.stay_minutes })
    };
    all.into_iter().enumerate().filter_map(stop).collect()
}

fn legs(all: Vec<AuthoredLeg>, ground: Ground<'_>, invalid: &mut Invalid) -> Vec<Leg> {
    let leg = |(at, leg): (usize, AuthoredLeg)| {
        let given = leg.points.unwrap_or_default();
        let mut points = Vec::with_capacity(given.len());
        for (number, point) in given.iter().enumerate() {
            match ground.divisions.read_point(point.lat, point.lng, ground.crs) {
                Ok(point) => points.push(point),
                Err(_) => {
                    let (axis, most) = if point.lat.abs() > 90.0 { ("lat", "90") } else { ("lng", "180") };
                    let code = FieldCode::OutOfRange { min: format!("-{most}"), max: most.to_owned() };
                    invalid.push(format!("legs[{at}].points[{number}].{axis}"), code);
                }
            }
        }
        let length_metres = leg.length_metres.or_else(|| along(&points));
        Leg { mode: leg.mode, minutes: leg.minutes, length_metres, points }
    };
    all.into_iter().enumerate().map(leg).collect()
}

/// The length of a way along its points, to 0.1 m.
fn along(points: &[LatLng<Wgs84>]) -> Option<f64> {
    let steps = points.windows(2).map(|pair| distance(pair[0], pair[1]));
    (points.len() > 1).then(|| (steps.sum::<f64>() * 10.0).round() / 10.0)
}

impl AuthoredRoute {
    /// A route as its author reads it: `route` is what its draft gives, of which only what `given` names was said.
    pub(super) fn new(route: Route, given: &Body, crs: geo::Crs, divisions: &Divisions) -> Self {
        let said = |field: &str| given.contains_key(field);
        let stop = |stop: Stop| AuthoredStop {
            base: Named(stop.base.to_string()),
            day: Some(stop.day),
            stay_minutes: stop.stay_minutes,
        };
        let leg = |leg: Leg| AuthoredLeg {
            mode: leg.mode,
            minutes: leg.minutes,
            length_metres: leg.length_metres,
            points: (!leg.points.is_empty())
                .then(|| leg.points.into_iter().map(|point| written(point, crs, divisions)).collect()),
        };
        Self {
            name: said("name").then(|| route.name.into()),
            theme: said("theme").then(|| route.theme.into()),
            season: route.season.map(Words),
            audiences: (!route.audiences.is_empty())
                .then(|| route.audiences.into_iter().map(|code| code.0).collect()),
            days: said("days").then_some(route.days),
            duration_minutes: said("durationMinutes").then_some(route.duration_minutes),
            transport: route.transport.map(Words),
            stops: said("stops").then(|| route.stops.into_iter().map(stop).collect()),
            legs: (!route.legs.is_empty()).then(|| route.legs.into_iter().map(leg).collect()),
            organisers: Some(route.organisers.into_iter().map(AuthoredOrganiser::from).collect()),
            cover: route.cover.map(AuthoredImage::from),
            notice: route.notice.map(|notice| notice.text.into()),
        }
    }
}

/// A point in the datum of whoever reads it: by the numbers that are read as this point. On which side of the datum's border
/// a point lies, outlines tell, and near the coast they do not tell the same of its numbers.
fn written(point: LatLng<Wgs84>, crs: geo::Crs, divisions: &Divisions) -> AuthoredPoint {
    let numbers = |mainland| datum::to_crs(point, mainland, crs);
    let back = |(lat, lng)| divisions.read_point(lat, lng, crs).is_ok_and(|read| distance(read, point) < 1.0);
    let (lat, lng) = if back(numbers(true)) { numbers(true) } else { numbers(false) };
    AuthoredPoint { lat, lng }
}

impl Answered for ChangedRoute {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_as_long_as_its_points_lead() {
        let point = |lat, lng| LatLng::new(lat, lng).unwrap();
        assert_eq!(along(&[]), None);
        assert_eq!(along(&[point(23.0, 113.0)]), None);
        let metres = along(&[point(23.0, 113.0), point(23.01, 113.0), point(23.0, 113.0)]).unwrap();
        assert!((metres - 2.0 * 1_111.95).abs() < 0.2, "{metres}");
    }
}
