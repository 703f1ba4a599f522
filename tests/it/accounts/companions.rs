//! `/v1/me/companions`: entered, corrected and removed by whom they belong to, and by nobody else.

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::*;
use crate::support::catalogue::{policy, put_policy};
use crate::support::server::NOW;

const PATH: &str = "/v1/me/companions";

/// A server where version 2.0 of the guardian policy is in force.
pub(super) async fn server_with_policies(store: Store) -> Server {
    let server = server(store).await;
    let put = |tx: &mut kepu::db::Tx<'_>| {
        for (version, days) in [("1.0", -30), ("2.0", -10), ("3.0", 10)] {
            put_policy(tx, &policy("guardian", version, NOW + TimeDelta::days(days)))?;
        }
        put_policy(tx, &policy("privacy", "9.0", NOW - TimeDelta::days(1)))
    };
    server.running.db.write(put).unwrap();
    server
}

async fn add(server: &Server, access: &str, body: &Value) -> Answer {
    server.send(by(server, Method::POST, PATH, access).json(body)).await
}

async fn put(server: &Server, access: &str, id: &str, body: &Value) -> Answer {
    server.send(by(server, Method::PUT, &format!("{PATH}/{id}"), access).json(body)).await
}

async fn ask(server: &Server, method: Method, path: &str, access: &str) -> Answer {
    server.send(by(server, method, path, access)).await
}

