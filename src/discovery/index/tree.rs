//! Where things lie: a quadtree over GCJ-02 degrees, in which the answers' boxes are mostly asked. Each node knows
//! the slots below it and how far they spread, so that whole parts are taken or passed over unseen. Changing a
//! point copies the nodes above it and nothing else.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::point::{BD09_SHIFT, Point};
use super::postings::union;
use crate::discovery::place::{Circle, Spot};
use crate::domain::geo::{Crs, Edges, LatLng, Wgs84};

/// Points in a leaf before it splits.
const LEAF: usize = 48;
/// Splits at most: a cell is then a hand's breadth, and more points in it are at one place.
const DEPTH: u32 = 28;

/// All points.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    root: Option<Arc<Node>>,
}

/// A part of the tree.
#[derive(Debug, Clone)]
pub struct Node {
    wgs84: Edges,
    gcj02: Edges,
    /// The least and the greatest cosine of its latitudes.
    cosines: (f64, f64),
    points: usize,
    inner: Inner,
}

#[derive(Debug, Clone)]
enum Inner {
    Leaf(Vec<Point>),
    Branch { slots: RoaringBitmap, kids: [Option<Arc<Node>>; 4] },
}

/// How an area lies to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lies {
    /// No point of the node is in the area.
    Apart,
    /// Every point is.
    Inside,
    /// Some may be.
    Across,
}

impl Lies {
    /// How what lies in both of two areas does.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Apart, _) | (_, Self::Apart) => Self::Apart,
            (Self::Inside, Self::Inside) => Self::Inside,
            _ => Self::Across,
        }
    }
}

/// A cell of the tree: the square of GCJ-02 degrees that a node stands for.
#[derive(Debug, Clone, Copy)]
struct Cell {
    west: f64,
    south: f64,
    size: f64,
}

impl Cell {
    const WORLD: Self = Self { west: -180.0, south: -180.0, size: 360.0 };

    fn quarter(self, lat: f64, lng: f64) -> (usize, Self) {
        let size = self.size / 2.0;
        let (east, north) = (lng >= self.west + size, lat >= self.south + size);
        let west = if east { self.west + size } else { self.west };
        let south = if north { self.south + size } else { self.south };
        (usize::from(east) + 2 * usize::from(north), Self { west, south, size })
    }
}

/// The place of a position in the order in which neighbours are mostly near each other (Morton's).
pub fn order(spot: Spot) -> u64 {
    let (lat, lng) = spot.in_crs(Crs::Gcj02);
    let (mut cell, mut order) = (Cell::WORLD, 0);
    for _ in 0..DEPTH {
        let quarter;
        (quarter, cell) = cell.quarter(lat, lng);
        order = order << 2 | quarter as u64;
    }
    order
}

fn no_edges() -> Edges {
    Edges { west: f64::INFINITY, south: f64::INFINITY, east: f64::NEG_INFINITY, north: f64::NEG_INFINITY }
}

fn widen(edges: &mut Edges, (lat, lng): (f64, f64)) {
    edges.west = edges.west.min(lng);
    edges.east = edges.east.max(lng);
    edges.south = edges.south.min(lat);
    edges.north = edges.north.max(lat);
}

fn cosines(edges: &Edges) -> (f64, f64) {
    let cos = |degrees: f64| degrees.to_radians().cos();
    let widest =
        if edges.south <= 0.0 && 0.0 <= edges.north { 1.0 } else { cos(edges.south).max(cos(edges.north)) };
    (cos(edges.south).min(cos(edges.north)), widest)
}

impl Node {
    fn empty() -> Self {
        let (wgs84, gcj02) = (no_edges(), no_edges());
        Self { wgs84, gcj02, cosines: (0.0, 1.0), points: 0, inner: Inner::Leaf(Vec::new()) }
    }

