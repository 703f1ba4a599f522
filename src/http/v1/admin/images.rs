//! Pictures that an authority takes down.

use actix_web::{HttpResponse, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::organisations::administer;
use super::publication::{Because, because};
use crate::domain::audit::Actor;
use crate::domain::ids::ImageId;
use crate::http::json::Json;
use crate::http::params::{Asked, PathId};
use crate::http::private;
use crate::http::problem::Problem;
use crate::http::staff::Staff;
use crate::http::state::Members;
use crate::http::v1::filters::Plain;
use crate::http::v1::manage::images::whose;

/// Mounts the operation of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(take_down_image);
}

/// Take a picture down
///
/// At once and for good, wherever it is named; caches on the way may keep it for a day.
#[utoipa::path(
    tag = "review",
    params(PathId<ImageId>, Asked<Plain>),
    request_body = Because,
    security(("person" = [])),
    responses((status = 204, description = "It is gone."))
)]
#[post("/v1/admin/images/{id}/takedown")]
async fn take_down_image(
    staff: Staff,
    id: PathId<ImageId>,
    _asked: Asked<Plain>,
    body: Json<Because>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let reason = because(body.0)?;
    let remove = move |members: &Members| {
        members.db.read(|conn| {
            let organisation = whose(conn, id.0)?;
            administer(conn, &staff, organisation)
        })?;
        Ok::<_, Problem>(members.images.remove(Actor::Person(staff.person.id), id.0, Some(&reason))?)
    };
    members.into_inner().aside(remove).await?;
    Ok(private::nothing())
}
