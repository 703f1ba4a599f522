//! Signing up: the desk, the queue, and what is done about a sign-up once it is made.

mod accounts;
mod bad_moments;
mod capacity;
mod desk;
mod host;
mod model;
mod outages;
mod queue;
mod samples;
mod storm;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use kepu::app;
use kepu::db::{self, Db};
use kepu::domain::clock::FixedClock;
use kepu::domain::ids::{BaseId, EventId, SessionId};
use kepu::domain::sessions::Session;
use kepu::domain::signup_terms::SignupTerms;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::catalogue::{base, event, ground, policy, put_base, put_event, put_policy, session};
use crate::support::eventually;
use crate::support::server::{Answer, NOW, Server, Site};
use crate::support::stores::{Fresh, Holds, Store};

pub const CITY: &str = "wxdemo000000000001";

/// When the sessions of these tests start: in three days.
pub fn start() -> DateTime<Utc> {
    NOW + TimeDelta::days(3)
}

/// A session of the event `stars` for so many people, on these terms.
pub fn stars(slug: &str, capacity: i32, terms: Value) -> Session {
    Session {
        capacity: Some(capacity),
        signup: Some(serde_json::from_value::<Box<SignupTerms>>(terms).unwrap()),
        ..session(slug, EventId::from_slug("stars"), start())
    }
}

/// A server over a store that holds the event `stars` with these sessions, and one policy.
pub async fn server(store: Store, sessions: Vec<Session>) -> Server {
    let fresh = Arc::new(Fresh::new(store, Holds::Tables));
    fill(&open(&fresh), sessions);
    let server = Server::simulated(fresh).await;
    server.json("/v1/policies").await;
    server
}

/// Opens a store as of [`NOW`].
pub fn open(fresh: &Fresh) -> Db {
    fresh.open(Arc::new(FixedClock(NOW)))
}

/// Puts the event `stars` with these sessions into a store.
pub fn fill(db: &Db, sessions: Vec<Session>) {
    ground(db);
    db.write(|tx| {
        put_base(tx, "dome", &base("dome", 23.1, 113.3))?;
        put_event(tx, "stars", &event("stars", BaseId::from_slug("dome")), NOW, 0)?;
        put_policy(tx, &policy("signup", "1.0", NOW - TimeDelta::days(30)))?;
        db::sessions::insert_with_events(tx, &sessions)?;
        Ok::<_, app::Error>(())
    })
    .unwrap();
}

/// Logs somebody in; gives their access token.
pub async fn log_in(site: &Site, name: &str) -> String {
    let body = json!({ "appId": CITY, "code": format!("demo-{name}") });
    let answer = site.send(site.client.post(site.url("/v1/auth/wechat")).json(&body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["accessToken"].as_str().unwrap().to_owned()
}

pub fn by(site: &Site, method: Method, path: &str, access: &str) -> RequestBuilder {
    site.client.request(method, site.url(path)).bearer_auth(access)
}

/// What signs up whoever calls, alone.
pub fn alone() -> Value {
    json!({ "participants": [{ "self": true }], "consent": { "policyVersion": "1.0" } })
}

/// What signs up so many people by name.
pub fn people(count: usize) -> Value {
    let named = (0..count).map(|n| json!({ "name": format!("客人{n}") }));
    json!({ "participants": named.collect::<Vec<_>>(), "consent": { "policyVersion": "1.0" } })
}

/// The same, queueing where no seat is left.
pub fn queueing(mut body: Value) -> Value {
    body["joinWaitlist"] = true.into();
    body
}

pub async fn sign_up(site: &Site, session: &str, access: &str, body: Value) -> Answer {
    let path = format!("/v1/sessions/{}/signups", SessionId::from_slug(session));
    site.send(by(site, Method::POST, &path, access).json(&body)).await
}

/// Signs somebody up who must get in, with this status; gives the sign-up.
pub async fn signed_up(site: &Site, session: &str, access: &str, body: Value, status: &str) -> Value {
    let answer = sign_up(site, session, access, body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let signup = answer.json();
    assert_eq!(signup["status"], status, "{signup}");
    signup
}

/// Does something about a sign-up that must succeed; gives it as it is then.
pub async fn act(site: &Site, signup: &Value, access: &str, what: &str) -> Value {
    let answer = try_to(site, signup, access, what).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

pub async fn try_to(site: &Site, signup: &Value, access: &str, what: &str) -> Answer {
    let path = format!("/v1/signups/{}/{what}", signup["id"].as_str().unwrap());
    site.send(by(site, Method::POST, &path, access)).await
}

/// A sign-up as it is now.
pub async fn read(site: &Site, signup: &Value, access: &str) -> Value {
    let path = format!("/v1/signups/{}", signup["id"].as_str().unwrap());
    let answer = site.send(by(site, Method::GET, &path, access)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// Waits until the public sees these seats of a session.
pub async fn seats(site: &Site, session: &str, taken: i64, waiting: i64) {
    let path = format!("/v1/sessions/{}", SessionId::from_slug(session));
    eventually(&format!("{taken} taken, {waiting} waiting"), || async {
        let shown = site.json(&path).await;
        (shown["taken"] == taken && shown["waiting"] == waiting).then_some(())
    })
    .await;
}

pub fn assert_refused(answer: &Answer, code: &str) {
    assert_eq!(
        (answer.status.as_u16(), answer.json()["code"].as_str()),
        (409, Some(code)),
        "{}",
        answer.text
    );
}
