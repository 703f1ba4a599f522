//! The queue, and one item of it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use utoipa_actix_web::service_config::ServiceConfig;

use super::shown::{ReviewDetail, ReviewItem, ReviewKind};
use crate::app::review::Reviewer;
use crate::db::review_items::Wanted;
use crate::discovery::page::{Answer, Key};
use crate::domain::ids::{CampaignId, OrganisationId, ReviewItemId};
use crate::domain::review::ItemKind;
use crate::domain::roles::AuthorityRole;
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem};
use crate::http::staff::Staff;
use crate::http::state::{Members, State};
use crate::http::v1::filters::Plain;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_review_items).service(get_review_item);
}

/// What `GET /v1/review/items` takes.
pub struct ListReviewItems;

const KIND: Param =
    Param::new("kind", Kind::Word(ReviewKind::WORDS), "Only what is decided on of this kind.", "event");
const DIVISION: Param = Param::new(
    "division",
    Kind::Adcode,
    "Only what lies in this division, its children included; of what lies within one's own.",
    "440106",
);
const CAMPAIGN: Param =
    Param::new("campaign", Kind::Id, "Only what is part of this campaign.", "01h2x7m9k4qpz");
const ORGANISATION: Param =
    Param::new("organisation", Kind::Id, "Only what is this organisation's.", "01h2x7m9k4qpz");

impl Table for ListReviewItems {
    const PARAMS: &'static [&'static [Param]] = &[&[KIND, DIVISION, CAMPAIGN, ORGANISATION], PAGE, LANGUAGE];
}

/// List what waits for review
///
/// What lies in the reader's divisions and those within them, the oldest first. It is told who works on what, what
/// screening doubts, and how the organisation stands.
#[utoipa::path(
    tag = "review",
    params(Asked<ListReviewItems>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<ReviewItem>))
)]
#[get("/v1/review/items")]
async fn list_review_items(
    staff: Staff,
    asked: Asked<ListReviewItems>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let within = staff.roles.divisions(AuthorityRole::Reviewer);
    if within.is_empty() {
        return Err(Code::Forbidden.into());
    }
    let turn = asked.turn(state.now())?;
    let after = turn.paging.after.as_ref().map(|(key, id)| Some((instant(key)?, *id)));
    let after = after.map(|after| after.ok_or(Code::CursorMalformed)).transpose()?;
    let params = &asked.params;
    let wanted = Wanted {
        kind: params.word(&KIND).and_then(ItemKind::from_name),
        within,
        division: params.text(&DIVISION).and_then(|adcode| adcode.parse().ok()),
        campaign: params.text(&CAMPAIGN).and_then(|id| id.parse::<CampaignId>().ok()),
        organisation: params.text(&ORGANISATION).and_then(|id| id.parse::<OrganisationId>().ok()),
    };
    let limit = turn.paging.limit;
    let members = members.into_inner();
    let read = move |members: &Members| members.reviews.list(&wanted, after, limit + 1);
    let (mut found, total) = members.clone().aside(read).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| (key(last.item.since), last.item.id.get()));
    let now = members.clock.now();
    let answer = Answer { found, total: usize::try_from(total).unwrap_or(usize::MAX), next };
    let list: List<ReviewItem> =
        turn.page(answer, |judged| ReviewItem::new(judged, staff.person.id, now, asked.lang));
    Ok(private::answer(StatusCode::OK, list))
}

/// Get what waits for review
///
/// One item, also once it was decided: with what it changes, field by field, what was reported, or what is proposed.
#[utoipa::path(
    tag = "review",
    params(PathId<ReviewItemId>, Asked<Plain>),
    security(("person" = [])),
    responses((status = 200, description = "The item.", body = ReviewDetail))
)]
#[get("/v1/review/items/{id}")]
async fn get_review_item(
    staff: Staff,
    id: PathId<ReviewItemId>,
    asked: Asked<Plain>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (by, lang) = (staff.person.id, asked.lang);
    let read = move |members: &Members| {
        let reviewer = Reviewer { person: by, roles: &staff.roles };
        let opened = members.reviews.read(reviewer, &members.vault, id.0)?;
        let now = members.clock.now();
        members.db.read(|conn| ReviewDetail::new(conn, opened, by, now, lang))
    };
    let detail = members.into_inner().aside(read).await?;
    Ok(private::answer(StatusCode::OK, detail))
}

/// The place of an item in the queue: the store keeps microseconds.
fn key(at: DateTime<Utc>) -> Key {
    Key::Number(at.timestamp_micros())
}

/// The time of a place; `None` for one that this list never gave out.
fn instant(key: &Key) -> Option<DateTime<Utc>> {
    match key {
        Key::Number(number) => DateTime::from_timestamp_micros(*number),
        Key::Text(_) => None,
    }
}
