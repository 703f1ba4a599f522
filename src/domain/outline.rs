//! Outlines of administrative divisions, to tell which one a position lies in.

use serde::{Deserialize, Serialize};

use super::geo::{Bbox, LatLng, OffTheEarth, Wgs84};

/// A polygon or several, with holes, deserialised from a GeoJSON `Polygon` or `MultiPolygon` in WGS-84 whose
/// positions have two numbers.
///
/// Vertices are kept as millionths of a degree (11 cm), which halves their memory and makes the test exact.
///
/// Serialised as one `Polygon` of all rings: inside and outside follow from counting crossings, not from which ring
/// is whose hole.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "Geometry", into = "Geometry")]
pub struct Outline {
    rings: Box<[Box<[Vertex]>]>,
    bbox: Bbox<Wgs84>,
}

/// A geometry that is no outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnOutline {
    /// A position that is none.
    #[error(transparent)]
    Position(#[from] OffTheEarth),
    /// No ring, one of fewer than four positions, or one that does not end where it begins.
    #[error("an outline needs rings of four positions and more, the last one being the first")]
    Ring,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Vertex {
    x: i32,
    y: i32,
}

impl From<LatLng<Wgs84>> for Vertex {
    fn from(point: LatLng<Wgs84>) -> Self {
        let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
        Self { x: millionths(point.lng()), y: millionths(point.lat()) }
    }
}

/// Positions `[lng, lat]` in degrees of WGS-84, the last one being the first.
pub type Ring = Vec<[f64; 2]>;

#[derive(Deserialize, Serialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Vec<Ring>),
    MultiPolygon(Vec<Vec<Ring>>),
}

impl TryFrom<Geometry> for Outline {
    type Error = NotAnOutline;

    fn try_from(geometry: Geometry) -> Result<Self, NotAnOutline> {
        let polygons = match geometry {
            Geometry::Polygon(rings) => vec![rings],
            Geometry::MultiPolygon(polygons) => polygons,
        };
        let (mut rings, mut corners) = (Vec::new(), Vec::new());
        for ring in polygons.into_iter().flatten() {
            let points =
                ring.iter().map(|[lng, lat]| LatLng::new(*lat, *lng)).collect::<Result<Vec<_>, _>>()?;
            if points.len() < 4 || points.first() != points.last() {
                return Err(NotAnOutline::Ring);
            }
            corners.extend_from_slice(&points);
            rings.push(points.into_iter().map(Vertex::from).collect());
        }
        let bbox = Bbox::around(corners).ok_or(NotAnOutline::Ring)?;
        Ok(Self { rings: rings.into(), bbox })
    }
}

impl From<Outline> for Geometry {
    fn from(outline: Outline) -> Self {
        let degrees = |vertex: &Vertex| [f64::from(vertex.x) / 1e6, f64::from(vertex.y) / 1e6];
        Self::Polygon(outline.rings.iter().map(|ring| ring.iter().map(degrees).collect()).collect())
    }
}

impl Outline {
    /// The smallest box around it.
    pub const fn bbox(&self) -> &Bbox<Wgs84> {
        &self.bbox
    }

    /// The same as polygons of a GeoJSON `MultiPolygon`: each its outer ring first, counterclockwise, then its
    /// holes, clockwise, as RFC 7946 wants them; positions are `[lng, lat]`.
    pub fn polygons(&self) -> Vec<Vec<Ring>> {
        let around = |ring: &[Vertex], inner: &[Vertex]| {
            !std::ptr::eq(ring, inner) && inner.first().is_some_and(|corner| encloses(ring, *corner))
        };
        let depth = |inner: &[Vertex]| self.rings.iter().filter(|ring| around(ring, inner)).count();
        let rings = self.rings.iter().map(|ring| &**ring);
        let (outer, holes): (Vec<_>, Vec<_>) = rings.partition(|ring| depth(ring) % 2 == 0);
        let polygon = |ring: &&[Vertex]| {
            let own = |hole: &&&[Vertex]| around(ring, hole) && depth(hole) == depth(ring) + 1;
            let holes = holes.iter().filter(own).map(|hole| wound(hole, false));
            std::iter::once(wound(ring, true)).chain(holes).collect()
        };
        outer.iter().map(polygon).collect()
    }

    /// Whether `point` lies inside: a ray from it to the east crosses the rings an odd number of times, which
    /// leaves holes out. Of two outlines with a common border, a point on it lies in one.
    pub fn contains(&self, point: LatLng<Wgs84>) -> bool {
        if !self.bbox.contains(point) {
            return false;
        }
        let eye = Vertex::from(point);
        self.rings.iter().filter(|ring| encloses(ring, eye)).count() % 2 == 1
    }
}

