//! A place as the tree keeps it: small, and told near from far without trigonometry.

use crate::discovery::place::{Spot, square_of_chord};
use crate::domain::geo::Crs;

/// How far BD-09 is at most from GCJ-02, in degrees.
pub const BD09_SHIFT: f64 = 0.02;

/// Degrees are kept as whole numbers of this part of one, to which answers round them.
const PARTS: f64 = 1e7;

/// A place of a thing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Whose.
    pub slot: u32,
    /// Latitude and longitude in each datum, in [`PARTS`].
    wgs84: [i32; 2],
    gcj02: [i32; 2],
    /// On the unit sphere, good to some 0.4 m.
    unit: [f32; 3],
}

impl Point {
    /// A thing's place.
    pub fn new(slot: u32, spot: &Spot) -> Self {
        let parts = |(lat, lng): (f64, f64)| [lat, lng].map(|degrees| (degrees * PARTS).round() as i32);
        Self {
            slot,
            wgs84: parts(spot.in_crs(Crs::Wgs84)),
            gcj02: parts(spot.in_crs(Crs::Gcj02)),
            unit: spot.unit.map(|axis| axis as f32),
        }
    }

    /// Its latitude and longitude, just as [`Spot::in_crs`] gives them; `None` in BD-09, which only the spot can tell.
    pub fn in_crs(&self, crs: Crs) -> Option<(f64, f64)> {
        let degrees = |[lat, lng]: [i32; 2]| (f64::from(lat) / PARTS, f64::from(lng) / PARTS);
        match crs {
            Crs::Wgs84 => Some(degrees(self.wgs84)),
            Crs::Gcj02 => Some(degrees(self.gcj02)),
            Crs::Bd09 => None,
        }
    }

    /// Whether it is this place.
    pub fn is(&self, spot: &Spot) -> bool {
        *self == Self::new(self.slot, spot)
    }

    /// The square of the chord to a point of the unit sphere, to within [`super::super::place::SLACK`].
    pub fn square_of_chord(&self, from: [f64; 3]) -> f64 {
        square_of_chord(from, self.unit.map(f64::from))
    }

    pub(super) fn gcj02(&self) -> (f64, f64) {
        (f64::from(self.gcj02[0]) / PARTS, f64::from(self.gcj02[1]) / PARTS)
    }

    pub(super) fn wgs84(&self) -> (f64, f64) {
        (f64::from(self.wgs84[0]) / PARTS, f64::from(self.wgs84[1]) / PARTS)
    }
}
