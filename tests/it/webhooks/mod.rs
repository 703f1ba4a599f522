//! Web-hooks: what is told, to whom, in which order, how it is known to be ours, and where nothing is ever sent.

mod hostile;
mod managed;
mod receiver;
mod sent;
mod told;

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use kepu::app::webhooks::{Said, Webhooks};
use kepu::clients::webhooks::{Addresses, Carrier, Names, Rules, SystemNames};
use kepu::db::webhooks::deliveries::{self, New};
use kepu::db::{Db, persons, webhooks};
use kepu::domain::audit::Actor;
use kepu::domain::clock::{Clock, ManualClock};
use kepu::domain::ids::{BaseId, EventId, OrganisationId, PersonId, SessionId, SystemRandom, WebhookId};
use kepu::domain::webhooks::secrets::Secret;
use kepu::domain::webhooks::{Delivery, Object, ObjectKind, State, Webhook, What};
use kepu::jobs::webhooks::{Courier, Teller};
use receiver::{Receiver, Reply};

use crate::support::catalogue::{base, event, ground, organisation, put_base, put_event};
use crate::support::server::{NOW, vault};
use crate::support::stores::{Fresh, Holds, Store};

/// Where receivers of these tests listen; nothing else of this machine is admitted.
const ADMITTED: &str = "127.0.0.2/32";

/// A store with a museum's event, `talk`, of two sessions to come; and what sends, without a server.
struct Post {
    db: Db,
    clock: ManualClock,
    webhooks: Webhooks,
    courier: Courier,
    teller: Mutex<Teller>,
    receiver: Receiver,
    fresh: Fresh,
}

impl Post {
    async fn open(store: Store) -> Self {
        Self::with(store, Arc::new(SystemNames)).await
    }

    async fn with(store: Store, names: Arc<dyn Names>) -> Self {
        let fresh = Fresh::new(store, Holds::Tables);
        let clock = ManualClock::new(NOW);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let db = fresh.open(shared.clone());
        ground(&db);
        db.write(|tx| persons::insert(tx, editor())).unwrap();
        let rules = Rules { https_only: false, beside: ADMITTED.parse().unwrap() };
        let webhooks =
            Webhooks::new(db.clone(), vault(), Arc::new(SystemRandom), shared.clone(), rules.clone());
        let carrier = Arc::new(Carrier::new(rules, names).unwrap());
        let courier = Courier::new(db.clone(), carrier, vault(), shared.clone());
        let teller = Mutex::new(Teller::new(db.clone(), shared));
        let post = Self { db, clock, webhooks, courier, teller, receiver: Receiver::start(), fresh };
        post.write_event("talk", "talk");
        post
    }

    /// Saves an event of the organisation `org` with this title, and its two sessions.
    fn write_event(&self, slug: &str, title: &str) {
        let write = self.db.write(|tx| {
            put_base(tx, "museum", &base("museum", 23.1, 113.3))?;
            let mut event = event(slug, BaseId::from_slug("museum"));
            event.title.zh_cn = title.to_owned();
            put_event(tx, slug, &event, NOW + chrono::TimeDelta::days(1), 2)
        });
        write.unwrap();
    }

    /// An endpoint of `org` at the receiver that is told everything.
    fn endpoint(&self) -> (Webhook, Secret) {
        self.endpoint_at(&self.receiver.url("/hook"), &What::ALL[..10])
    }

    fn endpoint_at(&self, url: &str, types: &[What]) -> (Webhook, Secret) {
        let said = Said { name: None, address: url.into(), types: types.to_vec(), active: true };
        self.webhooks.create(editor(), OrganisationId::from_slug("org"), &said, None).unwrap()
    }

    /// Has noted what is news; says how much.
    fn look(&self) -> usize {
        self.teller.lock().unwrap().look().unwrap()
    }

    /// Rounds until nothing is due.
    async fn send(&self) {
        while self.courier.round().await.unwrap() > 0 {}
    }

    /// Notes something to be told of the object with this number.
    fn note(&self, webhook: WebhookId, id: i64, version: i64) {
        let object = Object { kind: ObjectKind::Event, id, event: None, version };
        let new = New { webhook, what: What::EventChanged, object, next_at: self.clock.now() };
        self.db.write(|tx| deliveries::insert(tx, &[new])).unwrap();
    }

    /// What an endpoint was told and is to be, the first first.
    fn kept(&self, webhook: WebhookId) -> Vec<Delivery> {
        let mut kept = self.db.read(|conn| deliveries::page(conn, webhook, &[], None, 10_000)).unwrap();
        kept.reverse();
        kept
    }

    fn states(&self, webhook: WebhookId) -> Vec<State> {
        self.kept(webhook).into_iter().map(|delivery| delivery.state).collect()
    }

    fn webhook(&self, id: WebhookId) -> Webhook {
        self.db.read(|conn| webhooks::get(conn, &vault(), id)).unwrap().unwrap()
    }

    /// The types and versions that arrived, each with the number of its object.
    fn arrived(&self) -> Vec<(String, String, i64)> {
        let told = |body: serde_json::Value| {
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            let object = &body["object"];
            (text(&body["type"]), text(&object["id"]), object["version"].as_i64().unwrap())
        };
        self.receiver.taken().iter().map(|request| told(request.json())).collect()
    }
}

/// Names that lead where a test says: to the next of several lists at each look, and to the last one from then on.
struct Listed {
    lists: Mutex<Vec<Vec<IpAddr>>>,
    looks: Mutex<usize>,
}

impl Listed {
    fn new(lists: &[&[&str]]) -> Arc<Self> {
        let read = |list: &&[&str]| list.iter().map(|address| address.parse().unwrap()).collect();
        let lists = lists.iter().rev().map(read).collect();
        Arc::new(Self { lists: Mutex::new(lists), looks: Mutex::new(0) })
    }

    fn looks(&self) -> usize {
        *self.looks.lock().unwrap()
    }
}

impl Names for Listed {
    fn look_up(&self, _: &str) -> Addresses {
        *self.looks.lock().unwrap() += 1;
        let mut lists = self.lists.lock().unwrap();
        let found = if lists.len() > 1 { lists.pop() } else { lists.first().cloned() };
        Box::pin(async move { Ok(found.unwrap_or_default()) })
    }
}

/// Who makes endpoints.
fn editor() -> PersonId {
    PersonId::from_slug("editor")
}

fn seconds(post: &Post, seconds: i64) {
    post.clock.advance(chrono::TimeDelta::seconds(seconds));
}

fn now(post: &Post) -> DateTime<Utc> {
    post.clock.now()
}

fn session(slug: &str) -> SessionId {
    SessionId::from_slug(slug)
}

fn event_id(slug: &str) -> String {
    EventId::from_slug(slug).to_string()
}
