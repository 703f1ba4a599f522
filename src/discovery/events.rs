//! Events by their sessions: an event is found when one and the same session of it fits.

use chrono::{DateTime, Utc};

use super::bases::Need;
use super::entries::{EventEntry, Listed};
use super::page::{Answer, Hit, Key, Paging, Sort, page};
use super::place::{Area, Inside, Located};
use super::snapshot::Snapshot;
use super::words::{Field, Haystack, Words};
use crate::domain::admission::Admission;
use crate::domain::events::{Event, EventStatus, Mode};
use crate::domain::ids::{BaseId, CampaignId, OrganisationId, SeriesId};
use crate::domain::places::Place;
use crate::domain::sessions::{Session, SignupState};
use crate::domain::taxonomy;
use crate::domain::time::Span;

impl Listed for Event {
    type Given = Vec<Session>;
    type Own = Vec<Session>;

    fn own(&self, sessions: Vec<Session>) -> Vec<Session> {
        sessions
    }

    fn places(&self, world: &Snapshot) -> Vec<Located> {
        match &self.place {
            Some(place) => vec![Located::new(place, &world.divisions)],
            None => {
                let base = self.base.and_then(|base| world.bases.get(&base));
                base.map(|base| base.places.clone()).unwrap_or_default()
            }
        }
    }

    fn words(&self, world: &Snapshot, words: &mut Haystack) {
        words.add(Field::Name, &self.title);
        words.add(Field::Body, &self.summary);
        self.description.iter().for_each(|description| words.add(Field::Body, description));
        let topics = self.topics.iter().map(|code| (taxonomy::TOPIC, code));
        let audiences = self.audiences.iter().map(|code| (taxonomy::AUDIENCE, code));
        for (scheme, code) in topics.chain(audiences).chain([(taxonomy::FORM, &self.form)]) {
            world.taxonomy.name(scheme, &code.0).into_iter().for_each(|name| words.add(Field::Subject, name));
        }
        self.tags.iter().for_each(|tag| words.add_words(Field::Subject, tag));
        for speaker in &self.speakers {
            words.add(Field::Subject, &speaker.role);
            speaker.name.iter().chain(&speaker.organisation).for_each(|text| words.add(Field::Subject, text));
        }
        if let Some(series) = self.series.and_then(|series| world.series.get(&series)) {
            words.add(Field::Subject, &series.body().name);
        }
        world.organiser_words(&self.organisers, words);
        if let Some(base) = self.base.and_then(|base| world.bases.get(&base)) {
            words.add(Field::Place, &base.body().name);
            world.place_words(&base.body().place, words);
        }
        self.place.iter().for_each(|place| world.place_words(place, words));
    }
}

impl Snapshot {
    pub(super) fn place_words(&self, place: &Place, words: &mut Haystack) {
        words.add(Field::Place, &place.name);
        words.add(Field::Place, &place.address);
        self.divisions.chain(place.adcode).for_each(|division| words.add(Field::Place, &division.name));
    }

    /// Where a session takes place: its own place, the event's, or the base's.
    pub fn place_of<'a>(&'a self, event: &'a Event, session: Option<&'a Session>) -> Option<&'a Place> {
        let own = session.and_then(|session| session.place.as_ref()).or(event.place.as_ref());
        own.or_else(|| self.bases.get(&event.base?).map(|base| &base.body().place))
    }
}

/// How a session stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Goes ahead as announced.
    Scheduled,
    /// Goes ahead, but was moved or altered.
    Changed,
    /// Called off.
    Cancelled,
    /// Over.
    Ended,
}

impl Standing {
    /// How a session of an event stands at `now`.
    pub fn of(event: &Event, session: &Session, now: DateTime<Utc>) -> Self {
        let either = |status| event.status == status || session.status == status;
        match () {
            () if either(EventStatus::Cancelled) => Self::Cancelled,
            () if session.end <= now => Self::Ended,
            () if either(EventStatus::Changed) => Self::Changed,
            () => Self::Scheduled,
        }
    }

