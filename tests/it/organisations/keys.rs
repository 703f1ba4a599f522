//! Keys of partners' systems.

use chrono::TimeDelta;
use kepu::http::limits::Settings;

use super::*;
use crate::support::dump::dump;

async fn make(server: &Server, id: OrganisationId, owner: &str, more: Value) -> Value {
    let mut body = json!({ "name": "票务系统", "scopes": ["events:write", "events:read", "events:read"] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = post(server, &managed(id, "/api-keys"), owner, Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()
}

/// Reads an organisation by a key.
async fn by(server: &Server, key: &str, id: OrganisationId) -> Answer {
    let request = server.client.get(server.url(&managed(id, "")));
    server.send(request.header("X-Api-Key", key)).await
}

on_both_stores! {
    async fn a_key_is_shown_once_and_speaks_for_its_organisation(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let made = make(&server, id, &owner, json!({})).await;
        let key = made["key"].as_str().unwrap();
        assert!(key.starts_with(&format!("{}_", made["prefix"].as_str().unwrap())));
        assert_eq!(made["scopes"], json!(["events:read", "events:write"]));
        let secret = &key[made["prefix"].as_str().unwrap().len() + 1..];
        assert!(secret.len() > 8 && !dump(&server.running.db).contains(secret), "the store has no secret");

        let own = by(&server, key, id).await;
        assert_eq!((own.status.as_u16(), &own.json()["id"]), (200, &json!(id)), "{}", own.text);
        assert_eq!(own.json()["application"].get("contact"), None);
        assert_problem(&by(&server, key, OrganisationId::from_slug("org")).await, 403, "forbidden");
        let listed = get(&server, &managed(id, "/api-keys"), &owner).await["items"][0].clone();
        assert_eq!((listed.get("key"), &listed["lastUsedAt"]), (None, &json!("2026-11-25T10:00:00+08:00")));
        server.clock.advance(TimeDelta::minutes(11));
        by(&server, key, id).await;
        assert_eq!(get(&server, &managed(id, "/api-keys"), &owner).await["items"][0]["lastUsedAt"], "2026-11-25T10:11:00+08:00");
    }

    async fn a_key_that_was_revoked_is_not_shown_again(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let send = async || {
            let request = server.client.post(server.url(&managed(id, "/api-keys"))).bearer_auth(&owner);
            let body = json!({ "name": "票务", "scopes": ["events:read"] });
            server.send(request.header("Idempotency-Key", "lost").json(&body)).await
        };
        let made = send().await;
        assert_eq!((made.status.as_u16(), send().await.json()), (201, made.json()));
        let key = made.json()["key"].as_str().unwrap().to_owned();
        assert!(!dump(&server.running.db).contains(key.splitn(3, '_').nth(2).unwrap()), "it is sealed");
        assert_eq!(by(&server, &key, id).await.status, 200);
        let path = managed(id, &format!("/api-keys/{}", made.json()["id"].as_str().unwrap()));
        assert_eq!(ask(&server, Method::DELETE, &path, &owner, None).await.status, 204);
        assert_problem(&send().await, 404, "notFound");
    }

    async fn a_key_that_is_wrong_old_or_revoked_is_nobodys(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let (made, short) = (make(&server, id, &owner, json!({})).await, make(&server, id, &owner, json!({ "days": 1 })).await);
        let key = made["key"].as_str().unwrap();
        let other = short["key"].as_str().unwrap();
        let (_, secret) = other.split_at(19);
        for wrong in ["", "kepu", &key[..key.len() - 1], &format!("{}{secret}", &key[..19])] {
            let refused = by(&server, wrong, id).await;
            assert_problem(&refused, 401, "apiKeyInvalid");
        }
        let both = server.client.get(server.url(&managed(id, ""))).header("X-Api-Key", key).bearer_auth(&owner);
        assert_problem(&server.send(both).await, 400, "twoIdentities");
        let path = managed(id, &format!("/api-keys/{}", made["id"].as_str().unwrap()));
        assert_eq!(ask(&server, Method::DELETE, &path, &owner, None).await.status, 204);
        assert_problem(&ask(&server, Method::DELETE, &path, &owner, None).await, 409, "nothingToDo");
        assert_problem(&by(&server, key, id).await, 401, "apiKeyInvalid");
        assert_eq!(by(&server, other, id).await.status, 200);
        server.clock.advance(TimeDelta::days(1));
        assert_problem(&by(&server, other, id).await, 401, "apiKeyInvalid");
    }

    async fn a_systems_request_sent_again_makes_nothing_twice(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let made = make(&server, id, &owner, json!({})).await;
        let other = make(&server, id, &owner, json!({ "name": "另一个" })).await;
        let send = |made: &Value, path: &str, body: Value| {
            let request = server.client.post(server.url(path)).header("X-Api-Key", made["key"].as_str().unwrap());
            server.send(request.header("Idempotency-Key", "order-1").json(&body))
        };
        let event = json!({ "title": "观星", "mode": "online", "admission": "walkIn" });
        let [first, again] = [(); 2].map(|()| send(&made, "/v1/manage/events", event.clone()));
        let (first, again) = (first.await, again.await);
        assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201), "{}", again.text);
        assert_eq!(first.json()["id"], again.json()["id"]);
        assert_problem(&send(&made, "/v1/manage/events", json!({ "title": "观鸟" })).await, 409, "keyReused");
        server.clock.advance(TimeDelta::seconds(1));
        let others = send(&other, "/v1/manage/events", event).await.json();
        assert_ne!(others["id"], first.json()["id"], "keys of two systems have nothing to do with each other");
        let path = format!("/v1/manage/events/{}/sessions", first.json()["id"].as_str().unwrap());
        let hour = json!({ "start": "2026-11-28T14:00:00+08:00", "end": "2026-11-28T16:00:00+08:00" });
        let [one, two] = [(); 2].map(|()| send(&made, &path, json!({ "sessions": [hour] })));
        let (one, two) = (one.await, two.await);
        assert_eq!((one.status.as_u16(), &one.json()), (201, &two.json()), "{}", one.text);
    }

    async fn a_key_opens_what_is_for_keys_only(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let key = make(&server, id, &owner, json!({})).await["key"].as_str().unwrap().to_owned();
        for (method, path) in [
            (Method::GET, managed(id, "/members")),
            (Method::GET, managed(id, "/api-keys")),
            (Method::POST, managed(id, "/leave")),
            (Method::GET, "/v1/me".to_owned()),
            (Method::GET, "/v1/manage/organisations".to_owned()),
            (Method::GET, "/v1/review/items".to_owned()),
        ] {
            let request = server.client.request(method.clone(), server.url(&path)).header("X-Api-Key", &key);
            assert_problem(&server.send(request).await, 401, "unauthenticated");
        }
        // Public reading looks at nobody's identity.
        let reading = server.client.get(server.url("/v1/events")).header("X-Api-Key", "nonsense");
        assert_eq!(server.send(reading).await.status, 200);
    }

    async fn keys_end_with_the_account_of_the_last_owner(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let (_, second) = somebody(&server, &[member(MemberRole::Owner, id)]);
        let key = make(&server, id, &owner, json!({})).await["key"].as_str().unwrap().to_owned();
        for (leaving, status) in [(&owner, 200), (&second, 401)] {
            let erased = ask(&server, Method::DELETE, "/v1/me", leaving, None).await;
            assert_eq!(erased.status, 204, "{}", erased.text);
            assert_eq!(by(&server, &key, id).await.status, status);
        }
        let province = with(&server, over("440000", AuthorityRole::Administrator));
        let noted = get(&server, &format!("/v1/admin/audit?organisation={id}&action=apiKeyRevoked"), &province).await;
        assert_eq!((&noted["total"], &noted["items"][0]["reason"]), (&json!(1), &json!("ownerless")));
    }

    async fn wrong_keys_are_not_made(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        for (body, field) in [
            (json!({ "name": "", "scopes": ["events:read"] }), "name"),
            (json!({ "name": "a", "scopes": [] }), "scopes"),
            (json!({ "name": "a", "scopes": ["everything"] }), "scopes[0]"),
            (json!({ "name": "a", "scopes": ["events:read"], "days": 731 }), "days"),
        ] {
            let refused = post(&server, &managed(id, "/api-keys"), &owner, Some(body)).await;
            assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["field"]), (422, &json!(field)), "{}", refused.text);
        }
        for _ in 0..20 {
            make(&server, id, &owner, json!({})).await;
        }
        let one_more = post(&server, &managed(id, "/api-keys"), &owner, Some(json!({ "name": "a", "scopes": ["events:read"] }))).await;
        assert_problem(&one_more, 409, "tooManyApiKeys");
    }
}

#[actix_web::test]
async fn each_key_has_limits_of_its_own() {
    let limits = Settings { rules: "personal.account=2/600".parse().unwrap(), trusted: "".parse().unwrap() };
    let server = Server::limited(Arc::new(ground_of(Store::Sqlite)), None, limits).await;
    let (_, owner) = somebody(&server, &[]);
    let id = apply(&server, &owner, application()).await;
    let keys = [make(&server, id, &owner, json!({})).await, make(&server, id, &owner, json!({})).await];
    let [one, other] = keys.map(|made| made["key"].as_str().unwrap().to_owned());
    for (key, status) in [(&one, 200), (&one, 200), (&one, 429), (&other, 200)] {
        assert_eq!(by(&server, key, id).await.status, status);
    }
}
