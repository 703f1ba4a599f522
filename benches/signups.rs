//! The speed of signing up: one hot session, 64 clients that each wait for their answer, on SQLite and on PostgreSQL,
//! both durable; beside it the same server committing each sign-up alone, and what refusing costs when all is full.
//! Server and clients share the machine and this process; figures are rates, and ratios within one run. Prints rows for
//! `docs/performance.md`. Run by `just bench signups`, which starts PostgreSQL.
//!
//! | variable | meaning |
//! |---|---|
//! | `KEPU_BENCH_ATTEMPTS` | sign-ups of each row (default 20000) |
//! | `KEPU_BENCH_STORES` | `sqlite`, `postgres` (default both) |

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench reports and stops"
)]
#![expect(clippy::disallowed_methods, reason = "a bench reads its surroundings; the program does not")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use kepu::app::seeds::{Options, Seeds};
use kepu::app::{self, catalogue};
use kepu::db::records::Stored;
use kepu::db::{self, Db, Target, logins, persons, sessions};
use kepu::domain::access::{Caller, Keys, SigningKey};
use kepu::domain::clock::{Clock, SystemClock};
use kepu::domain::events::{Event, EventStatus};
use kepu::domain::ids::{EventId, LoginId, PersonId, SessionId, SystemRandom};
use kepu::domain::logins::RefreshToken;
use kepu::domain::sessions::Session;
use kepu::domain::signup_terms::SignupTerms;
use kepu::server::{self, Running};
use kepu::{http, telemetry};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CLIENTS: usize = 64;

/// Attempts that a transaction of the desk settles at most, where they are settled together.
const TOGETHER: usize = 256;

fn main() {
    kepu::clients::choose_ring();
    let attempts = std::env::var("KEPU_BENCH_ATTEMPTS").map_or(20_000, |text| text.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    println!("| figure | rate | p50 | p99 |\n|---|---|---|---|");
    let (hot, together) = (hot_session(), "settled together");
    let stores = std::env::var("KEPU_BENCH_STORES").unwrap_or_else(|_| "sqlite,postgres".to_owned());
    for store in stores.split(',') {
        let (store, url) = match store {
            "sqlite" => {
                ("SQLite, synchronous=FULL", format!("sqlite://{}", dir.path().join("kepu.db").display()))
            }
            _ => ("PostgreSQL, fsync on", postgres()),
        };
        let ground = Ground::make(&url, attempts, &hot);
        let (alone, all) = ground.people.split_at(attempts / 10);
        let running = runtime.block_on(ground.serve(1));
        let slow = runtime.block_on(ground.load(&running, hot.id, alone, 201));
        row(&format!("{store}: each commits alone"), &slow);
        runtime.block_on(running.stop());
        let running = runtime.block_on(ground.serve(TOGETHER));
        let fast = runtime.block_on(ground.load(&running, hot.id, all, 201));
        row(&format!("{store}: {together}"), &fast);
        println!("| {store}: {together}, against each alone | {:.1}× | | |", fast.rate / slow.rate);
        let full = full_session();
        ground.add(&full);
        runtime.block_on(async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            // The first refusal asks the store.
            ground.load(&running, full.id, &ground.people[..CLIENTS], 409).await;
            let refused = ground.load(&running, full.id, &ground.people, 409).await;
            row(&format!("{store}: refused as full"), &refused);
            let asked = ground.ask(&running, ground.people.len()).await;
            row(&format!("{store}: events near a place, 20 items"), &asked);
            println!("| {store}: refusals against questions | {:.2}× | | |", refused.rate / asked.rate);
        });
        runtime.block_on(running.stop());
    }
}

fn row(figure: &str, load: &Load) {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!("| {figure} | {:.0}/s | {:.1} ms | {:.1} ms |", load.rate, ms(load.p50), ms(load.p99));
}

/// A session with room for everybody.
fn hot_session() -> Session {
    session("hot", 1_000_000)
}

/// A session in which no seat is left.
fn full_session() -> Session {
    session("full", 0)
}

fn session(slug: &str, capacity: i32) -> Session {
    let start = SystemClock.now() + TimeDelta::days(7);
    Session {
        id: SessionId::from_slug(slug),
        event: EventId::from_slug("bench"),
        start,
        end: start + TimeDelta::hours(2),
        status: EventStatus::Scheduled,
        place: None,
        signup: Some(Box::new(SignupTerms::default())),
        capacity: Some(capacity),
        taken: 0,
        waiting: 0,
        moved: 0,
        notice: None,
    }
}

/// A database of this bench's own in the PostgreSQL that the environment names.
fn postgres() -> String {
    let url = std::env::var("KEPU_TEST_DATABASE_URL").expect("run `just bench`, which starts PostgreSQL");
    let name = format!("kepu_signups_{}", std::process::id());
    let mut conn = Target::parse(&url).unwrap().connect().unwrap();
    conn.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    format!("{}/{name}", url.rsplit_once('/').unwrap().0)
}

/// The seeds, an event with a hot session, and people who are logged in.
struct Ground {
    db: Db,
    url: String,
    key: String,
    people: Vec<String>,
}

impl Ground {
    fn make(url: &str, people: usize, hot: &Session) -> Self {
        let db = Db::open(settings(url), Arc::new(SystemClock)).unwrap();
        db.migrate().unwrap();
        let existing = catalogue::Existing::Keep;
        server::seed(&db, &Seeds::embedded(), Options { samples: true, existing }).unwrap();
        let mut event = db.read(Event::all).unwrap().swap_remove(0).body;
        (event.sample, event.programme) = (false, None);
        db.write(|tx| catalogue::save(tx, hot.event.get(), &event, existing)).unwrap();
        let key = SigningKey::fresh(&SystemRandom).expose();
        let mut ground = Self { db, url: url.to_owned(), key, people: Vec::new() };
        ground.add(hot);
        ground.people = ground.log_in(people);
        ground
    }

