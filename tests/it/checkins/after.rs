//! After a session: how it was, and who did not come.

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use kepu::db::AnyConn;
use kepu::jobs::daily;

use super::*;

async fn rate(museum: &Museum, access: &str, signup: &Signup, body: Value) -> Answer {
    museum.by(access, Method::POST, &format!("/v1/signups/{}/feedback", signup.id), Some(body)).await
}

/// What the store holds of all feedback in words.
fn stored(museum: &Museum) -> Vec<Option<String>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Text>)]
        words: Option<String>,
    }
    let query = "SELECT words FROM feedback";
    let rows: Vec<Row> = museum
        .db
        .read(|conn| match conn {
            AnyConn::Sqlite(conn) => Ok::<_, kepu::db::Error>(diesel::sql_query(query).load(conn)?),
            AnyConn::Postgres(conn) => Ok(diesel::sql_query(query).load(conn)?),
        })
        .unwrap();
    rows.into_iter().map(|row| row.words).collect()
}

on_both_stores! {
    async fn who_was_there_says_how_it_was_and_may_think_again(store: Store) {
        let museum = Museum::open(store).await;
        let (access, lan) = museum.log_in("lan").await;
        let signup = museum.sign_up("stars", Some(lan), Status::Confirmed, &["兰"]);
        let five = json!({ "stars": 5, "text": "孩子很喜欢\n讲得好" });
        assert_problem(&rate(&museum, &access, &signup, five.clone()).await, 409, "notAttended");
        museum.hear("a", json!([entry("1", &qr(&signup), 0)])).await;
        let kept = rate(&museum, &access, &signup, five).await;
        assert_eq!(kept.status, 200, "{}", kept.text);
        assert_eq!(kept.json(), json!({ "stars": 5, "text": "孩子很喜欢\n讲得好", "updatedAt": &*rfc3339(NOW) }));
        let [Some(words)] = &stored(&museum)[..] else { panic!("one is kept") };
        assert!(!words.contains("孩子"), "sealed");

        let export = museum.by(&access, Method::GET, "/v1/me/export", None).await.json();
        assert_eq!(export["feedback"][0]["text"], "孩子很喜欢\n讲得好");

        museum.server.clock.advance(TimeDelta::hours(5));
        let again = rate(&museum, &access, &signup, json!({ "stars": 2 })).await.json();
        assert_eq!(again, json!({ "stars": 2, "updatedAt": &*rfc3339(NOW + TimeDelta::hours(5)) }));
        assert_eq!(stored(&museum), [None]);
        let (other, _) = museum.log_in("ming").await;
        assert_problem(&rate(&museum, &other, &signup, json!({ "stars": 1 })).await, 404, "notFound");
        for (body, field) in [
            (json!({ "stars": 0 }), "stars"),
            (json!({ "stars": 6 }), "stars"),
            (json!({ "text": "好" }), "stars"),
            (json!({ "stars": 3, "text": " " }), "text"),
            (json!({ "stars": 3, "text": "长".repeat(1001) }), "text"),
        ] {
            let refused = rate(&museum, &access, &signup, body).await;
            assert_problem(&refused, 422, "invalidBody");
            assert_eq!(refused.json()["errors"][0]["field"], field);
        }
    }

    async fn words_go_with_the_account_and_stars_stay(store: Store) {
        let museum = Museum::open(store).await;
        let (access, lan) = museum.log_in("lan").await;
        let signup = museum.sign_up("stars", Some(lan), Status::Confirmed, &["兰"]);
        museum.hear("a", json!([entry("1", &qr(&signup), 0)])).await;
        museum.server.clock.set(START + TimeDelta::hours(2));
        assert_eq!(rate(&museum, &access, &signup, json!({ "stars": 5, "text": "我是兰" })).await.status, 200);
        let erased = museum.by(&access, Method::DELETE, "/v1/me", None).await;
        assert_eq!(erased.status, 204, "{}", erased.text);
        assert_eq!(stored(&museum), [None]);
    }

    async fn who_did_not_come_is_marked_a_day_later_where_somebody_looked(store: Store) {
        let museum = Museum::open(store).await;
        let (came, absent) = (museum.family(), museum.family());
        let gone = museum.sign_up("stars", None, Status::Cancelled, &["吴二"]);
        let unwatched = museum.sign_up("tides", None, Status::Confirmed, &["郑三"]);
        museum.hear("a", json!([with(entry("1", &qr(&came), 0), json!({ "participants": [2] }))])).await;
        let chores_at = |after_end: TimeDelta| {
            let clock = FixedClock(START + TimeDelta::hours(1) + after_end);
            daily::chores(&museum.fresh.open(Arc::new(clock)), false).unwrap().no_shows
        };
        assert_eq!(chores_at(TimeDelta::hours(24)), 0, "not yet");
        assert_eq!(chores_at(TimeDelta::hours(24) + TimeDelta::seconds(1)), 1);
        assert_eq!(chores_at(TimeDelta::hours(25)), 0, "once");
        let statuses = [&came, &absent, &gone, &unwatched].map(|signup| museum.now(signup).status);
        assert_eq!(statuses, [Status::Attended, Status::NoShow, Status::Cancelled, Status::Confirmed]);
        assert_eq!(museum.now(&absent).version, 2);

        museum.server.clock.set(START + TimeDelta::days(4));
        let late = museum.hear("side", json!([entry("1", &qr(&absent), 0)])).await;
        assert_eq!(verdicts(&late), [("ok", "")], "a device that was without network for days");
        assert_eq!(museum.now(&absent).status, Status::Attended);
    }
}

on_both_stores! {
    async fn the_list_of_a_class_follows_when_it_has_been_checked_in(store: Store) {
        let museum = Museum::open(store).await;
        let (teacher, id) = museum.log_in("teacher").await;
        let signup = museum.sign_up_class("stars", id, 4);
        let code = signup.ticket_code.unwrap().to_string();
        let here = json!([with(entry("1", &format!("\r\n {code}\r\n"), 0), json!({ "participants": [0, 1] }))]);
        assert_eq!(verdicts(&museum.hear("a", here).await), [("ok", "")], "a scanner ends with a line break");
        let path = format!("/v1/signups/{}", signup.id);
        let put = |body: Value| museum.by(&teacher, Method::PUT, &path, Some(body));
        let seen = museum.by(&teacher, Method::GET, &path, None).await.json();
        assert_eq!(seen["status"], "attended");
        let list = |names: &[&str]| names.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>();
        let filled = put(json!({ "version": seen["version"], "participants": list(&["甲一", "乙二", "丙三"]) })).await;
        assert_eq!(filled.status, 200, "{}", filled.text);
        let filled = filled.json();
        let came: Vec<_> = filled["party"].as_array().unwrap().iter().map(|one| one["attended"].clone()).collect();
        assert_eq!((&filled["status"], came), (&json!("attended"), vec![json!(true), json!(true), json!(false)]));
        let others = json!({ "version": filled["version"], "participants": list(&["丁四", "乙二", "戊五"]) });
        let refused = put(others).await;
        let error = &refused.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!("participants[0]"), &json!("replaced")), "{}", refused.text);
        let fewer = json!({ "version": filled["version"], "headcount": 3, "participants": [] });
        assert_problem(&put(fewer).await, 409, "cancelClosed");
        let cancel = museum.by(&teacher, Method::POST, &format!("{path}/cancel"), None).await;
        assert_problem(&cancel, 409, "signupOver");
        assert!(cancel.json()["detail"].as_str().unwrap().contains("已有人签到"), "{}", cancel.text);
    }
}
