//! Yearly assessments as authorities see them: years that they opened, and who handed in. What waits is decided in the
//! queue of review.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::assessments::Opening;
use crate::app::review::Reviewer;
use crate::db::AnyConn;
use crate::db::assessments::{self, Wanted};
use crate::domain::assessments::{Outcome, Round, State as Stand};
use crate::domain::divisions::Adcode;
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::roles::AuthorityRole;
use crate::domain::time::{Rfc3339, parse_date, rfc3339};
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE};
use crate::http::params::{Asked, Kind, Param, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::staff::Staff;
use crate::http::state::{Members, State};
use crate::http::v1::filters::Plain;
use crate::http::v1::manage::accreditations::shown::AccreditationLevel;
use crate::http::v1::manage::assessments::shown::{self, AssessmentItem, AssessmentOutcome};
use crate::http::v1::manage::assessments::{BASE, STATE, YEAR};

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_assessment_rounds).service(open_assessment_round).service(list_administered_assessments);
}

/// What `GET /v1/admin/assessment-rounds` takes.
pub struct ListAssessmentRounds;

impl Table for ListAssessmentRounds {
    const PARAMS: &'static [&'static [Param]] = &[&[YEAR], LANGUAGE];
}

/// What `GET /v1/admin/assessments` takes.
pub struct ListAdministeredAssessments;

const ROUND: Param = Param::new("round", Kind::Id, "Only those of this round.", "01h2x7m9k4qpz");
const OUTCOME: Param = Param::new(
    "outcome",
    Kind::Word(AssessmentOutcome::WORDS),
    "Only those of bases that did so.",
    "unqualified",
);

impl Table for ListAdministeredAssessments {
    const PARAMS: &'static [&'static [Param]] = &[&[ROUND, YEAR, BASE, STATE, OUTCOME], PAGE, LANGUAGE];
}

/// A year that is to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAssessmentRound {
    /// Code of the division whose authority assesses: one's own, or one within it.
    #[schema(example = "440100", pattern = "^[1-9][0-9]{5}$")]
    adcode: String,
    /// The year.
    #[schema(example = 2026, minimum = 2020)]
    year: i32,
    /// Bases of which level, in that division and those within it.
    level: AccreditationLevel,
    /// The last day to hand in.
    #[schema(example = "2027-01-31", format = Date)]
    due: String,
}

/// A year that was opened, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssessmentRoundItem {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Code of the division whose authority assesses.
    #[schema(example = "440100")]
    adcode: String,
    /// The year.
    #[schema(example = 2026)]
    year: i32,
    /// Bases of which level.
    level: AccreditationLevel,
    /// The last day to hand in.
    #[schema(example = "2027-01-31", value_type = String, format = Date)]
    due: NaiveDate,
    /// How many bases are to be assessed.
    #[schema(example = 60, minimum = 0)]
    base_count: i64,
    /// How many have not handed in: `/v1/admin/assessments?state=due`, `draft` and `rejected` list them.
    #[schema(example = 12, minimum = 0)]
    missing: i64,
    /// How many wait for the authority.
    #[schema(example = 8, minimum = 0)]
    submitted: i64,
    /// How many are assessed.
    #[schema(example = 40, minimum = 0)]
    assessed: i64,
    /// When it was opened.
    #[schema(example = "2026-12-20T10:00:00+08:00", value_type = String, format = DateTime)]
    created_at: Rfc3339,
}

impl AssessmentRoundItem {
    fn new(conn: &mut AnyConn, round: Round) -> Result<Self, Problem> {
        let tally = assessments::tally(conn, round.id)?;
        let count = |wanted: &dyn Fn(Stand) -> bool| -> i64 {
            tally.iter().filter(|(state, _)| wanted(*state)).map(|(_, count)| count).sum()
        };
        Ok(Self {
            id: round.id.to_string(),
            adcode: round.division.to_string(),
            year: round.year,
            level: round.level.into(),
            due: round.due,
            base_count: count(&|_| true),
            missing: count(&|state| !state.handed_in()),
            submitted: count(&|state| state == Stand::Submitted),
            assessed: count(&|state| state == Stand::Assessed),
            created_at: rfc3339(round.created_at),
        })
    }
}

