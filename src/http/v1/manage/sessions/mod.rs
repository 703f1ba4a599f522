//! Sessions as their hosts write, change and call them off.

mod asked;
mod outcomes;
pub mod shown;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) use asked::Cancellation;
pub use asked::NewSessions;
pub(super) use outcomes::CancelResults;

use asked::{CancelledSessions, ChangedSession};
use outcomes::{AddedSessions, SessionChange};
use shown::{ManagedSession, ManagedSessionDetail, Shown};

use super::events::doubts;
use super::places::Ground;
use super::returned::Returned;
use super::{called_off_by, written_by};
use crate::app::rehearsal::Run;
use crate::db::sessions as stored;
use crate::db::{AnyConn, sessions};
use crate::discovery::page::{Answer, Key};
use crate::domain::api_keys::Scope;
use crate::domain::events::Event;
use crate::domain::geo;
use crate::domain::ids::{EventId, SessionId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::record::Record;
use crate::domain::sessions::Session;
use crate::http::json::Json;
use crate::http::list::{Crs, List};
use crate::http::params::groups::{CRS, LANGUAGE, PAGE};
use crate::http::params::{Asked, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::staff::Author;
use crate::http::state::{Members, State};
use crate::http::v1::filters::Placed;

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(create_sessions)
        .service(list_managed_sessions)
        .service(get_managed_session)
        .service(update_session)
        .service(cancel_sessions)
        .service(cancel_session);
}

/// What `GET /v1/manage/events/{id}/sessions` takes.
pub struct ListManagedSessions;

impl Table for ListManagedSessions {
    const PARAMS: &'static [&'static [Param]] = &[&[CRS], PAGE, LANGUAGE];
}

/// The event of a session that an author may write or, with that scope, read.
fn event_of(
    conn: &mut AnyConn,
    author: &Author,
    id: SessionId,
    scope: Scope,
) -> Result<(EventId, Record<Event>), Problem> {
    let event = stored::events_of(conn, &[id])?.remove(&id).ok_or(Code::NotFound)?;
    Ok((event, written_by(conn, author, event, scope)?))
}

/// The datum of a body's numbers: its own word, else the query's.
fn datum(asked: &Asked<Placed>, own: Option<Crs>) -> geo::Crs {
    own.map_or(asked.params.crs(), geo::Crs::from)
}

/// Add sessions to an event
///
/// One or many; with `recurrence` each is repeated as a rule of RFC 5545 says, less the kinds of day that `except` names
/// ("every second and fourth Saturday except public holidays and adjusted workdays"). `dryRun` shows the dates and adds
/// none. What is there already at the same time and place is not added again, so the same request twice adds once.
/// Sessions of a published event are public at once.
#[utoipa::path(
    tag = "manage",
    params(PathId<EventId>, Once<NewSessions>, Asked<Placed>),
    request_body(content = NewSessions, example = json!({
        "sessions": [{
            "start": "2026-11-28T14:00:00+08:00", "end": "2026-11-28T16:00:00+08:00", "capacity": 40,
            "signupClosesAt": "2026-11-28T12:00:00+08:00", "waitlistMode": "confirm",
            "rules": { "partyMax": 4, "ageMin": 6, "ageMax": 12, "guardianRequired": true },
        }],
        "recurrence": {
            "rule": "FREQ=MONTHLY;BYDAY=2SA,4SA;COUNT=6", "except": ["holidays", "adjustedWorkdays"],
        },
        "dryRun": true,
    })),
    security(("person" = [])),
    responses(
        (status = 200, description = "What would be added.", body = AddedSessions),
        (status = 201, description = "What was added.", body = AddedSessions),
        (status = 409, description = "`calledOff`: the event is. `keyReused`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/events/{id}/sessions")]
