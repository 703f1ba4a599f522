//! WeChat's messages (订阅消息): what to ask agreement to, what people answered, and what WeChat pushes.

mod push;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::auth;
use super::events::wxacode::{APP_ID, choose};
use crate::app::notices::agreements::Answered;
use crate::clients::wechat::MiniProgram;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::notices::templates::Occasion;
use crate::http::params::groups::LANGUAGE;
use crate::http::params::{Asked, Kind, Param, Table};
use crate::http::person::Person;
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::state::{Members, State};

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_message_templates)
        .service(report_message_credits)
        .service(push::check_wechat_push)
        .service(push::receive_wechat_push);
}

/// WeChat asks a person about so many templates at once.
const ASKED_AT_ONCE: usize = 5;

/// How long templates are kept by phones: they change with the configuration.
const KEPT: &str = "public, max-age=600";

/// What `GET /v1/wechat/templates` takes.
pub struct ListTemplates;

impl Table for ListTemplates {
    const PARAMS: &'static [&'static [Param]] = &[&[APP_ID, PURPOSE], LANGUAGE];
}

const PURPOSE: Param = Param::new(
    "purpose",
    Kind::Word(&["signup", "waitlist", "change", "reminder", "subscription"]),
    "Before which tap they are wanted: `signup` (with reminders and changes), `waitlist` (the same, and a seat that \
     becomes free), `change`, `reminder` or `subscription`.",
    "signup",
)
.required();

/// Templates to ask agreement to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageTemplates {
    /// For `tmplIds` of `wx.requestSubscribeMessage`; at most five, none where the mini-program has no such template.
    #[schema(example = json!(["demo-signup", "demo-reminder", "demo-change"]))]
    template_ids: Vec<String>,
}

/// What `wx.requestSubscribeMessage` gave.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MessageAnswers {
    /// The mini-program that asked; may be left out where this server is configured with only one.
    #[schema(example = "wxdemo000000000001")]
    app_id: Option<String>,
    /// The answers, one for each template.
    #[schema(min_items = 1, max_items = 5)]
    results: Vec<MessageAnswer>,
}

/// What a person answered about a template.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MessageAnswer {
    /// The template.
    #[schema(example = "demo-signup")]
    template_id: String,
    /// The answer, as WeChat gives it.
    outcome: MessageOutcome,
}

/// An answer about a template.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum MessageOutcome {
    /// One message may be sent.
    Accept,
    /// Not this time.
    Reject,
    /// WeChat has withdrawn the template.
    Ban,
    /// WeChat did not ask, since another template has the same title.
    Filter,
}

/// What may be sent.
#[derive(Serialize, ToSchema)]
pub struct MessageCredits {
    /// For each answer, in its order.
    items: Vec<MessageCredit>,
}

/// How many messages may be sent by a template.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageCredit {
    /// The template.
    #[schema(example = "demo-signup")]
    template_id: String,
    /// How many messages this service may send.
    #[schema(example = 1)]
    credits: i32,
}

/// List message templates
///
/// Ids to ask agreement to, for `wx.requestSubscribeMessage`. WeChat shows its question only right after a tap, so fetch
/// them before it; they may be kept. What was answered goes to `POST /v1/me/message-credits`.
#[utoipa::path(
    tag = "wechat",
    params(Asked<ListTemplates>),
    responses((status = 200, description = "The ids.", body = MessageTemplates))
)]
#[get("/v1/wechat/templates")]
async fn list_message_templates(
    asked: Asked<ListTemplates>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let app = choose(&state.wechat, asked.params.text(&APP_ID))?;
    let occasion = asked.params.word(&PURPOSE).and_then(Occasion::from_name);
    let wanted = occasion.map_or(&[][..], Occasion::asked_with).iter();
    let mut template_ids: Vec<String> =
        wanted.filter_map(|occasion| app.templates().get(occasion)).map(|one| one.id.clone()).collect();
    // One template may serve several occasions; WeChat takes each id once.
    let mut seen = Vec::new();
    template_ids.retain(|id| {
        !seen.contains(id) && {
            seen.push(id.clone());
            true
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, KEPT))
        .json(MessageTemplates { template_ids }))
}

/// Report what I answered about messages
///
/// Tells what `wx.requestSubscribeMessage` gave, right after it: each `accept` lets one message of that template be sent.
/// A notice of the last ten minutes that lacked it is sent then. With an `Idempotency-Key` a report counts once, however
/// often it is sent. Where WeChat itself tells this service what people
/// answer, its word counts.
#[utoipa::path(
    tag = "wechat",
    params(Once<MessageAnswers>),
    request_body = MessageAnswers,
    security(("person" = [])),
    responses(
        (status = 200, description = "What may be sent.", body = MessageCredits),
        (status = 404, description = "`noMiniProgram`: this server is configured with none.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/me/message-credits")]
async fn report_message_credits(
    person: Person,
    body: Once<MessageAnswers>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Once { body: MessageAnswers { app_id, results }, repeat } = body;
    let app = auth::choose(&state.wechat, app_id.as_deref())?;
    let answers = answers(app, results).map_err(Problem::unprocessable)?;
    let (wechat, id) = (state.wechat.clone(), app.id().clone());
    let items = members
        .into_inner()
        .aside(move |members| {
            let app = wechat.app(id.as_str()).ok_or(Code::Internal)?;
            let counts = members.agreements.report(app, person.id, &answers, repeat.as_ref());
            let counts = counts.map_err(Problem::from)?;
            let credit = |((template_id, _), credits)| MessageCredit { template_id, credits };
            Ok::<_, Problem>(answers.into_iter().zip(counts).map(credit).collect())
        })
        .await?;
    Ok(private::answer(StatusCode::OK, MessageCredits { items }))
}

fn answers(app: &MiniProgram, results: Vec<MessageAnswer>) -> Result<Vec<(String, Answered)>, Invalid> {
    let mut invalid = Invalid::default();
    if results.is_empty() {
        invalid.push("results", FieldCode::TooFew { min: 1 });
    }
    if results.len() > ASKED_AT_ONCE {
        invalid.push("results", FieldCode::TooMany { max: ASKED_AT_ONCE });
        return Err(invalid);
    }
    let allowed: Vec<String> = app.templates().values().map(|template| template.id.clone()).collect();
    let mut answers: Vec<(String, Answered)> = Vec::with_capacity(results.len());
    for (at, MessageAnswer { template_id, outcome }) in results.into_iter().enumerate() {
        let field = format!("results[{at}].templateId");
        if answers.iter().any(|(earlier, _)| *earlier == template_id) {
            invalid.push(field, FieldCode::Repeated);
        } else if !allowed.contains(&template_id) {
            let value = template_id.chars().take(64).collect();
            invalid.push(field, FieldCode::NotAllowed { value, allowed: allowed.clone() });
        }
        let answered = match outcome {
            MessageOutcome::Accept => Answered::Accept,
            MessageOutcome::Reject => Answered::Reject,
            MessageOutcome::Ban => Answered::Ban,
            MessageOutcome::Filter => Answered::Filter,
        };
        answers.push((template_id, answered));
    }
    invalid.or(answers)
}
