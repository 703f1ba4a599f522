//! What a person is shown, what they answer, and that it is theirs alone.

use chrono::TimeDelta;
use reqwest::Method;

use super::*;
use crate::support::eventually;
use crate::support::server::{Answer, Server};

/// A server over the seeds whose WeChat is simulated.
struct House {
    server: Server,
    played: Played,
}

/// Somebody who is logged in.
struct Caller {
    access: String,
    id: PersonId,
}

impl House {
    async fn open(store: Store) -> Self {
        let played = played(false);
        let fresh = Arc::new(Fresh::new(store, Holds::Seeds));
        let settings = kepu::server::MiniPrograms::Configured(played.settings.clone());
        Self { server: Server::over_with(fresh, settings).await, played }
    }

    async fn log_in(&self, name: &str) -> Caller {
        let site = &self.server.site;
        let body = json!({ "appId": CITY, "code": format!("demo-{name}") });
        let answer = site.send(site.client.post(site.url("/v1/auth/wechat")).json(&body)).await.json();
        let access = answer["accessToken"].as_str().unwrap().to_owned();
        let me = self.ask(Method::GET, "/v1/me", &access, None).await.json();
        Caller { access, id: me["id"].as_str().unwrap().parse().unwrap() }
    }

    async fn ask(&self, method: Method, path: &str, access: &str, body: Option<Value>) -> Answer {
        let site = &self.server.site;
        let mut request = site.client.request(method, site.url(path)).bearer_auth(access);
        if let Some(body) = body {
            request = request.json(&body);
        }
        site.send(request).await
    }

    async fn list(&self, caller: &Caller, query: &str) -> Value {
        let answer = self.ask(Method::GET, &format!("/v1/me/notices?{query}"), &caller.access, None).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, Some("no-store")));
        answer.json()
    }

    async fn report(&self, caller: &Caller, body: Value) -> Answer {
        self.ask(Method::POST, "/v1/me/message-credits", &caller.access, Some(body)).await
    }
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

