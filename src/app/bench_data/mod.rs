//! A large invented catalogue, to size machines with: `kepu bench-data`.
//!
//! It is harsh where real ones are: sessions crowd in one place, words in a few titles, most events have one session
//! and some have sixty. Around the invented events stands the real world of the seeds. The same number of sessions,
//! the same seed and the same day give the same catalogue, byte for byte: every record draws from a stream of random
//! numbers of its own ([`random`]), and the day decides only what is past and what is to come.
//!
//! Events are made one after another and stored chunk by chunk, so that memory does not grow with their number.

mod events;
mod ground;
mod random;
mod sessions;
#[cfg(test)]
mod tests;
mod venues;
mod words;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

pub use events::Made;

use super::catalogue::Existing;
use super::seeds::{Options, Seeds};
use crate::db::records::Stored;
use crate::db::{self, Db, sessions as stored_sessions};
use crate::domain::bases::Base;
use crate::domain::divisions::Division;
use crate::domain::events::Event;
use crate::domain::ids::{BaseId, TermId};
use crate::domain::organisations::Organisation;
use crate::domain::sources::{Confidence, Source};
use crate::domain::taxonomy::Term;
use crate::domain::time;
use ground::Ground;
use random::Stream;
use venues::Venues;
use words::Words;

/// Of a hundred titles, how many are in English too.
const ENGLISH_PERCENT: f64 = 20.0;

/// Events in a transaction: few enough for memory and for whoever waits for the writer, many enough that the commits
/// do not count.
const EVENTS_PER_CHUNK: usize = 1000;

/// Which catalogue is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How many sessions it has, exactly.
    pub sessions: usize,
    /// Tells catalogues of the same size apart.
    pub seed: u64,
    /// The day that counts as today: sessions are from 60 days before it to 120 days after it.
    pub today: NaiveDate,
}

/// What was made, beside the seeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Organisations.
    pub organisations: usize,
    /// Bases.
    pub bases: usize,
    /// Events.
    pub events: usize,
    /// Their sessions.
    pub sessions: usize,
}

/// Why no catalogue was made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Real events, or those of an earlier run, must not get lost among invented ones.
    #[error("the store holds events already; bench-data fills a store that has none")]
    HoldsEvents,
    /// The seeds lack what the catalogue stands on.
    #[error("the seeds lack divisions with outlines, bases or sample events")]
    BareSeeds,
    /// The seeds could not be read or loaded.
    #[error(transparent)]
    Seeds(#[from] super::Error),
    /// The store failed.
    #[error(transparent)]
    Db(#[from] db::Error),
}

/// Fills a store that holds no events: the seeds without their samples, then what `sessions` and `seed` ask for, as of
/// today. Each chunk is a transaction of its own; a run that breaks off leaves what it has stored.
///
/// # Errors
/// [`Error::HoldsEvents`], before anything is changed; and whatever keeps the store from taking records.
pub fn fill(db: &Db, sessions: usize, seed: u64) -> Result<Report, Error> {
    let seeds = Seeds::embedded();
    let today = db.write(|tx| {
        if db::events::any(tx)? {
            return Err(Error::HoldsEvents);
        }
        seeds.load(tx, Options { samples: false, existing: Existing::Keep })?;
        Ok(time::day_of(tx.now()))
    })?;
    let catalogue = Catalogue::new(Plan { sessions, seed, today }, &seeds)?;
    db.write(|tx| {
        Organisation::insert_many(tx, catalogue.organisations())?;
        Base::insert_many(tx, catalogue.bases())
    })?;
    let (organisations, bases) = (catalogue.organisations().len(), catalogue.bases().len());
    let mut report = Report { organisations, bases, ..Report::default() };
    let mut events = catalogue.events();
    loop {
        let chunk: Vec<Made> = events.by_ref().take(EVENTS_PER_CHUNK).collect();
        if chunk.is_empty() {
            return Ok(report);
        }
        report.events += chunk.len();
        report.sessions += store(db, chunk)?;
        tracing::debug!(events = report.events, sessions = report.sessions, "stored");
    }
}

/// Stores events with their sessions; says how many sessions there were.
fn store(db: &Db, chunk: Vec<Made>) -> Result<usize, db::Error> {
    let (mut events, mut sessions) = (Vec::with_capacity(chunk.len()), Vec::new());
    for made in chunk {
        events.push((made.id.get(), made.event));
        sessions.extend(made.sessions);
    }
    db.write(|tx| {
        Event::insert_many(tx, &events)?;
        stored_sessions::insert_with_events(tx, &sessions)
    })?;
    Ok(sessions.len())
}

/// A planned catalogue: its venues, and its events as they are asked for.
pub struct Catalogue {
    plan: Plan,
    world: World,
    words: Words,
    venues: Venues,
}

impl Catalogue {
    /// The catalogue of `plan` in the world of `seeds`.
    ///
    /// # Errors
    /// [`Error::BareSeeds`] where the seeds lack divisions, bases or events to go by.
    pub fn new(plan: Plan, seeds: &Seeds) -> Result<Self, Error> {
        let world = World::new(seeds)?;
        let words = Words::new();
        let venues = Venues::new(&plan, &world, &words);
        Ok(Self { plan, world, words, venues })
    }

    /// Invented organisations, with their ids.
    pub fn organisations(&self) -> &[(i64, Organisation)] {
        &self.venues.organisations
    }

    /// Invented bases, with their ids.
    pub fn bases(&self) -> &[(i64, Base)] {
        &self.venues.bases
    }

    /// The events, one after another, until the sessions are as many as planned.
    pub fn events(&self) -> impl Iterator<Item = Made> + '_ {
        let mut left = self.plan.sessions;
        (0..).map_while(move |number| {
            let made = if left > 0 { self.event(number, left)? } else { return None };
            left -= made.sessions.len();
            Some(made)
        })
    }
}

