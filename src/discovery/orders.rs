//! A page of what fits, in order. Lists by distance and by start look only as far as the page needs; the others look
//! at everything that fits.

use chrono::{DateTime, Datelike, Utc};
use roaring::RoaringBitmap;

use super::campaigns;
use super::facets::{self, FacetCounts};
use super::index::{Field, Key as Filed};
use super::matching::Found;
use super::page::{Key, Paging, Sort};
use super::place::Area;
use super::question::Question;
use super::snapshot::Snapshot;
use super::thing::Thing;
use crate::domain::geo;
use crate::domain::kinds::Kind;
use crate::domain::time;

/// A page of what was found.
#[derive(Debug, Clone)]
pub struct Page<'a> {
    /// This page's part, in order.
    pub found: Vec<Found<'a>>,
    /// How many there are on all pages.
    pub total: u64,
    /// The last key and id of this page, if there are more after it.
    pub next: Option<(Key, i64)>,
    /// What was to be counted beside.
    pub facets: Vec<FacetCounts>,
}

impl Snapshot {
    /// Answers a question as of `now`.
    pub fn find(&self, question: &Question, now: DateTime<Utc>, paging: &Paging) -> Page<'_> {
        let selected = self.selected(question, now);
        let facets = facets::count(self, question, now, &selected);
        let fit = &selected.fit;
        let pager = Pager { snapshot: self, question, now, fit, paging };
        let mut ranked = pager.ranked();
        if ranked.len() > pager.wanted() {
            ranked.select_nth_unstable(paging.limit);
            ranked.truncate(pager.wanted());
        }
        ranked.sort_unstable();
        let more = ranked.len() > paging.limit;
        ranked.truncate(paging.limit);
        // Only what is shown is looked at closely.
        let found = ranked.iter().filter_map(|one| question.check(pager.thing(one.slot)?, self, now));
        let found = found.collect();
        let next = ranked.pop().filter(|_| more).map(|last| (last.key, last.id));
        Page { found, total: fit.len(), next, facets }
    }
}

/// What fills no more than so many pages is sooner looked at one by one.
const PAGES: u64 = 4;

/// A thing's place in the order of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ranked {
    pub key: Key,
    id: i64,
    slot: u32,
}

/// What makes a page of a list.
pub(super) struct Pager<'a, 'q> {
    pub snapshot: &'a Snapshot,
    question: &'q Question,
    now: DateTime<Utc>,
    pub fit: &'q RoaringBitmap,
    paging: &'q Paging,
}

