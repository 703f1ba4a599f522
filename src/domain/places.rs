//! Places: where something is, how sure that is, and who can get in.

use serde::{Deserialize, Serialize};

use super::divisions::Adcode;
use super::geo::{LatLng, Wgs84};
use super::invalid::Invalid;
use super::text::Text;

/// Where something takes place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// What people call it.
    pub name: Text,
    /// Postal address.
    pub address: Text,
    /// Innermost administrative division.
    pub adcode: Adcode,
    /// Position; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<LatLng<Wgs84>>,
    /// How far off the position may be, in metres: a judgement, not a measured error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision_metres: Option<u32>,
    /// Room, hall or meeting point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<Text>,
    /// How to get there by public transport.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transit: Option<Text>,
}

/// The longest name, room or address of a place, in characters; what is said of the way there may be longer.
const NAME_MAX: usize = 120;
const WAY_MAX: usize = 500;

impl Place {
    /// Adds what is wrong with it, as `field`.
    pub fn check(&self, field: &str, invalid: &mut Invalid) {
        invalid.text(&format!("{field}.name"), &self.name, NAME_MAX);
        invalid.text(&format!("{field}.address"), &self.address, NAME_MAX);
        self.room.iter().for_each(|room| invalid.text(&format!("{field}.room"), room, NAME_MAX));
        self.transit.iter().for_each(|way| invalid.text(&format!("{field}.transit"), way, WAY_MAX));
        if let Some(metres) = self.precision_metres {
            invalid.range(format!("{field}.precisionMetres"), metres, 1, 100_000);
        }
    }

    /// Visits every text.
    pub(super) fn texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        visit(&mut self.name);
        visit(&mut self.address);
        self.room.iter_mut().chain(&mut self.transit).for_each(visit);
    }
}

/// What a venue offers to people with disabilities. Absent means unknown, not "no".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Accessibility {
    /// Step-free access for wheelchairs and prams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wheelchair: Option<Provision>,
    /// For people who hear little: sign language, captions, induction loops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hearing: Option<Provision>,
    /// For people who see little: tactile paths and models, audio description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visual: Option<Provision>,
    /// Details in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
}

/// How far a need is provided for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Provision {
    /// Provided for.
    Yes,
    /// In part, or with help.
    Limited,
    /// Not provided for.
    No,
}
