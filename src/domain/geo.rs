//! Positions and distances. A position's datum is part of its type, so that a GCJ-02 point cannot be measured
//! or stored as if it were WGS-84; [`super::datum`] converts.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The mean radius of the Earth in metres (IUGG `R1`), the sphere that every distance is measured on.
pub const EARTH_RADIUS_METRES: f64 = 6_371_008.8;

/// A coordinate system that a request may speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Crs {
    /// China's shifted system, which the maps of mini-programs draw.
    #[default]
    Gcj02,
    /// The system of satellite navigation, and of everything that Kepu stores.
    Wgs84,
    /// Baidu's shift on top of GCJ-02.
    Bd09,
}

impl Crs {
    /// The system called `name` in the API.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Gcj02, Self::Wgs84, Self::Bd09].into_iter().find(|crs| crs.name() == name)
    }

    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gcj02 => "gcj02",
            Self::Wgs84 => "wgs84",
            Self::Bd09 => "bd09",
        }
    }
}

/// A coordinate system as a type.
pub trait Datum: Copy + PartialEq + fmt::Debug + Send + Sync + 'static {
    /// The same as a value.
    const CRS: Crs;
}

/// [`Crs::Wgs84`] as a type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wgs84;

/// [`Crs::Gcj02`] as a type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gcj02;

/// [`Crs::Bd09`] as a type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bd09;

impl Datum for Wgs84 {
    const CRS: Crs = Crs::Wgs84;
}

impl Datum for Gcj02 {
    const CRS: Crs = Crs::Gcj02;
}

impl Datum for Bd09 {
    const CRS: Crs = Crs::Bd09;
}

/// Numbers that are no place: not finite, or outside ±90° of latitude or ±180° of longitude; or a box whose
/// west lies east of its east, or south north of its north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no position on Earth")]
pub struct OffTheEarth;

/// A position in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatLng<D: Datum> {
    lat: f64,
    lng: f64,
    datum: PhantomData<D>,
}

/// How a position is written where its datum is known from the place: `{"lat": …, "lng": …}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Degrees {
    lat: f64,
    lng: f64,
}

impl<D: Datum> Serialize for LatLng<D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Degrees { lat: self.lat, lng: self.lng }.serialize(serializer)
    }
}

impl<'de, D: Datum> Deserialize<'de> for LatLng<D> {
    fn deserialize<De: Deserializer<'de>>(deserializer: De) -> Result<Self, De::Error> {
        let Degrees { lat, lng } = Degrees::deserialize(deserializer)?;
        Self::new(lat, lng).map_err(serde::de::Error::custom)
    }
}

impl<D: Datum> LatLng<D> {
    /// The position at `lat` degrees north and `lng` degrees east.
    ///
    /// # Errors
    /// [`OffTheEarth`] unless both are finite and in range.
    pub fn new(lat: f64, lng: f64) -> Result<Self, OffTheEarth> {
        if (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lng) {
            Ok(Self { lat, lng, datum: PhantomData })
        } else {
            Err(OffTheEarth)
        }
    }

    /// The position nearest to finite numbers that a conversion may have pushed over the edge.
    pub(super) fn clamped(lat: f64, lng: f64) -> Self {
        Self { lat: lat.clamp(-90.0, 90.0), lng: lng.clamp(-180.0, 180.0), datum: PhantomData }
    }

    /// Degrees north of the equator.
    pub const fn lat(self) -> f64 {
        self.lat
    }

    /// Degrees east of Greenwich.
    pub const fn lng(self) -> f64 {
        self.lng
    }
}

/// A box between two meridians and two parallels, edges included. It does not cross the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bbox<D: Datum> {
    southwest: LatLng<D>,
    northeast: LatLng<D>,
}

impl<D: Datum> Bbox<D> {
    /// The box with these edges in degrees, in the order of GeoJSON and of `bbox=`.
    ///
    /// # Errors
    /// [`OffTheEarth`] where an edge is not on Earth or the edges are swapped.
    pub fn new(west: f64, south: f64, east: f64, north: f64) -> Result<Self, OffTheEarth> {
        let (southwest, northeast) = (LatLng::new(south, west)?, LatLng::new(north, east)?);
        if west <= east && south <= north { Ok(Self { southwest, northeast }) } else { Err(OffTheEarth) }
    }

    /// The smallest box around `points`; `None` where there are none.
    pub fn around(points: impl IntoIterator<Item = LatLng<D>>) -> Option<Self> {
        points.into_iter().fold(None, |hull, point| {
            let hull = hull.unwrap_or(Self { southwest: point, northeast: point });
            let (low, high) = (hull.southwest, hull.northeast);
            Some(Self {
                southwest: LatLng::clamped(low.lat.min(point.lat), low.lng.min(point.lng)),
                northeast: LatLng::clamped(high.lat.max(point.lat), high.lng.max(point.lng)),
            })
        })
    }

