//! How an organisation keeps its endpoints, over HTTP.

use diesel::prelude::*;
use diesel::sql_types::Text;
use kepu::db::{AnyConn, Error, logins, roles};
use kepu::domain::access::Caller;
use kepu::domain::clock::FixedClock;
use kepu::domain::ids::LoginId;
use kepu::domain::logins::RefreshToken;
use kepu::domain::roles::{MemberRole, Role};
use reqwest::Method;
use serde_json::{Value, json};

use super::*;
use crate::support::catalogue::organisation;
use crate::support::eventually;
use crate::support::server::{Answer, Server, keys};

/// A server with two organisations, and somebody who receives.
struct House {
    server: Server,
    receiver: Receiver,
}

impl House {
    async fn open(store: Store) -> Self {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        ground(&db);
        db.write(|tx| organisation(tx, "lab")).unwrap();
        drop(db);
        Self { server: Server::over_own(fresh).await, receiver: Receiver::start() }
    }

    /// The access token of somebody new with this role.
    fn member(&self, role: MemberRole, of: &str) -> String {
        let random = SystemRandom;
        let caller = Caller { person: PersonId::fresh(NOW, &random), login: LoginId::fresh(NOW, &random) };
        let role = Role::Member(role, OrganisationId::from_slug(of));
        self.server
            .running
            .db
            .write(|tx| {
                persons::insert(tx, caller.person)?;
                roles::grant(tx, caller.person, role)?;
                logins::insert(tx, caller, &RefreshToken::fresh(&random), NOW + kepu::domain::logins::LIFE)
            })
            .unwrap();
        keys().issue(caller, NOW).unwrap().expose().to_owned()
    }

    async fn ask(&self, token: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let path = format!("/v1/manage/webhooks{path}");
        let request = self.server.client.request(method, self.server.url(&path)).bearer_auth(token);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        self.server.send(request).await
    }

    async fn get(&self, token: &str, path: &str) -> Value {
        let answer = self.ask(token, Method::GET, path, None).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        answer.json()
    }

    fn wanted(&self) -> Value {
        json!({
            "organisationId": OrganisationId::from_slug("org"), "url": self.receiver.url("/hook?key=s3cret"),
            "types": ["session.cancelled", "event.changed", "event.changed"], "name": "票务",
        })
    }
}

