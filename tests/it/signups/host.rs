//! What the host of a session sees and decides, and what time does: reminders, and names that are forgotten.

use kepu::db::{roles, signups};
use kepu::domain::ids::{OrganisationId, PersonId};
use kepu::domain::roles::{MemberRole, Role};
use kepu::jobs::daily::{PERSONAL_KEPT_DAYS, chores};

use super::*;

/// Somebody of the organisation that holds the event.
pub(super) async fn host(server: &Server) -> String {
    let access = log_in(server, "host").await;
    let me = server.send(by(server, Method::GET, "/v1/me", &access)).await.json();
    let id: PersonId = me["id"].as_str().unwrap().parse().unwrap();
    let role = Role::Member(MemberRole::Desk, OrganisationId::from_slug("org"));
    server.running.db.write(|tx| roles::grant(tx, id, role)).unwrap();
    access
}

pub(super) fn hosted(session: &str) -> String {
    format!("/v1/manage/sessions/{}/signups", SessionId::from_slug(session))
}

on_both_stores! {
    async fn the_host_decides_where_approval_is_needed(store: Store) {
        let terms = json!({ "approval": true, "waitlistMode": "confirm" });
        let server = server(store, vec![stars("s", 1, terms), stars("other", 1, json!({}))]).await;
        let [lan, ming] = [log_in(&server, "lan").await, log_in(&server, "ming").await];
        let host = host(&server).await;
        let first = signed_up(&server, "s", &lan, alone(), "pending").await;
        assert!(first.get("ticket").is_none(), "not before it is approved");
        let second = signed_up(&server, "s", &ming, queueing(alone()), "waitlisted").await;
        let decide = |session: &str, signup: &Value, word: &str| {
            let path = format!("{}/{}/{word}", hosted(session), signup["id"].as_str().unwrap());
            server.send(by(&server, Method::POST, &path, &host))
        };
        assert_eq!(decide("other", &first, "approve").await.status, 404, "of another session");
        let lans = format!("{}/{}/approve", hosted("s"), first["id"].as_str().unwrap());
        assert_eq!(server.send(by(&server, Method::POST, &lans, &lan)).await.status, 403);
        assert_refused(&decide("s", &second, "approve").await, "signupOver");
        for _ in 0..2 {
            assert_eq!(decide("s", &first, "reject").await.json()["status"], "rejected", "twice is once");
        }
        assert_eq!(read(&server, &first, &lan).await["statusReason"], "byHost");
        assert_eq!(read(&server, &second, &ming).await["status"], "pending", "the seats went on");
        assert_eq!(decide("s", &second, "approve").await.json()["status"], "confirmed");
        assert!(read(&server, &second, &ming).await["ticket"]["code"].is_string());
        seats(&server, "s", 1, 0).await;
    }

    async fn the_list_is_a_table_too_masked_and_on_record_like_the_list(store: Store) {
        let terms = json!({ "partyMax": 3, "perPersonMax": 3, "phoneRequired": true,
            "questions": [{ "id": "school", "label": { "zh-CN": "学校", "en": "School" }, "type": "text",
                "required": false, "per": "party" }] });
        let server = server(store, vec![stars("s", 9, terms)]).await;
        let (lan, host) = (log_in(&server, "lan").await, host(&server).await);
        let mut body = people(0);
        body["participants"] = json!([{ "name": "=陈小明" }, { "name": "李华" }]);
        body["contact"] = json!({ "phone": "13800138000" });
        body["answers"] = json!([{ "questionId": "school", "value": "+五山小学" }]);
        let signup = signed_up(&server, "s", &lan, body, "confirmed").await;
        let ask = async |query: &str| {
            let path = format!("{}?{query}", hosted("s"));
            server.send(by(&server, Method::GET, &path, &host)).await
        };
        let masked = ask("format=csv").await;
        assert_eq!(masked.headers["content-type"], "text/csv; charset=utf-8");
        let saved = masked.headers["content-disposition"].to_str().unwrap();
        assert!(saved.starts_with("attachment; ") && saved.contains("filename*=UTF-8''%E6%8A%A5"), "{saved}");
        let id = signup["id"].as_str().unwrap();
        let lines: Vec<&str> = masked.text.trim_start_matches('\u{feff}').split("\r\n").collect();
        assert_eq!(lines[0], "报名编号,状态,姓名,身份,已签到,电话,席位,团体人数,报名时间");
        let row = |name: &str, seats: &str| format!("{id},已确认,{name},参加者,否,138****8000,{seats},,2026-11-25 10:00");
        assert_eq!(lines[1..], [row("\"'=**明\"", "2"), row("李*", ""), String::new()]);
        let whole = ask("format=csv&purpose=%E5%88%86%E7%BB%84&lang=en").await.text;
        assert!(whole.contains("Signed up,School\r\n") && whole.contains("13800138000"), "{whole}");
        assert!(whole.contains("\"'=陈小明\"") && whole.contains("\"'+五山小学\""), "no formula: {whole}");
        let looks = server.send(by(&server, Method::GET, "/v1/me/export", &lan)).await.text;
        assert!(looks.contains("分组"), "whoever was looked at finds it: {looks}");
        let stranger = log_in(&server, "ming").await;
        let path = format!("{}?format=xlsx", hosted("s"));
        assert_eq!(server.send(by(&server, Method::GET, &path, &stranger)).await.status, 403);
        let book = by(&server, Method::GET, &path, &host).send().await.unwrap().bytes().await.unwrap();
        assert!(book.starts_with(b"PK"));
    }

    async fn whom_the_host_approved_is_not_exchanged_behind_their_back(store: Store) {
        let terms = json!({ "approval": true, "partyMax": 3, "perPersonMax": 3 });
        let server = server(store, vec![stars("s", 2, terms)]).await;
        let lan = log_in(&server, "lan").await;
        let host = host(&server).await;
        let named = |names: &[&str]| names.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>();
        let mut body = people(0);
        body["participants"] = json!(named(&["陈小明", "李华"]));
        let signup = signed_up(&server, "s", &lan, body, "pending").await;
        let decide = |word: &str, body: Value| {
            let path = format!("{}/{}/{word}", hosted("s"), signup["id"].as_str().unwrap());
            server.send(by(&server, Method::POST, &path, &host).json(&body))
        };
        let put = |version: i64, names: &[&str]| {
            let path = format!("/v1/signups/{}", signup["id"].as_str().unwrap());
            let body = json!({ "version": version, "participants": named(names) });
            server.send(by(&server, Method::PUT, &path, &lan).json(&body))
        };
        let status = |answer: &Answer| (answer.status.as_u16(), answer.json()["status"].as_str().map(str::to_owned));
        let stands = |status: &str| (200, Some(status.to_owned()));

        assert_eq!(status(&put(1, &["陈小明", "李明"]).await), stands("pending"));
        assert_refused(&decide("approve", json!({ "version": 1 })).await, "versionConflict");
        assert_refused(&decide("reject", json!({ "version": 1 })).await, "versionConflict");
        assert_eq!(decide("approve", json!({ "versions": 2 })).await.status, 422);
        let list = server.send(by(&server, Method::GET, &hosted("s"), &host)).await.json();
        assert_eq!(list["items"][0]["version"], 2);
        for _ in 0..2 {
            let approved = decide("approve", json!({ "version": 2 })).await;
            assert_eq!(status(&approved), stands("confirmed"), "twice is once");
        }
        assert_eq!(status(&put(3, &["陈晓明", "李明"]).await), stands("confirmed"), "a slip");
        assert_eq!(status(&put(4, &["陈晓红", "李明"]).await), stands("pending"), "two steps to somebody else");
        seats(&server, "s", 2, 0).await;
        assert!(read(&server, &signup, &lan).await.get("ticket").is_none());
        assert_eq!(status(&decide("approve", json!({})).await), stands("confirmed"), "without a version as before");
        assert_eq!(status(&put(6, &["陈晓红"]).await), stands("confirmed"), "who stays was approved");
        assert_eq!(status(&put(7, &["陈小红"]).await), stands("confirmed"), "a slip of whom the host saw last");
        assert_eq!(status(&put(8, &["赵大海"]).await), stands("pending"));
        seats(&server, "s", 1, 0).await;
    }

    async fn a_party_that_changes_while_the_host_approves_is_approved_as_it_was_or_not_at_all(store: Store) {
        let server = server(store, vec![stars("s", 30, json!({ "approval": true }))]).await;
        let host = host(&server).await;
        for round in 0..12 {
            let lan = log_in(&server, &format!("lan{round}")).await;
            let mut body = people(0);
            body["participants"] = json!([{ "name": "陈小明" }]);
            let signup = signed_up(&server, "s", &lan, body, "pending").await;
            let id = signup["id"].as_str().unwrap();
            let changed = json!({ "version": 1, "participants": [{ "name": "赵大海" }] });
            let change = server.send(by(&server, Method::PUT, &format!("/v1/signups/{id}"), &lan).json(&changed));
            let approve = by(&server, Method::POST, &format!("{}/{id}/approve", hosted("s")), &host);
            // With the version that was looked at, one of the two is too late.
            let approve = server.send(approve.json(&json!({ "version": 1 })));
            let (change, approve) = futures_util::join!(change, approve);
            let now = read(&server, &signup, &lan).await;
            let seen = (change.status.as_u16(), approve.status.as_u16(), now["status"].as_str().unwrap());
            let name = &now["party"][0]["name"];
            match seen {
                (409, 200, "confirmed") => assert_eq!(name, "陈小明"),
                (200, 409, "pending") => assert_eq!(name, "赵大海"),
                _ => panic!("{seen:?}: {} {}", change.text, approve.text),
            }
        }
        seats(&server, "s", 12, 0).await;
    }

    async fn an_approval_that_is_sent_again_lets_in_nobody_who_came_into_the_party_since(store: Store) {
        let server = server(store, vec![stars("s", 30, json!({ "approval": true }))]).await;
        let host = host(&server).await;
        for round in 0..12 {
            let lan = log_in(&server, &format!("lan{round}")).await;
            let mut body = people(0);
            body["participants"] = json!([{ "name": "陈小明" }]);
            let signup = signed_up(&server, "s", &lan, body, "pending").await;
            let id = signup["id"].as_str().unwrap();
            let path = format!("{}/{id}/approve", hosted("s"));
            let first = server.send(by(&server, Method::POST, &path, &host)).await;
            assert_eq!(first.json()["status"], "confirmed");
            let changed = json!({ "version": 2, "participants": [{ "name": "赵大海" }] });
            let change = server.send(by(&server, Method::PUT, &format!("/v1/signups/{id}"), &lan).json(&changed));
            // A repeat of the approval that was seen: it is of a version that is no more, or changes nothing.
            let repeat = server.send(by(&server, Method::POST, &path, &host).json(&json!({ "version": 1 })));
            let (change, repeat) = futures_util::join!(change, repeat);
            assert_eq!(change.status, 200, "{}", change.text);
            assert!([200, 409].contains(&repeat.status.as_u16()), "{}", repeat.text);
            assert_eq!(read(&server, &signup, &lan).await["status"], "pending");
        }
    }

    async fn the_host_learns_who_comes_by_whatever_name_they_gave(store: Store) {
        let server = server(store, vec![stars("s", 9, json!({}))]).await;
        let host = host(&server).await;
        let named = json!({ "displayName": "小明妈妈", "version": 1 });
        for (who, profile, name, contact) in [
            ("a", None, None, None),
            ("b", None, Some("陈兰"), None),
            ("c", Some(&named), None, None),
            ("d", Some(&named), Some("陈竹"), Some("陈老师")),
            ("e", None, None, Some("陈老师")),
        ] {
            let access = log_in(&server, who).await;
            if let Some(profile) = profile {
                server.send(by(&server, Method::PUT, "/v1/me", &access).json(profile)).await;
            }
            let mut body = alone();
            if let Some(name) = name {
                body["participants"][0]["name"] = name.into();
            }
            if let Some(contact) = contact {
                body["contact"] = json!({ "name": contact });
            }
            let signup = signed_up(&server, "s", &access, body, "confirmed").await;
            assert_eq!(signup["party"][0]["self"], true);
            // Of one instant, the order would be anybody's.
            server.clock.advance(TimeDelta::seconds(1));
        }
        let list = server.send(by(&server, Method::GET, &format!("{}?purpose=grouping", hosted("s")), &host)).await.json();
        let names: Vec<_> = list["items"].as_array().unwrap().iter().map(|one| one["party"][0]["name"].clone()).collect();
        assert_eq!(names, [json!(null), json!("陈兰"), json!("小明妈妈"), json!("陈竹"), json!("陈老师")]);

        let access = log_in(&server, "f").await;
        for wrong in ["", "x\ny", &"兰".repeat(31)] {
            let mut body = alone();
            body["participants"][0]["name"] = wrong.into();
            let refused = sign_up(&server, "s", &access, body).await;
            assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["field"]), (422, &json!("participants[0].name")));
        }
        let mut body = alone();
        body["participants"][0]["companionId"] = "01h2x7m9k4qpz".into();
        assert_eq!(sign_up(&server, "s", &access, body).await.json()["errors"][0]["code"], "conflicting");
    }

    async fn names_are_shown_for_a_purpose_only_and_that_is_on_record(store: Store) {
        let terms = json!({ "partyMax": 2, "perPersonMax": 2 });
        let server = server(store, vec![stars("s", 5, terms)]).await;
        let lan = log_in(&server, "lan").await;
        let host = host(&server).await;
        let mut body = people(2);
        body["participants"][0]["name"] = "陈小明".into();
        body["contact"] = json!({ "phone": "13800138000" });
        signed_up(&server, "s", &lan, body, "confirmed").await;
        let list = |query: &str| {
            server.send(by(&server, Method::GET, &format!("{}{query}", hosted("s")), &host))
        };
        let looks = || async {
            let export = server.send(by(&server, Method::GET, "/v1/me/export", &lan)).await.json();
            export["looks"].as_array().unwrap().clone()
        };
        let masked = list("").await;
        assert!(!masked.text.contains("小") && masked.json()["items"][0]["phone"] == "138****8000", "{}", masked.text);
        let told = looks().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((&told[0]["purpose"], &told[0]["fields"]), (&json!("list"), &json!(["maskedName", "maskedPhone"])));
        let full = list("?purpose=%E5%88%86%E7%BB%84").await.json();
        assert_eq!(full["items"][0]["party"][0]["name"], "陈小明");
        let told = looks().await;
        assert_eq!((told.len(), &told[1]["purpose"]), (2, &json!("分组")), "{told:?}");
        assert_eq!(told[1]["fields"], json!(["party", "contact", "answers"]));
        let reject = format!("{}/{}/reject", hosted("s"), full["items"][0]["id"].as_str().unwrap());
        assert!(!server.send(by(&server, Method::POST, &reject, &host)).await.text.contains('小'));
        assert_eq!(looks().await[2]["purpose"], "decision", "whoever decides sees the party");
        assert_eq!(server.send(by(&server, Method::GET, &hosted("s"), &lan)).await.status, 403);
    }

    async fn who_has_seats_is_reminded_the_day_and_the_hour_before(store: Store) {
        let terms = json!({ "waitlistMode": "confirm" });
        let server = server(store, vec![stars("s", 2, terms)]).await;
        let lan = log_in(&server, "lan").await;
        signed_up(&server, "s", &lan, alone(), "confirmed").await;
        let told = |access: String| {
            let server = &server;
            async move {
                let list = server.send(by(server, Method::GET, "/v1/me/notices", &access)).await.json();
                let purpose = |one: &Value| one["purpose"].as_str().unwrap().to_owned();
                list["items"].as_array().unwrap().iter().map(purpose).collect::<Vec<_>>()
            }
        };
        let db = &server.running.db;
        let remind = |before: TimeDelta| {
            server.clock.set(start() - before);
            app::notices::remind(db, start() - before).unwrap();
        };
        remind(TimeDelta::hours(30));
        let lan = log_in(&server, "lan").await;
        assert_eq!(told(lan).await, ["confirmed"]);
        remind(TimeDelta::hours(20));
        remind(TimeDelta::hours(19));
        let ming = log_in(&server, "ming").await;
        signed_up(&server, "s", &ming, alone(), "confirmed").await;
        remind(TimeDelta::minutes(50));
        let [lan, ming] = [log_in(&server, "lan").await, log_in(&server, "ming").await];
        assert_eq!(told(lan).await, ["hourBefore", "dayBefore", "confirmed"], "each once");
        assert_eq!(told(ming).await, ["hourBefore", "confirmed"], "who came later was not reminded of yesterday");
    }

    async fn names_are_forgotten_half_a_year_later_and_counts_stay(store: Store) {
        let server = server(store, vec![stars("s", 2, json!({}))]).await;
        let lan = log_in(&server, "lan").await;
        let made = signed_up(&server, "s", &lan, alone(), "confirmed").await;
        let db = &server.running.db;
        let end = start() + TimeDelta::hours(1) + TimeDelta::days(PERSONAL_KEPT_DAYS);
        let kept = || {
            let found = db.read(|conn| signups::get(conn, &crate::support::server::vault(), made["id"].as_str().unwrap().parse().unwrap()));
            let found = found.unwrap().unwrap();
            (found.personal.is_some(), found.seats)
        };
        server.clock.set(end - TimeDelta::minutes(1));
        chores(db, false).unwrap();
        assert_eq!(kept(), (true, 1));
        server.clock.set(end + TimeDelta::minutes(1));
        chores(db, false).unwrap();
        assert_eq!(kept(), (false, 1));
    }
}
