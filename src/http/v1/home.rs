//! The first screen of a mini-program in one request.

use actix_web::{HttpResponse, get, web};
use chrono::TimeDelta;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::bases::BaseItem;
use super::bulletins::BulletinItem;
use super::campaigns::CampaignItem;
use super::divisions::DivisionItem;
use super::events::EventItem;
use super::routes::RouteItem;
use super::search::SearchItem;
use super::series::SeriesItem;
use super::view::View;
use crate::discovery::page::{Paging, Sort};
use crate::discovery::place::Area;
use crate::discovery::question::Question;
use crate::discovery::{Found, Snapshot};
use crate::domain::bulletins::Standing;
use crate::domain::divisions::{Adcode, Division};
use crate::domain::featured::SHOWN;
use crate::domain::kinds;
use crate::domain::time::Span;
use crate::http::list::Crs;
use crate::http::lookup::Lookup;
use crate::http::params::groups::{ADCODE, CRS, LANGUAGE, LAT, LNG};
use crate::http::params::{Asked, Kind, Param, Table};
use crate::http::problem::Problem;
use crate::http::state::State;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_home);
}

/// What `GET /v1/home` takes.
pub struct GetHome;

impl Table for GetHome {
    const PARAMS: &'static [&'static [Param]] = &[&[ADCODE, LAT, LNG, CRS], LANGUAGE, PREFETCH];
}

/// What WeChat adds when it fetches ahead of a mini-program's start; some of it may be empty.
const PREFETCH: &[Param] = &[
    ignored("appid"),
    ignored("token"),
    ignored("code"),
    ignored("timestamp"),
    ignored("path"),
    ignored("query"),
    ignored("scene"),
];

const fn ignored(name: &'static str) -> Param {
    Param::new(name, Kind::Ignored, "Added by WeChat's pre-fetch; not read.", "0")
}

/// How far ahead the events reach.
const AHEAD: TimeDelta = TimeDelta::days(14);

/// The first screen: what is on, and what is near.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Home<'a> {
    /// The division that was asked for, or in which the position lies; absent where that is not known.
    pub division: Option<DivisionItem<'a>>,
    /// Bulletins that hold now and concern people in that division, the newest first; `/v1/bulletins` lists them all.
    #[schema(max_items = 3)]
    pub bulletins: Vec<BulletinItem<'a>>,
    /// What the authority of the division puts first, else that of the city or the province; empty where none named anything
    /// that there is to see.
    #[schema(max_items = 5, inline)]
    pub featured: Vec<SearchItem<'a>>,
    /// Campaigns that take place now, then those that come next.
    #[schema(max_items = 3)]
    pub campaigns: Vec<CampaignItem<'a>>,
    /// Events of the next two weeks in the city, by distance from the position, without one by start.
    #[schema(max_items = 10)]
    pub events: Vec<EventItem<'a>>,
    /// Bases in the city, by distance from the position, without one by name.
    #[schema(max_items = 6)]
    pub bases: Vec<BaseItem<'a>>,
    /// Lecture series with a coming lecture, the next lecture first.
    #[schema(max_items = 4)]
    pub series: Vec<SeriesItem<'a>>,
    /// Routes with a stop in the city.
    #[schema(max_items = 3)]
    pub routes: Vec<RouteItem<'a>>,
    /// The datum of the positions in this answer.
    pub crs: Crs,
}

/// Get the first screen
///
/// Everything that a mini-program shows first, in one answer below 256 KB: for a division (`adcode`), for a position
/// (`lat`,`lng`), or for the whole province. The parameters that WeChat's pre-fetch adds are taken and not read.
#[utoipa::path(
    tag = "search",
    params(Asked<GetHome>),
    responses((status = 200, description = "The first screen.", body = Home))
)]
#[get("/v1/home")]
async fn get_home(asked: Asked<GetHome>, state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let (snapshot, now) = (state.snapshot()?, state.now());
    let mut lookup = Lookup::new(&asked.params, &snapshot);
    let Area { at, adcode, .. } = lookup.area();
    lookup.done()?;
    let division = match (adcode, at) {
        (Some(adcode), _) => snapshot.divisions.get(adcode),
        (None, Some(at)) => snapshot.divisions.at(at),
        (None, None) => None,
    };
    let view = asked.view(&snapshot, now);
    let city = adcode.or_else(|| city(&snapshot, division?));
    let area = Area { at, adcode: city, ..Area::default() };
    let of = |kind| Question { area, lang: asked.lang, ..Question::about(kind) };
    let first = |question: &Question, limit: usize| -> Vec<Found<'_>> {
        snapshot.find(question, now, &Paging { limit, after: None }).found
    };

    let soon = Some(Span { from: Some(now), to: Some(now + AHEAD) });
    let found = first(&Question { span: soon, ..of(kinds::Kind::Event) }, 10);
    let mut events = Vec::new();
    for found in found.iter().filter_map(Found::event) {
        events.push((view.event(found.entry)?, found));
    }
    let bases = first(&of(kinds::Kind::Base), 6);
    let routes = first(&of(kinds::Kind::Route), 3);
    let campaigns = first(&Question { sort: Some(Sort::Start), ..Question::about(kinds::Kind::Campaign) }, 3);
    let here = division.map(|division| division.adcode);
    let bulletins =
        snapshot.bulletins_at(now, Standing::Current, here, &Paging { limit: 3, after: None }).found;
    let featured = snapshot.featured_at(now, here, SHOWN);
    let mut told = Vec::with_capacity(featured.len());
    for found in &featured {
        told.push(found.event().map(|event| view.event(event.entry)).transpose()?);
    }
    let put_first = featured.iter().zip(&told);
    let home = Home {
        division: division.map(|division| DivisionItem::new(&view, division)),
        bulletins: bulletins.into_iter().map(|record| BulletinItem::new(&view, record)).collect(),
        featured: put_first
            .filter_map(|(found, event)| SearchItem::new(&view, found, event.as_ref(), None))
            .collect(),
        campaigns: campaigns
            .iter()
            .filter_map(|found| Some(CampaignItem::new(&view, found.thing.campaign()?, None)))
            .collect(),
        events: events.iter().map(|(event, found)| EventItem::new(&view, event, *found)).collect(),
        bases: bases
            .iter()
            .filter_map(|found| Some(BaseItem::new(&view, found.thing.base()?, found.distance)))
            .collect(),
        series: series(&view, 4),
        routes: routes
            .iter()
            .filter_map(|found| Some(RouteItem::new(&view, found.thing.route()?, found.distance)))
            .collect(),
        crs: view.crs.into(),
    };
    Ok(HttpResponse::Ok().json(home))
}

/// The city of a division: people go beyond their district for a Saturday.
fn city(snapshot: &Snapshot, division: &Division) -> Option<Adcode> {
    let chain: Vec<Adcode> =
        snapshot.divisions.chain(division.adcode).map(|division| division.adcode).collect();
    // Innermost first: the province is last, the city before it.
    chain.iter().rev().nth(1).or(chain.last()).copied()
}

/// The series whose next lecture is soonest.
fn series<'a>(view: &View<'a>, limit: usize) -> Vec<SeriesItem<'a>> {
    let items = view.snapshot.series.values().map(|entry| SeriesItem::new(view, entry));
    let mut coming: Vec<_> =
        items.filter_map(|item| Some((item.next_lecture.as_ref()?.next_session.start, item))).collect();
    coming.sort_by(|(a, one), (b, other)| (a, &one.id).cmp(&(b, &other.id)));
    coming.into_iter().take(limit).map(|(_, item)| item).collect()
}