    fn insert(&mut self, point: Point, cell: Cell, depth: u32) {
        let (lat, lng) = point.gcj02();
        match &mut self.inner {
            // What is all at one spot cannot be told apart by splitting.
            Inner::Leaf(points)
                if points.len() < LEAF
                    || depth == DEPTH
                    || points.iter().take(LEAF).all(|held| held.gcj02() == (lat, lng)) =>
            {
                points.push(point);
            }
            Inner::Leaf(points) => {
                let points = std::mem::take(points);
                self.inner = Inner::Branch { slots: RoaringBitmap::new(), kids: Default::default() };
                self.points = 0;
                for point in points.into_iter().chain([point]) {
                    self.insert(point, cell, depth);
                }
                return;
            }
            Inner::Branch { slots, kids } => {
                slots.insert(point.slot);
                let (quarter, cell) = cell.quarter(lat, lng);
                let kid = kids[quarter].get_or_insert_with(|| Arc::new(Self::empty()));
                Arc::make_mut(kid).insert(point, cell, depth + 1);
            }
        }
        self.points += 1;
        let before = self.wgs84;
        widen(&mut self.wgs84, point.wgs84());
        widen(&mut self.gcj02, (lat, lng));
        if (self.wgs84.south, self.wgs84.north) != (before.south, before.north) {
            self.cosines = cosines(&self.wgs84);
        }
    }

    /// Removes a point. `others` are all points of the same slot that stay. Edges stay as wide as they were, which a
    /// cell bounds: they are then less exact, and as right.
    fn remove(&mut self, point: &Point, others: &[Spot], cell: Cell) {
        let (lat, lng) = point.gcj02();
        match &mut self.inner {
            Inner::Leaf(points) => {
                let Some(at) = points.iter().position(|held| held == point) else { return };
                points.swap_remove(at);
            }
            Inner::Branch { slots, kids } => {
                let (quarter, below) = cell.quarter(lat, lng);
                if let Some(kid) = &mut kids[quarter] {
                    Arc::make_mut(kid).remove(point, others, below);
                    if kid.points == 0 {
                        kids[quarter] = None;
                    }
                }
                let stays = others.iter().any(|spot| {
                    let (lat, lng) = spot.in_crs(Crs::Gcj02);
                    (cell.west..cell.west + cell.size).contains(&lng)
                        && (cell.south..cell.south + cell.size).contains(&lat)
                });
                if !stays {
                    slots.remove(point.slot);
                }
            }
        }
        self.points = self.points.saturating_sub(1);
    }

    /// How a circle lies to it.
    pub fn in_circle(&self, circle: &Circle) -> Lies {
        let (least, most) = self.reach(circle.at, circle.cos_lat);
        let (inside, outside) = circle.chords();
        if most < inside {
            Lies::Inside
        } else if least > outside {
            Lies::Apart
        } else {
            Lies::Across
        }
    }

    /// Bounds of the squares of the chords from `at` to its points, on the unit sphere.
    pub fn reach(&self, at: LatLng<Wgs84>, cos_lat: f64) -> (f64, f64) {
        let (least, most) = self.haversines(at, cos_lat);
        (4.0 * least, 4.0 * most)
    }

    /// Bounds of the haversines of the angles between its points and `at`.
    fn haversines(&self, at: LatLng<Wgs84>, cos_lat: f64) -> (f64, f64) {
        let Edges { west, south, east, north } = self.wgs84;
        let gap = |low: f64, high: f64, at: f64| (low - at).max(at - high).max(0.0);
        let far = |low: f64, high: f64, at: f64| (at - low).abs().max((high - at).abs());
        let far_lng = far(west, east, at.lng());
        if far_lng > 180.0 {
            return (0.0, 1.0);
        }
        // The square of a sine lies between x²(1 - x²/3) and x²: close enough near by, and no trigonometry.
        let below = |degrees: f64| {
            let square = (degrees.to_radians() / 2.0).powi(2);
            square * (1.0 - square / 3.0).max(0.0)
        };
        let above = |degrees: f64| (degrees.to_radians() / 2.0).powi(2);
        let (narrowest, widest) = self.cosines;
        let least =
            below(gap(south, north, at.lat())) + cos_lat * narrowest * below(gap(west, east, at.lng()));
        let most = above(far(south, north, at.lat())) + cos_lat * widest * above(far_lng);
        (least, most)
    }

