//! What hosts write: events on their way to everybody, sessions added by rules, moved and called off, and that everybody
//! who signed up is told of it once.

mod adding;
mod bases;
mod calling_off;
mod changing;
mod closures;
mod events;
mod mending;
mod races;
mod returned;
mod routes;
mod screened;
mod series;

use chrono::{DateTime, TimeDelta, Utc};
use kepu::app;
use kepu::app::review::Reviewer;
use kepu::db::records::Stored;
use kepu::db::{persons, review_items, roles};
use kepu::domain::events::Event;
use kepu::domain::ids::{EventId, OrganisationId, PersonId, SessionId};
use kepu::domain::organisations::{Organiser, OrganiserRole};
use kepu::domain::review::ItemKind;
use kepu::domain::roles::{AuthorityRole, MemberRole, Role, Roles};
use kepu::domain::time::rfc3339;
use reqwest::Method;
use serde_json::{Value, json};

use crate::signups::{act, alone, by, log_in, queueing, read, server, signed_up, stars, start};
use crate::support::catalogue;
use crate::support::eventually;
use crate::support::server::{Answer, NOW, Server};

/// Somebody with a role in the organisation that holds the event `stars`.
async fn member(server: &Server, name: &str, role: MemberRole, organisation: &str) -> String {
    let access = log_in(server, name).await;
    let me = server.send(by(server, Method::GET, "/v1/me", &access)).await.json();
    let id: PersonId = me["id"].as_str().unwrap().parse().unwrap();
    let role = Role::Member(role, OrganisationId::from_slug(organisation));
    let granted = server.running.db.write(|tx| {
        catalogue::organisation(tx, organisation)?;
        Ok::<_, app::Error>(roles::grant(tx, id, role)?)
    });
    granted.unwrap();
    access
}

/// An authority approves what waits of a thing.
fn approve(server: &Server, kind: ItemKind, id: &str) {
    let db = &server.running.db;
    let id: EventId = id.parse().unwrap();
    let item = db.read(|conn| review_items::open_of(conn, kind, id.get())).unwrap().unwrap();
    let roles = Roles(vec![Role::Authority(AuthorityRole::Reviewer, "440100".parse().unwrap())]);
    let person = PersonId::from_slug("reviewer");
    db.write(|tx| if persons::hold(tx, person)? { Ok(()) } else { persons::insert(tx, person) }).unwrap();
    let by = Reviewer { person, roles: &roles };
    server.running.members.reviews.approve(by, item.id, item.what.version, None).unwrap();
}

/// Makes something in `/v1/manage/{kind}`: its path there, and what it is.
async fn written(server: &Server, kind: &str, editor: &str, body: Value) -> (String, Value) {
    let made = asked(server, Method::POST, &format!("/v1/manage/{kind}"), editor, body, 201).await;
    (format!("/v1/manage/{kind}/{}", made["id"].as_str().unwrap()), made)
}

/// Hands something in and has it approved, until the public answer is as `shows` says.
async fn publish(
    server: &Server,
    kind: ItemKind,
    path: &str,
    editor: &str,
    shows: impl Fn(&Value) -> bool,
) -> Value {
    let submitted = asked(server, Method::POST, &format!("{path}/submit"), editor, json!({}), 200).await;
    assert_eq!(submitted["review"]["state"], "submitted");
    approve(server, kind, submitted["id"].as_str().unwrap());
    public(server, path, shows).await
}

/// The public answer about something, as soon as it is as `shows` says.
async fn public(server: &Server, path: &str, shows: impl Fn(&Value) -> bool) -> Value {
    let path = path.replace("/manage", "");
    eventually("everybody sees it so", || async {
        let answer = server.get(&path).await;
        (answer.status == 200).then(|| answer.json()).filter(&shows)
    })
    .await
}

async fn hidden(server: &Server, path: &str) {
    let path = path.replace("/manage", "");
    eventually("nobody sees it", || async { (server.get(&path).await.status == 404).then_some(()) }).await;
}

/// The same without what counts its changes.
fn timeless(mut body: Value) -> Value {
    for field in ["version", "updatedAt"] {
        body.as_object_mut().unwrap().remove(field);
    }
    body
}

/// The fields that are missing or wrong.
fn lacking(body: &Value) -> Vec<&str> {
    body["problems"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect()
}

async fn editor(server: &Server) -> String {
    member(server, "editor", MemberRole::Editor, "org").await
}

/// Names others beside the main organiser of `stars`.
fn name(server: &Server, others: &[(&str, OrganiserRole)]) {
    let named = server.running.db.write(|tx| {
        let stars = Event::get(tx, EventId::from_slug("stars").get())?.unwrap();
        let mut body = stars.body;
        for (slug, role) in others {
            body.organisers.push(Organiser { organisation: OrganisationId::from_slug(slug), role: *role });
        }
        Event::replace(tx, stars.id, stars.version, &body)
    });
    assert!(named.unwrap());
}

async fn ask(server: &Server, method: Method, path: &str, access: &str, body: Value) -> Answer {
    server.send(by(server, method, path, access).json(&body)).await
}

/// Asks what must succeed with this status.
async fn asked(server: &Server, method: Method, path: &str, access: &str, body: Value, status: u16) -> Value {
    let answer = ask(server, method, path, access, body).await;
    assert_eq!(answer.status, status, "{path}: {}", answer.text);
    answer.json()
}

async fn get(server: &Server, path: &str, access: &str) -> Value {
    let answer = server.send(by(server, Method::GET, path, access)).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json()
}

fn of_event(slug: &str) -> String {
    format!("/v1/manage/events/{}", EventId::from_slug(slug))
}

fn of_session(slug: &str) -> String {
    format!("/v1/manage/sessions/{}", SessionId::from_slug(slug))
}

/// A session from an instant on, for an hour.
fn hour(from: DateTime<Utc>) -> Value {
    json!({ "start": rfc3339(from), "end": rfc3339(from + TimeDelta::hours(1)) })
}

fn with(mut body: Value, more: Value) -> Value {
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

/// The fields that a refusal names with their codes, in order.
fn wrong(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 422, "{}", answer.text);
    let body = answer.json();
    let errors = body["errors"].as_array().unwrap().iter();
    let mut named: Vec<_> = errors
        .map(|error| format!("{} {}", error["field"].as_str().unwrap(), error["code"].as_str().unwrap()))
        .collect();
    named.sort();
    named
}

/// What somebody has been told about sessions, the latest first, but for reminders and confirmations.
async fn told(server: &Server, access: &str) -> Vec<Value> {
    let all = get(server, "/v1/me/notices?limit=50", access).await;
    let news = |one: &&Value| ["changed", "cancelled"].contains(&one["purpose"].as_str().unwrap());
    all["items"].as_array().unwrap().iter().filter(news).cloned().collect()
}

fn purposes(notices: &[Value]) -> Vec<&str> {
    notices.iter().map(|one| one["purpose"].as_str().unwrap()).collect()
}
