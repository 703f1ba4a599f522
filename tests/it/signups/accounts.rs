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

    async fn limits_bind_a_class_as_one_and_a_list_of_names_uses_no_more(store: Store) {
        let terms = || json!({ "perEventMax": 1, "group": { "min": 2, "max": 50 } });
        let server = server(store, vec![stars("a", 60, terms()), stars("b", 60, terms())]).await;
        let teacher = log_in(&server, "teacher").await;
        let class = json!({ "headcount": 30, "consent": { "policyVersion": "1.0" } });
        let booked = signed_up(&server, "a", &teacher, class.clone(), "confirmed").await;
        let second = sign_up(&server, "b", &teacher, class.clone()).await;
        assert_refused(&second, "limitReached");
        assert_eq!(second.json()["errors"][0]["code"], "tooManySessions");
        let mut list = people(25);
        list["participants"][0] = json!({ "self": true });
        list = json!({ "version": 1, "headcount": 30, "participants": list["participants"] });
        let path = format!("/v1/signups/{}", booked["id"].as_str().unwrap());
        let filled = server.send(by(&server, Method::PUT, &path, &teacher).json(&list)).await;
        assert_eq!((filled.status.as_u16(), filled.json()["party"].as_array().map(Vec::len)), (200, Some(25)), "{}", filled.text);
        assert_refused(&sign_up(&server, "b", &teacher, class.clone()).await, "limitReached");
        act(&server, &booked, &teacher, "cancel").await;
        signed_up(&server, "b", &teacher, class, "confirmed").await;
    }

    async fn what_a_change_leaves_out_of_a_class_stays(store: Store) {
        let server = server(store, vec![stars("s", 60, json!({ "group": { "min": 2, "max": 50 } }))]).await;
        let teacher = log_in(&server, "teacher").await;
        let class = json!({ "headcount": 30, "contact": { "name": "陈老师", "phone": "13800138000" },
            "consent": { "policyVersion": "1.0" } });
        let booked = signed_up(&server, "s", &teacher, class, "confirmed").await;
        let path = format!("/v1/signups/{}", booked["id"].as_str().unwrap());
        let put = async |body: Value| {
            let answer = server.send(by(&server, Method::PUT, &path, &teacher).json(&body)).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            answer.json()
        };
        let filled = put(json!({ "version": 1, "participants": people(25)["participants"] })).await;
        assert_eq!((&filled["headcount"], &filled["contact"]), (&json!(30), &booked["contact"]));
        assert_eq!(filled["party"].as_array().unwrap().len(), 25);
        let other = put(json!({ "version": 2, "headcount": 28, "contact": { "name": "李老师" } })).await;
        assert_eq!((&other["headcount"], &other["contact"]), (&json!(28), &json!({ "name": "李老师" })));
        assert_eq!(other["party"], json!([]), "the list is what the change says");
        assert_eq!(put(json!({ "version": 3, "contact": {} })).await["contact"], json!({}));
    }

    async fn only_who_is_new_and_under_14_needs_consent_in_a_change(store: Store) {
        let terms = json!({ "partyMax": 4, "perPersonMax": 4, "cancelUntil": NOW + TimeDelta::days(1) });
        let server = server(store, vec![stars("s", 10, terms)]).await;
        let lan = log_in(&server, "lan").await;
        let child = |name: &str| json!({ "name": name, "birthYear": 2016 });
        let family = json!({ "participants": [{ "self": true, "as": "guardian" }, child("陈小明"), child("陈小红")],
            "consent": { "policyVersion": "1.0", "guardianFor": [1, 2] } });
        let signup = signed_up(&server, "s", &lan, family, "confirmed").await;
        assert_eq!(signup["cancelUntil"], "2026-11-26T10:00:00+08:00");
        let path = format!("/v1/signups/{}", signup["id"].as_str().unwrap());
        let put = |body: Value| server.send(by(&server, Method::PUT, &path, &lan).json(&body));
        let smaller = json!({ "version": 1, "participants": [{ "self": true, "as": "guardian" }, child("陈小红")] });
        let smaller = put(smaller).await;
        assert_eq!((smaller.status.as_u16(), &smaller.json()["seats"]), (200, &json!(2)), "{}", smaller.text);
        let mut other = json!({ "version": 2, "participants": [{ "self": true, "as": "guardian" }, child("王五")] });
        let refused = put(other.clone()).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["code"]), (422, &json!("consentNeeded")));
        other["consent"] = json!({ "guardianFor": [1] });
        assert_eq!(put(other).await.status, 200);

        server.clock.advance(TimeDelta::days(1));
        let lan = log_in(&server, "lan").await;
        assert!(read(&server, &signup, &lan).await.get("cancelUntil").is_none(), "it has passed");
    }

    async fn another_birth_date_makes_nobody_new_of_a_child(store: Store) {
        let terms = || json!({ "perEventMax": 1 });
        let server = with_guardian_policy(store, vec![stars("a", 9, terms()), stars("b", 9, terms())]).await;
        let (mother, father) = (log_in(&server, "lan").await, log_in(&server, "ming").await);
        let hers = child(&server, &mother, "陈小明").await;
        let change = |access: String, id: String, version: i64, born: &str| {
            let body = json!({ "name": "陈小明", "birthDate": born, "version": version });
            let path = format!("/v1/me/companions/{id}");
            let request = by(&server, Method::PUT, &path, &access).json(&body);
            server.send(request)
        };
        signed_up(&server, "a", &mother, of_companion(&hers), "confirmed").await;
        let changed = change(mother.clone(), hers.clone(), 1, "2015-06-02").await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        assert_refused(&sign_up(&server, "b", &mother, of_companion(&hers)).await, "limitReached");
        // Whoever was born on the first of June is somebody else now, and free.
        let his = child(&server, &father, "陈小明").await;
        signed_up(&server, "a", &father, of_companion(&his), "confirmed").await;
        let back = change(mother.clone(), hers.clone(), 2, "2015-06-01").await;
        assert_refused(&back, "duplicate");
        assert_eq!(back.json()["errors"][0]["field"], "birthDate");
        let year = json!({ "name": "陈小明", "birthYear": 2015, "version": 2 });
        let path = format!("/v1/me/companions/{hers}");
        assert_eq!(server.send(by(&server, Method::PUT, &path, &mother).json(&year)).await.status, 200);
        let again = sign_up(&server, "b", &mother, of_companion(&hers)).await;
        assert_refused(&again, "limitReached");
    }

    async fn a_companion_who_is_signed_up_becomes_nobody_else(store: Store) {
        let terms = || json!({ "perEventMax": 1 });
        let server = with_guardian_policy(store, vec![stars("a", 9, terms()), stars("b", 9, terms())]).await;
        let (father, mother) = (log_in(&server, "ming").await, log_in(&server, "lan").await);
        let his = child(&server, &father, "陈小明").await;
        let hers = child(&server, &mother, "陈小明").await;
        let made = signed_up(&server, "a", &father, of_companion(&his), "confirmed").await;
        let path = format!("/v1/me/companions/{his}");
        let rename = |name: &str, version: i64| {
            let body = json!({ "name": name, "birthDate": "2015-06-01", "version": version,
                "consent": { "policyVersion": "2.0", "guardian": true } });
            server.send(by(&server, Method::PUT, &path, &father).json(&body))
        };
        assert_refused(&rename("王大力", 1).await, "companionSignedUp");
        assert_refused(&sign_up(&server, "a", &mother, of_companion(&hers)).await, "duplicate");
        assert_refused(&sign_up(&server, "b", &mother, of_companion(&hers)).await, "limitReached");
        // Another way to write it is written on the ticket too; small steps lead to nobody else.
        let step = rename("陈小力", 1).await;
        assert_eq!(step.status, 200, "{}", step.text);
        assert_eq!(read(&server, &made, &father).await["party"][0]["name"], "陈小力");
        assert_refused(&rename("王小力", 2).await, "companionSignedUp");
        act(&server, &made, &father, "cancel").await;
        assert_eq!(rename("王大力", 2).await.status, 200, "nobody holds a seat by it");
    }

    async fn a_guardian_takes_children_out_however_late_and_nobody_else(store: Store) {
        let terms = json!({ "partyMax": 4, "perPersonMax": 4, "cancelUntil": NOW - TimeDelta::hours(1) });
        let server = with_guardian_policy(store, vec![stars("a", 9, terms.clone()), stars("b", 9, terms)]).await;
        let lan = log_in(&server, "lan").await;
        let party = json!({ "participants": [{ "name": "小宝", "birthYear": 2018 }, { "name": "李华", "birthYear": 1980 }],
            "consent": { "policyVersion": "1.0", "guardianFor": [0] } });
        let family = signed_up(&server, "a", &lan, party, "confirmed").await;
        assert_refused(&try_to(&server, &family, &lan, "cancel").await, "cancelClosed");
        let path = format!("/v1/signups/{}", family["id"].as_str().unwrap());
        let keep = |one: Value| {
            let body = json!({ "version": 1, "participants": [one] });
            server.send(by(&server, Method::PUT, &path, &lan).json(&body))
        };
        let child = json!({ "version": 1, "participants": [{ "name": "小宝", "birthYear": 2018 }],
            "consent": { "guardianFor": [0] } });
        let without_li = server.send(by(&server, Method::PUT, &path, &lan).json(&child)).await;
        assert_refused(&without_li, "cancelClosed");
        let left = keep(json!({ "name": "李华", "birthYear": 1980 })).await;
        assert_eq!((left.status.as_u16(), &left.json()["seats"]), (200, &json!(1)), "{}", left.text);
        let child = json!({ "participants": [{ "name": "小宝", "birthYear": 2018 }],
            "consent": { "policyVersion": "1.0", "guardianFor": [0] } });
        let alone = signed_up(&server, "b", &lan, child, "confirmed").await;
        assert_eq!(act(&server, &alone, &lan, "cancel").await["status"], "cancelled");
        seats(&server, "b", 0, 0).await;
    }

    async fn who_is_fourteen_stays_when_a_companion_is_removed(store: Store) {
        let server = with_guardian_policy(store, vec![stars("a", 9, json!({}))]).await;
        let lan = log_in(&server, "lan").await;
        let body = json!({ "name": "陈大明", "birthDate": "2011-06-01", "consent": { "policyVersion": "2.0", "guardian": true } });
        let held = server.send(by(&server, Method::POST, "/v1/me/companions", &lan).json(&body)).await.json();
        let id = held["id"].as_str().unwrap();
        let made = signed_up(&server, "a", &lan, of_companion(id), "confirmed").await;
        let gone = server.send(by(&server, Method::DELETE, &format!("/v1/me/companions/{id}"), &lan)).await;
        assert_eq!(gone.status, 204);
        assert_eq!(read(&server, &made, &lan).await["status"], "confirmed");
    }

    async fn a_child_whose_guardian_consents_no_more_takes_no_part(store: Store) {
        let terms = || json!({ "waitlistMode": "confirm", "partyMax": 4, "perPersonMax": 4,
            "cancelUntil": NOW - TimeDelta::hours(1), "perEventMax": 2,
            "questions": [{ "id": "school", "label": { "zh-CN": "学校" }, "type": "text", "required": true, "per": "participant" }] });
        let server = with_guardian_policy(store, vec![stars("a", 2, terms()), stars("b", 2, terms())]).await;
        let (mother, next) = (log_in(&server, "lan").await, log_in(&server, "ming").await);
        let son = child(&server, &mother, "陈小明").await;
        let daughter = child(&server, &mother, "陈小月").await;
        let school = |at: usize| json!({ "questionId": "school", "participant": at, "value": format!("{at}小") });
        let both = json!({ "participants": [{ "companionId": son }, { "companionId": daughter }],
            "answers": [school(0), school(1)], "consent": { "policyVersion": "1.0" } });
        let one = json!({ "participants": [{ "companionId": son }, { "self": true, "as": "guardian" }],
            "answers": [school(0), school(1)], "consent": { "policyVersion": "1.0" } });
        let waiting = |at: usize| queueing(json!({ "participants": [{ "self": true }], "answers": [school(at)],
            "consent": { "policyVersion": "1.0" } }));
        let family = signed_up(&server, "a", &mother, both, "confirmed").await;
        let alone = signed_up(&server, "b", &mother, one, "confirmed").await;
        let queued = [
            signed_up(&server, "a", &next, waiting(0), "waitlisted").await,
            signed_up(&server, "b", &next, waiting(0), "waitlisted").await,
        ];

        let gone = server.send(by(&server, Method::DELETE, &format!("/v1/me/companions/{son}"), &mother)).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        let left = read(&server, &family, &mother).await;
        let names: Vec<_> = left["party"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
        assert_eq!((&left["status"], names, &left["seats"]), (&json!("confirmed"), vec![json!("陈小月")], &json!(1)));
        assert_eq!(left["answers"], json!([{ "questionId": "school", "participant": 0, "value": "1小" }]));
        assert_eq!(read(&server, &alone, &mother).await["status"], "cancelled", "nobody is left to take part");
        for queued in &queued {
            assert_eq!(read(&server, queued, &next).await["status"], "confirmed", "in the same transaction");
        }
        seats(&server, "a", 2, 0).await;
        seats(&server, "b", 1, 0).await;
        let notices = server.send(by(&server, Method::GET, "/v1/me/notices", &mother)).await.json();
        let told = |one: &Value| one["purpose"] == "changed" && one["text"].as_str().unwrap().contains("监护同意已撤回");
        assert_eq!(notices["items"].as_array().unwrap().iter().filter(|one| told(one)).count(), 2, "{notices}");
        kepu::jobs::daily::chores(&server.running.db, false).unwrap();
        let used = dump(&server.running.db);
        let used = used.lines().filter(|line| line.starts_with("limits_used:"));
        assert_eq!(used.count(), 2, "the daughter and whoever queued");
    }

    async fn pseudonyms_are_kept_no_longer_than_names(store: Store) {
        let terms = json!({ "perEventMax": 3, "partyMax": 4, "perPersonMax": 4 });
        let server = with_guardian_policy(store, vec![stars("a", 10, terms)]).await;
        let db = &server.running.db;
        let kept = || {
            let held = dump(db);
            let of = |table: &str| held.lines().filter(|line| line.starts_with(table)).count();
            (of("signup_members:"), of("limits_used:"))
        };
        let (lan, ming) = (log_in(&server, "lan").await, log_in(&server, "ming").await);
        for (access, name) in [(&lan, "陈小明"), (&ming, "陈小月")] {
            let id = child(&server, access, name).await;
            let mut party = of_companion(&id);
            party["participants"] = json!([{ "companionId": id }, { "name": "外婆" }]);
            signed_up(&server, "a", access, party, "confirmed").await;
        }
        assert_eq!(kept(), (2, 4));
        let end = start() + TimeDelta::hours(1);
        server.clock.set(end);
        let lan = log_in(&server, "lan").await;
        assert_eq!(server.send(by(&server, Method::DELETE, "/v1/me", &lan)).await.status, 204);
        assert_eq!(kept(), (1, 2), "of who is forgotten nothing is known, of past sessions neither");
        let half_a_year = end + TimeDelta::days(kepu::jobs::daily::PERSONAL_KEPT_DAYS);
        server.clock.set(half_a_year);
        kepu::jobs::daily::chores(db, false).unwrap();
        assert_eq!(kept(), (1, 2), "not a day too early");
        server.clock.set(half_a_year + TimeDelta::seconds(1));
        kepu::jobs::daily::chores(db, false).unwrap();
        assert_eq!(kept(), (0, 0));
    }
}
