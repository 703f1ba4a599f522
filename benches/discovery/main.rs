//! The speed of finding, on catalogues of growing size: the questions that citizens ask, each kind and the mix of
//! them, beside a ceiling and beside PostgreSQL with PostGIS, all in one run on one machine. Run by `just bench`.
//!
//! What to compare is the server's processor time for each answer: it hardly moves when the machine is busy, where
//! times on the clock do. The server has all processors but one, which the client has; PostgreSQL may use them all.
//!
//! | variable | meaning |
//! |---|---|
//! | `KEPU_BENCH_SIZES` | sessions in each catalogue; 0 stands for the seeds (default 10000,100000,1000000) |
//! | `KEPU_BENCH_SECONDS` | time for each row (default 8) |
//! | `KEPU_BENCH_KINDS` | kinds of question: near dates filters text textNear box facets search (default all) |
//! | `KEPU_BENCH_PROFILE` | measure nothing; record the server under the mix with `perf`, into this file |

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench reports and stops"
)]
#![expect(clippy::disallowed_methods, reason = "a bench reads its surroundings; the program does not")]

mod catalogue;
mod ceiling;
mod changes;
mod client;
mod dice;
mod measure;
mod postgis;
mod report;
mod server;
mod workload;

use std::process::Command;
use std::str::FromStr;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use kepu::domain::clock::{Clock, SystemClock};

use catalogue::Catalogue;
use postgis::PostGis;
use report::{Changes, Measured, Postgres};
use server::Server;
use workload::{Kind, Question};

/// A Wednesday morning, so that "weekend" asks for as much in every run.
const NOW: &str = "2026-11-25T09:00:00+08:00";

/// How long a server that has started is left alone before its memory is read.
const SETTLING: Duration = Duration::from_secs(10);

/// Of each kind without words, how many questions are asked of both to compare what they find.
const COMPARED: usize = 20;

/// What this run does.
pub struct Options {
    sizes: Vec<usize>,
    seconds: f64,
    kinds: Vec<Kind>,
    profile: Option<String>,
    begun: DateTime<Utc>,
    load_average: String,
}

impl Options {
    fn read() -> Self {
        let kinds: Vec<String> = list("KEPU_BENCH_KINDS", "");
        let wanted = |kind: &Kind| kinds.is_empty() || kinds.iter().any(|name| name == kind.name());
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            sizes: list("KEPU_BENCH_SIZES", "10000,100000,1000000"),
            seconds: list("KEPU_BENCH_SECONDS", "8")[0],
            kinds: Kind::ALL.into_iter().filter(wanted).collect(),
            profile: std::env::var("KEPU_BENCH_PROFILE").ok(),
            begun: SystemClock.now(),
            load_average: load.split(' ').next().unwrap_or_default().to_owned(),
        }
    }
}

fn list<T: FromStr>(name: &str, default: &str) -> Vec<T> {
    let text = std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let items = text.split(',').filter(|item| !item.is_empty());
    items.map(|item| item.parse().unwrap_or_else(|_| panic!("{name} cannot hold {item}"))).collect()
}

fn main() {
    if ceiling::serve_if_asked() {
        return;
    }
    let options = Options::read();
    if let Some(file) = &options.profile {
        return profile(&options, file);
    }
    let middle = options.sizes[options.sizes.len() / 2];
    let measured: Vec<Measured> =
        options.sizes.iter().map(|size| measure_size(&options, *size, *size == middle)).collect();
    let report = report::write(&options, &measured);
    println!("{report}");
    report::publish(&report);
}

fn say(what: &str) {
    eprintln!("bench: {what}");
}

/// A catalogue in a store, and the questions about it.
struct Ground {
    dir: tempfile::TempDir,
    url: String,
    making: Duration,
    catalogue: Catalogue,
    by_kind: Vec<(Kind, Vec<Question>)>,
    mix: Vec<Question>,
    now: DateTime<Utc>,
}

impl Ground {
    fn make(options: &Options, size: usize) -> Self {
        let now = DateTime::parse_from_rfc3339(NOW).unwrap().to_utc();
        let dir = tempfile::Builder::new().prefix("kepu-bench.").tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join("kepu.db").display());
        say(&format!("{size} sessions: making them"));
        let begun = Instant::now();
        catalogue::make(&url, size, now);
        let making = begun.elapsed();
        let catalogue = Catalogue::read(&catalogue::open(&url, now));
        let by_kind: Vec<_> =
            options.kinds.iter().map(|kind| (*kind, workload::questions(*kind, &catalogue, now))).collect();
        let mix = workload::mix(&by_kind);
        Self { dir, url, making, catalogue, by_kind, mix, now }
    }
}

fn requests(questions: &[Question], gzip: bool) -> Vec<Vec<u8>> {
    questions.iter().map(|question| client::request(&question.target(), gzip)).collect()
}

