//! Every item of every list: of the contract's shape, without `null`, and opened by its id.

use kepu::domain::ids::{BaseId, EventId};
use serde_json::Value;

use super::shapes::{self, Is, differences, find_null};
use super::{ids, instant, list, seeds, shared, text};

const NOUNS: [(&str, Is); 7] = [
    ("events", shapes::EVENT),
    ("bases", shapes::BASE),
    ("routes", shapes::ROUTE),
    ("series", shapes::SERIES),
    ("campaigns", shapes::CAMPAIGN),
    ("organisations", shapes::ORGANISATION),
    ("resources", shapes::RESOURCE),
];

/// Fails with every kind of difference once, numbers in paths left out.
fn fail_on(differences: Vec<String>) {
    let mut kinds: Vec<String> = Vec::new();
    for difference in &differences {
        let path = difference.split([':', ' ']).next().unwrap();
        if !kinds.iter().any(|kind| kind.starts_with(path)) {
            kinds.push(difference.clone());
        }
    }
    assert!(kinds.is_empty(), "{} differences: {kinds:#?}", differences.len());
}

#[actix_web::test]
async fn list_items_have_the_contracts_shape() {
    let site = shared();
    for (noun, shape) in NOUNS {
        for query in ["limit=100", "limit=100&lang=en", "limit=100&lang=zh-HK"] {
            let page = site.json(&format!("/v1/{noun}?{query}")).await;
            let items = list(&page, "items");
            assert!(page["total"].is_u64() && !items.is_empty(), "{noun}");
            fail_on(items.iter().flat_map(|item| differences(item, shape, noun)).collect());
            assert_eq!(find_null(&page, noun), None);
        }
    }
    for noun in ["events", "bases", "routes", "resources"] {
        assert_eq!(
            site.json(&format!("/v1/{noun}")).await["crs"],
            "gcj02",
            "{noun}: an answer with positions says which"
        );
    }
}

#[actix_web::test]
async fn every_item_opens_by_its_id_and_says_the_same() {
    let site = shared();
    for (noun, shape) in NOUNS {
        let all = site.walk(&format!("/v1/{noun}?limit=100")).await;
        if noun != "events" {
            assert_eq!(all.len(), seeds(noun).len(), "{noun}");
        }
        ids(&all);
        let mut found = Vec::new();
        for item in &all {
            let detail = site.json(&format!("/v1/{noun}/{}", text(item, "id"))).await;
            assert_eq!(find_null(&detail, noun), None);
            found.extend(differences(&detail, shape, noun));
            for (field, value) in item.as_object().unwrap() {
                assert_eq!(detail.get(field), Some(value), "{noun}: {field} of {}", text(item, "id"));
            }
        }
        fail_on(found);
    }
}

#[actix_web::test]
async fn an_events_detail_has_its_sessions_and_each_opens() {
    let site = shared();
    let mut found = Vec::new();
    for item in site.walk("/v1/events?limit=100").await {
        let id = text(&item, "id");
        let detail = site.json(&format!("/v1/events/{id}")).await;
        found.extend(differences(&detail, shapes::EVENT_DETAIL, "event"));
        let next = list(&detail, "sessions");
        let all = site.walk(&format!("/v1/events/{id}/sessions?limit=100")).await;
        ids(&all);
        assert!(all.is_sorted_by_key(|session| instant(&session["start"])));
        assert!(next.len() <= 20);
        let coming: Vec<_> = all.iter().filter(|session| session["signupState"] != "ended").collect();
        assert_eq!(item["sessionCount"], coming.len(), "{id}: what one can still go to");
        assert_eq!(detail["sessionsMore"], coming.len() > 20, "{id}");
        assert_eq!(
            next.iter().collect::<Vec<_>>(),
            coming[..coming.len().min(20)],
            "{id}: the next of all sessions"
        );
        found.extend(all.iter().flat_map(|session| differences(session, shapes::SESSION, "session")));
        assert_eq!(next[0]["id"], item["nextSession"]["id"]);
        for session in all.iter().step_by(10) {
            let alone = site.json(&format!("/v1/sessions/{}", text(session, "id"))).await;
            assert_eq!(find_null(&alone, "session"), None);
            found.extend(differences(&alone, shapes::SESSION, "session"));
            for field in ["id", "title", "audiences"] {
                assert_eq!(alone["event"][field], item[field], "{field} of the event");
            }
            for (field, value) in session.as_object().unwrap() {
                assert_eq!(alone.get(field), Some(value), "{field}: {alone}");
            }
        }
    }
    fail_on(found);
}

#[actix_web::test]
async fn sessions_of_an_event_are_paged_and_cut_by_dates() {
    let site = shared();
    let all = site.walk("/v1/events?limit=100").await;
    let longest = all.iter().max_by_key(|item| item["sessionCount"].as_u64()).unwrap();
    let path = format!("/v1/events/{}/sessions", text(longest, "id"));
    let sessions = site.walk(&path).await;
    assert!(sessions.len() > 20, "a page is not enough");
    assert_eq!(site.walk(&format!("{path}?limit=7")).await, sessions);
    let day = |session: &Value| text(session, "start")[..10].to_owned();
    let (from, to) = (day(&sessions[3]), day(&sessions[9]));
    let between: Vec<_> = sessions
        .iter()
        .filter(|session| (from.clone()..=to.clone()).contains(&day(session)))
        .cloned()
        .collect();
    assert_eq!(site.walk(&format!("{path}?from={from}&to={to}")).await, between);
    let answer = site.get(&format!("{path}?from={to}&to={from}")).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["errors"][0]["code"]), (400, &"inverted".into()));
}

