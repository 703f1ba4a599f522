//! Where things are, and where a question looks.

use std::f64::consts::FRAC_PI_2;

use super::divisions::Divisions;
use super::index::point::Point;
use super::index::tree::{Lies, Node};
use crate::domain::datum;
use crate::domain::divisions::Adcode;
use crate::domain::geo::{self, Crs, Edges, LatLng, Wgs84};
use crate::domain::places::Place;

/// A place, ready to be asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct Located {
    /// Its position, where known.
    pub spot: Option<Spot>,
    /// Its division and all those around it, innermost first.
    pub within: Vec<Adcode>,
}

/// A position that knows on which side of the datum's border it lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Where.
    pub position: LatLng<Wgs84>,
    /// Whether GCJ-02 is shifted there.
    pub mainland: bool,
    /// Latitude and longitude in GCJ-02, which most requests speak.
    gcj02: (f64, f64),
    /// The same on the unit sphere: whether something is near is told by a chord, without trigonometry.
    pub(super) unit: [f64; 3],
}

impl Spot {
    /// A position in a division.
    pub fn new(position: LatLng<Wgs84>, adcode: Adcode) -> Self {
        let mainland = adcode.is_mainland();
        let gcj02 = datum::to_crs(position, mainland, Crs::Gcj02);
        Self { position, mainland, gcj02, unit: unit(position) }
    }

    /// Latitude and longitude in degrees of `crs`.
    pub fn in_crs(&self, crs: Crs) -> (f64, f64) {
        match crs {
            Crs::Gcj02 => self.gcj02,
            crs => datum::to_crs(self.position, self.mainland, crs),
        }
    }
}

/// A position on the unit sphere.
pub(super) fn unit(position: LatLng<Wgs84>) -> [f64; 3] {
    let (lat, lng) = (position.lat().to_radians(), position.lng().to_radians());
    [lat.cos() * lng.cos(), lat.cos() * lng.sin(), lat.sin()]
}

/// The square of the chord between two points of the unit sphere.
pub(super) fn square_of_chord(a: [f64; 3], b: [f64; 3]) -> f64 {
    let [x, y, z] = [0, 1, 2].map(|axis| a[axis] - b[axis]);
    x * x + y * y + z * z
}

/// The square of the chord of an arc of so many metres.
pub(super) fn chord_of(metres: f64) -> f64 {
    4.0 * (metres.max(0.0) / (2.0 * geo::EARTH_RADIUS_METRES)).min(FRAC_PI_2).sin().powi(2)
}

/// A circle that many places are held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Circle {
    /// Its centre.
    pub at: LatLng<Wgs84>,
    /// In metres.
    pub radius: f64,
    /// The cosine of the centre's latitude.
    pub cos_lat: f64,
    unit: [f64; 3],
    /// Squares of chords: below the first a place is surely inside, above the second surely outside.
    sure: (f64, f64),
}

/// How much a distance told by the chord to a [`Point`] may differ from the exact one, in metres: 0.1 for rounding, 0.4
/// for its three numbers of 24 bits, and some to spare.
pub(super) const SLACK: f64 = 0.8;

impl Circle {
    fn new(at: LatLng<Wgs84>, radius: f64) -> Self {
        let sure = (chord_of(radius - SLACK), chord_of(radius + SLACK));
        Self { at, radius, cos_lat: at.lat().to_radians().cos(), unit: unit(at), sure }
    }

    /// Bounds of squares of chords: below the first all is inside, above the second nothing.
    pub fn chords(&self) -> (f64, f64) {
        self.sure
    }

    fn lies(&self, point: &Point) -> Lies {
        let chord = point.square_of_chord(self.unit);
        match () {
            () if chord < self.sure.0 => Lies::Inside,
            () if chord > self.sure.1 => Lies::Apart,
            () => Lies::Across,
        }
    }

    fn holds(&self, spot: &Spot) -> bool {
        geo::distance(self.at, spot.position) <= self.radius
    }
}

