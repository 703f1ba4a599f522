//! What organisations do here (`/v1/manage`): say who they are, write what they offer, and change it.
//!
//! Texts, places, instants and terms are written here as they are read elsewhere ([`words`], [`places`], [`instants`],
//! [`terms`]), so that what an author reads can be sent back changed.

pub mod accreditations;
pub mod assessments;
pub mod bases;
mod drafted;
pub mod events;
mod fields;
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

pub(in crate::http::v1) use fields::{check, path, written};

use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::drafts;
use crate::db::records::Stored;
use crate::db::{self, AnyConn, publication};
use crate::domain::api_keys::Scope;
use crate::domain::events::Event;
use crate::domain::ids::EventId;
use crate::domain::kinds::Kind;
use crate::domain::organisations::running;
use crate::domain::publication::Publication;
use crate::domain::record::Record;
use crate::domain::roles::{AuthorityRole, MemberRole};
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

/// Lets through who may call an event or its sessions off: an editor of any of its organisers, also of a suspended one, since
/// people who have signed up must not stand before closed doors; and where its organisation cannot be relied on (it is
/// suspended, or an authority took the event down) an administrator over its division.
///
/// # Errors
/// Those of [`written_by`]; [`Code::OrganisersOwn`] to administrators otherwise.
fn called_off_by(conn: &mut AnyConn, author: &Author, id: EventId) -> Result<(), Problem> {
    let refused = match written_by(conn, &author.unbarred(), id, Scope::EventsWrite) {
        Ok(_) => return Ok(()),
        Err(refused) => refused,
    };
    let division = drafts::division::<Event>(conn, id.get())?.ok_or(Code::NotFound)?;
    if !author.roles().over(division, AuthorityRole::Administrator) {
        return Err(refused);
    }
    let main = Event::get(conn, id.get())?.and_then(|record| record.body.organiser());
    let suspended = match main {
        Some(main) => db::organisations::suspended(conn, main)?,
        None => false,
    };
    let taken_down = publication::of(conn, Kind::Event, id.get())? == Some(Publication::TakenDown);
    if suspended || taken_down { Ok(()) } else { Err(Code::OrganisersOwn.into()) }
}