#[actix_web::test]
async fn what_does_not_exist_is_not_found() {
    let site = shared();
    let event = text(&site.json("/v1/events?limit=1").await["items"][0], "id").to_owned();
    let mut paths: Vec<_> = NOUNS.iter().map(|(noun, _)| format!("/v1/{noun}/0000000000001")).collect();
    paths.extend(
        ["/v1/sessions/0000000000001", "/v1/events/0000000000001/sessions", "/v1/bases/0000000000001/hours"]
            .map(str::to_owned),
    );
    paths.extend(["/v1/routes/0000000000001/track.geojson", "/v1/divisions/449999"].map(str::to_owned));
    // An id is of one kind.
    paths.extend([format!("/v1/bases/{event}"), format!("/v1/sessions/{event}")]);
    // What is not even written as an id, names nothing either.
    paths.extend(["/v1/events/1", "/v1/events/EVENT", "/v1/events/0000000000001/"].map(str::to_owned));
    for path in paths {
        let answer = site.get(&path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let problem = answer.json();
        assert_eq!((&problem["code"], &problem["status"]), (&"notFound".into(), &404.into()), "{path}");
        assert_eq!(problem["requestId"].as_str(), answer.header("x-request-id"));
    }
}

/// Fails unless an answer holds what the seed says, field by field: where in the answer, where in the seed.
fn same(answer: &Value, seed: &Value, fields: &[(&str, &str)]) {
    for (at, from) in fields {
        let (answered, known) = (answer.pointer(at), seed.pointer(from));
        let equal = match (answered.and_then(Value::as_f64), known.and_then(Value::as_f64)) {
            (Some(answered), Some(known)) => answered == known,
            _ => answered == known,
        };
        assert!(equal, "{at} of {}: {answered:?} is not {known:?}", seed["slug"]);
    }
}

#[actix_web::test]
async fn answers_say_what_the_seeds_say() {
    let site = shared();
    let divisions = seeds("divisions");
    let district = |adcode: &Value| {
        divisions.iter().find(|one| one["adcode"] == *adcode).unwrap()["name"]["zh-CN"].clone()
    };
    for seed in seeds("bases") {
        let base =
            site.json(&format!("/v1/bases/{}?crs=wgs84", BaseId::from_slug(text(&seed, "slug")))).await;
        same(
            &base,
            &seed,
            &[
                ("/name", "/name/zh-CN"),
                ("/category", "/category"),
                ("/place/name", "/place/name/zh-CN"),
                ("/place/address", "/place/address/zh-CN"),
                ("/place/adcode", "/place/adcode"),
                ("/place/lat", "/place/position/lat"),
                ("/place/lng", "/place/position/lng"),
                ("/place/precisionMetres", "/place/precisionMetres"),
                ("/hours/rule", "/hours/rule"),
                ("/booking/need", "/booking/need"),
                ("/booking/text", "/booking/text/zh-CN"),
                ("/price/amount", "/price/amount"),
                ("/phone", "/phone"),
                ("/accessibility/wheelchair", "/accessibility/wheelchair"),
            ],
        );
        // The contract has it always, so that where nobody knows, nobody is promised anything.
        assert_eq!(base["free"], seed["free"].as_bool().unwrap_or(false), "{}", seed["slug"]);
        assert_eq!(base["place"]["district"], district(&base["place"]["adcode"]));
    }
    for seed in seeds("events") {
        let event = site.json(&format!("/v1/events/{}", EventId::from_slug(text(&seed, "slug")))).await;
        same(
            &event,
            &seed,
            &[
                ("/title", "/title/zh-CN"),
                ("/summary", "/summary/zh-CN"),
                ("/form", "/form"),
                ("/topics", "/topics"),
                ("/audiences", "/audiences"),
                ("/ageMin", "/ages/min"),
                ("/ageMax", "/ages/max"),
                ("/free", "/free"),
                ("/price/amount", "/price/amount"),
                ("/mode", "/mode"),
                ("/admission", "/admission"),
                ("/sample", "/sample"),
                ("/language", "/language"),
                ("/speakers/0/role", "/speakers/0/role/zh-CN"),
                ("/nextSession/capacity", "/programme/capacity"),
            ],
        );
        let base = text(&seed, "base").trim_start_matches("#base/");
        assert_eq!(event["base"]["id"], BaseId::from_slug(base).to_string());
    }
}

/// Lists copy what never moves from parts written before; a detail is written anew. They must say the same.
#[actix_web::test]
async fn an_event_is_the_same_in_a_list_in_a_search_and_by_itself() {
    let site = shared();
    for view in ["crs=gcj02", "crs=wgs84&lang=en", "crs=bd09&lang=zh-HK"] {
        let listed = site.walk(&format!("/v1/events?limit=100&{view}")).await;
        let searched = site.walk(&format!("/v1/search?kinds=event&limit=100&{view}")).await;
        assert_eq!(listed.len(), searched.len());
        for (item, found) in listed.iter().zip(&searched) {
            let mut found = found.as_object().unwrap().clone();
            assert_eq!(found.remove("kind"), Some("event".into()));
            assert_eq!(item.as_object(), Some(&found), "{view}");
            let detail = site.json(&format!("/v1/events/{}?{view}", text(item, "id"))).await;
            for (field, value) in item.as_object().unwrap() {
                assert_eq!(detail.get(field), Some(value), "{field} {view}");
            }
        }
    }
}
