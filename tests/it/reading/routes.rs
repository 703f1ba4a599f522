//! Science-tourism routes: stops in order, legs that join them, and their track on a map.

use kepu::domain::ids::{BaseId, RouteId};
use serde_json::Value;

use super::{haversine, ids, list, number, position, seeds, shared, text};

#[actix_web::test]
async fn stops_and_legs_are_those_of_the_seeds_in_order() {
    let site = shared();
    for seed in seeds("routes") {
        let route =
            site.json(&format!("/v1/routes/{}?crs=wgs84", RouteId::from_slug(text(&seed, "slug")))).await;
        let (stops, legs) = (list(&route, "stops"), list(&route, "legs"));
        assert_eq!(route["crs"], "wgs84");
        assert_eq!(stops.len(), list(&seed, "stops").len());
        for ((stop, planned), order) in stops.iter().zip(list(&seed, "stops")).zip(1..) {
            let base = BaseId::from_slug(text(planned, "base").trim_start_matches("#base/")).to_string();
            assert_eq!((&stop["order"], &stop["base"]["id"]), (&order.into(), &base.as_str().into()));
            assert_eq!((&stop["day"], &stop["stayMinutes"]), (&planned["day"], &planned["stayMinutes"]));
            let there = site.json(&format!("/v1/bases/{base}?crs=wgs84")).await;
            assert_eq!(stop["base"]["name"], there["name"]);
            assert_eq!(position(stop), position(&there["place"]));
            assert_eq!((stop.get("openNow"), stop.get("free")), (there.get("openNow"), there.get("free")));
        }
        assert_eq!(legs.len(), stops.len() - 1, "{route}");
        let mut sum = 0.0;
        for (leg, ends) in legs.iter().zip(stops.windows(2)) {
            assert_eq!((&leg["from"], &leg["to"]), (&ends[0]["order"], &ends[1]["order"]));
            let straight = haversine(position(&ends[0]).unwrap(), position(&ends[1]).unwrap());
            let length = number(leg, "lengthMetres");
            assert!(
                length >= straight - 1.0 && length <= straight * 1.4 + 1.0,
                "{length} for {straight} m: {leg}"
            );
            assert_ne!(leg["basis"], "surveyed", "no leg of the seeds was");
            sum += length;
            for point in list(leg, "points") {
                assert!(position(point).is_some(), "{leg}");
            }
        }
        let whole = number(&route, "lengthMetres");
        assert!((whole - sum).abs() <= 1.0 + 0.5 * legs.len() as f64, "{whole} m of legs of {sum} m");
    }
}

#[actix_web::test]
async fn a_route_lies_in_the_divisions_of_its_stops_and_serves_its_audiences() {
    let site = shared();
    let all = site.walk("/v1/routes?limit=100").await;
    let bases = site.walk("/v1/bases?adcode=440105&limit=100").await;
    let in_haizhu = |route: &&Value| {
        list(route, "stops").iter().any(|stop| bases.iter().any(|base| base["id"] == stop["base"]["id"]))
    };
    let expected: Vec<_> = all.iter().filter(in_haizhu).cloned().collect();
    assert!(!expected.is_empty() && expected.len() < all.len());
    assert_eq!(ids(&site.walk("/v1/routes?adcode=440105&limit=100").await), ids(&expected));

    let for_youth: Vec<_> =
        all.iter().filter(|route| list(route, "audiences").contains(&"youth".into())).cloned().collect();
    assert_eq!(ids(&site.walk("/v1/routes?audience=youth&limit=100").await), ids(&for_youth));
}

/// A span leaves routes alone: they have no date.
#[actix_web::test]
async fn dates_leave_routes_alone() {
    let site = shared();
    let all = site.walk("/v1/routes?limit=100").await;
    for query in ["when=weekend", "from=2026-11-28&to=2026-11-29"] {
        assert_eq!(site.walk(&format!("/v1/routes?{query}&limit=100")).await, all, "{query}");
    }
}

#[actix_web::test]
async fn a_track_is_geojson_in_wgs84() {
    let site = shared();
    for route in site.walk("/v1/routes?crs=wgs84&limit=100").await {
        let path = format!("/v1/routes/{}/track.geojson", text(&route, "id"));
        let answer = site.get(&path).await;
        assert_eq!(answer.status, 200);
        assert!(answer.header("content-type").unwrap().starts_with("application/geo+json"));
        let track = answer.json();
        assert!(["FeatureCollection", "Feature"].contains(&text(&track, "type")), "{track}");
        let mut positions = Vec::new();
        coordinates(&track, &mut positions);
        for stop in list(&route, "stops").iter().filter_map(position) {
            let near = positions.iter().any(|(lng, lat)| haversine((*lat, *lng), stop) < 1.0);
            assert!(near, "{stop:?} is not on the track, longitude first: {track}");
        }
        assert!(track.get("crs").is_none(), "RFC 7946 knows one system only");
    }
}

/// Collects every position of a GeoJSON object.
fn coordinates(value: &Value, into: &mut Vec<(f64, f64)>) {
    match value {
        Value::Array(items) => match items.as_slice() {
            [Value::Number(lng), Value::Number(lat)] => {
                into.push((lng.as_f64().unwrap(), lat.as_f64().unwrap()))
            }
            items => items.iter().for_each(|item| coordinates(item, into)),
        },
        Value::Object(fields) => fields.values().for_each(|field| coordinates(field, into)),
        _ => {}
    }
}
