//! Sessions that are moved, and whom that concerns.

use super::*;
use kepu::app::notices;
use kepu::domain::sessions::Session;

use crate::support::stores::Store;

fn queue() -> Value {
    json!({ "waitlistMode": "confirm" })
}

fn moved_by(days: i64, session: &Value) -> Value {
    with(
        hour(start() + TimeDelta::days(days)),
        json!({
            "version": session["version"], "capacity": session["capacity"], "waitlistMode": "confirm",
            "notice": { "zh-CN": "台风", "en": "Typhoon" },
        }),
    )
}

async fn one(store: Store, capacity: i32) -> (Server, String) {
    let server = server(store, vec![stars("s", capacity, queue())]).await;
    let editor = editor(&server).await;
    (server, editor)
}

on_both_stores! {
    async fn who_signed_up_for_a_moved_session_is_told_once_with_old_and_new(store: Store) {
        let (server, editor) = one(store, 1).await;
        let [lan, ming] = [log_in(&server, "lan").await, log_in(&server, "ming").await];
        let seated = signed_up(&server, "s", &lan, alone(), "confirmed").await;
        signed_up(&server, "s", &ming, queueing(alone()), "waitlisted").await;
        let before = get(&server, &of_session("s"), &editor).await;
        let body = moved_by(2, &before);
        let dry = with(body.clone(), json!({ "dryRun": true }));
        let dry = asked(&server, Method::PUT, &of_session("s"), &editor, dry, 200).await;
        let counts = json!({ "confirmed": 1, "waitlisted": 1, "offered": 0, "pending": 0, "signups": 2, "seats": 2 });
        assert_eq!((&dry["told"], &dry["status"]), (&counts, &json!("changed")));
        assert!(told(&server, &lan).await.is_empty(), "a dry run tells nobody");
        assert_eq!(get(&server, &of_session("s"), &editor).await, before);

        let changed = asked(&server, Method::PUT, &of_session("s"), &editor, body.clone(), 200).await;
        assert_eq!((&changed["told"], &changed["version"]), (&counts, &json!(2)));
        let again = ask(&server, Method::PUT, &of_session("s"), &editor, body).await;
        assert_eq!((again.status.as_u16(), &again.json()["code"]), (409, &json!("versionConflict")));
        for access in [&lan, &ming] {
            let told = told(&server, access).await;
            assert_eq!(purposes(&told), ["changed"]);
            let change = json!({
                "oldStart": rfc3339(start()), "newStart": rfc3339(start() + TimeDelta::days(2)),
            });
            assert_eq!(told[0]["change"], change);
            let text = told[0]["text"].as_str().unwrap();
            assert!(text.contains("原定") && text.ends_with("原因：台风"), "{text}");
        }
        let now = read(&server, &seated, &lan).await;
        assert_ne!(now["ticket"]["offline"], seated["ticket"]["offline"], "the old one is good at another time");
        assert_eq!(now["ticket"]["code"], seated["ticket"]["code"]);
        let path = format!("/v1/sessions/{}", SessionId::from_slug("s"));
        eventually("everybody sees that it moved", || async {
            let shown = server.json(&format!("{path}?lang=en")).await;
            (shown["status"] == "changed" && shown["notice"]["text"] == "Typhoon").then_some(())
        })
        .await;
        let list = server.json("/v1/events?limit=1").await;
        assert_eq!(list["items"][0]["notice"]["text"], "台风");
    }

    async fn subscribed_calendars_follow(store: Store) {
        let (server, editor) = one(store, 1).await;
        let path = format!("/v1/events/{}/calendar.ics", EventId::from_slug("stars"));
        let line = |text: &str, name: &str| {
            text.split("\r\n").find(|line| line.starts_with(name)).unwrap().to_owned()
        };
        let sequence = |text: &str| line(text, "SEQUENCE:")["SEQUENCE:".len()..].parse::<u64>().unwrap();
        let before = server.get(&path).await.text;
        server.clock.set(NOW + TimeDelta::minutes(5));
        let session = get(&server, &of_session("s"), &editor).await;
        asked(&server, Method::PUT, &of_session("s"), &editor, moved_by(2, &session), 200).await;
        let moved = eventually("the calendar has moved", || async {
            let text = server.get(&path).await.text;
            (line(&text, "DTSTART;TZID") != line(&before, "DTSTART;TZID")).then_some(text)
        })
        .await;
        assert!(sequence(&moved) > sequence(&before));
        assert_ne!(line(&moved, "LAST-MODIFIED"), line(&before, "LAST-MODIFIED"));
        assert_eq!(line(&moved, "STATUS"), "STATUS:CONFIRMED");
        let reason = json!({ "reason": "停电" });
        asked(&server, Method::POST, &format!("{}/cancel", of_session("s")), &editor, reason, 200).await;
        let over = eventually("the calendar says that it is called off", || async {
            let text = server.get(&path).await.text;
            (line(&text, "STATUS") == "STATUS:CANCELLED").then_some(text)
        })
        .await;
        assert!(sequence(&over) > sequence(&moved));
        assert_eq!(line(&over, "UID"), line(&before, "UID"));
    }

    async fn reminders_come_again_for_the_new_start(store: Store) {
        let (server, _) = one(store, 1).await;
        let lan = log_in(&server, "lan").await;
        signed_up(&server, "s", &lan, alone(), "confirmed").await;
        let db = &server.running.db;
        let remind = |at: DateTime<Utc>| {
            server.clock.set(at);
            notices::remind(db, at).unwrap();
        };
        let reminders = |access: String| {
            let server = &server;
            async move {
                let all = get(server, "/v1/me/notices", &access).await;
                let day = |one: &&Value| one["purpose"] == "dayBefore";
                all["items"].as_array().unwrap().iter().filter(day).count()
            }
        };
        remind(start() - TimeDelta::hours(20));
        let editor = editor_again(&server).await;
        let session = get(&server, &of_session("s"), &editor).await;
        asked(&server, Method::PUT, &of_session("s"), &editor, moved_by(3, &session), 200).await;
        assert_eq!(reminders(log_in(&server, "lan").await).await, 0, "what was not sent was meant for another start");
        remind(start() + TimeDelta::days(3) - TimeDelta::hours(20));
        assert_eq!(reminders(log_in(&server, "lan").await).await, 1);
        // Moved to the same day: nobody is told that it is tomorrow.
        let editor = editor_again(&server).await;
        let session = get(&server, &of_session("s"), &editor).await;
        let body = with(moved_by(3, &session), hour(start() + TimeDelta::days(3) - TimeDelta::hours(10)));
        asked(&server, Method::PUT, &of_session("s"), &editor, body, 200).await;
        let left = reminders(log_in(&server, "lan").await).await;
        remind(start() + TimeDelta::days(3) - TimeDelta::hours(15));
        assert_eq!(reminders(log_in(&server, "lan").await).await, left, "told of the change, they know");
    }

    async fn more_seats_go_to_the_queue_and_terms_bind_who_came_by_them(store: Store) {
        let (server, editor) = one(store, 1).await;
        let [lan, ming] = [log_in(&server, "lan").await, log_in(&server, "ming").await];
        signed_up(&server, "s", &lan, alone(), "confirmed").await;
        let second = signed_up(&server, "s", &ming, queueing(alone()), "waitlisted").await;
        let path = of_session("s");
        let put = |body: Value| ask(&server, Method::PUT, &path, &editor, body);
        let body = |more: Value| with(with(hour(start()), json!({ "version": 1, "capacity": 1, "waitlistMode": "confirm" })), more);
        let refused = put(body(json!({ "capacity": 0 }))).await;
        assert_eq!(refused.json()["code"], "capacityBelowTaken");
        assert_eq!(wrong(&put(body(json!({ "waitlistMode": "none" }))).await), ["waitlistMode conflicting"]);
        assert_eq!(wrong(&put(body(json!({ "rules": { "capacityUnit": "party" } }))).await), ["rules.capacityUnit conflicting"]);
        let more = put(body(json!({ "capacity": 2 }))).await;
        assert_eq!(more.status, 200, "{}", more.text);
        let changed = more.json();
        assert_eq!((&changed["promoted"], &changed["taken"], &changed["status"]), (&json!(1), &json!(2), &json!("scheduled")));
        assert_eq!(changed["told"]["signups"], 0, "it has not moved");
        assert_eq!(read(&server, &second, &ming).await["status"], "confirmed");
    }

    async fn an_offer_never_outlasts_the_session_that_it_is_for(store: Store) {
        let server = server(store, vec![stars("s", 1, json!({ "waitlistMode": "offer", "offerMinutes": 2880 }))]).await;
        let editor = editor(&server).await;
        let [lan, ming] = [log_in(&server, "lan").await, log_in(&server, "ming").await];
        let first = signed_up(&server, "s", &lan, alone(), "confirmed").await;
        let second = signed_up(&server, "s", &ming, queueing(alone()), "waitlisted").await;
        act(&server, &first, &lan, "cancel").await;
        assert_eq!(read(&server, &second, &ming).await["status"], "offered");
        let sooner = NOW + TimeDelta::hours(5);
        let body = with(hour(sooner), json!({ "version": 1, "capacity": 1, "waitlistMode": "offer" }));
        asked(&server, Method::PUT, &of_session("s"), &editor, body, 200).await;
        assert_eq!(read(&server, &second, &ming).await["offeredUntil"], json!(rfc3339(sooner)));
        assert_eq!(purposes(&told(&server, &ming).await), ["changed"]);
    }

    async fn what_is_over_or_called_off_stays_as_it_is(store: Store) {
        let over = Session { start: NOW - TimeDelta::hours(3), end: NOW - TimeDelta::hours(2), ..stars("over", 1, queue()) };
        let server = server(store, vec![over, stars("s", 1, queue())]).await;
        let editor = editor(&server).await;
        let body = with(hour(start()), json!({ "version": 1 }));
        let answer = ask(&server, Method::PUT, &of_session("over"), &editor, body.clone()).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (409, &json!("sessionOver")));
        asked(&server, Method::POST, &format!("{}/cancel", of_session("s")), &editor, json!({ "reason": "停电" }), 200).await;
        let body = with(body, json!({ "version": 2 }));
        let answer = ask(&server, Method::PUT, &of_session("s"), &editor, body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (409, &json!("calledOff")));
    }
}

/// The editor, logged in at the present time.
async fn editor_again(server: &Server) -> String {
    log_in(server, "editor").await
}
