//! Pictures of organisations: uploaded here, named by id in what is written, served at `/v1/images/{id}`.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::images::{Upload, address};
use crate::db::AnyConn;
use crate::db::images;
use crate::discovery::page::{Answer, Key};
use crate::domain::api_keys::Scope;
use crate::domain::ids::{ImageId, OrganisationId};
use crate::domain::images::{LONGEST_ALT, MOST_BYTES, Picture, draw};
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::roles::MemberRole;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::list::List;
use crate::http::multipart::Form;
use crate::http::params::groups::{LANGUAGE, PAGE};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::IdempotencyKey;
use crate::http::staff::{Author, Known};
use crate::http::state::{Members, State};
use crate::http::v1::filters::Plain;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_images).service(upload_image).service(delete_image);
}

/// What `GET /v1/manage/images` takes.
pub struct ListImages;

const ORGANISATION: Param =
    Param::new("organisation", Kind::Id, "Only those of this organisation.", "01h2x7m9k4qpz");

impl Table for ListImages {
    const PARAMS: &'static [&'static [Param]] = &[&[ORGANISATION], PAGE, LANGUAGE];
}

/// A picture to be uploaded.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it stands for a form in the document")]
pub struct NewImage {
    /// The picture: JPEG, PNG or WebP of at most 8 MiB and 40 million pixels. In `wx.uploadFile` this is `name: "file"`.
    #[schema(value_type = String, format = Binary, example = "the bytes of the file")]
    file: Vec<u8>,
    /// What it shows, for those who cannot see it, in simplified Chinese; translations can be given where it is used.
    #[schema(example = "展厅里的恐龙骨架", min_length = 1, max_length = 200)]
    alt: String,
    /// Whose it is to be; may be left out by who writes for one organisation only.
    #[schema(example = "01h2x7m9k4qpz")]
    organisation: Option<String>,
}

/// A picture of an organisation's.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedImage {
    /// Its id, by which events and bases name it.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Where it lies, absolute. With `?w=` it comes in the size that fits so many pixels.
    #[schema(example = "https://kepu.example.org/v1/images/01h2x7m9k4qpz")]
    url: String,
    /// Of its widest size, in pixels.
    #[schema(example = 1920)]
    width: u32,
    /// Of its widest size, in pixels.
    #[schema(example = 1280)]
    height: u32,
    /// What it shows.
    #[schema(example = "展厅里的恐龙骨架")]
    alt: String,
    /// Whose it is.
    #[schema(example = "01h2x7m9k4qpz")]
    organisation_id: String,
    /// When it was uploaded.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    created_at: Rfc3339,
}

impl ManagedImage {
    fn new(picture: Picture, origin: &str) -> Self {
        Self {
            id: picture.id.to_string(),
            url: address(origin, picture.id),
            width: picture.width,
            height: picture.height,
            alt: picture.alt,
            organisation_id: picture.organisation.to_string(),
            created_at: rfc3339(picture.created_at),
        }
    }
}

/// The form of an upload, as it came.
pub struct Uploaded {
    file: Bytes,
    alt: String,
    organisation: Option<OrganisationId>,
}

impl Uploaded {
    /// Reads the form.
    async fn read(request: &HttpRequest, payload: &mut Payload) -> Result<Self, Problem> {
        let form = Form::read(request, payload, &["alt", "organisation"]).await?;
        let mut invalid = Invalid::default();
        let alt = form.text("alt").map(str::trim);
        match alt {
            Some(alt) => invalid.line("alt", alt, LONGEST_ALT),
            None => invalid.push("alt", FieldCode::Missing),
        }
        let organisation = form.text("organisation").map(str::parse);
        if let Some(Err(_)) = organisation {
            invalid.push("organisation", FieldCode::Malformed(Expected::Id));
        }
        if form.file.as_ref().is_none_or(Bytes::is_empty) {
            invalid.push("file", FieldCode::Missing);
        }
        let alt = alt.unwrap_or_default().to_owned();
        let file = form.file.unwrap_or_default();
        if file.len() > MOST_BYTES {
            return Err(Code::PayloadTooLarge.into());
        }
        let organisation = organisation.and_then(Result::ok);
        invalid.or(Self { file, alt, organisation }).map_err(Problem::unprocessable)
    }
}

/// Upload a picture
///
/// As a form (`multipart/form-data`, `wx.uploadFile`). It is turned upright and drawn again in a few sizes; what the camera
/// noted (where, when, by which telephone) is not kept. The same file with the same words gives the picture that is there.
/// 503 `unavailable` while many are drawn.
#[utoipa::path(
    tag = "manage",
    params(IdempotencyKey, Asked<Plain>),
    request_body(content = NewImage, content_type = "multipart/form-data"),
    security(("person" = [])),
    responses(
        (status = 201, description = "The picture. Name it by `id` in what you write.", body = ManagedImage),
        (status = 409, description = "`keyReused`: the `Idempotency-Key` was used for another request.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/images")]
