//! Organisations as authorities administer them: who is in their division, suspended, restored, trusted; and a first owner
//! for one that has none. Applications are decided in the queue of review.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::organisations::{self, Filter};
use crate::db::records::Stored;
use crate::db::{AnyConn, applications};
use crate::discovery::page::{Answer, Key};
use crate::domain::ids::OrganisationId;
use crate::domain::invalid::Invalid;
use crate::domain::organisations::{Organisation, StandingWord};
use crate::domain::roles::{AuthorityRole, MemberRole};
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::IdempotencyKey;
use crate::http::staff::{Known, Staff};
use crate::http::state::{Members, State};
use crate::http::v1::manage::organisations::invitations::InvitationItem;
use crate::http::v1::manage::organisations::shown::{ManagedOrganisation, Viewed};
use crate::http::v1::review::LONGEST_REASON;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_administered_organisations)
        .service(suspend_organisation)
        .service(restore_organisation)
        .service(trust_organisation)
        .service(invite_owner);
}

/// What `GET /v1/admin/organisations` takes.
pub struct ListAdministered;

const STATE: Param = Param::new(
    "state",
    Kind::Word(&["waiting", "refused", "verified", "trusted", "suspended"]),
    "Only those that stand so: `waiting` and `refused` say how the newest application stands, which may ask for a change of \
     what was verified.",
    "suspended",
);

impl Table for ListAdministered {
    const PARAMS: &'static [&'static [Param]] = &[&[STATE], PAGE, LANGUAGE];
}

/// Why something is decided.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganisationReason {
    /// Why: it stays on record, and the organisation reads it.
    #[schema(example = "活动与申报不符，核实中", min_length = 1, max_length = 500)]
    reason: String,
}

/// Whether an organisation is trusted.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganisationTrust {
    /// Whether what it submits is published before anybody looks at it.
    #[schema(example = true)]
    trusted: bool,
    /// Why: it stays on record.
    #[schema(example = "一年内送审内容均无问题", min_length = 1, max_length = 500)]
    reason: String,
}

/// How an organisation stands now.
#[derive(Serialize, ToSchema)]
pub struct OrganisationStanding {
    /// Whether it is verified.
    #[schema(example = true)]
    verified: bool,
    /// Whether it is trusted.
    #[schema(example = false)]
    trusted: bool,
    /// Whether it is suspended.
    #[schema(example = true)]
    suspended: bool,
}

/// Lets through administrators over the seat of an organisation; of one whose seat is not known, those of provinces.
pub(super) fn administer(conn: &mut AnyConn, staff: &Staff, id: OrganisationId) -> Result<(), Problem> {
    let record = Organisation::get(conn, id.get())?.ok_or(Code::NotFound)?;
    let standing = organisations::standing(conn, id)?.ok_or(Code::NotFound)?;
    let over = match record.body.adcode {
        Some(seat) => staff.roles.over(seat, AuthorityRole::Administrator),
        None => staff.roles.divisions(AuthorityRole::Administrator).iter().any(|one| one.is_province()),
    };
    let known = if standing.verified { Known::ToAll } else { Known::ToMembers };
    if over {
        Ok(())
    } else if known == Known::ToAll {
        Err(Code::Forbidden.into())
    } else {
        Err(Code::NotFound.into())
    }
}

/// Lets through who does not belong to an organisation: nobody decides in their own cause.
fn impartial(staff: &Staff, id: OrganisationId) -> Result<(), Problem> {
    if staff.roles.in_any(&[id], MemberRole::Desk) { Err(Code::OwnSubmission.into()) } else { Ok(()) }
}

/// A reason that stays on record.
fn because(reason: &str) -> Result<(), Problem> {
    let mut invalid = Invalid::default();
    invalid.line("reason", reason, LONGEST_REASON);
    invalid.or(()).map_err(Problem::unprocessable)
}

/// Does something to an organisation of the administrator's; says how it stands then.
async fn act(
    staff: Staff,
    id: OrganisationId,
    members: web::Data<Members>,
    work: impl FnOnce(&Members, &Staff) -> Result<(), Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let act = move |members: &Members| {
        members.db.read(|conn| administer(conn, &staff, id))?;
        work(members, &staff)?;
        let standing = members.db.read(|conn| organisations::standing(conn, id))?.ok_or(Code::NotFound)?;
        Ok::<_, Problem>(OrganisationStanding {
            verified: standing.verified,
            trusted: standing.trusted_at.is_some(),
            suspended: standing.suspended_at.is_some(),
        })
    };
    let standing = members.into_inner().aside(act).await?;
    Ok(private::answer(StatusCode::OK, standing))
}

