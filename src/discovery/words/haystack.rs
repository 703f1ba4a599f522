//! The texts by which a thing is found.

use crate::domain::text::Text;

/// Where a word was found says how much it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The name or title.
    Name,
    /// Subjects, audiences, forms, speakers, series.
    Subject,
    /// Venue, organisers, district.
    Place,
    /// Summary and description.
    Body,
}

/// The texts by which a thing is found.
#[derive(Debug, Clone, Default)]
pub struct Haystack<'a> {
    /// Each text with where it stands.
    pub texts: Vec<(Field, &'a str)>,
}

impl<'a> Haystack<'a> {
    /// Adds a text in all its languages.
    pub fn add(&mut self, field: Field, text: &'a Text) {
        self.add_words(field, &text.zh_cn);
        for translation in text.zh_hk.iter().chain(&text.en) {
            if *translation != text.zh_cn {
                self.add_words(field, translation);
            }
        }
    }

    /// Adds a text that has one form only.
    pub fn add_words(&mut self, field: Field, words: &'a str) {
        self.texts.push((field, words));
    }
}
