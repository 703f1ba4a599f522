//! The texts that people consent to (隐私政策、同意书), by version.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::view::View;
use crate::discovery::policies::Standing;
use crate::domain::ids;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::policies::{self, Policy};
use crate::domain::record::Record;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::list::List;
use crate::http::params::groups::LANGUAGE;
use crate::http::params::{Asked, Kind, Param, Table};
use crate::http::problem::Problem;
use crate::http::state::State;
use crate::http::wire::wire;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_policies);
}

wire! {
    /// What a policy is about.
    PolicyKind = policies::PolicyKind {
        /// What happens with personal information.
        Privacy "privacy"
        /// What whoever signs up agrees to.
        Signup "signup"
        /// Consent of a guardian, and the rules for children under 14.
        Guardian "guardian"
        /// Separate consent to sensitive personal information.
        Sensitive "sensitive"
    }

    /// How a version stands.
    PolicyStatus = Standing {
        /// It is in force.
        Current "current"
        /// It was in force.
        Earlier "earlier"
        /// It will be in force.
        Coming "coming"
    }
}

/// What `GET /v1/policies` takes.
pub struct ListPolicies;

impl Table for ListPolicies {
    const PARAMS: &'static [&'static [Param]] = &[&[KIND, VERSION, STATUS], LANGUAGE];
}

const KIND: Param =
    Param::new("kind", Kind::Words(PolicyKind::WORDS), "Only policies of these kinds.", "privacy,guardian");
const VERSION: Param = Param::new(
    "version",
    Kind::Text { max_chars: 32 },
    "Only the version called so, as a consent names it, in force or not.",
    "1.0",
);
const STATUS: Param = Param::new(
    "status",
    Kind::Words(PolicyStatus::WORDS),
    "Only versions that stand in one of these ways. Without it: those in force, or whatever `version` names.",
    "current,coming",
);

/// A version of a policy.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyItem<'a> {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// What it is about.
    pub kind: PolicyKind,
    /// What a consent names; unique in its kind.
    #[schema(example = "1.0")]
    pub version: &'a str,
    /// From when on it holds, until the next version of its kind does.
    #[schema(example = "2026-11-01T00:00:00+08:00", value_type = String, format = DateTime)]
    pub valid_from: Rfc3339,
    /// Its title.
    #[schema(example = "个人信息保护政策")]
    pub title: &'a str,
    /// What it says: plain text, paragraphs apart by an empty line. Where languages differ, the Chinese text holds.
    #[schema(example = "一、我们收集什么\n\n只看不报名，不需要登录。")]
    pub text: &'a str,
    /// When the record last changed.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    pub updated_at: Rfc3339,
}

impl<'a> PolicyItem<'a> {
    /// A version as `view` shows it.
    pub fn new(view: &View<'a>, record: &'a Record<Policy>) -> Self {
        let policy = &record.body;
        Self {
            id: ids::spell(record.id),
            kind: policy.kind.into(),
            version: &policy.version,
            valid_from: rfc3339(policy.valid_from),
            title: view.text(&policy.title),
            text: view.text(&policy.text),
            updated_at: rfc3339(record.updated_at),
        }
    }
}

/// List policies
///
/// The texts that people are asked to agree to: of each kind the version in force, or those that are asked for, the
/// latest first; in one page. A consent is given to a kind and a version.
#[utoipa::path(
    tag = "policies",
    params(Asked<ListPolicies>),
    responses((status = 200, description = "The policies.", body = List<PolicyItem>))
)]
#[get("/v1/policies")]
async fn list_policies(asked: Asked<ListPolicies>, state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let (kinds, version) = (PolicyKind::read(asked.params.words(&KIND)), asked.params.text(&VERSION));
    let mut standings = PolicyStatus::read(asked.params.words(&STATUS));
    if standings.is_empty() && version.is_none() {
        standings.push(Standing::Current);
    }
    let mut versions = snapshot.policies_at(view.now);
    versions.retain(|(record, _)| kinds.is_empty() || kinds.contains(&record.body.kind));
    if let Some(version) = version {
        versions.retain(|(record, _)| record.body.version == version);
        if versions.is_empty() {
            let unknown =
                FieldCode::UnknownCode { value: version.to_owned(), scheme: VERSION.name.to_owned() };
            return Err(Invalid::one(VERSION.name, unknown).into());
        }
    }
    versions.retain(|(_, standing)| standings.is_empty() || standings.contains(standing));
    let items = versions.into_iter().map(|(record, _)| PolicyItem::new(&view, record)).collect();
    Ok(HttpResponse::Ok().json(List::whole(items, None)))
}
