//! Other forms than JSON, each read back by a library that knows nothing of Kepu and compared with the JSON answer.

mod calendars;
mod feeds;
mod linked;
mod maps;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, IF_NONE_MATCH};

use super::{at, haversine, ids, instant, list, number, position, put_event_with, server_with, shared, text};
use crate::support::server::{Answer, Site};

/// GETs a path for somebody who accepts this.
async fn accepting(site: &Site, path: &str, accept: &str) -> Answer {
    let answer = site.send(site.client.get(site.url(path)).header(ACCEPT, accept)).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer
}

#[actix_web::test]
async fn every_form_has_its_type_a_tag_that_holds_and_is_compressed() {
    let site = shared();
    let raw = reqwest::Client::builder().no_gzip().build().unwrap();
    let event = text(&site.json("/v1/events?limit=1").await["items"][0], "id").to_owned();
    for (path, accept, media) in [
        ("/v1/events.ics".into(), "*/*", "text/calendar; charset=utf-8"),
        (format!("/v1/events/{event}/calendar.ics"), "*/*", "text/calendar; charset=utf-8"),
        ("/v1/events.atom".into(), "*/*", "application/atom+xml; charset=utf-8"),
        ("/v1/events".into(), "application/geo+json", "application/geo+json"),
        (format!("/v1/events/{event}"), "application/ld+json", "application/ld+json"),
    ] {
        let answer = accepting(&site, &path, accept).await;
        assert_eq!(answer.header("content-type"), Some(media), "{path}");
        let tag = answer.header("etag").unwrap();
        let ask = || raw.get(site.url(&path)).header(ACCEPT, accept);
        let again = ask().header(IF_NONE_MATCH, tag).send().await.unwrap();
        assert_eq!(again.status(), 304, "{path}");
        let packed = ask().header(ACCEPT_ENCODING, "gzip").send().await.unwrap();
        assert_eq!(packed.headers()["content-encoding"], "gzip", "{path}");
        assert_eq!(packed.headers()["content-type"], media, "{path}");
    }
}

#[actix_web::test]
async fn a_refusal_is_a_problem_whatever_form_was_asked_for() {
    let site = shared();
    for (path, status) in [
        ("/v1/events.ics?limit=5", 400),
        ("/v1/events.atom?sort=start", 400),
        ("/v1/events.atom?topic=nothing_of_the_kind", 400),
        ("/v1/events?lat=91", 400),
        ("/v1/events/0000000000001/calendar.ics", 404),
        ("/v1/events/0000000000001", 404),
    ] {
        let accept = "application/geo+json, application/ld+json, text/calendar";
        let answer = site.send(site.client.get(site.url(path)).header(ACCEPT, accept)).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
    }
}
