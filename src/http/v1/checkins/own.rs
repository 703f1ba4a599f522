//! What people do for themselves: check in by the code that a door shows, and say how it was.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::feedback::{self, Words};
use crate::domain::ids::SignupId;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::json::Json;
use crate::http::params::{Asked, PathId};
use crate::http::person::Person;
use crate::http::private;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::Members;
use crate::http::v1::filters::Plain;
use crate::http::v1::signups::{SignupItem, act};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(check_in_signup).service(give_feedback);
}

/// A check-in of one's own.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnCheckin {
    /// What the door shows: the six digits, or what its QR code holds.
    #[schema(example = "048213")]
    door_code: String,
}

/// What somebody says of a session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionFeedback {
    /// From 1 to 5.
    #[schema(example = 5, minimum = 1, maximum = 5)]
    stars: u8,
    /// In words, at most 1,000 characters.
    #[schema(value_type = Option<String>, example = "孩子很喜欢，讲解清楚。", min_length = 1, max_length = 1000)]
    text: Option<Words>,
}

/// What was kept of it.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeptFeedback {
    /// From 1 to 5.
    #[schema(example = 5, minimum = 1, maximum = 5)]
    stars: u8,
    /// In words.
    #[schema(example = "孩子很喜欢，讲解清楚。")]
    text: Option<String>,
    /// When it was said.
    #[schema(example = "2026-11-28T17:00:00+08:00", value_type = String, format = DateTime)]
    updated_at: Rfc3339,
}

/// Check in by the door's code
///
/// Checks the whole party in by the rotating code that a screen at the door shows. Again changes nothing.
#[utoipa::path(
    tag = "checkin",
    params(PathId<SignupId>, Asked<Plain>),
    request_body = OwnCheckin,
    security(("person" = [])),
    responses(
        (status = 200, description = "The sign-up, checked in.", body = SignupItem),
        (status = 409, description = "`doorsClosed`: nobody is checked in at this time. `notConfirmed`: the sign-up has no \
            seats.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`doorCodeWrong`: the door does not show that code, or no more.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/signups/{id}/checkin")]
async fn check_in_signup(
    person: Person,
    id: PathId<SignupId>,
    asked: Asked<Plain>,
    body: Json<OwnCheckin>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let shown = body.0.door_code;
    act(members, asked.lang, move |members| members.checkins.check_in(person.id, id.0, &shown)).await
}

/// Say how it was
///
/// For those who were there, once per sign-up; said again, it replaces what was said before.
#[utoipa::path(
    tag = "checkin",
    params(PathId<SignupId>),
    request_body = SessionFeedback,
    security(("person" = [])),
    responses(
        (status = 200, description = "Kept.", body = KeptFeedback),
        (status = 409, description = "`notAttended`: nobody of the sign-up was checked in.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/signups/{id}/feedback")]
async fn give_feedback(
    person: Person,
    id: PathId<SignupId>,
    body: Json<SessionFeedback>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let SessionFeedback { stars, text } = body.0;
    let said = feedback::Feedback { stars, words: text };
    let kept = said.clone();
    let rate = move |members: &Members| members.checkins.rate(person.id, id.0, &said);
    let at = members.into_inner().aside(rate).await?;
    Ok(private::answer(
        StatusCode::OK,
        KeptFeedback {
            stars: kept.stars,
            text: kept.words.map(|words| words.expose().to_owned()),
            updated_at: rfc3339(at),
        },
    ))
}
