//! Events (科普活动).

mod detail;
mod item;

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use utoipa_actix_web::service_config::ServiceConfig;

pub use detail::EventDetail;
pub use item::{EventItem, Mode};

use super::admission::Admission;
use super::filters::{ACCESSIBILITY, AUDIENCE, FREE, Need, ORGANISER, Placed, TOPIC};
use super::sessions::{Session, Status};
use crate::discovery::Snapshot;
use crate::discovery::events::{self, EventQuestion};
use crate::domain::ids::EventId;
use crate::http::list::List;
use crate::http::lookup::Lookup;
use crate::http::params::groups::{CRS, FROM, LANGUAGE, PAGE, POSITION, Q, TIME, TO};
use crate::http::params::{Asked, Kind, Param, Params, PathId, Table};
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
        ],
        PAGE,
        LANGUAGE,
    ];
}

const FORM: Param = Param::new(
    "form",
    Kind::Codes { scheme: "form" },
    "Only events of one of these forms: codes of `/v1/taxonomy?scheme=form`.",
    "lecture,workshop",
);
const AGE: Param = Param::new(
    "age",
    Kind::Integer { min: 0, max: 120 },
    "Only events made for somebody of this age, in completed years.",
    "8",
);
const AVAILABLE: Param = Param::new(
    "available",
    Kind::Boolean,
    "`true`: only sessions that are open with a seat left, or that need no sign-up; `false`: only the others.",
    "true",
);
const MODE: Param =
    Param::new("mode", Kind::Words(Mode::WORDS), "Only events in one of these modes.", "onsite,hybrid");
const ADMISSION: Param = Param::new(
    "admission",
    Kind::Words(Admission::WORDS),
    "Only events with one of these ways in.",
    "walkIn,signup",
);
const BASE: Param =
    Param::new("base", Kind::Ids, "Only events at one of these bases: ids of `/v1/bases`.", "01h2x7m9k4qpz");
const SERIES: Param = Param::new(
    "series",
    Kind::Ids,
    "Only lectures of one of these series: ids of `/v1/series`. With `from` or `to`, past ones too.",
    "01h2x7m9k4qpz",
);
const CAMPAIGN: Param = Param::new(
    "campaign",
    Kind::Ids,
    "Only events that are part of one of these campaigns: ids of `/v1/campaigns`.",
    "01h2x7m9k4qpz",
);
const STATUS: Param = Param::new(
    "status",
    Kind::Words(Status::WORDS),
    "Only events that stand, as a whole, in one of these ways; of those that have ended or are called off, any session \
     fits. Without it: events that go ahead, with a session that does and, unless `from` reaches back, has not ended.",
    "scheduled,changed",
);
const SAMPLE: Param =
    Param::new("sample", Kind::Boolean, "Only invented events, or only real ones.", "false");
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
    let question = question(&asked.params, &snapshot, turn.now)?;
    let view = asked.view(&snapshot, turn.now);
    let answer = events::find(&snapshot, &question, turn.now, &turn.paging);
    let list = turn.list(answer, Some(view.crs.into()), |found| EventItem::new(&view, found));
    Ok(HttpResponse::Ok().json(list))
}

fn question(params: &Params, snapshot: &Snapshot, now: DateTime<Utc>) -> Result<EventQuestion, Problem> {
    let mut lookup = Lookup::new(params, snapshot);
    let within = lookup.within(now);
    let question = EventQuestion {
        area: lookup.area(),
        words: lookup.words(&Q),
        topics: lookup.codes(&TOPIC),
        audiences: lookup.codes(&AUDIENCE),
        forms: lookup.codes(&FORM),
        age: params.integer(&AGE).and_then(|age| u8::try_from(age).ok()),
        span: within.span,
        past: within.past,
        free: params.boolean(&FREE),
        available: params.boolean(&AVAILABLE),
        modes: Mode::read(params.words(&MODE)),
        admissions: Admission::read(params.words(&ADMISSION)),
        organisers: lookup.ids(&ORGANISER, "organisation", &snapshot.organisations),
        bases: lookup.ids(&BASE, "base", &snapshot.bases),
        series: lookup.ids(&SERIES, "series", &snapshot.series),
        campaigns: lookup.ids(&CAMPAIGN, "campaign", &snapshot.campaigns),
        needs: Need::read(params.words(&ACCESSIBILITY)),
        standings: Status::read(params.words(&STATUS)),
        sample: params.boolean(&SAMPLE),
        sort: lookup.sort(&SORT),
    };
    lookup.done()?;
    Ok(question)
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
    let event = snapshot.events.get(&id.0).ok_or(Code::NotFound)?;
    Ok(HttpResponse::Ok().json(EventDetail::new(&view, event)))
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
    let event = snapshot.events.get(&id.0).ok_or(Code::NotFound)?;
    let turn = asked.turn(state.now())?;
    let within = Lookup::new(&asked.params, &snapshot).within(turn.now);
    let view = asked.view(&snapshot, turn.now);
    let answer = events::sessions(event, within.span, &turn.paging);
    let list = turn.list(answer, Some(view.crs.into()), |session| Session::new(&view, event, session));
    Ok(HttpResponse::Ok().json(list))
}
