//! Readers under a stream of changes: every answer is of one moment, and no connection is led back in time.
//!
//! `KEPU_READERS_SECONDS` says for how long they read, 5 if absent.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use kepu::app::Error;
use kepu::db::Db;
use kepu::domain::clock::FixedClock;
use kepu::domain::ids::BaseId;
use serde_json::Value;

use crate::support::catalogue::{base, event, ground, put_base, put_event};
use crate::support::eventually;
use crate::support::server::{NOW, Server, Site};
use crate::support::stores::{Fresh, Holds};

/// Events that change together, and the base at which they are.
const EVENTS: u64 = 6;

/// What readers ask again and again; each finds all events, the base, or both.
const QUESTIONS: [(&str, u64); 9] = [
    ("/v1/events?limit=100", EVENTS),
    ("/v1/events?limit=100&sort=newest", EVENTS),
    ("/v1/events?q=generation&limit=100", EVENTS),
    ("/v1/events?lat=23.1&lng=113.3&radius=3000&limit=100", EVENTS),
    ("/v1/events?when=week&adcode=440106&facets=form,date&limit=100", EVENTS),
    ("/v1/search?limit=100", EVENTS + 1),
    ("/v1/search?q=generation&kinds=event,base&limit=100", EVENTS + 1),
    ("/v1/home?adcode=440106", EVENTS + 1),
    ("/v1/bases", 1),
];

#[expect(clippy::disallowed_methods, reason = "how long is tried is said from outside")]
fn span() -> Duration {
    let seconds = std::env::var("KEPU_READERS_SECONDS").map_or(5, |text| text.parse().expect("seconds"));
    Duration::from_secs(seconds)
}

/// The base and all its events in one transaction, all with the same number.
fn write(db: &Db, generation: u64) {
    let at = BaseId::from_slug("base");
    db.write(|tx| {
        put_base(tx, "base", &base(&format!("generation {generation} of the base"), 23.1, 113.3))?;
        for number in 0..EVENTS {
            let title = format!("generation {generation} of {number}");
            let start = NOW + TimeDelta::hours(1 + number as i64);
            put_event(tx, &format!("event {number}"), &event(&title, at), start, 2)?;
        }
        Ok::<_, Error>(())
    })
    .unwrap();
}

/// Every generation that an answer tells of, wherever in it.
fn generations(value: &Value) -> Vec<u64> {
    match value {
        Value::String(text) => {
            let rest = text.strip_prefix("generation ").and_then(|rest| rest.split(' ').next());
            rest.map(|number| number.parse().unwrap()).into_iter().collect()
        }
        Value::Array(items) => items.iter().flat_map(generations).collect(),
        Value::Object(fields) => fields.values().flat_map(generations).collect(),
        _ => Vec::new(),
    }
}

/// Reads on one connection until told to stop; returns the generations it met.
async fn read(site: Site, offset: usize, done: Rc<AtomicBool>) -> BTreeSet<u64> {
    let (mut met, mut last) = (BTreeSet::new(), 0);
    for (path, items) in QUESTIONS.iter().cycle().skip(offset) {
        if done.load(Ordering::SeqCst) {
            break;
        }
        let answer = site.json(path).await;
        let told: BTreeSet<_> = generations(&answer).into_iter().collect();
        assert_eq!(told.len(), 1, "{path}: a mixture of {told:?}: {answer}");
        let generation = told.into_iter().next().unwrap();
        assert!(last <= generation, "{path}: {generation} after {last} on the same connection");
        let listed = ["items", "events", "bases"].iter().filter_map(|part| answer[part].as_array());
        assert_eq!(listed.map(|items| items.len() as u64).sum::<u64>(), *items, "{path}: {answer}");
        if let Some(total) = answer.get("total") {
            assert_eq!(total, items, "{path}: {answer}");
        }
        last = generation;
        met.insert(generation);
    }
    met
}

on_both_stores! {
    async fn every_answer_is_of_one_generation_and_none_goes_back(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        ground(&db);
        write(&db, 1);
        drop(db);
        let server = Server::over_own(fresh).await;

        let stop = Arc::new(AtomicBool::new(false));
        let written = Arc::new(AtomicU64::new(1));
        let writer = {
            let (db, stop, written) = (server.running.db.clone(), stop.clone(), written.clone());
            std::thread::spawn(move || {
                while !stop.load(Ordering::SeqCst) {
                    let generation = written.load(Ordering::SeqCst) + 1;
                    write(&db, generation);
                    written.store(generation, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(5));
                }
            })
        };
        let done = Rc::new(AtomicBool::new(false));
        let readers: Vec<_> = (0..8)
            .map(|offset| actix_web::rt::spawn(read(Site::at(server.address), offset, done.clone())))
            .collect();
        let begun = Instant::now();
        while begun.elapsed() < span() && !writer.is_finished() && !readers.iter().any(|reader| reader.is_finished()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.store(true, Ordering::SeqCst);
        writer.join().unwrap();
        done.store(true, Ordering::SeqCst);
        let mut met = BTreeSet::new();
        for reader in readers {
            met.extend(reader.await.unwrap());
        }

        let last = written.load(Ordering::SeqCst);
        eventually("the last generation is shown", async || {
            let told = generations(&server.json("/v1/search?limit=100").await);
            told.iter().all(|generation| *generation == last).then_some(())
        })
        .await;
        assert!(last > 20 && met.len() > 10, "of {last} generations readers met {}", met.len());
    }
}
