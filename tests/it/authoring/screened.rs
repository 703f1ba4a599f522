//! What is said of sessions is public at once, and looked at afterwards where it is doubtful.

use kepu::db::review_items;
use kepu::domain::review::{ItemKind, Lane};

use super::*;
use crate::support::catalogue::session;
use crate::support::people::somebody;

/// What somebody is to look at of an event: the division, and the fields that are doubtful with what was found.
fn looked_at(server: &Server, event: i64, lane: Lane) -> Option<(String, Vec<(String, String)>)> {
    let found =
        server.running.db.read(|conn| review_items::open_in(conn, ItemKind::Event, event, lane)).unwrap()?;
    let notes = found.what.notes.into_iter().map(|note| (note.field, note.found.unwrap_or_default()));
    Some((found.what.division.to_string(), notes.collect()))
}

fn note(field: &str, found: &str) -> (String, String) {
    (field.to_owned(), found.to_owned())
}

on_both_stores! {
    async fn doubtful_words_of_sessions_are_public_and_somebody_looks_at_them(store: Store) {
        let server = server(store, vec![session("s", EventId::from_slug("stars"), start())]).await;
        let editor = editor(&server).await;
        let (stars, path) = (EventId::from_slug("stars").get(), format!("{}/sessions", of_event("stars")));
        let plain = with(hour(start() + TimeDelta::days(2)), json!({ "notice": "请早到" }));
        asked(&server, Method::POST, &path, &editor, json!({ "sessions": [plain] }), 201).await;
        assert_eq!(looked_at(&server, stars, Lane::Sampled), None);
        let place = json!({ "name": "加我微信进群", "address": "体育西路", "adcode": "440106" });
        let doubtful = with(hour(start() + TimeDelta::days(1)), json!({ "place": place }));
        let body = json!({ "sessions": [doubtful], "recurrence": { "rule": "FREQ=WEEKLY;COUNT=3" } });
        asked(&server, Method::POST, &path, &editor, with(body.clone(), json!({ "dryRun": true })), 200).await;
        assert_eq!(looked_at(&server, stars, Lane::Sampled), None, "nothing is said yet");
        asked(&server, Method::POST, &path, &editor, body, 201).await;
        let first = note("sessions.place.name.zh-CN", "加我微信");
        assert_eq!(looked_at(&server, stars, Lane::Sampled), Some(("440106".to_owned(), vec![first.clone()])));
        let noticed = with(hour(start()), json!({ "version": 1, "notice": "看风水" }));
        asked(&server, Method::PUT, &of_session("s"), &editor, noticed, 200).await;
        // A typhoon waits for nobody.
        let off = json!({ "reason": "台风，改为算命" });
        let done = asked(&server, Method::POST, &format!("{}/cancel", of_session("s")), &editor, off.clone(), 200).await;
        assert_eq!(done["sessions"][0]["outcome"], "cancelled");
        asked(&server, Method::POST, &format!("{}/cancel", of_event("stars")), &editor, off, 200).await;
        let notes = [first, note("sessions.notice.zh-CN", "看风水"), note("sessions.notice.zh-CN", "算命")];
        assert_eq!(looked_at(&server, stars, Lane::Sampled).unwrap().1, notes);
    }

    async fn what_sessions_of_a_draft_say_is_told_to_whoever_reviews_it(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let event = json!({
            "title": "观星", "summary": "看星星", "form": "lecture", "topics": ["ocean"], "audiences": [],
            "free": true, "mode": "online", "admission": "walkIn",
        });
        let event = asked(&server, Method::POST, "/v1/manage/events", &editor, event, 201).await;
        let path = format!("/v1/manage/events/{}", event["id"].as_str().unwrap());
        let said = with(hour(start()), json!({ "notice": "加我微信" }));
        asked(&server, Method::POST, &format!("{path}/sessions"), &editor, json!({ "sessions": [said] }), 201).await;
        let id = event["id"].as_str().unwrap().parse::<EventId>().unwrap().get();
        assert_eq!(looked_at(&server, id, Lane::Sampled), None);
        asked(&server, Method::POST, &format!("{path}/submit"), &editor, json!({}), 200).await;
        let waiting = looked_at(&server, id, Lane::Submitted).unwrap();
        assert_eq!(waiting.1, [note("sessions.notice.zh-CN", "加我微信")]);
    }

    async fn whoever_read_what_waits_reads_it_again_when_its_sessions_change(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let province = Role::Authority(AuthorityRole::Reviewer, "440000".parse().unwrap());
        let reviewer = somebody(&server.running.db, &[province], NOW).1;
        let event = json!({
            "title": "观星", "summary": "看星星", "form": "lecture", "topics": ["ocean"], "audiences": [],
            "free": true, "mode": "online", "admission": "walkIn",
        });
        let event = asked(&server, Method::POST, "/v1/manage/events", &editor, event, 201).await;
        let path = format!("/v1/manage/events/{}", event["id"].as_str().unwrap());
        asked(&server, Method::POST, &format!("{path}/submit"), &editor, json!({}), 200).await;
        let read = async || get(&server, "/v1/review/items?kind=event", &reviewer).await["items"][0].clone();
        let before = read().await;
        let more = json!({ "sessions": [hour(start())] });
        asked(&server, Method::POST, &format!("{path}/sessions"), &editor, more, 201).await;
        let item = format!("/v1/review/items/{}/approve", before["id"].as_str().unwrap());
        let told = asked(&server, Method::POST, &item, &reviewer, json!({ "version": before["version"] }), 409).await;
        assert_eq!(told["code"], "changedSince");
        let version = read().await["version"].clone();
        asked(&server, Method::POST, &item, &reviewer, json!({ "version": version }), 200).await;
    }
}
