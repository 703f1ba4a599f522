//! Limits: who asks too often is told so and when to come again, over all replicas, and whatever he writes into headers.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use kepu::http::limits::Settings;
use serde_json::json;

use crate::support::eventually;
use crate::support::server::{Answer, Server, Site};
use crate::support::stores::{Fresh, Holds, Store, redis_url};

/// Limits with these changes to the table, and these proxies.
fn limits(changes: &str, proxies: &str) -> Settings {
    Settings { rules: changes.parse().unwrap(), trusted: proxies.parse().unwrap() }
}

fn empty(store: Store) -> Arc<Fresh> {
    Arc::new(Fresh::new(store, Holds::Tables))
}

async fn server(changes: &str, proxies: &str) -> Server {
    Server::limited(empty(Store::Sqlite), None, limits(changes, proxies)).await
}

/// A login by WeChat, as a proxy would pass it on that was told of this address.
async fn log_in(site: &Site, name: &str, forwarded_for: Option<&str>) -> Answer {
    let body = json!({ "appId": "wxdemo000000000001", "code": format!("demo-{name}") });
    let mut request = site.client.post(site.url("/v1/auth/wechat")).json(&body);
    if let Some(address) = forwarded_for {
        request = request.header("x-forwarded-for", address);
    }
    site.send(request).await
}

