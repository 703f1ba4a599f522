//! What an endpoint was told, trying it, and telling it again.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::shown::WebhookType;
use super::{by, own};
use crate::db::webhooks::deliveries::{self, Again};
use crate::discovery::page::{Answer, Key};
use crate::domain::ids::{DeliveryId, WebhookId, spell};
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::time::{Rfc3339, parse_instant, rfc3339};
use crate::domain::webhooks::{self as domain, Delivery, State as Stands};
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::groups::PAGE;
use crate::http::params::{Asked, Kind, MAX_ENTRIES, Param, PathId, Table};
use crate::http::private;
use crate::http::problem::{Code, Problem};
use crate::http::staff::Staff;
use crate::http::state::{Members, State};
use crate::http::wire::wire;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_webhook_deliveries).service(ping_webhook).service(replay_webhook_deliveries);
}

wire! {
    /// How a delivery stands.
    DeliveryState = domain::State {
        /// It is to be sent.
        Waiting "waiting"
        /// It is being sent.
        Sending "sending"
        /// The endpoint took it.
        Delivered "delivered"
        /// It is not tried any more, unless it is replayed.
        Parked "parked"
    }

    /// Why the last attempt failed.
    DeliveryTrouble = domain::Trouble {
        /// The name leads to no address.
        Name "name"
        /// The name leads to an address where nothing is sent.
        Address "address"
        /// No connection came about.
        Connection "connection"
        /// The connection could not be encrypted: look at the certificate.
        Encryption "encryption"
        /// No answer came within ten seconds.
        Time "time"
        /// The answer asks to go elsewhere, which is not done.
        Redirect "redirect"
        /// The answer has another status than 2xx.
        Status "status"
        /// The endpoint was stopped before it could be tried.
        Stopped "stopped"
    }
}

/// What `GET /v1/manage/webhooks/{id}/deliveries` takes.
pub struct ListDeliveries;

const STATE: Param = Param::new(
    "state",
    Kind::Words(DeliveryState::WORDS),
    "Only deliveries that stand so: `parked` are those to be looked after.",
    "parked",
);

impl Table for ListDeliveries {
    const PARAMS: &'static [&'static [Param]] = &[PAGE, &[STATE]];
}

/// Something that an endpoint was told, or is to be.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryItem {
    /// Its id, which is sent as `webhook-id`: the same however often it is sent.
    #[schema(example = "0000000000001")]
    id: String,
    /// What happened.
    #[serde(rename = "type")]
    what: WebhookType,
    /// To what.
    object: DeliveryObject,
    /// The event that a session belongs to.
    #[schema(example = "01h2x7m9k4qpz")]
    event_id: Option<String>,
    /// When it happened.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    at: Rfc3339,
    /// How it stands.
    state: DeliveryState,
    /// How often it was sent.
    #[schema(example = 1)]
    attempts: i32,
    /// When it is due, while it waits.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = Option<String>, format = DateTime)]
    next_attempt_at: Option<Rfc3339>,
    /// The status of the last answer, if there was one.
    #[schema(example = 200)]
    status: Option<i32>,
    /// Why the last attempt failed, if it did.
    trouble: Option<DeliveryTrouble>,
    /// When it was delivered or parked.
    #[schema(example = "2026-11-25T10:00:01+08:00", value_type = Option<String>, format = DateTime)]
    settled_at: Option<Rfc3339>,
}

/// What a delivery is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeliveryObject {
    /// Of which kind it is: `event`, `session`, `base`, `series`, or `webhook` for a try.
    #[schema(example = "event")]
    kind: &'static str,
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Of two deliveries of one type about one object, the greater is the newer.
    #[schema(example = 7)]
    version: i64,
}

/// Which deliveries are to be sent once more: some by their ids, or those of a span of time.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplayRequest {
    /// These.
    #[schema(value_type = Option<Vec<String>>, example = json!(["0000000000001"]), min_items = 1, max_items = 50)]
    ids: Option<Vec<DeliveryId>>,
    /// Those of what happened from this moment on; needs `to`.
    #[schema(format = DateTime)]
    from: Option<String>,
    /// Those of what happened before this moment; needs `from`.
    #[schema(format = DateTime)]
    to: Option<String>,
    /// Of those of a span: whether also what was delivered is sent once more, and not only what is parked. Left out: no.
    delivered: Option<bool>,
}

/// How much is sent once more.
#[derive(Serialize, ToSchema)]
pub struct Replayed {
    /// How many deliveries wait again.
    #[schema(example = 12)]
    replayed: usize,
}

impl From<&Delivery> for DeliveryItem {
    fn from(delivery: &Delivery) -> Self {
        let object = delivery.object;
        Self {
            id: delivery.id.to_string(),
            what: delivery.what.into(),
            object: DeliveryObject {
                kind: object.kind.name(),
                id: spell(object.id),
                version: object.version,
            },
            event_id: object.event.map(|event| event.to_string()),
            at: rfc3339(delivery.happened_at),
            state: delivery.state.into(),
            attempts: delivery.attempts,
            next_attempt_at: (delivery.state == Stands::Waiting).then(|| rfc3339(delivery.next_at)),
            status: delivery.status,
            trouble: delivery.trouble.map(DeliveryTrouble::from),
            settled_at: delivery.settled_at.map(rfc3339),
        }
    }
}

