//! Pictures, as everybody sees them.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::images;
use crate::domain::ids::ImageId;
use crate::http::params::groups::LANGUAGE;
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::Members;

/// Mounts the operation of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_image);
}

/// What `GET /v1/images/{id}` takes.
pub struct GetImage;

const W: Param = Param::new(
    "w",
    Kind::Integer { min: 1, max: 10_000 },
    "How wide it is shown, in pixels of the screen: the narrowest of its sizes (320, 640, 1080, 1920 and its own width) \
     that is as wide, else the widest.",
    "640",
);

impl Table for GetImage {
    const PARAMS: &'static [&'static [Param]] = &[&[W], LANGUAGE];
}

/// A picture never changes; a day is for the case that it is taken down.
const KEPT: &str = "public, max-age=86400";

/// A picture.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it stands for a body in the document")]
pub struct Picture(Vec<u8>);

/// Get a picture
///
/// The file itself, without what cameras note in theirs.
#[utoipa::path(
    tag = "events",
    params(PathId<ImageId>, Asked<GetImage>),
    responses((status = 200, description = "The file.", content(
        (Picture = "image/jpeg", example = json!("the bytes of a JPEG file")),
        (Picture = "image/png", example = json!("the bytes of a PNG file")),
    )))
)]
#[get("/v1/images/{id}")]
async fn get_image(
    id: PathId<ImageId>,
    asked: Asked<GetImage>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let width = asked.params.integer(&W).and_then(|width| width.try_into().ok());
    let read = move |members: &Members| members.db.read(|conn| images::file(conn, id.0, width));
    let (encoding, bytes) = members.into_inner().aside(read).await?.ok_or(Code::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type(encoding.name())
        .insert_header((header::CACHE_CONTROL, KEPT))
        .body(bytes))
}
