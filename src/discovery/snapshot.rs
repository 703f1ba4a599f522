//! A snapshot: everything published at one moment.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use rayon::prelude::*;

use super::bulletins::Bulletins;
use super::clocked::Minutes;
use super::cutting::Cutter;
use super::divisions::Divisions;
use super::entries::{
    BaseEntry, CampaignEntry, Entry, Listed, OrganisationEntry, ResourceEntry, RouteEntry, SeriesEntry,
};
use super::events::EventEntry;
use super::index::sharded::Sharded;
use super::index::{Field, Filing, Index, Key, tree};
use super::mirror::{Look, Mirror};
use super::policies::Policies;
use super::suggest::{Named, name_all, unname_all};
use super::taxonomy::Taxonomy;
use super::thing::Thing;
use super::understanding::{self, Understanding, World};
use super::understood::Understandings;
use super::words::{Dictionary, Lexicon, Names};
use crate::domain::bases::Base;
use crate::domain::bulletins::Bulletin;
use crate::domain::calendar::{Calendar, CalendarYear};
use crate::domain::campaigns::Campaign;
use crate::domain::divisions::{Adcode, Division};
use crate::domain::events::Event;
use crate::domain::geo::Crs;
use crate::domain::ids::{
    BaseId, BulletinId, CampaignId, EventId, OrganisationId, PolicyId, ResourceId, RouteId, SeriesId,
    SessionId,
};
use crate::domain::kinds::Kind;
use crate::domain::organisations::Organisation;
use crate::domain::policies::Policy;
use crate::domain::record::{Noun, Record};
use crate::domain::resources::Resource;
use crate::domain::routes::Route;
use crate::domain::series::Series;
use crate::domain::sessions::Session;
use crate::domain::taxonomy::Term;
use crate::domain::text::{Lang, Traditional};

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
    /// An entry of the resource directory.
    Resource(Record<Resource>),
    /// A version of a policy.
    Policy(Record<Policy>),
    /// A bulletin.
    Bulletin(Record<Bulletin>),
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
            Self::Resource(_) => Kind::Resource,
            Self::Policy(_) => Kind::Policy,
            Self::Bulletin(_) => Kind::Bulletin,
        }
    }
}

