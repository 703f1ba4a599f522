//! A page of what fits, in order. Lists by distance and by start look only as far as the page needs; the others look
//! at everything that fits.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use chrono::{DateTime, Datelike, Utc};
use roaring::RoaringBitmap;

use super::campaigns;
use super::facets::{self, FacetCounts};
use super::index::tree::{Node, Part, Point};
use super::index::{Field, Key as Filed};
use super::matching::Found;
use super::page::{Hit, Key, Paging, Sort};
use super::question::Question;
use super::snapshot::Snapshot;
use super::thing::Thing;
use crate::domain::geo::{self, LatLng, Wgs84};
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
        let fit = self.select(question, now);
        let facets = facets::count(self, question, now, &fit);
        let pager = Pager { snapshot: self, question, now, fit: &fit, paging };
        let mut hits = pager.hits();
        if hits.len() > pager.wanted() {
            hits.select_nth_unstable_by(paging.limit, |a, b| (&a.key, a.id).cmp(&(&b.key, b.id)));
            hits.truncate(pager.wanted());
        }
        hits.sort_unstable_by(|a, b| (&a.key, a.id).cmp(&(&b.key, b.id)));
        let more = hits.len() > paging.limit;
        hits.truncate(paging.limit);
        let next = hits.last().filter(|_| more).map(|hit| (hit.key.clone(), hit.id));
        let found = hits.into_iter().map(|hit| hit.found).collect();
        Page { found, total: fit.len(), next, facets }
    }
}

/// What fills no more than so many pages is sooner looked at one by one.
const PAGES: u64 = 8;

struct Pager<'a, 'q> {
    snapshot: &'a Snapshot,
    question: &'q Question,
    now: DateTime<Utc>,
    fit: &'q RoaringBitmap,
    paging: &'q Paging,
}

