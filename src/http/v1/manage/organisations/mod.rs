//! Organisations (单位) as their members see them: applying, and how one stands.

pub mod api_keys;
pub mod duties;
pub mod invitations;
pub mod members;
pub mod shown;
pub mod statistics;
pub mod yearly_report;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, put, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::returned::{Answered, Returned};
use crate::app;
use crate::db::records::Stored;
use crate::db::{AnyConn, applications, organisations, roles};
use crate::domain::applications::{Contact, Details};
use crate::domain::credit_codes::CreditCode;
use crate::domain::divisions::Adcode;
use crate::domain::ids::OrganisationId;
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::organisations::Organisation;
use crate::domain::roles::{MemberRole, Role, Roles};
use crate::domain::sealing::Vault;
use crate::domain::text::Text;
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::{Asked, PathId};
use crate::http::person::Person;
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::staff::{Author, Known, Staff};
use crate::http::state::{Members, State};
use crate::http::v1::filters::Plain;
use shown::{ManagedOrganisation, OrganisationKindName, Viewed};

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_my_organisations)
        .service(apply_for_organisation)
        .service(get_my_organisation)
        .service(update_my_organisation)
        .service(withdraw_application)
        .configure(statistics::configure)
        .configure(yearly_report::configure)
        .configure(members::configure)
        .configure(invitations::configure)
        .configure(api_keys::configure)
        .configure(duties::configure);
}

/// What an organisation says of itself.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganisationApplication {
    /// Its name as the certificate has it.
    #[schema(example = "天河天文馆", min_length = 1, max_length = 120)]
    name: String,
    /// Its name in English, if it has one.
    #[schema(example = "Tianhe Planetarium", min_length = 1, max_length = 120)]
    english_name: Option<String>,
    /// What it is.
    kind: OrganisationKindName,
    /// Code of the division of its seat: that authority verifies it, or one above.
    #[schema(example = "440106", pattern = "^[1-9][0-9]{5}$")]
    adcode: String,
    /// The address of its seat.
    #[schema(example = "天河区天河路1号", min_length = 1, max_length = 120)]
    address: String,
    /// The unified social credit code (统一社会信用代码); its check digit is checked. Needed on the mainland.
    #[schema(example = "12440100455352645J", min_length = 18, max_length = 18)]
    credit_code: Option<String>,
    /// Its web site.
    #[schema(example = "https://example.org/")]
    url: Option<String>,
    /// What shows that it is so, in words: where the certificate can be seen, who can be asked.
    #[schema(example = "事业单位法人证书可在登记管理机关网站查询", min_length = 1, max_length = 2000)]
    evidence: String,
    /// Whom the authority may ask.
    contact: OrganisationContact,
}

/// Somebody whom an authority may ask about an organisation. It is stored sealed, and shown to owners and to the authority.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganisationContact {
    /// Their name.
    #[schema(example = "李老师", min_length = 1, max_length = 30)]
    name: String,
    /// Their telephone number.
    #[schema(example = "020-12345678", min_length = 1, max_length = 30)]
    phone: String,
    /// Their address for mail.
    #[schema(example = "science@example.org", min_length = 1, max_length = 100)]
    mail: Option<String>,
}

/// A change of what an organisation says of itself.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganisationChange {
    /// All of it, as it is to be.
    #[schema(value_type = OrganisationApplication)]
    application: Returned<OrganisationApplication>,
    /// `application.version` as it was read; 0 where there is none yet.
    #[schema(example = 1, minimum = 0)]
    version: i64,
}

impl Answered for OrganisationApplication {
    const ANSWERED: &'static [&'static str] = &["state", "reason", "submittedAt", "decidedAt", "version"];
}

impl Answered for OrganisationChange {
    const ANSWERED: &'static [&'static str] = &[
        "id",
        "name",
        "kind",
        "adcode",
        "url",
        "role",
        "verified",
        "trusted",
        "suspendedAt",
        "suspendedReason",
    ];
}

