//! Who comes to a session, and what its host decides about them.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::attendance;
use super::shown::{PartyRole, SignupStatus, StatusReason};
use crate::app::signups::{Decision, MASKED};
use crate::db::sessions;
use crate::domain::checkins::masked;
use crate::domain::ids::{SessionId, SignupId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::persons;
use crate::domain::signups::party::Phone;
use crate::domain::signups::{Signup, party};
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::forms::sheets::{self, FORMAT, Format, Xlsx};
use crate::http::json::MaybeJson;
use crate::http::list::List;
use crate::http::params::groups::LANGUAGE;
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::staff::Desk;
use crate::http::state::Members;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_session_signups).service(approve_signup).service(reject_signup);
}

/// What `GET /v1/manage/sessions/{id}/signups` takes.
pub struct ListSessionSignups;

const PURPOSE: Param = Param::new(
    "purpose",
    Kind::Text { max_chars: 100 },
    "What names, telephone numbers and answers are needed for, in a few words. With it they are shown in full. Without it \
     names and numbers are masked. That you looked, and what for, stands on record for everybody on the list either way.",
    "分组",
);

impl Table for ListSessionSignups {
    const PARAMS: &'static [&'static [Param]] = &[&[PURPOSE, FORMAT], LANGUAGE];
}

/// The telephone number of whoever signed up, whole or masked.
pub(super) fn telephone(phone: &Phone, full: bool) -> String {
    if full { phone.expose().to_owned() } else { persons::Phone::from(phone.expose()).masked() }
}

/// A name, whole or masked.
pub(super) fn name(name: &str, full: bool) -> String {
    if full { name.to_owned() } else { masked(name) }
}

/// What a list shows of those on it where a purpose is given.
const FULL: &[&str] = &["party", "contact", "answers"];

/// A sign-up, as the host of its session sees it.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HostedSignup {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// How it stands.
    status: SignupStatus,
    /// Why, where it came to its end.
    status_reason: Option<StatusReason>,
    /// How much of the capacity it takes, or would take.
    #[schema(example = 2)]
    seats: i32,
    /// Heads of a class or group.
    #[schema(example = 42)]
    headcount: Option<u16>,
    /// Who comes.
    party: Vec<HostedMember>,
    /// The telephone number of whoever signed up, where they gave one.
    #[schema(example = "138****8000")]
    phone: Option<String>,
    /// What was answered; with a `purpose` only.
    answers: Option<Vec<HostedAnswer>>,
    /// When it was made.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    created_at: Rfc3339,
    /// Counts changes; a decision may name the version that was looked at.
    #[schema(example = 1)]
    version: i64,
}

/// On what the host decides.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignupDecision {
    /// The version that was looked at. With it, a sign-up that changed since is not decided on.
    #[schema(example = 1)]
    version: Option<i64>,
}

/// Somebody of a party.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct HostedMember {
    /// Their name, masked unless a purpose was given; absent where whoever signed up said nowhere who they are.
    #[schema(example = "小*")]
    name: Option<String>,
    /// As what they come.
    #[serde(rename = "as")]
    role: PartyRole,
    /// Whether they came.
    #[schema(example = false)]
    attended: bool,
}

/// An answer.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HostedAnswer {
    /// Which question.
    #[schema(example = "school")]
    question_id: String,
    /// The place in `party`, from 0, of whom it is about.
    #[schema(example = 0)]
    participant: Option<u16>,
    #[schema(schema_with = super::answers::answer_value)]
    value: party::Value,
}

impl HostedSignup {
    fn new(signup: Signup, full: bool) -> Self {
        let attended = signup.attended;
        let personal = signup.personal.unwrap_or_default();
        let member = |(at, member): (usize, party::Member)| HostedMember {
            name: member.called().map(|called| name(called, full)),
            role: member.role.into(),
            attended: attended.iter().any(|place| usize::from(*place) == at),
        };
        let phone = personal.contact.and_then(|contact| contact.phone);
        let answer = |one: party::Answer| HostedAnswer {
            question_id: one.question,
            participant: one.participant,
            value: one.value,
        };
        Self {
            id: signup.id.to_string(),
            status: signup.status.into(),
            status_reason: signup.reason.map(StatusReason::from),
            seats: signup.seats,
            headcount: signup.headcount,
            party: personal.party.into_iter().enumerate().map(member).collect(),
            phone: phone.map(|phone| telephone(&phone, full)),
            answers: full.then(|| personal.answers.into_iter().map(answer).collect()),
            created_at: rfc3339(signup.created_at),
            version: signup.version,
        }
    }
}

