//! A fresh store for every test, copied from a template that is migrated, or migrated and seeded, once.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use kepu::app::catalogue::Existing;
use kepu::app::seeds::{Options, Seeds};
use kepu::db::{self, Db, Target};
use kepu::domain::clock::{Clock, FixedClock};
use kepu::server;
use tempfile::TempDir;

use super::server::{NOW, vault};

/// Which store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    Sqlite,
    Postgres,
}

/// What a fresh store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Tables only.
    Tables,
    /// The seeds of this repository with their samples, as of [`NOW`].
    Seeds,
}

/// A store of a test's own; gone when this is dropped.
pub struct Fresh {
    pub url: String,
    /// SQLite's directory, which lives as long.
    _dir: Option<TempDir>,
    database: Option<String>,
}

impl Fresh {
    /// A copy of the template.
    pub fn new(store: Store, holds: Holds) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        match store {
            Store::Sqlite => {
                let dir = tempfile::tempdir().unwrap();
                let file = dir.path().join("kepu.db");
                std::fs::copy(sqlite_template(holds), &file).unwrap();
                Self { url: format!("sqlite://{}", file.display()), _dir: Some(dir), database: None }
            }
            Store::Postgres => {
                let template = postgres_template(holds);
                let name =
                    format!("kepu_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
                administer(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
                Self { url: postgres_url(&name), _dir: None, database: Some(name) }
            }
        }
    }

    /// Opens it with a clock.
    pub fn open(&self, clock: Arc<dyn Clock>) -> Db {
        Db::open(self.settings(), clock).unwrap().marking(vault())
    }

    /// How to reach it.
    pub fn settings(&self) -> db::Settings {
        settings(&self.url)
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some(name) = &self.database {
            administer(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

pub fn settings(url: &str) -> db::Settings {
    db::Settings { target: Target::parse(url).unwrap(), connections: 4, wait: Duration::from_secs(20) }
}

/// A service that the test command starts.
#[expect(clippy::disallowed_methods, reason = "tests read their surroundings; the program does not")]
fn service(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: run `scripts/test`, or `scripts/with-services cargo test`")
    })
}

/// The private Redis that the test command starts.
pub fn redis_url() -> String {
    service("KEPU_TEST_REDIS_URL")
}

fn postgres_url(database: &str) -> String {
    let url = service("KEPU_TEST_DATABASE_URL");
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{server}/{database}")
}

fn administer(statement: &str) {
    let target = Target::parse(&service("KEPU_TEST_DATABASE_URL")).unwrap();
    target.connect().unwrap().batch_execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
}

fn sqlite_template(holds: Holds) -> PathBuf {
    static DIR: OnceLock<TempDir> = OnceLock::new();
    static TABLES: OnceLock<PathBuf> = OnceLock::new();
    static SEEDS: OnceLock<PathBuf> = OnceLock::new();
    let dir = DIR.get_or_init(|| tempfile::tempdir().unwrap());
    let make = |name: &str| {
        let file = dir.path().join(name);
        let url = format!("sqlite://{}", file.display());
        fill(&url, holds);
        // Nothing may be left in the write-ahead log when the file is copied.
        let mut conn = Target::parse(&url).unwrap().connect().unwrap();
        conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        file
    };
    match holds {
        Holds::Tables => TABLES.get_or_init(|| make("tables.db")).clone(),
        Holds::Seeds => SEEDS.get_or_init(|| make("seeds.db")).clone(),
    }
}

fn postgres_template(holds: Holds) -> &'static str {
    static TABLES: OnceLock<&str> = OnceLock::new();
    static SEEDS: OnceLock<&str> = OnceLock::new();
    let make = |name: &'static str| {
        administer(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        administer(&format!("CREATE DATABASE {name}"));
        fill(&postgres_url(name), holds);
        name
    };
    match holds {
        Holds::Tables => TABLES.get_or_init(|| make("kepu_test_tables")),
        Holds::Seeds => SEEDS.get_or_init(|| make("kepu_test_seeds")),
    }
}

fn fill(url: &str, holds: Holds) {
    let db = Db::open(settings(url), Arc::new(FixedClock(NOW))).unwrap();
    db.migrate().unwrap();
    if holds == Holds::Seeds {
        let options = Options { samples: true, existing: Existing::Keep };
        server::seed(&db, &Seeds::embedded(), options).unwrap();
    }
}