    /// How an event as a whole stands: called off with all its sessions, over with the last that was not.
    pub fn of_event(entry: &EventEntry, now: DateTime<Utc>) -> Self {
        let (event, sessions) = (entry.body(), &entry.own);
        let held = || sessions.iter().filter(|session| session.status != EventStatus::Cancelled);
        match event.status {
            EventStatus::Cancelled => Self::Cancelled,
            _ if !sessions.is_empty() && held().next().is_none() => Self::Cancelled,
            _ if !sessions.is_empty() && held().all(|session| session.end <= now) => Self::Ended,
            EventStatus::Changed => Self::Changed,
            EventStatus::Scheduled => Self::Scheduled,
        }
    }
}

/// The sessions of an event in order of start; those of a span, if one is given.
pub fn sessions<'a>(entry: &'a EventEntry, span: Option<Span>, paging: &Paging) -> Answer<&'a Session> {
    let inside = |session: &&Session| span.is_none_or(|span| span.overlaps(session.start, session.end));
    let hit = |found: &'a Session| Hit { key: Key::earliest(Some(found.start)), id: found.id.get(), found };
    page(entry.own.iter().filter(inside).map(hit).collect(), paging)
}

/// Whether an event has neither ended nor been called off.
pub(super) fn goes_on(entry: &EventEntry, now: DateTime<Utc>) -> bool {
    matches!(Standing::of_event(entry, now), Standing::Scheduled | Standing::Changed)
}

/// Which events are asked for. The default asks for all that go ahead and have not ended.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventQuestion {
    /// Where.
    pub area: Area,
    /// By words.
    pub words: Option<Words>,
    /// About one of these topics.
    pub topics: Vec<String>,
    /// For one of these audiences.
    pub audiences: Vec<String>,
    /// Of one of these forms.
    pub forms: Vec<String>,
    /// For somebody of this age.
    pub age: Option<u8>,
    /// With a session in this span.
    pub span: Option<Span>,
    /// Whether what has ended in the span is wanted too.
    pub past: bool,
    /// Free, or not.
    pub free: Option<bool>,
    /// With a session that one can still get into, or not.
    pub available: Option<bool>,
    /// In one of these modes.
    pub modes: Vec<Mode>,
    /// With one of these ways in.
    pub admissions: Vec<Admission>,
    /// Run by one of these.
    pub organisers: Vec<OrganisationId>,
    /// At one of these bases.
    pub bases: Vec<BaseId>,
    /// In one of these series.
    pub series: Vec<SeriesId>,
    /// Part of one of these campaigns.
    pub campaigns: Vec<CampaignId>,
    /// Providing for all of these.
    pub needs: Vec<Need>,
    /// Standing, as a whole, in one of these ways; none given: going ahead.
    pub standings: Vec<Standing>,
    /// Invented, or not.
    pub sample: Option<bool>,
    /// In which order; `None`: by relevance, distance or start, as the question suggests.
    pub sort: Option<Sort>,
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

/// Events.
pub fn find<'a>(
    snapshot: &'a Snapshot,
    question: &EventQuestion,
    now: DateTime<Utc>,
    paging: &Paging,
) -> Answer<EventFound<'a>> {
    let sort = question.sort.unwrap_or(match question {
        EventQuestion { words: Some(_), .. } => Sort::Relevance,
        EventQuestion { area: Area { at: Some(_), .. }, .. } => Sort::Distance,
        _ => Sort::Start,
    });
    let hits = snapshot.events.values().filter_map(|entry| {
        question.accepts(entry.body(), snapshot).then_some(())?;
        let score =
            question.words.as_ref().map(|words| words.score(&entry.words).ok_or(())).transpose().ok()?;
        let found = question.sessions(entry, snapshot, now)?;
        let start = found.next.map(|session| session.start);
        let key = match sort {
            Sort::Relevance => Key::score(score.unwrap_or(0)),
            Sort::Distance => Key::distance(found.distance),
            Sort::Start | Sort::Name => Key::earliest(start),
            Sort::StartDescending => Key::latest(start),
            Sort::Newest => Key::latest(Some(entry.record.updated_at)),
        };
        Some(Hit { key, id: entry.record.id, found })
    });
    page(hits.collect(), paging)
}

