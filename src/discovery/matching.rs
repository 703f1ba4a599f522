//! Whether a thing fits a question, by looking at the thing itself. The plain meaning of every filter on time, place,
//! and seats, to which the index must agree; the index asks it about the few things that it cannot judge.

use chrono::{DateTime, Utc};

use super::campaigns;
use super::entries::BaseEntry;
use super::events::{EventEntry, Standing};
use super::place::{Inside, Located};
use super::question::Question;
use super::snapshot::Snapshot;
use super::thing::Thing;
use crate::domain::events::EventStatus;
use crate::domain::hours::OpenState;
use crate::domain::sessions::{Session, SignupState};

/// A thing that fits.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// What.
    pub thing: &'a Thing,
    /// Of an event: the earliest session that fits; absent where it has no sessions.
    pub next: Option<&'a Session>,
    /// Of an event: how many sessions fit.
    pub sessions: usize,
    /// Metres to 0.1 from where the caller is: to that session's place, to the nearest stop of a route.
    pub distance: Option<f64>,
}

impl<'a> Found<'a> {
    /// The event, with what of it fits.
    pub fn event(&self) -> Option<EventFound<'a>> {
        let Self { next, sessions, distance, .. } = *self;
        Some(EventFound { entry: self.thing.event()?, next, sessions, distance })
    }
}

/// An event that was found.
#[derive(Debug, Clone, Copy)]
pub struct EventFound<'a> {
    /// The event.
    pub entry: &'a EventEntry,
    /// The earliest session that fits; absent for an event without sessions.
    pub next: Option<&'a Session>,
    /// How many sessions fit.
    pub sessions: usize,
    /// Metres to 0.1 from where the caller is to that session's place.
    pub distance: Option<f64>,
}

impl Question {
    /// The thing with what of it fits, or `None` where it does not fit in time, place or seats. What can
    /// be told by what it is filed under is not looked at again.
    pub(super) fn check<'a>(
        &self,
        thing: &'a Thing,
        snapshot: &Snapshot,
        now: DateTime<Utc>,
    ) -> Option<Found<'a>> {
        let found = |inside: Inside| Found { thing, next: None, sessions: 0, distance: inside.distance };
        match thing {
            Thing::Event(entry) => self.sessions(thing, entry, now),
            Thing::Base(entry) => {
                let inside = self.inside(&entry.places)?;
                self.is_open(entry, snapshot, now).then(|| found(inside))
            }
            Thing::Campaign(entry) => {
                let inside = self.inside(&entry.places)?;
                let taking_place = self.span.is_none_or(|span| {
                    campaigns::editions(entry, now).iter().any(|edition| edition.overlaps(&span))
                });
                taking_place.then(|| found(inside))
            }
            Thing::Organisation(_) | Thing::Series(_) | Thing::Route(_) | Thing::Resource(_) => {
                self.inside(thing.places()).map(found)
            }
        }
    }

    /// Whether one of the places lies in the area. What has no place lies everywhere and nowhere in particular.
    fn inside(&self, places: &[Located]) -> Option<Inside> {
        match self.area.nearest(places) {
            Some((_, inside)) => Some(inside),
            None => (places.is_empty() && self.area.is_everywhere()).then_some(Inside { distance: None }),
        }
    }

    /// The sessions of an event that fit, in order of start.
    pub fn sessions_of<'a>(&self, entry: &'a EventEntry, now: DateTime<Utc>) -> Vec<&'a Session> {
        let Some(whole) = self.wanted(entry, now) else { return Vec::new() };
        self.fitting(entry, whole, now).map(|(session, _)| session).collect()
    }

    /// What of an event fits, and where the earliest session of it is.
    fn sessions<'a>(&self, thing: &'a Thing, entry: &'a EventEntry, now: DateTime<Utc>) -> Option<Found<'a>> {
        let whole = self.wanted(entry, now)?;
        if entry.sessions.is_empty() {
            // What has no sessions has no time: it is there as long as nobody asks for one.
            let timeless = self.span.is_none() && self.available.is_none();
            let inside = self.inside(&entry.places).filter(|_| timeless)?;
            return Some(Found { thing, next: None, sessions: 0, distance: inside.distance });
        }
        let mut fitting = self.fitting(entry, whole, now);
        let (next, inside) = fitting.next()?;
        Some(Found { thing, next: Some(next), sessions: 1 + fitting.count(), distance: inside.distance })
    }

    /// When the earliest session that fits starts, of an event that fits and whose sessions are all at its place.
    pub(super) fn start(&self, entry: &EventEntry, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let whole = self.wanted(entry, now)?;
        let fits = |session: &&Session| self.fits(entry.status, whole, session, now);
        entry.sessions.iter().find(fits).map(|session| session.start)
    }

    /// How an event as a whole stands, if what stands so is asked for.
    fn wanted(&self, entry: &EventEntry, now: DateTime<Utc>) -> Option<Standing> {
        let whole = Standing::of_event(entry, now);
        let wanted = match whole {
            _ if !self.standings.is_empty() => self.standings.contains(&whole),
            Standing::Scheduled | Standing::Changed => true,
            Standing::Ended => self.past,
            Standing::Cancelled => false,
        };
        wanted.then_some(whole)
    }

    /// The sessions that fit, of an event that stands so, and where they are; in order of start.
    fn fitting<'a>(
        &self,
        entry: &'a EventEntry,
        whole: Standing,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = (&'a Session, Inside)> {
        let here = self.inside(&entry.places);
        let numbered = entry.sessions.iter().enumerate();
        let fit = numbered.filter(move |(_, session)| self.fits(entry.status, whole, session, now));
        fit.filter_map(move |(number, session)| {
            let inside = match entry.place_of_session(number) {
                None => here,
                Some(place) => self.inside(std::slice::from_ref(place)),
            };
            Some((session, inside?))
        })
    }

    fn fits(&self, event: EventStatus, whole: Standing, session: &Session, now: DateTime<Utc>) -> bool {
        let stands = match Standing::of(event, session, now) {
            Standing::Scheduled | Standing::Changed => true,
            // Of an event that is over or called off, these are what there is to show.
            standing => standing == whole || self.past && standing == Standing::Ended,
        };
        stands
            && self.span.is_none_or(|span| span.overlaps(session.start, session.end))
            && self.available.is_none_or(|available| {
                let state = session.signup_state(event, now);
                matches!(state, SignupState::Open | SignupState::None) == available
            })
    }

    fn is_open(&self, entry: &BaseEntry, snapshot: &Snapshot, now: DateTime<Utc>) -> bool {
        let hours = &entry.own;
        self.open_now.is_none_or(|open| {
            hours.at(snapshot, now) == if open { OpenState::Open } else { OpenState::Closed }
        }) && self.open_at.is_none_or(|instant| hours.at(snapshot, instant) == OpenState::Open)
            && self.span.is_none_or(|span| hours.opens_within(snapshot, &span, now))
    }
}
