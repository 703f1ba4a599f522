//! Accreditation (基地认定) as the organisations of bases see it.

mod asked;
pub mod shown;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app;
use crate::app::accreditations::{Accreditations, Wish};
use crate::db::accreditations::{self, Wanted};
use crate::db::records::Stored;
use crate::domain::accreditations::State as Stand;
use crate::domain::bases::Base;
use crate::domain::ids::{AccreditationId, BaseId, OrganisationId, PersonId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::roles::MemberRole;
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::staff::{Known, Staff};
use crate::http::state::{Members, State};
use crate::http::v1::filters::Plain;
use asked::{ChangedAccreditation, NewAccreditation};
use shown::{AccreditationItem, AccreditationState, read};

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_accreditations)
        .service(apply_for_accreditation)
        .service(get_accreditation)
        .service(update_accreditation)
        .service(submit_accreditation)
        .service(withdraw_accreditation);
}

/// What `GET /v1/manage/accreditations` takes.
pub struct ListAccreditations;

const ORGANISATION: Param =
    Param::new("organisation", Kind::Id, "Only those of this organisation.", "01h2x7m9k4qpz");
/// Of which base.
pub(in crate::http::v1) const BASE: Param =
    Param::new("base", Kind::Id, "Only those of this base.", "01h2x7m9k4qpz");
/// How it stands.
pub(in crate::http::v1) const STATE: Param =
    Param::new("state", Kind::Word(AccreditationState::WORDS), "Only those that stand so.", "approved");

impl Table for ListAccreditations {
    const PARAMS: &'static [&'static [Param]] = &[&[ORGANISATION, BASE, STATE], PAGE, LANGUAGE];
}

/// Lets through members of the organisation whose it is, from this role on. To others it does not exist.
fn member(members: &Members, staff: &Staff, id: AccreditationId, role: MemberRole) -> Result<(), Problem> {
    let found = members.db.read(|conn| accreditations::get(conn, id))?.ok_or(Code::NotFound)?;
    staff.of_organisations(&[found.organisation], role, Known::ToMembers)
}

/// Does something about an accreditation, and answers with what it is then.
async fn act(
    staff: Staff,
    id: AccreditationId,
    asked: Asked<Plain>,
    members: web::Data<Members>,
    work: impl FnOnce(&Accreditations, PersonId, AccreditationId) -> Result<(), app::Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let act = move |members: &Members| {
        member(members, &staff, id, MemberRole::Editor)?;
        work(&members.accreditations, staff.person.id, id)?;
        members.db.read(|conn| read(conn, id, asked.lang))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(act).await?))
}

/// List accreditations of my bases
///
/// What was applied for and what was granted, with how each stands; the newest first.
#[utoipa::path(
    tag = "accreditation",
    params(Asked<ListAccreditations>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<AccreditationItem>))
)]
#[get("/v1/manage/accreditations")]
async fn list_accreditations(
    staff: Staff,
    asked: Asked<ListAccreditations>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let wanted: Option<OrganisationId> = asked.params.text(&ORGANISATION).and_then(|id| id.parse().ok());
    let mut own = staff.roles.organisations(MemberRole::Desk);
    own.retain(|own| wanted.is_none_or(|wanted| wanted == *own));
    if own.is_empty() && wanted.is_none() {
        return Err(Code::Forbidden.into());
    }
    let wanted = Wanted {
        organisations: Some(own),
        base: asked.params.text(&BASE).and_then(|id| id.parse().ok()),
        state: asked.params.word(&STATE).and_then(Stand::from_name),
        ..Wanted::default()
    };
    shown::page(asked, state, members, wanted).await
}

/// Apply for a level
///
/// For a base of an organisation where one is editor, at the authority of the level: of its district, its city or its
/// province. What the state grants is recorded by the province. Evidence may follow until it is handed in. With `renews` it
/// goes on from a term that ends within 180 days.
#[utoipa::path(
    tag = "accreditation",
    params(Once<NewAccreditation>, Asked<Plain>),
    request_body(content = NewAccreditation, example = json!({
        "baseId": "01h2x7m9k4qpz", "level": "municipal", "body": "广州市科学技术普及基地",
        "statement": "全年开放，配有三名专职讲解员。",
        "evidence": [{ "title": "上年度开放记录", "url": "https://example.org/" }],
        "form": { "area": 1200, "openDays": 300, "visitors": 50000, "staff": 3, "volunteers": 20 },
    })),
    security(("person" = [])),
    responses(
        (status = 201, description = "The application, as a draft.", body = AccreditationItem),
        (status = 409, description = "`renewalTooEarly`, `organisationSuspended`, `keyReused`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/accreditations")]
