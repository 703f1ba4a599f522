//! A route as GeoJSON (RFC 7946).

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::item::{LengthBasis, legs, stops};
use crate::discovery::entries::RouteEntry;
use crate::domain::geo::Crs;
use crate::http::forms::geojson::{CollectionType, FeatureType};
use crate::http::v1::places::Position;
use crate::http::v1::view::View;

/// The stops and ways of a route, always in WGS-84.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Track<'a> {
    /// `FeatureCollection`.
    #[serde(rename = "type")]
    pub kind: CollectionType,
    /// A point for each stop, then a line for each way; what has no position is left out.
    pub features: Vec<TrackFeature<'a>>,
}

/// A stop, or the way between two.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrackFeature<'a> {
    /// `Feature`.
    #[serde(rename = "type")]
    pub kind: FeatureType,
    /// Where it is.
    pub geometry: TrackGeometry,
    /// What it is.
    pub properties: TrackProperties<'a>,
}

/// A point or a line.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum TrackGeometry {
    /// Where a stop is.
    Point(Point),
    /// Where a way runs.
    LineString(LineString),
}

/// Where a stop is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Point {
    /// `Point`.
    #[serde(rename = "type")]
    pub kind: PointType,
    /// `[lng, lat]` in degrees.
    #[schema(value_type = Vec<f64>, min_items = 2, max_items = 2, example = json!([113.3257, 23.0737]))]
    pub coordinates: [f64; 2],
}

/// The type of a point.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub enum PointType {
    /// The only one.
    Point,
}

/// Where a way runs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LineString {
    /// `LineString`.
    #[serde(rename = "type")]
    pub kind: LineType,
    /// Two positions and more, each `[lng, lat]` in degrees.
    #[schema(value_type = Vec<Vec<f64>>, min_items = 2, example = json!([[113.3257, 23.0737], [113.3372, 23.0691]]))]
    pub coordinates: Vec<[f64; 2]>,
}

/// The type of a line.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub enum LineType {
    /// The only one.
    LineString,
}

/// What a feature is.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrackProperties<'a> {
    /// A stop, or the way between two.
    pub kind: TrackKind,
    /// Of a stop: its place in the order, from 1.
    #[schema(example = 1)]
    pub order: Option<u16>,
    /// Of a stop: the base's id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub base: Option<String>,
    /// Of a stop: the base's name.
    #[schema(example = "海珠国家湿地公园")]
    pub name: Option<&'a str>,
    /// Of a way: `order` of the stop it leaves.
    #[schema(example = 1)]
    pub from: Option<u16>,
    /// Of a way: `order` of the stop it reaches.
    #[schema(example = 2)]
    pub to: Option<u16>,
    /// Of a way: its length in metres.
    #[schema(example = 6200)]
    pub length_metres: Option<u32>,
    /// Of a way: how the length was found.
    pub basis: Option<LengthBasis>,
}

/// What a feature of a track is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum TrackKind {
    /// A stop.
    Stop,
    /// A way.
    Leg,
}

impl<'a> Track<'a> {
    /// The track of a route, with names in the language of `view`.
    pub fn new(view: &View<'a>, entry: &'a RouteEntry) -> Self {
        let view = View { crs: Crs::Wgs84, ..*view };
        let nothing = |kind| TrackProperties {
            kind,
            order: None,
            base: None,
            name: None,
            from: None,
            to: None,
            length_metres: None,
            basis: None,
        };
        let stops = stops(&view, entry).into_iter().filter_map(|stop| {
            let coordinates = [stop.lng?, stop.lat?];
            let properties = TrackProperties {
                order: Some(stop.order),
                base: Some(stop.base.id),
                name: Some(stop.base.name),
                ..nothing(TrackKind::Stop)
            };
            Some((TrackGeometry::Point(Point { kind: PointType::Point, coordinates }), properties))
        });
        // A line has two ends: a way to or from the unknown is none.
        let legs = legs(&view, entry).into_iter().filter(|leg| leg.points.len() > 1).map(|leg| {
            let coordinates = leg.points.iter().map(|Position { lat, lng }| [*lng, *lat]).collect();
            let properties = TrackProperties {
                from: Some(leg.from),
                to: Some(leg.to),
                length_metres: leg.length_metres,
                basis: Some(leg.basis),
                ..nothing(TrackKind::Leg)
            };
            (TrackGeometry::LineString(LineString { kind: LineType::LineString, coordinates }), properties)
        });
        let feature =
            |(geometry, properties)| TrackFeature { kind: FeatureType::Feature, geometry, properties };
        Self { kind: CollectionType::FeatureCollection, features: stops.chain(legs).map(feature).collect() }
    }
}
