//! The feed: what is committed is found, in whole transactions, however late a transaction commits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use diesel::connection::SimpleConnection;
use kepu::app::catalogue::{Existing, save};
use kepu::db::records::Stored;
use kepu::db::{Db, changes};
use kepu::discovery::page::Paging;
use kepu::discovery::question::Question;
use kepu::discovery::words::Dictionary;
use kepu::discovery::{Live, Wanted};
use kepu::domain::clock::FixedClock;
use kepu::domain::divisions::Division;
use kepu::domain::ids::{BaseId, EventId};
use kepu::domain::kinds::Kind;
use kepu::domain::text::Traditional;
use kepu::jobs::feed::Feed;

use crate::support::catalogue::{base, event, ground, put_base, put_event};
use crate::support::server::NOW;
use crate::support::stores::{Fresh, Holds, Store};

fn live() -> Arc<Live> {
    Arc::new(Live::new(Traditional::new().unwrap(), Arc::new(Dictionary::new().unwrap()), true))
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
            let event = snapshot.event(EventId::from_slug("e")).unwrap();
            assert_eq!(event.sessions.len(), 2);
            let position = event.places.first().unwrap().spot.unwrap().position;
            (position.lat(), position.lng())
        };
        assert_eq!(spot(), (23.1, 113.3));
        db.write(|tx| put_base(tx, "a", &base("a", 23.2, 113.4))).unwrap();
        feed.look().unwrap();
        assert_eq!(spot(), (23.2, 113.4), "it moved with its base");
    }

    async fn what_follows_a_division_follows_it_to_the_last(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        ground(&db);
        db.write(|tx| {
            put_base(tx, "a", &base("a", 23.1, 113.3))?;
            put_event(tx, "e", &event("e", BaseId::from_slug("a")), NOW, 1)
        }).unwrap();
        let live = live();
        let mut feed = feed(&db, &live);
        let found = |words: &str| {
            let snapshot = live.now().unwrap();
            let words = Wanted::read(&snapshot, words, &[Kind::Event], false);
            assert!(words.is_some());
            let question = Question { words, ..Question::about(Kind::Event) };
            snapshot.find(&question, NOW, &Paging { limit: 1, after: None }).total
        };
        assert_eq!((found("440100"), found("新城")), (1, 0), "an event is found by the city around its base");
        let mut city = db.read(|conn| Division::get(conn, 440_100)).unwrap().unwrap().body;
        city.name.zh_cn = "新城".to_owned();
        db.write(|tx| save(tx, 440_100, &city, Existing::Replace)).unwrap();
        feed.look().unwrap();
        assert_eq!((found("440100"), found("新城")), (0, 1), "live as after a restart");
    }

    async fn a_row_that_cannot_be_read_keeps_nothing_else_away(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        ground(&db);
        let live = live();
        let mut feed = feed(&db, &live);
        db.write(|tx| {
            put_base(tx, "good", &base("good", 23.1, 113.3))?;
            put_base(tx, "newer", &base("newer", 23.1, 113.3))
        }).unwrap();
        let id = BaseId::from_slug("newer").get();
        db.read(|conn| {
            let statement = format!("UPDATE bases SET body = '{{\"a newer shape\": 1}}' WHERE id = {id}");
            Ok::<_, kepu::db::Error>(conn.batch_execute(&statement)?)
        }).unwrap();
        feed.look().unwrap();
        assert_eq!(names(&live), ["good"]);
        db.write(|tx| put_base(tx, "next", &base("next", 23.1, 113.3))).unwrap();
        feed.look().unwrap();
        assert_eq!(names(&live), ["good", "next"], "and the feed goes on");
        assert!(db.write(|tx| put_base(tx, "newer", &base("older", 23.1, 113.3))).is_err(), "nor is it overwritten");
    }

    async fn a_store_that_counts_anew_is_loaded_again(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        ground(&db);
        db.write(|tx| put_base(tx, "a", &base("a", 23.1, 113.3))).unwrap();
        // As after a restore from a server that had counted further.
        db.read(|conn| Ok::<_, kepu::db::Error>(conn.batch_execute("UPDATE changes SET tx = tx + 1000000")?)).unwrap();
        if store == Store::Postgres {
            kepu::jobs::daily::chores(&db, false).unwrap();
            assert_eq!(db.read(|conn| changes::since(conn, 0)).unwrap(), [], "its changes mean nothing here");
        }
        let live = live();
        let mut feed = feed(&db, &live);
        db.write(|tx| put_base(tx, "b", &base("b", 23.1, 113.3))).unwrap();
        feed.look().unwrap();
        assert_eq!(names(&live), ["a", "b"]);
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

/// A transaction that has saved a base and stays open until it is told to commit.
struct Open {
    commit: Sender<()>,
    thread: JoinHandle<()>,
}

impl Open {
    fn new(db: &Db, name: &'static str) -> Self {
        let (written, wait_written) = channel();
        let (commit, wait_commit) = channel::<()>();
        let db = db.clone();
        let thread = std::thread::spawn(move || {
            db.write(|tx| {
                put_base(tx, name, &base(name, 23.1, 113.3))?;
                written.send(()).unwrap();
                wait_commit.recv().unwrap();
                Ok::<_, kepu::app::Error>(())
            })
            .unwrap();
        });
        wait_written.recv().unwrap();
        Self { commit, thread }
    }

    fn commit(self) {
        self.commit.send(()).unwrap();
        self.thread.join().unwrap();
    }
}

/// On PostgreSQL a transaction that began first may commit last: it must neither hold others back nor be passed
/// over. (SQLite has one writer at a time, so the case does not exist there.)
#[test]
fn a_slow_transaction_delays_nobody_and_is_not_passed_over() {
    let fresh = Fresh::new(Store::Postgres, Holds::Tables);
    let db = fresh.open(Arc::new(FixedClock(NOW)));
    ground(&db);
    let live = live();
    let mut feed = feed(&db, &live);

    let slow = Open::new(&db, "slow");
    for n in 0..3 {
        let name = format!("quick {n}");
        db.write(|tx| put_base(tx, &name, &base(&name, 23.1, 113.3))).unwrap();
        assert_eq!(feed.look().unwrap(), 1, "what commits is found at once, and read once");
    }
    assert_eq!(names(&live), ["quick 0", "quick 1", "quick 2"]);
    slow.commit();
    assert_eq!(feed.look().unwrap(), 1);
    assert_eq!(names(&live).len(), 4);

    // A feed that starts while a transaction is open finds it as well.
    let late = Open::new(&db, "late");
    let second = self::live();
    let mut second_feed = self::feed(&db, &second);
    assert_eq!(names(&second).len(), 4);
    late.commit();
    second_feed.look().unwrap();
    assert_eq!(names(&second).len(), 5);
}
