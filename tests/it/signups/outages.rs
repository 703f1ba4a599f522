//! Stores that go away under load and come back: PostgreSQL stopped and crashed, Redis killed. Reading goes on, signing up
//! answers 503 and recovers, and whoever was told that they are signed up is.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;
use crate::support::people::{people as logged_in, token};
use crate::support::process::{Process, kepu, run};
use crate::support::server::vault;
use crate::support::stores::settings;
use futures_util::future::join_all;
use kepu::domain::access::Caller;
use kepu::domain::clock::{Clock, SystemClock};

/// A port on which nothing listens.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A service of this test's own, which it can stop and start.
struct Service {
    command: Box<dyn Fn() -> Command>,
    child: Option<Child>,
}

impl Service {
    fn start(command: impl Fn() -> Command + 'static) -> Self {
        let mut service = Self { command: Box::new(command), child: None };
        service.begin();
        service
    }

    fn begin(&mut self) {
        let child = (self.command)().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.child = Some(child.unwrap());
    }

    /// Sends a signal, and waits until the service is gone.
    fn end(&mut self, signal: &str) {
        let Some(mut child) = self.child.take() else { return };
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        child.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.end("-QUIT");
    }
}

/// What a crowd was told.
#[derive(Default)]
struct Told {
    signed_up: AtomicUsize,
    unavailable: AtomicUsize,
}

/// Everybody signs up once, asking again for as long as they are told to.
async fn crowd(site: &Site, callers: &[Caller], told: &Told) {
    let next = AtomicUsize::new(0);
    let client = |_| async {
        while let Some(caller) = callers.get(next.fetch_add(1, Ordering::Relaxed)) {
            // Not all in a moment: there is to be something left to do when the store goes away.
            tokio::time::sleep(Duration::from_millis(10)).await;
            loop {
                let access = token(*caller, SystemClock.now());
                let answer = sign_up(site, "s", &access, alone()).await;
                match answer.status.as_u16() {
                    200 | 201 => break,
                    503 => assert!(answer.header("retry-after").is_some(), "{}", answer.text),
                    _ => panic!("{} {}", answer.status, answer.text),
                }
                told.unavailable.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            told.signed_up.fetch_add(1, Ordering::Relaxed);
        }
    };
    join_all((0..8).map(client)).await;
}

async fn until(what: &str, count: &AtomicUsize, least: usize) {
    eventually(what, || async { (count.load(Ordering::Relaxed) >= least).then_some(()) }).await;
}

/// What `/readyz` says of a store.
async fn condition(site: &Site, store: &str) -> Option<String> {
    let report = site.json("/readyz").await;
    let stores = report["stores"].as_array()?;
    let found = stores.iter().find(|one| one["name"] == store)?;
    Some(found["status"].as_str()?.to_owned())
}

async fn is(site: &Site, store: &str, wanted: &str) {
    eventually(&format!("{store} is {wanted}"), || async {
        (condition(site, store).await.as_deref() == Some(wanted)).then_some(())
    })
    .await;
}

fn session_for(count: usize) -> Session {
    let start = SystemClock.now() + TimeDelta::days(7);
    Session { start, end: start + TimeDelta::hours(1), ..stars("s", count as i32, json!({})) }
}

/// Everybody is signed up once, and the public sees it.
async fn all_are_in(db: &Db, sites: &[&Site], callers: &[Caller]) {
    let id = SessionId::from_slug("s");
    let all = db.read(|conn| db::signups::of_session(conn, &vault(), id)).unwrap();
    let mut persons: Vec<_> = all.iter().filter_map(|signup| signup.person).collect();
    persons.sort_unstable();
    let mut expected: Vec<_> = callers.iter().map(|caller| caller.person).collect();
    expected.sort_unstable();
    assert_eq!(persons, expected);
    for site in sites {
        seats(site, "s", callers.len() as i64, 0).await;
    }
}

fn serve(url: &str, redis: Option<&str>) -> (Process, Site) {
    let mut command = kepu(url, &["serve", "--demo"]);
    command.env("KEPU_SAMPLES", "hide").env("KEPU_DB_WAIT_SECONDS", "1");
    if let Some(redis) = redis {
        command.env("REDIS_URL", redis);
    }
    let process = Process::start(command);
    let address = process.site.trim_start_matches("http://").parse().unwrap();
    (process, Site::at(address))
}

#[actix_web::test]
async fn postgresql_is_stopped_and_crashes_while_people_sign_up() {
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let path = dir.path().to_owned();
    let mut postgres = Service::start(move || {
        let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/private-postgres"));
        command.arg(&path).arg(port.to_string());
        command
    });
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    let target = db::Target::parse(&url).unwrap();
    eventually("PostgreSQL is there", || async { target.connect().ok() }).await;
    assert!(run(&url, &["migrate"]).status.success());
    let db = Db::open(settings(&url), Arc::new(SystemClock)).unwrap();
    fill(&db, vec![session_for(900)]);
    let callers = logged_in(&db, 900);
    drop(db);
    let (process, site) = serve(&url, None);
    let told = Told::default();
    let outages = async {
        for (round, signal) in ["-INT", "-QUIT"].into_iter().enumerate() {
            until("some are signed up", &told.signed_up, 300 * round + 100).await;
            let refused = told.unavailable.load(Ordering::Relaxed);
            postgres.end(signal);
            until("others are told to come back", &told.unavailable, refused + 8).await;
            is(&site, "database", "down").await;
            assert_eq!(site.get("/v1/events").await.status, 200, "reading goes on");
            let before = told.signed_up.load(Ordering::Relaxed);
            postgres.begin();
            until("they come back", &told.signed_up, before + 1).await;
            is(&site, "database", "up").await;
        }
    };
    tokio::join!(crowd(&site, &callers, &told), outages);
    let db = Db::open(settings(&url), Arc::new(SystemClock)).unwrap();
    all_are_in(&db, &[&site], &callers).await;
    let log = process.kill();
    assert!(!log.contains("panicked"), "{log}");
}

#[actix_web::test]
async fn redis_is_killed_while_people_sign_up_at_two_replicas() {
    let port = free_port();
    let mut redis = Service::start(move || {
        let mut command = Command::new("redis-server");
        command.args([
            "--bind",
            "127.0.0.1",
            "--port",
            &port.to_string(),
            "--save",
            "",
            "--appendonly",
            "no",
        ]);
        command
    });
    let url = format!("redis://127.0.0.1:{port}");
    let fresh = Fresh::new(Store::Postgres, Holds::Tables);
    let db = open(&fresh);
    fill(&db, vec![session_for(600)]);
    let callers = logged_in(&db, 600);
    let ((_one, one), (_two, two)) = (serve(&fresh.url, Some(&url)), serve(&fresh.url, Some(&url)));
    is(&one, "redis", "up").await;
    let told = Told::default();
    let outage = async {
        until("some are signed up", &told.signed_up, 100).await;
        redis.end("-KILL");
        is(&one, "redis", "down").await;
        is(&two, "redis", "down").await;
        let before = told.signed_up.load(Ordering::Relaxed);
        until("signing up goes on", &told.signed_up, before + 50).await;
        assert_eq!(two.get("/v1/events").await.status, 200, "reading goes on");
        redis.begin();
        is(&one, "redis", "up").await;
        is(&two, "redis", "up").await;
    };
    let (first, second) = callers.split_at(300);
    tokio::join!(crowd(&one, first, &told), crowd(&two, second, &told), outage);
    assert_eq!(told.unavailable.load(Ordering::Relaxed), 0, "nobody needs Redis to sign up");
    all_are_in(&db, &[&one, &two], &callers).await;
}
