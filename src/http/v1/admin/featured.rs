//! What comes first on the first screen, as authorities say.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, put, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::records::Stored;
use crate::domain::divisions::Adcode;
use crate::domain::featured::{Featured, FeaturedList, FeaturedThing};
use crate::domain::ids::{EventId, spell};
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::kinds;
use crate::domain::roles::AuthorityRole;
use crate::domain::text::Lang;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::json::Json;
use crate::http::params::groups::{ADCODE, LANGUAGE};
use crate::http::params::{Asked, Param, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::staff::Staff;
use crate::http::state::{Members, State};
use crate::http::v1::filters::Plain;
use crate::http::v1::manage::instants::{Instant, instant};
use crate::http::v1::search::ItemKind;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_featured).service(set_featured);
}

/// What `GET /v1/admin/featured` takes.
pub struct GetFeatured;

const WHERE: Param = Param { about: "Of which division; one's own if absent, where that is one.", ..ADCODE };

impl Table for GetFeatured {
    const PARAMS: &'static [&'static [Param]] = &[&[WHERE], LANGUAGE];
}

/// What is to come first in a division.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewFeatured {
    /// Which division; one's own if absent, where that is one.
    #[schema(example = "440100", pattern = "^[1-9][0-9]{5}$")]
    adcode: Option<String>,
    /// The version that was read; 0 where there is no list yet.
    #[schema(example = 0, minimum = 0)]
    version: i64,
    /// What, in order. The first screen shows the first five that there is something to see of.
    #[schema(max_items = 20)]
    items: Vec<NewFeaturedItem>,
}

/// A thing that is to come first.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewFeaturedItem {
    /// Its kind.
    kind: ItemKind,
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// From when on; absent: at once.
    #[schema(example = "2026-12-01T00:00:00+08:00", value_type = Option<String>, format = DateTime)]
    from: Option<Instant>,
    /// Until when, that instant not included; absent: as long as there is something to see of it.
    #[schema(example = "2026-12-08T00:00:00+08:00", value_type = Option<String>, format = DateTime)]
    to: Option<Instant>,
}

/// What comes first in a division.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeaturedAnswer {
    /// Which division.
    #[schema(example = "440100")]
    adcode: String,
    /// What, in order.
    items: Vec<FeaturedItem>,
    /// When it was last changed; absent where there is no list yet.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = Option<String>, format = DateTime)]
    updated_at: Option<Rfc3339>,
    /// Counts its changes; 0 where there is no list yet.
    #[schema(example = 3)]
    version: i64,
}

/// A thing that comes first.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeaturedItem {
    /// Its kind.
    kind: ItemKind,
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// What it is called; absent where nobody sees it just now.
    #[schema(example = "甲虫王国：一只昆虫的铠甲")]
    name: Option<String>,
    /// Whether it comes first now: it is public, has not ended, and its time is now.
    #[schema(example = true)]
    shown: bool,
    /// From when on.
    #[schema(example = "2026-12-01T00:00:00+08:00", value_type = Option<String>, format = DateTime)]
    from: Option<Rfc3339>,
    /// Until when, that instant not included.
    #[schema(example = "2026-12-08T00:00:00+08:00", value_type = Option<String>, format = DateTime)]
    to: Option<Rfc3339>,
}

/// The division that is meant, of those that one administers.
fn of(staff: &Staff, given: Option<Adcode>) -> Result<Adcode, Problem> {
    let own = staff.roles.divisions(AuthorityRole::Administrator);
    match (given, &own[..]) {
        (Some(given), own) if own.iter().any(|own| own.covers(given)) => Ok(given),
        (None, [only]) => Ok(*only),
        (None, [_, ..]) => Err(Problem::unprocessable(Invalid::one("adcode", FieldCode::Missing))),
        _ => Err(Code::Forbidden.into()),
    }
}

impl NewFeatured {
    fn read(self, adcode: Adcode) -> Result<FeaturedList, Invalid> {
        let mut invalid = Invalid::default();
        let mut items = Vec::with_capacity(self.items.len());
        for (i, item) in self.items.into_iter().enumerate() {
            let field = |name: &str| format!("items[{i}].{name}");
            let from = instant(item.from.as_ref(), &field("from"), &mut invalid);
            let to = instant(item.to.as_ref(), &field("to"), &mut invalid);
            let kind = item.kind.kind();
            match item.id.parse::<EventId>() {
                Ok(id) => items.push(Featured { thing: FeaturedThing { kind, id: id.get() }, from, to }),
                Err(_) => invalid.push(field("id"), FieldCode::NoSuch { kind: kind.name() }),
            }
        }
        invalid.or(FeaturedList { adcode, items })
    }
}

