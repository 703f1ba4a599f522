//! What is wrong with something that came in: one entry per field, with a stable code for programs and a
//! sentence for people.
//!
//! To add a code: a variant of [`FieldCode`], its line in [`FieldCode::wire`] and [`FIELD_CODES`], its sentence in the
//! three languages in [`FieldCode::message`]. The compiler and the tests below ask for all of them.

use std::fmt;

use crate::domain::signups::bars::Bar;
use crate::domain::text::{Lang, Text};

/// Everything that is wrong with an input; never empty when it travels as an error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Invalid(pub Vec<FieldError>);

/// One thing that is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where: the name of a query parameter, or the path in a body (`participants[0].birthYear`).
    pub field: String,
    /// What is wrong with it.
    pub code: FieldCode,
}

/// What can be wrong with a field, with what the sentence about it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldCode {
    /// No such field; perhaps this one was meant.
    Unknown {
        /// The nearest name that exists.
        nearest: Option<String>,
    },
    /// Given more than once.
    Repeated,
    /// Given without a value.
    Empty,
    /// Required, and not given.
    Missing,
    /// Not a decimal number.
    NotANumber,
    /// Not a whole number.
    NotAnInteger,
    /// A number outside the allowed range, both ends included.
    OutOfRange {
        /// The smallest allowed value, as written.
        min: String,
        /// The largest allowed value, as written.
        max: String,
    },
    /// A latitude that can only be a longitude, beside a longitude that could be a latitude.
    Swapped,
    /// More characters than allowed.
    TooLong {
        /// The largest allowed number of characters.
        max: usize,
    },
    /// More entries in a list than allowed.
    TooMany {
        /// The largest allowed number of entries.
        max: usize,
    },
    /// Not one of the words that are allowed here.
    NotAllowed {
        /// What was given.
        value: String,
        /// The words allowed.
        allowed: Vec<String>,
    },
    /// Well written, but no such code exists.
    UnknownCode {
        /// What was given.
        value: String,
        /// The scheme in which it was looked up: `topic`, `audience`, `adcode` …
        scheme: String,
    },
    /// Not written as it must be.
    Malformed(Expected),
    /// A span or box whose end lies before its beginning.
    Inverted {
        /// What must come first.
        first: String,
        /// What must come after it.
        then: String,
    },
    /// Means nothing without another field.
    Incomplete {
        /// The field that must be given too.
        needs: String,
    },
    /// Contradicts another field.
    Conflicting {
        /// The field that it contradicts.
        with: String,
    },
    /// Fewer entries in a list than needed.
    TooFew {
        /// The smallest allowed number of entries.
        min: usize,
    },
    /// Fewer characters than needed.
    TooShort {
        /// The smallest allowed number of characters.
        min: usize,
    },
    /// A password that is among those tried first.
    TooCommon,
    /// A name that somebody has already.
    Taken,
    /// A rule (opening hours, recurrence) that cannot be read.
    Rule {
        /// What its parser says, in English.
        reason: String,
    },
    /// Refers to something that does not exist.
    NoSuch {
        /// Kind of what is missing.
        kind: &'static str,
    },
    /// Asks about public holidays in a time for which they are not published yet.
    HolidayUnknown {
        /// The last day for which they are known; absent where none is.
        through: Option<String>,
    },
    /// The terms of a session keep somebody out.
    Barred(Bar),
}

/// How a value must be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Percent-encoded UTF-8.
    Utf8,
    /// `2026-11-28`.
    Date,
    /// RFC 3339 with an offset.
    Instant,
    /// Either of the two before.
    DateOrInstant,
    /// 13 characters of `[0-9a-z]`.
    Id,
    /// Six digits.
    Adcode,
    /// Four numbers `west,south,east,north`.
    Bbox,
    /// A lower-case code with underscores, as `/v1/taxonomy` gives them.
    Code,
    /// An address that begins with `https://` or `http://`.
    Url,
    /// Letters, signs and line breaks, without control characters.
    PlainText,
    /// A JSON string.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A JSON array.
    List,
    /// A JSON object.
    Object,
    /// Whatever the OpenAPI document says of the field.
    AsDocumented,
}