async fn upload_image(
    request: HttpRequest,
    author: Author,
    key: IdempotencyKey,
    _asked: Asked<Plain>,
    payload: web::Payload,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let own = author.roles().organisations(MemberRole::Editor);
    // Before the form is read: whoever may not upload need not send it whole.
    if own.is_empty() {
        return Err(Code::Forbidden.into());
    }
    let Uploaded { file, alt, organisation } = Uploaded::read(&request, &mut payload.into_inner()).await?;
    let organisation = match (organisation, &own[..]) {
        (Some(named), _) => named,
        (None, [only]) => *only,
        (None, _) => return Err(Problem::unprocessable(Invalid::one("organisation", FieldCode::Missing))),
    };
    author.of_organisation(organisation, MemberRole::Editor, Some(Scope::EventsWrite), Known::ToAll)?;
    let digest = STANDARD.encode(Sha256::digest(&file));
    let repeat = key.of(&request, &members, &format!("{organisation}\n{alt}\n{digest}"));
    let upload = move |members: &Members| {
        let refused = |why| Problem::unprocessable(Invalid::one("file", FieldCode::NotShowable(why)));
        let drawn = match members.images.has(organisation, &digest, &alt)? {
            true => None,
            false => Some(draw(&file).map_err(refused)?),
        };
        let upload = Upload { organisation, alt, digest, drawn };
        Ok::<_, Problem>(members.images.add(author.actor(), &upload, repeat.as_ref())?)
    };
    let members = members.into_inner();
    let picture = members.clone().aside_in_turn(|members| &members.drawing, upload).await?;
    let location = format!("/v1/images/{}", picture.id);
    Ok(private::made(location, ManagedImage::new(picture, &members.origin)))
}

/// List my pictures
///
/// Those of the organisations that one belongs to, the newest first.
#[utoipa::path(
    tag = "manage",
    params(Asked<ListImages>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<ManagedImage>))
)]
#[get("/v1/manage/images")]
async fn list_images(
    author: Author,
    asked: Asked<ListImages>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let turn = asked.turn(state.now())?;
    let wanted: Option<OrganisationId> = asked.params.text(&ORGANISATION).and_then(|id| id.parse().ok());
    let mut own = author.roles().organisations(MemberRole::Desk);
    own.retain(|own| wanted.is_none_or(|wanted| wanted == *own));
    if own.is_empty() && wanted.is_none() {
        return Err(Code::Forbidden.into());
    }
    for own in &own {
        author.of_organisation(*own, MemberRole::Desk, Some(Scope::EventsRead), Known::ToMembers)?;
    }
    let before = turn.paging.after.as_ref().and_then(|(_, id)| ImageId::new(*id));
    let limit = turn.paging.limit;
    let most = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let total = images::count_of_organisations(conn, &own)?;
            Ok::<_, Problem>((images::of_organisations(conn, &own, before, most)?, total))
        })
    };
    let members = members.into_inner();
    let (mut found, total) = members.clone().aside(read).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| (Key::Number(-last.id.get()), last.id.get()));
    let answered = Answer { found, total: usize::try_from(total).unwrap_or(usize::MAX), next };
    let list: List<ManagedImage> = turn.page(answered, |one| ManagedImage::new(one, &members.origin));
    Ok(private::answer(StatusCode::OK, list))
}

/// Remove a picture
///
/// It is shown nowhere again, also not where it is named.
#[utoipa::path(
    tag = "manage",
    params(PathId<ImageId>, Asked<Plain>),
    security(("person" = [])),
    responses((status = 204, description = "It is gone."))
)]
#[delete("/v1/manage/images/{id}")]
async fn delete_image(
    author: Author,
    id: PathId<ImageId>,
    _asked: Asked<Plain>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let remove = move |members: &Members| {
        let organisation = members.db.read(|conn| whose(conn, id.0))?;
        author.of_organisation(organisation, MemberRole::Editor, Some(Scope::EventsWrite), Known::ToAll)?;
        Ok::<_, Problem>(members.images.remove(author.actor(), id.0, None)?)
    };
    members.into_inner().aside(remove).await?;
    Ok(private::nothing())
}

/// Whose picture it is.
///
/// # Errors
/// [`Code::NotFound`].
pub(in crate::http::v1) fn whose(conn: &mut AnyConn, id: ImageId) -> Result<OrganisationId, Problem> {
    Ok(images::get(conn, id)?.ok_or(Code::NotFound)?.organisation)
}
