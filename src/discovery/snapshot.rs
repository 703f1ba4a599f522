//! A snapshot: everything published at one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

use super::clocked::Minutes;
use super::divisions::Divisions;
use super::entries::{
    BaseEntry, CampaignEntry, Entry, EventEntry, Listed, OrganisationEntry, RouteEntry, SeriesEntry,
};
use super::index::sharded::Sharded;
use super::index::{Field, Index, Key};
use super::mirror::{Look, Mirror};
use super::suggest::{Named, name_all, unname_all};
use super::taxonomy::Taxonomy;
use super::thing::Thing;
use super::understanding::{self, Understanding, World};
use super::understood::Understandings;
use super::words::{Dictionary, Lexicon, Names};
use crate::domain::bases::Base;
use crate::domain::calendar::{Calendar, CalendarYear};
use crate::domain::campaigns::Campaign;
use crate::domain::divisions::{Adcode, Division};
use crate::domain::events::Event;
use crate::domain::geo::Crs;
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
    /// Administrative divisions.
    pub divisions: Arc<Divisions>,
    /// Terms.
    pub taxonomy: Arc<Taxonomy>,
    /// Public holidays.
    pub calendar: Arc<Calendar>,
    /// Everything that can be found, events too, filed under what it can be asked by.
    pub(super) index: Index,
    /// What cuts texts into words.
    pub(super) dictionary: Arc<Dictionary>,
    /// The words that the catalogue has.
    pub(super) lexicon: Lexicon,
    /// What things are called, for those who type.
    pub(super) names: Names<Named>,
    understanding: Understandings,
    /// What changed when.
    pub mirror: Mirror,
    /// A calendar that knows no holiday, for places whose holidays no table here lists.
    pub(super) no_calendar: Calendar,
    pub(super) minutes: Arc<ArcSwap<Minutes>>,
    calendar_years: Arc<BTreeMap<i64, Record<CalendarYear>>>,
    sessions: Sharded<SessionId, EventId>,
    samples: bool,
}

/// What changed while items were taken in: what was newer, and what was worked out anew because of it.
pub(super) type Changed = BTreeSet<(Kind, i64)>;

impl Snapshot {
    pub(super) fn empty(dictionary: Arc<Dictionary>, samples: bool) -> Self {
        Self {
            organisations: Arc::default(),
            bases: Arc::default(),
            series: Arc::default(),
            campaigns: Arc::default(),
            routes: Arc::default(),
            divisions: Arc::default(),
            taxonomy: Arc::default(),
            calendar: Arc::default(),
            index: Index::default(),
            dictionary,
            lexicon: Lexicon::default(),
            names: Names::default(),
            understanding: Understandings::default(),
            mirror: Mirror::default(),
            no_calendar: Calendar::default(),
            minutes: Arc::default(),
            calendar_years: Arc::default(),
            sessions: Sharded::default(),
            samples,
        }
    }

    /// An event.
    pub fn event(&self, id: EventId) -> Option<&EventEntry> {
        self.index.get(Kind::Event, id.get())?.event()
    }

    /// A session with its event.
    pub fn session(&self, id: SessionId) -> Option<(&EventEntry, &Session)> {
        let event = self.event(*self.sessions.get(&id)?)?;
        Some((event, event.own.iter().find(|session| session.id == id)?))
    }

    /// What questions in words are understood by.
    pub fn understand(
        &self,
        q: &str,
        crs: Crs,
        given: &dyn Fn(&str) -> Option<String>,
        now: DateTime<Utc>,
    ) -> Understanding {
        let world = World {
            lexicon: self.understanding.words(self),
            names: self.understanding.names(self),
            divisions: &self.divisions,
            calendar: &self.calendar,
            crs,
        };
        understanding::understand(q, &self.dictionary.fold(q), &world, given, now)
    }

    /// The events filed under a field and the number of one of its values.
    pub(super) fn events_under(&self, field: Field, value: i64) -> impl Iterator<Item = &EventEntry> {
        let slots = self.index.postings.get(Key::new(field, value)).into_iter().flatten();
        slots.filter_map(|slot| self.index.thing(slot)?.event())
    }

