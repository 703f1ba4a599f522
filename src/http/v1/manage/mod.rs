//! What organisations do here (`/v1/manage`): say who they are, write what they offer, and change it.
//!
//! Texts, places, instants and terms are written here as they are read elsewhere ([`words`], [`places`], [`instants`],
//! [`terms`]), so that what an author reads can be sent back changed.

pub mod accreditations;
pub mod assessments;
pub mod bases;
mod drafted;
pub mod events;
pub mod images;
pub mod imports;
pub mod instants;
pub mod named;
mod operations;
pub mod organisations;
pub(in crate::http::v1) mod parts;
pub mod places;
mod returned;
pub mod routes;
pub mod series;
pub mod sessions;
pub mod standing;
pub mod terms;
pub mod webhooks;
pub mod words;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::AnyConn;
use crate::db::records::Stored;
use crate::domain::api_keys::Scope;
use crate::domain::events::Event;
use crate::domain::ids::EventId;
use crate::domain::kinds::Kind;
use crate::domain::organisations::running;
use crate::domain::record::Record;
use crate::domain::roles::MemberRole;
use crate::http::problem::{Code, Problem};
use crate::http::staff::Author;

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(organisations::configure)
        .configure(events::configure)
        .configure(imports::configure)
        .configure(bases::configure)
        .configure(routes::configure)
        .configure(series::configure)
        .configure(sessions::configure)
        .configure(images::configure)
        .configure(accreditations::configure)
        .configure(assessments::configure)
        .configure(webhooks::configure);
}

/// An event whose sessions `author` may write, or read if that is the scope: an editor of any of those who run it.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`], [`Code::ScopeMissing`], [`Code::OrganisationSuspended`].
fn written_by(
    conn: &mut AnyConn,
    author: &Author,
    id: EventId,
    scope: Scope,
) -> Result<Record<Event>, Problem> {
    let record = Event::get(conn, id.get())?.ok_or(Code::NotFound)?;
    let organisers = || running(&record.body.organisers);
    let theirs = organisers().find(|one| author.roles().in_any(&[*one], MemberRole::Editor));
    let of = theirs.or_else(|| organisers().find(|one| author.roles().in_any(&[*one], MemberRole::Desk)));
    let of = of.or(record.body.organiser()).ok_or(Code::NotFound)?;
    let known = drafted::known(conn, Kind::Event, id.get())?;
    author.of_organisation(of, MemberRole::Editor, Some(scope), known)?;
    Ok(record)
}
