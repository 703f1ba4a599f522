//! The catalogue that is asked: made in a store as `kepu bench-data` makes it, and read back from there, so that questions
//! can be about what it holds and PostGIS can be given the same rows.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use kepu::app::bench_data;
use kepu::app::catalogue::Existing;
use kepu::app::seeds::{Options, Seeds};
use kepu::db::records::Stored;
use kepu::db::{self, Db, Target, sessions};
use kepu::domain::bases::Base;
use kepu::domain::clock::FixedClock;
use kepu::domain::events::{Event, EventStatus};
use kepu::domain::geo::{LatLng, Wgs84};
use kepu::domain::record::{Noun, Record};

/// Decides which catalogue is made.
const SEED: u64 = 1;

/// The events and sessions of a store.
pub struct Catalogue {
    pub events: Vec<Record<Event>>,
    pub sessions: Vec<Session>,
    /// UTF-8 of all texts of all events, as stored: each once.
    pub text_bytes: u64,
}

/// A session that goes ahead, with what it has from its event.
pub struct Session {
    pub id: i64,
    /// Index in [`Catalogue::events`].
    pub event: usize,
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    pub place: Option<Placed>,
}

#[derive(Clone, Copy)]
pub struct Placed {
    pub at: LatLng<Wgs84>,
    pub adcode: i64,
}

pub fn open(database_url: &str, now: DateTime<Utc>) -> Db {
    let target = Target::parse(database_url).unwrap();
    let settings = db::Settings { target, connections: 2, wait: Duration::from_secs(10) };
    Db::open(settings, Arc::new(FixedClock(now))).unwrap()
}

/// Fills a new store with `size` sessions, as `kepu bench-data` does; 0 stands for the seeds alone.
pub fn make(database_url: &str, size: usize, now: DateTime<Utc>) {
    let db = open(database_url, now);
    db.migrate().unwrap();
    if size == 0 {
        let options = Options { samples: true, existing: Existing::Keep };
        kepu::server::seed(&db, &Seeds::embedded(), options).unwrap();
    } else {
        bench_data::fill(&db, size, SEED).unwrap();
    }
}

impl Catalogue {
    pub fn read(db: &Db) -> Self {
        let bases: HashMap<i64, Option<Placed>> =
            db.read(Base::all).unwrap().into_iter().map(|base| (base.id, placed(&base.body.place))).collect();
        let mut by_event = db.read(|conn| sessions::of_events_between(conn, 0..=i64::MAX)).unwrap();
        let mut events = db.read(Event::all).unwrap();
        let mut found = Vec::new();
        for (index, event) in events.iter().enumerate() {
            let own = event.body.place.as_ref().map(placed);
            let base = || event.body.base.and_then(|base| bases.get(&base.get()).copied());
            let place = own.or_else(base).flatten();
            let id = kepu::domain::ids::EventId::new(event.id).unwrap();
            for session in by_event.remove(&id).unwrap_or_default() {
                if session.status == EventStatus::Cancelled || event.body.status == EventStatus::Cancelled {
                    continue;
                }
                found.push(Session {
                    id: session.id.get(),
                    event: index,
                    start: session.start,
                    end: session.end,
                    place: session.place.as_deref().map_or(place, placed),
                });
            }
        }
        let mut text_bytes = 0;
        for event in &mut events {
            event.body.texts(&mut |text| {
                let translations = [text.zh_hk.as_ref(), text.en.as_ref()];
                let others: usize = translations.into_iter().flatten().map(String::len).sum();
                text_bytes += (text.zh_cn.len() + others) as u64;
            });
        }
        Self { events, sessions: found, text_bytes }
    }

    pub fn event(&self, session: &Session) -> &Event {
        &self.events[session.event].body
    }
}

fn placed(place: &kepu::domain::places::Place) -> Option<Placed> {
    Some(Placed { at: place.position?, adcode: place.adcode.number() })
}
