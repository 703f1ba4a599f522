//! Web-hooks: an organisation says where it wants to be told what happens to its things ([`Webhooks`]); what happened is
//! found and noted ([`telling`]), and sent ([`outbox`]).

pub mod outbox;
pub mod telling;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::Error;
use super::favourites::too_many;
use super::repeats::{Repeat, once};
use crate::clients::webhooks::Rules;
use crate::db::records::Stored;
use crate::db::webhooks::deliveries::{self, Again, New};
use crate::db::webhooks::{self, seen};
use crate::db::{Db, Tx, changes};
use crate::domain::audit::{self, Action, Actor, Entry};
use crate::domain::clock::Clock;
use crate::domain::ids::{OrganisationId, PersonId, Random, WebhookId};
use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::organisations::Organisation;
use crate::domain::sealing::Vault;
use crate::domain::webhooks::secrets::Secret;
use crate::domain::webhooks::{
    Address, Delivery, LONGEST_NAME, MOST, OLD_SECRET, Object, ObjectKind, Stopped, Webhook, What,
};

/// Deliveries that one request replays at most.
pub const REPLAYED_AT_ONCE: usize = 10_000;

/// What an organisation says of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What they call it.
    pub name: Option<String>,
    /// Where it is.
    pub address: Address,
    /// What it is to be told.
    pub types: Vec<What>,
    /// Whether it is told anything.
    pub active: bool,
}

/// The use cases of endpoints. All of them block. That whoever asks may speak for the organisation is their caller's to see.
#[derive(Clone)]
pub struct Webhooks {
    db: Db,
    vault: Arc<Vault>,
    random: Arc<dyn Random>,
    clock: Arc<dyn Clock>,
    rules: Arc<Rules>,
}

impl Webhooks {
    /// The endpoints of a store, whose addresses keep to `rules`.
    pub fn new(
        db: Db,
        vault: Arc<Vault>,
        random: Arc<dyn Random>,
        clock: Arc<dyn Clock>,
        rules: Rules,
    ) -> Self {
        Self { db, vault, random, clock, rules: Arc::new(rules) }
    }

    /// Makes an endpoint, which is told of what happens from now on; gives it with its secret, which nobody is shown again:
    /// only who sends the same request once more, with the same key.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::NotFound`] if there is no such organisation;
    /// [`LimitReached`](crate::domain::signups::refusal::Refusal::LimitReached) if it has [`MOST`] endpoints; those of
    /// [`once`].
    pub fn create(
        &self,
        person: PersonId,
        organisation: OrganisationId,
        said: &Said,
        repeat: Option<&Repeat>,
    ) -> Result<(Webhook, Secret), Error> {
        let types = self.check(said)?;
        // Looked up beside the one writer: with many things it takes a while. What changes meanwhile is news.
        let now = self.clock.now();
        let (low_water, present) = self.db.snapshot(|conn| {
            let low_water = changes::low_water(conn)?;
            let first = webhooks::count(conn, organisation)? == 0;
            let present = first.then(|| seen::present(conn, organisation, now)).transpose()?;
            Ok::<_, Error>((low_water, present))
        })?;
        self.db.write(|tx| {
            // Two at once come one after the other.
            seen::take_turn(tx)?;
            let id = once(tx, person, repeat, |tx| {
                if !Organisation::exists(tx, organisation.get())? {
                    return Err(Error::NotFound);
                }
                let others = webhooks::count(tx, organisation)?;
                if others >= MOST {
                    return Err(too_many(MOST));
                }
                if others == 0 {
                    if webhooks::listening(tx)?.is_empty() {
                        seen::set_position(tx, low_water)?;
                    }
                    // Otherwise the last of the others was deleted just now.
                    let present = present.ok_or(Error::Busy)?;
                    seen::forget(tx, organisation)?;
                    seen::put(tx, organisation, &present)?;
                }
                let webhook = Webhook {
                    id: WebhookId::fresh(tx.now(), &*self.random),
                    organisation,
                    name: said.name.clone(),
                    address: said.address.clone(),
                    types,
                    stopped: None,
                    failing_since: None,
                    rests_until: None,
                    old_secret_until: None,
                    version: 1,
                    created_at: tx.now(),
                };
                webhooks::insert(tx, &self.vault, &webhook, &Secret::fresh(&*self.random))?;
                note(tx, Actor::Person(person), Action::WebhookMade, (None, Some(&webhook)))?;
                Ok(webhook.id)
            })?;
            let webhook = webhooks::get(tx, &self.vault, id)?.ok_or(Error::NotFound)?;
            let secret = webhooks::secret(tx, &self.vault, id)?.ok_or(Error::NotFound)?;
            Ok((webhook, secret))
        })
    }