fn id_of(answer: &Answer) -> String {
    assert!(answer.status.is_success(), "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn child() -> Value {
    json!({ "name": "陈小明", "birthDate": "2015-06-01", "relation": "child",
            "consent": { "policyVersion": "2.0", "guardian": true } })
}

on_both_stores! {
    async fn a_family_is_entered_corrected_and_removed(store: Store) {
        let server = server_with_policies(store).await;
        let access = log_in(&server, CITY, "lan").await.access;
        let empty = ask(&server, Method::GET, PATH, &access).await.json();
        assert_eq!((&empty["total"], &empty["items"]), (&json!(0), &json!([])));

        let first = add(&server, &access, &child()).await;
        assert_eq!(first.status, 201, "{}", first.text);
        let id = id_of(&first);
        let told = first.json();
        assert_eq!(told["consent"], json!({ "policyVersion": "2.0", "givenAt": "2026-11-25T10:00:00+08:00" }));
        assert_eq!((&told["name"], &told["birthDate"], &told["relation"], &told["version"]),
            (&json!("陈小明"), &json!("2015-06-01"), &json!("child"), &json!(1)));
        assert!(told.get("birthYear").is_none());
        server.clock.advance(TimeDelta::minutes(1));
        id_of(&add(&server, &access, &json!({ "name": "外婆" })).await);

        let path = format!("{PATH}/{id}");
        let changed = put(&server, &access, &id, &json!({ "name": "陈明", "birthYear": 2015, "version": 1 })).await;
        let told = changed.json();
        assert_eq!((&told["name"], &told["birthYear"], &told["version"]), (&json!("陈明"), &json!(2015), &json!(2)));
        assert!(told.get("birthDate").is_none() && told.get("relation").is_none(), "{told}");
        assert_eq!(told["consent"]["policyVersion"], "2.0", "it stands");
        assert_eq!(ask(&server, Method::GET, &path, &access).await.json(), told);
        let late = put(&server, &access, &id, &json!({ "name": "x", "version": 1 })).await;
        assert_problem(&late, 409, "versionConflict");

        let list = ask(&server, Method::GET, PATH, &access).await.json();
        let names: Vec<_> = list["items"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
        assert_eq!((names, &list["total"]), (vec![json!("陈明"), json!("外婆")], &json!(2)));

        assert_eq!(ask(&server, Method::DELETE, &path, &access).await.status, 204);
        for method in [Method::GET, Method::DELETE] {
            assert_problem(&ask(&server, method, &path, &access).await, 404, "notFound");
        }
        assert_eq!(ask(&server, Method::GET, PATH, &access).await.json()["total"], 1);
    }

    async fn another_persons_companion_does_not_exist(store: Store) {
        let server = server_with_policies(store).await;
        let (lan, ming) = (log_in(&server, CITY, "lan").await.access, log_in(&server, CITY, "ming").await.access);
        let id = id_of(&add(&server, &lan, &child()).await);
        let path = format!("{PATH}/{id}");
        for method in [Method::GET, Method::DELETE] {
            assert_problem(&ask(&server, method.clone(), &path, &ming).await, 404, "notFound");
            assert_problem(&ask(&server, method, &format!("{PATH}/nonsense"), &lan).await, 404, "notFound");
        }
        assert_problem(&put(&server, &ming, &id, &json!({ "name": "x", "version": 1 })).await, 404, "notFound");
        assert_eq!(ask(&server, Method::GET, PATH, &ming).await.json()["total"], 0);
        assert_eq!(ask(&server, Method::GET, &path, &lan).await.json()["name"], "陈小明", "it is as it was");
        for (method, path) in [(Method::GET, PATH), (Method::POST, PATH), (Method::GET, &path), (Method::DELETE, &path)] {
            let request = server.client.request(method.clone(), server.url(path));
            let request = if method == Method::POST { request.json(&child()) } else { request };
            let nobody = server.send(request).await;
            assert_problem(&nobody, 401, "unauthenticated");
        }
    }

    async fn twenty_is_the_most_however_many_come_at_once(store: Store) {
        let server = server_with_policies(store).await;
        let access = log_in(&server, CITY, "lan").await.access;
        let body = json!({ "name": "同学" });
        let answers = join_all((0..25).map(|_| add(&server, &access, &body))).await;
        let (entered, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
        assert_eq!((entered.len(), refused.len()), (20, 5));
        for answer in refused {
            assert_problem(answer, 409, "tooManyCompanions");
        }
        let other = log_in(&server, CITY, "ming").await.access;
        assert_eq!(add(&server, &other, &body).await.status, 201, "others have their own");
    }
}

#[actix_web::test]
async fn a_child_comes_with_its_guardians_consent_only() {
    let server = server_with_policies(Store::Sqlite).await;
    let access = log_in(&server, CITY, "lan").await.access;
    let wrong = |answer: &Answer| {
        assert_problem(answer, 422, "invalidBody");
        let errors = answer.json()["errors"].as_array().unwrap().clone();
        errors
            .iter()
            .map(|error| format!("{} {}", error["field"], error["code"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    let with = |field: &str, value: Value| {
        let mut body = child();
        body[field] = value;
        body
    };
    let without = |field: &str| {
        let mut body = child();
        body.as_object_mut().unwrap().remove(field);
        body
    };
    // 14 on the day after tomorrow; of 2012, and so perhaps 13.
    for born in [json!({ "birthDate": "2012-11-27" }), json!({ "birthYear": 2012 })] {
        let mut body = json!({ "name": "阿强" });
        body.as_object_mut().unwrap().extend(born.as_object().unwrap().clone());
        assert_eq!(wrong(&add(&server, &access, &body).await), ["consent missing"], "{body}");
    }
    for born in [json!({ "birthDate": "2012-11-25" }), json!({ "birthYear": 2011 }), json!({})] {
        let mut body = json!({ "name": "阿强" });
        body.as_object_mut().unwrap().extend(born.as_object().unwrap().clone());
        assert_eq!(add(&server, &access, &body).await.status, 201, "{body}");
    }
    for (body, told) in [
        (without("consent"), "consent missing"),
        (
            with("consent", json!({ "policyVersion": "2.0", "guardian": false })),
            "consent.guardian notAllowed",
        ),
        (
            with("consent", json!({ "policyVersion": "1.0", "guardian": true })),
            "consent.policyVersion notAllowed",
        ),
        (
            with("consent", json!({ "policyVersion": "3.0", "guardian": true })),
            "consent.policyVersion notAllowed",
        ),
        (
            with("consent", json!({ "policyVersion": "9.0", "guardian": true })),
            "consent.policyVersion notAllowed",
        ),
        (with("consent", json!({ "policyVersion": "2.0" })), "consent.guardian missing"),
        (with("consent", json!(null)), "consent empty"),
        (without("name"), "name missing"),
        (with("name", json!(" ")), "name empty"),
        (with("name", json!("a\nb")), "name malformed"),
        (with("name", json!("陈小\u{200b}明")), "name malformed"),
        (with("name", json!("明".repeat(31))), "name tooLong"),
        (with("birthDate", json!("1988-06-01")), "consent ofAge"),
        (with("birthDate", json!("2026-11-26")), "birthDate outOfRange"),
        (with("birthDate", json!("1899-12-31")), "birthDate outOfRange"),
        (with("birthDate", json!("2015-02-30")), "birthDate malformed"),
        (with("birthDate", json!("2015-06-01T00:00:00Z")), "birthDate malformed"),
        (with("birthYear", json!(2015)), "birthYear conflicting"),
        (with("relation", json!("boss")), "relation notAllowed"),
        (with("age", json!(11)), "age unknown"),
        (with("version", json!(1)), "version unknown"),
    ] {
        assert_eq!(wrong(&add(&server, &access, &body).await), [told], "{body}");
    }

    // A consent is for one child, not for another who is entered in its place.
    let first = id_of(&add(&server, &access, &child()).await);
    let mut other = json!({ "name": "王大力", "birthDate": "2015-06-01", "version": 1 });
    assert_eq!(wrong(&put(&server, &access, &first, &other).await), ["consent missing"]);
    other["consent"] = child()["consent"].clone();
    assert_eq!(put(&server, &access, &first, &other).await.status, 200);

    // Who turns out to be a child needs it too.
    let id = id_of(&add(&server, &access, &json!({ "name": "小月" })).await);
    let mut change = json!({ "name": "小月", "birthYear": 2018, "version": 1 });
    assert_eq!(wrong(&put(&server, &access, &id, &change).await), ["consent missing"]);
    change["consent"] = json!({ "policyVersion": "2.0", "guardian": true });
    assert_eq!(put(&server, &access, &id, &change).await.json()["consent"]["policyVersion"], "2.0");
}
