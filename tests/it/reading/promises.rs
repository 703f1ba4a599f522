//! What the document promises of searches, maps and completions where it is easily forgotten.

use serde_json::Value;

use super::{list, shared, text};

#[actix_web::test]
async fn the_document_says_what_must_be_given() {
    let site = shared();
    let document = site.json("/openapi.json").await;
    for (path, name) in [("/v1/map", "bbox"), ("/v1/suggest", "q")] {
        assert_eq!(site.get(path).await.status, 400, "{path}");
        let parameters = list(&document["paths"][path]["get"], "parameters");
        let parameter = parameters.iter().find(|one| one["name"] == name).unwrap();
        assert_eq!(parameter["required"], true, "{path} cannot be asked without {name}");
    }
}

/// No list of series takes a place, and no series in an answer has one.
#[actix_web::test]
async fn filters_by_place_exclude_series() {
    let site = shared();
    for query in ["adcode=440100", "bbox=109,20,117.5,25.7", "lat=23.1066&lng=113.3245&radius=50000"] {
        let found = site.walk(&format!("/v1/search?{query}&kinds=series&limit=100")).await;
        let names: Vec<_> = found.iter().map(|item| text(item, "name")).collect();
        assert_eq!(names, [""; 0], "{query}");
    }
    let map = site.json("/v1/map?bbox=109,20,117.5,25.7&kinds=series").await;
    assert_eq!(map["total"], 0);
}

#[actix_web::test]
async fn what_comes_by_distance_tells_its_distance() {
    let site = shared();
    let near = site.walk("/v1/search?lat=23.1066&lng=113.3245&limit=100").await;
    let none = near.iter().skip_while(|item| item.get("distance").is_some());
    let after: Vec<_> = none.filter(|item| item.get("distance").is_some()).collect();
    assert!(after.is_empty(), "{} come after what has no distance", after.len());
}

#[actix_web::test]
async fn initials_of_a_name_are_found() {
    let site = shared();
    for (q, wanted) in [("gdkxzx", "广东科学中心"), ("gdkxg", "广东科学馆")] {
        let found = site.json(&format!("/v1/search?q={q}&limit=5")).await;
        let named = |item: &Value| item.get("name").is_some_and(|name| name == wanted);
        assert!(list(&found, "items").iter().any(named), "{q}: {found}");
    }
}

#[actix_web::test]
async fn a_missing_character_is_forgiven_after_a_place() {
    let site = shared();
    let found = site.json("/v1/search?q=广州动园&limit=5").await;
    let named = |item: &Value| item.get("name").is_some_and(|name| name == "广州动物园");
    assert!(list(&found, "items").iter().any(named), "{found}");
}

/// What a facet counts beside a question is what it finds when it is chosen.
#[actix_web::test]
async fn a_value_counted_beside_understood_words_can_be_chosen() {
    let site = shared();
    let q = "周末免费天文";
    let answer = site.json(&format!("/v1/search?q={q}&facets=date,free,adcode&limit=1")).await;
    let mut wrong = Vec::new();
    for facet in ["date", "free", "adcode"] {
        for part in list(&answer["facets"], facet) {
            let code = text(part, "code");
            let filter =
                if facet == "date" { format!("from={code}&to={code}") } else { format!("{facet}={code}") };
            let found = site.json(&format!("/v1/search?q={q}&{filter}&limit=1")).await;
            if found["total"] != part["count"] {
                wrong.push(format!("{filter}: counted {}, found {}", part["count"], found["total"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
