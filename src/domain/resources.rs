//! The resource directory (科普资源名录): places and facilities, exhibits, works and products for whoever makes science
//! popular. A contest or a corps of lecturers is none: one takes part in it or invites it.

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::applications;
use super::divisions::Adcode;
use super::ids::BaseId;
use super::invalid::{Expected, FieldCode, Invalid};
use super::kinds::Kind;
use super::media::Image;
use super::organisations::{self, Organiser};
use super::places::Place;
use super::record::{Noun, Reference};
use super::sources::Source;
use super::taxonomy::{self, Classification, Code};
use super::text::Text;

/// For how many months an entry holds after somebody said that it is so; then it is shown as one to be confirmed.
pub const CURRENT_MONTHS: u32 = 12;

/// For how many months more it is listed; then it is put away.
pub const STALE_MONTHS: u32 = 12;

/// An entry of the directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// Its name.
    pub name: Text,
    /// What kind it is.
    #[serde(rename = "type")]
    pub kind: ResourceType,
    /// What it is and what one can do with it, one or two sentences.
    pub text: Text,
    /// Codes of other schemes, such as GB/T 32844.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classifications: Vec<Classification>,
    /// Codes of scheme `topic`, the main one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Code>,
    /// Codes of scheme `audience`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audiences: Vec<Code>,
    /// Who keeps it, the main one first; none where nobody is known to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organisers: Vec<Organiser>,
    /// The base where it is, or from which it is sent out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<BaseId>,
    /// Where it is, unless at the base; absent too for what is nowhere in particular, as a book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The division for which it is: where a travelling exhibition goes, who may have a book. Where there is no place, that
    /// division's authority registers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<Adcode>,
    /// Where it can be read, watched, played or ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whom everybody may ask about it, by the leave of whoever that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<PublicContact>,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Image>,
    /// Under what it was registered here; absent for what came otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<Registration>,
    /// Where the record comes from.
    pub source: Source,
}

/// Whom everybody may ask about an entry. Only who agreed stands here: what is for authorities alone is sealed elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicContact {
    /// Their name, or that of their office.
    pub name: String,
    /// Their telephone number.
    pub phone: String,
    /// Their address for mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
}

/// That an entry was registered (登记).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    /// The number, given once: division, year, and which of that year.
    pub number: String,
    /// The day.
    pub on: NaiveDate,
    /// The division whose authority registered it.
    pub division: Adcode,
    /// The day on which somebody last said that it is so: an authority by approving, or its submitter.
    pub confirmed: NaiveDate,
}

impl Registration {
    /// The day from which it is to be confirmed.
    #[must_use]
    pub fn stale_from(&self) -> NaiveDate {
        self.confirmed + Months::new(CURRENT_MONTHS)
    }

    /// The day on which it is put away unless it is confirmed before.
    #[must_use]
    pub fn lapses_on(&self) -> NaiveDate {
        self.confirmed + Months::new(CURRENT_MONTHS + STALE_MONTHS)
    }

    /// The day since which it is to be confirmed, if it is on `day`.
    #[must_use]
    pub fn stale_since(&self, day: NaiveDate) -> Option<NaiveDate> {
        Some(self.stale_from()).filter(|from| *from <= day)
    }
}

/// Kinds of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ResourceType {
    /// A place, or equipment in it (场所、设施).
    Facility,
    /// An exhibit or an exhibition (展品、展览).
    Exhibit,
    /// A book, a programme, an account that publishes (作品).
    Work,
    /// A course, a kit, a game (产品).
    Product,
}

impl Noun for Resource {
    const KIND: Kind = Kind::Resource;

    fn check(&self, invalid: &mut Invalid) {
        invalid.text("name", &self.name, 120);
        invalid.text("text", &self.text, 2000);
        self.url.iter().for_each(|url| invalid.url("url", url));
        self.cover.iter().for_each(|cover| invalid.url("cover.url", &cover.url));
        if let Some(contact) = &self.contact {
            invalid.line("contact.name", &contact.name, applications::LONGEST_CONTACT);
            invalid.line("contact.phone", &contact.phone, applications::LONGEST_PHONE);
            contact
                .mail
                .iter()
                .for_each(|mail| invalid.line("contact.mail", mail, applications::LONGEST_MAIL));
        }
        for (i, code) in self.classifications.iter().enumerate() {
            if code.scheme.trim().is_empty() || code.code.trim().is_empty() {
                invalid.push(format!("classifications[{i}]"), FieldCode::Malformed(Expected::Code));
            }
        }
    }

    fn texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        visit(&mut self.name);
        visit(&mut self.text);
        self.place.iter_mut().for_each(|place| place.texts(visit));
        self.cover.iter_mut().for_each(|cover| visit(&mut cover.alt));
    }

    fn references(&self) -> Vec<Reference> {
        let place = self.place.iter();
        organisations::references(&self.organisers)
            .chain(taxonomy::references("topics", taxonomy::TOPIC, &self.topics))
            .chain(taxonomy::references("audiences", taxonomy::AUDIENCE, &self.audiences))
            .chain(self.base.map(|base| Reference::new("base", Kind::Base, base.get())))
            .chain(place.map(|place| Reference::new("place.adcode", Kind::Division, place.adcode.number())))
            .chain(self.reach.map(|reach| Reference::new("reach", Kind::Division, reach.number())))
            .collect()
    }
}
