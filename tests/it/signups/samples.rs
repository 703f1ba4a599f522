//! What a front-end team tries in a demonstration: the sample programme has a session for each way of signing up, and the
//! demonstration's desk is its host.

use kepu::app::demo_accounts::renew;
use kepu::domain::access::Caller;
use kepu::domain::ids::SystemRandom;

use super::*;
use crate::support::people::{people as logged_in, token};

struct Demonstration {
    server: Server,
    callers: Vec<Caller>,
    desk: String,
}

impl Demonstration {
    async fn open(store: Store) -> Self {
        let server = Server::over(Arc::new(Fresh::new(store, Holds::Seeds)), None).await;
        let (db, vault) = (&server.running.db, &server.running.members.vault);
        let (password, _) = renew(db, vault, &SystemRandom).unwrap();
        let callers = logged_in(db, 5);
        let login = json!({ "username": "demo-desk", "password": password.expose() });
        let answer = server.send(server.client.post(server.url("/v1/auth/password")).json(&login)).await;
        let desk = answer.json()["accessToken"].as_str().unwrap().to_owned();
        Self { server, callers, desk }
    }

    /// The first session of an event that is open for sign-up, as everybody reads it.
    async fn session(&self, event: &str) -> Value {
        let sessions = self.server.walk(&format!("/v1/events/{}/sessions", EventId::from_slug(event))).await;
        let open = sessions.iter().find(|session| session["signupState"] == "open");
        let id = open.unwrap_or_else(|| panic!("{event} is open: {sessions:?}"))["id"].as_str().unwrap();
        self.server.json(&format!("/v1/sessions/{id}")).await
    }

    fn token(&self, n: usize) -> String {
        token(self.callers[n], NOW)
    }

    async fn sign_up(&self, session: &Value, n: usize, body: Value) -> Answer {
        let path = format!("/v1/sessions/{}/signups", session["id"].as_str().unwrap());
        self.server.send(by(&self.server, Method::POST, &path, &self.token(n)).json(&body)).await
    }

    /// Somebody signs up alone, queueing where need be; their sign-up.
    async fn alone(&self, session: &Value, n: usize) -> Value {
        let body = json!({ "participants": [{ "self": true, "name": "陈兰", "birthYear": 1980 }],
            "joinWaitlist": true, "consent": { "policyVersion": "1.0" } });
        let answer = self.sign_up(session, n, body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }
}

on_both_stores! {
    async fn a_teacher_books_a_class_and_its_list_follows(store: Store) {
        let demonstration = Demonstration::open(store).await;
        let session = demonstration.session("evt-0131").await;
        assert_eq!(session["rules"]["group"], json!({ "min": 10, "max": 45 }));
        let class = |heads: u16| json!({ "headcount": heads, "contact": { "name": "陈老师", "phone": "13800138000" },
            "consent": { "policyVersion": "1.0" } });
        let few = demonstration.sign_up(&session, 0, class(9)).await;
        assert_eq!((few.status.as_u16(), &few.json()["errors"][0]["field"]), (422, &json!("headcount")));
        let booked = demonstration.sign_up(&session, 0, class(30)).await;
        assert_eq!(booked.status, 201, "{}", booked.text);
        let booked = booked.json();
        assert_eq!((&booked["status"], &booked["seats"]), (&json!("confirmed"), &json!(30)));
        let path = format!("/v1/signups/{}", booked["id"].as_str().unwrap());
        let list = json!({ "version": 1, "headcount": 30, "participants": [{ "name": "学生甲", "birthYear": 2011 }] });
        let filled = by(&demonstration.server, Method::PUT, &path, &demonstration.token(0)).json(&list);
        let filled = demonstration.server.send(filled).await;
        assert_eq!((filled.status.as_u16(), &filled.json()["party"][0]["name"]), (200, &json!("学生甲")), "{}", filled.text);
    }

    async fn a_form_asks_questions_of_every_type(store: Store) {
        let demonstration = Demonstration::open(store).await;
        let session = demonstration.session("evt-0013").await;
        let types: Vec<_> = session["questions"].as_array().unwrap().iter().map(|one| one["type"].clone()).collect();
        assert_eq!(types, ["choices", "boolean", "number", "choice", "text"]);
        let mut body = json!({ "participants": [{ "self": true, "birthYear": 1950 }], "consent": { "policyVersion": "1.0" } });
        let unanswered = demonstration.sign_up(&session, 0, body.clone()).await;
        assert_eq!((unanswered.status.as_u16(), &unanswered.json()["errors"][0]["field"]), (422, &json!("answers")));
        body["answers"] = json!([
            { "questionId": "interest", "value": ["血脂", "Imaging"] },
            { "questionId": "hearing", "participant": 0, "value": true },
            { "questionId": "visits", "participant": 0, "value": 1 },
            { "questionId": "seat", "value": "前排" },
            { "questionId": "question", "value": "什么是幽门螺杆菌？" },
        ]);
        let answered = demonstration.sign_up(&session, 0, body).await;
        assert_eq!(answered.status, 201, "{}", answered.text);
        assert_eq!(answered.json()["answers"].as_array().unwrap().len(), 5);
    }

    async fn the_demonstrations_desk_approves(store: Store) {
        let demonstration = Demonstration::open(store).await;
        let session = demonstration.session("evt-0020").await;
        let [first, second] = [demonstration.alone(&session, 0).await, demonstration.alone(&session, 1).await];
        assert_eq!((&first["status"], &second["status"]), (&json!("pending"), &json!("pending")));
        for (signup, word, status) in [(first, "approve", "confirmed"), (second, "reject", "rejected")] {
            let [session, signup] = [&session, &signup].map(|one| one["id"].as_str().unwrap());
            let path = format!("/v1/manage/sessions/{session}/signups/{signup}/{word}");
            let server = &demonstration.server;
            let decided = server.send(by(server, Method::POST, &path, &demonstration.desk)).await;
            assert_eq!((decided.status.as_u16(), &decided.json()["status"]), (200, &json!(status)), "{}", decided.text);
        }
    }

    async fn whoever_queues_is_offered_a_seat_for_half_an_hour(store: Store) {
        let demonstration = Demonstration::open(store).await;
        let session = demonstration.session("evt-0130").await;
        assert_eq!((&session["capacity"], &session["waitlistMode"]), (&json!(4), &json!("offer")));
        let mut signups = Vec::new();
        for n in 0..5 {
            signups.push(demonstration.alone(&session, n).await);
        }
        assert_eq!(signups[4]["status"], "waitlisted");
        let server = &demonstration.server;
        act(server, &signups[0], &demonstration.token(0), "cancel").await;
        let offered = read(server, &signups[4], &demonstration.token(4)).await;
        assert_eq!((&offered["status"], &offered["offeredUntil"]), (&json!("offered"), &json!("2026-11-25T10:30:00+08:00")));
        let taken = act(server, &signups[4], &demonstration.token(4), "accept").await;
        assert_eq!(taken["status"], "confirmed");
    }
}
