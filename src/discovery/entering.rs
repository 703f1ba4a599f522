//! Entering: a record becomes an entry of the tables and of the index.

use std::sync::Arc;

use rayon::prelude::*;

use super::cutting::Cutter;
use super::entries::{Entry, Listed};
use super::events::EventEntry;
use super::index::Filing;
use super::snapshot::{Snapshot, Table};
use super::suggest::{Named, name_all, unname_all};
use super::thing::Thing;
use crate::domain::bases::Base;
use crate::domain::campaigns::Campaign;
use crate::domain::events::Event;
use crate::domain::ids::{BaseId, CampaignId, EventId, OrganisationId, ResourceId, RouteId, SeriesId};
use crate::domain::kinds::Kind;
use crate::domain::organisations::Organisation;
use crate::domain::record::{Noun, Record};
use crate::domain::resources::Resource;
use crate::domain::routes::Route;
use crate::domain::series::Series;
use crate::domain::sessions::Session;
use crate::domain::text::Traditional;

impl Snapshot {
    /// Enters a record that is newer than the one held.
    pub(super) fn enter<T: Tabled>(&mut self, record: Record<T>) -> Option<i64> {
        let held = self.index.get(T::KIND, record.id).map_or(0, Thing::version);
        let record = newer(record, held, &self.traditional)?;
        let id = record.id;
        self.put(Entry::new(Arc::new(record), self));
        Some(id)
    }

    /// Enters events, many at a time and on all processors: to cut their texts takes longest.
    pub(super) fn enter_events(&mut self, fresh: Vec<Fresh>) {
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

    /// What becomes of a record once it is published.
    pub fn previewed<T: Listed>(&self, mut record: Record<T>) -> Entry<T> {
        record.body.texts(&mut |text| *text = text.filled(&self.traditional));
        Entry::new(Arc::new(record), self)
    }

    /// The same with these bases as places, as long as nobody sees them.
    #[must_use]
    pub fn with_venues(&self, bases: Vec<Record<Base>>) -> Self {
        let mut world = self.clone();
        for record in bases {
            let Some(id) = BaseId::new(record.id).filter(|id| world.venue(*id).is_none()) else { continue };
            let entry = Arc::new(world.previewed(record));
            Arc::make_mut(&mut world.veiled).insert(id, entry);
        }
        world
    }

    /// Puts an entry into its table and files it.
    pub(super) fn put<T: Tabled>(&mut self, entry: Entry<T>) {
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
    pub(super) fn forget(&mut self, kind: Kind, id: i64) {
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
    pub(super) fn leave(&mut self, kind: Kind, id: i64) -> Option<i64> {
        self.forget(kind, id);
        let thing = self.index.remove(kind, id)?;
        for session in thing.event().into_iter().flat_map(|entry| entry.sessions.iter()) {
            self.sessions.remove(&session.id);
        }
        Some(id)
    }
}

/// How many events are entered at a time. Between two batches the lexicon learns the words of the first.
const BATCH: usize = 2048;

/// Fewer events than this are not worth another thread.
const TOGETHER: usize = 256;

/// What an event is entered from.
pub(super) enum Fresh {
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
pub(super) trait Tabled: Listed {
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
pub(super) fn newer<T: Noun>(
    mut record: Record<T>,
    held: i64,
    traditional: &Traditional,
) -> Option<Record<T>> {
    if record.version <= held {
        return None;
    }
    record.body.texts(&mut |text| *text = text.filled(traditional));
    Some(record)
}

/// Takes in a record that no question finds, if it is newer than the one held: it has a table and no place in the index.
pub(super) fn keep<I: Copy + Ord, T: Noun>(
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
