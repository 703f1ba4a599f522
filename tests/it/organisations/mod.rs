//! Organisations: how they join, who belongs to them, what acts for them, and what authorities do.

mod applying;
mod images;
mod keys;
mod members;
mod standing;

use std::sync::Arc;

use kepu::app::catalogue::{Existing, save};
use kepu::db::records::Stored;
use kepu::domain::clock::FixedClock;
use kepu::domain::divisions::Division;
use kepu::domain::ids::{OrganisationId, PersonId};
use kepu::domain::roles::{AuthorityRole, MemberRole, Role};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::catalogue::ground;
use crate::support::server::{Answer, NOW, Server};
use crate::support::stores::{Fresh, Holds, Store};
use crate::support::{eventually, people};

/// More of them, of units of one kind in one district.
const MORE_CODES: [&str; 5] = [
    "12440100455352645J",
    "12440106455351000C",
    "12440106455351001F",
    "12440106455351002J",
    "12440106455351003M",
];

/// Credit codes whose check digits are right.
const CODES: [&str; 2] = ["9144030071526726XG", "91110000802100433B"];

/// A server over an empty catalogue: Guangdong, Guangzhou, Tianhe and Shenzhen.
async fn town(store: Store) -> Server {
    Server::simulated(Arc::new(ground_of(store))).await
}

fn ground_of(store: Store) -> Fresh {
    let fresh = Fresh::new(store, Holds::Tables);
    let db = fresh.open(Arc::new(FixedClock(NOW)));
    ground(&db);
    let mut elsewhere = db.read(|conn| Division::get(conn, 440_100)).unwrap().unwrap().body;
    elsewhere.adcode = "440300".parse().unwrap();
    db.write(|tx| save(tx, 440_300, &elsewhere, Existing::Keep)).unwrap();
    fresh
}

fn over(adcode: &str, role: AuthorityRole) -> Role {
    Role::Authority(role, adcode.parse().unwrap())
}

fn member(role: MemberRole, organisation: OrganisationId) -> Role {
    Role::Member(role, organisation)
}

/// Somebody with these roles, logged in.
fn somebody(server: &Server, held: &[Role]) -> (PersonId, String) {
    people::somebody(&server.running.db, held, NOW)
}

/// The access token of somebody with one role.
fn with(server: &Server, role: Role) -> String {
    somebody(server, &[role]).1
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
    assert_eq!(
        (answer.status.as_u16(), answer.header("cache-control")),
        (200, Some("no-store")),
        "{}",
        answer.text
    );
    answer.json()
}

async fn post(server: &Server, path: &str, token: &str, body: Option<Value>) -> Answer {
    ask(server, Method::POST, path, token, body).await
}

fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (status, &json!(code)), "{}", answer.text);
}

/// What a planetarium in Tianhe says of itself.
fn application() -> Value {
    json!({
        "name": "天河天文馆", "kind": "museum", "adcode": "440106", "address": "天河路1号", "creditCode": CODES[0],
        "evidence": "事业单位法人证书", "contact": { "name": "李老师", "phone": "020-12345678" },
    })
}

/// The same but for some fields.
fn but(more: Value) -> Value {
    let mut all = application();
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

/// Applies; gives the id of the organisation.
async fn apply(server: &Server, token: &str, application: Value) -> OrganisationId {
    let answer = post(server, "/v1/manage/organisations", token, Some(application)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().parse().unwrap()
}

/// The application that waits, as a reviewer finds it.
async fn waiting(server: &Server, token: &str) -> Value {
    let queue = get(server, "/v1/review/items?kind=organisation", token).await;
    queue["items"].as_array().unwrap().first().cloned().unwrap_or_default()
}

/// Decides on the application that waits.
async fn decide(server: &Server, token: &str, word: &str, reason: &str) -> Answer {
    let item = waiting(server, token).await;
    let path = format!("/v1/review/items/{}/{word}", item["id"].as_str().unwrap());
    post(server, &path, token, Some(json!({ "version": item["version"], "reason": reason }))).await
}

/// An organisation that was verified, and its owner.
async fn verified(server: &Server) -> (OrganisationId, PersonId, String) {
    let (person, owner) = somebody(server, &[]);
    let id = apply(server, &owner, application()).await;
    let reviewer = with(server, over("440106", AuthorityRole::Reviewer));
    assert_eq!(decide(server, &reviewer, "approve", "核对无误").await.status, 200);
    (id, person, owner)
}

fn managed(id: OrganisationId, rest: &str) -> String {
    format!("/v1/manage/organisations/{id}{rest}")
}
