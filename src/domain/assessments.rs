//! Yearly assessment (年度考核): an authority opens a year for the bases of a level in its division; each fills a form, and
//! the authority says how it did.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::accreditations::Level;
use super::divisions::Adcode;
use super::drafts::FieldNote;
use super::ids::{AssessmentId, AssessmentRoundId, BaseId, OrganisationId, PersonId};
use super::invalid::{FieldCode, Invalid};
use super::text::Text;
use super::words::words;

/// The longest account of a year, in characters.
pub const LONGEST_TEXT: usize = 10_000;

words! {
    /// How an assessment stands.
    State {
        /// Nothing was written yet.
        Due = "due",
        /// It is being written.
        Draft = "draft",
        /// It waits for the authority.
        Submitted = "submitted",
        /// The authority sent it back.
        Rejected = "rejected",
        /// The authority said how the base did.
        Assessed = "assessed",
    }

    /// How a base did.
    Outcome {
        /// 优秀
        Excellent = "excellent",
        /// 合格
        Qualified = "qualified",
        /// 不合格
        Unqualified = "unqualified",
    }
}

impl State {
    /// Whether the base has handed it in.
    #[must_use]
    pub fn handed_in(self) -> bool {
        matches!(self, Self::Submitted | Self::Assessed)
    }
}

/// A year that was opened for the bases of a level in a division.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Its id.
    pub id: AssessmentRoundId,
    /// Whose authority assesses.
    pub division: Adcode,
    /// The year.
    pub year: i32,
    /// Bases of which level.
    pub level: Level,
    /// The last day to hand in.
    pub due: NaiveDate,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
}

/// What a base says of its year; what is absent is not said yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answers {
    /// Visitors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitors: Option<u32>,
    /// Days on which it was open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_days: Option<u32>,
    /// Events that it held, wherever they were published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<u32>,
    /// People who work there for science popularization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<u32>,
    /// Volunteers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volunteers: Option<u32>,
    /// What it spent on science popularization, in yuan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding: Option<u32>,
    /// How it finds that it did, of a hundred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_score: Option<u32>,
    /// What it did, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What the records of this service say of a year of a base.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Events of which a session took place there.
    pub events: i64,
    /// Sessions that took place there.
    pub sessions: i64,
    /// Seats of sign-ups that came.
    pub attended: i64,
    /// Heads that were counted.
    pub headcount: i64,
}

/// The assessment of a base for a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Its id.
    pub id: AssessmentId,
    /// The year, and whose authority assesses.
    pub round: Round,
    /// The base.
    pub base: BaseId,
    /// Whose base it was when the year was opened.
    pub organisation: OrganisationId,
    /// How it stands.
    pub state: State,
    /// Counts changes from 1.
    pub version: i64,
    /// What the base says.
    pub answers: Answers,
    /// What our records said when it was handed in.
    pub figures: Option<Figures>,
    /// How the base did.
    pub outcome: Option<Outcome>,
    /// Why it was sent back, or found so.
    pub reason: Option<String>,
    /// What is to be mended, field by field.
    pub fields: Vec<FieldNote>,
    /// Who changed it last, where that was a person; absent once they are erased.
    pub author: Option<PersonId>,
    /// When it was handed in.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When the authority decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Answers {
    /// Adds what is wrong with them, judged by themselves.
    pub fn check(&self, invalid: &mut Invalid) {
        self.open_days.into_iter().for_each(|days| invalid.range("openDays", days, 0, 366));
        self.self_score.into_iter().for_each(|score| invalid.range("selfScore", score, 0, 100));
        if let Some(text) = &self.text {
            invalid.text("text", &Text::zh(text), LONGEST_TEXT);
        }
    }

    /// Adds what is missing for them to be handed in.
    pub fn complete(&self, invalid: &mut Invalid) {
        let needed = [
            ("visitors", self.visitors.is_none()),
            ("openDays", self.open_days.is_none()),
            ("events", self.events.is_none()),
            ("selfScore", self.self_score.is_none()),
            ("text", self.text.is_none()),
        ];
        for (field, _) in needed.into_iter().filter(|(_, missing)| *missing) {
            invalid.push(field, FieldCode::Missing);
        }
    }
}

impl Assessment {
    /// Whether it should have been handed in before `day`, and was not.
    #[must_use]
    pub fn overdue(&self, day: NaiveDate) -> bool {
        !self.state.handed_in() && self.round.due < day
    }
}
