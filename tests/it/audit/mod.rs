//! The audit: what is noted, how it is chained, who reads it, and that no change of it goes unnoticed.

mod chain;
mod command;
mod reading;

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use kepu::app::audit::sealing::chain_all;
use kepu::app::audit::verifying::{Walked, walk};
use kepu::app::audit::{note, note_sealed};
use kepu::db::{Db, Error, audit, persons};
use kepu::domain::audit::chain::Broken;
use kepu::domain::audit::{Action, Actor, Entry, Object, Personal};
use kepu::domain::clock::FixedClock;
use kepu::domain::ids::{ApiKeyId, EventId, OrganisationId, PersonId};
use kepu::domain::kinds::Kind;
use serde_json::json;

use crate::support::server::{NOW, vault};
use crate::support::stores::{Fresh, Holds, Store};

fn open(fresh: &Fresh) -> Db {
    fresh.open(Arc::new(FixedClock(NOW)))
}

fn lan() -> PersonId {
    PersonId::from_slug("lan")
}

/// Five entries: the third tells everything that is not personal, the fourth is about persons.
fn five() -> Vec<Entry> {
    let plain = || Entry { reason: Some("why".into()), ..Entry::new(Actor::Operator, Action::RoleGranted) };
    let full = Entry {
        object: Some(Object::of(Kind::Event, EventId::from_slug("talk").get())),
        organisation: Some(OrganisationId::from_slug("org")),
        division: "440106".parse().ok(),
        before: Some(json!({ "title": "旧" })),
        after: Some(json!({ "title": "新" })),
        ..Entry { actor: Actor::ApiKey(ApiKeyId::from_slug("key")), ..plain() }
    };
    let contact = Personal { part: "contact", person: lan(), text: "兰 13800138000".into() };
    let personal =
        Entry { subject: Some(lan()), personal: vec![contact], actor: Actor::Person(lan()), ..plain() };
    vec![plain(), plain(), full, personal, plain()]
}

/// A store with these five, chained.
fn chained(store: Store) -> (Fresh, Db) {
    let fresh = Fresh::new(store, Holds::Tables);
    let db = open(&fresh);
    db.write(|tx| persons::insert(tx, lan())).unwrap();
    for entry in five() {
        db.write(|tx| note_sealed(tx, &vault(), &entry)).unwrap();
    }
    assert_eq!(chain_all(&db, &vault()).unwrap(), 5);
    (fresh, db)
}

/// What a walk over the chain finds.
fn walked(db: &Db) -> Walked {
    walk(db, &vault(), NOW, None).unwrap()
}

fn broken(db: &Db) -> Option<Broken> {
    walked(db).broken
}

/// Statements of somebody who has the store, and takes its walls down first.
fn tamper(db: &Db, store: Store, statements: &str) {
    let walls = ["stay", "stand"].map(|name| match store {
        Store::Sqlite => format!("DROP TRIGGER IF EXISTS audit_entries_{name};"),
        Store::Postgres => format!("DROP TRIGGER IF EXISTS audit_entries_{name} ON audit_entries;"),
    });
    let statements = walls.concat() + statements;
    db.read(|conn| Ok::<_, Error>(conn.batch_execute(&statements)?))
        .unwrap_or_else(|error| panic!("{statements}: {error}"));
}
