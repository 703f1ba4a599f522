//! Targets: who sets them, what is reached of them, and that few people are not told by one either.

use chrono::TimeDelta;
use kepu::domain::clock::Clock;
use kepu::domain::roles::{AuthorityRole, MemberRole, Role};
use reqwest::Method;
use serde_json::{Value, json};

use super::world::{Fact, fact, held, party};
use super::{ask, assert_problem, at, get, member, open, over, reviewer, with};
use crate::support::server::{Answer, NOW, Server};

const TARGETS: &str = "/v1/admin/targets";

/// Fifty sessions in Tianhe this year, but for some fields.
fn fifty(more: Value) -> Value {
    let mut target = json!({
        "division": "440106", "name": "全年科普活动场次", "measure": "sessions", "from": "2026-01-01", "to": "2026-12-31",
        "value": 50, "unit": "场", "source": "实施方案 三（三）3",
    });
    target.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    target
}

async fn post(server: &Server, token: &str, target: Value) -> Answer {
    server.clock.set(server.clock.now() + TimeDelta::milliseconds(5));
    ask(server, Method::POST, TARGETS, token, Some(target)).await
}

async fn made(server: &Server, token: &str, target: Value) -> Value {
    let answer = post(server, token, target).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

fn administrator(adcode: &str) -> Role {
    over(adcode, AuthorityRole::Administrator)
}

on_both_stores! {
    async fn a_target_is_set_read_changed_and_given_up(store: Store) {
        let (server, _) = open(store, |world| {
            let sessions = (1..=4).map(|day| held(NOW - TimeDelta::days(day), vec![party(5, 5)])).collect();
            world.facts.push(fact("talks", "440106", &["ocean"], sessions));
        }).await;
        let token = with(&server, &[administrator("440100")]);
        let set = made(&server, &token, fifty(json!({}))).await;
        assert_eq!(set["result"], json!({ "value": 4.0, "asOf": "2026-11-25", "share": 0.08 }));
        assert_eq!((&set["version"], &set["division"]["code"]), (&json!(1), &json!("440106")));
        let path = format!("{TARGETS}/{}", set["id"].as_str().unwrap());
        assert_eq!(get(&server, &path, &reviewer(&server, "440106")).await, set);
        let list = get(&server, TARGETS, &reviewer(&server, "440000")).await;
        assert_eq!((&list["total"], &list["items"][0]), (&json!(1), &set));

        let changed = json!({ "target": fifty(json!({ "value": 8 })), "version": 1 });
        let answer = ask(&server, Method::PUT, &path, &token, Some(changed.clone())).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["result"]["share"]), (200, &json!(0.5)), "{}", answer.text);
        let late = ask(&server, Method::PUT, &path, &token, Some(changed)).await;
        assert_problem(&late, 409, "versionConflict");
        assert_eq!(ask(&server, Method::DELETE, &path, &token, None).await.status, 204);
        assert_problem(&ask(&server, Method::GET, &path, &token, None).await, 404, "notFound");
        let audit = get(&server, "/v1/admin/audit?kind=target", &token).await;
        let actions: Vec<&Value> = audit["items"].as_array().unwrap().iter().map(|one| &one["action"]).collect();
        assert_eq!(actions, ["targetDeleted", "targetChanged", "targetSet"]);
    }

    async fn others_neither_set_nor_see_it(store: Store) {
        let (server, _) = open(store, |_| {}).await;
        let token = with(&server, &[administrator("440100")]);
        let set = made(&server, &token, fifty(json!({}))).await;
        let path = format!("{TARGETS}/{}", set["id"].as_str().unwrap());
        for (role, code) in [
            (over("440100", AuthorityRole::Reviewer), "forbidden"),
            (administrator("440300"), "forbidden"),
            (member(MemberRole::Owner, "org"), "forbidden"),
        ] {
            let other = with(&server, &[role]);
            assert_problem(&post(&server, &other, fifty(json!({}))).await, 403, code);
        }
        let elsewhere = with(&server, &[administrator("440300")]);
        let changed = json!({ "target": fifty(json!({ "division": "440305" })), "version": 1 });
        assert_problem(&ask(&server, Method::GET, &path, &elsewhere, None).await, 404, "notFound");
        assert_problem(&ask(&server, Method::PUT, &path, &elsewhere, Some(changed.clone())).await, 404, "notFound");
        assert_problem(&ask(&server, Method::DELETE, &path, &elsewhere, None).await, 404, "notFound");
        // Nor is one moved to where its authority has no say.
        assert_problem(&ask(&server, Method::PUT, &path, &token, Some(changed)).await, 404, "notFound");
        assert_eq!(get(&server, TARGETS, &elsewhere).await["total"], 0);
        let there = ask(&server, Method::GET, &format!("{TARGETS}?division=440106"), &elsewhere, None).await;
        assert_problem(&there, 403, "forbidden");
    }

    async fn what_is_reached_is_counted_from_sessions_and_from_the_catalogue(store: Store) {
        let (server, _) = open(store, |world| {
            let of = |slug: &str, district, topic, people| {
                let held = held(at("2026-05-02", 10), vec![party(people, people)]);
                Fact { audiences: vec!["seniors"], ..fact(slug, district, &[topic], vec![held]) }
            };
            world.facts.extend([of("a", "440106", "ocean", 60), of("b", "440105", "space", 30), of("c", "440305", "ocean", 3)]);
        }).await;
        let token = with(&server, &[administrator("440000")]);
        for (more, value) in [
            (json!({ "division": "440000", "measure": "attended" }), json!(93.0)),
            (json!({ "division": "440000", "measure": "events" }), json!(3.0)),
            (json!({ "division": "440000", "measure": "districtsWithEvents" }), json!(3.0)),
            (json!({ "division": "440100", "measure": "districtsWithEvents" }), json!(2.0)),
            (json!({ "division": "440000", "measure": "districtsWithEvents", "topic": "space" }), json!(1.0)),
            (json!({ "division": "440000", "measure": "audiencesWithEvents" }), json!(1.0)),
            (json!({ "division": "440000", "measure": "organisationsWithEvents" }), json!(1.0)),
            (json!({ "division": "440000", "measure": "bases" }), json!(3.0)),
            (json!({ "division": "440100", "measure": "bases" }), json!(2.0)),
            (json!({ "division": "440100", "measure": "bases", "level": "district" }), json!(0.0)),
            (json!({ "division": "440100", "measure": "districtsWithBases" }), json!(2.0)),
            (json!({ "division": "440000", "measure": "fewestBasesOfADistrict" }), json!(1.0)),
            (json!({ "division": "440000", "measure": "organisations" }), json!(1.0)),
            // Shenzhen's three are few, and what is left of the province without them is Guangzhou.
            (json!({ "division": "440300", "measure": "attended" }), Value::Null),
            (json!({ "division": "440100", "measure": "attended" }), Value::Null),
            (json!({ "division": "440000", "measure": "satisfaction" }), Value::Null),
            (json!({ "division": "440000", "measure": "manual", "unit": "%" }), Value::Null),
        ] {
            let set = made(&server, &token, fifty(more.clone())).await;
            assert_eq!(set["result"]["value"], value, "{more}");
            let few = value.is_null() && set["measure"] == "attended";
            assert_eq!(set["suppressed"], few, "{more}");
        }
    }

    async fn what_nothing_here_counts_is_reported_with_its_source(store: Store) {
        let (server, _) = open(store, |_| {}).await;
        let token = with(&server, &[administrator("440100")]);
        let reported = json!({ "value": 12.8, "on": "2026-10-31", "source": "公民科学素质抽样调查" });
        let literacy = json!({
            "name": "公民具备科学素质的比例", "measure": "manual", "value": 16, "unit": "%", "reported": reported,
        });
        let set = made(&server, &token, fifty(literacy)).await;
        assert_eq!(set["result"], json!({ "value": 12.8, "asOf": "2026-10-31", "share": 0.8 }));
        assert_eq!(set["reported"]["source"], "公民科学素质抽样调查");
        for (more, field) in [
            (json!({ "reported": reported }), "reported"),
            (json!({ "level": "district" }), "level"),
            (json!({ "measure": "bases", "topic": "ocean" }), "topic"),
            (json!({ "topic": "alchemy" }), "topic"),
            (json!({ "to": "2025-01-01" }), "from"),
            (json!({ "value": 0 }), "value"),
            (json!({ "from": "yesterday" }), "from"),
            (json!({ "name": "" }), "name"),
        ] {
            let answer = post(&server, &token, fifty(more.clone())).await;
            assert_problem(&answer, 422, "invalidBody");
            assert_eq!(answer.json()["errors"][0]["field"], field, "{more}");
        }
        let path = format!("{TARGETS}/{}", set["id"].as_str().unwrap());
        let wrong = json!({ "target": fifty(json!({ "value": 0 })), "version": 1 });
        let answer = ask(&server, Method::PUT, &path, &token, Some(wrong)).await;
        assert_eq!(answer.json()["errors"][0]["field"], "target.value", "{}", answer.text);
    }
}
