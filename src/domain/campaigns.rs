//! Campaigns (主题活动) and theme days: what recurs each year or month, with dates that an authority confirms.

pub mod duties;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::invalid::{FieldCode, Invalid};
use super::kinds::Kind;
use super::record::{Noun, Reference};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::divisions::Adcode;
use super::ids::{EditionId, OrganisationId};
use super::media::Image;
use super::recurrence::{self, BadRecurrence};
use super::sources::Source;
use super::text::Text;
use super::time::{self, Span};

/// Most editions whose dates are published, of one campaign.
const MOST_EDITIONS: usize = 200;

/// Most units of one campaign.
const MOST_UNITS: usize = 300;

/// The most events that a unit may have to hold in an edition.
const MOST_REQUIRED: u16 = 1000;

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
    /// The division whose authority keeps it; absent: the first of all divisions, a province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adcode: Option<Adcode>,
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
        self.check_editions(invalid);
        self.check_units(invalid);
        self.cover.iter().for_each(|cover| cover.check("cover", invalid));
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
        let keeper = self.adcode.map(|adcode| Reference::new("adcode", Kind::Division, adcode.number()));
        units.filter_map(reference).chain(keeper).collect()
    }
}

impl Campaign {
    fn check_editions(&self, invalid: &mut Invalid) {
        if self.editions.len() > MOST_EDITIONS {
            return invalid.push("editions", FieldCode::TooMany { max: MOST_EDITIONS });
        }
        let (mut days, mut ids) = (BTreeSet::new(), BTreeSet::new());
        for (i, edition) in self.editions.iter().enumerate() {
            let PublishedEdition { id, year, from, to, slogan, .. } = edition;
            if to < from {
                invalid.inverted(format!("editions[{i}].from"), "from", "to");
            } else {
                // What begins in December counts for the year that it is known by.
                invalid.range(format!("editions[{i}].year"), *year, from.year(), to.year());
            }
            if !days.insert(*from) || id.is_some_and(|id| !ids.insert(id)) {
                invalid.push(format!("editions[{i}]"), FieldCode::Repeated);
            }
            slogan.iter().for_each(|slogan| invalid.text(&format!("editions[{i}].slogan"), slogan, 120));
        }
    }

    fn check_units(&self, invalid: &mut Invalid) {
        if self.units.len() > MOST_UNITS {
            return invalid.push("units", FieldCode::TooMany { max: MOST_UNITS });
        }
        let mut known = BTreeSet::new();
        for (i, unit) in self.units.iter().enumerate() {
            invalid.text(&format!("units[{i}].name"), &unit.name, 120);
            invalid.range(format!("units[{i}].required"), unit.required, 0, MOST_REQUIRED);
            if unit.organisation.is_some_and(|id| !known.insert(id)) {
                invalid.push(format!("units[{i}].organisation"), FieldCode::Repeated);
            }
        }
    }

    /// The editions of a year of the campaign with this number, in order of time. A year with a published edition has those
    /// and none by rule; what the rule gives is not worked out for it.
    pub fn editions_in<'a, R: AsRef<[recurrence::Edition]>>(
        &'a self,
        id: i64,
        year: i32,
        by_rule: impl FnOnce() -> R,
    ) -> Vec<Edition<'a>> {
        let published = self.editions.iter().filter(|published| published.year == year);
        let mut editions: Vec<_> = published.map(|published| Edition::published(id, published)).collect();
        if editions.is_empty() {
            let by_rule = by_rule();
            let edition = |days: &recurrence::Edition| {
                Edition::by_rule(id, year, (days.from, days.to), self.recurrence.fixed)
            };
            editions.extend(by_rule.as_ref().iter().map(edition));
        }
        editions.sort_by_key(|edition| edition.from);
        editions
    }

    /// What the rule gives for a year; nothing where there is no rule that can be read.
    #[must_use]
    pub fn by_rule(&self, year: i32) -> Vec<recurrence::Edition> {
        let rule = self.recurrence.parse().and_then(Result::ok);
        rule.map(|rule| rule.editions(year)).unwrap_or_default()
    }

    /// An edition of the campaign with this number: a published one of whatever year, or what the rule gives in these.
    #[must_use]
    pub fn edition(&self, id: i64, edition: EditionId, years: RangeInclusive<i32>) -> Option<Edition<'_>> {
        self.published_edition(id, edition).or_else(|| {
            let mut all = years.flat_map(|year| self.editions_in(id, year, || self.by_rule(year)));
            all.find(|one| one.id == edition)
        })
    }

    /// A published edition of the campaign with this number.
    #[must_use]
    pub fn published_edition(&self, id: i64, edition: EditionId) -> Option<Edition<'_>> {
        let mut published = self.editions.iter().map(|published| Edition::published(id, published));
        published.find(|one| one.id == edition)
    }

    /// The unit that an organisation is in a year.
    #[must_use]
    pub fn unit(&self, organisation: OrganisationId, year: i32) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.organisation == Some(organisation) && unit.takes_part_in(year))
    }
}

/// One time that a campaign takes place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edition<'a> {
    /// Its id. Where nothing else was said it follows from the campaign and the first day.
    pub id: EditionId,
    /// The year it counts for.
    pub year: i32,
    /// First day.
    pub from: NaiveDate,
    /// Last day, inclusive.
    pub to: NaiveDate,
    /// Whether the dates were published or are fixed, rather than expected by habit.
    pub confirmed: bool,
    /// The published edition, if there is one.
    pub published: Option<&'a PublishedEdition>,
}

impl<'a> Edition<'a> {
    /// A published edition of the campaign of this number.
    #[must_use]
    pub fn published(campaign: i64, published: &'a PublishedEdition) -> Self {
        let PublishedEdition { year, from, to, confirmed, .. } = *published;
        let by_days = Self::by_rule(campaign, year, (from, to), confirmed);
        Self { id: published.id.unwrap_or(by_days.id), published: Some(published), ..by_days }
    }

    fn by_rule(campaign: i64, year: i32, (from, to): (NaiveDate, NaiveDate), confirmed: bool) -> Self {
        let id = EditionId::from_slug(&format!("{campaign}:{from}"));
        Self { id, year, from, to, confirmed, published: None }
    }

    /// Its days, from the first instant of the first to the end of the last.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::of_days(self.from, self.to)
    }

    /// Whether it takes place at least partly within a span.
    #[must_use]
    pub fn overlaps(&self, span: &Span) -> bool {
        span.overlaps(time::start_of(self.from), time::end_of(self.to))
    }

    /// Whether it is over.
    #[must_use]
    pub fn has_ended(&self, now: DateTime<Utc>) -> bool {
        self.to < time::day_of(now)
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

/// An edition with dates of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishedEdition {
    /// Its id, which it keeps when its days move; absent: what follows from the campaign and the first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EditionId>,
    /// The year it counts for.
    pub year: i32,
    /// First day.
    pub from: NaiveDate,
    /// Last day, inclusive.
    pub to: NaiveDate,
    /// Whether the days are certain, rather than what is planned for.
    #[serde(default = "certain")]
    pub confirmed: bool,
    /// Its slogan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slogan: Option<Text>,
}

const fn certain() -> bool {
    true
}

const fn at_least_one() -> u16 {
    1
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
    /// How many events of an edition it has to hold.
    #[serde(default = "at_least_one")]
    pub required: u16,
    /// The last year in which it takes part; absent: it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i32>,
}

impl Unit {
    /// Whether it takes part in the editions of a year.
    #[must_use]
    pub fn takes_part_in(&self, year: i32) -> bool {
        self.until.is_none_or(|until| year <= until)
    }
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
