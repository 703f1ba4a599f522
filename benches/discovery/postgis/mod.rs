//! The same questions asked of PostgreSQL with PostGIS, laid out as somebody would who knows it: see `schema` for
//! the tables, `sql` for the statements.

mod schema;
mod sql;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::catalogue::Catalogue;
use crate::measure::{self, Load};
use crate::workload::Question;

/// As many as two processors keep busy.
const CONNECTIONS: usize = 4;

/// Serial plans and no just-in-time compilation: both are dearer where questions are many and short. Pages are in
/// memory, and sorts and hashes stay there.
const SESSION: &str = "SET max_parallel_workers_per_gather = 0; SET jit = off; SET work_mem = '64MB'; \
                       SET random_page_cost = 1.1; SET effective_cache_size = '4GB'; SET timezone = 'UTC';";

/// A database of this bench's own, dropped at the end.
pub struct Database {
    pub url: String,
    name: String,
    maintenance: PgConnection,
}

impl Database {
    /// Creates one in the server that `url` names.
    pub fn create(url: &str, prefix: &str) -> Self {
        let mut maintenance = PgConnection::establish(url).unwrap();
        let name = format!("{prefix}_{}", std::process::id());
        maintenance.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        Self { url: format!("{}/{name}", url.rsplit_once('/').unwrap().0), name, maintenance }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = self.maintenance.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// A catalogue in PostGIS.
pub struct PostGis {
    database: Database,
    /// The first process of the server.
    postmaster: u32,
    pub loading: Duration,
}

#[derive(QueryableByName)]
struct Pid {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    pid: i32,
}

/// A row of an answer: an item, or one count of a facet.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
    #[diesel(sql_type = diesel::sql_types::Text)]
    #[expect(dead_code, reason = "read, as a server of ours would have to")]
    item: String,
}

impl PostGis {
    /// Copies a catalogue into a new database of the server at `url`.
    pub fn load(url: &str, catalogue: &Catalogue) -> Self {
        let begun = Instant::now();
        let mut database = Database::create(url, "kepu_postgis");
        let backend: Pid = diesel::sql_query("SELECT pg_backend_pid() AS pid")
            .get_result(&mut database.maintenance)
            .unwrap();
        let postmaster = measure::parent(backend.pid as u32);
        schema::fill(&mut PgConnection::establish(&database.url).unwrap(), catalogue);
        Self { database, postmaster, loading: begun.elapsed() }
    }

    /// Asks all of `questions` in turn, and again, for `seconds`; before that, for a tenth of the time, without
    /// counting.
    pub fn load_test(&self, questions: &[Question], now: DateTime<Utc>, seconds: f64) -> Load {
        let statements: Vec<String> =
            questions.iter().map(|question| sql::statement(question, now)).collect();
        let mut connections: Vec<PgConnection> = (0..CONNECTIONS).map(|_| self.connect()).collect();
        run(&mut connections, &statements, Duration::from_secs_f64(seconds / 10.0));
        let before = measure::cpu_with_children(self.postmaster);
        let (latencies, elapsed) = run(&mut connections, &statements, Duration::from_secs_f64(seconds));
        Load::of(latencies, elapsed, measure::cpu_with_children(self.postmaster) - before, 0)
    }

    /// How many events answer a question.
    pub fn total(&self, question: &Question, now: DateTime<Utc>) -> i64 {
        let rows: Vec<Row> =
            diesel::sql_query(sql::statement(question, now)).load(&mut self.connect()).unwrap();
        rows.first().map_or(0, |row| row.n)
    }

    fn connect(&self) -> PgConnection {
        let mut connection = PgConnection::establish(&self.database.url).unwrap();
        connection.batch_execute(SESSION).unwrap();
        connection
    }
}

/// Each connection asks the next question as soon as it has its answer.
fn run(connections: &mut [PgConnection], statements: &[String], time: Duration) -> (Vec<u32>, Duration) {
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    let ask = |connection: &mut PgConnection| {
        let mut latencies = Vec::new();
        while begun.elapsed() < time {
            let statement = &statements[next.fetch_add(1, Ordering::Relaxed) % statements.len()];
            let asked = Instant::now();
            let _: Vec<Row> = diesel::sql_query(statement).load(connection).unwrap();
            latencies.push(asked.elapsed().as_micros() as u32);
        }
        latencies
    };
    let latencies = std::thread::scope(|scope| {
        let threads: Vec<_> =
            connections.iter_mut().map(|connection| scope.spawn(|| ask(connection))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    (latencies, begun.elapsed())
}
