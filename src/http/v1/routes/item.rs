//! A route, in lists and by itself.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::discovery::entries::RouteEntry;
use crate::discovery::place::{Located, Spot};
use crate::discovery::routes as found;
use crate::domain::datum;
use crate::domain::geo::{LatLng, Wgs84};
use crate::domain::ids;
use crate::domain::routes;
use crate::domain::taxonomy::Code;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::list::Crs;
use crate::http::v1::admission::Booking;
use crate::http::v1::bases::hours::open_now;
use crate::http::v1::media::{Image, Notice, Source};
use crate::http::v1::places::Position;
use crate::http::v1::references::Ref;
use crate::http::v1::view::View;
use crate::http::wire::wire;

wire! {
    /// How a length was found.
    LengthBasis = routes::LengthBasis {
        /// Measured along the way.
        Surveyed "surveyed"
        /// Straight line times 1.35, by which roads are longer.
        Estimated "estimated"
        /// Straight line.
        Straight "straight"
    }
}

/// A route with its stops and the ways between them.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RouteItem<'a> {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Its name.
    #[schema(example = "海珠湿地与岭南园林自然课堂")]
    pub name: &'a str,
    /// What it is about.
    #[schema(example = "自然与传统工艺")]
    pub theme: &'a str,
    /// When it is best followed, in words.
    #[schema(example = "10—4月观鸟最佳")]
    pub season: Option<&'a str>,
    /// For whom: codes of `/v1/taxonomy?scheme=audience`.
    #[schema(value_type = Vec<String>, example = json!(["child_family", "youth"]))]
    pub audiences: &'a [Code],
    /// How many days it takes.
    #[schema(example = 1)]
    pub days: u16,
    /// Time in all, stays and ways, in minutes.
    #[schema(example = 270)]
    pub duration_minutes: u32,
    /// Length of all ways together, in metres; absent where a stop's position is not known.
    #[schema(example = 12400)]
    pub length_metres: Option<u32>,
    /// The least exact way in which a part of that length was found.
    pub length_basis: LengthBasis,
    /// How one gets about, in words.
    #[schema(example = "地铁+步行")]
    pub transport: Option<&'a str>,
    /// Whether an editor put it together, rather than an authority recognised it.
    #[schema(example = true)]
    pub composed: bool,
    /// Whether it is invented, for demonstration.
    #[schema(example = false)]
    pub sample: bool,
    /// A picture.
    pub cover: Option<Image<'a>>,
    /// What walkers must know at once.
    pub notice: Option<Notice<'a>>,
    /// Metres to 0.1 from the position in the question to the nearest stop.
    #[schema(example = 1523.4)]
    pub distance: Option<f64>,
    /// The stops in order, at least two.
    pub stops: Vec<Stop<'a>>,
    /// The ways between consecutive stops.
    pub legs: Vec<Leg<'a>>,
}

/// A stop of a route.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stop<'a> {
    /// Its place in the order, from 1.
    #[schema(example = 1)]
    pub order: u16,
    /// On which day, from 1.
    #[schema(example = 1)]
    pub day: u16,
    /// The base visited.
    pub base: Ref<'a>,
    /// Latitude in degrees, in the answer's `crs`; absent where the position is not known.
    #[schema(example = 23.0712)]
    pub lat: Option<f64>,
    /// Longitude in degrees, in the answer's `crs`; together with `lat`.
    #[schema(example = 113.3311)]
    pub lng: Option<f64>,
    /// How long to stay, in minutes.
    #[schema(example = 150)]
    pub stay_minutes: u32,
    /// Whether the base is open now; absent where that is not certain.
    #[schema(example = true)]
    pub open_now: Option<bool>,
    /// Whether the base must be booked.
    pub booking: Booking<'a>,
    /// Whether entry is known to be free.
    #[schema(example = true)]
    pub free: bool,
}

/// The way from one stop to the next.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Leg<'a> {
    /// `order` of the stop it leaves.
    #[schema(example = 1)]
    pub from: u16,
    /// `order` of the stop it reaches.
    #[schema(example = 2)]
    pub to: u16,
    /// How: `walk`, `bus`, `metro`, `car`, `boat` …
    #[schema(example = "metro")]
    pub mode: Option<&'a str>,
    /// How long it takes, in minutes.
    #[schema(example = 25)]
    pub minutes: Option<u32>,
    /// Its length in metres; absent where a stop's position is not known.
    #[schema(example = 6200)]
    pub length_metres: Option<u32>,
    /// How the length was found.
    pub basis: LengthBasis,
    /// The way on the map, in the answer's `crs`; a straight line where it was not surveyed.
    pub points: Vec<Position>,
}

