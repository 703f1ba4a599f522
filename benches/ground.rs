//! Figures of the ground: how soon a committed change is found, how long a start takes, how much memory the
//! program holds. Prints rows for `docs/performance.md`. Run by `just bench`, which starts PostgreSQL and Redis.
//!
//! Start and memory are those of the second start of a seeded store; memory is VmRSS ten seconds after ready, and
//! again after 1,000 mixed requests.

// Only a test binary may panic and print; a bench is one in all but name.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench reports and stops"
)]
#![expect(clippy::disallowed_methods, reason = "a bench reads its surroundings; the program does not")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use kepu::app::catalogue::{Existing, save};
use kepu::app::seeds::{Options, Seeds};
use kepu::db::records::Stored;
use kepu::db::{self, Db, Target};
use kepu::domain::bases::Base;
use kepu::domain::clock::SystemClock;
use kepu::domain::ids::SystemRandom;
use kepu::server::{self, Running};
use kepu::{http, telemetry};

const CHANGES: usize = 200;

fn main() {
    kepu::clients::choose_ring();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    println!("| figure | median | p95 | max |\n|---|---|---|---|");
    runtime.block_on(freshness());
    println!("\n| figure | value |\n|---|---|");
    runtime.block_on(start_and_memory());
}

fn settings(url: &str) -> db::Settings {
    db::Settings { target: Target::parse(url).unwrap(), connections: 4, wait: Duration::from_secs(10) }
}

fn seeded(url: &str) {
    let db = Db::open(settings(url), Arc::new(SystemClock)).unwrap();
    db.migrate().unwrap();
    server::seed(&db, &Seeds::embedded(), Options { samples: true, existing: Existing::Keep }).unwrap();
}

async fn replica(url: &str, redis_url: Option<String>) -> Running {
    let settings = server::Settings {
        bind: ([127, 0, 0, 1], 0).into(),
        metrics_bind: None,
        db: settings(url),
        mini_programs: server::MiniPrograms::default(),
        redis_url,
        signing_keys: server::SigningKeys::Kept(std::env::temp_dir().join("kepu-bench")),
        data_keys: server::DataKeys {
            fields: server::Secrets::Kept(std::env::temp_dir().join("kepu-bench")),
            pseudonyms: server::Secrets::Kept(std::env::temp_dir().join("kepu-bench")),
        },
        ticket_keys: server::Secrets::Kept(std::env::temp_dir().join("kepu-bench")),
        samples: true,
        sample_signups: true,
        public_origin: None,
        webhooks: kepu::clients::webhooks::Rules::default(),
        desk_batch: kepu::app::desk::BATCH,
        review_words: None,
        review: kepu::domain::review::Rules::default(),
        workers: Some(1),
        drain: Duration::ZERO,
        shutdown_grace: Duration::from_secs(1),
        http: http::app::Settings { max_in_flight: 64 },
        limits: None,
    };
    server::start(settings, Arc::new(SystemClock), Arc::new(SystemRandom), telemetry::start_metrics())
        .await
        .unwrap()
}

/// A database of this bench's own in the PostgreSQL that the environment names.
fn postgres() -> String {
    let url =
        std::env::var("KEPU_TEST_DATABASE_URL").expect("run `just bench`, which starts PostgreSQL and Redis");
    let name = format!("kepu_bench_{}", std::process::id());
    let mut conn = Target::parse(&url).unwrap().connect().unwrap();
    conn.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    format!("{}/{name}", url.rsplit_once('/').unwrap().0)
}

async fn freshness() {
    let dir = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}", dir.path().join("kepu.db").display());
    seeded(&sqlite);
    let one = replica(&sqlite, None).await;
    changes_found("commit to HTTP answer, SQLite, the same process", &one, &one).await;
    one.stop().await;

    let postgres = postgres();
    seeded(&postgres);
    let (one, two) = (replica(&postgres, None).await, replica(&postgres, None).await);
    changes_found("commit to HTTP answer, PostgreSQL, the same replica", &one, &one).await;
    changes_found("commit to HTTP answer, PostgreSQL, another replica, polling", &one, &two).await;
    one.stop().await;
    two.stop().await;

    let redis = std::env::var("KEPU_TEST_REDIS_URL").expect("run `just bench`");
    let (one, two) = (replica(&postgres, Some(redis.clone())).await, replica(&postgres, Some(redis)).await);
    tokio::time::sleep(Duration::from_secs(1)).await;
    changes_found("commit to HTTP answer, PostgreSQL, another replica, Redis", &one, &two).await;
    one.stop().await;
    two.stop().await;
}

