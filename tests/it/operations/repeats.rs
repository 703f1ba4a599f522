//! What makes something makes it once, however often a phone in a tunnel asks.

use kepu::db::idempotency_keys;
use serde_json::json;

use super::*;

#[test]
fn every_operation_that_makes_something_takes_an_idempotency_key() {
    let mut makers = 0;
    for operation in operations() {
        if operation.method != "POST" || operation.spec["responses"].get("201").is_none() {
            continue;
        }
        makers += 1;
        let parameters = operation.spec["parameters"].as_array().cloned().unwrap_or_default();
        let key = |one: &Value| one["in"] == "header" && one["name"] == "Idempotency-Key";
        assert!(parameters.iter().any(key), "{} makes something: see http::repeats", operation.id);
        assert!(operation.spec["responses"].get("409").is_some(), "{} does not tell of 409", operation.id);
    }
    assert!(makers >= 3, "{makers}");
}

fn companion(name: &str) -> Value {
    json!({ "name": name, "birthYear": 1990, "relation": "other" })
}

on_both_stores! {
    async fn a_companion_is_entered_once_per_key(store: Store) {
        let (server, token) = ruled_on(store).await;
        let send = async |token: &str, key: Option<&str>, body: &str| {
            let request = server.client.post(server.url("/v1/me/companions")).bearer_auth(token);
            let request = match key {
                Some(key) => request.header("Idempotency-Key", key),
                None => request,
            };
            server.send(request.header("content-type", "application/json").body(body.to_owned())).await
        };
        let lan = companion("陈兰").to_string();
        let first = send(&token, Some("k1"), &lan).await;
        assert_eq!(first.status, 201, "{}", first.text);
        let again = send(&token, Some("k1"), &lan).await;
        assert_eq!((again.status.as_u16(), again.json()), (201, first.json()));
        // The same said in another order is the same.
        let turned = r#"{ "relation": "other", "birthYear": 1990, "name": "陈兰" }"#;
        assert_eq!(send(&token, Some("k1"), turned).await.json()["id"], first.json()["id"]);

        let other = send(&token, Some("k1"), &companion("陈竹").to_string()).await;
        assert_eq!((other.status.as_u16(), &other.json()["code"]), (409, &json!("keyReused")));
        let somebody_else = self::token(ruler(&server.running.db), NOW);
        assert_eq!(send(&somebody_else, Some("k1"), &lan).await.status, 201, "a key is its caller's own");
        assert_ne!(send(&token, Some("k2"), &lan).await.json()["id"], first.json()["id"]);
        assert_ne!(send(&token, None, &lan).await.json()["id"], first.json()["id"]);

        // What was refused used no key up.
        let refused = send(&token, Some("k3"), &companion("").to_string()).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert_eq!(send(&token, Some("k3"), &lan).await.status, 201);
        for wrong in ["", &"k".repeat(129)] {
            let answer = send(&token, Some(wrong), &lan).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["errors"][0]["field"]), (400, &json!("Idempotency-Key")));
        }

        let twice = server.client.post(server.url("/v1/me/companions")).bearer_auth(&token);
        let twice = twice.header("Idempotency-Key", "k4").header("Idempotency-Key", "k5").json(&companion("陈兰"));
        let twice = server.send(twice).await;
        assert_eq!((twice.status.as_u16(), &twice.json()["code"]), (400, &json!("malformedRequest")), "which of the two?");

        // After a day the key means nothing any more.
        server.running.db.write(|tx| idempotency_keys::purge(tx, NOW + chrono::TimeDelta::days(1))).unwrap();
        assert_ne!(send(&token, Some("k1"), &lan).await.json()["id"], first.json()["id"]);
    }

    async fn two_requests_at_once_with_one_key_make_one_thing(store: Store) {
        let (server, token) = ruled_on(store).await;
        let send = || {
            let request = server.client.post(server.url("/v1/me/companions")).bearer_auth(&token);
            server.send(request.header("Idempotency-Key", "k").json(&companion("陈兰")))
        };
        let answers = futures_util::future::join_all((0..8).map(|_| send())).await;
        for answer in &answers {
            assert_eq!((answer.status.as_u16(), &answer.json()["id"]), (201, &answers[0].json()["id"]), "{}", answer.text);
        }
    }
}
