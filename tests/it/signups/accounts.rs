//! What an account knows is used when signing up, and let go of when the account is closed.

use super::*;
use crate::support::dump::dump;
use crate::support::server::keys;

/// Enters a child born in June 2015, whose guardian consents; gives its id.
async fn child(server: &Server, access: &str, name: &str) -> String {
    let body = json!({ "name": name, "birthDate": "2015-06-01",
        "consent": { "policyVersion": "2.0", "guardian": true } });
    let answer = server.send(by(server, Method::POST, "/v1/me/companions", access).json(&body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn of_companion(id: &str) -> Value {
    json!({ "participants": [{ "companionId": id }], "consent": { "policyVersion": "1.0" } })
}

async fn with_guardian_policy(store: Store, sessions: Vec<Session>) -> Server {
    let server = server(store, sessions).await;
    let policy = policy("guardian", "2.0", NOW - TimeDelta::days(1));
    server.running.db.write(|tx| put_policy(tx, &policy)).unwrap();
    server
}

on_both_stores! {
    async fn a_child_of_two_parents_is_signed_up_once(store: Store) {
        let server = with_guardian_policy(store, vec![stars("a", 10, json!({}))]).await;
        let (mother, father) = (log_in(&server, "lan").await, log_in(&server, "ming").await);
        let hers = child(&server, &mother, "陈小明").await;
        let his = child(&server, &father, "陈 小明").await;
        let sister = child(&server, &father, "陈小月").await;

        let strange = sign_up(&server, "a", &father, of_companion(&hers)).await;
        assert_eq!(strange.status, 422, "{}", strange.text);
        assert_eq!(strange.json()["errors"][0]["field"], "participants[0].companionId");
        let made = signed_up(&server, "a", &mother, of_companion(&hers), "confirmed").await;
        assert_eq!(made["party"][0]["name"], "陈小明");
        assert_refused(&sign_up(&server, "a", &father, of_companion(&his)).await, "duplicate");
        signed_up(&server, "a", &father, of_companion(&sister), "confirmed").await;

        let export = server.send(by(&server, Method::GET, "/v1/me/export", &mother)).await.json();
        assert_eq!(export["signups"].as_array().map(Vec::len), Some(1), "{export}");
        assert_eq!((&export["signups"][0]["id"], &export["signups"][0]["party"][0]["name"]), (&made["id"], &json!("陈小明")));
        let held = dump(&server.running.db);
        for secret in ["小明", "小月", "2015-06-01"] {
            assert_eq!(held.lines().find(|line| line.contains(secret)), None, "{secret}");
        }
    }

    async fn whoever_signs_up_anothers_child_keeps_it_from_nothing(store: Store) {
        let server = with_guardian_policy(store, vec![stars("a", 10, json!({}))]).await;
        let (mother, stranger) = (log_in(&server, "lan").await, log_in(&server, "ming").await);
        let host = host::host(&server).await;
        let hers = child(&server, &mother, "陈小明").await;
        let claimed = child(&server, &stranger, "陈小明").await;
        let taken = signed_up(&server, "a", &stranger, of_companion(&claimed), "confirmed").await;
        let refused = sign_up(&server, "a", &mother, of_companion(&hers)).await;
        assert_refused(&refused, "duplicate");
        let told = &refused.json()["errors"][0];
        assert_eq!((&told["field"], &told["code"]), (&json!("participants[0]"), &json!("alreadySignedUp")));
        assert!(told["message"].as_str().unwrap().contains("主办单位"), "it says who settles it: {told}");
        let path = format!("{}/{}/reject", host::hosted("a"), taken["id"].as_str().unwrap());
        assert_eq!(server.send(by(&server, Method::POST, &path, &stranger)).await.status, 403);
        let released = server.send(by(&server, Method::POST, &path, &host)).await;
        assert_eq!((released.status.as_u16(), &released.json()["status"]), (200, &json!("rejected")), "{}", released.text);
        assert_eq!(read(&server, &taken, &stranger).await["statusReason"], "byHost");
        signed_up(&server, "a", &mother, of_companion(&hers), "confirmed").await;
        seats(&server, "a", 1, 0).await;
    }

    async fn a_closed_account_gives_its_seats_to_the_queue_and_leaves_no_name(store: Store) {
        let terms = json!({ "waitlistMode": "confirm" });
        let server = with_guardian_policy(store, vec![stars("a", 1, terms)]).await;
        let (lan, ming) = (log_in(&server, "lan").await, log_in(&server, "ming").await);
        let person = keys().verify(&lan, NOW).unwrap().person;
        signed_up(&server, "a", &lan, people(1), "confirmed").await;
        let queued = signed_up(&server, "a", &ming, queueing(people(1)), "waitlisted").await;

        let gone = server.send(by(&server, Method::DELETE, "/v1/me", &lan)).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        assert_eq!(read(&server, &queued, &ming).await["status"], "confirmed", "who queued has the seat");
        seats(&server, "a", 1, 0).await;
        let number = person.get().to_string();
        let left = dump(&server.running.db);
        assert_eq!(left.lines().find(|line| line.contains(&number)), None, "nothing refers to them");
        assert_eq!(left.lines().filter(|line| line.starts_with("signups:")).count(), 2, "that somebody cancelled is counted");
    }
}
