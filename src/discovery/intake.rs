//! Intake: what a look at the store brought is taken in, and what depends on it is worked out anew.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::entering::{Fresh, keep, newer};
use super::entries::{Entry, Listed};
use super::index::{Field, Key, tree};
use super::mirror::Look;
use super::snapshot::Snapshot;
use super::suggest::{Named, name_all, unname_all};
use super::thing::Thing;
use crate::domain::bases::Base;
use crate::domain::bulletins::Bulletin;
use crate::domain::calendar::{Calendar, CalendarYear};
use crate::domain::campaigns::Campaign;
use crate::domain::divisions::{Adcode, Division};
use crate::domain::events::Event;
use crate::domain::featured::FeaturedList;
use crate::domain::ids::{BaseId, BulletinId, EventId, PolicyId, ResourceId, RouteId, SeriesId};
use crate::domain::kinds::Kind;
use crate::domain::organisations::Organisation;
use crate::domain::policies::Policy;
use crate::domain::record::Record;
use crate::domain::resources::Resource;
use crate::domain::routes::Route;
use crate::domain::series::Series;
use crate::domain::sessions::Session;
use crate::domain::signups::seats::SeatCount;
use crate::domain::taxonomy::Term;

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
    /// What comes first in a division.
    Featured(Record<FeaturedList>),
    /// A base that is not to be seen, or no more; what takes place there still does.
    Veiled(Record<Base>),
    /// Another thing that is not to be seen, or no more.
    Hidden(Kind, i64),
}

impl Item {
    fn kind(&self) -> Kind {
        match self {
            Self::CalendarYear(_) => Kind::CalendarYear,
            Self::Division(_) => Kind::Division,
            Self::Term(_) => Kind::Term,
            Self::Organisation(_) => Kind::Organisation,
            Self::Base(_) | Self::Veiled(_) => Kind::Base,
            Self::Series(_) => Kind::Series,
            Self::Campaign(_) => Kind::Campaign,
            Self::Route(_) => Kind::Route,
            Self::Event(..) => Kind::Event,
            Self::Resource(_) => Kind::Resource,
            Self::Policy(_) => Kind::Policy,
            Self::Bulletin(_) => Kind::Bulletin,
            Self::Featured(_) => Kind::Featured,
            Self::Hidden(kind, _) => *kind,
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

/// What changed while items were taken in: what was newer, and what was worked out anew because of it.
pub(super) type Changed = BTreeSet<(Kind, i64)>;

impl Snapshot {
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

    /// Takes counts of seats in; says whether any moved.
    pub(super) fn reseat(&mut self, counts: &[SeatCount]) -> bool {
        let mut by_event: BTreeMap<EventId, Vec<SeatCount>> = BTreeMap::new();
        for count in counts {
            let held = self.session(count.session).map(|(_, session)| session.moved);
            if held.is_some_and(|moved| moved != count.moved) {
                by_event.entry(count.event).or_default().push(*count);
            }
        }
        for (event, counts) in &by_event {
            let entry = self.event(*event).map(|entry| Arc::new(entry.reseated(counts)));
            if let (Some(entry), Some(slot)) = (entry, self.index.slot(Kind::Event, event.get())) {
                self.index.replace(slot, Thing::Event(entry));
            }
        }
        !by_event.is_empty()
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
            Item::Base(record) => {
                let id = BaseId::new(record.id)?;
                if self.veiled.contains_key(&id) {
                    Arc::make_mut(&mut self.veiled).remove(&id);
                }
                self.enter(record)
            }
            Item::Veiled(record) => {
                let (id, number) = (BaseId::new(record.id)?, record.id);
                let held = self.veiled.get(&id).map_or(0, |held| held.record.version);
                let fresh = newer(record, held, &self.traditional);
                let fresh = fresh.map(|record| Arc::new(Entry::new(Arc::new(record), self)));
                let moved = fresh.is_some();
                fresh.into_iter().for_each(|entry| drop(Arc::make_mut(&mut self.veiled).insert(id, entry)));
                self.withdraw(Kind::Base, number).or(moved.then_some(number))
            }
            Item::Series(record) => self.enter(record),
            Item::Campaign(record) => self.enter(record),
            Item::Route(record) if record.body.sample && !self.samples => {
                self.withdraw(Kind::Route, record.id)
            }
            Item::Route(record) => self.enter(record),
            Item::Event(record, _) => self.leave(Kind::Event, record.id),
            Item::Hidden(kind, id) => self.withdraw(kind, id),
            Item::Resource(record) => self.enter(record),
            Item::Policy(record) => {
                keep(&mut self.policies, PolicyId::new(record.id)?, record, &self.traditional)
            }
            Item::Bulletin(record) => {
                keep(&mut self.bulletins, BulletinId::new(record.id)?, record, &self.traditional)
            }
            Item::Featured(record) => {
                keep(&mut self.featured, Adcode::from_number(record.id)?, record, &self.traditional)
            }
        }
    }

    /// Takes a thing out of the index, and out of the table of its kind.
    fn withdraw(&mut self, kind: Kind, id: i64) -> Option<i64> {
        match kind {
            Kind::Base => drop(Arc::make_mut(&mut self.bases).remove(&BaseId::new(id)?)),
            Kind::Series => drop(Arc::make_mut(&mut self.series).remove(&SeriesId::new(id)?)),
            Kind::Route => drop(Arc::make_mut(&mut self.routes).remove(&RouteId::new(id)?)),
            Kind::Resource => drop(Arc::make_mut(&mut self.resources).remove(&ResourceId::new(id)?)),
            // Events lie in the index alone; what is not reviewed is never hidden.
            _ => {}
        }
        self.leave(kind, id)
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
