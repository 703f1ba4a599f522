//! Entries of the directory as whoever submitted them sees them.

use chrono::NaiveDate;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::ResourceType;
use crate::app;
use crate::app::drafts;
use crate::db::records::Stored;
use crate::db::{AnyConn, publication, resource_contacts};
use crate::domain::applications::Contact;
use crate::domain::drafts::Draft;
use crate::domain::geo;
use crate::domain::ids::ResourceId;
use crate::domain::invalid::{FieldError, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::resources::Resource;
use crate::domain::sealing::Vault;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::list::Crs;
use crate::http::problem::{Code, Problem};
use crate::http::v1::manage::places::{AuthoredPlace, Warning};
use crate::http::v1::manage::standing::{Publication, Review};
use crate::http::v1::manage::words::{Words, words};

/// An entry of the directory as whoever submitted it sees it: as it is to be, and how that stands.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubmittedResource {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// The organisation whose it is; absent where it is one's own.
    #[schema(example = "01h2x7m9k4qpz")]
    organisation_id: Option<String>,
    /// Who sees it.
    publication: Publication,
    /// Where it stands in review.
    review: Review,
    /// Under what it was registered.
    registration: Option<ResourceRegistration>,
    /// The day since which it is to be confirmed; absent while it is current.
    #[schema(example = "2027-11-26", value_type = Option<String>, format = Date)]
    stale_since: Option<NaiveDate>,
    /// The day on which it leaves the directory unless it is confirmed before.
    #[schema(example = "2028-11-26", value_type = Option<String>, format = Date)]
    lapses_on: Option<NaiveDate>,
    /// Its name.
    #[schema(schema_with = words)]
    name: Words,
    /// What kind it is.
    #[serde(rename = "type")]
    kind: ResourceType,
    /// What it is and what one can do with it.
    #[schema(schema_with = words)]
    text: Words,
    /// Its subjects.
    #[schema(example = json!(["astronomy_space"]))]
    topics: Vec<String>,
    /// For whom it is.
    #[schema(example = json!(["youth"]))]
    audiences: Vec<String>,
    /// The base where it is.
    #[schema(example = "01h2x7m9k4qpz")]
    base_id: Option<String>,
    /// Where it is, unless at the base.
    place: Option<AuthoredPlace>,
    /// Code of the division for which it is.
    #[schema(example = "440100")]
    reach: Option<String>,
    /// Where it can be read, watched, played or ordered.
    #[schema(example = "https://example.org/")]
    url: Option<String>,
    /// Whom to ask about it.
    contact: Option<ContactOfResource>,
    /// What may be meant so, and may be a mistake.
    warnings: Vec<Warning>,
    /// When it was last changed.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    updated_at: Rfc3339,
    /// Counts its changes; a change names the version that it is made to.
    #[schema(example = 2)]
    version: i64,
    /// The datum of `place`.
    crs: Crs,
}

/// Under what an entry was registered.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceRegistration {
    /// The number, given once.
    #[schema(example = "440106-2026-0007")]
    pub number: String,
    /// The day.
    #[schema(example = "2026-11-25", value_type = String, format = Date)]
    pub on: NaiveDate,
    /// Code of the division whose authority registered it.
    #[schema(example = "440106")]
    pub adcode: String,
    /// The day on which somebody last said that it is so.
    #[schema(example = "2026-11-25", value_type = String, format = Date)]
    pub confirmed_on: NaiveDate,
}

/// Whom to ask about an entry.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactOfResource {
    /// Their name.
    #[schema(example = "李老师")]
    name: String,
    /// Their telephone number.
    #[schema(example = "020-12345678")]
    phone: String,
    /// Their address for mail.
    #[schema(example = "science@example.org")]
    mail: Option<String>,
    /// Whether everybody reads this.
    #[schema(example = false)]
    public: bool,
}

impl From<&crate::domain::resources::Registration> for ResourceRegistration {
    fn from(registration: &crate::domain::resources::Registration) -> Self {
        Self {
            number: registration.number.clone(),
            on: registration.on,
            adcode: registration.division.to_string(),
            confirmed_on: registration.confirmed,
        }
    }
}

impl ContactOfResource {
    /// A contact, and whether everybody reads it.
    pub fn new(contact: Contact, public: bool) -> Self {
        Self {
            name: contact.name.expose().to_owned(),
            phone: contact.phone.expose().to_owned(),
            mail: contact.mail.map(|mail| mail.expose().to_owned()),
            public,
        }
    }
}

/// How entries are shown.
#[derive(Clone, Copy)]
pub(super) struct By {
    pub(super) crs: geo::Crs,
    pub(super) today: NaiveDate,
}

/// An entry as whoever submitted it sees it now.
///
/// # Errors
/// [`Code::NotFound`]; if the store fails.
pub(super) fn read(
    conn: &mut AnyConn,
    vault: &Vault,
    by: By,
    id: ResourceId,
    warnings: Vec<Warning>,
) -> Result<SubmittedResource, Problem> {
    let draft = drafts::current::<Resource>(conn, id.get())?.ok_or(Code::NotFound)?;
    let entry = drafts::preview::<Resource>(conn, id.get())?.ok_or(Code::NotFound)?.body;
    let publication = publication::of(conn, Kind::Resource, id.get())?.ok_or(Code::NotFound)?;
    let registered = Resource::get(conn, id.get())?.and_then(|record| record.body.registration);
    let contact = resource_contacts::get(conn, vault, id)?;
    let organisation_id = draft.organisation().map(|id| id.to_string());
    let public = entry.contact.is_some();
    let code = |codes: Vec<crate::domain::taxonomy::Code>| codes.into_iter().map(|code| code.0).collect();
    let Draft { updated_at, version, .. } = draft;
    Ok(SubmittedResource {
        id: id.to_string(),
        organisation_id,
        publication: publication.into(),
        review: Review::new(draft, path),
        stale_since: registered.as_ref().and_then(|one| one.stale_since(by.today)),
        lapses_on: registered.as_ref().map(|one| one.lapses_on()),
        registration: registered.as_ref().map(ResourceRegistration::from),
        name: entry.name.into(),
        kind: entry.kind.into(),
        text: entry.text.into(),
        topics: code(entry.topics),
        audiences: code(entry.audiences),
        base_id: entry.base.map(|base| base.to_string()),
        place: entry.place.as_ref().map(|place| AuthoredPlace::new(place, by.crs)),
        reach: entry.reach.map(|reach| reach.to_string()),
        url: entry.url,
        contact: contact.map(|contact| ContactOfResource::new(contact, public)),
        warnings,
        updated_at: rfc3339(updated_at),
        version,
        crs: by.crs.into(),
    })
}

/// What the wire calls a field of an entry.
fn path(field: &str) -> String {
    match field {
        "base" => "baseId".to_owned(),
        "place.position" => "place.lat".to_owned(),
        "organisers[0].organisation" => "organisationId".to_owned(),
        other => other.to_owned(),
    }
}

/// What an error is to whoever submits an entry.
pub(super) fn problem(error: app::Error) -> Problem {
    match error {
        app::Error::Invalid(Invalid(errors)) => {
            let named = |error: FieldError| FieldError::new(path(&error.field), error.code);
            Problem::unprocessable(Invalid(errors.into_iter().map(named).collect()))
        }
        other => other.into(),
    }
}
