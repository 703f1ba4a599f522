//! Whose something is, as administrators settle it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::review::Reviewer;
use crate::domain::ids::OrganisationId;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::roles::AuthorityRole;
use crate::http::json::Json;
use crate::http::params::{Asked, PathThing};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::staff::Staff;
use crate::http::state::Members;
use crate::http::v1::filters::Plain;
use crate::http::v1::manage::standing::{OrganisationRef, organisation};
use crate::http::v1::review::LONGEST_REASON;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(assign_organiser);
}

/// To whom something is given, and why.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Assignment {
    /// The id of the organisation that is to be the main organiser; it must be verified.
    #[schema(example = "01h2x7m9k4qpz")]
    organisation: String,
    /// Why: it stays on record.
    #[schema(example = "场馆已移交", min_length = 1, max_length = 500)]
    reason: String,
}

/// Whose something is now.
#[derive(Serialize, ToSchema)]
pub struct Assigned {
    /// The main organiser.
    organiser: OrganisationRef,
}

/// Give something to an organisation
///
/// Its editors write it from now on, in place of those of the main organiser that it had, if it had one: routes that an
/// editor of the catalogue put together have none. Its other organisers stay. What waited for review is taken
/// back. The levels that a base holds or applies for, and the assessments that it has not been judged by, are theirs too.
#[utoipa::path(
    tag = "review",
    params(PathThing, Asked<Plain>),
    request_body = Assignment,
    security(("person" = [])),
    responses(
        (status = 200, description = "It is theirs.", body = Assigned),
        (status = 403, description = "`ownSubmission`: that organisation is one's own; `forbidden`.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`nothingToDo`: it was before. `versionConflict`: somebody changed it meanwhile.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/admin/{kind}/{id}/assign")]
async fn assign_organiser(
    staff: Staff,
    thing: PathThing,
    asked: Asked<Plain>,
    body: Json<Assignment>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    if staff.roles.divisions(AuthorityRole::Administrator).is_empty() {
        return Err(Code::Forbidden.into());
    }
    let Json(Assignment { organisation: named, reason }) = body;
    let mut invalid = Invalid::default();
    invalid.line("reason", &reason, LONGEST_REASON);
    let to = named.parse::<OrganisationId>().ok();
    if to.is_none() {
        invalid.push("organisation", FieldCode::NoSuch { kind: "organisation" });
    }
    invalid.or(()).map_err(Problem::unprocessable)?;
    let (to, lang) = (to.ok_or(Code::Internal)?, asked.lang);
    let assign = move |members: &Members| {
        let by = Reviewer { person: staff.person.id, roles: &staff.roles };
        members.reviews.assign(by, thing.kind, thing.id, to, &reason)?;
        members.db.read(|conn| organisation(conn, to, lang))
    };
    let organiser = members.into_inner().aside(assign).await?.ok_or(Code::NotFound)?;
    Ok(private::answer(StatusCode::OK, Assigned { organiser }))
}
