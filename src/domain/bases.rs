//! Bases (科普基地): accredited venues one can visit.

use super::ids::AccreditationId;
use super::invalid::{FieldCode, Invalid};
use super::kinds::Kind;
use super::record::{Noun, Reference};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::admission::{Booking, Price};
use super::hours::{Closure, OpeningHours};
use super::media::{self, Image, Notice};
use super::organisations::{self, Organiser};
use super::partial_date::PartialDate;
use super::places::{Accessibility, Place};
use super::sources::Source;
use super::taxonomy::{self, Classification, Code};
use super::text::Text;

/// The longest of what is said in words of hours, booking and access, in characters.
const WORDS_MAX: usize = 500;

/// The longest rule of opening hours, in bytes.
const RULE_MAX: usize = 500;

const FACILITIES_MAX: usize = 30;

/// Most closures that a base has at a time, past ones too.
const CLOSURES_MAX: usize = 100;

/// A base.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Base {
    /// Its name.
    pub name: Text,
    /// What one finds there.
    pub description: Text,
    /// Kind of base: a code of scheme `category`.
    pub category: Code,
    /// Codes of other schemes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classifications: Vec<Classification>,
    /// Recognitions by public bodies. A base holds several, from different bodies, each with its own dates;
    /// none listed means none known, not none held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recognitions: Vec<Recognition>,
    /// Who runs it, the first is the main one.
    pub organisers: Vec<Organiser>,
    /// Where it is.
    pub place: Place,
    /// When it is open.
    #[serde(default)]
    pub hours: Hours,
    /// Days on which it is closed whatever its hours say. They take effect at once: no draft has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closures: Vec<Closure>,
    /// Whether one must book.
    pub booking: Booking,
    /// Whether entry is free; absent where unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free: Option<bool>,
    /// What entry costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Public telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Who can get in and around.
    #[serde(default)]
    pub accessibility: Accessibility,
    /// What it offers, in free words: planetarium, cinema, birdwatching hide …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facilities: Vec<String>,
    /// Pictures, the first is the cover.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// What visitors must know at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// Where the record comes from.
    pub source: Source,
}

impl Noun for Base {
    const KIND: Kind = Kind::Base;

    fn check(&self, invalid: &mut Invalid) {
        invalid.title("name", &self.name, 120);
        invalid.text("description", &self.description, 20_000);
        if self.organisers.is_empty() {
            invalid.push("organisers", FieldCode::Empty);
        }
        self.place.check("place", invalid);
        self.price.iter().for_each(|price| price.check(invalid));
        for url in self.booking.external_signup.iter().filter_map(|signup| signup.url.as_ref()) {
            invalid.url("booking.externalSignup.url", url);
        }
        for (field, words) in [
            ("hours.note", &self.hours.note),
            ("booking.text", &self.booking.text),
            ("accessibility.text", &self.accessibility.text),
        ] {
            words.iter().for_each(|words| invalid.text(field, words, WORDS_MAX));
        }
        self.phone.iter().for_each(|phone| invalid.line("phone", phone, 30));
        if self.facilities.len() > FACILITIES_MAX {
            invalid.push("facilities", FieldCode::TooMany { max: FACILITIES_MAX });
        }
        for (i, facility) in self.facilities.iter().enumerate() {
            invalid.line(&format!("facilities[{i}]"), facility, 60);
        }
        media::check_all(&self.images, invalid);
        self.notice.iter().for_each(|notice| notice.check(invalid));
        match self.hours.rule.as_deref() {
            Some(rule) if rule.len() > RULE_MAX => {
                invalid.push("hours.rule", FieldCode::TooLong { max: RULE_MAX });
            }
            Some(rule) => {
                if let Err(error) = OpeningHours::parse(rule) {
                    invalid.push("hours.rule", FieldCode::Hours { at: error.at });
                }
            }
            None => {}
        }
        check_closures(&self.closures, invalid);
    }

    fn texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        visit(&mut self.name);
        visit(&mut self.description);
        self.recognitions.iter_mut().for_each(|recognition| visit(&mut recognition.body));
        self.place.texts(visit);
        self.hours.note.iter_mut().for_each(&mut *visit);
        self.closures.iter_mut().for_each(|closure| visit(&mut closure.reason));
        self.booking.text.iter_mut().for_each(&mut *visit);
        self.price.iter_mut().for_each(|price| price.texts(visit));
        self.accessibility.text.iter_mut().for_each(&mut *visit);
        self.images.iter_mut().for_each(|image| visit(&mut image.alt));
        self.notice.iter_mut().for_each(|notice| visit(&mut notice.text));
    }

    fn references(&self) -> Vec<Reference> {
        let levels = self.recognitions.iter().enumerate();
        let levels =
            levels.map(|(i, r)| r.level.reference(format!("recognitions[{i}].level"), taxonomy::LEVEL));
        organisations::references(&self.organisers)
            .chain([
                Reference::new("place.adcode", Kind::Division, self.place.adcode.number()),
                self.category.reference("category", taxonomy::CATEGORY),
            ])
            .chain(levels)
            .collect()
    }
}

impl Base {
    /// Its opening hours with their closures; `None` where they are not known.
    pub fn opening_hours(&self) -> Option<OpeningHours> {
        // Saving refuses a rule that cannot be read; one that got here all the same means that hours are unknown.
        let hours = OpeningHours::parse(self.hours.rule.as_deref()?).ok()?;
        Some(hours.with_closures(self.closures.clone()))
    }

    /// The closure that holds the venue's `date`.
    pub fn closure_on(&self, date: NaiveDate) -> Option<&Closure> {
        self.closures.iter().find(|closure| closure.holds(date))
    }
}

/// Adds what is wrong with the closures of a base.
pub fn check_closures(closures: &[Closure], invalid: &mut Invalid) {
    if closures.len() > CLOSURES_MAX {
        invalid.push("closures", FieldCode::TooMany { max: CLOSURES_MAX });
    }
    for (i, closure) in closures.iter().enumerate() {
        invalid.text(&format!("closures[{i}].reason"), &closure.reason, 200);
        if closure.to < closure.from {
            invalid.inverted(format!("closures[{i}].from"), "from", "to");
        }
    }
}

/// A level granted to a base by a body for a term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recognition {
    /// A code of scheme `level`: `national`, `provincial`, `municipal`, `district`.
    pub level: Code,
    /// The body that granted it, or the title under which it is published.
    pub body: Text,
    /// From when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<PartialDate>,
    /// Until when, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<PartialDate>,
    /// The number of the certificate, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// The accreditation by which it was granted here; absent for what was read elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accreditation: Option<AccreditationId>,
    /// Where the recognition was read.
    #[serde(default)]
    pub source: Source,
}

/// Opening hours.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hours {
    /// A rule in the syntax of OpenStreetMap's `opening_hours`; absent where unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What the rule cannot say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}
