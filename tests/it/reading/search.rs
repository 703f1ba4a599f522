//! Search over all kinds: what it finds is what the lists of those kinds hold, however the words are written.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::header::IF_NONE_MATCH;
use serde_json::Value;

use super::bad_input::blamed;
use super::shapes::{self, Is, differences, find_null};
use super::{haversine, ids, instant, list, number, position, shared, text};
use crate::support::server::Site;

/// A kind, the list of its things, and the shape of its items.
const KINDS: [(&str, &str, Is); 6] = [
    ("event", "events", shapes::EVENT),
    ("base", "bases", shapes::BASE),
    ("route", "routes", shapes::ROUTE),
    ("series", "series", shapes::SERIES),
    ("campaign", "campaigns", shapes::CAMPAIGN),
    ("resource", "resources", shapes::RESOURCE),
];

/// The title of an event, the name of anything else.
fn name(item: &Value) -> &str {
    text(item, if item["kind"] == "event" { "title" } else { "name" })
}

/// The names of the first five that are found.
async fn first_five(site: &Site, q: &str) -> Vec<String> {
    let answer = site.json(&format!("/v1/search?q={q}&limit=5")).await;
    list(&answer, "items").iter().map(|item| name(item).to_owned()).collect()
}

/// The parameters that the document gives for the GET of each path.
async fn parameters(site: &Site) -> BTreeMap<String, BTreeSet<String>> {
    let document = site.json("/openapi.json").await;
    let paths = document["paths"].as_object().unwrap().iter();
    let named = paths.filter_map(|(path, item)| {
        let names = item["get"]["parameters"].as_array()?.iter().map(|one| text(one, "name").to_owned());
        Some((path.clone(), names.collect()))
    });
    named.collect()
}

#[actix_web::test]
async fn each_kind_is_found_as_its_own_list_shows_it() {
    let site = shared();
    for crs in ["gcj02", "wgs84", "bd09"] {
        let mut count = 0;
        for (kind, noun, shape) in KINDS {
            // Campaigns are nowhere, so their list takes no datum.
            let datum = if kind == "series" || kind == "campaign" { "" } else { &format!("&crs={crs}") };
            let listed = site.walk(&format!("/v1/{noun}?limit=100{datum}")).await;
            let path = format!("/v1/search?kinds={kind}&crs={crs}&limit=100");
            let found = site.walk(&path).await;
            assert_eq!(ids(&found), ids(&listed), "{path}");
            let answer = site.json(&path).await;
            assert_eq!((&answer["total"], &answer["crs"]), (&found.len().into(), &crs.into()), "{path}");
            assert_eq!(answer["understood"], serde_json::json!([]), "{path}: nothing was said");
            let by_id: BTreeMap<_, _> = listed.iter().map(|item| (text(item, "id"), item)).collect();
            for item in &found {
                assert_eq!(item["kind"], kind, "{item}");
                assert_eq!((differences(item, shape, kind), find_null(item, kind)), (vec![], None));
                let mut bare = item.clone();
                bare.as_object_mut().unwrap().remove("kind");
                assert_eq!(&bare, by_id[text(item, "id")], "{path}: it differs from its list's item");
            }
            count += found.len();
        }
        assert_eq!(
            site.json(&format!("/v1/search?crs={crs}")).await["total"],
            count,
            "all kinds if none is named"
        );
    }
}

#[actix_web::test]
async fn several_kinds_are_what_each_of_them_is() {
    let site = shared();
    for kinds in [&["base", "route"][..], &["series", "event", "campaign"], &["resource", "base"]] {
        let found = site.walk(&format!("/v1/search?kinds={}&limit=100", kinds.join(","))).await;
        let mut expected = 0;
        for kind in kinds {
            let one = site.json(&format!("/v1/search?kinds={kind}")).await["total"].as_u64().unwrap();
            let of_kind = found.iter().filter(|item| item["kind"] == *kind).count();
            assert_eq!(of_kind as u64, one, "{kind}");
            expected += of_kind;
        }
        assert_eq!(found.len(), expected, "and nothing else");
    }
}

