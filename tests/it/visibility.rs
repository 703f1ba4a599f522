//! How soon every replica shows what was decided: a measurement with real processes, SQLite with one and PostgreSQL with
//! two, with Redis and without. The time is from the answer to whoever decided until a replica answers everybody so.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kepu::domain::clock::{Clock, SystemClock};
use kepu::domain::divisions::Adcode;
use kepu::domain::ids::OrganisationId;
use kepu::domain::roles::{AuthorityRole, MemberRole, Role};
use reqwest::Client;
use serde_json::{Value, json};

use crate::support::people::somebody;
use crate::support::process::{Process, kepu};
use crate::support::stores::{Fresh, Holds, Store, redis_url};

const ROUNDS: usize = 40;

/// The servers of one store, and who decides.
struct City {
    http: Client,
    servers: Vec<Process>,
    administrator: String,
    owner: String,
}

impl City {
    /// What the first replica answers to something that succeeds.
    async fn done(&self, token: &str, path: &str, body: &Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.servers[0].site)).bearer_auth(token);
        let request = if body.is_null() { request } else { request.json(body) };
        let answer = request.send().await.unwrap();
        let (status, answer) = (answer.status().as_u16(), answer.json().await.unwrap());
        assert!(matches!(status, 200 | 201), "{path}: {answer}");
        answer
    }

    async fn decide(&self, path: &str, body: &Value) {
        self.done(&self.administrator, path, body).await;
    }

    /// Asks those replicas that do not answer so yet, over and over; how long the last one took.
    async fn everywhere(&self, path: &str, so: impl Fn(u16, &Value) -> bool) -> Duration {
        let begun = Instant::now();
        let mut left: Vec<usize> = (0..self.servers.len()).collect();
        while !left.is_empty() {
            let mut still = Vec::new();
            for server in left {
                let request = self.http.get(format!("{}{path}", self.servers[server].site));
                let answer = request.send().await.unwrap();
                let status = answer.status().as_u16();
                if !so(status, &answer.json().await.unwrap()) {
                    still.push(server);
                }
            }
            left = still;
            assert!(begun.elapsed() < Duration::from_secs(20), "never so: {path}");
        }
        begun.elapsed()
    }
}

#[expect(clippy::print_stdout, reason = "a measure is read by whoever runs it")]
async fn measure(store: Store, redis: Option<String>) {
    let fresh = Fresh::new(store, Holds::Seeds);
    let serve = |_| {
        let mut command = kepu(&fresh.url, &["serve", "--demo"]);
        command.env("KEPU_SAMPLES", "show").env("KEPU_LOG", "warn");
        match &redis {
            Some(url) => command.env("REDIS_URL", url),
            None => command.env_remove("REDIS_URL"),
        };
        Process::start(command)
    };
    let servers: Vec<Process> = (0..if store == Store::Postgres { 2 } else { 1 }).map(serve).collect();
    let http = Client::new();
    let list = format!("{}/v1/events?admission=signup&limit=100", servers[0].site);
    let events: Value = http.get(list).send().await.unwrap().json().await.unwrap();
    let events: Vec<(String, String, String)> = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|event| {
            let word = |value: &Value| value.as_str().map(str::to_owned);
            Some((word(&event["id"])?, word(&event["organiser"]["id"])?, word(&event["nextSession"]["id"])?))
        })
        .collect();
    assert!(events.len() >= ROUNDS, "{}", events.len());
    let db = fresh.open(Arc::new(SystemClock));
    let province = "440000".parse::<Adcode>().unwrap();
    let mut roles = vec![Role::Authority(AuthorityRole::Administrator, province)];
    for (_, organisation, _) in &events[..ROUNDS] {
        let role = Role::Member(MemberRole::Owner, organisation.parse::<OrganisationId>().unwrap());
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    // Who decides is a member nowhere: nobody decides in their own cause.
    let (administrator, owner) =
        (somebody(&db, &roles[..1], SystemClock.now()).1, somebody(&db, &roles[1..], SystemClock.now()).1);
    let city = City { http, servers, administrator, owner };
    let mut figures: Vec<(&str, Vec<Duration>)> = [
        "taken down",
        "restored",
        "organisation suspended",
        "organisation restored",
        "published",
        "session called off",
    ]
    .map(|what| (what, Vec::new()))
    .into();
    let reason = json!({ "reason": "测试" });
    for (event, organisation, session) in &events[..ROUNDS] {
        let shown = format!("/v1/events/{event}");
        let mut took = Vec::new();
        city.decide(&format!("/v1/admin/events/{event}/takedown"), &reason).await;
        took.push(city.everywhere(&shown, |status, _| status == 404).await);
        city.decide(&format!("/v1/admin/events/{event}/restore"), &Value::Null).await;
        took.push(city.everywhere(&shown, |status, _| status == 200).await);
        city.decide(&format!("/v1/admin/organisations/{organisation}/suspend"), &reason).await;
        took.push(city.everywhere(&shown, |status, _| status == 404).await);
        city.decide(&format!("/v1/admin/organisations/{organisation}/restore"), &reason).await;
        took.push(city.everywhere(&shown, |status, _| status == 200).await);

        let path = format!("/v1/manage/events/{event}/duplicate");
        let copy = city.done(&city.owner, &path, &json!({ "daysLater": 28 })).await;
        let copy = copy["id"].as_str().unwrap();
        city.decide(&format!("/v1/admin/events/{copy}/publish"), &reason).await;
        took.push(city.everywhere(&format!("/v1/events/{copy}"), |status, _| status == 200).await);

        city.done(&city.owner, &format!("/v1/manage/sessions/{session}/cancel"), &reason).await;
        let off = |_, answer: &Value| answer["status"] == "cancelled";
        took.push(city.everywhere(&format!("/v1/sessions/{session}"), off).await);
        for ((_, all), took) in figures.iter_mut().zip(took) {
            all.push(took);
        }
    }
    let with = if redis.is_some() { "with" } else { "without" };
    for (what, mut took) in figures {
        took.sort_unstable();
        let (median, longest) = (took[took.len() / 2], took[took.len() - 1]);
        println!("{store:?} {with} Redis, {what}: median {median:.1?}, longest {longest:.1?}");
    }
}

#[actix_web::test]
#[ignore = "a measurement"]
async fn how_soon_every_replica_shows_what_was_decided() {
    measure(Store::Sqlite, None).await;
    measure(Store::Postgres, None).await;
    measure(Store::Postgres, Some(redis_url())).await;
}
