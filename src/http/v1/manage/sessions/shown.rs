//! Sessions as their hosts see them, and what came of what they did.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::app::sessions::Told;
use crate::app::sessions::adding::{Added, Followed};
use crate::app::sessions::calling_off::{self, CalledOff};
use crate::domain::calendar;
use crate::domain::events::{Event, EventStatus};
use crate::domain::geo;
use crate::domain::ids::EventId;
use crate::domain::sessions::Session;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::list::Crs;
use crate::http::v1::bases::hours::DayKind;
use crate::http::v1::manage::instants::Instant;
use crate::http::v1::manage::places::{AuthoredPlace, Warning};
use crate::http::v1::manage::terms::{AuthoredQuestion, AuthoredRules};
use crate::http::v1::manage::words::{Words, words};
use crate::http::v1::sessions::{SignupState, Status, WaitlistMode};
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
    }
}

/// A session as its host wrote it.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedSession {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// The event it belongs to.
    event: ManagedEventRef,
    /// When it starts.
    #[schema(example = "2026-11-28T14:00:00+08:00", value_type = String, format = DateTime)]
    start: Rfc3339,
    /// When it ends.
    #[schema(example = "2026-11-28T16:00:00+08:00", value_type = String, format = DateTime)]
    end: Rfc3339,
    /// How it stands.
    status: Status,
    /// Its place, where that is not the event's.
    place: Option<AuthoredPlace>,
    /// How many people or parties there is room for; absent: unlimited.
    #[schema(example = 40, minimum = 0)]
    capacity: Option<i32>,
    /// How many of them are taken.
    #[schema(example = 31, minimum = 0)]
    taken: i32,
    /// How many people queue.
    #[schema(example = 0, minimum = 0)]
    waiting: i32,
    /// What somebody who wants to take part can do now.
    signup_state: SignupState,
    /// When sign-up opens; absent where none is needed, or where it has always been open.
    #[schema(example = "2026-11-14T14:00:00+08:00", value_type = Option<String>, format = DateTime)]
    signup_opens_at: Option<Instant>,
    /// When sign-up closes; absent where none is needed, or at the start.
    #[schema(example = "2026-11-28T12:00:00+08:00", value_type = Option<String>, format = DateTime)]
    signup_closes_at: Option<Instant>,
    /// What happens when it is full; absent where no sign-up is needed.
    waitlist_mode: Option<WaitlistMode>,
    /// The terms of sign-up; absent where none is needed.
    rules: Option<AuthoredRules>,
    /// What is asked at sign-up.
    questions: Option<Vec<AuthoredQuestion>>,
    #[schema(schema_with = words)]
    notice: Option<Words>,
    /// Counts what its host changed; a change names the version that it is made to.
    #[schema(example = 1)]
    version: i64,
}

/// The event of a session.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ManagedEventRef {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Its title.
    #[schema(example = "甲虫王国：一只昆虫的铠甲")]
    title: String,
}

impl ManagedEventRef {
    pub(super) fn new(id: EventId, title: &str) -> Self {
        Self { id: id.to_string(), title: title.to_owned() }
    }
}

/// What sessions are shown by.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) event: &'a Event,
    pub(super) title: &'a str,
    pub(super) crs: geo::Crs,
    pub(super) now: chrono::DateTime<chrono::Utc>,
}

impl ManagedSession {
    pub(super) fn new(by: Shown<'_>, session: &Session, version: i64) -> Self {
        let terms = session.signup.as_deref();
        let status = match session.status {
            EventStatus::Cancelled => Status::Cancelled,
            _ if by.event.status == EventStatus::Cancelled => Status::Cancelled,
            _ if session.end <= by.now => Status::Ended,
            EventStatus::Changed => Status::Changed,
            EventStatus::Scheduled => Status::Scheduled,
        };
        Self {
            id: session.id.to_string(),
            event: ManagedEventRef::new(session.event, by.title),
            start: rfc3339(session.start),
            end: rfc3339(session.end),
            status,
            place: session.place.as_deref().map(|place| AuthoredPlace::new(place, by.crs)),
            capacity: session.capacity,
            taken: session.taken,
            waiting: session.waiting,
            signup_state: session.signup_state(by.event.status, by.now).into(),
            signup_opens_at: terms.and_then(|terms| terms.opens_at).map(Instant::from),
            signup_closes_at: terms.and_then(|terms| terms.closes_at).map(Instant::from),
            waitlist_mode: terms.map(|terms| terms.waitlist_mode.into()),
            rules: terms.map(AuthoredRules::from),
            questions: terms
                .map(|terms| terms.questions.iter().map(AuthoredQuestion::from).collect::<Vec<_>>())
                .filter(|questions| !questions.is_empty()),
            notice: session.notice.as_ref().map(|notice| notice.text.clone().into()),
            version,
        }
    }
}

/// A session by itself, as its host wrote it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagedSessionDetail {
    /// The session.
    #[serde(flatten)]
    pub(super) session: ManagedSession,
    /// The datum of `place`.
    pub(super) crs: Crs,
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
        let items: Vec<_> =
            added.sessions.iter().map(|session| ManagedSession::new(by, session, 1)).collect();
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
