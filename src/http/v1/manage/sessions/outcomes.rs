//! What came of what hosts did to sessions, or would: who is told, which dates a rule gives.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::shown::{ManagedSession, Shown};
use crate::app::sessions::Told;
use crate::app::sessions::adding::{Added, Followed};
use crate::app::sessions::calling_off::{self, CalledOff};
use crate::domain::calendar;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::list::Crs;
use crate::http::v1::bases::hours::DayKind;
use crate::http::v1::manage::places::Warning;
use crate::http::wire::wire;

wire! {
    /// What became of a session that was to be called off.
    CancelOutcome = calling_off::Outcome {
        /// It is called off.
        Cancelled "cancelled"
        /// It was before.
        Already "already"
        /// It is over.
        Ended "ended"
        /// It is gone: its event was never published, so that nobody ever saw it.
        Removed "removed"
    }
}

/// Who is told, in sign-ups.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct ToldCounts {
    /// Those who have seats.
    #[schema(example = 31, minimum = 0)]
    confirmed: i64,
    /// Those who queue.
    #[schema(example = 4, minimum = 0)]
    waitlisted: i64,
    /// Those to whom seats are offered.
    #[schema(example = 0, minimum = 0)]
    offered: i64,
    /// Those whom the host has not decided on.
    #[schema(example = 0, minimum = 0)]
    pending: i64,
    /// All of them.
    #[schema(example = 35, minimum = 0)]
    signups: i64,
    /// Their seats, taken or wanted.
    #[schema(example = 52, minimum = 0)]
    seats: i64,
}

impl From<Told> for ToldCounts {
    fn from(told: Told) -> Self {
        let Told { confirmed, waitlisted, offered, pending, seats } = told;
        Self { confirmed, waitlisted, offered, pending, signups: told.signups(), seats }
    }
}

/// What came of changing a session, or would.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionChange {
    /// The session as it is now, or would be.
    #[serde(flatten)]
    pub(super) session: ManagedSession,
    /// Who is told that time or place are others; nobody if they are not.
    pub(super) told: ToldCounts,
    /// How many of the queue got seats.
    #[schema(example = 0, minimum = 0)]
    pub(super) promoted: usize,
    /// Whether it was only tried.
    #[schema(example = false)]
    pub(super) dry_run: bool,
    /// What may be meant so, and may be a mistake.
    pub(super) warnings: Vec<Warning>,
    /// The datum of `place`.
    pub(super) crs: Crs,
}

/// What came of adding sessions, or would.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddedSessions {
    /// The new sessions. Of a dry run their ids mean nothing.
    pub(super) items: Vec<ManagedSession>,
    /// How many there are.
    #[schema(example = 12, minimum = 0)]
    pub(super) total: usize,
    /// Those that were there already, at the same time and place: they were not added again.
    #[schema(example = json!([]))]
    pub(super) same: Vec<String>,
    /// How `recurrence` was followed.
    pub(super) recurrence: Option<FollowedRule>,
    /// Whether it was only tried.
    #[schema(example = true)]
    pub(super) dry_run: bool,
    /// What may be meant so, and may be a mistake.
    pub(super) warnings: Vec<Warning>,
    /// The datum of places.
    pub(super) crs: Crs,
}

/// How a rule was followed.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FollowedRule {
    /// Days that the rule names, left out for what they are.
    skipped: Vec<SkippedDay>,
    /// Days of which it is not published yet whether they are holidays, or worked: they were taken for what their weekday
    /// says. Look at them again once they are.
    #[schema(example = json!(["2027-01-09"]))]
    uncertain: Vec<String>,
    /// The last day up to which holidays are known; absent where none are.
    #[schema(example = "2026-12-31", format = Date)]
    holidays_known_through: Option<String>,
    /// The last day up to which the rule was followed, if it went on for so long.
    #[schema(example = "2027-11-28", format = Date)]
    through: String,
}

/// A day that was left out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SkippedDay {
    /// Which.
    #[schema(example = "2026-10-10", format = Date)]
    date: String,
    /// What it is.
    day_kind: DayKind,
}

impl From<Followed> for FollowedRule {
    fn from(followed: Followed) -> Self {
        let skipped = |(date, kind): (chrono::NaiveDate, calendar::DayKind)| SkippedDay {
            date: date.to_string(),
            day_kind: kind.into(),
        };
        Self {
            skipped: followed.skipped.into_iter().map(skipped).collect(),
            uncertain: followed.uncertain.iter().map(ToString::to_string).collect(),
            holidays_known_through: followed.holidays_known_through.map(|day| day.to_string()),
            through: followed.through.to_string(),
        }
    }
}

impl AddedSessions {
    pub(super) fn new(by: Shown<'_>, added: Added, dry_run: bool, warnings: Vec<Warning>) -> Self {
        let items: Vec<_> = added
            .sessions
            .iter()
            .map(|(session, version)| ManagedSession::new(by, session, *version))
            .collect();
        Self {
            total: items.len(),
            items,
            same: added.same.iter().map(ToString::to_string).collect(),
            recurrence: added.followed.map(FollowedRule::from),
            dry_run,
            warnings,
            crs: by.crs.into(),
        }
    }
}

/// What became of sessions that were to be called off, or would.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CancelResults {
    /// Of each session, in the order in which they were given.
    sessions: Vec<CancelResult>,
    /// Who is told in all.
    told: ToldCounts,
    /// Whether it was only tried.
    #[schema(example = true)]
    dry_run: bool,
}

/// What became of a session that was to be called off, or would.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CancelResult {
    /// The session.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Its event.
    #[schema(example = "01h2x7m9k4qpz")]
    event_id: String,
    /// When it would have started.
    #[schema(example = "2026-11-28T14:00:00+08:00", value_type = String, format = DateTime)]
    start: Rfc3339,
    /// What became of it.
    outcome: CancelOutcome,
    /// Who is told.
    told: ToldCounts,
}

impl CancelResults {
    pub(in crate::http::v1::manage) fn new(done: &[CalledOff], dry_run: bool) -> Self {
        let result = |one: &CalledOff| CancelResult {
            id: one.session.to_string(),
            event_id: one.event.to_string(),
            start: rfc3339(one.start),
            outcome: one.outcome.into(),
            told: one.told.into(),
        };
        let told = done.iter().fold(Told::default(), |so_far, one| so_far.and(one.told));
        Self { sessions: done.iter().map(result).collect(), told: told.into(), dry_run }
    }
}