async fn create_sessions(
    author: Author,
    id: PathId<EventId>,
    asked: Asked<Placed>,
    body: Once<NewSessions>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Once { body: NewSessions { sessions, recurrence, dry_run, crs }, repeat } = body;
    let (crs, lang, now) = (datum(&asked, crs), asked.lang, state.now());
    let (mut invalid, mut warnings) = (Invalid::default(), Vec::new());
    let snapshot = state.snapshot()?;
    let ground = Ground { divisions: &snapshot.divisions, crs, lang };
    let mut plans = Vec::with_capacity(sessions.len());
    for (at, session) in sessions.into_iter().enumerate() {
        let (mut wrong, mut doubts, field) = (Invalid::default(), Vec::new(), format!("sessions[{at}]"));
        plans.extend(session.plan(ground, &mut doubts, &mut wrong));
        invalid.nested(&field, wrong);
        warnings.extend(doubts.into_iter().map(|doubt| doubt.within(&field)));
    }
    let timetable = recurrence.map(|recurrence| recurrence.timetable(&mut invalid));
    invalid.or(()).map_err(Problem::unprocessable)?;
    let add = move |members: &Members| {
        let event = members.db.read(|conn| written_by(conn, &author, id.0, Scope::EventsWrite))?.body;
        let added = members.sessions.add(
            author.actor(),
            id.0,
            plans,
            timetable.as_ref(),
            (Run::of(dry_run), repeat.as_ref()),
        )?;
        let by = Shown { event: &event, title: event.title.get(lang), crs, now };
        let made: Vec<_> = added.sessions.iter().map(|(session, _)| session).enumerate().collect();
        warnings.extend(doubts::of_sessions(&event, &made, lang));
        Ok::<_, Problem>(AddedSessions::new(by, added, dry_run, warnings))
    };
    let added = members.into_inner().aside(add).await?;
    let made = !dry_run && !added.items.is_empty();
    Ok(private::answer(if made { StatusCode::CREATED } else { StatusCode::OK }, added))
}

/// List the sessions of an event as their host
///
/// All of them, past ones and those called off too, in the order in which they start, each with the version that a change
/// names.
#[utoipa::path(
    tag = "manage",
    params(PathId<EventId>, Asked<ListManagedSessions>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<ManagedSession>))
)]
#[get("/v1/manage/events/{id}/sessions")]
async fn list_managed_sessions(
    author: Author,
    id: PathId<EventId>,
    asked: Asked<ListManagedSessions>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let turn = asked.turn(state.now())?;
    let (crs, lang, now, id) = (asked.params.crs(), asked.lang, state.now(), id.0);
    let (after, limit) = (turn.paging.after.clone(), turn.paging.limit);
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let event = written_by(conn, &author, id, Scope::EventsRead)?;
            let mut all = sessions::of_events(conn, &[id.get()])?.remove(&id).unwrap_or_default();
            let total = all.len();
            let place = |session: &Session| (Key::earliest(Some(session.start)), session.id.get());
            all.retain(|session| after.as_ref().is_none_or(|after| place(session) > *after));
            // In order of start to the millisecond, as a cursor says it, and of id.
            all.sort_unstable_by_key(place);
            let more = all.len() > limit;
            all.truncate(limit);
            let next = all.last().filter(|_| more).map(place);
            let ids: Vec<SessionId> = all.iter().map(|session| session.id).collect();
            let versions = sessions::versions(conn, &ids)?;
            let by = Shown { event: &event.body, title: event.body.title.get(lang), crs, now };
            let version = |session: &Session| versions.get(&session.id).copied().unwrap_or(1);
            let found = all.iter().map(|session| ManagedSession::new(by, session, version(session)));
            Ok::<_, Problem>(Answer { found: found.collect::<Vec<_>>(), total, next })
        })
    };
    let answer = members.into_inner().aside(read).await?;
    let mut list: List<ManagedSession> = turn.page(answer, |session| session);
    list.crs = Some(crs.into());
    Ok(private::answer(StatusCode::OK, list))
}

/// Read a session as its host
///
/// As it was written, with the version that a change names. What the public sees is `/v1/sessions/{id}`.
#[utoipa::path(
    tag = "manage",
    params(PathId<SessionId>, Asked<Placed>),
    security(("person" = [])),
    responses((status = 200, description = "The session.", body = ManagedSessionDetail))
)]
#[get("/v1/manage/sessions/{id}")]
async fn get_managed_session(
    author: Author,
    id: PathId<SessionId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (crs, lang, now, id) = (asked.params.crs(), asked.lang, state.now(), id.0);
    let read = move |members: &Members| {
        members.db.read(|conn| {
            let (_, event) = event_of(conn, &author, id, Scope::EventsRead)?;
            let session = sessions::find(conn, &[id])?.remove(&id).ok_or(Code::NotFound)?;
            let version = sessions::versions(conn, &[id])?.remove(&id).ok_or(Code::NotFound)?;
            let by = Shown { event: &event.body, title: event.body.title.get(lang), crs, now };
            Ok::<_, Problem>(ManagedSession::new(by, &session, version))
        })
    };
    let session = members.into_inner().aside(read).await?;
    Ok(private::answer(StatusCode::OK, ManagedSessionDetail { session, crs: crs.into() }))
}

