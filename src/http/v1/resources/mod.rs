//! The resource directory (科普资源名录): what everybody reads; [`own`] is for whoever submits to it.

mod asked;
pub mod own;
mod shown;

use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::discovery::entries::ResourceEntry;
use crate::domain::divisions::Adcode;
use crate::domain::ids::{self, ResourceId};
use crate::domain::kinds;
use crate::domain::resources;
use crate::domain::taxonomy;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::forms::geojson::{FeatureCollection, ListForm};
use crate::http::list::{Crs, List};
use crate::http::params::groups::{LANGUAGE, PAGE, POSITION, Q, TIME};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;
use crate::http::v1::facets::RESOURCE_FACETS;
use crate::http::v1::filters::{AUDIENCE, BASE, ORGANISER, Placed, RESOURCE_TYPE, TOPIC};
use crate::http::v1::media::{Image, Source};
use crate::http::v1::organisers::Organiser;
use crate::http::v1::places::Place;
use crate::http::v1::references::Ref;
use crate::http::v1::taxonomy::Classification;
use crate::http::v1::view::View;
use crate::http::wire::wire;
pub use shown::{ContactOfResource, ResourceRegistration, SubmittedResource};

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_resources).service(get_resource).configure(own::configure);
}

wire! {
    /// Kinds of resource.
    ResourceType = resources::ResourceType {
        /// A place, or equipment in it.
        Facility "facility"
        /// An exhibit or an exhibition.
        Exhibit "exhibit"
        /// A book, a programme, an account that publishes.
        Work "work"
        /// A course, a kit, a game.
        Product "product"
    }
}

/// What `GET /v1/resources` takes.
pub struct ListResources;

impl Table for ListResources {
    const PARAMS: &'static [&'static [Param]] = &[
        POSITION,
        TIME,
        &[Q, RESOURCE_TYPE, TOPIC, AUDIENCE, ORGANISER, BASE, SORT, RESOURCE_FACETS],
        PAGE,
        LANGUAGE,
    ];
}

const SORT: Param = Param::new(
    "sort",
    Kind::Word(&["relevance", "distance", "name", "newest"]),
    "The order. Without it: by relevance if `q` is given, else by distance if a position is, else by name.",
    "name",
);

/// An entry of the resource directory as lists show it.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceItem<'a> {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Its name.
    #[schema(example = "科普大篷车")]
    pub name: &'a str,
    /// What kind it is.
    #[serde(rename = "type")]
    pub kind: ResourceType,
    /// What it is and what one can do with it.
    #[schema(example = "车载展品进校园")]
    pub text: &'a str,
    /// Its subjects: codes of `/v1/taxonomy?scheme=topic`.
    #[schema(value_type = Vec<String>, example = json!(["astronomy_space"]))]
    pub topics: &'a [taxonomy::Code],
    /// For whom it is: codes of `/v1/taxonomy?scheme=audience`.
    #[schema(value_type = Vec<String>, example = json!(["youth"]))]
    pub audiences: &'a [taxonomy::Code],
    /// Who keeps it; absent where nobody is known to.
    pub organiser: Option<Ref<'a>>,
    /// The base where it is, or from which it is sent out.
    pub base: Option<Ref<'a>>,
    /// Where it is; absent for what is nowhere in particular.
    pub place: Option<Place<'a>>,
    /// Where it can be read, watched, played or ordered.
    #[schema(example = "https://example.org/")]
    pub url: Option<&'a str>,
    /// The division for which it is.
    pub reach: Option<Reach<'a>>,
    /// Under what an authority registered it; absent for what came otherwise.
    pub registration: Option<ResourceRegistration>,
    /// The day since which nobody confirmed that it is so; absent while it is current.
    #[schema(example = "2027-11-26", value_type = Option<String>, format = Date)]
    pub stale_since: Option<NaiveDate>,
    /// A picture.
    pub cover: Option<Image<'a>>,
    /// Metres to 0.1 from the position in the question.
    #[schema(example = 1523.4)]
    pub distance: Option<f64>,
}

/// A division for which something is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reach<'a> {
    /// Its code.
    #[schema(example = "440100")]
    pub adcode: String,
    /// Its name.
    #[schema(example = "广州市")]
    pub name: &'a str,
}

/// Whom everybody may ask about an entry.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResourceContact<'a> {
    /// Their name.
    #[schema(example = "李老师")]
    pub name: &'a str,
    /// Their telephone number.
    #[schema(example = "020-12345678")]
    pub phone: &'a str,
    /// Their address for mail.
    #[schema(example = "science@example.org")]
    pub mail: Option<&'a str>,
}

