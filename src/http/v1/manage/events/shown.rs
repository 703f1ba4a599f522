//! Events as their authors see them: what they wrote, where it stands, and how its sessions do.

use serde::Serialize;
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::asked::{AuthoredEvent, NewEvent};
use super::campaigns::{self, ManagedCampaign};
use super::doubts;
use crate::db::{AnyConn, sessions};
use crate::domain::drafts::Body;
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::EventId;
use crate::domain::sessions::Session;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::list::Crs;
use crate::http::problem::{Code, FieldProblem, Problem};
use crate::http::v1::manage::drafted::{Found, Written};
use crate::http::v1::manage::places::{AuthoredPlace, Ground, Warning};
use crate::http::v1::manage::standing::{By, Standing, common_path};
use crate::http::v1::sessions::Status;

/// An event of one's own, in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagedEventItem {
    /// Its title; empty as long as it has none.
    #[schema(example = "甲虫王国：一只昆虫的铠甲")]
    title: String,
    /// Where it stands.
    #[serde(flatten)]
    standing: Standing,
    /// How its sessions do.
    #[serde(flatten)]
    course: EventCourse,
}

/// An event as its author wrote it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagedEvent {
    /// Where it stands.
    #[serde(flatten)]
    standing: Standing,
    /// How its sessions do.
    #[serde(flatten)]
    course: EventCourse,
    /// What its author wrote.
    #[serde(flatten)]
    event: AuthoredEvent,
    /// How it stands in campaigns that it was proposed for, or is part of.
    campaigns: Vec<ManagedCampaign>,
    /// Everything that is missing or wrong for it to be submitted; empty if nothing is.
    problems: Vec<FieldProblem>,
    /// What may be meant so, and may be a mistake.
    warnings: Vec<Warning>,
    /// The datum of `place`.
    crs: Crs,
}

/// How the sessions of an event do.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventCourse {
    /// How the event as a whole stands.
    status: Status,
    /// When its next session starts that goes ahead.
    #[schema(example = "2026-11-28T14:00:00+08:00", value_type = Option<String>, format = DateTime)]
    next_start: Option<Rfc3339>,
    /// How many sessions have not ended and go ahead.
    #[schema(example = 3, minimum = 0)]
    session_count: usize,
}

impl Written for Event {
    type Item = ManagedEventItem;
    type Whole = ManagedEvent;

    type New = NewEvent;

    const HOME: &'static str = "/v1/manage/events";

    fn path(field: &str) -> String {
        match field {
            "ages.min" => "ageMin".to_owned(),
            "ages.max" => "ageMax".to_owned(),
            other => common_path(other),
        }
    }

    fn authored(self, given: &Body, ground: Ground<'_>) -> serde_json::Result<Value> {
        serde_json::to_value(AuthoredEvent::new(self, given, ground.crs))
    }

    fn item(
        &self,
        conn: &mut AnyConn,
        by: &By,
        id: i64,
        standing: Standing,
    ) -> Result<ManagedEventItem, Problem> {
        let title = self.title.get(by.lang).to_owned();
        Ok(ManagedEventItem { title, standing, course: EventCourse::of(self, conn, by, id)? })
    }

    fn whole(self, conn: &mut AnyConn, by: &By, given: &Body, found: Found) -> Result<ManagedEvent, Problem> {
        let Found { id, standing, problems, .. } = found;
        let course = EventCourse::of(&self, conn, by, id)?;
        let event_id = EventId::new(id).ok_or(Code::NotFound)?;
        let campaigns = campaigns::of_event(conn, event_id, &self, by.lang)?;
        let place = self.place.iter().flat_map(|place| AuthoredPlace::doubts(place, "place", by.ground()));
        let warnings = doubts::of_event(conn, id, &self, given, by, place.collect())?;
        let event = AuthoredEvent::new(self, given, by.crs);
        Ok(ManagedEvent { standing, course, event, campaigns, problems, warnings, crs: by.crs.into() })
    }
}

impl EventCourse {
    fn of(event: &Event, conn: &mut AnyConn, by: &By, id: i64) -> Result<Self, Problem> {
        let event_id = EventId::new(id).ok_or(Code::NotFound)?;
        let sessions = sessions::of_events(conn, &[id])?.remove(&event_id).unwrap_or_default();
        let coming = || {
            let goes_on =
                |session: &&Session| session.status != EventStatus::Cancelled && session.end > by.now;
            sessions.iter().filter(goes_on)
        };
        Ok(Self {
            status: status(event.status, &sessions, by.now),
            next_start: coming().map(|session| session.start).min().map(rfc3339),
            session_count: coming().count(),
        })
    }
}

fn status(own: EventStatus, sessions: &[Session], now: chrono::DateTime<chrono::Utc>) -> Status {
    let mut held = sessions.iter().filter(|session| session.status != EventStatus::Cancelled).peekable();
    match own {
        EventStatus::Cancelled => Status::Cancelled,
        _ if !sessions.is_empty() && held.peek().is_none() => Status::Cancelled,
        _ if !sessions.is_empty() && held.all(|session| session.end <= now) => Status::Ended,
        EventStatus::Changed => Status::Changed,
        EventStatus::Scheduled => Status::Scheduled,
    }
}
