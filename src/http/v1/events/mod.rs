//! Events (科普活动).

mod calendar;
pub mod detail;
mod feed;
pub mod item;
pub mod part;
pub(super) mod wxacode;

use actix_web::{HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

pub use detail::EventDetail;
pub use item::{EventItem, Mode, Period};

use super::facets::EVENT_FACETS;
use super::filters::{
    ACCESSIBILITY, ADMISSION, AGE, AUDIENCE, AVAILABLE, BASE, CAMPAIGN, FORM, FREE, MODE, ORGANISER, Placed,
    SAMPLE, SERIES, STATUS, TOPIC,
};
use super::sessions::Session;
use super::view::View;
use crate::discovery::Found;
use crate::discovery::events::{self, EventEntry};
use crate::domain::events::Event;
use crate::domain::geo::Crs;
use crate::domain::ids::{self, EventId};
use crate::domain::text::Lang;
use crate::domain::time::Span;
use crate::domain::{kinds, sessions};
use crate::http::body::Body;
use crate::http::forms::geojson::{FeatureCollection, ListForm};
use crate::http::forms::jsonld::{self, DetailForm, LD_JSON, Run};
use crate::http::forms::{accept, origin::Origin};
use crate::http::list::List;
use crate::http::params::groups::{ADCODE, CRS, FROM, LANGUAGE, PAGE, POSITION, Q, TIME, TO};
use crate::http::params::{Asked, Kind, Param, Params, PathId, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_events)
        .service(calendar::get_events_calendar)
        .service(feed::get_events_feed)
        .service(list_event_sessions)
        .service(calendar::get_event_calendar)
        .service(wxacode::get_event_wxacode)
        .service(get_event);
}

/// What `GET /v1/events` takes.
pub struct ListEvents;

impl Table for ListEvents {
    const PARAMS: &'static [&'static [Param]] =
        &[POSITION, SUBJECT, TIME, FILTERS, &[SORT, EVENT_FACETS], PAGE, LANGUAGE];
}

/// About what, for whom.
const SUBJECT: &[Param] = &[Q, TOPIC, AUDIENCE, FORM, AGE];

/// What every form of the list can be filtered by, beside place, subject and time.
const FILTERS: &[Param] =
    &[FREE, AVAILABLE, MODE, ADMISSION, ORGANISER, BASE, SERIES, CAMPAIGN, ACCESSIBILITY, STATUS, SAMPLE];

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
    responses((status = 200, description = "A page of events.", content(
        (List<EventItem> = "application/json"),
        (FeatureCollection = "application/geo+json"),
    )))
)]
#[get("/v1/events")]
async fn list_events(
    asked: Asked<ListEvents>,
    form: ListForm,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let turn = asked.turn(state.now())?;
    let question = asked.question(&snapshot, turn.now, vec![kinds::Kind::Event])?;
    let view = form.view(asked.view(&snapshot, turn.now));
    let page = snapshot.find(&question, turn.now, &turn.paging);
    let mut body = Body::default();
    for found in page.found.iter().filter_map(Found::event) {
        body.item(|out| part::write(&view, found, out))?;
    }
    form.send(body.finish(turn.tail(&view, page, Some(view.crs)))?)
}

