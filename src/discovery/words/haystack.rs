//! Finding by words, first edition: every word of the question must stand somewhere in the thing's texts.

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

impl Field {
    fn weight(self) -> i64 {
        match self {
            Self::Name => 40,
            Self::Subject => 12,
            Self::Place => 8,
            Self::Body => 3,
        }
    }
}

/// The texts by which a thing is found, folded.
#[derive(Debug, Clone, Default)]
pub struct Haystack {
    fields: Vec<(Field, String)>,
}

impl Haystack {
    /// Adds a text in all its languages.
    pub fn add(&mut self, field: Field, text: &Text) {
        self.add_words(field, &text.zh_cn);
        for translation in text.zh_hk.iter().chain(&text.en) {
            if *translation != text.zh_cn {
                self.add_words(field, translation);
            }
        }
    }

    /// Adds a text that has one form only.
    pub fn add_words(&mut self, field: Field, words: &str) {
        self.fields.push((field, fold(words)));
    }
}

/// The words of a question, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// The words of `q`, separated by white space and punctuation; `None` where there are none.
    pub fn parse(q: &str) -> Option<Self> {
        let folded = fold(q);
        let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let words: Vec<String> = words.map(str::to_owned).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// How well they fit, at least 1; `None` unless every word is found.
    pub fn score(&self, haystack: &Haystack) -> Option<i64> {
        self.0.iter().map(|word| score(word, haystack)).sum()
    }
}

fn score(word: &str, haystack: &Haystack) -> Option<i64> {
    let found = haystack.fields.iter().filter_map(|(field, text)| {
        let at = text.find(word)?;
        let bonus = match field {
            Field::Name if text.len() == word.len() => 3,
            Field::Name if at == 0 => 2,
            _ => 1,
        };
        Some(field.weight() * bonus)
    });
    found.max()
}

/// Lower case, full-width forms as ASCII.
fn fold(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().map(narrow).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_be_found_and_names_count_most() {
        let mut haystack = Haystack::default();
        haystack.add(Field::Name, &Text { en: Some("Canton Tower".into()), ..Text::zh("广州塔") });
        haystack.add_words(Field::Body, "高空观景与气象课堂");
        let score = |q: &str| Words::parse(q).and_then(|words| words.score(&haystack));
        assert!(score("广州塔") > score("广州"), "the whole name beats a part of it");
        assert!(score("广州") > score("气象"));
        assert!(score("CANTON　ｔｏｗｅｒ").is_some(), "case and width do not matter");
        assert_eq!(score("广州 天文"), None);
        assert_eq!(Words::parse(" ，。 "), None);
    }
}