impl<'a> Pager<'a, '_> {
    /// At least the first hits after the page before, one more than the page holds; in any order.
    fn hits(&self) -> Vec<Hit<Found<'a>>> {
        let points = self.snapshot.index.tree.root().map_or(0, Node::points) as u64;
        match (self.question.order(), self.question.area.at) {
            // Of few it is quicker to measure each than to walk outwards until enough were met.
            (Sort::Distance, Some(at)) if 4 * self.fit.len().pow(2) < self.wanted() as u64 * points => {
                self.measured(at)
            }
            (Sort::Distance, Some(at)) => self.nearest(at),
            (Sort::Relevance, _) => self.best(),
            // So too of days.
            (Sort::Start, _)
                if self.question.standings.is_empty() && self.fit.len() > PAGES * self.wanted() as u64 =>
            {
                self.earliest()
            }
            (Sort::Newest, _) => {
                let newest = |slot| Some((Key::latest(Some(self.thing(slot)?.updated_at())), slot));
                self.first(self.fit.iter().filter_map(newest))
            }
            _ => self.all(self.fit.iter()),
        }
    }

    fn wanted(&self) -> usize {
        self.paging.limit + 1
    }

    fn thing(&self, slot: u32) -> Option<&'a Thing> {
        self.snapshot.index.thing(slot)
    }

    /// A hit, unless it belongs to a page before.
    fn hit(&self, slot: u32) -> Option<Hit<Found<'a>>> {
        let thing = self.thing(slot)?;
        let found = self.question.check(thing, self.snapshot, self.now)?;
        let hit = Hit { key: self.key(&found), id: thing.id(), found };
        let shown = self.paging.after.as_ref().is_some_and(|(key, id)| (&hit.key, hit.id) <= (key, *id));
        (!shown).then_some(hit)
    }

    fn all(&self, slots: impl Iterator<Item = u32>) -> Vec<Hit<Found<'a>>> {
        slots.filter_map(|slot| self.hit(slot)).collect()
    }

    fn key(&self, found: &Found<'_>) -> Key {
        let start = || match found.thing {
            Thing::Campaign(entry) => campaigns::shown_from(entry, self.question.span, self.now),
            _ => found.next.map(|session| session.start),
        };
        match self.question.order() {
            Sort::Relevance => Key::LAST,
            Sort::Distance => Key::distance(found.distance),
            Sort::Start => Key::earliest(start()),
            Sort::StartDescending => Key::latest(start()),
            Sort::Newest => Key::latest(Some(found.thing.updated_at())),
            Sort::Name => Key::name(found.thing.name().get(self.question.lang)),
        }
    }

    /// Weighs everything that fits, and looks at the best.
    fn best(&self) -> Vec<Hit<Found<'a>>> {
        let Some(wanted) = &self.question.words else { return self.all(self.fit.iter()) };
        let mut weighed = self.snapshot.scores(wanted, self.fit);
        if let Some((Key::Number(last), _)) = &self.paging.after {
            weighed.retain(|(_, score)| -score >= *last);
        }
        if self.paging.after.is_none() && weighed.len() > self.wanted() {
            // Ids, which order equals, lie far apart: they are fetched of the best only.
            let mut scores: Vec<i64> = weighed.iter().map(|(_, score)| *score).collect();
            let (_, least, _) = scores.select_nth_unstable_by(self.wanted() - 1, |a, b| b.cmp(a));
            let least = *least;
            weighed.retain(|(_, score)| *score >= least);
        }
        self.first(weighed.into_iter().map(|(slot, score)| (Key::score(score), slot)))
    }

    /// Measures everything that fits, and looks at the nearest.
    fn measured(&self, at: LatLng<Wgs84>) -> Vec<Hit<Found<'a>>> {
        let postings = &self.snapshot.index.postings;
        let scattered = postings.get(Filed::of(Field::Scattered)).map(|scattered| scattered & self.fit);
        let scattered = scattered.unwrap_or_default();
        let single = (self.fit - &scattered).into_iter().filter_map(|slot| {
            let spot = self.thing(slot)?.places().first().and_then(|place| place.spot);
            Some((Key::distance(spot.map(|spot| geo::distance(at, spot.position))), slot))
        });
        let mut hits = self.first(single);
        hits.extend(self.all(scattered.iter()));
        hits
    }

    /// The first of things whose keys are known; only these are looked at.
    fn first(&self, keyed: impl Iterator<Item = (Key, u32)>) -> Vec<Hit<Found<'a>>> {
        let after = self.paging.after.as_ref();
        let keyed = keyed.filter_map(|(key, slot)| Some((key, self.thing(slot)?.id(), slot)));
        let mut keyed: Vec<(Key, i64, u32)> =
            keyed.filter(|(key, id, _)| after.is_none_or(|after| (key, id) > (&after.0, &after.1))).collect();
        if keyed.len() > self.wanted() {
            keyed.select_nth_unstable(self.wanted() - 1);
            keyed.truncate(self.wanted());
        }
        let hits = keyed.into_iter().filter_map(|(key, id, slot)| {
            let found = self.question.check(self.thing(slot)?, self.snapshot, self.now)?;
            Some(Hit { key, id, found })
        });
        hits.collect()
    }

    /// Walks from day to day until the page is full.
    fn earliest(&self) -> Vec<Hit<Found<'a>>> {
        let postings = &self.snapshot.index.postings;
        let day = |at: DateTime<Utc>| i64::from(time::day_of(at).num_days_from_ce());
        let filed = |field, value| postings.get(Filed::new(field, value)).map(|slots| slots & self.fit);
        let events = filed(Field::Kind, Kind::Event as i64).unwrap_or_default();
        let mut hits = self.all((self.fit - &events).iter());

        let first = day(self.question.span.and_then(|span| span.from).unwrap_or(self.now));
        let begin = match &self.paging.after {
            // The cursor's number is the caller's: any number at all.
            Some((Key::Number(millis), _)) => day_of_millis(*millis),
            _ => first,
        };
        let before = hits.len();
        let starts = |hit: &Hit<Found<'_>>| hit.found.next.map_or(i64::MAX, |session| day(session.start));
        if begin <= first {
            // What began before and is still on has its start before the first day.
            let mut running = filed(Field::Day, first).unwrap_or_default();
            running |= filed(Field::Endless, 0).unwrap_or_default();
            // What is over today may go on another day, and is met then.
            hits.extend(self.all(running.iter()).into_iter().filter(|hit| starts(hit) <= first));
        }
        let mut next = begin.max(first + 1);
        while hits.len() - before < self.wanted() && next <= self.snapshot.index.last_day {
            let starting = filed(Field::Start, next).unwrap_or_default();
            // An event whose first session is earlier was met on that day.
            hits.extend(self.all(starting.iter()).into_iter().filter(|hit| starts(hit) == next));
            next += 1;
        }
        if hits.len() - before < self.wanted() {
            hits.extend(self.all(filed(Field::Sessionless, 0).unwrap_or_default().iter()));
        }
        hits
    }

    /// Walks outwards from the caller until the page is full.
    fn nearest(&self, at: LatLng<Wgs84>) -> Vec<Hit<Found<'a>>> {
        let index = &self.snapshot.index;
        let after = match &self.paging.after {
            Some((Key::Number(key), _)) => *key,
            _ => i64::MIN,
        };
        let mut ahead: BinaryHeap<Reverse<Step<'a>>> = BinaryHeap::new();
        ahead.extend(index.tree.root().map(|node| Reverse(Step::to_node(at, node))));
        let (mut hits, mut seen) = (Vec::new(), RoaringBitmap::new());
        while hits.len() < self.wanted()
            && let Some(Reverse(step)) = ahead.pop()
        {
            match step.to {
                To::Slot(slot) => hits.extend(self.hit(slot)),
                To::Node(node) => match node.part() {
                    Part::Leaf(_, points) => {
                        for point in points.iter().filter(|point| self.fit.contains(point.slot)) {
                            if seen.insert(point.slot) {
                                ahead.extend(self.step_to(at, point).map(Reverse));
                            }
                        }
                    }
                    Part::Branch(_, slots) if !slots.is_disjoint(self.fit) => {
                        let ways = node.kids().filter(|kid| farthest(at, kid) >= after);
                        ahead.extend(ways.map(|kid| Reverse(Step::to_node(at, kid))));
                    }
                    Part::Branch(..) => {}
                },
            }
        }
        if hits.len() < self.wanted() {
            // What has no position comes last, and what fits only where it has none.
            let mut rest = self.fit.clone();
            if let Some(positioned) = index.postings.get(Filed::of(Field::Positioned)) {
                rest -= positioned;
            }
            if let Some(scattered) = index.postings.get(Filed::of(Field::Scattered)) {
                rest |= scattered & self.fit;
            }
            hits.extend(self.all(rest.iter()).into_iter().filter(|hit| hit.key == Key::LAST));
        }
        hits
    }

    /// The step to a thing, unless it belongs to a page before.
    fn step_to(&self, at: LatLng<Wgs84>, point: &Point) -> Option<Step<'a>> {
        let thing = self.snapshot.index.thing(point.slot)?;
        let distance = if thing.has_one_place() {
            Some(geo::distance(at, point.spot.position))
        } else {
            self.question.check(thing, self.snapshot, self.now)?.distance
        };
        let (key, id) = (Key::distance(distance), thing.id());
        let shown = self.paging.after.as_ref().is_some_and(|(after, last)| (&key, id) <= (after, *last));
        let Key::Number(decimetres) = key else { return None };
        (!shown && decimetres < i64::MAX).then_some(Step { decimetres, id, to: To::Slot(point.slot) })
    }
}

