//! Many subscriptions against a burst of events; and what is invented.

use std::time::Instant;

use kepu::db::{persons, subscriptions};
use kepu::discovery::Live;
use kepu::discovery::words::Dictionary;
use kepu::domain::ids::{SubscriptionId, SystemRandom};
use kepu::domain::sealing::{DataKey, Keyring, Pseudonyms, Vault};
use kepu::domain::subscriptions::{Filter, Wish};
use kepu::domain::text::Traditional;
use kepu::http::v1::subscriptions::question;
use kepu::jobs::announcing::Announcer;
use kepu::jobs::feed::Feed;

use super::*;
use crate::support::server::SIGNING_KEY;

/// An announcer with a read model of its own, and the feed that fills it.
fn announcer(db: &Db, samples: bool) -> (Announcer, Feed) {
    let live = Arc::new(Live::new(Traditional::new().unwrap(), Arc::new(Dictionary::new().unwrap()), true));
    let clock = Arc::new(FixedClock(NOW));
    let feed = Feed::load(db.clone(), live.clone(), clock.clone()).unwrap();
    let keyring = Keyring::new(vec![DataKey::parse(SIGNING_KEY).unwrap()]).unwrap();
    let pseudonyms = Pseudonyms::parse(SIGNING_KEY).unwrap();
    let vault = Arc::new(Vault::new(Arc::new(keyring), Arc::new(pseudonyms), Arc::new(SystemRandom)));
    (Announcer { db: db.clone(), live, vault, clock, read: question, samples }, feed)
}

/// Gives so many new persons a subscription each.
fn subscribers(announcer: &Announcer, count: i64, filter: impl Fn(i64) -> Vec<(&'static str, String)>) {
    announcer
        .db
        .write(|tx| {
            for n in 1..=count {
                let pairs = filter(n).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                let (person, id) = (PersonId::new(n).unwrap(), SubscriptionId::new(n).unwrap());
                persons::insert(tx, person)?;
                subscriptions::insert(
                    tx,
                    &announcer.vault,
                    id,
                    person,
                    &Wish { name: None, filter: Filter(pairs) },
                )?;
            }
            Ok::<_, Error>(())
        })
        .unwrap();
}

/// Every fourth asks for the sea near the base, every fourth far from it, every fourth by words, every fourth for an age.
fn mixed(n: i64) -> Vec<(&'static str, String)> {
    let topic = ("topic", "ocean".to_owned());
    let near =
        |lat: &str| [("lat", lat.to_owned()), ("lng", "113.3".to_owned()), ("radius", "10000".to_owned())];
    let crs = ("crs", "wgs84".to_owned());
    match n % 4 {
        0 => [vec![topic, crs], near("23.1").to_vec()].concat(),
        1 => [vec![topic, crs], near("24.9").to_vec()].concat(),
        2 => vec![("q", format!("whales {}", n % 50)), ("free", "true".to_owned())],
        _ => vec![("age", "8".to_owned()), ("free", "false".to_owned())],
    }
}

/// Publishes so many events, half of them about the sea.
fn burst(db: &Db, count: i64) {
    for n in 0..count {
        publish(db, &format!("whales {n}"), |event| {
            if n % 2 == 0 {
                about_the_sea(event);
            }
        });
    }
}

on_both_stores! {
    async fn two_announcers_at_once_tell_each_person_once(store: Store) {
        let fresh = filled(store);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        kepu::app::subscriptions::begin(&db).unwrap();
        let (one, mut feed) = announcer(&db, false);
        subscribers(&one, 40, mixed);
        burst(&db, 40);
        feed.look().unwrap();
        let two = one.clone();
        let looks = [one, two].map(|announcer| std::thread::spawn(move || announcer.look().unwrap()));
        let counted: usize = looks.into_iter().map(|look| look.join().unwrap()).sum();
        let told = told(&db);
        let mut distinct = told.clone();
        distinct.dedup();
        // Ten persons are near and are told of twenty events; those who ask by words of those that have them.
        assert_eq!((told.len(), told.len()), (distinct.len(), counted));
        assert_eq!(told.iter().filter(|(person, _)| person % 4 == 0).count(), 10 * 20);
        assert!(told.iter().all(|(person, _)| matches!(person % 4, 0 | 2)), "{told:?}");
        assert!(db.read(events::unannounced).unwrap().is_empty());
    }

    async fn an_invented_event_is_announced_in_a_demonstration_only(store: Store) {
        let fresh = filled(store);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        kepu::app::subscriptions::begin(&db).unwrap();
        for (samples, count) in [(false, 0), (true, 1)] {
            let (announcer, mut feed) = announcer(&db, samples);
            if !samples {
                subscribers(&announcer, 1, |_| vec![("free", "true".to_owned())]);
            }
            publish(&db, &format!("invented {samples}"), |event| event.sample = true);
            feed.look().unwrap();
            assert_eq!(announcer.look().unwrap(), count);
            assert!(db.read(events::unannounced).unwrap().is_empty());
        }
    }

    async fn an_event_waits_until_it_is_shown(store: Store) {
        let fresh = filled(store);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        kepu::app::subscriptions::begin(&db).unwrap();
        let (announcer, mut feed) = announcer(&db, false);
        subscribers(&announcer, 1, |_| vec![("free", "true".to_owned())]);
        publish(&db, "whales", about_the_sea);
        assert_eq!(announcer.look().unwrap(), 0, "the read model has not got it yet");
        feed.look().unwrap();
        assert_eq!((announcer.look().unwrap(), announcer.look().unwrap()), (1, 0));
    }
}

/// `KEPU_SUBSCRIPTIONS` says how many there are against how many events, as `100000,1000`.
#[test]
#[ignore = "a measurement"]
#[expect(clippy::disallowed_methods, reason = "how much is tried is said from outside")]
fn a_burst_of_events_among_many_subscriptions() {
    let given = std::env::var("KEPU_SUBSCRIPTIONS").unwrap_or_else(|_| "100000,1000".to_owned());
    let (count, fresh_events) = given.split_once(',').unwrap();
    for store in [Store::Sqlite, Store::Postgres] {
        let fresh = filled(store);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        kepu::app::subscriptions::begin(&db).unwrap();
        let (announcer, mut feed) = announcer(&db, false);
        // One in four thousand is near: how many are told is another matter than how many are asked.
        subscribers(&announcer, count.parse().unwrap(), |n| {
            if n % 4 == 0 && n % 4000 != 0 { mixed(n + 1) } else { mixed(n) }
        });
        for events in [1, fresh_events.parse().unwrap()] {
            burst(&db, events);
            feed.look().unwrap();
            let begun = Instant::now();
            let told = announcer.look().unwrap();
            println!(
                "{store:?}: {count} subscriptions, {events} events: {told} told in {:?}",
                begun.elapsed()
            );
        }
    }
}
