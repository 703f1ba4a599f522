//! Facets: how many items of the whole answer each value of a field has. Each facet ignores its own filter and keeps
//! all others.

use chrono::{DateTime, NaiveDate, Utc};
use roaring::RoaringBitmap;

use super::index::{Field, Key};
use super::question::Question;
use super::sieve::ORGANISED;
use super::snapshot::Snapshot;
use crate::domain::admission::Admission;
use crate::domain::divisions::Adcode;
use crate::domain::events::Mode;
use crate::domain::ids::{CampaignId, OrganisationId};
use crate::domain::taxonomy;
use crate::domain::time::{self, Span};

/// Something to count by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Facet {
    /// Topics.
    Topic,
    /// Audiences.
    Audience,
    /// Forms.
    Form,
    /// The children of the selected division, else the divisions below the outermost.
    Adcode,
    /// The days from today on.
    Date,
    /// Organisations.
    Organiser,
    /// Campaigns.
    Campaign,
    /// Ways in.
    Admission,
    /// On site, online or both.
    Mode,
    /// Free or not.
    Free,
    /// Categories of bases.
    Category,
    /// Levels of recognition of bases.
    Level,
}

/// How many days [`Facet::Date`] counts: four weeks of a strip of days.
pub const DAYS: u64 = 28;

/// A value that is counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// A code of a scheme.
    Term(&'static str, String),
    /// A division.
    Division(Adcode),
    /// A day.
    Day(NaiveDate),
    /// An organisation.
    Organisation(OrganisationId),
    /// A campaign.
    Campaign(CampaignId),
    /// A way in.
    Admission(Admission),
    /// A mode.
    Mode(Mode),
    /// Free or not.
    Free(bool),
}

/// The counts of a facet; values that nothing has are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCounts {
    /// Which.
    pub facet: Facet,
    /// Each value with how many items have it.
    pub counts: Vec<(Value, u64)>,
}

/// Counts what the question asks to be counted; `fit` is what fits the question as it is.
pub(super) fn count(
    snapshot: &Snapshot,
    question: &Question,
    now: DateTime<Utc>,
    fit: &RoaringBitmap,
) -> Vec<FacetCounts> {
    let facets = question.facets.iter();
    facets
        .map(|&facet| {
            let mut freed = Question { facets: Vec::new(), ..question.clone() };
            facet.free(&mut freed);
            let counts = if facet == Facet::Date {
                days(snapshot, freed, now)
            } else if freed == (Question { facets: Vec::new(), ..question.clone() }) {
                values(snapshot, question, facet, fit, now)
            } else {
                values(snapshot, question, facet, &snapshot.select(&freed, now), now)
            };
            FacetCounts { facet, counts }
        })
        .collect()
}

impl Facet {
    /// Takes its own filter out of a question.
    fn free(self, question: &mut Question) {
        match self {
            Self::Topic => question.topics.clear(),
            Self::Audience => question.audiences.clear(),
            Self::Form => question.forms.clear(),
            Self::Adcode => question.area.adcode = None,
            Self::Date => (question.span, question.past) = (None, false),
            Self::Organiser => question.organisers.clear(),
            Self::Campaign => question.campaigns.clear(),
            Self::Admission => question.admissions.clear(),
            Self::Mode => question.modes.clear(),
            Self::Free => question.free = None,
            Self::Category => question.categories.clear(),
            Self::Level => question.levels.clear(),
        }
    }
}

fn values(
    snapshot: &Snapshot,
    question: &Question,
    facet: Facet,
    fit: &RoaringBitmap,
    now: DateTime<Utc>,
) -> Vec<(Value, u64)> {
    let postings = &snapshot.index.postings;
    let counted = |field, number, value| Some((value, postings.count(Key::new(field, number), fit)));
    let terms = |scheme: &'static str| {
        let terms = snapshot.taxonomy.terms(scheme).into_iter();
        terms
            .filter_map(|term| counted(Field::Term, term.id().get(), Value::Term(scheme, term.code.clone())))
            .collect()
    };
    let mut counts: Vec<(Value, u64)> = match facet {
        Facet::Topic => terms(taxonomy::TOPIC),
        Facet::Audience => terms(taxonomy::AUDIENCE),
        Facet::Form => terms(taxonomy::FORM),
        Facet::Category => terms(taxonomy::CATEGORY),
        Facet::Level => terms(taxonomy::LEVEL),
        Facet::Adcode => {
            let below = snapshot.divisions.below(question.area.adcode);
            below
                .map(|d| (Value::Division(d.adcode), within(snapshot, question, d.adcode, fit, now)))
                .collect()
        }
        Facet::Organiser => {
            let run = fit & snapshot.of_kinds(&ORGANISED);
            let count = |id: &OrganisationId| postings.count(Key::new(Field::Organiser, id.get()), &run);
            snapshot.organisations.keys().map(|id| (Value::Organisation(*id), count(id))).collect()
        }
        Facet::Campaign => {
            let ids = snapshot.campaigns.keys();
            ids.filter_map(|id| counted(Field::Campaign, id.get(), Value::Campaign(*id))).collect()
        }
        Facet::Admission => Admission::ALL
            .iter()
            .filter_map(|&way| counted(Field::Admission, way as i64, Value::Admission(way)))
            .collect(),
        Facet::Mode => Mode::ALL
            .iter()
            .filter_map(|&mode| counted(Field::Mode, mode as i64, Value::Mode(mode)))
            .collect(),
        Facet::Free => [true, false]
            .into_iter()
            .filter_map(|free| counted(Field::Free, i64::from(free), Value::Free(free)))
            .collect(),
        Facet::Date => Vec::new(),
    };
    counts.retain(|(_, count)| *count > 0);
    counts
}

/// How many of `fit` lie in a division; of what has several places, one that fits must.
fn within(
    snapshot: &Snapshot,
    question: &Question,
    adcode: Adcode,
    fit: &RoaringBitmap,
    now: DateTime<Utc>,
) -> u64 {
    let postings = &snapshot.index.postings;
    let Some(filed) = postings.get(Key::new(Field::Division, adcode.number())) else { return 0 };
    let scattered = postings.get(Key::of(Field::Scattered)).map(|scattered| scattered & fit & filed);
    let scattered = scattered.unwrap_or_default();
    let mut there = question.clone();
    there.area.adcode = Some(adcode);
    let elsewhere = scattered.iter().filter(|slot| {
        snapshot.index.thing(*slot).is_none_or(|thing| there.check(thing, snapshot, now).is_none())
    });
    filed.intersection_len(fit) - elsewhere.count() as u64
}

/// Counts the days from today on; what is over today does not count.
fn days(snapshot: &Snapshot, mut question: Question, now: DateTime<Utc>) -> Vec<(Value, u64)> {
    let days = time::day_of(now).iter_days().take(DAYS as usize);
    let mut counts = Vec::new();
    for day in days {
        let from = time::start_of(day).max(now);
        question.span = Some(Span { from: Some(from), to: Some(time::end_of(day)) });
        let count = snapshot.select(&question, now).len();
        if count > 0 {
            counts.push((Value::Day(day), count));
        }
    }
    counts
}
