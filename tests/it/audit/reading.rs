//! `GET /v1/admin/audit`.

use kepu::domain::divisions::Adcode;
use kepu::domain::roles::{AuthorityRole, MemberRole, Role};
use serde_json::Value;

use super::*;
use crate::support::catalogue::ground;
use crate::support::people;
use crate::support::server::{Answer, Server};

/// A server with entries of the province, the city, the district, another province, and of nowhere.
async fn server(store: Store) -> Server {
    let fresh = Fresh::new(store, Holds::Tables);
    let db = open(&fresh);
    ground(&db);
    db.write(|tx| persons::insert(tx, lan())).unwrap();
    for division in ["440000", "440100", "440106", "450000"] {
        let entry = Entry {
            division: division.parse().ok(),
            reason: Some(division.into()),
            ..Entry::new(Actor::Operator, Action::RoleGranted)
        };
        db.write(|tx| note(tx, &entry)).unwrap();
    }
    let nowhere = Entry {
        subject: Some(lan()),
        organisation: Some(OrganisationId::from_slug("org")),
        object: Some(Object::of(Kind::Organisation, OrganisationId::from_slug("org").get())),
        before: Some(json!({ "role": "desk" })),
        reason: Some("nowhere".into()),
        ..Entry::new(Actor::Person(lan()), Action::RoleRevoked)
    };
    db.write(|tx| note(tx, &nowhere)).unwrap();
    Server::over_shared(Arc::new(fresh)).await
}

/// Somebody with these roles, logged in: their access token.
fn somebody(server: &Server, held: &[Role]) -> String {
    people::somebody(&server.running.db, held, NOW).1
}

fn over(adcode: &str, role: AuthorityRole) -> Role {
    Role::Authority(role, adcode.parse::<Adcode>().unwrap())
}

async fn ask(server: &Server, token: &str, query: &str) -> Answer {
    let path = server.url(&format!("/v1/admin/audit{query}"));
    server.send(server.client.get(path).bearer_auth(token)).await
}

/// The reasons of what is told, which name the divisions here.
async fn told(server: &Server, token: &str, query: &str) -> Vec<String> {
    let answer = ask(server, token, query).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("cache-control")),
        (200, Some("no-store")),
        "{}",
        answer.text
    );
    let list = answer.json();
    let items = list["items"].as_array().unwrap();
    let reasons: Vec<String> = items.iter().map(|item| item["reason"].as_str().unwrap().to_owned()).collect();
    if list.get("nextCursor").is_none() && !query.contains("cursor") {
        assert_eq!(list["total"], reasons.len());
    }
    reasons
}

on_both_stores! {
    async fn administrators_read_what_concerns_their_division(store: Store) {
        let server = server(store).await;
        use AuthorityRole::{Administrator, Reviewer};
        for (held, read) in [
            (vec![over("440000", Administrator)], vec!["nowhere", "440106", "440100", "440000"]),
            (vec![over("440100", Administrator)], vec!["440106", "440100"]),
            (vec![over("440106", Administrator)], vec!["440106"]),
            (vec![over("440106", Administrator), over("440100", Administrator)], vec!["440106", "440100"]),
            (vec![over("440106", Administrator), over("440000", Reviewer)], vec!["440106"]),
        ] {
            let token = somebody(&server, &held);
            assert_eq!(told(&server, &token, "").await, read, "{held:?}");
        }
        let org = OrganisationId::from_slug("org");
        for held in [vec![], vec![over("440000", Reviewer)], vec![Role::Member(MemberRole::Owner, org)]] {
            let refused = ask(&server, &somebody(&server, &held), "").await;
            assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (403, &json!("forbidden")), "{held:?}");
        }
        assert_eq!(server.get("/v1/admin/audit").await.status, 401);
    }

    async fn entries_are_found_by_what_is_asked(store: Store) {
        let server = server(store).await;
        let token = somebody(&server, &[over("440000", AuthorityRole::Administrator)]);
        let org = OrganisationId::from_slug("org");
        let all = ["nowhere", "440106", "440100", "440000"];
        for (query, found) in [
            (format!("?actor={}", lan()), &all[..1]),
            (format!("?organisation={org}"), &all[..1]),
            (format!("?id={org}&kind=organisation"), &all[..1]),
            (format!("?id={org}&kind=event"), &[]),
            ("?action=roleGranted".to_owned(), &all[1..]),
            ("?from=2026-11-25".to_owned(), &all[..]),
            ("?to=2026-11-24".to_owned(), &[]),
            ("?from=2026-11-25T10:00:00%2B08:00&to=2026-11-25T10:00:01%2B08:00".to_owned(), &all[..]),
            ("?to=2026-11-25T10:00:00%2B08:00".to_owned(), &[]),
        ] {
            assert_eq!(told(&server, &token, &query).await, found, "{query}");
        }
        for wrong in ["?action=dance", "?actor=me", "?kind=person", "?who=me", "?from=2026-11-26&to=2026-11-25"] {
            assert_eq!(ask(&server, &token, wrong).await.status, 400, "{wrong}");
        }
    }

    async fn pages_follow_each_other_while_more_is_noted(store: Store) {
        let server = server(store).await;
        let token = somebody(&server, &[over("440000", AuthorityRole::Administrator)]);
        let first = ask(&server, &token, "?limit=3").await.json();
        assert_eq!((first["total"].as_u64(), first["items"].as_array().map(Vec::len)), (Some(4), Some(3)));
        server.running.db.write(|tx| note(tx, &five()[0])).unwrap();
        let cursor = first["nextCursor"].as_str().unwrap();
        assert_eq!(told(&server, &token, &format!("?limit=3&cursor={cursor}")).await, ["440000"]);
        let other = ask(&server, &token, &format!("?limit=3&action=roleGranted&cursor={cursor}")).await;
        assert_eq!(other.json()["code"], "cursorMismatch");
    }

    async fn an_entry_says_who_what_when_and_why(store: Store) {
        let server = server(store).await;
        server.running.db.write(|tx| persons::rename(tx, &vault(), lan(), 1, Some(&"兰".into()))).unwrap();
        let token = somebody(&server, &[over("440000", AuthorityRole::Administrator)]);
        let (item, org) = (ask(&server, &token, "?limit=1").await.json()["items"][0].clone(), OrganisationId::from_slug("org"));
        let lan = json!({ "id": lan().to_string(), "name": "兰" });
        assert_eq!(item["at"], "2026-11-25T10:00:00+08:00");
        assert_eq!(item["actor"], json!({ "kind": "person", "id": lan["id"], "name": lan["name"] }));
        assert_eq!((&item["action"], &item["subject"]), (&json!("roleRevoked"), &lan));
        assert_eq!(item["object"], json!({ "kind": "organisation", "id": org.to_string() }));
        assert_eq!(item["organisation"], json!({ "id": org.to_string(), "name": "org" }));
        assert_eq!((&item["before"], item.get("after")), (&json!(r#"{"role":"desk"}"#), None::<&Value>));
        chain_all(&server.running.db, &vault()).unwrap();
        let item = ask(&server, &token, "?limit=1").await.json()["items"][0].clone();
        assert_eq!((&item["number"], item["hash"].as_str().map(str::len)), (&json!(5), Some(64)));
    }
}
