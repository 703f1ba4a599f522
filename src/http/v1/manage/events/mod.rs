//! Events as organisations write them.

mod asked;
mod named;
mod parts;
mod review;
mod shown;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, put, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use asked::{AuthoredEvent, ChangedEvent};
use shown::{By, ManagedEvent, ManagedEventItem, problem, read};

pub use asked::NewEvent;
pub(in crate::http::v1) use shown::path;

use super::places::Ground;
use super::{drafted_by, previewed_by};
use crate::app::drafts;
use crate::app::sessions::adding::Copied;
use crate::db::{AnyConn, events, sessions};
use crate::discovery::page::{Answer, Key};
use crate::domain::api_keys::Scope;
use crate::domain::divisions::Adcode;
use crate::domain::drafts::{Body, State as Drafted, body};
use crate::domain::events::Event;
use crate::domain::geo;
use crate::domain::ids::{EventId, OrganisationId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::roles::MemberRole;
use crate::http::json::Json;
use crate::http::list::{Crs, List};
use crate::http::params::groups::{LANGUAGE, PAGE};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::{IdempotencyKey, Once};
use crate::http::staff::{Author, Known};
use crate::http::state::{Members, State};
use crate::http::v1::events::detail::EventDetail;
use crate::http::v1::filters::Placed;

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_managed_events)
        .service(create_event)
        .configure(review::configure)
        .service(get_managed_event)
        .service(update_event)
        .service(duplicate_event)
        .service(preview_event);
}

/// What `GET /v1/manage/events` takes.
pub struct ListManagedEvents;

const ORGANISATION: Param =
    Param::new("organisation", Kind::Id, "Only those of this organisation.", "01h2x7m9k4qpz");
const STATE: Param = Param::new(
    "state",
    Kind::Word(&["draft", "submitted", "approved", "rejected"]),
    "Only those that stand so in review.",
    "rejected",
);

impl Table for ListManagedEvents {
    const PARAMS: &'static [&'static [Param]] = &[&[ORGANISATION, STATE], PAGE, LANGUAGE];
}

/// How a copy is made.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Duplication {
    /// Copies the sessions too, so many days later; those that would be over are left out. Absent: none is copied.
    #[schema(example = 28, minimum = 0, maximum = 1000)]
    days_later: Option<i64>,
}

/// The farthest that copied sessions are moved, in days.
const MOST_DAYS_LATER: i64 = 1000;

fn by(asked: &Asked<Placed>, own: Option<Crs>, state: &State) -> By {
    let crs = own.map_or(asked.params.crs(), geo::Crs::from);
    By { lang: asked.lang, crs, now: state.now() }
}

/// The organisation for which something is made: the one named, else the only one that somebody may write for.
fn organisation(author: &Author, named: Option<&named::Named>) -> Result<OrganisationId, Problem> {
    let mut invalid = Invalid::default();
    if let Some(named) = named {
        let id = named.id::<OrganisationId>("organiser", "organisation", &mut invalid);
        invalid.or(()).map_err(Problem::unprocessable)?;
        let id = id.ok_or(Code::Internal)?;
        author.of_organisation(id, MemberRole::Editor, Some(Scope::EventsWrite), Known::ToAll)?;
        return Ok(id);
    }
    match author.roles().organisations(MemberRole::Editor)[..] {
        [only] => {
            author.of_organisation(only, MemberRole::Editor, Some(Scope::EventsWrite), Known::ToAll)?;
            Ok(only)
        }
        [] => Err(Code::Forbidden.into()),
        _ => Err(Problem::unprocessable(Invalid::one("organiser", FieldCode::Missing))),
    }
}

/// List my events
///
/// Those of the organisations that one belongs to, drafts too, with where they stand in review; the newest first.
#[utoipa::path(
    tag = "manage",
    params(Asked<ListManagedEvents>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<ManagedEventItem>))
)]
#[get("/v1/manage/events")]
async fn list_managed_events(
    author: Author,
    asked: Asked<ListManagedEvents>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let turn = asked.turn(state.now())?;
    let by = By { lang: asked.lang, crs: geo::Crs::default(), now: state.now() };
    let (before, limit) = (turn.paging.after.as_ref().map(|(_, id)| *id), turn.paging.limit);
    let wanted: Option<OrganisationId> = asked.params.text(&ORGANISATION).and_then(|id| id.parse().ok());
    let mut own = author.roles().organisations(MemberRole::Desk);
    own.retain(|own| wanted.is_none_or(|wanted| wanted == *own));
    if own.is_empty() && wanted.is_none() {
        return Err(Code::Forbidden.into());
    }
    for own in &own {
        author.of_organisation(*own, MemberRole::Desk, Some(Scope::EventsRead), Known::ToMembers)?;
    }
    let drafted = asked.params.word(&STATE).and_then(Drafted::from_name);
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let total = events::count_of(conn, &own, drafted)?;
            let ids = events::of_organisations(conn, &own, drafted, before, limit + 1)?;
            let mut items = Vec::with_capacity(ids.len());
            for id in &ids {
                items.extend(item(conn, by, *id)?.map(|item| (item, id.get())));
            }
            Ok::<_, Problem>((items, total))
        })
    };
    let (mut items, total) = members.into_inner().aside(read).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|(_, id)| (Key::Number(-id), *id));
    let answered = Answer { found: items, total: usize::try_from(total).unwrap_or(usize::MAX), next };
    let list: List<ManagedEventItem> = turn.page(answered, |(item, _)| item);
    Ok(private::answer(StatusCode::OK, list))
}

