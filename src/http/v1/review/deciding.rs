//! What reviewers decide.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::shown::{By, ReviewItem};
use super::written;
use crate::app;
use crate::app::review::{Judged, Reviewer};
use crate::domain::assessments::Outcome;
use crate::domain::drafts::FieldNote;
use crate::domain::geo;
use crate::domain::ids::ReviewItemId;
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::roles::AuthorityRole;
use crate::domain::text::Lang;
use crate::http::json::Json;
use crate::http::params::{Asked, PathId};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::staff::Staff;
use crate::http::state::Members;
use crate::http::v1::filters::Plain;
use crate::http::v1::manage::assessments::shown::AssessmentOutcome;

/// Items approved at once, at most.
const MOST: usize = 500;

/// The longest reason, in characters.
pub(in crate::http::v1) const LONGEST_REASON: usize = 500;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(claim_review_item)
        .service(release_review_item)
        .service(approve_review_items)
        .service(reject_review_items)
        .service(approve_review_item)
        .service(reject_review_item);
}

/// Which version is approved.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Approval {
    /// The version that was read.
    #[schema(example = 3, minimum = 1)]
    version: i64,
    /// A remark for the record; needed where the outcome is `unqualified`.
    #[schema(example = "已电话核实", min_length = 1, max_length = 500)]
    reason: Option<String>,
    /// How the base did: needed of an assessment, and of nothing else.
    outcome: Option<AssessmentOutcome>,
}

/// Which version is sent back, and why.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rejection {
    /// The version that was read.
    #[schema(example = 3, minimum = 1)]
    version: i64,
    /// Why: its organisation reads it.
    #[schema(example = "请补充集合地点", min_length = 1, max_length = 500)]
    reason: String,
    /// What is to be mended, field by field.
    #[serde(default)]
    #[schema(max_items = 50)]
    fields: Vec<RejectedField>,
}

/// What is to be mended in one field.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RejectedField {
    /// Which field: its path in the body that its author sends, as `changes` names it; of a session `sessions[0].start`.
    #[schema(example = "place.address", min_length = 1, max_length = 100)]
    field: String,
    /// What is to be mended.
    #[schema(example = "缺门牌号", min_length = 1, max_length = 500)]
    text: String,
}

/// What is sent back at once.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rejections {
    /// Items, each with the version that was read.
    #[schema(min_items = 1, max_items = 500)]
    items: Vec<ApprovedItem>,
    /// Why: the organisations read it.
    #[schema(example = "活动日期已过，请更新后重新提交", min_length = 1, max_length = 500)]
    reason: String,
}

/// What is approved at once.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Approvals {
    /// Items, each with the version that was read.
    #[schema(min_items = 1, max_items = 500)]
    items: Vec<ApprovedItem>,
}

/// An item to decide on.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovedItem {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// The version that was read.
    #[schema(example = 3, minimum = 1)]
    version: i64,
}

/// How approving many went.
#[derive(Serialize, ToSchema)]
pub struct Approved {
    /// Each item, in the order of the request.
    results: Vec<ApprovalResult>,
}

/// How approving one went.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct ApprovalResult {
    /// The item.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Whether it is approved.
    #[schema(example = true)]
    approved: bool,
    /// Why it is not: the code of the problem, such as `changedSince`.
    #[schema(example = "changedSince")]
    code: Option<String>,
    /// The same in words.
    #[schema(example = "该项在您查看之后已被修改、撤回或已有决定；请重新读取。")]
    detail: Option<String>,
}

/// How sending many back went.
#[derive(Serialize, ToSchema)]
pub struct Rejected {
    /// Each item, in the order of the request.
    results: Vec<RejectionResult>,
}

/// How sending one back went.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
pub struct RejectionResult {
    /// The item.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Whether it is rejected.
    #[schema(example = true)]
    rejected: bool,
    /// Why it is not: the code of the problem, such as `changedSince`.
    #[schema(example = "changedSince")]
    code: Option<String>,
    /// The same in words.
    #[schema(example = "该项在您查看之后已被修改、撤回或已有决定；请重新读取。")]
    detail: Option<String>,
}

/// Claim what waits
///
/// For a while (half an hour, unless this server is set otherwise) nobody else decides on it. Claiming again prolongs.
#[utoipa::path(
    tag = "review",
    params(PathId<ReviewItemId>, Asked<Plain>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The item, claimed.", body = ReviewItem),
        (status = 409, description = "`claimed` by another; `changedSince`: it waits no more.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/review/items/{id}/claim")]