on_both_stores! {
    async fn an_endpoint_is_made_shown_changed_tried_and_deleted(store: Store) {
        let house = House::open(store).await;
        let owner = house.member(MemberRole::Owner, "org");
        let made = house.ask(&owner, Method::POST, "", Some(house.wanted())).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let secret = made.json()["secret"].as_str().unwrap().to_owned();
        assert!(secret.starts_with("whsec_") && secret.len() == 50);
        let webhook = made.json()["webhook"].clone();
        let at = format!("/{}", webhook["id"].as_str().unwrap());
        assert_eq!(made.header("location").unwrap(), format!("/v1/manage/webhooks{at}"));
        assert_eq!(webhook["types"], json!(["event.changed", "session.cancelled"]), "each once, in order");

        let keyed = async || {
            let request = house.server.client.post(house.server.url("/v1/manage/webhooks")).bearer_auth(&owner);
            house.server.send(request.header("Idempotency-Key", "k").json(&house.wanted())).await.json()
        };
        let (first, again) = (keyed().await, keyed().await);
        assert_eq!(first, again, "who lost the answer is shown the secret once more");
        let second = format!("/{}", first["webhook"]["id"].as_str().unwrap());
        assert_eq!(house.ask(&owner, Method::DELETE, &second, None).await.status, 204);

        let editor = house.member(MemberRole::Editor, "org");
        let shown = house.get(&editor, &at).await;
        assert_eq!(shown, webhook);
        assert_eq!(house.get(&editor, "").await["items"], json!([webhook]));
        assert!(!house.get(&editor, "").await.to_string().contains("whsec_"), "it is shown once");
        assert!(!kept(&house.server.running.db).contains("s3cret"), "addresses are sealed");
        assert!(!kept(&house.server.running.db).contains("whsec_"));

        let change = json!({ "url": house.receiver.url("/new"), "types": ["session.seats"], "active": true, "version": 1 });
        let changed = house.ask(&editor, Method::PUT, &at, Some(change.clone())).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        assert_eq!((&changed.json()["version"], &changed.json()["name"]), (&json!(2), &Value::Null));
        assert_problem(&house.ask(&editor, Method::PUT, &at, Some(change)).await, 409, "versionConflict");

        let ping = house.ask(&editor, Method::POST, &format!("{at}/ping"), None).await;
        assert_eq!((ping.status.as_u16(), ping.json()["type"].as_str()), (202, Some("webhook.ping")));
        eventually("the try arrives", async || (house.receiver.taken().len() == 1).then_some(())).await;
        let taken = house.receiver.taken().remove(0);
        assert_eq!((taken.path.as_str(), taken.header("webhook-id")), ("/new", ping.json()["id"].as_str().unwrap()));
        let list = format!("{at}/deliveries?state=delivered");
        let found = eventually("it is noted", async || {
            let found = house.get(&editor, &list).await;
            (found["total"] == 1).then_some(found)
        })
        .await;
        assert_eq!((&found["items"][0]["status"], &found["items"][0]["attempts"]), (&json!(204), &json!(1)));

        let rotated = house.ask(&owner, Method::POST, &format!("{at}/secret"), None).await.json();
        assert_ne!(rotated["secret"], secret);
        assert_eq!(rotated["webhook"]["oldSecretUntil"], "2026-11-26T10:00:00+08:00");
        assert_eq!(house.ask(&owner, Method::DELETE, &at, None).await.status, 204);
        assert_problem(&house.ask(&owner, Method::GET, &at, None).await, 404, "notFound");
        assert_eq!(house.get(&owner, "").await["total"], 0);
    }

    async fn deliveries_are_listed_page_by_page_and_replayed(store: Store) {
        let house = House::open(store).await;
        let owner = house.member(MemberRole::Owner, "org");
        let made = house.ask(&owner, Method::POST, "", Some(house.wanted())).await.json();
        let id: WebhookId = made["webhook"]["id"].as_str().unwrap().parse().unwrap();
        let object = |version| Object { kind: ObjectKind::Event, id: 1, event: None, version };
        let new = |version| New { webhook: id, what: What::EventChanged, object: object(version), next_at: NOW };
        let all: Vec<_> = (1..=5).map(new).collect();
        house.server.running.db.write(|tx| deliveries::insert(tx, &all)).unwrap();
        eventually("all arrive", async || (house.receiver.taken().len() == 5).then_some(())).await;
        let delivered = format!("/{id}/deliveries?state=delivered");
        eventually("all are noted", async || (house.get(&owner, &delivered).await["total"] == 5).then_some(())).await;
        let (mut versions, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = house.get(&owner, &format!("/{id}/deliveries?limit=2{cursor}")).await;
            assert_eq!(page["total"], 5);
            versions.extend(page["items"].as_array().unwrap().iter().map(|item| item["object"]["version"].clone()));
            let Some(next) = page["nextCursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(json!(versions), json!([5, 4, 3, 2, 1]));

        let span = |delivered: bool| json!({ "from": NOW, "to": NOW + chrono::TimeDelta::seconds(1), "delivered": delivered });
        let replay = format!("/{id}/replay");
        for (body, count) in [(span(false), 0), (span(true), 5)] {
            let answer = house.ask(&owner, Method::POST, &replay, Some(body)).await;
            assert_eq!((answer.status.as_u16(), answer.json()), (202, json!({ "replayed": count })));
        }
        eventually("all come again", async || (house.receiver.taken().len() == 10).then_some(())).await;
        for (body, field) in [
            (json!({}), "from"),
            (json!({ "from": "yesterday", "to": NOW }), "from"),
            (json!({ "from": NOW + chrono::TimeDelta::seconds(1), "to": NOW }), "from"),
            (json!({ "ids": [] }), "ids"),
            (json!({ "ids": ["x"] }), "ids[0]"),
            (json!({ "ids": ["0000000000001"], "from": NOW }), "from"),
        ] {
            let answer = house.ask(&owner, Method::POST, &replay, Some(body.clone())).await;
            assert_problem(&answer, 422, "invalidBody");
            assert_eq!(answer.json()["errors"][0]["field"], field, "{body}");
        }
    }
}

#[actix_web::test]
async fn what_nobody_could_send_to_is_refused() {
    let house = House::open(Store::Sqlite).await;
    let owner = house.member(MemberRole::Owner, "org");
    for (field, value, at) in [
        ("url", json!("http://10.0.0.1/"), "url"),
        ("url", json!("http://0x0a000001/"), "url"),
        ("url", json!("http://localhost:8080/"), "url"),
        ("url", json!("https://user:word@hooks.example.org/"), "url"),
        ("url", json!("hooks.example.org"), "url"),
        ("types", json!([]), "types"),
        ("types", json!(["webhook.ping"]), "types[0]"),
        ("types", json!(["event.exploded"]), "types[0]"),
        ("name", json!("一\n二"), "name"),
        ("secret", json!("mine"), "secret"),
    ] {
        let mut body = house.wanted();
        body[field] = value.clone();
        let answer = house.ask(&owner, Method::POST, "", Some(body)).await;
        assert_problem(&answer, 422, "invalidBody");
        assert_eq!(answer.json()["errors"][0]["field"], at, "{field} {value}");
    }
    for _ in 0..kepu::domain::webhooks::MOST {
        assert_eq!(house.ask(&owner, Method::POST, "", Some(house.wanted())).await.status, 201);
    }
    assert_problem(&house.ask(&owner, Method::POST, "", Some(house.wanted())).await, 409, "limitReached");
}

#[actix_web::test]
async fn only_editors_of_the_organisation_know_of_its_endpoints() {
    let house = House::open(Store::Sqlite).await;
    let owner = house.member(MemberRole::Owner, "org");
    let made = house.ask(&owner, Method::POST, "", Some(house.wanted())).await.json();
    let at = format!("/{}", made["webhook"]["id"].as_str().unwrap());
    let [desk, stranger] = [house.member(MemberRole::Desk, "org"), house.member(MemberRole::Owner, "lab")];
    for (method, path, body) in [
        (Method::GET, at.clone(), None),
        (
            Method::PUT,
            at.clone(),
            Some(
                json!({ "url": house.receiver.url("/"), "types": ["event.changed"], "active": false, "version": 1 }),
            ),
        ),
        (Method::DELETE, at.clone(), None),
        (Method::POST, format!("{at}/secret"), None),
        (Method::POST, format!("{at}/ping"), None),
        (Method::POST, format!("{at}/replay"), Some(json!({ "ids": ["0000000000001"] }))),
        (Method::GET, format!("{at}/deliveries"), None),
    ] {
        assert_problem(&house.ask(&desk, method.clone(), &path, body.clone()).await, 403, "forbidden");
        assert_problem(&house.ask(&stranger, method, &path, body).await, 404, "notFound");
    }
    assert_problem(&house.ask(&desk, Method::GET, "", None).await, 403, "forbidden");
    assert_problem(&house.ask(&desk, Method::POST, "", Some(house.wanted())).await, 403, "forbidden");
    assert_problem(&house.ask(&stranger, Method::POST, "", Some(house.wanted())).await, 403, "forbidden");
    assert_eq!(house.get(&stranger, "").await["total"], 0);
    let nowhere = json!({ "organisationId": OrganisationId::from_slug("nowhere"), "url": house.receiver.url("/"), "types": ["event.changed"] });
    assert_problem(&house.ask(&owner, Method::POST, "", Some(nowhere)).await, 404, "notFound");
    assert_eq!(house.get(&owner, &at).await["active"], true, "nobody changed it");
}

fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (status, &json!(code)), "{}", answer.text);
}

/// What the store holds of endpoints.
fn kept(db: &Db) -> String {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        text: String,
    }
    let statement = "SELECT url || ' ' || secret || ' ' || coalesce(name, '') AS text FROM webhooks";
    let read = |conn: &mut AnyConn| {
        Ok::<Vec<Row>, Error>(match conn {
            AnyConn::Sqlite(conn) => diesel::sql_query(statement).load(conn)?,
            AnyConn::Postgres(conn) => diesel::sql_query(statement).load(conn)?,
        })
    };
    let rows = db.read(read).unwrap();
    assert!(!rows.is_empty());
    rows.into_iter().map(|row| row.text).collect()
}
