//! The directory as whoever submits to it sees it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, put, web};
use chrono::{DateTime, Utc};
use utoipa_actix_web::service_config::ServiceConfig;

use super::asked::{ChangedResource, NewResource};
use super::shown::{By, SubmittedResource, problem, read};
use crate::app;
use crate::app::drafts;
use crate::app::resources::Resources;
use crate::db::resources::Owners;
use crate::db::{self, AnyConn, resources, roles};
use crate::discovery::page::{Answer, Key};
use crate::domain;
use crate::domain::drafts::{Owner, State as Drafted};
use crate::domain::geo;
use crate::domain::ids::{OrganisationId, PersonId, ResourceId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::resources::Resource;
use crate::domain::roles::MemberRole;
use crate::domain::sealing::Vault;
use crate::domain::time::day_of;
use crate::http::json::Json;
use crate::http::list::{Crs, List};
use crate::http::params::groups::{CRS, LANGUAGE, PAGE};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::person::Person;
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::state::{Members, State};
use crate::http::v1::filters::Placed;
use crate::http::v1::manage::places::Ground;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_my_resources)
        .service(submit_resource)
        .service(get_my_resource)
        .service(update_my_resource)
        .service(withdraw_my_resource)
        .service(archive_my_resource)
        .service(confirm_my_resource);
}

/// What `GET /v1/me/resources` takes.
pub struct ListMyResources;

const STATE: Param = Param::new(
    "state",
    Kind::Word(&["draft", "submitted", "approved", "rejected"]),
    "Only those that stand so in review.",
    "rejected",
);

impl Table for ListMyResources {
    const PARAMS: &'static [&'static [Param]] = &[&[STATE, CRS], PAGE, LANGUAGE];
}

fn by(asked: &Asked<Placed>, own: Option<Crs>, state: &State) -> By {
    By { crs: own.map_or(asked.params.crs(), geo::Crs::from), today: day_of(state.now()) }
}

/// Everything that a person submitted as their own, as they see it; positions in WGS-84.
///
/// # Errors
/// If the store fails.
pub fn of_person(
    conn: &mut AnyConn,
    vault: &Vault,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Vec<SubmittedResource>, Problem> {
    let by = By { crs: geo::Crs::Wgs84, today: day_of(now) };
    let own = db::drafts::of_person(conn, domain::kinds::Kind::Resource, person)?.into_iter();
    let ids = own.filter_map(|draft| ResourceId::new(draft.object));
    ids.map(|id| read(conn, vault, by, id, Vec::new())).collect()
}

/// Lets through whose entry it is: whoever submitted it, or an editor of its organisation. To others it does not exist.
fn owned(conn: &mut AnyConn, person: PersonId, id: ResourceId) -> Result<(), Problem> {
    let draft = drafts::current::<Resource>(conn, id.get())?.ok_or(Code::NotFound)?;
    let theirs = match draft.owner {
        Owner::Person(owner) => owner == person,
        Owner::Organisation(organisation) => {
            roles::of_person(conn, person)?.in_any(&[organisation], MemberRole::Editor)
        }
    };
    if theirs { Ok(()) } else { Err(Code::NotFound.into()) }
}

/// Does something about an entry of the person's, and answers with what it is then.
async fn act(
    person: Person,
    id: ResourceId,
    by: By,
    members: web::Data<Members>,
    work: impl FnOnce(&Resources, PersonId, ResourceId) -> Result<(), app::Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let act = move |members: &Members| {
        members.db.read(|conn| owned(conn, person.id, id))?;
        work(&members.resources, person.id, id).map_err(problem)?;
        members.db.read(|conn| read(conn, &members.vault, by, id, Vec::new()))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(act).await?))
}

