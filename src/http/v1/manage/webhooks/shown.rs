//! Endpoints as their organisation sees them.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::domain::time::{Rfc3339, rfc3339};
use crate::domain::webhooks::secrets::Secret;
use crate::domain::webhooks::{self as domain, Webhook};
use crate::http::wire::wire;

wire! {
    /// What an endpoint is told.
    WebhookType = domain::What {
        /// An event became public, for the first time or again.
        EventPublished "event.published"
        /// What is said of a public event changed.
        EventChanged "event.changed"
        /// A public event was called off.
        EventCancelled "event.cancelled"
        /// An event is public no more, or no longer the organisation's.
        EventWithdrawn "event.withdrawn"
        /// A public event got one more session.
        SessionAdded "session.added"
        /// Time, place, capacity or terms of a session to come changed.
        SessionChanged "session.changed"
        /// A session to come was called off or taken out.
        SessionCancelled "session.cancelled"
        /// Seats of a session were taken or given back; told at most every five seconds.
        SessionSeats "session.seats"
        /// A base became public, changed, or is public no more.
        BaseChanged "base.changed"
        /// A series became public, changed, or is public no more.
        SeriesChanged "series.changed"
        /// Somebody tries the endpoint; nobody asks for this, and everybody is told it.
        Ping "webhook.ping"
    }

    /// Why an endpoint is told nothing.
    WebhookStopped = domain::Stopped {
        /// Its organisation stopped it.
        ByHand "byHand"
        /// Nothing reached it for three days.
        Failing "failing"
    }
}

/// An endpoint.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookItem {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    id: String,
    /// Whose it is.
    #[schema(example = "01h2x7m9k4qpz")]
    organisation_id: String,
    /// What its organisation calls it.
    #[schema(example = "票务系统")]
    name: Option<String>,
    /// Where it is.
    #[schema(example = "https://hooks.museum.example.org/kepu")]
    url: String,
    /// What it is told.
    types: Vec<WebhookType>,
    /// Whether it is told anything.
    #[schema(example = true)]
    active: bool,
    /// Why it is not.
    stopped: Option<WebhookStopped>,
    /// Since when nothing has reached it; absent where the last delivery did.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = Option<String>, format = DateTime)]
    failing_since: Option<Rfc3339>,
    /// How many deliveries are still to be sent.
    #[schema(example = 0)]
    waiting: u64,
    /// How many deliveries could not be sent, and are not tried any more: replay them.
    #[schema(example = 0)]
    parked: u64,
    /// Until when the secret before the present one still signs.
    #[schema(example = "2026-11-26T10:00:00+08:00", value_type = Option<String>, format = DateTime)]
    old_secret_until: Option<Rfc3339>,
    /// When it was made.
    #[schema(example = "2026-11-25T10:00:00+08:00", value_type = String, format = DateTime)]
    created_at: Rfc3339,
    /// Counts changes; a change names the version that it is made to.
    #[schema(example = 1)]
    version: i64,
}

/// An endpoint with its secret.
#[derive(Serialize, ToSchema)]
pub struct WebhookSecret {
    /// The endpoint.
    webhook: WebhookItem,
    /// What deliveries are signed with: `whsec_`, then 32 bytes in base64. It is shown this once.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYq=")]
    secret: String,
}

impl WebhookItem {
    /// An endpoint, with how much it is still to be told and how much is parked.
    pub fn new(webhook: &Webhook, (waiting, parked): (u64, u64)) -> Self {
        Self {
            id: webhook.id.to_string(),
            organisation_id: webhook.organisation.to_string(),
            name: webhook.name.clone(),
            url: webhook.address.expose().to_owned(),
            types: webhook.types.iter().map(|what| (*what).into()).collect(),
            active: webhook.stopped.is_none(),
            stopped: webhook.stopped.map(WebhookStopped::from),
            failing_since: webhook.failing_since.map(rfc3339),
            waiting,
            parked,
            old_secret_until: webhook.old_secret_until.map(rfc3339),
            created_at: rfc3339(webhook.created_at),
            version: webhook.version,
        }
    }
}

impl WebhookSecret {
    /// An endpoint that was just given this secret.
    pub fn new(webhook: &Webhook, secret: &Secret) -> Self {
        Self { webhook: WebhookItem::new(webhook, (0, 0)), secret: secret.expose().to_owned() }
    }
}
