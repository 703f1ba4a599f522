//! The queue, and one item of it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::shown::{By, ReviewDetail, ReviewItem, ReviewKind, ReviewLane, ReviewState};
use super::written;
use crate::app::review::{Judged, Listed, Order, Reviewer};
use crate::db::review_items::Wanted;
use crate::discovery::page::{Answer, Key};
use crate::domain::ids::{CampaignId, OrganisationId, ReviewItemId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::review::{ItemKind, ItemState, Lane};
use crate::domain::roles::AuthorityRole;
use crate::http::list::List;
use crate::http::params::groups::{CRS, LANGUAGE, LIMIT, PAGE};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem};
use crate::http::staff::Staff;
use crate::http::state::{Members, State};
use crate::http::v1::filters::Placed;

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
const STATE: Param = Param::new(
    "state",
    Kind::Word(ReviewState::WORDS),
    "Only what stands so: what waits (`open`) if absent; else the history, what was decided last first.",
    "rejected",
);
const LANE: Param =
    Param::new("lane", Kind::Word(ReviewLane::WORDS), "Only what came into the queue so.", "sampled");
const SORT: Param = Param::new(
    "sort",
    Kind::Word(&["oldest", "soonest"]),
    "The order of what waits: `oldest` (what waits longest; if absent) or `soonest` (the event that starts first).",
    "soonest",
);
const CHANGES: Param = Param::new(
    "changes",
    Kind::Boolean,
    "Whether each item comes with what it changes; then a page holds 50 items at most.",
    "true",
);

/// Items of a page that are shown with what they change, at most.
const WITH_CHANGES: usize = 50;

impl Table for ListReviewItems {
    const PARAMS: &'static [&'static [Param]] =
        &[&[KIND, DIVISION, CAMPAIGN, ORGANISATION, STATE, LANE, SORT, CHANGES, CRS], PAGE, LANGUAGE];
}

/// List what waits for review
///
/// What lies in the reader's divisions and those within them, the oldest first. It is told who works on what, what
/// screening doubts, how the organisation stands, and of events when they take place. `state` shows the history.
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
    let after = turn.paging.after.as_ref().map(|(key, id)| Some((number(key)?, *id)));
    let after = after.map(|after| after.ok_or(Code::CursorMalformed)).transpose()?;
    let (params, limit) = (&asked.params, turn.paging.limit);
    let with_changes = params.boolean(&CHANGES) == Some(true);
    if with_changes && limit > WITH_CHANGES {
        let code = FieldCode::OutOfRange { min: "1".to_owned(), max: WITH_CHANGES.to_string() };
        return Err(Invalid::one(LIMIT.name, code).into());
    }
    let wanted = Wanted {
        kind: params.word(&KIND).and_then(ItemKind::from_name),
        within,
        division: params.text(&DIVISION).and_then(|adcode| adcode.parse().ok()),
        campaign: params.text(&CAMPAIGN).and_then(|id| id.parse::<CampaignId>().ok()),
        organisation: params.text(&ORGANISATION).and_then(|id| id.parse::<OrganisationId>().ok()),
        state: params.word(&STATE).and_then(ItemState::from_name),
        lane: params.word(&LANE).and_then(Lane::from_name),
    };
    let order = if params.word(&SORT) == Some("soonest") { Order::Soonest } else { Order::Oldest };
    let by = By { person: staff.person.id, now: turn.now, lang: asked.lang, crs: params.crs() };
    let snapshot = state.snapshot()?;
    let read = move |members: &Members| {
        let Listed { items: mut found, total } =
            members.reviews.list(&wanted, order, after, limit + 1, by.now)?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|(_, (number, id))| (Key::Number(*number), *id));
        let what = |(judged, _): &(Judged, _)| {
            let what = &judged.item.what;
            (what.kind, what.object, what.lane)
        };
        let sides = match with_changes {
            true => Some(members.reviews.sides(&found.iter().map(what).collect::<Vec<_>>())?),
            false => None,
        };
        let items = members.db.read(|conn| {
            let mut items = Vec::with_capacity(found.len());
            for (at, (judged, _)) in found.into_iter().enumerate() {
                let kind = judged.item.what.kind;
                let item =
                    ReviewItem::new(conn, &members.vault, judged, By { now: members.clock.now(), ..by })?;
                items.push(match sides.as_ref().and_then(|sides| sides.get(at)) {
                    Some(sides) => item.with(written::changes(conn, kind, sides, &snapshot.divisions, by)?),
                    None => item,
                });
            }
            Ok::<_, Problem>(items)
        })?;
        Ok::<_, Problem>((items, total, next))
    };
    let (found, total, next) = members.into_inner().aside(read).await?;
    let answer = Answer { found, total: usize::try_from(total).unwrap_or(usize::MAX), next };
    let list: List<ReviewItem> = turn.page(answer, |item| item);
    Ok(private::answer(StatusCode::OK, list))
}

/// Get what waits for review
///
/// One item, also once it was decided: with what it changes, field by field, what was reported, or what is proposed; of an
/// event with its first sessions, and of what was handed in again with what was decided before.
#[utoipa::path(
    tag = "review",
    params(PathId<ReviewItemId>, Asked<Placed>),
    security(("person" = [])),
    responses((status = 200, description = "The item.", body = ReviewDetail))
)]
#[get("/v1/review/items/{id}")]
async fn get_review_item(
    staff: Staff,
    id: PathId<ReviewItemId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (now, snapshot) = (members.clock.now(), state.snapshot()?);
    let by = By { person: staff.person.id, now, lang: asked.lang, crs: asked.params.crs() };
    let read = move |members: &Members| {
        let reviewer = Reviewer { person: by.person, roles: &staff.roles };
        let opened = members.reviews.read(reviewer, &members.vault, id.0, now)?;
        members.db.read(|conn| {
            let with = (&*members.vault, &*snapshot.divisions);
            ReviewDetail::new(conn, with, opened, by)
        })
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(read).await?))
}

/// The number of a place in the queue; `None` for one that this list never gave out.
fn number(key: &Key) -> Option<i64> {
    match key {
        Key::Number(number) => Some(*number),
        Key::Text(_) => None,
    }
}
