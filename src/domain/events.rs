//! Events (科普活动): talks, exhibitions, experiments, open days, camps. An event has one or many sessions.

use super::invalid::{Expected, FieldCode, Invalid};
use super::kinds::Kind;
use super::record::{Noun, Reference};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::admission::{Admission, ExternalSignup, Price};
use super::ids::{BaseId, CampaignId, OrganisationId, SeriesId};
use super::media::{Image, Notice};
use super::organisations::{self, Organiser};
use super::places::{Accessibility, Place};
use super::programme::Programme;
use super::sources::Source;
use super::taxonomy::{self, Classification, Code};
use super::text::Text;

/// Nobody is older.
const OLDEST: u8 = 120;

/// The years in which something may run day after day.
const YEARS: (i32, i32) = (1900, 2100);

/// Whether it is written as a language of BCP 47 is: `zh-CN`, `yue`.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let main = parts.next().unwrap_or_default();
    let letters = (2..=3).contains(&main.len()) && main.bytes().all(|byte| byte.is_ascii_alphabetic());
    let part =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    letters && tag.len() <= 35 && parts.all(part)
}

/// An event, without its sessions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Its title.
    pub title: Text,
    /// One or two sentences for lists.
    pub summary: Text,
    /// The whole text; the summary stands in where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    /// A code of scheme `form`.
    pub form: Code,
    /// Codes of scheme `topic`, the main one first.
    pub topics: Vec<Code>,
    /// Codes of scheme `audience`.
    pub audiences: Vec<Code>,
    /// Codes of other schemes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classifications: Vec<Classification>,
    /// Subjects in free words, for which there is no code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Ages it is made for.
    #[serde(default)]
    pub ages: Ages,
    /// Whether taking part is free (a venue's own ticket, if any, is said in `price`).
    pub free: bool,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// On site, online or both.
    pub mode: Mode,
    /// How people get in.
    pub admission: Admission,
    /// Where to sign up if it is not here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_signup: Option<ExternalSignup>,
    /// Whether it goes ahead as announced.
    #[serde(default)]
    pub status: EventStatus,
    /// What everybody should know before setting out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// Who runs it, the first is the main one; never empty.
    pub organisers: Vec<Organiser>,
    /// Who speaks or leads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub speakers: Vec<Speaker>,
    /// The base where it takes place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<BaseId>,
    /// Its place, where that is not the base's. An event needs a base, a place, or to be online.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The series it belongs to, as a lecture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<SeriesId>,
    /// The campaigns it is part of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub campaigns: Vec<CampaignId>,
    /// How to take part from afar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online: Option<Online>,
    /// Recordings of past sessions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recordings: Vec<Recording>,
    /// Language spoken, a BCP 47 tag.
    pub language: String,
    /// Who can take part; where a field is absent the base's holds.
    #[serde(default)]
    pub accessibility: Accessibility,
    /// Pictures, the first is the cover.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// For what runs day after day (an exhibition): first and last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// How sessions of a sample event recur relative to today; absent for real events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programme: Option<Programme>,
    /// Whether the event is invented, for demonstration.
    #[serde(default)]
    pub sample: bool,
    /// Where the record comes from.
    pub source: Source,
}

impl Event {
    /// The main organiser.
    pub fn organiser(&self) -> Option<OrganisationId> {
        self.organisers.first().map(|o| o.organisation)
    }
}

impl Noun for Event {
    const KIND: Kind = Kind::Event;

