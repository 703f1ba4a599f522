//! `kepu bench-data`: both stores take it, a server answers with it, and nothing real is buried under it.

use std::sync::Arc;

use kepu::app::bench_data::{self, Report};
use kepu::db::records::Stored;
use kepu::db::{changes, sessions};
use kepu::domain::clock::FixedClock;
use kepu::domain::events::{Event, EventStatus};
use kepu::domain::kinds::Kind;
use kepu::domain::sessions::Session;

use crate::support::process::run;
use crate::support::server::{NOW, Server};
use crate::support::stores::{Fresh, Holds};

on_both_stores! {
    async fn a_server_answers_with_as_many_sessions_as_were_made(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        let report = bench_data::fill(&db, 2000, 3).unwrap();
        assert_eq!((report.sessions, report.bases, report.organisations), (2000, 20, 10));
        let stored = db.read(|conn| sessions::of_events_between(conn, 0..=i64::MAX)).unwrap();
        assert_eq!(stored.values().map(Vec::len).sum::<usize>(), 2000);
        // Sessions that are called off count only where the whole event is.
        let standing = |sessions: &Vec<Session>| {
            let standing = sessions.iter().filter(|session| session.status != EventStatus::Cancelled).count();
            if standing == 0 { sessions.len() } else { standing }
        };
        let expected: usize = stored.values().map(standing).sum();
        assert!((1960..2000).contains(&expected), "{expected}");
        let logged = db.read(|conn| changes::since(conn, 0)).unwrap();
        let logged = logged.iter().filter(|change| change.kind == Kind::Event).count();
        assert_eq!(logged, report.events, "each event is in the log of changes once");
        assert_eq!(db.read(kepu::db::events::samples).unwrap(), [], "none has a programme to be topped up");

        let server = Server::over(Arc::new(fresh), None).await;
        let all = "/v1/events?from=2026-01-01&status=scheduled,changed,cancelled,ended&sample=true&limit=100";
        let events = server.walk(all).await;
        assert_eq!(events.len(), report.events);
        let answered: u64 = events.iter().map(|event| event["sessionCount"].as_u64().unwrap()).sum();
        assert_eq!(answered, expected as u64);
    }

    async fn a_store_that_holds_events_is_left_as_it_is(store: Store) {
        let fresh = Fresh::new(store, Holds::Seeds);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        let before = db.read(|conn| changes::since(conn, 0)).unwrap().len();
        let refused = bench_data::fill(&db, 100, 1);
        assert!(matches!(refused, Err(bench_data::Error::HoldsEvents)), "{refused:?}");
        assert_eq!(db.read(|conn| changes::since(conn, 0)).unwrap().len(), before);
    }

    async fn both_stores_hold_the_same_catalogue(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        let Report { events, .. } = bench_data::fill(&db, 300, 9).unwrap();
        let other = Fresh::new(Store::Sqlite, Holds::Tables);
        let other = other.open(Arc::new(FixedClock(NOW)));
        bench_data::fill(&other, 300, 9).unwrap();
        let stored = db.read(Event::all).unwrap();
        assert_eq!(stored.len(), events);
        assert_eq!(stored, other.read(Event::all).unwrap());
        assert_eq!(db.read(|conn| sessions::of_events_between(conn, 0..=i64::MAX)).unwrap(), other.read(|conn| sessions::of_events_between(conn, 0..=i64::MAX)).unwrap());
    }
}

#[test]
fn the_command_makes_a_store_and_says_what_it_made_and_refuses_a_second_time() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("new/kepu.db").display());
    let made = run(&url, &["bench-data", "--sessions", "100", "--seed", "5"]);
    let said = String::from_utf8_lossy(&made.stdout).into_owned() + &String::from_utf8_lossy(&made.stderr);
    assert!(
        made.status.success() && said.starts_with("100 sessions of ") && said.contains("seed 5"),
        "{said}"
    );
    let again = run(&url, &["bench-data", "--sessions", "100"]);
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(!again.status.success() && said.contains("the store holds events already"), "{said}");
    assert!(!run(&url, &["bench-data", "--sessions", "0"]).status.success(), "none is not a catalogue");
}
