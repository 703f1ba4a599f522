//! Reports (纠错): anybody says that something published is wrong.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::filters::Plain;
use crate::domain::feedback::Words;
use crate::domain::ids::EventId;
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::reports::{LONGEST, Reason};
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::params::Asked;
use crate::http::person::Perhaps;
use crate::http::private;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::state::Members;

/// Mounts the operation of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(create_report);
}

/// Kinds of thing that can be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ReportedKind {
    /// An event.
    Event,
    /// A base.
    Base,
    /// A route.
    Route,
    /// A lecture series.
    Series,
    /// An entry of the resource directory.
    Resource,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ReportReason {
    /// The place, or its position.
    WrongPlace,
    /// A date or an hour.
    WrongTime,
    /// A telephone number, an address on the net.
    WrongContact,
    /// It is closed, or does not take place.
    NotTakingPlace,
    /// What it says is not so.
    Inaccurate,
    /// It offends.
    Offensive,
    /// It endangers somebody.
    Unsafe,
    /// Something else, as the text says.
    Other,
}

/// That something is wrong.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewReport {
    /// The kind of thing.
    kind: ReportedKind,
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// What is wrong.
    reason: ReportReason,
    /// In words; needed where the reason is `other`.
    #[schema(example = "地址写的是旧馆，新馆在马路对面。", min_length = 1, max_length = 1000)]
    text: Option<String>,
}

/// A report that was taken.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportItem {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// When it was taken.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    created_at: Rfc3339,
}

impl From<ReportedKind> for Kind {
    fn from(kind: ReportedKind) -> Self {
        match kind {
            ReportedKind::Event => Self::Event,
            ReportedKind::Base => Self::Base,
            ReportedKind::Route => Self::Route,
            ReportedKind::Series => Self::Series,
            ReportedKind::Resource => Self::Resource,
        }
    }
}

impl From<ReportReason> for Reason {
    fn from(reason: ReportReason) -> Self {
        match reason {
            ReportReason::WrongPlace => Self::WrongPlace,
            ReportReason::WrongTime => Self::WrongTime,
            ReportReason::WrongContact => Self::WrongContact,
            ReportReason::NotTakingPlace => Self::NotTakingPlace,
            ReportReason::Inaccurate => Self::Inaccurate,
            ReportReason::Offensive => Self::Offensive,
            ReportReason::Unsafe => Self::Unsafe,
            ReportReason::Other => Self::Other,
        }
    }
}

impl From<Reason> for ReportReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::WrongPlace => Self::WrongPlace,
            Reason::WrongTime => Self::WrongTime,
            Reason::WrongContact => Self::WrongContact,
            Reason::NotTakingPlace => Self::NotTakingPlace,
            Reason::Inaccurate => Self::Inaccurate,
            Reason::Offensive => Self::Offensive,
            Reason::Unsafe => Self::Unsafe,
            Reason::Other => Self::Other,
        }
    }
}

/// Report an error
///
/// "The place is wrong, the number is wrong": people look at it. One need not be logged in; who is gives one report of a
/// thing at a time, and gets that again while it waits. Nobody else is told who reported.
#[utoipa::path(
    tag = "me",
    params(Asked<Plain>, Once<NewReport>),
    request_body(content = NewReport, example = json!({
        "kind": "event", "id": "01h2x7m9k4qpz", "reason": "wrongPlace", "text": "地址写的是旧馆，新馆在马路对面。",
    })),
    security((), ("person" = [])),
    responses(
        (status = 201, description = "Taken.", body = ReportItem),
        (status = 200, description = "One's report of this thing that waits already.", body = ReportItem),
        (status = 404, description = "`notFound`: there is no such thing, or it is not public.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/reports")]
async fn create_report(
    person: Perhaps,
    _asked: Asked<Plain>,
    once: Once<NewReport>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Once { body: NewReport { kind, id, reason, text }, repeat } = once;
    let mut invalid = Invalid::default();
    // Ids of every kind are written alike, so one kind speaks for all.
    let object = id.parse::<EventId>().map(EventId::get).unwrap_or_else(|_no_id| {
        invalid.push("id", FieldCode::Malformed(Expected::Id));
        0
    });
    match &text {
        Some(text) if text.chars().count() > LONGEST => {
            invalid.push("text", FieldCode::TooLong { max: LONGEST })
        }
        None if reason == ReportReason::Other => invalid.push("text", FieldCode::Missing),
        _ => {}
    }
    invalid.or(()).map_err(Problem::unprocessable)?;
    let report = move |members: &Members| {
        let words = text.map(Words::from);
        members.reports.report(
            person.0.map(|person| person.id),
            kind.into(),
            object,
            reason.into(),
            words,
            repeat.as_ref(),
        )
    };
    let (report, new) = members.into_inner().aside(report).await?;
    let item = ReportItem { id: report.id.to_string(), created_at: rfc3339(report.at) };
    Ok(private::answer(if new { StatusCode::CREATED } else { StatusCode::OK }, item))
}