/// The lists say which filters a kind has: each that takes all of them answers its part.
#[actix_web::test]
async fn a_filter_that_a_kind_lacks_excludes_that_kind() {
    let site = shared();
    let parameters = parameters(&site).await;
    let events = site.walk("/v1/events?limit=100").await;
    let of =
        |field: &str| events.iter().find_map(|item| item.get(field)).map(|held| text(held, "id").to_owned());
    let campaign = events.iter().find_map(|item| list(item, "campaigns").first()).unwrap();
    let questions = [
        "topic=ocean".to_owned(),
        "topic=ocean,tcm&free=true".into(),
        "audience=elderly".into(),
        "form=lecture".into(),
        "age=8".into(),
        "free=true".into(),
        "free=false".into(),
        "available=true".into(),
        "mode=onsite".into(),
        "admission=walkIn".into(),
        "accessibility=wheelchair".into(),
        "status=scheduled".into(),
        "sample=true".into(),
        "category=science_museum".into(),
        "level=national".into(),
        "openNow=true".into(),
        "openAt=2026-11-28T10:00:00%2B08:00".into(),
        "days=1".into(),
        "adcode=440100".into(),
        "adcode=440300&audience=child_family".into(),
        "bbox=113.2,23.0,113.4,23.2".into(),
        "lat=23.1066&lng=113.3245&radius=3000".into(),
        "when=weekend".into(),
        "when=week&topic=ocean".into(),
        "from=2026-12-01&to=2026-12-03".into(),
        "q=海洋".into(),
        "q=海洋&free=true".into(),
        format!("organiser={}", of("organiser").unwrap()),
        format!("base={}", of("base").unwrap()),
        format!("series={}", of("series").unwrap()),
        format!("campaign={}", text(campaign, "id")),
    ];
    let mut wrong = Vec::new();
    for question in questions {
        let asked: Vec<_> = question.split('&').map(|pair| pair.split_once('=').unwrap().0).collect();
        // Which kinds have a place is another matter.
        let placed = ["adcode", "bbox", "radius"].iter().any(|name| asked.contains(name));
        let kinds = if placed { "&kinds=event,base,route,campaign,resource" } else { "" };
        let found = site.walk(&format!("/v1/search?understand=false&{question}{kinds}&limit=100")).await;
        let (mut expected, mut kinds) = (BTreeSet::new(), Vec::new());
        for (kind, noun, _) in KINDS {
            let known = &parameters[&format!("/v1/{noun}")];
            if asked.iter().all(|name| known.contains(*name)) {
                expected.extend(ids(&site.walk(&format!("/v1/{noun}?{question}&limit=100")).await));
                kinds.push(kind);
            }
        }
        assert!(!expected.is_empty(), "{question} tells nothing");
        let found = ids(&found);
        if found != expected {
            let (more, less) = (found.difference(&expected).count(), expected.difference(&found).count());
            wrong.push(format!("{question}: {more} more and {less} less than the lists of {kinds:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What `q` leaves to be looked for when the parts that were read as filters are taken out of it.
fn rest(q: &str, understood: &[Value]) -> String {
    let mut rest = q.to_owned();
    for part in understood.iter().map(|part| text(part, "text")).collect::<BTreeSet<_>>() {
        assert!(rest.contains(part), "{q} does not say {part}");
        rest = rest.replacen(part, " ", 1);
    }
    rest.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Sent as parameters, what was understood selects the same of every kind that has them all. (Of the others it is
/// left aside, as the document says.)
#[actix_web::test]
async fn what_was_understood_can_be_sent_instead() {
    let site = shared();
    let parameters = parameters(&site).await;
    for (q, least) in [
        ("周末免费天文", &["when", "free"][..]),
        ("亲子", &["audience"]),
        ("天河区", &["adcode"]),
        ("深圳 机器人", &["adcode"]),
        ("免费", &["free"]),
        ("老人 中医", &["audience"]),
        ("10岁", &["age"]),
        ("今天", &["when"]),
        ("明天 讲座", &["when"]),
        ("广州塔附近", &["lat", "lng", "radius"]),
        ("广州塔附近 免费", &["lat", "lng", "radius", "free"]),
        ("线上", &["mode"]),
        ("6岁孩子 周六", &["age", "from", "to"]),
        ("无障碍 博物馆", &["accessibility"]),
        ("tianhe", &["adcode"]),
    ] {
        let answer = site.json(&format!("/v1/search?q={q}")).await;
        let understood = list(&answer, "understood");
        let mut params: Vec<_> = understood.iter().map(|part| text(part, "param")).collect();
        params.sort_unstable();
        let mut least = least.to_vec();
        least.sort_unstable();
        assert_eq!(params, least, "{q}");
        assert!(params.iter().all(|param| parameters["/v1/search"].contains(*param)), "{q}: {params:?}");

        let pairs = understood.iter().map(|part| format!("&{}={}", text(part, "param"), text(part, "value")));
        let mut explicit = format!("/v1/search?understand=false{}&limit=100", pairs.collect::<String>());
        let rest = rest(q, understood);
        if !rest.is_empty() {
            explicit += &format!("&q={rest}");
        }
        let (read, sent) =
            (site.walk(&format!("/v1/search?q={q}&limit=100")).await, site.walk(&explicit).await);
        assert!(ids(&read).is_superset(&ids(&sent)), "{q}: {explicit} finds more");
        for (kind, noun, _) in KINDS {
            let known = &parameters[&format!("/v1/{noun}")];
            if params.iter().all(|param| known.contains(*param)) {
                let of_kind = |items: &[Value]| {
                    let held: Vec<_> = items.iter().filter(|item| item["kind"] == kind).cloned().collect();
                    ids(&held)
                };
                assert_eq!(of_kind(&read), of_kind(&sent), "{q}: {kind}: {explicit}");
            }
        }
        assert_eq!(site.json(&explicit).await["understood"], serde_json::json!([]), "{explicit}");
    }
}

#[actix_web::test]
async fn not_understood_words_are_looked_for() {
    let site = shared();
    for (q, kind) in [("免费", "event"), ("周末", "event"), ("天河", "base")] {
        let read = site.json(&format!("/v1/search?q={q}&kinds={kind}")).await;
        let sought = site.json(&format!("/v1/search?q={q}&kinds={kind}&understand=false")).await;
        assert!(!list(&read, "understood").is_empty(), "{q}");
        assert_eq!(sought["understood"], serde_json::json!([]), "{q}");
        // As the list does, which never reads words as filters.
        let noun = KINDS.iter().find(|one| one.0 == kind).unwrap().1;
        assert_eq!(sought["total"], site.json(&format!("/v1/{noun}?q={q}")).await["total"], "{q}");
    }
}

#[actix_web::test]
async fn words_are_found_however_they_are_written() {
    let site = shared();
    let mut wrong = Vec::new();
    for (q, wanted) in [
        ("tianwen", "深圳市天文台"),
        ("TianWen", "深圳市天文台"),
        ("tianwentai", "深圳市天文台"),
        ("guangzhouta", "广州塔"),
        ("廣東科學中心", "广东科学中心"),
        ("廣州塔", "广州塔"),
        ("Canton Tower", "广州塔"),
        ("canton tower", "广州塔"),
        ("Ｃａｎｔｏｎ　Ｔｏｗｅｒ", "广州塔"),
        ("guangdong science center", "广东科学中心"),
    ] {
        let found = first_five(&site, q).await;
        if !found.iter().any(|name| name == wanted) {
            wrong.push(format!("{q}: {wanted} is not in {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[actix_web::test]
async fn a_slip_of_the_pen_is_forgiven_where_nothing_else_is_found() {
    let site = shared();
    let mut wrong = Vec::new();
    for (q, wanted) in [
        // A homophone for one character, ...
        ("华南国家直物园", "华南国家植物园"),
        ("广州地铁博物管", "广州地铁博物馆"),
        // ... and a character left out.
        ("广东科中心", "广东科学中心"),
        ("广州海博物馆", "广州海事博物馆"),
    ] {
        let found = first_five(&site, q).await;
        if !found.iter().any(|name| name == wanted) {
            wrong.push(format!("{q}: {wanted} is not in {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(
        site.json("/v1/search?q=xyzzyplugh").await["total"],
        0,
        "and what is like nothing finds nothing"
    );
}

#[actix_web::test]
async fn walks_of_any_page_size_meet_everything_once() {
    let site = shared();
    for question in [
        "",
        "q=科学",
        "q=天文",
        "q=周末免费",
        "kinds=route,series,campaign",
        "kinds=base,series&sort=newest",
        "lat=23.1066&lng=113.3245&adcode=440100",
        "lat=23.1066&lng=113.3245&radius=3000&q=科学",
        "q=科普&sort=distance&lat=22.54&lng=114.05",
        "kinds=event,base&sort=start&adcode=440300",
        "adcode=440300&sort=-start",
        "bbox=113.2,23.0,113.4,23.2&when=weekend",
    ] {
        let whole = site.walk(&format!("/v1/search?{question}&limit=100").replace("?&", "?")).await;
        assert!(whole.len() > 9, "{question}: {}", whole.len());
        for limit in [7, 33] {
            let path = format!("/v1/search?{question}&limit={limit}").replace("?&", "?");
            assert_eq!(site.json(&path).await["total"], ids(&whole).len(), "{path}");
            assert_eq!(site.walk(&path).await, whole, "{path}");
        }
    }
}

#[actix_web::test]
async fn a_position_orders_by_distance_and_what_has_none_comes_last() {
    let site = shared();
    let near =
        site.walk("/v1/search?kinds=event,base,route,campaign&lat=23.1066&lng=113.3245&limit=100").await;
    let far = near.iter().map(|item| item.get("distance").map_or(f64::INFINITY, |far| far.as_f64().unwrap()));
    let far: Vec<_> = far.collect();
    assert!(far.is_sorted(), "not by distance");
    let placed = far.iter().filter(|far| far.is_finite()).count();
    assert!(0 < placed && placed < near.len(), "{placed} of {} have a position", near.len());
    for item in near.iter().take(placed) {
        assert!(item["kind"] != "campaign", "{item}");
    }
    let here =
        site.walk("/v1/search?lat=23.1066&lng=113.3245&crs=wgs84&radius=5000&kinds=base&limit=100").await;
    for item in &here {
        let away = haversine((23.1066, 113.3245), position(&item["place"]).unwrap());
        assert!((away - number(item, "distance")).abs() < 0.2 && away <= 5000.05, "{away}: {item}");
    }
    assert!(here.len() > 2);
}

#[actix_web::test]
async fn without_words_or_position_events_come_by_start() {
    let site = shared();
    let found = site.walk("/v1/search?kinds=event,base&limit=100").await;
    let events = found.iter().filter(|item| item["kind"] == "event");
    let starts: Vec<_> = events.map(|item| instant(&item["nextSession"]["start"])).collect();
    assert!(starts.len() > 100 && starts.is_sorted());
}

#[actix_web::test]
async fn a_cursor_belongs_to_its_question() {
    let site = shared();
    let cursor = text(&site.json("/v1/search?q=科学&limit=5").await, "nextCursor").to_owned();
    for other in
        ["q=科普", "q=科学&kinds=base", "q=科学&understand=false", "q=科学&crs=wgs84", "q=科学&free=true"]
    {
        let answer = site.get(&format!("/v1/search?{other}&limit=5&cursor={cursor}")).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["code"]),
            (400, &"cursorMismatch".into()),
            "{other}"
        );
    }
    let answer = site.get(&format!("/v1/events?q=科学&cursor={cursor}")).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (400, &"cursorMismatch".into()));
}

#[actix_web::test]
async fn tags_spare_what_is_held_already() {
    let site = shared();
    for path in [
        "/v1/search",
        "/v1/search?q=天文",
        "/v1/map?bbox=113.2,23.0,113.4,23.2",
        "/v1/home",
        "/v1/home?lat=23.1066&lng=113.3245",
        "/v1/suggest?q=tian",
    ] {
        let first = site.get(path).await;
        let tag = first.header("etag").unwrap_or_else(|| panic!("{path} has no ETag"));
        let again = site.send(site.client.get(site.url(path)).header(IF_NONE_MATCH, tag)).await;
        assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""), "{path}");
        let other = site.send(site.client.get(site.url(path)).header(IF_NONE_MATCH, "\"other\"")).await;
        assert_eq!((other.status.as_u16(), other.text), (200, first.text), "{path}");
    }
}

#[actix_web::test]
async fn what_is_asked_wrongly_is_named() {
    let site = shared();
    let mut wrong = Vec::new();
    for (query, field, codes) in [
        ("nosuch=1", "nosuch", "unknown"),
        ("kind=event", "kind", "unknown"),
        ("kinds=events", "kinds", "notAllowed"),
        ("kinds=", "kinds", "empty"),
        ("kinds=event&kinds=base", "kinds", "repeated"),
        ("understand=no", "understand", "notAllowed"),
        ("q=", "q", "empty"),
        ("q=%FF", "q", "malformed"),
        ("limit=0", "limit", "outOfRange"),
        ("lat=23.1", "lat", "incomplete"),
        ("radius=500", "radius", "incomplete"),
        ("bbox=114,23,113,24", "bbox", "inverted"),
        ("crs=mars", "crs", "notAllowed"),
        ("topic=nosuch", "topic", "unknownCode"),
        ("category=nosuch", "category", "unknownCode"),
        ("base=0000000000001", "base", "unknownCode noSuch"),
        ("days=0", "days", "outOfRange"),
        ("openAt=now", "openAt", "malformed"),
        ("facets=nosuch", "facets", "notAllowed"),
        ("sort=distance", "sort", "incomplete"),
        ("sort=relevance", "sort", "incomplete"),
        ("sort=price", "sort", "notAllowed"),
        ("when=today&from=2026-11-28", "when", "conflicting"),
    ] {
        wrong.extend(blamed(&site, &format!("/v1/search?{query}"), field, codes).await.err());
    }
    let overlong = format!("/v1/search?q={}", "长".repeat(101));
    wrong.extend(blamed(&site, &overlong, "q", "tooLong").await.err());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[actix_web::test]
async fn a_name_that_is_nearly_meant_hides_nothing_that_has_the_words() {
    let site = shared();
    let total =
        async |query: &str| site.json(&format!("/v1/events?{query}")).await["total"].as_u64().unwrap();
    assert!(
        total("q=科学 讲座").await >= total("q=科学&form=lecture").await,
        "near names come beside, not instead"
    );
    let item = |item: &Value| text(item, "id").to_owned();
    let ids = async |query: &str| {
        site.walk(&format!("/v1/events?{query}&limit=100"))
            .await
            .iter()
            .map(item)
            .collect::<BTreeSet<String>>()
    };
    let both: BTreeSet<String> = &ids("q=科学").await & &ids("q=讲座").await;
    let missed: Vec<_> = both.difference(&ids("q=科学 讲座").await).cloned().collect();
    assert_eq!(missed, [""; 0]);
}

#[actix_web::test]
async fn a_word_that_nothing_has_does_not_hide_the_rest() {
    let site = shared();
    for (strange, plain) in [("天文 qqxxqq", "天文"), ("免费 讲座 qqxxqq", "免费 讲座")] {
        let of = async |q: &str| site.json(&format!("/v1/search?q={q}")).await;
        let (strange, plain) = (of(strange).await, of(plain).await);
        assert!(plain["total"].as_u64().unwrap() > 0);
        assert_eq!(strange["total"], plain["total"]);
        assert_eq!(strange["understood"], plain["understood"]);
    }
}

#[actix_web::test]
async fn words_without_any_sense_do_not_mean_everything() {
    let site = shared();
    for q in ["😀", "?", "%25"] {
        assert!(blamed(&site, &format!("/v1/search?q={q}"), "q", "empty").await.is_ok(), "{q}");
    }
}

#[actix_web::test]
async fn what_is_told_as_understood_is_what_is_applied() {
    let site = shared();
    let of = async |query: &str| site.json(&format!("/v1/search?{query}")).await;
    let two = of("q=广州 深圳").await;
    let told: Vec<&str> = list(&two, "understood").iter().map(|part| text(part, "value")).collect();
    assert_eq!(told, ["440100"], "one division is asked for");
    assert_eq!(two["total"], of("adcode=440100").await["total"]);
    assert_eq!(of("q=老年人").await["total"], of("audience=elderly").await["total"]);
}

#[actix_web::test]
async fn english_words_are_found_in_either_order() {
    let site = shared();
    let total = async |q: &str| site.json(&format!("/v1/search?q={q}")).await["total"].as_u64().unwrap();
    let (one, other) = (total("robot workshop").await, total("workshop robot").await);
    assert!(one > 0 && one == other, "{one} and {other}");
}
