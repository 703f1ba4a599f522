//! What administrators do to what is published: take it down, show it again, publish past the queue.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app;
use crate::app::review::Reviewer;
use crate::domain::invalid::Invalid;
use crate::domain::roles::AuthorityRole;
use crate::http::json::Json;
use crate::http::params::{Asked, PathThing};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::staff::Staff;
use crate::http::state::Members;
use crate::http::v1::filters::Plain;
use crate::http::v1::review::LONGEST_REASON;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(take_down).service(restore_published).service(publish_now);
}

/// Why something is done.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Because {
    /// Why: it stays on record; of what is taken down its organisation reads it.
    #[schema(example = "集合地点有误，核实前下架", min_length = 1, max_length = 500)]
    reason: String,
}

/// Who sees a thing now.
#[derive(Serialize, ToSchema)]
pub struct Shown {
    /// `public` or `takenDown`.
    #[schema(example = "takenDown")]
    publication: &'static str,
}

/// Take something down
///
/// At once, for everybody; its organisation reads why. What waits of it for review is sent back with it.
#[utoipa::path(
    tag = "review",
    params(PathThing, Asked<Plain>),
    request_body = Because,
    security(("person" = [])),
    responses(
        (status = 200, description = "It is hidden.", body = Shown),
        (status = 409, description = "`nothingToDo`: it is not public.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/admin/{kind}/{id}/takedown")]
async fn take_down(
    staff: Staff,
    thing: PathThing,
    _asked: Asked<Plain>,
    body: Json<Because>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let reason = because(body.0)?;
    let work = move |members: &Members, by: Reviewer<'_>| {
        members.reviews.take_down(by, thing.kind, thing.id, &reason)
    };
    act(staff, members, "takenDown", work).await
}

/// Show again what was taken down
///
/// As it was. What its organisation was changing waits for it to be handed in again.
#[utoipa::path(
    tag = "review",
    params(PathThing, Asked<Plain>),
    security(("person" = [])),
    responses(
        (status = 200, description = "It is shown.", body = Shown),
        (status = 403, description = "`ownSubmission`: it is one's own organisation's; `forbidden`.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`nothingToDo`: it was not taken down.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/admin/{kind}/{id}/restore")]
async fn restore_published(
    staff: Staff,
    thing: PathThing,
    _asked: Asked<Plain>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let work = move |members: &Members, by: Reviewer<'_>| members.reviews.restore(by, thing.kind, thing.id);
    act(staff, members, "public", work).await
}

/// Publish at once
///
/// Past the queue, in an emergency: by an administrator, for a reason that stays on record. Where a draft moves a thing into
/// another division, by one who is over both.
#[utoipa::path(
    tag = "review",
    params(PathThing, Asked<Plain>),
    request_body = Because,
    security(("person" = [])),
    responses(
        (status = 200, description = "It is shown.", body = Shown),
        (status = 403, description = "`ownSubmission`: it is one's own organisation's; `forbidden`.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`nothingToDo`: it is published; `changedSince`: its author has to look at what operations changed; \
            `organisationUnverified`, `organisationSuspended`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/admin/{kind}/{id}/publish")]
async fn publish_now(
    staff: Staff,
    thing: PathThing,
    _asked: Asked<Plain>,
    body: Json<Because>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let reason = because(body.0)?;
    let work = move |members: &Members, by: Reviewer<'_>| {
        members.reviews.publish_now(by, thing.kind, thing.id, &reason).map(drop)
    };
    act(staff, members, "public", work).await
}

pub(super) fn because(Because { reason }: Because) -> Result<String, Problem> {
    let mut invalid = Invalid::default();
    invalid.line("reason", &reason, LONGEST_REASON);
    invalid.or(reason).map_err(Problem::unprocessable)
}

async fn act(
    staff: Staff,
    members: web::Data<Members>,
    publication: &'static str,
    work: impl FnOnce(&Members, Reviewer<'_>) -> Result<(), app::Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    if staff.roles.divisions(AuthorityRole::Administrator).is_empty() {
        return Err(Code::Forbidden.into());
    }
    let work =
        move |members: &Members| work(members, Reviewer { person: staff.person.id, roles: &staff.roles });
    members.into_inner().aside(work).await?;
    Ok(private::answer(StatusCode::OK, Shown { publication }))
}
