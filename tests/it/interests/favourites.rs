//! Favourites: kept, shown, removed.

use kepu::db::favourites;
use kepu::domain::favourites::{Favourite, MOST};
use kepu::domain::ids::{BaseId, EventId, spell};
use kepu::domain::kinds::Kind;

use super::*;

async fn put(site: &Site, what: &str, access: &str) -> Answer {
    site.send(by(site, Method::PUT, &format!("{FAVOURITES}/{what}"), access)).await
}

async fn remove(site: &Site, what: &str, access: &str) -> u16 {
    site.send(by(site, Method::DELETE, &format!("{FAVOURITES}/{what}"), access)).await.status.as_u16()
}

on_both_stores! {
    async fn favourites_are_shown_as_their_lists_show_them_the_latest_first(store: Store) {
        let server = Server::simulated(filled(store)).await;
        let access = log_in(&server, "lan").await;
        let base = format!("base/{}", BaseId::from_slug("dome"));
        let event = format!("event/{}", EventId::from_slug("old"));
        for what in [&base, &event, &base] {
            assert_eq!(put(&server, what, &access).await.status, 204, "adding twice is adding once");
        }
        let list = read(&server, &format!("{FAVOURITES}?crs=wgs84"), &access).await;
        assert_eq!((&list["total"], &list["crs"]), (&json!(2), &json!("wgs84")));
        let mut listed = server.json("/v1/events?crs=wgs84").await["items"][0].take();
        listed["kind"] = "event".into();
        assert_eq!(list["items"][0], listed);
        assert_eq!((&list["items"][1]["kind"], &list["items"][1]["name"]), (&json!("base"), &json!("dome")));

        let first = read(&server, &format!("{FAVOURITES}?limit=1"), &access).await;
        let next = format!("{FAVOURITES}?limit=1&cursor={}", first["nextCursor"].as_str().unwrap());
        let second = read(&server, &next, &access).await;
        assert_eq!((&first["items"][0]["kind"], &second["items"][0]["kind"]), (&json!("event"), &json!("base")));
        assert!(second.get("nextCursor").is_none());

        let other = log_in(&server, "mei").await;
        assert_eq!(read(&server, FAVOURITES, &other).await["total"], 0, "others have their own");
        assert_eq!(remove(&server, &event, &other).await, 204);
        assert_eq!(read(&server, FAVOURITES, &access).await["total"], 2);
        for _ in 0..2 {
            assert_eq!(remove(&server, &event, &access).await, 204, "removing twice is removing once");
        }
        assert_eq!(read(&server, FAVOURITES, &access).await["total"], 1);
    }

    async fn what_is_gone_is_said_to_be_gone_and_can_be_removed(store: Store) {
        let server = Server::simulated(filled(store)).await;
        let access = log_in(&server, "lan").await;
        let (person, gone) = (who(&server, &access).await, Favourite { kind: Kind::Route, id: 42 });
        server.running.db.write(|tx| favourites::insert(tx, person, gone)).unwrap();
        let list = read(&server, FAVOURITES, &access).await;
        assert_eq!(list["items"], json!([{ "kind": "route", "id": spell(42), "gone": true }]));
        assert_eq!(remove(&server, &format!("route/{}", spell(42)), &access).await, 204);
        assert_eq!(read(&server, FAVOURITES, &access).await["total"], 0);
    }

    async fn what_is_not_published_is_not_found(store: Store) {
        let server = Server::simulated(filled(store)).await;
        let access = log_in(&server, "lan").await;
        let base = BaseId::from_slug("dome");
        for what in [format!("event/{base}"), format!("organisation/{base}"), format!("bases/{base}"), "base/x".into()] {
            assert_problem(&put(&server, &what, &access).await, 404, "notFound");
        }
        for answer in [server.get(FAVOURITES).await, server.get(SUBSCRIPTIONS).await] {
            assert_problem(&answer, 401, "unauthenticated");
        }
    }

    async fn somebody_has_so_many_and_whoever_is_erased_has_none(store: Store) {
        let server = Server::simulated(filled(store)).await;
        let access = log_in(&server, "lan").await;
        let (person, db) = (who(&server, &access).await, &server.running.db);
        db.write(|tx| {
            (1..=MOST as i64).try_for_each(|id| favourites::insert(tx, person, Favourite { kind: Kind::Series, id }))
        })
        .unwrap();
        let base = format!("base/{}", BaseId::from_slug("dome"));
        let refused = put(&server, &base, &access).await;
        assert_problem(&refused, 409, "limitReached");
        assert_eq!(errors(&refused), ["$:tooMany"]);
        subscribe(&server, &access, json!({ "free": true })).await;
        let erased = server.send(by(&server, Method::DELETE, "/v1/me", &access)).await;
        assert_eq!(erased.status, 204, "{}", erased.text);
        assert_eq!(db.read(|conn| favourites::count(conn, person)).unwrap(), 0);
        assert!(!db.read(kepu::db::subscriptions::any).unwrap());
    }
}
