//! What goes over the wire: tags, not-modified answers, compression, HEAD.

use std::io::Read;

use flate2::read::GzDecoder;
use kepu::domain::ids::{BaseId, EventId, ResourceId, RouteId};
use reqwest::Method;
use reqwest::header::{ACCEPT_ENCODING, ACCEPT_LANGUAGE, IF_NONE_MATCH};

use super::{shared, text};
use crate::support::server::{NOW, Server, Site};
use chrono::TimeDelta;

async fn paths(site: &Site) -> Vec<String> {
    let event = EventId::from_slug("evt-0001");
    let (base, route) = (BaseId::from_slug("gz-gdsc"), RouteId::from_slug("route-axis-canton"));
    let detail = site.json(&format!("/v1/events/{event}")).await;
    let nouns =
        ["events", "bases", "routes", "series", "campaigns", "organisations", "resources", "taxonomy"];
    let mut paths = nouns.map(|noun| format!("/v1/{noun}")).to_vec();
    paths.extend([
        format!("/v1/events/{event}"),
        format!("/v1/events/{event}/sessions"),
        format!("/v1/sessions/{}", text(&detail["sessions"][0], "id")),
        format!("/v1/bases/{base}"),
        format!("/v1/bases/{base}/hours"),
        format!("/v1/routes/{route}"),
        format!("/v1/routes/{route}/track.geojson"),
        format!("/v1/resources/{}", ResourceId::from_slug("res-caravan")),
        "/v1/policies".into(),
        "/v1/bulletins".into(),
        "/v1/divisions?lat=23.1&lng=113.3".into(),
        "/v1/divisions/440105".into(),
    ]);
    paths
}

#[actix_web::test]
async fn a_tag_that_still_holds_saves_the_body() {
    let site = shared();
    for path in paths(&site).await {
        let answer = site.get(&path).await;
        let tag = answer.header("etag").unwrap_or_else(|| panic!("{path} has no ETag")).to_owned();
        assert_eq!(
            site.get(&path).await.header("etag"),
            Some(tag.as_str()),
            "{path}: it stands while nothing changes"
        );
        let strong = tag.trim_start_matches("W/").to_owned();
        for held in [tag.clone(), format!("W/{strong}"), strong, format!("\"other\", {tag}"), "*".into()] {
            let again = site.send(site.client.get(site.url(&path)).header(IF_NONE_MATCH, &held)).await;
            assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""), "{path} {held}");
            assert!(again.header("etag").is_some(), "{path}");
        }
        let other = site.send(site.client.get(site.url(&path)).header(IF_NONE_MATCH, "\"other\"")).await;
        assert_eq!((other.status.as_u16(), other.text), (200, answer.text));
    }
}

#[actix_web::test]
async fn another_answer_has_another_tag() {
    let site = shared();
    let path = format!("/v1/bases/{}", BaseId::from_slug("gz-gdsc"));
    let tag = async |path: &str, language: &str| {
        let answer = site.send(site.client.get(site.url(path)).header(ACCEPT_LANGUAGE, language)).await;
        let vary = answer.header("vary").unwrap_or_default().to_ascii_lowercase();
        assert!(vary.contains("accept-language"), "a shared cache must know: {vary}");
        answer.header("etag").unwrap().to_owned()
    };
    let simplified = tag(&path, "zh-CN").await;
    assert_ne!(simplified, tag(&path, "en").await);
    assert_ne!(simplified, tag(&path, "zh-HK").await);
    assert_ne!(simplified, tag(&format!("{path}?crs=wgs84"), "zh-CN").await);
    assert_eq!(simplified, tag(&path, "fr").await);
}

/// States move by the clock, and with them the tag.
#[actix_web::test]
async fn a_tag_falls_with_what_the_clock_changes() {
    let server = Server::seeded().await;
    let path = format!("/v1/bases/{}", BaseId::from_slug("gz-gdsc"));
    let before = server.get(&path).await;
    server.clock.set(NOW + TimeDelta::hours(10));
    let held = before.header("etag").unwrap();
    let after = server.send(server.client.get(server.url(&path)).header(IF_NONE_MATCH, held)).await;
    assert_eq!(after.status, 200);
    assert_eq!((&before.json()["openNow"], &after.json()["openNow"]), (&true.into(), &false.into()));
}

#[actix_web::test]
async fn compressed_answers_hold_the_same() {
    let site = shared();
    let raw = reqwest::Client::builder().no_gzip().build().unwrap();
    for path in ["/v1/events?limit=100", "/v1/bases", "/v1/taxonomy", "/v1/campaigns?lang=en"] {
        let plain = raw.get(site.url(path)).header(ACCEPT_ENCODING, "identity").send().await.unwrap();
        assert!(plain.headers().get("content-encoding").is_none());
        let plain = plain.bytes().await.unwrap();
        for encoding in ["gzip", "br"] {
            let answer = raw.get(site.url(path)).header(ACCEPT_ENCODING, encoding).send().await.unwrap();
            assert_eq!(answer.headers()["content-encoding"], encoding, "{path}");
            let vary = answer.headers()["vary"].to_str().unwrap().to_ascii_lowercase();
            assert!(vary.contains("accept-encoding"), "{path}: {vary}");
            let tag = answer.headers()["etag"].clone();
            let body = answer.bytes().await.unwrap();
            assert!(body.len() * 2 < plain.len(), "{path}: {} of {} bytes", body.len(), plain.len());
            let mut unpacked = Vec::new();
            match encoding {
                "gzip" => GzDecoder::new(&body[..]).read_to_end(&mut unpacked).unwrap(),
                _ => brotli::Decompressor::new(&body[..], 4096).read_to_end(&mut unpacked).unwrap(),
            };
            assert!(unpacked == plain, "{path}: {encoding} holds something else");
            let again = raw.get(site.url(path)).header(ACCEPT_ENCODING, encoding).header(IF_NONE_MATCH, tag);
            assert_eq!(again.send().await.unwrap().status(), 304, "{path}: {encoding}");
        }
    }
}

#[actix_web::test]
async fn head_answers_as_get_without_a_body() {
    let site = shared();
    let mut paths = paths(&site).await;
    paths.push("/v1/events?limit=0".into());
    paths.push("/v1/events/0000000000001".into());
    for path in paths {
        let get = site.get(&path).await;
        let head = site.send(site.client.request(Method::HEAD, site.url(&path))).await;
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{path}");
        for name in ["content-type", "etag"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
    }
}