/// Every field code with its meaning, for the documentation.
pub const FIELD_CODES: &[(&str, &str)] = &[
    ("unknown", "there is no field of this name"),
    ("repeated", "given more than once"),
    ("empty", "given without a value"),
    ("missing", "required, and not given"),
    ("notANumber", "not a decimal number"),
    ("notAnInteger", "not a whole number"),
    ("outOfRange", "outside the range that the message names; swapped `lat` and `lng` are told"),
    ("tooLong", "more characters than the message allows"),
    ("tooMany", "more entries than the message allows"),
    ("notAllowed", "not one of the words that the message lists"),
    ("unknownCode", "no such code; `/v1/taxonomy` and `/v1/divisions` list them"),
    ("malformed", "not written as the message says"),
    ("inverted", "the end lies before the beginning"),
    ("incomplete", "means nothing without the field that the message names"),
    ("conflicting", "contradicts the field that the message names"),
    ("tooFew", "fewer entries than the message asks for"),
    ("tooShort", "fewer characters than the message asks for"),
    ("tooCommon", "a password that is among those tried first"),
    ("taken", "somebody has this name already"),
    ("badRule", "a rule of opening hours or recurrence that cannot be read"),
    ("noSuch", "refers to something that does not exist"),
    ("holidayUnknown", "public holidays are not published for that time yet"),
];

impl FieldError {
    /// `field` is wrong as `code` says.
    pub fn new(field: impl Into<String>, code: FieldCode) -> Self {
        Self { field: field.into(), code }
    }
}

impl Invalid {
    /// A single error.
    pub fn one(field: impl Into<String>, code: FieldCode) -> Self {
        Self(vec![FieldError::new(field, code)])
    }

    /// Adds an error.
    pub fn push(&mut self, field: impl Into<String>, code: FieldCode) {
        self.0.push(FieldError::new(field, code));
    }

    /// Adds what is wrong with a part, whose fields stand within `field`.
    pub fn nested(&mut self, field: &str, part: Self) {
        let within = |error: FieldError| FieldError::new(format!("{field}.{}", error.field), error.code);
        self.0.extend(part.0.into_iter().map(within));
    }

    /// Checks a text that must be there: not blank, and not longer than `max` characters in any language.
    pub fn text(&mut self, field: &str, text: &Text, max: usize) {
        if text.zh_cn.trim().is_empty() {
            self.push(field, FieldCode::Empty);
        }
        let hidden = |c: char| c != '\n' && is_hidden(c);
        if Lang::ALL.iter().any(|&lang| text.get(lang).contains(hidden)) {
            self.push(field, FieldCode::Malformed(Expected::PlainText));
        }
        let longest = Lang::ALL.iter().map(|&lang| text.get(lang).chars().count()).max();
        if longest.is_some_and(|longest| longest > max) {
            self.push(field, FieldCode::TooLong { max });
        }
    }

    /// Checks a single line that a person wrote: not blank, and not longer than `max` characters.
    pub fn line(&mut self, field: &str, line: &str, max: usize) {
        if line.trim().is_empty() {
            self.push(field, FieldCode::Empty);
        }
        if line.contains(is_hidden) {
            self.push(field, FieldCode::Malformed(Expected::PlainText));
        }
        if line.chars().count() > max {
            self.push(field, FieldCode::TooLong { max });
        }
    }

    /// Checks an address that pages will link: nothing but the web's own schemes.
    pub fn url(&mut self, field: impl Into<String>, url: &str) {
        if !["https://", "http://"].iter().any(|scheme| url.starts_with(scheme)) {
            self.push(field, FieldCode::Malformed(Expected::Url));
        }
    }

    /// Checks a number against its bounds, both included.
    pub fn range<T: PartialOrd + ToString>(&mut self, field: impl Into<String>, value: T, min: T, max: T) {
        if value < min || value > max {
            let (min, max) = (min.to_string(), max.to_string());
            self.push(field, FieldCode::OutOfRange { min, max });
        }
    }

