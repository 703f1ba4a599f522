//! The resource directory (科普资源名录): places and facilities, exhibits, works and products for whoever makes science
//! popular. A contest or a corps of lecturers is none: one takes part in it or invites it.

use serde::{Deserialize, Serialize};

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
    /// Where it can be read, watched, played or ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Image>,
    /// Where the record comes from.
    pub source: Source,
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
            .collect()
    }
}
