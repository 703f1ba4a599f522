//! Review and reports as they are asked for.

use kepu::app::catalogue::{Existing, save};
use kepu::db::records::Stored;
use kepu::db::{logins, roles};
use kepu::domain::access::Caller;
use kepu::domain::divisions::Division;
use kepu::domain::ids::{LoginId, SessionId, spell};
use kepu::domain::logins::{LIFE, RefreshToken};
use reqwest::Method;
use serde_json::{Value, json};

use super::*;
use crate::support::server::{Answer, Server, keys};
use crate::support::{eventually, people};

/// Somebody with these roles: who, and their access token.
pub(super) fn somebody(server: &Server, slug: &str, held: &[Role]) -> (PersonId, String) {
    let caller = Caller { person: PersonId::from_slug(slug), login: LoginId::from_slug(slug) };
    server
        .running
        .db
        .write(|tx| {
            persons::insert(tx, caller.person)?;
            held.iter().try_for_each(|role| roles::grant(tx, caller.person, *role))?;
            logins::insert(tx, caller, &RefreshToken::fresh(&SystemRandom), NOW + LIFE)
        })
        .unwrap();
    (caller.person, keys().issue(caller, NOW).unwrap().expose().to_owned())
}

pub(super) async fn ask(
    server: &Server,
    method: Method,
    path: &str,
    token: &str,
    body: Option<Value>,
) -> Answer {
    let request = server.client.request(method, server.url(path)).bearer_auth(token);
    server
        .send(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
}

/// A server with a museum and a talk there.
pub(super) async fn served(store: Store) -> Server {
    let fresh = Fresh::new(store, Holds::Tables);
    {
        let db = fresh.open(Arc::new(ManualClock::new(NOW)));
        ground(&db);
        let mut elsewhere = db.read(|conn| Division::get(conn, 440_100)).unwrap().unwrap().body;
        elsewhere.adcode = "440300".parse().unwrap();
        db.write(|tx| save(tx, 440_300, &elsewhere, Existing::Keep)).unwrap();
        db.write(|tx| {
            put_base(tx, "museum", &base("museum", 23.1, 113.3))?;
            put_event(tx, "talk", &event("talk", BaseId::from_slug("museum")), NOW + TimeDelta::hours(1), 1)
        })
        .unwrap();
    }
    Server::simulated(Arc::new(fresh)).await
}

/// Hands in a talk for an editor: its id.
pub(super) fn hand_in(server: &Server, by: PersonId, title: &str) -> i64 {
    let drafts = &server.running.members.drafts;
    let by = Actor::Person(by);
    server
        .running
        .db
        .write(|tx| {
            let draft = drafts.create::<Event>(tx, by, org(), talk(title))?;
            drafts.submit::<Event>(tx, by, draft.object).map(|draft| draft.object)
        })
        .unwrap()
}

pub(super) fn spelled(id: i64) -> String {
    spell(id)
}

on_both_stores! {
    async fn a_reviewer_reads_claims_and_approves_and_the_public_finds_it(store: Store) {
        let server = served(store).await;
        let (editor, _) = somebody(&server, "editor", &[Role::Member(MemberRole::Editor, org())]);
        let (_, token) = somebody(&server, "reviewer", &[Role::Authority(AuthorityRole::Reviewer, "440100".parse().unwrap())]);
        let id = hand_in(&server, editor, "星空下的讲座");
        let list = ask(&server, Method::GET, "/v1/review/items?kind=event&division=440106", &token, None).await;
        assert_eq!(list.status, 200, "{}", list.text);
        let item = list.json()["items"][0].clone();
        assert_eq!(list.json()["total"], 1);
        assert_eq!((&item["title"], &item["objectId"], &item["organisation"]["name"]), (&json!("星空下的讲座"), &json!(spelled(id)), &json!("org")));
        assert_eq!((&item["lane"], &item["state"], &item["adcode"], &item["ageMinutes"]), (&json!("submitted"), &json!("open"), &json!("440106"), &json!(0)));
        let path = format!("/v1/review/items/{}", item["id"].as_str().unwrap());
        let detail = ask(&server, Method::GET, &path, &token, None).await.json();
        let title = detail["changes"].as_array().unwrap().iter().find(|change| change["field"] == "title").unwrap();
        assert!(title.get("before").is_none() && title["after"].as_str().unwrap().contains("星空下的讲座"), "{title}");
        let claimed = ask(&server, Method::POST, &format!("{path}/claim"), &token, None).await.json();
        assert_eq!(claimed["claim"]["mine"], true);
        let approve = format!("{path}/approve");
        let stale = ask(&server, Method::POST, &approve, &token, Some(json!({ "version": 1 }))).await;
        assert_eq!((stale.status.as_u16(), stale.json()["code"].clone()), (409, json!("changedSince")));
        let done = ask(&server, Method::POST, &approve, &token, Some(json!({ "version": item["version"] }))).await;
        assert_eq!((done.status.as_u16(), done.json()["state"].clone()), (200, json!("approved")), "{}", done.text);
        eventually("the talk is found", async || {
            let page = server.json("/v1/events?q=星空下的讲座").await;
            (page["total"] == 1).then_some(())
        }).await;
    }

    async fn a_rejection_says_what_is_to_be_mended(store: Store) {
        let server = served(store).await;
        let (editor, _) = somebody(&server, "editor", &[Role::Member(MemberRole::Editor, org())]);
        let (_, token) = somebody(&server, "reviewer", &[Role::Authority(AuthorityRole::Reviewer, "440000".parse().unwrap())]);
        let id = hand_in(&server, editor, "rough");
        let item = ask(&server, Method::GET, "/v1/review/items", &token, None).await.json()["items"][0].clone();
        let path = format!("/v1/review/items/{}/reject", item["id"].as_str().unwrap());
        let without = ask(&server, Method::POST, &path, &token, Some(json!({ "version": item["version"] }))).await;
        assert_eq!((without.status.as_u16(), without.json()["errors"][0]["field"].clone()), (422, json!("reason")));
        let body = json!({ "version": item["version"], "reason": "请补充", "fields": [{ "field": "summary", "text": "太短" }] });
        let done = ask(&server, Method::POST, &path, &token, Some(body)).await.json();
        assert_eq!((&done["state"], &done["fields"][0]["text"]), (&json!("rejected"), &json!("太短")));
        let draft = server.running.db.read(|conn| drafts::current::<Event>(conn, id)).unwrap().unwrap();
        assert_eq!(draft.reason.as_deref(), Some("请补充"));
    }

    async fn many_are_approved_in_one_call_each_with_its_answer(store: Store) {
        let server = served(store).await;
        let (editor, _) = somebody(&server, "editor", &[Role::Member(MemberRole::Editor, org())]);
        let (_, token) = somebody(&server, "reviewer", &[Role::Authority(AuthorityRole::Reviewer, "440100".parse().unwrap())]);
        let (_, far) = somebody(&server, "far", &[Role::Authority(AuthorityRole::Reviewer, "440300".parse().unwrap())]);
        for n in 0..5 {
            hand_in(&server, editor, &format!("talk {n}"));
        }
        let list = ask(&server, Method::GET, "/v1/review/items", &token, None).await.json();
        let mut items: Vec<Value> = list["items"].as_array().unwrap().iter()
            .map(|item| json!({ "id": item["id"], "version": item["version"] })).collect();
        items[3]["version"] = json!(9);
        items.push(json!({ "id": "01h2x7m9k4qpz", "version": 1 }));
        let ask_for = async |token: &str| {
            let body = Some(json!({ "items": items }));
            ask(&server, Method::POST, "/v1/review/items/approve", token, body).await.json()["results"].clone()
        };
        let codes = |results: &Value| -> Vec<Value> {
            results.as_array().unwrap().iter().map(|result| result["code"].clone()).collect()
        };
        assert!(codes(&ask_for(&far).await).iter().all(|code| code == "notFound"));
        let done = ask_for(&token).await;
        assert_eq!(codes(&done), [Value::Null, Value::Null, Value::Null, json!("changedSince"), Value::Null, json!("notFound")]);
        assert_eq!(done[0]["approved"], true);
        assert!(done[5]["detail"].as_str().unwrap().contains("待审"), "of the item, not of the address: {}", done[5]);
    }

    async fn what_is_taken_down_is_gone_for_all_and_nobody_signs_up(store: Store) {
        let server = served(store).await;
        let administrator = [Role::Authority(AuthorityRole::Administrator, "440100".parse().unwrap())];
        let (_, token) = somebody(&server, "administrator", &administrator);
        let (_, reviewer) = somebody(&server, "reviewer", &[Role::Authority(AuthorityRole::Reviewer, "440100".parse().unwrap())]);
        let event = format!("/v1/events/{}", spelled(published()));
        assert_eq!(server.get(&event).await.status, 200);
        let path = format!("/v1/admin/events/{}", spelled(published()));
        let (down, up) = (format!("{path}/takedown"), format!("{path}/restore"));
        let body = || Some(json!({ "reason": "地址有误" }));
        assert_eq!(ask(&server, Method::POST, &down, &reviewer, body()).await.status, 403);
        let done = ask(&server, Method::POST, &down, &token, body()).await;
        assert_eq!((done.status.as_u16(), done.json()), (200, json!({ "publication": "takenDown" })), "{}", done.text);
        eventually("it is gone", async || (server.get(&event).await.status == 404).then_some(())).await;
        let session = SessionId::from_slug("talk:0");
        let caller = people::people(&server.running.db, 1)[0];
        let mine = people::token(caller, NOW);
        let wish = json!({ "participants": [{ "self": true }], "consent": { "policyVersion": "1.0" } });
        let signup = ask(&server, Method::POST, &format!("/v1/sessions/{session}/signups"), &mine, Some(wish)).await;
        assert_eq!(signup.status, 404, "{}", signup.text);
        assert_eq!(ask(&server, Method::POST, &down, &token, body()).await.json()["code"], "nothingToDo");
        assert_eq!(ask(&server, Method::POST, &up, &token, None).await.status, 200);
        eventually("it is back", async || (server.get(&event).await.status == 200).then_some(())).await;
    }

    async fn anybody_reports_and_an_authority_reads_it(store: Store) {
        let server = served(store).await;
        let (_, token) = somebody(&server, "reviewer", &[Role::Authority(AuthorityRole::Reviewer, "440100".parse().unwrap())]);
        let (_, mine) = somebody(&server, "visitor", &[]);
        let wrong = json!({ "kind": "event", "id": spelled(published()), "reason": "wrongPlace", "text": "在马路对面" });
        let said = server.send(server.client.post(server.url("/v1/reports")).json(&wrong)).await;
        assert_eq!(said.status, 201, "{}", said.text);
        let first = ask(&server, Method::POST, "/v1/reports", &mine, Some(wrong.clone())).await;
        let again = ask(&server, Method::POST, "/v1/reports", &mine, Some(wrong.clone())).await;
        assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
        assert_eq!(first.json()["id"], again.json()["id"], "one at a time");
        let list = ask(&server, Method::GET, "/v1/review/items?kind=report", &token, None).await.json();
        assert_eq!((&list["total"], &list["items"][0]["title"]), (&json!(2), &json!("talk")));
        let path = format!("/v1/review/items/{}", list["items"][0]["id"].as_str().unwrap());
        let detail = ask(&server, Method::GET, &path, &token, None).await.json();
        assert_eq!((&detail["report"]["text"], &detail["report"]["reason"]), (&json!("在马路对面"), &json!("wrongPlace")));
        let body = Some(json!({ "version": 1, "reason": "已更正" }));
        let done = ask(&server, Method::POST, &format!("{path}/approve"), &token, body).await.json();
        assert_eq!((&done["state"], &done["reason"]), (&json!("approved"), &json!("已更正")));
        let nowhere = json!({ "kind": "base", "id": "01h2x7m9k4qpz", "reason": "other", "text": "?" });
        assert_eq!(ask(&server, Method::POST, "/v1/reports", &mine, Some(nowhere)).await.status, 404);
        let silent = json!({ "kind": "event", "id": spelled(published()), "reason": "other" });
        let silent = ask(&server, Method::POST, "/v1/reports", &mine, Some(silent)).await;
        assert_eq!((silent.status.as_u16(), silent.json()["errors"][0]["field"].clone()), (422, json!("text")));
    }

    async fn what_wechat_doubts_is_told_to_whoever_reviews(store: Store) {
        let server = served(store).await;
        let login = server.client.post(server.url("/v1/auth/wechat")).json(&json!({ "appId": "wxdemo000000000001", "code": "demo-lan" }));
        let login = server.send(login).await;
        assert_eq!(login.status, 200, "{}", login.text);
        let me = keys().verify(login.json()["accessToken"].as_str().unwrap(), NOW).unwrap().person;
        let id = hand_in(&server, me, "违规的标题");
        let notes = eventually("WeChat was asked", async || {
            let item = server.running.db.read(|conn| review_items::open_of(conn, ItemKind::Event, id)).unwrap().unwrap();
            (!item.what.notes.is_empty()).then_some(item.what.notes)
        }).await;
        assert!(notes.iter().all(|note| note.reason.starts_with("微信判定有风险")), "{notes:?}");
        assert!(notes[0].field.contains("title.zh-CN"), "{notes:?}");
    }
}
