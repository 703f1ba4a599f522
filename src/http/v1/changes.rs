//! Everything that changed, for those who keep a copy.

use actix_web::{HttpResponse, get, web};
use chrono::DateTime;
use serde::Serialize;
use serde_json::{Value, json};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::bases::BaseDetail;
use super::bulletins::BulletinItem;
use super::campaigns::{CampaignDetail, Edition};
use super::divisions::DivisionItem;
use super::events::EventDetail;
use super::organisations::OrganisationDetail;
use super::policies::PolicyItem;
use super::resources::ResourceDetail;
use super::routes::RouteDetail;
use super::series::SeriesDetail;
use super::sessions::Session;
use super::taxonomy::Term;
use super::view::View;
use crate::discovery::campaigns::published_editions;
use crate::discovery::mirror::{Changed, Token, Walk};
use crate::domain::divisions::Adcode;
use crate::domain::ids::{
    self, BaseId, BulletinId, CampaignId, EventId, OrganisationId, PolicyId, ResourceId, RouteId, SeriesId,
};
use crate::domain::kinds;
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::list::Crs;
use crate::http::params::groups::{CRS, LANGUAGE, SINCE};
use crate::http::params::{Asked, Kind, Param, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_changes);
}

/// What `GET /v1/changes` takes.
pub struct ListChanges;

impl Table for ListChanges {
    const PARAMS: &'static [&'static [Param]] = &[&[SINCE, LIMIT, CRS], LANGUAGE];
}

const LIMIT: Param = Param::new(
    "limit",
    Kind::Integer { min: 1, max: 500 },
    "How many objects a page holds at most; 100 if absent. A page with many sessions ends before.",
    "100",
);
const DEFAULT_LIMIT: usize = 100;

/// How many sessions a page holds; the event with which they become more is its last.
const SESSIONS: usize = 1000;

/// A page of what changed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Changes {
    /// What changed, by kind and id: what others refer to comes first. One may come although it did not change.
    pub items: Vec<Change>,
    /// The `since` of the next question: of the next page, or of the next visit.
    #[schema(
        example = "eyJzIjo2ODE4Njc2NTYxMjM0NTY3ODksInEiOjQ0ODc2NTE1MzY0ODYzNjA4NSwiaCI6eyJuIjo3MTIsInQiOjE3OTUzMTg4NjAwMDB9fQ"
    )]
    pub next: String,
    /// Whether another page waits. If not, the mirror has all that was published when it asked for the first page, and
    /// asks again when it likes.
    #[schema(example = false)]
    pub more: bool,
    /// The datum of the positions in this answer.
    pub crs: Crs,
}

/// An object that changed.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Its kind.
    pub kind: ChangedKind,
    /// Its id; of a division, its code. Unique within its kind.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// The object as it is now, in place of the one before: its detail (of a division, a term, a policy and a bulletin, what lists show)
    /// without what moves by the clock, by sign-ups or by the number of other things. An event has all its `sessions`,
    /// past ones too; a campaign the `editions` whose dates were published. Absent if it is published no more.
    #[schema(value_type = Option<Object>, example = json!({
        "id": "01h2x7m9k4qpz",
        "name": "广东科学中心",
        "category": "science_museum",
        "updatedAt": "2026-11-20T09:00:00+08:00",
        "version": 3,
    }))]
    pub item: Option<Value>,
    /// When it ceased to be published; absent if it is.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = Option<String>, format = DateTime)]
    pub deleted_at: Option<Rfc3339>,
}

/// Kinds of object that are mirrored, in the order in which they are told.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ChangedKind {
    /// An administrative division.
    Division,
    /// A term of the taxonomy.
    Term,
    /// An organisation.
    Organisation,
    /// A base.
    Base,
    /// A lecture series.
    Series,
    /// A campaign or theme day.
    Campaign,
    /// A route.
    Route,
    /// An event with its sessions.
    Event,
    /// An entry of the resource directory.
    Resource,
    /// A version of a policy, in force or not.
    Policy,
    /// A bulletin, shown now or not.
    Bulletin,
}

impl ChangedKind {
    fn of(kind: kinds::Kind) -> Option<Self> {
        Some(match kind {
            kinds::Kind::CalendarYear | kinds::Kind::Featured => return None,
            kinds::Kind::Division => Self::Division,
            kinds::Kind::Term => Self::Term,
            kinds::Kind::Organisation => Self::Organisation,
            kinds::Kind::Base => Self::Base,
            kinds::Kind::Series => Self::Series,
            kinds::Kind::Campaign => Self::Campaign,
            kinds::Kind::Route => Self::Route,
            kinds::Kind::Event => Self::Event,
            kinds::Kind::Resource => Self::Resource,
            kinds::Kind::Policy => Self::Policy,
            kinds::Kind::Bulletin => Self::Bulletin,
        })
    }
}

/// What a detail shows and a mirror does not: it moves by the clock, by sign-ups, or by the number of other things.
const MOVING: &[&str] = &[
    "nextSession",
    "sessionCount",
    "sessionsMore",
    "signupState",
    "taken",
    "waiting",
    "distance",
    "openNow",
    "openUntil",
    "opensAt",
    "next7Days",
    "nextLecture",
    "lectureCount",
    "baseCount",
    "seriesCount",
    "resourceCount",
    "eventCount",
    "staleSince",
];

fn still(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !MOVING.contains(&name.as_str()));
            fields.values_mut().for_each(still);
        }
        Value::Array(items) => items.iter_mut().for_each(still),
        _ => {}
    }
}

