//! Statistics of an organisation, as its members read them. Nothing is left out: they know who came.

use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::known;
use crate::db::{AnyConn, statistics};
use crate::domain::api_keys::Scope;
use crate::domain::ids::OrganisationId;
use crate::domain::roles::MemberRole;
use crate::domain::statistics::answers::Question;
use crate::domain::statistics::cube::Cube;
use crate::http::forms::sheets::{FORMAT, Format, Xlsx};
use crate::http::params::groups::LANGUAGE;
use crate::http::params::{Asked, Param, PathId, Table};
use crate::http::problem::Problem;
use crate::http::staff::Author;
use crate::http::state::{Members, State};
use crate::http::v1::statistics::names::{self, Names};
use crate::http::v1::statistics::shown::Statistics;
use crate::http::v1::statistics::{BY, Days, FIRST, LAST, ask, dimensions, told};

/// Mounts the operation of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_organisation_statistics);
}

/// What `GET /v1/manage/organisations/{id}/statistics` takes.
pub struct GetOrganisationStatistics;

impl Table for GetOrganisationStatistics {
    const PARAMS: &'static [&'static [Param]] = &[&[FIRST, LAST, BY, FORMAT], LANGUAGE];
}

/// Read statistics of an organisation
///
/// What took place of which it is the main organiser, who came and what they said, by the sessions that begin in a span of
/// days. Its members read it, and keys with `events:read`; authorities read `/v1/admin/statistics`. Rows by `division` are
/// districts. Nothing is left out. As CSV and XLSX the same figures, a column each.
#[utoipa::path(
    tag = "organisations",
    params(PathId<OrganisationId>, Asked<GetOrganisationStatistics>),
    security(("person" = [])),
    responses((status = 200, description = "The figures.", content(
        (Statistics = "application/json"),
        (String = "text/csv", example = "活动数,场次数\r\n12,40\r\n"),
        (Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )))
)]
#[get("/v1/manage/organisations/{id}/statistics")]
async fn get_organisation_statistics(
    author: Author,
    id: PathId<OrganisationId>,
    asked: Asked<GetOrganisationStatistics>,
    request: HttpRequest,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (now, snapshot) = (state.now(), state.snapshot()?);
    let days = Days::read(&asked.params, now)?;
    let question = Question { by: dimensions(&asked.params), ..Question::default() };
    let (by, format) = (question.by.clone(), Format::wanted(&asked.params, request.headers()));
    let (samples, live) = (state.live.shows_samples(), state.live.clone());
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            reader(conn, &author, id.0)?;
            let (from, to) = days.span();
            let counted = statistics::Asked { from, to, organisation: Some(id.0), samples };
            let cube = Cube::new(&statistics::happenings(conn, &counted)?, None, now);
            let answer = ask(&question, &cube)?;
            let organisations = names::organisations(conn, &live, &answer)?;
            Ok::<_, Problem>((answer, organisations))
        })
    };
    let (answer, organisations) = members.into_inner().aside(read).await?;
    told(format, days, &by, &answer, &Names { snapshot: &snapshot, organisations, lang: asked.lang })
}

/// Lets through members of an organisation, whatever their role: they know who came. Authorities read what they may know at
/// [`crate::http::v1::admin::statistics`].
///
/// # Errors
/// Those of [`Author::of_organisation`].
pub(super) fn reader(conn: &mut AnyConn, author: &Author, id: OrganisationId) -> Result<(), Problem> {
    let known = known(conn, id)?;
    author.of_organisation(id, MemberRole::Desk, Some(Scope::EventsRead), known)
}
