//! Sending what endpoints are to be told, in steps that a crash may part anywhere.
//!
//! [`prepare`] takes what is due and marks it as being sent; that is committed before anybody is asked. [`settle`] notes
//! what came of it. What is never settled, [`find_lost`] lets wait again: it is sent once more, under the same id.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::clients::webhooks::{Answer, Letter};
use crate::db::webhooks::deliveries::{self, Outcome};
use crate::db::{self, AnyConn, Tx, webhooks};
use crate::domain::ids::OrganisationId;
use crate::domain::sealing::Vault;
use crate::domain::webhooks::secrets::{Secret, sign};
use crate::domain::webhooks::{Address, Delivery, GIVEN_UP, LOST, TRIED, What, pause, rest};

/// So many deliveries to one endpoint are under way at once: one that is slow must not keep the others waiting.
const OF_ONE_AT_ONCE: i64 = 4;

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

/// Takes what is due, at most some `limit`, endpoint by endpoint.
///
/// # Errors
/// If the store fails; then nothing is to be sent.
pub fn prepare(tx: &mut Tx<'_>, vault: &Vault, limit: usize) -> Result<Vec<Parcel>, db::Error> {
    let now = tx.now();
    let mut parcels = Vec::new();
    for id in deliveries::due(tx, now)? {
        let room = limit.saturating_sub(parcels.len());
        if room == 0 {
            break;
        }
        let Some(webhook) = webhooks::get(tx, vault, id)? else { continue };
        let at_once = OF_ONE_AT_ONCE.min(i64::try_from(room).unwrap_or(i64::MAX));
        let taken = deliveries::take(tx, &webhook, at_once, now + LOST)?;
        if taken.is_empty() {
            continue;
        }
        let secrets: Arc<[Secret]> = webhooks::signing(tx, vault, &webhook, now)?.into();
        parcels.extend(taken.into_iter().map(|delivery| Parcel {
            delivery,
            organisation: webhook.organisation,
            secrets: Arc::clone(&secrets),
            address: webhook.address.clone(),
        }));
    }
    Ok(parcels)
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

/// Notes what came of a parcel.
///
/// # Errors
/// If the store fails; then it is sent once more after [`LOST`].
pub fn settle(tx: &mut Tx<'_>, parcel: &Parcel, answer: Answer) -> Result<Fate, db::Error> {
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
        webhooks::succeeded(tx, delivery.webhook)?;
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
