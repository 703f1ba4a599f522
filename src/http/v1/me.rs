//! Whoever is logged in.

use actix_web::http::header;
use actix_web::{HttpResponse, delete, get, put, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::filters::Plain;
use super::roles::HeldRole;
use crate::app;
use crate::db::{AnyConn, persons, roles};
use crate::discovery::Live;
use crate::domain::ids::PersonId;
use crate::domain::persons::{self as domain, DisplayName};
use crate::domain::roles::Role;
use crate::domain::text::{Lang, Text};
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::json::Json;
use crate::http::params::Asked;
use crate::http::person::Person;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::state::{Members, State};

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
    roles: Vec<HeldRole>,
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

/// A person as the store has them, and their roles with names.
type Found = (domain::Person, Vec<(Role, Text)>);

fn find(conn: &mut AnyConn, id: PersonId) -> Result<Found, Problem> {
    // Erased between the look at the login and this one.
    let person = persons::get(conn, id)?.ok_or(Code::LoginEnded)?;
    Ok((person, roles::named(conn, id)?))
}

/// Read my profile
///
/// Who is logged in, with what they may do.
#[utoipa::path(
    tag = "me",
    params(Asked<Plain>),
    security(("person" = [])),
    responses((status = 200, description = "The person.", body = Me))
)]
#[get("/v1/me")]
async fn get_me(
    person: Person,
    asked: Asked<Plain>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| members.db.read(|conn| find(conn, person.id));
    let found = members.into_inner().aside(read).await?;
    Ok(answer(found, &state.live, asked.lang))
}

/// Change my profile
///
/// Replaces what somebody says of themselves. 409 `versionConflict` if it was changed since it was read.
#[utoipa::path(
    tag = "me",
    params(Asked<Plain>),
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
    asked: Asked<Plain>,
    body: Json<Profile>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Profile { display_name, version } = body.0;
    let name = display_name.map(DisplayName::from);
    let change = move |members: &Members| {
        let person = members.accounts.rename(person.id, version, name.as_ref())?;
        let roles = members.db.read(|conn| roles::named(conn, person.id))?;
        Ok::<_, app::Error>((person, roles))
    };
    let changed = members.into_inner().aside(change).await?;
    Ok(answer(changed, &state.live, asked.lang))
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

fn answer((person, roles): Found, live: &Live, lang: Lang) -> HttpResponse {
    let held = |(role, name): &(Role, Text)| HeldRole::new(*role, live.filled(name).get(lang));
    let me = Me {
        id: person.id.to_string(),
        display_name: person.name.map(|name| name.expose().to_owned()),
        roles: roles.iter().map(held).collect(),
        created_at: rfc3339(person.created_at),
        version: person.version,
    };
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(me)
}
