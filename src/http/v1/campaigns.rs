//! Campaigns and theme days (主题活动、主题日).

use actix_web::{HttpResponse, get, web};
use chrono::Datelike;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::filters::{Plain, TYPE};
use super::media::{Image, Source};
use super::view::View;
use crate::discovery::campaigns as found;
use crate::discovery::entries::CampaignEntry;
use crate::domain::campaigns;
use crate::domain::ids::{self, CampaignId};
use crate::domain::kinds;
use crate::domain::time::{Rfc3339, Span, rfc3339};
use crate::http::forms::geojson::{FeatureCollection, ListForm};
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE, Q, TIME};
use crate::http::params::{Asked, Param, PathId, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;
use crate::http::wire::wire;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_campaigns).service(get_campaign);
}

wire! {
    /// Kinds of campaign.
    CampaignType = campaigns::CampaignType {
        /// A named programme.
        Campaign "campaign"
        /// One day a year.
        ThemeDay "themeDay"
        /// About a week.
        ThemeWeek "themeWeek"
        /// About a month.
        ThemeMonth "themeMonth"
    }

    /// Part of a unit in a campaign.
    UnitRole = campaigns::UnitRole {
        /// Leads.
        Lead "lead"
        /// Takes part.
        Partner "partner"
    }
}

/// What `GET /v1/campaigns` takes.
pub struct ListCampaigns;

impl Table for ListCampaigns {
    const PARAMS: &'static [&'static [Param]] = &[&[TYPE, Q], TIME, PAGE, LANGUAGE];
}

/// A campaign or theme day as lists show it.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CampaignItem<'a> {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Its name.
    #[schema(example = "全国科普日")]
    pub name: &'a str,
    /// What kind it is.
    #[serde(rename = "type")]
    pub kind: CampaignType,
    /// The last edition that ended, and those that run or come by the end of the next calendar year; where a list was
    /// asked for a span, those that overlap it. In order of time, twelve at most.
    pub editions: Vec<Edition<'a>>,
    /// Who answers for it this year.
    pub units: Vec<Unit<'a>>,
    /// How many events of it go ahead and have not ended; `/v1/events?campaign=` lists them.
    #[schema(example = 12)]
    pub event_count: u32,
    /// A picture.
    pub cover: Option<Image<'a>>,
    /// What it is about.
    #[schema(example = "科协系统每年9月的全国性科普活动。")]
    pub text: &'a str,
}

/// One time that a campaign takes place.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Edition<'a> {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// The year it counts for.
    #[schema(example = 2026)]
    pub year: i32,
    /// First day.
    #[schema(example = "2026-09-19", format = Date)]
    pub from: String,
    /// Last day, inclusive.
    #[schema(example = "2026-09-26", format = Date)]
    pub to: String,
    /// Whether the dates were published or are fixed, rather than expected by habit.
    #[schema(example = false)]
    pub confirmed: bool,
    /// Its slogan.
    #[schema(example = "提升全民科学素质，协力建设科技强国")]
    pub slogan: Option<&'a str>,
}

/// A unit that takes part.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unit<'a> {
    /// Its name, as the plan writes it.
    #[schema(example = "市科协")]
    pub name: &'a str,
    /// The organisation's id, where it is known here.
    #[schema(example = "01h2x7m9k4qpz")]
    pub organisation_id: Option<String>,
    /// Its part.
    pub role: UnitRole,
    /// How many of the campaign's events it runs; 0 where the organisation is not known here.
    #[schema(example = 4)]
    pub event_count: u32,
}

/// Everything public about a campaign.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CampaignDetail<'a> {
    /// What lists show.
    #[serde(flatten)]
    pub item: CampaignItem<'a>,
    /// How it recurs, in words.
    #[schema(example = "每年9月第三个公休日前后一周")]
    pub recurrence: &'a str,
    /// When the record last changed.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    pub updated_at: Rfc3339,
    /// Counts the changes of the record.
    #[schema(example = 3)]
    pub version: i64,
    /// Where the record comes from.
    pub source: Source<'a>,
}

/// A weekly campaign has more editions than a list can show.
const SHOWN_EDITIONS: usize = 12;

