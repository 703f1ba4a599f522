//! Events as organisations write them.

mod asked;
mod campaigns;
pub(super) mod doubts;
mod review;
mod shown;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use asked::{ChangedEvent, NewEvent};
use shown::{ManagedEvent, ManagedEventItem};

use super::drafted::{self, ListManaged, Writing, by, drafted_by, location, previewed_by, read};
use super::returned::Returned;
use super::standing::problem;
use crate::app::drafts;
use crate::app::sessions::adding::Copied;
use crate::db::sessions;
use crate::domain::api_keys::Scope;
use crate::domain::events::Event;
use crate::domain::ids::EventId;
use crate::domain::invalid::Invalid;
use crate::http::json::{Json, MaybeJson};
use crate::http::list::List;
use crate::http::params::{Asked, PathId};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::{IdempotencyKey, Once};
use crate::http::staff::Author;
use crate::http::state::{Members, State};
use crate::http::v1::events::detail::EventDetail;
use crate::http::v1::filters::Placed;

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_managed_events)
        .service(create_event)
        .configure(review::configure)
        .configure(campaigns::configure)
        .service(get_managed_event)
        .service(update_event)
        .service(duplicate_event)
        .service(preview_event);
}

/// How a copy is made.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Duplication {
    /// Copies the sessions too, so many days later; those that would be over are left out. Absent: none is copied.
    #[schema(example = 28, minimum = 0, maximum = 1000)]
    days_later: Option<i64>,
}

/// The farthest that copied sessions are moved, in days.
const MOST_DAYS_LATER: i64 = 1000;

/// List my events
///
/// Those of the organisations that one belongs to, drafts too, with where they stand in review; the newest first.
#[utoipa::path(
    tag = "manage",
    params(Asked<ListManaged>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<ManagedEventItem>))
)]
#[get("/v1/manage/events")]
async fn list_managed_events(
    author: Author,
    asked: Asked<ListManaged>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    drafted::list::<Event>(author, asked, state, members).await
}

/// Write an event
///
/// For an organisation where one is editor. Fields may be missing until it is submitted; `problems` of the answer says
/// which are. Texts are strings, in simplified Chinese, or objects with the text in each language. A place is given by
/// its address, its `adcode`, or a point in any `crs`; where a point lies in another division than is stated, `warnings`
/// names both. Sessions are added by `POST /v1/manage/events/{id}/sessions`.
#[utoipa::path(
    tag = "manage",
    params(Once<NewEvent>, Asked<Placed>),
    request_body(content = NewEvent, example = json!({
        "title": { "zh-CN": "甲虫王国：一只昆虫的铠甲", "en": "The realm of beetles" },
        "summary": "标本、多媒体和少儿绘画组成的昆虫展。", "form": "exhibition", "topics": ["biodiversity"],
        "audiences": ["child_family"], "ageMin": 6, "free": true, "mode": "onsite", "admission": "signup",
        "place": { "name": "某社区中心", "address": "广州市天河区天河路1号", "lat": 23.1312, "lng": 113.3215 },
    })),
    security(("person" = [])),
    responses(
        (status = 201, description = "The event, as a draft.", body = ManagedEvent),
        (status = 409, description = "`keyReused`: the `Idempotency-Key` was used for another request. `tooManyDrafts`.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/events")]
async fn create_event(
    author: Author,
    asked: Asked<Placed>,
    body: Once<NewEvent>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Once { mut body, repeat } = body;
    let organiser = body.organiser.take();
    let writing = Writing::new(author, &asked, body, &state)?;
    drafted::create::<Event>(writing, organiser, repeat, members).await
}

/// Read an event as its author
///
/// As it was written, with where it stands in review, what is still missing, and the version that a change names.
#[utoipa::path(
    tag = "manage",
    params(PathId<EventId>, Asked<Placed>),
    security(("person" = [])),
    responses((status = 200, description = "The event.", body = ManagedEvent))
)]
#[get("/v1/manage/events/{id}")]
async fn get_managed_event(
    author: Author,
    id: PathId<EventId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let by = by(&asked, None, &state)?;
    drafted::get::<Event>(author, id.0.get(), by, members).await
}

