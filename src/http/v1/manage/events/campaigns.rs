//! Events proposed for campaigns.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, post, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::shown::ManagedEvent;
use crate::db::records::Stored;
use crate::db::{AnyConn, participations};
use crate::domain::api_keys::Scope;
use crate::domain::campaigns::Campaign;
use crate::domain::events::Event;
use crate::domain::ids::{CampaignId, EditionId, EventId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::participations::ParticipationState as State;
use crate::domain::text::Lang;
use crate::http::json::Json;
use crate::http::params::{Asked, PathId};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::staff::Author;
use crate::http::state::{self, Members};
use crate::http::v1::admin::campaigns::ParticipationState;
use crate::http::v1::filters::Placed;
use crate::http::v1::manage::drafted::{by, drafted_by, read};

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(propose_event).service(withdraw_proposal);
}

/// For which campaign an event is proposed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventProposal {
    /// The edition: an id of the `editions` that `/v1/campaigns` lists.
    #[schema(example = "01h2x7m9k4qpz")]
    edition_id: String,
}

/// How an event stands in a campaign.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedCampaign {
    /// The id of the campaign.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Its name.
    #[schema(example = "全国科普日")]
    name: String,
    /// The id of the edition; absent where the event is part of none in particular.
    #[schema(example = "01h2x7m9k4qpz")]
    edition_id: Option<String>,
    /// The year that the edition counts for.
    #[schema(example = 2026)]
    year: Option<i32>,
    /// How it stands.
    state: ParticipationState,
    /// Why it was rejected, or taken out.
    #[schema(example = "与主题无关")]
    reason: Option<String>,
}

/// How an event stands in campaigns: what was proposed, then what it is part of without that.
///
/// # Errors
/// If the store fails.
pub(super) fn of_event(
    conn: &mut AnyConn,
    id: EventId,
    event: &Event,
    lang: Lang,
) -> Result<Vec<ManagedCampaign>, Problem> {
    let proposed = participations::of_event(conn, id)?;
    let beside = event.campaigns.iter().filter(|one| proposed.iter().all(|found| found.campaign != **one));
    let beside: Vec<CampaignId> = beside.copied().collect();
    let mut ids: Vec<i64> =
        proposed.iter().map(|one| one.campaign).chain(beside.iter().copied()).map(CampaignId::get).collect();
    ids.sort_unstable();
    ids.dedup();
    let campaigns = Campaign::find(conn, &ids)?;
    let name = |id: CampaignId| {
        let found = campaigns.iter().find(|record| record.id == id.get());
        found.map(|record| record.body.name.get(lang).to_owned()).unwrap_or_default()
    };
    let stands = proposed.iter().map(|one| ManagedCampaign {
        id: one.campaign.to_string(),
        name: name(one.campaign),
        edition_id: Some(one.edition.to_string()),
        year: Some(one.year),
        state: one.state.into(),
        reason: one.reason.clone(),
    });
    let beside = beside.iter().map(|id| ManagedCampaign {
        id: id.to_string(),
        name: name(*id),
        edition_id: None,
        year: None,
        state: State::Confirmed.into(),
        reason: None,
    });
    Ok(stands.chain(beside).collect())
}

/// Propose an event for a campaign
///
/// It waits for the campaign's authority; `campaigns` of the answer tells how it stands, and why where it was rejected. Once it
/// is confirmed the event shows the campaign. A session, or the period, of the event has to lie within the days of the edition.
/// What was proposed already, or confirmed, stays so; what was rejected or taken back is proposed anew.
#[utoipa::path(
    tag = "manage",
    params(PathId<EventId>, Asked<Placed>),
    request_body = EventProposal,
    security(("person" = [])),
    responses(
        (status = 200, description = "The event, with how it stands.", body = ManagedEvent),
        (status = 409, description = "`outsideEdition`; `nothingToDo`: the event is called off, put away or taken down; \
            `organisationSuspended`, `organisationUnverified`.",
            body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[post("/v1/manage/events/{id}/campaigns")]
async fn propose_event(
    author: Author,
    id: PathId<EventId>,
    asked: Asked<Placed>,
    body: Json<EventProposal>,
    state: web::Data<state::State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let by = by(&asked, None, &state)?;
    let edition = body.0.edition_id.parse::<EditionId>();
    let propose = move |members: &Members| {
        members.db.read(|conn| drafted_by::<Event>(conn, &author, id.0.get(), Scope::EventsWrite))?;
        let Ok(edition) = edition else {
            let none = Invalid::one("editionId", FieldCode::NoSuch { kind: "edition" });
            return Err(Problem::unprocessable(none));
        };
        members.campaigns.propose(author.actor(), id.0, edition)?;
        members.db.read(|conn| read::<Event>(conn, &by, id.0.get(), Vec::new()))
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(propose).await?))
}

/// Take an event back from a campaign
///
/// What waits for the campaign's authority waits no more, and what was confirmed leaves the campaign at once.
#[utoipa::path(
    tag = "manage",
    params(
        PathId<EventId>,
        ("edition" = String, Path, description = "The id of the edition.", example = "01h2x7m9k4qpz"),
    ),
    security(("person" = [])),
    responses(
        (status = 204, description = "It is taken back."),
        (status = 409, description = "`organisationSuspended`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[delete("/v1/manage/events/{id}/campaigns/{edition}")]
async fn withdraw_proposal(
    author: Author,
    id: PathId<EventId>,
    request: HttpRequest,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let edition = request.match_info().get("edition").and_then(|id| id.parse::<EditionId>().ok());
    let withdraw = move |members: &Members| {
        members.db.read(|conn| drafted_by::<Event>(conn, &author, id.0.get(), Scope::EventsWrite))?;
        let edition = edition.ok_or(Code::NotFound)?;
        members.campaigns.withdraw(author.actor(), id.0, edition).map_err(Problem::from)
    };
    members.into_inner().aside(withdraw).await?;
    Ok(private::nothing())
}
