//! What can be found: an entry of any kind.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::entries::{BaseEntry, CampaignEntry, OrganisationEntry, ResourceEntry, RouteEntry, SeriesEntry};
use super::events::EventEntry;
use super::place::{Located, Spot};
use crate::domain::kinds::Kind;
use crate::domain::text::Text;

/// An entry of any kind. Cloning copies a pointer.
#[derive(Debug, Clone)]
pub enum Thing {
    /// An organisation.
    Organisation(Arc<OrganisationEntry>),
    /// A base.
    Base(Arc<BaseEntry>),
    /// A lecture series.
    Series(Arc<SeriesEntry>),
    /// A campaign.
    Campaign(Arc<CampaignEntry>),
    /// A route.
    Route(Arc<RouteEntry>),
    /// An event.
    Event(Arc<EventEntry>),
    /// An entry of the resource directory.
    Resource(Arc<ResourceEntry>),
}

/// Runs an expression on the entry of whatever kind but an event's.
macro_rules! of_entry {
    ($thing:expr, $entry:ident => $value:expr, event => $event:expr) => {
        match $thing {
            Thing::Organisation($entry) => $value,
            Thing::Base($entry) => $value,
            Thing::Series($entry) => $value,
            Thing::Campaign($entry) => $value,
            Thing::Route($entry) => $value,
            Thing::Event($entry) => $event,
            Thing::Resource($entry) => $value,
        }
    };
}

impl Thing {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Organisation(_) => Kind::Organisation,
            Self::Base(_) => Kind::Base,
            Self::Series(_) => Kind::Series,
            Self::Campaign(_) => Kind::Campaign,
            Self::Route(_) => Kind::Route,
            Self::Event(_) => Kind::Event,
            Self::Resource(_) => Kind::Resource,
        }
    }

    /// Its id, unique in its kind.
    pub fn id(&self) -> i64 {
        of_entry!(self, entry => entry.record.id, event => entry.id)
    }

    /// The version of its record.
    pub fn version(&self) -> i64 {
        of_entry!(self, entry => entry.record.version, event => entry.version)
    }

    /// When its record last changed.
    pub fn updated_at(&self) -> DateTime<Utc> {
        of_entry!(self, entry => entry.record.updated_at, event => entry.updated_at)
    }

    /// Its name or title.
    pub fn name(&self) -> &Text {
        match self {
            Self::Organisation(entry) => &entry.body().name,
            Self::Base(entry) => &entry.body().name,
            Self::Series(entry) => &entry.body().name,
            Self::Campaign(entry) => &entry.body().name,
            Self::Route(entry) => &entry.body().name,
            Self::Event(entry) => &entry.title,
            Self::Resource(entry) => &entry.body().name,
        }
    }

    /// Where it is; several places for a route.
    pub fn places(&self) -> &[Located] {
        of_entry!(self, entry => &entry.places, event => &entry.places)
    }

    /// Every position it has, those of its sessions too.
    pub fn spots(&self) -> Vec<Spot> {
        let own = self.places().iter().filter_map(|place| place.spot);
        let sessions = self.event().into_iter().flat_map(|event| event.session_spots());
        own.chain(sessions).collect()
    }

    /// Whether there is one place only that it, or a session of it, can be at.
    pub fn has_one_place(&self) -> bool {
        self.places().len() == 1 && self.event().is_none_or(|event| !event.is_scattered())
    }

    /// The event, if it is one.
    pub fn event(&self) -> Option<&EventEntry> {
        if let Self::Event(entry) = self { Some(entry) } else { None }
    }

    /// The base, if it is one.
    pub fn base(&self) -> Option<&BaseEntry> {
        if let Self::Base(entry) = self { Some(entry) } else { None }
    }

    /// The route, if it is one.
    pub fn route(&self) -> Option<&RouteEntry> {
        if let Self::Route(entry) = self { Some(entry) } else { None }
    }

    /// The series, if it is one.
    pub fn series(&self) -> Option<&SeriesEntry> {
        if let Self::Series(entry) = self { Some(entry) } else { None }
    }

    /// The campaign, if it is one.
    pub fn campaign(&self) -> Option<&CampaignEntry> {
        if let Self::Campaign(entry) = self { Some(entry) } else { None }
    }

    /// The entry of the resource directory, if it is one.
    pub fn resource(&self) -> Option<&ResourceEntry> {
        if let Self::Resource(entry) = self { Some(entry) } else { None }
    }

    /// The organisation, if it is one.
    pub fn organisation(&self) -> Option<&OrganisationEntry> {
        if let Self::Organisation(entry) = self { Some(entry) } else { None }
    }
}