    /// Replaces what is said of an endpoint. One that goes on is told of what happens from now on; one that is stopped keeps
    /// what was still to be told.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::NotFound`], [`Error::VersionConflict`] if it no longer has `version`.
    pub fn change(&self, actor: Actor, id: WebhookId, version: i64, said: &Said) -> Result<Webhook, Error> {
        let types = self.check(said)?;
        self.db.write(|tx| {
            let before = webhooks::get(tx, &self.vault, id)?.ok_or(Error::NotFound)?;
            let after = Webhook {
                name: said.name.clone(),
                address: said.address.clone(),
                types,
                stopped: if said.active { None } else { before.stopped.or(Some(Stopped::ByHand)) },
                ..before.clone()
            };
            if !webhooks::replace(tx, &self.vault, &after, version)? {
                return Err(Error::VersionConflict);
            }
            note(tx, actor, Action::WebhookChanged, (Some(&before), Some(&after)))?;
            webhooks::get(tx, &self.vault, id)?.ok_or(Error::NotFound)
        })
    }

    /// Deletes an endpoint with all that it was told.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn remove(&self, actor: Actor, id: WebhookId) -> Result<(), Error> {
        self.on(id, |tx, webhook| {
            seen::take_turn(tx)?;
            note(tx, actor, Action::WebhookDeleted, (Some(webhook), None))?;
            Ok(webhooks::delete(tx, webhook)?)
        })
    }

    /// Gives an endpoint another secret, which nobody is shown again. The one before signs beside it for [`OLD_SECRET`];
    /// gives the endpoint with the new one.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn rotate(&self, actor: Actor, id: WebhookId) -> Result<(Webhook, Secret), Error> {
        let secret = Secret::fresh(&*self.random);
        let webhook = self.on(id, |tx, webhook| {
            let until = tx.now() + OLD_SECRET;
            note(tx, actor, Action::WebhookSecretReplaced, (Some(webhook), Some(webhook)))?;
            webhooks::rotate(tx, &self.vault, id, &secret, until)?;
            webhooks::get(tx, &self.vault, id)?.ok_or(Error::NotFound)
        })?;
        Ok((webhook, secret))
    }

    /// Has an endpoint told that somebody tries it, once, even if it is stopped.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn ping(&self, id: WebhookId) -> Result<Delivery, Error> {
        self.on(id, |tx, webhook| {
            let object =
                Object { kind: ObjectKind::Webhook, id: id.get(), event: None, version: webhook.version };
            let new = New { webhook: id, what: What::Ping, object, next_at: tx.now() };
            let made = deliveries::insert_one(tx, new)?.ok_or(Error::NotFound)?;
            deliveries::get(tx, made)?.ok_or(Error::NotFound)
        })
    }

    /// Lets deliveries that are over be sent once more, under their ids; says how many, at most [`REPLAYED_AT_ONCE`].
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn replay(&self, actor: Actor, id: WebhookId, which: &Again) -> Result<usize, Error> {
        self.on(id, |tx, webhook| {
            note(tx, actor, Action::WebhookReplayed, (Some(webhook), Some(webhook)))?;
            Ok(deliveries::replay(tx, id, which, REPLAYED_AT_ONCE)?)
        })
    }

    fn on<T>(
        &self,
        id: WebhookId,
        work: impl FnOnce(&mut Tx<'_>, &Webhook) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.db.write(|tx| {
            let webhook = webhooks::get(tx, &self.vault, id)?.ok_or(Error::NotFound)?;
            work(tx, &webhook)
        })
    }

    /// What is to be told, each once and in order, if nothing is wrong.
    fn check(&self, said: &Said) -> Result<Vec<What>, Error> {
        let mut invalid = Invalid::default();
        if let Some(name) = &said.name {
            invalid.line("name", name, LONGEST_NAME);
        }
        if self.rules.read(said.address.expose()).is_none() {
            invalid.push("url", FieldCode::Malformed(Expected::PublicUrl));
        }
        let wanted = |what: &&What| said.types.contains(what) && **what != What::Ping;
        let types: Vec<What> = What::ALL.iter().filter(wanted).copied().collect();
        if types.is_empty() {
            invalid.push("types", FieldCode::TooFew { min: 1 });
        }
        Ok(invalid.or(types)?)
    }
}

/// Puts a change of an endpoint on record; neither its address, which may hold a key, nor its secrets.
fn note(
    tx: &mut Tx<'_>,
    actor: Actor,
    action: Action,
    (before, after): (Option<&Webhook>, Option<&Webhook>),
) -> Result<(), Error> {
    let shown = |webhook: &Webhook| {
        let types: Vec<_> = webhook.types.iter().map(|what| what.name()).collect();
        json!({ "types": types, "stopped": webhook.stopped.map(Stopped::name) })
    };
    let Some(webhook) = after.or(before) else { return Ok(()) };
    let object = audit::Object { kind: ObjectKind::Webhook.name(), id: webhook.id.get() };
    let entry = Entry {
        object: Some(object),
        organisation: Some(webhook.organisation),
        before: before.map(shown),
        after: after.map(shown),
        ..Entry::new(actor, action)
    };
    super::audit::note(tx, &entry)
}

/// Forgets what was delivered or parked long ago, and sessions that are over.
///
/// # Errors
/// If the store fails.
pub fn purge(db: &Db, before: DateTime<Utc>) -> Result<usize, Error> {
    Ok(db.write(|tx| Ok::<_, crate::db::Error>(deliveries::purge(tx, before)? + seen::purge(tx, before)?))?)
}
