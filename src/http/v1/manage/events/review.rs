//! Events on their way to everybody: handed in, taken back, called off, put away; and co-organisers who leave.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::shown::{ManagedEvent, ManagedEventItem};
use crate::app::drafts::preview;
use crate::app::rehearsal::Run;
use crate::db::AnyConn;
use crate::db::records::Stored;
use crate::domain::api_keys::Scope;
use crate::domain::events::Event;
use crate::domain::ids::{EventId, OrganisationId};
use crate::domain::kinds::Kind;
use crate::domain::roles::MemberRole;
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::{Asked, PathId};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::staff::Author;
use crate::http::state::{Members, State};
use crate::http::v1::filters::{Placed, Plain};
use crate::http::v1::manage::called_off_by;
use crate::http::v1::manage::drafted::{SubmittedThings, act, by, known, submit_many};
use crate::http::v1::manage::sessions::{CancelResults, Cancellation};

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(submit_events)
        .service(submit_event)
        .service(withdraw_event)
        .service(archive_event)
        .service(cancel_event)
        .service(leave_event);
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
    let by = by(&asked, None, &state)?;
    let id = id.0.get();
    act::<Event>(author, id, by, members, move |all, author| all.submit::<Event>(author, &[id])).await
}

/// Submit many events
///
/// All or none: if something is missing of one, `errors` tells of all, each by its place in the list (`ids[0].title`).
#[utoipa::path(
    tag = "manage",
    params(Asked<Plain>),
    request_body = SubmittedThings,
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
    body: Json<SubmittedThings>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    submit_many::<Event>(author, body.0, by(&asked, None, &state)?, members).await
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
    let by = by(&asked, None, &state)?;
    let id = id.0.get();
    act::<Event>(author, id, by, members, move |all, author| all.withdraw::<Event>(author, id)).await
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
    let by = by(&asked, None, &state)?;
    let id = id.0.get();
    act::<Event>(author, id, by, members, move |all, author| all.archive::<Event>(author, id)).await
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

/// Take your organisation's name off an event
///
/// Whoever organises an event with others, or supports it, was named by the main organiser. Their editors take the name off
/// again, in what is published at once and in what is being written.
#[utoipa::path(
    tag = "manage",
    params(PathId<EventId>),
    security(("person" = [])),
    responses(
        (status = 204, description = "It is not named any more."),
        (status = 409, description = "`nothingToDo`: it is the main organiser. `organisationSuspended`.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/events/{id}/leave")]
async fn leave_event(
    author: Author,
    id: PathId<EventId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let id = id.0.get();
    let leave = move |members: &Members| {
        let own = members.db.read(|conn| named_as(conn, &author, id))?;
        Ok::<_, Problem>(members.authoring.leave::<Event>(author.actor(), id, &own)?)
    };
    members.into_inner().aside(leave).await?;
    Ok(private::nothing())
}

/// The organisations for which an author may write that an event names, as it is published or as it is being written.
fn named_as(conn: &mut AnyConn, author: &Author, id: i64) -> Result<Vec<OrganisationId>, Problem> {
    let public = Event::get(conn, id)?.ok_or(Code::NotFound)?.body.organisers;
    let drafted = preview::<Event>(conn, id)?.map(|draft| draft.body.organisers).unwrap_or_default();
    let named = || public.iter().chain(&drafted).map(|organiser| organiser.organisation);
    let mut own: Vec<_> = named().filter(|one| author.roles().in_any(&[*one], MemberRole::Editor)).collect();
    own.sort_unstable();
    own.dedup();
    let asked = if own.is_empty() { named().next().into_iter().collect() } else { own.clone() };
    let known = known(conn, Kind::Event, id)?;
    for one in asked {
        author.of_organisation(one, MemberRole::Editor, Some(Scope::EventsWrite), known)?;
    }
    Ok(own)
}
