//! Words: `q` finds what carries them, in whatever language it is written.

use super::{ids, list, names, shared, text, titles};

#[actix_web::test]
async fn a_title_finds_its_event() {
    let site = shared();
    let all = site.walk("/v1/events?limit=100").await;
    for item in all.iter().step_by(12) {
        let title = text(item, "title");
        let query: String = title.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let page = site.json(&format!("/v1/events?q={query}")).await;
        assert!(
            list(&page, "items").iter().any(|found| found["title"] == title),
            "{query}: {:?}",
            titles(list(&page, "items"))
        );
        assert!(page["total"].as_u64().unwrap() < all.len() as u64 / 2, "{query} finds nearly everything");
    }
}

#[actix_web::test]
async fn every_title_with_a_word_is_found_by_it() {
    let site = shared();
    let all = site.walk("/v1/events?limit=100").await;
    for word in ["星空", "湿地", "机器人", "昆虫"] {
        let with: Vec<_> = all.iter().filter(|item| text(item, "title").contains(word)).cloned().collect();
        assert!(!with.is_empty(), "{word}: nothing to find");
        let found = site.walk(&format!("/v1/events?q={word}&limit=100")).await;
        assert!(ids(&found).is_superset(&ids(&with)), "{word}: {:?} of {:?}", titles(&found), titles(&with));
        assert!(found.len() < all.len() / 2, "{word} finds nearly everything");
    }
}

#[actix_web::test]
async fn bases_routes_series_and_resources_are_found_by_name() {
    let site = shared();
    for (noun, query, name) in [
        ("bases", "广州塔", "广州塔"),
        ("bases", "Canton%20Tower", "广州塔"),
        ("bases", "canton%20tower", "广州塔"),
        ("bases", "廣州塔", "广州塔"),
        ("routes", "新中轴", "广州新中轴科技一日"),
        ("series", "珠江科学大讲堂", "珠江科学大讲堂"),
        ("resources", "大篷車", "科普大篷车"),
        ("resources", "science%20caravan", "科普大篷车"),
    ] {
        let page = site.json(&format!("/v1/{noun}?q={query}")).await;
        assert_eq!(names(list(&page, "items")).first(), Some(&name), "{noun}: {query}");
    }
}

#[actix_web::test]
async fn words_that_nothing_carries_find_nothing() {
    let site = shared();
    for noun in ["events", "bases", "routes", "series", "resources"] {
        let page = site.json(&format!("/v1/{noun}?q=xyzzyplugh")).await;
        assert_eq!((&page["total"], page["items"].as_array().unwrap().len()), (&0.into(), 0), "{noun}");
        assert!(page.get("nextCursor").is_none());
    }
}

#[actix_web::test]
async fn words_and_filters_hold_together() {
    let site = shared();
    let words = ids(&site.walk("/v1/events?q=科学&limit=100").await);
    let lectures = ids(&site.walk("/v1/events?form=lecture&limit=100").await);
    let both = ids(&site.walk("/v1/events?q=科学&form=lecture&limit=100").await);
    assert_eq!(both, &words & &lectures);
    assert!(!both.is_empty());
}
