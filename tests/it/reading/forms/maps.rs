//! Lists as GeoJSON, read by the crate `geojson`.

use geojson::{FeatureCollection, GeometryValue, feature};

use super::{accepting, haversine, list, position, shared, text};

const GEO_JSON: &str = "application/geo+json";

#[actix_web::test]
async fn a_list_on_the_map_is_the_same_page_in_wgs84() {
    let site = shared();
    for path in [
        "/v1/events?lat=23.1066&lng=113.3245&limit=50",
        "/v1/events?mode=online&facets=topic,date",
        "/v1/bases?limit=100",
        "/v1/routes?limit=10",
        "/v1/resources?limit=100&facets=audience",
        "/v1/divisions",
        "/v1/search?q=天文&limit=50",
        "/v1/search?q=周末天文&kinds=event,base",
    ] {
        let sign = if path.contains('?') { '&' } else { '?' };
        // The datum of the question is not that of the answer.
        let asked =
            if path.contains("divisions") { path.to_owned() } else { format!("{path}{sign}crs=gcj02") };
        let answer = accepting(&site, &asked, GEO_JSON).await;
        assert!(answer.header("vary").unwrap().contains("Accept,"), "{path}");
        let collection: FeatureCollection = answer.text.parse().unwrap();
        let page = site.json(&asked).await;
        let members = collection.foreign_members.unwrap();
        assert_eq!(members["numberMatched"], page["total"], "{path}");
        for name in ["nextCursor", "facets", "understood"] {
            assert_eq!(members.get(name), page.get(name), "{path}: {name}");
        }
        assert!(!members.contains_key("crs"), "RFC 7946 knows one system only");
        assert_eq!(collection.features.len(), list(&page, "items").len(), "{path}");
        for (found, item) in collection.features.iter().zip(list(&page, "items")) {
            let id = item.get("id").unwrap_or(&item["adcode"]).as_str().unwrap();
            assert_eq!(found.id, Some(feature::Id::String(id.to_owned())), "{path}");
            let properties = found.properties.as_ref().unwrap();
            assert_eq!(properties["crs"], "wgs84");
            for name in ["name", "title", "kind", "nextSession", "distance"] {
                assert_eq!(properties.get(name), item.get(name), "{path}: {name}");
            }
            let drawn = found.geometry.as_ref().map(|geometry| match &geometry.value {
                GeometryValue::Point { coordinates } => vec![coordinates.clone()],
                GeometryValue::LineString { coordinates } => coordinates.clone(),
                other => panic!("{path}: {other:?}"),
            });
            let drawn: Vec<_> = drawn.into_iter().flatten().map(|point| (point[1], point[0])).collect();
            let told: Vec<_> = match item.get("stops") {
                Some(_) => list(item, "stops").iter().filter_map(position).collect(),
                None => ["place", "centre"].iter().filter_map(|name| position(item.get(name)?)).collect(),
            };
            assert_eq!(drawn.len(), told.len(), "{path}: {item}");
            for (drawn, told) in drawn.iter().zip(&told) {
                let shift = haversine(*drawn, *told);
                assert!(shift < 1_200.0, "{path}: {shift} m between {drawn:?} and {told:?}");
            }
        }
    }
}

#[actix_web::test]
async fn a_feature_lies_where_the_list_in_wgs84_says() {
    let site = shared();
    let page = site.json("/v1/bases?crs=wgs84&limit=100").await;
    let collection: FeatureCollection =
        accepting(&site, "/v1/bases?limit=100", GEO_JSON).await.text.parse().unwrap();
    for (found, base) in collection.features.iter().zip(list(&page, "items")) {
        let (lat, lng) = position(&base["place"]).unwrap();
        let GeometryValue::Point { coordinates } = &found.geometry.as_ref().unwrap().value else {
            panic!("{} is no point", text(base, "name"));
        };
        assert_eq!(coordinates.as_slice(), [lng, lat]);
        assert_eq!(found.properties.as_ref().unwrap()["place"], base["place"]);
    }
}

#[actix_web::test]
async fn what_has_no_place_is_a_feature_that_lies_nowhere() {
    let site = shared();
    for path in ["/v1/series?limit=5", "/v1/campaigns?limit=5", "/v1/organisations?limit=5"] {
        let page = site.json(path).await;
        let collection: FeatureCollection = accepting(&site, path, GEO_JSON).await.text.parse().unwrap();
        let told: Vec<_> = collection
            .features
            .into_iter()
            .map(|found| (found.geometry, found.properties.unwrap()))
            .collect();
        let items: Vec<_> =
            list(&page, "items").iter().map(|item| (None, item.as_object().unwrap().clone())).collect();
        assert_eq!(told, items, "{path}");
    }
}

#[actix_web::test]
async fn a_cursor_turns_pages_in_either_form() {
    let site = shared();
    let first: FeatureCollection =
        accepting(&site, "/v1/bases?limit=3", GEO_JSON).await.text.parse().unwrap();
    let cursor = first.foreign_members.unwrap()["nextCursor"].as_str().unwrap().to_owned();
    let path = format!("/v1/bases?limit=3&cursor={cursor}");
    let second: FeatureCollection = accepting(&site, &path, GEO_JSON).await.text.parse().unwrap();
    let as_json = site.json(&path).await;
    let id = |feature: &geojson::Feature| match feature.id.clone() {
        Some(feature::Id::String(id)) => id,
        other => panic!("{other:?}"),
    };
    let ids: Vec<_> = second.features.iter().map(id).collect();
    assert_eq!(ids, list(&as_json, "items").iter().map(|item| text(item, "id")).collect::<Vec<_>>());
    assert!(first.features.iter().all(|feature| !ids.contains(&id(feature))));
}

#[actix_web::test]
async fn json_is_the_form_for_whoever_does_not_ask_for_another() {
    let site = shared();
    for accept in [
        "*/*",
        "application/json, text/plain, */*",
        "text/html",
        "application/json, application/geo+json;q=0.9",
    ] {
        let answer = accepting(&site, "/v1/bases?limit=1", accept).await;
        assert_eq!(answer.header("content-type"), Some("application/json"), "{accept}");
        assert_eq!(answer.json()["items"].as_array().unwrap().len(), 1);
    }
}