impl<'a> CampaignItem<'a> {
    /// A campaign as `view` shows it.
    pub fn new(view: &View<'a>, entry: &'a CampaignEntry, span: Option<Span>) -> Self {
        let body = entry.body();
        let tally = found::tally(view.snapshot, entry.record.id, view.now);
        let count = |count| u32::try_from(count).unwrap_or(u32::MAX);
        let unit = |unit: &'a campaigns::Unit| Unit {
            name: view.text(&unit.name),
            organisation_id: unit.organisation.map(|id| id.to_string()),
            role: unit.role.into(),
            event_count: count(unit.organisation.map_or(0, |id| tally.of(id))),
        };
        let mut editions = found::editions(entry, view.now);
        match span {
            Some(span) => editions.retain(|edition| edition.overlaps(&span)),
            None => {
                let ended = editions.iter().take_while(|edition| edition.has_ended(view.now)).count();
                editions.drain(..ended.saturating_sub(1));
            }
        }
        Self {
            id: ids::spell(entry.record.id),
            name: view.text(&body.name),
            kind: body.kind.into(),
            editions: editions.into_iter().take(SHOWN_EDITIONS).map(|one| Edition::new(view, one)).collect(),
            units: body
                .units
                .iter()
                .filter(|unit| unit.takes_part_in(view.today().year()))
                .map(unit)
                .collect(),
            event_count: count(tally.total),
            cover: body.cover.as_ref().map(|cover| Image::new(view, cover)),
            text: view.text(&body.text),
        }
    }
}

impl<'a> Edition<'a> {
    /// An edition as `view` shows it.
    pub fn new(view: &View<'a>, edition: campaigns::Edition<'a>) -> Self {
        let slogan = edition.published.and_then(|published| published.slogan.as_ref());
        Self {
            id: edition.id.to_string(),
            year: edition.year,
            from: edition.from.to_string(),
            to: edition.to.to_string(),
            confirmed: edition.confirmed,
            slogan: slogan.map(|text| view.text(text)),
        }
    }
}

impl<'a> CampaignDetail<'a> {
    /// A campaign as `view` shows it.
    pub fn new(view: &View<'a>, entry: &'a CampaignEntry) -> Self {
        Self {
            item: CampaignItem::new(view, entry, None),
            recurrence: view.text(&entry.body().recurrence.text),
            updated_at: rfc3339(entry.record.updated_at),
            version: entry.record.version,
            source: (&entry.body().source).into(),
        }
    }
}

/// List campaigns
///
/// Campaigns and theme days by the first day of the current or next edition, or by relevance if `q` is given. `from`
/// and `to` select those with an edition that overlaps the span; editions reach from the past calendar year to the
/// next.
#[utoipa::path(
    tag = "campaigns",
    params(Asked<ListCampaigns>),
    responses((status = 200, description = "A page of campaigns.", content(
        (List<CampaignItem> = "application/json"),
        (FeatureCollection = "application/geo+json"),
    )))
)]
#[get("/v1/campaigns")]
async fn list_campaigns(
    asked: Asked<ListCampaigns>,
    form: ListForm,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let turn = asked.turn(state.now())?;
    let question = asked.question(&snapshot, turn.now, vec![kinds::Kind::Campaign])?;
    let view = form.view(asked.view(&snapshot, turn.now));
    let page = snapshot.find(&question, turn.now, &turn.paging);
    let list = turn
        .list(&view, page, |found| Some(CampaignItem::new(&view, found.thing.campaign()?, question.span)));
    form.answer(&list)
}

/// Get a campaign
///
/// Everything public about one campaign. Its events are listed by `/v1/events?campaign=`.
#[utoipa::path(
    tag = "campaigns",
    params(PathId<CampaignId>, Asked<Plain>),
    responses((status = 200, description = "The campaign.", body = CampaignDetail))
)]
#[get("/v1/campaigns/{id}")]
async fn get_campaign(
    id: PathId<CampaignId>,
    asked: Asked<Plain>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let entry = snapshot.campaigns.get(&id.0).ok_or(Code::NotFound)?;
    Ok(HttpResponse::Ok().json(CampaignDetail::new(&view, entry)))
}
