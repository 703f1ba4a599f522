//! The first screen: one small answer, for a division, a position or neither, and for WeChat's pre-fetch.

use serde_json::Value;

use super::bad_input::blamed;
use super::shapes::{self, Is, differences, find_null};
use super::{ids, instant, list, number, shared, text};

/// What it holds, how many at most, and the shape of each.
const PARTS: [(&str, usize, Is); 5] = [
    ("campaigns", 3, shapes::CAMPAIGN),
    ("events", 10, shapes::EVENT),
    ("bases", 6, shapes::BASE),
    ("series", 4, shapes::SERIES),
    ("routes", 3, shapes::ROUTE),
];

const QUESTIONS: [&str; 8] = [
    "",
    "adcode=440300",
    "adcode=440106",
    "adcode=440000",
    "adcode=441900",
    "lat=23.1066&lng=113.3245",
    "lat=22.54&lng=114.05&crs=wgs84",
    "lat=0&lng=0",
];

#[actix_web::test]
async fn it_is_small_and_complete() {
    let site = shared();
    for lang in ["zh-CN", "zh-HK", "en"] {
        for question in QUESTIONS {
            let path = format!("/v1/home?lang={lang}&{question}").trim_end_matches('&').to_owned();
            let answer = site.get(&path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            assert!(answer.text.len() <= 256 * 1024, "{path}: {} bytes", answer.text.len());
            let home = answer.json();
            assert_eq!(find_null(&home, "home"), None, "{path}");
            assert!(list(&home, "featured").len() <= 5, "{path}");
            assert!(list(&home, "bulletins").is_empty(), "{path}: the seeds have none");
            for (part, most, shape) in PARTS {
                let items = list(&home, part);
                assert!(items.len() <= most, "{path}: {} {part}", items.len());
                assert!(!items.is_empty() || question == "adcode=441900", "{path}: no {part}");
                ids(items);
                for item in items {
                    assert_eq!(differences(item, shape, part), Vec::<String>::new(), "{path}");
                }
            }
        }
    }
}

/// All of an item but how many of its sessions match: the first screen asks for two weeks only.
fn told(item: &Value) -> Value {
    let mut item = item.clone();
    item.as_object_mut().unwrap().remove("sessionCount");
    item
}

/// As the lists show them, word for word.
#[actix_web::test]
async fn its_items_are_those_of_the_lists() {
    let site = shared();
    for question in ["adcode=440300", "lat=23.1066&lng=113.3245", "lat=23.1066&lng=113.3245&crs=bd09", ""] {
        let home = site.json(format!("/v1/home?{question}").trim_end_matches('?')).await;
        for (part, ..) in PARTS {
            let takes = if matches!(part, "campaigns" | "series") { "" } else { question };
            // A position adds distances; a division would only select.
            let takes = if takes.starts_with("lat") { takes } else { "" };
            let listed = site.walk(format!("/v1/{part}?limit=100&{takes}").trim_end_matches('&')).await;
            for item in list(&home, part) {
                let same = listed.iter().find(|one| one["id"] == item["id"]).unwrap();
                assert_eq!(told(item), told(same), "{question}: {part}");
            }
        }
    }
}

/// Whether everything that has a place lies in the city whose codes begin so.
fn lies_in(home: &Value, city: &str) -> bool {
    let places = ["events", "bases"]
        .into_iter()
        .flat_map(|part| list(home, part))
        .filter_map(|item| item.get("place"));
    places.into_iter().all(|place| text(place, "adcode").starts_with(city))
}

#[actix_web::test]
async fn a_division_gives_what_is_in_its_city() {
    let site = shared();
    for (adcode, city) in [("440300", "4403"), ("440100", "4401"), ("441800", "4418")] {
        let home = site.json(&format!("/v1/home?adcode={adcode}")).await;
        assert_eq!(home["division"]["adcode"], adcode);
        assert!(lies_in(&home, city), "{adcode}");
        let events = list(&home, "events");
        let starts: Vec<_> = events.iter().map(|item| instant(&item["nextSession"]["start"])).collect();
        assert!(starts.is_sorted() && !starts.is_empty(), "{adcode}: {starts:?}");
        let listed = site.json(&format!("/v1/bases?adcode={adcode}&limit=6")).await;
        assert_eq!(home["bases"], listed["items"], "{adcode}: the first by name");
        assert!(events.iter().chain(list(&home, "bases")).all(|item| item.get("distance").is_none()));
    }
    assert_eq!(site.json("/v1/home?adcode=440106").await["division"]["name"], "天河区");
}

#[actix_web::test]
async fn a_position_gives_what_is_near_it() {
    let site = shared();
    for (at, district, city) in [
        ("lat=23.1089&lng=113.3189&crs=wgs84", "440105", "4401"),
        ("lat=22.5431&lng=114.0579&crs=wgs84", "440304", "4403"),
    ] {
        let home = site.json(&format!("/v1/home?{at}")).await;
        assert_eq!(home["division"]["adcode"], district, "{at}");
        assert!(lies_in(&home, city), "{at}");
        for part in ["events", "bases"] {
            let items = list(&home, part).iter().filter(|item| item.get("place").is_some());
            let far: Vec<_> = items.map(|item| number(item, "distance")).collect();
            assert!(far.is_sorted() && !far.is_empty(), "{at}: {part}: {far:?}");
        }
        let nearest = site.json(&format!("/v1/bases?{at}&limit=1")).await;
        assert_eq!(home["bases"][0]["id"], nearest["items"][0]["id"], "{at}");
        assert_eq!(home["crs"], "wgs84");
    }
}

#[actix_web::test]
async fn without_either_it_shows_the_province() {
    let site = shared();
    let home = site.json("/v1/home").await;
    assert_eq!(home["bases"], site.json("/v1/bases?limit=6").await["items"]);
    let cities: std::collections::BTreeSet<_> =
        list(&home, "events").iter().map(|item| text(&item["place"], "adcode")[..4].to_owned()).collect();
    assert!(cities.len() > 1, "{cities:?}");
}

/// WeChat adds them to whatever address was configured, also without a value.
#[actix_web::test]
async fn what_the_pre_fetch_adds_changes_nothing() {
    let site = shared();
    for question in ["", "adcode=440300", "lat=23.1066&lng=113.3245"] {
        let plain = site.get(format!("/v1/home?{question}").trim_end_matches('?')).await;
        for added in [
            "appid=wx0123456789abcdef&token=secret&code=0a1B2c3D&timestamp=1795572000000&path=pages%2Fhome%2Findex&query=adcode%3D440100%26from%3Dshare&scene=1001",
            "appid=&token=&code=&timestamp=&path=&query=&scene=",
            "query&scene&token",
            "path=nosuch&timestamp=never",
            "query=%E5%B9%BF%E5%B7%9E&scene=01h2x7m9k4qpz",
        ] {
            let path = format!("/v1/home?{question}&{added}").replace("?&", "?");
            let answer = site.get(&path).await;
            assert_eq!((answer.status.as_u16(), &answer.text), (200, &plain.text), "{path}");
            assert_eq!(answer.header("etag"), plain.header("etag"), "{path}");
        }
    }
}

#[actix_web::test]
async fn elsewhere_the_pre_fetch_is_refused_as_anything_unknown_is() {
    let site = shared();
    let mut wrong = Vec::new();
    for name in ["appid", "token", "code", "timestamp", "path", "query", "scene"] {
        for path in [
            "/v1/events?",
            "/v1/search?",
            "/v1/map?bbox=113,23,114,24&",
            "/v1/suggest?q=tian&",
            "/v1/taxonomy?",
        ] {
            wrong.extend(blamed(&site, &format!("{path}{name}=1"), name, "unknown").await.err());
        }
    }
    for (query, field, codes) in [
        ("nosuch=1", "nosuch", "unknown"),
        ("appId=1", "appId", "unknown"),
        ("limit=5", "limit", "unknown"),
        ("adcode=", "adcode", "empty"),
        ("adcode=guangzhou", "adcode", "malformed"),
        ("adcode=449999", "adcode", "unknownCode"),
        ("lat=23.1", "lat", "incomplete"),
        ("lat=113.3&lng=23.1", "lat", "outOfRange"),
        ("lang=fr", "lang", "notAllowed"),
    ] {
        wrong.extend(blamed(&site, &format!("/v1/home?{query}"), field, codes).await.err());
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