    /// Takes in the items that a look brought, whatever their order. An item that is not newer than what is held is
    /// passed over, so applying twice is applying once.
    pub(super) fn apply(&mut self, items: Vec<Item>, look: Look, traditional: &Traditional) {
        // Whatever is published stands on divisions.
        let first = self.divisions.is_empty();
        let mut by_kind: BTreeMap<Kind, Vec<Item>> = BTreeMap::new();
        for item in items {
            by_kind.entry(item.kind()).or_default().push(item);
        }
        let mut changed = Changed::new();
        // What others refer to comes first, so that each entry is made of what it refers to as it is now.
        for kind in Kind::ALL {
            let depend = self.dependents(kind, &changed);
            let taken = by_kind.remove(&kind).unwrap_or_default();
            let taken: Vec<i64> = taken.into_iter().filter_map(|item| self.take(item, traditional)).collect();
            for thing in depend.iter().filter(|thing| !taken.contains(&thing.id())) {
                self.renew(thing);
                changed.insert((kind, thing.id()));
            }
            changed.extend(taken.into_iter().map(|id| (kind, id)));
            if kind == Kind::CalendarYear && !changed.is_empty() {
                let years = self.calendar_years.values().map(|year| year.body.clone());
                // Each table was checked when it was saved. Should two contradict each other, holidays are unknown.
                self.calendar = Arc::new(Calendar::new(years).unwrap_or_default());
            }
        }
        if !changed.is_empty() {
            let slots = changed.iter().filter_map(|(kind, id)| self.index.slot(*kind, *id)).collect();
            self.minutes = Arc::new(ArcSwap::new(self.minutes.load_full()));
            self.carry_minutes(&slots);
        }
        let mut mirror = std::mem::take(&mut self.mirror);
        if first {
            mirror.take(look, self.samples, []);
            mirror.spread(self, &changed);
        } else {
            mirror.take(look, self.samples, changed);
        }
        self.mirror = mirror;
    }

    /// Whether an object is published.
    pub(super) fn shows(&self, kind: Kind, id: i64) -> bool {
        match kind {
            Kind::CalendarYear => false,
            Kind::Division => {
                Adcode::from_number(id).is_some_and(|adcode| self.divisions.get(adcode).is_some())
            }
            Kind::Term => self.taxonomy.by_id(id).is_some(),
            kind => self.index.slot(kind, id).is_some(),
        }
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
                let adcode = record.body.adcode;
                if let Some(before) = self.divisions.get(adcode) {
                    unname_all(&mut self.names, &self.dictionary, &before.name, &Named::Division(adcode));
                }
                name_all(&mut self.names, &self.dictionary, &record.body.name, &Named::Division(adcode));
                self.understanding.words_changed();
                Some(Arc::make_mut(&mut self.divisions).put(record))
            }
            Item::Term(record) => {
                let held = self.taxonomy.version(record.id);
                let record = newer(record, held, traditional)?;
                let Term { scheme, code, .. } = &record.body;
                let named = Named::Term(scheme.as_str().into(), code.as_str().into());
                if let Some(before) = self.taxonomy.get(scheme, code) {
                    unname_all(&mut self.names, &self.dictionary, &before.name, &named);
                }
                name_all(&mut self.names, &self.dictionary, &record.body.name, &named);
                self.understanding.words_changed();
                Some(Arc::make_mut(&mut self.taxonomy).put(record))
            }
            Item::Organisation(record) => self.enter(record, (), traditional),
            Item::Base(record) => self.enter(record, (), traditional),
            Item::Series(record) => self.enter(record, (), traditional),
            Item::Campaign(record) => self.enter(record, (), traditional),
            Item::Route(record) if record.body.sample && !self.samples => {
                Arc::make_mut(&mut self.routes).remove(&RouteId::new(record.id)?);
                self.leave(Kind::Route, record.id)
            }
            Item::Route(record) => self.enter(record, (), traditional),
            Item::Event(record, _) if record.body.sample && !self.samples => {
                self.leave(Kind::Event, record.id)
            }
            Item::Event(record, sessions) => {
                let event = EventId::new(record.id)?;
                let ids: Vec<SessionId> = sessions.iter().map(|session| session.id).collect();
                let before = self.event(event).map(|entry| Arc::clone(&entry.own));
                let entered = self.enter(record, sessions, traditional)?;
                for session in before.iter().flat_map(|sessions| sessions.iter()) {
                    self.sessions.remove(&session.id);
                }
                ids.into_iter().for_each(|id| self.sessions.insert(id, event));
                Some(entered)
            }
        }
    }

    /// Enters a record that is newer than the one held.
    fn enter<T: Tabled>(
        &mut self,
        record: Record<T>,
        given: T::Given,
        traditional: &Traditional,
    ) -> Option<i64> {
        let held = self.index.get(T::KIND, record.id).map_or(0, Thing::version);
        let record = newer(record, held, traditional)?;
        let id = record.id;
        let own = record.body.own(given);
        self.put(Entry::new(Arc::new(record), Arc::new(own), self));
        Some(id)
    }

    /// Puts an entry into its table and files it.
    fn put<T: Tabled>(&mut self, entry: Entry<T>) {
        let mut filing = entry.filing(self);
        let words = std::mem::take(&mut filing.words);
        filing.keys.extend(words.keys(&self.dictionary, &mut self.lexicon));
        let entry = Arc::new(entry);
        T::tabled(self, &entry);
        let thing = T::thing(entry);
        self.forget(thing.kind(), thing.id());
        if let Some(named) = Named::thing(&thing) {
            name_all(&mut self.names, &self.dictionary, thing.name(), &named);
            self.understanding.names_changed();
        }
        self.index.put(thing, filing);
    }

    /// Forgets the words and the names of a thing that is filed anew, or no more.
    fn forget(&mut self, kind: Kind, id: i64) {
        for word in self.index.words(kind, id) {
            self.lexicon.release(word);
        }
        if let Some(thing) = self.index.get(kind, id)
            && let Some(named) = Named::thing(thing)
        {
            unname_all(&mut self.names, &self.dictionary, thing.name(), &named);
            self.understanding.names_changed();
        }
    }

    /// Takes out what is no longer published.
    fn leave(&mut self, kind: Kind, id: i64) -> Option<i64> {
        self.forget(kind, id);
        let thing = self.index.remove(kind, id)?;
        for session in thing.event().into_iter().flat_map(|entry| entry.own.iter()) {
            self.sessions.remove(&session.id);
        }
        Some(id)
    }

    /// The things of a kind that refer to something that changed.
    fn dependents(&self, kind: Kind, changed: &Changed) -> Vec<Thing> {
        let keys = changed.iter().filter_map(|&(kind, id)| {
            let field = match kind {
                Kind::Division => Field::Division,
                Kind::Term => Field::Term,
                Kind::Organisation => Field::Organiser,
                Kind::Base => Field::Base,
                Kind::Series => Field::Series,
                Kind::Campaign => Field::Campaign,
                Kind::CalendarYear | Kind::Route | Kind::Event => return None,
            };
            Some(Key::new(field, id))
        });
        let mut slots = self.index.postings.any(keys);
        if let Some(of_kind) = self.index.postings.get(Key::new(Field::Kind, kind as i64)) {
            slots &= of_kind;
            slots.iter().filter_map(|slot| self.index.thing(slot).cloned()).collect()
        } else {
            Vec::new()
        }
    }

    /// Works an entry out again from what it refers to.
    fn renew(&mut self, thing: &Thing) {
        match thing {
            Thing::Organisation(entry) => self.put(entry.renewed(self)),
            Thing::Base(entry) => self.put(entry.renewed(self)),
            Thing::Series(entry) => self.put(entry.renewed(self)),
            Thing::Campaign(entry) => self.put(entry.renewed(self)),
            Thing::Route(entry) => self.put(entry.renewed(self)),
            Thing::Event(entry) => self.put(entry.renewed(self)),
        }
    }
}

