//! `/v1/me`: read, changed, erased.

use kepu::db::persons;

use super::*;
use crate::support::server::{keys, vault};

async fn put(server: &Server, access: &str, body: Value) -> Answer {
    server.send(by(server, Method::PUT, "/v1/me", access).json(&body)).await
}

on_both_stores! {
    async fn a_name_is_given_changed_and_taken_away(store: Store) {
        let server = server(store).await;
        let access = log_in(&server, CITY, "lan").await.access;
        let fresh = me(&server, &access).await;
        assert_eq!(fresh.header("cache-control"), Some("no-store"));
        let fresh = fresh.json();
        assert_eq!((fresh["version"].as_i64(), fresh["roles"].as_array().map(Vec::len)), (Some(1), Some(0)));
        assert_eq!(fresh["createdAt"], "2026-11-25T10:00:00+08:00");
        assert!(fresh.get("displayName").is_none(), "{fresh}");

        let named = put(&server, &access, json!({ "displayName": "小明妈妈", "version": 1 })).await;
        assert_eq!(named.status, 200, "{}", named.text);
        assert_eq!(named.json(), me(&server, &access).await.json());
        assert_eq!((&named.json()["displayName"], &named.json()["version"]), (&json!("小明妈妈"), &json!(2)));
        let elsewhere = log_in(&server, MUSEUM, "lan").await.access;
        assert_eq!(me(&server, &elsewhere).await.json()["displayName"], "小明妈妈");

        assert_problem(&put(&server, &elsewhere, json!({ "displayName": "B", "version": 1 })).await, 409, "versionConflict");
        let removed = put(&server, &elsewhere, json!({ "version": 2 })).await.json();
        assert!(removed.get("displayName").is_none() && removed["version"] == 3, "{removed}");
        let other = log_in(&server, CITY, "ming").await.access;
        assert_eq!(me(&server, &other).await.json()["version"], 1, "nobody else was changed");
    }

    async fn an_erased_person_is_forgotten(store: Store) {
        let server = server(store).await;
        let (phone, tablet) = (log_in(&server, CITY, "lan").await, log_in(&server, MUSEUM, "lan").await);
        let other = log_in(&server, CITY, "ming").await;
        let person = keys().verify(&phone.access, NOW).unwrap().person;
        put(&server, &phone.access, json!({ "displayName": "兰", "version": 1 })).await;
        let gone = server.send(by(&server, Method::DELETE, "/v1/me", &phone.access)).await;
        assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
        for tokens in [&phone, &tablet] {
            assert_problem(&me(&server, &tokens.access).await, 401, "loginEnded");
            assert_problem(&refresh(&server, &tokens.refresh).await, 401, "refreshTokenInvalid");
        }
        assert_eq!(server.running.db.read(|conn| persons::get(conn, &vault(), person)).unwrap(), None);
        assert_eq!(me(&server, &other.access).await.status, 200);
        let again = log_in(&server, CITY, "lan").await;
        assert_ne!(who(&server, &again.access).await, person.to_string(), "somebody new");
    }
}
