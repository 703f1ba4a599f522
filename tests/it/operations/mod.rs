//! What holds for every operation of the document, whoever adds one: nothing that a caller says is passed over.

mod declared;
mod repeats;

use std::sync::Arc;

use kepu::db::{Db, logins, persons, roles};
use kepu::domain::access::Caller;
use kepu::domain::ids::{EventId, LoginId, OrganisationId, PersonId, SessionId, SystemRandom};
use kepu::domain::logins::RefreshToken;
use kepu::domain::roles::{AuthorityRole, MemberRole, Role};
use reqwest::RequestBuilder;
use serde_json::Value;

use crate::support::catalogue::{base, event, ground, put_base, put_event};
use crate::support::people::token;
use crate::support::server::{NOW, Server};
use crate::support::stores::{Fresh, Holds, Store};

/// An operation of the document.
struct Operation {
    id: String,
    method: String,
    path: String,
    spec: Value,
}

/// Every operation.
fn operations() -> Vec<Operation> {
    let document = kepu::http::openapi::document();
    let items = document["paths"].as_object().unwrap().iter();
    let operations = items.flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(|(method, spec)| Operation {
            id: spec["operationId"].as_str().unwrap().to_owned(),
            method: method.to_uppercase(),
            path: path.clone(),
            spec: spec.clone(),
        })
    });
    operations.collect()
}

/// A server with a talk of an organisation, and the access token of somebody who may do everything.
async fn ruled() -> (Server, String) {
    ruled_on(Store::Sqlite).await
}

/// The same on a store.
async fn ruled_on(store: Store) -> (Server, String) {
    let fresh = Fresh::new(store, Holds::Tables);
    let db = fresh.open(Arc::new(kepu::domain::clock::FixedClock(NOW)));
    ground(&db);
    db.write(|tx| {
        put_base(tx, "museum", &base("museum", 23.1, 113.3))?;
        put_event(tx, "talk", &event("talk", kepu::domain::ids::BaseId::from_slug("museum")), NOW, 1)
    })
    .unwrap();
    let ruler = ruler(&db);
    (Server::simulated(Arc::new(fresh)).await, token(ruler, NOW))
}

/// Somebody new who may do everything.
fn ruler(db: &Db) -> Caller {
    let random = SystemRandom;
    let caller = Caller { person: PersonId::fresh(NOW, &random), login: LoginId::fresh(NOW, &random) };
    db.write(|tx| {
        persons::insert(tx, caller.person)?;
        roles::grant(tx, caller.person, Role::Member(MemberRole::Owner, OrganisationId::from_slug("org")))?;
        let over = "440000".parse().unwrap();
        roles::grant(tx, caller.person, Role::Authority(AuthorityRole::Administrator, over))?;
        logins::insert(tx, caller, &RefreshToken::fresh(&random), NOW + kepu::domain::logins::LIFE)
    })
    .unwrap();
    caller
}

impl Operation {
    /// Its address here.
    fn at(&self) -> String {
        self.path
            .replace("/sessions/{id}", &format!("/sessions/{}", SessionId::from_slug("talk:0")))
            .replace("/events/{id}", &format!("/events/{}", EventId::from_slug("talk")))
            .replace("/organisations/{id}", &format!("/organisations/{}", OrganisationId::from_slug("org")))
            .replace("{adcode}", "440106")
            .replace("/admin/{kind}", "/admin/events")
            .replace("{kind}", "event")
            .replace("{appId}", "wxdemo000000000001")
            .replace("{id}", &EventId::from_slug("talk").to_string())
            .replace("{signup}", "01h2x7m9k4qpz")
    }

    /// A request for it, without a body.
    fn bare(&self, server: &Server, token: &str, query: &str) -> RequestBuilder {
        let url = server.url(&format!("{}{query}", self.at()));
        server.client.request(self.method.parse().unwrap(), url).bearer_auth(token)
    }

    /// The example of its body, if it takes one of JSON.
    fn example(&self) -> Option<&Value> {
        let example = &self.spec["requestBody"]["content"]["application/json"]["example"];
        (!example.is_null()).then_some(example)
    }
}
