//! WeChat's paths, as Kepu's client asks them. Refusals have HTTP status 200, and JSON is sent as `text/plain`.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::failures::Answer;
use super::refusals::{FORMAT, Refusal};
use super::world::World;
use super::{Simulator, codes, messages, moderation, tokens};

/// How long an answer hangs that shall not come; clients give up before.
const HANG: Duration = Duration::from_secs(60);

/// Mounts them.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(stable_token)
        .service(code_to_session)
        .service(phone_number)
        .service(code)
        .service(send_message)
        .service(check_text)
        .service(check_media);
}

#[derive(Deserialize)]
struct Login {
    #[serde(default)]
    appid: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    js_code: String,
    #[serde(default)]
    grant_type: String,
}

#[derive(Deserialize)]
struct Token {
    access_token: Option<String>,
}

#[derive(Deserialize)]
struct PhoneCode {
    #[serde(default)]
    code: String,
}

/// What a call ends in.
enum Outcome {
    Json(Value),
    Png(Vec<u8>),
}

#[get("/sns/jscode2session")]
async fn code_to_session(
    simulator: Data<Simulator>,
    request: HttpRequest,
    login: Query<Login>,
) -> HttpResponse {
    let Login { appid, secret, js_code, grant_type } = login.into_inner();
    simulator
        .answer(&request, |world, now| {
            world.code_to_session([&appid, &secret, &js_code, &grant_type], now).map(Outcome::Json)
        })
        .await
}

#[post("/cgi-bin/stable_token")]
async fn stable_token(simulator: Data<Simulator>, request: HttpRequest, body: Bytes) -> HttpResponse {
    simulator
        .answer(&request, |world, now| {
            world.stable_token(&read::<tokens::Question>(&body)?, now).map(Outcome::Json)
        })
        .await
}

/// A path that wants a token and a JSON body: what the mini-program whose token it is gets.
macro_rules! authorised {
    ($($path:literal $name:ident($question:ty) = |$world:ident, $app:ident, $asked:ident, $now:ident| $outcome:expr;)+) => {$(
        #[post($path)]
        async fn $name(
            simulator: Data<Simulator>,
            request: HttpRequest,
            token: Query<Token>,
            body: Bytes,
        ) -> HttpResponse {
            simulator
                .answer(&request, |$world, $now| {
                    let $app = $world.authorise(token.access_token.as_deref(), $now)?;
                    let $asked = read::<$question>(&body)?;
                    $outcome
                })
                .await
        }
    )+};
}

authorised! {
    "/wxa/business/getuserphonenumber" phone_number(PhoneCode) = |world, app, asked, now|
        world.phone_number(&app, &asked.code, now).map(Outcome::Json);
    "/wxa/getwxacodeunlimit" code(codes::Question) = |world, app, asked, now|
        world.code(&app, &asked, now).map(Outcome::Png);
    "/cgi-bin/message/subscribe/send" send_message(messages::Question) = |world, app, asked, now|
        world.send_message(&app, asked, now).map(Outcome::Json);
    "/wxa/msg_sec_check" check_text(moderation::Question) = |world, app, asked, now|
        world.check_text(&app, &asked, now).map(Outcome::Json);
    "/wxa/media_check_async" check_media(moderation::Question) = |world, app, asked, now|
        world.check_media(&app, &asked, now).map(Outcome::Json);
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_format| FORMAT)
}

impl Simulator {
    /// Counts a call, lets it fail if that was ordered, and otherwise does what it asks for.
    async fn answer(
        &self,
        request: &HttpRequest,
        work: impl FnOnce(&mut World, DateTime<Utc>) -> Result<Outcome, Refusal>,
    ) -> HttpResponse {
        let path = request.path();
        let failure = {
            let mut world = self.world();
            *world.calls.entry(path.to_owned()).or_default() += 1;
            world.failure(path)
        };
        let refusal = match failure {
            None => match work(&mut self.world(), self.now()) {
                Ok(Outcome::Json(answer)) => return plain(&answer),
                Ok(Outcome::Png(file)) => return HttpResponse::Ok().content_type("image/png").body(file),
                Err(refusal) => refusal,
            },
            Some(Answer::Errcode(errcode)) => Refusal(errcode, "as ordered"),
            Some(Answer::Status(status)) => {
                return HttpResponse::new(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY));
            }
            Some(Answer::Garbage) => {
                return HttpResponse::Ok().content_type("text/html").body("<html>busy</html>");
            }
            Some(Answer::Hang) => {
                tokio::time::sleep(HANG).await;
                return HttpResponse::GatewayTimeout().finish();
            }
        };
        plain(&refusal.body())
    }
}

fn plain(answer: &Value) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body(answer.to_string())
}
