//! Places, positions, and who can get in.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::view::View;
use crate::domain::datum;
use crate::domain::divisions::Adcode;
use crate::domain::geo::{LatLng, Wgs84};
use crate::domain::places;
use crate::http::wire::wire;

/// Where something takes place.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Place<'a> {
    /// What people call it.
    #[schema(example = "广东科学中心")]
    pub name: &'a str,
    /// Postal address.
    #[schema(example = "广州市番禺区大学城科普路168号")]
    pub address: &'a str,
    /// Code of the innermost administrative division, as `/v1/divisions` gives it.
    #[schema(example = "440113")]
    pub adcode: String,
    /// Name of that division.
    #[schema(example = "番禺区")]
    pub district: &'a str,
    /// Latitude in degrees, in the answer's `crs`; absent where the position is not known.
    #[schema(example = 23.0394)]
    pub lat: Option<f64>,
    /// Longitude in degrees, in the answer's `crs`; together with `lat`.
    #[schema(example = 113.3621)]
    pub lng: Option<f64>,
    /// How far off the position may be, in metres: a judgement, not a measured error.
    #[schema(example = 50)]
    pub precision_metres: Option<u32>,
    /// Room, hall or meeting point.
    #[schema(example = "二楼报告厅")]
    pub room: Option<&'a str>,
    /// How to get there by public transport.
    #[schema(example = "地铁4号线大学城南站")]
    pub transit: Option<&'a str>,
}

/// A position in the answer's `crs`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Position {
    /// Latitude in degrees.
    #[schema(example = 23.0394)]
    pub lat: f64,
    /// Longitude in degrees.
    #[schema(example = 113.3621)]
    pub lng: f64,
}

impl From<(f64, f64)> for Position {
    fn from((lat, lng): (f64, f64)) -> Self {
        Self { lat, lng }
    }
}

/// What is known of access for people with disabilities; what is absent is unknown.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Accessibility<'a> {
    /// Step-free access for wheelchairs and prams.
    pub wheelchair: Option<Provision>,
    /// For people who hear little: sign language, captions, induction loops.
    pub hearing: Option<Provision>,
    /// For people who see little: tactile paths and models, audio description.
    pub visual: Option<Provision>,
    /// Details in words.
    #[schema(example = "设无障碍电梯")]
    pub text: Option<&'a str>,
}

wire! {
    /// How far a need is provided for.
    Provision = places::Provision {
        /// Provided for.
        Yes "yes"
        /// In part, or with help.
        Limited "limited"
        /// Not provided for.
        No "no"
    }
}

impl<'a> Place<'a> {
    /// A place as `view` shows it.
    pub fn new(view: &View<'a>, place: &'a places::Place) -> Self {
        let position = place.position.map(|position| view.position(position, place.adcode));
        // Saving refuses a place in a division that does not exist.
        let district = view.snapshot.divisions.get(place.adcode).map(|division| view.text(&division.name));
        Self {
            name: view.text(&place.name),
            address: view.text(&place.address),
            adcode: place.adcode.to_string(),
            district: district.unwrap_or_default(),
            lat: position.map(|position| position.lat),
            lng: position.map(|position| position.lng),
            precision_metres: place.precision_metres,
            room: place.room.as_ref().map(|room| view.text(room)),
            transit: place.transit.as_ref().map(|transit| view.text(transit)),
        }
    }
}

impl<'a> Accessibility<'a> {
    /// What is known of something itself and, where it does not say, of its venue.
    pub fn new(
        view: &View<'a>,
        own: &'a places::Accessibility,
        venue: Option<&'a places::Accessibility>,
    ) -> Self {
        fn first<'t, T>(
            own: &'t places::Accessibility,
            venue: Option<&'t places::Accessibility>,
            field: impl Fn(&'t places::Accessibility) -> Option<T>,
        ) -> Option<T> {
            field(own).or_else(|| field(venue?))
        }
        Self {
            wheelchair: first(own, venue, |a| a.wheelchair).map(Provision::from),
            hearing: first(own, venue, |a| a.hearing).map(Provision::from),
            visual: first(own, venue, |a| a.visual).map(Provision::from),
            text: first(own, venue, |a| a.text.as_ref()).map(|text| view.text(text)),
        }
    }
}

impl View<'_> {
    /// A position in a division, in the reader's datum.
    pub fn position(&self, position: LatLng<Wgs84>, adcode: Adcode) -> Position {
        datum::to_crs(position, adcode.is_mainland(), self.crs).into()
    }
}