impl OrganisationApplication {
    fn read(self, within: &str) -> Result<(Details, Contact), Problem> {
        let mut invalid = Invalid::default();
        let field = |name: &str| format!("{within}{name}");
        let adcode = self.adcode.parse::<Adcode>().ok();
        if adcode.is_none() {
            invalid.push(field("adcode"), FieldCode::Malformed(Expected::Adcode));
        }
        let code = self.credit_code.as_deref().map(str::parse::<CreditCode>);
        if let Some(Err(_)) = code {
            invalid.push(field("creditCode"), FieldCode::Malformed(Expected::CreditCode));
        }
        let (Some(adcode), true) = (adcode, invalid.0.is_empty()) else {
            return Err(Problem::unprocessable(invalid));
        };
        let details = Details {
            name: Text { en: self.english_name, ..Text::zh(self.name) },
            kind: self.kind.into(),
            adcode,
            address: self.address,
            credit_code: code.and_then(Result::ok),
            url: self.url,
            evidence: self.evidence,
        };
        let OrganisationContact { name, phone, mail } = self.contact;
        Ok((details, Contact { name: name.into(), phone: phone.into(), mail: mail.map(Into::into) }))
    }
}

/// An organisation as the store has it, as whoever has these roles may see it.
fn view(conn: &mut AnyConn, vault: &Vault, roles: &Roles, id: OrganisationId) -> Result<Viewed, Problem> {
    let record = Organisation::get(conn, id.get())?.ok_or(Code::NotFound)?;
    let standing = organisations::standing(conn, id)?.ok_or(Code::NotFound)?;
    let application = applications::get(conn, vault, id)?;
    let role = roles.0.iter().find_map(|held| match held {
        Role::Member(role, of) if *of == id => Some(*role),
        _ => None,
    });
    Ok(Viewed { record, standing, application, role })
}

/// List my organisations
///
/// Those that whoever is logged in is a member of, and how each stands.
#[utoipa::path(
    tag = "organisations",
    params(Asked<Plain>),
    security(("person" = [])),
    responses((status = 200, description = "All of them.", body = List<ManagedOrganisation>))
)]
#[get("/v1/manage/organisations")]
async fn list_my_organisations(
    person: Person,
    asked: Asked<Plain>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let roles = roles::of_person(conn, person.id)?;
            let own = roles.organisations(MemberRole::Desk).into_iter();
            own.map(|id| view(conn, &members.vault, &roles, id)).collect::<Result<Vec<_>, Problem>>()
        })
    };
    let own = members.into_inner().aside(read).await?;
    let items = own.into_iter().map(|one| ManagedOrganisation::new(one, &state.live, asked.lang)).collect();
    let list: List<ManagedOrganisation> = List::whole(items, None);
    Ok(private::answer(StatusCode::OK, list))
}

/// Apply with an organisation
///
/// Whoever applies becomes its owner. An authority of the district of its seat, or above, verifies it; until then it writes
/// drafts, publishes nothing, and nobody else sees it. Five applications of a person wait at a time.
#[utoipa::path(
    tag = "organisations",
    params(Once<OrganisationApplication>, Asked<Plain>),
    request_body = OrganisationApplication,
    security(("person" = [])),
    responses(
        (status = 201, description = "The organisation, waiting.", body = ManagedOrganisation),
        (status = 409, description = "`appliedAlready`: theirs for the same organisation waits; `tooManyApplications`, \
            `keyReused`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/organisations")]
async fn apply_for_organisation(
    person: Person,
    asked: Asked<Plain>,
    body: Once<OrganisationApplication>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Once { body, repeat } = body;
    let (details, contact) = body.read("")?;
    let apply = move |members: &Members| {
        let id = members.organisations.apply(person.id, repeat.as_ref(), &details, &contact)?;
        members.db.snapshot(|conn| {
            let roles = roles::of_person(conn, person.id)?;
            view(conn, &members.vault, &roles, id)
        })
    };
    let made = members.into_inner().aside(apply).await?;
    Ok(private::answer(StatusCode::CREATED, ManagedOrganisation::new(made, &state.live, asked.lang)))
}

