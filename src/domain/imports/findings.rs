//! What is found in a file, row by row: with a stable code for programs and a sentence for people.

use chrono::{Datelike, NaiveDate};

use super::columns::Column;
use crate::domain::invalid::FieldCode;
use crate::domain::text::Lang;
use crate::domain::time::{CHINA, parse_instant};
use crate::domain::words::words;

words! {
    /// How much a finding matters.
    Level {
        /// Nothing of the file is taken until it is mended.
        Error = "error",
        /// It may be meant so.
        Warning = "warning",
    }
}

/// Something found in a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The row, as people count.
    pub row: u32,
    /// The column, where it is about one.
    pub column: Option<Column>,
    /// What.
    pub fault: Fault,
}

/// What can be found.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// A value is wrong.
    Field(FieldCode),
    /// A word that is neither name nor code of what is listed.
    UnknownTerm {
        /// The word.
        word: String,
        /// Names that may be meant.
        near: Vec<String>,
    },
    /// An address that does not tell in which division it is, and nothing else does.
    NoDistrict {
        /// The column that could say it.
        column: Column,
    },
    /// Another day of the week is named than that of the day.
    OtherWeekday {
        /// The day, which counts.
        date: NaiveDate,
    },
    /// Something is missing, or wrong, that can follow until the event is submitted.
    Needed(FieldCode),
    /// A column that means nothing here; it is not read.
    UnknownColumn {
        /// Its heading.
        heading: String,
    },
    /// A column that is there twice.
    RepeatedColumn,
    /// A column without which no row can be told from others.
    MissingColumn,
    /// The number of the session is that of another row.
    RepeatedRow {
        /// That row.
        row: u32,
    },
    /// The same event is said to be something else in another row.
    Differs {
        /// That row.
        row: u32,
    },
    /// A cell that the program which wrote the file could not work out.
    Broken {
        /// What stands there.
        text: String,
    },
    /// The session, or its event, is called off: it stays as it is.
    CalledOff,
    /// The session is over: it stays as it is.
    Over,
    /// More seats are taken than the session is to have.
    BelowTaken {
        /// So many.
        taken: i32,
    },
    /// The text in another language is of the words that were there before, and goes.
    TranslationDropped,
    /// The file says that it is called off, which is said elsewhere.
    CancelledThere,
    /// What a place says of itself.
    Place {
        /// Its code.
        code: &'static str,
        /// In the caller's language.
        message: String,
    },
}

impl Finding {
    /// A value of a row that is wrong.
    #[must_use]
    pub fn field(row: u32, column: impl Into<Option<Column>>, code: FieldCode) -> Self {
        Self { row, column: column.into(), fault: Fault::Field(code) }
    }
}

impl From<FieldCode> for Fault {
    fn from(code: FieldCode) -> Self {
        Self::Field(code)
    }
}

impl Fault {
    /// How much it matters.
    #[must_use]
    pub fn level(&self) -> Level {
        match self {
            Self::Needed(_)
            | Self::OtherWeekday { .. }
            | Self::UnknownColumn { .. }
            | Self::TranslationDropped
            | Self::CancelledThere
            | Self::Place { .. } => Level::Warning,
            Self::Field(_)
            | Self::UnknownTerm { .. }
            | Self::NoDistrict { .. }
            | Self::RepeatedColumn
            | Self::MissingColumn
            | Self::RepeatedRow { .. }
            | Self::Differs { .. }
            | Self::Broken { .. }
            | Self::CalledOff
            | Self::Over
            | Self::BelowTaken { .. } => Level::Error,
        }
    }

