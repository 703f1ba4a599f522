//! Feeds, read by the crate `atom_syndication`.

use atom_syndication::Feed;
use chrono::{TimeDelta, Utc};
use kepu::domain::ids::{BaseId, EventId};
use kepu::domain::text::Text;
use serde_json::Value;

use super::{at, ids, instant, list, put_event_with, server_with, shared, text};
use crate::support::catalogue::{base, event, put_base, session};
use crate::support::server::Site;

async fn feed(site: &Site, path: &str) -> Feed {
    let answer = site.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    Feed::read_from(answer.text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {}", answer.text))
}

#[actix_web::test]
async fn a_feed_has_the_events_of_its_question_the_newest_first() {
    let site = shared();
    let query = "topic=astronomy_space,ocean";
    let feed = feed(&site, &format!("/v1/events.atom?{query}")).await;
    let newest = site.json(&format!("/v1/events?{query}&sort=newest&limit=100")).await;
    let told: Vec<_> = feed.entries.iter().map(|entry| entry.id.clone()).collect();
    let found: Vec<_> =
        list(&newest, "items").iter().map(|item| format!("urn:kepu:event:{}", text(item, "id"))).collect();
    assert_eq!(told, found);
    assert!(feed.entries.windows(2).all(|pair| pair[0].updated >= pair[1].updated));
    assert_eq!(feed.updated, feed.entries[0].updated);
    for (entry, item) in feed.entries.iter().zip(list(&newest, "items")).take(10) {
        let detail = site.json(&format!("/v1/events/{}", text(item, "id"))).await;
        assert_eq!(entry.title.value, text(&detail, "title"));
        assert_eq!(entry.summary.as_ref().unwrap().value, text(&detail, "summary"));
        assert!(
            entry.content.as_ref().unwrap().value.as_ref().unwrap().contains(text(&detail, "description"))
        );
        assert_eq!(entry.updated.with_timezone(&Utc), instant(&detail["updatedAt"]));
        let organisers: Vec<_> = list(&detail, "organisers").iter().map(|one| text(one, "name")).collect();
        assert_eq!(entry.authors.iter().map(|author| author.name.as_str()).collect::<Vec<_>>(), organisers);
        let topics: Vec<Value> =
            entry.categories.iter().map(|category| category.term.clone().into()).collect();
        assert_eq!(list(&detail, "topics"), topics);
        assert!(entry.links[0].href.starts_with("http"));
    }
}

#[actix_web::test]
async fn a_feed_names_itself_the_same_wherever_it_is_and_says_where_it_is() {
    let site = shared();
    let one = feed(&site, "/v1/events.atom?topic=ocean&free=true&lang=en").await;
    let other = feed(&site, "/v1/events.atom?lang=en&free=true&topic=ocean").await;
    assert_eq!(one.id, "urn:kepu:events:free=true&lang=en&topic=ocean");
    assert_eq!(one.id, other.id);
    assert_eq!(one.lang.as_deref(), Some("en"));
    let own = one.links.iter().find(|link| link.rel == "self").unwrap();
    assert_eq!(own.href, site.url("/v1/events.atom?topic=ocean&free=true&lang=en"));
    let everything = feed(&site, "/v1/events.atom").await;
    assert_eq!(everything.entries.len(), 100);
    let items: Vec<_> =
        everything.entries.iter().map(|entry| serde_json::json!({ "id": entry.id })).collect();
    assert_eq!(ids(&items).len(), 100);
}

#[actix_web::test]
async fn awkward_texts_come_back_as_they_were_and_an_empty_feed_is_one() {
    let server = server_with(|tx| {
        put_base(tx, "museum", &base("museum", 23.13, 113.33))?;
        let mut event = event("talk", BaseId::from_slug("museum"));
        event.title = Text::zh("<b>R&D</b> \"quoted\" & 'so on' ]]>");
        event.description = Some(Text::zh("第一行\n<script>alert(1)</script>"));
        put_event_with(
            tx,
            "talk",
            &event,
            [session("talk", EventId::from_slug("talk"), at("2026-11-28 14:00"))],
        )
    })
    .await;
    let told = feed(&server, "/v1/events.atom").await;
    assert_eq!(told.entries[0].title.value, "<b>R&D</b> \"quoted\" & 'so on' ]]>");
    let content = told.entries[0].content.as_ref().unwrap();
    assert_eq!(content.value.as_deref(), Some("第一行\n<script>alert(1)</script>"));
    assert!(content.content_type.as_deref().is_none_or(|kind| kind == "text"));

    let before = server.get("/v1/events.atom?topic=ocean").await;
    server.clock.set(crate::support::server::NOW + TimeDelta::days(1));
    let empty = feed(&server, "/v1/events.atom?topic=ocean").await;
    assert!(empty.entries.is_empty() && !empty.authors.is_empty());
    assert_eq!(before.header("etag"), server.get("/v1/events.atom?topic=ocean").await.header("etag"));
}
