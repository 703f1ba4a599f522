//! What reviewers are shown to decide by, and how they decide on many.

use kepu::db::sessions;
use kepu::domain::passwords::Username;

use super::http::{ask, hand_in, served, somebody, spelled};
use super::*;
use crate::support::catalogue::session;
use crate::support::server::Server;
use reqwest::Method;
use serde_json::{Value, json};

fn over(division: &str) -> [Role; 1] {
    [Role::Authority(AuthorityRole::Reviewer, division.parse().unwrap())]
}

fn member(role: MemberRole) -> [Role; 1] {
    [Role::Member(role, org())]
}

async fn get(server: &Server, path: &str, token: &str) -> Value {
    let answer = ask(server, Method::GET, path, token, None).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json()
}

async fn post(server: &Server, path: &str, token: &str, body: Option<Value>, status: u16) -> Value {
    let answer = ask(server, Method::POST, path, token, body).await;
    assert_eq!(answer.status, status, "{path}: {}", answer.text);
    answer.json()
}

/// Gives an event sessions, one a day from tomorrow on.
fn hold(server: &Server, event: i64, days: i64) {
    let id = EventId::new(event).unwrap();
    let one = |day: i64| session(&format!("{event}:{day}"), id, NOW + TimeDelta::days(1 + day));
    server
        .running
        .db
        .write(|tx| (0..days).try_for_each(|day| sessions::insert_if_absent(tx, &one(day)).map(drop)))
        .unwrap();
}

async fn items(server: &Server, query: &str, token: &str) -> Vec<Value> {
    let list = get(server, &format!("/v1/review/items{query}"), token).await;
    list["items"].as_array().unwrap().clone()
}

fn titles(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["title"].as_str().unwrap()).collect()
}

fn item_path(item: &Value, rest: &str) -> String {
    format!("/v1/review/items/{}{rest}", item["id"].as_str().unwrap())
}

/// Sends an item back.
async fn reject(server: &Server, item: &Value, token: &str, fields: Value, status: u16) -> Value {
    let body = json!({ "version": item["version"], "reason": "请补充", "fields": fields });
    post(server, &item_path(item, "/reject"), token, Some(body), status).await
}

