//! Events by their sessions: an event is found when one and the same session of it fits.

use std::sync::Arc;

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use super::clocked::NEVER;
use super::cutting::Cutter;
use super::entries::Listed;
use super::index::{Field, Filing, Key};
use super::page::{self, Answer, Hit, Paging, page};
use super::parts::Parts;
use super::place::{Located, Spot};
use super::snapshot::Snapshot;
use super::words::{self, Haystack};
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::BaseId;
use crate::domain::media::Notice;
use crate::domain::places::Place;
use crate::domain::record::Record;
use crate::domain::sessions::Session;
use crate::domain::signups::seats::SeatCount;
use crate::domain::taxonomy;
use crate::domain::text::Text;
use crate::domain::time::{self, Span};

/// An event with its sessions. Events are by far the most numerous: what lists and filters need is at hand, the rest
/// is kept as the store keeps it and read when it is asked for.
#[derive(Debug)]
pub struct EventEntry {
    /// Its id.
    pub id: i64,
    /// Counts the changes of its record.
    pub version: i64,
    /// When its record last changed.
    pub updated_at: DateTime<Utc>,
    /// Its title, with traditional characters.
    pub title: Text,
    /// Whether it goes ahead as announced.
    pub status: EventStatus,
    /// The base where it takes place.
    pub base: Option<BaseId>,
    /// Where it is, but for sessions with a place of their own: shared with the base, where it takes place at one.
    pub places: Arc<[Located]>,
    /// The places of sessions that have one of their own, by the number of the session.
    elsewhere: Arc<[(u32, Located)]>,
    /// Its sessions in order of start.
    pub sessions: Arc<[Session]>,
    /// What lists show of it, as it is sent.
    pub parts: Parts,
    /// What everybody should know of it as a whole, with traditional characters.
    notice: Option<Arc<Notice>>,
    body: Arc<str>,
}

impl EventEntry {
    /// An event with its sessions in order of start.
    pub(super) fn new(record: &Record<Event>, mut sessions: Vec<Session>, world: &Snapshot) -> Self {
        let event = &record.body;
        let filled =
            |notice: &Notice| Notice { text: notice.text.filled(&world.traditional), ..notice.clone() };
        sessions.iter_mut().filter_map(|session| session.notice.as_mut()).for_each(|own| **own = filled(own));
        Self {
            id: record.id,
            version: record.version,
            updated_at: record.updated_at,
            title: event.title.filled(&world.traditional),
            status: event.status,
            base: event.base,
            places: event.places(world),
            elsewhere: elsewhere(&sessions, world),
            sessions: sessions.into(),
            parts: Parts::default(),
            notice: event.notice.as_ref().map(filled).map(Arc::new),
            // Texts, numbers and lists of them: serialising them cannot fail.
            body: serde_json::to_string(event).unwrap_or_default().into(),
        }
    }

    /// The same event in a world where something that it refers to changed.
    pub(super) fn renewed(&self, event: &Event, world: &Snapshot) -> Self {
        Self {
            title: self.title.clone(),
            places: event.places(world),
            elsewhere: elsewhere(&self.sessions, world),
            sessions: Arc::clone(&self.sessions),
            parts: Parts::default(),
            notice: self.notice.clone(),
            body: Arc::clone(&self.body),
            ..*self
        }
    }

    /// The same event with other seats.
    pub(super) fn reseated(&self, counts: &[SeatCount]) -> Self {
        let mut sessions: Arc<[Session]> = Arc::clone(&self.sessions);
        for session in Arc::make_mut(&mut sessions) {
            if let Some(count) = counts.iter().find(|count| count.session == session.id) {
                (session.taken, session.waiting, session.moved) = (count.taken, count.waiting, count.moved);
            }
        }
        Self {
            title: self.title.clone(),
            places: Arc::clone(&self.places),
            elsewhere: Arc::clone(&self.elsewhere),
            sessions,
            parts: self.parts.clone(),
            notice: self.notice.clone(),
            body: Arc::clone(&self.body),
            ..*self
        }
    }

