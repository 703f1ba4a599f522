//! The fixed dictionary: folding, cutting, sounds.

use std::collections::HashSet;

use jieba_rs::Jieba;

use super::fold::{Fold, Run, is_han, runs};
use super::readings::Readings;
use crate::domain::text::NoDictionary;

/// Words that say nothing of what a text is about: neither kept nor asked for.
const STOP: &str = "的 了 着 是 在 和 与 及 或 等 也 都 就 而 之 其 被 把 从 到 对 于 吗 呢 吧 啊 呀 么 地 得 们 个 \
    我 你 您 他 她 它 这 那 哪 我们 你们 他们 她们 它们 这个 那个 哪个 一个 一些 一下 可以 什么 怎么 怎样 如何 以及 或者 \
    没有 就是 还是 但是 因为 所以 如果 已经 自己 哪些 哪里 哪儿 这里 那里 这些 那些 这样 那样 多少 \
    a an and are as at be by for from in is it of on or that the this to with";

/// Words of a question that only say that it is one: not asked for where anything else is.
const FILLERS: &str = "想 要 去 看 找 玩 有 能 会 好 请 给 带 吃 活动 地方 附近 周边 推荐 有没有 有什么 想要 想去 好玩 \
    哪 里 么 请问 帮 搜 搜索 查 查询 寻找 参加 适合 关于 有关 相关 event events near me show find what where";

/// The longest word kept, in bytes: longer ones are runs of letters that nobody types.
pub(super) const LONGEST: usize = 64;

/// What cuts texts into words and knows how they sound. It never changes, so that a text and a question are cut
/// alike whenever each comes.
pub struct Dictionary {
    jieba: Jieba,
    fold: Fold,
    pub(super) readings: Readings,
    stop: HashSet<&'static str>,
    fillers: HashSet<&'static str>,
}

impl Dictionary {
    /// Loads the dictionaries, which are part of the binary.
    ///
    /// # Errors
    /// If an embedded dictionary cannot be read, which is a fault of the build.
    pub fn new() -> Result<Self, NoDictionary> {
        Ok(Self {
            jieba: Jieba::new(),
            fold: Fold::new()?,
            readings: Readings::new(),
            stop: STOP.split_whitespace().collect(),
            fillers: FILLERS.split_whitespace().collect(),
        })
    }

    /// `text` in lower case, narrow forms and simplified characters, punctuation as single spaces.
    pub fn fold(&self, text: &str) -> String {
        self.fold.text(text)
    }

    /// Calls `each` with every word of `text`, folded; a word that stands in it twice comes twice. A stretch that the
    /// dictionary does not know gives its characters and their pairs.
    pub fn words(&self, text: &str, mut each: impl FnMut(&str)) {
        let folded = self.fold(text);
        for run in runs(&folded) {
            match run {
                Run::Other(word) if self.stop.contains(word) => {}
                Run::Other(word) => each(clipped(word)),
                Run::Han(run) => self.words_of_run(run, &mut each),
            }
        }
    }

    fn words_of_run(&self, run: &str, each: &mut impl FnMut(&str)) {
        let mut known = 0;
        for word in self.jieba.cut_all(run) {
            if word.end - word.start < 2 {
                continue;
            }
            if word.byte_start > known {
                self.words_of_gap(run, known, word.byte_start, each);
            }
            known = known.max(word.byte_end);
            if word.word.len() <= LONGEST && !self.stop.contains(word.word) {
                each(word.word);
            }
        }
        if known < run.len() {
            self.words_of_gap(run, known, run.len(), each);
        }
    }

    /// The characters of `run[from..to]`, and each with the one before and after it.
    fn words_of_gap(&self, run: &str, from: usize, to: usize, each: &mut impl FnMut(&str)) {
        let before = run[..from].chars().next_back().map_or(0, char::len_utf8);
        let mut left = (from - before, from);
        for (at, c) in run[from..].char_indices() {
            let right = (from + at, from + at + c.len_utf8());
            let is_word = |(start, end): (usize, usize)| start < end && !self.stop.contains(&run[start..end]);
            if is_word(left) && is_word(right) {
                each(&run[left.0..right.1]);
            }
            if right.0 >= to {
                break;
            }
            if is_word(right) {
                each(&run[right.0..right.1]);
            }
            left = right;
        }
    }

    /// Calls `each` with every Chinese character of `text`, folded: what a name is found by where words fail.
    pub fn characters(&self, text: &str, mut each: impl FnMut(&str)) {
        let folded = self.fold(text);
        for (at, c) in folded.char_indices().filter(|(_, c)| is_han(*c)) {
            each(&folded[at..at + c.len_utf8()]);
        }
    }

    /// A run of Chinese characters cut the likeliest way, every character in one word.
    pub(super) fn cut<'a>(&self, run: &'a str) -> impl Iterator<Item = &'a str> {
        self.jieba.cut(run, false).into_iter().map(|word| word.word)
    }

    pub(super) fn is_stop(&self, word: &str) -> bool {
        self.stop.contains(word)
    }

    pub(super) fn is_filler(&self, word: &str) -> bool {
        self.fillers.contains(word)
    }

    /// Whether the dictionary knows the word.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.jieba.has_word(word)
    }

    /// How a word sounds; `None` for one that is not Chinese.
    pub(super) fn sound(&self, word: &str) -> Option<String> {
        word.chars().all(is_han).then(|| self.readings.together(word)).flatten()
    }
}

/// The beginning of a word that is longer than any that is kept.
pub(super) fn clipped(word: &str) -> &str {
    &word[..word.floor_char_boundary(LONGEST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        Dictionary::new().unwrap().words(text, |word| words.push(word.to_owned()));
        words
    }

    #[test]
    fn a_text_gives_every_word_that_stands_in_it() {
        assert_eq!(words("廣東科學中心"), ["广东", "科学", "中心"]);
        assert_eq!(words("天文馆的 Canton Tower 之 PM2.5"), ["天文", "天文馆", "canton", "tower", "pm2.5"]);
    }

    #[test]
    fn what_the_dictionary_does_not_know_gives_characters_and_pairs() {
        assert_eq!(words("琶洲"), ["琶", "琶洲", "洲"]);
        assert_eq!(words("广纳院开放"), ["广纳", "纳院", "院", "院开", "开放"], "it knows 广纳 and 开放");
        assert_eq!(words("鲸的鳍"), ["鲸", "鳍"], "no pair across a word that says nothing");
    }

    #[test]
    fn a_word_that_nobody_types_is_clipped() {
        assert_eq!(words(&"x".repeat(1000)), ["x".repeat(LONGEST)]);
    }
}
