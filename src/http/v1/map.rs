//! What a map shows.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::bases::hours::open_now;
use super::references::Ref;
use super::search::{FILTERS, ItemKind, KINDS, UNDERSTAND};
use super::sessions::SignupState;
use super::view::View;
use crate::discovery::map::Mark;
use crate::domain::geo;
use crate::domain::ids;
use crate::http::list::Crs;
use crate::http::params::groups::{ADCODE, BBOX, CRS, LANGUAGE, Q, TIME};
use crate::http::params::{Asked, Kind, Param, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_map);
}

const ZOOM: Param = Param::new(
    "zoom",
    Kind::Number { min: 0.0, max: 22.0 },
    "The zoom of the map, as web maps count it: 0 shows the world in one tile of 256 points. 12 if absent.",
    "14",
);
const DEFAULT_ZOOM: f64 = 12.0;

/// What `GET /v1/map` takes.
pub struct GetMap;

impl Table for GetMap {
    const PARAMS: &'static [&'static [Param]] =
        &[&[BBOX.required(), ZOOM, CRS, KINDS, ADCODE, Q, UNDERSTAND], TIME, FILTERS, LANGUAGE];
}

/// What lies in a box, gathered into marks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MapAnswer<'a> {
    /// The datum of the positions in this answer.
    pub crs: Crs,
    /// At most 200.
    #[schema(max_items = 200)]
    pub marks: Vec<MapMark<'a>>,
    /// How many things lie in the box; one with several places there, as a route has, is in several marks.
    #[schema(example = 128)]
    pub total: u64,
}

/// Either one thing, with `kind`, `id` and `title`, or several that lie close together, with `count` and `bbox`.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MapMark<'a> {
    /// Latitude in degrees, in the answer's `crs`.
    #[schema(example = 23.1066)]
    pub lat: f64,
    /// Longitude in degrees, in the answer's `crs`.
    #[schema(example = 113.3245)]
    pub lng: f64,
    /// How many things these are.
    #[schema(example = 12)]
    pub count: Option<u64>,
    /// The box around them, `west,south,east,north`: `/v1/search` with it as `bbox`, and with the same `kinds` and filters,
    /// lists them all and nothing else.
    #[schema(example = json!([113.32, 23.1, 113.33, 23.11]), min_items = 4, max_items = 4)]
    pub bbox: Option<[f64; 4]>,
    /// The base at which all of them are, where they are at one.
    pub base: Option<Ref<'a>>,
    /// What kind of thing it is.
    pub kind: Option<ItemKind>,
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: Option<String>,
    /// Its title or name.
    #[schema(example = "甲虫王国：一只昆虫的铠甲")]
    pub title: Option<&'a str>,
    /// Of an event: what one can do now about the next session that fits.
    pub signup_state: Option<SignupState>,
    /// Of a base: whether it is open now; absent where that is not certain.
    #[schema(example = true)]
    pub open_now: Option<bool>,
}

impl<'a> MapMark<'a> {
    fn new(view: &View<'a>, mark: &Mark<'a>) -> Self {
        let (lat, lng) = mark.at;
        let blank = Self {
            lat,
            lng,
            count: None,
            bbox: None,
            base: None,
            kind: None,
            id: None,
            title: None,
            signup_state: None,
            open_now: None,
        };
        let Some(found) = mark.only else {
            let geo::Edges { west, south, east, north } = mark.edges;
            let base = mark.base.and_then(|id| view.snapshot.bases.get(&id));
            return Self {
                count: Some(mark.count),
                bbox: Some([west, south, east, north]),
                base: base.map(|entry| Ref::new(entry.record.id, view.text(&entry.body().name))),
                ..blank
            };
        };
        let event = found.event();
        let state = event.and_then(|event| Some(event.next?.signup_state(event.entry.status, view.now)));
        Self {
            kind: ItemKind::of(found.thing.kind()),
            id: Some(ids::spell(found.thing.id())),
            title: Some(view.text(found.thing.name())),
            signup_state: state.map(SignupState::from),
            open_now: found.thing.base().and_then(|entry| open_now(view, entry)),
            ..blank
        }
    }
}

/// Get what a map shows
///
/// What lies in a box, gathered into at most 200 marks by a grid that stands still while the map is moved. Counts are exact.
/// Things without a position are on no map.
#[utoipa::path(
    tag = "search",
    params(Asked<GetMap>),
    responses((status = 200, description = "The marks.", body = MapAnswer))
)]
#[get("/v1/map")]
async fn get_map(asked: Asked<GetMap>, state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let (snapshot, now) = (state.snapshot()?, state.now());
    // The parser has refused a question without a box.
    let edges = asked.params.bbox(&BBOX).ok_or(Code::Internal)?;
    let (question, _) = asked.understood(&snapshot, now)?;
    let view = asked.view(&snapshot, now);
    let zoom = asked.params.number(&ZOOM).unwrap_or(DEFAULT_ZOOM);
    let map = snapshot.map(&question, edges, view.crs, zoom, now);
    let marks = map.marks.iter().map(|mark| MapMark::new(&view, mark)).collect();
    Ok(HttpResponse::Ok().json(MapAnswer { crs: view.crs.into(), marks, total: map.total }))
}
