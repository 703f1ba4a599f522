//! Sessions that are added: one, many, and as a rule repeats them.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use super::*;
use crate::support::catalogue::session;

/// What adds an hour on Saturday 28 November 2026 by a rule.
fn by_rule(rule: &str, more: Value) -> Value {
    let recurrence = with(json!({ "rule": rule }), more);
    json!({ "sessions": [hour(saturday())], "recurrence": recurrence })
}

fn saturday() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-28T14:00:00+08:00").unwrap().to_utc()
}

fn starts(added: &Value) -> Vec<&str> {
    added["items"].as_array().unwrap().iter().map(|one| &one["start"].as_str().unwrap()[..10]).collect()
}

on_both_stores! {
    async fn a_rule_shows_its_dates_adds_them_once_and_all_see_them(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let path = format!("{}/sessions", of_event("stars"));
        let wanted = by_rule("RRULE:FREQ=MONTHLY;BYDAY=2SA,4SA;COUNT=4", json!({ "except": ["holidays"] }));
        let dates = ["2026-11-28", "2026-12-12", "2026-12-26", "2027-01-09"];
        let dry = asked(&server, Method::POST, &path, &editor, with(wanted.clone(), json!({ "dryRun": true })), 200).await;
        assert_eq!((starts(&dry), &dry["dryRun"]), (dates.to_vec(), &json!(true)));
        // This store knows no holidays at all.
        assert_eq!(dry["recurrence"]["uncertain"], json!(dates));
        assert!(dry["recurrence"].get("holidaysKnownThrough").is_none());
        let public = format!("/v1/events/{}", EventId::from_slug("stars"));
        assert_eq!(server.json(&public).await["sessions"], json!([]));
        let made = asked(&server, Method::POST, &path, &editor, wanted.clone(), 201).await;
        assert_eq!((starts(&made), &made["same"]), (dates.to_vec(), &json!([])));
        let again = asked(&server, Method::POST, &path, &editor, wanted, 200).await;
        assert_eq!((&again["items"], again["same"].as_array().unwrap().len()), (&json!([]), 4));
        eventually("everybody sees four sessions", || async {
            (server.json(&public).await["sessions"].as_array().unwrap().len() == 4).then_some(())
        })
        .await;
    }

    async fn the_same_request_again_gives_what_the_first_one_added(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let path = format!("{}/sessions", of_event("stars"));
        let send = |body: Value| {
            server.send(by(&server, Method::POST, &path, &editor).header("Idempotency-Key", "k").json(&body))
        };
        let dry = send(with(by_rule("FREQ=WEEKLY;COUNT=3", json!({})), json!({ "dryRun": true }))).await;
        assert_eq!(dry.status, 200, "a dry run uses no key up: {}", dry.text);
        let body = by_rule("FREQ=WEEKLY;COUNT=3", json!({}));
        let [first, again] = [send(body.clone()).await, send(body).await];
        assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
        assert_eq!(first.json(), again.json());
        let other = send(by_rule("FREQ=WEEKLY;COUNT=4", json!({}))).await;
        assert_eq!(other.json()["code"], "keyReused");
    }

    async fn a_request_sent_again_brings_nothing_back_that_was_called_off_or_moved(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let path = format!("{}/sessions", of_event("stars"));
        let send = || {
            let body = by_rule("FREQ=WEEKLY;COUNT=3", json!({}));
            server.send(by(&server, Method::POST, &path, &editor).header("Idempotency-Key", "k").json(&body))
        };
        let first = send().await.json();
        let id = |at: usize| first["items"][at]["id"].as_str().unwrap().to_owned();
        let off = json!({ "reason": "台风" });
        asked(&server, Method::POST, &format!("/v1/manage/sessions/{}/cancel", id(0)), &editor, off, 200).await;
        let later = with(hour(saturday() + TimeDelta::days(8)), json!({ "version": 1 }));
        asked(&server, Method::PUT, &format!("/v1/manage/sessions/{}", id(1)), &editor, later, 200).await;
        let again = send().await.json();
        assert_eq!(starts(&again), ["2026-11-28", "2026-12-06", "2026-12-12"]);
        assert_eq!(again["items"][0]["status"], "cancelled");
        let event = EventId::from_slug("stars");
        let all = server.running.db.read(|conn| kepu::db::sessions::of_events(conn, &[event.get()])).unwrap();
        assert_eq!(all[&event].len(), 3, "nothing was added");
    }

    async fn everything_that_is_wrong_is_told_at_once(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let path = format!("{}/sessions", of_event("stars"));
        let past = hour(NOW - TimeDelta::days(1));
        let turned = json!({ "start": rfc3339(start()), "end": rfc3339(start() - TimeDelta::hours(1)), "capacity": -1 });
        let body = json!({ "sessions": [past, turned, with(hour(start()), json!({ "rules": { "partyMax": 2 } }))] });
        let answer = ask(&server, Method::POST, &path, &editor, body).await;
        assert_eq!(wrong(&answer), [
            "sessions[0].end outOfRange", "sessions[1].capacity outOfRange", "sessions[1].start inverted",
            "sessions[2].rules conflicting",
        ]);
        let unread = json!({
            "sessions": [{ "start": "tomorrow", "end": "2026-11-28", "place": { "name": "厅", "address": "某处" } }],
            "recurrence": { "rule": "FREQ=DAILY", "exdates": ["soon"] },
        });
        let answer = ask(&server, Method::POST, &path, &editor, unread).await;
        assert_eq!(wrong(&answer), [
            "recurrence.exdates[0] malformed", "sessions[0].end malformed", "sessions[0].place.adcode missing",
            "sessions[0].start malformed",
        ]);
        for (rule, code) in [("FREQ=HOURLY", "badRule"), ("every Saturday", "badRule")] {
            let answer = ask(&server, Method::POST, &path, &editor, by_rule(rule, json!({}))).await;
            assert_eq!(wrong(&answer), [format!("recurrence.rule {code}")], "{rule}");
        }
        let never = by_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", json!({}));
        assert_eq!(wrong(&ask(&server, Method::POST, &path, &editor, never).await), ["recurrence tooFew"]);
        let unknown = json!({ "sessions": [with(hour(start()), json!({ "room": "A" }))] });
        assert_eq!(wrong(&ask(&server, Method::POST, &path, &editor, unknown).await), ["sessions[0].room unknown"]);
    }

    async fn hundreds_of_sessions_with_a_rule_that_never_comes_true_keep_nobody_waiting(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let path = format!("{}/sessions", of_event("stars"));
        let body = |count: i64, rule: &str| json!({
            "sessions": (0..count).map(|days| hour(saturday() + TimeDelta::days(days))).collect::<Vec<_>>(),
            "recurrence": { "rule": rule },
            "dryRun": true,
        });
        let begun = Instant::now();
        for rule in ["FREQ=YEARLY;BYSETPOS=366;BYDAY=MO", "FREQ=YEARLY;INTERVAL=65535;BYMONTH=2;BYMONTHDAY=30"] {
            let answer = ask(&server, Method::POST, &path, &editor, body(400, rule)).await;
            assert_eq!(wrong(&answer), ["recurrence tooFew"], "{rule}");
        }
        // Far more than may be added, which is known before they are all made.
        let answer = ask(&server, Method::POST, &path, &editor, body(400, "FREQ=DAILY")).await;
        assert_eq!(wrong(&answer), ["recurrence tooMany"]);
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        let long = format!("FREQ=DAILY;BYMONTH=1{}", ",1".repeat(250));
        assert_eq!(wrong(&ask(&server, Method::POST, &path, &editor, body(1, &long)).await), ["recurrence.rule tooLong"]);
        let nothing = body(1, "FREQ=MONTHLY;BYMONTHDAY=0");
        assert_eq!(wrong(&ask(&server, Method::POST, &path, &editor, nothing).await), ["recurrence.rule badRule"]);
    }

    async fn a_session_neither_begins_long_ago_nor_lasts_for_years(store: Store) {
        let began = NOW - TimeDelta::days(30);
        let old = kepu::domain::sessions::Session {
            end: NOW + TimeDelta::days(30), ..session("old", EventId::from_slug("stars"), began)
        };
        let server = server(store, vec![old]).await;
        let editor = editor(&server).await;
        let path = format!("{}/sessions", of_event("stars"));
        let span = |from: &str, to: DateTime<Utc>| json!({ "start": from, "end": rfc3339(to) });
        let body = json!({ "sessions": [
            span("0000-01-01T00:00:00+08:00", NOW + TimeDelta::days(1)),
            span(&rfc3339(NOW - TimeDelta::hours(25)).to_string(), NOW + TimeDelta::days(1)),
            span(&rfc3339(NOW).to_string(), NOW + TimeDelta::days(367)),
            span(&rfc3339(NOW - TimeDelta::hours(20)).to_string(), NOW + TimeDelta::days(1)),
        ] });
        let answer = ask(&server, Method::POST, &path, &editor, body).await;
        assert_eq!(wrong(&answer), [
            "sessions[0].start outOfRange", "sessions[1].start outOfRange", "sessions[2].end outOfRange",
        ]);
        // What began before may go on, and is not moved to before.
        let own = json!({ "version": 1, "start": rfc3339(began), "end": rfc3339(NOW + TimeDelta::days(20)) });
        let changed = asked(&server, Method::PUT, &of_session("old"), &editor, own, 200).await;
        let past = json!({
            "version": changed["version"], "start": rfc3339(NOW - TimeDelta::days(400)),
            "end": rfc3339(NOW + TimeDelta::hours(2)),
        });
        assert!(wrong(&ask(&server, Method::PUT, &of_session("old"), &editor, past).await).contains(&"start outOfRange".to_owned()));
    }

    async fn terms_of_sign_up_move_along_with_a_rule(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let mut body = by_rule("FREQ=WEEKLY;COUNT=2", json!({}));
        body["sessions"][0] = with(body["sessions"][0].clone(), json!({
            "capacity": 20, "signupClosesAt": "2026-11-28T12:00:00+08:00", "waitlistMode": "confirm",
            "rules": { "partyMax": 4, "cancelUntil": "2026-11-27T18:00:00+08:00" },
            "questions": [{ "id": "school", "label": { "zh-CN": "学校", "en": "School" }, "type": "text" }],
        }));
        // One just comes to the talk of this store: the terms ask for another admission.
        let path = format!("{}/sessions", of_event("stars"));
        assert_eq!(wrong(&ask(&server, Method::POST, &path, &editor, body.clone()).await), ["sessions[0].rules conflicting"]);
        let event = json!({ "title": "观星", "mode": "online", "admission": "signup" });
        let event = asked(&server, Method::POST, "/v1/manage/events", &editor, event, 201).await;
        let path = format!("/v1/manage/events/{}/sessions", event["id"].as_str().unwrap());
        let made = asked(&server, Method::POST, &path, &editor, body, 201).await;
        let second = &made["items"][1];
        assert_eq!(second["signupClosesAt"], "2026-12-05T12:00:00+08:00");
        assert_eq!(second["rules"]["cancelUntil"], "2026-12-04T18:00:00+08:00");
        assert_eq!(second["questions"][0]["label"], json!({ "zh-CN": "学校", "en": "School" }));
        // What is read can be sent back.
        let id = second["id"].as_str().unwrap();
        let own = get(&server, &format!("/v1/manage/sessions/{id}"), &editor).await;
        let mut sent = own.clone();
        for field in ["id", "event", "status", "taken", "waiting", "signupState", "crs"] {
            sent.as_object_mut().unwrap().remove(field);
        }
        let changed = asked(&server, Method::PUT, &format!("/v1/manage/sessions/{id}"), &editor, sent, 200).await;
        for field in ["start", "end", "capacity", "signupClosesAt", "waitlistMode", "rules", "questions", "status"] {
            assert_eq!(changed[field], own[field], "{field}");
        }
        assert_eq!((&changed["version"], &changed["told"]["signups"]), (&json!(2), &json!(0)));
    }

    async fn of_a_draft_outsiders_learn_nothing_at_the_desk_of_its_sessions(store: Store) {
        let server = server(store, Vec::new()).await;
        let (editor, lan) = (editor(&server).await, log_in(&server, "lan").await);
        let event = json!({ "title": "观星", "mode": "online", "admission": "signup" });
        let event = asked(&server, Method::POST, "/v1/manage/events", &editor, event, 201).await;
        let path = format!("/v1/manage/events/{}/sessions", event["id"].as_str().unwrap());
        let made = asked(&server, Method::POST, &path, &editor, json!({ "sessions": [hour(start())] }), 201).await;
        for what in ["desk", "signups", "door-code"] {
            let path = format!("/v1/manage/sessions/{}/{what}", made["items"][0]["id"].as_str().unwrap());
            assert_eq!(server.send(by(&server, Method::GET, &path, &lan)).await.status, 404, "{what}");
            assert_eq!(server.send(by(&server, Method::GET, &path, &editor)).await.status, 200, "{what}");
        }
    }

    async fn an_unverified_organisation_has_two_hundred_sessions_at_most(store: Store) {
        let server = server(store, Vec::new()).await;
        let editor = editor(&server).await;
        let path = format!("{}/sessions", of_event("stars"));
        let add = |from: i64, count: i64| {
            let hours = (from..from + count).map(|later| hour(start() + TimeDelta::hours(later)));
            ask(&server, Method::POST, &path, &editor, json!({ "sessions": hours.collect::<Vec<_>>() }))
        };
        let org = OrganisationId::from_slug("org").get();
        let statement = format!("UPDATE organisations SET verified = FALSE WHERE id = {org}");
        server.running.db.write(|tx| Ok::<_, kepu::db::Error>(tx.batch_execute(&statement)?)).unwrap();
        assert_eq!(wrong(&add(0, 201).await), ["sessions tooMany"]);
        assert_eq!(add(0, 200).await.status, 201);
        assert_eq!(wrong(&add(300, 1).await), ["sessions tooMany"]);
    }

    async fn who_was_named_takes_its_name_off(store: Store) {
        let server = server(store, Vec::new()).await;
        let (editor, lan) = (editor(&server).await, log_in(&server, "lan").await);
        let supporter = member(&server, "supporter", MemberRole::Editor, "lab").await;
        let path = format!("{}/leave", of_event("stars"));
        let leave = |who: &str| server.send(by(&server, Method::POST, &path, who));
        assert_eq!(leave(&supporter).await.status, 403, "it is not named");
        name(&server, &[("lab", OrganiserRole::Supporter)]);
        assert_eq!(leave(&lan).await.status, 403);
        let own = leave(&editor).await;
        assert_eq!((own.status.as_u16(), &own.json()["code"]), (409, &json!("nothingToDo")));
        let left = leave(&supporter).await;
        assert_eq!(left.status, 204, "{}", left.text);
        let read = get(&server, &of_event("stars"), &editor).await;
        assert_eq!(read["organisers"].as_array().unwrap().len(), 1);
        assert_eq!(leave(&supporter).await.status, 403);
    }

    async fn a_supporter_is_named_and_does_nothing(store: Store) {
        let server = server(store, vec![session("s", EventId::from_slug("stars"), start())]).await;
        let supporter = member(&server, "supporter", MemberRole::Editor, "lab").await;
        let partner = member(&server, "partner", MemberRole::Editor, "garden").await;
        name(&server, &[("lab", OrganiserRole::Supporter), ("garden", OrganiserRole::CoOrganiser)]);
        let desk = format!("{}/signups", of_session("s"));
        let off = json!({ "reason": "台风", "dryRun": true });
        for (who, status) in [(&supporter, 403), (&partner, 200)] {
            assert_eq!(server.send(by(&server, Method::GET, &of_session("s"), who)).await.status, status);
            assert_eq!(server.send(by(&server, Method::GET, &desk, who)).await.status, status);
            for path in [of_event("stars"), of_session("s")] {
                let answer = ask(&server, Method::POST, &format!("{path}/cancel"), who, off.clone()).await;
                assert_eq!(answer.status, status, "{path}: {}", answer.text);
            }
        }
    }

    async fn sessions_are_for_editors_of_an_organiser(store: Store) {
        let server = server(store, vec![session("s", EventId::from_slug("stars"), start())]).await;
        let desk = member(&server, "desk", MemberRole::Desk, "org").await;
        let lan = log_in(&server, "lan").await;
        let body = json!({ "sessions": [hour(start())] });
        let path = format!("{}/sessions", of_event("stars"));
        for access in [&desk, &lan] {
            let answer = ask(&server, Method::POST, &path, access, body.clone()).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (403, &json!("forbidden")));
            let answer = server.send(by(&server, Method::GET, &of_session("s"), access)).await;
            assert_eq!(answer.status, 403);
        }
        let editor = editor(&server).await;
        assert_eq!(get(&server, &of_session("s"), &editor).await["version"], 1);
    }
}