impl Located {
    /// A place among these divisions.
    pub fn new(place: &Place, divisions: &Divisions) -> Self {
        let mut within: Vec<Adcode> = divisions.chain(place.adcode).map(|division| division.adcode).collect();
        if within.is_empty() {
            // A division that is not known yet: found again by its code when it comes.
            within.push(place.adcode);
        }
        Self { spot: place.position.map(|position| Spot::new(position, place.adcode)), within }
    }
}

/// Where a question looks. The default looks everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Area {
    /// Where the caller is: distances are from there.
    pub at: Option<LatLng<Wgs84>>,
    /// Only what is at most so many metres from `at`.
    pub radius: Option<f64>,
    /// Only what lies in this box of this datum, edges included.
    pub bbox: Option<(Edges, Crs)>,
    /// Only what lies in this division.
    pub adcode: Option<Adcode>,
}

/// That a place is in an area, and how far away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inside {
    /// Metres to 0.1, where both the caller's and the place's position are known.
    pub distance: Option<f64>,
}

impl Area {
    /// Whether it looks everywhere, so that things without any place are found too.
    pub fn is_everywhere(&self) -> bool {
        self.radius.is_none() && self.bbox.is_none() && self.adcode.is_none()
    }

    /// Its circle, if it has one.
    pub(super) fn circle(&self) -> Option<Circle> {
        self.at.zip(self.radius).map(|(at, radius)| Circle::new(at, radius))
    }

    /// How its circle and its box lie to a part of the tree.
    pub(super) fn lies(&self, circle: Option<&Circle>, node: &Node) -> Lies {
        let circle = circle.map(|circle| node.in_circle(circle));
        let boxed = self.bbox.map(|(bbox, crs)| node.in_box(&bbox, crs));
        circle.unwrap_or(Lies::Inside).and(boxed.unwrap_or(Lies::Inside))
    }

    /// How its circle and its box lie to a point; across: too near the edge for the point to tell.
    pub(super) fn lies_to_point(&self, circle: Option<&Circle>, point: &Point) -> Lies {
        let circle = circle.map_or(Lies::Inside, |circle| circle.lies(point));
        let boxed = self.bbox.map_or(Lies::Inside, |(bbox, crs)| match point.in_crs(crs) {
            Some(at) if bbox.hold(at) => Lies::Inside,
            Some(_) => Lies::Apart,
            None => Lies::Across,
        });
        circle.and(boxed)
    }

    /// Whether a position lies in its circle and its box.
    pub(super) fn holds_spot(&self, circle: Option<&Circle>, spot: &Spot) -> bool {
        circle.is_none_or(|circle| circle.holds(spot))
            && self.bbox.is_none_or(|(bbox, crs)| bbox.hold(spot.in_crs(crs)))
    }

    /// Whether `place` lies inside.
    pub fn holds(&self, place: &Located) -> Option<Inside> {
        let distance = self.at.zip(place.spot).map(|(at, spot)| geo::distance(at, spot.position));
        let near = self.radius.is_none_or(|radius| distance.is_some_and(|distance| distance <= radius));
        let boxed =
            self.bbox.is_none_or(|(bbox, crs)| place.spot.is_some_and(|spot| bbox.hold(spot.in_crs(crs))));
        let within = self.adcode.is_none_or(|adcode| place.within.contains(&adcode));
        (near && boxed && within).then_some(Inside { distance })
    }

    /// The nearest of several places that lie inside, with its index.
    pub fn nearest(&self, places: &[Located]) -> Option<(usize, Inside)> {
        let inside = places.iter().enumerate().filter_map(|(i, place)| Some((i, self.holds(place)?)));
        inside.min_by(|(_, a), (_, b)| {
            let metres = |inside: &Inside| inside.distance.unwrap_or(f64::INFINITY);
            metres(a).total_cmp(&metres(b))
        })
    }
}
