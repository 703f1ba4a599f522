//! Sending what endpoints are to be told, in steps that a crash may part anywhere.
//!
//! [`prepare`] takes what is due and marks it as being sent; that is committed before anybody is asked. [`settle`] notes
//! what came of it. What is never settled, [`find_lost`] lets wait again: it is sent once more, under the same id.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::clients::webhooks::{Answer, Letter};
use crate::db::webhooks::deliveries::{self, Outcome};
use crate::db::{self, AnyConn, Tx, webhooks};
use crate::domain::ids::{OrganisationId, WebhookId};
use crate::domain::sealing::Vault;
use crate::domain::webhooks::secrets::{Secret, sign};
use crate::domain::webhooks::{Address, Delivery, GIVEN_UP, LOST, SLOW, TRIED, Webhook, What, pause, rest};

/// So many deliveries to one endpoint are under way at once: one that is slow must not keep the others waiting.
const OF_ENDPOINT_AT_ONCE: i64 = 4;

/// So many deliveries of one organisation are under way at once, however many endpoints it has.
const OF_ORGANISATION_AT_ONCE: usize = 6;

/// A delivery that is marked as being sent.
#[derive(Debug)]
pub struct Parcel {
    delivery: Delivery,
    organisation: OrganisationId,
    secrets: Arc<[Secret]>,
    /// To where.
    pub address: Address,
}

impl Parcel {
    /// What is sent at `now`.
    ///
    /// # Errors
    /// If it cannot be written, which no content causes.
    pub fn letter(&self, now: DateTime<Utc>) -> serde_json::Result<Letter> {
        let (id, sent) = (self.delivery.id.to_string(), now.timestamp());
        let body = self.delivery.body(self.organisation)?;
        let signature = sign(&self.secrets, &id, sent, &body);
        Ok(Letter { id, sent, signature, body })
    }
}

/// Whether there is anything to do at `now`.
///
/// # Errors
/// If the store fails.
pub fn any(conn: &mut AnyConn, now: DateTime<Utc>) -> Result<bool, db::Error> {
    Ok(!deliveries::due(conn, now)?.is_empty() || deliveries::any_lost(conn, now)?)
}

/// Takes what is due, at most some `limit`: one delivery of each organisation in turn, those first of which least is under
/// way, and of an organisation one of each endpoint in turn.
///
/// # Errors
/// If the store fails; then nothing is to be sent.
pub fn prepare(tx: &mut Tx<'_>, vault: &Vault, limit: usize) -> Result<Vec<Parcel>, db::Error> {
    let now = tx.now();
    let under_way = deliveries::under_way(tx)?;
    let mut turns: Vec<Turn> = Vec::new();
    for (webhook, organisation) in deliveries::due(tx, now)? {
        match turns.iter_mut().find(|turn| turn.organisation == organisation) {
            Some(turn) => turn.endpoints.push_back(webhook),
            None => {
                let under_way = under_way.get(&organisation).copied().unwrap_or_default();
                turns.push(Turn { organisation, under_way, endpoints: [webhook].into() });
            }
        }
    }
    // Those of which as much is under way stay in their order.
    turns.sort_by_key(|turn| turn.under_way);
    let mut endpoints = HashMap::new();
    let mut parcels = Vec::new();
    while !turns.is_empty() && parcels.len() < limit {
        for turn in &mut turns {
            if parcels.len() < limit {
                parcels.extend(turn.take(tx, vault, &mut endpoints)?);
            }
        }
        turns.retain(|turn| turn.under_way < OF_ORGANISATION_AT_ONCE && !turn.endpoints.is_empty());
    }
    Ok(parcels)
}

/// An organisation whose endpoints have their turn.
struct Turn {
    organisation: OrganisationId,
    under_way: usize,
    /// Those for which more may be due, the next first.
    endpoints: VecDeque<WebhookId>,
}

/// An endpoint with the secrets that sign what it is told.
type Signing = (Webhook, Arc<[Secret]>);

impl Turn {
    /// Takes the next delivery; `None` if the organisation has none that is due, or enough under way.
    fn take(
        &mut self,
        tx: &mut Tx<'_>,
        vault: &Vault,
        read: &mut HashMap<WebhookId, Signing>,
    ) -> Result<Option<Parcel>, db::Error> {
        if self.under_way >= OF_ORGANISATION_AT_ONCE {
            return Ok(None);
        }
        let now = tx.now();
        while let Some(id) = self.endpoints.pop_front() {
            if !read.contains_key(&id)
                && let Some(webhook) = webhooks::get(tx, vault, id)?
            {
                let secrets = webhooks::signing(tx, vault, &webhook, now)?.into();
                read.insert(id, (webhook, secrets));
            }
            let Some((webhook, secrets)) = read.get(&id) else { continue };
            let Some(delivery) = deliveries::take(tx, webhook, 1, OF_ENDPOINT_AT_ONCE, now + LOST)?.pop()
            else {
                continue;
            };
            self.endpoints.push_back(id);
            self.under_way += 1;
            return Ok(Some(Parcel {
                delivery,
                organisation: self.organisation,
                secrets: Arc::clone(secrets),
                address: webhook.address.clone(),
            }));
        }
        Ok(None)
    }
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was delivered.
    Delivered,
    /// It is tried again.
    Later,
    /// It is not tried any more.
    Parked,
    /// It is not tried any more, and with it all that its endpoint was still to be told.
    Stopped,
    /// Another attempt began before this one was settled, or its endpoint is gone.
    Overtaken,
}

/// Notes what came of a parcel, and how long that took.
///
/// # Errors
/// If the store fails; then it is sent once more after [`LOST`].
pub fn settle(tx: &mut Tx<'_>, parcel: &Parcel, answer: Answer, took: Duration) -> Result<Fate, db::Error> {
    let (delivery, now) = (&parcel.delivery, tx.now());
    let outcome = match answer {
        Ok(status) => Outcome { status: Some(status), trouble: None },
        Err((trouble, status)) => Outcome { status, trouble: Some(trouble) },
    };
    let again = match outcome.trouble {
        None => None,
        Some(_) if delivery.what == What::Ping => None,
        Some(_) => {
            let begun = deliveries::first_at(tx, delivery.id)?.unwrap_or(now);
            Some(now + pause(delivery.attempts)).filter(|at| *at < begun + TRIED)
        }
    };
    if !deliveries::settle(tx, delivery, outcome, again)? {
        return Ok(Fate::Overtaken);
    }
    if outcome.trouble.is_none() {
        if took < SLOW {
            webhooks::succeeded(tx, delivery.webhook)?;
        } else if let Some(rest) = rest(webhooks::dragged(tx, delivery.webhook)?) {
            webhooks::rest(tx, delivery.webhook, now + rest)?;
        }
        return Ok(Fate::Delivered);
    }
    if let Some((failures, since)) = webhooks::failed(tx, delivery.webhook)? {
        if now - since >= GIVEN_UP {
            let stopped = webhooks::stop(tx, delivery.webhook)?;
            deliveries::park(tx, delivery.webhook)?;
            return Ok(if stopped { Fate::Stopped } else { Fate::Parked });
        }
        if let Some(rest) = rest(failures) {
            webhooks::rest(tx, delivery.webhook, now + rest)?;
        }
    }
    Ok(if again.is_some() { Fate::Later } else { Fate::Parked })
}

/// Lets deliveries wait again whose sender went away while it sent them; says how many.
///
/// # Errors
/// If the store fails.
pub fn find_lost(tx: &mut Tx<'_>) -> Result<usize, db::Error> {
    deliveries::find_lost(tx)
}
