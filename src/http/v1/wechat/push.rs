//! WeChat's message push (消息推送): its own servers call here.

use actix_web::http::header;
use actix_web::{HttpResponse, get, post, web};
use chrono::TimeDelta;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::clients::wechat::MiniProgram;
use crate::clients::wechat::push::{PushSettings, Signed, events};
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::state::{Members, State};

/// How far a push's time may be from ours: far more than WeChat's repetitions take, and clocks differ.
const FRESH: TimeDelta = TimeDelta::minutes(10);

/// What WeChat takes for an answer, within five seconds.
const DONE: &str = "success";

/// What is echoed, to show that the address is ours.
#[derive(Deserialize)]
pub(super) struct Echo {
    echostr: String,
}

/// What WeChat pushes; more than is listed here may come.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it documents what is read leniently")]
pub struct PushBody {
    /// Whom it is about, by their name in the mini-program.
    #[schema(rename = "FromUserName", example = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M")]
    from_user_name: Option<String>,
    /// What happened.
    #[schema(rename = "Event", example = "subscribe_msg_sent_event")]
    event: Option<String>,
    /// All of it, where the mini-program is in secure mode.
    #[schema(rename = "Encrypt", example = "ajNVdqHZLLA16apETUPXh9Q5GPpSyyDXFs5NSDd4PV3A")]
    encrypt: Option<String>,
}

/// Show WeChat that this address is ours
///
/// For WeChat's console: echoes `echostr` if the query is signed by the mini-program's push token. Other parameters that
/// WeChat adds are ignored.
#[utoipa::path(
    tag = "wechat",
    params(
        ("appId" = String, Path, description = "The mini-program.", example = "wxdemo000000000001"),
        ("signature" = String, Query, description = "Over the push token, `timestamp` and `nonce`.",
            example = "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("timestamp" = String, Query, description = "Seconds since 1970.", example = "1714036504"),
        ("nonce" = String, Query, description = "Any word.", example = "1514711492"),
        ("echostr" = String, Query, description = "Any text.", example = "5837397041930485921"),
    ),
    responses(
        (status = 200, description = "`echostr`, as it came.", body = String, content_type = "text/plain",
            example = json!("5837397041930485921")),
        (status = 403, description = "`pushRejected`: the query is not WeChat's.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 404, description = "The mini-program has no push here.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[get("/v1/wechat/{appId}/push")]
pub(super) async fn check_wechat_push(
    app: web::Path<String>,
    signed: web::Query<Signed>,
    echo: web::Query<Echo>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (_, push) = known(&state, &app)?;
    if !fresh(&state, &signed) || !signed.is_from_wechat(&push.token) {
        return Err(Code::PushRejected.into());
    }
    Ok(text(echo.into_inner().echostr))
}

/// Take in what WeChat pushes
///
/// Events about messages: what a person agreed to or refused, and what became of a message. JSON or XML, plain or
/// encrypted, as the console says; answered with `success`. A repetition counts once.
#[utoipa::path(
    tag = "wechat",
    params(
        ("appId" = String, Path, description = "The mini-program.", example = "wxdemo000000000001"),
        ("signature" = String, Query, description = "Over the push token, `timestamp` and `nonce`.",
            example = "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("timestamp" = String, Query, description = "Seconds since 1970.", example = "1714036504"),
        ("nonce" = String, Query, description = "Any word.", example = "1514711492"),
    ),
    request_body(content = PushBody, description = "As WeChat documents it, in JSON or XML, plain or encrypted."),
    responses(
        (status = 200, description = "Taken in.", body = String, content_type = "text/plain",
            example = json!("success")),
        (status = 403, description = "`pushRejected`: it is not WeChat's.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 404, description = "The mini-program has no push here.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/wechat/{appId}/push")]
pub(super) async fn receive_wechat_push(
    app: web::Path<String>,
    signed: web::Query<Signed>,
    body: web::Bytes,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let (program, push) = known(&state, &app)?;
    if !fresh(&state, &signed) {
        return Err(Code::PushRejected.into());
    }
    let body = signed.open(&push.token, push.key.as_ref(), program.id(), &body).map_err(|unread| {
        tracing::warn!(app = %program.id(), reason = %unread, "a push was rejected");
        Code::PushRejected
    })?;
    let push = events::read(&body).map_err(|error| {
        tracing::warn!(app = %program.id(), %error, "a push cannot be read");
        Code::MalformedRequest
    })?;
    let wechat = state.wechat.clone();
    members
        .into_inner()
        .aside(move |members| {
            let app = wechat.app(&app).ok_or(Code::NotFound)?;
            members.agreements.pushed(app, &push, &body).map_err(Problem::from)
        })
        .await?;
    Ok(text(DONE.to_owned()))
}

fn known<'a>(state: &'a State, app: &str) -> Result<(&'a MiniProgram, &'a PushSettings), Problem> {
    let program = state.wechat.app(app).ok_or(Code::NotFound)?;
    Ok((program, program.push().ok_or(Code::NotFound)?))
}

fn fresh(state: &State, signed: &Signed) -> bool {
    signed.at().is_some_and(|at| (state.clock.now() - at).abs() <= FRESH)
}

fn text(body: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body)
}
