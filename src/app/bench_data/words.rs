//! What invented events are called and say: real words, as unevenly frequent as in natural text.

use std::collections::HashMap;

use super::random::{Stream, Weighted};

const VOCABULARY: &str = include_str!("vocabulary.txt");
const TAIL: &str = include_str!("tail.txt");

/// Of a hundred titles, how many hold the commonest word, 科普; no other word is in nearly as many.
pub const COMMONEST_PERCENT: f64 = 22.0;

/// Of a hundred subjects, how many are words of the event's topic; the others come from the long tail.
const TOPICAL_PERCENT: f64 = 60.0;

/// How flat the tail begins: its first words are as rare as the last ones of the topics.
const TAIL_FLAT: u64 = 40;

const TITLE: std::ops::RangeInclusive<usize> = 12..=22;
const SUMMARY: usize = 40;

/// Titles with the commonest word. `{w}` stands for a subject, `{p}` for a district, `{f}` for a form.
const COMMON_TITLES: &[&str] = &[
    "科普课堂：走近{w}与{w}",
    "{p}科普{f}：{w}",
    "科普进社区·{p}：{w}和{w}",
    "{p}科普日：{w}{f}",
    "亲子科普{f}：{w}里的{w}",
    "科普行走{p}：{w}{f}",
];

const OTHER_TITLES: &[&str] = &[
    "{p}{f}：从{w}到{w}",
    "{w}与{w}：{p}{f}",
    "走进{p}看{w}·{f}",
    "周末{f}｜认识身边的{w}",
    "小小科学家：{w}{f}",
    "{p}·{w}探秘{f}",
    "听专家讲{w}：{w}知多少",
    "{w}从哪里来：{p}{f}",
    "动手做一个{w}模型·{p}{f}",
    "寻找{p}的{w}：{f}",
    "{f}：{w}为什么怕{w}",
    "显微镜下的{w}和{w}",
    "{p}少年{f}：给{w}画像",
    "一小时读懂{w}：{f}",
    "{w}遇上{w}（{p}）",
];

/// What lengthens a title that came out short.
const TITLE_ENDS: &[&str] = &["（亲子专场）", "·周末专场", "（新手友好）", "·{p}站", "（加开场次）"];

/// Sentences of 12 to 38 characters with their words filled in, of which summaries and descriptions are made.
const SENTENCES: &[&str] = &[
    "从{w}讲起，看看{w}怎样影响我们的生活。",
    "现场有{w}的标本和模型，可以近距离观察。",
    "讲解员带大家认识{w}，再分组完成一个小实验。",
    "为什么{w}和{w}总是一起出现？来{p}找答案。",
    "适合第一次接触{w}的家庭，不需要任何基础。",
    "活动包括导览、提问和动手三个环节。",
    "参加者可以把自己做的{w}模型带回家。",
    "请提前十五分钟到达{p}集合，穿便于走动的鞋。",
    "雨天照常，户外部分改到室内进行。",
    "我们用一张地图串起{p}的{w}，边走边记录。",
    "最后留出时间，请大家说说自己见过的{w}。",
    "关于{w}的常见误解，会在现场一一说明。",
    "材料由主办方准备，请自带水杯和笔记本。",
];

/// The vocabulary.
pub struct Words {
    topics: HashMap<&'static str, Weighted<&'static str>>,
    forms: HashMap<&'static str, Vec<&'static str>>,
    tail: Weighted<&'static str>,
}

/// What a text is about.
#[derive(Clone, Copy)]
pub struct Theme<'a> {
    /// Code of its topic.
    pub topic: &'a str,
    /// Code of its form.
    pub form: &'a str,
    /// Short name of its district.
    pub place: &'a str,
}

impl Words {
    /// The vocabulary of this program.
    pub fn new() -> Self {
        let (mut topics, mut forms) = (HashMap::new(), HashMap::new());
        for line in lines(VOCABULARY) {
            let Some((key, words)) = line.split_once(": ") else { continue };
            let words = words.split_whitespace();
            match key.split_once(' ') {
                Some(("topic", code)) => drop(topics.insert(code, Weighted::falling(words, 1))),
                Some(("form", code)) => drop(forms.insert(code, words.collect())),
                _ => {}
            }
        }
        let tail = Weighted::falling(lines(TAIL).flat_map(str::split_whitespace), TAIL_FLAT);
        Self { topics, forms, tail }
    }

    /// A subject of an event on `topic`.
    pub fn subject(&self, topic: &str, stream: &mut Stream) -> &'static str {
        let topical = self.topics.get(topic).filter(|_| stream.chance(TOPICAL_PERCENT));
        topical.unwrap_or(&self.tail).pick(stream).copied().unwrap_or("科学")
    }

    /// A title of 12 to 22 characters.
    pub fn title(&self, theme: Theme<'_>, stream: &mut Stream) -> String {
        let frames = if stream.chance(COMMONEST_PERCENT) { COMMON_TITLES } else { OTHER_TITLES };
        loop {
            let mut title = self.fill(frames, theme, stream);
            while title.chars().count() < *TITLE.start() {
                title += &self.fill(TITLE_ENDS, theme, stream);
            }
            if TITLE.contains(&title.chars().count()) {
                return title;
            }
        }
    }

    /// One or two sentences, of 40 to 80 characters.
    pub fn summary(&self, theme: Theme<'_>, stream: &mut Stream) -> String {
        self.sentences(SUMMARY, theme, stream)
    }

    /// Some sentences, of 100 to 200 characters.
    pub fn description(&self, theme: Theme<'_>, stream: &mut Stream) -> String {
        let length = 100 + stream.below(60);
        self.sentences(length, theme, stream)
    }

    fn sentences(&self, length: usize, theme: Theme<'_>, stream: &mut Stream) -> String {
        let mut text = String::new();
        while text.chars().count() < length {
            text += &self.fill(SENTENCES, theme, stream);
        }
        text
    }

    /// One of the frames with its words in place.
    fn fill(&self, frames: &[&str], theme: Theme<'_>, stream: &mut Stream) -> String {
        let frame = stream.pick(frames).copied().unwrap_or_default();
        let (mut text, mut last) = (String::new(), "");
        for part in frame.split('{') {
            match part.split_once('}') {
                Some((slot, rest)) => {
                    text += match slot {
                        "p" => theme.place,
                        "f" => self.form(theme.form, stream),
                        _ => {
                            // Nothing is compared with itself, or at least hardly ever.
                            let subject = self.subject(theme.topic, stream);
                            last = if subject == last { self.subject("", stream) } else { subject };
                            last
                        }
                    };
                    text += rest;
                }
                None => text += part,
            }
        }
        text
    }

    fn form(&self, code: &str, stream: &mut Stream) -> &'static str {
        self.forms.get(code).and_then(|words| stream.pick(words)).copied().unwrap_or("活动")
    }
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}
