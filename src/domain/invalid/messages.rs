//! The sentences of the codes of fields, in the three languages.

use super::{Expected, FieldCode};
use crate::domain::images::NotShowable;
use crate::domain::text::Lang;

/// How opening hours are written, by example.
const HOURS: &str = "Tu-Su 09:30-17:00; PH 09:30-17:00";

impl FieldCode {
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
            Self::Unknown { nearest: None } => fixed(
                "没有这个参数或字段；请去掉，或对照接口文档核对拼写。",
                "沒有這個參數或欄位；請去掉，或對照介面文件核對拼寫。",
                "There is no such field; leave it out, or check its spelling against the document.",
            ),
            Self::Unknown { nearest: Some(name) } => say(
                format!("没有这个参数或字段，是否想写 {name}？"),
                format!("沒有這個參數或欄位，是否想寫 {name}？"),
                format!("There is no such field; did you mean `{name}`?"),
            ),
            Self::NamesNoField { name, nearest: None } => say(
                format!("没有名为“{name}”的字段；请用 changes 中的名称。"),
                format!("沒有名為「{name}」的欄位；請用 changes 中的名稱。"),
                format!("There is no field `{name}`; use a name that `changes` gives."),
            ),
            Self::NamesNoField { name, nearest: Some(nearest) } => say(
                format!("没有名为“{name}”的字段，是否想写 {nearest}？"),
                format!("沒有名為「{name}」的欄位，是否想寫 {nearest}？"),
                format!("There is no field `{name}`; did you mean `{nearest}`?"),
            ),
            Self::Repeated => fixed(
                "重复给出；请只保留一个，查询参数的多个值请用逗号分隔。",
                "重複給出；請只保留一個，查詢參數的多個值請用逗號分隔。",
                "It is given more than once: keep one; in a query, separate several values by commas.",
            ),
            Self::Empty => fixed(
                "没有值；不需要时请省略。",
                "沒有值；不需要時請省略。",
                "It has no value; leave it out if you do not need it.",
            ),
            Self::Missing => fixed("必须给出。", "必須給出。", "It is required."),
            Self::Unanswered { question, label } => {
                let label = label.get(lang);
                say(
                    format!("“{label}”（{question}）必须回答。"),
                    format!("「{label}」（{question}）必須回答。"),
                    format!("\"{label}\" (`{question}`) must be answered."),
                )
            }
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
                format!("{scheme} 中没有代码“{value}”；全部代码见 /v1/taxonomy 与 /v1/divisions。"),
                format!("{scheme} 中沒有代碼「{value}」；全部代碼見 /v1/taxonomy 與 /v1/divisions。"),
                format!(
                    "There is no code `{value}` in `{scheme}`; `/v1/taxonomy` and `/v1/divisions` list all."
                ),
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
                "这个密码太容易被猜到；请换一个更长的。".into(),
                "這個密碼太容易被猜到；請換一個更長的。".into(),
                "It is too easily guessed; choose a longer one.".into(),
            ),
            Self::Taken => say(
                "已被占用；请换一个。".into(),
                "已被佔用；請換一個。".into(),
                "Somebody has it already; choose another.".into(),
            ),
            Self::CreditCodeTaken => fixed(
                "持有该代码的单位已通过核实；请向其管理员索取邀请，或核对代码。",
                "持有該代碼的單位已通過核實；請向其管理員索取邀請，或核對代碼。",
                "The organisation of this code is verified already: ask an owner of it for an invitation, or check the code.",
            ),
            Self::TitleTaken => fixed(
                "该基地已持有此称号，或已有同名申请（草稿也算）；请改用原有的申请。",
                "該基地已持有此稱號，或已有同名申請（草稿也算）；請改用原有的申請。",
                "The base holds this title already, or there is an application for it, perhaps a draft: go on with that one.",
            ),
            Self::Rule { reason } => say(
                format!("规则无法读取：{reason}"),
                format!("規則無法讀取：{reason}"),
                format!("The rule cannot be read: {reason}"),
            ),
            Self::Hours { at: Some(at) } => say(
                format!("从第 {at} 个字符起无法读取；写法如 {HOURS}，文字说明请写在 hours.note。"),
                format!("從第 {at} 個字元起無法讀取；寫法如 {HOURS}，文字說明請寫在 hours.note。"),
                format!(
                    "It cannot be read from character {at} on: write it such as {HOURS}, and words in `hours.note`."
                ),
            ),
            Self::Hours { at: None } => say(
                format!("开放时间无法读取；写法如 {HOURS}，文字说明请写在 hours.note。"),
                format!("開放時間無法讀取；寫法如 {HOURS}，文字說明請寫在 hours.note。"),
                format!("It cannot be read: write it such as {HOURS}, and words in `hours.note`."),
            ),
            Self::NoSuch { kind } => {
                let [zh_cn, zh_hk] = called(kind);
                say(
                    format!("所指的{zh_cn}不存在；请核对后重发。"),
                    format!("所指的{zh_hk}不存在；請核對後重發。"),
                    format!("There is no such {kind}; check what you refer to."),
                )
            }
            Self::NotPublished { kind } => {
                let [zh_cn, zh_hk] = called(kind);
                say(
                    format!("所指的{zh_cn}目前不公开（尚未发布，或已下架、归档）；请先发布它，或改用其他。"),
                    format!("所指的{zh_hk}目前不公開（尚未發布，或已下架、歸檔）；請先發布它，或改用其他。"),
                    format!(
                        "This {kind} is not public: it is not published yet, was taken down or put away. Publish it \
                         first, or refer to another."
                    ),
                )
            }
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
            Self::NotShowable(why) => match why {
                NotShowable::UnknownFormat => fixed(
                    "应为 JPEG、PNG 或 WebP 图片。",
                    "應為 JPEG、PNG 或 WebP 圖片。",
                    "It must be a picture as JPEG, PNG or WebP.",
                ),
                NotShowable::Damaged => fixed(
                    "图片已损坏或不完整；请重新导出后上传。",
                    "圖片已損壞或不完整；請重新匯出後上傳。",
                    "The picture is damaged or breaks off; export it again.",
                ),
                NotShowable::TooLarge => fixed(
                    "图片像素过多（最多 4000 万像素，每通道 16 位的最多 2000 万，单边不超过 16000）；请缩小后上传。",
                    "圖片像素過多（最多 4000 萬像素，每通道 16 位元的最多 2000 萬，單邊不超過 16000）；請縮小後上傳。",
                    "The picture may have 40 million pixels at most, 20 million with 16 bits a channel, and 16,000 on a side; make it smaller.",
                ),
                NotShowable::TooSmall => fixed(
                    "图片太小；每边至少 16 像素。",
                    "圖片太小；每邊至少 16 像素。",
                    "The picture is too small: 16 pixels on each side at least.",
                ),
            },
            Self::Barred(bar) => bar.message(lang),
        }
    }
}