/// List organisations to administer
///
/// Those with their seat in the divisions of whoever asks, the newest first, with what each says of itself; those whose seat
/// is not known, to administrators of provinces.
#[utoipa::path(
    tag = "administration",
    params(Asked<ListAdministered>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<ManagedOrganisation>))
)]
#[get("/v1/admin/organisations")]
async fn list_administered_organisations(
    staff: Staff,
    asked: Asked<ListAdministered>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let divisions = staff.roles.divisions(AuthorityRole::Administrator);
    if divisions.is_empty() {
        return Err(Code::Forbidden.into());
    }
    let turn = asked.turn(state.now())?;
    let before = turn.paging.after.as_ref().map(|(_, id)| *id);
    let limit = turn.paging.limit;
    let standing = asked.params.word(&STATE).and_then(StandingWord::from_name);
    let filter = Filter { divisions, standing };
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let page = organisations::list(conn, &filter, before, limit + 1)?;
            let mut found = Vec::with_capacity(page.len());
            for (record, standing) in page {
                let id = OrganisationId::new(record.id).ok_or(Code::NotFound)?;
                let application = applications::get(conn, &members.vault, id)?;
                found.push(Viewed { record, standing, application, role: None });
            }
            Ok::<_, Problem>((found, organisations::count(conn, &filter)?))
        })
    };
    let (mut found, total) = members.into_inner().aside(read).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| (Key::Number(-last.record.id), last.record.id));
    let answer = Answer { found, total: usize::try_from(total).unwrap_or(usize::MAX), next };
    let list: List<ManagedOrganisation> =
        turn.page(answer, |one| ManagedOrganisation::new(one, &state.live, asked.lang));
    Ok(private::answer(StatusCode::OK, list))
}

/// Suspend an organisation
///
/// At once, on every replica, everything whose main organiser it is leaves the lists and searches, and nobody signs up for
/// it. Its members read and do not write. Who has signed up keeps their seat and is let in at the door; they are not told,
/// since sessions may well take place: one that does not is called off by its members, who may do that all the same, or by
/// an administrator over its division, at `/v1/manage/events/{id}/cancel` and `/v1/manage/sessions/{id}/cancel`.
#[utoipa::path(
    tag = "administration",
    params(PathId<OrganisationId>),
    request_body = OrganisationReason,
    security(("person" = [])),
    responses(
        (status = 200, description = "How it stands.", body = OrganisationStanding),
        (status = 409, description = "`nothingToDo`: it is suspended.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/admin/organisations/{id}/suspend")]
async fn suspend_organisation(
    staff: Staff,
    id: PathId<OrganisationId>,
    body: Json<OrganisationReason>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    because(&body.0.reason)?;
    let work = move |members: &Members, staff: &Staff| {
        Ok(members.organisations.suspend(staff.person.id, id.0, &body.0.reason)?)
    };
    act(staff, id.0, members, work).await
}

/// Restore an organisation
///
/// What it published is shown again, as it was. Members of it leave that to a colleague or a higher level.
#[utoipa::path(
    tag = "administration",
    params(PathId<OrganisationId>),
    request_body = OrganisationReason,
    security(("person" = [])),
    responses(
        (status = 200, description = "How it stands.", body = OrganisationStanding),
        (status = 403, description = "`ownSubmission`: it is one's own; `forbidden`.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`nothingToDo`: it is not suspended.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/admin/organisations/{id}/restore")]
async fn restore_organisation(
    staff: Staff,
    id: PathId<OrganisationId>,
    body: Json<OrganisationReason>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    because(&body.0.reason)?;
    let work = move |members: &Members, staff: &Staff| {
        impartial(staff, id.0)?;
        Ok(members.organisations.restore(staff.person.id, id.0, &body.0.reason)?)
    };
    act(staff, id.0, members, work).await
}

/// Trust an organisation
///
/// What a trusted one submits is published at once, unless its words are doubtful or something of theirs was taken down in
/// the last thirty days; a share of it is looked at afterwards.
/// `trusted: false` ends that. Members of it leave that to a colleague or a higher level.
#[utoipa::path(
    tag = "administration",
    params(PathId<OrganisationId>),
    request_body = OrganisationTrust,
    security(("person" = [])),
    responses(
        (status = 200, description = "How it stands.", body = OrganisationStanding),
        (status = 403, description = "`ownSubmission`: it is one's own; `forbidden`.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`nothingToDo`, `organisationUnverified`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/admin/organisations/{id}/trust")]
async fn trust_organisation(
    staff: Staff,
    id: PathId<OrganisationId>,
    body: Json<OrganisationTrust>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let OrganisationTrust { trusted, reason } = body.0;
    because(&reason)?;
    let work = move |members: &Members, staff: &Staff| {
        impartial(staff, id.0)?;
        Ok(members.organisations.trust(staff.person.id, id.0, trusted, &reason)?)
    };
    act(staff, id.0, members, work).await
}

/// Invite an owner
///
/// For an organisation that has none: one that was here before anybody applied, or whose last owner closed their account.
/// Whoever accepts the code becomes an owner; the authority answers for whom it hands it to.
#[utoipa::path(
    tag = "administration",
    params(PathId<OrganisationId>, IdempotencyKey),
    security(("person" = [])),
    responses(
        (status = 201, description = "The invitation with its code, shown this once.", body = InvitationItem),
        (status = 409, description = "`hasOwner`, `tooManyInvitations`, `keyReused`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/admin/organisations/{id}/invitations")]
async fn invite_owner(
    staff: Staff,
    id: PathId<OrganisationId>,
    key: IdempotencyKey,
    request: HttpRequest,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let repeat = key.of(&request, &members, "");
    let invite = move |members: &Members| {
        members.db.read(|conn| administer(conn, &staff, id.0))?;
        Ok::<_, Problem>(members.organisations.invite_owner(staff.person.id, repeat.as_ref(), id.0)?)
    };
    let (invitation, code) = members.into_inner().aside(invite).await?;
    let body = InvitationItem::new(invitation, Some(&code));
    Ok(private::answer(StatusCode::CREATED, body))
}
