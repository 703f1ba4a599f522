//! How Chinese characters sound: pinyin without tones, ü written as u.

use std::collections::{HashMap, HashSet};

use pinyin::ToPinyin;

/// The readings that differ from what the character table gives first.
const EXCEPTIONS: &str = include_str!("readings.txt");
/// The longest word among them, in characters.
const LONGEST: usize = 3;

/// The sound of characters, alone and in words.
pub(super) struct Readings {
    exceptions: HashMap<&'static str, Vec<&'static str>>,
    syllables: HashSet<String>,
}

impl Readings {
    pub fn new() -> Self {
        let lines = EXCEPTIONS.lines().filter(|line| !line.starts_with('#'));
        let exceptions = lines.filter_map(|line| {
            let mut fields = line.split(' ');
            Some((fields.next()?, fields.collect()))
        });
        let common = '\u{4e00}'..='\u{9fa5}';
        let syllables = common.filter_map(|c| c.to_pinyin()).map(|sound| spelt(sound.plain()).collect());
        // Grunts (嗯 n, 呣 m) would split any word.
        let syllables = syllables.filter(|syllable: &String| syllable.contains(['a', 'e', 'i', 'o', 'u']));
        Self { exceptions: exceptions.collect(), syllables: syllables.collect() }
    }

    /// The syllables of a word or name, one for each character; `None` for one that has none.
    pub fn of<'a>(&'a self, han: &'a str) -> impl Iterator<Item = Option<&'static str>> + 'a {
        let mut rest = han;
        let mut word: &[&'static str] = &[];
        std::iter::from_fn(move || {
            if let Some((first, others)) = word.split_first() {
                word = others;
                return Some(Some(*first));
            }
            let first = rest.chars().next()?;
            for length in (1..=LONGEST).rev() {
                let end = rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at);
                if let Some([first, others @ ..]) = self.exceptions.get(&rest[..end]).map(Vec::as_slice) {
                    (rest, word) = (&rest[end..], others);
                    return Some(Some(*first));
                }
            }
            rest = &rest[first.len_utf8()..];
            Some(first.to_pinyin().map(pinyin::Pinyin::plain))
        })
    }

    /// The syllables of a word written together; `None` where one is unknown.
    pub fn together(&self, han: &str) -> Option<String> {
        let mut all = String::new();
        for syllable in self.of(han) {
            all.extend(spelt(syllable?));
        }
        Some(all)
    }

    /// Whether `letters` are one syllable.
    pub fn is_syllable(&self, letters: &str) -> bool {
        self.syllables.contains(letters)
    }

    /// Whether `letters` can be parted into syllables.
    pub fn are_syllables(&self, letters: &str) -> bool {
        let mut reached = vec![false; letters.len() + 1];
        reached[0] = true;
        for from in 0..letters.len() {
            if reached[from] {
                self.ends(letters, from, |to| reached[to] = true);
            }
        }
        !letters.is_empty() && reached[letters.len()]
    }

    /// Calls `each` with the end of every syllable that begins at `from`.
    pub fn ends(&self, letters: &str, from: usize, mut each: impl FnMut(usize)) {
        for to in from + 1..=letters.len().min(from + 6) {
            if letters.get(from..to).is_some_and(|slice| self.is_syllable(slice)) {
                each(to);
            }
        }
    }
}

/// A syllable in the letters of a keyboard.
pub(super) fn spelt(syllable: &str) -> impl Iterator<Item = char> + '_ {
    syllable.chars().map(|c| match c {
        'ü' => 'u',
        'ê' => 'e',
        c => c,
    })
}

/// What somebody typed, with the v that stands for ü on keyboards as in [`spelt`].
pub(super) fn typed(letters: &str) -> String {
    let mut before = ' ';
    let plain = letters.chars().map(|c| {
        let plain = if c == 'v' && matches!(before, 'l' | 'n') { 'u' } else { c };
        before = c;
        plain
    });
    plain.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_words_of_science_sound_as_people_say_them() {
        let readings = Readings::new();
        for (word, sound) in [
            ("重庆", "chongqing"),
            ("重力", "zhongli"),
            ("番禺", "panyu"),
            ("番茄", "fanqie"),
            ("东莞", "dongguan"),
            ("大埔", "dabu"),
            ("黄埔", "huangpu"),
            ("长隆", "changlong"),
            ("馆长", "guanzhang"),
            ("成长", "chengzhang"),
            ("乐昌", "lechang"),
            ("音乐", "yinyue"),
            ("行星", "xingxing"),
            ("银行", "yinhang"),
            ("厦门", "xiamen"),
            ("大厦", "dasha"),
            ("绿道", "ludao"),
            ("西藏", "xizang"),
            ("收藏", "shoucang"),
            ("深水埗", "shenshuibu"),
            ("西涌", "xichong"),
            ("大夫山", "dafushan"),
            ("地壳", "diqiao"),
            ("都市", "dushi"),
            ("琶洲", "pazhou"),
            ("氹仔", "dangzai"),
        ] {
            assert_eq!(readings.together(word).as_deref(), Some(sound), "{word}");
        }
        assert_eq!(readings.together("天a"), None);
    }

    #[test]
    fn the_table_gives_one_syllable_for_each_character() {
        for (word, syllables) in &Readings::new().exceptions {
            assert_eq!(word.chars().count(), syllables.len(), "{word}");
            assert!(word.chars().count() <= LONGEST, "{word}");
            assert!(
                syllables.iter().all(|s| s.bytes().all(|b| b.is_ascii_lowercase())),
                "{word} {syllables:?}"
            );
        }
    }

    #[test]
    fn letters_are_told_from_syllables() {
        let readings = Readings::new();
        for letters in ["tian", "tianwen", "xian", "lue", "er"] {
            assert!(readings.are_syllables(letters), "{letters}");
        }
        for letters in ["tower", "gdkxzx", "tianw", "m", ""] {
            assert!(!readings.are_syllables(letters), "{letters}");
        }
        assert_eq!(typed("lvdao"), "ludao");
        assert_eq!(typed("vr"), "vr");
    }
}
