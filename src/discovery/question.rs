//! What can be asked, of all kinds alike.

use chrono::{DateTime, Utc};

use super::bases::Need;
use super::events::Standing;
use super::facets::Facet;
use super::page::Sort;
use super::place::Area;
use super::relevance::Wanted;
use crate::domain::admission::Admission;
use crate::domain::campaigns::CampaignType;
use crate::domain::events::Mode;
use crate::domain::ids::{BaseId, CampaignId, OrganisationId, SeriesId};
use crate::domain::kinds::Kind;
use crate::domain::resources::ResourceType;
use crate::domain::text::Lang;
use crate::domain::time::Span;

/// Which things are asked for. A filter that a kind lacks excludes that kind. The default asks for everything that
/// goes ahead and has not ended.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Question {
    /// Of these kinds; none given: of all but organisations.
    pub kinds: Vec<Kind>,
    /// Where; a route by any of its stops.
    pub area: Area,
    /// By words.
    pub words: Option<Wanted>,
    /// Events, series and resources about one of these topics.
    pub topics: Vec<String>,
    /// Events, routes and resources for one of these audiences.
    pub audiences: Vec<String>,
    /// Events of one of these forms.
    pub forms: Vec<String>,
    /// Bases of one of these categories.
    pub categories: Vec<String>,
    /// Bases recognised at one of these levels, by any recognition that is listed.
    pub levels: Vec<String>,
    /// Events for somebody of this age.
    pub age: Option<u8>,
    /// Events with a session, bases with a certain opening, campaigns with an edition in this span.
    pub span: Option<Span>,
    /// Whether sessions are wanted that have ended in the span.
    pub past: bool,
    /// Events and bases that are known to be free, or known not to be.
    pub free: Option<bool>,
    /// Events with a session that one can still get into, or not.
    pub available: Option<bool>,
    /// Events in one of these modes.
    pub modes: Vec<Mode>,
    /// Events with one of these ways in.
    pub admissions: Vec<Admission>,
    /// Events, bases, series and resources run by one of these.
    pub organisers: Vec<OrganisationId>,
    /// Events and resources at one of these bases.
    pub bases: Vec<BaseId>,
    /// Events in one of these series.
    pub series: Vec<SeriesId>,
    /// Events that are part of one of these campaigns.
    pub campaigns: Vec<CampaignId>,
    /// Events and bases that provide for all of these.
    pub needs: Vec<Need>,
    /// Events that stand, as a whole, in one of these ways; none given: going ahead.
    pub standings: Vec<Standing>,
    /// Events and routes that are invented, or not.
    pub sample: Option<bool>,
    /// Bases certainly open, or certainly closed, now.
    pub open_now: Option<bool>,
    /// Bases certainly open at this instant.
    pub open_at: Option<DateTime<Utc>>,
    /// Routes taking at most so many days.
    pub days: Option<u16>,
    /// Campaigns of one of these types.
    pub types: Vec<CampaignType>,
    /// Resources of one of these types.
    pub resource_types: Vec<ResourceType>,
    /// What leaves kinds in that cannot be asked by it.
    pub lenient: Lenient,
    /// In which order; `None`: by relevance, distance, start or name, as the question suggests.
    pub sort: Option<Sort>,
    /// The language whose names an order by name compares.
    pub lang: Lang,
    /// What is to be counted beside.
    pub facets: Vec<Facet>,
}

/// Filters that leave things in whose kind has no such property, because they were understood from words and not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lenient {
    /// The audience.
    pub audience: bool,
    /// The age.
    pub age: bool,
    /// The seats.
    pub available: bool,
}

impl Question {
    /// A question about one kind.
    pub fn about(kind: Kind) -> Self {
        Self { kinds: vec![kind], ..Self::default() }
    }

    /// The order that is asked for, or that the question suggests.
    pub fn order(&self) -> Sort {
        self.sort.unwrap_or(match self {
            Self { words: Some(_), .. } => Sort::Relevance,
            Self { area: Area { at: Some(_), .. }, .. } => Sort::Distance,
            Self { kinds, .. } if kinds.is_empty() => Sort::Start,
            Self { kinds, .. } if kinds.iter().any(|kind| matches!(kind, Kind::Event | Kind::Campaign)) => {
                Sort::Start
            }
            _ => Sort::Name,
        })
    }
}
