//! Bases (科普基地).

pub mod hours;
mod item;

use actix_web::{HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

pub use item::{BaseDetail, BaseItem};

use self::hours::BaseHours;
use super::facets::BASE_FACETS;
use super::filters::{ACCESSIBILITY, CATEGORY, FREE, LEVEL, OPEN_AT, OPEN_NOW, ORGANISER, Placed};
use crate::domain::ids::BaseId;
use crate::domain::kinds;
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE, POSITION, Q, TIME};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_bases).service(get_base_hours).service(get_base);
}

/// What `GET /v1/bases` takes.
pub struct ListBases;

impl Table for ListBases {
    const PARAMS: &'static [&'static [Param]] = &[
        POSITION,
        &[Q, LEVEL, CATEGORY],
        TIME,
        &[OPEN_NOW, OPEN_AT, FREE, ORGANISER, ACCESSIBILITY, SORT, BASE_FACETS],
        PAGE,
        LANGUAGE,
    ];
}

const SORT: Param = Param::new(
    "sort",
    Kind::Word(&["relevance", "distance", "name", "newest"]),
    "The order. Without it: by relevance if `q` is given, else by distance if a position is, else by name.",
    "name",
);

/// List bases
///
/// Science-popularization bases. `when`, `from` and `to` select those with a certain opening in the span, looked for
/// at most 62 days ahead.
#[utoipa::path(
    tag = "bases",
    params(Asked<ListBases>),
    responses((status = 200, description = "A page of bases.", body = List<BaseItem>))
)]
#[get("/v1/bases")]
async fn list_bases(asked: Asked<ListBases>, state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let turn = asked.turn(state.now())?;
    let question = asked.question(&snapshot, turn.now, vec![kinds::Kind::Base])?;
    let view = asked.view(&snapshot, turn.now);
    let page = snapshot.find(&question, turn.now, &turn.paging);
    let list =
        turn.list(&view, page, |found| Some(BaseItem::new(&view, found.thing.base()?, found.distance)));
    Ok(HttpResponse::Ok().json(list.in_crs(&view)))
}

/// Get a base
///
/// Everything public about one base, with its hours of the next seven days.
#[utoipa::path(
    tag = "bases",
    params(PathId<BaseId>, Asked<Placed>),
    responses((status = 200, description = "The base.", body = BaseDetail))
)]
#[get("/v1/bases/{id}")]
async fn get_base(
    id: PathId<BaseId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let base = snapshot.bases.get(&id.0).ok_or(Code::NotFound)?;
    Ok(HttpResponse::Ok().json(BaseDetail::new(&view, base)))
}

/// What `GET /v1/bases/{id}/hours` takes.
pub struct GetBaseHours;

impl Table for GetBaseHours {
    const PARAMS: &'static [&'static [Param]] = &[&[HOURS_FROM, HOURS_TO], LANGUAGE];
}

const HOURS_FROM: Param = Param::new("from", Kind::Date, "First day; today if absent.", "2026-11-28");
const HOURS_TO: Param = Param::new(
    "to",
    Kind::Date,
    "Last day, at most 62 days in all; if absent, 14 days are told.",
    "2026-12-11",
);

/// Get the hours of a base
///
/// Day by day, by the base's rule, the public holidays and the days on which it is closed.
#[utoipa::path(
    tag = "bases",
    params(PathId<BaseId>, Asked<GetBaseHours>),
    responses((status = 200, description = "The hours.", body = BaseHours))
)]
#[get("/v1/bases/{id}/hours")]
async fn get_base_hours(
    id: PathId<BaseId>,
    asked: Asked<GetBaseHours>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let base = snapshot.bases.get(&id.0).ok_or(Code::NotFound)?;
    Ok(HttpResponse::Ok().json(BaseHours::new(&view, base, &asked.params)?))
}
