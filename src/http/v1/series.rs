//! Lecture series (系列讲座).

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::facets::SERIES_FACETS;
use super::filters::{ORGANISER, Plain, TOPIC};
use super::media::{Image, Source};
use super::organisers::Organiser;
use super::references::Ref;
use super::sessions::NextSession;
use super::view::View;
use crate::discovery::entries::SeriesEntry;
use crate::discovery::series;
use crate::domain::ids::{self, SeriesId};
use crate::domain::kinds;
use crate::domain::taxonomy;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::forms::geojson::{FeatureCollection, ListForm};
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE, Q, TIME};
use crate::http::params::{Asked, Param, PathId, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_series).service(get_series);
}

/// What `GET /v1/series` takes.
pub struct ListSeries;

impl Table for ListSeries {
    const PARAMS: &'static [&'static [Param]] =
        &[&[Q, TOPIC, ORGANISER, SERIES_FACETS], TIME, PAGE, LANGUAGE];
}

/// A lecture series as lists show it.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeriesItem<'a> {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Its name.
    #[schema(example = "珠江科学大讲堂")]
    pub name: &'a str,
    /// What it is about.
    #[schema(example = "每期请一位院士或科学家谈自己的研究。")]
    pub summary: &'a str,
    /// Who runs it, the main one first.
    pub organisers: Vec<Organiser<'a>>,
    /// How often lectures are held, in words.
    #[schema(example = "每月一期")]
    pub frequency: Option<&'a str>,
    /// Since when: a year, a month or a day, as precise as the source.
    #[schema(example = "2012-05")]
    pub since: Option<String>,
    /// Its subjects: codes of `/v1/taxonomy?scheme=topic`.
    #[schema(value_type = Vec<String>, example = json!(["astronomy_space"]))]
    pub topics: &'a [taxonomy::Code],
    /// A picture.
    pub cover: Option<Image<'a>>,
    /// The next lecture that goes ahead.
    pub next_lecture: Option<Lecture<'a>>,
    /// How many lectures there are, past ones too; `/v1/events?series=` lists them.
    #[schema(example = 12)]
    pub lecture_count: u32,
}

/// A lecture, which is an event of the series.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lecture<'a> {
    /// The event's id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Its title.
    #[schema(example = "从岩石到月壤：矿物里的地球史")]
    pub title: &'a str,
    /// When it is, and whether one can still get in.
    pub next_session: NextSession,
}

/// Everything public about a lecture series.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeriesDetail<'a> {
    /// What lists show.
    #[serde(flatten)]
    pub item: SeriesItem<'a>,
    /// Subjects in free words.
    #[schema(example = json!(["院士讲座"]))]
    pub tags: &'a [String],
    /// Where lectures usually are.
    pub base: Option<Ref<'a>>,
    /// When the record last changed.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    pub updated_at: Rfc3339,
    /// Counts the changes of the record.
    #[schema(example = 3)]
    pub version: i64,
    /// Where the record comes from.
    pub source: Source<'a>,
}

impl<'a> SeriesItem<'a> {
    /// A series as `view` shows it.
    pub fn new(view: &View<'a>, entry: &'a SeriesEntry) -> Self {
        let body = entry.body();
        let lectures = series::lectures(view.snapshot, entry.record.id, view.now);
        Self {
            id: ids::spell(entry.record.id),
            name: view.text(&body.name),
            summary: view.text(&body.summary),
            organisers: view.organisers(&body.organisers),
            frequency: body.frequency.as_ref().map(|frequency| view.text(frequency)),
            since: body.since.as_ref().map(ToString::to_string),
            topics: &body.topics,
            cover: body.cover.as_ref().map(|cover| Image::new(view, cover)),
            next_lecture: lectures.next.map(|(event, session)| Lecture {
                id: ids::spell(event.id),
                title: view.text(&event.title),
                next_session: NextSession::new(view, event, session),
            }),
            lecture_count: u32::try_from(lectures.count).unwrap_or(u32::MAX),
        }
    }
}

impl<'a> SeriesDetail<'a> {
    /// A lecture series as `view` shows it.
    pub fn new(view: &View<'a>, entry: &'a SeriesEntry) -> Self {
        let body = entry.body();
        let base = body.base.and_then(|base| view.snapshot.bases.get(&base));
        Self {
            item: SeriesItem::new(view, entry),
            tags: &body.tags,
            base: base.map(|base| Ref::new(base.record.id, view.text(&base.body().name))),
            updated_at: rfc3339(entry.record.updated_at),
            version: entry.record.version,
            source: (&body.source).into(),
        }
    }
}

/// List series
///
/// Lecture series by name, or by relevance if `q` is given, each with its next lecture. `when`, `from` and `to` are
/// taken, as by every list, and leave series alone: its lectures of a span are listed by `/v1/events?series=`.
#[utoipa::path(
    tag = "series",
    params(Asked<ListSeries>),
    responses((status = 200, description = "A page of series.", content(
        (List<SeriesItem> = "application/json"),
        (FeatureCollection = "application/geo+json"),
    )))
)]
#[get("/v1/series")]
async fn list_series(
    asked: Asked<ListSeries>,
    form: ListForm,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let turn = asked.turn(state.now())?;
    let question = asked.question(&snapshot, turn.now, vec![kinds::Kind::Series])?;
    let view = form.view(asked.view(&snapshot, turn.now));
    let page = snapshot.find(&question, turn.now, &turn.paging);
    let list = turn.list(&view, page, |found| Some(SeriesItem::new(&view, found.thing.series()?)));
    form.answer(&list)
}

/// Get a series
///
/// Everything public about one lecture series. Its lectures are listed by `/v1/events?series=`.
#[utoipa::path(
    tag = "series",
    params(PathId<SeriesId>, Asked<Plain>),
    responses((status = 200, description = "The series.", body = SeriesDetail))
)]
#[get("/v1/series/{id}")]
async fn get_series(
    id: PathId<SeriesId>,
    asked: Asked<Plain>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let entry = snapshot.series.get(&id.0).ok_or(Code::NotFound)?;
    Ok(HttpResponse::Ok().json(SeriesDetail::new(&view, entry)))
}
