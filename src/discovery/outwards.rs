//! The nearest of what fits: outwards through the tree, no farther than the page needs.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use roaring::RoaringBitmap;

use super::index::tree::{Lies, Node, Part};
use super::index::{Field, Key as Filed};
use super::orders::{Pager, Ranked};
use super::page::Key;
use super::place::{SLACK, chord_of, unit};
use crate::domain::geo::{self, LatLng, Wgs84};

/// The square of the chord of 60°. Farther round the Earth chords tell distances ever less, and towards the other side not
/// at all: there each is measured.
const FAR: f64 = 1.0;

/// A node to be gone into, the one that may hold the nearest first.
struct Step<'a> {
    /// The least square of a chord from the caller to a point of it.
    chord: f64,
    node: &'a Node,
}

/// The nearest points so far, by the squares of their chords, with what is about as near as the last of them.
struct Nearest {
    wanted: usize,
    held: Vec<(f64, u32)>,
    /// What is farther is not wanted.
    limit: f64,
    /// How many there are when the next look for what is too far pays.
    full: usize,
}

impl Nearest {
    fn push(&mut self, chord: f64, slot: u32) {
        self.held.push((chord, slot));
        if self.held.len() >= self.full {
            self.thin();
            // Many may be equally far, and then all are kept.
            self.full = 2 * self.held.len().max(2 * self.wanted);
        }
    }

    /// Lets go of what is farther than the last that is wanted.
    fn thin(&mut self) {
        if self.held.len() > self.wanted {
            let (_, (last, _), _) =
                self.held.select_nth_unstable_by(self.wanted - 1, |a, b| a.0.total_cmp(&b.0));
            if *last < FAR {
                // A chord tells a distance to within the slack: another may be as far off the other way.
                self.limit = chord_of(metres(*last) + 2.0 * SLACK);
                self.held.retain(|(chord, _)| *chord <= self.limit);
            }
        }
    }
}

/// The length of the arc over a chord, given the square of the chord.
fn metres(chord: f64) -> f64 {
    2.0 * geo::EARTH_RADIUS_METRES * (chord / 4.0).clamp(0.0, 1.0).sqrt().asin()
}

impl Pager<'_, '_> {
    /// Walks outwards from the caller until the page is full.
    pub fn nearest(&self, at: LatLng<Wgs84>) -> Vec<Ranked> {
        let (index, fit) = (&self.snapshot.index, self.fit);
        let postings = |field| index.postings.get(Filed::of(field));
        let (eye, cos_lat) = (unit(at), at.lat().to_radians().cos());
        // What is nearer was on the pages before; of what is about as near only its exact distance tells.
        let (begin, unsure) = match self.after() {
            Some((Key::Number(decimetres), _)) => {
                let metres = *decimetres as f64 / 10.0;
                let unsure = chord_of(metres + SLACK);
                let unsure = if unsure < FAR { unsure } else { f64::INFINITY };
                (chord_of(metres - SLACK).min(FAR), unsure)
            }
            _ => (0.0, -1.0),
        };
        let scattered = postings(Field::Scattered);
        let (area, circle) = (self.area(), self.area().circle());
        let (mut several, mut seen) = (Vec::new(), RoaringBitmap::new());
        let mut nearest = Nearest {
            wanted: self.wanted(),
            held: Vec::new(),
            limit: f64::INFINITY,
            full: 4 * self.wanted(),
        };
        let mut ahead: BinaryHeap<Reverse<Step<'_>>> = BinaryHeap::new();
        let step = |node| {
            let (chord, most) = Node::reach(node, at, cos_lat);
            (most >= begin).then_some(Reverse(Step { chord, node }))
        };
        ahead.extend(index.tree.root().and_then(step));
        while let Some(Reverse(Step { chord, node })) = ahead.pop()
            && chord <= nearest.limit
        {
            match node.part() {
                Part::Leaf(_, points) => {
                    for point in points.iter().filter(|point| fit.contains(point.slot)) {
                        let (chord, slot) = (point.square_of_chord(eye), point.slot);
                        if chord < begin || chord > nearest.limit {
                            continue;
                        }
                        if scattered.is_some_and(|scattered| scattered.contains(slot)) {
                            // Which of its places fits is for the thing to say.
                            if seen.insert(slot) {
                                several.push(slot);
                            }
                        } else if chord > unsure || !self.is_shown(slot) {
                            nearest.push(chord, slot);
                        }
                    }
                }
                Part::Branch(..) if area.lies(circle.as_ref(), node) == Lies::Apart => {}
                // Where there is a circle, little outside of it is gone into anyway.
                Part::Branch(_, slots) if circle.is_none() && slots.is_disjoint(fit) => {}
                Part::Branch(..) => ahead.extend(node.kids().filter_map(step)),
            }
        }
        nearest.thin();
        let met = nearest.held.into_iter().map(|(_, slot)| slot).chain(several);
        let mut ranked = self.place(met.filter_map(|slot| Some((self.key(slot)?, slot))));
        ranked.retain(|one| one.key != Key::LAST);
        if ranked.len() < self.wanted() {
            // What has no position comes last, and what fits only where it has none.
            let mut rest = fit.clone();
            postings(Field::Positioned).into_iter().for_each(|positioned| rest -= positioned);
            scattered.into_iter().for_each(|scattered| rest |= scattered & fit);
            ranked.extend(self.rank_all(&rest).into_iter().filter(|one| one.key == Key::LAST));
        }
        ranked
    }

    /// Whether a thing belongs to a page before.
    fn is_shown(&self, slot: u32) -> bool {
        self.key(slot).is_none_or(|key| self.place(std::iter::once((key, slot))).is_empty())
    }
}

impl Ord for Step<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.chord.total_cmp(&other.chord)
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
