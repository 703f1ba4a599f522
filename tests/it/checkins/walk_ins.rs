//! People who come without a sign-up, and counts of heads.

use futures_util::future::join_all;

use super::*;
use crate::support::eventually;

async fn walk_in(museum: &Museum, entry: &str, people: u16, more: Value) -> Answer {
    let body = with(json!({ "deviceId": "a", "entryId": entry, "people": people }), more);
    museum.by(&museum.guide, Method::POST, &manage("stars", "walk-ins"), Some(body)).await
}

on_both_stores! {
    async fn who_walks_in_takes_seats_as_long_as_there_are_any(store: Store) {
        let museum = Museum::open(store).await;
        let came = walk_in(&museum, "1", 3, json!({})).await;
        assert_eq!(came.status, 200, "{}", came.text);
        let first = json!({ "entryId": "1", "people": 3, "seats": 3, "walkIns": 3, "taken": 9, "capacity": 10 });
        assert_eq!(came.json(), first);
        assert_eq!(walk_in(&museum, "1", 3, json!({})).await.json(), first, "sent again");
        assert_problem(&walk_in(&museum, "1", 4, json!({})).await, 409, "keyReused");
        let full = walk_in(&museum, "2", 2, json!({})).await;
        assert_problem(&full, 409, "full");
        assert!(full.json()["detail"].as_str().unwrap().contains("beyondCapacity"), "what to do: {}", full.text);
        let beyond = walk_in(&museum, "2", 2, json!({ "beyondCapacity": true })).await.json();
        assert_eq!(beyond, json!({ "entryId": "2", "people": 2, "seats": 1, "walkIns": 5, "taken": 10, "capacity": 10 }));
        let shown = format!("/v1/sessions/{}", SessionId::from_slug("stars"));
        eventually("the public sees the seats", async || {
            (museum.server.json(&shown).await["taken"] == 10).then_some(())
        }).await;

        let undone = walk_in(&museum, "1", 3, json!({ "undo": true })).await.json();
        assert_eq!(undone, json!({ "entryId": "1", "people": 0, "seats": 0, "walkIns": 2, "taken": 7, "capacity": 10 }));
        assert_eq!(walk_in(&museum, "1", 3, json!({ "undo": true })).await.json(), undone);
        assert_eq!(walk_in(&museum, "1", 3, json!({})).await.json(), undone, "what was taken back stays so");
        assert_eq!(museum.desk().await["walkIns"], 2);
    }

    async fn many_doors_at_once_never_let_in_more_than_there_is_room_for(store: Store) {
        let museum = Museum::open(store).await;
        let names: Vec<String> = (0..12).map(|n| n.to_string()).collect();
        let all = join_all(names.iter().map(|name| walk_in(&museum, name, 1, json!({})))).await;
        let let_in = all.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(let_in, 4);
        assert!(all.iter().all(|answer| answer.status == 200 || answer.json()["code"] == "full"));
        assert_eq!(museum.desk().await["session"]["taken"], 10);
    }
}

#[actix_web::test]
async fn words_that_overtake_each_other_come_to_the_same() {
    let museum = Museum::open(Store::Sqlite).await;
    let undone = walk_in(&museum, "1", 2, json!({ "undo": true })).await.json();
    assert_eq!((&undone["people"], &undone["taken"]), (&json!(0), &json!(6)));
    assert_eq!(walk_in(&museum, "1", 2, json!({})).await.json(), undone);
}

#[actix_web::test]
async fn nobody_walks_in_where_the_doors_are_closed() {
    let museum = Museum::open(Store::Sqlite).await;
    let body = json!({ "deviceId": "a", "entryId": "1", "people": 1 });
    let early = museum.by(&museum.guide, Method::POST, &manage("later", "walk-ins"), Some(body)).await;
    assert_problem(&early, 409, "doorsClosed");
    for (people, code) in [(0, "outOfRange"), (501, "outOfRange")] {
        let refused = walk_in(&museum, "1", people, json!({})).await;
        assert_problem(&refused, 422, "invalidBody");
        assert_eq!(refused.json()["errors"][0]["code"], code);
    }
}

on_both_stores! {
    async fn the_last_count_of_heads_stands(store: Store) {
        let museum = Museum::open(store).await;
        let count = async |people: i32| {
            museum.by(&museum.guide, Method::PUT, &manage("stars", "headcount"), Some(json!({ "people": people }))).await
        };
        assert!(museum.desk().await.get("headcount").is_none());
        assert_eq!(count(64).await.json(), json!({ "people": 64, "countedAt": &*rfc3339(NOW) }));
        museum.server.clock.advance(TimeDelta::minutes(5));
        let second = json!({ "people": 0, "countedAt": &*rfc3339(NOW + TimeDelta::minutes(5)) });
        assert_eq!(count(0).await.json(), second);
        assert_eq!(museum.desk().await["headcount"], second);
        assert_problem(&count(-1).await, 422, "invalidBody");
    }
}

#[actix_web::test]
async fn a_key_lets_the_same_people_in_once() {
    let museum = Museum::open(Store::Sqlite).await;
    let send = |entry: &str, people: u16| {
        let body = json!({ "deviceId": "a", "entryId": entry, "people": people });
        let request = museum.server.client.post(museum.server.url(&manage("stars", "walk-ins")));
        museum.server.send(request.bearer_auth(&museum.guide).header("Idempotency-Key", "k").json(&body))
    };
    let first = send("1", 2).await;
    assert_eq!((first.status.as_u16(), &first.json()["walkIns"]), (200, &json!(2)), "{}", first.text);
    assert_eq!(send("1", 2).await.json(), first.json());
    assert_problem(&send("2", 2).await, 409, "keyReused");
    assert_eq!(museum.desk().await["walkIns"], 2);
}
