//! Bad input: told with a stable code and the name of the field; never a 500, never a silently empty or full list.

use reqwest::Method;
use serde_json::Value;

use super::{list, shared, text};
use crate::support::server::{Answer, Site};

const ALL: &[&str] = &["events", "bases", "routes", "series", "campaigns", "organisations", "resources"];
const PLACED: &[&str] = &["events", "bases", "routes", "resources"];
const EVENTS: &[&str] = &["events"];
const BASES: &[&str] = &["bases"];
const DATED: &[&str] = &["events", "bases"];

/// Which lists, what is asked, which field is to be blamed, and how.
const TABLE: &[(&[&str], &str, &str, &str)] = &[
    // Parameters as such.
    (ALL, "nosuch=1", "nosuch", "unknown"),
    (ALL, "Limit=1", "Limit", "unknown"),
    (ALL, "limit=", "limit", "empty"),
    (ALL, "limit=1&limit=1", "limit", "repeated"),
    (ALL, "limit=0", "limit", "outOfRange"),
    (ALL, "limit=101", "limit", "outOfRange"),
    (ALL, "limit=-1", "limit", "outOfRange"),
    (ALL, "limit=99999999999999999999999", "limit", "outOfRange"),
    (ALL, "limit=ten", "limit", "notAnInteger"),
    (ALL, "limit=1.5", "limit", "notAnInteger"),
    (ALL, "limit=0x10", "limit", "notAnInteger"),
    (ALL, "lang=fr", "lang", "notAllowed"),
    (ALL, "lang=", "lang", "empty"),
    (ALL, "q=", "q", "empty"),
    (ALL, "q=%FF", "q", "malformed"),
    (ALL, "q=a%80b", "q", "malformed"),
    (EVENTS, "tpoic=ocean", "tpoic", "unknown"),
    (EVENTS, "topic=ocean&topic=tcm", "topic", "repeated"),
    // Positions.
    (PLACED, "lat=abc&lng=113.3", "lat", "notANumber"),
    (PLACED, "lat=23.1&lng=113,3", "lng", "notANumber"),
    (PLACED, "lat=NaN&lng=113.3", "lat", "notANumber"),
    (PLACED, "lat=23.1&lng=inf", "lng", "notANumber"),
    (PLACED, "lat=91&lng=113.3", "lat", "outOfRange"),
    (PLACED, "lat=-90.1&lng=113.3", "lat", "outOfRange"),
    (PLACED, "lat=23.1&lng=180.5", "lng", "outOfRange"),
    (PLACED, "lat=113.3&lng=23.1", "lat", "outOfRange"),
    (PLACED, "lat=23.1", "lat", "incomplete"),
    (PLACED, "lng=113.3", "lng", "incomplete"),
    (PLACED, "lat=&lng=113.3", "lat", "empty"),
    (PLACED, "radius=5000", "radius", "incomplete"),
    (PLACED, "lat=23.1&lng=113.3&radius=0", "radius", "outOfRange"),
    (PLACED, "lat=23.1&lng=113.3&radius=-5", "radius", "outOfRange"),
    (PLACED, "lat=23.1&lng=113.3&radius=1e9", "radius", "outOfRange"),
    (PLACED, "lat=23.1&lng=113.3&radius=40075000", "radius", "outOfRange"),
    (PLACED, "lat=23.1&lng=113.3&radius=near", "radius", "notANumber"),
    (PLACED, "lat=23.1&lng=113.3&radius=NaN", "radius", "notANumber"),
    (PLACED, "crs=mars", "crs", "notAllowed"),
    (PLACED, "crs=WGS84", "crs", "notAllowed"),
    (PLACED, "bbox=113,23,114", "bbox", "malformed"),
    (PLACED, "bbox=113,23,114,24,25", "bbox", "malformed"),
    (PLACED, "bbox=a,b,c,d", "bbox", "malformed"),
    (PLACED, "bbox=113,23,114,NaN", "bbox", "malformed"),
    (PLACED, "bbox=114,23,113,24", "bbox", "inverted"),
    (PLACED, "bbox=113,24,114,23", "bbox", "inverted"),
    (PLACED, "bbox=113,23,114,91", "bbox", "outOfRange"),
    (PLACED, "bbox=23,113,24,114", "bbox", "outOfRange malformed"),
    (PLACED, "adcode=guangzhou", "adcode", "malformed"),
    (PLACED, "adcode=4401", "adcode", "malformed"),
    (PLACED, "adcode=440199", "adcode", "unknownCode"),
    // Dates.
    (DATED, "when=someday", "when", "notAllowed"),
    (DATED, "from=yesterday", "from", "malformed"),
    (DATED, "from=2026-13-01", "from", "malformed"),
    (DATED, "to=2026-02-30", "to", "malformed"),
    (DATED, "from=2026-11-28T10:00:00", "from", "malformed"),
    (DATED, "to=1795572000", "to", "malformed"),
    (DATED, "from=2026-11-28&to=2026-11-27", "from", "inverted"),
    (DATED, "from=2026-11-28T10:00:00Z&to=2026-11-28T09:00:00Z", "from", "inverted"),
    (DATED, "when=holiday", "when", "holidayUnknown"),
    (&["campaigns"], "from=2026-11-28&to=2026-11-27", "from", "inverted"),
    (&["campaigns"], "from=soon", "from", "malformed"),
    (&["campaigns"], "type=fair", "type", "notAllowed"),
    // Codes and words.
    (EVENTS, "topic=nosuch", "topic", "unknownCode"),
    (EVENTS, "topic=ocean,nosuch", "topic", "unknownCode"),
    (EVENTS, "topic=Ocean", "topic", "malformed unknownCode"),
    (EVENTS, "topic=lecture", "topic", "unknownCode"),
    (EVENTS, "audience=nosuch", "audience", "unknownCode"),
    (EVENTS, "form=nosuch", "form", "unknownCode"),
    (&["series"], "topic=nosuch", "topic", "unknownCode"),
    (&["routes", "resources"], "audience=nosuch", "audience", "unknownCode"),
    (&["resources"], "topic=nosuch", "topic", "unknownCode"),
    (&["resources"], "type=themeDay", "type", "notAllowed"),
    (&["resources"], "base=0000000000001", "base", "unknownCode noSuch"),
    (&["resources"], "when=someday", "when", "notAllowed"),
    (&["resources"], "free=true", "free", "unknown"),
    (BASES, "category=nosuch", "category", "unknownCode"),
    (BASES, "level=nosuch", "level", "unknownCode"),
    (EVENTS, "mode=remote", "mode", "notAllowed"),
    (EVENTS, "admission=walkin", "admission", "notAllowed"),
    (EVENTS, "status=postponed", "status", "notAllowed"),
    (EVENTS, "accessibility=wings", "accessibility", "notAllowed"),
    (EVENTS, "free=yes", "free", "notAllowed"),
    (EVENTS, "available=1", "available", "notAllowed"),
    (EVENTS, "sample=TRUE", "sample", "notAllowed"),
    (EVENTS, "age=old", "age", "notAnInteger"),
    (EVENTS, "age=-1", "age", "outOfRange"),
    (EVENTS, "age=300", "age", "outOfRange"),
    (BASES, "openNow=perhaps", "openNow", "notAllowed"),
    (BASES, "openAt=2026-11-28", "openAt", "malformed"),
    (BASES, "openAt=now", "openAt", "malformed"),
    // Ids.
    (EVENTS, "base=canton-tower", "base", "malformed"),
    (EVENTS, "base=0000000000001", "base", "unknownCode noSuch"),
    (EVENTS, "organiser=0000000000001", "organiser", "unknownCode noSuch"),
    (EVENTS, "series=0000000000001", "series", "unknownCode noSuch"),
    (EVENTS, "campaign=0000000000001", "campaign", "unknownCode noSuch"),
    // Orders.
    (EVENTS, "sort=price", "sort", "notAllowed"),
    (EVENTS, "sort=distance", "sort", "incomplete"),
    (EVENTS, "sort=relevance", "sort", "incomplete"),
];