/// List a web-hook's deliveries
///
/// What the endpoint was told in the last 30 days and is still to be told, the latest first. A delivery that fails is tried
/// again, later and later, for 24 hours; then it is `parked`, and those about the same object that follow are sent.
#[utoipa::path(
    tag = "manage",
    params(PathId<WebhookId>, Asked<ListDeliveries>),
    security(("person" = [])),
    responses((status = 200, description = "One page.", body = List<DeliveryItem>))
)]
#[get("/v1/manage/webhooks/{id}/deliveries")]
async fn list_webhook_deliveries(
    staff: Staff,
    id: PathId<WebhookId>,
    asked: Asked<ListDeliveries>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let turn = asked.turn(state.now())?;
    let after = turn.paging.after.as_ref().map(|(_, id)| DeliveryId::new(*id).ok_or(Code::CursorMalformed));
    let (before, limit) = (after.transpose()?, turn.paging.limit);
    let states = DeliveryState::read(asked.params.words(&STATE));
    let read = move |members: &Members| {
        own(members, &staff, id.0)?;
        members.db.snapshot(|conn| {
            let found = deliveries::page(conn, id.0, &states, before, limit + 1)?;
            Ok::<_, Problem>((found, deliveries::count(conn, id.0, &states)?))
        })
    };
    let (mut found, total) = members.into_inner().aside(read).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| (Key::Number(-last.id.get()), last.id.get()));
    let page = Answer { found, total: usize::try_from(total).unwrap_or(usize::MAX), next };
    let list = turn.page(page, |delivery| DeliveryItem::from(&delivery));
    Ok(private::answer(StatusCode::OK, list))
}

/// Try a web-hook
///
/// Has it told `webhook.ping`, once, even if it is stopped. What came of it stands among its deliveries.
#[utoipa::path(
    tag = "manage",
    params(PathId<WebhookId>),
    security(("person" = [])),
    responses((status = 202, description = "The delivery, which is about to be sent.", body = DeliveryItem))
)]
#[post("/v1/manage/webhooks/{id}/ping")]
async fn ping_webhook(
    staff: Staff,
    id: PathId<WebhookId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let ping = move |members: &Members| {
        own(members, &staff, id.0)?;
        members.webhooks.ping(id.0).map_err(Problem::from)
    };
    let made = members.into_inner().aside(ping).await?;
    Ok(private::answer(StatusCode::ACCEPTED, DeliveryItem::from(&made)))
}

/// Replay deliveries
///
/// Sends deliveries once more that were delivered or parked: some by their `ids`, or those of a span of time (`from`, `to`),
/// 10,000 at most at a time. Each keeps its id, so a receiver that remembers ids takes none twice; they come in their old
/// order, but after what was delivered meanwhile: go by `version`.
#[utoipa::path(
    tag = "manage",
    params(PathId<WebhookId>),
    request_body(content = ReplayRequest, example = json!({
        "from": "2026-11-25T00:00:00+08:00", "to": "2026-11-26T00:00:00+08:00",
    })),
    security(("person" = [])),
    responses((status = 202, description = "How many wait again.", body = Replayed))
)]
#[post("/v1/manage/webhooks/{id}/replay")]
async fn replay_webhook_deliveries(
    staff: Staff,
    id: PathId<WebhookId>,
    body: Json<ReplayRequest>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let which = which(body.0).map_err(Problem::unprocessable)?;
    let replay = move |members: &Members| {
        own(members, &staff, id.0)?;
        members.webhooks.replay(by(&staff), id.0, &which).map_err(Problem::from)
    };
    let replayed = members.into_inner().aside(replay).await?;
    Ok(private::answer(StatusCode::ACCEPTED, Replayed { replayed }))
}

fn which(asked: ReplayRequest) -> Result<Again, Invalid> {
    let mut invalid = Invalid::default();
    if let Some(ids) = asked.ids {
        if ids.is_empty() {
            invalid.push("ids", FieldCode::TooFew { min: 1 });
        }
        if ids.len() > MAX_ENTRIES {
            invalid.push("ids", FieldCode::TooMany { max: MAX_ENTRIES });
        }
        let beside = [
            ("from", asked.from.is_some()),
            ("to", asked.to.is_some()),
            ("delivered", asked.delivered.is_some()),
        ];
        for (field, _) in beside.into_iter().filter(|(_, given)| *given) {
            invalid.push(field, FieldCode::Conflicting { with: "ids".to_owned() });
        }
        return invalid.or(Again::Ids(ids));
    }
    let mut instant = |field: &str, text: Option<String>| match text.as_deref().map(parse_instant) {
        Some(Ok(at)) => Some(at),
        Some(Err(_)) => {
            invalid.push(field, FieldCode::Malformed(Expected::Instant));
            None
        }
        None => {
            invalid.push(field, FieldCode::Missing);
            None
        }
    };
    let (from, to) = (instant("from", asked.from), instant("to", asked.to));
    let states = match asked.delivered {
        Some(true) => vec![Stands::Delivered, Stands::Parked],
        _ => vec![Stands::Parked],
    };
    match (from, to) {
        (Some(from), Some(to)) if to < from => {
            invalid.inverted("from", "from", "to");
            Err(invalid)
        }
        (Some(from), Some(to)) => Ok(Again::Span(from, to, states)),
        _ => Err(invalid),
    }
}
