//! Public reading, tested against the contract by asking a whole server, as a caller would: nothing here knows how
//! answers are made. What can be computed from the seeds or from an answer is computed again.

mod bad_input;
mod bases;
mod boxes;
mod bulletins;
mod caching;
mod campaigns;
mod dates;
mod datums;
mod details;
mod districts;
mod facets;
mod filters;
mod forms;
mod fuzz;
mod home;
mod languages;
mod map;
mod near;
mod overload;
mod pages;
mod policies;
mod promises;
mod resources;
mod routes;
mod search;
mod series;
mod shapes;
mod suggest;
mod taxonomy;
mod words;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock, mpsc};

use actix_web::rt::System;
use chrono::{DateTime, NaiveDateTime, Utc};
use kepu::app::Error;
use kepu::app::catalogue::{Existing, save};
use kepu::db::{Tx, sessions};
use kepu::domain::clock::FixedClock;
use kepu::domain::events::Event;
use kepu::domain::ids::EventId;
use kepu::domain::sessions::Session;
use kepu::domain::time::CHINA;
use serde_json::Value;

use crate::support::catalogue::{ground, session};
use crate::support::server::{NOW, Server, Site};
use crate::support::stores::{Fresh, Holds, Store};

/// Near Canton Tower, in WGS-84.
const TOWER: (f64, f64) = (23.1066, 113.3245);

/// A server over the seeds for tests that only read: started once, it runs as long as the tests do.
fn shared() -> Site {
    static ADDRESS: OnceLock<SocketAddr> = OnceLock::new();
    let address = ADDRESS.get_or_init(|| {
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            System::new().block_on(async {
                let server = Server::seeded().await;
                tell.send(server.address).unwrap();
                std::future::pending::<()>().await;
            });
        });
        told.recv().unwrap()
    });
    Site::at(*address)
}

/// A server over a catalogue of the test's own.
async fn server_with(fill: impl FnOnce(&mut Tx<'_>) -> Result<(), Error>) -> Server {
    let fresh = Fresh::new(Store::Sqlite, Holds::Tables);
    let db = fresh.open(Arc::new(FixedClock(NOW)));
    ground(&db);
    db.write(fill).unwrap();
    drop(db);
    Server::over_own(fresh).await
}

/// Saves an event under its slug with sessions from `times`, each a beginning and an end.
fn put_event_at(tx: &mut Tx<'_>, slug: &str, event: &Event, times: &[(&str, &str)]) -> Result<(), Error> {
    let sessions = times.iter().enumerate().map(|(n, (start, end))| {
        let session = session(&format!("{slug}:{n}"), EventId::from_slug(slug), at(start));
        Session { end: at(end), ..session }
    });
    put_event_with(tx, slug, event, sessions)
}

/// Saves an event under its slug with these sessions.
fn put_event_with(
    tx: &mut Tx<'_>,
    slug: &str,
    event: &Event,
    sessions: impl IntoIterator<Item = Session>,
) -> Result<(), Error> {
    let id = EventId::from_slug(slug);
    save(tx, id.get(), event, Existing::Replace)?;
    for session in sessions {
        sessions::insert_if_absent(tx, &session)?;
    }
    sessions::touch_event(tx, id)?;
    Ok(())
}

/// The instant of a time in Guangdong, written `2026-11-28 14:00`.
fn at(local: &str) -> DateTime<Utc> {
    let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap();
    local.and_local_timezone(CHINA).unwrap().to_utc()
}

/// The instant that an answer gives, which must be written with Guangdong's offset.
fn instant(value: &Value) -> DateTime<Utc> {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is not a time"));
    let time = DateTime::parse_from_rfc3339(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(*time.offset(), CHINA, "{text} has another offset than the venue");
    time.to_utc()
}

/// The items of one of the seed files.
fn seeds(file: &str) -> Vec<Value> {
    let path = format!("{}/seeds/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    file["items"].as_array().unwrap().clone()
}

/// A field that is a text.
fn text<'a>(item: &'a Value, field: &str) -> &'a str {
    item[field].as_str().unwrap_or_else(|| panic!("no text {field}: {item}"))
}

/// A field that is a list.
fn list<'a>(item: &'a Value, field: &str) -> &'a [Value] {
    item[field].as_array().unwrap_or_else(|| panic!("no list {field}: {item}"))
}

/// The ids of some items, which must all differ.
fn ids(items: &[Value]) -> BTreeSet<String> {
    let ids: BTreeSet<_> = items.iter().map(|item| text(item, "id").to_owned()).collect();
    assert_eq!(ids.len(), items.len(), "an item was answered twice");
    ids
}

/// The titles of events, in the answer's order.
fn titles(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| text(item, "title")).collect()
}

/// The names of other things, in the answer's order.
fn names(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| text(item, "name")).collect()
}

/// A field that is a number.
fn number(item: &Value, field: &str) -> f64 {
    item[field].as_f64().unwrap_or_else(|| panic!("no number {field}: {item}"))
}

/// The position in something that has `lat` and `lng`, if it is known.
fn position(item: &Value) -> Option<(f64, f64)> {
    Some((item.get("lat")?.as_f64().unwrap(), item.get("lng")?.as_f64().unwrap()))
}

/// The distance in metres on the contract's sphere, by the haversine formula.
fn haversine((lat1, lng1): (f64, f64), (lat2, lng2): (f64, f64)) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let chord = half(lat2 - lat1) + lat1.to_radians().cos() * lat2.to_radians().cos() * half(lng2 - lng1);
    2.0 * 6_371_008.8 * chord.sqrt().asin()
}
