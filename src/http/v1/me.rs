//! Whoever is logged in.

use actix_web::http::header;
use actix_web::{HttpResponse, delete, get, put, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::persons;
use crate::domain::persons::{self as domain, DisplayName};
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::json::Json;
use crate::http::person::Person;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::state::Members;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_me).service(update_me).service(delete_me);
}

/// Whoever is logged in.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// Their id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// By what name they want to be addressed.
    #[schema(example = "小明妈妈")]
    display_name: Option<String>,
    /// What they may do beside what everybody may; empty for most.
    #[schema(example = json!([]))]
    roles: Vec<String>,
    /// When they first logged in.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    created_at: Rfc3339,
    /// Counts changes; a change names the version that it is made to.
    #[schema(example = 1)]
    version: i64,
}

/// What somebody says of themselves.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Profile {
    /// By what name they want to be addressed, in one line; left out, the name is removed.
    #[schema(example = "小明妈妈", min_length = 1, max_length = 30)]
    display_name: Option<String>,
    /// The version that was read.
    #[schema(example = 1, minimum = 1)]
    version: i64,
}

impl From<domain::Person> for Me {
    fn from(person: domain::Person) -> Self {
        Self {
            id: person.id.to_string(),
            display_name: person.name.map(|name| name.expose().to_owned()),
            roles: Vec::new(),
            created_at: rfc3339(person.created_at),
            version: person.version,
        }
    }
}

/// Read my profile
///
/// Who is logged in, with what they may do.
#[utoipa::path(
    tag = "me",
    security(("person" = [])),
    responses((status = 200, description = "The person.", body = Me))
)]
#[get("/v1/me")]
async fn get_me(person: Person, members: web::Data<Members>) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| members.db.read(|conn| persons::get(conn, person.id));
    let found = members.into_inner().aside(read).await?;
    // Erased between the look at the login and this one.
    Ok(answer(found.ok_or(Code::LoginEnded)?))
}

/// Change my profile
///
/// Replaces what somebody says of themselves. 409 `versionConflict` if it was changed since it was read.
#[utoipa::path(
    tag = "me",
    request_body = Profile,
    security(("person" = [])),
    responses(
        (status = 200, description = "The person as they are now.", body = Me),
        (status = 409, description = "`versionConflict`: read it again.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[put("/v1/me")]
async fn update_me(
    person: Person,
    body: Json<Profile>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Profile { display_name, version } = body.0;
    let name = display_name.map(DisplayName::from);
    let change = move |members: &Members| members.accounts.rename(person.id, version, name.as_ref());
    Ok(answer(members.into_inner().aside(change).await?))
}

/// Erase my account
///
/// Forgets the person: all logins end, and who logs in by the same WeChat afterwards is somebody new. It cannot be
/// undone.
#[utoipa::path(
    tag = "me",
    security(("person" = [])),
    responses((status = 204, description = "Forgotten."))
)]
#[delete("/v1/me")]
async fn delete_me(person: Person, members: web::Data<Members>) -> Result<HttpResponse, Problem> {
    members.into_inner().aside(move |members| members.accounts.erase(person.id)).await?;
    Ok(HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish())
}

fn answer(person: domain::Person) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(Me::from(person))
}
