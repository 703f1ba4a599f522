//! Events on their way to everybody: handed in, taken back, called off, put away.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::shown::{By, ManagedEvent, ManagedEventItem, problem, read};
use super::{by, item};
use crate::app;
use crate::app::events::{Events, MOST_AT_ONCE};
use crate::app::rehearsal::Run;
use crate::domain::api_keys::Scope;
use crate::domain::audit::Actor;
use crate::domain::geo;
use crate::domain::ids::EventId;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::{Asked, PathId};
use crate::http::private;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::staff::Author;
use crate::http::state::{Members, State};
use crate::http::v1::filters::{Placed, Plain};
use crate::http::v1::manage::sessions::{CancelResults, Cancellation};
use crate::http::v1::manage::{called_off_by, drafted_by};

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(submit_events)
        .service(submit_event)
        .service(withdraw_event)
        .service(archive_event)
        .service(cancel_event);
}

/// Events that are to be handed in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmittedEvents {
    /// Which.
    #[schema(example = json!(["01h2x7m9k4qpz"]), min_items = 1, max_items = 100)]
    ids: Vec<String>,
}

/// Does something about an event of the author's, and answers with what it is then.
async fn act(
    author: Author,
    id: EventId,
    by: By,
    members: web::Data<Members>,
    work: impl FnOnce(&Events, Actor, EventId) -> Result<(), app::Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let act = move |members: &Members| {
        members.db.read(|conn| drafted_by(conn, &author, id, Scope::EventsWrite))?;
        work(&members.events, author.actor(), id).map_err(problem)?;
        members.db.read(|conn| read(conn, by, id, Vec::new()))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(act).await?))
}

