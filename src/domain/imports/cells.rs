//! What a cell says, forgiving what keyboards and spreadsheets do to it.

use super::Cell;
use crate::domain::invalid::FieldCode;

/// A text with full-width letters, digits, signs and spaces made half-width, and nothing around it.
#[must_use]
pub fn folded(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        other => other,
    };
    text.chars()
        .filter(|c| *c != '\u{feff}' && *c != '\u{200b}')
        .map(narrow)
        .collect::<String>()
        .trim()
        .to_owned()
}

impl Cell {
    /// A cell with these words; blank if nothing of them is seen.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
        if text.is_empty() { Self::Blank } else { Self::Text(text.to_owned()) }
    }

    /// Its words; a number as people write it.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(text) | Self::Broken(text) => text.clone(),
            Self::Number(number) => plain(*number),
            Self::Day(day) => day.to_string(),
            Self::Time(time) => time.format("%Y-%m-%d %H:%M").to_string(),
            Self::Truth(truth) => if *truth { "是" } else { "否" }.to_owned(),
        }
    }

    /// A decimal number.
    ///
    /// # Errors
    /// [`FieldCode::NotANumber`].
    pub fn number(&self) -> Result<f64, FieldCode> {
        let number = match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => {
                // `¥60.00`, `1,200`, `40人`: what stands around a number.
                let text = folded(text).replace([',', ' '], "");
                let text =
                    text.trim_start_matches(['¥', '￥']).trim_end_matches(['人', '元', '岁', '位', '名']);
                text.parse().ok()
            }
            _ => None,
        };
        number.filter(|number| number.is_finite()).ok_or(FieldCode::NotANumber)
    }

    /// A whole number within bounds, both included.
    ///
    /// # Errors
    /// [`FieldCode::NotAnInteger`], [`FieldCode::OutOfRange`].
    pub fn whole(&self, min: i32, max: i32) -> Result<i32, FieldCode> {
        let number = self.number().map_err(|_not_a_number| FieldCode::NotAnInteger)?;
        if number.fract() != 0.0 {
            return Err(FieldCode::NotAnInteger);
        }
        if number < f64::from(min) || number > f64::from(max) {
            return Err(FieldCode::OutOfRange { min: min.to_string(), max: max.to_string() });
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole and within bounds")]
        Ok(number as i32)
    }

    /// Yes or no.
    ///
    /// # Errors
    /// [`FieldCode::NotAllowed`].
    pub fn truth(&self) -> Result<bool, FieldCode> {
        match self {
            Self::Truth(truth) => Ok(*truth),
            Self::Number(number) if *number == 1.0 => Ok(true),
            Self::Number(number) if *number == 0.0 => Ok(false),
            other => one_of(&other.words(), &[("是", true), ("否", false)], &TRUTHS),
        }
    }
}

/// Other words for yes and no.
const TRUTHS: [(&str, bool); 22] = [
    ("yes", true),
    ("no", false),
    ("y", true),
    ("n", false),
    ("true", true),
    ("false", false),
    ("1", true),
    ("0", false),
    ("√", true),
    ("✓", true),
    ("×", false),
    ("x", false),
    ("对", true),
    ("需要", true),
    ("须", true),
    ("不需要", false),
    ("无需", false),
    ("不须", false),
    ("免费", true),
    ("收费", false),
    ("有", true),
    ("无", false),
];

/// What one of these words means: those that are named to whoever wrote another, and those that are taken too.
///
/// # Errors
/// [`FieldCode::NotAllowed`].
pub fn one_of<T: Copy>(text: &str, named: &[(&str, T)], also: &[(&str, T)]) -> Result<T, FieldCode> {
    let text = folded(text).to_lowercase();
    let found = named.iter().chain(also).find(|(word, _)| word.to_lowercase() == text);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| FieldCode::NotAllowed {
        value: text.chars().take(40).collect(),
        allowed: named.iter().map(|(word, _)| (*word).to_owned()).collect(),
    })
}

/// The entries of a list in a cell: separated as people separate them. Free words may have a stroke in them.
#[must_use]
pub fn list(text: &str, strokes: bool) -> Vec<String> {
    let apart = |c: char| {
        matches!(c, '、' | ',' | '，' | ';' | '；' | '\n') || (strokes && matches!(c, '/' | '／' | '|'))
    };
    let entries = text.split(apart).map(|entry| entry.trim().to_owned());
    let mut all: Vec<String> = Vec::new();
    for entry in entries.filter(|entry| !entry.is_empty()) {
        if !all.contains(&entry) {
            all.push(entry);
        }
    }
    all
}

/// A number as people write it: whole ones without a point. What identifies a row may be a number.
fn plain(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { number.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (cell, number) in [
            (Cell::Number(40.0), 40),
            (text("40"), 40),
            (text("４０　人"), 40),
            (text("1,200"), 1200),
            (text("￥60.00元"), 60),
        ] {
            assert_eq!(cell.whole(0, 10_000), Ok(number), "{cell:?}");
        }
        assert_eq!(text("40.5").whole(0, 100), Err(FieldCode::NotAnInteger));
        assert_eq!(text("若干").whole(0, 100), Err(FieldCode::NotAnInteger));
        assert!(matches!(Cell::Number(1e300).whole(0, 100), Err(FieldCode::OutOfRange { .. })));
        assert_eq!(text("NaN").number(), Err(FieldCode::NotANumber));
        assert_eq!(text("inf").number(), Err(FieldCode::NotANumber));
    }

    #[test]
    fn yes_and_no_have_many_spellings() {
        for (cell, truth) in
            [(text("是"), true), (text("Ｙｅｓ"), true), (Cell::Number(0.0), false), (text("不需要"), false)]
        {
            assert_eq!(cell.truth(), Ok(truth), "{cell:?}");
        }
        assert!(text("也许").truth().is_err());
    }

    #[test]
    fn lists_have_any_separator_and_no_entry_twice() {
        assert_eq!(list("天文航天、海洋，海洋; 生态环境／ ", true), ["天文航天", "海洋", "生态环境"]);
        assert!(list(" 、", true).is_empty());
    }

    #[test]
    fn what_identifies_a_row_may_be_a_number() {
        assert_eq!(Cell::Number(20261128.0).words(), "20261128");
        assert_eq!(Cell::Number(1.5).words(), "1.5");
    }
}
