//! Campaigns (主题活动) and theme days: what recurs each year or month, with dates that an authority confirms.

use super::invalid::{FieldCode, Invalid};
use super::kinds::Kind;
use super::record::{Noun, Reference};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ids::OrganisationId;
use super::media::Image;
use super::recurrence::{self, BadRecurrence};
use super::sources::Source;
use super::text::Text;

/// A campaign or theme day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Campaign {
    /// Its name.
    pub name: Text,
    /// What kind it is.
    #[serde(rename = "type")]
    pub kind: CampaignType,
    /// What it is about.
    pub text: Text,
    /// How it recurs.
    pub recurrence: Recurrence,
    /// Editions whose dates were published; they take the place of those the rule gives for the same year.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub editions: Vec<PublishedEdition>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<Unit>,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Image>,
    /// Where the record comes from.
    pub source: Source,
}

impl Noun for Campaign {
    const KIND: Kind = Kind::Campaign;

    fn check(&self, invalid: &mut Invalid) {
        invalid.text("name", &self.name, 120);
        invalid.text("text", &self.text, 20_000);
        if let Some(Err(error)) = self.recurrence.parse() {
            invalid.push("recurrence.rule", FieldCode::Rule { reason: error.to_string() });
        }
        for (i, edition) in self.editions.iter().enumerate() {
            if edition.to < edition.from {
                invalid.inverted(format!("editions[{i}].from"), "from", "to");
            }
        }
    }

    fn texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        visit(&mut self.name);
        visit(&mut self.text);
        visit(&mut self.recurrence.text);
        self.editions.iter_mut().filter_map(|edition| edition.slogan.as_mut()).for_each(&mut *visit);
        self.units.iter_mut().for_each(|unit| visit(&mut unit.name));
        self.cover.iter_mut().for_each(|cover| visit(&mut cover.alt));
    }

    fn references(&self) -> Vec<Reference> {
        let units = self.units.iter().enumerate();
        let reference = |(i, unit): (usize, &Unit)| {
            let field = format!("units[{i}].organisation");
            unit.organisation.map(|id| Reference::new(field, Kind::Organisation, id.get()))
        };
        units.filter_map(reference).collect()
    }
}

/// Kinds of campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CampaignType {
    /// A named programme (科技活动周, 三下乡, 嘉年华).
    Campaign,
    /// One day a year.
    ThemeDay,
    /// About a week.
    ThemeWeek,
    /// About a month.
    ThemeMonth,
}

/// How a campaign recurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recurrence {
    /// RFC 5545 RRULE of the first days; absent where there is no rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Length in days, at least 1.
    pub duration_days: u16,
    /// Whether the rule is binding (a day fixed by law or by the United Nations) rather than a habit that each
    /// year's notice may change.
    pub fixed: bool,
    /// The rule in words.
    pub text: Text,
}

impl Recurrence {
    /// The rule in a form that gives dates; `None` where there is no rule.
    pub fn parse(&self) -> Option<Result<recurrence::Recurrence, BadRecurrence>> {
        Some(recurrence::Recurrence::parse(self.rule.as_deref()?, self.duration_days.into()))
    }
}

/// An edition with published dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishedEdition {
    /// The year it counts for.
    pub year: i32,
    /// First day.
    pub from: NaiveDate,
    /// Last day, inclusive.
    pub to: NaiveDate,
    /// Its slogan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slogan: Option<Text>,
}

/// A unit that takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unit {
    /// Its name, as the plan writes it.
    pub name: Text,
    /// The organisation, where it is one that Kepu knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// Its part.
    pub role: UnitRole,
}

/// Part of a unit in a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UnitRole {
    /// Leads.
    Lead,
    /// Takes part.
    Partner,
}