/// Everything public about an entry of the resource directory.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceDetail<'a> {
    /// What lists show.
    #[serde(flatten)]
    pub item: ResourceItem<'a>,
    /// Whom to ask about it, by the leave of whoever that is.
    pub contact: Option<ResourceContact<'a>>,
    /// Who keeps it, the main one first.
    pub organisers: Vec<Organiser<'a>>,
    /// What it is in other schemes, such as GB/T 32844.
    pub classifications: Vec<Classification<'a>>,
    /// When the record last changed.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    pub updated_at: Rfc3339,
    /// Counts the changes of the record.
    #[schema(example = 3)]
    pub version: i64,
    /// Where the record comes from.
    pub source: Source<'a>,
    /// The datum of the positions in this answer.
    pub crs: Crs,
}

impl<'a> ResourceItem<'a> {
    /// An entry as `view` shows it, `distance` metres from the caller.
    pub fn new(view: &View<'a>, entry: &'a ResourceEntry, distance: Option<f64>) -> Self {
        let body = entry.body();
        let base = body.base.and_then(|base| view.snapshot.bases.get(&base));
        let place = body.place.as_ref().or(base.map(|base| &base.body().place));
        Self {
            id: ids::spell(entry.record.id),
            name: view.text(&body.name),
            kind: body.kind.into(),
            text: view.text(&body.text),
            topics: &body.topics,
            audiences: &body.audiences,
            organiser: view.organiser(&body.organisers),
            base: base.map(|base| Ref::new(base.record.id, view.text(&base.body().name))),
            place: place.map(|place| Place::new(view, place)),
            url: body.url.as_deref(),
            reach: body.reach.and_then(|reach| Reach::new(view, reach)),
            registration: body.registration.as_ref().map(ResourceRegistration::from),
            stale_since: body.registration.as_ref().and_then(|one| one.stale_since(view.today())),
            cover: body.cover.as_ref().map(|cover| Image::new(view, cover)),
            distance,
        }
    }
}

impl<'a> Reach<'a> {
    fn new(view: &View<'a>, adcode: Adcode) -> Option<Self> {
        let division = view.snapshot.divisions.get(adcode)?;
        Some(Self { adcode: adcode.to_string(), name: view.text(&division.name) })
    }
}

impl<'a> ResourceDetail<'a> {
    /// An entry as `view` shows it.
    pub fn new(view: &View<'a>, entry: &'a ResourceEntry) -> Self {
        let body = entry.body();
        Self {
            item: ResourceItem::new(view, entry, None),
            contact: body.contact.as_ref().map(|contact| ResourceContact {
                name: &contact.name,
                phone: &contact.phone,
                mail: contact.mail.as_deref(),
            }),
            organisers: view.organisers(&body.organisers),
            classifications: body.classifications.iter().map(Classification::from).collect(),
            updated_at: rfc3339(entry.record.updated_at),
            version: entry.record.version,
            source: (&body.source).into(),
            crs: view.crs.into(),
        }
    }
}

/// List resources
///
/// The resource directory: places and facilities, exhibits, works and products. What is at a base lies where the base
/// does; what is nowhere in particular, as a book, has no place. `when`, `from` and `to` are taken, as by every list,
/// and leave resources alone.
#[utoipa::path(
    tag = "resources",
    params(Asked<ListResources>),
    responses((status = 200, description = "A page of resources.", content(
        (List<ResourceItem> = "application/json"),
        (FeatureCollection = "application/geo+json"),
    )))
)]
#[get("/v1/resources")]
async fn list_resources(
    asked: Asked<ListResources>,
    form: ListForm,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let turn = asked.turn(state.now())?;
    let question = asked.question(&snapshot, turn.now, vec![kinds::Kind::Resource])?;
    let view = form.view(asked.view(&snapshot, turn.now));
    let page = snapshot.find(&question, turn.now, &turn.paging);
    let list = turn
        .list(&view, page, |found| Some(ResourceItem::new(&view, found.thing.resource()?, found.distance)));
    form.answer(&list.in_crs(&view))
}

/// Get a resource
///
/// Everything public about one entry of the resource directory.
#[utoipa::path(
    tag = "resources",
    params(PathId<ResourceId>, Asked<Placed>),
    responses((status = 200, description = "The resource.", body = ResourceDetail))
)]
#[get("/v1/resources/{id}")]
async fn get_resource(
    id: PathId<ResourceId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let entry = snapshot.resources.get(&id.0).ok_or(Code::NotFound)?;
    Ok(HttpResponse::Ok().json(ResourceDetail::new(&view, entry)))
}