/// List my entries of the directory
///
/// Those that one submitted, and those of the organisations where one is editor, with where they stand; the newest first.
#[utoipa::path(
    tag = "resources",
    params(Asked<ListMyResources>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<SubmittedResource>))
)]
#[get("/v1/me/resources")]
async fn list_my_resources(
    person: Person,
    asked: Asked<ListMyResources>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let turn = asked.turn(state.now())?;
    let by = By { crs: asked.params.crs(), today: day_of(state.now()) };
    let (before, limit) = (turn.paging.after.as_ref().map(|(_, id)| *id), turn.paging.limit);
    let drafted = asked.params.word(&STATE).and_then(Drafted::from_name);
    let list = move |members: &Members| {
        members.db.snapshot(|conn| {
            let organisations = roles::of_person(conn, person.id)?.organisations(MemberRole::Editor);
            let owners = Owners { person: person.id, organisations };
            let total = resources::count_of(conn, &owners, drafted)?;
            let ids = resources::page_of(conn, &owners, drafted, before, limit + 1)?;
            let items = ids
                .into_iter()
                .map(|id| read(conn, &members.vault, by, id, Vec::new()).map(|entry| (entry, id.get())));
            Ok::<_, Problem>((items.collect::<Result<Vec<_>, _>>()?, total))
        })
    };
    let (mut items, total) = members.into_inner().aside(list).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|(_, id)| (Key::Number(-id), *id));
    let answered = Answer { found: items, total: usize::try_from(total).unwrap_or(usize::MAX), next };
    let list: List<SubmittedResource> = turn.page(answered, |(item, _)| item);
    Ok(private::answer(StatusCode::OK, list))
}

/// Submit an entry for the directory
///
/// A place, an exhibit, a work or a product for whoever makes science popular: one's own, or that of an organisation where
/// one is editor. It is reviewed by the authority of its place, of its base, or of the division for which it is; once
/// approved it has a number and everybody finds it. Twenty entries of a person wait at a time.
#[utoipa::path(
    tag = "resources",
    params(Once<NewResource>, Asked<Placed>),
    request_body(content = NewResource, example = json!({
        "name": "天文科普课件", "type": "product", "text": "十二节面向小学生的天文课，含教案和望远镜操作视频。",
        "reach": "440100", "url": "https://example.org/",
        "contact": { "name": "李老师", "phone": "020-12345678" },
    })),
    security(("person" = [])),
    responses(
        (status = 201, description = "The entry, waiting for review.", body = SubmittedResource),
        (status = 403, description = "`forbidden`: one is no editor of the organisation.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`tooManySubmissions`, `organisationSuspended`, `organisationUnverified`, `keyReused`.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/me/resources")]
async fn submit_resource(
    person: Person,
    asked: Asked<Placed>,
    body: Once<NewResource>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Once { body, repeat } = body;
    let organisation = body.organisation_id.as_deref().map(str::parse::<OrganisationId>).transpose();
    let organisation = organisation.map_err(|_no_id| {
        let none = FieldCode::NoSuch { kind: "organisation" };
        Problem::unprocessable(Invalid::one("organisationId", none))
    })?;
    let by = by(&asked, body.crs, &state);
    let (snapshot, mut warnings) = (state.snapshot()?, Vec::new());
    let ground = Ground { divisions: &snapshot.divisions, crs: by.crs, lang: asked.lang };
    let submission = body.submission(ground, &mut warnings).map_err(Problem::unprocessable)?;
    let submit = move |members: &Members| {
        let owner = match organisation {
            None => Owner::Person(person.id),
            Some(organisation) => {
                let roles = members.db.read(|conn| roles::of_person(conn, person.id))?;
                if !roles.in_any(&[organisation], MemberRole::Editor) {
                    return Err(Code::Forbidden.into());
                }
                Owner::Organisation(organisation)
            }
        };
        let id = members.resources.submit(person.id, owner, submission, repeat.as_ref()).map_err(problem)?;
        members.db.read(|conn| Ok::<_, Problem>((id, read(conn, &members.vault, by, id, warnings)?)))
    };
    let (id, entry) = members.into_inner().aside(submit).await?;
    Ok(private::made(format_args!("/v1/me/resources/{id}"), entry))
}