impl Item {
    /// Where its place comes in the order of places; what has none comes first.
    fn place_in_order(&self, world: &Snapshot) -> u64 {
        let places = match self {
            Self::Event(record, _) => record.body.places(world),
            Self::Base(record) => record.body.places(world),
            _ => return 0,
        };
        places.first().and_then(|place| place.spot).map_or(0, tree::order)
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
    /// The resource directory.
    pub resources: Table<ResourceId, ResourceEntry>,
    /// Versions of policies.
    pub policies: Policies,
    /// Bulletins, those that are not shown too.
    pub bulletins: Bulletins,
    /// Administrative divisions.
    pub divisions: Arc<Divisions>,
    /// Terms.
    pub taxonomy: Arc<Taxonomy>,
    /// Public holidays.
    pub calendar: Arc<Calendar>,
    /// Everything that can be found, events too, filed under what it can be asked by.
    pub(super) index: Index,
    /// What writes traditional characters.
    pub(super) traditional: Arc<Traditional>,
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
    pub(super) fn empty(traditional: Arc<Traditional>, dictionary: Arc<Dictionary>, samples: bool) -> Self {
        Self {
            organisations: Arc::default(),
            bases: Arc::default(),
            series: Arc::default(),
            campaigns: Arc::default(),
            routes: Arc::default(),
            resources: Arc::default(),
            policies: Arc::default(),
            bulletins: Arc::default(),
            divisions: Arc::default(),
            taxonomy: Arc::default(),
            calendar: Arc::default(),
            index: Index::default(),
            traditional,
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

    /// Everything about an event, with traditional characters where these are read.
    pub fn event_in(&self, entry: &EventEntry, lang: Lang) -> Option<Event> {
        let mut event = entry.event()?;
        if lang == Lang::ZhHk {
            event.texts(&mut |text| *text = text.filled(&self.traditional));
        }
        Some(event)
    }

    /// A session with its event.
    pub fn session(&self, id: SessionId) -> Option<(&EventEntry, &Session)> {
        let event = self.event(*self.sessions.get(&id)?)?;
        Some((event, event.sessions.iter().find(|session| session.id == id)?))
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

    /// Takes in what a look brought.
    pub(super) fn apply(&mut self, items: Vec<Item>, look: Look) {
        // Whatever is published stands on divisions.
        let first = self.divisions.is_empty();
        let changed = self.take_in(items);
        if first {
            return self.begin_mirror(look, &changed);
        }
        self.mirror.take(look, self.samples, changed);
    }

    /// Begins to tell mirrors what changes, from everything that was taken in so far.
    pub(super) fn begin_mirror(&mut self, look: Look, taken: &Changed) {
        let mut mirror = std::mem::take(&mut self.mirror);
        mirror.take(look, self.samples, []);
        mirror.spread(self, taken);
        self.mirror = mirror;
    }

    /// Takes in items, whatever their order; says what changed. An item that is not newer than what is held is passed
    /// over, so taking in twice is taking in once.
    pub(super) fn take_in(&mut self, items: Vec<Item>) -> Changed {
        let mut by_kind: BTreeMap<Kind, Vec<Item>> = BTreeMap::new();
        for item in items {
            by_kind.entry(item.kind()).or_default().push(item);
        }
        let mut changed = Changed::new();
        // What others refer to comes first, so that each entry is made of what it refers to as it is now.
        for kind in Kind::ALL {
            let depend = self.dependents(kind, &changed);
            let mut taken = by_kind.remove(&kind).unwrap_or_default();
            // Neighbours get neighbouring slots: what lies in an area is then filed in runs.
            taken.sort_by_cached_key(|item| item.place_in_order(self));
            let (mut ids, mut events) = (HashSet::new(), Vec::new());
            for item in taken {
                match item {
                    Item::Event(record, sessions) if !record.body.sample || self.samples => {
                        let held = EventId::new(record.id).and_then(|id| self.event(id));
                        if held.is_none_or(|held| held.version < record.version) {
                            ids.insert(record.id);
                            events.push(Fresh::Read(Box::new((record, sessions))));
                        }
                    }
                    item => ids.extend(self.take(item)),
                }
            }
            let taken = ids;
            for thing in depend.into_iter().filter(|thing| !taken.contains(&thing.id())) {
                changed.insert((kind, thing.id()));
                match thing {
                    Thing::Event(entry) => events.push(Fresh::Held(entry)),
                    thing => self.renew(&thing),
                }
            }
            self.enter_events(events);
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
        changed
    }

    /// Whether an object is published.
    pub(super) fn shows(&self, kind: Kind, id: i64) -> bool {
        match kind {
            Kind::CalendarYear => false,
            Kind::Division => {
                Adcode::from_number(id).is_some_and(|adcode| self.divisions.get(adcode).is_some())
            }
            Kind::Term => self.taxonomy.by_id(id).is_some(),
            Kind::Policy => PolicyId::new(id).is_some_and(|id| self.policies.contains_key(&id)),
            Kind::Bulletin => BulletinId::new(id).is_some_and(|id| self.bulletins.contains_key(&id)),
            kind => self.index.slot(kind, id).is_some(),
        }
    }

    /// Takes one item in; its id if it was newer than what is held.
    fn take(&mut self, item: Item) -> Option<i64> {
        match item {
            Item::CalendarYear(record) => {
                let id = record.id;
                let held = self.calendar_years.get(&id).map_or(0, |held| held.version);
                let record = newer(record, held, &self.traditional)?;
                Arc::make_mut(&mut self.calendar_years).insert(id, record);
                Some(id)
            }
            Item::Division(record) => {
                let held = self.divisions.version(record.id);
                let record = newer(record, held, &self.traditional)?;
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
                let record = newer(record, held, &self.traditional)?;
                let Term { scheme, code, .. } = &record.body;
                let named = Named::Term(scheme.as_str().into(), code.as_str().into());
                if let Some(before) = self.taxonomy.get(scheme, code) {
                    unname_all(&mut self.names, &self.dictionary, &before.name, &named);
                }
                name_all(&mut self.names, &self.dictionary, &record.body.name, &named);
                self.understanding.words_changed();
                Some(Arc::make_mut(&mut self.taxonomy).put(record))
            }
            Item::Organisation(record) => self.enter(record),
            Item::Base(record) => self.enter(record),
            Item::Series(record) => self.enter(record),
            Item::Campaign(record) => self.enter(record),
            Item::Route(record) if record.body.sample && !self.samples => {
                Arc::make_mut(&mut self.routes).remove(&RouteId::new(record.id)?);
                self.leave(Kind::Route, record.id)
            }
            Item::Route(record) => self.enter(record),
            Item::Event(record, _) => self.leave(Kind::Event, record.id),
            Item::Resource(record) => self.enter(record),
            Item::Policy(record) => {
                keep(&mut self.policies, PolicyId::new(record.id)?, record, &self.traditional)
            }
            Item::Bulletin(record) => {
                keep(&mut self.bulletins, BulletinId::new(record.id)?, record, &self.traditional)
            }
        }
    }

    /// Enters a record that is newer than the one held.
    fn enter<T: Tabled>(&mut self, record: Record<T>) -> Option<i64> {
        let held = self.index.get(T::KIND, record.id).map_or(0, Thing::version);
        let record = newer(record, held, &self.traditional)?;
        let id = record.id;
        self.put(Entry::new(Arc::new(record), self));
        Some(id)
    }

    /// Enters events, many at a time and on all processors: to cut their texts takes longest.
    fn enter_events(&mut self, fresh: Vec<Fresh>) {
        let mut fresh = fresh.into_iter();
        loop {
            let batch: Vec<Fresh> = fresh.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return;
            }
            let world = &*self;
            let enter = |cutter: &mut Cutter<'_>, fresh: Fresh| fresh.enter(world, cutter);
            let entered: Vec<(Arc<EventEntry>, Filing)> = if batch.len() < TOGETHER {
                let mut cutter = self.cutter();
                batch.into_iter().filter_map(|fresh| enter(&mut cutter, fresh)).collect()
            } else {
                let batch = batch.into_par_iter().with_min_len(TOGETHER);
                batch.map_init(|| world.cutter(), enter).flatten_iter().collect()
            };
            for (entry, _) in &entered {
                let Some(id) = EventId::new(entry.id) else { continue };
                let before = self.event(id).map(|held| Arc::clone(&held.sessions));
                for session in before.iter().flat_map(|sessions| sessions.iter()) {
                    self.sessions.remove(&session.id);
                }
                entry.sessions.iter().for_each(|session| self.sessions.insert(session.id, id));
            }
            let things = entered.into_iter().map(|(entry, filing)| (Thing::Event(entry), filing));
            self.file(things.collect());
        }
    }

    /// Puts an entry into its table and files it.
    fn put<T: Tabled>(&mut self, entry: Entry<T>) {
        let filing = entry.filing(self);
        let entry = Arc::new(entry);
        T::tabled(self, &entry);
        self.file(vec![(T::thing(entry), filing)]);
    }

    /// Files things, each in place of the one with the same id.
    fn file(&mut self, mut things: Vec<(Thing, Filing)>) {
        // Words are taken before others are let go of: none goes away that is wanted again.
        for (_, filing) in &mut things {
            let words = std::mem::take(&mut filing.words);
            filing.keys.extend(words.keys(&self.dictionary, &mut self.lexicon));
        }
        for (thing, _) in &things {
            self.forget(thing.kind(), thing.id());
            if let Some(named) = Named::thing(thing) {
                name_all(&mut self.names, &self.dictionary, thing.name(), &named);
                self.understanding.names_changed();
            }
        }
        self.index.put(things);
    }

    /// What cuts texts by the words that there are now.
    pub(super) fn cutter(&self) -> Cutter<'_> {
        Cutter::new(&self.dictionary, &self.lexicon)
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
        for session in thing.event().into_iter().flat_map(|entry| entry.sessions.iter()) {
            self.sessions.remove(&session.id);
        }
        Some(id)
    }

    /// The things of a kind that refer to something that changed.
    fn dependents(&self, kind: Kind, changed: &Changed) -> Vec<Thing> {
        let keys = changed.iter().filter_map(|&(kind, id)| Key::referring(kind, id));
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
            Thing::Resource(entry) => self.put(entry.renewed(self)),
            Thing::Event(entry) => self.enter_events(vec![Fresh::Held(Arc::clone(entry))]),
        }
    }
}

/// How many events are entered at a time. Between two batches the lexicon learns the words of the first.
const BATCH: usize = 2048;

/// Fewer events than this are not worth another thread.
const TOGETHER: usize = 256;

/// What an event is entered from.
enum Fresh {
    /// What the store has.
    Read(Box<(Record<Event>, Vec<Session>)>),
    /// What is held, in a world where something that it refers to changed.
    Held(Arc<EventEntry>),
}

impl Fresh {
    /// The event and how it is filed.
    fn enter(self, world: &Snapshot, cutter: &mut Cutter<'_>) -> Option<(Arc<EventEntry>, Filing)> {
        let (entry, filing) = match self {
            Self::Read(read) => {
                let (record, sessions) = *read;
                let entry = EventEntry::new(&record, sessions, world);
                let filing = entry.filing(&record.body, world, cutter);
                (entry, filing)
            }
            Self::Held(held) => {
                let event = held.event()?;
                let entry = held.renewed(&event, world);
                let filing = entry.filing(&event, world, cutter);
                (entry, filing)
            }
        };
        Some((Arc::new(entry), filing))
    }
}

/// A noun with a table of its own beside the index.
trait Tabled: Listed {
    /// Enters it into its table.
    fn tabled(snapshot: &mut Snapshot, entry: &Arc<Entry<Self>>);
    /// The entry as a thing.
    fn thing(entry: Arc<Entry<Self>>) -> Thing;
}

macro_rules! tabled {
    ($($noun:ty => $thing:ident in $table:ident by $id:ty;)*) => {$(
        impl Tabled for $noun {
            fn tabled(snapshot: &mut Snapshot, entry: &Arc<Entry<Self>>) {
                if let Some(id) = <$id>::new(entry.record.id) {
                    Arc::make_mut(&mut snapshot.$table).insert(id, Arc::clone(entry));
                }
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
    Resource => Resource in resources by ResourceId;
}

/// The record with its traditional characters filled in, if its version is above `held`.
fn newer<T: Noun>(mut record: Record<T>, held: i64, traditional: &Traditional) -> Option<Record<T>> {
    if record.version <= held {
        return None;
    }
    record.body.texts(&mut |text| *text = text.filled(traditional));
    Some(record)
}

/// Takes in a record that no question finds, if it is newer than the one held: it has a table and no place in the index.
fn keep<I: Copy + Ord, T: Noun>(
    table: &mut Table<I, Record<T>>,
    id: I,
    record: Record<T>,
    traditional: &Traditional,
) -> Option<i64> {
    let held = table.get(&id).map_or(0, |held| held.version);
    let record = newer(record, held, traditional)?;
    let number = record.id;
    Arc::make_mut(table).insert(id, Arc::new(record));
    Some(number)
}
