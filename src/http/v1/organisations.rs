//! Organisations.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::filters::Plain;
use super::manage::organisations::shown::OrganisationKindName;
use super::media::Source;
use super::view::View;
use crate::discovery::entries::OrganisationEntry;
use crate::discovery::organisations;
use crate::domain::ids::{self, OrganisationId};
use crate::domain::kinds;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::forms::geojson::{FeatureCollection, ListForm};
use crate::http::list::List;
use crate::http::params::groups::{ADCODE, LANGUAGE, PAGE, Q};
use crate::http::params::{Asked, Param, PathId, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_organisations).service(get_organisation);
}

/// What `GET /v1/organisations` takes.
pub struct ListOrganisations;

impl Table for ListOrganisations {
    const PARAMS: &'static [&'static [Param]] = &[&[Q, ADCODE], PAGE, LANGUAGE];
}

/// An organisation as lists show it.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrganisationItem<'a> {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Its name.
    #[schema(example = "广东省科学技术协会")]
    pub name: &'a str,
    /// What it is, as far as known.
    pub kind: Option<OrganisationKindName>,
    /// Code of the division where it has its seat, as far as known.
    #[schema(example = "440100")]
    pub adcode: Option<String>,
    /// Name of that division.
    #[schema(example = "广州市")]
    pub district: Option<&'a str>,
    /// Its web site.
    #[schema(example = "https://example.org/")]
    pub url: Option<&'a str>,
}

/// Everything public about an organisation.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganisationDetail<'a> {
    /// What lists show.
    #[serde(flatten)]
    pub item: OrganisationItem<'a>,
    /// How many bases it runs; `/v1/bases?organiser=` lists them.
    #[schema(example = 2)]
    pub base_count: u32,
    /// How many lecture series it runs; `/v1/series?organiser=` lists them.
    #[schema(example = 1)]
    pub series_count: u32,
    /// How many entries of the resource directory it keeps; `/v1/resources?organiser=` lists them.
    #[schema(example = 3)]
    pub resource_count: u32,
    /// How many of its events go ahead and have not ended; `/v1/events?organiser=` lists them.
    #[schema(example = 12)]
    pub event_count: u32,
    /// When the record last changed.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    pub updated_at: Rfc3339,
    /// Counts the changes of the record.
    #[schema(example = 3)]
    pub version: i64,
    /// Where the record comes from.
    pub source: Source<'a>,
}

impl<'a> OrganisationItem<'a> {
    /// An organisation as `view` shows it.
    pub fn new(view: &View<'a>, entry: &'a OrganisationEntry) -> Self {
        let body = entry.body();
        let seat = body.adcode.and_then(|adcode| view.snapshot.divisions.get(adcode));
        Self {
            id: ids::spell(entry.record.id),
            name: view.text(&body.name),
            kind: body.kind.map(OrganisationKindName::from),
            adcode: body.adcode.map(|adcode| adcode.to_string()),
            district: seat.map(|division| view.text(&division.name)),
            url: body.url.as_deref(),
        }
    }
}

impl<'a> OrganisationDetail<'a> {
    /// An organisation as `view` shows it.
    pub fn new(view: &View<'a>, entry: &'a OrganisationEntry) -> Self {
        let tally = organisations::tally(view.snapshot, entry.record.id, view.now);
        let count = |count| u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            item: OrganisationItem::new(view, entry),
            base_count: count(tally.bases),
            series_count: count(tally.series),
            resource_count: count(tally.resources),
            event_count: count(tally.events),
            updated_at: rfc3339(entry.record.updated_at),
            version: entry.record.version,
            source: (&entry.body().source).into(),
        }
    }
}

/// List organisations
///
/// Organisations by name, or by relevance if `q` is given.
#[utoipa::path(
    tag = "organisations",
    params(Asked<ListOrganisations>),
    responses((status = 200, description = "A page of organisations.", content(
        (List<OrganisationItem> = "application/json"),
        (FeatureCollection = "application/geo+json"),
    )))
)]
#[get("/v1/organisations")]
async fn list_organisations(
    asked: Asked<ListOrganisations>,
    form: ListForm,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let turn = asked.turn(state.now())?;
    let question = asked.question(&snapshot, turn.now, vec![kinds::Kind::Organisation])?;
    let view = form.view(asked.view(&snapshot, turn.now));
    let page = snapshot.find(&question, turn.now, &turn.paging);
    let list =
        turn.list(&view, page, |found| Some(OrganisationItem::new(&view, found.thing.organisation()?)));
    form.answer(&list)
}

/// Get an organisation
///
/// Who it is, and how much it runs.
#[utoipa::path(
    tag = "organisations",
    params(PathId<OrganisationId>, Asked<Plain>),
    responses((status = 200, description = "The organisation.", body = OrganisationDetail))
)]
#[get("/v1/organisations/{id}")]
async fn get_organisation(
    id: PathId<OrganisationId>,
    asked: Asked<Plain>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let entry = snapshot.organisations.get(&id.0).ok_or(Code::NotFound)?;
    Ok(HttpResponse::Ok().json(OrganisationDetail::new(&view, entry)))
}