    /// Its code.
    #[must_use]
    pub fn wire(&self) -> &'static str {
        match self {
            Self::Field(code) => code.wire(),
            Self::UnknownTerm { .. } => "unknownCode",
            Self::NoDistrict { .. } => FieldCode::Missing.wire(),
            Self::OtherWeekday { .. } => "otherWeekday",
            Self::Needed(_) => "neededToSubmit",
            Self::UnknownColumn { .. } => "unknownColumn",
            Self::RepeatedColumn => "repeatedColumn",
            Self::MissingColumn => "missingColumn",
            Self::RepeatedRow { .. } => "repeatedRow",
            Self::Differs { .. } => "differs",
            Self::Broken { .. } => "brokenCell",
            Self::CalledOff => "calledOff",
            Self::Over => "sessionOver",
            Self::BelowTaken { .. } => "capacityBelowTaken",
            Self::TranslationDropped => "translationDropped",
            Self::CancelledThere => "cancelledThere",
            Self::Place { code, .. } => code,
        }
    }

    /// The sentence about it; `named` gives the heading of the column of a field.
    #[must_use]
    pub fn message(&self, lang: Lang, named: &dyn Fn(&str) -> Option<String>) -> String {
        let say = |zh_cn: String, zh_hk: String, en: String| match lang {
            Lang::ZhCn => zh_cn,
            Lang::ZhHk => zh_hk,
            Lang::En => en,
        };
        let fixed = |zh_cn: &str, zh_hk: &str, en: &str| say(zh_cn.into(), zh_hk.into(), en.into());
        match self {
            Self::Field(code) => in_headings(code, named).message(lang),
            Self::UnknownTerm { word, near } => {
                let hint = |before: &str, between: &str, after: &str| match &near[..] {
                    [] => String::new(),
                    near => format!("{before}{}{after}", near.join(between)),
                };
                say(
                    format!(
                        "没有“{word}”{}；全部名称与代码见模板的“代码表”。",
                        hint("，是否想写“", "”或“", "”？")
                    ),
                    format!(
                        "沒有「{word}」{}；全部名稱與代碼見範本的「代碼表」。",
                        hint("，是否想寫「", "」或「", "」？")
                    ),
                    format!(
                        "There is no \"{word}\"{}; the sheet \"Codes\" of the template has all names and codes.",
                        hint(", did you mean ", " or ", "?"),
                    ),
                )
            }
            Self::NoDistrict { column } => {
                let heading = named(column.wire()).unwrap_or_else(|| column.heading(lang).to_owned());
                say(
                    format!("地址须写明市和区，或填写“{heading}”。"),
                    format!("地址須寫明市和區，或填寫「{heading}」。"),
                    format!("The address must name city and district, or \"{heading}\" the district."),
                )
            }
            Self::OtherWeekday { date } => {
                let day = date.weekday().num_days_from_monday() as usize;
                let day = ["一", "二", "三", "四", "五", "六", "日"][day];
                say(
                    format!("{date} 是星期{day}；导入以日期为准，请核对。"),
                    format!("{date} 是星期{day}；匯入以日期為準，請核對。"),
                    format!("{date} is a {}: the date counts, check it.", date.format("%A")),
                )
            }
            Self::Needed(code) => {
                let why = in_headings(code, named).message(lang);
                say(
                    format!("提交审核前须补正：{why}"),
                    format!("提交審核前須補正：{why}"),
                    format!("To be mended before it is submitted: {why}"),
                )
            }
            Self::UnknownColumn { heading } => say(
                format!("不认识“{heading}”这一列，已忽略；模板列出全部列。"),
                format!("不認識「{heading}」這一欄，已忽略；範本列出全部欄。"),
                format!("The column \"{heading}\" is not known and was not read; the template lists all."),
            ),
            Self::RepeatedColumn => {
                fixed("这一列出现了两次。", "這一欄出現了兩次。", "The column is there twice.")
            }
            Self::MissingColumn => fixed(
                "缺少这一列，或表头不在前十行。",
                "缺少這一欄，或表頭不在前十行。",
                "The column is missing, or its heading is not among the first ten rows.",
            ),
            Self::RepeatedRow { row } => say(
                format!("与第 {row} 行的场次编号相同。"),
                format!("與第 {row} 行的場次編號相同。"),
                format!("Row {row} has the same session number."),
            ),
            Self::Differs { row } => say(
                format!("同一活动在第 {row} 行写的不一样。"),
                format!("同一活動在第 {row} 行寫的不一樣。"),
                format!("Row {row} says something else of the same event."),
            ),
            Self::Broken { text } => say(
                format!("单元格是错误值 {text}。"),
                format!("儲存格是錯誤值 {text}。"),
                format!("The cell holds the error {text}."),
            ),
            Self::CalledOff => fixed(
                "该场次或活动已取消，不能再改。",
                "該場次或活動已取消，不能再改。",
                "The session, or its event, is called off and cannot be changed.",
            ),
            Self::Over => fixed(
                "该场次已结束，不能再改。",
                "該場次已結束，不能再改。",
                "The session is over and cannot be changed.",
            ),
            Self::BelowTaken { taken } => say(
                format!("已有 {taken} 个名额被占用，名额不能少于此数。"),
                format!("已有 {taken} 個名額被佔用，名額不能少於此數。"),
                format!("{taken} seats are taken; it cannot have fewer."),
            ),
            Self::TranslationDropped => fixed(
                "中文有改动，原有译文将删除；请另行补译。",
                "中文有改動，原有譯文將刪除；請另行補譯。",
                "The Chinese text changes, so its translations go; add them anew.",
            ),
            Self::CancelledThere => fixed(
                "文件中此项已取消：导入不取消场次，请在场次页面取消。",
                "檔案中此項已取消：匯入不取消場次，請在場次頁面取消。",
                "It is called off in the file: an import calls nothing off, do so with the session.",
            ),
            Self::Place { message, .. } => message.clone(),
        }
    }
}

