//! Being told of what is published: once, whoever does it and whatever comes between.

use kepu::domain::ids::EventId;

use super::*;

fn id(slug: &str) -> i64 {
    EventId::from_slug(slug).get()
}

on_both_stores! {
    async fn who_asked_for_such_an_event_is_told_of_it_once(store: Store) {
        let server = Server::simulated(filled(store)).await;
        let (lan, mei) = (log_in(&server, "lan").await, log_in(&server, "mei").await);
        let near = json!({ "topic": ["ocean"], "lat": 23.1, "lng": 113.3, "radius": 10_000 });
        subscribe(&server, &lan, near.clone()).await;
        subscribe(&server, &lan, json!({ "base": [BaseId::from_slug("dome").to_string()] })).await;
        subscribe(&server, &mei, json!({ "topic": ["ocean"], "lat": 39.9, "lng": 116.4, "radius": 10_000 })).await;
        let db = &server.running.db;
        publish(db, "whales", about_the_sea);
        all_announced(&server).await;
        let lan_told = [(who(&server, &lan).await.get(), id("whales"))];
        assert_eq!(told(db), lan_told, "of what was there before nobody, and nobody twice");

        publish(db, "whales", |event| {
            about_the_sea(event);
            event.title.zh_cn = "whales and dolphins".to_owned();
        });
        eventually("the change is shown", async || {
            (server.json("/v1/events?q=dolphins").await["total"] == 1).then_some(())
        })
        .await;
        assert!(db.read(events::unannounced).unwrap().is_empty(), "a change is no news");
        publish(db, "crabs", about_the_sea);
        all_announced(&server).await;
        let [(person, _)] = lan_told;
        let mut both = vec![(person, id("whales")), (person, id("crabs"))];
        both.sort_unstable();
        assert_eq!(told(db), both);
    }

    async fn what_was_published_while_no_server_ran_is_told_when_one_does(store: Store) {
        let fresh = filled(store);
        let server = Server::simulated(fresh.clone()).await;
        let access = log_in(&server, "lan").await;
        subscribe(&server, &access, json!({ "topic": ["ocean"] })).await;
        let person = who(&server, &access).await.get();
        all_announced(&server).await;
        server.running.stop().await;

        let db = fresh.open(Arc::new(FixedClock(NOW)));
        publish(&db, "whales", about_the_sea);
        // The embedded store has one server at a time; the first one's lock goes with its last thread.
        for _ in 0..2 {
            let again = Server::simulated(fresh.clone()).await;
            all_announced(&again).await;
            assert_eq!(told(&again.running.db), [(person, id("whales"))], "once, over two more starts");
            again.running.stop().await;
        }
    }
}

#[actix_web::test]
async fn two_replicas_tell_once() {
    let fresh = filled(Store::Postgres);
    let (one, two) = (Server::simulated(fresh.clone()).await, Server::simulated(fresh).await);
    let mut expected = Vec::new();
    for name in ["lan", "mei"] {
        let access = log_in(&one, name).await;
        subscribe(&one, &access, json!({ "topic": ["ocean"] })).await;
        let person = who(&one, &access).await.get();
        expected.extend((0..60).map(|n| (person, id(&format!("whales {n}")))));
    }
    expected.sort_unstable();
    for n in 0..60 {
        let server = if n % 2 == 0 { &one } else { &two };
        publish(&server.running.db, &format!("whales {n}"), about_the_sea);
    }
    all_announced(&one).await;
    assert_eq!(told(&one.running.db), expected);
    one.running.stop().await;
    two.running.stop().await;
}
