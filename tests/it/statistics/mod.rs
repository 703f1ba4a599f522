//! Statistics, yearly reports and targets: a small random world whose figures a plain reading of it knows, and what of
//! them is told to whom.

mod reports;
mod speed;
mod suppressed;
mod targets;
mod told;
mod world;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use kepu::domain::clock::{Clock, FixedClock};
use kepu::domain::divisions::Adcode;
use kepu::domain::ids::OrganisationId;
use kepu::domain::roles::{AuthorityRole, MemberRole, Role};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::people;
use crate::support::server::{Answer, NOW, Server, keys};
use crate::support::stores::{Fresh, Holds, Store};
use world::World;

/// A server over a world, and the world.
async fn open(store: Store, make: impl FnOnce(&mut World)) -> (Server, World) {
    let fresh = Arc::new(Fresh::new(store, Holds::Tables));
    let db = fresh.open(Arc::new(FixedClock(NOW)));
    let mut world = World::new(&db);
    make(&mut world);
    world.save(&db);
    (Server::over_shared(fresh).await, world)
}

fn over(adcode: &str, role: AuthorityRole) -> Role {
    Role::Authority(role, adcode.parse().unwrap())
}

fn member(role: MemberRole, organisation: &str) -> Role {
    Role::Member(role, OrganisationId::from_slug(organisation))
}

/// The access token of somebody with these roles.
fn with(server: &Server, held: &[Role]) -> String {
    people::somebody(&server.running.db, held, NOW).1
}

/// The access token of a reviewer of a division.
fn reviewer(server: &Server, adcode: &str) -> String {
    with(server, &[over(adcode, AuthorityRole::Reviewer)])
}

/// Asks, with a token that may have expired since: here clocks leap by years.
async fn ask(server: &Server, method: Method, path: &str, token: &str, body: Option<Value>) -> Answer {
    let caller = keys().verify(token, DateTime::UNIX_EPOCH).unwrap();
    let renewed = people::token(caller, server.clock.now());
    let request = server.client.request(method, server.url(path)).bearer_auth(renewed);
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
        "{path}: {}",
        answer.text
    );
    answer.json()
}

fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (status, &json!(code)), "{}", answer.text);
}

fn own(organisation: &str, rest: &str) -> String {
    format!("/v1/manage/organisations/{}/{rest}", OrganisationId::from_slug(organisation))
}

fn adcode(text: &str) -> Adcode {
    text.parse().unwrap()
}

/// An hour of a day of this year or last, at the venue.
fn at(date: &str, hour: i64) -> DateTime<Utc> {
    kepu::domain::time::start_of(date.parse().unwrap()) + TimeDelta::hours(hour)
}
