//! Subscriptions (订阅): what somebody wants to be told of when it is published.

mod filter;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub use filter::{SubscriptionFilter, When, question};

use super::filters::Placed;
use super::view::View;
use crate::db::subscriptions;
use crate::domain::ids::SubscriptionId;
use crate::domain::subscriptions::{Subscription, Wish};
use crate::domain::time::{Rfc3339, rfc3339};
use crate::http::json::Json;
use crate::http::list::{Crs, List};
use crate::http::params::{Asked, PathId};
use crate::http::person::Person;
use crate::http::private;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::http::repeats::Once;
use crate::http::state::{Members, State};

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_subscriptions)
        .service(create_subscription)
        .service(get_subscription)
        .service(update_subscription)
        .service(delete_subscription);
}

/// What somebody wants to be told of.
#[skip_serializing_none]
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionItem {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// What the person calls it.
    #[schema(example = "附近的亲子天文")]
    name: Option<String>,
    /// What is asked for.
    filter: SubscriptionFilter,
    /// The datum of the position in `filter`.
    crs: Crs,
    /// When it was made.
    #[schema(example = "2026-11-20T09:00:00+08:00", value_type = String, format = DateTime)]
    created_at: Rfc3339,
    /// Counts changes; a change names the version that it is made to.
    #[schema(example = 1)]
    version: i64,
}

/// A subscription to be made.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSubscription {
    /// What the person calls it, in one line.
    #[schema(example = "附近的亲子天文", min_length = 1, max_length = 30)]
    name: Option<String>,
    /// What is asked for: at least one field.
    filter: SubscriptionFilter,
}

/// What a subscription asks for from now on.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangedSubscription {
    /// What the person calls it, in one line; left out, the name is removed.
    #[schema(example = "附近的亲子天文", min_length = 1, max_length = 30)]
    name: Option<String>,
    /// What is asked for: at least one field.
    filter: SubscriptionFilter,
    /// The version that was read.
    #[schema(example = 1, minimum = 1)]
    version: i64,
}

impl SubscriptionItem {
    fn new(view: &View<'_>, subscription: &Subscription) -> Result<Self, Problem> {
        Ok(Self {
            id: subscription.id.to_string(),
            name: subscription.wish.name.clone(),
            filter: SubscriptionFilter::shown(view, &subscription.wish.filter)?,
            crs: view.crs.into(),
            created_at: rfc3339(subscription.created_at),
            version: subscription.version,
        })
    }
}

/// List my subscriptions
///
/// All of them, the first made first: there are 20 at most.
#[utoipa::path(
    tag = "me",
    params(Asked<Placed>),
    security(("person" = [])),
    responses((status = 200, description = "The subscriptions.", body = List<SubscriptionItem>))
)]
#[get("/v1/me/subscriptions")]
async fn list_subscriptions(
    person: Person,
    asked: Asked<Placed>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| {
        members.db.read(|conn| subscriptions::of_person(conn, &members.vault, person.id))
    };
    let mine = members.into_inner().aside(read).await?;
    let snapshot = state.snapshot()?;
    let view = asked.view(&snapshot, state.now());
    let items = mine.iter().map(|one| SubscriptionItem::new(&view, one)).collect::<Result<Vec<_>, _>>()?;
    let list = List::whole(items, Some(view.crs.into()));
    Ok(private::answer(StatusCode::OK, list))
}

