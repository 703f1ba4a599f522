//! Completions while somebody types.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::view::View;
use crate::discovery::suggest::Named;
use crate::domain::ids;
use crate::domain::kinds;
use crate::domain::taxonomy;
use crate::http::params::groups::LANGUAGE;
use crate::http::params::{Asked, Kind, Param, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_suggestions);
}

const Q: Param = Param::new(
    "q",
    Kind::Text { max_chars: 100 },
    "What has been typed so far: Chinese, pinyin, initials or English.",
    "tianwen",
)
.required();
const LIMIT: Param = Param::new(
    "limit",
    Kind::Integer { min: 1, max: 20 },
    "How many completions at most; 10 if absent.",
    "10",
);
const DEFAULT_LIMIT: usize = 10;

/// What `GET /v1/suggest` takes.
pub struct GetSuggestions;

impl Table for GetSuggestions {
    const PARAMS: &'static [&'static [Param]] = &[&[Q, LIMIT], LANGUAGE];
}

/// Completions, the best first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Suggestions<'a> {
    /// At most `limit`.
    #[schema(max_items = 20)]
    pub items: Vec<Suggestion<'a>>,
}

/// What a completion names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum SuggestionKind {
    /// An event.
    Event,
    /// A base.
    Base,
    /// A route.
    Route,
    /// A lecture series.
    Series,
    /// A campaign or theme day.
    Campaign,
    /// An entry of the resource directory.
    Resource,
    /// An administrative division.
    Division,
    /// A topic.
    Topic,
    /// An audience.
    Audience,
    /// A form of event.
    Form,
    /// A category of bases.
    Category,
    /// A level of recognition of bases.
    Level,
}

/// A completion: a thing by its id, or a filter by its code.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Suggestion<'a> {
    /// What it names.
    pub kind: SuggestionKind,
    /// The name.
    #[schema(example = "广州天文馆")]
    pub name: &'a str,
    /// Of a thing: its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: Option<String>,
    /// Of a division, topic, audience, form, category or level: its code, as the filter of that name takes it.
    #[schema(example = "astronomy_space")]
    pub code: Option<String>,
}

impl<'a> Suggestion<'a> {
    fn new(view: &View<'a>, named: &Named) -> Option<Self> {
        let world = view.snapshot;
        Some(match named {
            Named::Thing(kind, id) => {
                let kind = match kind {
                    kinds::Kind::Base => SuggestionKind::Base,
                    kinds::Kind::Route => SuggestionKind::Route,
                    kinds::Kind::Series => SuggestionKind::Series,
                    kinds::Kind::Campaign => SuggestionKind::Campaign,
                    kinds::Kind::Resource => SuggestionKind::Resource,
                    _ => return None,
                };
                let name = view.text(world.name(named)?);
                Self { kind, name, id: Some(ids::spell(*id)), code: None }
            }
            Named::Event(id) => {
                let name = view.text(world.name(named)?);
                Self { kind: SuggestionKind::Event, name, id: Some(id.to_string()), code: None }
            }
            Named::Division(adcode) => {
                let name = view.text(world.name(named)?);
                Self { kind: SuggestionKind::Division, name, id: None, code: Some(adcode.to_string()) }
            }
            Named::Term(scheme, code) => {
                let kind = match &**scheme {
                    taxonomy::TOPIC => SuggestionKind::Topic,
                    taxonomy::AUDIENCE => SuggestionKind::Audience,
                    taxonomy::FORM => SuggestionKind::Form,
                    taxonomy::CATEGORY => SuggestionKind::Category,
                    taxonomy::LEVEL => SuggestionKind::Level,
                    _ => return None,
                };
                Self { kind, name: view.text(world.name(named)?), id: None, code: Some(code.to_string()) }
            }
        })
    }
}

/// Complete what is typed
///
/// Names of bases, routes, series, campaigns, resources, divisions and terms that begin so, or one of whose words does, in
/// characters, pinyin or initials; then events that are found so.
#[utoipa::path(
    tag = "search",
    params(Asked<GetSuggestions>),
    responses((status = 200, description = "The completions.", body = Suggestions))
)]
#[get("/v1/suggest")]
async fn get_suggestions(
    asked: Asked<GetSuggestions>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (snapshot, now) = (state.snapshot()?, state.now());
    // The parser has refused a question without words.
    let q = asked.params.text(&Q).ok_or(Code::Internal)?;
    let limit = asked.params.integer(&LIMIT).and_then(|limit| usize::try_from(limit).ok());
    let view = asked.view(&snapshot, now);
    let found = snapshot.suggest(q, limit.unwrap_or(DEFAULT_LIMIT), now);
    let items = found.iter().filter_map(|named| Suggestion::new(&view, named)).collect();
    Ok(HttpResponse::Ok().json(Suggestions { items }))
}