/// The day of an instant in milliseconds, as a day of the common era.
fn day_of_millis(millis: i64) -> i64 {
    const FIRST_OF_1970: i64 = 719_163;
    let offset = i64::from(time::CHINA.local_minus_utc()) * 1000;
    millis.saturating_add(offset).div_euclid(86_400_000) + FIRST_OF_1970
}

/// Where a walk goes next: to what is nearest, and among equals first into what may hold others as near.
struct Step<'a> {
    decimetres: i64,
    id: i64,
    to: To<'a>,
}

enum To<'a> {
    Node(&'a Node),
    Slot(u32),
}

/// What rounding and the last bits of the arithmetic may add to a bound, in decimetres.
const SLACK: i64 = 2;

impl<'a> Step<'a> {
    fn to_node(at: LatLng<Wgs84>, node: &'a Node) -> Self {
        let (least, _) = node.reach(at);
        Self { decimetres: (least * 10.0) as i64 - SLACK, id: i64::MIN, to: To::Node(node) }
    }
}

fn farthest(at: LatLng<Wgs84>, node: &Node) -> i64 {
    let (_, most) = node.reach(at);
    ((most * 10.0) as i64).saturating_add(SLACK)
}

impl Ord for Step<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.decimetres, self.id).cmp(&(other.decimetres, other.id))
    }
}

impl PartialOrd for Step<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Step<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Step<'_> {}
