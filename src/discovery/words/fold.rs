//! Folding: texts that a reader takes for the same become the same.

use crate::domain::text::{NoDictionary, Simplified};

/// What each character of the basic plane becomes.
pub(super) struct Fold(Box<[char]>);

/// Stands between words.
const GAP: char = ' ';
/// Leaves no trace: accents on their own, joiners, apostrophes.
const NOTHING: char = '\0';

/// The characters that have a simplified form: the ideographs of the basic plane.
const IDEOGRAPHS: [std::ops::RangeInclusive<char>; 2] = ['\u{3400}'..='\u{9fff}', '\u{f900}'..='\u{faff}'];

/// Whether `c` is a Chinese character.
pub(super) fn is_han(c: char) -> bool {
    IDEOGRAPHS.iter().any(|range| range.contains(&c)) || matches!(c, '\u{20000}'..='\u{3ffff}')
}

impl Fold {
    /// Works out the table. Each character is simplified by itself, without its neighbours: a part of a text must
    /// fold to the same part of the folded text, or else it would not be found by its beginning.
    pub fn new() -> Result<Self, NoDictionary> {
        let simplified = Simplified::new()?;
        let mut table: Vec<char> = ('\0'..='\u{ffff}').map(plain).collect();
        // The range above leaves out the surrogates, which are no characters.
        table.splice(0xd800..0xd800, std::iter::repeat_n(GAP, 0x800));
        for range in IDEOGRAPHS {
            let lines: String = range.clone().flat_map(|c| [c, '\n']).collect();
            for (c, line) in range.zip(simplified.convert(&lines).lines()) {
                if let Some(to) = line.chars().next().filter(|to| *to <= '\u{ffff}') {
                    table[c as usize] = to;
                }
            }
        }
        // A few characters are simplified in two steps.
        for at in 0..table.len() {
            let to = table[at];
            if to != NOTHING {
                table[at] = table[to as usize];
            }
        }
        Ok(Self(table.into_boxed_slice()))
    }

    /// The character, or [`GAP`], or [`NOTHING`].
    fn one(&self, c: char) -> char {
        match self.0.get(c as usize) {
            Some(to) => *to,
            None if c.is_alphanumeric() => c,
            None => GAP,
        }
    }

    /// `text` in lower case, narrow forms and simplified characters, its words parted by single spaces.
    pub fn text(&self, text: &str) -> String {
        let mut folded = String::with_capacity(text.len());
        let mut gap = false;
        let mut chars = text.chars().map(|c| (c, self.one(c))).peekable();
        while let Some((c, to)) = chars.next() {
            let decimal = || folded.ends_with(|c: char| c.is_ascii_digit()) && !gap;
            match to {
                NOTHING => {}
                GAP if matches!(c, '.' | '．') && decimal() => {
                    // A decimal point is part of its number: PM2.5.
                    match chars.peek() {
                        Some((_, next)) if next.is_ascii_digit() => folded.push('.'),
                        _ => gap = true,
                    }
                }
                GAP => gap = true,
                to => {
                    if gap && !folded.is_empty() {
                        folded.push(' ');
                    }
                    gap = false;
                    folded.push(to);
                }
            }
        }
        folded
    }
}

/// Lower case, narrow, without the tone marks of pinyin.
fn plain(c: char) -> char {
    match c {
        '\''
        | '’'
        | '\u{300}'..='\u{36f}'
        | '\u{200b}'..='\u{200d}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => NOTHING,
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).map_or(GAP, plain),
        'ā' | 'á' | 'ǎ' | 'à' | 'Ā' | 'Á' | 'Ǎ' | 'À' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'ē' | 'é' | 'ě' | 'è' | 'Ē' | 'É' | 'Ě' | 'È' | 'ê' | 'ë' => 'e',
        'ī' | 'í' | 'ǐ' | 'ì' | 'Ī' | 'Í' | 'Ǐ' | 'Ì' | 'î' | 'ï' => 'i',
        'ō' | 'ó' | 'ǒ' | 'ò' | 'Ō' | 'Ó' | 'Ǒ' | 'Ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ū' | 'ú' | 'ǔ' | 'ù' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' | 'ü' | 'Ü' | 'û' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        c if c.is_alphanumeric() => c.to_lowercase().next().unwrap_or(c),
        _ => GAP,
    }
}

/// A stretch of a folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run<'a> {
    /// Chinese characters.
    Han(&'a str),
    /// A word in letters and digits.
    Other(&'a str),
}

/// The stretches of a folded text, in order.
pub(super) fn runs(folded: &str) -> impl Iterator<Item = Run<'_>> {
    folded.split(' ').flat_map(|piece| {
        let mut rest = piece;
        std::iter::from_fn(move || {
            let han = is_han(rest.chars().next()?);
            let end = rest.find(|c| is_han(c) != han).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            rest = after;
            Some(if han { Run::Han(run) } else { Run::Other(run) })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_the_same_folds_to_the_same() {
        let fold = Fold::new().unwrap();
        for (text, folded) in [
            ("廣東科學中心：颱風與鼠標，在這裏衞星發射", "广东科学中心 台风与鼠标 在这里卫星发射"),
            ("Ｃａｎｔｏｎ　TOWER!", "canton tower"),
            ("PM2.5 与 2.0.", "pm2.5 与 2.0"),
            ("Tiān Wén, lǜ, xi'an", "tian wen lu xian"),
            ("“119”消防·宣传", "119 消防 宣传"),
            ("麵粉後來幹什麼 綫路 着色", "面粉后来干什么 线路 着色"),
            ("🔭 星空", "星空"),
            ("", ""),
        ] {
            assert_eq!(fold.text(text), folded, "{text}");
        }
    }

    #[test]
    fn folding_twice_is_folding_once() {
        let fold = Fold::new().unwrap();
        let all: String = ('\0'..='\u{2ffff}').collect();
        let once = fold.text(&all);
        assert_eq!(fold.text(&once), once);
    }

    #[test]
    fn runs_part_characters_from_letters() {
        let folded = "5g体验 b超pm2.5";
        let found: Vec<_> = runs(folded).collect();
        assert_eq!(
            found,
            [Run::Other("5g"), Run::Han("体验"), Run::Other("b"), Run::Han("超"), Run::Other("pm2.5")]
        );
    }
}
