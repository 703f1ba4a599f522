//! Lists as GeoJSON (RFC 7946).
//!
//! Made of a list's JSON, so that every list has this form whose items say where they are in the way that all do:
//! `lat` and `lng` in the item itself, in its `place` or its `centre`, or in each of its `stops`.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::{Map, Value};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::accept;
use crate::domain::geo;
use crate::http::list::List;
use crate::http::problem::Problem;
use crate::http::v1::facets::Facets;
use crate::http::v1::search::Understood;
use crate::http::v1::view::View;

/// The media type of GeoJSON.
pub const GEO_JSON: &str = "application/geo+json";

/// The form in which a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListForm {
    /// As the document shows it.
    Json,
    /// As a [`FeatureCollection`].
    GeoJson,
}

impl FromRequest for ListForm {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let geo = accept::prefers(request.headers(), GEO_JSON);
        ready(Ok(if geo { Self::GeoJson } else { Self::Json }))
    }
}

impl ListForm {
    /// The view in which the items of a list in this form are made.
    #[must_use]
    pub fn view(self, view: View<'_>) -> View<'_> {
        match self {
            Self::Json => view,
            Self::GeoJson => View { crs: geo::Crs::Wgs84, ..view },
        }
    }

    /// The answer that holds a list whose items were made in [`Self::view`].
    ///
    /// # Errors
    /// A list that cannot be written.
    pub fn answer<T: Serialize>(self, list: &List<T>) -> Result<HttpResponse, Problem> {
        self.send(serde_json::to_vec(list).map_err(Problem::internal)?)
    }

    /// The same of a list that is written already, as JSON.
    ///
    /// # Errors
    /// What is no JSON.
    pub fn send(self, list: Vec<u8>) -> Result<HttpResponse, Problem> {
        let mut response = HttpResponse::Ok();
        response.insert_header(accept::VARY);
        Ok(match self {
            Self::Json => response.content_type("application/json").body(list),
            Self::GeoJson => {
                let list = serde_json::from_slice(&list).map_err(Problem::internal)?;
                response.content_type(GEO_JSON).json(FeatureCollection::new(list))
            }
        })
    }
}

/// A page of a list as GeoJSON (RFC 7946), always in WGS-84.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "type": "FeatureCollection",
    "features": [{
        "type": "Feature",
        "id": "01h2x7m9k4qpz",
        "geometry": { "type": "Point", "coordinates": [113.3621, 23.0394] },
        "properties": { "id": "01h2x7m9k4qpz", "name": "广东科学中心", "crs": "wgs84" },
    }],
    "numberMatched": 1,
}))]
pub struct FeatureCollection {
    /// `FeatureCollection`.
    #[serde(rename = "type")]
    pub kind: CollectionType,
    /// A feature for each item of the page, in order.
    pub features: Vec<Feature>,
    /// How many items match in all, exactly: `total` of the JSON list.
    #[schema(example = 128)]
    pub number_matched: u64,
    /// The `cursor` of the next page; absent on the last.
    #[schema(
        example = "eyJxIjoxNDQ4NzY1MTUzNjQ4NjM2MDg1LCJrIjoxMjUzNCwiaSI6Mjg4MDQwNzIyNjgwMjg4MzAxOCwidCI6MTc5NTMxODg2MDAwMH0"
    )]
    pub next_cursor: Option<String>,
    /// The counts that `facets` asks for.
    #[schema(value_type = Option<Facets>)]
    pub facets: Option<Value>,
    /// Of a search: what of `q` was read as a filter and not looked for as words.
    #[schema(value_type = Option<Vec<Understood>>)]
    pub understood: Option<Value>,
}

/// The type of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum CollectionType {
    /// The only one.
    FeatureCollection,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "Feature",
    "id": "01h2x7m9k4qpz",
    "geometry": { "type": "Point", "coordinates": [113.3621, 23.0394] },
    "properties": { "id": "01h2x7m9k4qpz", "name": "广东科学中心", "crs": "wgs84" },
}))]
pub struct Feature {
    /// `Feature`.
    #[serde(rename = "type")]
    pub kind: FeatureType,
    /// The item's id; a division's code.
    pub id: String,
    /// Where it is: a `Point`, or for a route the `LineString` of its stops. `null` where no position is known: RFC
    /// 7946 wants it so, here alone in this API.
    #[schema(value_type = Value)]
    pub geometry: Option<Geometry>,
    /// The item as the JSON list has it; one of a list with positions has them in WGS-84 and a `crs` that says so.
    #[schema(value_type = Object)]
    pub properties: Map<String, Value>,
}