async fn apply_for_accreditation(
    staff: Staff,
    asked: Asked<Plain>,
    body: Once<NewAccreditation>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    if staff.roles.organisations(MemberRole::Editor).is_empty() {
        return Err(Code::Forbidden.into());
    }
    let Once { body, repeat } = body;
    let wish = body.wish().map_err(Problem::unprocessable)?;
    let apply = move |members: &Members| {
        editor_of(members, &staff, &wish)?;
        let id = members.accreditations.begin(staff.person.id, &wish, repeat.as_ref())?;
        members.db.read(|conn| Ok::<_, Problem>((id, read(conn, id, asked.lang)?)))
    };
    let (id, made) = members.into_inner().aside(apply).await?;
    Ok(private::made(format_args!("/v1/manage/accreditations/{id}"), made))
}

/// Lets through editors of the main organiser of a base.
fn editor_of(members: &Members, staff: &Staff, wish: &Wish) -> Result<(), Problem> {
    let none = || Problem::unprocessable(Invalid::one("baseId", FieldCode::NoSuch { kind: "base" }));
    let base = members.db.read(|conn| Base::get(conn, BaseId::get(wish.base)))?.ok_or_else(none)?;
    let main = base.body.organisers.first().map(|main| main.organisation).ok_or_else(none)?;
    staff.of_organisations(&[main], MemberRole::Editor, Known::ToAll)
}

/// Read an accreditation
///
/// What was applied for, how that stands, and what was granted.
#[utoipa::path(
    tag = "accreditation",
    params(PathId<AccreditationId>, Asked<Plain>),
    security(("person" = [])),
    responses((status = 200, description = "The accreditation.", body = AccreditationItem))
)]
#[get("/v1/manage/accreditations/{id}")]
async fn get_accreditation(
    staff: Staff,
    id: PathId<AccreditationId>,
    asked: Asked<Plain>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let get = move |members: &Members| {
        member(members, &staff, id.0, MemberRole::Desk)?;
        members.db.read(|conn| read(conn, id.0, asked.lang))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(get).await?))
}

/// Change an application
///
/// Replaces what is said in it. What waits for the authority waits no more, until it is handed in again.
#[utoipa::path(
    tag = "accreditation",
    params(PathId<AccreditationId>, Asked<Plain>),
    request_body = ChangedAccreditation,
    security(("person" = [])),
    responses(
        (status = 200, description = "The application.", body = AccreditationItem),
        (status = 409, description = "`versionConflict`: read it again. `nothingToDo`: it was granted.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[put("/v1/manage/accreditations/{id}")]
async fn update_accreditation(
    staff: Staff,
    id: PathId<AccreditationId>,
    asked: Asked<Plain>,
    body: Json<ChangedAccreditation>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (version, application) = body.0.application();
    let change = move |accreditations: &Accreditations, person: PersonId, id: AccreditationId| {
        accreditations.change(person, id, version, &application)
    };
    act(staff, id.0, asked, members, change).await
}

/// Submit an application
///
/// It waits for the authority of the level. Everything that is missing is told at once.
#[utoipa::path(
    tag = "accreditation",
    params(PathId<AccreditationId>, Asked<Plain>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The application, waiting.", body = AccreditationItem),
        (status = 409, description = "`nothingToDo`: it was granted, or its base is not public. `organisationUnverified`, \
            `organisationSuspended`.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalidBody`: `errors` lists everything that is missing.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/accreditations/{id}/submit")]
async fn submit_accreditation(
    staff: Staff,
    id: PathId<AccreditationId>,
    asked: Asked<Plain>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    act(staff, id.0, asked, members, |accreditations, person, id| accreditations.submit(person, id)).await
}

/// Withdraw an application
///
/// Takes it back; changing it or handing it in again takes it up.
#[utoipa::path(
    tag = "accreditation",
    params(PathId<AccreditationId>, Asked<Plain>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The application.", body = AccreditationItem),
        (status = 409, description = "`nothingToDo`: it was granted.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/accreditations/{id}/withdraw")]
async fn withdraw_accreditation(
    staff: Staff,
    id: PathId<AccreditationId>,
    asked: Asked<Plain>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    act(staff, id.0, asked, members, |accreditations, person, id| accreditations.withdraw(person, id)).await
}
