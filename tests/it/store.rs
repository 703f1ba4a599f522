//! The store: saving, conflicts, rollback, and what the tables refuse by themselves.

use std::sync::Arc;

use chrono::TimeDelta;
use kepu::app;
use kepu::app::catalogue::{Existing, Saved, save};
use kepu::db::records::Stored;
use kepu::db::{self, changes, sessions};
use kepu::domain::bases::Base;
use kepu::domain::clock::{FixedClock, ManualClock};
use kepu::domain::ids::{BaseId, EventId, OrganisationId};

use crate::support::catalogue::{base, event, ground, put_base, put_event, session};
use crate::support::eventually;
use crate::support::server::NOW;
use crate::support::stores::{Fresh, Holds};

on_both_stores! {
    async fn saving_twice_is_saving_once(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        ground(&db);
        let id = BaseId::from_slug("a").get();
        let (first, second) = (base("a", 23.1, 113.3), base("b", 23.2, 113.4));
        let save = |body: &Base, existing| db.write(|tx| save(tx, id, body, existing)).unwrap();
        assert_eq!(save(&first, Existing::Keep), Saved::Inserted);
        assert_eq!(save(&first, Existing::Replace), Saved::Kept, "nothing differs");
        assert_eq!(save(&second, Existing::Keep), Saved::Kept, "what is there stays");
        assert_eq!(save(&second, Existing::Replace), Saved::Replaced);
        let found = db.read(|conn| Base::find(conn, &[id])).unwrap().pop().unwrap();
        assert_eq!((found.version, &found.body, found.updated_at), (2, &second, NOW));
    }

    async fn a_write_with_an_outdated_version_changes_nothing(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        ground(&db);
        let id = BaseId::from_slug("a").get();
        db.write(|tx| put_base(tx, "a", &base("a", 23.1, 113.3))).unwrap();
        let other = base("b", 23.1, 113.3);
        assert!(db.write(|tx| Base::replace(tx, id, 1, &other)).unwrap());
        assert!(!db.write(|tx| Base::replace(tx, id, 1, &base("c", 23.1, 113.3))).unwrap());
        assert_eq!(db.read(|conn| Base::find(conn, &[id])).unwrap()[0].body, other);
    }

    async fn what_is_referred_to_must_exist(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        ground(&db);
        let mut stray = base("a", 23.1, 113.3);
        stray.organisers[0].organisation = OrganisationId::from_slug("nobody");
        stray.category.0 = "castle".to_owned();
        stray.name.zh_cn = " ".to_owned();
        let error = db.write(|tx| put_base(tx, "a", &stray)).unwrap_err();
        let app::Error::Invalid(invalid) = error else { panic!("{error}") };
        let told: Vec<_> = invalid.0.iter().map(|e| format!("{}:{}", e.field, e.code.wire())).collect();
        assert_eq!(told, ["name:empty", "organisers[0].organisation:noSuch", "category:noSuch"]);
        assert!(!db.read(|conn| Base::exists(conn, BaseId::from_slug("a").get())).unwrap());
    }

    async fn a_failed_write_leaves_nothing_behind(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        ground(&db);
        let before = db.read(|conn| changes::since(conn, 0)).unwrap();
        let failed = db.write(|tx| {
            put_base(tx, "a", &base("a", 23.1, 113.3))?;
            Err::<(), _>(app::Error::VersionConflict)
        });
        assert!(failed.is_err());
        assert_eq!(db.read(|conn| changes::since(conn, 0)).unwrap(), before);
        assert!(!db.read(|conn| Base::exists(conn, BaseId::from_slug("a").get())).unwrap());
    }

    async fn a_session_is_never_oversold_and_never_ends_before_it_starts(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        ground(&db);
        let id = EventId::from_slug("e");
        db.write(|tx| {
            put_base(tx, "a", &base("a", 23.1, 113.3))?;
            put_event(tx, "e", &event("e", BaseId::from_slug("a")), NOW, 1)
        }).unwrap();
        let good = session("s", id, NOW);
        let oversold = kepu::domain::sessions::Session { capacity: Some(2), taken: 3, ..good.clone() };
        let backwards = kepu::domain::sessions::Session { end: good.start - TimeDelta::hours(1), ..good.clone() };
        let stray = session("s", EventId::from_slug("no such event"), NOW);
        for bad in [oversold, backwards, stray] {
            let refused = db.write(|tx| sessions::insert_if_absent(tx, &bad));
            assert!(matches!(refused, Err(db::Error::Constraint(_))), "{refused:?}");
        }
        assert!(db.write(|tx| sessions::insert_if_absent(tx, &good)).unwrap());
        assert!(!db.write(|tx| sessions::insert_if_absent(tx, &good)).unwrap(), "twice is once");
    }

    async fn the_mark_passes_a_write_once_all_that_was_open_has_ended(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(ManualClock::new(NOW)));
        ground(&db);
        let logged = db.read(|conn| changes::since(conn, 0)).unwrap();
        let last = logged.iter().map(|change| change.tx).max().unwrap();
        eventually("the mark is above it", async || {
            (db.read(changes::low_water).unwrap() > last).then_some(())
        }).await;
    }

    async fn every_catalogued_write_is_in_the_log_of_changes(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let clock = ManualClock::new(NOW);
        let db = fresh.open(Arc::new(clock.clone()));
        ground(&db);
        let earlier = db.read(|conn| changes::since(conn, 0)).unwrap();
        // Transactions elsewhere on the server can hold the mark down, so earlier changes may lie above it.
        let mark = db.read(changes::low_water).unwrap();
        db.write(|tx| {
            put_base(tx, "a", &base("a", 23.1, 113.3))?;
            put_event(tx, "e", &event("e", BaseId::from_slug("a")), NOW, 3)
        }).unwrap();
        let mut logged = db.read(|conn| changes::since(conn, mark)).unwrap();
        logged.retain(|change| !earlier.contains(change));
        let mut named: Vec<_> = logged.iter().map(|change| change.kind.name()).collect();
        named.sort_unstable();
        assert_eq!(named, ["base", "event"], "one row for each object, sessions with their event");
        assert_eq!(logged[0].tx, logged[1].tx);

        clock.advance(TimeDelta::days(kepu::jobs::daily::CHANGES_KEPT_DAYS + 1));
        let purged = kepu::jobs::daily::chores(&db, false).unwrap().purged;
        assert!(purged >= 2);
        assert_eq!(db.read(|conn| changes::since(conn, 0)).unwrap(), []);
        db.write(|tx| put_base(tx, "a", &base("again", 23.1, 113.3))).unwrap();
        assert_eq!(db.read(|conn| changes::since(conn, mark + 1)).unwrap().len(), 1, "numbers go on after a purge");
    }
}