/// An object as `view` shows it, whose clock stands before all times: there nothing has ended or run out.
fn item(view: &View<'_>, changed: Changed) -> Result<Option<Value>, Problem> {
    let (world, id) = (view.snapshot, changed.id);
    let mut item = match changed.kind {
        kinds::Kind::CalendarYear | kinds::Kind::Featured => None,
        kinds::Kind::Division => {
            let division = Adcode::from_number(id).and_then(|adcode| world.divisions.get(adcode));
            division.map(|division| value(DivisionItem::new(view, division)))
        }
        kinds::Kind::Term => world.taxonomy.by_id(id).map(|term| value(Term::new(view, term))),
        kinds::Kind::Organisation => {
            let entry = OrganisationId::new(id).and_then(|id| world.organisations.get(&id));
            entry.map(|entry| value(OrganisationDetail::new(view, entry)))
        }
        kinds::Kind::Base => {
            let entry = BaseId::new(id).and_then(|id| world.bases.get(&id));
            entry.map(|entry| value(BaseDetail::new(view, entry)))
        }
        kinds::Kind::Series => {
            let entry = SeriesId::new(id).and_then(|id| world.series.get(&id));
            entry.map(|entry| value(SeriesDetail::new(view, entry)))
        }
        kinds::Kind::Campaign => CampaignId::new(id).and_then(|id| world.campaigns.get(&id)).map(|entry| {
            let editions = published_editions(entry).into_iter().map(|one| Edition::new(view, one));
            let editions = json!(editions.collect::<Vec<_>>());
            Ok(with(value(CampaignDetail::new(view, entry))?, "editions", editions))
        }),
        kinds::Kind::Route => {
            let entry = RouteId::new(id).and_then(|id| world.routes.get(&id));
            entry.map(|entry| value(RouteDetail::new(view, entry)))
        }
        kinds::Kind::Event => EventId::new(id).and_then(|id| world.event(id)).map(|entry| {
            let event = view.event(entry)?;
            let sessions = entry.sessions.iter().map(|session| Session::new(view, &event, entry, session));
            let sessions = value(sessions.collect::<Vec<_>>())?;
            Ok(with(value(EventDetail::new(view, &event, entry))?, "sessions", sessions))
        }),
        kinds::Kind::Resource => {
            let entry = ResourceId::new(id).and_then(|id| world.resources.get(&id));
            entry.map(|entry| value(ResourceDetail::new(view, entry)))
        }
        kinds::Kind::Policy => {
            let record = PolicyId::new(id).and_then(|id| world.policies.get(&id));
            record.map(|record| value(PolicyItem::new(view, record)))
        }
        kinds::Kind::Bulletin => {
            let record = BulletinId::new(id).and_then(|id| world.bulletins.get(&id));
            record.map(|record| value(BulletinItem::new(view, record)))
        }
    }
    .transpose()?;
    item.iter_mut().for_each(still);
    Ok(item)
}

fn value(item: impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(item).map_err(Problem::internal)
}

fn with(mut item: Value, field: &str, value: Value) -> Value {
    if let Some(fields) = item.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
    item
}

/// List what changed
///
/// Keeps a copy of everything published: the first call, without `since`, tells everything, each further one what
/// changed since the answer whose `next` it gives. An answer replaces what was told before of the same `kind` and `id`;
/// `deletedAt` takes it out. Whoever asks on while there is `more` has then what was published when it began, or newer,
/// whichever replica answered; the next visit tells the rest. One mirror has one language and one datum. 410
/// `mirrorTooOld` tells to begin anew.
#[utoipa::path(
    tag = "mirrors",
    params(Asked<ListChanges>),
    responses(
        (status = 200, description = "A page of what changed.", body = Changes),
        (status = 410, description = "Begin anew: `since` is too old.", body = crate::http::problem::ProblemBody,
         content_type = "application/problem+json"),
    )
)]
#[get("/v1/changes")]
async fn list_changes(asked: Asked<ListChanges>, state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let token = match asked.params.text(&SINCE) {
        Some(text) => Some(Token::decode(text).ok_or(Code::TokenMalformed)?),
        None => None,
    };
    if token.as_ref().is_some_and(|token| token.question != asked.question) {
        return Err(Code::TokenMismatch.into());
    }
    let walk = Walk::new(&snapshot, token.as_ref(), state.now()).or(Err(Code::MirrorTooOld))?;
    let limit = asked.params.integer(&LIMIT).and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    let view = asked.view(&snapshot, DateTime::UNIX_EPOCH);

    let mut changes = walk.changes().peekable();
    let (mut items, mut sessions, mut last) = (Vec::new(), 0, None);
    while items.len() < limit && sessions < SESSIONS {
        let Some(changed) = changes.next() else { break };
        let item = item(&view, changed)?;
        sessions += item.as_ref().and_then(|item| item["sessions"].as_array()).map_or(0, Vec::len);
        items.extend(Change::new(changed, item));
        last = Some(changed);
    }
    let more = changes.peek().is_some();
    let next = walk.next(asked.question, last.filter(|_| more)).encode();
    Ok(HttpResponse::Ok().json(Changes { items, next, more, crs: view.crs.into() }))
}

impl Change {
    fn new(changed: Changed, item: Option<Value>) -> Option<Self> {
        let id = match changed.kind {
            kinds::Kind::Division => changed.id.to_string(),
            _ => ids::spell(changed.id),
        };
        let deleted_at = changed.at.filter(|_| item.is_none()).map(rfc3339);
        Some(Self { kind: ChangedKind::of(changed.kind)?, id, item, deleted_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_is_left_out_however_deep_it_lies() {
        let mut item = json!({ "id": 1, "openNow": true, "stops": [{ "openNow": false, "day": 1 }] });
        still(&mut item);
        assert_eq!(item, json!({ "id": 1, "stops": [{ "day": 1 }] }));
    }
}