on_both_stores! {
    async fn from_the_tap_to_the_message(store: Store) {
        let house = House::open(store).await;
        let lan = house.log_in("lan").await;
        let templates = house.server.json(&format!("/v1/wechat/templates?appId={CITY}&purpose=signup")).await;
        assert_eq!(templates, json!({ "templateIds": ["demo-signup", "demo-reminder", "demo-change"] }));
        let granted = json!({ "templateId": "demo-signup" });
        house.played.doors.post("/simulator/people/lan/credits", granted).await;
        let results = json!([
            { "templateId": "demo-signup", "outcome": "accept" },
            { "templateId": "demo-reminder", "outcome": "reject" },
            { "templateId": "demo-change", "outcome": "filter" },
        ]);
        let answer = house.report(&lan, json!({ "appId": CITY, "results": results })).await;
        let credits = json!({ "items": [
            { "templateId": "demo-signup", "credits": 1 },
            { "templateId": "demo-reminder", "credits": 0 },
            { "templateId": "demo-change", "credits": 0 },
        ] });
        assert_eq!((answer.status.as_u16(), answer.json()), (200, credits));

        let db = &house.server.running.db;
        let session = a_session(db);
        tell(db, &[notice(lan.id, Purpose::Confirmed, &session), notice(lan.id, Purpose::Changed, &session)]);
        let page = eventually("both are settled", async || {
            let page = house.list(&lan, "").await;
            let settled = |item: &Value| !["waiting", "sending"].contains(&item["state"].as_str().unwrap());
            page["items"].as_array().unwrap().iter().all(settled).then_some(page)
        }).await;
        let [changed, confirmed] = &page["items"].as_array().unwrap()[..] else { panic!("{page}") };
        assert_eq!((&changed["state"], &changed["reason"]), (&json!("unsent"), &json!("noCredit")));
        assert_eq!((&confirmed["state"], confirmed.get("reason")), (&json!("sent"), None));
        assert_eq!(confirmed["title"], "报名成功");
        assert_eq!(confirmed["event"]["id"], session.event.to_string());
        assert_eq!(confirmed["sessionId"], session.id.to_string());
        let text = confirmed["text"].as_str().unwrap();
        let title = confirmed["event"]["title"].as_str().unwrap();
        assert!(text.starts_with(&format!("《{title}》2026年")), "{text}");
        let arrived = house.played.doors.0.json("/simulator/messages?to=lan").await;
        assert_eq!(arrived["items"].as_array().unwrap().len(), 1);

        let hk = house.list(&lan, "lang=zh-HK").await;
        assert_eq!(hk["items"][1]["title"], "報名成功");
        assert_eq!(house.list(&lan, "lang=en").await["items"][1]["title"], "Signed up");
    }

    async fn a_report_counts_once_per_key(store: Store) {
        let house = House::open(store).await;
        let lan = house.log_in("lan").await;
        let report = async |key: Option<&str>, outcome: &str| {
            let results = json!([{ "templateId": "demo-signup", "outcome": outcome }]);
            let request = house.server.client.post(house.server.url("/v1/me/message-credits")).bearer_auth(&lan.access);
            let request = match key {
                Some(key) => request.header("Idempotency-Key", key),
                None => request,
            };
            house.server.send(request.json(&json!({ "appId": CITY, "results": results }))).await
        };
        let credits = |answer: &Answer| answer.json()["items"][0]["credits"].clone();
        for (key, count) in [(Some("a"), 1), (Some("a"), 1), (Some("b"), 2), (None, 3), (None, 4), (Some("a"), 4)] {
            let answer = report(key, "accept").await;
            assert_eq!((answer.status.as_u16(), credits(&answer)), (200, json!(count)), "{}", answer.text);
        }
        let other = report(Some("a"), "reject").await;
        assert_eq!((other.status.as_u16(), &other.json()["code"]), (409, &json!("keyReused")));
    }

    async fn pages_go_back_in_time(store: Store) {
        let house = House::open(store).await;
        let (lan, ming) = (house.log_in("lan").await, house.log_in("ming").await);
        let db = &house.server.running.db;
        let session = a_session(db);
        for round in 0..3 {
            // Two of one moment each time, and one that is not due yet.
            let two = notice(lan.id, Purpose::Confirmed, &session);
            let coming = Notice { due_at: Some(NOW + TimeDelta::days(2)), ..two.clone() };
            tell(db, &[two.clone(), two, coming, notice(ming.id, Purpose::Changed, &session)]);
            house.server.clock.set(NOW + TimeDelta::seconds(round + 1));
        }
        let mut seen = Vec::new();
        let mut query = "limit=4".to_owned();
        loop {
            let page = house.list(&lan, &query).await;
            assert_eq!((&page["total"], &page["unread"]), (&json!(6), &json!(6)));
            seen.extend(ids(&page));
            let Some(cursor) = page["nextCursor"].as_str() else { break };
            query = format!("limit=4&cursor={cursor}");
        }
        let mut sorted = seen.clone();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        sorted.dedup();
        assert_eq!((seen.len(), &seen), (6, &sorted));

        // Ming reads one of her own, and none of Lan's.
        let of_ming = ids(&house.list(&ming, "").await);
        let both = json!({ "ids": [of_ming[0], seen[0]] });
        let read = house.ask(Method::POST, "/v1/me/notices/read", &ming.access, Some(both)).await;
        assert_eq!((read.status.as_u16(), read.json()), (200, json!({ "unread": 2 })));
        assert_eq!(house.list(&lan, "").await["unread"], 6);
        let page = house.list(&ming, "").await;
        let read: Vec<_> = page["items"].as_array().unwrap().iter().map(|item| item["read"].clone()).collect();
        assert_eq!(read, [true, false, false]);
    }

    async fn who_is_erased_leaves_nothing(store: Store) {
        let house = House::open(store).await;
        let lan = house.log_in("lan").await;
        let db = &house.server.running.db;
        let results = json!([{ "templateId": "demo-signup", "outcome": "accept" }]);
        assert_eq!(house.report(&lan, json!({ "appId": CITY, "results": results })).await.status, 200);
        tell(db, &[notice(lan.id, Purpose::Confirmed, &a_session(db))]);
        let erased = house.ask(Method::DELETE, "/v1/me", &lan.access, None).await;
        assert_eq!(erased.status, 204, "{}", erased.text);
        for table in ["notices", "message_credits"] {
            let left = db.read(|conn| rows::<Number>(conn, &format!("SELECT count(*) AS n FROM {table}")));
            assert_eq!(left.unwrap()[0].n, 0, "{table}");
        }
    }
}

