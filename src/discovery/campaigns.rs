//! Campaigns and theme days, and when their editions are.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Datelike, Utc};

use super::entries::{CampaignEntry, Listed};
use super::index::{Field, Filing, Key};
use super::place::Located;
use super::snapshot::Snapshot;
use super::words::{self, Haystack};
use crate::domain::campaigns::{Campaign, Edition};
use crate::domain::ids::OrganisationId;
use crate::domain::recurrence::{self, Recurrence};
use crate::domain::time::{self, Span};

/// What a campaign's rule gives, worked out once for each year that is asked about: reading a rule takes as long as
/// answering some hundred questions.
#[derive(Debug)]
pub struct ByRule {
    rule: Option<Recurrence>,
    years: RwLock<BTreeMap<i32, Arc<[recurrence::Edition]>>>,
}

impl ByRule {
    fn editions(&self, year: i32) -> Arc<[recurrence::Edition]> {
        let known = self.years.read().unwrap_or_else(PoisonError::into_inner).get(&year).cloned();
        known.unwrap_or_else(|| {
            let editions: Arc<[_]> = self.rule.iter().flat_map(|rule| rule.editions(year)).collect();
            self.years.write().unwrap_or_else(PoisonError::into_inner).insert(year, Arc::clone(&editions));
            editions
        })
    }
}

impl Listed for Campaign {
    type Own = ByRule;

    fn own(&self) -> ByRule {
        // Saving refuses a rule that cannot be read; one that got here all the same gives no editions.
        let rule = self.recurrence.parse().and_then(Result::ok);
        ByRule { rule, years: RwLock::default() }
    }

    fn places(&self, _: &Snapshot) -> Arc<[Located]> {
        Arc::default()
    }

    fn words<'a>(&'a self, _: &'a Snapshot, words: &mut Haystack<'a>) {
        words.add(words::Field::Name, &self.name);
        words.add(words::Field::Body, &self.text);
        self.units.iter().for_each(|unit| words.add(words::Field::Place, &unit.name));
    }

    fn file(&self, _: &Snapshot, filing: &mut Filing) {
        filing.under(Field::CampaignType, self.kind as i64);
    }
}

/// The editions of the past, the present and the next calendar year in order of time. A year with a published
/// edition has that and none by rule.
pub fn editions(entry: &CampaignEntry, now: DateTime<Utc>) -> Vec<Edition<'_>> {
    let campaign = entry.body();
    let id = entry.record.id;
    let this_year = time::day_of(now).year();
    let in_year = |year| campaign.editions_in(id, year, || entry.own.editions(year));
    let mut editions: Vec<Edition<'_>> = (this_year - 1..=this_year + 1).flat_map(in_year).collect();
    editions.sort_by_key(|edition| edition.from);
    editions
}

/// The editions whose dates were published, of whatever year, in order of time.
pub fn published_editions(entry: &CampaignEntry) -> Vec<Edition<'_>> {
    let mut editions: Vec<_> =
        entry.body().editions.iter().map(|one| Edition::published(entry.record.id, one)).collect();
    editions.sort_by_key(|edition| edition.from);
    editions
}

/// How many events of a campaign go ahead and have not ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub total: usize,
    by: HashMap<OrganisationId, usize>,
}

impl Tally {
    /// Those that one of its units runs, in whatever role.
    pub fn of(&self, organisation: OrganisationId) -> usize {
        self.by.get(&organisation).copied().unwrap_or(0)
    }
}

/// Counts the events of a campaign.
pub fn tally(snapshot: &Snapshot, id: i64, now: DateTime<Utc>) -> Tally {
    let mut tally = Tally::default();
    let postings = &snapshot.index.postings;
    let Some(part) = postings.get(Key::new(Field::Campaign, id)) else { return tally };
    let going_on = part & &snapshot.clocked(now).alive;
    tally.total = going_on.len() as usize;
    let units = snapshot.campaigns.values().filter(|entry| entry.record.id == id);
    for unit in units.flat_map(|entry| &entry.body().units).filter_map(|unit| unit.organisation) {
        let count = postings.count(Key::new(Field::Organiser, unit.get()), &going_on);
        tally.by.insert(unit, count as usize);
    }
    tally
}

/// When the edition begins by which a campaign is ordered: the current or next, of the span if one is asked for, else
/// a past one of it.
pub(super) fn shown_from(
    entry: &CampaignEntry,
    span: Option<Span>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let editions = editions(entry, now);
    let in_span = |edition: &&Edition<'_>| span.is_none_or(|span| edition.overlaps(&span));
    let next = editions.iter().filter(in_span).find(|edition| !edition.has_ended(now));
    let past = || span.and_then(|_| editions.iter().find(in_span));
    next.or_else(past).map(|edition| time::start_of(edition.from))
}