    /// Whether `point` lies inside or on an edge.
    pub fn contains(&self, point: LatLng<D>) -> bool {
        (self.west()..=self.east()).contains(&point.lng) && (self.south()..=self.north()).contains(&point.lat)
    }

    /// The western edge, in degrees.
    pub const fn west(&self) -> f64 {
        self.southwest.lng
    }

    /// The southern edge, in degrees.
    pub const fn south(&self) -> f64 {
        self.southwest.lat
    }

    /// The eastern edge, in degrees.
    pub const fn east(&self) -> f64 {
        self.northeast.lng
    }

    /// The northern edge, in degrees.
    pub const fn north(&self) -> f64 {
        self.northeast.lat
    }
}

/// The edges of a box in degrees, for where a request says beside it which datum they are in. It does not cross
/// the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edges {
    /// Smallest longitude.
    pub west: f64,
    /// Smallest latitude.
    pub south: f64,
    /// Largest longitude.
    pub east: f64,
    /// Largest latitude.
    pub north: f64,
}

impl Edges {
    /// Whether latitude and longitude in the same datum lie between them or on one.
    pub fn hold(&self, (lat, lng): (f64, f64)) -> bool {
        (self.south..=self.north).contains(&lat) && (self.west..=self.east).contains(&lng)
    }
}

/// The great-circle distance in metres on the sphere of [`EARTH_RADIUS_METRES`], rounded once to 0.1 m:
/// selection, order and what is shown all use this one number.
///
/// The haversine form, which keeps its precision for neighbours.
pub fn distance(a: LatLng<Wgs84>, b: LatLng<Wgs84>) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let chord =
        half(b.lat - a.lat) + a.lat.to_radians().cos() * b.lat.to_radians().cos() * half(b.lng - a.lng);
    let metres = 2.0 * EARTH_RADIUS_METRES * chord.min(1.0).sqrt().asin();
    (metres * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(lat: f64, lng: f64) -> LatLng<Wgs84> {
        LatLng::new(lat, lng).unwrap()
    }

    #[test]
    fn only_places_are_positions() {
        for (lat, lng) in [(90.1, 0.0), (0.0, -180.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert_eq!(LatLng::<Gcj02>::new(lat, lng), Err(OffTheEarth));
        }
        assert!(LatLng::<Gcj02>::new(-90.0, 180.0).is_ok());
    }

    #[test]
    fn a_box_includes_its_edges_and_has_no_inside_out() {
        let hall = Bbox::new(113.0, 23.0, 114.0, 24.0).unwrap();
        assert!(hall.contains(at(23.0, 113.0)) && hall.contains(at(24.0, 114.0)));
        assert!(!hall.contains(at(24.000_001, 113.5)) && !hall.contains(at(23.5, 112.999_999)));
        assert!(Bbox::<Wgs84>::new(114.0, 23.0, 113.0, 24.0).is_err());
        assert!(Bbox::<Wgs84>::new(113.0, 24.0, 114.0, 23.0).is_err());
        assert!(Bbox::<Wgs84>::new(113.0, 23.0, 113.0, 23.0).is_ok());
    }

    #[test]
    fn the_box_around_points_touches_them() {
        let hull = Bbox::around([at(23.5, 113.1), at(22.5, 114.2), at(23.0, 112.9)]).unwrap();
        assert_eq!((hull.west(), hull.south(), hull.east(), hull.north()), (112.9, 22.5, 114.2, 23.5));
        assert_eq!(Bbox::<Wgs84>::around([]), None);
    }

    #[test]
    fn distances_are_those_of_the_sphere() {
        // A degree of the meridian, a quarter of a meridian, half way round: R·π/180, R·π/2, R·π.
        assert_eq!(distance(at(0.0, 0.0), at(1.0, 0.0)), 111_195.1);
        assert_eq!(distance(at(0.0, 0.0), at(90.0, 0.0)), 10_007_557.2);
        assert_eq!(distance(at(0.0, 0.0), at(0.0, 180.0)), 20_015_114.4);
        // Canton Tower to Guangdong Science Center, by the spherical law of cosines in 50 digits.
        assert_eq!(distance(at(23.1089, 113.3189), at(23.041_99, 113.356_69)), 8384.5);
    }

    fn anywhere() -> impl Strategy<Value = LatLng<Wgs84>> {
        (-90.0..=90.0, -180.0..=180.0).prop_map(|(lat, lng)| at(lat, lng))
    }

    proptest! {
        #[test]
        fn distance_is_a_metric_in_tenths(a in anywhere(), b in anywhere(), c in anywhere()) {
            let there = distance(a, b);
            prop_assert_eq!(there, distance(b, a));
            prop_assert_eq!(distance(a, a), 0.0);
            prop_assert_eq!((there * 10.0).round() / 10.0, there);
            prop_assert!(there <= distance(a, c) + distance(c, b) + 0.2);
        }
    }
}