    /// Adds that `first` lies beyond `then`.
    pub fn inverted(&mut self, field: impl Into<String>, first: &str, then: &str) {
        self.push(field, FieldCode::Inverted { first: first.to_owned(), then: then.to_owned() });
    }

    /// `value` if nothing is wrong.
    ///
    /// # Errors
    /// All that was added, if anything was.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

/// Control characters, and those that turn the direction of what follows, are no part of a text.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl std::error::Error for Invalid {}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { "; " };
            write!(f, "{gap}{}: {}", error.field, error.code.message(Lang::En))?;
        }
        Ok(())
    }
}

impl FieldCode {
    /// The stable code, one of [`FIELD_CODES`].
    #[must_use]
    pub fn wire(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown",
            Self::Repeated => "repeated",
            Self::Empty => "empty",
            Self::Missing => "missing",
            Self::NotANumber => "notANumber",
            Self::NotAnInteger => "notAnInteger",
            Self::OutOfRange { .. } | Self::Swapped => "outOfRange",
            Self::TooLong { .. } => "tooLong",
            Self::TooMany { .. } => "tooMany",
            Self::NotAllowed { .. } => "notAllowed",
            Self::UnknownCode { .. } => "unknownCode",
            Self::Malformed(_) => "malformed",
            Self::Inverted { .. } => "inverted",
            Self::Incomplete { .. } => "incomplete",
            Self::Conflicting { .. } => "conflicting",
            Self::TooFew { .. } => "tooFew",
            Self::TooShort { .. } => "tooShort",
            Self::TooCommon => "tooCommon",
            Self::Taken => "taken",
            Self::Rule { .. } => "badRule",
            Self::NoSuch { .. } => "noSuch",
            Self::HolidayUnknown { .. } => "holidayUnknown",
            Self::Barred(bar) => bar.wire(),
        }
    }

    /// A sentence that says what is wrong and what would be right.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let say = |zh_cn: String, zh_hk: String, en: String| match lang {
            Lang::ZhCn => zh_cn,
            Lang::ZhHk => zh_hk,
            Lang::En => en,
        };
        let fixed = |zh_cn: &str, zh_hk: &str, en: &str| say(zh_cn.into(), zh_hk.into(), en.into());
        match self {
            Self::Unknown { nearest: None } => {
                fixed("没有这个参数。", "沒有這個參數。", "There is no such field.")
            }
            Self::Unknown { nearest: Some(name) } => say(
                format!("没有这个参数，是否想写 {name}？"),
                format!("沒有這個參數，是否想寫 {name}？"),
                format!("There is no such field; did you mean `{name}`?"),
            ),
            Self::Repeated => fixed(
                "只能给出一次，多个值请用逗号分隔。",
                "只能給出一次，多個值請用逗號分隔。",
                "Give it once; where several values are allowed, separate them by commas.",
            ),
            Self::Empty => fixed(
                "没有值；不需要时请省略。",
                "沒有值；不需要時請省略。",
                "It has no value; leave it out if you do not need it.",
            ),
            Self::Missing => fixed("必须给出。", "必須給出。", "It is required."),
            Self::NotANumber => fixed("应为十进制数。", "應為十進制數。", "It must be a decimal number."),
            Self::NotAnInteger => fixed("应为整数。", "應為整數。", "It must be a whole number."),
            Self::OutOfRange { min, max } => say(
                format!("应在 {min} 到 {max} 之间。"),
                format!("應在 {min} 到 {max} 之間。"),
                format!("It must be from {min} to {max}."),
            ),
            Self::Swapped => fixed(
                "纬度应在 -90 到 90 之间；lat 与 lng 似乎写反了。",
                "緯度應在 -90 到 90 之間；lat 與 lng 似乎寫反了。",
                "A latitude must be from -90 to 90; `lat` and `lng` look swapped.",
            ),
            Self::TooLong { max } => say(
                format!("最多 {max} 个字符。"),
                format!("最多 {max} 個字元。"),
                format!("It may have {max} characters at most."),
            ),
            Self::TooMany { max } => say(
                format!("最多 {max} 项。"),
                format!("最多 {max} 項。"),
                format!("It may have {max} entries at most."),
            ),
            Self::NotAllowed { value, allowed } => say(
                format!("“{value}”不可用，可选：{}。", allowed.join("、")),
                format!("「{value}」不可用，可選：{}。", allowed.join("、")),
                format!("`{value}` is not allowed here; use one of {}.", allowed.join(", ")),
            ),
            Self::UnknownCode { value, scheme } => say(
                format!("{scheme} 中没有代码“{value}”。"),
                format!("{scheme} 中沒有代碼「{value}」。"),
                format!("There is no code `{value}` in `{scheme}`."),
            ),
            Self::TooFew { min } => say(
                format!("至少 {min} 项。"),
                format!("至少 {min} 項。"),
                format!("It must have {min} entries at least."),
            ),
            Self::TooShort { min } => say(
                format!("至少 {min} 个字符。"),
                format!("至少 {min} 個字元。"),
                format!("It must have {min} characters at least."),
            ),
            Self::TooCommon => say(
                "这个密码太容易被猜到。".into(),
                "這個密碼太容易被猜到。".into(),
                "It is too easily guessed.".into(),
            ),
            Self::Taken => say("已被占用。".into(), "已被佔用。".into(), "Somebody has it already.".into()),
            Self::Rule { reason } => say(
                format!("规则无法读取：{reason}"),
                format!("規則無法讀取：{reason}"),
                format!("The rule cannot be read: {reason}"),
            ),
            Self::NoSuch { kind } => say(
                format!("所指的 {kind} 不存在。"),
                format!("所指的 {kind} 不存在。"),
                format!("There is no such {kind}."),
            ),
            Self::Malformed(expected) => expected.message(lang),
            Self::Inverted { first, then } => say(
                format!("{first} 不能晚于或大于 {then}。"),
                format!("{first} 不能晚於或大於 {then}。"),
                format!("`{first}` must not lie beyond `{then}`."),
            ),
            Self::Incomplete { needs } => say(
                format!("须与 {needs} 一起给出。"),
                format!("須與 {needs} 一起給出。"),
                format!("It means nothing without `{needs}`."),
            ),
            Self::Conflicting { with } => say(
                format!("不能与 {with} 同时给出。"),
                format!("不能與 {with} 同時給出。"),
                format!("It cannot be given together with `{with}`."),
            ),
            Self::HolidayUnknown { through: Some(through) } => say(
                format!("法定节假日目前只公布到 {through}。"),
                format!("法定假日目前只公佈到 {through}。"),
                format!("Public holidays are known through {through} only."),
            ),
            Self::HolidayUnknown { through: None } => fixed(
                "目前没有法定节假日的数据。",
                "目前沒有法定假日的資料。",
                "Public holidays are not known here.",
            ),
            Self::Barred(bar) => bar.message(lang),
        }
    }
}

