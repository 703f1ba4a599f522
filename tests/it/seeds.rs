//! Seeds: loaded whole, twice without effect, never stale, and without invented events where those are hidden.

use std::sync::Arc;

use chrono::{Days, TimeDelta};
use kepu::app::catalogue::Existing;
use kepu::app::seeds::{Options, Report, Seeds};
use kepu::db::{Db, changes, sessions};
use kepu::domain::clock::{FixedClock, ManualClock};
use kepu::jobs::daily;
use kepu::server::seed;

use crate::support::process::{Process, kepu, run, seeds_with_base};
use crate::support::server::NOW;
use crate::support::stores::{Fresh, Holds, Store, settings};

const KEEP: Options = Options { samples: true, existing: Existing::Keep };

on_both_stores! {
    async fn twice_is_once(store: Store) {
        let fresh = Fresh::new(store, Holds::Seeds);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        let before = db.read(|conn| changes::since(conn, 0)).unwrap();
        for existing in [Existing::Keep, Existing::Replace] {
            let report = seed(&db, &Seeds::embedded(), Options { existing, ..KEEP }).unwrap();
            assert_eq!(report, Report { kept: report.kept, ..Report::default() });
            assert!(report.kept > 900, "{report:?}");
        }
        assert_eq!(db.read(|conn| changes::since(conn, 0)).unwrap(), before, "no change was logged");
    }

    async fn hidden_samples_are_not_even_stored(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        let report = seed(&db, &Seeds::embedded(), Options { samples: false, ..KEEP }).unwrap();
        assert_eq!(report.sessions, 0);
        assert_eq!(db.read(kepu::db::events::samples).unwrap(), []);
        assert!(db.read(|conn| sessions::of_events_between(conn, 0..=i64::MAX)).unwrap().is_empty());
    }
}

/// Replicas start together, and so do their init jobs.
#[test]
fn several_at_once_are_one() {
    let fresh = Fresh::new(Store::Postgres, Holds::Tables);
    let reports: Vec<Report> = std::thread::scope(|scope| {
        let seeding = || {
            let db = fresh.open(Arc::new(FixedClock(NOW)));
            scope.spawn(move || seed(&db, &Seeds::embedded(), KEEP).unwrap())
        };
        let threads = [seeding(), seeding(), seeding()];
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(reports.iter().filter(|report| report.inserted > 0).count(), 1, "{reports:?}");
    let tomorrow = Arc::new(FixedClock(NOW + Days::new(1)));
    let added: usize = std::thread::scope(|scope| {
        let chores = || {
            let db = fresh.open(tomorrow.clone());
            scope.spawn(move || daily::chores(&db, true).unwrap().sessions)
        };
        let threads = [chores(), chores()];
        threads.into_iter().map(|thread| thread.join().unwrap()).filter(|added| *added > 0).count()
    });
    assert_eq!(added, 1, "one replica adds the day's sessions");
}

#[test]
fn samples_hidden_at_first_are_seeded_when_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("sub/kepu.db").display());
    let migrated = run(&url, &["migrate"]);
    assert!(
        migrated.status.success(),
        "on a fresh machine too: {}",
        String::from_utf8_lossy(&migrated.stderr)
    );
    let mut hidden = kepu(&url, &["serve"]);
    hidden.env("KEPU_SAMPLES", "hide");
    drop(Process::start(hidden));
    let samples = || {
        let db = Db::open(settings(&url), Arc::new(FixedClock(NOW))).unwrap();
        db.read(kepu::db::events::samples).unwrap().len()
    };
    assert_eq!(samples(), 0);
    drop(Process::serve(&url));
    assert_eq!(samples(), 0, "what is stored is the operator's to decide, not the next start's");
    assert!(run(&url, &["seed"]).status.success());
    assert!(samples() > 200);
}

#[test]
fn the_sample_programme_is_never_stale() {
    let fresh = Fresh::new(Store::Sqlite, Holds::Seeds);
    let clock = ManualClock::new(NOW);
    let db = fresh.open(Arc::new(clock.clone()));
    let coming = |days: i64| {
        let from = NOW + TimeDelta::days(days);
        let all = db.read(|conn| sessions::of_events_between(conn, 0..=i64::MAX)).unwrap();
        all.values().filter(|sessions| sessions.iter().any(|session| session.end > from)).count()
    };
    let (events, before) =
        (coming(0), db.read(|conn| sessions::of_events_between(conn, 0..=i64::MAX)).unwrap());
    assert!(events > 200, "{events}");
    for day in 1..=30 {
        clock.set(NOW + Days::new(day));
        daily::chores(&db, true).unwrap();
        assert_eq!(daily::chores(&db, true).unwrap().sessions, 0, "twice a day is once a day");
    }
    assert_eq!(coming(30), events, "a month later every sample event still has a session to come");
    let after = db.read(|conn| sessions::of_events_between(conn, 0..=i64::MAX)).unwrap();
    for (event, sessions) in before {
        assert!(sessions.iter().all(|session| after[&event].contains(session)), "none was moved or deleted");
    }
}

#[test]
fn a_folder_of_ones_own_is_loaded_by_the_same_rules() {
    let fresh = Fresh::new(Store::Sqlite, Holds::Seeds);
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().to_str().unwrap().to_owned();
    let load = |more: &[&str]| {
        let output = run(&fresh.url, &[&["seed", "--from", &folder], more].concat());
        (
            output.status.success(),
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr),
        )
    };
    assert!(load(&[]).1.contains("holds none of"), "an empty folder is a mistake");
    std::fs::write(dir.path().join("base.json"), "{}").unwrap();
    assert!(load(&[]).1.contains("base.json: is none of"), "a misspelt name is told");
    std::fs::remove_file(dir.path().join("base.json")).unwrap();
    seeds_with_base(dir.path(), "own");
    assert!(load(&[]).1.starts_with("2 inserted, 0 replaced, 0 left"));
    assert!(load(&[]).1.starts_with("0 inserted, 0 replaced, 2 left"));

    let file = dir.path().join("bases.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("天河路1号", "天河路2号")).unwrap();
    assert!(load(&[]).1.starts_with("0 inserted, 0 replaced, 2 left"));
    assert!(load(&["--replace"]).1.starts_with("0 inserted, 1 replaced, 1 left"));

    for (from, to, told) in [
        ("\"category\"", "\"facilites\":[],\"category\"", "unknown field facilites"),
        ("science_museum", "castle", "category"),
        ("#organisation/test", "#organisation/nobody", "organisers[0].organisation"),
        ("440106", "999999", "place.adcode"),
        ("\"lat\":23.13", "\"lat\":123.13", "bases.json, item 1"),
    ] {
        std::fs::write(&file, text.replace(from, to).replace("天河路1号", "天河路3号")).unwrap();
        let (success, said) = load(&["--replace"]);
        assert!(!success && said.contains(told), "{from} -> {to}: {said}");
    }
}
