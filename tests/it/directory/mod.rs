//! The directory of resources, and the standing of bases: submitted, reviewed, kept current, granted, assessed.

mod accreditations;
mod assessments;
mod resources;

use std::sync::Arc;

use kepu::app::catalogue::{Existing, save};
use kepu::db::records::Stored;
use kepu::domain::clock::FixedClock;
use kepu::domain::divisions::Division;
use kepu::domain::ids::{BaseId, OrganisationId, PersonId};
use kepu::domain::roles::{AuthorityRole, MemberRole, Role};
use kepu::domain::taxonomy::Term;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::catalogue::{base, ground, organisation, put_base};
use crate::support::people;
use crate::support::server::{Answer, NOW, Server};
use crate::support::stores::{Fresh, Holds, Store};

/// A server with a museum of `org` in Tianhe, another organisation `lab`, the levels of bases, and Shenzhen.
async fn town(store: Store) -> Server {
    let fresh = Fresh::new(store, Holds::Tables);
    {
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        ground(&db);
        let mut elsewhere = db.read(|conn| Division::get(conn, 440_100)).unwrap().unwrap().body;
        elsewhere.adcode = "440300".parse().unwrap();
        db.write(|tx| {
            save(tx, 440_300, &elsewhere, Existing::Keep)?;
            organisation(tx, "lab")?;
            for level in ["national", "provincial", "municipal", "district"] {
                let term: Term = serde_json::from_value(json!({
                    "scheme": "level", "code": level, "name": { "zh-CN": level }, "source": { "text": "a test" },
                }))
                .unwrap();
                save(tx, term.id().get(), &term, Existing::Keep)?;
            }
            put_base(tx, "museum", &base("museum", 23.1, 113.3))
        })
        .unwrap();
    }
    Server::simulated(Arc::new(fresh)).await
}

fn org() -> OrganisationId {
    OrganisationId::from_slug("org")
}

fn lab() -> OrganisationId {
    OrganisationId::from_slug("lab")
}

/// Somebody with these roles, logged in now.
fn somebody(server: &Server, held: &[Role]) -> (PersonId, String) {
    use kepu::domain::clock::Clock;
    people::somebody(&server.running.db, held, server.clock.now())
}

fn reviewer(server: &Server, adcode: &str) -> String {
    let role = Role::Authority(AuthorityRole::Reviewer, adcode.parse().unwrap());
    somebody(server, &[role]).1
}

fn administrator(server: &Server, adcode: &str) -> String {
    let role = Role::Authority(AuthorityRole::Administrator, adcode.parse().unwrap());
    somebody(server, &[role]).1
}

fn editor(server: &Server, of: OrganisationId) -> String {
    somebody(server, &[Role::Member(MemberRole::Editor, of)]).1
}

async fn ask(server: &Server, method: Method, path: &str, token: &str, body: Option<Value>) -> Answer {
    let request = server.client.request(method, server.url(path)).bearer_auth(token);
    server
        .send(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
}

async fn get(server: &Server, path: &str, token: &str) -> Value {
    let answer = ask(server, Method::GET, path, token, None).await;
    let kept = answer.header("cache-control");
    assert_eq!((answer.status.as_u16(), kept), (200, Some("no-store")), "{path}: {}", answer.text);
    answer.json()
}

async fn post(server: &Server, path: &str, token: &str, body: Option<Value>) -> Answer {
    ask(server, Method::POST, path, token, body).await
}

/// What a POST that succeeds answers.
async fn done(server: &Server, path: &str, token: &str, body: Option<Value>) -> Value {
    let answer = post(server, path, token, body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
    answer.json()
}

fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (status, &json!(code)), "{}", answer.text);
}

/// The fields that are wrong, each with its code, in the order of the alphabet.
fn wrong(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 422, "{}", answer.text);
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    let told =
        |error: &Value| format!("{} {}", error["field"].as_str().unwrap(), error["code"].as_str().unwrap());
    let mut all: Vec<String> = errors.iter().map(told).collect();
    all.sort();
    all
}

/// Gives a base to another organisation.
async fn give(server: &Server, base: BaseId, to: OrganisationId) {
    let body = json!({ "organisation": to, "reason": "场馆已移交" });
    let path = format!("/v1/admin/bases/{base}/assign");
    done(server, &path, &administrator(server, "440000"), Some(body)).await;
}

/// What of a kind waits first, as a reviewer finds it.
async fn waiting(server: &Server, token: &str, kind: &str) -> Value {
    let queue = get(server, &format!("/v1/review/items?kind={kind}"), token).await;
    queue["items"].as_array().unwrap().first().cloned().unwrap_or_default()
}

/// Decides on what of a kind waits first: `more` goes with the version.
async fn decide(server: &Server, token: &str, kind: &str, word: &str, more: Value) -> Answer {
    let item = waiting(server, token, kind).await;
    let path = format!("/v1/review/items/{}/{word}", item["id"].as_str().expect("nothing waits"));
    let mut body = json!({ "version": item["version"] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    post(server, &path, token, Some(body)).await
}