/// What comes first in a division, as it stands now.
async fn told(
    adcode: Adcode,
    lang: Lang,
    state: &State,
    members: web::Data<Members>,
) -> Result<FeaturedAnswer, Problem> {
    let read = move |members: &Members| {
        members.db.read(|conn| Ok::<_, Problem>(FeaturedList::get(conn, adcode.number())?))
    };
    let record = members.into_inner().aside(read).await?;
    let (snapshot, now) = (state.snapshot()?, state.now());
    let item = |item: &Featured| {
        let seen = snapshot.featured_thing(item.thing, now);
        // A list holds only kinds that searches find.
        let kind = ItemKind::of(item.thing.kind)?;
        Some(FeaturedItem {
            kind,
            id: spell(item.thing.id),
            name: seen.map(|found| found.thing.name().get(lang).to_owned()),
            shown: seen.is_some() && item.holds(now),
            from: item.from.map(rfc3339),
            to: item.to.map(rfc3339),
        })
    };
    Ok(FeaturedAnswer {
        adcode: adcode.to_string(),
        items: record.iter().flat_map(|record| &record.body.items).filter_map(item).collect(),
        updated_at: record.as_ref().map(|record| rfc3339(record.updated_at)),
        version: record.as_ref().map_or(0, |record| record.version),
    })
}

/// Read what comes first
///
/// On the first screen of a division, as its authority said, also what is not shown just now.
#[utoipa::path(
    tag = "administration",
    params(Asked<GetFeatured>),
    security(("person" = [])),
    responses((status = 200, description = "The list; empty where there is none.", body = FeaturedAnswer))
)]
#[get("/v1/admin/featured")]
async fn get_featured(
    staff: Staff,
    asked: Asked<GetFeatured>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let adcode = of(&staff, asked.params.text(&WHERE).and_then(|adcode| adcode.parse().ok()))?;
    let answer = told(adcode, asked.lang, &state, members).await?;
    Ok(private::answer(StatusCode::OK, answer))
}

/// Say what comes first
///
/// Replaces the whole list of a division, and the first screen shows it at once: `/v1/home` of the division, and of those
/// within it whose own authority names nothing that there is to see. What is taken down, ends or is called off falls out by
/// itself.
#[utoipa::path(
    tag = "administration",
    params(Asked<Plain>),
    request_body(content = NewFeatured, example = json!({
        "adcode": "440100", "version": 0, "items": [{ "kind": "event", "id": "01h2x7m9k4qpz" }],
    })),
    security(("person" = [])),
    responses(
        (status = 200, description = "The list as it is now.", body = FeaturedAnswer),
        (status = 409, description = "`versionConflict`: read it again.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[put("/v1/admin/featured")]
async fn set_featured(
    staff: Staff,
    asked: Asked<Plain>,
    body: Json<NewFeatured>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let given = body.0.adcode.as_deref().map(str::parse::<Adcode>).transpose();
    if staff.roles.divisions(AuthorityRole::Administrator).is_empty() {
        return Err(Code::Forbidden.into());
    }
    let Ok(given) = given else {
        return Err(Problem::unprocessable(Invalid::one("adcode", FieldCode::Malformed(Expected::Adcode))));
    };
    let adcode = of(&staff, given)?;
    let version = body.0.version;
    let list = body.0.read(adcode).map_err(Problem::unprocessable)?;
    let by = staff.person.id;
    let set = move |members: &Members| members.featured.set(by, version, &list).map_err(Problem::from);
    members.clone().into_inner().aside(set).await?;
    let answer = told(adcode, asked.lang, &state, members).await?;
    Ok(private::answer(StatusCode::OK, answer))
}

impl ItemKind {
    fn kind(self) -> kinds::Kind {
        match self {
            Self::Event => kinds::Kind::Event,
            Self::Base => kinds::Kind::Base,
            Self::Route => kinds::Kind::Route,
            Self::Series => kinds::Kind::Series,
            Self::Campaign => kinds::Kind::Campaign,
            Self::Resource => kinds::Kind::Resource,
        }
    }
}
