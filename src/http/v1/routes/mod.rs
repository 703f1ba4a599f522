//! Science-tourism routes (科普游路线).

mod item;
mod track;

use actix_web::{HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

pub use item::{RouteDetail, RouteItem};
pub use track::Track;

use self::track::GEO_JSON;
use super::facets::ROUTE_FACETS;
use super::filters::{AUDIENCE, DAYS, Placed, Plain};
use crate::domain::ids::RouteId;
use crate::domain::kinds;
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE, POSITION, Q, TIME};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_routes).service(get_route_track).service(get_route);
}

/// What `GET /v1/routes` takes.
pub struct ListRoutes;

impl Table for ListRoutes {
    const PARAMS: &'static [&'static [Param]] =
        &[POSITION, TIME, &[Q, AUDIENCE, DAYS, SORT, ROUTE_FACETS], PAGE, LANGUAGE];
}

const SORT: Param = Param::new(
    "sort",
    Kind::Word(&["relevance", "distance", "name", "newest"]),
    "The order. Without it: by relevance if `q` is given, else by distance if a position is, else by name.",
    "distance",
);

/// List routes
///
/// Routes with their stops and the ways between them. A position finds a route by any of its stops; `distance` is to
/// the nearest. `when`, `from` and `to` are taken, as by every list, and leave routes alone: a route can be followed on
/// any day.
#[utoipa::path(
    tag = "routes",
    params(Asked<ListRoutes>),
    responses((status = 200, description = "A page of routes.", body = List<RouteItem>))
)]
#[get("/v1/routes")]
async fn list_routes(asked: Asked<ListRoutes>, state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let turn = asked.turn(state.now())?;
    let question = asked.question(&snapshot, turn.now, vec![kinds::Kind::Route])?;
    let view = asked.view(&snapshot, turn.now);
    let page = snapshot.find(&question, turn.now, &turn.paging);
    let list =
        turn.list(&view, page, |found| Some(RouteItem::new(&view, found.thing.route()?, found.distance)));
    Ok(HttpResponse::Ok().json(list.in_crs(&view)))
}

/// Get a route
///
/// Everything public about one route.
#[utoipa::path(
    tag = "routes",
    params(PathId<RouteId>, Asked<Placed>),
    responses((status = 200, description = "The route.", body = RouteDetail))
)]
#[get("/v1/routes/{id}")]
async fn get_route(
    id: PathId<RouteId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let route = snapshot.routes.get(&id.0).ok_or(Code::NotFound)?;
    Ok(HttpResponse::Ok().json(RouteDetail::new(&view, route)))
}

/// Get the track of a route
///
/// The route as GeoJSON (RFC 7946), always in WGS-84: a point for each stop, a line for each way.
#[utoipa::path(
    tag = "routes",
    params(PathId<RouteId>, Asked<Plain>),
    responses((status = 200, description = "The track.", body = Track, content_type = "application/geo+json"))
)]
#[get("/v1/routes/{id}/track.geojson")]
async fn get_route_track(
    id: PathId<RouteId>,
    asked: Asked<Plain>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let route = snapshot.routes.get(&id.0).ok_or(Code::NotFound)?;
    Ok(HttpResponse::Ok().content_type(GEO_JSON).json(Track::new(&view, route)))
}
