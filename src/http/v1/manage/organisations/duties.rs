//! What an organisation has to hold as a unit of campaigns.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use chrono::Datelike;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::campaigns::{of_unit, what_came};
use crate::domain::campaigns::duties::duties;
use crate::domain::ids::{OrganisationId, spell};
use crate::domain::roles::MemberRole;
use crate::domain::time::day_of;
use crate::http::list::List;
use crate::http::params::{Asked, PathId};
use crate::http::private;
use crate::http::problem::Problem;
use crate::http::staff::{Known, Staff};
use crate::http::state::{Members, State};
use crate::http::v1::admin::campaigns::duties::{DutyEdition, DutyItem, editions_around};
use crate::http::v1::filters::Plain;

/// Mounts the operation of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_my_duties);
}

/// What the organisation has to hold in an edition of a campaign, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnDuty {
    /// The id of the campaign.
    #[schema(example = "01h2x7m9k4qpz")]
    campaign_id: String,
    /// Its name.
    #[schema(example = "全国科普日")]
    campaign: String,
    /// The edition.
    edition: DutyEdition,
    /// The duty.
    #[serde(flatten)]
    duty: DutyItem,
}

/// List the duties of an organisation
///
/// What it has to hold as a unit of campaigns, how much of that is published, what was held and how many came: of each campaign
/// the edition that ended last, those that run, and the next.
#[utoipa::path(
    tag = "organisations",
    params(PathId<OrganisationId>, Asked<Plain>),
    security(("person" = [])),
    responses((status = 200, description = "All of them, in order of time.", body = List<OwnDuty>))
)]
#[get("/v1/manage/organisations/{id}/duties")]
async fn list_my_duties(
    staff: Staff,
    id: PathId<OrganisationId>,
    asked: Asked<Plain>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    staff.of_organisations(&[id.0], MemberRole::Desk, Known::ToMembers)?;
    let (now, lang) = (state.now(), asked.lang);
    let (today, own) = (day_of(now), id.0);
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            let mut found = Vec::new();
            for record in of_unit(conn, own)? {
                let around = editions_around(&record.body, record.id, today.year());
                let ended = around.iter().rposition(|edition| edition.to < today);
                let next = around.iter().position(|edition| edition.from > today);
                let runs = |at: usize| around[at].from <= today && today <= around[at].to;
                for at in (0..around.len()).filter(|at| Some(*at) == ended || Some(*at) == next || runs(*at))
                {
                    let edition = &around[at];
                    if record.body.unit(own, edition.year).is_none() {
                        continue;
                    }
                    let (events, sessions) = what_came(conn, edition.id, now)?;
                    let all = duties(&record.body, edition, &events, &sessions);
                    let theirs = all.iter().filter(|duty| duty.unit.organisation == Some(own));
                    found.extend(theirs.map(|duty| {
                        let campaign = record.body.name.get(lang).to_owned();
                        let duty = DutyItem::new(duty, lang, false);
                        let edition = DutyEdition::new(edition);
                        OwnDuty { campaign_id: spell(record.id), campaign, edition, duty }
                    }));
                }
            }
            found.sort_by(|one, other| one.edition.order().cmp(&other.edition.order()));
            Ok::<_, Problem>(List::whole(found, None))
        })
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(read).await?))
}