    fn add(&self, session: &Session) {
        let add = |tx: &mut db::Tx<'_>| {
            sessions::insert_with_events(tx, std::slice::from_ref(session))?;
            sessions::touch_event(tx, session.event)
        };
        self.db.write(|tx| add(tx).map_err(app::Error::from)).unwrap();
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::new(Keys::new(vec![SigningKey::parse(&self.key).unwrap()]).unwrap())
    }

    /// Access tokens of so many people.
    fn log_in(&self, people: usize) -> Vec<String> {
        let (keys, now) = (self.keys(), SystemClock.now());
        let log_in = |tx: &mut db::Tx<'_>| {
            let one = |n: usize| {
                // Fresh ids of one millisecond would often be alike.
                let person = PersonId::from_slug(&n.to_string());
                let caller = Caller { person, login: LoginId::from_slug(&n.to_string()) };
                persons::insert(tx, person)?;
                let refresh = RefreshToken::fresh(&SystemRandom);
                logins::insert(tx, caller, &refresh, now + TimeDelta::days(1))?;
                Ok(keys.issue(caller, now)?.expose().to_owned())
            };
            (0..people).map(one).collect::<Result<Vec<_>, app::Error>>()
        };
        self.db.write(log_in).unwrap()
    }

    async fn serve(&self, desk_batch: usize) -> Running {
        let kept = || server::Secrets::Kept(std::env::temp_dir().join("kepu-bench"));
        let settings = server::Settings {
            bind: ([127, 0, 0, 1], 0).into(),
            metrics_bind: None,
            db: settings(&self.url),
            mini_programs: server::MiniPrograms::default(),
            redis_url: None,
            signing_keys: server::Secrets::Given(self.keys()),
            data_keys: server::DataKeys {
                fields: kept(),
                pseudonyms: server::Secrets::Kept(std::env::temp_dir().join("kepu-bench")),
            },
            ticket_keys: server::Secrets::Kept(std::env::temp_dir().join("kepu-bench")),
            samples: true,
            sample_signups: true,
            public_origin: None,
            webhooks: kepu::clients::webhooks::Rules::default(),
            desk_batch,
            review_words: None,
            review: kepu::domain::review::Rules::default(),
            workers: None,
            drain: Duration::ZERO,
            shutdown_grace: Duration::from_secs(1),
            http: http::app::Settings { max_in_flight: 512 },
            limits: None,
        };
        server::start(settings, Arc::new(SystemClock), Arc::new(SystemRandom), telemetry::start_metrics())
            .await
            .unwrap()
    }

    /// Everybody signs up, or tries to, once.
    async fn load(&self, running: &Running, session: SessionId, people: &[String], expected: u16) -> Load {
        let body = r#"{"participants":[{"self":true}],"consent":{"policyVersion":"1.0"}}"#;
        let request = |token: &String| {
            let head = format!("POST /v1/sessions/{session}/signups HTTP/1.1\r\nHost: localhost\r\n");
            let length = body.len();
            format!(
                "{head}Authorization: Bearer {token}\r\nContent-Type: application/json\r\n\
                 Content-Length: {length}\r\n\r\n{body}"
            )
        };
        send(running.address, people.iter().map(request).collect(), expected).await
    }

    async fn ask(&self, running: &Running, count: usize) -> Load {
        let question = |n: usize| {
            let (lat, lng) = (23.0 + (n % 40) as f64 / 100.0, 113.1 + (n % 37) as f64 / 100.0);
            format!(
                "GET /v1/events?lat={lat:.3}&lng={lng:.3}&radius=20000 HTTP/1.1\r\nHost: localhost\r\n\r\n"
            )
        };
        send(running.address, (0..count).map(question).collect(), 200).await
    }
}

fn settings(url: &str) -> db::Settings {
    db::Settings { target: Target::parse(url).unwrap(), connections: 8, wait: Duration::from_secs(10) }
}

/// What a load came to.
struct Load {
    rate: f64,
    p50: Duration,
    p99: Duration,
}

/// Sends each request once, over so many kept connections as there are clients.
async fn send(address: SocketAddr, requests: Vec<String>, expected: u16) -> Load {
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let begun = Instant::now();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| tokio::spawn(client(address, requests.clone(), next.clone(), expected)))
        .collect();
    let mut latencies = Vec::with_capacity(requests.len());
    for client in clients {
        latencies.extend(client.await.expect("every answer is as expected"));
    }
    let rate = latencies.len() as f64 / begun.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
    Load { rate, p50: at(0.5), p99: at(0.99) }
}

async fn client(
    address: SocketAddr,
    requests: Arc<Vec<String>>,
    next: Arc<AtomicUsize>,
    expected: u16,
) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut latencies, mut answer) = (Vec::new(), Vec::with_capacity(1 << 16));
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let begun = Instant::now();
        stream.write_all(request.as_bytes()).await.unwrap();
        answer.clear();
        let body = loop {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "the server hung up");
            if let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = String::from_utf8_lossy(&answer[..body]).to_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split('\r').next());
        let length: usize = length.unwrap().parse().unwrap();
        while answer.len() < body + length {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "the server hung up");
        }
        latencies.push(begun.elapsed());
        let good = head.starts_with(&format!("http/1.1 {expected} "));
        assert!(good, "{}", String::from_utf8_lossy(&answer));
    }
    latencies
}
