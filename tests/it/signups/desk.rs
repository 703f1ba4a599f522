//! The desk: who gets in, who does not and why, and that nobody gets in twice.

use super::*;
use futures_util::future::join_all;
use kepu::app::desk::Attempt;
use kepu::db::{organisations, publication};
use kepu::domain::ids::OrganisationId;
use kepu::domain::kinds::Kind;
use kepu::domain::publication::Publication;
use kepu::domain::signups::party::Role as As;
use kepu::domain::signups::request::{Participant, Request, Who};

on_both_stores! {
    async fn a_party_signs_up_and_everybody_sees_the_seats(store: Store) {
        let terms = json!({ "partyMax": 4, "perPersonMax": 4, "cancelUntil": start() - TimeDelta::days(1) });
        let server = server(store, vec![stars("s", 10, terms)]).await;
        let lan = log_in(&server, "lan").await;
        let mut body = people(2);
        body["participants"][0] = json!({ "self": true, "as": "guardian" });
        body["participants"][1]["birthYear"] = 2016.into();
        let child = sign_up(&server, "s", &lan, body.clone()).await;
        assert_eq!((child.status.as_u16(), child.json()["errors"][0]["code"].as_str()), (422, Some("consentNeeded")));
        body["consent"]["guardianFor"] = json!([1]);
        let signup = signed_up(&server, "s", &lan, body.clone(), "confirmed").await;
        let export = server.send(by(&server, Method::GET, "/v1/me/export", &lan)).await.json();
        assert_eq!(export["consents"][0]["kind"], "guardian", "{export}");
        assert_eq!(signup["event"]["title"], "stars");
        assert_eq!(signup["session"]["start"], "2026-11-28T10:00:00+08:00");
        assert_eq!(signup["cancelUntil"], "2026-11-27T10:00:00+08:00");
        assert_eq!(signup["party"][0], json!({ "as": "guardian", "attended": false, "self": true }));
        assert_eq!(signup["party"][1]["name"], "客人1");
        assert_eq!((&signup["seats"], &signup["version"]), (&json!(2), &json!(1)));
        assert_eq!(signup["ticket"]["code"].as_str().unwrap().len(), 10);
        seats(&server, "s", 2, 0).await;
        assert_eq!(read(&server, &signup, &lan).await, signup);
        let again = sign_up(&server, "s", &lan, alone()).await;
        assert_eq!((again.status.as_u16(), again.json()["id"].clone()), (200, signup["id"].clone()));
        assert_eq!((&again.json()["partyDiffers"], &again.json()["party"]), (&json!(true), &signup["party"]));
        body["participants"].as_array_mut().unwrap().reverse();
        body["consent"]["guardianFor"] = json!([0]);
        let same = sign_up(&server, "s", &lan, body.clone()).await;
        assert_eq!((same.status.as_u16(), same.json()), (200, signup.clone()), "the same party, in another order");
        body["participants"][0]["name"] = "小红".into();
        assert_eq!(sign_up(&server, "s", &lan, body).await.json()["partyDiffers"], true);
        let mine = server.send(by(&server, Method::GET, "/v1/me/signups", &lan)).await.json();
        assert_eq!((&mine["total"], &mine["items"][0]["id"]), (&json!(1), &signup["id"]));
        let ming = log_in(&server, "ming").await;
        let path = format!("/v1/signups/{}", signup["id"].as_str().unwrap());
        assert_eq!(server.send(by(&server, Method::GET, &path, &ming)).await.status, 404, "another's");
        assert_eq!(try_to(&server, &signup, &ming, "cancel").await.status, 404);
        assert_eq!(server.get(&path).await.status, 401);
    }

    async fn losers_learn_why(store: Store) {
        let late = json!({ "closesAt": NOW - TimeDelta::hours(1) });
        let early = json!({ "opensAt": NOW + TimeDelta::hours(1) });
        let off = Session { status: kepu::domain::events::EventStatus::Cancelled, ..stars("off", 1, json!({})) };
        let free = Session { signup: None, ..stars("free", 1, json!({})) };
        let full = stars("full", 0, json!({}));
        let queue = stars("queue", 1, json!({ "waitlistMode": "confirm" }));
        let ages = stars("ages", 1, json!({ "ages": { "min": 60 } }));
        let sessions = vec![stars("late", 1, late), stars("early", 1, early), off, free, full, queue, ages];
        let server = server(store, sessions).await;
        let [lan, ming] = [log_in(&server, "lan").await, log_in(&server, "ming").await];
        for (session, code) in [
            ("late", "closed"), ("early", "notOpen"), ("off", "calledOff"), ("free", "signupNotNeeded"), ("full", "full"),
        ] {
            assert_refused(&sign_up(&server, session, &lan, alone()).await, code);
        }
        let none = sign_up(&server, "full", &lan, queueing(alone())).await;
        assert_eq!(none.json()["waitlist"], json!({ "offered": false, "waiting": 0 }));
        signed_up(&server, "queue", &lan, alone(), "confirmed").await;
        // The first refusal asks the store, those after it are answered from memory.
        for _ in 0..3 {
            let refused = sign_up(&server, "queue", &ming, alone()).await;
            assert_refused(&refused, "full");
            assert_eq!(refused.json()["waitlist"], json!({ "offered": true, "waiting": 0 }));
            seats(&server, "queue", 1, 0).await;
        }
        let mut young = alone();
        young["participants"][0]["birthYear"] = 1990.into();
        let young = sign_up(&server, "ages", &ming, young).await;
        assert_refused(&young, "notEligible");
        assert_eq!(young.json()["errors"][0]["code"], "tooYoung");
        assert_refused(&sign_up(&server, "late", &ming, people(1)).await, "closed");
        assert_eq!(sign_up(&server, "nowhere", &ming, alone()).await.status, 404);
        let mut old = alone();
        old["consent"]["policyVersion"] = "0.9".into();
        let old = sign_up(&server, "queue", &ming, old).await;
        assert_eq!((old.status.as_u16(), old.json()["errors"][0]["field"].clone()), (422, json!("consent.policyVersion")));
    }

    async fn a_repeat_is_harmless(store: Store) {
        let server = server(store, vec![stars("s", 5, json!({ "partyMax": 3, "perPersonMax": 3 }))]).await;
        let lan = log_in(&server, "lan").await;
        let path = format!("/v1/sessions/{}/signups", SessionId::from_slug("s"));
        let send = |key: &str, body: Value| {
            let request = by(&server, Method::POST, &path, &lan).header("Idempotency-Key", key).json(&body);
            server.send(request)
        };
        let all = join_all((0..6).map(|_| send("one", people(2)))).await;
        let first = all[0].json();
        for answer in &all {
            assert_eq!((answer.status.as_u16(), &answer.json()), (201, &first));
        }
        assert_refused(&send("one", people(1)).await, "keyReused");
        assert_eq!(send("two", people(2)).await.status, 200, "another key, the same sign-up");
        seats(&server, "s", 2, 0).await;
        act(&server, &first, &lan, "cancel").await;
        let after = send("one", people(2)).await;
        assert_eq!((after.status.as_u16(), after.json()["status"].clone()), (201, json!("cancelled")), "what it made, as it is");
        assert_eq!(send(&"x".repeat(129), people(2)).await.status, 400);
        let anew = send("three", people(2)).await;
        assert_eq!(anew.status, 201);
        assert_ne!(anew.json()["id"], first["id"]);
    }

    async fn nobody_is_oversold_and_the_queue_is_in_order(store: Store) {
        let server = server(store, vec![stars("s", 7, json!({ "waitlistMode": "confirm" }))]).await;
        let all = join_all((0..30).map(|n| {
            let server = &server;
            async move { log_in(server, &format!("p{n}")).await }
        }))
        .await;
        let made = join_all(all.iter().map(|access| sign_up(&server, "s", access, queueing(alone())))).await;
        let of = |status: &str| made.iter().filter(|answer| answer.json()["status"] == status).count();
        assert_eq!((of("confirmed"), of("waitlisted")), (7, 23));
        seats(&server, "s", 7, 23).await;
        let mut positions = Vec::new();
        for (access, made) in all.iter().zip(&made).filter(|(_, made)| made.json()["status"] == "waitlisted") {
            positions.push(read(&server, &made.json(), access).await["position"].as_u64().unwrap());
        }
        positions.sort_unstable();
        assert_eq!(positions, (1..=23).collect::<Vec<_>>());
    }

    async fn a_login_that_ended_signs_nobody_up(store: Store) {
        let server = server(store, vec![stars("s", 1, json!({}))]).await;
        let lan = log_in(&server, "lan").await;
        assert_eq!(server.send(by(&server, Method::POST, "/v1/auth/logout", &lan)).await.status, 204);
        let refused = sign_up(&server, "s", &lan, alone()).await;
        assert_eq!((refused.status.as_u16(), refused.json()["code"].clone()), (401, json!("loginEnded")));
        seats(&server, "s", 0, 0).await;
    }

    async fn a_login_that_ended_is_not_told_how_a_session_stands(store: Store) {
        let server = server(store, vec![stars("full", 0, json!({}))]).await;
        let [lan, ming] = [log_in(&server, "lan").await, log_in(&server, "ming").await];
        for _ in 0..3 {
            // From the store first, then from memory.
            assert_refused(&sign_up(&server, "full", &lan, alone()).await, "full");
        }
        assert_eq!(server.send(by(&server, Method::POST, "/v1/auth/logout", &lan)).await.status, 204);
        let mut old = alone();
        old["consent"]["policyVersion"] = "0.9".into();
        for (session, body) in [("full", alone()), ("nowhere", alone()), ("full", old)] {
            let refused = sign_up(&server, session, &lan, body).await;
            assert_eq!((refused.status.as_u16(), refused.json()["code"].clone()), (401, json!("loginEnded")), "{session}");
        }
        assert_refused(&sign_up(&server, "full", &ming, alone()).await, "full");
        let again = log_in(&server, "lan").await;
        assert_refused(&sign_up(&server, "full", &again, alone()).await, "full");
    }

    async fn nobody_gets_in_once_the_event_is_hidden_whatever_readers_still_see(store: Store) {
        let server = server(store, vec![stars("s", 9, json!({}))]).await;
        let db = &server.running.db;
        let callers = crate::support::people::people(db, 3);
        let at_the_desk = |place: usize| server.running.members.desk.sign_up(Attempt {
            caller: callers[place],
            session: SessionId::from_slug("s"),
            request: Request {
                participants: vec![Participant {
                    who: Who::Named("客人".into()), birth_year: None, role: As::Attendee,
                }],
                headcount: None,
                contact: None,
                join_waitlist: false,
                answers: Vec::new(),
                policy_version: "1.0".to_owned(),
                guardian_for: Vec::new(),
            },
            key: None,
        });
        let id = EventId::from_slug("stars").get();
        let show = |seen| db.write(|tx| publication::set(tx, Kind::Event, id, seen)).unwrap();
        show(Publication::TakenDown);
        assert!(matches!(at_the_desk(0).await, Err(app::Error::NotFound)));
        show(Publication::Public);
        assert!(at_the_desk(1).await.unwrap().made);
        db.write(|tx| organisations::set_suspended(tx, OrganisationId::from_slug("org"), Some("x"))).unwrap();
        assert!(matches!(at_the_desk(2).await, Err(app::Error::NotFound)));
        assert!(!at_the_desk(1).await.unwrap().made, "who is in is told so");
    }

    async fn limits_hold_over_the_sessions_of_an_event(store: Store) {
        let terms = || json!({ "perEventMax": 1 });
        let server = server(store, vec![stars("a", 5, terms()), stars("b", 5, terms())]).await;
        let lan = log_in(&server, "lan").await;
        let first = signed_up(&server, "a", &lan, alone(), "confirmed").await;
        let second = sign_up(&server, "b", &lan, alone()).await;
        assert_refused(&second, "limitReached");
        assert_eq!(second.json()["errors"][0]["code"], "tooManySessions");
        act(&server, &first, &lan, "cancel").await;
        signed_up(&server, "b", &lan, alone(), "confirmed").await;
        assert_refused(&sign_up(&server, "a", &lan, alone()).await, "limitReached");
    }

    async fn what_no_session_takes_is_refused_before_the_desk(store: Store) {
        let server = server(store, vec![stars("s", 5, json!({}))]).await;
        let lan = log_in(&server, "lan").await;
        let told = |body: Value| {
            let (server, lan) = (&server, &lan);
            async move {
                let answer = sign_up(server, "s", lan, body).await;
                assert_eq!(answer.status, 422, "{}", answer.text);
                let errors = answer.json()["errors"].as_array().unwrap().clone();
                assert!(errors.len() <= 50);
                format!("{} {}", errors[0]["field"].as_str().unwrap(), errors[0]["code"].as_str().unwrap())
            }
        };
        assert_eq!(told(people(601)).await, "participants tooMany");
        let mut many = alone();
        many["consent"]["guardianFor"] = json!(vec![9; 601]);
        assert_eq!(told(many).await, "consent.guardianFor tooMany");
        let mut child = alone();
        child["participants"][0]["birthYear"] = 2016.into();
        child["consent"]["guardianFor"] = json!([0]);
        assert_eq!(told(child.clone()).await, "participants[0] consentNeeded", "nobody is their own guardian");
        let alone = sign_up(&server, "s", &lan, child.clone()).await.json();
        assert!(alone["errors"][0]["message"].as_str().unwrap().contains("不能自行报名"), "{alone}");
        child["participants"][0]["birthYear"] = i32::MIN.into();
        assert_eq!(told(child).await, "participants[0].birthYear outOfRange");
    }
}
