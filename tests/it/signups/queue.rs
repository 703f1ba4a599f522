//! The queue: first come first served, offers taken and lapsed, parties that shrink.

use kepu::domain::events::{Event, EventStatus};

use super::*;

on_both_stores! {
    async fn freed_seats_go_to_whoever_is_next(store: Store) {
        let server = server(store, vec![stars("s", 1, json!({ "waitlistMode": "confirm" }))]).await;
        let [lan, ming, wei] = [log_in(&server, "lan").await, log_in(&server, "ming").await, log_in(&server, "wei").await];
        let first = signed_up(&server, "s", &lan, alone(), "confirmed").await;
        let second = signed_up(&server, "s", &ming, queueing(alone()), "waitlisted").await;
        let third = signed_up(&server, "s", &wei, queueing(alone()), "waitlisted").await;
        assert_eq!((&second["position"], &third["position"]), (&json!(1), &json!(2)));
        assert!(second.get("ticket").is_none());
        let gone = act(&server, &first, &lan, "cancel").await;
        assert_eq!((&gone["status"], &gone["statusReason"]), (&json!("cancelled"), &json!("byPerson")));
        assert_eq!(act(&server, &first, &lan, "cancel").await, gone, "twice is once");
        let promoted = read(&server, &second, &ming).await;
        assert_eq!((&promoted["status"], promoted["ticket"]["code"].is_string()), (&json!("confirmed"), true));
        assert_eq!(read(&server, &third, &wei).await["position"], 1);
        let left = act(&server, &third, &wei, "cancel").await;
        assert_eq!(left["statusReason"], "leftQueue");
        seats(&server, "s", 1, 0).await;
    }

    async fn offers_are_taken_or_lapse(store: Store) {
        let server = server(store, vec![stars("s", 1, json!({ "waitlistMode": "offer", "offerMinutes": 30 }))]).await;
        let [lan, ming, wei] = [log_in(&server, "lan").await, log_in(&server, "ming").await, log_in(&server, "wei").await];
        let first = signed_up(&server, "s", &lan, alone(), "confirmed").await;
        let second = signed_up(&server, "s", &ming, queueing(alone()), "waitlisted").await;
        let third = signed_up(&server, "s", &wei, queueing(alone()), "waitlisted").await;
        let early = try_to(&server, &second, &ming, "accept").await;
        assert_refused(&early, "offerLapsed");
        assert!(early.json()["detail"].as_str().unwrap().contains("您还在候补"), "nothing has lapsed: {}", early.text);
        act(&server, &first, &lan, "cancel").await;
        let offered = read(&server, &second, &ming).await;
        assert_eq!((&offered["status"], &offered["offeredUntil"]), (&json!("offered"), &json!("2026-11-25T10:30:00+08:00")));
        seats(&server, "s", 1, 1).await;
        server.clock.advance(TimeDelta::minutes(30));
        let [ming, wei] = [log_in(&server, "ming").await, log_in(&server, "wei").await];
        let next = eventually("the next offer", || async {
            let third = read(&server, &third, &wei).await;
            (third["status"] == "offered").then_some(third)
        })
        .await;
        assert_eq!(next["offeredUntil"], "2026-11-25T11:00:00+08:00");
        let late = try_to(&server, &second, &ming, "accept").await;
        assert!(!late.json()["detail"].as_str().unwrap().contains("您还在候补"), "{}", late.text);
        let lapsed = read(&server, &second, &ming).await;
        assert_eq!((&lapsed["status"], &lapsed["statusReason"]), (&json!("cancelled"), &json!("offerLapsed")));
        assert_refused(&try_to(&server, &second, &ming, "accept").await, "offerLapsed");
        assert_eq!(act(&server, &third, &wei, "accept").await["status"], "confirmed");
        assert_eq!(act(&server, &third, &wei, "accept").await["status"], "confirmed", "twice is once");
        seats(&server, "s", 1, 0).await;
    }

    async fn whole_parties_only_and_who_does_not_fit_keeps_their_place(store: Store) {
        let terms = json!({ "waitlistMode": "confirm", "partyMax": 3, "perPersonMax": 3 });
        let server = server(store, vec![stars("s", 3, terms)]).await;
        let [lan, ming, wei] = [log_in(&server, "lan").await, log_in(&server, "ming").await, log_in(&server, "wei").await];
        let three = signed_up(&server, "s", &lan, people(3), "confirmed").await;
        let two = signed_up(&server, "s", &ming, queueing(people(3)), "waitlisted").await;
        let one = signed_up(&server, "s", &wei, queueing(people(1)), "waitlisted").await;
        let path = format!("/v1/signups/{}", three["id"].as_str().unwrap());
        let mut fewer = json!({ "version": 1, "participants": [{ "name": "客人0" }, { "name": "客人1" }] });
        let put = |body: Value| server.send(by(&server, Method::PUT, &path, &lan).json(&body));
        let shrunk = put(fewer.clone()).await;
        assert_eq!((shrunk.status.as_u16(), &shrunk.json()["version"]), (200, &json!(2)), "{}", shrunk.text);
        assert_eq!(read(&server, &one, &wei).await["status"], "confirmed", "the first that fits");
        assert_eq!(read(&server, &two, &ming).await["position"], 1, "who does not keeps the place");
        seats(&server, "s", 3, 3).await;
        assert_refused(&put(fewer.clone()).await, "versionConflict");
        fewer["version"] = 2.into();
        fewer["participants"] = people(3)["participants"].clone();
        let grown = put(fewer).await;
        assert_eq!((grown.status.as_u16(), grown.json()["errors"][0]["code"].clone()), (422, json!("cannotGrow")));
    }

    async fn a_queue_ends_when_the_session_begins(store: Store) {
        let server = server(store, vec![stars("s", 1, json!({ "waitlistMode": "confirm" }))]).await;
        let [lan, ming] = [log_in(&server, "lan").await, log_in(&server, "ming").await];
        let first = signed_up(&server, "s", &lan, alone(), "confirmed").await;
        let second = signed_up(&server, "s", &ming, queueing(alone()), "waitlisted").await;
        server.clock.advance(start() - NOW);
        let [lan, ming] = [log_in(&server, "lan").await, log_in(&server, "ming").await];
        eventually("the end of the queue", || async {
            let second = read(&server, &second, &ming).await;
            (second["statusReason"] == "neverFree").then_some(())
        })
        .await;
        assert_refused(&try_to(&server, &first, &lan, "cancel").await, "cancelClosed");
        seats(&server, "s", 1, 0).await;
    }

    async fn nobody_is_promoted_into_an_event_that_was_called_off(store: Store) {
        let server = server(store, vec![stars("s", 1, json!({ "waitlistMode": "confirm" }))]).await;
        let [lan, ming] = [log_in(&server, "lan").await, log_in(&server, "ming").await];
        let first = signed_up(&server, "s", &lan, alone(), "confirmed").await;
        let second = signed_up(&server, "s", &ming, queueing(alone()), "waitlisted").await;
        let off = |status| Event { status, ..event("stars", BaseId::from_slug("dome")) };
        let put = |status| server.running.db.write(|tx| put_event(tx, "stars", &off(status), NOW, 0)).unwrap();
        put(EventStatus::Cancelled);
        act(&server, &first, &lan, "cancel").await;
        assert_eq!(read(&server, &second, &ming).await["status"], "waitlisted", "its sessions still say scheduled");
        put(EventStatus::Scheduled);
        let wei = log_in(&server, "wei").await;
        eventually("the event is on again", || async {
            (sign_up(&server, "s", &wei, queueing(alone())).await.status == 201).then_some(())
        })
        .await;
        assert_eq!(read(&server, &second, &ming).await["status"], "confirmed", "who queued comes first");
    }

    async fn once_it_is_too_late_to_cancel_names_are_corrected_and_nobody_is_replaced(store: Store) {
        let day_before = start() - TimeDelta::days(1);
        let terms = json!({ "partyMax": 3, "perPersonMax": 3, "cancelUntil": day_before, "group": { "min": 2, "max": 30 } });
        let server = server(store, vec![stars("s", 30, terms)]).await;
        let [lan, teacher] = [log_in(&server, "lan").await, log_in(&server, "teacher").await];
        let named = |names: &[&str]| names.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>();
        let mut body = people(0);
        body["participants"] = json!(named(&["陈小明", "李华"]));
        let family = signed_up(&server, "s", &lan, body.clone(), "confirmed").await;
        body["participants"] = json!(named(&["周一", "郑二"]));
        body["headcount"] = 20.into();
        let class = signed_up(&server, "s", &teacher, body, "confirmed").await;
        let put = |signup: &Value, access: &str, body: Value| {
            let path = format!("/v1/signups/{}", signup["id"].as_str().unwrap());
            server.send(by(&server, Method::PUT, &path, access).json(&body))
        };
        let early = put(&family, &lan, json!({ "version": 1, "participants": [
            { "name": "赵大海", "birthYear": 1990 }, { "name": "李华" },
        ] })).await;
        assert_eq!(early.status, 200, "they could cancel, and somebody else sign up: {}", early.text);

        server.clock.set(day_before);
        let [lan, teacher] = [log_in(&server, "lan").await, log_in(&server, "teacher").await];
        let change = |version: i64, names: &[&str]| json!({ "version": version, "participants": named(names) });
        let swapped = put(&family, &lan, change(2, &["王五", "李华"])).await;
        assert_eq!(swapped.status, 422, "{}", swapped.text);
        let told = &swapped.json()["errors"][0];
        assert_eq!((&told["field"], &told["code"]), (&json!("participants[0]"), &json!("replaced")));
        assert_refused(&put(&family, &lan, change(2, &["李华"])).await, "cancelClosed");
        let born = |year: i32| json!({ "version": 2, "participants": [{ "name": "赵大海", "birthYear": year }, { "name": "李华" }] });
        assert_eq!(put(&family, &lan, born(1950)).await.json()["errors"][0]["code"], "replaced", "who is older by 40 years");
        let corrected = put(&family, &lan, change(2, &["赵大洋", "李桦"])).await;
        assert_eq!((corrected.status.as_u16(), &corrected.json()["party"][1]["name"]), (200, &json!("李桦")), "{}", corrected.text);
        let step = put(&family, &lan, change(3, &["赵大洋", "王桦"])).await;
        assert_eq!(step.status, 422, "step by step neither: {}", step.text);

        let me = log_in(&server, "me").await;
        let selves = |body: Value, name: &str| {
            let mut body = body;
            body["participants"] = json!([{ "self": true, "name": name }]);
            body
        };
        let mine = signed_up(&server, "s", &me, alone(), "confirmed").await;
        assert_eq!(put(&mine, &me, selves(json!({ "version": 1 }), "陈兰")).await.status, 200, "who gave no name gives one");
        let swapped = put(&mine, &me, selves(json!({ "version": 2 }), "王五")).await;
        assert_eq!((swapped.status.as_u16(), &swapped.json()["errors"][0]["code"]), (422, &json!("replaced")), "once");

        let mut list = change(1, &["吴三", "冯四", "孙五"]);
        list["headcount"] = 20.into();
        assert_eq!(put(&class, &teacher, list).await.status, 200, "a class sends whom it has");
    }
}
