//! Web-hooks: an organisation's own systems are told, at an address of its choice, that something of the organisation's
//! has happened. What is told is that it did, and to what: a word, an id and a version, never anything personal. Whoever is
//! told asks for the rest.
//!
//! [`What`] is the table of all that is told; [`news`] finds what is to be told by comparing what was told last with what
//! is there now; [`secrets`] sign it; [`addresses`] says where nothing is ever sent.

pub mod addresses;
pub mod news;
pub mod secrets;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::hidden::hidden;
use super::ids::{DeliveryId, EventId, OrganisationId, WebhookId, spell};
use super::time::{Rfc3339, rfc3339};
use super::words::words;

/// Endpoints that an organisation has at most.
pub const MOST: usize = 10;

/// The longest name of an endpoint, in characters.
pub const LONGEST_NAME: usize = 60;

/// The longest address, in bytes.
pub const LONGEST_ADDRESS: usize = 2_000;

/// For how long after its first attempt a delivery is tried.
pub const TRIED: TimeDelta = TimeDelta::hours(24);

/// After how long without any success an endpoint is stopped.
pub const GIVEN_UP: TimeDelta = TimeDelta::days(3);

/// For how long after it was replaced a secret still signs.
pub const OLD_SECRET: TimeDelta = TimeDelta::hours(24);

/// After how long a delivery that is being sent counts as lost, and is sent again: longer than any attempt takes.
pub const LOST: TimeDelta = TimeDelta::minutes(1);

/// How long deliveries are kept once they are settled.
pub const KEPT: TimeDelta = TimeDelta::days(30);

/// For how long counts of seats are gathered: a storm of sign-ups is told in steps of this.
pub const GATHERED: TimeDelta = TimeDelta::seconds(5);

/// Failures in a row after which an endpoint rests between attempts.
const PATIENCE: i32 = 3;

/// An answer that takes so long lets its endpoint rest as a failure does: it keeps others waiting.
pub const SLOW: Duration = Duration::from_secs(3);

const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(10);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
const LONGEST_REST: TimeDelta = TimeDelta::minutes(5);

words! {
    /// What is told; the word begins with the kind of the object it is about.
    What {
        /// An event became public, for the first time or again.
        EventPublished = "event.published",
        /// What is said of a public event changed.
        EventChanged = "event.changed",
        /// A public event was called off.
        EventCancelled = "event.cancelled",
        /// An event is public no more, or no longer this organisation's.
        EventWithdrawn = "event.withdrawn",
        /// A public event got one more session.
        SessionAdded = "session.added",
        /// Time, place, capacity or terms of a session to come changed.
        SessionChanged = "session.changed",
        /// A session to come was called off or taken out.
        SessionCancelled = "session.cancelled",
        /// Seats of a session were taken or given back; told at most every five seconds.
        SessionSeats = "session.seats",
        /// A base became public, changed, or is public no more.
        BaseChanged = "base.changed",
        /// A series became public, changed, or is public no more.
        SeriesChanged = "series.changed",
        /// Somebody tries the endpoint; told to that one only, and tried once.
        Ping = "webhook.ping",
    }

    /// The kinds of object that something is told about.
    ObjectKind {
        /// An event.
        Event = "event",
        /// A session of an event.
        Session = "session",
        /// A base.
        Base = "base",
        /// A series.
        Series = "series",
        /// The endpoint itself.
        Webhook = "webhook",
    }

    /// Why an endpoint is told nothing for now.
    Stopped {
        /// Its organisation wants it so.
        ByHand = "byHand",
        /// Nothing reached it for [`GIVEN_UP`].
        Failing = "failing",
    }

    /// How a delivery stands.
    State {
        /// It is to be sent.
        Waiting = "waiting",
        /// It is being sent.
        Sending = "sending",
        /// The endpoint took it.
        Delivered = "delivered",
        /// It is not tried any more, unless somebody replays it.
        Parked = "parked",
    }

    /// Why an attempt failed.
    Trouble {
        /// The name leads to no address.
        Name = "name",
        /// The name or number leads to an address where nothing is sent: of a private network, or of this machine.
        Address = "address",
        /// No connection came about.
        Connection = "connection",
        /// The connection could not be encrypted: a certificate that is wrong, or too old.
        Encryption = "encryption",
        /// No answer came in time.
        Time = "time",
        /// The answer asks to go elsewhere, which is not done.
        Redirect = "redirect",
        /// The answer has another status than 2xx.
        Status = "status",
        /// The endpoint was stopped before it could be tried.
        Stopped = "stopped",
    }
}

impl What {
    /// The words of all that an endpoint can ask to be told: everything but [`What::Ping`].
    const ASKED: &'static [&'static str] = &[
        Self::EventPublished.name(),
        Self::EventChanged.name(),
        Self::EventCancelled.name(),
        Self::EventWithdrawn.name(),
        Self::SessionAdded.name(),
        Self::SessionChanged.name(),
        Self::SessionCancelled.name(),
        Self::SessionSeats.name(),
        Self::BaseChanged.name(),
        Self::SeriesChanged.name(),
    ];

    /// The kind of what it is about.
    #[must_use]
    pub fn kind(self) -> ObjectKind {
        match self {
            Self::EventPublished | Self::EventChanged | Self::EventCancelled | Self::EventWithdrawn => {
                ObjectKind::Event
            }
            Self::SessionAdded | Self::SessionChanged | Self::SessionCancelled | Self::SessionSeats => {
                ObjectKind::Session
            }
            Self::BaseChanged => ObjectKind::Base,
            Self::SeriesChanged => ObjectKind::Series,
            Self::Ping => ObjectKind::Webhook,
        }
    }
}