/// The fields of an event's draft as its author writes them, positions in this datum; of no draft none.
///
/// # Errors
/// If the store holds something else: a fault of ours.
pub(in crate::http::v1) fn written(body: &Body, division: Adcode, crs: geo::Crs) -> Result<Body, Problem> {
    if body.is_empty() {
        return Ok(Body::new());
    }
    let event: Event = body::filled(body, division).map_err(Problem::unprocessable)?;
    match serde_json::to_value(AuthoredEvent::new(event, body, crs)) {
        Ok(serde_json::Value::Object(fields)) => Ok(fields),
        _ => Err(Code::Internal.into()),
    }
}

fn item(conn: &mut AnyConn, by: By, id: EventId) -> Result<Option<ManagedEventItem>, Problem> {
    let Some(draft) = drafts::current::<Event>(conn, id.get())? else { return Ok(None) };
    let Some(record) = drafts::preview::<Event>(conn, id.get())? else { return Ok(None) };
    shown::listed(conn, by, draft, &record.body).map(Some)
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
        (status = 409, description = "`keyReused`: the `Idempotency-Key` was used for another request.",
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
    let Once { body, repeat } = body;
    let organisation = organisation(&author, body.organiser.as_ref())?;
    let by = by(&asked, body.crs, &state);
    let (snapshot, mut warnings) = (state.snapshot()?, Vec::new());
    let ground = Ground { divisions: &snapshot.divisions, crs: by.crs, lang: by.lang };
    let given = body.body(ground, &mut warnings).map_err(Problem::unprocessable)?;
    let create = move |members: &Members| {
        let made = members.events.create(author.actor(), organisation, given, repeat.as_ref());
        let id = made.map_err(problem)?;
        members.db.read(|conn| Ok::<_, Problem>((id, read(conn, by, id, warnings)?)))
    };
    let (id, event) = members.into_inner().aside(create).await?;
    Ok(private::made(format_args!("/v1/manage/events/{id}"), event))
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
    let by = by(&asked, None, &state);
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            drafted_by(conn, &author, id.0, Scope::EventsRead)?;
            read(conn, by, id.0, Vec::new())
        })
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(read).await?))
}

/// Change an event
///
/// Replaces what its author says of it. What is published stays as it was until the change is approved, unless only what
/// is immaterial differs: then it is published at once, and `review.state` is `approved`. What waits for review waits no
/// more.
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
    body: Json<ChangedEvent>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Json(body) = body;
    let (version, by) = (body.version, by(&asked, body.crs, &state));
    let (snapshot, mut warnings) = (state.snapshot()?, Vec::new());
    let ground = Ground { divisions: &snapshot.divisions, crs: by.crs, lang: by.lang };
    let given = body.body(ground, &mut warnings).map_err(Problem::unprocessable)?;
    let change = move |members: &Members| {
        members.db.read(|conn| drafted_by(conn, &author, id.0, Scope::EventsWrite))?;
        members.events.update(author.actor(), id.0, version, given).map_err(problem)?;
        members.db.read(|conn| read(conn, by, id.0, warnings))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(change).await?))
}

/// Duplicate an event
///
/// A new draft that says the same, for what comes every month; with `daysLater` also its sessions, so many days later.
#[utoipa::path(
    tag = "manage",
    params(PathId<EventId>, IdempotencyKey, Asked<Placed>),
    request_body = Duplication,
    security(("person" = [])),
    responses(
        (status = 201, description = "The copy, as a draft.", body = ManagedEvent),
        (status = 409, description = "`keyReused`: the `Idempotency-Key` was used for another request.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/events/{id}/duplicate")]
async fn duplicate_event(
    author: Author,
    id: PathId<EventId>,
    asked: Asked<Placed>,
    body: Once<Duplication>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Once { body, repeat } = body;
    let mut invalid = Invalid::default();
    body.days_later.into_iter().for_each(|days| invalid.range("daysLater", days, 0, MOST_DAYS_LATER));
    invalid.or(()).map_err(Problem::unprocessable)?;
    let by = by(&asked, None, &state);
    let copied = body.days_later.map(|days_later| Copied { days_later });
    let duplicate = move |members: &Members| {
        members.db.read(|conn| drafted_by(conn, &author, id.0, Scope::EventsWrite))?;
        let made = members.events.duplicate(author.actor(), id.0, copied, repeat.as_ref());
        let copy = made.map_err(problem)?;
        members.db.read(|conn| Ok::<_, Problem>((copy, read(conn, by, copy, Vec::new())?)))
    };
    let (copy, event) = members.into_inner().aside(duplicate).await?;
    Ok(private::made(format_args!("/v1/manage/events/{copy}"), event))
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
            previewed_by(conn, &author, id)?;
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
