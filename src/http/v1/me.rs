//! Whoever is logged in.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::auth;
use super::filters::Plain;
use super::roles::HeldRole;
use crate::app;
use crate::db::{AnyConn, persons, roles};
use crate::discovery::Live;
use crate::domain::ids::PersonId;
use crate::domain::persons::{self as domain, DisplayName, Phone};
use crate::domain::roles::Role;
use crate::domain::sealing::Vault;
use crate::domain::text::{Lang, Text};
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::json::Json;
use crate::http::params::Asked;
use crate::http::person::Person;
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::state::{Members, State};

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_me).service(update_me).service(delete_me).service(add_phone).service(delete_phone);
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
    /// Their phone number, its middle hidden, if they gave it.
    #[schema(example = "138****8000")]
    phone: Option<String>,
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

/// A phone number, as WeChat vouches for it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PhoneCode {
    /// The mini-program that runs; may be left out where this server is configured with only one.
    #[schema(example = "wxdemo000000000001")]
    app_id: Option<String>,
    /// What the button `getPhoneNumber` gave: good once, for five minutes, in that mini-program.
    #[schema(example = "8f3c1f0e9b7d4a52", min_length = 1, max_length = 256)]
    code: String,
}

/// A person as the store has them, and their roles with names.
pub(super) type Found = (domain::Person, Vec<(Role, Text)>);

pub(super) fn find(conn: &mut AnyConn, vault: &Vault, id: PersonId) -> Result<Found, Problem> {
    // Erased between the look at the login and this one.
    let person = persons::get(conn, vault, id)?.ok_or(Code::LoginEnded)?;
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
    let read = move |members: &Members| members.db.read(|conn| find(conn, &members.vault, person.id));
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

/// Give my phone number
///
/// Takes what the button `getPhoneNumber` gave, which is not the code of a login. Asked only where a session has
/// `phoneRequired`; the number can be taken away again at any time.
#[utoipa::path(
    tag = "me",
    params(Asked<Plain>),
    request_body = PhoneCode,
    security(("person" = [])),
    responses(
        (status = 200, description = "The person as they are now.", body = Me),
        (status = 403, description = "`wechatBlocked`: WeChat keeps this person out.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 429, description = "`wechatTooOften`: too many codes of this person.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/me/phone")]
async fn add_phone(
    person: Person,
    asked: Asked<Plain>,
    body: Json<PhoneCode>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let PhoneCode { app_id, code } = body.0;
    let app = auth::choose(&state.wechat, app_id.as_deref())?;
    auth::check_code(&code)?;
    let number =
        app.phone_number(&code).await.map_err(|error| auth::refused(error, Code::PhoneCodeRejected))?;
    let phone = Phone::new(&number.country, number.digits.expose());
    let change = move |members: &Members| keep_phone(members, person.id, Some(&phone));
    Ok(answer(members.into_inner().aside(change).await?, &state.live, asked.lang))
}

/// Take my phone number away
///
/// The number is forgotten. Without one there is nothing to forget, and the answer is the same.
#[utoipa::path(
    tag = "me",
    params(Asked<Plain>),
    security(("person" = [])),
    responses((status = 200, description = "The person as they are now.", body = Me))
)]
#[delete("/v1/me/phone")]
async fn delete_phone(
    person: Person,
    asked: Asked<Plain>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let change = move |members: &Members| keep_phone(members, person.id, None);
    Ok(answer(members.into_inner().aside(change).await?, &state.live, asked.lang))
}

fn keep_phone(members: &Members, id: PersonId, phone: Option<&Phone>) -> Result<Found, app::Error> {
    let person = members.accounts.set_phone(id, phone)?;
    Ok((person, members.db.read(|conn| roles::named(conn, id))?))
}

/// Erase my account
///
/// Forgets the person: all logins end, and who logs in by the same WeChat afterwards is somebody new. Consents stay on
/// record for three years, under a name that nobody can read. It cannot be undone.
#[utoipa::path(
    tag = "me",
    security(("person" = [])),
    responses((status = 204, description = "Forgotten."))
)]
#[delete("/v1/me")]
async fn delete_me(person: Person, members: web::Data<Members>) -> Result<HttpResponse, Problem> {
    members.into_inner().aside(move |members| members.accounts.erase(person.id)).await?;
    Ok(private::nothing())
}

impl Me {
    /// A person as they are told of themselves.
    pub(super) fn new((person, roles): &Found, live: &Live, lang: Lang) -> Self {
        let held = |(role, name): &(Role, Text)| HeldRole::new(*role, live.filled(name).get(lang));
        Self {
            id: person.id.to_string(),
            display_name: person.name.as_ref().map(|name| name.expose().to_owned()),
            phone: person.phone.as_ref().map(Phone::masked),
            roles: roles.iter().map(held).collect(),
            created_at: rfc3339(person.created_at),
            version: person.version,
        }
    }
}

fn answer(found: Found, live: &Live, lang: Lang) -> HttpResponse {
    private::answer(StatusCode::OK, Me::new(&found, live, lang))
}