impl<'de> Deserialize<'de> for What {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let asked = Self::from_name(&word).filter(|_| Self::ASKED.contains(&word.as_str()));
        asked.ok_or_else(|| de::Error::unknown_variant(&word, Self::ASKED))
    }
}

hidden! {
    /// The address of an endpoint, which may hold a key of its receiver's.
    Address;
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// What they call it.
    pub name: Option<String>,
    /// Where it is.
    pub address: Address,
    /// What it is told; never empty, in the order of [`What::ALL`].
    pub types: Vec<What>,
    /// Why it is told nothing for now.
    pub stopped: Option<Stopped>,
    /// Since when nothing has reached it.
    pub failing_since: Option<DateTime<Utc>>,
    /// Until when it rests, after failures in a row.
    pub rests_until: Option<DateTime<Utc>>,
    /// Until when the secret before the present one still signs.
    pub old_secret_until: Option<DateTime<Utc>>,
    /// Counts changes by its organisation from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// What is told is about this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object {
    /// Of which kind it is.
    pub kind: ObjectKind,
    /// Its number.
    pub id: i64,
    /// The event that a session belongs to.
    pub event: Option<EventId>,
    /// Of two deliveries of one type about one object, the greater is the newer.
    pub version: i64,
}

/// Something that an endpoint is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id: the same however often it is sent.
    pub id: DeliveryId,
    /// Which endpoint.
    pub webhook: WebhookId,
    /// What happened.
    pub what: What,
    /// To what.
    pub object: Object,
    /// When.
    pub happened_at: DateTime<Utc>,
    /// How it stands.
    pub state: State,
    /// How often it was sent.
    pub attempts: i32,
    /// When it is due, or was.
    pub next_at: DateTime<Utc>,
    /// What the last answer's status was, if there was an answer.
    pub status: Option<i32>,
    /// Why the last attempt failed, if it did.
    pub trouble: Option<Trouble>,
    /// When it was delivered or parked.
    pub settled_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    id: String,
    #[serde(rename = "type")]
    what: &'a str,
    at: Rfc3339,
    organisation_id: String,
    object: BodyObject,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
}

#[derive(Serialize)]
struct BodyObject {
    kind: &'static str,
    id: String,
    version: i64,
}

impl Delivery {
    /// What is sent: JSON, the same bytes at every attempt.
    ///
    /// # Errors
    /// None that any content causes.
    pub fn body(&self, organisation: OrganisationId) -> serde_json::Result<String> {
        let Object { kind, id, event, version } = self.object;
        serde_json::to_string(&Body {
            id: self.id.to_string(),
            what: self.what.name(),
            at: rfc3339(self.happened_at),
            organisation_id: organisation.to_string(),
            object: BodyObject { kind: kind.name(), id: spell(id), version },
            event_id: event.map(|event| event.to_string()),
        })
    }
}

/// How long to wait after this many attempts at a delivery.
#[must_use]
pub fn pause(attempts: i32) -> TimeDelta {
    doubled(FIRST_PAUSE, attempts).min(LONGEST_PAUSE)
}

/// How long an endpoint rests after this many failures or slow answers in a row; `None`: not at all.
#[must_use]
pub fn rest(failures: i32) -> Option<TimeDelta> {
    (failures >= PATIENCE).then(|| doubled(FIRST_PAUSE, failures - PATIENCE + 1).min(LONGEST_REST))
}

fn doubled(first: TimeDelta, times: i32) -> TimeDelta {
    first * 2_i32.pow(times.clamp(1, 16).unsigned_abs() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_begins_with_the_kind_it_is_about() {
        for what in What::ALL {
            assert_eq!(what.name().split('.').next(), Some(what.kind().name()));
            assert_eq!(What::from_name(what.name()), Some(*what));
            assert_eq!(What::ASKED.contains(&what.name()), *what != What::Ping);
        }
    }

    #[test]
    fn pauses_grow_to_an_hour_and_rests_to_five_minutes() {
        assert_eq!([1, 2, 3, 9, 10, 99].map(|n| pause(n).num_seconds()), [10, 20, 40, 2560, 3600, 3600]);
        let rests = [0, 2, 3, 4, 8, 99].map(|n| rest(n).map_or(0, |rest| rest.num_seconds()));
        assert_eq!(rests, [0, 0, 10, 20, 300, 300]);
    }

    #[test]
    fn a_delivery_says_what_happened_to_what_and_nothing_else() {
        let [museum, event] =
            [OrganisationId::from_slug("museum").to_string(), EventId::from_slug("e").to_string()];
        let at = DateTime::from_timestamp(1_795_572_000, 0).unwrap();
        let delivery = Delivery {
            id: DeliveryId::new(7).unwrap(),
            webhook: WebhookId::from_slug("w"),
            what: What::SessionChanged,
            object: Object {
                kind: ObjectKind::Session,
                id: 9,
                event: Some(EventId::from_slug("e")),
                version: 3,
            },
            happened_at: at,
            state: State::Waiting,
            attempts: 4,
            next_at: at,
            status: None,
            trouble: None,
            settled_at: None,
        };
        let body = delivery.body(OrganisationId::from_slug("museum")).unwrap();
        assert_eq!(
            body,
            format!(
                "{{\"id\":\"0000000000007\",\"type\":\"session.changed\",\"at\":\"2026-11-25T10:00:00+08:00\",\
                 \"organisationId\":\"{museum}\",\
                 \"object\":{{\"kind\":\"session\",\"id\":\"0000000000009\",\"version\":3}},\"eventId\":\"{event}\"}}"
            )
        );
    }
}
