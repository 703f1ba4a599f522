//! Emergency science (应急科普) and rebuttals of rumours (辟谣).

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::media::Source;
use super::view::View;
use crate::discovery::place::Area;
use crate::domain::bulletins::{self, Bulletin, Standing};
use crate::domain::ids;
use crate::domain::record::Record;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::forms::geojson::{FeatureCollection, ListForm};
use crate::http::list::List;
use crate::http::lookup::Lookup;
use crate::http::params::groups::{ADCODE, CRS, LANGUAGE, LAT, LNG, PAGE};
use crate::http::params::{Asked, Kind, Param, Table};
use crate::http::problem::Problem;
use crate::http::state::State;
use crate::http::wire::wire;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_bulletins);
}

wire! {
    /// What a bulletin is.
    BulletinKind = bulletins::BulletinKind {
        /// Emergency science: what to know, and do, in danger.
        Emergency "emergency"
        /// A rumour put right.
        Rebuttal "rebuttal"
    }

    /// How bad it is: the words of the Common Alerting Protocol with the colours of China's warnings.
    Severity = bulletins::Severity {
        /// Nothing happens: an explanation, a rumour put right.
        Info "info"
        /// Blue.
        Minor "minor"
        /// Yellow.
        Moderate "moderate"
        /// Orange.
        Severe "severe"
        /// Red.
        Extreme "extreme"
    }
}

/// What `GET /v1/bulletins` takes.
pub struct ListBulletins;

impl Table for ListBulletins {
    const PARAMS: &'static [&'static [Param]] = &[&[CONCERNED, LAT, LNG, CRS, STATUS], PAGE, LANGUAGE];
}

const CONCERNED: Param = Param {
    about: "Only what concerns people somewhere in this administrative division: what names it, one around it or one within it, and what concerns everybody.",
    ..ADCODE
};
const STATUS: Param = Param::new(
    "status",
    Kind::Word(&["current", "ended"]),
    "Bulletins that hold now (`current`, also without it), or that held before (`ended`).",
    "current",
);

/// A bulletin.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulletinItem<'a> {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Its title.
    #[schema(example = "台风来了怎么办")]
    pub title: &'a str,
    /// What people should know, and do.
    #[schema(example = "远离海边和广告牌，关好门窗，备好饮水和手电。")]
    pub text: &'a str,
    /// What it is.
    pub kind: BulletinKind,
    /// How bad it is.
    pub severity: Severity,
    /// Whom it concerns: everybody in these divisions, by their codes; none means everybody.
    #[schema(example = json!(["440100"]))]
    pub adcodes: Vec<String>,
    /// From when on it holds.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    pub valid_from: Rfc3339,
    /// Until when it holds, that instant not included; absent where nobody knows yet.
    #[schema(example = "2026-11-22T09:00:00+08:00", value_type = Option<String>, format = DateTime)]
    pub valid_to: Option<Rfc3339>,
    /// Who says so.
    #[schema(example = "广东省气象局")]
    pub issuer: &'a str,
    /// Where one reads on.
    pub links: Vec<Link<'a>>,
    /// Ids of events where one learns more.
    #[schema(example = json!(["01h2x7m9k4qpz"]))]
    pub event_ids: Vec<String>,
    /// When it was taken back, before its time was over.
    #[schema(example = "2026-11-21T09:00:00+08:00", value_type = Option<String>, format = DateTime)]
    pub withdrawn_at: Option<Rfc3339>,
    /// When the record last changed.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    pub updated_at: Rfc3339,
    /// Counts the changes of the record.
    #[schema(example = 3)]
    pub version: i64,
    /// Where the record comes from.
    pub source: Source<'a>,
}

/// A page to read on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Link<'a> {
    /// What it is called.
    #[schema(example = "台风防御指南")]
    pub title: &'a str,
    /// Where it lies, absolute.
    #[schema(example = "https://example.org/typhoon")]
    pub url: &'a str,
}

impl<'a> BulletinItem<'a> {
    /// A bulletin as `view` shows it.
    pub fn new(view: &View<'a>, record: &'a Record<Bulletin>) -> Self {
        let bulletin = &record.body;
        let link = |link: &'a bulletins::Link| Link { title: view.text(&link.title), url: &link.url };
        Self {
            id: ids::spell(record.id),
            title: view.text(&bulletin.title),
            text: view.text(&bulletin.text),
            kind: bulletin.kind.into(),
            severity: bulletin.severity.into(),
            adcodes: bulletin.adcodes.iter().map(ToString::to_string).collect(),
            valid_from: rfc3339(bulletin.valid_from),
            valid_to: bulletin.valid_to.map(rfc3339),
            issuer: view.text(&bulletin.issuer),
            links: bulletin.links.iter().map(link).collect(),
            event_ids: bulletin.events.iter().map(ToString::to_string).collect(),
            withdrawn_at: bulletin.withdrawn_at.map(rfc3339),
            updated_at: rfc3339(record.updated_at),
            version: record.version,
            source: (&bulletin.source).into(),
        }
    }
}

/// List bulletins
///
/// Emergency science and rebuttals of rumours that hold now, the newest first: for a division, for whoever is at a
/// position (`lat`,`lng`), or all. Where the division of a position is not known, all are told: better one warning too
/// many.
#[utoipa::path(
    tag = "bulletins",
    params(Asked<ListBulletins>),
    responses((status = 200, description = "A page of bulletins.", content(
        (List<BulletinItem> = "application/json"),
        (FeatureCollection = "application/geo+json"),
    )))
)]
#[get("/v1/bulletins")]
async fn list_bulletins(
    asked: Asked<ListBulletins>,
    form: ListForm,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let turn = asked.turn(state.now())?;
    let mut lookup = Lookup::new(&asked.params, &snapshot);
    let Area { at, adcode, .. } = lookup.area();
    lookup.done()?;
    let here = || at.and_then(|at| snapshot.divisions.at(at)).map(|division| division.adcode);
    let standing = match asked.params.word(&STATUS) {
        Some("ended") => Standing::Ended,
        _ => Standing::Current,
    };
    let view = asked.view(&snapshot, turn.now);
    let answer = snapshot.bulletins_at(turn.now, standing, adcode.or_else(here), &turn.paging);
    form.answer(&turn.page(answer, |record| BulletinItem::new(&view, record)))
}