/// Change a session
///
/// Replaces what its host says of it. Where its time or place is another then, it is `changed`, and everybody who signed
/// up is told once, with old and new; tickets are issued anew, reminders come again, subscribed calendars follow. More
/// seats go to the queue at once; nobody is thrown out. `dryRun` says who would be told.
#[utoipa::path(
    tag = "manage",
    params(PathId<SessionId>, Asked<Placed>),
    request_body = ChangedSession,
    security(("person" = [])),
    responses(
        (status = 200, description = "The session as it is now.", body = SessionChange),
        (status = 409, description = "`versionConflict`: read it again. `capacityBelowTaken`: more seats are taken. \
            `calledOff`, `sessionOver`: it cannot be changed any more.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[put("/v1/manage/sessions/{id}")]
async fn update_session(
    author: Author,
    id: PathId<SessionId>,
    asked: Asked<Placed>,
    body: Json<Returned<ChangedSession>>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (Json(Returned(body)), id) = (body, id.0);
    let (version, dry_run, crs) = (body.version, body.dry_run, datum(&asked, body.crs));
    let (lang, now) = (asked.lang, state.now());
    let (mut invalid, mut warnings) = (Invalid::default(), Vec::new());
    let snapshot = state.snapshot()?;
    let ground = Ground { divisions: &snapshot.divisions, crs, lang };
    let plan = body.plan(ground, &mut warnings, &mut invalid);
    let plan = invalid.or(plan).map_err(Problem::unprocessable)?.ok_or(Code::Internal)?;
    let change = move |members: &Members| {
        let (_, event) = members.db.read(|conn| event_of(conn, &author, id, Scope::EventsWrite))?;
        let changed = members.sessions.change(author.actor(), id, version, &plan, Run::of(dry_run))?;
        let by = Shown { event: &event.body, title: event.body.title.get(lang), crs, now };
        Ok::<_, Problem>(SessionChange {
            session: ManagedSession::new(by, &changed.session, changed.version),
            told: changed.told.into(),
            promoted: changed.promoted.len(),
            dry_run,
            warnings,
            crs: crs.into(),
        })
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(change).await?))
}

/// Call a session off
///
/// For a reason that everybody may read. Whoever signed up is told once; offers and the queue end. A session of an event
/// that was never published is removed instead: nobody saw it. It cannot be taken
/// back. `dryRun` says who would be told. Members of a suspended organisation may do that too, and an administrator over
/// its division where the event was taken down or its organisation is suspended.
#[utoipa::path(
    tag = "manage",
    params(PathId<SessionId>),
    request_body(content = Cancellation, example = json!({ "reason": "台风红色预警，场馆关闭" })),
    security(("person" = [])),
    responses(
        (status = 200, description = "What became of it.", body = CancelResults),
        (status = 409, description = "`organisersOwn`: to administrators.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/sessions/{id}/cancel")]
async fn cancel_session(
    author: Author,
    id: PathId<SessionId>,
    body: Json<Cancellation>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Json(Cancellation { reason, dry_run }) = body;
    call_off(author, vec![id.0], reason.0, dry_run, members).await
}

/// Call many sessions off
///
/// All or none of them, as on a Saturday with a typhoon: sessions that are called off already, or over, stay as they are.
/// `dryRun` says who would be told, in all and by session.
#[utoipa::path(
    tag = "manage",
    request_body(content = CancelledSessions, example = json!({
        "ids": ["01h2x7m9k4qpz", "01h2x7m9k4qq0"], "reason": "台风红色预警，场馆关闭", "dryRun": true,
    })),
    security(("person" = [])),
    responses(
        (status = 200, description = "What became of each.", body = CancelResults),
        (status = 409, description = "`organisersOwn`: to administrators.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/sessions/cancel")]
async fn cancel_sessions(
    author: Author,
    body: Json<CancelledSessions>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Json(CancelledSessions { ids, reason, dry_run }) = body;
    let mut invalid = Invalid::default();
    let mut read = Vec::with_capacity(ids.len());
    for (at, id) in ids.iter().enumerate() {
        match id.parse::<SessionId>() {
            Ok(id) => read.push(id),
            Err(_) => invalid.push(format!("ids[{at}]"), FieldCode::NoSuch { kind: "session" }),
        }
    }
    invalid.or(()).map_err(Problem::unprocessable)?;
    call_off(author, read, reason.0, dry_run, members).await
}

async fn call_off(
    author: Author,
    ids: Vec<SessionId>,
    reason: crate::domain::text::Text,
    dry_run: bool,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let work = move |members: &Members| {
        members.db.read(|conn| {
            let of = stored::events_of(conn, &ids)?;
            let mut events = Vec::with_capacity(ids.len());
            for id in &ids {
                events.push(*of.get(id).ok_or(Code::NotFound)?);
            }
            events.sort_unstable();
            events.dedup();
            events.into_iter().try_for_each(|event| called_off_by(conn, &author, event))
        })?;
        let done = members.sessions.call_off(author.actor(), &ids, &reason, Run::of(dry_run))?;
        Ok::<_, Problem>(CancelResults::new(&done, dry_run))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(work).await?))
}
