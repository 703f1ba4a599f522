//! What organisations do here (`/v1/manage`): say who they are, write what they offer, and change it.
//!
//! Texts, places, instants and terms are written here as they are read elsewhere ([`words`], [`places`], [`instants`],
//! [`terms`]), so that what an author reads can be sent back changed.

pub mod events;
pub mod images;
pub mod imports;
pub mod instants;
pub mod organisations;
pub mod places;
pub mod sessions;
pub mod terms;
pub mod webhooks;
pub mod words;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::drafts;
use crate::db::records::Stored;
use crate::db::{AnyConn, publication};
use crate::domain::api_keys::Scope;
use crate::domain::events::Event;
use crate::domain::ids::EventId;
use crate::domain::kinds::Kind;
use crate::domain::publication::Publication;
use crate::domain::record::Record;
use crate::domain::roles::MemberRole;
use crate::http::problem::{Code, Problem};
use crate::http::staff::{Author, Known};

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(organisations::configure)
        .configure(events::configure)
        .configure(imports::configure)
        .configure(sessions::configure)
        .configure(images::configure)
        .configure(webhooks::configure);
}

/// An event whose sessions `author` may write, or read if that is the scope: an editor of any of its organisers.
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
    let organisers = || record.body.organisers.iter().map(|one| one.organisation);
    let theirs = organisers().find(|one| author.roles().in_any(&[*one], MemberRole::Editor));
    let of = theirs.or_else(|| organisers().find(|one| author.roles().in_any(&[*one], MemberRole::Desk)));
    let of = of.or(record.body.organiser()).ok_or(Code::NotFound)?;
    let known = known(conn, id)?;
    author.of_organisation(of, MemberRole::Editor, Some(scope), known)?;
    Ok(record)
}

/// Lets through who may write an event, or read its draft if that is the scope: an editor of its main organiser.
///
/// # Errors
/// Those of [`written_by`].
fn drafted_by(conn: &mut AnyConn, author: &Author, id: EventId, scope: Scope) -> Result<(), Problem> {
    let draft = drafts::current::<Event>(conn, id.get())?.ok_or(Code::NotFound)?;
    let known = known(conn, id)?;
    author.of_organisation(draft.organisation, MemberRole::Editor, Some(scope), known)
}

/// What outsiders know of an event.
fn known(conn: &mut AnyConn, id: EventId) -> Result<Known, Problem> {
    let public = publication::of(conn, Kind::Event, id.get())? == Some(Publication::Public);
    Ok(if public { Known::ToAll } else { Known::ToMembers })
}
