//! Sessions that are called off: one, many, all of an event; and that a crash between leaves nobody untold.

use super::*;

use diesel::connection::SimpleConnection;
use kepu::app::rehearsal::Run;
use kepu::app::sessions::Sessions;
use kepu::db::{self, signups};
use kepu::domain::audit::Actor;
use kepu::domain::ids::{Random, SignupId, SystemRandom};
use kepu::domain::screening::WordLists;
use kepu::domain::signups::{Signup, Status};
use kepu::domain::text::Text;
use std::sync::Arc;

use crate::support::catalogue::session;
use crate::support::people;
use crate::support::server::vault;

fn sessions(server: &Server) -> Sessions {
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let screen = Arc::new(WordLists::default_lists().unwrap());
    Sessions::new(server.running.db.clone(), vault(), random, screen)
}

on_both_stores! {
    async fn who_signed_up_is_told_once_and_everything_ends(store: Store) {
        let server = server(store, vec![
            stars("s", 1, json!({ "waitlistMode": "offer", "perEventMax": 1 })),
            stars("later", 9, json!({ "perEventMax": 1 })),
            stars("asking", 9, json!({ "approval": true })),
        ])
        .await;
        let editor = editor(&server).await;
        let [lan, ming, wei] = [log_in(&server, "lan").await, log_in(&server, "ming").await, log_in(&server, "wei").await];
        let gone = signed_up(&server, "s", &wei, alone(), "confirmed").await;
        let first = signed_up(&server, "s", &lan, queueing(alone()), "waitlisted").await;
        act(&server, &gone, &wei, "cancel").await;
        let second = signed_up(&server, "s", &ming, queueing(alone()), "waitlisted").await;
        let third = signed_up(&server, "asking", &ming, alone(), "pending").await;
        let cancel = format!("{}/cancel", of_session("s"));
        let dry = json!({ "reason": "停电", "dryRun": true });
        let dry = asked(&server, Method::POST, &cancel, &editor, dry, 200).await;
        let counts = json!({ "confirmed": 0, "waitlisted": 1, "offered": 1, "pending": 0, "signups": 2, "seats": 2 });
        assert_eq!((&dry["told"], &dry["sessions"][0]["outcome"]), (&counts, &json!("cancelled")));
        assert!(told(&server, &lan).await.is_empty());
        assert_eq!(read(&server, &first, &lan).await["status"], "offered", "a dry run ends nothing");

        let reason = json!({ "reason": { "zh-CN": "停电", "en": "No power" } });
        let done = asked(&server, Method::POST, &cancel, &editor, reason.clone(), 200).await;
        assert_eq!((&done["told"], &done["dryRun"]), (&counts, &json!(false)));
        let again = asked(&server, Method::POST, &cancel, &editor, reason.clone(), 200).await;
        assert_eq!((&again["sessions"][0]["outcome"], &again["told"]["signups"]), (&json!("already"), &json!(0)));
        for (signup, access) in [(&first, &lan), (&second, &ming)] {
            let now = read(&server, signup, access).await;
            assert_eq!((&now["status"], &now["statusReason"]), (&json!("cancelled"), &json!("calledOff")));
            assert!(now.get("ticket").is_none() && now.get("offeredUntil").is_none());
            let told = told(&server, access).await;
            assert_eq!(purposes(&told), ["cancelled"]);
            assert!(told[0]["text"].as_str().unwrap().ends_with("原因：停电"), "{told:?}");
        }
        assert!(told(&server, &wei).await.is_empty(), "who gave up before is told nothing");
        let shown = get(&server, &of_session("s"), &editor).await;
        assert_eq!((&shown["taken"], &shown["waiting"], &shown["status"]), (&json!(0), &json!(0), &json!("cancelled")));
        signed_up(&server, "later", &lan, alone(), "confirmed").await;
        assert_eq!(read(&server, &third, &ming).await["status"], "pending", "another session goes ahead");
        let cancel = format!("{}/cancel", of_session("asking"));
        asked(&server, Method::POST, &cancel, &editor, reason, 200).await;
        assert_eq!(purposes(&told(&server, &ming).await), ["cancelled", "cancelled"]);
    }

    async fn many_are_called_off_together_or_none(store: Store) {
        let over = kepu::domain::sessions::Session {
            start: NOW - TimeDelta::hours(3), end: NOW - TimeDelta::hours(2), ..stars("over", 9, json!({}))
        };
        let server = server(store, vec![stars("a", 9, json!({})), stars("b", 9, json!({})), over]).await;
        let editor = editor(&server).await;
        let [lan, ming] = [log_in(&server, "lan").await, log_in(&server, "ming").await];
        for (session, access) in [("a", &lan), ("b", &lan), ("b", &ming)] {
            signed_up(&server, session, access, alone(), "confirmed").await;
        }
        let ids = |slugs: &[&str]| -> Vec<String> {
            slugs.iter().map(|slug| SessionId::from_slug(slug).to_string()).collect()
        };
        let path = "/v1/manage/sessions/cancel";
        let body = |slugs: &[&str], dry: bool| json!({ "ids": ids(slugs), "reason": "台风", "dryRun": dry });
        let unknown = ask(&server, Method::POST, path, &editor, body(&["a", "nowhere"], false)).await;
        assert_eq!(unknown.status, 404);
        let twice = ask(&server, Method::POST, path, &editor, body(&["a", "a"], false)).await;
        assert_eq!(wrong(&twice), ["ids[1] repeated"]);
        let wordless = json!({ "ids": ids(&["a"]), "reason": " " });
        assert_eq!(wrong(&ask(&server, Method::POST, path, &editor, wordless).await), ["reason empty"]);
        assert!(told(&server, &lan).await.is_empty(), "what was refused called nothing off");
        for dry in [true, false] {
            let done = asked(&server, Method::POST, path, &editor, body(&["b", "over", "a"], dry), 200).await;
            let of: Vec<_> = done["sessions"].as_array().unwrap().iter()
                .map(|one| (one["outcome"].as_str().unwrap(), one["told"]["signups"].as_i64().unwrap()))
                .collect();
            assert_eq!(of, [("cancelled", 2), ("ended", 0), ("cancelled", 1)], "dry: {dry}");
            assert_eq!(done["told"]["signups"], 3);
        }
        assert_eq!(purposes(&told(&server, &lan).await), ["cancelled"; 2]);
        assert_eq!(purposes(&told(&server, &ming).await), ["cancelled"]);
    }

    async fn an_event_is_called_off_with_all_its_sessions(store: Store) {
        let server = server(store, vec![stars("a", 9, json!({})), stars("b", 9, json!({}))]).await;
        let editor = editor(&server).await;
        let lan = log_in(&server, "lan").await;
        signed_up(&server, "a", &lan, alone(), "confirmed").await;
        let path = format!("{}/cancel", of_event("stars"));
        let done = asked(&server, Method::POST, &path, &editor, json!({ "reason": "闭馆" }), 200).await;
        assert_eq!((done["sessions"].as_array().unwrap().len(), &done["told"]["signups"]), (2, &json!(1)));
        assert_eq!(purposes(&told(&server, &lan).await), ["cancelled"]);
        let public = format!("/v1/events/{}", EventId::from_slug("stars"));
        eventually("everybody sees it", || async {
            let shown = server.json(&public).await;
            (shown["status"] == "cancelled" && shown["notice"]["text"] == "闭馆").then_some(())
        })
        .await;
        let body = json!({ "sessions": [hour(start())] });
        let more = ask(&server, Method::POST, &format!("{}/sessions", of_event("stars")), &editor, body).await;
        assert_eq!(more.json()["code"], "calledOff");
    }

    async fn what_a_crash_left_is_finished_and_nobody_is_told_twice(store: Store) {
        let server = server(store, vec![session("other", EventId::from_slug("stars"), start()), stars("s", 9, json!({}))]).await;
        let lan = log_in(&server, "lan").await;
        let first = signed_up(&server, "s", &lan, alone(), "confirmed").await;
        // The process ended between calling the session off and telling anybody.
        let db = &server.running.db;
        let id = SessionId::from_slug("s").get();
        let marked = db.write(|tx| {
            let mark = format!("UPDATE sessions SET status = 'cancelled', version = 2 WHERE id = {id}");
            Ok::<_, db::Error>(tx.batch_execute(&mark)?)
        });
        marked.unwrap();
        let sessions = sessions(&server);
        let finished = sessions.finish(NOW).unwrap();
        assert!(finished <= 1, "{finished}");
        assert_eq!(sessions.finish(NOW).unwrap(), 0);
        // The server's own job may have come first; somebody told them, once.
        eventually("the sign-up ends", || async {
            (read(&server, &first, &lan).await["statusReason"] == "calledOff").then_some(())
        })
        .await;
        assert_eq!(purposes(&told(&server, &lan).await), ["cancelled"]);
    }

    async fn thousands_are_told_once_each_some_at_a_time(store: Store) {
        const MANY: usize = 2_500;
        let server = server(store, vec![stars("s", 3_000, json!({}))]).await;
        let db = &server.running.db;
        let callers = people::people(db, MANY);
        let signup = |n: usize| Signup {
            id: SignupId::from_slug(&format!("signup {n}")),
            session: SessionId::from_slug("s"),
            event: EventId::from_slug("stars"),
            person: Some(callers[n].person),
            status: Status::Confirmed,
            reason: None,
            seats: 1,
            headcount: None,
            queue_number: None,
            offered_until: None,
            ticket_code: None,
            ticket_revision: 1,
            personal: None,
            attended: Vec::new(),
            policy_version: "1.0".to_owned(),
            version: 1,
            created_at: NOW,
            updated_at: NOW,
        };
        let made: Vec<Signup> = (0..MANY).map(signup).collect();
        let filled = db.write(|tx| {
            signups::insert(tx, &vault(), &made)?;
            let id = SessionId::from_slug("s").get();
            Ok::<_, db::Error>(tx.batch_execute(&format!("UPDATE sessions SET taken = {MANY} WHERE id = {id}"))?)
        });
        filled.unwrap();
        let done = sessions(&server).call_off(Actor::Operator, &[SessionId::from_slug("s")], &Text::zh("台风"), Run::Earnest);
        assert_eq!(done.unwrap()[0].told.confirmed, MANY as i64);
        let told: Vec<i64> = counts(db, "SELECT count(*) AS n FROM notices WHERE purpose = 'cancelled' GROUP BY signup_id");
        assert_eq!((told.len(), told.iter().max()), (MANY, Some(&1)));
        let left = counts(db, "SELECT count(*) AS n FROM signups WHERE status <> 'cancelled'");
        let seats = counts(db, "SELECT CAST(taken + waiting AS BIGINT) AS n FROM sessions");
        assert_eq!((left, seats), (vec![0], vec![0]));
    }
}

pub fn counts(db: &db::Db, statement: &str) -> Vec<i64> {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let rows: Vec<Number> = db
        .read(|conn| {
            Ok::<_, db::Error>(match conn {
                db::AnyConn::Sqlite(conn) => diesel::sql_query(statement).load(conn)?,
                db::AnyConn::Postgres(conn) => diesel::sql_query(statement).load(conn)?,
            })
        })
        .unwrap();
    rows.into_iter().map(|row| row.n).collect()
}
