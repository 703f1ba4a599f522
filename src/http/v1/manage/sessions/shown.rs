//! Sessions as their hosts see them.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::domain::events::{Event, EventStatus};
use crate::domain::geo;
use crate::domain::ids::EventId;
use crate::domain::sessions::Session;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::list::Crs;
use crate::http::v1::manage::instants::Instant;
use crate::http::v1::manage::places::AuthoredPlace;
use crate::http::v1::manage::terms::{AuthoredQuestion, AuthoredRules};
use crate::http::v1::manage::words::{Words, words};
use crate::http::v1::sessions::{SignupState, Status, WaitlistMode};

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
    fn new(id: EventId, title: &str) -> Self {
        Self { id: id.to_string(), title: title.to_owned() }
    }
}

/// What sessions are shown by.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// Their event.
    pub event: &'a Event,
    /// Its title in the reader's language.
    pub title: &'a str,
    /// The datum of places.
    pub crs: geo::Crs,
    /// The instant by which states are judged.
    pub now: chrono::DateTime<chrono::Utc>,
}

impl ManagedSession {
    /// A session at this version, as whoever may write it sees it.
    pub fn new(by: Shown<'_>, session: &Session, version: i64) -> Self {
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
