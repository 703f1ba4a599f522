//! Organisations: museums, labs, associations, authorities; whoever offers something.

use super::invalid::Invalid;
use super::kinds::Kind;
use super::record::{Noun, Reference};
use serde::{Deserialize, Serialize};

use super::divisions::Adcode;
use super::ids::OrganisationId;
use super::sources::Source;
use super::text::Text;

/// An organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organisation {
    /// Its name.
    pub name: Text,
    /// Where it has its seat, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adcode: Option<Adcode>,
    /// Its web site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where the record comes from.
    pub source: Source,
}

impl Noun for Organisation {
    const KIND: Kind = Kind::Organisation;

    fn check(&self, invalid: &mut Invalid) {
        invalid.text("name", &self.name, 120);
        self.url.iter().for_each(|url| invalid.url("url", url));
    }

    fn texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        visit(&mut self.name);
    }

    fn references(&self) -> Vec<Reference> {
        self.adcode.iter().map(|adcode| Reference::new("adcode", Kind::Division, adcode.number())).collect()
    }
}

/// References that a list of organisers makes.
pub fn references(organisers: &[Organiser]) -> impl Iterator<Item = Reference> + '_ {
    organisers.iter().enumerate().map(|(i, organiser)| {
        Reference::new(
            format!("organisers[{i}].organisation"),
            Kind::Organisation,
            organiser.organisation.get(),
        )
    })
}

/// An organisation's part in something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organiser {
    /// Who.
    pub organisation: OrganisationId,
    /// In which role.
    #[serde(default)]
    pub role: OrganiserRole,
}

/// Roles of organisations in an event, a series or a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OrganiserRole {
    /// 主办
    #[default]
    Organiser,
    /// 承办
    CoOrganiser,
    /// 协办
    Supporter,
}
