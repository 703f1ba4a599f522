//! Targets (目标): set by administrators, read with what is reached of them by all authorities of the division.

mod results;
pub mod shown;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, post, put, web};
use chrono::{DateTime, Utc};
use utoipa_actix_web::service_config::ServiceConfig;

use super::statistics::outermost;
use crate::app::targets::Setter;
use crate::db::targets;
use crate::discovery::page::{Answer, Key};
use crate::domain::divisions::Adcode;
use crate::domain::ids::TargetId;
use crate::domain::roles::AuthorityRole;
use crate::domain::targets::Target;
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::staff::Staff;
use crate::http::state::{Members, State};
use crate::http::v1::filters::Plain;
use results::{Reached, World};
use shown::{ChangedTarget, NewTarget, TargetItem};

/// Mounts the operations of this noun.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_targets)
        .service(create_target)
        .service(get_target)
        .service(update_target)
        .service(delete_target);
}

/// What `GET /v1/admin/targets` takes.
pub struct ListTargets;

const DIVISION: Param = Param::new(
    "division",
    Kind::Adcode,
    "Only those of this division and those within it; one of the caller's or within it.",
    "440100",
);

impl Table for ListTargets {
    const PARAMS: &'static [&'static [Param]] = &[&[DIVISION], PAGE, LANGUAGE];
}

/// List targets
///
/// Those of the caller's division and those within it, the newest first, each with what is reached of it so far.
#[utoipa::path(
    tag = "administration",
    params(Asked<ListTargets>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<TargetItem>))
)]
#[get("/v1/admin/targets")]
async fn list_targets(
    staff: Staff,
    asked: Asked<ListTargets>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let scope = outermost(&staff.roles)?;
    let turn = asked.turn(state.now())?;
    let before = turn.paging.after.as_ref().map(|(_, id)| *id);
    let limit = turn.paging.limit;
    let divisions = match asked.params.text(&DIVISION).and_then(|text| text.parse::<Adcode>().ok()) {
        Some(one) if scope.iter().any(|own| own.covers(one)) => vec![one],
        Some(_) => return Err(Code::Forbidden.into()),
        None => scope.clone(),
    };
    let count = divisions.clone();
    let state = state.into_inner();
    let (lang, now) = (asked.lang, state.now());
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let mut found = targets::list(conn, &divisions, before, limit + 1)?;
            let more = found.len() > limit;
            found.truncate(limit);
            let next = found.last().filter(|_| more).map(|last| (Key::Number(-last.id.get()), last.id.get()));
            let snapshot = state.snapshot()?;
            let mut world = World::new(&snapshot, &scope, state.live.shows_samples(), now);
            let items = found.into_iter().map(|target| {
                let reached = world.reached(conn, &target.goal)?;
                Ok(TargetItem::new(target, reached, &snapshot, lang))
            });
            let items: Vec<TargetItem> = items.collect::<Result<_, Problem>>()?;
            let total = usize::try_from(targets::count(conn, &count)?).unwrap_or_default();
            Ok::<_, Problem>(Answer { found: items, total, next })
        })
    };
    let answer = members.into_inner().aside(read).await?;
    Ok(private::answer(StatusCode::OK, turn.page(answer, |item| item)))
}

/// Set a target
///
/// A number to be reached in the caller's division or one within it. `measure` says what is counted: from sessions that begin
/// in the span (with `topic`, `audience`, `campaign`), or from the catalogue as it is now (bases with `level`). What nothing
/// here counts is `manual`: its `reported` is given with a date and a source. A division has 200 targets at most.
#[utoipa::path(
    tag = "administration",
    params(Once<NewTarget>, Asked<Plain>),
    request_body = NewTarget,
    security(("person" = [])),
    responses(
        (status = 201, description = "The target.", body = TargetItem),
        (status = 409, description = "`limitReached`: there are 200 already; `keyReused`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/admin/targets")]