/// Change an event
///
/// Replaces what its author says of it. What is published stays as it was until the change is approved, unless only what
/// is immaterial differs: then it is published at once, and `review.state` is `approved`. What waits for review waits no
/// more. What was read can be sent back: what only the answer says (`id`, `review` …) is not looked at.
#[utoipa::path(
    tag = "manage",
    params(PathId<EventId>, Asked<Placed>),
    request_body = ChangedEvent,
    security(("person" = [])),
    responses(
        (status = 200, description = "The event as it is now.", body = ManagedEvent),
        (status = 409, description = "`versionConflict`: read it again.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[put("/v1/manage/events/{id}")]
async fn update_event(
    author: Author,
    id: PathId<EventId>,
    asked: Asked<Placed>,
    body: Json<Returned<ChangedEvent>>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Json(Returned(body)) = body;
    let version = body.version;
    let writing = Writing::new(author, &asked, body, &state)?;
    drafted::update::<Event>(writing, id.0.get(), version, members).await
}

/// Duplicate an event
///
/// A new draft that says the same, for what comes every month; with `daysLater` also its sessions, so many days later.
#[utoipa::path(
    tag = "manage",
    params(PathId<EventId>, IdempotencyKey, Asked<Placed>),
    request_body(content = Option<Duplication>),
    security(("person" = [])),
    responses(
        (status = 201, description = "The copy, as a draft.", body = ManagedEvent),
        (status = 409, description = "`keyReused`: the `Idempotency-Key` was used for another request. `tooManyDrafts`.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/events/{id}/duplicate")]
async fn duplicate_event(
    author: Author,
    id: PathId<EventId>,
    asked: Asked<Placed>,
    (request, key, body): (HttpRequest, IdempotencyKey, MaybeJson<Duplication>),
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Duplication { days_later } = body.0.unwrap_or_default();
    let mut invalid = Invalid::default();
    days_later.into_iter().for_each(|days| invalid.range("daysLater", days, 0, MOST_DAYS_LATER));
    invalid.or(()).map_err(Problem::unprocessable)?;
    let repeat = key.of(&request, &members, &format!("{days_later:?}"));
    let by = by(&asked, None, &state)?;
    let copied = days_later.map(|days_later| Copied { days_later });
    let duplicate = move |members: &Members| {
        members.db.read(|conn| drafted_by::<Event>(conn, &author, id.0.get(), Scope::EventsWrite))?;
        let made = members.events.duplicate(author.actor(), id.0, copied, repeat.as_ref());
        let copy = made.map_err(problem::<Event>)?.get();
        members.db.read(|conn| Ok::<_, Problem>((copy, read::<Event>(conn, &by, copy, Vec::new())?)))
    };
    let (copy, event) = members.into_inner().aside(duplicate).await?;
    Ok(private::made(location::<Event>(copy), event))
}

/// Preview an event
///
/// As everybody will see it once its draft is published: the same answer as `/v1/events/{id}`, with what is missing left
/// empty. The authority over its division sees it too.
#[utoipa::path(
    tag = "manage",
    params(PathId<EventId>, Asked<Placed>),
    security(("person" = [])),
    responses((status = 200, description = "The event as it would be.", body = EventDetail))
)]
#[get("/v1/manage/events/{id}/preview")]
async fn preview_event(
    author: Author,
    id: PathId<EventId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            previewed_by::<Event>(conn, &author, id.get())?;
            let record = drafts::preview::<Event>(conn, id.get())?.ok_or(Code::NotFound)?;
            let sessions = sessions::of_events(conn, &[id.get()])?.remove(&id).unwrap_or_default();
            Ok::<_, Problem>((record, sessions))
        })
    };
    let (record, sessions) = members.into_inner().aside(read).await?;
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let entry = snapshot.preview(&record, sessions);
    let event = view.event(&entry)?;
    Ok(private::answer(StatusCode::OK, EventDetail::new(&view, &event, &entry)))
}
