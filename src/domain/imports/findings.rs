//! What is found in a file, row by row: with a stable code for programs and a sentence for people.

use super::columns::Column;
use crate::domain::invalid::FieldCode;
use crate::domain::text::Lang;
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

impl Fault {
    /// How much it matters.
    #[must_use]
    pub fn level(&self) -> Level {
        match self {
            Self::Needed(_)
            | Self::UnknownColumn { .. }
            | Self::TranslationDropped
            | Self::CancelledThere
            | Self::Place { .. } => Level::Warning,
            Self::Field(_)
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

/// The same code with the headings of columns in place of the names of fields.
fn in_headings(code: &FieldCode, named: &dyn Fn(&str) -> Option<String>) -> FieldCode {
    let heading = |field: &String| named(field).unwrap_or_else(|| field.clone());
    match code {
        FieldCode::Inverted { first, then } => {
            FieldCode::Inverted { first: heading(first), then: heading(then) }
        }
        FieldCode::Incomplete { needs } => FieldCode::Incomplete { needs: heading(needs) },
        FieldCode::Conflicting { with } => FieldCode::Conflicting { with: heading(with) },
        other => other.clone(),
    }
}