    /// Everything about it, as the store has it. `None` never: what is read was written by [`EventEntry::new`].
    pub fn event(&self) -> Option<Event> {
        serde_json::from_str(&self.body).ok()
    }

    /// What everybody should know before setting out: of the event, or else of the next session of which there is
    /// something to know.
    pub fn notice(&self, now: DateTime<Utc>) -> Option<&Notice> {
        let coming = || self.sessions.iter().filter(|session| session.end > now);
        self.notice.as_deref().or_else(|| coming().find_map(|session| session.notice.as_deref()))
    }

    /// How it is filed.
    pub(super) fn filing(&self, event: &Event, world: &Snapshot, cutter: &mut Cutter<'_>) -> Filing {
        let mut filing = Filing::of(event, &self.places, world, cutter);
        for (_, place) in &*self.elsewhere {
            filing.places(std::slice::from_ref(place));
            filing.keys.push(Key::of(Field::Scattered));
        }
        if self.status != EventStatus::Cancelled {
            filing.sessions(&self.sessions);
        }
        filing
    }

    /// Whether a session of it has a place of its own.
    pub fn is_scattered(&self) -> bool {
        !self.elsewhere.is_empty()
    }

    /// The place of its own that the session of this number has.
    pub(super) fn place_of_session(&self, number: usize) -> Option<&Located> {
        let at = self.elsewhere.binary_search_by_key(&number, |(number, _)| *number as usize).ok()?;
        Some(&self.elsewhere[at].1)
    }

    /// Where sessions with a place of their own are.
    pub(super) fn session_spots(&self) -> impl Iterator<Item = Spot> {
        self.elsewhere.iter().filter_map(|(_, place)| place.spot)
    }
}

impl Snapshot {
    /// An event as it would be shown with these sessions, in order of start: it does not enter the read model.
    pub fn preview(&self, record: &Record<Event>, sessions: Vec<Session>) -> EventEntry {
        EventEntry::new(record, sessions, self)
    }
}

fn elsewhere(sessions: &[Session], world: &Snapshot) -> Arc<[(u32, Located)]> {
    let numbered = (0..).zip(sessions);
    let own = numbered.filter_map(|(number, session)| {
        Some((number, Located::new(session.place.as_deref()?, &world.divisions)))
    });
    own.collect()
}

impl Listed for Event {
    type Own = ();

    fn own(&self) {}

    fn places(&self, world: &Snapshot) -> Arc<[Located]> {
        match &self.place {
            Some(place) => [Located::new(place, &world.divisions)].into(),
            None => {
                let base = self.base.and_then(|base| world.venue(base));
                base.map(|base| Arc::clone(&base.places)).unwrap_or_default()
            }
        }
    }

    fn words<'a>(&'a self, world: &'a Snapshot, words: &mut Haystack<'a>) {
        words.add(words::Field::Name, &self.title);
        words.add(words::Field::Body, &self.summary);
        self.description.iter().for_each(|description| words.add(words::Field::Body, description));
        let topics = self.topics.iter().map(|code| (taxonomy::TOPIC, code));
        let audiences = self.audiences.iter().map(|code| (taxonomy::AUDIENCE, code));
        for (scheme, code) in topics.chain(audiences).chain([(taxonomy::FORM, &self.form)]) {
            world
                .taxonomy
                .name(scheme, &code.0)
                .into_iter()
                .for_each(|name| words.add(words::Field::Subject, name));
        }
        self.tags.iter().for_each(|tag| words.add_words(words::Field::Subject, tag));
        for speaker in &self.speakers {
            words.add(words::Field::Subject, &speaker.role);
            speaker
                .name
                .iter()
                .chain(&speaker.organisation)
                .for_each(|text| words.add(words::Field::Subject, text));
        }
        if let Some(series) = self.series.and_then(|series| world.series.get(&series)) {
            words.add(words::Field::Subject, &series.body().name);
        }
        world.organiser_words(&self.organisers, words);
        if let Some(base) = self.base.and_then(|base| world.venue(base)) {
            words.add(words::Field::Place, &base.body().name);
            world.place_words(&base.body().place, words);
        }
        self.place.iter().for_each(|place| world.place_words(place, words));
    }

    fn file(&self, world: &Snapshot, filing: &mut Filing) {
        filing.under(Field::Mode, self.mode as i64);
        filing.under(Field::Admission, self.admission as i64);
        filing.under(Field::Free, self.free);
        filing.under(Field::Sample, self.sample);
        self.ages.min.into_iter().for_each(|age| filing.under(Field::AgeMin, age));
        self.ages.max.into_iter().for_each(|age| filing.under(Field::AgeMax, age));
        let venue = self.base.and_then(|base| world.bases.get(&base)).map(|base| &base.body().accessibility);
        filing.needs(Some(&self.accessibility), venue);
    }
}