impl Expected {
    fn message(self, lang: Lang) -> String {
        let (zh_cn, zh_hk, en) = match self {
            Self::Utf8 => {
                ("应为百分号编码的 UTF-8。", "應為百分號編碼的 UTF-8。", "It must be percent-encoded UTF-8.")
            }
            Self::Date => (
                "应为日期，如 2026-11-28。",
                "應為日期，如 2026-11-28。",
                "It must be a date such as 2026-11-28.",
            ),
            Self::Instant => (
                "应为带时区的时间，如 2026-11-28T14:00:00+08:00。",
                "應為帶時區的時間，如 2026-11-28T14:00:00+08:00。",
                "It must be a time with its offset, such as 2026-11-28T14:00:00+08:00.",
            ),
            Self::DateOrInstant => (
                "应为日期（2026-11-28）或带时区的时间（2026-11-28T14:00:00+08:00）。",
                "應為日期（2026-11-28）或帶時區的時間（2026-11-28T14:00:00+08:00）。",
                "It must be a date such as 2026-11-28 or a time with its offset such as 2026-11-28T14:00:00+08:00.",
            ),
            Self::Id => (
                "应为 13 位的编号（数字与小写字母）。",
                "應為 13 位的編號（數字與小寫字母）。",
                "It must be an id: 13 digits and lower-case letters.",
            ),
            Self::Adcode => (
                "应为六位行政区划代码，如 440106。",
                "應為六位行政區劃代碼，如 440106。",
                "It must be a division code of six digits, such as 440106.",
            ),
            Self::Bbox => (
                "应为四个数：西,南,东,北，如 113.2,23.0,113.4,23.2。",
                "應為四個數：西,南,東,北，如 113.2,23.0,113.4,23.2。",
                "It must be four numbers `west,south,east,north`, such as 113.2,23.0,113.4,23.2.",
            ),
            Self::Code => (
                "应为小写字母、数字和下划线组成的代码，如 astronomy_space。",
                "應為小寫字母、數字和底線組成的代碼，如 astronomy_space。",
                "It must be a code of lower-case letters, digits and underscores, such as astronomy_space.",
            ),
            Self::Url => (
                "应为以 https:// 或 http:// 开头的地址。",
                "應為以 https:// 或 http:// 開頭的地址。",
                "It must be an address that begins with https:// or http://.",
            ),
            Self::PlainText => {
                ("不能含控制字符。", "不能含控制字元。", "It must not contain control characters.")
            }
            Self::Text => ("应为字符串。", "應為字串。", "It must be a string."),
            Self::Boolean => ("应为 true 或 false。", "應為 true 或 false。", "It must be true or false."),
            Self::List => ("应为数组。", "應為陣列。", "It must be an array."),
            Self::Object => ("应为对象。", "應為物件。", "It must be an object."),
            Self::AsDocumented => {
                ("写法与接口文档不符。", "寫法與介面文件不符。", "It must be written as the document says.")
            }
        };
        match lang {
            Lang::ZhCn => zh_cn,
            Lang::ZhHk => zh_hk,
            Lang::En => en,
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_code() -> Vec<FieldCode> {
        let word = || "x".to_owned();
        vec![
            FieldCode::Unknown { nearest: None },
            FieldCode::Unknown { nearest: Some(word()) },
            FieldCode::Repeated,
            FieldCode::Empty,
            FieldCode::Missing,
            FieldCode::NotANumber,
            FieldCode::NotAnInteger,
            FieldCode::OutOfRange { min: word(), max: word() },
            FieldCode::Swapped,
            FieldCode::TooLong { max: 1 },
            FieldCode::TooMany { max: 1 },
            FieldCode::NotAllowed { value: word(), allowed: vec![word()] },
            FieldCode::UnknownCode { value: word(), scheme: word() },
            FieldCode::Malformed(Expected::Bbox),
            FieldCode::Inverted { first: word(), then: word() },
            FieldCode::Incomplete { needs: word() },
            FieldCode::Conflicting { with: word() },
            FieldCode::TooFew { min: 1 },
            FieldCode::TooShort { min: 1 },
            FieldCode::TooCommon,
            FieldCode::Taken,
            FieldCode::Rule { reason: word() },
            FieldCode::NoSuch { kind: "base" },
            FieldCode::HolidayUnknown { through: Some(word()) },
            FieldCode::HolidayUnknown { through: None },
        ]
    }

    #[test]
    fn the_documented_codes_are_the_codes() {
        for given in every_code() {
            assert!(FIELD_CODES.iter().any(|(code, _)| *code == given.wire()), "{}", given.wire());
        }
        for (code, _) in FIELD_CODES {
            assert!(every_code().iter().any(|given| given.wire() == *code), "{code} is never given");
        }
    }

    #[test]
    fn messages_are_in_the_language_asked_for() {
        for given in every_code() {
            let [zh_cn, zh_hk, en] = [Lang::ZhCn, Lang::ZhHk, Lang::En].map(|lang| given.message(lang));
            assert!(en.is_ascii() && !zh_cn.is_ascii() && !zh_hk.is_ascii(), "{given:?}");
        }
    }
}
