//! What persons keep and ask for: favourites, subscriptions, and being told of what is published.

mod favourites;
mod meaning;
mod scale;
mod subscriptions;
mod telling;

use std::sync::Arc;

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use kepu::db::{AnyConn, Db, Error, events};
use kepu::domain::clock::FixedClock;
use kepu::domain::events::Event;
use kepu::domain::ids::{BaseId, PersonId};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::catalogue::{base, event, ground, put_base, put_event};
use crate::support::eventually;
use crate::support::server::{Answer, NOW, Server, Site};
use crate::support::stores::{Fresh, Holds, Store};

const CITY: &str = "wxdemo000000000001";
const FAVOURITES: &str = "/v1/me/favourites";
const SUBSCRIPTIONS: &str = "/v1/me/subscriptions";

/// A store with a base and one event at it.
fn filled(store: Store) -> Arc<Fresh> {
    let fresh = Fresh::new(store, Holds::Tables);
    let db = fresh.open(Arc::new(FixedClock(NOW)));
    ground(&db);
    db.write(|tx| put_base(tx, "dome", &base("dome", 23.1, 113.3))).unwrap();
    publish(&db, "old", |_| {});
    Arc::new(fresh)
}

/// Publishes a lecture at the base with a session tomorrow.
fn publish(db: &Db, slug: &str, change: impl Fn(&mut Event)) {
    let mut body = event(slug, BaseId::from_slug("dome"));
    change(&mut body);
    db.write(|tx| put_event(tx, slug, &body, NOW + TimeDelta::days(1), 1)).unwrap();
}

fn about_the_sea(event: &mut Event) {
    event.topics = serde_json::from_value(json!(["ocean"])).unwrap();
}

async fn log_in(site: &Site, name: &str) -> String {
    let body = json!({ "appId": CITY, "code": format!("demo-{name}") });
    let answer = site.send(site.client.post(site.url("/v1/auth/wechat")).json(&body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["accessToken"].as_str().unwrap().to_owned()
}

fn by(site: &Site, method: Method, path: &str, access: &str) -> RequestBuilder {
    site.client.request(method, site.url(path)).bearer_auth(access)
}

async fn read(site: &Site, path: &str, access: &str) -> Value {
    let answer = site.send(by(site, Method::GET, path, access)).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.json()
}

async fn who(site: &Site, access: &str) -> PersonId {
    read(site, "/v1/me", access).await["id"].as_str().unwrap().parse().unwrap()
}

async fn try_to_subscribe(site: &Site, access: &str, filter: &Value) -> Answer {
    site.send(by(site, Method::POST, SUBSCRIPTIONS, access).json(&json!({ "filter": filter }))).await
}

/// Makes a subscription that must be accepted.
async fn subscribe(site: &Site, access: &str, filter: Value) -> Value {
    let answer = try_to_subscribe(site, access, &filter).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

/// Who was told of which event, as persons and events.
fn told(db: &Db) -> Vec<(i64, i64)> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        person_id: i64,
        #[diesel(sql_type = BigInt)]
        event_id: i64,
    }
    let statement =
        "SELECT person_id, event_id FROM notices WHERE purpose = 'subscription' ORDER BY person_id, event_id";
    let rows: Vec<Row> = db
        .read(|conn| {
            Ok::<_, Error>(match conn {
                AnyConn::Sqlite(conn) => diesel::sql_query(statement).load(conn)?,
                AnyConn::Postgres(conn) => diesel::sql_query(statement).load(conn)?,
            })
        })
        .unwrap();
    rows.into_iter().map(|row| (row.person_id, row.event_id)).collect()
}

/// Waits until every event was announced.
async fn all_announced(server: &Server) {
    let db = &server.running.db;
    eventually("all is announced", async || db.read(events::unannounced).unwrap().is_empty().then_some(()))
        .await;
}

fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(
        (answer.status.as_u16(), answer.json()["code"].as_str()),
        (status, Some(code)),
        "{}",
        answer.text
    );
}

/// The errors of an answer as `field:code`.
fn errors(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let errors = body["errors"].as_array().unwrap_or_else(|| panic!("{body}")).iter();
    errors
        .map(|error| format!("{}:{}", error["field"].as_str().unwrap(), error["code"].as_str().unwrap()))
        .collect()
}
