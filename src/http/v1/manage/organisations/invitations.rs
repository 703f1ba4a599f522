//! Invitations into an organisation (邀请).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::members::MemberRole;
use super::owner;
use crate::app::organisations::invitations::NewInvitation as Invited;
use crate::db::invitations;
use crate::domain::ids::{InvitationId, OrganisationId};
use crate::domain::invalid::Invalid;
use crate::domain::invitations::{DAYS, Invitation, InvitationCode, MOST_DAYS};
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::list::List;
use crate::http::params::PathId;
use crate::http::person::Person;
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::staff::Staff;
use crate::http::state::Members;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_invitations)
        .service(create_invitation)
        .service(delete_invitation)
        .service(accept_invitation);
}

/// An invitation that is to be made.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewInvitation {
    /// As what whoever accepts it becomes a member.
    role: MemberRole,
    /// For how many days it is good; 7 unless it is said.
    #[schema(example = 7, minimum = 1, maximum = 30)]
    days: Option<u16>,
    /// By what name colleagues are to know whoever accepts it.
    #[schema(example = "李老师", min_length = 1, max_length = 30)]
    label: Option<String>,
}

/// An invitation that waits to be accepted.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationItem {
    /// Its id, by which it is taken back.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// As what whoever accepts it becomes a member.
    role: MemberRole,
    /// By what name colleagues are to know them.
    #[schema(example = "李老师")]
    label: Option<String>,
    /// When it was made.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    created_at: Rfc3339,
    /// Until when it is good.
    #[schema(example = "2026-12-02T10:00:00+08:00", value_type = String, format = DateTime)]
    expires_at: Rfc3339,
    /// The code, shown this once: whoever has it, and logs in by whatever way, accepts it. Good once.
    #[schema(example = "jof9RJOGmpOYfCWXej8jMQ")]
    code: Option<String>,
}

/// What somebody became by an invitation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    /// The organisation.
    #[schema(example = "01h2x7m9k4qpz")]
    organisation_id: String,
    /// As what one is a member.
    role: MemberRole,
}

impl InvitationItem {
    /// An invitation; with its code where that is shown.
    pub fn new(invitation: Invitation, code: Option<&InvitationCode>) -> Self {
        Self {
            id: invitation.id.to_string(),
            role: invitation.role.into(),
            label: invitation.label.map(|label| label.expose().to_owned()),
            created_at: rfc3339(invitation.created_at),
            expires_at: rfc3339(invitation.expires_at),
            code: code.map(|code| code.expose().to_owned()),
        }
    }
}

/// For how many days something is good: what was given, or `unless`.
pub(super) fn days(given: Option<u16>, unless: u16, most: u16) -> Result<u16, Problem> {
    let days = given.unwrap_or(unless);
    let mut invalid = Invalid::default();
    invalid.range("days", days, 1, most);
    invalid.or(days).map_err(Problem::unprocessable)
}

/// List invitations
///
/// Those that wait to be accepted, the oldest first; without their codes.
#[utoipa::path(
    tag = "organisations",
    params(PathId<OrganisationId>),
    security(("person" = [])),
    responses((status = 200, description = "All of them.", body = List<InvitationItem>))
)]
#[get("/v1/manage/organisations/{id}/members/invitations")]
async fn list_invitations(
    staff: Staff,
    id: PathId<OrganisationId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| {
        owner(members, &staff, id.0)?;
        let now = members.clock.now();
        let open = members.db.read(|conn| invitations::of_organisation(conn, &members.vault, id.0, now))?;
        let items = open.into_iter().map(|invitation| InvitationItem::new(invitation, None)).collect();
        Ok::<List<InvitationItem>, Problem>(List::whole(items, None))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(read).await?))
}

/// Invite a member
///
/// Makes a code and shows it this once; hand it over as a link or a QR code. Whoever accepts it first becomes a member. The same
/// request with the same `Idempotency-Key` shows it again for a day; 404 once it is accepted or taken back.
#[utoipa::path(
    tag = "organisations",
    params(PathId<OrganisationId>, Once<NewInvitation>),
    request_body = NewInvitation,
    security(("person" = [])),
    responses(
        (status = 201, description = "The invitation with its code.", body = InvitationItem),
        (status = 409, description = "`tooManyInvitations`, `organisationSuspended`, `keyReused`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/organisations/{id}/members/invitations")]
async fn create_invitation(
    staff: Staff,
    id: PathId<OrganisationId>,
    body: Once<NewInvitation>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Once { body: NewInvitation { role, days: given, label }, repeat } = body;
    let invite = move |members: &Members| {
        owner(members, &staff, id.0)?;
        let days = days(given, DAYS, MOST_DAYS)?;
        let new = Invited { role: role.into(), days, label: label.map(Into::into) };
        let made = members.organisations.invite(staff.person.id, repeat.as_ref(), id.0, &new)?;
        Ok::<_, Problem>(made)
    };
    let (invitation, code) = members.into_inner().aside(invite).await?;
    Ok(private::answer(StatusCode::CREATED, InvitationItem::new(invitation, Some(&code))))
}

/// Take an invitation back
///
/// Its code does nothing any more.
#[utoipa::path(
    tag = "organisations",
    params(
        PathId<OrganisationId>,
        ("invitation" = String, Path, description = "The invitation's id.", example = "01h2x7m9k4qpz"),
    ),
    security(("person" = [])),
    responses((status = 204, description = "Taken back."))
)]
#[delete("/v1/manage/organisations/{id}/members/invitations/{invitation}")]
async fn delete_invitation(
    staff: Staff,
    id: PathId<OrganisationId>,
    request: HttpRequest,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let named = request.match_info().get("invitation").and_then(|id| id.parse::<InvitationId>().ok());
    let take_back = move |members: &Members| {
        owner(members, &staff, id.0)?;
        let named = named.ok_or(Code::NotFound)?;
        Ok::<_, Problem>(members.organisations.uninvite(staff.person.id, id.0, named)?)
    };
    members.into_inner().aside(take_back).await?;
    Ok(private::nothing())
}

/// Accept an invitation
///
/// Makes whoever is logged in, by WeChat or by password, a member of the organisation. A code is good once, for some days.
/// 409 `nothingToDo` for who is a member with that role or a higher one already, and 403 `ownSubmission` for who made the
/// invitation; then the code stays good.
#[utoipa::path(
    tag = "organisations",
    params(("code" = String, Path, description = "The code.", example = "jof9RJOGmpOYfCWXej8jMQ")),
    security(("person" = [])),
    responses(
        (status = 200, description = "What one is now.", body = Accepted),
        (status = 403, description = "`ownSubmission`.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`nothingToDo`, `organisationSuspended`.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/invitations/{code}/accept")]
async fn accept_invitation(
    person: Person,
    request: HttpRequest,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let code = InvitationCode::from(request.match_info().get("code").unwrap_or_default());
    let accept = move |members: &Members| members.organisations.accept(person.id, &code);
    let accepted = members.into_inner().aside(accept).await?;
    let body = Accepted { organisation_id: accepted.organisation.to_string(), role: accepted.role.into() };
    Ok(private::answer(StatusCode::OK, body))
}