/// Submit an event
///
/// Into review. Everything that is missing or wrong is told at once. Of an organisation that authorities trust it is
/// published at once, unless its words are doubtful: `review.state` tells.
#[utoipa::path(
    tag = "manage",
    params(PathId<EventId>, Asked<Placed>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The event, with where it stands.", body = ManagedEvent),
        (status = 409, description = "`nothingToDo`: it is published as it is. `organisationSuspended`.",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalidBody`: `errors` lists everything that is missing or wrong.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/events/{id}/submit")]
async fn submit_event(
    author: Author,
    id: PathId<EventId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let by = by(&asked, None, &state);
    act(author, id.0, by, members, |events, author, id| events.submit(author, &[id])).await
}

/// Submit many events
///
/// All or none: if something is missing of one, `errors` tells of all, each by its place in the list (`ids[0].title`).
#[utoipa::path(
    tag = "manage",
    params(Asked<Plain>),
    request_body = SubmittedEvents,
    security(("person" = [])),
    responses(
        (status = 200, description = "The events, with where they stand.", body = List<ManagedEventItem>),
        (status = 409, description = "`nothingToDo`: one is published as it is. `organisationSuspended`.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/events/submit")]
async fn submit_events(
    author: Author,
    asked: Asked<Plain>,
    body: Json<SubmittedEvents>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Json(SubmittedEvents { ids }) = body;
    let events = named(&ids).map_err(Problem::unprocessable)?;
    let by = By { lang: asked.lang, crs: geo::Crs::default(), now: state.now() };
    let submit = move |members: &Members| {
        members.db.read(|conn| {
            events.iter().try_for_each(|id| drafted_by(conn, &author, *id, Scope::EventsWrite))
        })?;
        members.events.submit(author.actor(), &events).map_err(problem)?;
        members.db.read(|conn| {
            let mut items = Vec::with_capacity(events.len());
            for id in &events {
                items.extend(item(conn, by, *id)?);
            }
            Ok::<_, Problem>(items)
        })
    };
    let items = members.into_inner().aside(submit).await?;
    let list: List<ManagedEventItem> = List::whole(items, None);
    Ok(private::answer(StatusCode::OK, list))
}

/// The events that are to be handed in: how many is judged before any is read.
fn named(ids: &[String]) -> Result<Vec<EventId>, Invalid> {
    let mut invalid = Invalid::default();
    if ids.is_empty() {
        invalid.push("ids", FieldCode::TooFew { min: 1 });
    }
    if ids.len() > MOST_AT_ONCE {
        invalid.push("ids", FieldCode::TooMany { max: MOST_AT_ONCE });
        return Err(invalid);
    }
    let mut events = Vec::with_capacity(ids.len());
    for (at, id) in ids.iter().enumerate() {
        match id.parse() {
            Ok(id) if events.contains(&id) => invalid.push(format!("ids[{at}]"), FieldCode::Repeated),
            Ok(id) => events.push(id),
            Err(_) => invalid.push(format!("ids[{at}]"), FieldCode::NoSuch { kind: "event" }),
        }
    }
    invalid.or(events)
}

/// Withdraw an event
///
/// Takes it back from review; one that does not wait stays as it is.
#[utoipa::path(
    tag = "manage",
    params(PathId<EventId>, Asked<Placed>),
    security(("person" = [])),
    responses((status = 200, description = "The event, with where it stands.", body = ManagedEvent))
)]
#[post("/v1/manage/events/{id}/withdraw")]
async fn withdraw_event(
    author: Author,
    id: PathId<EventId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let by = by(&asked, None, &state);
    act(author, id.0, by, members, |events, author, id| events.withdraw(author, id)).await
}

/// Put an event away
///
/// Nobody but its organisation sees it any more; submitting it brings it back. Whoever signed up is told nothing: to call
/// it off is another operation.
#[utoipa::path(
    tag = "manage",
    params(PathId<EventId>, Asked<Placed>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The event, with where it stands.", body = ManagedEvent),
        (status = 409, description = "`nothingToDo`: an authority took it down.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/events/{id}/archive")]
async fn archive_event(
    author: Author,
    id: PathId<EventId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let by = by(&asked, None, &state);
    act(author, id.0, by, members, |events, author, id| events.archive(author, id)).await
}

/// Call an event off
///
/// With all its sessions that have not ended, for a reason that everybody may read. Whoever signed up is told once; offers
/// and queues end. It cannot be taken back. `dryRun` says who would be told. Members of a suspended organisation may do
/// that too, and an administrator over its division where it was taken down or its organisation is suspended.
#[utoipa::path(
    tag = "manage",
    params(PathId<EventId>),
    request_body(content = Cancellation, example = json!({ "reason": "台风红色预警，场馆关闭" })),
    security(("person" = [])),
    responses(
        (status = 200, description = "What became of its sessions.", body = CancelResults),
        (status = 409, description = "`nothingToDo`: it was never published. `organisersOwn`: to administrators.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/events/{id}/cancel")]
async fn cancel_event(
    author: Author,
    id: PathId<EventId>,
    body: Json<Cancellation>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Json(Cancellation { reason, dry_run }) = body;
    let cancel = move |members: &Members| {
        members.db.read(|conn| called_off_by(conn, &author, id.0))?;
        let run = Run::of(dry_run);
        let done = members.sessions.call_event_off(author.actor(), id.0, &reason.0, run)?;
        Ok::<_, Problem>(CancelResults::new(&done, dry_run))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(cancel).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_many_events_are_handed_in_is_judged_before_what_they_are() {
        let told = |count: usize| named(&vec!["none".to_owned(); count]).unwrap_err().0;
        let [few] = &told(0)[..] else { panic!("{:?}", told(0)) };
        assert_eq!((few.field.as_str(), few.code.wire()), ("ids", "tooFew"));
        let [many] = &told(MOST_AT_ONCE + 1)[..] else { panic!("{:?}", told(MOST_AT_ONCE + 1)) };
        assert_eq!((many.field.as_str(), many.code.wire()), ("ids", "tooMany"));
        assert_eq!(told(MOST_AT_ONCE).len(), MOST_AT_ONCE);
    }
}