fn problem(answer: &Answer, path: &str, status: u16, code: &str) -> Value {
    assert_eq!(answer.status, status, "{path}: {}", answer.text);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
    let problem = answer.json();
    assert_eq!((&problem["code"], &problem["status"]), (&code.into(), &status.into()), "{path}: {problem}");
    assert_eq!(problem["type"], format!("urn:kepu:problem:{code}"), "{path}");
    for field in ["title", "detail", "requestId"] {
        assert!(!text(&problem, field).is_empty(), "{path}: {problem}");
    }
    problem
}

/// What is wrong with an answer to a question of [`TABLE`].
pub(super) async fn blamed(site: &Site, path: &str, field: &str, codes: &str) -> Result<(), String> {
    let answer = site.get(path).await;
    if answer.status != 400 {
        return Err(format!("{path}: {} {:.200}", answer.status, answer.text));
    }
    let problem = problem(&answer, path, 400, "invalidParameter");
    let error = &problem["errors"][0];
    let fits = text(error, "field") == field && codes.split(' ').any(|code| code == text(error, "code"));
    if fits && !text(error, "message").is_empty() { Ok(()) } else { Err(format!("{path}: {error}")) }
}

#[actix_web::test]
async fn every_wrong_parameter_is_named_with_its_code() {
    let site = shared();
    let mut wrong = Vec::new();
    for (nouns, query, field, codes) in TABLE {
        for noun in *nouns {
            wrong.extend(blamed(&site, &format!("/v1/{noun}?{query}"), field, codes).await.err());
        }
    }
    for (path, field, codes) in [
        ("/v1/divisions?lat=23.1", "lat", "incomplete"),
        ("/v1/divisions?lat=113.3&lng=23.1", "lat", "outOfRange"),
        ("/v1/divisions?parent=nowhere", "parent", "malformed"),
        ("/v1/divisions?parent=999999", "parent", "unknownCode"),
        ("/v1/divisions?nosuch=1", "nosuch", "unknown"),
        ("/v1/taxonomy?nosuch=1", "nosuch", "unknown"),
        ("/v1/policies?nosuch=1", "nosuch", "unknown"),
        ("/v1/policies?kind=cookies", "kind", "notAllowed"),
        ("/v1/policies?status=old", "status", "notAllowed"),
        ("/v1/policies?version=9.9", "version", "unknownCode"),
        ("/v1/bulletins?nosuch=1", "nosuch", "unknown"),
        ("/v1/bulletins?status=coming", "status", "notAllowed"),
        ("/v1/bulletins?adcode=440199", "adcode", "unknownCode"),
        ("/v1/bulletins?lat=23.1", "lat", "incomplete"),
        ("/v1/bulletins?limit=0", "limit", "outOfRange"),
    ] {
        wrong.extend(blamed(&site, path, field, codes).await.err());
    }
    let event = text(&site.json("/v1/events?limit=1").await["items"][0], "id").to_owned();
    let base = text(&site.json("/v1/bases?limit=1").await["items"][0], "id").to_owned();
    for path in [
        format!("/v1/events/{event}?nosuch=1"),
        format!("/v1/events/{event}/sessions?nosuch=1"),
        format!("/v1/bases/{base}?nosuch=1"),
        format!("/v1/bases/{base}/hours?nosuch=1"),
        "/v1/divisions/440105?nosuch=1".to_owned(),
    ] {
        wrong.extend(blamed(&site, &path, "nosuch", "unknown").await.err());
    }
    assert!(wrong.is_empty(), "{} wrong answers: {wrong:#?}", wrong.len());
}