/// Changes a base's telephone number at `writer` and asks `reader` for the base until it shows the new one.
async fn changes_found(figure: &str, writer: &Running, reader: &Running) {
    let client = reqwest::Client::new();
    let base = writer.db.read(Base::all).unwrap().swap_remove(0);
    let id = kepu::domain::ids::BaseId::new(base.id).unwrap();
    let url = format!("http://{}/v1/bases/{id}", reader.address);
    let mut delays = Vec::with_capacity(CHANGES);
    for n in 0..CHANGES {
        let phone = format!("{figure} {n}");
        let body = Base { phone: Some(phone.clone()), ..base.body.clone() };
        let db = writer.db.clone();
        let write = move || db.write(|tx| save(tx, base.id, &body, Existing::Replace)).unwrap();
        tokio::task::spawn_blocking(write).await.unwrap();
        let committed = Instant::now();
        loop {
            let answer: serde_json::Value = client.get(&url).send().await.unwrap().json().await.unwrap();
            if answer["phone"] == *phone {
                break;
            }
            assert!(committed.elapsed() < Duration::from_secs(10), "never found: {answer}");
        }
        delays.push(committed.elapsed());
        // Not in step with anybody's poll.
        tokio::time::sleep(Duration::from_millis(7 + (n as u64 * 13) % 31)).await;
    }
    delays.sort();
    let ms = |at: usize| delays[at].as_secs_f64() * 1000.0;
    println!(
        "| {figure} | {:.1} ms | {:.1} ms | {:.1} ms |",
        ms(CHANGES / 2),
        ms(CHANGES * 95 / 100),
        ms(CHANGES - 1)
    );
}

/// `kepu serve` as a process.
struct Process {
    child: Child,
    site: String,
    ready: Duration,
}

impl Process {
    fn start(data_dir: &std::path::Path) -> Self {
        let begun = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_kepu"))
            .arg("serve")
            .env("KEPU_DATA_DIR", data_dir)
            .env("KEPU_LIMITS", "off")
            .env("KEPU_BIND", "127.0.0.1:0")
            .env("KEPU_METRICS_BIND", "")
            .env_remove("KEPU_TEST_DATABASE_URL")
            .env_remove("KEPU_TEST_REDIS_URL")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let site =
            lines.find_map(|line| Some(line.unwrap().split_once("document            ")?.1.to_owned()));
        let ready = begun.elapsed();
        let site = site.expect("the server did not start").trim_end_matches("/openapi.json").to_owned();
        Self { child, site, ready }
    }

    /// Resident memory in MiB.
    fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn start_and_memory() {
    let dir = tempfile::tempdir().unwrap();
    let first = Process::start(dir.path());
    println!(
        "| first start, migrating and seeding, to ready | {:.0} ms |",
        first.ready.as_secs_f64() * 1000.0
    );
    drop(first);
    let second = Process::start(dir.path());
    println!("| second start to ready | {:.0} ms |", second.ready.as_secs_f64() * 1000.0);
    tokio::time::sleep(Duration::from_secs(10)).await;
    println!("| VmRSS ten seconds after ready | {:.1} MiB |", second.resident());
    let client = reqwest::Client::new();
    let mixed = [
        "/v1/events?lat=23.1066&lng=113.3245&radius=5000&when=weekend",
        "/v1/events?adcode=440100&limit=100",
        "/v1/bases?lat=23.1066&lng=113.3245&openNow=true",
        "/v1/events?q=%E5%A4%A9%E6%96%87",
        "/v1/routes?lat=23.1066&lng=113.3245&lang=zh-HK",
        "/v1/bases?bbox=113.2,23.0,113.4,23.2&lang=en&limit=100",
        "/v1/campaigns",
        "/v1/series",
        "/v1/taxonomy",
        "/v1/divisions?lat=23.1066&lng=113.3245",
    ];
    for n in 0..1000 {
        let answer = client.get(format!("{}{}", second.site, mixed[n % mixed.len()])).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap();
    }
    println!("| VmRSS after 1,000 mixed requests | {:.1} MiB |", second.resident());
}
