//! Accreditations as authorities see them. What waits is decided in the queue of review.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::review::Reviewer;
use crate::db::accreditations::Wanted;
use crate::domain::accreditations::{Level, State as Stand};
use crate::domain::ids::AccreditationId;
use crate::domain::invalid::Invalid;
use crate::domain::roles::AuthorityRole;
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::staff::Staff;
use crate::http::state::{Members, State};
use crate::http::v1::filters::Plain;
use crate::http::v1::manage::accreditations::shown::{self, AccreditationItem, AccreditationLevel};
use crate::http::v1::manage::accreditations::{BASE, STATE};
use crate::http::v1::review::LONGEST_REASON;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_administered_accreditations).service(revoke_accreditation);
}

/// What `GET /v1/admin/accreditations` takes.
pub struct ListAdministeredAccreditations;

const DIVISION: Param = Param::new(
    "division",
    Kind::Adcode,
    "Only those that this division grants, or one within it; of those within one's own.",
    "440100",
);
const LEVEL: Param =
    Param::new("level", Kind::Word(AccreditationLevel::WORDS), "Only those of this level.", "municipal");
const ENDS_BEFORE: Param =
    Param::new("endsBefore", Kind::Date, "Only those whose term ends before this day.", "2027-06-30");

impl Table for ListAdministeredAccreditations {
    const PARAMS: &'static [&'static [Param]] =
        &[&[DIVISION, LEVEL, STATE, BASE, ENDS_BEFORE], PAGE, LANGUAGE];
}

/// Why a level is taken away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Revocation {
    /// The version that was read.
    #[schema(example = 3, minimum = 1)]
    version: i64,
    /// Why: it stays on record, and the organisation reads it.
    #[schema(example = "年度考核不合格，限期整改未完成", min_length = 1, max_length = 500)]
    reason: String,
}

/// List accreditations to administer
///
/// What was applied for in the divisions of whoever asks and those within them, and what was granted, also what ended: the
/// history. The newest first.
#[utoipa::path(
    tag = "accreditation",
    params(Asked<ListAdministeredAccreditations>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<AccreditationItem>))
)]
#[get("/v1/admin/accreditations")]
async fn list_administered_accreditations(
    staff: Staff,
    asked: Asked<ListAdministeredAccreditations>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let within = staff.roles.divisions(AuthorityRole::Reviewer);
    if within.is_empty() {
        return Err(Code::Forbidden.into());
    }
    let params = &asked.params;
    let wanted = Wanted {
        divisions: Some(within),
        division: params.text(&DIVISION).and_then(|adcode| adcode.parse().ok()),
        base: params.text(&BASE).and_then(|id| id.parse().ok()),
        level: params.word(&LEVEL).and_then(Level::from_name),
        state: params.word(&STATE).and_then(Stand::from_name),
        ends_before: params.date(&ENDS_BEFORE),
        ..Wanted::default()
    };
    shown::page(asked, state, members, wanted).await
}

/// Revoke a level
///
/// At once, for a reason that stays on record: everybody reads that the base has it no more.
#[utoipa::path(
    tag = "accreditation",
    params(PathId<AccreditationId>, Asked<Plain>),
    request_body = Revocation,
    security(("person" = [])),
    responses(
        (status = 200, description = "The accreditation, revoked.", body = AccreditationItem),
        (status = 409, description = "`nothingToDo`: its term does not run. `versionConflict`, `changedSince`: read it again.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/admin/accreditations/{id}/revoke")]
async fn revoke_accreditation(
    staff: Staff,
    id: PathId<AccreditationId>,
    asked: Asked<Plain>,
    body: Json<Revocation>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    if staff.roles.divisions(AuthorityRole::Administrator).is_empty() {
        return Err(Code::Forbidden.into());
    }
    let Json(Revocation { version, reason }) = body;
    let mut invalid = Invalid::default();
    invalid.line("reason", &reason, LONGEST_REASON);
    invalid.or(()).map_err(Problem::unprocessable)?;
    let revoke = move |members: &Members| {
        let by = Reviewer { person: staff.person.id, roles: &staff.roles };
        let revoked = members.accreditations.revoke(by, id.0, version, &reason)?;
        members.db.read(|conn| AccreditationItem::new(conn, revoked, asked.lang))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(revoke).await?))
}
