//! Organisations: museums, labs, associations, authorities; whoever offers something.

use super::invalid::Invalid;
use super::kinds::Kind;
use super::record::{Noun, Reference};
use serde::{Deserialize, Serialize};

use super::divisions::Adcode;
use super::ids::OrganisationId;
use super::sources::Source;
use super::text::Text;
use super::words::words;

words! {
    /// What an organisation is.
    OrganisationKind {
        /// 党政机关
        Authority = "authority",
        /// 科协、学会、协会、基金会
        Association = "association",
        /// 科技馆、博物馆、天文馆
        Museum = "museum",
        /// 科研院所
        Institute = "institute",
        /// 高校
        University = "university",
        /// 中小学、幼儿园
        School = "school",
        /// 医疗卫生机构
        Hospital = "hospital",
        /// 图书馆、文化馆、少年宫
        CulturalCentre = "culturalCentre",
        /// 公园、植物园、动物园、保护区
        Park = "park",
        /// 街道、社区、村
        Community = "community",
        /// 企业
        Company = "company",
        /// Anything else.
        Other = "other",
    }
}

words! {
    /// How an organisation stands before authorities.
    StandingWord {
        /// What it says of itself waits for a decision.
        Waiting = "waiting",
        /// That was refused.
        Refused = "refused",
        /// That was found right; or it was here before anybody had to apply.
        Verified = "verified",
        /// What it submits is published at once.
        Trusted = "trusted",
        /// What it published is kept from everybody.
        Suspended = "suspended",
    }
}

impl Serialize for OrganisationKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for OrganisationKind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::from_name(&name).ok_or_else(|| serde::de::Error::custom("no kind of organisation"))
    }
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organisation {
    /// Its name.
    pub name: Text,
    /// What it is, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<OrganisationKind>,
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

/// Those who run something: its main organiser, and those who organise it with them. Supporters are named, and no more.
pub fn running(organisers: &[Organiser]) -> impl Iterator<Item = OrganisationId> {
    let runs = |(at, one): (usize, &Organiser)| {
        (at == 0 || one.role != OrganiserRole::Supporter).then_some(one.organisation)
    };
    organisers.iter().enumerate().filter_map(runs)
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
