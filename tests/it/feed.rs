//! The feed: what is committed is found, in whole transactions, however late a transaction commits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kepu::db::Db;
use kepu::discovery::Live;
use kepu::domain::clock::FixedClock;
use kepu::domain::ids::{BaseId, EventId};
use kepu::domain::text::Traditional;
use kepu::jobs::feed::Feed;

use crate::support::catalogue::{base, event, ground, put_base, put_event};
use crate::support::server::NOW;
use crate::support::stores::{Fresh, Holds};

fn live() -> Arc<Live> {
    Arc::new(Live::new(Traditional::new().unwrap(), true))
}

fn feed(db: &Db, live: &Arc<Live>) -> Feed {
    Feed::load(db.clone(), live.clone(), Arc::new(FixedClock(NOW))).unwrap()
}

fn names(live: &Live) -> Vec<String> {
    let snapshot = live.now().unwrap();
    let mut names: Vec<_> = snapshot.bases.values().map(|base| base.body().name.zh_cn.clone()).collect();
    names.sort();
    names
}

on_both_stores! {
    async fn a_change_is_carried_once(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        ground(&db);
        let live = live();
        let mut feed = feed(&db, &live);
        assert_eq!(feed.look().unwrap(), 0, "loading is up to date");
        db.write(|tx| put_base(tx, "a", &base("a", 23.1, 113.3))).unwrap();
        assert_eq!(feed.look().unwrap(), 1);
        assert_eq!(feed.look().unwrap(), 0);
        assert_eq!(names(&live), ["a"]);
        db.write(|tx| put_base(tx, "a", &base("renamed", 23.1, 113.3))).unwrap();
        feed.look().unwrap();
        assert_eq!(names(&live), ["renamed"]);
    }

    async fn an_event_follows_its_base(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        ground(&db);
        db.write(|tx| {
            put_base(tx, "a", &base("a", 23.1, 113.3))?;
            put_event(tx, "e", &event("e", BaseId::from_slug("a")), NOW, 2)
        }).unwrap();
        let live = live();
        let mut feed = feed(&db, &live);
        let spot = || {
            let snapshot = live.now().unwrap();
            let event = &snapshot.events[&EventId::from_slug("e")];
            assert_eq!(event.own.len(), 2);
            let position = event.places[0].spot.unwrap().position;
            (position.lat(), position.lng())
        };
        assert_eq!(spot(), (23.1, 113.3));
        db.write(|tx| put_base(tx, "a", &base("a", 23.2, 113.4))).unwrap();
        feed.look().unwrap();
        assert_eq!(spot(), (23.2, 113.4), "it moved with its base");
    }

    async fn readers_see_whole_transactions_only(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        ground(&db);
        let pair = |db: &Db, name: &str| db.write(|tx| {
            put_base(tx, "left", &base(name, 23.1, 113.3))?;
            put_base(tx, "right", &base(name, 23.1, 113.3))
        }).unwrap();
        pair(&db, "0");
        let live = live();
        let mut feed = feed(&db, &live);
        let done = Arc::new(AtomicBool::new(false));
        let writer = {
            let (db, done) = (db.clone(), done.clone());
            std::thread::spawn(move || {
                (1..=60).for_each(|n| pair(&db, &n.to_string()));
                done.store(true, Ordering::SeqCst);
            })
        };
        let mut seen = 0;
        while !done.load(Ordering::SeqCst) {
            feed.look().unwrap();
            let names = names(&live);
            assert_eq!(names[0], names[1], "half a transaction");
            seen += 1;
        }
        writer.join().unwrap();
        feed.look().unwrap();
        assert_eq!(names(&live), ["60", "60"]);
        assert!(seen > 1);
    }
}

/// On PostgreSQL a transaction that began first may commit last: it must neither hold others back nor be passed
/// over. (SQLite has one writer at a time, so the case does not exist there.)
#[test]
fn a_slow_transaction_delays_nobody_and_is_not_passed_over() {
    use crate::support::stores::Store;
    let fresh = Fresh::new(Store::Postgres, Holds::Tables);
    let db = fresh.open(Arc::new(FixedClock(NOW)));
    ground(&db);
    let live = live();
    let mut feed = feed(&db, &live);

    let (written, wait_written) = std::sync::mpsc::channel();
    let (commit, wait_commit) = std::sync::mpsc::channel::<()>();
    let slow = {
        let db = db.clone();
        std::thread::spawn(move || {
            db.write(|tx| {
                put_base(tx, "slow", &base("slow", 23.1, 113.3))?;
                written.send(()).unwrap();
                wait_commit.recv().unwrap();
                Ok::<_, kepu::app::Error>(())
            })
            .unwrap();
        })
    };
    wait_written.recv().unwrap();
    for n in 0..3 {
        let name = format!("quick {n}");
        db.write(|tx| put_base(tx, &name, &base(&name, 23.1, 113.3))).unwrap();
        assert_eq!(feed.look().unwrap(), 1, "what commits is found at once, and read once");
    }
    assert_eq!(names(&live), ["quick 0", "quick 1", "quick 2"]);
    commit.send(()).unwrap();
    slow.join().unwrap();
    assert_eq!(feed.look().unwrap(), 1);
    assert_eq!(names(&live).len(), 4);

    // A feed that starts while a transaction is open finds it as well.
    let (written, wait_written) = std::sync::mpsc::channel();
    let (commit, wait_commit) = std::sync::mpsc::channel::<()>();
    let slow = {
        let db = db.clone();
        std::thread::spawn(move || {
            db.write(|tx| {
                put_base(tx, "late", &base("late", 23.1, 113.3))?;
                written.send(()).unwrap();
                wait_commit.recv().unwrap();
                Ok::<_, kepu::app::Error>(())
            })
            .unwrap();
        })
    };
    wait_written.recv().unwrap();
    let second = self::live();
    let mut second_feed = self::feed(&db, &second);
    assert_eq!(names(&second).len(), 4);
    commit.send(()).unwrap();
    slow.join().unwrap();
    second_feed.look().unwrap();
    assert_eq!(names(&second).len(), 5);
}