/// A session longer than this is not filed day by day.
const FILED_DAYS: i64 = 400;

impl Filing {
    /// Files under the days of the sessions that go ahead.
    fn sessions(&mut self, sessions: &[Session]) {
        if sessions.is_empty() {
            self.keys.push(Key::of(Field::Sessionless));
            return self.under(Field::LastDay, NEVER);
        }
        let day = |at: DateTime<Utc>| i64::from(time::day_of(at).num_days_from_ce());
        let mut last_day = None;
        for session in sessions.iter().filter(|session| session.status != EventStatus::Cancelled) {
            let first = day(session.start);
            let last = day(session.end - TimeDelta::milliseconds(1)).max(first);
            self.under(Field::Start, first);
            if last - first <= FILED_DAYS {
                (first..=last).for_each(|day| self.under(Field::Day, day));
            } else {
                self.keys.push(Key::of(Field::Endless));
            }
            last_day = last_day.max(Some(last));
        }
        if let Some(last_day) = last_day {
            self.under(Field::LastDay, last_day);
        }
    }
}

impl Snapshot {
    pub(super) fn place_words<'a>(&'a self, place: &'a Place, words: &mut Haystack<'a>) {
        words.add(words::Field::Place, &place.name);
        words.add(words::Field::Place, &place.address);
        self.divisions
            .chain(place.adcode)
            .for_each(|division| words.add(words::Field::Place, &division.name));
    }

    /// Where a session takes place: its own place, the event's, or the base's.
    pub fn place_of<'a>(&'a self, event: &'a Event, session: Option<&'a Session>) -> Option<&'a Place> {
        let own = session.and_then(|session| session.place.as_deref()).or(event.place.as_ref());
        own.or_else(|| self.venue(event.base?).map(|base| &base.body().place))
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
    /// How a session of an event of that status stands at `now`.
    pub fn of(event: EventStatus, session: &Session, now: DateTime<Utc>) -> Self {
        let either = |status| event == status || session.status == status;
        match () {
            () if either(EventStatus::Cancelled) => Self::Cancelled,
            () if session.end <= now => Self::Ended,
            () if either(EventStatus::Changed) => Self::Changed,
            () => Self::Scheduled,
        }
    }

    /// How an event as a whole stands: called off with all its sessions, over with the last that was not.
    pub fn of_event(entry: &EventEntry, now: DateTime<Utc>) -> Self {
        let sessions = &entry.sessions;
        let held = || sessions.iter().filter(|session| session.status != EventStatus::Cancelled);
        match entry.status {
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
    let hit =
        |found: &'a Session| Hit { key: page::Key::earliest(Some(found.start)), id: found.id.get(), found };
    page(entry.sessions.iter().filter(inside).map(hit).collect(), paging)
}

/// Whether an event has neither ended nor been called off.
pub(super) fn goes_on(entry: &EventEntry, now: DateTime<Utc>) -> bool {
    matches!(Standing::of_event(entry, now), Standing::Scheduled | Standing::Changed)
}
