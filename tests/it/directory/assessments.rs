//! A year of assessment: opened, handed in, judged.

use chrono::TimeDelta;
use kepu::db::headcounts;
use kepu::domain::ids::SessionId;

use super::*;
use crate::support::catalogue::{event, put_event};

/// The town, whose museum holds a level, as does a garden of `lab` in Tianhe; with a talk at the museum this year.
async fn assessed_town(store: Store) -> Server {
    let server = town(store).await;
    let recognised = |slug: &str, of: OrganisationId| {
        let mut one = serde_json::to_value(base(slug, 23.1, 113.3)).unwrap();
        one["recognitions"] = json!([{ "level": "municipal", "body": { "zh-CN": "市级基地" } }]);
        one["organisers"] = json!([{ "organisation": of }]);
        serde_json::from_value::<kepu::domain::bases::Base>(one).unwrap()
    };
    let (counter, _) = somebody(&server, &[]);
    server
        .running
        .db
        .write(|tx| {
            put_base(tx, "museum", &recognised("museum", org()))?;
            put_base(tx, "garden", &recognised("garden", lab()))?;
            put_base(tx, "plain", &base("plain", 23.1, 113.3))?;
            let talk = event("talk", BaseId::from_slug("museum"));
            put_event(tx, "talk", &talk, NOW - TimeDelta::days(5), 3)?;
            put_event(tx, "next", &talk, NOW + TimeDelta::days(100), 1)?;
            headcounts::set(tx, SessionId::from_slug("talk:0"), counter, 40)?;
            headcounts::set(tx, SessionId::from_slug("talk:1"), counter, 25)?;
            Ok::<_, kepu::app::Error>(())
        })
        .unwrap();
    server
}

fn round() -> Value {
    json!({ "adcode": "440100", "year": 2026, "level": "municipal", "due": "2026-12-31" })
}

fn answers() -> Value {
    json!({ "visitors": 52000, "openDays": 302, "events": 48, "selfScore": 92, "text": "全年举办活动四十八场。" })
}

fn at(one: &Value, rest: &str) -> String {
    format!("/v1/manage/assessments/{}{rest}", one["id"].as_str().unwrap())
}

async fn only(server: &Server, token: &str) -> Value {
    let list = get(server, "/v1/manage/assessments?year=2026", token).await;
    assert_eq!(list["total"], 1, "{list}");
    list["items"][0].clone()
}

async fn fill(server: &Server, token: &str, one: &Value, answers: Value) -> Answer {
    let body = json!({ "version": one["version"], "answers": answers });
    ask(server, Method::PUT, &at(one, ""), token, Some(body)).await
}

