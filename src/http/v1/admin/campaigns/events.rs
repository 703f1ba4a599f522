//! The events of a campaign, as its authority sees, adds and takes them out. What organisations propose is decided on in the
//! queue of review.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::kept;
use crate::app::review::Reviewer;
use crate::db::records::Stored;
use crate::db::{AnyConn, participations};
use crate::discovery::page::{Answer, Key};
use crate::domain::events::Event;
use crate::domain::ids::{CampaignId, EditionId, EventId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::participations as domain;
use crate::domain::participations::Participation;
use crate::domain::roles::AuthorityRole;
use crate::domain::text::Lang;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::groups::{LANGUAGE, PAGE};
use crate::http::params::{Asked, Kind, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::staff::Staff;
use crate::http::state::{Members, State};
use crate::http::v1::filters::Plain;
use crate::http::v1::review::LONGEST_REASON;
use crate::http::wire::wire;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_campaign_events).service(add_campaign_event).service(remove_campaign_event);
}

wire! {
    /// How an event stands in an edition of a campaign.
    ParticipationState = domain::ParticipationState {
        /// It waits for the campaign's authority.
        Proposed "proposed"
        /// The event is part of it.
        Confirmed "confirmed"
        /// The authority did not want it.
        Rejected "rejected"
        /// Its organisation took it back.
        Withdrawn "withdrawn"
        /// The authority took it out.
        Removed "removed"
    }
}

/// What `GET /v1/admin/campaigns/{id}/events` takes.
pub struct ListCampaignEvents;

/// An edition of the campaign.
pub(super) const EDITION: Param = Param::new("edition", Kind::Id, "Only in this edition.", "01h2x7m9k4qpz");
const STATE: Param = Param::new(
    "state",
    Kind::Word(ParticipationState::WORDS),
    "Only those that stand so; all if absent.",
    "confirmed",
);

impl Table for ListCampaignEvents {
    const PARAMS: &'static [&'static [Param]] = &[&[EDITION, STATE], PAGE, LANGUAGE];
}

/// An event in an edition of a campaign.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CampaignEventItem {
    /// The id of the event.
    #[schema(example = "01h2x7m9k4qpz")]
    event_id: String,
    /// Its title.
    #[schema(example = "甲虫王国：一只昆虫的铠甲")]
    title: String,
    /// The id of the edition.
    #[schema(example = "01h2x7m9k4qpz")]
    edition_id: String,
    /// The year that the edition counts for.
    #[schema(example = 2026)]
    year: i32,
    /// How it stands.
    state: ParticipationState,
    /// Why it was rejected, or taken out.
    #[schema(example = "与主题无关")]
    reason: Option<String>,
    /// Since when it stands so.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    updated_at: Rfc3339,
}

/// An event that is to be in an edition.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddedEvent {
    /// Which event.
    #[schema(example = "01h2x7m9k4qpz")]
    event_id: String,
    /// In which edition of this campaign: an id of its `editions`.
    #[schema(example = "01h2x7m9k4qpz")]
    edition_id: String,
}

/// An event that is to leave a campaign.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemovedEvent {
    /// Which event.
    #[schema(example = "01h2x7m9k4qpz")]
    event_id: String,
    /// Which edition it leaves; absent: all.
    #[schema(example = "01h2x7m9k4qpz")]
    edition_id: Option<String>,
    /// Why: its organisation reads it.
    #[schema(example = "与主题无关", min_length = 1, max_length = 500)]
    reason: String,
}

fn item(conn: &mut AnyConn, found: Participation, lang: Lang) -> Result<CampaignEventItem, Problem> {
    let event = Event::get(conn, found.event.get())?.ok_or(Code::NotFound)?;
    Ok(CampaignEventItem {
        event_id: found.event.to_string(),
        title: event.body.title.get(lang).to_owned(),
        edition_id: found.edition.to_string(),
        year: found.year,
        state: found.state.into(),
        reason: found.reason,
        updated_at: rfc3339(found.updated_at),
    })
}

/// The id that a field gives.
fn id<T: std::str::FromStr>(text: &str, field: &str, kind: &'static str, invalid: &mut Invalid) -> Option<T> {
    let id = text.parse().ok();
    if id.is_none() {
        invalid.push(field, FieldCode::NoSuch { kind });
    }
    id
}

