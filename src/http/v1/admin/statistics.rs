//! Statistics as authorities read them, of their division and those within it. Counts of few people are left out.

use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::statistics;
use crate::domain::divisions::Adcode;
use crate::domain::ids::{CampaignId, OrganisationId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds;
use crate::domain::roles::{AuthorityRole, Roles};
use crate::domain::statistics::answers::Question;
use crate::domain::statistics::cube::{Axis, Cube, Value, below};
use crate::http::forms::sheets::{FORMAT, Format, Xlsx};
use crate::http::lookup::Lookup;
use crate::http::params::groups::LANGUAGE;
use crate::http::params::{Asked, Kind, Param, Params, Table};
use crate::http::problem::{Code, Problem};
use crate::http::staff::Staff;
use crate::http::state::{Members, State};
use crate::http::v1::statistics::names::{self, Names};
use crate::http::v1::statistics::shown::Statistics;
use crate::http::v1::statistics::{BY, Days, FIRST, LAST, ask, dimensions, told};

/// Mounts the operation of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_statistics);
}

/// What `GET /v1/admin/statistics` takes.
pub struct GetStatistics;

const DIVISION: Param = Param::new(
    "division",
    Kind::Adcode,
    "Only what takes place in this division, one of the caller's or within it. Rows by `division` are then those below it.",
    "440100",
);
const ORGANISATION: Param =
    Param::new("organisation", Kind::Id, "Only events whose main organiser this is.", "01h2x7m9k4qpz");
const CAMPAIGN: Param = Param::new("campaign", Kind::Id, "Only events of this campaign.", "01h2x7m9k4qpz");

impl Table for GetStatistics {
    const PARAMS: &'static [&'static [Param]] =
        &[&[FIRST, LAST, BY, DIVISION, ORGANISATION, CAMPAIGN, FORMAT], LANGUAGE];
}

/// Read statistics
///
/// What took place in the caller's division and those within it, who came and what they said, by the sessions that begin in
/// a span of days at the venue. Events count however they stand now, unless they were never published. Of rows, and of the
/// totals of a question with a filter, counts of one to four people are left out, with those from which they would follow;
/// `suppressed` says so. The totals of everything the caller answers for are always told, and so is 0. As CSV and XLSX the
/// same figures, a column each.
#[utoipa::path(
    tag = "administration",
    params(Asked<GetStatistics>),
    security(("person" = [])),
    responses((status = 200, description = "The figures.", content(
        (Statistics = "application/json"),
        (String = "text/csv", example = "活动数,场次数\r\n12,40\r\n"),
        (Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )))
)]
#[get("/v1/admin/statistics")]
async fn get_statistics(
    staff: Staff,
    asked: Asked<GetStatistics>,
    request: HttpRequest,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let scope = outermost(&staff.roles)?;
    let (now, snapshot) = (state.now(), state.snapshot()?);
    let days = Days::read(&asked.params, now)?;
    let mut lookup = Lookup::new(&asked.params, &snapshot);
    let division = lookup.division(&DIVISION);
    lookup.done()?;
    let campaign = named::<CampaignId>(&asked.params, &CAMPAIGN);
    if campaign.is_some_and(|id| !snapshot.campaigns.contains_key(&id)) {
        let code = FieldCode::NoSuch { kind: kinds::Kind::Campaign.name() };
        return Err(Invalid::one(CAMPAIGN.name, code).into());
    }
    let mut only = division.map_or(Ok(Vec::new()), |division| within(&scope, division))?;
    let deep = only.iter().any(|(axis, _)| *axis == Axis::Area);
    only.extend(
        named(&asked.params, &ORGANISATION)
            .map(|id: OrganisationId| (Axis::Organisation, Value::Organisation(id))),
    );
    only.extend(campaign.map(|id| (Axis::Campaign, Value::Campaign(id))));
    let question = Question { by: dimensions(&asked.params), only, deep, veiled: true };
    let (by, format) = (question.by.clone(), Format::wanted(&asked.params, request.headers()));
    let samples = state.live.shows_samples();
    let live = state.live.clone();
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let (from, to) = days.span();
            let counted = statistics::Asked { from, to, organisation: None, samples };
            let happenings = statistics::happenings(conn, &counted)?;
            let cube = Cube::new(&happenings, Some(&scope), now);
            let answer = ask(&question, &cube)?;
            let organisations = names::organisations(conn, &live, &answer)?;
            Ok::<_, Problem>((answer, organisations))
        })
    };
    let (answer, organisations) = members.into_inner().aside(read).await?;
    told(format, days, &by, &answer, &Names { snapshot: &snapshot, organisations, lang: asked.lang })
}

/// The divisions that somebody answers for, without those within others.
///
/// # Errors
/// [`Code::Forbidden`] if there are none.
pub fn outermost(roles: &Roles) -> Result<Vec<Adcode>, Problem> {
    let all = roles.divisions(AuthorityRole::Reviewer);
    let inner = |one: &Adcode| all.iter().any(|other| other != one && other.covers(*one));
    let outer: Vec<Adcode> = all.iter().copied().filter(|one| !inner(one)).collect();
    if outer.is_empty() { Err(Code::Forbidden.into()) } else { Ok(outer) }
}

/// How a division is chosen from what somebody answers for: by its area, and within that by district.
///
/// # Errors
/// [`Code::Forbidden`] if they do not answer for it.
pub fn within(scope: &[Adcode], division: Adcode) -> Result<Vec<(Axis, Value)>, Problem> {
    let own = scope.iter().find(|own| own.covers(division)).ok_or(Code::Forbidden)?;
    if *own == division && scope.len() == 1 {
        return Ok(Vec::new());
    }
    let area = below(*own, division);
    let mut only = vec![(Axis::Area, Value::Division(area))];
    if area != division {
        only.push((Axis::District, Value::Division(division)));
    }
    Ok(only)
}

/// The thing that a parameter names.
fn named<I: std::str::FromStr>(params: &Params, param: &Param) -> Option<I> {
    params.text(param)?.parse().ok()
}
