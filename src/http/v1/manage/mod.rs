//! What organisations do here: write what they offer, and change it.
//!
//! Texts, places, instants and terms are written here as they are read elsewhere ([`words`], [`places`], [`instants`],
//! [`terms`]), so that what an author reads can be sent back changed.

pub mod instants;
pub mod places;
pub mod sessions;
pub mod terms;
pub mod words;

use actix_web::http::{StatusCode, header};
use actix_web::HttpResponse;
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::AnyConn;
use crate::db::records::Stored;
use crate::domain::events::Event;
use crate::domain::ids::EventId;
use crate::domain::record::Record;
use crate::domain::roles::MemberRole;
use crate::http::problem::{Code, Problem};
use crate::http::staff::{Known, Staff};

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(sessions::configure);
}

/// An event that `staff` may write.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`].
fn written_by(conn: &mut AnyConn, staff: &Staff, id: EventId) -> Result<Record<Event>, Problem> {
    let record = Event::get(conn, id.get())?.ok_or(Code::NotFound)?;
    let organisers: Vec<_> = record.body.organisers.iter().map(|one| one.organisation).collect();
    staff.of_organisations(&organisers, MemberRole::Editor, Known::ToAll)?;
    Ok(record)
}

/// An answer that nobody keeps: it changes with whoever asks.
fn answer(status: StatusCode, body: impl Serialize) -> HttpResponse {
    HttpResponse::build(status).insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}