async fn create_target(
    staff: Staff,
    asked: Asked<Plain>,
    body: Once<NewTarget>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    administers(&staff)?;
    let Once { body, repeat } = body;
    let goal = body.goal()?;
    if !staff.roles.over(goal.division, AuthorityRole::Administrator) {
        return Err(Code::Forbidden.into());
    }
    let (state, lang) = (state.into_inner(), asked.lang);
    let set = move |members: &Members| {
        let made = members.targets.set(staff.person.id, &goal, repeat.as_ref())?;
        told(members, &state, &staff, made, lang)
    };
    let made = members.into_inner().aside(set).await?;
    let location = format!("/v1/admin/targets/{}", made.id());
    Ok(private::made(location, made))
}

/// Get a target
///
/// What is to be reached, and what is so far.
#[utoipa::path(
    tag = "administration",
    params(PathId<TargetId>, Asked<Plain>),
    security(("person" = [])),
    responses((status = 200, description = "The target.", body = TargetItem))
)]
#[get("/v1/admin/targets/{id}")]
async fn get_target(
    staff: Staff,
    id: PathId<TargetId>,
    asked: Asked<Plain>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (state, lang) = (state.into_inner(), asked.lang);
    let read = move |members: &Members| {
        outermost(&staff.roles)?;
        let found = members.db.read(|conn| targets::get(conn, id.0))?.ok_or(Code::NotFound)?;
        if !staff.roles.over(found.goal.division, AuthorityRole::Reviewer) {
            return Err(Code::NotFound.into());
        }
        told(members, &state, &staff, found, lang)
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(read).await?))
}

/// Change a target
///
/// Replaces all that is said of it; of a `manual` one also what is reached, in `reported`. What it was before stays in the
/// audit.
#[utoipa::path(
    tag = "administration",
    params(PathId<TargetId>, Asked<Plain>),
    request_body = ChangedTarget,
    security(("person" = [])),
    responses(
        (status = 200, description = "The target as it is now.", body = TargetItem),
        (status = 409, description = "`versionConflict`: read it again.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[put("/v1/admin/targets/{id}")]
async fn update_target(
    staff: Staff,
    id: PathId<TargetId>,
    asked: Asked<Plain>,
    body: Json<ChangedTarget>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    administers(&staff)?;
    let version = body.0.version;
    let goal = body.0.target.goal().map_err(|problem| problem.nested("target"))?;
    let (state, lang) = (state.into_inner(), asked.lang);
    let change = move |members: &Members| {
        let by = Setter { person: staff.person.id, roles: &staff.roles };
        let changed = members.targets.change(by, id.0, version, &goal);
        let changed = changed.map_err(|error| Problem::from(error).nested("target"))?;
        told(members, &state, &staff, changed, lang)
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(change).await?))
}

/// Give up a target
///
/// It is gone; the audit keeps what it was.
#[utoipa::path(
    tag = "administration",
    params(PathId<TargetId>),
    security(("person" = [])),
    responses((status = 204, description = "It is gone."))
)]
#[delete("/v1/admin/targets/{id}")]
async fn delete_target(
    staff: Staff,
    id: PathId<TargetId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    administers(&staff)?;
    let give_up = move |members: &Members| {
        let by = Setter { person: staff.person.id, roles: &staff.roles };
        members.targets.give_up(by, id.0)
    };
    members.into_inner().aside(give_up).await?;
    Ok(private::nothing())
}

fn administers(staff: &Staff) -> Result<(), Problem> {
    let none = staff.roles.divisions(AuthorityRole::Administrator).is_empty();
    if none { Err(Code::Forbidden.into()) } else { Ok(()) }
}

/// A target with what is reached of it.
fn told(
    members: &Members,
    state: &State,
    staff: &Staff,
    target: Target,
    lang: crate::domain::text::Lang,
) -> Result<TargetItem, Problem> {
    let now: DateTime<Utc> = state.now();
    let (snapshot, scope) = (state.snapshot()?, outermost(&staff.roles)?);
    let reached: Reached = members.db.snapshot(|conn| {
        World::new(&snapshot, &scope, state.live.shows_samples(), now).reached(conn, &target.goal)
    })?;
    Ok(TargetItem::new(target, reached, &snapshot, lang))
}
