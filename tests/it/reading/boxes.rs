//! Boxes select exactly what lies, as answered in the request's coordinates, inside them, edges included.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{ids, list, position, shared, text};

/// The points by which a box finds an item: its place, or for a route its stops.
fn points(item: &Value) -> Vec<(f64, f64)> {
    match item.get("stops") {
        Some(_) => list(item, "stops").iter().filter_map(position).collect(),
        None => item.get("place").and_then(position).into_iter().collect(),
    }
}

#[actix_web::test]
async fn a_box_selects_what_is_answered_inside_it() {
    let site = shared();
    for noun in ["events", "bases", "routes"] {
        for crs in ["gcj02", "wgs84", "bd09"] {
            let all = site.walk(&format!("/v1/{noun}?crs={crs}&limit=100")).await;
            let mut lats: Vec<_> = all.iter().flat_map(points).map(|point| point.0).collect();
            let mut lngs: Vec<_> = all.iter().flat_map(points).map(|point| point.1).collect();
            lats.sort_by(f64::total_cmp);
            lngs.sort_by(f64::total_cmp);
            let (count, mut selective) = (lats.len(), 0);
            for (low, high) in [(1, 7), (2, 6), (3, 5), (0, 4), (4, 8)] {
                // Every edge is a coordinate that some item has to its last digit.
                let cut = |sorted: &[f64], eighth: usize| sorted[(eighth * count / 8).min(count - 1)];
                let (south, north) = (cut(&lats, low), cut(&lats, high));
                let (west, east) = (cut(&lngs, low), cut(&lngs, high));
                let inside = |(lat, lng)| south <= lat && lat <= north && west <= lng && lng <= east;
                let expected: BTreeSet<_> = all
                    .iter()
                    .filter(|item| points(item).into_iter().any(inside))
                    .map(|item| text(item, "id").to_owned())
                    .collect();
                let path = format!("/v1/{noun}?crs={crs}&bbox={west},{south},{east},{north}&limit=100");
                let found = site.walk(&path).await;
                assert_eq!(ids(&found), expected, "{path}");
                assert_eq!(site.json(&path).await["total"], expected.len(), "{path}");
                selective += usize::from(!expected.is_empty() && expected.len() < all.len());
            }
            assert!(selective >= 3, "{noun} in {crs}: the boxes were too large or too small to tell");
        }
    }
}

/// The smallest box there is: both edges are the answered position itself.
#[actix_web::test]
async fn a_box_of_one_point_finds_what_is_answered_there() {
    let site = shared();
    for crs in ["gcj02", "wgs84", "bd09"] {
        let all = site.walk(&format!("/v1/bases?crs={crs}&limit=100")).await;
        for item in all.iter().step_by(9) {
            let (lat, lng) = position(&item["place"]).unwrap();
            let found = site.walk(&format!("/v1/bases?crs={crs}&bbox={lng},{lat},{lng},{lat}")).await;
            assert!(ids(&found).contains(text(item, "id")), "{lng},{lat} in {crs} lost {item}");
            assert!(found.iter().all(|other| position(&other["place"]) == Some((lat, lng))));
        }
    }
}

#[actix_web::test]
async fn a_box_and_other_filters_hold_together() {
    let site = shared();
    let query = "crs=wgs84&bbox=113.2,23.0,113.5,23.2";
    let boxed = ids(&site.walk(&format!("/v1/bases?{query}&limit=100")).await);
    let free = ids(&site.walk("/v1/bases?free=true&limit=100").await);
    let both = ids(&site.walk(&format!("/v1/bases?{query}&free=true&limit=100")).await);
    assert_eq!(both, &boxed & &free);
    assert!(!both.is_empty() && both.len() < boxed.len());
}
