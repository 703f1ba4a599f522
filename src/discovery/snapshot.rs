//! A snapshot: everything published at one moment.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::divisions::Divisions;
use super::entries::{
    BaseEntry, CampaignEntry, Entry, EventEntry, Listed, OrganisationEntry, RouteEntry, SeriesEntry,
};
use super::mirror::{Look, Mirror};
use super::taxonomy::Taxonomy;
use crate::domain::bases::Base;
use crate::domain::calendar::{Calendar, CalendarYear};
use crate::domain::campaigns::Campaign;
use crate::domain::divisions::Division;
use crate::domain::events::Event;
use crate::domain::ids::{BaseId, CampaignId, EventId, OrganisationId, RouteId, SeriesId, SessionId};
use crate::domain::kinds::Kind;
use crate::domain::organisations::Organisation;
use crate::domain::record::{Noun, Record};
use crate::domain::routes::Route;
use crate::domain::series::Series;
use crate::domain::sessions::Session;
use crate::domain::taxonomy::Term;
use crate::domain::text::Traditional;

/// Entries by id, shared between snapshots.
pub type Table<I, E> = Arc<BTreeMap<I, Arc<E>>>;

/// Something that the feed brings in.
#[derive(Debug, Clone)]
pub enum Item {
    /// A year of the calendar.
    CalendarYear(Record<CalendarYear>),
    /// A division.
    Division(Record<Division>),
    /// A term.
    Term(Record<Term>),
    /// An organisation.
    Organisation(Record<Organisation>),
    /// A base.
    Base(Record<Base>),
    /// A lecture series.
    Series(Record<Series>),
    /// A campaign.
    Campaign(Record<Campaign>),
    /// A route.
    Route(Record<Route>),
    /// An event and all its sessions, in order of start.
    Event(Record<Event>, Vec<Session>),
}

impl Item {
    fn kind(&self) -> Kind {
        match self {
            Self::CalendarYear(_) => Kind::CalendarYear,
            Self::Division(_) => Kind::Division,
            Self::Term(_) => Kind::Term,
            Self::Organisation(_) => Kind::Organisation,
            Self::Base(_) => Kind::Base,
            Self::Series(_) => Kind::Series,
            Self::Campaign(_) => Kind::Campaign,
            Self::Route(_) => Kind::Route,
            Self::Event(..) => Kind::Event,
        }
    }
}

/// Everything published at one moment. Cloning copies pointers only.
#[derive(Clone)]
pub struct Snapshot {
    /// Organisations.
    pub organisations: Table<OrganisationId, OrganisationEntry>,
    /// Bases.
    pub bases: Table<BaseId, BaseEntry>,
    /// Lecture series.
    pub series: Table<SeriesId, SeriesEntry>,
    /// Campaigns.
    pub campaigns: Table<CampaignId, CampaignEntry>,
    /// Routes.
    pub routes: Table<RouteId, RouteEntry>,
    /// Events.
    pub events: Table<EventId, EventEntry>,
    /// Administrative divisions.
    pub divisions: Arc<Divisions>,
    /// Terms.
    pub taxonomy: Arc<Taxonomy>,
    /// Public holidays.
    pub calendar: Arc<Calendar>,
    /// What changed when.
    pub mirror: Mirror,
    /// A calendar that knows no holiday, for places whose holidays no table here lists.
    pub(super) no_calendar: Calendar,
    calendar_years: Arc<BTreeMap<i64, Record<CalendarYear>>>,
    sessions: Arc<HashMap<SessionId, EventId>>,
    samples: bool,
}

/// What changed while items were taken in.
type Changed = HashSet<(Kind, i64)>;

impl Snapshot {
    pub(super) fn empty(samples: bool) -> Self {
        Self {
            organisations: Arc::default(),
            bases: Arc::default(),
            series: Arc::default(),
            campaigns: Arc::default(),
            routes: Arc::default(),
            events: Arc::default(),
            divisions: Arc::default(),
            taxonomy: Arc::default(),
            calendar: Arc::default(),
            mirror: Mirror::default(),
            no_calendar: Calendar::default(),
            calendar_years: Arc::default(),
            sessions: Arc::default(),
            samples,
        }
    }

    /// A session with its event.
    pub fn session(&self, id: SessionId) -> Option<(&EventEntry, &Session)> {
        let event = self.events.get(self.sessions.get(&id)?)?;
        Some((event, event.own.iter().find(|session| session.id == id)?))
    }

    /// Takes in the items that a look brought, whatever their order. An item that is not newer than what is held is
    /// passed over, so applying twice is applying once.
    pub(super) fn apply(&mut self, mut items: Vec<Item>, look: Look, traditional: &Traditional) {
        // What others refer to comes first, so that each entry finds what it needs.
        items.sort_by_key(Item::kind);
        let first = self.divisions.is_empty();
        let mut changed = Changed::new();
        for item in items {
            let kind = item.kind();
            if let Some(id) = self.take(item, traditional) {
                changed.insert((kind, id));
            }
        }
        if changed.iter().any(|(kind, _)| *kind == Kind::CalendarYear) {
            let years = self.calendar_years.values().map(|year| year.body.clone());
            // Each table was checked when it was saved. Should two contradict each other, holidays are unknown.
            self.calendar = Arc::new(Calendar::new(years).unwrap_or_default());
        }
        let mut mirror = std::mem::take(&mut self.mirror);
        if first {
            mirror.take(look, self.samples, []);
            mirror.spread(self);
        } else {
            self.renew(&mut changed);
            mirror.take(look, self.samples, changed);
        }
        self.mirror = mirror;
    }

