//! Codes with their names.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::view::View;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::taxonomy;
use crate::domain::text::{Lang, Text};
use crate::http::list::List;
use crate::http::params::groups::LANGUAGE;
use crate::http::params::{Asked, Kind, Param, Table};
use crate::http::problem::Problem;
use crate::http::state::State;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_terms);
}

/// What `GET /v1/taxonomy` takes.
pub struct ListTerms;

impl Table for ListTerms {
    const PARAMS: &'static [&'static [Param]] = &[&[SCHEME], LANGUAGE];
}

const SCHEME: Param = Param::new(
    "scheme",
    Kind::Text { max_chars: 64 },
    "Only the terms of this scheme: `topic`, `audience`, `form`, `level`, `category` …",
    "topic",
);

/// A term of a scheme.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Term<'a> {
    /// The scheme it belongs to.
    #[schema(example = "topic")]
    pub scheme: &'a str,
    /// Its code, unique in the scheme.
    #[schema(example = "astronomy_space")]
    pub code: &'a str,
    /// Its name in the language of the answer.
    #[schema(example = "天文与航天")]
    pub name: &'a str,
    /// Its name in every language.
    pub names: Names<'a>,
    /// Code of the broader term in the same scheme.
    #[schema(example = "natural_science")]
    pub broader: Option<&'a str>,
    /// Terms of other schemes that mean the same.
    pub same_as: Vec<Classification<'a>>,
}

/// A name in every language; what is not translated has fallen back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Names<'a> {
    /// In simplified Chinese.
    #[serde(rename = "zh-CN")]
    #[schema(example = "天文与航天")]
    pub zh_cn: &'a str,
    /// In traditional Chinese as written in Hong Kong.
    #[serde(rename = "zh-HK")]
    #[schema(example = "天文與航天")]
    pub zh_hk: &'a str,
    /// In English.
    #[schema(example = "Astronomy & space")]
    pub en: &'a str,
}

/// A term named by scheme and code.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Classification<'a> {
    /// The scheme.
    #[schema(example = "gbt32844")]
    pub scheme: &'a str,
    /// The code within it.
    #[schema(example = "0101")]
    pub code: &'a str,
}

impl<'a> From<&'a Text> for Names<'a> {
    fn from(text: &'a Text) -> Self {
        Self { zh_cn: text.get(Lang::ZhCn), zh_hk: text.get(Lang::ZhHk), en: text.get(Lang::En) }
    }
}

impl<'a> From<&'a taxonomy::Classification> for Classification<'a> {
    fn from(term: &'a taxonomy::Classification) -> Self {
        Self { scheme: &term.scheme, code: &term.code }
    }
}

impl<'a> Term<'a> {
    /// A term as `view` shows it.
    pub fn new(view: &View<'a>, term: &'a taxonomy::Term) -> Self {
        Self {
            scheme: &term.scheme,
            code: &term.code,
            name: view.text(&term.name),
            names: (&term.name).into(),
            broader: term.broader.as_deref(),
            same_as: term.same_as.iter().map(Classification::from).collect(),
        }
    }
}

/// List the terms of the taxonomy
///
/// All codes with their names in every language, in the order in which lists show them; in one page.
#[utoipa::path(
    tag = "taxonomy",
    params(Asked<ListTerms>),
    responses((status = 200, description = "The terms.", body = List<Term>))
)]
#[get("/v1/taxonomy")]
async fn list_terms(asked: Asked<ListTerms>, state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let scheme = asked.params.text(&SCHEME);
    let schemes: Vec<&str> =
        snapshot.taxonomy.schemes().filter(|known| scheme.is_none_or(|scheme| scheme == *known)).collect();
    if let (Some(scheme), []) = (scheme, schemes.as_slice()) {
        let unknown = FieldCode::UnknownCode { value: scheme.to_owned(), scheme: SCHEME.name.to_owned() };
        return Err(Invalid::one(SCHEME.name, unknown).into());
    }
    let terms = schemes.iter().flat_map(|scheme| snapshot.taxonomy.terms(scheme));
    Ok(HttpResponse::Ok().json(List::whole(terms.map(|term| Term::new(&view, &term.body)).collect(), None)))
}