impl EventQuestion {
    /// What can be told without looking at sessions.
    fn accepts(&self, event: &Event, snapshot: &Snapshot) -> bool {
        fn any<T: PartialEq>(wanted: &[T], mut had: impl Iterator<Item = T>) -> bool {
            wanted.is_empty() || had.any(|one| wanted.contains(&one))
        }
        fn code(wanted: &[String], had: &[taxonomy::Code]) -> bool {
            wanted.is_empty() || had.iter().any(|code| wanted.contains(&code.0))
        }
        let venue =
            || event.base.and_then(|base| snapshot.bases.get(&base)).map(|base| &base.body().accessibility);
        code(&self.topics, &event.topics)
            && code(&self.audiences, &event.audiences)
            && code(&self.forms, std::slice::from_ref(&event.form))
            && self.age.is_none_or(|age| event.ages.admit(age))
            && self.free.is_none_or(|free| event.free == free)
            && any(&self.modes, [event.mode].into_iter())
            && any(&self.admissions, [event.admission].into_iter())
            && any(&self.organisers, event.organisers.iter().map(|organiser| organiser.organisation))
            && any(&self.bases, event.base.into_iter())
            && any(&self.series, event.series.into_iter())
            && any(&self.campaigns, event.campaigns.iter().copied())
            && self.needs.iter().all(|need| need.is_met(Some(&event.accessibility), venue()))
            && self.sample.is_none_or(|sample| event.sample == sample)
    }

    /// The sessions that fit, and where the earliest of them is.
    fn sessions<'a>(
        &self,
        entry: &'a EventEntry,
        snapshot: &Snapshot,
        now: DateTime<Utc>,
    ) -> Option<EventFound<'a>> {
        let whole = Standing::of_event(entry, now);
        let wanted = match whole {
            _ if !self.standings.is_empty() => self.standings.contains(&whole),
            Standing::Scheduled | Standing::Changed => true,
            Standing::Ended => self.past,
            Standing::Cancelled => false,
        };
        wanted.then_some(())?;
        let here = self.inside(&entry.places);
        if entry.own.is_empty() {
            // What has no sessions has no time: it is there as long as nobody asks for one.
            let inside = here.filter(|_| self.span.is_none() && self.available.is_none())?;
            return Some(EventFound { entry, next: None, sessions: 0, distance: inside.distance });
        }
        let mut found: Option<EventFound<'a>> = None;
        for session in entry.own.iter().filter(|session| self.fits(entry.body(), whole, session, now)) {
            let inside = match &session.place {
                None => here,
                Some(place) => self.inside(&[Located::new(place, &snapshot.divisions)]),
            };
            let Some(inside) = inside else { continue };
            match &mut found {
                Some(found) => found.sessions += 1,
                None => {
                    found = Some(EventFound {
                        entry,
                        next: Some(session),
                        sessions: 1,
                        distance: inside.distance,
                    })
                }
            }
        }
        found
    }

    /// The sessions of an event that fit, in order of start.
    pub fn matching<'a>(
        &'a self,
        entry: &'a EventEntry,
        snapshot: &'a Snapshot,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = &'a Session> {
        let whole = Standing::of_event(entry, now);
        let inside = move |session: &Session| match &session.place {
            None => self.inside(&entry.places),
            Some(place) => self.inside(&[Located::new(place, &snapshot.divisions)]),
        };
        let fits = move |session: &&Session| {
            self.fits(entry.body(), whole, session, now) && inside(session).is_some()
        };
        entry.own.iter().filter(fits)
    }

    /// Whether one of the places lies in the area. What has no place lies everywhere and nowhere in particular.
    fn inside(&self, places: &[Located]) -> Option<Inside> {
        match self.area.nearest(places) {
            Some((_, inside)) => Some(inside),
            None => (places.is_empty() && self.area.is_everywhere()).then_some(Inside { distance: None }),
        }
    }

    fn fits(&self, event: &Event, whole: Standing, session: &Session, now: DateTime<Utc>) -> bool {
        let stands = match Standing::of(event, session, now) {
            Standing::Scheduled | Standing::Changed => true,
            // Of an event that is over or called off, these are what there is to show.
            standing => standing == whole || self.past && standing == Standing::Ended,
        };
        stands
            && self.span.is_none_or(|span| span.overlaps(session.start, session.end))
            && self.available.is_none_or(|available| {
                let state = session.signup_state(event.status, now);
                matches!(state, SignupState::Open | SignupState::None) == available
            })
    }
}