/// The type of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum FeatureType {
    /// The only one.
    Feature,
}

/// `[lng, lat]` in degrees of WGS-84.
pub type Position = [f64; 2];

/// Where an item is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", content = "coordinates")]
pub enum Geometry {
    /// At a place.
    Point(Position),
    /// At several, in an order.
    LineString(Vec<Position>),
}

impl FeatureCollection {
    /// A list as it would be sent as JSON, in WGS-84.
    #[must_use]
    pub fn new(mut list: Value) -> Self {
        let items = match list["items"].take() {
            Value::Array(items) => items,
            _ => Vec::new(),
        };
        let crs = list["crs"].as_str();
        Self {
            kind: CollectionType::FeatureCollection,
            features: items.into_iter().filter_map(|item| Feature::new(item, crs)).collect(),
            number_matched: list["total"].as_u64().unwrap_or_default(),
            next_cursor: list["nextCursor"].as_str().map(str::to_owned),
            facets: list.get("facets").cloned(),
            understood: list.get("understood").cloned(),
        }
    }
}

impl Feature {
    fn new(item: Value, crs: Option<&str>) -> Option<Self> {
        let Value::Object(mut properties) = item else { return None };
        let id =
            properties.get("id").or(properties.get("adcode")).and_then(Value::as_str).map(str::to_owned)?;
        let geometry = geometry(&properties);
        if let Some(crs) = crs {
            properties.insert("crs".into(), crs.into());
        }
        Some(Self { kind: FeatureType::Feature, id, geometry, properties })
    }
}

fn geometry(item: &Map<String, Value>) -> Option<Geometry> {
    if let Some(stops) = item.get("stops").and_then(Value::as_array) {
        let line: Vec<_> = stops.iter().filter_map(|stop| position(stop.as_object()?)).collect();
        return match *line.as_slice() {
            [] => None,
            [only] => Some(Geometry::Point(only)),
            _ => Some(Geometry::LineString(line)),
        };
    }
    let inside = |name| position(item.get(name)?.as_object()?);
    position(item).or_else(|| inside("place")).or_else(|| inside("centre")).map(Geometry::Point)
}

fn position(object: &Map<String, Value>) -> Option<Position> {
    Some([object.get("lng")?.as_f64()?, object.get("lat")?.as_f64()?])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn geometry_of(item: Value) -> Value {
        let collection = FeatureCollection::new(json!({ "items": [item], "total": 1 }));
        serde_json::to_value(collection).unwrap()["features"][0]["geometry"].take()
    }

    #[test]
    fn an_item_lies_where_it_its_place_its_centre_or_its_stops_say() {
        let at = |lat: f64, lng: f64| json!({ "lat": lat, "lng": lng });
        let point = json!({ "type": "Point", "coordinates": [113.3, 23.1] });
        assert_eq!(geometry_of(json!({ "id": "a", "lat": 23.1, "lng": 113.3 })), point);
        assert_eq!(geometry_of(json!({ "id": "a", "place": at(23.1, 113.3) })), point);
        assert_eq!(geometry_of(json!({ "adcode": "440106", "centre": at(23.1, 113.3) })), point);
        assert_eq!(geometry_of(json!({ "id": "a", "stops": [at(23.1, 113.3), { "order": 2 }] })), point);
        assert_eq!(
            geometry_of(json!({ "id": "a", "stops": [at(23.1, 113.3), at(23.2, 113.4)] })),
            json!({ "type": "LineString", "coordinates": [[113.3, 23.1], [113.4, 23.2]] })
        );
        assert_eq!(geometry_of(json!({ "id": "a", "place": { "name": "somewhere" } })), Value::Null);
        assert_eq!(geometry_of(json!({ "id": "a", "stops": [] })), Value::Null);
    }
}