/// Everything public about a route.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RouteDetail<'a> {
    /// What lists show.
    #[serde(flatten)]
    pub item: RouteItem<'a>,
    /// When the record last changed.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    pub updated_at: Rfc3339,
    /// Counts the changes of the record.
    #[schema(example = 3)]
    pub version: i64,
    /// Where the record comes from.
    pub source: Source<'a>,
    /// The datum of the positions in this answer.
    pub crs: Crs,
}

impl<'a> RouteItem<'a> {
    /// A route as `view` shows it, with its nearest stop `distance` metres from the caller.
    pub fn new(view: &View<'a>, entry: &'a RouteEntry, distance: Option<f64>) -> Self {
        let route = entry.body();
        let legs = legs(view, entry);
        let basis = found::ways(entry).iter().map(|way| way.basis).max();
        Self {
            id: ids::spell(entry.record.id),
            name: view.text(&route.name),
            theme: view.text(&route.theme),
            season: route.season.as_ref().map(|season| view.text(season)),
            audiences: &route.audiences,
            days: route.days,
            duration_minutes: route.duration_minutes,
            length_metres: legs.iter().map(|leg| leg.length_metres).sum(),
            length_basis: basis.unwrap_or(routes::LengthBasis::Estimated).into(),
            transport: route.transport.as_ref().map(|transport| view.text(transport)),
            composed: route.composed,
            sample: route.sample,
            cover: route.cover.as_ref().map(|cover| Image::new(view, cover)),
            notice: route.notice.as_ref().map(|notice| Notice::new(view, notice)),
            distance,
            stops: stops(view, entry),
            legs,
        }
    }
}

impl<'a> RouteDetail<'a> {
    /// A route as `view` shows it.
    pub fn new(view: &View<'a>, entry: &'a RouteEntry) -> Self {
        Self {
            item: RouteItem::new(view, entry, None),
            updated_at: rfc3339(entry.record.updated_at),
            version: entry.record.version,
            source: (&entry.body().source).into(),
            crs: view.crs.into(),
        }
    }
}

/// The stops in order.
pub fn stops<'a>(view: &View<'a>, entry: &'a RouteEntry) -> Vec<Stop<'a>> {
    let stops = entry.body().stops.iter().zip(entry.places.iter()).zip(1..);
    let stop = |((stop, place), order): ((&routes::Stop, &Located), u16)| {
        let base = view.snapshot.venue(stop.base)?;
        let position = place.spot.map(|spot| Position::from(spot.in_crs(view.crs)));
        Some(Stop {
            order,
            day: stop.day,
            base: Ref::new(base.record.id, view.text(&base.body().name)),
            lat: position.map(|position| position.lat),
            lng: position.map(|position| position.lng),
            stay_minutes: stop.stay_minutes,
            open_now: open_now(view, base),
            booking: Booking::new(view, &base.body().booking),
            free: base.body().free == Some(true),
        })
    };
    stops.filter_map(stop).collect()
}

/// The ways between consecutive stops.
pub fn legs<'a>(view: &View<'a>, entry: &'a RouteEntry) -> Vec<Leg<'a>> {
    let ends = entry.places.windows(2);
    let legs = found::ways(entry).into_iter().zip(ends).zip(1..);
    let leg = |((way, ends), from): ((found::Way, &[Located]), u16)| {
        let surveyed = entry.body().legs.get(usize::from(from - 1));
        let spots: Vec<Spot> = ends.iter().filter_map(|place| place.spot).collect();
        Leg {
            from,
            to: from + 1,
            mode: surveyed.and_then(|leg| leg.mode.as_deref()),
            minutes: surveyed.and_then(|leg| leg.minutes),
            length_metres: way.metres.map(|metres| metres as u32),
            basis: way.basis.into(),
            points: match surveyed.map(|leg| leg.points.as_slice()) {
                Some(points @ [_, ..]) => {
                    points.iter().map(|point| on_the_way(view, *point, &spots)).collect()
                }
                _ => spots.iter().map(|spot| spot.in_crs(view.crs).into()).collect(),
            },
        }
    };
    legs.map(leg).collect()
}

/// A point on the way between `ends`. It lies on the same side of the datum's border as both of them; where they
/// differ, outlines tell.
fn on_the_way(view: &View<'_>, point: LatLng<Wgs84>, ends: &[Spot]) -> Position {
    let mainland = match ends {
        [a, b] if a.mainland != b.mainland => {
            view.snapshot.divisions.at(point).is_none_or(|division| division.adcode.is_mainland())
        }
        [a, ..] => a.mainland,
        [] => true,
    };
    datum::to_crs(point, mainland, view.crs).into()
}