async fn claim_review_item(
    staff: Staff,
    id: PathId<ReviewItemId>,
    asked: Asked<Plain>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    decide(staff, members, &asked, move |members, by| Ok(members.reviews.claim(by, id.0)?)).await
}

/// Give back what one claimed
///
/// Others decide on it again.
#[utoipa::path(
    tag = "review",
    params(PathId<ReviewItemId>, Asked<Plain>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The item, free.", body = ReviewItem),
        (status = 409, description = "`nothingToDo`: it is not one's own.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/review/items/{id}/release")]
async fn release_review_item(
    staff: Staff,
    id: PathId<ReviewItemId>,
    asked: Asked<Plain>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    decide(staff, members, &asked, move |members, by| Ok(members.reviews.release(by, id.0)?)).await
}

/// Approve what waits
///
/// What waits to be published is, what a base applies for is granted, and a year is assessed. Refused if it moved since it was read, if another reviewer works on it, and to whoever
/// submitted it or belongs to its organisation.
#[utoipa::path(
    tag = "review",
    params(PathId<ReviewItemId>, Asked<Plain>),
    request_body(content = Approval, example = json!({ "version": 3, "reason": "已电话核实" })),
    security(("person" = [])),
    responses(
        (status = 200, description = "The item, approved.", body = ReviewItem),
        (status = 409, description = "`changedSince`, `claimed`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/review/items/{id}/approve")]
async fn approve_review_item(
    staff: Staff,
    id: PathId<ReviewItemId>,
    asked: Asked<Plain>,
    body: Json<Approval>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Approval { version, reason, outcome } = body.0;
    let mut invalid = Invalid::default();
    reason.iter().for_each(|reason| invalid.line("reason", reason, LONGEST_REASON));
    invalid.or(()).map_err(Problem::unprocessable)?;
    let approve = move |members: &Members, by: Reviewer<'_>| {
        let outcome = outcome.map(Outcome::from);
        Ok(members.reviews.approve_as(by, id.0, version, outcome, reason.as_deref())?)
    };
    decide(staff, members, &asked, approve).await
}

/// Send back what waits
///
/// Its organisation reads why, field by field; fields are named as its author writes them. What a trusted organisation
/// published is taken down.
#[utoipa::path(
    tag = "review",
    params(PathId<ReviewItemId>, Asked<Plain>),
    request_body = Rejection,
    security(("person" = [])),
    responses(
        (status = 200, description = "The item, rejected.", body = ReviewItem),
        (status = 409, description = "`changedSince`, `claimed`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/review/items/{id}/reject")]
async fn reject_review_item(
    staff: Staff,
    id: PathId<ReviewItemId>,
    asked: Asked<Plain>,
    body: Json<Rejection>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Rejection { version, reason, fields } = body.0;
    let mut invalid = Invalid::default();
    invalid.line("reason", &reason, LONGEST_REASON);
    if fields.len() > 50 {
        invalid.push("fields", FieldCode::TooMany { max: 50 });
    }
    for (at, note) in fields.iter().enumerate().take(50) {
        invalid.line(&format!("fields[{at}].field"), &note.field, 100);
        invalid.line(&format!("fields[{at}].text"), &note.text, LONGEST_REASON);
    }
    invalid.or(()).map_err(Problem::unprocessable)?;
    let note = |RejectedField { field, text }| FieldNote { field, text };
    let fields: Vec<FieldNote> = fields.into_iter().map(note).collect();
    let reject = move |members: &Members, by: Reviewer<'_>| {
        let kind = members.reviews.item(by, id.0)?.what.kind;
        let mut unknown = Invalid::default();
        for (at, note) in fields.iter().enumerate() {
            if let Err(code) = written::check(kind, &note.field) {
                unknown.push(format!("fields[{at}].field"), code);
            }
        }
        unknown.or(()).map_err(Problem::unprocessable)?;
        Ok(members.reviews.reject(by, id.0, version, &reason, &fields)?)
    };
    decide(staff, members, &asked, reject).await
}