#[actix_web::test]
async fn what_makes_no_sense_is_refused() {
    let house = House::open(Store::Sqlite).await;
    let lan = house.log_in("lan").await;
    let accept = |template: &str| json!({ "templateId": template, "outcome": "accept" });
    for (body, field, code) in [
        (json!({ "appId": CITY, "results": [] }), "results", "tooFew"),
        (json!({ "appId": CITY, "results": vec![accept("demo-signup"); 6] }), "results", "tooMany"),
        (
            json!({ "appId": CITY, "results": [accept("demo-signup"), accept("demo-signup")] }),
            "results[1].templateId",
            "repeated",
        ),
        (json!({ "appId": CITY, "results": [accept("another")] }), "results[0].templateId", "notAllowed"),
        (
            json!({ "appId": CITY, "results": [{ "templateId": "demo-signup", "outcome": "perhaps" }] }),
            "results[0].outcome",
            "notAllowed",
        ),
        (json!({ "results": [accept("demo-signup")] }), "appId", "missing"),
        (json!({ "appId": "wx0123456789abcdef", "results": [accept("demo-signup")] }), "appId", "notAllowed"),
    ] {
        let answer = house.report(&lan, body.clone()).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text);
        let error = &answer.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{body}");
    }
    for (ids, field) in
        [(json!([]), "ids"), (json!(["1"]), "ids[0]"), (json!(vec!["0000000000001"; 51]), "ids")]
    {
        let body = Some(json!({ "ids": ids }));
        let answer = house.ask(Method::POST, "/v1/me/notices/read", &lan.access, body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["errors"][0]["field"]), (422, &json!(field)));
    }
    for (query, code) in [
        ("purpose=signup", "invalidParameter"),
        ("appId=wxdemo000000000001", "invalidParameter"),
        ("appId=wxdemo000000000001&purpose=joy", "invalidParameter"),
        ("appId=wx0123456789abcdef&purpose=signup", "invalidParameter"),
    ] {
        let answer = house.server.get(&format!("/v1/wechat/templates?{query}")).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (400, &json!(code)), "{query}");
    }
    let cursor = "eyJxIjoxLCJrIjoiYSIsImkiOjEsInQiOjE3OTU1NzIwMDAwMDB9";
    let answer = house.ask(Method::GET, &format!("/v1/me/notices?cursor={cursor}"), &lan.access, None).await;
    assert_eq!(answer.status, 400);
    for path in ["/v1/me/notices", "/v1/me/notices/read", "/v1/me/message-credits"] {
        let site = &house.server.site;
        let method = if path == "/v1/me/notices" { Method::GET } else { Method::POST };
        let answer = site.send(site.client.request(method, site.url(path)).json(&json!({}))).await;
        assert_eq!(answer.status, 401, "{path}");
    }
}

#[actix_web::test]
async fn templates_may_be_kept_and_are_five_at_most() {
    let house = House::open(Store::Sqlite).await;
    for purpose in ["signup", "waitlist", "change", "reminder", "subscription"] {
        let path = format!("/v1/wechat/templates?appId={MUSEUM}&purpose={purpose}");
        let answer = house.server.get(&path).await;
        assert_eq!(answer.header("cache-control"), Some("public, max-age=600"));
        let ids = answer.json()["templateIds"].as_array().unwrap().len();
        assert!((1..=5).contains(&ids), "{purpose}: {ids}");
        assert!(answer.json()["templateIds"].as_array().unwrap().contains(&json!(format!("demo-{purpose}"))));
    }
    let without = Server::seeded().await;
    let answer = without.get("/v1/wechat/templates?purpose=signup").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (404, &json!("noMiniProgram")));
}
