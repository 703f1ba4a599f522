//! Screening: what is to be published is looked through for words that a person should see first. Nothing is dropped and
//! nobody is refused by it: what it doubts is told to whoever reviews.

use serde::{Deserialize, Serialize};

use super::drafts::body::{self, Body};
use super::text::{NoDictionary, Simplified};

/// The words that are looked for where the configuration names no file.
const DEFAULT: &str = include_str!("screening/default.txt");

/// What looks texts through.
pub trait Screen: Send + Sync + 'static {
    /// What is doubtful in a text: the reason, and what was found.
    fn doubts(&self, text: &str) -> Vec<(String, String)>;
}

/// A doubt about a field, for whoever reviews.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// Which field: its path.
    pub field: String,
    /// Why: the heading under which the word stands in the list, or what WeChat's check says.
    pub reason: String,
    /// What was found; absent where a check does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

/// What is doubtful in the fields of a thing.
pub fn doubts(screen: &dyn Screen, fields: &Body) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    body::texts(fields, &mut |field, text| {
        doubts.extend(screen.doubts(text).into_iter().map(|(reason, found)| Doubt {
            field: field.to_owned(),
            reason,
            found: Some(found),
        }));
    });
    doubts
}

/// Lists of words, each under a heading.
pub struct WordLists {
    lists: Vec<(String, Vec<Word>)>,
    simplified: Simplified,
}

struct Word {
    written: String,
    folded: String,
}

/// A list of words that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadList {
    /// A word stands before the first heading, or is too short once it is folded.
    #[error("line {line}: {reason}")]
    Line {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// What folds traditional characters cannot be loaded.
    #[error(transparent)]
    NoDictionary(#[from] NoDictionary),
}

impl WordLists {
    /// The lists that are part of the program.
    ///
    /// # Errors
    /// A fault of the build.
    pub fn default_lists() -> Result<Self, BadList> {
        Self::parse(DEFAULT)
    }

    /// Reads lists: a heading in brackets, then a word a line; `#` begins a comment.
    ///
    /// # Errors
    /// The first line that is wrong.
    pub fn parse(text: &str) -> Result<Self, BadList> {
        let simplified = Simplified::new()?;
        let mut lists: Vec<(String, Vec<Word>)> = Vec::new();
        for (line, written) in (1..).zip(text.lines().map(str::trim)) {
            if written.is_empty() || written.starts_with('#') {
                continue;
            }
            if let Some(heading) = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                lists.push((heading.trim().to_owned(), Vec::new()));
                continue;
            }
            let folded = fold(&simplified, written);
            if folded.chars().count() < 2 {
                return Err(BadList::Line { line, reason: "a word has two letters at least" });
            }
            let Some((_, words)) = lists.last_mut() else {
                return Err(BadList::Line { line, reason: "words stand under a [heading]" });
            };
            words.push(Word { written: written.to_owned(), folded });
        }
        Ok(Self { lists, simplified })
    }
}

impl Screen for WordLists {
    fn doubts(&self, text: &str) -> Vec<(String, String)> {
        let text = fold(&self.simplified, text);
        let found = self.lists.iter().flat_map(|(heading, words)| {
            words
                .iter()
                .filter(|word| text.contains(&word.folded))
                .map(|word| (heading.clone(), word.written.clone()))
        });
        found.collect()
    }
}

/// A text as it is compared: in simplified characters and small letters, without what is put between letters to hide a
/// word.
fn fold(simplified: &Simplified, text: &str) -> String {
    let plain = text.chars().map(half_width).filter(|letter| letter.is_alphanumeric());
    simplified.convert(&plain.flat_map(char::to_lowercase).collect::<String>())
}

/// Letters that are as wide as Chinese ones are the ASCII they look like.
fn half_width(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lists() -> WordLists {
        WordLists::parse("# a comment\n[广告]\n加微信\nVIP卡\n\n[迷信]\n算命").unwrap()
    }

    #[test]
    fn a_word_is_found_however_it_is_dressed_up() {
        for text in ["请加微信", "请加 微*信！", "請加微信", "加\u{200b}微信"] {
            assert_eq!(lists().doubts(text), [("广告".to_owned(), "加微信".to_owned())], "{text}");
        }
        assert_eq!(lists().doubts("办ｖｉｐ卡").len(), 1, "wide and small letters");
        assert_eq!(lists().doubts("微信公众号"), []);
    }

    #[test]
    fn every_text_of_every_field_is_looked_through() {
        let fields = json!({
            "title": { "zh-CN": "算命的科学", "en": "plain" },
            "speakers": [{ "role": { "zh-CN": "加微信" } }], "free": true,
        });
        let Some(fields) = fields.as_object() else { panic!("an object") };
        let found = doubts(&lists(), fields);
        let places: Vec<_> =
            found.iter().map(|doubt| (doubt.field.as_str(), doubt.reason.as_str())).collect();
        assert_eq!(places, [("title.zh-CN", "迷信"), ("speakers[0].role.zh-CN", "广告")]);
    }

    #[test]
    fn a_list_that_would_find_everything_or_stands_nowhere_is_refused() {
        assert!(matches!(WordLists::parse("word"), Err(BadList::Line { line: 1, .. })));
        assert!(matches!(WordLists::parse("[h]\n\n微"), Err(BadList::Line { line: 3, .. })));
        assert!(matches!(WordLists::parse("[h]\n！！"), Err(BadList::Line { line: 2, .. })));
        assert!(WordLists::default_lists().is_ok());
    }
}
