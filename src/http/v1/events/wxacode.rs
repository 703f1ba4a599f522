//! Mini-program codes of events.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use utoipa::ToSchema;

use crate::clients::wechat::{MiniProgram, Wechat};
use crate::domain::ids::EventId;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::http::params::groups::LANGUAGE;
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;

/// What `GET /v1/events/{id}/wxacode` takes.
pub struct GetEventWxacode;

impl Table for GetEventWxacode {
    const PARAMS: &'static [&'static [Param]] = &[&[APP_ID], LANGUAGE];
}

/// A mini-program of this server.
pub(in crate::http::v1) const APP_ID: Param = Param::new(
    "appId",
    Kind::Text { max_chars: 32 },
    "Which mini-program is meant: one of those that this server is configured with. May be left out where there is \
     only one.",
    "wxdemo000000000001",
);

/// A code stays valid for ever; a day is for the case that the page moves.
const KEPT: &str = "public, max-age=86400";

/// An image.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it stands for a body in the document")]
pub struct Png(Vec<u8>);

/// Get the mini-program code of an event
///
/// A code (小程序码) to be scanned with WeChat, for posters and screens: it opens the mini-program on its page for
/// events, with the event's id, 13 characters, as `scene`. The ground is transparent. 404 `noMiniProgram` where this
/// server is configured with none, 503 `wechatUnavailable` while WeChat makes no code.
#[utoipa::path(
    tag = "events",
    params(PathId<EventId>, Asked<GetEventWxacode>),
    responses((status = 200, description = "The code, 430 pixels wide.", content((
        Png = "image/png",
        example = json!("the bytes of a PNG file")
    ))))
)]
#[get("/v1/events/{id}/wxacode")]
pub(super) async fn get_event_wxacode(
    id: PathId<EventId>,
    asked: Asked<GetEventWxacode>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    state.snapshot()?.event(id.0).ok_or(Code::NotFound)?;
    let app = choose(&state.wechat, asked.params.text(&APP_ID))?;
    let image = app.code(app.event_page(), id.0.into()).await.map_err(Problem::wechat)?;
    Ok(HttpResponse::Ok()
        .content_type(image.media_type)
        .insert_header((header::CACHE_CONTROL, KEPT))
        .body(image.bytes.to_vec()))
}

/// The mini-program that is asked for, or the only one.
pub(in crate::http::v1) fn choose<'a>(
    wechat: &'a Wechat,
    asked: Option<&str>,
) -> Result<&'a MiniProgram, Problem> {
    let code = match (wechat.apps(), asked) {
        ([], _) => return Err(Code::NoMiniProgram.into()),
        ([only], None) => return Ok(only),
        (_, None) => FieldCode::Missing,
        (apps, Some(id)) => match wechat.app(id) {
            Some(app) => return Ok(app),
            None => FieldCode::NotAllowed {
                value: id.to_owned(),
                allowed: apps.iter().map(|app| app.id().to_string()).collect(),
            },
        },
    };
    Err(Invalid::one(APP_ID.name, code).into())
}
