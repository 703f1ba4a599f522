//! A snapshot: everything published at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

use super::bulletins::Bulletins;
use super::clocked::Minutes;
use super::divisions::Divisions;
use super::entries::{BaseEntry, CampaignEntry, OrganisationEntry, ResourceEntry, RouteEntry, SeriesEntry};
use super::events::EventEntry;
use super::featured::FeaturedLists;
use super::index::Index;
use super::index::sharded::Sharded;
use super::mirror::Mirror;
use super::policies::Policies;
use super::suggest::Named;
use super::taxonomy::Taxonomy;
use super::understanding::{self, Understanding, World};
use super::understood::Understandings;
use super::words::{Dictionary, Lexicon, Names};
use crate::domain::calendar::{Calendar, CalendarYear};
use crate::domain::divisions::Adcode;
use crate::domain::events::Event;
use crate::domain::geo::Crs;
use crate::domain::ids::{
    BaseId, BulletinId, CampaignId, EventId, OrganisationId, PolicyId, ResourceId, RouteId, SeriesId,
    SessionId,
};
use crate::domain::kinds::Kind;

use crate::domain::record::{Noun, Record};
use crate::domain::sessions::Session;
use crate::domain::text::{Lang, Traditional};

/// Entries by id, shared between snapshots.
pub type Table<I, E> = Arc<BTreeMap<I, Arc<E>>>;

/// Everything published at one moment. Cloning copies pointers only.
#[derive(Clone)]
pub struct Snapshot {
    /// Organisations.
    pub organisations: Table<OrganisationId, OrganisationEntry>,
    /// Bases.
    pub bases: Table<BaseId, BaseEntry>,
    /// Bases that nobody sees: what others have there is there all the same.
    pub(super) veiled: Table<BaseId, BaseEntry>,
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
    /// What comes first in which division.
    pub(super) featured: FeaturedLists,
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
    pub(super) understanding: Understandings,
    /// What changed when.
    pub mirror: Mirror,
    /// A calendar that knows no holiday, for places whose holidays no table here lists.
    pub(super) no_calendar: Calendar,
    pub(super) minutes: Arc<ArcSwap<Minutes>>,
    pub(super) calendar_years: Arc<BTreeMap<i64, Record<CalendarYear>>>,
    pub(super) sessions: Sharded<SessionId, EventId>,
    pub(super) samples: bool,
}

impl Snapshot {
    pub(super) fn empty(traditional: Arc<Traditional>, dictionary: Arc<Dictionary>, samples: bool) -> Self {
        Self {
            organisations: Arc::default(),
            bases: Arc::default(),
            veiled: Arc::default(),
            series: Arc::default(),
            campaigns: Arc::default(),
            routes: Arc::default(),
            resources: Arc::default(),
            policies: Arc::default(),
            bulletins: Arc::default(),
            featured: Arc::default(),
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

    /// A base as a place, whether or not anybody sees it as a base.
    pub fn venue(&self, id: BaseId) -> Option<&BaseEntry> {
        self.bases.get(&id).or_else(|| self.veiled.get(&id)).map(Arc::as_ref)
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

    /// Whether an object is published.
    pub(super) fn shows(&self, kind: Kind, id: i64) -> bool {
        match kind {
            Kind::CalendarYear | Kind::Featured => false,
            Kind::Division => {
                Adcode::from_number(id).is_some_and(|adcode| self.divisions.get(adcode).is_some())
            }
            Kind::Term => self.taxonomy.by_id(id).is_some(),
            Kind::Policy => PolicyId::new(id).is_some_and(|id| self.policies.contains_key(&id)),
            Kind::Bulletin => BulletinId::new(id).is_some_and(|id| self.bulletins.contains_key(&id)),
            kind => self.index.slot(kind, id).is_some(),
        }
    }
}