/// A noun with a table of its own, beside the index or in it.
trait Tabled: Listed {
    /// Enters it into its table; what is looked for by many ids at once has none, and is looked for in the index.
    fn tabled(snapshot: &mut Snapshot, entry: &Arc<Entry<Self>>);
    /// The entry as a thing.
    fn thing(entry: Arc<Entry<Self>>) -> Thing;
}

macro_rules! tabled {
    ($($noun:ty => $thing:ident $(in $table:ident by $id:ty)?;)*) => {$(
        impl Tabled for $noun {
            fn tabled(_snapshot: &mut Snapshot, _entry: &Arc<Entry<Self>>) {
                $(if let Some(id) = <$id>::new(_entry.record.id) {
                    Arc::make_mut(&mut _snapshot.$table).insert(id, Arc::clone(_entry));
                })?
            }

            fn thing(entry: Arc<Entry<Self>>) -> Thing {
                Thing::$thing(entry)
            }
        }
    )*};
}

tabled! {
    Organisation => Organisation in organisations by OrganisationId;
    Base => Base in bases by BaseId;
    Series => Series in series by SeriesId;
    Campaign => Campaign in campaigns by CampaignId;
    Route => Route in routes by RouteId;
    Event => Event;
}

/// The record with its traditional characters filled in, if its version is above `held`.
fn newer<T: Noun>(mut record: Record<T>, held: i64, traditional: &Traditional) -> Option<Record<T>> {
    if record.version <= held {
        return None;
    }
    record.body.texts(&mut |text| *text = text.filled(traditional));
    Some(record)
}
