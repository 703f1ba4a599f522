//! Events (科普活动).

mod detail;
mod item;
pub mod part;

use actix_web::{HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

pub use detail::EventDetail;
pub use item::{EventItem, Mode};

use super::facets::EVENT_FACETS;
use super::filters::{
    ACCESSIBILITY, ADMISSION, AGE, AUDIENCE, AVAILABLE, BASE, CAMPAIGN, FORM, FREE, MODE, ORGANISER, Placed,
    SAMPLE, SERIES, STATUS, TOPIC,
};
use super::sessions::Session;
use crate::discovery::{Found, events};
use crate::domain::ids::EventId;
use crate::domain::kinds;
use crate::http::body::Body;
use crate::http::list::List;
use crate::http::lookup::Lookup;
use crate::http::params::groups::{CRS, FROM, LANGUAGE, PAGE, POSITION, Q, TIME, TO};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_events).service(list_event_sessions).service(get_event);
}

/// What `GET /v1/events` takes.
pub struct ListEvents;

impl Table for ListEvents {
    const PARAMS: &'static [&'static [Param]] = &[
        POSITION,
        &[Q, TOPIC, AUDIENCE, FORM, AGE],
        TIME,
        &[
            FREE,
            AVAILABLE,
            MODE,
            ADMISSION,
            ORGANISER,
            BASE,
            SERIES,
            CAMPAIGN,
            ACCESSIBILITY,
            STATUS,
            SAMPLE,
            SORT,
            EVENT_FACETS,
        ],
        PAGE,
        LANGUAGE,
    ];
}

const SORT: Param = Param::new(
    "sort",
    Kind::Word(&["relevance", "distance", "start", "-start", "newest"]),
    "The order. Without it: by relevance if `q` is given, else by distance if a position is, else by start.",
    "start",
);

/// List events
///
/// Events with the next session that fits. All filters on time and seats must hold for one and the same
/// session, and `nextSession` is the earliest that fits; `place` and `distance` are its. Without `when`, `from` and
/// `to`: what has not ended.
#[utoipa::path(
    tag = "events",
    params(Asked<ListEvents>),
    responses((status = 200, description = "A page of events.", body = List<EventItem>))
)]
#[get("/v1/events")]
async fn list_events(asked: Asked<ListEvents>, state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let turn = asked.turn(state.now())?;
    let question = asked.question(&snapshot, turn.now, vec![kinds::Kind::Event])?;
    let view = asked.view(&snapshot, turn.now);
    let page = snapshot.find(&question, turn.now, &turn.paging);
    let mut body = Body::default();
    for found in page.found.iter().filter_map(Found::event) {
        body.item(|out| part::write(&view, found, out))?;
    }
    Ok(body.finish(turn.tail(&view, page, Some(view.crs))))
}

/// Get an event
///
/// Everything public about one event, with its next 20 sessions. Ended and cancelled events are answered too.
#[utoipa::path(
    tag = "events",
    params(PathId<EventId>, Asked<Placed>),
    responses((status = 200, description = "The event.", body = EventDetail))
)]
#[get("/v1/events/{id}")]
async fn get_event(
    id: PathId<EventId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let event = snapshot.event(id.0).ok_or(Code::NotFound)?;
    let everything = view.event(event)?;
    Ok(HttpResponse::Ok().json(EventDetail::new(&view, &everything, event)))
}

/// What `GET /v1/events/{id}/sessions` takes.
pub struct ListEventSessions;

impl Table for ListEventSessions {
    const PARAMS: &'static [&'static [Param]] = &[&[FROM, TO, CRS], PAGE, LANGUAGE];
}

/// List the sessions of an event
///
/// All sessions in order of start, past and cancelled ones too; `from` and `to` select those that overlap a span.
#[utoipa::path(
    tag = "events",
    params(PathId<EventId>, Asked<ListEventSessions>),
    responses((status = 200, description = "A page of sessions.", body = List<Session>))
)]
#[get("/v1/events/{id}/sessions")]
async fn list_event_sessions(
    id: PathId<EventId>,
    asked: Asked<ListEventSessions>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let event = snapshot.event(id.0).ok_or(Code::NotFound)?;
    let turn = asked.turn(state.now())?;
    let within = Lookup::new(&asked.params, &snapshot).within(turn.now);
    let view = asked.view(&snapshot, turn.now);
    let answer = events::sessions(event, within.span, &turn.paging);
    let everything = view.event(event)?;
    let list = turn.page(answer, |session| Session::new(&view, &everything, event, session));
    Ok(HttpResponse::Ok().json(list.in_crs(&view)))
}