/// List who comes
///
/// All sign-ups of a session in order of their making. Names and numbers are masked; with a `purpose` they are shown. Every
/// look is on record, and whoever was looked at finds it in their export. As CSV or a workbook it has a row for each who
/// comes; answers that were given for the party stand in its first.
#[utoipa::path(
    tag = "signups",
    params(PathId<SessionId>, Asked<ListSessionSignups>),
    security(("person" = [])),
    responses(
        (status = 200, description = "All sign-ups.", content(
            (List<HostedSignup> = "application/json"),
            (String = "text/csv", example = "报名编号,状态,姓名\r\n01h2x7m9k4qpz,已确认,李*\r\n"),
            (Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        )),
        (status = 409, description = "`organisationSuspended`: its desk lets in, and no more.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[get("/v1/manage/sessions/{id}/signups")]
async fn list_session_signups(
    request: HttpRequest,
    desk: Desk,
    asked: Asked<ListSessionSignups>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    desk.more_than_doors()?;
    let (format, lang) = (Format::wanted(&asked.params, request.headers()), asked.lang);
    let purpose = asked.params.text(&PURPOSE).map(str::to_owned);
    if let Some(purpose) = &purpose {
        let mut invalid = Invalid::default();
        invalid.line("purpose", purpose, 100);
        if purpose.chars().filter(|letter| letter.is_alphanumeric()).count() < 2 {
            invalid.push("purpose", FieldCode::TooShort { min: 2 });
        }
        invalid.or(())?;
    }
    let full = purpose.is_some();
    let read = move |members: &Members| {
        let (purpose, fields) = purpose.as_deref().map_or(("list", MASKED), |purpose| (purpose, FULL));
        let all = members.signups.of_session(desk.session, desk.person.id, purpose, fields)?;
        let session = members.db.read(|conn| sessions::find(conn, &[desk.session]))?.remove(&desk.session);
        Ok::<_, Problem>((all, session.ok_or(Code::NotFound)?))
    };
    let (all, session) = members.into_inner().aside(read).await?;
    if format != Format::Json {
        let (name, sheet) = attendance::sheet(&session, all, full, lang);
        return sheets::download(format, &name, &[sheet]);
    }
    let items = all.into_iter().map(|signup| HostedSignup::new(signup, full)).collect();
    let list: List<HostedSignup> = List::whole(items, None);
    Ok(private::answer(StatusCode::OK, list))
}

/// Approve a sign-up
///
/// Of a session where the host decides on each: they get the seats that are held for them. Whoever changes an approved party,
/// so that others come, waits for the host again.
#[utoipa::path(
    tag = "signups",
    params(PathId<SessionId>, ("signup" = String, Path, description = "The sign-up.", example = "01h2x7m9k4qpz")),
    request_body(content = Option<SignupDecision>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The sign-up, confirmed.", body = HostedSignup),
        (status = 409, description = "`signupOver`: it does not wait for a decision. `versionConflict`: it changed since. \
            `organisationSuspended`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/sessions/{id}/signups/{signup}/approve")]
async fn approve_signup(
    desk: Desk,
    request: HttpRequest,
    body: MaybeJson<SignupDecision>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    decide(desk, &request, members, (Decision::Approve, body)).await
}

/// Reject a sign-up
///
/// Of a session where the host decides on each; or what somebody has already is taken back, as where they signed up a
/// child that is not theirs, as long as nobody of it came. Seats go to whoever is next, and whoever signed up is told.
#[utoipa::path(
    tag = "signups",
    params(PathId<SessionId>, ("signup" = String, Path, description = "The sign-up.", example = "01h2x7m9k4qpz")),
    request_body(content = Option<SignupDecision>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The sign-up, declined.", body = HostedSignup),
        (status = 409, description = "`signupOver`: somebody of it came, or it was given up. `versionConflict`: it changed since. \
            `organisationSuspended`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/sessions/{id}/signups/{signup}/reject")]
async fn reject_signup(
    desk: Desk,
    request: HttpRequest,
    body: MaybeJson<SignupDecision>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    decide(desk, &request, members, (Decision::Reject, body)).await
}

async fn decide(
    desk: Desk,
    request: &HttpRequest,
    members: web::Data<Members>,
    (decision, body): (Decision, MaybeJson<SignupDecision>),
) -> Result<HttpResponse, Problem> {
    desk.more_than_doors()?;
    let named = request.match_info().get("signup").and_then(|id| id.parse::<SignupId>().ok());
    let id = named.ok_or(Code::NotFound)?;
    let by = (desk.session, desk.person.id);
    let version = body.0.and_then(|body| body.version);
    let decide = move |members: &Members| members.signups.decide(by, id, decision, version);
    let signup = members.into_inner().aside(decide).await?;
    let shown = HostedSignup::new(signup, false);
    Ok(private::answer(StatusCode::OK, shown))
}
