//! Between WGS-84, GCJ-02 and BD-09.
//!
//! The formulas of GCJ-02 are not published; these are the ones in common use (first seen in "eviltransform"),
//! on which independent implementations agree to 10⁻¹⁴ degrees. The ways back iterate the ways out until they
//! are closer than 0.1 mm. BD-09 shifts GCJ-02 once more and everywhere.
//!
//! Who is shifted is told by administrative code, not by a drawn border: such borders cut into Shenzhen
//! and Zhuhai. Only the mainland is; in Hong Kong, Macau and Taiwan GCJ-02 is taken to equal WGS-84.

use std::f64::consts::PI;

use super::geo::{Bd09, Crs, Gcj02, LatLng, OffTheEarth, Wgs84};

/// The semi-major axis in metres and the squared eccentricity of the Krasovsky 1940 ellipsoid.
const AXIS_METRES: f64 = 6_378_245.0;
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;

/// Outside this box (west, south, east, north) the shift of GCJ-02 is not defined and nothing moves.
const SHIFTED: [f64; 4] = [72.004, 0.8293, 137.8347, 55.8271];

/// Iterations end below this difference: 10⁻⁹ degrees are 0.1 mm.
const CLOSE_DEGREES: f64 = 1e-9;
const MAX_ITERATIONS: usize = 20;

/// Whether a place with this division code lies on the mainland: not in Hong Kong (81…), Macau (82…) or
/// Taiwan (71…). A place without a code is taken to lie there.
pub fn is_mainland(adcode: Option<&str>) -> bool {
    !adcode.is_some_and(|code| ["71", "81", "82"].iter().any(|prefix| code.starts_with(prefix)))
}

/// The numbers `(lat, lng)` of `point` in `crs`, to 10⁻⁷ degrees (1 cm). `mainland` is [`is_mainland`] of
/// where it lies.
pub fn to_crs(point: LatLng<Wgs84>, mainland: bool, crs: Crs) -> (f64, f64) {
    let gcj = || if mainland { to_gcj02(point) } else { unshifted(point) };
    let (lat, lng) = match crs {
        Crs::Wgs84 => (point.lat(), point.lng()),
        Crs::Gcj02 => (gcj().lat(), gcj().lng()),
        Crs::Bd09 => {
            let baidu = to_bd09(gcj());
            (baidu.lat(), baidu.lng())
        }
    };
    ((lat * 1e7).round() / 1e7, (lng * 1e7).round() / 1e7)
}

/// The position with the numbers `lat`, `lng` in `crs`.
///
/// # Errors
/// [`OffTheEarth`] for numbers that are no position.
pub fn from_crs(lat: f64, lng: f64, crs: Crs, mainland: bool) -> Result<LatLng<Wgs84>, OffTheEarth> {
    let gcj = match crs {
        Crs::Wgs84 => return LatLng::new(lat, lng),
        Crs::Gcj02 => LatLng::new(lat, lng)?,
        Crs::Bd09 => from_bd09(LatLng::new(lat, lng)?),
    };
    Ok(if mainland { from_gcj02(gcj) } else { LatLng::clamped(gcj.lat(), gcj.lng()) })
}

/// A mainland position in GCJ-02.
pub fn to_gcj02(point: LatLng<Wgs84>) -> LatLng<Gcj02> {
    let (lat, lng) = shift(point.lat(), point.lng());
    LatLng::clamped(lat, lng)
}

/// The mainland position that GCJ-02 gives as `point`.
pub fn from_gcj02(point: LatLng<Gcj02>) -> LatLng<Wgs84> {
    let (lat, lng) = invert(shift, point.lat(), point.lng());
    LatLng::clamped(lat, lng)
}

/// What BD-09 makes of a position in GCJ-02.
pub fn to_bd09(point: LatLng<Gcj02>) -> LatLng<Bd09> {
    let (lat, lng) = baidu(point.lat(), point.lng());
    LatLng::clamped(lat, lng)
}

/// The position in GCJ-02 that BD-09 gives as `point`.
pub fn from_bd09(point: LatLng<Bd09>) -> LatLng<Gcj02> {
    let (lat, lng) = invert(baidu, point.lat(), point.lng());
    LatLng::clamped(lat, lng)
}

fn unshifted(point: LatLng<Wgs84>) -> LatLng<Gcj02> {
    LatLng::clamped(point.lat(), point.lng())
}

fn shift(lat: f64, lng: f64) -> (f64, f64) {
    let [west, south, east, north] = SHIFTED;
    if !((west..=east).contains(&lng) && (south..=north).contains(&lat)) {
        return (lat, lng);
    }
    let (x, y) = (lng - 105.0, lat - 35.0);
    let ripple = 20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin();
    let wave = |v: f64| 20.0 * (v * PI).sin() + 40.0 * (v / 3.0 * PI).sin();
    let swell_north = 160.0 * (y / 12.0 * PI).sin() + 320.0 * (y / 30.0 * PI).sin();
    let swell_east = 150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin();
    let north_metres = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + (ripple + wave(y) + swell_north) * 2.0 / 3.0;
    let east_metres = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + (ripple + wave(x) + swell_east) * 2.0 / 3.0;
    let latitude = lat.to_radians();
    let magic = 1.0 - ECCENTRICITY_SQUARED * latitude.sin().powi(2);
    let metres_per_radian_north = AXIS_METRES * (1.0 - ECCENTRICITY_SQUARED) / (magic * magic.sqrt());
    let metres_per_radian_east = AXIS_METRES / magic.sqrt() * latitude.cos();
    (
        lat + (north_metres / metres_per_radian_north).to_degrees(),
        lng + (east_metres / metres_per_radian_east).to_degrees(),
    )
}

