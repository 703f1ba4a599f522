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
            Thing::Event(entry) => self.sessions(thing, entry, snapshot, now),
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
            Thing::Organisation(_) | Thing::Series(_) | Thing::Route(_) => {
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

    /// The sessions that fit, and where the earliest of them is.
    fn sessions<'a>(
        &self,
        thing: &'a Thing,
        entry: &'a EventEntry,
        snapshot: &Snapshot,
        now: DateTime<Utc>,
    ) -> Option<Found<'a>> {
        let whole = Standing::of_event(entry, now);
        let wanted = match whole {
            _ if !self.standings.is_empty() => self.standings.contains(&whole),
            Standing::Scheduled | Standing::Changed => true,
            Standing::Ended => self.past,
            Standing::Cancelled => false,
        };
        wanted.then_some(())?;
        let here = self.inside(entry.place.as_slice());
        let mut found = Found { thing, next: None, sessions: 0, distance: None };
        if entry.sessions.is_empty() {
            // What has no sessions has no time: it is there as long as nobody asks for one.
            let inside = here.filter(|_| self.span.is_none() && self.available.is_none())?;
            return Some(Found { distance: inside.distance, ..found });
        }
        let status = entry.status;
        for session in entry.sessions.iter().filter(|session| self.fits(status, whole, session, now)) {
            let inside = match &session.place {
                None => here,
                Some(place) => self.inside(&[Located::new(place, &snapshot.divisions)]),
            };
            let Some(inside) = inside else { continue };
            if found.next.is_none() {
                (found.next, found.distance) = (Some(session), inside.distance);
            }
            found.sessions += 1;
        }
        (found.sessions > 0).then_some(found)
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
