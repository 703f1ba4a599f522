//! Web-hooks: an organisation's own systems are told what happens to its things. For editors and owners of the organisation.

mod deliveries;
mod shown;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, post, put, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub use deliveries::{DeliveryItem, DeliveryObject, DeliveryState, DeliveryTrouble, ReplayRequest, Replayed};
pub use shown::{WebhookItem, WebhookSecret, WebhookStopped, WebhookType};

use crate::app::webhooks::Said;
use crate::db::AnyConn;
use crate::db::records::Stored;
use crate::db::webhooks as db;
use crate::domain::audit::Actor;
use crate::domain::ids::{OrganisationId, WebhookId};
use crate::domain::organisations::Organisation;
use crate::domain::roles::MemberRole;
use crate::domain::webhooks::{Webhook, What};
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::PathId;
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::staff::{Known, Staff};
use crate::http::state::Members;

/// Mounts the operations of this noun.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_webhooks)
        .service(create_webhook)
        .service(get_webhook)
        .service(update_webhook)
        .service(delete_webhook)
        .service(rotate_webhook_secret)
        .configure(deliveries::configure);
}

/// An endpoint to be made.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewWebhook {
    /// Whose it is to be.
    #[schema(value_type = String, example = "01h2x7m9k4qpz")]
    organisation_id: OrganisationId,
    /// Where it is: an `https` address of the public net, without user name or fragment, at port 80, 443 or one from 1024 on.
    #[schema(example = "https://hooks.museum.example.org/kepu", max_length = 2000)]
    url: String,
    /// What it is to be told.
    #[schema(value_type = Vec<WebhookType>, example = json!(["event.published", "session.cancelled"]), min_items = 1)]
    types: Vec<What>,
    /// What you call it, in one line.
    #[schema(example = "票务系统", min_length = 1, max_length = 60)]
    name: Option<String>,
}

/// What an endpoint is from now on.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangedWebhook {
    /// Where it is.
    #[schema(example = "https://hooks.museum.example.org/kepu", max_length = 2000)]
    url: String,
    /// What it is to be told.
    #[schema(value_type = Vec<WebhookType>, example = json!(["event.published", "session.cancelled"]), min_items = 1)]
    types: Vec<What>,
    /// What you call it, in one line; left out, the name is removed.
    #[schema(example = "票务系统", min_length = 1, max_length = 60)]
    name: Option<String>,
    /// Whether it is told anything. One that was stopped goes on by `true`.
    #[schema(example = true)]
    active: bool,
    /// The version that was read.
    #[schema(example = 1, minimum = 1)]
    version: i64,
}

/// List web-hooks
///
/// The endpoints of all organisations that you edit, the first made first, with what they are still to be told (`waiting`)
/// and what could not be told (`parked`).
#[utoipa::path(
    tag = "manage",
    security(("person" = [])),
    responses((status = 200, description = "The endpoints.", body = List<WebhookItem>))
)]
#[get("/v1/manage/webhooks")]
async fn list_webhooks(staff: Staff, members: web::Data<Members>) -> Result<HttpResponse, Problem> {
    let own = staff.roles.organisations(MemberRole::Editor);
    if own.is_empty() {
        return Err(Code::Forbidden.into());
    }
    let read = move |members: &Members| {
        members.db.read(|conn| {
            let found = db::of_organisations(conn, &members.vault, &own)?;
            let item = |one| item(conn, one);
            found.iter().map(item).collect::<Result<Vec<_>, Problem>>()
        })
    };
    let items = members.into_inner().aside(read).await?;
    Ok(private::answer(StatusCode::OK, List::whole(items, None)))
}

/// Make a web-hook
///
/// From now on the address is told what happens to the organisation's things: by POST, with a signature made with `secret`,
/// which is shown this once. What is told is a word, an id and a version; ask for the rest. An organisation has ten endpoints
/// at most.
#[utoipa::path(
    tag = "manage",
    params(Once<NewWebhook>),
    request_body = NewWebhook,
    security(("person" = [])),
    responses(
        (status = 201, description = "The endpoint, and its secret.", body = WebhookSecret),
        (status = 409, description = "`limitReached`: there are ten already; `keyReused`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/webhooks")]