/// The same code with the headings of columns in place of the names of fields, and times by the venue's clock.
fn in_headings(code: &FieldCode, named: &dyn Fn(&str) -> Option<String>) -> FieldCode {
    let heading = |field: &String| named(field).unwrap_or_else(|| field.clone());
    match code {
        FieldCode::Inverted { first, then } => {
            FieldCode::Inverted { first: heading(first), then: heading(then) }
        }
        FieldCode::OutOfRange { min, max } => FieldCode::OutOfRange { min: local(min), max: local(max) },
        FieldCode::Incomplete { needs } => FieldCode::Incomplete { needs: heading(needs) },
        FieldCode::Conflicting { with } => FieldCode::Conflicting { with: heading(with) },
        other => other.clone(),
    }
}

/// An instant as people write it; anything else as it is.
fn local(bound: &str) -> String {
    match parse_instant(bound) {
        Ok(instant) => instant.with_timezone(&CHINA).format("%Y-%m-%d %H:%M").to_string(),
        Err(_) => bound.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(fault: &Fault) -> [String; 3] {
        [Lang::ZhCn, Lang::ZhHk, Lang::En].map(|lang| fault.message(lang, &|_| None))
    }

    #[test]
    fn what_may_be_meant_is_told_in_the_language_asked_for() {
        let date = NaiveDate::from_ymd_opt(2026, 12, 6).unwrap();
        for fault in [
            Fault::UnknownTerm { word: "x".to_owned(), near: Vec::new() },
            Fault::UnknownTerm { word: "x".to_owned(), near: vec!["y".to_owned(), "z".to_owned()] },
            Fault::NoDistrict { column: Column::District },
            Fault::OtherWeekday { date },
        ] {
            let [zh_cn, zh_hk, en] = messages(&fault);
            assert!(en.is_ascii() && !zh_cn.is_ascii() && !zh_hk.is_ascii() && zh_cn != zh_hk, "{fault:?}");
        }
        let [zh_cn, _, en] = messages(&Fault::OtherWeekday { date });
        assert!(
            zh_cn.contains("2026-12-06 是星期日") && en.contains("2026-12-06 is a Sunday"),
            "{zh_cn} {en}"
        );
        let [zh_cn, ..] = messages(&Fault::UnknownTerm {
            word: "生物".to_owned(),
            near: vec!["生物多样性".to_owned()],
        });
        assert!(zh_cn.contains("没有“生物”，是否想写“生物多样性”？"), "{zh_cn}");
    }

    #[test]
    fn bounds_of_time_are_told_by_the_venues_clock() {
        let [min, max] = ["2026-11-28T06:00:00Z", "40"].map(str::to_owned);
        let [zh_cn, ..] = messages(&Fault::Field(FieldCode::OutOfRange { min, max }));
        assert_eq!(zh_cn, "应在 2026-11-28 14:00 到 40 之间。");
    }
}
