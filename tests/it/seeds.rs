//! Seeds: loaded whole, twice without effect, never stale, and without invented events where those are hidden.

use std::sync::Arc;

use chrono::{Days, TimeDelta};
use kepu::app::catalogue::Existing;
use kepu::app::seeds::{Options, Report, Seeds};
use kepu::db::{changes, sessions};
use kepu::domain::clock::{FixedClock, ManualClock};
use kepu::jobs::daily;
use kepu::server::seed;

use crate::support::process::{run, seeds_with_base};
use crate::support::server::NOW;
use crate::support::stores::{Fresh, Holds, Store};

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
        assert!(db.read(sessions::all).unwrap().is_empty());
    }
}

#[test]
fn the_sample_programme_is_never_stale() {
    let fresh = Fresh::new(Store::Sqlite, Holds::Seeds);
    let clock = ManualClock::new(NOW);
    let db = fresh.open(Arc::new(clock.clone()));
    let coming = |days: i64| {
        let from = NOW + TimeDelta::days(days);
        let all = db.read(sessions::all).unwrap();
        all.values().filter(|sessions| sessions.iter().any(|session| session.end > from)).count()
    };
    let (events, before) = (coming(0), db.read(sessions::all).unwrap());
    assert!(events > 200, "{events}");
    for day in 1..=30 {
        clock.set(NOW + Days::new(day));
        daily::chores(&db, true).unwrap();
        assert_eq!(daily::chores(&db, true).unwrap().sessions, 0, "twice a day is once a day");
    }
    assert_eq!(coming(30), events, "a month later every sample event still has a session to come");
    let after = db.read(sessions::all).unwrap();
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