fn baidu(lat: f64, lng: f64) -> (f64, f64) {
    const TURN: f64 = PI * 3000.0 / 180.0;
    let radius = lng.hypot(lat) + 2e-5 * (lat * TURN).sin();
    let angle = lat.atan2(lng) + 3e-6 * (lng * TURN).cos();
    (radius * angle.sin() + 0.006, radius * angle.cos() + 0.0065)
}

/// The point that `forward` brings to `(lat, lng)`: takes off again what is left of the difference. Both
/// shifts change by less than a thousandth of the way walked, so each step gains some three digits.
fn invert(forward: fn(f64, f64) -> (f64, f64), lat: f64, lng: f64) -> (f64, f64) {
    let mut guess = (lat, lng);
    for _ in 0..MAX_ITERATIONS {
        let reached = forward(guess.0, guess.1);
        let left = (reached.0 - lat, reached.1 - lng);
        guess = (guess.0 - left.0, guess.1 - left.1);
        if left.0.abs().max(left.1.abs()) < CLOSE_DEGREES {
            break;
        }
    }
    guess
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::geo::Datum;

    /// Less than 1 cm apart, in degrees of latitude; one of longitude is shorter.
    const CENTIMETRE: f64 = 9e-8;

    fn near<A: Datum>(point: LatLng<A>, lat: f64, lng: f64, degrees: f64) -> bool {
        (point.lat() - lat).abs() < degrees && (point.lng() - lng).abs() < degrees
    }

    fn wgs(lat: f64, lng: f64) -> LatLng<Wgs84> {
        LatLng::new(lat, lng).unwrap()
    }

    #[test]
    fn known_points_arrive_where_other_implementations_put_them() {
        for (from, gcj, bd) in [
            ((39.90923, 116.397428), (39.910633506, 116.403671626), (39.916972856, 116.410044102)),
            ((23.1066, 113.3245), (23.103998206, 113.329921217), (23.109703640, 113.336477026)),
        ] {
            let point = wgs(from.0, from.1);
            assert!(near(to_gcj02(point), gcj.0, gcj.1, 1e-9));
            assert!(near(to_bd09(to_gcj02(point)), bd.0, bd.1, 1e-9));
        }
    }

    #[test]
    fn only_the_mainland_is_shifted() {
        let peak = wgs(22.2759, 114.1455);
        assert_eq!(to_crs(peak, is_mainland(Some("810000")), Crs::Gcj02), (22.2759, 114.1455));
        assert_ne!(to_crs(peak, is_mainland(Some("440304")), Crs::Gcj02), (22.2759, 114.1455));
        assert_eq!(from_crs(22.2759, 114.1455, Crs::Gcj02, false), Ok(peak));
        let (lat, lng) = to_crs(peak, false, Crs::Bd09);
        assert!((lat - 22.2759).abs() > 1e-3);
        assert!(near(from_crs(lat, lng, Crs::Bd09, false).unwrap(), 22.2759, 114.1455, CENTIMETRE));
        assert!(is_mainland(None) && is_mainland(Some("440103")));
        assert!(!is_mainland(Some("820000")) && !is_mainland(Some("710000")));
    }

    #[test]
    fn outside_the_box_nothing_moves() {
        let london = wgs(51.5, -0.12);
        assert_eq!((to_gcj02(london).lat(), to_gcj02(london).lng()), (51.5, -0.12));
        assert_eq!(from_crs(51.5, -0.12, Crs::Gcj02, true), Ok(london));
        assert!(from_crs(91.0, 0.0, Crs::Bd09, true).is_err());
        assert!(from_crs(90.0, 180.0, Crs::Bd09, true).is_ok());
    }

    proptest! {
        #[test]
        fn there_and_back_is_less_than_a_centimetre(lat in 20.2..25.5, lng in 109.6..117.4) {
            let point = wgs(lat, lng);
            prop_assert!(near(from_gcj02(to_gcj02(point)), lat, lng, CENTIMETRE / 50.0));
            for crs in [Crs::Gcj02, Crs::Wgs84, Crs::Bd09] {
                for mainland in [true, false] {
                    let (north, east) = to_crs(point, mainland, crs);
                    let back = from_crs(north, east, crs, mainland).unwrap();
                    prop_assert!(near(back, lat, lng, CENTIMETRE), "{crs:?}");
                }
            }
        }

        #[test]
        fn the_shift_over_guangdong_is_half_a_kilometre(lat in 20.2..25.5, lng in 109.7..117.3) {
            let shifted = to_gcj02(wgs(lat, lng));
            let metres = crate::domain::geo::distance(wgs(lat, lng), wgs(shifted.lat(), shifted.lng()));
            prop_assert!((500.0..650.0).contains(&metres), "{metres}");
        }

        #[test]
        fn every_number_on_earth_converts(lat in -90.0..=90.0f64, lng in -180.0..=180.0f64, mainland: bool) {
            for crs in [Crs::Gcj02, Crs::Bd09] {
                let point = from_crs(lat, lng, crs, mainland).unwrap();
                let (north, east) = to_crs(point, mainland, crs);
                prop_assert!(LatLng::<Wgs84>::new(north, east).is_ok());
            }
        }
    }
}
