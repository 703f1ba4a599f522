//! Events as their authors see them: what they wrote, where it stands in review, and what is still missing.

use std::borrow::Cow;

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::asked::AuthoredEvent;
use crate::app;
use crate::app::drafts;
use crate::db::records::Stored;
use crate::db::{AnyConn, publication, sessions};
use crate::domain::drafts::{Draft, FieldNote, State as Drafted};
use crate::domain::events::{Event, EventStatus};
use crate::domain::geo;
use crate::domain::ids::{EventId, OrganisationId};
use crate::domain::invalid::{FieldCode, FieldError, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::organisations::Organisation;
use crate::domain::publication as domain;
use crate::domain::sessions::Session;
use crate::domain::text::Lang;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::list::Crs;
use crate::http::problem::{Code, FieldProblem, Problem};
use crate::http::v1::manage::places::Warning;
use crate::http::v1::review::ReviewNote;
use crate::http::v1::sessions::Status;
use crate::http::wire::wire;

wire! {
    /// Where something stands on its way to everybody.
    DraftState = Drafted {
        /// It is being written.
        Draft "draft"
        /// It waits for an authority.
        Submitted "submitted"
        /// It is what is published; there is nothing to submit.
        Approved "approved"
        /// An authority sent it back, or took it down.
        Rejected "rejected"
    }

    /// Who sees something.
    Publication = domain::Publication {
        /// It was never approved: its organisation sees it.
        Draft "draft"
        /// Everybody sees what was approved last, while its organisation is not suspended.
        Public "public"
        /// An authority took it down.
        TakenDown "takenDown"
        /// Its organisation put it away.
        Archived "archived"
    }
}

/// Where something stands in review.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct Review {
    /// How it stands.
    state: DraftState,
    /// Why it was sent back, or taken down.
    #[schema(example = "请补充安全说明")]
    reason: Option<String>,
    /// What is to be mended, field by field.
    fields: Vec<ReviewNote>,
}

/// An organisation by id and name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrganisationRef {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Its name.
    #[schema(example = "广东科学中心")]
    name: String,
}

/// An event of one's own, in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagedEventItem {
    /// Its title; empty as long as it has none.
    #[schema(example = "甲虫王国：一只昆虫的铠甲")]
    title: String,
    /// How it stands.
    #[serde(flatten)]
    item: ManagedItem,
}

/// An event as its author wrote it.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedEvent {
    /// What lists show.
    #[serde(flatten)]
    item: ManagedItem,
    /// What its author wrote.
    #[serde(flatten)]
    event: AuthoredEvent,
    /// Everything that is missing or wrong for it to be submitted; empty if nothing is.
    problems: Vec<FieldProblem>,
    /// What may be meant so, and may be a mistake.
    warnings: Vec<Warning>,
    /// The datum of `place`.
    crs: Crs,
}

/// How an event stands: what lists show, but for its title, which its author may have written in several languages.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedItem {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Whose it is.
    organiser: Option<OrganisationRef>,
    /// How the event as a whole stands.
    status: Status,
    /// Who sees it.
    publication: Publication,
    /// Where it stands in review.
    review: Review,
    /// When its next session starts that goes ahead.
    #[schema(example = "2026-11-28T14:00:00+08:00", value_type = Option<String>, format = DateTime)]
    next_start: Option<Rfc3339>,
    /// How many sessions have not ended and go ahead.
    #[schema(example = 3, minimum = 0)]
    session_count: usize,
    /// When it was last changed.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    updated_at: Rfc3339,
    /// Counts its changes; a change names the version that it is made to.
    #[schema(example = 3)]
    version: i64,
}

/// How events are shown.
#[derive(Clone, Copy)]
pub(super) struct By {
    pub(super) lang: Lang,
    pub(super) crs: geo::Crs,
    pub(super) now: chrono::DateTime<chrono::Utc>,
}

