//! What a map shows: things gathered into marks, one for each cell of a grid that stands still while the map is moved.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::index::point::Point;
use super::index::tree::{Lies, Part};
use super::matching::Found;
use super::place::Spot;
use super::question::Question;
use super::snapshot::Snapshot;
use super::thing::Thing;
use crate::domain::geo::{Crs, Edges};
use crate::domain::ids::BaseId;

/// Marks at most.
pub const MARKS: f64 = 200.0;

/// The side of a cell at zoom 0, in degrees: a quarter of a tile, some 64 points of a screen.
const CELL: f64 = 360.0 / 4.0;

/// Some things that lie close together.
#[derive(Debug, Clone)]
pub struct Mark<'a> {
    /// The mean of their latitudes and longitudes; of one thing with several places here, the first.
    pub at: (f64, f64),
    /// The smallest box around them.
    pub edges: Edges,
    /// How many they are.
    pub count: u64,
    /// The thing, if it is one only.
    pub only: Option<Found<'a>>,
    /// The base at which all of them are, where they are at one spot.
    pub base: Option<BaseId>,
}

/// What lies in the box of a question.
#[derive(Debug, Clone)]
pub struct Map<'a> {
    /// In order of their cells, from south-west to north-east.
    pub marks: Vec<Mark<'a>>,
    /// How many things there are; one with several places is in several marks.
    pub total: u64,
}

/// Slots with a latitude and longitude of each.
type Cell = Vec<(u32, (f64, f64))>;

/// The side of the cells: the smallest of the zoom's and its doubles with which a box of this size has no more cells
/// than marks are allowed. It depends on the size of the box and not on where it is.
fn cell_side(edges: &Edges, zoom: f64) -> f64 {
    let mut side = CELL / zoom.floor().exp2();
    // A box touches one cell more than fits into it, and rounding must not tell two equal boxes apart.
    let cells = |length: f64, side: f64| (length / side + 1e-9).ceil() + 1.0;
    while cells(edges.east - edges.west, side) * cells(edges.north - edges.south, side) > MARKS {
        side *= 2.0;
    }
    side
}

/// Degrees to 10⁻⁷, as all positions are given.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

