//! Events as calendars (RFC 5545).

use std::collections::{BTreeMap, btree_map};

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};

use super::{FILTERS, SUBJECT, title};
use crate::discovery::events::{EventEntry, Standing};
use crate::discovery::page::{Paging, Sort};
use crate::domain::events::Event;
use crate::domain::ids::EventId;
use crate::domain::kinds;
use crate::domain::sessions::Session;
use crate::domain::taxonomy::TOPIC;
use crate::domain::time::Span;
use crate::http::forms::icalendar::{CALENDAR, Calendar, Date};
use crate::http::forms::origin::Origin;
use crate::http::params::groups::{LANGUAGE, POSITION, TIME};
use crate::http::params::{Asked, Param, PathId, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;
use crate::http::v1::filters::Plain;
use crate::http::v1::view::View;

/// How many sessions a calendar of many events holds at most.
const SESSIONS: usize = 500;

/// What `GET /v1/events.ics` takes.
pub struct GetEventsCalendar;

impl Table for GetEventsCalendar {
    const PARAMS: &'static [&'static [Param]] = &[POSITION, SUBJECT, TIME, FILTERS, LANGUAGE];
}

/// Subscribe to events in a calendar
///
/// The sessions that fit a question, as an iCalendar (RFC 5545) that calendar programs subscribe to and ask for again
/// every hour. It takes what `/v1/events` takes, but for `sort` and pages: at most 500 sessions, the earliest, those
/// without `when`, `from` and `to` that have not ended. What is called off leaves the calendar, unless `status` asks for
/// it. Positions are WGS-84, times in Asia/Shanghai.
#[utoipa::path(
    tag = "events",
    params(Asked<GetEventsCalendar>),
    responses((status = 200, description = "The calendar.", content((
        String = "text/calendar",
        example = json!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kepu//Kepu//ZH\r\nEND:VCALENDAR\r\n")
    ))))
)]
#[get("/v1/events.ics")]
pub(super) async fn get_events_calendar(
    asked: Asked<GetEventsCalendar>,
    origin: Origin,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (snapshot, now) = (state.snapshot()?, state.now());
    let mut question = asked.question(&snapshot, now, vec![kinds::Kind::Event])?;
    question.sort = Some(Sort::Start);
    // A calendar is about what comes, also of what is called off.
    question.span.get_or_insert(Span { from: Some(now), to: None });
    let view = asked.view(&snapshot, now);
    // Each event has a session at its place in the order, so the earliest sessions belong to the first events.
    let found = snapshot.find(&question, now, &Paging { limit: SESSIONS, after: None }).found;
    let fit = |entry| question.sessions_of(entry, now).into_iter().map(move |one| (entry, one));
    let mut sessions: Vec<_> = found.iter().filter_map(|found| found.thing.event()).flat_map(fit).collect();
    sessions.sort_by_key(|(_, session)| (session.start, session.id));
    sessions.truncate(SESSIONS);
    let mut events = BTreeMap::new();
    for (entry, _) in &sessions {
        if let btree_map::Entry::Vacant(new) = events.entry(entry.id) {
            new.insert(view.event(entry)?);
        }
    }
    let dates = sessions
        .into_iter()
        .filter_map(|(entry, session)| Some(date(&view, &origin, events.get(&entry.id)?, entry, session)));
    let calendar = Calendar { name: title(&view, &asked.params), dates: dates.collect() };
    Ok(answer(&calendar, "kepu.ics"))
}

/// Get the calendar of an event
///
/// All coming sessions of the event as an iCalendar (RFC 5545), those that are called off with `STATUS:CANCELLED`.
/// Positions are WGS-84, times in Asia/Shanghai.
#[utoipa::path(
    tag = "events",
    params(PathId<EventId>, Asked<Plain>),
    responses((status = 200, description = "The calendar.", content((
        String = "text/calendar",
        example = json!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kepu//Kepu//ZH\r\nEND:VCALENDAR\r\n")
    ))))
)]
#[get("/v1/events/{id}/calendar.ics")]
pub(super) async fn get_event_calendar(
    id: PathId<EventId>,
    asked: Asked<Plain>,
    origin: Origin,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let entry = snapshot.event(id.0).ok_or(Code::NotFound)?;
    let event = view.event(entry)?;
    let coming = entry.sessions.iter().filter(|session| session.end > view.now);
    let dates = coming.map(|session| date(&view, &origin, &event, entry, session)).collect();
    let calendar = Calendar { name: view.text(&entry.title).to_owned(), dates };
    Ok(answer(&calendar, &format!("kepu-{}.ics", id.0)))
}

/// Phones that know calendars offer to add what is shown inline; whoever does not saves a file of this name.
fn answer(calendar: &Calendar<'_>, file: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(CALENDAR)
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{file}\"")))
        .body(calendar.text())
}

/// A session as an entry of a calendar.
fn date<'a>(
    view: &View<'a>,
    origin: &Origin,
    event: &'a Event,
    entry: &'a EventEntry,
    session: &'a Session,
) -> Date<'a> {
    let place = view.snapshot.place_of(event, Some(session));
    let topics = event.topics.iter().filter_map(|code| view.snapshot.taxonomy.name(TOPIC, &code.0));
    let texts = [
        session.notice.as_deref().or(event.notice.as_ref()).map(|notice| &notice.text),
        Some(&event.summary),
        place.and_then(|place| place.transit.as_ref()),
    ];
    let texts: Vec<_> = texts.into_iter().flatten().map(|text| view.text(text)).collect();
    let location = place.map(|place| {
        let parts = [Some(&place.name), place.room.as_ref(), Some(&place.address)];
        parts.into_iter().flatten().map(|text| view.text(text)).collect::<Vec<_>>().join(", ")
    });
    Date {
        uid: format!("{}@kepu", session.id),
        start: session.start,
        end: session.end,
        changed: entry.updated_at,
        version: entry.version,
        cancelled: Standing::of(entry.status, session, view.now) == Standing::Cancelled,
        title: view.text(&entry.title),
        text: texts.join("\n\n"),
        location,
        position: place.and_then(|place| place.position),
        url: super::page(origin, event, entry),
        categories: topics.map(|name| view.text(name)).collect(),
    }
}
