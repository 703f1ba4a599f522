//! Check-in: tickets at a door, devices that speak late and of one family, walk-ins, and what follows.

mod access;
mod after;
mod devices;
mod doors;
mod tickets;
mod walk_ins;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use kepu::app::Error;
use kepu::db::{Db, roles, sessions, signups};
use kepu::domain::checkins::Doors;
use kepu::domain::clock::{Clock, FixedClock};
use kepu::domain::events::Event;
use kepu::domain::ids::{BaseId, EventId, OrganisationId, PersonId, SessionId, SignupId, SystemRandom};
use kepu::domain::roles::{MemberRole, Role};
use kepu::domain::sealing::Vault;
use kepu::domain::sessions::Session;
use kepu::domain::signup_terms::{Group, SignupTerms};
use kepu::domain::signups::party::{Member, Personal, Role as As};
use kepu::domain::signups::{Signup, Status};
use kepu::domain::ticket_codes::TicketCode;
use kepu::domain::time::rfc3339;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::catalogue;
use crate::support::server::{Answer, NOW, Server, keys, ticket_keys, vault};
use crate::support::stores::{Fresh, Holds, Store};

const APP: &str = "wxdemo000000000001";

/// When the session of these tests starts: two hours from now, so that its doors are open.
const START: DateTime<Utc> = match DateTime::from_timestamp(NOW.timestamp() + 7_200, 0) {
    Some(start) => start,
    None => panic!("not an instant"),
};

/// A museum with an event of three sessions, `stars`, `tides` and `later`, and somebody at its door.
struct Museum {
    server: Server,
    fresh: Arc<Fresh>,
    db: Db,
    vault: Arc<Vault>,
    /// The access token of whoever runs the desk.
    guide: String,
}

impl Museum {
    async fn open(store: Store) -> Self {
        let fresh = Arc::new(Fresh::new(store, Holds::Tables));
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        furnish(&db);
        let server = Server::simulated(fresh.clone()).await;
        let mut museum = Self { server, fresh, db, vault: vault(), guide: String::new() };
        museum.guide = museum.employ("guide", "org").await;
        museum
    }

    /// Logs somebody in; gives their access token and id.
    async fn log_in(&self, name: &str) -> (String, PersonId) {
        let body = json!({ "appId": APP, "code": format!("demo-{name}") });
        let request = self.server.client.post(self.server.url("/v1/auth/wechat")).json(&body);
        let access = self.server.send(request).await.json()["accessToken"].as_str().unwrap().to_owned();
        let me = self.by(&access, Method::GET, "/v1/me", None).await.json();
        (access, me["id"].as_str().unwrap().parse().unwrap())
    }

    /// Logs somebody in who runs the desks of an organisation; gives their access token.
    async fn employ(&self, name: &str, organisation: &str) -> String {
        let (access, id) = self.log_in(name).await;
        let role = Role::Member(MemberRole::Desk, OrganisationId::from_slug(organisation));
        self.db.write(|tx| roles::grant(tx, id, role)).unwrap();
        access
    }

    /// A request of whoever was given this access token, even if it has expired since: here clocks leap by days.
    async fn by(&self, access: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let caller = keys().verify(access, DateTime::UNIX_EPOCH);
        let renewed = caller.map(|caller| keys().issue(caller, self.server.clock.now()).unwrap());
        let access = renewed.as_ref().map_or(access, |access| access.expose());
        let request = self.server.client.request(method, self.server.url(path)).bearer_auth(access);
        self.server
            .send(match body {
                Some(body) => request.json(&body),
                None => request,
            })
            .await
    }

    /// Puts a sign-up for a session into the store as it is.
    fn sign_up(&self, session: &str, person: Option<PersonId>, status: Status, names: &[&str]) -> Signup {
        let member = |name: &&str| Member {
            name: (*name).into(),
            birth: None,
            role: As::Attendee,
            known: None,
            first_name: None,
            first_birth: None,
        };
        let ticketed =
            matches!(status, Status::Confirmed | Status::Attended | Status::NoShow | Status::Cancelled);
        let signup = Signup {
            id: SignupId::fresh(NOW, &SystemRandom),
            session: SessionId::from_slug(session),
            event: EventId::from_slug("night"),
            person,
            status,
            reason: None,
            seats: names.len().max(1) as i32,
            headcount: None,
            queue_number: (status == Status::Waitlisted).then_some(1),
            offered_until: None,
            ticket_code: ticketed.then(|| TicketCode::fresh(&SystemRandom)),
            ticket_revision: 1,
            personal: Some(Personal { party: names.iter().map(member).collect(), ..Personal::default() }),
            attended: Vec::new(),
            policy_version: "1".into(),
            version: 1,
            created_at: NOW,
            updated_at: NOW,
        };
        self.db.write(|tx| signups::insert(tx, &self.vault, std::slice::from_ref(&signup))).unwrap();
        signup
    }

