//! Lecture series (系列讲座). A lecture is an event of the series.

use super::invalid::{FieldCode, Invalid};
use super::kinds::Kind;
use super::record::{Noun, Reference};
use serde::{Deserialize, Serialize};

use super::ids::BaseId;
use super::media::Image;
use super::organisations::{self, Organiser};
use super::partial_date::PartialDate;
use super::sources::Source;
use super::taxonomy::{self, Code};
use super::text::Text;

const TAGS_MAX: usize = 20;

/// A lecture series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Series {
    /// Its name.
    pub name: Text,
    /// What it is about, one or two sentences.
    pub summary: Text,
    /// Who runs it.
    pub organisers: Vec<Organiser>,
    /// How often lectures are held, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<Text>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<PartialDate>,
    /// Codes of scheme `topic`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Code>,
    /// Subjects in free words, for which there is no code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where lectures usually are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<BaseId>,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Image>,
    /// Where the record comes from.
    pub source: Source,
}

impl Noun for Series {
    const KIND: Kind = Kind::Series;

    fn check(&self, invalid: &mut Invalid) {
        invalid.title("name", &self.name, 120);
        invalid.text("summary", &self.summary, 1000);
        if self.organisers.is_empty() {
            invalid.push("organisers", FieldCode::Empty);
        }
        self.frequency.iter().for_each(|frequency| invalid.text("frequency", frequency, 120));
        if self.tags.len() > TAGS_MAX {
            invalid.push("tags", FieldCode::TooMany { max: TAGS_MAX });
        }
        self.tags.iter().enumerate().for_each(|(i, tag)| invalid.line(&format!("tags[{i}]"), tag, 60));
        self.cover.iter().for_each(|cover| cover.check("cover", invalid));
    }

    fn texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        visit(&mut self.name);
        visit(&mut self.summary);
        self.frequency.iter_mut().for_each(&mut *visit);
        self.cover.iter_mut().for_each(|cover| visit(&mut cover.alt));
    }

    fn references(&self) -> Vec<Reference> {
        organisations::references(&self.organisers)
            .chain(taxonomy::references("topics", taxonomy::TOPIC, &self.topics))
            .chain(self.base.map(|base| Reference::new("base", Kind::Base, base.get())))
            .collect()
    }
}