/// Get an event
///
/// Everything public about one event, with its next 20 sessions. Ended and cancelled events are answered too. With
/// `Accept: application/ld+json`, as schema.org's `Event`, for search engines; positions are then WGS-84.
#[utoipa::path(
    tag = "events",
    params(PathId<EventId>, Asked<Placed>),
    responses((status = 200, description = "The event.", content(
        (EventDetail = "application/json"),
        (Object = "application/ld+json", example = json!({
            "@context": "https://schema.org",
            "@type": "Event",
            "@id": "urn:kepu:event:01h2x7m9k4qpz",
            "name": "甲虫王国：一只昆虫的铠甲",
            "startDate": "2026-11-28T14:00:00+08:00",
        })),
    )))
)]
#[get("/v1/events/{id}")]
async fn get_event(
    id: PathId<EventId>,
    asked: Asked<Placed>,
    form: DetailForm,
    origin: Origin,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let entry = snapshot.event(id.0).ok_or(Code::NotFound)?;
    let event = view.event(entry)?;
    let mut response = HttpResponse::Ok();
    response.insert_header(accept::VARY);
    Ok(match form {
        DetailForm::Json => response.json(EventDetail::new(&view, &event, entry)),
        DetailForm::Linked => {
            let view = View { crs: Crs::Wgs84, ..view };
            let detail = EventDetail::new(&view, &event, entry);
            let linked = jsonld::event(&view, &detail, run(&entry.sessions), &page(&origin, &event, entry));
            response.content_type(LD_JSON).json(linked)
        }
    })
}

fn run(sessions: &[sessions::Session]) -> Option<Run> {
    let start = sessions.iter().map(|session| session.start).min()?;
    let end = sessions.iter().map(|session| session.end).max()?;
    Some(Run { start, end, sessions: sessions.len() })
}

/// An absolute address with more about an event: the page where one signs up elsewhere, else what this API says of it.
fn page(origin: &Origin, event: &Event, entry: &EventEntry) -> String {
    let elsewhere = event.external_signup.as_ref().and_then(|signup| signup.url.clone());
    elsewhere.unwrap_or_else(|| origin.address(format_args!("/v1/events/{}", ids::spell(entry.id))))
}

/// What a calendar or a feed of a question is called, so that two of them can be told apart: `科普活动 · 海洋`.
fn title(view: &View<'_>, params: &Params) -> String {
    let world = view.snapshot;
    let codes = [TOPIC, AUDIENCE, FORM].into_iter().flat_map(|param| {
        let Kind::Codes { scheme } = param.kind else { return Vec::new() };
        params.list(&param).iter().filter_map(|code| world.taxonomy.name(scheme, code)).collect()
    });
    let place = params.text(&ADCODE).and_then(|adcode| world.divisions.get(adcode.parse().ok()?));
    let bases = params.ids(&BASE).into_iter().filter_map(|id| Some(&world.bases.get(&id)?.body().name));
    let series = params.ids(&SERIES).into_iter().filter_map(|id| Some(&world.series.get(&id)?.body().name));
    let campaigns =
        params.ids(&CAMPAIGN).into_iter().filter_map(|id| Some(&world.campaigns.get(&id)?.body().name));
    let organisers =
        params.ids(&ORGANISER).into_iter().filter_map(|id| Some(&world.organisations.get(&id)?.body().name));
    let named = place.map(|division| &division.name).into_iter().chain(codes);
    let named = named.chain(bases).chain(series).chain(campaigns).chain(organisers);
    let whole = match view.lang {
        Lang::ZhCn => "科普活动",
        Lang::ZhHk => "科普活動",
        Lang::En => "Science events",
    };
    let parts = [Some(whole), params.text(&Q)].into_iter().flatten().chain(named.map(|name| view.text(name)));
    parts.collect::<Vec<_>>().join(" · ")
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
    responses((status = 200, description = "A page of sessions.", content(
        (List<Session> = "application/json"),
        (FeatureCollection = "application/geo+json"),
    )))
)]
#[get("/v1/events/{id}/sessions")]
async fn list_event_sessions(
    id: PathId<EventId>,
    asked: Asked<ListEventSessions>,
    form: ListForm,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let event = snapshot.event(id.0).ok_or(Code::NotFound)?;
    let turn = asked.turn(state.now())?;
    let span = Some(asked.params.span()).filter(|span| *span != Span::default());
    let view = form.view(asked.view(&snapshot, turn.now));
    let answer = events::sessions(event, span, &turn.paging);
    let everything = view.event(event)?;
    let list = turn.page(answer, |session| Session::new(&view, &everything, event, session));
    form.answer(&list.in_crs(&view))
}
