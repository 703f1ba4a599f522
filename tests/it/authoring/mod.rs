//! What hosts write: events on their way to everybody, sessions added by rules, moved and called off, and that everybody
//! who signed up is told of it once.

mod adding;
mod calling_off;
mod changing;
mod events;
mod mending;
mod races;

use chrono::{DateTime, TimeDelta, Utc};
use kepu::app;
use kepu::db::roles;
use kepu::domain::ids::{EventId, OrganisationId, PersonId, SessionId};
use kepu::domain::roles::{MemberRole, Role};
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

async fn editor(server: &Server) -> String {
    member(server, "editor", MemberRole::Editor, "org").await
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
