//! Who belongs to an organisation, and in which role.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{member, owner};
use crate::db::member_labels;
use crate::db::roles::{self, Member};
use crate::domain::ids::{OrganisationId, PersonId};
use crate::domain::invitations::MemberLabel;
use crate::domain::roles as domain;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::PathId;
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::staff::Staff;
use crate::http::state::Members;
use crate::http::v1::names;
use crate::http::wire::wire;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_members)
        .service(update_member)
        .service(remove_member)
        .service(leave_organisation)
        .service(transfer_organisation);
}

wire! {
    /// What a member may do; each may do what those before may.
    MemberRole = domain::MemberRole {
        /// Runs the desk of sessions.
        Desk "desk"
        /// Writes what the organisation offers.
        Editor "editor"
        /// Says who is a member, and what the organisation says of itself.
        Owner "owner"
    }
}

/// A member of an organisation.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberItem {
    /// Their id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// The name of their account, or by which they want to be addressed, if they have either.
    #[schema(example = "lan.museum")]
    name: Option<String>,
    /// By what name colleagues know them.
    #[schema(example = "李老师")]
    label: Option<String>,
    /// What they may do.
    role: MemberRole,
    /// Since when.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    since: Rfc3339,
}

/// Another role for a member.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemberChange {
    /// What they may do from now on.
    role: MemberRole,
    /// By what name colleagues are to know them; it stays as it is if absent.
    #[schema(example = "李老师", min_length = 1, max_length = 30)]
    label: Option<String>,
}

/// Who is to be owner.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Transfer {
    /// The id of the member.
    #[schema(example = "01h2x7m9k4qpz", pattern = "^[0-9a-z]{13}$")]
    to: String,
}

/// All members of an organisation as they are sent.
fn all(members: &Members, id: OrganisationId) -> Result<List<MemberItem>, Problem> {
    members.db.snapshot(|conn| {
        let all = roles::members(conn, id)?;
        let names = names::of(conn, &members.vault, all.iter().map(|member| member.person))?;
        let labels = member_labels::of_organisation(conn, &members.vault, id)?;
        let item = |Member { person, role, since }: Member| MemberItem {
            id: person.to_string(),
            name: names.get(&person).cloned(),
            label: labels.get(&person).map(|label| label.expose().to_owned()),
            role: role.into(),
            since: rfc3339(since),
        };
        Ok(List::whole(all.into_iter().map(item).collect(), None))
    })
}

/// The member that the path names.
fn named(request: &HttpRequest) -> Result<PersonId, Problem> {
    let member = request.match_info().get("member").and_then(|id| id.parse().ok());
    member.ok_or_else(|| Code::NotFound.into())
}

/// List members
///
/// Everybody who belongs to the organisation, who came first first: colleagues know each other.
#[utoipa::path(
    tag = "organisations",
    params(PathId<OrganisationId>),
    security(("person" = [])),
    responses((status = 200, description = "All of them.", body = List<MemberItem>))
)]
#[get("/v1/manage/organisations/{id}/members")]
async fn list_members(
    staff: Staff,
    id: PathId<OrganisationId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| {
        member(members, &staff, id.0, domain::MemberRole::Desk)?;
        all(members, id.0)
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(read).await?))
}

/// Give a member another role
///
/// At once: roles are read on every request. The organisation keeps an owner. What waits of the invitations of one who is
/// owner no more is taken back; keys that they have seen (`madeBy`) are for the owners to revoke.
#[utoipa::path(
    tag = "organisations",
    params(
        PathId<OrganisationId>,
        ("member" = String, Path, description = "The member's id.", example = "01h2x7m9k4qpz"),
    ),
    request_body = MemberChange,
    security(("person" = [])),
    responses(
        (status = 200, description = "All members.", body = List<MemberItem>),
        (status = 409, description = "`lastOwner`, `organisationSuspended`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[put("/v1/manage/organisations/{id}/members/{member}")]
async fn update_member(
    staff: Staff,
    id: PathId<OrganisationId>,
    request: HttpRequest,
    body: Json<MemberChange>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (named, MemberChange { role, label }) = (named(&request), body.0);
    let label = label.map(MemberLabel::from);
    let change = move |members: &Members| {
        owner(members, &staff, id.0)?;
        members.organisations.change_role(staff.person.id, id.0, named?, role.into(), label.as_ref())?;
        all(members, id.0)
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(change).await?))
}

/// Remove a member
///
/// At once. The organisation keeps an owner. What waits of the invitations that they made is taken back; keys that they have
/// seen (`madeBy`) are for the owners to revoke.
#[utoipa::path(
    tag = "organisations",
    params(
        PathId<OrganisationId>,
        ("member" = String, Path, description = "The member's id.", example = "01h2x7m9k4qpz"),
    ),
    security(("person" = [])),
    responses(
        (status = 204, description = "Removed."),
        (status = 409, description = "`lastOwner`, `organisationSuspended`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[delete("/v1/manage/organisations/{id}/members/{member}")]
async fn remove_member(
    staff: Staff,
    id: PathId<OrganisationId>,
    request: HttpRequest,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let named = named(&request);
    let remove = move |members: &Members| {
        owner(members, &staff, id.0)?;
        Ok::<_, Problem>(members.organisations.remove(staff.person.id, id.0, named?)?)
    };
    members.into_inner().aside(remove).await?;
    Ok(private::nothing())
}

/// Leave an organisation
///
/// Whoever asks is a member no more. The last owner makes somebody else one first; only an organisation that was never
/// verified and does not wait to be is left behind by the last who belongs to it.
#[utoipa::path(
    tag = "organisations",
    params(PathId<OrganisationId>),
    security(("person" = [])),
    responses(
        (status = 204, description = "Left."),
        (status = 409, description = "`lastOwner`.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/organisations/{id}/leave")]
async fn leave_organisation(
    staff: Staff,
    id: PathId<OrganisationId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let leave = move |members: &Members| {
        // Of a suspended one too: nobody is kept.
        if !staff.roles.in_any(&[id.0], domain::MemberRole::Desk) {
            member(members, &staff, id.0, domain::MemberRole::Desk)?;
        }
        Ok::<_, Problem>(members.organisations.remove(staff.person.id, id.0, staff.person.id)?)
    };
    members.into_inner().aside(leave).await?;
    Ok(private::nothing())
}

/// Hand an organisation over
///
/// Makes another member its owner, and whoever asks an editor.
#[utoipa::path(
    tag = "organisations",
    params(PathId<OrganisationId>),
    request_body = Transfer,
    security(("person" = [])),
    responses(
        (status = 200, description = "All members.", body = List<MemberItem>),
        (status = 409, description = "`nothingToDo`: it is oneself; `organisationSuspended`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/organisations/{id}/transfer")]
async fn transfer_organisation(
    staff: Staff,
    id: PathId<OrganisationId>,
    body: Json<Transfer>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let transfer = move |members: &Members| {
        owner(members, &staff, id.0)?;
        let to = body.0.to.parse().map_err(|_no_id| Code::NotFound)?;
        members.organisations.transfer(staff.person.id, id.0, to)?;
        all(members, id.0)
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(transfer).await?))
}