on_both_stores! {
    async fn a_year_is_opened_for_the_bases_of_a_level(store: Store) {
        let server = assessed_town(store).await;
        let city = administrator(&server, "440100");
        let path = "/v1/admin/assessment-rounds";
        assert_problem(&post(&server, path, &reviewer(&server, "440100"), Some(round())).await, 403, "forbidden");
        assert_problem(&post(&server, path, &administrator(&server, "440300"), Some(round())).await, 404, "notFound");
        let mut odd = round();
        (odd["year"], odd["due"]) = (json!(2027), json!("2026-11-01"));
        assert_eq!(wrong(&post(&server, path, &city, Some(odd)).await), ["due outOfRange", "year outOfRange"]);
        let opened = done(&server, path, &city, Some(round())).await;
        assert_eq!((&opened["baseCount"], &opened["missing"], &opened["due"]), (&json!(2), &json!(2), &json!("2026-12-31")));
        assert_problem(&post(&server, path, &city, Some(round())).await, 409, "nothingToDo");
        let mut none = round();
        none["level"] = json!("district");
        let nobody = post(&server, path, &city, Some(none)).await;
        assert_problem(&nobody, 409, "nothingToDo");
        assert!(nobody.json()["detail"].as_str().unwrap().contains("level"), "why there is nothing to do: {}", nobody.text);
        assert_eq!(get(&server, &format!("{path}?year=2026"), &reviewer(&server, "440000")).await["items"], json!([opened]));
        assert_eq!(get(&server, path, &reviewer(&server, "440106")).await["items"], json!([]), "the city's is not the district's");
    }

    async fn a_base_hands_in_and_the_authority_says_how_it_did(store: Store) {
        let server = assessed_town(store).await;
        let city = administrator(&server, "440100");
        done(&server, "/v1/admin/assessment-rounds", &city, Some(round())).await;
        let (own, other) = (editor(&server, org()), editor(&server, lab()));
        let one = only(&server, &own).await;
        assert_eq!((&one["state"], &one["base"]["name"], &one["overdue"]), (&json!("due"), &json!("museum"), &json!(false)));
        let detail = get(&server, &at(&one, ""), &own).await;
        assert_eq!(detail["figures"], json!({ "events": 1, "sessions": 3, "attended": 0, "headcount": 65 }));
        for (method, rest) in [(Method::GET, ""), (Method::POST, "/submit"), (Method::POST, "/withdraw")] {
            assert_problem(&ask(&server, method, &at(&one, rest), &other, None).await, 404, "notFound");
        }
        let odd = fill(&server, &own, &one, json!({ "openDays": 400, "selfScore": 101 })).await;
        assert_eq!(wrong(&odd), ["answers.openDays outOfRange", "answers.selfScore outOfRange"]);
        let part = fill(&server, &own, &one, json!({ "visitors": 1 })).await.json();
        assert_eq!((&part["state"], &part["version"]), (&json!("draft"), &json!(2)));
        let early = post(&server, &at(&one, "/submit"), &own, None).await;
        assert_eq!(wrong(&early), ["events missing", "openDays missing", "selfScore missing", "text missing"]);
        assert_problem(&fill(&server, &own, &one, answers()).await, 409, "versionConflict");
        fill(&server, &own, &part, answers()).await;
        let waits = done(&server, &at(&one, "/submit"), &own, None).await;
        assert_eq!((&waits["state"], &waits["figures"]["headcount"]), (&json!("submitted"), &json!(65)));
        let missing = get(&server, "/v1/admin/assessments?state=due", &city).await;
        assert_eq!((&missing["total"], &missing["items"][0]["base"]["name"]), (&json!(1), &json!("garden")));

        assert_eq!(waiting(&server, &reviewer(&server, "440106"), "assessment").await, Value::Null);
        let item = waiting(&server, &city, "assessment").await;
        assert_eq!(item["title"], "museum：2026年度考核");
        let opened = get(&server, &format!("/v1/review/items/{}", item["id"].as_str().unwrap()), &city).await;
        assert_eq!((&opened["assessment"]["answers"]["visitors"], &opened["assessment"]["figures"]["sessions"]), (&json!(52000), &json!(3)));
        assert_eq!(wrong(&decide(&server, &city, "assessment", "approve", json!({})).await), ["outcome missing"]);
        assert_eq!(wrong(&decide(&server, &city, "assessment", "approve", json!({ "outcome": "unqualified" })).await), ["reason missing"]);
        let sent = decide(&server, &city, "assessment", "reject", json!({ "reason": "请补充志愿者人数" })).await;
        assert_eq!(sent.status, 200, "{}", sent.text);
        let back = get(&server, &at(&one, ""), &own).await;
        assert_eq!((&back["state"], &back["reason"]), (&json!("rejected"), &json!("请补充志愿者人数")));
        done(&server, &at(&one, "/submit"), &own, None).await;
        let judged = decide(&server, &city, "assessment", "approve", json!({ "outcome": "excellent", "reason": "活动居前" })).await;
        assert_eq!(judged.status, 200, "{}", judged.text);
        let end = get(&server, &at(&one, ""), &own).await;
        assert_eq!((&end["state"], &end["outcome"], &end["reason"]), (&json!("assessed"), &json!("excellent"), &json!("活动居前")));
        assert_problem(&fill(&server, &own, &end, answers()).await, 409, "nothingToDo");
        let rounds = get(&server, "/v1/admin/assessment-rounds", &city).await;
        assert_eq!((&rounds["items"][0]["missing"], &rounds["items"][0]["assessed"]), (&json!(1), &json!(1)));
        assert_eq!(get(&server, "/v1/admin/assessments?outcome=excellent", &city).await["total"], 1);
        assert_eq!(get(&server, "/v1/admin/assessments", &reviewer(&server, "440300")).await["total"], 0);
    }

    async fn a_base_that_changes_hands_is_assessed_as_whose_it_is(store: Store) {
        let server = assessed_town(store).await;
        let city = administrator(&server, "440100");
        done(&server, "/v1/admin/assessment-rounds", &city, Some(round())).await;
        let (former, next) = (editor(&server, org()), editor(&server, lab()));
        let one = only(&server, &former).await;
        fill(&server, &former, &one, answers()).await;
        done(&server, &at(&one, "/submit"), &former, None).await;
        let museum = BaseId::from_slug("museum");
        give(&server, museum, lab()).await;
        assert_problem(&ask(&server, Method::GET, &at(&one, ""), &former, None).await, 404, "notFound");
        assert_eq!(get(&server, "/v1/manage/assessments", &former).await["total"], 0);
        assert_eq!(get(&server, "/v1/manage/assessments", &next).await["total"], 2, "the garden's, and this");
        let judged = decide(&server, &city, "assessment", "approve", json!({ "outcome": "qualified" })).await;
        assert_eq!(judged.status, 200, "{}", judged.text);
        assert_eq!(get(&server, &at(&one, ""), &next).await["outcome"], "qualified");
        // What was judged was whose it was then.
        give(&server, museum, org()).await;
        assert_eq!(get(&server, &at(&one, ""), &next).await["state"], "assessed");
        assert_eq!(get(&server, "/v1/manage/assessments", &former).await["total"], 0);
    }

    async fn a_form_that_was_changed_since_is_not_judged(store: Store) {
        let server = assessed_town(store).await;
        let city = administrator(&server, "440100");
        done(&server, "/v1/admin/assessment-rounds", &city, Some(round())).await;
        let own = editor(&server, org());
        let one = only(&server, &own).await;
        fill(&server, &own, &one, answers()).await;
        let waits = done(&server, &at(&one, "/submit"), &own, None).await;
        let item = waiting(&server, &city, "assessment").await;
        assert_eq!(done(&server, &at(&one, "/withdraw"), &own, None).await["state"], "draft");
        let approve = format!("/v1/review/items/{}/approve", item["id"].as_str().unwrap());
        let body = || Some(json!({ "version": item["version"], "outcome": "qualified" }));
        assert_problem(&post(&server, &approve, &city, body()).await, 409, "changedSince");
        assert!(waits["version"].as_i64() < only(&server, &own).await["version"].as_i64());
        // An outcome is of assessments alone.
        let (_, teacher) = somebody(&server, &[]);
        let entry = json!({ "name": "课件", "type": "work", "text": "课。", "reach": "440100", "contact": { "name": "李", "phone": "1" } });
        done(&server, "/v1/me/resources", &teacher, Some(entry)).await;
        let odd = decide(&server, &city, "resource", "approve", json!({ "outcome": "excellent" })).await;
        assert_eq!(wrong(&odd), ["outcome conflicting"]);
    }

    async fn whoever_is_late_is_seen_to_be_and_may_still_hand_in(store: Store) {
        let server = assessed_town(store).await;
        let city = administrator(&server, "440100");
        done(&server, "/v1/admin/assessment-rounds", &city, Some(round())).await;
        server.clock.advance(TimeDelta::days(40));
        let own = editor(&server, org());
        let one = only(&server, &own).await;
        assert_eq!(one["overdue"], true);
        fill(&server, &own, &one, answers()).await;
        assert_eq!(done(&server, &at(&one, "/submit"), &own, None).await["overdue"], false);
    }
}