/// Subscribe
///
/// From now on, whoever subscribed is told once of each event that is published and fits: in `/v1/me/notices`, and where
/// they agreed to it by a subscribe message. The fields of `filter` mean what the parameters of `/v1/events` mean, at the
/// moment of publication. A position is kept to some 100 metres, and encrypted.
#[utoipa::path(
    tag = "me",
    params(
        Asked<Placed>,
        Once<NewSubscription>,
    ),
    request_body(content = NewSubscription, example = json!({
        "name": "天文", "filter": { "topic": ["astronomy_space"], "lat": 23.1066, "lng": 113.3245, "radius": 10000.0 },
    })),
    security(("person" = [])),
    responses(
        (status = 201, description = "The subscription.", body = SubscriptionItem),
        (status = 409, description = "`limitReached`: there are 20 already; `keyReused`.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[post("/v1/me/subscriptions")]
async fn create_subscription(
    person: Person,
    asked: Asked<Placed>,
    body: Once<NewSubscription>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let Once { body: NewSubscription { name, filter }, repeat } = body;
    let wish = wish(&asked, &state, name, &filter)?;
    let create = move |members: &Members| members.subscriptions.create(person.id, &wish, repeat.as_ref());
    let made = members.into_inner().aside(create).await?;
    let location = format_args!("/v1/me/subscriptions/{}", made.id);
    Ok(private::made(location, item(&asked, &state, &made)?))
}

/// Get a subscription
///
/// One of mine.
#[utoipa::path(
    tag = "me",
    params(PathId<SubscriptionId>, Asked<Placed>),
    security(("person" = [])),
    responses((status = 200, description = "The subscription.", body = SubscriptionItem))
)]
#[get("/v1/me/subscriptions/{id}")]
async fn get_subscription(
    person: Person,
    id: PathId<SubscriptionId>,
    asked: Asked<Placed>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let read = move |members: &Members| {
        members.db.read(|conn| subscriptions::get(conn, &members.vault, person.id, id.0))
    };
    let found = members.into_inner().aside(read).await?.ok_or(Code::NotFound)?;
    Ok(private::answer(StatusCode::OK, item(&asked, &state, &found)?))
}

/// Change a subscription
///
/// Replaces what is asked for. 409 `versionConflict` if it was changed since it was read.
#[utoipa::path(
    tag = "me",
    params(PathId<SubscriptionId>, Asked<Placed>),
    request_body(content = ChangedSubscription, example = json!({
        "name": "附近的亲子天文", "version": 1,
        "filter": { "topic": ["astronomy_space"], "audience": ["child_family"], "lat": 23.1066, "lng": 113.3245,
            "radius": 10000.0 },
    })),
    security(("person" = [])),
    responses(
        (status = 200, description = "The subscription as it is now.", body = SubscriptionItem),
        (status = 409, description = "`versionConflict`: read it again.", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
#[put("/v1/me/subscriptions/{id}")]
async fn update_subscription(
    person: Person,
    id: PathId<SubscriptionId>,
    asked: Asked<Placed>,
    body: Json<ChangedSubscription>,
    state: web::Data<State>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    let ChangedSubscription { name, filter, version } = body.0;
    let wish = wish(&asked, &state, name, &filter)?;
    let change = move |members: &Members| members.subscriptions.change(person.id, id.0, version, &wish);
    let changed = members.into_inner().aside(change).await?;
    Ok(private::answer(StatusCode::OK, item(&asked, &state, &changed)?))
}

/// End a subscription
///
/// What was told stays in `/v1/me/notices`.
#[utoipa::path(
    tag = "me",
    params(PathId<SubscriptionId>),
    security(("person" = [])),
    responses((status = 204, description = "Ended."))
)]
#[delete("/v1/me/subscriptions/{id}")]
async fn delete_subscription(
    person: Person,
    id: PathId<SubscriptionId>,
    members: web::Data<Members>,
) -> Result<HttpResponse, Problem> {
    members.into_inner().aside(move |members| members.subscriptions.remove(person.id, id.0)).await?;
    Ok(private::nothing())
}

fn wish(
    asked: &Asked<Placed>,
    state: &State,
    name: Option<String>,
    filter: &SubscriptionFilter,
) -> Result<Wish, Problem> {
    let snapshot = state.snapshot()?;
    let filter = filter.read(&asked.view(&snapshot, state.now()))?;
    Ok(Wish { name: name.map(|name| name.trim().to_owned()), filter })
}

fn item(asked: &Asked<Placed>, state: &State, of: &Subscription) -> Result<SubscriptionItem, Problem> {
    let snapshot = state.snapshot()?;
    SubscriptionItem::new(&asked.view(&snapshot, state.now()), of)
}