async fn access(site: &Site, name: &str) -> String {
    let answer = log_in(site, name, None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["accessToken"].as_str().unwrap().to_owned()
}

fn assert_refused(answer: &Answer) {
    assert_eq!(answer.status, 429, "{}", answer.text);
    assert_eq!(answer.json()["code"], "tooManyRequests");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[actix_web::test]
async fn limits_are_stated_and_whoever_passes_them_is_told_when_to_come_again() {
    let server = server("login.network=2/600", "").await;
    let first = log_in(&server, "lan", None).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.header("ratelimit-policy"), Some(r#""login-network";q=2;w=600"#));
    assert_eq!(first.header("ratelimit"), Some(r#""login-network";r=1;t=300"#));
    assert!(first.header("access-control-expose-headers").unwrap().contains("ratelimit"));
    assert_eq!(log_in(&server, "ming", None).await.header("ratelimit"), Some(r#""login-network";r=0;t=300"#));
    let refused = log_in(&server, "hua", None).await;
    assert_refused(&refused);
    assert_eq!(refused.header("retry-after"), Some("300"));
    assert_eq!(refused.header("ratelimit"), Some(r#""login-network";r=0;t=300"#));
    // Another spelling of the address is no other class.
    let body = json!({ "appId": "wxdemo000000000001", "code": "demo-lan" });
    let again = server.client.post(server.url("/v1/auth/wech%61t")).json(&body);
    assert_refused(&server.send(again).await);
    assert_eq!(server.get("/v1/events").await.status, 200, "reading has a limit of its own");
}

#[actix_web::test]
async fn whoever_waits_as_told_passes() {
    let server = server("login.network=1/1", "").await;
    assert_eq!(log_in(&server, "lan", None).await.status, 200);
    let refused = log_in(&server, "lan", None).await;
    assert_refused(&refused);
    tokio::time::sleep(Duration::from_secs(refused.header("retry-after").unwrap().parse().unwrap())).await;
    assert_eq!(log_in(&server, "lan", None).await.status, 200);
}

#[actix_web::test]
async fn public_reading_states_nothing_until_it_is_refused() {
    let server = server("reads.network=3/600", "").await;
    for _ in 0..3 {
        let answer = server.get("/v1/events").await;
        assert_eq!(answer.status, 200);
        assert_eq!((answer.header("ratelimit"), answer.header("ratelimit-policy")), (None, None));
        assert!(answer.header("etag").is_some());
    }
    let refused = server.get("/v1/events").await;
    assert_refused(&refused);
    assert_eq!(refused.header("ratelimit"), Some(r#""reads-network";r=0;t=200"#));
    assert_eq!(server.send(server.client.head(server.url("/v1/nowhere"))).await.status, 429);
    assert_eq!(server.get("/readyz").await.status, 200, "health is told all the same");
}

#[actix_web::test]
async fn an_account_has_limits_of_its_own_wherever_it_is() {
    let server = server("personal.account=2/600", "127.0.0.0/8").await;
    let (lan, ming) = (access(&server, "lan").await, access(&server, "ming").await);
    let me = async |token: &str, from: &str| {
        let request = server.client.get(server.url("/v1/me")).bearer_auth(token);
        server.send(request.header("x-forwarded-for", from)).await
    };
    let first = me(&lan, "203.0.113.1").await;
    assert_eq!(first.status, 200);
    let policy = r#""personal-account";q=2;w=600, "personal-network";q=12000;w=60"#;
    assert_eq!(first.header("ratelimit-policy"), Some(policy));
    assert!(
        first
            .header("ratelimit")
            .unwrap()
            .starts_with(r#""personal-account";r=1;t=300, "personal-network";r="#)
    );
    assert_eq!(me(&lan, "203.0.113.2").await.status, 200);
    assert_refused(&me(&lan, "203.0.113.3").await);
    assert_eq!(me(&ming, "203.0.113.3").await.status, 200, "another account has its own");
    // A token that is not genuine counts for nobody's account.
    let (head, signature) = lan.rsplit_once('.').unwrap();
    let forged = format!("{head}.{}", signature.chars().rev().collect::<String>());
    assert_eq!(me(&forged, "203.0.113.3").await.status, 401);
}

#[actix_web::test]
async fn nobody_guesses_a_door_code() {
    let server = server("", "127.0.0.0/8").await;
    let (lan, ming) = (access(&server, "lan").await, access(&server, "ming").await);
    let guess = async |token: &str, at: usize| {
        let path = server.url(&format!("/v1/signups/01h2x7m9k4qp{at}/checkin"));
        let request = server.client.post(path).bearer_auth(token).json(&json!({ "doorCode": "000000" }));
        server.send(request.header("x-forwarded-for", format!("203.0.113.{at}"))).await
    };
    let first = guess(&lan, 0).await;
    assert_eq!(first.status, 404, "{}", first.text);
    let policy = r#""doorcodes-account";q=10;w=600, "doorcodes-network";q=1200;w=60"#;
    assert_eq!(first.header("ratelimit-policy"), Some(policy));
    for at in 1..10 {
        assert_eq!(guess(&lan, at).await.status, 404);
    }
    let refused = guess(&lan, 0).await;
    assert_refused(&refused);
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert_eq!(guess(&ming, 0).await.status, 404, "others read what the door shows");
    let path = server.url("/v1/signups/01h2x7m9k4qpz/cancel");
    assert_eq!(
        server.send(server.client.post(path).bearer_auth(&lan)).await.status,
        404,
        "and lan can still cancel"
    );
}

#[actix_web::test]
async fn a_forged_address_fools_nobody_and_that_of_a_proxy_counts() {
    let bare = server("login.network=1/600", "").await;
    assert_eq!(log_in(&bare, "lan", Some("203.0.113.1")).await.status, 200);
    assert_refused(&log_in(&bare, "lan", Some("203.0.113.2")).await);

    let behind = server("login.network=1/600", "127.0.0.0/8, 10.0.0.0/8").await;
    assert_eq!(log_in(&behind, "lan", Some("203.0.113.1")).await.status, 200);
    assert_eq!(log_in(&behind, "lan", Some("203.0.113.2")).await.status, 200, "another network");
    // What the caller wrote stands left of what the proxy knows.
    assert_refused(&log_in(&behind, "lan", Some("198.51.100.7, 203.0.113.1")).await);
    assert_refused(&log_in(&behind, "lan", Some("198.51.100.7, 203.0.113.1, 10.0.0.3")).await);
    // One IPv6 subscriber has many addresses.
    assert_eq!(log_in(&behind, "lan", Some("2001:db8:1:2::1")).await.status, 200);
    assert_refused(&log_in(&behind, "lan", Some("2001:db8:1:2:3::4")).await);
}

/// A Redis of this test's own, that can be killed and started again.
struct Redis {
    child: Child,
    port: u16,
}

impl Redis {
    fn start(port: u16) -> Self {
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server, which the test command installs");
        Self { child, port }
    }

    fn anywhere() -> Self {
        Self::start(TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port())
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it at once, or makes it deaf: it holds its connections and answers nothing.
    fn signal(&mut self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Two replicas that share a Redis, each having shown that it counts there. Each name is another account.
async fn replicas(changes: &str, redis: &str) -> (Server, Server) {
    let fresh = empty(Store::Postgres);
    let start =
        async || Server::limited(fresh.clone(), Some(redis.to_owned()), limits(changes, "127.0.0.1")).await;
    let (one, two) = (start().await, start().await);
    agree(&one, &two).await;
    (one, two)
}

/// A network of this run's own, that no other test asks from: the Redis may be anybody's.
fn network() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let run = std::process::id();
    format!("2001:{:x}:{:x}:{:x}::1", run >> 16, run & 0xffff, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Waits until both replicas count in one place: what one counts, the other knows.
async fn agree(one: &Server, two: &Server) {
    eventually("both replicas count together", async || {
        let from = network();
        let (left, right) = (log_in(one, "lan", Some(&from)).await, log_in(two, "lan", Some(&from)).await);
        (left.header("ratelimit") != right.header("ratelimit")).then_some(())
    })
    .await;
}

/// How many logins pass that come from a network, alternately over both replicas.
async fn passing(one: &Server, two: &Server, from: &str, logins: usize) -> usize {
    let mut passed = 0;
    for number in 0..logins {
        let answer = log_in(if number % 2 == 0 { one } else { two }, "lan", Some(from)).await;
        assert!(answer.status == 200 || answer.status == 429, "{}", answer.text);
        passed += usize::from(answer.status == 200);
    }
    passed
}

#[actix_web::test]
async fn replicas_count_together_through_redis() {
    let (one, two) = replicas("login.network=6/6000", &redis_url()).await;
    let from = network();
    assert_eq!(passing(&one, &two, &from, 10).await, 6);
    let refused = log_in(&two, "lan", Some(&from)).await;
    assert_refused(&refused);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((990..=1000).contains(&wait), "{wait}");
}

#[actix_web::test]
async fn while_redis_is_away_each_replica_counts_and_nobody_waits() {
    let mut redis = Redis::anywhere();
    let (one, two) = replicas("login.network=6/6000", &redis.url()).await;
    assert_eq!(passing(&one, &two, "203.0.113.1", 14).await, 6);

    redis.signal("-KILL");
    let began = Instant::now();
    assert_eq!(passing(&one, &two, "203.0.113.2", 400).await, 12, "six on each");
    // If each waited 50 ms for Redis, it would be 20 seconds.
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());

    let port = redis.port;
    drop(redis);
    let _again = Redis::start(port);
    agree(&one, &two).await;
    assert_eq!(passing(&one, &two, "203.0.113.3", 14).await, 6, "together again");
}

#[actix_web::test]
async fn a_redis_that_hangs_is_not_waited_for_by_each() {
    let mut redis = Redis::anywhere();
    let (one, two) = replicas("login.network=6/6000", &redis.url()).await;
    let began = Instant::now();
    assert_eq!(passing(&one, &two, "203.0.113.1", 400).await, 6, "together");
    let usual = began.elapsed();
    assert!(usual < Duration::from_secs(60), "{usual:?}");
    redis.signal("-STOP");
    let began = Instant::now();
    assert_eq!(passing(&one, &two, "203.0.113.2", 400).await, 12, "six on each");
    // If each waited 50 ms for Redis, it would be 20 seconds more.
    assert!(began.elapsed() < usual + Duration::from_secs(12), "{:?}, usually {usual:?}", began.elapsed());
    redis.signal("-CONT");
    agree(&one, &two).await;
    assert_eq!(passing(&one, &two, "203.0.113.3", 14).await, 6, "together again");
}