fn measure_size(options: &Options, size: usize, other_store: bool) -> Measured {
    let ground = Ground::make(options, size);
    let seconds = options.seconds;
    // The first start may still have something to write; the second is every later one.
    drop(Server::kepu(&ground.url));
    let server = Server::kepu(&ground.url);
    let ready = server.ready;
    std::thread::sleep(SETTLING);
    let at_rest = measure::resident(server.pid());
    let load = |questions: &[Question], gzip| {
        client::load(server.address, server.pid(), requests(questions, gzip), seconds)
    };
    let by_kind: Vec<_> = ground
        .by_kind
        .iter()
        .map(|(kind, questions)| {
            say(&format!("{size} sessions: {}", kind.title()));
            (*kind, load(questions, false))
        })
        .collect();
    say(&format!("{size} sessions: the mix"));
    let (mix, gzip) = (load(&ground.mix, false), load(&ground.mix, true));
    let resident = [at_rest, measure::resident(server.pid())];
    let totals = totals(&ground, &server);
    let changes = changes(&ground, &server, || load(&ground.mix, false));
    drop(server);
    let ceiling = ceiling::start(mix.bytes);
    let ceiling = client::load(ceiling.address, ceiling.pid(), requests(&ground.mix, false), seconds);

    let postgres = postgres();
    let other_store = other_store.then(|| on_postgres(&ground, &postgres, size, seconds));
    say(&format!("{size} sessions: PostGIS"));
    let postgis = PostGis::load(&postgres, &ground.catalogue);
    let agreed =
        totals.iter().filter(|(question, total)| postgis.total(question, ground.now) == *total).count();
    let ask = |questions: &[Question]| postgis.load_test(questions, ground.now, seconds / 2.0);
    let kinds = by_kind.into_iter().zip(&ground.by_kind).map(|((kind, load), (_, questions))| {
        (kind.title(), load, Kind::MIX.contains(&kind).then(|| ask(questions)))
    });
    Measured {
        sessions: if size == 0 { ground.catalogue.sessions.len() } else { size },
        events: ground.catalogue.events.len(),
        text_bytes: ground.catalogue.text_bytes,
        making: ground.making,
        ready,
        resident,
        kinds: kinds.collect(),
        mix,
        gzip,
        ceiling,
        postgis_mix: ask(&ground.mix),
        postgis_loading: postgis.loading,
        agreed: [totals.len(), agreed],
        changes,
        postgres: other_store,
    }
}

/// What the server finds, in numbers, for some questions without words: over words no two engines agree.
fn totals<'a>(ground: &'a Ground, server: &Server) -> Vec<(&'a Question, i64)> {
    let plain = ground.by_kind.iter().flat_map(|(_, questions)| questions.iter().take(COMPARED));
    plain
        .filter(|question| question.word.is_none())
        .map(|question| {
            let answer: serde_json::Value =
                serde_json::from_str(&client::ask(server.address, &question.target())).unwrap();
            (question, answer["total"].as_i64().unwrap())
        })
        .collect()
}

/// First changes with nobody asking, one at a time; then many beside `load`.
fn changes(ground: &Ground, server: &Server, load: impl FnOnce() -> measure::Load) -> Changes {
    let events = &ground.catalogue.events;
    let db = catalogue::open(&ground.url, ground.now);
    let applied = || changes::applied(server.metrics.expect("the server tells where its metrics are"));
    let before = applied();
    let until_seen = changes::until_seen(&db, events, server.address);
    let between = applied();
    let (beside, made) = changes::during(&db, events, load);
    let alone = between.since(before).map(|(each, _)| each);
    let together = applied().since(between);
    Changes { made, beside, alone, together, until_seen, resident: measure::resident(server.pid()) }
}

/// The PostgreSQL that `scripts/with-services` started.
fn postgres() -> String {
    std::env::var("KEPU_TEST_DATABASE_URL").expect("run `just bench`, which starts PostgreSQL")
}

/// The same catalogue in a database of that PostgreSQL, served from there.
fn on_postgres(ground: &Ground, postgres: &str, size: usize, seconds: f64) -> Postgres {
    say(&format!("{size} sessions: the store on PostgreSQL"));
    let database = postgis::Database::create(postgres, "kepu_store");
    catalogue::make(&database.url, size, ground.now);
    let server = Server::kepu(&database.url);
    std::thread::sleep(SETTLING);
    let resident = measure::resident(server.pid());
    let mix = client::load(server.address, server.pid(), requests(&ground.mix, false), seconds);
    Postgres { ready: server.ready, resident, mix }
}

/// Records where the server spends its time under the mix.
fn profile(options: &Options, file: &str) {
    let ground = Ground::make(options, options.sizes[0]);
    let server = Server::kepu(&ground.url);
    let mix = requests(&ground.mix, false);
    let mut perf = Command::new("perf")
        .args(["record", "-q", "-F", "1999", "-o", file, "-p", &server.pid().to_string()])
        .args(["--", "sleep", &options.seconds.to_string()])
        .spawn()
        .expect("perf is installed");
    let load = client::load(server.address, server.pid(), mix, options.seconds * 1.2);
    perf.wait().unwrap();
    println!(
        "{:.1} µs of processor a request; see: perf report --no-children -i {file}",
        load.cpu.as_secs_f64() * 1e6
    );
    drop(ground.dir);
}
