//! What organisations do here: write what they offer, and change it.
//!
//! Texts, places, instants and terms are written here as they are read elsewhere ([`words`], [`places`], [`instants`],
//! [`terms`]), so that what an author reads can be sent back changed.

pub mod events;
pub mod instants;
pub mod places;
pub mod sessions;
pub mod terms;
pub mod words;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::drafts;
use crate::db::records::Stored;
use crate::db::{AnyConn, publication};
use crate::domain::events::Event;
use crate::domain::ids::EventId;
use crate::domain::kinds::Kind;
use crate::domain::publication::Publication;
use crate::domain::record::Record;
use crate::domain::roles::MemberRole;
use crate::http::problem::{Code, Problem};
use crate::http::staff::{Known, Staff};

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(events::configure).configure(sessions::configure);
}

/// An event whose sessions `staff` may write: an editor of any of its organisers.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`].
fn written_by(conn: &mut AnyConn, staff: &Staff, id: EventId) -> Result<Record<Event>, Problem> {
    let record = Event::get(conn, id.get())?.ok_or(Code::NotFound)?;
    let organisers: Vec<_> = record.body.organisers.iter().map(|one| one.organisation).collect();
    let public = publication::of(conn, Kind::Event, record.id)? == Some(Publication::Public);
    let known = if public { Known::ToAll } else { Known::ToMembers };
    staff.of_organisations(&organisers, MemberRole::Editor, known)?;
    Ok(record)
}

/// Lets through who may write an event: an editor of its main organiser.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`].
fn drafted_by(conn: &mut AnyConn, staff: &Staff, id: EventId) -> Result<(), Problem> {
    let draft = drafts::current::<Event>(conn, id.get())?.ok_or(Code::NotFound)?;
    let public = publication::of(conn, Kind::Event, id.get())? == Some(Publication::Public);
    let known = if public { Known::ToAll } else { Known::ToMembers };
    staff.of_organisations(&[draft.organisation], MemberRole::Editor, known)
}

/// An answer that nobody keeps: it changes with whoever asks.
fn answer(status: StatusCode, body: impl Serialize) -> HttpResponse {
    HttpResponse::build(status).insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}
