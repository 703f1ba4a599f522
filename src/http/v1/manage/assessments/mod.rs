//! Yearly assessment (年度考核) as the organisations of bases see it.

pub mod shown;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, put, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app;
use crate::app::assessments::Assessments;
use crate::db::assessments::{self, Wanted};
use crate::domain::assessments::{Answers, State as Stand};
use crate::domain::ids::{AssessmentId, OrganisationId, PersonId};
use crate::domain::roles::MemberRole;
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::staff::{Known, Staff};
use crate::http::state::{Members, State};
use crate::http::v1::filters::Plain;
use shown::{AssessmentAnswers, AssessmentItem, AssessmentState, read};

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_assessments)
        .service(get_assessment)
        .service(update_assessment)
        .service(submit_assessment)
        .service(withdraw_assessment);
}

/// What `GET /v1/manage/assessments` takes.
pub struct ListAssessments;

const ORGANISATION: Param =
    Param::new("organisation", Kind::Id, "Only those of this organisation.", "01h2x7m9k4qpz");
/// Of which base.
pub(in crate::http::v1) const BASE: Param =
    Param::new("base", Kind::Id, "Only those of this base.", "01h2x7m9k4qpz");
/// Of which year.
pub(in crate::http::v1) const YEAR: Param =
    Param::new("year", Kind::Integer { min: 2000, max: 2100 }, "Only those of this year.", "2026");
/// How it stands.
pub(in crate::http::v1) const STATE: Param =
    Param::new("state", Kind::Word(AssessmentState::WORDS), "Only those that stand so.", "due");

impl Table for ListAssessments {
    const PARAMS: &'static [&'static [Param]] = &[&[ORGANISATION, BASE, YEAR, STATE], PAGE, LANGUAGE];
}

/// What a base says of its year from now on: what is left out is removed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangedAssessment {
    /// The version that was read.
    #[schema(example = 1, minimum = 1)]
    version: i64,
    /// What it says.
    answers: AssessmentAnswers,
}

/// Lets through members of the organisation whose it is, from this role on. To others it does not exist.
fn member(members: &Members, staff: &Staff, id: AssessmentId, role: MemberRole) -> Result<(), Problem> {
    let found = members.db.read(|conn| assessments::get(conn, id))?.ok_or(Code::NotFound)?;
    staff.of_organisations(&[found.organisation], role, Known::ToMembers)
}

/// Does something about an assessment, and answers with what it is then.
async fn act(
    staff: Staff,
    id: AssessmentId,
    asked: Asked<Plain>,
    members: web::Data<Members>,
    work: impl FnOnce(&Assessments, PersonId, AssessmentId) -> Result<(), app::Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let act = move |members: &Members| {
        member(members, &staff, id, MemberRole::Editor)?;
        work(&members.assessments, staff.person.id, id).map_err(|error| shown::problem("", error))?;
        members.db.read(|conn| read(conn, id, asked.lang, members.clock.now()))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(act).await?))
}

/// List assessments of my bases
///
/// Those that authorities opened for them, with how each stands and until when it is to be handed in; the newest first.
#[utoipa::path(
    tag = "accreditation",
    params(Asked<ListAssessments>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<AssessmentItem>))
)]
#[get("/v1/manage/assessments")]
async fn list_assessments(
    staff: Staff,
    asked: Asked<ListAssessments>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let wanted: Option<OrganisationId> = asked.params.text(&ORGANISATION).and_then(|id| id.parse().ok());
    let mut own = staff.roles.organisations(MemberRole::Desk);
    own.retain(|own| wanted.is_none_or(|wanted| wanted == *own));
    if own.is_empty() && wanted.is_none() {
        return Err(Code::Forbidden.into());
    }
    let wanted = Wanted {
        organisations: Some(own),
        base: asked.params.text(&BASE).and_then(|id| id.parse().ok()),
        year: asked.params.integer(&YEAR),
        state: asked.params.word(&STATE).and_then(Stand::from_name),
        ..Wanted::default()
    };
    shown::page(asked, state, members, wanted).await
}

/// Read an assessment
///
/// What the base says of its year, and beside it what the records of this service say: as they were when it was handed in,
/// until then as they are now.
#[utoipa::path(
    tag = "accreditation",
    params(PathId<AssessmentId>, Asked<Plain>),
    security(("person" = [])),
    responses((status = 200, description = "The assessment.", body = AssessmentItem))
)]
#[get("/v1/manage/assessments/{id}")]
async fn get_assessment(
    staff: Staff,
    id: PathId<AssessmentId>,
    asked: Asked<Plain>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let get = move |members: &Members| {
        member(members, &staff, id.0, MemberRole::Desk)?;
        members.db.read(|conn| read(conn, id.0, asked.lang, members.clock.now()))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(get).await?))
}

/// Fill an assessment
///
/// Replaces what is said of the year; anything may be missing until it is handed in. What waits for the authority waits no
/// more.
#[utoipa::path(
    tag = "accreditation",
    params(PathId<AssessmentId>, Asked<Plain>),
    request_body(content = ChangedAssessment, example = json!({ "version": 1, "answers": {
        "visitors": 52000, "openDays": 302, "events": 48, "staff": 3, "volunteers": 25, "funding": 800000,
        "selfScore": 92, "text": "全年举办科普活动四十八场，新增展项两个。",
    } })),
    security(("person" = [])),
    responses(
        (status = 200, description = "The assessment.", body = AssessmentItem),
        (status = 409, description = "`versionConflict`: read it again. `nothingToDo`: it was assessed.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[put("/v1/manage/assessments/{id}")]
async fn update_assessment(
    staff: Staff,
    id: PathId<AssessmentId>,
    asked: Asked<Plain>,
    body: Json<ChangedAssessment>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Json(ChangedAssessment { version, answers }) = body;
    let answers = Answers::from(answers);
    let change = move |members: &Members| {
        member(members, &staff, id.0, MemberRole::Editor)?;
        let changed = members.assessments.change(staff.person.id, id.0, version, &answers);
        changed.map_err(|error| shown::problem("answers.", error))?;
        members.db.read(|conn| read(conn, id.0, asked.lang, members.clock.now()))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(change).await?))
}

/// Submit an assessment
///
/// It waits for the authority. Everything that is missing is told at once. After the last day it is still taken, and the
/// authority sees when it came.
#[utoipa::path(
    tag = "accreditation",
    params(PathId<AssessmentId>, Asked<Plain>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The assessment, waiting.", body = AssessmentItem),
        (status = 409, description = "`nothingToDo`: it was assessed. `organisationSuspended`.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 422, description = "`invalidBody`: `errors` lists everything that is missing.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/assessments/{id}/submit")]
async fn submit_assessment(
    staff: Staff,
    id: PathId<AssessmentId>,
    asked: Asked<Plain>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    act(staff, id.0, asked, members, |assessments, person, id| assessments.submit(person, id)).await
}

/// Withdraw an assessment
///
/// Takes it back from the authority; one that does not wait stays as it is.
#[utoipa::path(
    tag = "accreditation",
    params(PathId<AssessmentId>, Asked<Plain>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The assessment.", body = AssessmentItem),
        (status = 409, description = "`nothingToDo`: it was assessed.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/assessments/{id}/withdraw")]
async fn withdraw_assessment(
    staff: Staff,
    id: PathId<AssessmentId>,
    asked: Asked<Plain>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    act(staff, id.0, asked, members, |assessments, person, id| assessments.withdraw(person, id)).await
}
