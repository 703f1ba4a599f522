//! Logging in and out (登录、登出).

use actix_web::http::header;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app;
use crate::app::accounts::Tokens;
use crate::clients::wechat::{self, MiniProgram, Reason, Wechat};
use crate::domain::access;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::logins::RefreshToken;
use crate::http::json::{Json, MaybeJson};
use crate::http::person::Person;
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::state::{Members, State};

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(start_login).service(refresh_login).service(end_login);
}

/// The longest code that is taken; WeChat's have 32 characters.
const LONGEST_CODE: usize = 256;

/// A login by WeChat.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WechatLogin {
    /// The mini-program that runs; may be left out where this server is configured with only one.
    #[schema(example = "wxdemo000000000001")]
    app_id: Option<String>,
    /// What `wx.login` gave: good once, for five minutes, in that mini-program. With `--demo`, `demo-<name>` is the
    /// person `<name>`, as often as it is used.
    #[schema(example = "demo-lan", min_length = 1, max_length = 256)]
    code: String,
}

/// A refresh.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Refresh {
    /// The refresh token of the last answer.
    #[schema(example = "vGq3pJm0dY1sRkT7bXcW5uHnLzAeFi8oQ2yD4xKjM6tPgB9wEaCrVhZlNfSvUiOq")]
    refresh_token: String,
}

/// Which login to end, where no access token says so.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Logout {
    /// Any refresh token of the login.
    #[schema(example = "vGq3pJm0dY1sRkT7bXcW5uHnLzAeFi8oQ2yD4xKjM6tPgB9wEaCrVhZlNfSvUiOq")]
    refresh_token: Option<String>,
}

/// What a login gives, and goes on by.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenPair {
    /// To be sent as `Authorization: Bearer …`.
    #[schema(example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMWgyeDdtOWs0cXB6In0.c2lnbmF0dXJl")]
    access_token: String,
    /// For how many seconds from now the access token is good.
    #[schema(example = 900)]
    expires_in: i64,
    /// For the next pair of tokens, within 60 days; good once.
    #[schema(example = "vGq3pJm0dY1sRkT7bXcW5uHnLzAeFi8oQ2yD4xKjM6tPgB9wEaCrVhZlNfSvUiOq")]
    refresh_token: String,
}

/// Log in by WeChat
///
/// Takes the code of `wx.login`. Whoever comes for the first time becomes a person; mini-programs that are bound to one
/// Open Platform account know the same person. The access token is good for a quarter of an hour, the refresh token
/// for the next pair.
#[utoipa::path(
    tag = "auth",
    request_body = WechatLogin,
    responses(
        (status = 200, description = "Logged in.", body = TokenPair),
        (status = 401, description = "`wechatCodeRejected`: the code is wrong, used, five minutes old or another \
            mini-program's.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "`wechatBlocked`: WeChat keeps this person out.", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 429, description = "`wechatTooOften`: too many logins of this person; \
            `tooManyRequests`: too many from this network.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/auth/wechat")]
async fn start_login(
    body: Json<WechatLogin>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let WechatLogin { app_id, code } = body.0;
    let app = choose(&state.wechat, app_id.as_deref())?;
    check_code(&code)?;
    let session =
        app.code_to_session(&code).await.map_err(|error| refused(error, Code::WechatCodeRejected))?;
    let app = app.id().clone();
    let tokens = members.into_inner().aside(move |members| members.accounts.log_in(&app, &session)).await?;
    Ok(answer(tokens))
}

/// Refuses what is no code of WeChat's at all.
pub(super) fn check_code(code: &str) -> Result<(), Problem> {
    let mut invalid = Invalid::default();
    invalid.line("code", code, LONGEST_CODE);
    invalid.or(()).map_err(Problem::unprocessable)
}

/// The mini-program that the body names, or the only one.
pub(super) fn choose<'a>(wechat: &'a Wechat, asked: Option<&str>) -> Result<&'a MiniProgram, Problem> {
    match (wechat.apps(), asked) {
        ([], None) => Err(Code::NoMiniProgram.into()),
        ([only], None) => Ok(only),
        (_, None) => Err(Problem::unprocessable(Invalid::one("appId", FieldCode::Missing))),
        (apps, Some(id)) => wechat.app(id).ok_or_else(|| {
            let allowed = apps.iter().map(|app| app.id().to_string()).collect();
            let value = id.chars().take(32).collect();
            Problem::of_field(Code::UnknownApp, "appId", FieldCode::NotAllowed { value, allowed })
        }),
    }
}

/// What WeChat's refusal of a code means to the person, `rejected` if it is the code's fault; what is nobody's fault here
/// is WeChat's.
pub(super) fn refused(error: wechat::Error, rejected: Code) -> Problem {
    let reason = match &error {
        wechat::Error::Refused(refusal) => refusal.reason(),
        _ => return Problem::wechat(error),
    };
    match reason {
        Reason::Code => rejected.into(),
        Reason::Blocked => Code::WechatBlocked.into(),
        Reason::Limit => Code::WechatTooOften.into(),
        _ => Problem::wechat(error),
    }
}

/// Go on with a login
///
/// Gives a new access token and a new refresh token for the one of the last answer, which is thereby used up. If the
/// answer was lost, the same request within 30 seconds gives the same refresh token again, so two requests at once do no
/// harm. Later, or with a token from before, it is `refreshTokenReused`, and the login ends: somebody else may hold it.
#[utoipa::path(
    tag = "auth",
    request_body = Refresh,
    responses(
        (status = 200, description = "The next tokens.", body = TokenPair),
        (status = 401, description = "`refreshTokenInvalid` or `refreshTokenReused`: log in again.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/auth/refresh")]
async fn refresh_login(body: Json<Refresh>, members: web::Data<Members>) -> Result<HttpResponse, Problem> {
    let token: RefreshToken =
        body.0.refresh_token.parse().map_err(|_none_of_ours| Code::RefreshTokenInvalid)?;
    Ok(answer(members.into_inner().aside(move |members| members.accounts.refresh(&token)).await?))
}

/// Log out
///
/// Ends the login of the access token in `Authorization`, of the refresh token in the body, or of both: all its tokens
/// are of no use from then on. A refresh token of no login is no error, as nothing is left to be ended.
#[utoipa::path(
    tag = "auth",
    request_body(content = Option<Logout>),
    security((), ("person" = [])),
    responses((status = 204, description = "Logged out."))
)]
#[post("/v1/auth/logout")]
async fn end_login(
    person: Result<Person, Problem>,
    body: MaybeJson<Logout>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let given = body.0.and_then(|body| body.refresh_token);
    let login = match (person, &given) {
        (Ok(person), _) => Some(person.login),
        (Err(problem), None) => return Err(problem),
        (Err(_), Some(_)) => None,
    };
    let token = given.and_then(|token| token.parse::<RefreshToken>().ok());
    let end = move |members: &Members| {
        login.map_or(Ok(()), |login| members.accounts.log_out(login))?;
        token.map_or(Ok(()), |token| members.accounts.log_out_by(&token))?;
        Ok::<_, app::Error>(())
    };
    members.into_inner().aside(end).await?;
    Ok(private::nothing())
}

/// The tokens of a login, which nobody may keep for another.
pub(super) fn answer(tokens: Tokens) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(TokenPair {
        access_token: tokens.access.expose().to_owned(),
        expires_in: access::LIFE.num_seconds(),
        refresh_token: tokens.refresh.expose(),
    })
}