/// Approve many
///
/// Each by itself: the answer says of every one how it went.
#[utoipa::path(
    tag = "review",
    params(Asked<Plain>),
    request_body(content = Approvals, example = json!({ "items": [{ "id": "01h2x7m9k4qpz", "version": 3 }] })),
    security(("person" = [])),
    responses((status = 200, description = "How it went.", body = Approved))
)]
#[post("/v1/review/items/approve")]
async fn approve_review_items(
    staff: Staff,
    asked: Asked<Plain>,
    body: Json<Approvals>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    if staff.roles.divisions(AuthorityRole::Reviewer).is_empty() {
        return Err(Code::Forbidden.into());
    }
    let items = named(&body.0.items, Invalid::default()).map_err(Problem::unprocessable)?;
    let ids: Vec<ReviewItemId> = items.iter().map(|(id, _)| *id).collect();
    let approve = move |members: &Members| {
        let by = Reviewer { person: staff.person.id, roles: &staff.roles };
        Ok::<_, Problem>(members.reviews.approve_many(by, &items))
    };
    let done = members.into_inner().aside(approve).await?;
    let result = |(id, done): (ReviewItemId, Result<_, app::Error>)| {
        let code = done.err().map(|error| Problem::from(error).code());
        ApprovalResult {
            id: id.to_string(),
            approved: code.is_none(),
            code: code.map(|code| code.wire().to_owned()),
            detail: code.map(|code| detail(code, asked.lang).to_owned()),
        }
    };
    let results = ids.into_iter().zip(done).map(result).collect();
    Ok(private::answer(StatusCode::OK, Approved { results }))
}

/// Send many back
///
/// For one reason, each by itself: the answer says of every one how it went.
#[utoipa::path(
    tag = "review",
    params(Asked<Plain>),
    request_body(content = Rejections, example = json!({
        "items": [{ "id": "01h2x7m9k4qpz", "version": 3 }], "reason": "活动日期已过，请更新后重新提交",
    })),
    security(("person" = [])),
    responses((status = 200, description = "How it went.", body = Rejected))
)]
#[post("/v1/review/items/reject")]
async fn reject_review_items(
    staff: Staff,
    asked: Asked<Plain>,
    body: Json<Rejections>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    if staff.roles.divisions(AuthorityRole::Reviewer).is_empty() {
        return Err(Code::Forbidden.into());
    }
    let Json(Rejections { items, reason }) = body;
    let mut invalid = Invalid::default();
    invalid.line("reason", &reason, LONGEST_REASON);
    let items = named(&items, invalid).map_err(Problem::unprocessable)?;
    let ids: Vec<ReviewItemId> = items.iter().map(|(id, _)| *id).collect();
    let reject = move |members: &Members| {
        let by = Reviewer { person: staff.person.id, roles: &staff.roles };
        Ok::<_, Problem>(members.reviews.reject_many(by, &items, &reason))
    };
    let done = members.into_inner().aside(reject).await?;
    let result = |(id, done): (ReviewItemId, Result<_, app::Error>)| {
        let code = done.err().map(|error| Problem::from(error).code());
        RejectionResult {
            id: id.to_string(),
            rejected: code.is_none(),
            code: code.map(|code| code.wire().to_owned()),
            detail: code.map(|code| detail(code, asked.lang).to_owned()),
        }
    };
    let results = ids.into_iter().zip(done).map(result).collect();
    Ok(private::answer(StatusCode::OK, Rejected { results }))
}

/// Why one of many was not decided on, in words: where it is not there, of the item and not of the address.
fn detail(code: Code, lang: Lang) -> &'static str {
    match (code, lang) {
        (Code::NotFound, Lang::ZhCn) => "没有这一待审事项，或不在您的辖区内；请重新读取列表。",
        (Code::NotFound, Lang::ZhHk) => "沒有這一待審事項，或不在您的轄區內；請重新讀取清單。",
        (Code::NotFound, Lang::En) => {
            "There is no such item, or it lies beyond your divisions; read the list again."
        }
        _ => code.detail(lang),
    }
}

fn named(asked: &[ApprovedItem], mut invalid: Invalid) -> Result<Vec<(ReviewItemId, i64)>, Invalid> {
    if asked.is_empty() {
        invalid.push("items", FieldCode::TooFew { min: 1 });
    }
    if asked.len() > MOST {
        invalid.push("items", FieldCode::TooMany { max: MOST });
        return Err(invalid);
    }
    let mut items = Vec::with_capacity(asked.len());
    for (at, item) in asked.iter().enumerate() {
        match item.id.parse() {
            Ok(id) => items.push((id, item.version)),
            Err(_) => invalid.push(format!("items[{at}].id"), FieldCode::Malformed(Expected::Id)),
        }
    }
    invalid.or(items)
}

async fn decide(
    staff: Staff,
    members: web::Data<Members>,
    asked: &Asked<Plain>,
    work: impl FnOnce(&Members, Reviewer<'_>) -> Result<Judged, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let now = members.clock.now();
    let by = By { person: staff.person.id, now, lang: asked.lang, crs: geo::Crs::default() };
    let work = move |members: &Members| {
        let judged = work(members, Reviewer { person: by.person, roles: &staff.roles })?;
        members.db.read(|conn| ReviewItem::new(conn, &members.vault, judged, by))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(work).await?))
}
