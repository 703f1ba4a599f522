//! Facets: how many items of the whole answer each value of a field has. Each facet ignores its own filter and keeps
//! all others.

use chrono::{DateTime, NaiveDate, Utc};
use roaring::RoaringBitmap;

use super::index::{Field, Key};
use super::question::Question;
use super::sieve::{ORGANISED, Selected};
use super::snapshot::Snapshot;
use super::thing::Thing;
use crate::domain::admission::Admission;
use crate::domain::divisions::Adcode;
use crate::domain::events::Mode;
use crate::domain::ids::{CampaignId, OrganisationId};
use crate::domain::kinds::Kind;
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

/// Counts what the question asks to be counted.
pub(super) fn count(
    snapshot: &Snapshot,
    question: &Question,
    now: DateTime<Utc>,
    selected: &Selected,
) -> Vec<FacetCounts> {
    let counts = question.facets.iter().map(|&facet| {
        let freed = facet.freed(question);
        let counts = match &freed {
            _ if facet == Facet::Date => days(snapshot, question, now, &selected.at_any_time),
            None => values(snapshot, question, facet, &selected.fit, now),
            Some(freed) => values(snapshot, question, facet, &snapshot.select(freed, now), now),
        };
        FacetCounts { facet, counts }
    });
    counts.collect()
}

impl Facet {
    /// The question without its own filter; `None` where it has none.
    fn freed(self, question: &Question) -> Option<Question> {
        macro_rules! freed {
            ($($field:ident).+) => {{
                let mut freed = question.clone();
                freed.$($field).+ = Default::default();
                (freed.$($field).+ != question.$($field).+).then_some(freed)
            }};
        }
        match self {
            Self::Topic => freed!(topics),
            Self::Audience => freed!(audiences),
            Self::Form => freed!(forms),
            Self::Adcode => freed!(area.adcode),
            Self::Date => freed!(span),
            Self::Organiser => freed!(organisers),
            Self::Campaign => freed!(campaigns),
            Self::Admission => freed!(admissions),
            Self::Mode => freed!(modes),
            Self::Free => freed!(free),
            Self::Category => freed!(categories),
            Self::Level => freed!(levels),
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
        let terms = snapshot.taxonomy.terms(scheme);
        terms
            .filter_map(|term| counted(Field::Term, term.id, Value::Term(scheme, term.body.code.clone())))
            .collect()
    };
    let mut counts: Vec<(Value, u64)> = match facet {
        Facet::Topic => terms(taxonomy::TOPIC),
        Facet::Audience => terms(taxonomy::AUDIENCE),
        Facet::Form => terms(taxonomy::FORM),
        Facet::Category => terms(taxonomy::CATEGORY),
        Facet::Level => terms(taxonomy::LEVEL),
        Facet::Adcode => divisions(snapshot, question, fit, now),
        Facet::Organiser => {
            let run = fit & snapshot.index.of_kinds(&ORGANISED);
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

/// Counts the divisions below the selected one; of what has several places, one that fits must lie there.
fn divisions(
    snapshot: &Snapshot,
    question: &Question,
    fit: &RoaringBitmap,
    now: DateTime<Utc>,
) -> Vec<(Value, u64)> {
    let postings = &snapshot.index.postings;
    let filed = |adcode: Adcode| postings.get(Key::new(Field::Division, adcode.number()));
    let scattered = postings.get(Key::of(Field::Scattered)).map(|scattered| scattered & fit);
    let scattered = scattered.unwrap_or_default();
    let mut there = question.clone();
    let mut count = |adcode: Adcode| {
        let filed = filed(adcode)?;
        there.area.adcode = Some(adcode);
        let elsewhere = scattered.iter().filter(|slot| filed.contains(*slot)).filter(|slot| {
            snapshot.index.thing(*slot).is_none_or(|thing| there.check(thing, snapshot, now).is_none())
        });
        Some(filed.intersection_len(fit) - elsewhere.count() as u64)
    };
    let below = snapshot.divisions.below(question.area.adcode);
    below.map(|d| (Value::Division(d.adcode), count(d.adcode).unwrap_or_default())).collect()
}

/// Counts the days from today on; what is over today does not count. `fit` is what fits the question at any time.
fn days(
    snapshot: &Snapshot,
    question: &Question,
    now: DateTime<Utc>,
    fit: &RoaringBitmap,
) -> Vec<(Value, u64)> {
    let postings = &snapshot.index.postings;
    // What days alone do not tell is looked at.
    let mut doubtful = postings.any([Key::of(Field::Scattered), Key::of(Field::Endless)]);
    doubtful &= fit;
    if question.available.is_some() || !question.standings.is_empty() {
        doubtful |= fit;
    } else if question.kinds != [Kind::Event] {
        doubtful |= fit - snapshot.index.of_kinds(&[Kind::Event]);
    }
    let sure = fit - &doubtful;
    let first = time::day_of(now);
    let spans = first.iter_days().take(DAYS as usize);
    let spans: Vec<Span> = spans
        .map(|day| Span { from: Some(time::start_of(day).max(now)), to: Some(time::end_of(day)) })
        .collect();
    let mut counts = vec![0; spans.len()];
    let today = snapshot.clocked(now);
    for (i, (day, count)) in first.iter_days().zip(&mut counts).enumerate() {
        *count = match i {
            0 => today.rest_of_today.intersection_len(&sure),
            _ => postings.count(Key::day(Field::Day, day), &sure),
        };
    }
    let mut asked = Question { past: false, span: None, ..question.clone() };
    for thing in doubtful.iter().filter_map(|slot| snapshot.index.thing(slot)) {
        if let Thing::Event(entry) = thing {
            asked.span = None;
            let sessions = asked.sessions_of(entry, now);
            let held = |span: &Span| sessions.iter().any(|one| span.overlaps(one.start, one.end));
            spans.iter().zip(&mut counts).for_each(|(span, count)| *count += u64::from(held(span)));
        } else {
            for (span, count) in spans.iter().zip(&mut counts) {
                asked.span = Some(*span);
                *count += u64::from(asked.check(thing, snapshot, now).is_some());
            }
        }
    }
    let counts = first.iter_days().map(Value::Day).zip(counts);
    counts.filter(|(_, count)| *count > 0).collect()
}