    /// How a box of degrees of `crs` lies to it.
    pub fn in_box(&self, edges: &Edges, crs: Crs) -> Lies {
        match crs {
            Crs::Wgs84 => lies(&self.wgs84, edges),
            Crs::Gcj02 => lies(&self.gcj02, edges),
            Crs::Bd09 => {
                let Edges { west, south, east, north } = self.gcj02;
                let by = BD09_SHIFT;
                lies(&Edges { west: west - by, south: south - by, east: east + by, north: north + by }, edges)
            }
        }
    }

    /// Everything below it, part by part: `visit` says of a branch whether to go on below it.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(Part<'a>) -> bool) {
        match &self.inner {
            Inner::Leaf(points) => {
                visit(Part::Leaf(self, points));
            }
            Inner::Branch { slots, kids } => {
                if visit(Part::Branch(self, slots)) {
                    kids.iter().flatten().for_each(|kid| kid.walk(visit));
                }
            }
        }
    }

    /// What it is made of.
    pub fn part(&self) -> Part<'_> {
        match &self.inner {
            Inner::Leaf(points) => Part::Leaf(self, points),
            Inner::Branch { slots, .. } => Part::Branch(self, slots),
        }
    }

    /// The parts of a branch; a leaf has none.
    pub fn kids(&self) -> impl Iterator<Item = &Self> {
        let kids = match &self.inner {
            Inner::Leaf(_) => None,
            Inner::Branch { kids, .. } => Some(kids.iter().flatten().map(|kid| kid.as_ref())),
        };
        kids.into_iter().flatten()
    }
}

/// A part of the tree as a walk sees it.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// Some points.
    Leaf(&'a Node, &'a [Point]),
    /// Many, by their slots.
    Branch(&'a Node, &'a RoaringBitmap),
}

fn lies(own: &Edges, area: &Edges) -> Lies {
    let apart =
        own.east < area.west || own.west > area.east || own.north < area.south || own.south > area.north;
    let inside =
        area.west <= own.west && own.east <= area.east && area.south <= own.south && own.north <= area.north;
    match () {
        () if apart => Lies::Apart,
        () if inside => Lies::Inside,
        () => Lies::Across,
    }
}

impl Tree {
    /// The whole; `None` where there is no point.
    pub fn root(&self) -> Option<&Node> {
        self.root.as_deref()
    }

    /// Adds a thing's places.
    pub fn insert(&mut self, slot: u32, spots: &[Spot]) {
        for spot in spots {
            let root = self.root.get_or_insert_with(|| Arc::new(Node::empty()));
            Arc::make_mut(root).insert(Point::new(slot, spot), Cell::WORLD, 0);
        }
    }

    /// Removes a thing's places.
    pub fn remove(&mut self, slot: u32, spots: &[Spot]) {
        for (i, spot) in spots.iter().enumerate() {
            if let Some(root) = &mut self.root {
                Arc::make_mut(root).remove(&Point::new(slot, spot), &spots[i + 1..], Cell::WORLD);
                if root.points == 0 {
                    self.root = None;
                }
            }
        }
    }