    /// Takes one item in; its id if it was newer than what is held.
    fn take(&mut self, item: Item, traditional: &Traditional) -> Option<i64> {
        match item {
            Item::CalendarYear(record) => {
                let id = record.id;
                let held = self.calendar_years.get(&id).map_or(0, |held| held.version);
                let record = newer(record, held, traditional)?;
                Arc::make_mut(&mut self.calendar_years).insert(id, record);
                Some(id)
            }
            Item::Division(record) => {
                let held = self.divisions.version(record.id);
                let record = newer(record, held, traditional)?;
                Some(Arc::make_mut(&mut self.divisions).put(record))
            }
            Item::Term(record) => {
                let held = self.taxonomy.version(record.id);
                let record = newer(record, held, traditional)?;
                Some(Arc::make_mut(&mut self.taxonomy).put(record))
            }
            Item::Organisation(record) => {
                let id = OrganisationId::new(record.id)?;
                let entry = self.entry(self.organisations.get(&id), record, (), traditional)?;
                put(&mut self.organisations, id, entry)
            }
            Item::Base(record) => {
                let id = BaseId::new(record.id)?;
                let entry = self.entry(self.bases.get(&id), record, (), traditional)?;
                put(&mut self.bases, id, entry)
            }
            Item::Series(record) => {
                let id = SeriesId::new(record.id)?;
                let entry = self.entry(self.series.get(&id), record, (), traditional)?;
                put(&mut self.series, id, entry)
            }
            Item::Campaign(record) => {
                let id = CampaignId::new(record.id)?;
                let entry = self.entry(self.campaigns.get(&id), record, (), traditional)?;
                put(&mut self.campaigns, id, entry)
            }
            Item::Route(record) if record.body.sample && !self.samples => {
                let id = RouteId::new(record.id)?;
                Arc::make_mut(&mut self.routes).remove(&id).map(|_| id.get())
            }
            Item::Route(record) => {
                let id = RouteId::new(record.id)?;
                let entry = self.entry(self.routes.get(&id), record, (), traditional)?;
                put(&mut self.routes, id, entry)
            }
            Item::Event(record, _) if record.body.sample && !self.samples => {
                self.remove_event(EventId::new(record.id)?)
            }
            Item::Event(record, sessions) => {
                let id = EventId::new(record.id)?;
                let of_event: Vec<_> = sessions.iter().map(|session| (session.id, id)).collect();
                let entry = self.entry(self.events.get(&id), record, sessions, traditional)?;
                Arc::make_mut(&mut self.sessions).extend(of_event);
                put(&mut self.events, id, entry)
            }
        }
    }

    /// The entry of a record that is newer than the one held.
    fn entry<T: Listed>(
        &self,
        held: Option<&Arc<Entry<T>>>,
        record: Record<T>,
        given: T::Given,
        traditional: &Traditional,
    ) -> Option<Entry<T>> {
        let record = newer(record, held.map_or(0, |held| held.record.version), traditional)?;
        let own = T::own(&record.body, given);
        Some(Entry::new(Arc::new(record), Arc::new(own), self))
    }

    /// Works out again the entries that depend on something else that changed, and those that depend on them.
    fn renew(&mut self, changed: &mut Changed) {
        // Events depend on all others, and nothing on them: their own change concerns nobody.
        if changed.iter().all(|(kind, _)| *kind == Kind::Event) {
            return;
        }
        self.organisations = self.renewed(&self.organisations, changed);
        self.bases = self.renewed(&self.bases, changed);
        self.series = self.renewed(&self.series, changed);
        self.campaigns = self.renewed(&self.campaigns, changed);
        self.routes = self.renewed(&self.routes, changed);
        self.events = self.renewed(&self.events, changed);
    }

    fn renewed<I: Copy + Ord, T: Listed>(
        &self,
        table: &Table<I, Entry<T>>,
        changed: &mut Changed,
    ) -> Table<I, Entry<T>> {
        // A division is part of every place inside, however deep; that one changes is rare.
        let everywhere = changed.iter().any(|(kind, _)| *kind == Kind::Division);
        let concerns = |entry: &Entry<T>, changed: &Changed| {
            let references = entry.record.body.references();
            everywhere || references.iter().any(|reference| changed.contains(&(reference.kind, reference.id)))
        };
        let mut renewed = Arc::clone(table);
        for (id, entry) in table.iter() {
            if concerns(entry, changed) {
                let entry = Entry::new(Arc::clone(&entry.record), Arc::clone(&entry.own), self);
                changed.insert((T::KIND, entry.record.id));
                Arc::make_mut(&mut renewed).insert(*id, Arc::new(entry));
            }
        }
        renewed
    }

    /// Takes an event out, with its sessions.
    fn remove_event(&mut self, id: EventId) -> Option<i64> {
        let entry = Arc::make_mut(&mut self.events).remove(&id)?;
        let sessions = Arc::make_mut(&mut self.sessions);
        for session in entry.own.iter() {
            sessions.remove(&session.id);
        }
        Some(id.get())
    }
}

/// The record with its traditional characters filled in, if its version is above `held`.
fn newer<T: Noun>(mut record: Record<T>, held: i64, traditional: &Traditional) -> Option<Record<T>> {
    if record.version <= held {
        return None;
    }
    record.body.texts(&mut |text| *text = text.filled(traditional));
    Some(record)
}

fn put<I: Ord + Clone, T: Listed>(table: &mut Table<I, Entry<T>>, id: I, entry: Entry<T>) -> Option<i64> {
    let number = entry.record.id;
    Arc::make_mut(table).insert(id, Arc::new(entry));
    Some(number)
}
