//! Campaigns that authorities keep, the events in them, duties; what comes first on the first screen; bulletins.

mod bulletins;
mod duties;
mod featured;
mod keeping;
mod proposing;
mod races;

use std::sync::Arc;

use chrono::TimeDelta;
use kepu::app::catalogue::{Existing, save};
use kepu::db::records::Stored;
use kepu::domain::campaigns::Campaign;
use kepu::domain::clock::FixedClock;
use kepu::domain::divisions::Division;
use kepu::domain::ids::{BaseId, CampaignId, EventId, OrganisationId, PersonId};
use kepu::domain::organisations::Organiser;
use kepu::domain::roles::{AuthorityRole, MemberRole, Role};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::catalogue::{base, event, ground, organisation, put_base, put_event};
use crate::support::server::{Answer, NOW, Server};
use crate::support::stores::{Fresh, Holds, Store};
use crate::support::{eventually, people};

/// A store with Guangdong, Guangzhou, Tianhe and Shenzhen; the organisations `org` and `lab`, a museum; a talk of each, of
/// three days from now on.
fn town(store: Store) -> Fresh {
    let fresh = Fresh::new(store, Holds::Tables);
    let db = fresh.open(Arc::new(FixedClock(NOW)));
    ground(&db);
    let mut elsewhere = db.read(|conn| Division::get(conn, 440_100)).unwrap().unwrap().body;
    elsewhere.adcode = "440300".parse().unwrap();
    db.write(|tx| {
        save(tx, 440_300, &elsewhere, Existing::Keep)?;
        organisation(tx, "lab")?;
        put_base(tx, "museum", &base("museum", 23.1, 113.3))?;
        put_event(tx, "talk", &event("talk", BaseId::from_slug("museum")), NOW + TimeDelta::hours(1), 3)?;
        let mut lab = event("lab talk", BaseId::from_slug("museum"));
        lab.organisers =
            vec![Organiser { organisation: OrganisationId::from_slug("lab"), role: Default::default() }];
        put_event(tx, "lab talk", &lab, NOW + TimeDelta::hours(1), 3)
    })
    .unwrap();
    fresh
}

async fn served(store: Store) -> Server {
    Server::simulated(Arc::new(town(store))).await
}

fn over(adcode: &str, role: AuthorityRole) -> Role {
    Role::Authority(role, adcode.parse().unwrap())
}

fn member(role: MemberRole, organisation: &str) -> Role {
    Role::Member(role, OrganisationId::from_slug(organisation))
}

fn somebody(server: &Server, held: &[Role]) -> (PersonId, String) {
    people::somebody(&server.running.db, held, NOW)
}

/// The access token of somebody with one role.
fn with(server: &Server, role: Role) -> String {
    somebody(server, &[role]).1
}

fn administrator(server: &Server, adcode: &str) -> String {
    with(server, over(adcode, AuthorityRole::Administrator))
}

fn reviewer(server: &Server, adcode: &str) -> String {
    with(server, over(adcode, AuthorityRole::Reviewer))
}

fn editor(server: &Server, organisation: &str) -> String {
    with(server, member(MemberRole::Editor, organisation))
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

/// Asks what must succeed with this status.
async fn asked(
    server: &Server,
    method: Method,
    path: &str,
    token: &str,
    body: Option<Value>,
    status: u16,
) -> Value {
    let answer = ask(server, method, path, token, body).await;
    assert_eq!(answer.status, status, "{path}: {}", answer.text);
    if answer.text.is_empty() { Value::Null } else { answer.json() }
}

async fn get(server: &Server, path: &str, token: &str) -> Value {
    asked(server, Method::GET, path, token, None, 200).await
}

async fn post(server: &Server, path: &str, token: &str, body: Value) -> Answer {
    ask(server, Method::POST, path, token, Some(body)).await
}

async fn put(server: &Server, path: &str, token: &str, body: Value) -> Answer {
    ask(server, Method::PUT, path, token, Some(body)).await
}

fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (status, &json!(code)), "{}", answer.text);
}

/// The fields that a refusal names with their codes, in order.
fn wrong(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 422, "{}", answer.text);
    let body = answer.json();
    let errors = body["errors"].as_array().unwrap().iter();
    let word = |error: &Value, field: &str| error[field].as_str().unwrap().to_owned();
    let mut named: Vec<_> =
        errors.map(|error| format!("{} {}", word(error, "field"), word(error, "code"))).collect();
    named.sort();
    named
}

fn but(mut body: Value, more: Value) -> Value {
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

/// A campaign of Guangzhou with an edition around now and units, as an administrator writes it.
fn week() -> Value {
    json!({
        "adcode": "440100", "name": "科普周", "type": "themeWeek", "text": "一周活动。",
        "editions": [{ "from": "2026-11-23", "to": "2026-11-29" }],
        "units": [
            { "organisationId": OrganisationId::from_slug("org"), "role": "lead", "required": 2 },
            { "organisationId": OrganisationId::from_slug("lab"), "role": "partner" },
            { "name": "市教育局", "role": "partner", "required": 3 },
        ],
    })
}

/// Makes a campaign; gives what was answered.
async fn made(server: &Server, body: Value) -> Value {
    let administrator = administrator(server, "440100");
    asked(server, Method::POST, "/v1/admin/campaigns", &administrator, Some(body), 201).await
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

/// The id of its first edition.
fn edition(campaign: &Value) -> String {
    id(&campaign["editions"][0])
}

fn kept(campaign: &Value, rest: &str) -> String {
    format!("/v1/admin/campaigns/{}{rest}", campaign["id"].as_str().unwrap())
}

fn of_event(slug: &str, rest: &str) -> String {
    format!("/v1/manage/events/{}{rest}", EventId::from_slug(slug))
}

async fn propose(server: &Server, token: &str, slug: &str, edition: &str) -> Answer {
    post(server, &of_event(slug, "/campaigns"), token, json!({ "editionId": edition })).await
}

/// What waits of campaigns, as a reviewer sees it.
async fn waiting(server: &Server, token: &str) -> Vec<Value> {
    let list = get(server, "/v1/review/items?kind=campaign&limit=100", token).await;
    list["items"].as_array().unwrap().clone()
}

/// Decides on the first that waits.
async fn decide(server: &Server, token: &str, word: &str) -> Answer {
    let item = waiting(server, token).await.remove(0);
    let path = format!("/v1/review/items/{}/{word}", id(&item));
    post(server, &path, token, json!({ "version": item["version"], "reason": "与主题无关" })).await
}

/// The names of the campaigns that everybody sees of an event.
async fn shown(server: &Server, slug: &str) -> Vec<String> {
    let event = server.json(&format!("/v1/events/{}", EventId::from_slug(slug))).await;
    let campaigns = event["campaigns"].as_array().unwrap().iter();
    campaigns.map(|campaign| campaign["name"].as_str().unwrap().to_owned()).collect()
}

async fn shows(server: &Server, slug: &str, names: &[&str]) {
    eventually("the event shows its campaigns", async || (shown(server, slug).await == names).then_some(()))
        .await;
}

/// The words of what was done, the newest first.
async fn noted(server: &Server, kind: &str) -> Vec<Value> {
    let administrator = administrator(server, "440000");
    let list = get(server, &format!("/v1/admin/audit?kind={kind}&limit=100"), &administrator).await;
    list["items"].as_array().unwrap().clone()
}

fn actions(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect()
}
