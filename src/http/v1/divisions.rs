//! Administrative divisions.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::places::Position;
use super::view::View;
use crate::domain::divisions;
use crate::domain::outline::Ring;
use crate::http::list::{Crs, List};
use crate::http::lookup::Lookup;
use crate::http::params::groups::{CRS, LANGUAGE, Q};
use crate::http::params::{Asked, Kind, Param, PathAdcode, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;
use crate::http::wire::wire;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_divisions).service(get_division);
}

wire! {
    /// Level of an administrative division.
    DivisionLevel = divisions::DivisionLevel {
        /// Province.
        Province "province"
        /// Special administrative region.
        Sar "sar"
        /// Prefecture-level city.
        City "city"
        /// District or county.
        District "district"
    }
}

/// What `GET /v1/divisions` takes.
pub struct ListDivisions;

impl Table for ListDivisions {
    const PARAMS: &'static [&'static [Param]] = &[&[LAT, LNG, CRS, PARENT, Q], LANGUAGE];
}

const LAT: Param = Param::new(
    "lat",
    Kind::Number { min: -90.0, max: 90.0 },
    "Latitude in degrees, together with `lng`: the divisions around this position, innermost last.",
    "23.1066",
);
const LNG: Param = Param::new(
    "lng",
    Kind::Number { min: -180.0, max: 180.0 },
    "Longitude in degrees, together with `lat`.",
    "113.3245",
);
const PARENT: Param =
    Param::new("parent", Kind::Adcode, "The divisions that belong to this one directly.", "440100");

/// A division as lists show it.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DivisionItem<'a> {
    /// Its code in GB/T 2260, or in its extension to Hong Kong and Macau.
    #[schema(example = "440105")]
    pub adcode: String,
    /// Its name.
    #[schema(example = "海珠区")]
    pub name: &'a str,
    /// Its level.
    pub level: DivisionLevel,
    /// Code of the division that it belongs to; absent at the top.
    #[schema(example = "440100")]
    pub parent: Option<String>,
    /// Seat of government where known, else a position inside; in the answer's `crs`.
    pub centre: Position,
    /// What a user of the code should know.
    #[schema(example = "含大学城")]
    pub note: Option<&'a str>,
}

/// A division with those around it and those within it.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DivisionDetail<'a> {
    /// What lists show.
    #[serde(flatten)]
    pub item: DivisionItem<'a>,
    /// The divisions around it, outermost first.
    pub parents: Vec<DivisionItem<'a>>,
    /// The divisions that belong to it directly.
    pub children: Vec<DivisionItem<'a>>,
    /// Its outline, if `outline=true` asks for it and it is innermost. Generalised: good for telling districts
    /// apart, not for display.
    pub outline: Option<MultiPolygon>,
    /// The datum of the positions in this answer, but for the outline.
    pub crs: Crs,
}

/// A GeoJSON geometry (RFC 7946), always in WGS-84.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MultiPolygon {
    /// `MultiPolygon`.
    #[serde(rename = "type")]
    pub kind: MultiPolygonType,
    /// Polygons of rings of positions `[lng, lat]` in degrees; a polygon's first ring is its border, the others are
    /// holes.
    #[schema(
        value_type = Vec<Vec<Vec<Vec<f64>>>>,
        example = json!([[[[113.2, 23.0], [113.4, 23.0], [113.4, 23.1], [113.2, 23.0]]]])
    )]
    pub coordinates: Vec<Vec<Ring>>,
}

/// The type of a geometry of polygons.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub enum MultiPolygonType {
    /// The only one.
    MultiPolygon,
}

impl<'a> DivisionItem<'a> {
    /// A division as `view` shows it.
    pub fn new(view: &View<'a>, division: &'a divisions::Division) -> Self {
        Self {
            adcode: division.adcode.to_string(),
            name: view.text(&division.name),
            level: division.level.into(),
            parent: division.parent.map(|parent| parent.to_string()),
            centre: view.position(division.centre, division.adcode),
            note: division.note.as_ref().map(|note| view.text(note)),
        }
    }
}

/// List divisions
///
/// The divisions around a position (`lat`, `lng`; none where the position lies outside the data), those that belong
/// to one (`parent`), those of a name (`q`), or all; in one page.
#[utoipa::path(
    tag = "taxonomy",
    params(Asked<ListDivisions>),
    responses((status = 200, description = "The divisions.", body = List<DivisionItem>))
)]
#[get("/v1/divisions")]
async fn list_divisions(
    asked: Asked<ListDivisions>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let (params, known) = (&asked.params, &snapshot.divisions);
    let mut lookup = Lookup::new(params, &snapshot);
    lookup.at_most_one(&[LAT, PARENT, Q]);
    let (point, parent, q) = (lookup.area().at, lookup.division(&PARENT), params.text(&Q));
    lookup.words(&Q);
    lookup.done()?;
    let mut found: Vec<_> = match (point, parent, q) {
        (Some(point), ..) => {
            known.at(point).map(|innermost| known.chain(innermost.adcode).collect()).unwrap_or_default()
        }
        (_, Some(parent), _) => known.children(parent).collect(),
        (.., Some(q)) => snapshot.divisions_named(q),
        _ => known.iter().collect(),
    };
    if point.is_some() {
        found.reverse();
    }
    let view = asked.view(&snapshot, state.now());
    let items = found.into_iter().map(|division| DivisionItem::new(&view, division)).collect();
    Ok(HttpResponse::Ok().json(List::whole(items, Some(view.crs.into()))))
}

/// What `GET /v1/divisions/{adcode}` takes.
pub struct GetDivision;

impl Table for GetDivision {
    const PARAMS: &'static [&'static [Param]] = &[&[OUTLINE, CRS], LANGUAGE];
}

const OUTLINE: Param =
    Param::new("outline", Kind::Boolean, "Whether the outline is told; `false` if absent.", "true");

/// Get a division
///
/// One division with those around it and those within it.
#[utoipa::path(
    tag = "taxonomy",
    params(PathAdcode, Asked<GetDivision>),
    responses((status = 200, description = "The division.", body = DivisionDetail))
)]
#[get("/v1/divisions/{adcode}")]
async fn get_division(
    adcode: PathAdcode,
    asked: Asked<GetDivision>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let known = &snapshot.divisions;
    let division = known.get(adcode.0).ok_or(Code::NotFound)?;
    let item = |division| DivisionItem::new(&view, division);
    let mut parents: Vec<_> = known.chain(adcode.0).skip(1).map(item).collect();
    parents.reverse();
    let outline = division.outline.as_ref().filter(|_| asked.params.boolean(&OUTLINE) == Some(true));
    Ok(HttpResponse::Ok().json(DivisionDetail {
        item: item(division),
        parents,
        children: known.children(adcode.0).map(item).collect(),
        outline: outline.map(|outline| MultiPolygon {
            kind: MultiPolygonType::MultiPolygon,
            coordinates: outline.polygons(),
        }),
        crs: view.crs.into(),
    }))
}