    fn check(&self, invalid: &mut Invalid) {
        invalid.title("title", &self.title, 120);
        invalid.text("summary", &self.summary, 500);
        if let Some(description) = &self.description {
            invalid.text("description", description, 20_000);
        }
        if self.organisers.is_empty() {
            invalid.push("organisers", FieldCode::Empty);
        }
        for (field, age) in [("ages.min", self.ages.min), ("ages.max", self.ages.max)] {
            age.into_iter().for_each(|age| invalid.range(field, age, 0, OLDEST));
        }
        if !is_language(&self.language) {
            invalid.push("language", FieldCode::Malformed(Expected::AsDocumented));
        }
        if let Some(Period { from, to }) = self.period {
            for (field, day) in [("period.from", from), ("period.to", to)] {
                invalid.range(field, day.year(), YEARS.0, YEARS.1);
            }
        }
        if let (Some(min), Some(max)) = (self.ages.min, self.ages.max)
            && max < min
        {
            invalid.inverted("ages.min", "ages.min", "ages.max");
        }
        if self.mode != Mode::Online && self.base.is_none() && self.place.is_none() {
            invalid.push("place", FieldCode::Missing);
        }
        if self.admission == Admission::External && self.external_signup.is_none() {
            invalid.push("externalSignup", FieldCode::Missing);
        }
        self.place.iter().for_each(|place| place.check("place", invalid));
        self.price.iter().for_each(|price| price.check(invalid));
        for url in self.external_signup.iter().filter_map(|signup| signup.url.as_ref()) {
            invalid.public_url("externalSignup.url", url);
        }
        for url in self.online.iter().filter_map(|online| online.url.as_ref()) {
            invalid.public_url("online.url", url);
        }
        for (i, recording) in self.recordings.iter().enumerate() {
            invalid.public_url(format!("recordings[{i}].url"), &recording.url);
        }
        for (i, image) in self.images.iter().enumerate() {
            invalid.url(format!("images[{i}].url"), &image.url);
        }
        if let Some(programme) = &self.programme {
            programme.check(invalid);
            if !self.sample {
                invalid.push("programme", FieldCode::Conflicting { with: "sample".to_owned() });
            }
        }
        if self.period.is_some_and(|period| period.to < period.from) {
            invalid.inverted("period.from", "period.from", "period.to");
        }
    }

    fn texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        visit(&mut self.title);
        visit(&mut self.summary);
        self.description.iter_mut().for_each(&mut *visit);
        self.price.iter_mut().for_each(|price| price.texts(visit));
        self.notice.iter_mut().for_each(|notice| visit(&mut notice.text));
        for speaker in &mut self.speakers {
            visit(&mut speaker.role);
            speaker.name.iter_mut().chain(&mut speaker.organisation).for_each(&mut *visit);
        }
        self.place.iter_mut().for_each(|place| place.texts(visit));
        self.recordings.iter_mut().for_each(|recording| visit(&mut recording.title));
        self.accessibility.text.iter_mut().for_each(&mut *visit);
        self.images.iter_mut().for_each(|image| visit(&mut image.alt));
    }

    fn references(&self) -> Vec<Reference> {
        let campaigns = self.campaigns.iter().enumerate();
        organisations::references(&self.organisers)
            .chain([self.form.reference("form", taxonomy::FORM)])
            .chain(taxonomy::references("topics", taxonomy::TOPIC, &self.topics))
            .chain(taxonomy::references("audiences", taxonomy::AUDIENCE, &self.audiences))
            .chain(self.base.map(|base| Reference::new("base", Kind::Base, base.get())))
            .chain(self.series.map(|series| Reference::new("series", Kind::Series, series.get())))
            .chain(
                campaigns.map(|(i, id)| Reference::new(format!("campaigns[{i}]"), Kind::Campaign, id.get())),
            )
            .chain(
                self.place
                    .iter()
                    .map(|place| Reference::new("place.adcode", Kind::Division, place.adcode.number())),
            )
            .collect()
    }
}

/// Ages in completed years, both inclusive; an absent bound is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ages {
    /// Youngest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<u8>,
    /// Oldest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u8>,
}

impl Ages {
    /// Whether somebody of `age` is among them.
    pub fn admit(self, age: u8) -> bool {
        self.min.is_none_or(|min| min <= age) && self.max.is_none_or(|max| age <= max)
    }
}

/// Where an event takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// At a place.
    Onsite,
    /// On the net only.
    Online,
    /// Both.
    Hybrid,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 3] = [Self::Onsite, Self::Online, Self::Hybrid];
}

/// Whether an event or a session goes ahead as announced. That it has ended is for the clock to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EventStatus {
    /// As announced.
    #[default]
    Scheduled,
    /// Moved or altered since it was announced.
    Changed,
    /// Called off.
    Cancelled,
}

/// Somebody who speaks. Seeds name roles, never people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Speaker {
    /// Their name, where they agreed to be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Profession or part.
    pub role: Text,
    /// Where they come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Text>,
}

/// How to take part from afar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Online {
    /// What it is.
    pub kind: OnlineKind,
    /// Where; not shown to everybody if `for_signed_up_only`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether only people who signed up get the address.
    #[serde(default)]
    pub for_signed_up_only: bool,
}

/// Kinds of online event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OnlineKind {
    /// A live stream.
    Livestream,
    /// A meeting one joins.
    Meeting,
    /// Something to be used at any time.
    OnDemand,
}

/// A recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recording {
    /// What it shows.
    pub title: Text,
    /// Where it is.
    pub url: String,
}

/// First and last day, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}