impl Snapshot {
    /// Gathers what fits a question and lies in its box into marks for a zoom of web maps (0: the world in one tile).
    pub fn map(&self, question: &Question, edges: Edges, crs: Crs, zoom: f64, now: DateTime<Utc>) -> Map<'_> {
        let fit = self.select(question, now);
        let (side, circle) = (cell_side(&edges, zoom), question.area.circle());
        let mut cells: BTreeMap<(i64, i64), Cell> = BTreeMap::new();
        let Some(root) = self.index.tree.root() else { return Map { marks: Vec::new(), total: 0 } };
        root.walk(&mut |part| {
            let (node, points) = match part {
                Part::Branch(node, slots) => {
                    return question.area.lies(circle.as_ref(), node) != Lies::Apart
                        && !slots.is_disjoint(&fit);
                }
                Part::Leaf(node, points) => (node, points),
            };
            if question.area.lies(circle.as_ref(), node) != Lies::Apart {
                for point in points.iter().filter(|point| fit.contains(point.slot)) {
                    let slot = point.slot;
                    let is_inside = || match question.area.lies_to_point(circle.as_ref(), point) {
                        Lies::Apart => false,
                        Lies::Inside => true,
                        Lies::Across => self
                            .spot(point)
                            .is_some_and(|spot| question.area.holds_spot(circle.as_ref(), &spot)),
                    };
                    let at = point.in_crs(crs).or_else(|| Some(self.spot(point)?.in_crs(crs)));
                    if let Some((lat, lng)) = at
                        && is_inside()
                        && self.is_there(question, slot, (lat, lng), crs, now)
                    {
                        let cell = ((lat / side).floor() as i64, (lng / side).floor() as i64);
                        cells.entry(cell).or_default().push((slot, (lat, lng)));
                    }
                }
            }
            false
        });
        let marks = cells.into_values().filter_map(|cell| self.mark(question, cell, crs, now)).collect();
        Map { marks, total: fit.len() }
    }

    /// The place of a thing that a point stands for.
    fn spot(&self, point: &Point) -> Option<Spot> {
        self.index.thing(point.slot)?.spots().into_iter().find(|spot| point.is(spot))
    }

    /// Whether what fits is at this of its places: an event whose session elsewhere fits is not.
    fn is_there(
        &self,
        question: &Question,
        slot: u32,
        (lat, lng): (f64, f64),
        crs: Crs,
        now: DateTime<Utc>,
    ) -> bool {
        let Some(thing) = self.index.thing(slot) else { return false };
        if thing.has_one_place() {
            return true;
        }
        let mut there = question.clone();
        there.area.bbox = Some((Edges { west: lng, south: lat, east: lng, north: lat }, crs));
        there.check(thing, self, now).is_some()
    }

    fn mark(&self, question: &Question, cell: Cell, crs: Crs, now: DateTime<Utc>) -> Option<Mark<'_>> {
        let (mut slots, positions): (Vec<u32>, Vec<(f64, f64)>) = cell.into_iter().unzip();
        slots.sort_unstable();
        slots.dedup();
        let number = positions.len() as f64;
        let (lat, lng) = positions.iter().fold((0.0, 0.0), |sum, at| (sum.0 + at.0, sum.1 + at.1));
        let first = *positions.first()?;
        let together = positions.iter().all(|at| *at == first);
        let edge = |pick: fn(&(f64, f64)) -> f64, keep: fn(f64, f64) -> f64| {
            positions.iter().map(pick).reduce(keep).unwrap_or_default()
        };
        let edges = Edges {
            west: edge(|at| at.1, f64::min),
            south: edge(|at| at.0, f64::min),
            east: edge(|at| at.1, f64::max),
            north: edge(|at| at.0, f64::max),
        };
        let only = || {
            let mut there = question.clone();
            there.area.bbox = Some((edges, crs));
            there.check(self.index.thing(*slots.first()?)?, self, now)
        };
        let count = slots.len() as u64;
        Some(Mark {
            // A mean of equal numbers may differ from them in its last bit.
            at: if together || count == 1 { first } else { (rounded(lat / number), rounded(lng / number)) },
            edges,
            count,
            only: if count == 1 { only() } else { None },
            base: if together { self.common_base(&slots, first, crs) } else { None },
        })
    }
}

impl Snapshot {
    /// The one base at which all these things are, or which they are, where it lies at `at`.
    fn common_base(&self, slots: &[u32], at: (f64, f64), crs: Crs) -> Option<BaseId> {
        let bases = |slot: &u32| -> Vec<BaseId> {
            match self.index.thing(*slot) {
                Some(Thing::Base(entry)) => BaseId::new(entry.record.id).into_iter().collect(),
                Some(Thing::Event(entry)) => entry.base.into_iter().collect(),
                Some(Thing::Resource(entry)) => entry.body().base.into_iter().collect(),
                Some(Thing::Route(entry)) => entry.body().stops.iter().map(|stop| stop.base).collect(),
                _ => Vec::new(),
            }
        };
        let lies_there = |base: &BaseId| {
            let spot = self.bases.get(base).and_then(|base| base.places.first()?.spot);
            spot.is_some_and(|spot| spot.in_crs(crs) == at)
        };
        let common = bases(slots.first()?).into_iter().find(lies_there)?;
        slots.iter().all(|slot| bases(slot).contains(&common)).then_some(common)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_box_has_more_cells_than_marks() {
        for zoom in 0..=22 {
            for (width, height) in [(0.001, 0.002), (0.05, 0.11), (0.4, 0.3), (8.0, 5.0), (360.0, 180.0)] {
                for (west, south) in [(113.0, 23.0), (113.0001, 22.99999), (-180.0, -90.0)] {
                    let edges = Edges { west, south, east: west + width, north: south + height };
                    let side = cell_side(&edges, f64::from(zoom));
                    let across = |low: f64, high: f64| (high / side).floor() - (low / side).floor() + 1.0;
                    assert!(across(edges.west, edges.east) * across(edges.south, edges.north) <= MARKS);
                    assert_eq!(
                        side,
                        cell_side(
                            &Edges { west: 0.0, south: 0.0, east: width, north: height },
                            f64::from(zoom)
                        )
                    );
                }
            }
        }
    }
}