async fn create_webhook(
    staff: Staff,
    body: Once<NewWebhook>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Once { body: NewWebhook { organisation_id: organisation, url, types, name }, repeat } = body;
    let said = Said { name: named(name), address: url.into(), types, active: true };
    let create = move |members: &Members| {
        if !members.db.read(|conn| Organisation::exists(conn, organisation.get()))? {
            return Err(Problem::from(Code::NotFound));
        }
        staff.of_organisations(&[organisation], MemberRole::Editor, Known::ToAll)?;
        Ok(members.webhooks.create(staff.person.id, organisation, &said, repeat.as_ref())?)
    };
    let (made, secret) = members.into_inner().aside(create).await?;
    let location = format_args!("/v1/manage/webhooks/{}", made.id);
    Ok(private::made(location, WebhookSecret::new(&made, &secret)))
}

/// Get a web-hook
///
/// One endpoint; not its secret, which nobody is shown again.
#[utoipa::path(
    tag = "manage",
    params(PathId<WebhookId>),
    security(("person" = [])),
    responses((status = 200, description = "The endpoint.", body = WebhookItem))
)]
#[get("/v1/manage/webhooks/{id}")]
async fn get_webhook(
    staff: Staff,
    id: PathId<WebhookId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| shown(members, &own(members, &staff, id.0)?);
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(read).await?))
}

/// Change a web-hook
///
/// Replaces what is said of it. `active: false` stops it: what happens meanwhile is not told later, and what was to be told
/// still is, once it goes on. 409 `versionConflict` if it was changed since it was read.
#[utoipa::path(
    tag = "manage",
    params(PathId<WebhookId>),
    request_body = ChangedWebhook,
    security(("person" = [])),
    responses(
        (status = 200, description = "The endpoint as it is now.", body = WebhookItem),
        (status = 409, description = "`versionConflict`: read it again.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[put("/v1/manage/webhooks/{id}")]
async fn update_webhook(
    staff: Staff,
    id: PathId<WebhookId>,
    body: Json<ChangedWebhook>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let ChangedWebhook { url, types, name, active, version } = body.0;
    let said = Said { name: named(name), address: url.into(), types, active };
    let change = move |members: &Members| {
        own(members, &staff, id.0)?;
        shown(members, &members.webhooks.change(by(&staff), id.0, version, &said)?)
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(change).await?))
}

/// Delete a web-hook
///
/// It is told nothing any more; what it was told is forgotten.
#[utoipa::path(
    tag = "manage",
    params(PathId<WebhookId>),
    security(("person" = [])),
    responses((status = 204, description = "Deleted."))
)]
#[delete("/v1/manage/webhooks/{id}")]
async fn delete_webhook(
    staff: Staff,
    id: PathId<WebhookId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let delete = move |members: &Members| {
        own(members, &staff, id.0)?;
        members.webhooks.remove(by(&staff), id.0).map_err(Problem::from)
    };
    members.into_inner().aside(delete).await?;
    Ok(private::nothing())
}

/// Replace a web-hook's secret
///
/// Gives a new secret, which is shown this once. For 24 hours deliveries are signed with both, so that nothing is lost while
/// the receiver learns the new one.
#[utoipa::path(
    tag = "manage",
    params(PathId<WebhookId>),
    security(("person" = [])),
    responses((status = 200, description = "The endpoint, and its new secret.", body = WebhookSecret))
)]
#[post("/v1/manage/webhooks/{id}/secret")]
async fn rotate_webhook_secret(
    staff: Staff,
    id: PathId<WebhookId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let rotate = move |members: &Members| {
        own(members, &staff, id.0)?;
        let (webhook, secret) = members.webhooks.rotate(by(&staff), id.0)?;
        Ok::<_, Problem>(WebhookSecret::new(&webhook, &secret))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(rotate).await?))
}

/// The endpoint of this id, if whoever asks may speak for its organisation; others are not told that there is one.
fn own(members: &Members, staff: &Staff, id: WebhookId) -> Result<Webhook, Problem> {
    let found = members.db.read(|conn| db::get(conn, &members.vault, id))?.ok_or(Code::NotFound)?;
    staff.of_organisations(&[found.organisation], MemberRole::Editor, Known::ToMembers)?;
    Ok(found)
}

/// Who asks, for the record.
fn by(staff: &Staff) -> Actor {
    Actor::Person(staff.person.id)
}

fn shown(members: &Members, webhook: &Webhook) -> Result<WebhookItem, Problem> {
    members.db.read(|conn| item(conn, webhook))
}

fn item(conn: &mut AnyConn, webhook: &Webhook) -> Result<WebhookItem, Problem> {
    Ok(WebhookItem::new(webhook, db::deliveries::backlog(conn, webhook.id)?))
}

fn named(name: Option<String>) -> Option<String> {
    name.map(|name| name.trim().to_owned())
}