impl Plan {
    /// When the object with this number came into being: ids grow with numbers as those of real records do with time.
    fn made_at(&self, number: u64) -> DateTime<Utc> {
        let first = time::start_of(self.today) - TimeDelta::days(90);
        first + TimeDelta::milliseconds(i64::try_from(number).unwrap_or(i64::MAX >> 16))
    }

    fn stream(&self, kind: Purpose, number: u64) -> Stream {
        Stream::of(self.seed, kind as u64, number)
    }

    fn source(&self) -> Source {
        let text = format!("Invented by kepu bench-data, seed {}", self.seed);
        Source { text, licence: None, confidence: Confidence::Low }
    }
}

/// What a stream of random numbers is for.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    Organisation,
    OrganisationId,
    Base,
    BaseId,
    Event,
    EventId,
    SessionId,
}

/// What of the seeds the catalogue is built from.
struct World {
    ground: Ground,
    bases: Vec<(BaseId, Base)>,
    /// The sample events: invented ones share their topics, audiences, ages, prices and the like, so that all of these
    /// are as frequent as there, and go together as there.
    models: Vec<Event>,
    english_terms: HashMap<TermId, String>,
}

impl World {
    fn new(seeds: &Seeds) -> Result<Self, Error> {
        let divisions: Vec<Division> = bodies(seeds, "divisions.json")?;
        let bases: Vec<(String, Base)> = seeds.read_file("bases.json")?;
        let models: Vec<Event> = bodies(seeds, "events.json")?;
        let terms: Vec<Term> = bodies(seeds, "taxonomy.json")?;
        if bases.is_empty() || models.is_empty() {
            return Err(Error::BareSeeds);
        }
        Ok(Self {
            ground: Ground::new(&divisions).ok_or(Error::BareSeeds)?,
            bases: bases.into_iter().map(|(slug, base)| (BaseId::from_slug(&slug), base)).collect(),
            models,
            english_terms: terms.iter().filter_map(|term| Some((term.id(), term.name.en.clone()?))).collect(),
        })
    }
}

fn bodies<T: serde::de::DeserializeOwned>(seeds: &Seeds, file: &str) -> Result<Vec<T>, Error> {
    Ok(seeds.read_file(file)?.into_iter().map(|(_, body)| body).collect())
}