impl<'a> Pager<'a, '_> {
    /// At least the first after the page before, one more than the page holds; in any order.
    fn ranked(&self) -> Vec<Ranked> {
        match (self.question.order(), self.question.area.at) {
            // Of few it is quicker to look at each than to walk outwards, or from day to day, until enough were met.
            (Sort::Distance, Some(at)) if self.fit.len() > 2 * self.wanted() as u64 => self.nearest(at),
            (Sort::Relevance, _) => self.best(),
            (Sort::Start, _)
                if self.question.standings.is_empty() && self.fit.len() > PAGES * self.wanted() as u64 =>
            {
                self.earliest()
            }
            _ => self.rank_all(self.fit),
        }
    }

    pub fn wanted(&self) -> usize {
        self.paging.limit + 1
    }

    pub fn area(&self) -> &Area {
        &self.question.area
    }

    /// The last of the page before.
    pub fn after(&self) -> Option<&(Key, i64)> {
        self.paging.after.as_ref()
    }

    pub fn thing(&self, slot: u32) -> Option<&'a Thing> {
        self.snapshot.index.thing(slot)
    }

    /// Places things whose keys are known, but for those that belong to a page before.
    pub fn place(&self, keyed: impl Iterator<Item = (Key, u32)>) -> Vec<Ranked> {
        let placed =
            keyed.filter_map(|(key, slot)| Some(Ranked { key, id: self.snapshot.index.id(slot)?, slot }));
        let shown = |one: &Ranked| self.after().is_some_and(|(key, id)| (&one.key, one.id) <= (key, *id));
        placed.filter(|one| !shown(one)).collect()
    }

    pub fn rank_all(&self, slots: &RoaringBitmap) -> Vec<Ranked> {
        self.place(slots.iter().filter_map(|slot| Some((self.key(slot)?, slot))))
    }

    /// The key of a thing that fits.
    pub fn key(&self, slot: u32) -> Option<Key> {
        let thing = self.thing(slot)?;
        let key = match self.question.order() {
            Sort::Relevance => Key::LAST,
            Sort::Distance => Key::distance(self.distance(thing)),
            Sort::Start => Key::earliest(self.start(thing)),
            Sort::StartDescending => Key::latest(self.start(thing)),
            Sort::Newest => Key::latest(Some(thing.updated_at())),
            Sort::Name => Key::name(thing.name().get(self.question.lang)),
        };
        Some(key)
    }

    fn distance(&self, thing: &'a Thing) -> Option<f64> {
        if !thing.has_one_place() {
            return self.question.check(thing, self.snapshot, self.now)?.distance;
        }
        let spot = thing.places().first()?.spot?;
        Some(geo::distance(self.question.area.at?, spot.position))
    }

    fn start(&self, thing: &'a Thing) -> Option<DateTime<Utc>> {
        match thing {
            Thing::Event(entry) if entry.is_scattered() => {
                let found = self.question.check(thing, self.snapshot, self.now)?;
                found.next.map(|session| session.start)
            }
            Thing::Event(entry) => self.question.start(entry, self.now),
            Thing::Campaign(entry) => campaigns::shown_from(entry, self.question.span, self.now),
            _ => None,
        }
    }

    /// Weighs everything that fits, and takes the best.
    fn best(&self) -> Vec<Ranked> {
        let Some(wanted) = &self.question.words else { return self.rank_all(self.fit) };
        let after = match self.after() {
            Some((Key::Number(last), id)) => Some((last.saturating_neg(), *id)),
            _ => None,
        };
        let mut weighed = self.snapshot.scores(wanted, self.fit, after, self.wanted());
        if weighed.len() > self.wanted() {
            let mut scores: Vec<i64> = weighed.iter().map(|(_, score)| *score).collect();
            let (_, least, _) = scores.select_nth_unstable_by(self.wanted() - 1, |a, b| b.cmp(a));
            let least = *least;
            weighed.retain(|(_, score)| *score >= least);
        }
        self.place(weighed.into_iter().map(|(slot, score)| (Key::score(score), slot)))
    }

    /// Walks from day to day until the page is full.
    fn earliest(&self) -> Vec<Ranked> {
        let postings = &self.snapshot.index.postings;
        let day = |at: DateTime<Utc>| i64::from(time::day_of(at).num_days_from_ce());
        let filed = |field, value| postings.get(Filed::new(field, value)).map(|slots| slots & self.fit);
        let events = filed(Field::Kind, Kind::Event as i64).unwrap_or_default();
        let mut ranked = self.rank_all(&(self.fit - &events));

        let first = day(self.question.span.and_then(|span| span.from).unwrap_or(self.now));
        let begin = match self.after() {
            // The cursor's number is the caller's: any number at all.
            Some((Key::Number(millis), _)) => day_of_millis(*millis),
            _ => first,
        };
        let before = ranked.len();
        let starts = |one: &Ranked| match one.key {
            Key::Number(millis) if one.key != Key::LAST => day_of_millis(millis),
            _ => i64::MAX,
        };
        if begin <= first {
            // What began before and is still on has its start before the first day.
            let mut running = filed(Field::Day, first).unwrap_or_default();
            running |= filed(Field::Endless, 0).unwrap_or_default();
            // What is over today may go on another day, and is met then.
            ranked.extend(self.rank_all(&running).into_iter().filter(|one| starts(one) <= first));
        }
        for day in self.snapshot.index.days(begin.max(first + 1)..) {
            if ranked.len() - before >= self.wanted() {
                break;
            }
            let starting = filed(Field::Start, day).unwrap_or_default();
            // An event whose first session is earlier was met on that day.
            ranked.extend(self.rank_all(&starting).into_iter().filter(|one| starts(one) == day));
        }
        if ranked.len() - before < self.wanted() {
            ranked.extend(self.rank_all(&filed(Field::Sessionless, 0).unwrap_or_default()));
        }
        ranked
    }
}

/// The day of an instant in milliseconds, as a day of the common era.
fn day_of_millis(millis: i64) -> i64 {
    const FIRST_OF_1970: i64 = 719_163;
    let offset = i64::from(time::CHINA.local_minus_utc()) * 1000;
    millis.saturating_add(offset).div_euclid(86_400_000) + FIRST_OF_1970
}