/// Read my entry of the directory
///
/// As it is to be, with where that stands in review; by whoever submitted it, or an editor of its organisation.
#[utoipa::path(
    tag = "resources",
    params(PathId<ResourceId>, Asked<Placed>),
    security(("person" = [])),
    responses((status = 200, description = "The entry.", body = SubmittedResource))
)]
#[get("/v1/me/resources/{id}")]
async fn get_my_resource(
    person: Person,
    id: PathId<ResourceId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let by = by(&asked, None, &state);
    act(person, id.0, by, members, |_, _, _| Ok(())).await
}

/// Change my entry of the directory
///
/// Replaces what is said of it, and submits that. What is registered stays as it is until the change is approved; but a
/// contact that is public no more, or another, is taken out of it at once. What was put away, sent back or taken back is
/// submitted anew.
#[utoipa::path(
    tag = "resources",
    params(PathId<ResourceId>, Asked<Placed>),
    request_body = ChangedResource,
    security(("person" = [])),
    responses(
        (status = 200, description = "The entry as it is to be.", body = SubmittedResource),
        (status = 409, description = "`versionConflict`: read it again. `tooManySubmissions`, `organisationSuspended`.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[put("/v1/me/resources/{id}")]
async fn update_my_resource(
    person: Person,
    id: PathId<ResourceId>,
    asked: Asked<Placed>,
    body: Json<ChangedResource>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Json(body) = body;
    let (version, by) = (body.version, by(&asked, body.crs, &state));
    let (snapshot, mut warnings) = (state.snapshot()?, Vec::new());
    let ground = Ground { divisions: &snapshot.divisions, crs: by.crs, lang: asked.lang };
    let submission = body.submission(ground, &mut warnings);
    let change = move |members: &Members| {
        members.db.read(|conn| owned(conn, person.id, id.0))?;
        let submission = submission.map_err(Problem::unprocessable)?;
        members.resources.change(person.id, id.0, version, submission).map_err(problem)?;
        members.db.read(|conn| read(conn, &members.vault, by, id.0, warnings))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(change).await?))
}

/// Take my entry back from review
///
/// What is registered stays as it is; one that does not wait stays as it is. Changing it submits it again.
#[utoipa::path(
    tag = "resources",
    params(PathId<ResourceId>, Asked<Placed>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The entry, with where it stands.", body = SubmittedResource),
        (status = 409, description = "`organisationSuspended`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/me/resources/{id}/withdraw")]
async fn withdraw_my_resource(
    person: Person,
    id: PathId<ResourceId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let by = by(&asked, None, &state);
    act(person, id.0, by, members, |resources, person, id| resources.withdraw(person, id)).await
}

/// Put my entry away
///
/// Nobody else finds it any more. Changing it submits it again, and it keeps its number.
#[utoipa::path(
    tag = "resources",
    params(PathId<ResourceId>, Asked<Placed>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The entry, with where it stands.", body = SubmittedResource),
        (status = 409, description = "`nothingToDo`: an authority took it down. `organisationSuspended`.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/me/resources/{id}/archive")]
async fn archive_my_resource(
    person: Person,
    id: PathId<ResourceId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let by = by(&asked, None, &state);
    act(person, id.0, by, members, |resources, person, id| resources.archive(person, id)).await
}

/// Confirm my entry
///
/// That it is as it says. An entry that nobody confirmed for a year says so (`staleSince`), and leaves the directory a year
/// later (`lapsesOn`); approving a change confirms it too.
#[utoipa::path(
    tag = "resources",
    params(PathId<ResourceId>, Asked<Placed>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The entry, with where it stands.", body = SubmittedResource),
        (status = 409, description = "`nothingToDo`: it is not registered, or not public. `organisationSuspended`.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/me/resources/{id}/confirm")]
async fn confirm_my_resource(
    person: Person,
    id: PathId<ResourceId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let by = by(&asked, None, &state);
    act(person, id.0, by, members, |resources, person, id| resources.confirm(person, id)).await
}
