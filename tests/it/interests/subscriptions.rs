//! Subscriptions: made, read, changed, ended; by whoever they are of.

use kepu::domain::subscriptions::MOST;

use super::*;

/// Where a subscription is.
fn path(subscription: &Value) -> String {
    format!("{SUBSCRIPTIONS}/{}", subscription["id"].as_str().unwrap())
}

on_both_stores! {
    async fn a_subscription_is_read_as_it_was_made_and_changed_by_version(store: Store) {
        let server = Server::simulated(filled(store)).await;
        let access = log_in(&server, "lan").await;
        let filter = json!({
            "q": "望远镜", "topic": ["ocean"], "form": ["lecture"], "age": 8, "adcode": "440100", "when": "weekend",
            "free": false, "mode": ["onsite", "online"], "admission": ["walkIn"], "accessibility": ["wheelchair"],
            "base": [BaseId::from_slug("dome").to_string()],
        });
        let body = json!({ "name": " 海洋 ", "filter": filter });
        let made = server.send(by(&server, Method::POST, SUBSCRIPTIONS, &access).json(&body)).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let subscription = made.json();
        assert_eq!(made.header("location"), Some(path(&subscription).as_str()));
        assert_eq!(subscription["filter"], filter);
        assert_eq!((&subscription["name"], &subscription["version"]), (&json!("海洋"), &json!(1)));
        assert_eq!(read(&server, &path(&subscription), &access).await, subscription);
        assert_eq!(read(&server, SUBSCRIPTIONS, &access).await["items"], json!([subscription]));

        let change = json!({ "filter": { "free": true }, "version": 1 });
        let put = async || server.send(by(&server, Method::PUT, &path(&subscription), &access).json(&change)).await;
        let changed = put().await.json();
        assert_eq!((&changed["filter"], &changed["version"]), (&json!({ "free": true }), &json!(2)));
        assert!(changed.get("name").is_none());
        assert_problem(&put().await, 409, "versionConflict");
        let end = async || server.send(by(&server, Method::DELETE, &path(&subscription), &access)).await;
        assert_eq!(end().await.status, 204);
        assert_problem(&end().await, 404, "notFound");
    }

    async fn a_subscription_of_somebody_else_is_not_found(store: Store) {
        let server = Server::simulated(filled(store)).await;
        let (lan, mei) = (log_in(&server, "lan").await, log_in(&server, "mei").await);
        let subscription = subscribe(&server, &lan, json!({ "free": true })).await;
        let change = json!({ "filter": { "free": false }, "version": 1 });
        for request in [
            by(&server, Method::GET, &path(&subscription), &mei),
            by(&server, Method::PUT, &path(&subscription), &mei).json(&change),
            by(&server, Method::DELETE, &path(&subscription), &mei),
        ] {
            assert_problem(&server.send(request).await, 404, "notFound");
        }
        assert_eq!(read(&server, SUBSCRIPTIONS, &mei).await["total"], 0);
        assert_eq!(read(&server, &path(&subscription), &lan).await, subscription, "nothing was changed");
    }

    async fn a_position_is_kept_to_some_hundred_metres_and_sealed(store: Store) {
        let server = Server::simulated(filled(store)).await;
        let access = log_in(&server, "lan").await;
        let home = json!({ "lat": 23.123_456_7, "lng": 113.345_678_9, "radius": 10_000.0 });
        let body = json!({ "name": "家", "filter": home });
        let path_wgs84 = format!("{SUBSCRIPTIONS}?crs=wgs84");
        let made = server.send(by(&server, Method::POST, &path_wgs84, &access).json(&body)).await.json();
        assert_eq!(made["filter"], json!({ "lat": 23.123, "lng": 113.346, "radius": 10_000.0 }));
        // What was read can be sent again and is the same, in whichever datum.
        let mut shifted = read(&server, &path(&made), &access).await;
        assert_ne!(shifted["filter"]["lat"], made["filter"]["lat"]);
        let again = json!({ "filter": shifted["filter"].take(), "version": 1 });
        let put = server.send(by(&server, Method::PUT, &path(&made), &access).json(&again)).await;
        assert_eq!(put.status, 200, "{}", put.text);
        let kept = read(&server, &format!("{}?crs=wgs84", path(&made)), &access).await;
        assert_eq!(kept["filter"], made["filter"]);

        let stored = server.running.db.read(|conn| {
            let rows: Vec<Text> = match conn {
                AnyConn::Sqlite(conn) => diesel::sql_query("SELECT wish FROM subscriptions").load(conn)?,
                AnyConn::Postgres(conn) => diesel::sql_query("SELECT wish FROM subscriptions").load(conn)?,
            };
            Ok::<_, Error>(rows)
        }).unwrap();
        assert_eq!(stored.len(), 1);
        assert!(!stored[0].wish.contains("radius") && !stored[0].wish.contains("23"), "{}", stored[0].wish);
    }

    async fn what_a_query_would_be_refused_for_is_refused(store: Store) {
        let server = Server::simulated(filled(store)).await;
        let access = log_in(&server, "lan").await;
        for (filter, told) in [
            (json!({}), "filter:empty"),
            (json!({ "topic": [] }), "filter:empty"),
            (json!({ "topic": ["castles"] }), "filter.topic:unknownCode"),
            (json!({ "adcode": "999999" }), "filter.adcode:unknownCode"),
            (json!({ "base": ["0000000000001"] }), "filter.base:unknownCode"),
            (json!({ "when": "sometimes" }), "filter.when:notAllowed"),
            (json!({ "mode": ["astral"] }), "filter.mode:notAllowed"),
            (json!({ "age": 500 }), "filter.age:outOfRange"),
            (json!({ "q": " " }), "filter.q:empty"),
            (json!({ "q": "。，" }), "filter.q:empty"),
            (json!({ "lat": 23.1, "radius": 5 }), "filter.lat:incomplete"),
            (json!({ "lat": 23.1, "lng": 113.3 }), "filter.lat:incomplete"),
            (json!({ "lat": 113.3, "lng": 23.1, "radius": 5 }), "filter.lat:outOfRange"),
            (json!({ "lat": 23.1, "lng": 113.3, "radius": 0 }), "filter.radius:outOfRange"),
            (json!({ "from": "2026-11-28" }), "filter.from:unknown"),
            (json!({ "free": null }), "filter.free:empty"),
        ] {
            let refused = try_to_subscribe(&server, &access, &filter).await;
            assert_problem(&refused, 422, "invalidBody");
            assert_eq!(errors(&refused), [told], "{filter}");
        }
        let long = json!({ "name": "长".repeat(31), "filter": { "free": true } });
        let refused = server.send(by(&server, Method::POST, SUBSCRIPTIONS, &access).json(&long)).await;
        assert_eq!(errors(&refused), ["name:tooLong"]);
    }

    async fn somebody_has_so_many_and_a_repeated_request_makes_one(store: Store) {
        let server = Server::simulated(filled(store)).await;
        let access = log_in(&server, "lan").await;
        let keyed = async |free: bool| {
            let request = by(&server, Method::POST, SUBSCRIPTIONS, &access).header("Idempotency-Key", "one");
            server.send(request.json(&json!({ "filter": { "free": free } }))).await
        };
        let (first, second) = (keyed(true).await, keyed(true).await);
        assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201));
        assert_eq!(first.json(), second.json());
        assert_problem(&keyed(false).await, 409, "keyReused");
        for _ in 1..MOST {
            subscribe(&server, &access, json!({ "free": true })).await;
        }
        let refused = try_to_subscribe(&server, &access, &json!({ "free": true })).await;
        assert_problem(&refused, 409, "limitReached");
        assert_eq!(read(&server, SUBSCRIPTIONS, &access).await["total"], MOST);
    }
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    wish: String,
}