on_both_stores! {
    async fn a_reviewer_sees_when_an_event_takes_place_and_how_it_would_look(store: Store) {
        let server = served(store).await;
        let (editor, own) = somebody(&server, "editor", &member(MemberRole::Editor));
        let (_, token) = somebody(&server, "reviewer", &over("440100"));
        let id = hand_in(&server, editor, "讲座");
        hold(&server, id, 23);
        let item = items(&server, "", &token).await.remove(0);
        assert_eq!((&item["isNew"], &item["sessionCount"]), (&json!(true), &json!(23)));
        assert_eq!(item["nextStart"], "2026-11-26T10:00:00+08:00");
        assert_eq!(item.get("changes"), None, "unless they are asked for");
        let opened = get(&server, &item_path(&item, ""), &token).await;
        let held = opened["sessions"].as_array().unwrap();
        assert_eq!((held.len(), &opened["moreSessions"]), (20, &json!(3)));
        assert_eq!((&held[0]["start"], &held[0]["taken"], &held[0]["event"]["title"]), (&json!("2026-11-26T10:00:00+08:00"), &json!(0), &json!("讲座")));
        let preview = format!("/v1/manage/events/{}/preview", spelled(id));
        assert_eq!(get(&server, &preview, &token).await["title"], "讲座");
        let (_, far) = somebody(&server, "far", &over("440300"));
        assert_eq!(ask(&server, Method::GET, &preview, &far, None).await.status, 404);
        assert_eq!(ask(&server, Method::GET, &format!("/v1/manage/events/{}", spelled(id)), &token, None).await.status, 404, "what authors alone write");
        let body = json!({ "version": item["version"] });
        post(&server, &item_path(&item, "/approve"), &token, Some(body), 200).await;
        // What is changed of it is new no more.
        server.running.db.write(|tx| {
            let drafts = &server.running.members.drafts;
            let draft = drafts::current::<Event>(tx, id)?.unwrap();
            drafts.update::<Event>(tx, Actor::Person(editor), id, draft.version, with(talk("讲座"), "summary", json!({ "zh-CN": "改" })))?;
            drafts.submit::<Event>(tx, Actor::Person(editor), id)
        }).unwrap();
        let again = items(&server, "?changes=true", &token).await.remove(0);
        assert_eq!((&again["isNew"], &again["changes"]), (&json!(false), &json!([{ "field": "summary", "before": "讲座", "after": "改" }])));
        assert_eq!(ask(&server, Method::GET, "/v1/review/items", &own, None).await.status, 403);
    }

    async fn changes_and_notes_have_the_names_that_authors_write(store: Store) {
        let server = served(store).await;
        let (editor, own) = somebody(&server, "editor", &member(MemberRole::Editor));
        let (_, token) = somebody(&server, "reviewer", &over("440100"));
        let id = server.running.db.write(|tx| {
            let drafts = &server.running.members.drafts;
            let ages = with(talk("讲座"), "ages", json!({ "min": 6, "max": 12 }));
            let place = json!({ "name": { "zh-CN": "厅" }, "address": { "zh-CN": "天河路" }, "adcode": "440106", "position": { "lat": 23.1, "lng": 113.3 } });
            let draft = drafts.create::<Event>(tx, Actor::Person(editor), org(), with(ages, "place", place))?;
            drafts.submit::<Event>(tx, Actor::Person(editor), draft.object).map(|draft| draft.object)
        }).unwrap();
        let item = items(&server, "", &token).await.remove(0);
        let opened = get(&server, &item_path(&item, "?crs=wgs84"), &token).await;
        let change = |field: &str| {
            let all = opened["changes"].as_array().unwrap();
            all.iter().find(|change| change["field"] == field).unwrap_or_else(|| panic!("no {field} in {all:?}"))["after"].clone()
        };
        assert_eq!((change("ageMax"), change("title")), (json!("12"), json!("讲座")));
        let place: Value = serde_json::from_str(change("place").as_str().unwrap()).unwrap();
        assert_eq!((&place["lat"], &place["address"]), (&json!(23.1), &json!("天河路")));
        assert!(change("organisers").as_str().unwrap().contains("\"name\":\"org\""), "{}", change("organisers"));
        assert!(change("base").as_str().unwrap().contains("\"name\":\"museum\""));
        let refused = reject(&server, &item, &token, json!([{ "field": "ages.max", "text": "?" }, { "field": "title.zh-CN", "text": "?" }, { "field": "nosuch", "text": "?" }]), 422).await;
        let wrong: Vec<_> = refused["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
        assert_eq!(wrong, ["fields[0].field", "fields[2].field"]);
        let told = refused["errors"][1]["message"].as_str().unwrap();
        assert!(told.contains("“nosuch”"), "the word that is wrong, not the key: {told}");
        let notes = json!([{ "field": "ageMax", "text": "太小" }, { "field": "place.lat", "text": "在马路对面" }, { "field": "sessions[0].capacity", "text": "太多" }]);
        let done = reject(&server, &item, &token, notes.clone(), 200).await;
        assert_eq!(done["fields"], notes);
        let read = get(&server, &format!("/v1/manage/events/{}", spelled(id)), &own).await;
        assert_eq!((&read["review"]["fields"], &read["review"]["reason"]), (&notes, &json!("请补充")));
        // Handed in again it shows what was said.
        server.clock.advance(TimeDelta::minutes(1));
        server.running.db.write(|tx| server.running.members.drafts.submit::<Event>(tx, Actor::Person(editor), id)).unwrap();
        let item = items(&server, "", &token).await.remove(0);
        let earlier = get(&server, &item_path(&item, ""), &token).await["earlier"].clone();
        assert_eq!(earlier, json!({ "state": "rejected", "decidedAt": "2026-11-25T10:00:00+08:00", "reason": "请补充", "fields": notes }));
    }

    async fn the_queue_shows_its_history_and_what_comes_soonest(store: Store) {
        let server = served(store).await;
        let (editor, _) = somebody(&server, "editor", &member(MemberRole::Editor));
        let (_, token) = somebody(&server, "reviewer", &over("440100"));
        let mut ids = Vec::new();
        for title in ["一", "二", "三", "四"] {
            ids.push(hand_in(&server, editor, title));
            server.clock.advance(TimeDelta::minutes(1));
        }
        // The second takes place tomorrow, the third tomorrow and later, the others are without sessions.
        server.running.db.write(|tx| {
            for (event, day) in [(1, 1), (2, 2)] {
                let id = EventId::new(ids[event]).unwrap();
                sessions::insert_if_absent(tx, &session(&format!("s{event}"), id, NOW + TimeDelta::days(day)))?;
            }
            Ok::<_, db::Error>(())
        }).unwrap();
        assert_eq!(titles(&items(&server, "", &token).await), ["一", "二", "三", "四"]);
        let first = get(&server, "/v1/review/items?sort=soonest&limit=3", &token).await;
        assert_eq!(titles(first["items"].as_array().unwrap())[..2], ["二", "三"]);
        let cursor = first["nextCursor"].as_str().unwrap();
        let rest = get(&server, &format!("/v1/review/items?sort=soonest&limit=3&cursor={cursor}"), &token).await;
        let mut last = [titles(first["items"].as_array().unwrap())[2], titles(rest["items"].as_array().unwrap())[0]];
        last.sort_unstable();
        assert_eq!((last, rest.get("nextCursor")), (["一", "四"], None));
        let too_many = ask(&server, Method::GET, "/v1/review/items?changes=true&limit=51", &token, None).await;
        assert_eq!((too_many.status.as_u16(), &too_many.json()["errors"][0]["field"]), (400, &json!("limit")));

        let all = items(&server, "", &token).await;
        let body = json!({
            "items": [{ "id": all[0]["id"], "version": all[0]["version"] }, { "id": all[1]["id"], "version": 99 }, { "id": all[2]["id"], "version": all[2]["version"] }],
            "reason": "日期已过",
        });
        let done = post(&server, "/v1/review/items/reject", &token, Some(body), 200).await;
        let told: Vec<_> = done["results"].as_array().unwrap().iter().map(|one| (one["rejected"].clone(), one.get("code").cloned())).collect();
        assert_eq!(told, [(json!(true), None), (json!(false), Some(json!("changedSince"))), (json!(true), None)]);
        let silent = json!({ "items": [{ "id": all[1]["id"], "version": all[1]["version"] }], "reason": " " });
        assert_eq!(post(&server, "/v1/review/items/reject", &token, Some(silent), 422).await["errors"][0]["field"], "reason");
        server.clock.advance(TimeDelta::minutes(1));
        reject(&server, &all[3], &token, json!([]), 200).await;
        let history = items(&server, "?state=rejected", &token).await;
        assert_eq!(titles(&history)[0], "四", "what was decided last first");
        assert_eq!((history.len(), &history[1]["reason"]), (3, &json!("日期已过")));
        let page = get(&server, "/v1/review/items?state=rejected&limit=2", &token).await;
        let cursor = page["nextCursor"].as_str().unwrap();
        let rest = items(&server, &format!("?state=rejected&limit=2&cursor={cursor}"), &token).await;
        let mut shown = [titles(page["items"].as_array().unwrap()), titles(&rest)].concat();
        shown.sort_unstable();
        assert_eq!(shown, ["一", "三", "四"]);
        assert_eq!(titles(&items(&server, "?lane=submitted", &token).await), ["二"]);
        assert!(items(&server, "?lane=sampled", &token).await.is_empty() && items(&server, "?state=approved", &token).await.is_empty());
    }

    async fn a_claim_says_whose_it_is_and_can_be_given_back(store: Store) {
        let server = served(store).await;
        let (editor, _) = somebody(&server, "editor", &member(MemberRole::Editor));
        let (chen, token) = somebody(&server, "chen", &over("440100"));
        let (_, other) = somebody(&server, "other", &over("440100"));
        let name = Username::from("chen.tianhe");
        server.running.db.write(|tx| db::passwords::insert(tx, chen, &name, &"hash".into())).unwrap();
        hand_in(&server, editor, "讲座");
        let item = items(&server, "", &token).await.remove(0);
        post(&server, &item_path(&item, "/claim"), &token, None, 200).await;
        let claim = items(&server, "", &other).await.remove(0)["claim"].clone();
        assert_eq!((&claim["mine"], &claim["name"]), (&json!(false), &json!("chen.tianhe")));
        let body = || Some(json!({ "version": item["version"] }));
        assert_eq!(post(&server, &item_path(&item, "/approve"), &other, body(), 409).await["code"], "claimed");
        assert_eq!(post(&server, &item_path(&item, "/release"), &other, None, 409).await["code"], "nothingToDo");
        assert_eq!(post(&server, &item_path(&item, "/release"), &token, None, 200).await.get("claim"), None);
        assert_eq!(post(&server, &item_path(&item, "/release"), &token, None, 409).await["code"], "nothingToDo");
        assert_eq!(post(&server, &item_path(&item, "/approve"), &other, body(), 200).await["state"], "approved");
    }

    async fn owners_and_editors_are_told_what_was_decided(store: Store) {
        let server = served(store).await;
        let (editor, own) = somebody(&server, "editor", &member(MemberRole::Editor));
        let (_, owner) = somebody(&server, "owner", &member(MemberRole::Owner));
        let (_, desk) = somebody(&server, "desk", &member(MemberRole::Desk));
        let (_, token) = somebody(&server, "reviewer", &over("440100"));
        let (_, admin) = somebody(&server, "admin", &[Role::Authority(AuthorityRole::Administrator, "440100".parse().unwrap())]);
        let id = hand_in(&server, editor, "讲座");
        let item = items(&server, "", &token).await.remove(0);
        reject(&server, &item, &token, json!([]), 200).await;
        server.clock.advance(TimeDelta::minutes(1));
        server.running.db.write(|tx| server.running.members.drafts.submit::<Event>(tx, Actor::Person(editor), id)).unwrap();
        let item = items(&server, "", &token).await.remove(0);
        post(&server, &item_path(&item, "/approve"), &token, Some(json!({ "version": item["version"] })), 200).await;
        let event = |word: &str| format!("/v1/admin/events/{}/{word}", spelled(id));
        server.clock.advance(TimeDelta::minutes(1));
        post(&server, &event("takedown"), &admin, Some(json!({ "reason": "地址有误" })), 200).await;
        server.clock.advance(TimeDelta::minutes(1));
        post(&server, &event("restore"), &admin, None, 200).await;
        let wrong = json!({ "kind": "event", "id": spelled(published()), "reason": "wrongPlace" });
        post(&server, "/v1/reports", &desk, Some(wrong), 201).await;
        let report = items(&server, "?kind=report", &token).await.remove(0);
        server.clock.advance(TimeDelta::minutes(1));
        post(&server, &item_path(&report, "/approve"), &token, Some(json!({ "version": 1, "reason": "确在马路对面" })), 200).await;
        for token in [&own, &owner] {
            let told = get(&server, "/v1/me/notices", token).await;
            let outcomes: Vec<_> = told["items"].as_array().unwrap().iter().map(|one| one["decision"]["outcome"].clone()).collect();
            assert_eq!(outcomes, ["reportFollowed", "restored", "takenDown", "approved", "rejected"]);
            assert_eq!(told["unread"], 5);
            let last = &told["items"][0];
            assert_eq!((&last["purpose"], &last["state"], last.get("event")), (&json!("decided"), &json!("unsent"), None));
            assert_eq!(last["decision"], json!({ "outcome": "reportFollowed", "organisationId": org(), "kind": "event", "objectId": spelled(published()), "reason": "确在马路对面" }));
            let first = &told["items"][4];
            assert_eq!(first["text"], "《讲座》未通过审核，请修改。原因：请补充");
        }
        assert_eq!(get(&server, "/v1/me/notices", &desk).await["total"], 0, "who runs the desk has other things to do");
        let held = get(&server, "/v1/me/export", &owner).await;
        assert_eq!((&held["notices"][0]["purpose"], held["notices"][0].get("eventId")), (&json!("decided"), None));
    }
}