/// An event as its author sees it now.
///
/// # Errors
/// [`Code::NotFound`]; if the store fails.
pub(super) fn read(
    conn: &mut AnyConn,
    by: By,
    id: EventId,
    warnings: Vec<Warning>,
) -> Result<ManagedEvent, Problem> {
    let draft = drafts::current::<Event>(conn, id.get())?.ok_or(Code::NotFound)?;
    let record = drafts::preview::<Event>(conn, id.get())?.ok_or(Code::NotFound)?;
    let problems = match drafts::check::<Event>(conn, &draft) {
        Ok(_) => Vec::new(),
        Err(app::Error::Invalid(invalid)) => {
            renamed(invalid).0.iter().map(|error| told(error, by.lang)).collect()
        }
        Err(error) => return Err(error.into()),
    };
    let body = draft.body.clone();
    let item = item(conn, by, draft, &record.body)?;
    let event = AuthoredEvent::new(record.body, &body, by.crs);
    Ok(ManagedEvent { item, event, problems, warnings, crs: by.crs.into() })
}

/// An event as a list shows it.
pub(super) fn listed(
    conn: &mut AnyConn,
    by: By,
    draft: Draft,
    event: &Event,
) -> Result<ManagedEventItem, Problem> {
    let title = event.title.get(by.lang).to_owned();
    Ok(ManagedEventItem { title, item: item(conn, by, draft, event)? })
}

fn item(conn: &mut AnyConn, by: By, draft: Draft, event: &Event) -> Result<ManagedItem, Problem> {
    let id = EventId::new(draft.object).ok_or(Code::NotFound)?;
    let sessions = sessions::of_events(conn, &[draft.object])?.remove(&id).unwrap_or_default();
    let publication = publication::of(conn, Kind::Event, draft.object)?.ok_or(Code::NotFound)?;
    let coming = || {
        let goes_on = |session: &&Session| session.status != EventStatus::Cancelled && session.end > by.now;
        sessions.iter().filter(goes_on)
    };
    Ok(ManagedItem {
        id: id.to_string(),
        organiser: organisation(conn, draft.organisation, by.lang)?,
        status: status(event.status, &sessions, by.now),
        publication: publication.into(),
        review: Review {
            state: draft.state.into(),
            reason: draft.reason,
            fields: draft
                .fields
                .into_iter()
                .map(|note| FieldNote { field: path(&note.field), ..note }.into())
                .collect(),
        },
        next_start: coming().map(|session| session.start).min().map(rfc3339),
        session_count: coming().count(),
        updated_at: rfc3339(draft.updated_at),
        version: draft.version,
    })
}

fn organisation(
    conn: &mut AnyConn,
    id: OrganisationId,
    lang: Lang,
) -> Result<Option<OrganisationRef>, Problem> {
    let found = Organisation::get(conn, id.get())?;
    let name = |organisation: &Organisation| organisation.name.get(lang).to_owned();
    Ok(found.map(|record| OrganisationRef { id: id.to_string(), name: name(&record.body) }))
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

fn told(error: &FieldError, lang: Lang) -> FieldProblem {
    let code = Cow::Borrowed(error.code.wire());
    FieldProblem { field: error.field.clone(), code, message: error.code.message(lang) }
}

/// The same with the paths of the wire.
pub(super) fn renamed(Invalid(errors): Invalid) -> Invalid {
    let one = |error: FieldError| {
        let code = match error.code {
            FieldCode::Inverted { first, then } => {
                FieldCode::Inverted { first: path(&first), then: path(&then) }
            }
            FieldCode::Conflicting { with } => FieldCode::Conflicting { with: path(&with) },
            other => other,
        };
        FieldError::new(path(&error.field), code)
    };
    Invalid(errors.into_iter().map(one).collect())
}

/// What the wire calls a field of the event.
pub(in crate::http::v1) fn path(field: &str) -> String {
    match field {
        "ages.min" => "ageMin".to_owned(),
        "ages.max" => "ageMax".to_owned(),
        "place.position" => "place.lat".to_owned(),
        organiser if organiser.contains("organisers[") => organiser.replace("].organisation", "].id"),
        notice if notice.starts_with("notice.text") => notice.replacen("notice.text", "notice", 1),
        other => other.replace("ages.min", "ageMin").replace("ages.max", "ageMax"),
    }
}

/// What an error is to whoever wrote an event.
pub(super) fn problem(error: app::Error) -> Problem {
    match error {
        app::Error::Invalid(invalid) => Problem::unprocessable(renamed(invalid)),
        other => other.into(),
    }
}
