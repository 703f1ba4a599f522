//! Duties: what the units of a campaign have to hold in an edition, and what came of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Campaign, Edition, Unit};
use crate::domain::ids::OrganisationId;

/// An event that was confirmed for an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    /// The event.
    pub event: i64,
    /// Whether everybody sees it.
    pub public: bool,
    /// Who runs it, in whatever role.
    pub organisers: Vec<OrganisationId>,
}

/// A session that has ended and was not called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Of which event.
    pub event: i64,
    /// When it started.
    pub start: DateTime<Utc>,
    /// When it ended.
    pub end: DateTime<Utc>,
    /// How many were checked in, with those who came without a sign-up.
    pub checked_in: i64,
    /// How many there were by a count of heads, if heads were counted.
    pub heads: Option<i64>,
}

impl Held {
    /// How many people were there. A count of heads counts those too who were checked in, so that nobody is counted twice.
    #[must_use]
    pub fn people(&self) -> i64 {
        self.heads.unwrap_or_default().max(self.checked_in)
    }
}

/// What a unit has to do in an edition, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty<'a> {
    /// Which.
    pub unit: &'a Unit,
    /// How many of its events everybody sees.
    pub published: u64,
    /// How many of its events had a session within the days of the edition that has ended.
    pub held: u64,
    /// How many people were at those sessions.
    pub attended: u64,
}

/// The duties of the units that take part in an edition, in their order. An event that several run counts for each.
#[must_use]
pub fn duties<'a>(
    campaign: &'a Campaign,
    edition: &Edition<'_>,
    events: &[Taking],
    sessions: &[Held],
) -> Vec<Duty<'a>> {
    let days = edition.span();
    let mut people: BTreeMap<i64, i64> = BTreeMap::new();
    for session in sessions.iter().filter(|session| days.overlaps(session.start, session.end)) {
        *people.entry(session.event).or_default() += session.people();
    }
    let duty = |unit: &'a Unit| {
        let theirs = |event: &&Taking| unit.organisation.is_some_and(|one| event.organisers.contains(&one));
        let own: BTreeSet<i64> = events.iter().filter(theirs).map(|event| event.event).collect();
        let held = own.iter().filter_map(|event| people.get(event));
        Duty {
            unit,
            published: events.iter().filter(theirs).filter(|event| event.public).count() as u64,
            held: held.clone().count() as u64,
            attended: held.sum::<i64>().unsigned_abs(),
        }
    };
    campaign.units.iter().filter(|unit| unit.takes_part_in(edition.year)).map(duty).collect()
}
