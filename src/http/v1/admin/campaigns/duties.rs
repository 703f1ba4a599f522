//! Duties: what the units of a campaign have to hold, and what came of it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use chrono::Datelike;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::events::EDITION;
use super::kept;
use crate::app::campaigns::what_came;
use crate::domain::campaigns::duties::{Duty, duties};
use crate::domain::campaigns::{Campaign, Edition};
use crate::domain::ids::{CampaignId, EditionId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::roles::AuthorityRole;
use crate::domain::statistics::suppression::FEWEST;
use crate::domain::text::Lang;
use crate::domain::time::day_of;
use crate::http::params::groups::LANGUAGE;
use crate::http::params::{Asked, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::Problem;
use crate::http::staff::Staff;
use crate::http::state::{Members, State};
use crate::http::v1::campaigns::UnitRole;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_campaign_duties);
}

/// What `GET /v1/admin/campaigns/{id}/duties` takes.
pub struct ListCampaignDuties;

const WHICH: Param = Param {
    about: "Which edition; the one that runs if absent, else the one that ended last, else the next.",
    ..EDITION
};

impl Table for ListCampaignDuties {
    const PARAMS: &'static [&'static [Param]] = &[&[WHICH], LANGUAGE];
}

/// What a unit has to hold in an edition, and what came of it.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DutyItem {
    /// The name of the unit.
    #[schema(example = "市科协")]
    unit: String,
    /// The organisation's id; absent where the unit is none of this service, so that nothing is known of what it holds.
    #[schema(example = "01h2x7m9k4qpz")]
    organisation_id: Option<String>,
    /// Its part.
    role: UnitRole,
    /// How many events it has to hold.
    #[schema(example = 1)]
    required: u16,
    /// How many of its events that were confirmed for the edition everybody sees.
    #[schema(example = 3)]
    published: u64,
    /// How many of its events had a session within the days of the edition that has ended and was not called off.
    #[schema(example = 2)]
    held: u64,
    /// How many people were at these sessions: those who were checked in and those who came without a sign-up, or the heads
    /// that were counted where these are more. An authority is not told of one to four people: then it is absent.
    #[schema(example = 186)]
    attended: Option<u64>,
}

/// An edition of which duties are told.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyEdition {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// The year it counts for.
    #[schema(example = 2026)]
    year: i32,
    /// First day.
    #[schema(example = "2026-09-19", format = Date)]
    from: String,
    /// Last day, inclusive.
    #[schema(example = "2026-09-26", format = Date)]
    to: String,
}

/// What the units of a campaign have to hold in an edition.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignDuties {
    /// Which edition; absent where the campaign has none.
    edition: Option<DutyEdition>,
    /// Units in the order of the campaign.
    items: Vec<DutyItem>,
}

impl DutyItem {
    /// A duty as it is sent, to an authority without few people.
    pub(in crate::http::v1) fn new(duty: &Duty<'_>, lang: Lang, veiled: bool) -> Self {
        let few = veiled && (1..FEWEST).contains(&duty.attended);
        Self {
            unit: duty.unit.name.get(lang).to_owned(),
            organisation_id: duty.unit.organisation.map(|id| id.to_string()),
            role: duty.unit.role.into(),
            required: duty.unit.required,
            published: duty.published,
            held: duty.held,
            attended: (!few).then_some(duty.attended),
        }
    }
}

impl DutyEdition {
    /// An edition as it is sent.
    pub(in crate::http::v1) fn new(edition: &Edition<'_>) -> Self {
        Self {
            id: edition.id.to_string(),
            year: edition.year,
            from: edition.from.to_string(),
            to: edition.to.to_string(),
        }
    }

    /// What editions are put in order of time by.
    pub(in crate::http::v1) fn order(&self) -> (&str, &str) {
        (&self.from, &self.id)
    }
}

/// The editions of the past, the present and the next year in order of time.
pub(in crate::http::v1) fn editions_around(campaign: &Campaign, id: i64, year: i32) -> Vec<Edition<'_>> {
    let in_year = |year| campaign.editions_in(id, year, || campaign.by_rule(year));
    (year - 1..=year + 1).flat_map(in_year).collect()
}

/// List duties of units
///
/// What each unit of the campaign has to hold in an edition, how much of it is published, what was held and how many came.
/// An event that several units run counts for each of them.
#[utoipa::path(
    tag = "campaigns",
    params(PathId<CampaignId>, Asked<ListCampaignDuties>),
    security(("person" = [])),
    responses((status = 200, description = "All units that take part in that year.", body = CampaignDuties))
)]
#[get("/v1/admin/campaigns/{id}/duties")]
async fn list_campaign_duties(
    staff: Staff,
    id: PathId<CampaignId>,
    asked: Asked<ListCampaignDuties>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let wanted = asked.params.text(&WHICH).and_then(|id| id.parse::<EditionId>().ok());
    let (now, lang) = (state.now(), asked.lang);
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let record = kept(conn, &staff, id.0, AuthorityRole::Reviewer)?;
            let (campaign, year) = (&record.body, day_of(now).year());
            let edition = match wanted {
                Some(wanted) => {
                    // Of whatever year it was: what was held long ago is asked for too.
                    let found = campaign.edition(record.id, wanted, year - 20..=year + 1);
                    let none = Invalid::one("edition", FieldCode::NoSuch { kind: "edition" });
                    Some(found.ok_or_else(|| Problem::from(none))?)
                }
                None => {
                    let around = editions_around(campaign, record.id, year);
                    let begun = around.iter().rfind(|edition| edition.from <= day_of(now));
                    begun.or(around.first()).copied()
                }
            };
            let Some(edition) = edition else {
                return Ok(CampaignDuties { edition: None, items: Vec::new() });
            };
            let (events, sessions) = what_came(conn, edition.id, now)?;
            let duties = duties(campaign, &edition, &events, &sessions);
            let items = duties.iter().map(|duty| DutyItem::new(duty, lang, true)).collect();
            Ok::<_, Problem>(CampaignDuties { edition: Some(DutyEdition::new(&edition)), items })
        })
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(read).await?))
}
