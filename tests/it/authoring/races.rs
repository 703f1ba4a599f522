//! Two editors at once; people who sign up, give up and are promoted while a session is moved or called off.

use super::*;
use futures_util::future::{join, join_all};

use super::calling_off::counts;
use crate::signups::sign_up;
use crate::support::people::{people, token};

/// Tokens of so many people.
fn crowd(server: &Server, count: usize) -> Vec<String> {
    people(&server.running.db, count).into_iter().map(|caller| token(caller, NOW)).collect()
}

on_both_stores! {
    async fn of_two_editors_at_once_one_is_refused(store: Store) {
        let server = server(store, vec![stars("s", 9, json!({}))]).await;
        let editor = editor(&server).await;
        let path = of_session("s");
        let put = |hours: i64| {
            let body = with(hour(start() + TimeDelta::hours(hours)), json!({ "version": 1, "capacity": 9, "rules": {} }));
            ask(&server, Method::PUT, &path, &editor, body)
        };
        let answers = join_all((1..5).map(put)).await;
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409, 409]);
        assert_eq!(get(&server, &of_session("s"), &editor).await["version"], 2);
    }

    async fn who_signs_up_while_it_is_called_off_is_refused_or_told(store: Store) {
        let server = server(store, vec![stars("s", 12, json!({ "waitlistMode": "confirm" }))]).await;
        let editor = editor(&server).await;
        let crowd = crowd(&server, 24);
        let path = format!("{}/cancel", of_session("s"));
        let signing = join_all(crowd.iter().map(|access| sign_up(&server, "s", access, queueing(alone()))));
        let cancelling = async {
            tokio::time::sleep(std::time::Duration::from_millis(3)).await;
            asked(&server, Method::POST, &path, &editor, json!({ "reason": "停电" }), 200).await
        };
        let (answers, _) = join(signing, cancelling).await;
        for (access, answer) in crowd.iter().zip(&answers) {
            let told = told(&server, access).await;
            match answer.status.as_u16() {
                201 => assert_eq!(purposes(&told), ["cancelled"]),
                409 => assert!(told.is_empty() && answer.json()["code"] == "calledOff", "{}", answer.text),
                other => panic!("{other}: {}", answer.text),
            }
        }
        let db = &server.running.db;
        let standing = "SELECT count(*) AS n FROM signups WHERE status IN ('confirmed', 'waitlisted', 'offered', 'pending')";
        let seats = "SELECT CAST(taken + waiting AS BIGINT) AS n FROM sessions";
        assert_eq!((counts(db, standing), counts(db, seats)), (vec![0], vec![0]));
    }

    async fn who_is_promoted_while_it_is_moved_is_told_both_once(store: Store) {
        let server = server(store, vec![stars("s", 6, json!({ "waitlistMode": "confirm" }))]).await;
        let editor = editor(&server).await;
        let crowd = crowd(&server, 12);
        let mut made = Vec::new();
        for (n, access) in crowd.iter().enumerate() {
            let status = if n < 6 { "confirmed" } else { "waitlisted" };
            made.push(signed_up(&server, "s", access, queueing(alone()), status).await);
        }
        let leaving = join_all(made.iter().zip(&crowd).take(3).map(|(signup, access)| act(&server, signup, access, "cancel")));
        let body = with(hour(start() + TimeDelta::days(1)), json!({ "version": 1, "capacity": 8, "waitlistMode": "confirm" }));
        let path = of_session("s");
        let moving = asked(&server, Method::PUT, &path, &editor, body, 200);
        let (_, moved) = join(leaving, moving).await;
        assert_eq!(moved["status"], "changed");
        for (n, access) in crowd.iter().enumerate() {
            let all = get(&server, "/v1/me/notices?limit=50", access).await;
            let count = |purpose: &str| {
                all["items"].as_array().unwrap().iter().filter(|one| one["purpose"] == purpose).count()
            };
            assert!(count("changed") <= 1 && count("promoted") <= 1, "{n}: {all}");
            assert!(n < 3 || count("changed") == 1, "{n}: {all}");
            assert_eq!(count("promoted"), usize::from((6..11).contains(&n)), "{n}: eight seats, three given up");
        }
        let db = &server.running.db;
        let seats = "SELECT CAST(taken * 100 + waiting AS BIGINT) AS n FROM sessions";
        assert_eq!(counts(db, seats), [801]);
    }
}
