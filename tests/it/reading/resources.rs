//! The resource directory: what is at a base lies where the base does, the rest is somewhere or nowhere.

use kepu::domain::ids::{BaseId, ResourceId};
use kepu::domain::resources::Resource;
use serde_json::Value;

use super::{TOWER, haversine, ids, list, names, number, position, seeds, server_with, shared, text};
use crate::support::catalogue::{base, put_base, put_resource, resource};

#[actix_web::test]
async fn resources_are_what_the_seeds_say() {
    let site = shared();
    for seed in seeds("resources") {
        let id = ResourceId::from_slug(text(&seed, "slug"));
        let found = site.json(&format!("/v1/resources/{id}")).await;
        assert_eq!(found["name"], seed["name"]["zh-CN"]);
        assert_eq!(found["text"], seed["text"]["zh-CN"]);
        for field in ["type", "audiences"] {
            assert_eq!(found[field], seed[field], "{field} of {}", seed["slug"]);
        }
        assert_eq!(found["source"]["text"], seed["source"]["text"]);
        let at = seed["base"].as_str().map(|base| base.trim_start_matches("#base/"));
        match at {
            Some(slug) => {
                let base = site.json(&format!("/v1/bases/{}", BaseId::from_slug(slug))).await;
                assert_eq!(found["base"]["name"], base["name"]);
                assert_eq!(found["place"], base["place"], "it lies where its base does");
            }
            None => assert!(found.get("base").is_none() && found.get("place").is_none(), "{found}"),
        }
    }
}

/// The items of the list that an item's fields say to fit.
async fn selected(query: &str, fits: impl Fn(&Value) -> bool) {
    let site = shared();
    let all = site.walk("/v1/resources?limit=100&crs=wgs84").await;
    let expected: Vec<_> = all.iter().filter(|item| fits(item)).cloned().collect();
    assert!(!expected.is_empty() && expected.len() < all.len(), "{query} tells nothing");
    let found = site.walk(&format!("/v1/resources?limit=100&{query}")).await;
    assert_eq!(ids(&found), ids(&expected), "{query}");
}

#[actix_web::test]
async fn each_filter_selects_what_the_items_say() {
    let has = |item: &Value, field: &str, code: &str| list(item, field).contains(&code.into());
    let gdsc = BaseId::from_slug("gz-gdsc").to_string();
    selected("type=work", |item| item["type"] == "work").await;
    selected("type=exhibit,product", |item| item["type"] == "exhibit" || item["type"] == "product").await;
    selected("topic=water", |item| has(item, "topics", "water")).await;
    selected("audience=farmer,official", |item| {
        has(item, "audiences", "farmer") || has(item, "audiences", "official")
    })
    .await;
    selected(&format!("base={gdsc}"), |item| item["base"]["id"] == *gdsc).await;
    selected("adcode=440300", |item| {
        item["place"]["adcode"].as_str().is_some_and(|adcode| adcode.starts_with("4403"))
    })
    .await;
    let near = |item: &Value| {
        let at = item.get("place").and_then(position);
        at.is_some_and(|at| haversine(TOWER, at) <= 15_000.0)
    };
    selected("crs=wgs84&lat=23.1066&lng=113.3245&radius=15000", near).await;
}

#[actix_web::test]
async fn a_position_orders_by_distance_and_what_is_nowhere_comes_last() {
    let site = shared();
    let all = site.walk("/v1/resources?limit=7&crs=wgs84&lat=23.1066&lng=113.3245").await;
    let placed: Vec<_> = all.iter().take_while(|item| item.get("place").is_some()).collect();
    assert!(all[placed.len()..].iter().all(|item| item.get("place").or(item.get("distance")).is_none()));
    assert!(placed.len() > 10 && placed.len() < all.len());
    let far: Vec<_> = placed.iter().map(|item| number(item, "distance")).collect();
    assert!(far.is_sorted(), "{far:?}");
    for item in placed {
        let metres = haversine(TOWER, position(&item["place"]).unwrap());
        assert!((number(item, "distance") - metres).abs() <= 0.1, "{item}");
    }
}

#[actix_web::test]
async fn spans_leave_resources_alone() {
    let site = shared();
    let all = site.json("/v1/resources?limit=100").await;
    for span in ["when=weekend", "from=2020-01-01&to=2020-01-02", "to=2027-01-01"] {
        assert_eq!(
            site.json(&format!("/v1/resources?limit=100&{span}")).await["items"],
            all["items"],
            "{span}"
        );
    }
}

#[actix_web::test]
async fn a_keeper_counts_what_its_list_holds() {
    let site = shared();
    let mut keepers = 0;
    for one in site.walk("/v1/organisations?limit=100").await {
        let id = text(&one, "id");
        let detail = site.json(&format!("/v1/organisations/{id}")).await;
        let listed = site.json(&format!("/v1/resources?organiser={id}")).await;
        assert_eq!(detail["resourceCount"], listed["total"], "{detail}");
        keepers += usize::from(listed["total"] != 0);
    }
    assert!(keepers > 10, "{keepers}");
}

#[actix_web::test]
async fn what_its_base_does_it_does_too() {
    let server = server_with(|tx| {
        put_base(tx, "a", &base("天文馆", 23.1, 113.3))?;
        let at = Some(BaseId::from_slug("a"));
        put_resource(tx, "dome", &Resource { base: at, ..resource("球幕") })?;
        let mut touring = Resource { base: at, ..resource("巡展") };
        touring.place = Some(base("图书馆", 23.2, 113.4).place);
        put_resource(tx, "touring", &touring)
    })
    .await;
    let at = async |id: &str| {
        let found = server.json(&format!("/v1/resources/{id}?crs=wgs84")).await;
        (found["base"]["name"].clone(), position(&found["place"]).unwrap())
    };
    let [dome, touring] = ["dome", "touring"].map(|slug| ResourceId::from_slug(slug).to_string());
    assert_eq!(at(&dome).await, ("天文馆".into(), (23.1, 113.3)));
    assert_eq!(at(&touring).await, ("天文馆".into(), (23.2, 113.4)), "its own place counts");
    // A base moves and is renamed, and the resource with it, for those who search as well.
    server.running.db.write(|tx| put_base(tx, "a", &base("科学城", 23.15, 113.35))).unwrap();
    crate::support::eventually("the resource has moved", async || {
        (at(&dome).await == ("科学城".into(), (23.15, 113.35))).then_some(())
    })
    .await;
    let found = server.json("/v1/search?kinds=resource&understand=false&q=科学城").await;
    let mut found = names(list(&found, "items"));
    found.sort_unstable();
    assert_eq!(found, ["巡展", "球幕"]);
    assert_eq!(server.json("/v1/search?kinds=resource&understand=false&q=天文馆").await["total"], 0);
    let near = server.json("/v1/resources?crs=wgs84&lat=23.15&lng=113.35&radius=100").await;
    assert_eq!(names(list(&near, "items")), ["球幕"]);
}