/// Read my organisation
///
/// How it stands, and what it says of itself; the contact to owners only. A partner's system reads its own by its key,
/// whatever the key's scopes.
#[utoipa::path(
    tag = "organisations",
    params(PathId<OrganisationId>, Asked<Plain>),
    security(("person" = [])),
    responses((status = 200, description = "The organisation.", body = ManagedOrganisation))
)]
#[get("/v1/manage/organisations/{id}")]
async fn get_my_organisation(
    author: Author,
    id: PathId<OrganisationId>,
    asked: Asked<Plain>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            author.of_organisation(id.0, MemberRole::Desk, None, known(conn, id.0)?)?;
            view(conn, &members.vault, author.roles(), id.0)
        })
    };
    let found = members.into_inner().aside(read).await?;
    Ok(private::answer(StatusCode::OK, ManagedOrganisation::new(found, &state.live, asked.lang)))
}

/// Change what my organisation says of itself
///
/// What was read can be sent back: what only the answer says is not looked at. All of it waits for an authority anew. What was verified stands, and is shown to everybody, until that is decided.
#[utoipa::path(
    tag = "organisations",
    params(PathId<OrganisationId>, Asked<Plain>),
    request_body = OrganisationChange,
    security(("person" = [])),
    responses(
        (status = 200, description = "The organisation, with the application that waits.", body = ManagedOrganisation),
        (status = 409, description = "`versionConflict`: read it again; `organisationSuspended`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[put("/v1/manage/organisations/{id}")]
async fn update_my_organisation(
    staff: Staff,
    id: PathId<OrganisationId>,
    asked: Asked<Plain>,
    body: Json<Returned<OrganisationChange>>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Json(Returned(OrganisationChange { application: Returned(application), version })) = body;
    let read = application.read("application.");
    let change = move |members: &Members| {
        owner(members, &staff, id.0)?;
        let (details, contact) = read?;
        members
            .organisations
            .resubmit(staff.person.id, id.0, version, &details, &contact)
            .map_err(|error| within("application.", error))?;
        members.db.snapshot(|conn| view(conn, &members.vault, &staff.roles, id.0))
    };
    let changed = members.into_inner().aside(change).await?;
    Ok(private::answer(StatusCode::OK, ManagedOrganisation::new(changed, &state.live, asked.lang)))
}

/// Withdraw an application
///
/// Takes back what waits, with everything that it says. What was verified stands; an organisation that never was can be
/// left then, or apply anew.
#[utoipa::path(
    tag = "organisations",
    params(PathId<OrganisationId>, Asked<Plain>),
    security(("person" = [])),
    responses(
        (status = 200, description = "The organisation, without it.", body = ManagedOrganisation),
        (status = 409, description = "`nothingToDo`: none waits; `organisationSuspended`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/organisations/{id}/withdraw")]
async fn withdraw_application(
    staff: Staff,
    id: PathId<OrganisationId>,
    asked: Asked<Plain>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let withdraw = move |members: &Members| {
        owner(members, &staff, id.0)?;
        members.organisations.withdraw_application(staff.person.id, id.0)?;
        members.db.snapshot(|conn| view(conn, &members.vault, &staff.roles, id.0))
    };
    let left = members.into_inner().aside(withdraw).await?;
    Ok(private::answer(StatusCode::OK, ManagedOrganisation::new(left, &state.live, asked.lang)))
}

/// What outsiders know of an organisation.
fn known(conn: &mut AnyConn, id: OrganisationId) -> Result<Known, Problem> {
    let standing = organisations::standing(conn, id)?.ok_or(Code::NotFound)?;
    Ok(if standing.verified { Known::ToAll } else { Known::ToMembers })
}

/// Lets through members of an organisation from this role on.
fn member(members: &Members, staff: &Staff, id: OrganisationId, role: MemberRole) -> Result<(), Problem> {
    let known = members.db.read(|conn| known(conn, id))?;
    staff.of_organisations(&[id], role, known)
}

/// Lets through owners of an organisation.
fn owner(members: &Members, staff: &Staff, id: OrganisationId) -> Result<(), Problem> {
    member(members, staff, id, MemberRole::Owner)
}

/// The error of a use case, whose fields lie within another object on the wire.
fn within(object: &str, error: app::Error) -> Problem {
    match error {
        app::Error::Invalid(mut invalid) => {
            invalid.0.iter_mut().for_each(|error| error.field.insert_str(0, object));
            Problem::unprocessable(invalid)
        }
        error => error.into(),
    }
}