/// List the events of a campaign
///
/// Those that were proposed for it or added, however they stand, the newest first.
#[utoipa::path(
    tag = "campaigns",
    params(PathId<CampaignId>, Asked<ListCampaignEvents>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<CampaignEventItem>))
)]
#[get("/v1/admin/campaigns/{id}/events")]
async fn list_campaign_events(
    staff: Staff,
    path: PathId<CampaignId>,
    asked: Asked<ListCampaignEvents>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let turn = asked.turn(state.now())?;
    let (before, limit) = (turn.paging.after.as_ref().map(|(_, id)| *id), turn.paging.limit);
    let wanted = participations::Wanted {
        campaign: path.0,
        edition: asked.params.text(&EDITION).and_then(|id| id.parse::<EditionId>().ok()),
        state: asked.params.word(&STATE).and_then(domain::ParticipationState::from_name),
    };
    let lang = asked.lang;
    let read = move |members: &Members| {
        members.db.snapshot(|conn| {
            kept(conn, &staff, path.0, AuthorityRole::Reviewer)?;
            let found = participations::page(conn, &wanted, before, limit + 1)?;
            let mut items = Vec::with_capacity(found.len());
            for one in found {
                items.push((one.id.get(), item(conn, one, lang)?));
            }
            Ok::<_, Problem>((items, participations::count(conn, &wanted)?))
        })
    };
    let (mut found, total) = members.into_inner().aside(read).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(id, _)| (Key::Number(-id), *id));
    let answer = Answer { found, total: usize::try_from(total).unwrap_or(usize::MAX), next };
    let list: List<CampaignEventItem> = turn.page(answer, |(_, item)| item);
    Ok(private::answer(StatusCode::OK, list))
}

/// Add an event to a campaign
///
/// One of the caller's divisions, whether or not its organisation proposed it; any that was proposed. What was proposed waits
/// no more. The event shows the campaign at once. One that is in there already stays.
#[utoipa::path(
    tag = "campaigns",
    params(PathId<CampaignId>, Asked<Plain>),
    request_body = AddedEvent,
    security(("person" = [])),
    responses(
        (status = 200, description = "How the event stands in it.", body = CampaignEventItem),
        (status = 409, description = "`outsideEdition`; `nothingToDo`: the event is called off.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/admin/campaigns/{id}/events")]
async fn add_campaign_event(
    staff: Staff,
    path: PathId<CampaignId>,
    asked: Asked<Plain>,
    body: Json<AddedEvent>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let mut invalid = Invalid::default();
    let event = id::<EventId>(&body.0.event_id, "eventId", "event", &mut invalid);
    let edition = id::<EditionId>(&body.0.edition_id, "editionId", "edition", &mut invalid);
    let named = invalid.or(event.zip(edition));
    let lang = asked.lang;
    let add = move |members: &Members| {
        members.db.read(|conn| kept(conn, &staff, path.0, AuthorityRole::Reviewer).map(drop))?;
        let (event, edition) = named.map_err(Problem::unprocessable)?.ok_or(Code::Internal)?;
        let by = Reviewer { person: staff.person.id, roles: &staff.roles };
        members.campaigns.add(by, path.0, edition, event)?;
        members.db.read(|conn| {
            let found = participations::of(conn, event, edition)?.ok_or(Code::NotFound)?;
            item(conn, found, lang)
        })
    };
    Ok(private::answer(StatusCode::OK, members.into_inner().aside(add).await?))
}

/// Take an event out of a campaign
///
/// At once, for a reason that its organisation reads; what waits of it for this campaign waits no more.
#[utoipa::path(
    tag = "campaigns",
    params(PathId<CampaignId>),
    request_body = RemovedEvent,
    security(("person" = [])),
    responses((status = 204, description = "It is out."))
)]
#[post("/v1/admin/campaigns/{id}/events/remove")]
async fn remove_campaign_event(
    staff: Staff,
    path: PathId<CampaignId>,
    body: Json<RemovedEvent>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let RemovedEvent { event_id, edition_id, reason } = body.0;
    let mut invalid = Invalid::default();
    let event = id::<EventId>(&event_id, "eventId", "event", &mut invalid);
    let edition = edition_id.and_then(|text| id::<EditionId>(&text, "editionId", "edition", &mut invalid));
    invalid.line("reason", &reason, LONGEST_REASON);
    let named = invalid.or(event);
    let remove = move |members: &Members| {
        members.db.read(|conn| kept(conn, &staff, path.0, AuthorityRole::Reviewer).map(drop))?;
        let event = named.map_err(Problem::unprocessable)?.ok_or(Code::Internal)?;
        members.campaigns.remove(staff.person.id, path.0, event, edition, &reason).map_err(Problem::from)
    };
    members.into_inner().aside(remove).await?;
    Ok(private::nothing())
}