impl NewAssessmentRound {
    fn opening(self) -> Result<Opening, Invalid> {
        let mut invalid = Invalid::default();
        let division = self.adcode.parse::<Adcode>().ok();
        if division.is_none() {
            invalid.push("adcode", FieldCode::Malformed(Expected::Adcode));
        }
        let due = parse_date(&self.due).ok();
        if due.is_none() {
            invalid.push("due", FieldCode::Malformed(Expected::Date));
        }
        match (division, due) {
            (Some(division), Some(due)) => {
                Ok(Opening { division, year: self.year, level: self.level.into(), due })
            }
            _ => Err(invalid),
        }
    }
}

/// List years of assessment
///
/// Those that were opened in the divisions of whoever asks and those within them, with how many bases handed in; the newest
/// first.
#[utoipa::path(
    tag = "accreditation",
    params(Asked<ListAssessmentRounds>),
    security(("person" = [])),
    responses((status = 200, description = "All of them.", body = List<AssessmentRoundItem>))
)]
#[get("/v1/admin/assessment-rounds")]
async fn list_assessment_rounds(
    staff: Staff,
    asked: Asked<ListAssessmentRounds>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let within = staff.roles.divisions(AuthorityRole::Reviewer);
    if within.is_empty() {
        return Err(Code::Forbidden.into());
    }
    let year = asked.params.integer(&YEAR);
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let rounds = assessments::rounds(conn, &within, year)?.into_iter();
            rounds.map(|round| AssessmentRoundItem::new(conn, round)).collect::<Result<Vec<_>, Problem>>()
        })
    };
    let list: List<AssessmentRoundItem> = List::whole(members.into_inner().aside(read).await?, None);
    Ok(private::answer(StatusCode::OK, list))
}

/// Open a year of assessment
///
/// For the bases in a division and those within it that hold a level: each of them has a form to fill then, until the last
/// day to hand in.
#[utoipa::path(
    tag = "accreditation",
    params(Once<NewAssessmentRound>, Asked<Plain>),
    request_body = NewAssessmentRound,
    security(("person" = [])),
    responses(
        (status = 201, description = "The year, and how many bases are concerned.", body = AssessmentRoundItem),
        (status = 404, description = "`notFound`: the division is beyond one's own.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`nothingToDo`: it is open, or no base there holds the level. `keyReused`.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/admin/assessment-rounds")]
async fn open_assessment_round(
    staff: Staff,
    _asked: Asked<Plain>,
    body: Once<NewAssessmentRound>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    if staff.roles.divisions(AuthorityRole::Administrator).is_empty() {
        return Err(Code::Forbidden.into());
    }
    let Once { body, repeat } = body;
    let opening = body.opening().map_err(Problem::unprocessable)?;
    let open = move |members: &Members| {
        let by = Reviewer { person: staff.person.id, roles: &staff.roles };
        let id = members.assessments.open(by, opening, repeat.as_ref())?;
        members.db.snapshot(|conn| {
            let round = assessments::round(conn, id)?.ok_or(Code::NotFound)?;
            AssessmentRoundItem::new(conn, round)
        })
    };
    let round = members.into_inner().aside(open).await?;
    Ok(private::answer(StatusCode::CREATED, round))
}

/// List assessments to administer
///
/// Of the bases in the divisions of whoever asks and those within them: who handed in, who has not, and how each did.
#[utoipa::path(
    tag = "accreditation",
    params(Asked<ListAdministeredAssessments>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<AssessmentItem>))
)]
#[get("/v1/admin/assessments")]
async fn list_administered_assessments(
    staff: Staff,
    asked: Asked<ListAdministeredAssessments>,
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
        round: params.text(&ROUND).and_then(|id| id.parse().ok()),
        year: params.integer(&YEAR),
        base: params.text(&BASE).and_then(|id| id.parse().ok()),
        state: params.word(&STATE).and_then(Stand::from_name),
        outcome: params.word(&OUTCOME).and_then(Outcome::from_name),
        ..Wanted::default()
    };
    shown::page(asked, state, members, wanted).await
}