    /// Puts a class of so many into the store, whose list is yet to follow.
    fn sign_up_class(&self, session: &str, teacher: PersonId, heads: u16) -> Signup {
        let class = self.sign_up(session, Some(teacher), Status::Confirmed, &[]);
        let mut class = Signup { headcount: Some(heads), seats: heads.into(), ..class };
        self.db.write(|tx| signups::update(tx, &self.vault, &mut class)).unwrap();
        class
    }

    /// A family of three with seats in `stars`.
    fn family(&self) -> Signup {
        self.sign_up("stars", None, Status::Confirmed, &["陈小明", "陈大明", "李华"])
    }

    /// The sign-up as it is now.
    fn now(&self, signup: &Signup) -> Signup {
        self.db.read(|conn| signups::get(conn, &self.vault, signup.id)).unwrap().unwrap()
    }

    /// What the door of `stars` hears from a device.
    async fn hear(&self, device: &str, entries: Value) -> Vec<Value> {
        let answer = self.send(device, entries).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["results"].as_array().unwrap().clone()
    }

    async fn send(&self, device: &str, entries: Value) -> Answer {
        let body = json!({ "deviceId": device, "entries": entries });
        self.by(&self.guide, Method::POST, &manage("stars", "checkins"), Some(body)).await
    }

    async fn desk(&self) -> Value {
        let answer = self.by(&self.guide, Method::GET, &manage("stars", "desk"), None).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        answer.json()
    }
}

/// Fills a store with the museum's catalogue.
fn furnish(db: &Db) {
    catalogue::ground(db);
    let save = |tx: &mut kepu::db::Tx<'_>| {
        catalogue::put_base(tx, "museum", &catalogue::base("museum", 23.1, 113.3))?;
        let event: Event = catalogue::event("night", BaseId::from_slug("museum"));
        catalogue::put_event(tx, "night", &event, START, 0)?;
        for (slug, start) in [("stars", START), ("tides", START), ("later", START + TimeDelta::days(30))] {
            sessions::insert_if_absent(tx, &session(slug, start))?;
        }
        sessions::touch_event(tx, EventId::from_slug("night"))?;
        Ok::<_, Error>(())
    };
    db.write(save).unwrap();
}

fn session(slug: &str, start: DateTime<Utc>) -> Session {
    Session {
        signup: Some(Box::new(SignupTerms {
            party_max: 10,
            per_person_max: 10,
            group: Some(Group { min: 2, max: 10 }),
            ..SignupTerms::default()
        })),
        capacity: Some(10),
        taken: 6,
        ..catalogue::session(slug, EventId::from_slug("night"), start)
    }
}

/// The path of an operation on a session.
fn manage(session: &str, operation: &str) -> String {
    format!("/v1/manage/sessions/{}/{operation}", SessionId::from_slug(session))
}

/// The ticket of a sign-up as a phone shows it.
fn qr(signup: &Signup) -> String {
    let doors = Doors::of(START, START + TimeDelta::hours(1));
    ticket_keys().issue(&signup.ticket(doors).unwrap())
}

/// An entry of a batch, said so many minutes after nine o'clock, an hour ago.
fn entry(id: &str, ticket: &str, minute: i64) -> Value {
    json!({ "entryId": id, "ticket": ticket, "at": &*rfc3339(NOW + TimeDelta::minutes(minute - 60)) })
}

/// The same with more fields.
fn with(mut entry: Value, more: Value) -> Value {
    let fields = more.as_object().unwrap().clone();
    entry.as_object_mut().unwrap().extend(fields);
    entry
}

/// What results say: outcome and reason of each.
fn verdicts(results: &[Value]) -> Vec<(&str, &str)> {
    results
        .iter()
        .map(|one| (one["outcome"].as_str().unwrap(), one["reason"].as_str().unwrap_or_default()))
        .collect()
}

fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (status, &json!(code)), "{}", answer.text);
}