/// What a kind of thing is called in simplified and in traditional Chinese.
fn called(kind: &str) -> [&str; 2] {
    match kind {
        "organisation" => ["机构", "機構"],
        "base" => ["科普基地", "科普基地"],
        "series" => ["系列讲座", "系列講座"],
        "campaign" => ["主题活动", "主題活動"],
        "route" => ["科普游路线", "科普遊路線"],
        "event" => ["活动", "活動"],
        "session" => ["场次", "場次"],
        "resource" => ["资源名录条目", "資源名錄條目"],
        "division" => ["行政区划", "行政區劃"],
        "term" => ["分类代码（见 /v1/taxonomy）", "分類代碼（見 /v1/taxonomy）"],
        "image" => ["图片", "圖片"],
        "companion" => ["同行人", "同行人"],
        "question" => ["问题", "問題"],
        "account" => ["账号", "賬號"],
        other => [other, other],
    }
}

impl Expected {
    pub(super) fn message(self, lang: Lang) -> String {
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
            Self::RealDay => (
                "日历上没有这一天；请核对年、月、日。",
                "日曆上沒有這一天；請核對年、月、日。",
                "The calendar has no such day; check year, month and day.",
            ),
            Self::Year => (
                "缺少年份；应如 2026年11月28日。",
                "缺少年份；應如 2026年11月28日。",
                "The year is missing; it must be a date such as 2026-11-28.",
            ),
            Self::LocalTime => (
                "应为时间，如 2026-11-28 14:00。",
                "應為時間，如 2026-11-28 14:00。",
                "It must be a time such as 2026-11-28 14:00.",
            ),
            Self::FromTo => (
                "应为起止时间，如 14:00-16:00；一行一场。",
                "應為起止時間，如 14:00-16:00；一行一場。",
                "It must be from when to when, such as 14:00-16:00; each session has a row of its own.",
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
            Self::CreditCode => (
                "应为 18 位统一社会信用代码，末位校验码须正确。",
                "應為 18 位統一社會信用代碼，末位校驗碼須正確。",
                "It must be a unified social credit code of 18 digits and letters, the last of which checks the others.",
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
            Self::PublicUrl => (
                "应为公网上的 https 地址，不含用户名与 # 部分，端口为 80、443 或不小于 1024。",
                "應為公網上的 https 地址，不含使用者名稱與 # 部分，埠為 80、443 或不小於 1024。",
                "It must be an https address of the public net, without user name and fragment, at port 80, 443 or \
                 one from 1024 on.",
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
    use super::super::FIELD_CODES;
    use super::*;

    fn every_code() -> Vec<FieldCode> {
        let word = || "x".to_owned();
        vec![
            FieldCode::Unknown { nearest: None },
            FieldCode::Unknown { nearest: Some(word()) },
            FieldCode::NamesNoField { name: word(), nearest: None },
            FieldCode::NamesNoField { name: word(), nearest: Some(word()) },
            FieldCode::Repeated,
            FieldCode::Empty,
            FieldCode::Missing,
            FieldCode::Unanswered { question: word(), label: crate::domain::text::Text::default() },
            FieldCode::NotANumber,
            FieldCode::NotAnInteger,
            FieldCode::OutOfRange { min: word(), max: word() },
            FieldCode::Swapped,
            FieldCode::TooLong { max: 1 },
            FieldCode::TooMany { max: 1 },
            FieldCode::NotAllowed { value: word(), allowed: vec![word()] },
            FieldCode::UnknownCode { value: word(), scheme: word() },
            FieldCode::Malformed(Expected::Bbox),
            FieldCode::Malformed(Expected::CreditCode),
            FieldCode::Inverted { first: word(), then: word() },
            FieldCode::Incomplete { needs: word() },
            FieldCode::Conflicting { with: word() },
            FieldCode::TooFew { min: 1 },
            FieldCode::TooShort { min: 1 },
            FieldCode::TooCommon,
            FieldCode::Taken,
            FieldCode::CreditCodeTaken,
            FieldCode::TitleTaken,
            FieldCode::Rule { reason: word() },
            FieldCode::Hours { at: Some(1) },
            FieldCode::Hours { at: None },
            FieldCode::NoSuch { kind: "base" },
            FieldCode::NotPublished { kind: "base" },
            FieldCode::HolidayUnknown { through: Some(word()) },
            FieldCode::HolidayUnknown { through: None },
            FieldCode::NotShowable(NotShowable::UnknownFormat),
            FieldCode::NotShowable(NotShowable::Damaged),
            FieldCode::NotShowable(NotShowable::TooLarge),
            FieldCode::NotShowable(NotShowable::TooSmall),
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