    /// The slots with a place in an area: `node` tells how a node lies to it, `point` how a place does, and `look` whether
    /// a slot has a place in it, where its point does not tell.
    pub fn select(
        &self,
        node: impl Fn(&Node) -> Lies,
        point: impl Fn(&Point) -> Lies,
        look: impl Fn(u32) -> bool,
    ) -> RoaringBitmap {
        let (mut whole, mut single) = (Vec::new(), Vec::new());
        let is_inside = |at: &&Point| match point(at) {
            Lies::Inside => true,
            Lies::Apart => false,
            Lies::Across => look(at.slot),
        };
        if let Some(root) = self.root() {
            root.walk(&mut |part| match part {
                Part::Leaf(leaf, points) => {
                    match node(leaf) {
                        Lies::Apart => {}
                        Lies::Inside => single.extend(points.iter().map(|point| point.slot)),
                        Lies::Across => {
                            single.extend(points.iter().filter(is_inside).map(|point| point.slot));
                        }
                    }
                    false
                }
                Part::Branch(branch, slots) => match node(branch) {
                    Lies::Apart => false,
                    Lies::Inside => {
                        whole.push(slots);
                        false
                    }
                    Lies::Across => true,
                },
            });
        }
        single.sort_unstable();
        single.dedup();
        let mut found = union(&whole);
        found |= RoaringBitmap::from_sorted_iter(single).unwrap_or_default();
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::discovery::place::Area;
    use crate::domain::divisions::Adcode;
    use crate::domain::geo;

    fn spot(lat: f64, lng: f64) -> Spot {
        let adcode: Adcode = if lng < 114.2 { "440106" } else { "810101" }.parse().unwrap();
        Spot::new(LatLng::new(lat, lng).unwrap(), adcode)
    }

    fn spots() -> impl Strategy<Value = Vec<Vec<Spot>>> {
        // A coarse grid, so that places coincide and lie on edges.
        let one = (0u8..40, 0u8..40)
            .prop_map(|(lat, lng)| spot(22.5 + f64::from(lat) * 0.02, 113.6 + f64::from(lng) * 0.02));
        prop::collection::vec(prop::collection::vec(one, 1..3), 1..300)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn selects_what_looking_at_each_point_selects(
            things in spots(), gone in prop::collection::vec(any::<prop::sample::Index>(), 0..100),
            lat in 22.0f64..24.0, lng in 113.0f64..115.0, radius in 1.0f64..80_000.0,
        ) {
            let mut tree = Tree::default();
            for (slot, spots) in things.iter().enumerate() {
                tree.insert(slot as u32, spots);
            }
            let before = tree.clone();
            let mut held: Vec<bool> = vec![true; things.len()];
            for index in gone {
                let slot = index.index(things.len());
                if std::mem::replace(&mut held[slot], false) {
                    tree.remove(slot as u32, &things[slot]);
                }
            }
            let at = LatLng::new(lat, lng).unwrap();
            let near = |spot: &Spot| geo::distance(at, spot.position) <= radius;
            let area = Area { at: Some(at), radius: Some(radius), ..Area::default() };
            let circle = area.circle();
            let selected = tree.select(
                |node| area.lies(circle.as_ref(), node),
                |point| area.lies_to_point(circle.as_ref(), point),
                |slot| things[slot as usize].iter().any(|spot| area.holds_spot(circle.as_ref(), spot)),
            );
            let expected = |held: &[bool], inside: &dyn Fn(&Spot) -> bool| -> Vec<u32> {
                (0..things.len()).filter(|&i| held[i] && things[i].iter().any(inside)).map(|i| i as u32).collect()
            };
            prop_assert_eq!(selected.iter().collect::<Vec<_>>(), expected(&held, &near));
            for crs in [Crs::Gcj02, Crs::Wgs84, Crs::Bd09] {
                let edges = Edges { west: lng - 0.2, south: lat - 0.2, east: lng + 0.2, north: lat + 0.2 };
                let boxed = |spot: &Spot| edges.hold(spot.in_crs(crs));
                let area = Area { bbox: Some((edges, crs)), ..Area::default() };
                let selected = tree.select(
                    |node| node.in_box(&edges, crs),
                    |point| area.lies_to_point(None, point),
                    |slot| things[slot as usize].iter().any(boxed),
                );
                prop_assert_eq!(selected.iter().collect::<Vec<_>>(), expected(&held, &boxed));
            }
            let all = before.select(|_| Lies::Across, |_| Lies::Inside, |_| false);
            prop_assert_eq!(all.len() as usize, things.len(), "a snapshot keeps what later ones remove");
            for (slot, spots) in things.iter().enumerate().filter(|(slot, _)| held[*slot]) {
                tree.remove(slot as u32, spots);
            }
            prop_assert!(tree.root().is_none());
        }
    }
}