/// Whether a ray from `eye` to the east crosses the ring an odd number of times.
fn encloses(ring: &[Vertex], eye: Vertex) -> bool {
    ring.windows(2).filter(|edge| matches!(edge, [a, b] if crosses(eye, *a, *b))).count() % 2 == 1
}

/// A ring in degrees, counterclockwise or clockwise.
fn wound(ring: &[Vertex], counterclockwise: bool) -> Ring {
    let doubled = ring.windows(2).map(|edge| match edge {
        [a, b] => i128::from(a.x) * i128::from(b.y) - i128::from(b.x) * i128::from(a.y),
        _ => 0,
    });
    let mut degrees: Ring = ring.iter().map(|v| [f64::from(v.x) / 1e6, f64::from(v.y) / 1e6]).collect();
    if (doubled.sum::<i128>() > 0) != counterclockwise {
        degrees.reverse();
    }
    degrees
}

/// Whether the ray from `eye` to the east crosses the edge between `a` and `b`, of which the upper end does
/// not count: so a ray through a vertex crosses once where the border goes on, and not at all at its tip.
fn crosses(eye: Vertex, a: Vertex, b: Vertex) -> bool {
    let (low, high) = if a.y <= b.y { (a, b) } else { (b, a) };
    if !(low.y..high.y).contains(&eye.y) {
        return false;
    }
    let [rise, run, up, across] =
        [high.y - low.y, high.x - low.x, eye.y - low.y, eye.x - low.x].map(i64::from);
    across * rise < up * run
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(lng: f64, lat: f64) -> LatLng<Wgs84> {
        LatLng::new(lat, lng).unwrap()
    }

    fn outline(json: &str) -> Outline {
        serde_json::from_str(json).unwrap()
    }

    fn square(west: f64, south: f64, side: f64) -> String {
        let (east, north) = (west + side, south + side);
        format!("[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]")
    }

    #[test]
    fn holes_are_outside_and_islands_inside() {
        let (outer, hole, island) =
            (square(113.0, 23.0, 1.0), square(113.4, 23.4, 0.2), square(115.0, 23.0, 0.1));
        let shape =
            outline(&format!(r#"{{"type":"MultiPolygon","coordinates":[[{outer},{hole}],[{island}]]}}"#));
        assert!(shape.contains(at(113.1, 23.1)) && shape.contains(at(115.05, 23.05)));
        assert!(!shape.contains(at(113.5, 23.5)) && !shape.contains(at(114.5, 23.05)));
        let bbox = shape.bbox();
        assert_eq!((bbox.west(), bbox.south(), bbox.north()), (113.0, 23.0, 24.0));

        let polygons = shape.polygons();
        assert_eq!(polygons.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(polygons[0][0][..2], [[113.0, 23.0], [114.0, 23.0]], "outer rings run counterclockwise");
        assert_eq!(polygons[0][1][..2], [[113.4, 23.4], [113.4, 23.6]], "holes run clockwise");
    }

    #[test]
    fn neighbours_share_no_point() {
        let polygon =
            |west| outline(&format!(r#"{{"type":"Polygon","coordinates":[{}]}}"#, square(west, 23.0, 1.0)));
        let (left, right) = (polygon(113.0), polygon(114.0));
        for lat in [23.0, 23.5, 23.999_999] {
            assert!(left.contains(at(114.0, lat)) != right.contains(at(114.0, lat)), "{lat}");
        }
    }

    #[test]
    fn what_is_no_outline_is_refused() {
        for json in [
            r#"{"type":"Point","coordinates":[113,23]}"#,
            r#"{"type":"Polygon","coordinates":[]}"#,
            r#"{"type":"Polygon","coordinates":[[[113,23],[114,23],[113,23]]]}"#,
            r#"{"type":"Polygon","coordinates":[[[113,23],[114,23],[114,24],[113,24]]]}"#,
            r#"{"type":"Polygon","coordinates":[[[113,93],[114,23],[114,24],[113,93]]]}"#,
        ] {
            assert!(serde_json::from_str::<Outline>(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn a_triangle_agrees_with_its_sides(lng in 113.0..114.0f64, lat in 23.0..24.0f64) {
            let shape = outline(r#"{"type":"Polygon","coordinates":[[[113,23],[114,23],[113,24],[113,23]]]}"#);
            let slack = (lng - 113.0) + (lat - 23.0) - 1.0;
            if slack.abs() > 1e-5 && lng > 113.000_01 && lat > 23.000_01 {
                prop_assert_eq!(shape.contains(at(lng, lat)), slack < 0.0);
            }
        }
    }
}