#[actix_web::test]
async fn overlong_words_are_refused_before_they_are_read() {
    let site = shared();
    for noun in ALL {
        let path = format!("/v1/{noun}?q={}", "长".repeat(300));
        blamed(&site, &path, "q", "tooLong").await.unwrap();
    }
    let codes = vec!["ocean"; 400].join(",");
    let answer = site.get(&format!("/v1/events?topic={codes}")).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert_eq!(answer.json()["errors"][0]["field"], "topic");
    let endless = format!("/v1/events?q={}", "a".repeat(9000));
    problem(&site.get(&endless).await, "a query of 9 KB", 414, "uriTooLong");
}

#[actix_web::test]
async fn everything_wrong_is_told_at_once() {
    let site = shared();
    let answer = site.get("/v1/events?lat=abc&lng=113.3&limit=0&when=someday&nosuch=1&lang=en").await;
    let problem = problem(&answer, "several", 400, "invalidParameter");
    let mut fields: Vec<_> = list(&problem, "errors").iter().map(|error| text(error, "field")).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["lat", "limit", "nosuch", "when"]);
}

#[actix_web::test]
async fn a_misspelt_filter_is_told_the_right_name() {
    let site = shared();
    for (query, meant) in [("tpoic=ocean", "topic"), ("radios=500", "radius"), ("Topic=ocean", "topic")] {
        let answer = site.get(&format!("/v1/events?{query}&lang=en")).await;
        let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(&format!("`{meant}`")), "{query}: {message}");
    }
}

#[actix_web::test]
async fn other_addresses_and_methods_are_told_as_such() {
    let site = shared();
    for path in [
        "/",
        "/v1",
        "/v1/",
        "/v1/nosuch",
        "/v1/event",
        "/v2/events",
        "/v1/events/0000000000001/x",
        "/v1//events",
        "/v1/events/",
    ] {
        let answer = site.get(path).await;
        if !(path == "/" && answer.status.is_redirection()) {
            problem(&answer, path, 404, "notFound");
        }
    }
    for path in ["/v1/events", "/v1/bases/0000000000001", "/v1/taxonomy"] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = site.send(site.client.request(method.clone(), site.url(path))).await;
            problem(&answer, path, 405, "methodNotAllowed");
            let allow = answer.header("allow").unwrap();
            assert!(
                allow.contains("GET") && allow.contains("HEAD") && !allow.contains(method.as_str()),
                "{allow}"
            );
        }
    }
}
