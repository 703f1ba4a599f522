//! Keys by which the systems of partners act for an organisation.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::invitations::days;
use super::owner;
use crate::app::organisations::api_keys::NewKey;
use crate::db::api_keys;
use crate::domain::api_keys::{self as domain, ApiKey, DAYS, GivenKey, MOST_DAYS, prefix};
use crate::domain::ids::{ApiKeyId, OrganisationId};
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::list::List;
use crate::http::params::PathId;
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::staff::Staff;
use crate::http::state::Members;
use crate::http::wire::wire;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_api_keys).service(create_api_key).service(revoke_api_key);
}

wire! {
    /// What a key may do.
    ApiKeyScope = domain::Scope {
        /// Reads what the organisation is writing: events with their sessions, bases, routes, series.
        EventsRead "events:read"
        /// Writes and submits it, and changes sessions.
        EventsWrite "events:write"
    }
}

/// A key that is to be made.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewApiKey {
    /// What to call it: who uses it, and what for.
    #[schema(example = "票务系统", min_length = 1, max_length = 50)]
    name: String,
    /// What it may do.
    #[schema(min_items = 1, max_items = 2)]
    scopes: Vec<ApiKeyScope>,
    /// For how many days it is good; 365 unless it is said.
    #[schema(example = 365, minimum = 1, maximum = 730)]
    days: Option<u16>,
}

/// A key as its organisation reads of it.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyItem {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// What it is called.
    #[schema(example = "票务系统")]
    name: String,
    /// The beginning by which keys are told apart.
    #[schema(example = "kepu_01h2x7m9k4qpz")]
    prefix: String,
    /// The whole key, shown this once: send it as `X-Api-Key`.
    #[schema(example = "kepu_01h2x7m9k4qpz_jof9RJOGmpOYfCWXej8jMQ")]
    key: Option<String>,
    /// What it may do.
    scopes: Vec<ApiKeyScope>,
    /// The id of who made it, and so has seen it; absent once their account is erased.
    #[schema(example = "01h2x7m9k4qpz")]
    made_by: Option<String>,
    /// When it was made.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    created_at: Rfc3339,
    /// Until when it is good.
    #[schema(example = "2027-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    expires_at: Rfc3339,
    /// When it was revoked.
    #[schema(example = "2026-12-01T10:00:00+08:00", value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Rfc3339>,
    /// When it was last used, to ten minutes.
    #[schema(example = "2026-11-26T10:00:00+08:00", value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Rfc3339>,
}

impl ApiKeyItem {
    fn new(key: ApiKey, given: Option<&GivenKey>) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name,
            prefix: prefix(key.id),
            key: given.map(GivenKey::expose),
            scopes: key.scopes.into_iter().map(ApiKeyScope::from).collect(),
            made_by: key.by.map(|by| by.to_string()),
            created_at: rfc3339(key.created_at),
            expires_at: rfc3339(key.expires_at),
            revoked_at: key.revoked_at.map(rfc3339),
            last_used_at: key.last_used_at.map(rfc3339),
        }
    }
}

/// List API keys
///
/// All keys of the organisation, the oldest first, for a year after they expired.
#[utoipa::path(
    tag = "organisations",
    params(PathId<OrganisationId>),
    security(("person" = [])),
    responses((status = 200, description = "All of them.", body = List<ApiKeyItem>))
)]
#[get("/v1/manage/organisations/{id}/api-keys")]
async fn list_api_keys(
    staff: Staff,
    id: PathId<OrganisationId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| {
        owner(members, &staff, id.0)?;
        let keys = members.db.read(|conn| api_keys::of_organisation(conn, id.0))?;
        let items = keys.into_iter().map(|key| ApiKeyItem::new(key, None)).collect();
        Ok::<List<ApiKeyItem>, Problem>(List::whole(items, None))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(read).await?))
}

/// Make an API key
///
/// For the system of a partner, which acts for the organisation as an editor would, as far as the scopes go. The key is
/// shown this once. Twenty are good at a time. The same request with the same `Idempotency-Key` shows it again for a day; 404
/// once it is revoked.
#[utoipa::path(
    tag = "organisations",
    params(PathId<OrganisationId>, Once<NewApiKey>),
    request_body = NewApiKey,
    security(("person" = [])),
    responses(
        (status = 201, description = "The key.", body = ApiKeyItem),
        (status = 409, description = "`tooManyApiKeys`, `organisationSuspended`, `keyReused`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/organisations/{id}/api-keys")]
async fn create_api_key(
    staff: Staff,
    id: PathId<OrganisationId>,
    body: Once<NewApiKey>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Once { body: NewApiKey { name, scopes, days: given }, repeat } = body;
    let mut scopes: Vec<domain::Scope> = scopes.into_iter().map(Into::into).collect();
    scopes.sort_unstable();
    scopes.dedup();
    let make = move |members: &Members| {
        owner(members, &staff, id.0)?;
        let new = NewKey { name, scopes, days: days(given, DAYS, MOST_DAYS)? };
        Ok::<_, Problem>(members.organisations.make_key(staff.person.id, repeat.as_ref(), id.0, &new)?)
    };
    let (key, given) = members.into_inner().aside(make).await?;
    Ok(private::answer(StatusCode::CREATED, ApiKeyItem::new(key, Some(&given))))
}

/// Revoke an API key
///
/// It does nothing any more, at once.
#[utoipa::path(
    tag = "organisations",
    params(
        PathId<OrganisationId>,
        ("key" = String, Path, description = "The key's id.", example = "01h2x7m9k4qpz"),
    ),
    security(("person" = [])),
    responses(
        (status = 204, description = "Revoked."),
        (status = 409, description = "`nothingToDo`: it was before.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[delete("/v1/manage/organisations/{id}/api-keys/{key}")]
async fn revoke_api_key(
    staff: Staff,
    id: PathId<OrganisationId>,
    request: HttpRequest,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let named = request.match_info().get("key").and_then(|id| id.parse::<ApiKeyId>().ok());
    let revoke = move |members: &Members| {
        // Of a suspended one too: a key that leaked is to be closed at once.
        if !staff.roles.in_any(&[id.0], crate::domain::roles::MemberRole::Owner) {
            owner(members, &staff, id.0)?;
        }
        let named = named.ok_or(Code::NotFound)?;
        Ok::<_, Problem>(members.organisations.revoke_key(staff.person.id, id.0, named)?)
    };
    members.into_inner().aside(revoke).await?;
    Ok(private::nothing())
}
