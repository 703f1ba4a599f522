//! Where: radius, box, division, and how far.

use kepu::domain::datum;
use kepu::domain::divisions::Adcode;
use kepu::domain::geo::{Crs, LatLng, Wgs84};
use kepu::domain::places::Place;

use crate::oracle::ground::GROUND;
use crate::oracle::questions::Question;

/// What a question says of places.
pub struct Area {
    at: Option<LatLng<Wgs84>>,
    radius: Option<f64>,
    /// West, south, east, north.
    bbox: Option<[f64; 4]>,
    adcode: Option<Adcode>,
    crs: Crs,
}

impl Area {
    pub fn of(question: &Question) -> Self {
        let number = |name| question.get(name).map(|text| text.parse::<f64>().unwrap());
        let crs = question.crs();
        Self {
            at: number("lat").zip(number("lng")).map(|(lat, lng)| read_point(lat, lng, crs)),
            radius: number("radius"),
            bbox: question.get("bbox").map(|text| {
                let edges: Vec<f64> = text.split(',').map(|edge| edge.parse().unwrap()).collect();
                edges.try_into().unwrap()
            }),
            adcode: question.get("adcode").map(|code| code.parse().unwrap()),
            crs,
        }
    }

    /// Whether a place is asked for.
    pub fn holds(&self, place: Option<&Place>) -> bool {
        let adcode =
            self.adcode.is_none_or(|outer| place.is_some_and(|place| GROUND.within(place.adcode, outer)));
        let radius =
            self.radius.is_none_or(|radius| self.distance(place).is_some_and(|metres| metres <= radius));
        let bbox = self.bbox.is_none_or(|[west, south, east, north]| {
            place
                .and_then(|place| answered(place, self.crs))
                .is_some_and(|(lat, lng)| west <= lng && lng <= east && south <= lat && lat <= north)
        });
        adcode && radius && bbox
    }

    /// How far a place is from where the question is asked.
    pub fn distance(&self, place: Option<&Place>) -> Option<f64> {
        Some(distance(self.at?, place?.position?))
    }

    /// Whether the question is asked from somewhere.
    pub fn is_somewhere(&self) -> bool {
        self.at.is_some()
    }
}

/// The numbers with which a place's position is answered.
pub fn answered(place: &Place, crs: Crs) -> Option<(f64, f64)> {
    Some(datum::to_crs(place.position?, place.adcode.is_mainland(), crs))
}

/// Metres on the contract's sphere by the haversine formula, to 0.1.
pub fn distance(a: LatLng<Wgs84>, b: LatLng<Wgs84>) -> f64 {
    let (lat1, lat2) = (a.lat().to_radians(), b.lat().to_radians());
    let haversine = |angle: f64| (angle / 2.0).sin().powi(2);
    let chord =
        haversine(lat2 - lat1) + lat1.cos() * lat2.cos() * haversine((b.lng() - a.lng()).to_radians());
    let metres = 2.0 * 6_371_008.8 * chord.sqrt().min(1.0).asin();
    (metres * 10.0).round() / 10.0
}

/// A point of a request: unshifted only where that, and not the shifted reading, lies beyond the border.
pub fn read_point(lat: f64, lng: f64, crs: Crs) -> LatLng<Wgs84> {
    let read = |mainland| datum::from_crs(lat, lng, crs, mainland).unwrap();
    let (inland, beyond) = (read(true), read(false));
    let crossed = GROUND.on_mainland(inland) != Some(true) && GROUND.on_mainland(beyond) == Some(false);
    if crossed { beyond } else { inland }
}
