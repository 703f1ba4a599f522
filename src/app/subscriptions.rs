//! Subscriptions: a person says what they want to be told of, and is told once of each event that fits.

use std::sync::Arc;

use super::Error;
use super::favourites::too_many;
use super::notices::tell;
use super::repeats::{Repeat, once};
use crate::db::{self, Db, Tx, events, persons, subscriptions};
use crate::domain::ids::{EventId, PersonId, Random, SubscriptionId};
use crate::domain::invalid::Invalid;
use crate::domain::notices::{About, Notice, Purpose};
use crate::domain::sealing::Vault;
use crate::domain::subscriptions::{LONGEST_NAME, MOST, Subscription, Wish};

/// The use cases of subscriptions. All of them block.
#[derive(Clone)]
pub struct Subscriptions {
    db: Db,
    vault: Arc<Vault>,
    random: Arc<dyn Random>,
}

impl Subscriptions {
    /// The subscriptions of a store.
    pub fn new(db: Db, vault: Arc<Vault>, random: Arc<dyn Random>) -> Self {
        Self { db, vault, random }
    }

    /// Makes a subscription; the same request with the same key makes it once.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Refusal::LimitReached`](crate::domain::signups::refusal::Refusal) if the person has as many as anybody may; those
    /// of [`once`].
    pub fn create(
        &self,
        person: PersonId,
        wish: &Wish,
        repeat: Option<&Repeat>,
    ) -> Result<Subscription, Error> {
        check(wish)?;
        self.db.write(|tx| {
            let id = once(tx, person, repeat, |tx| {
                if subscriptions::count(tx, person)? >= MOST {
                    return Err(too_many(MOST));
                }
                let id = SubscriptionId::fresh(tx.now(), &*self.random);
                subscriptions::insert(tx, &self.vault, id, person, wish)?;
                Ok(id)
            })?;
            subscriptions::get(tx, &self.vault, person, id)?.ok_or(Error::NotFound)
        })
    }

    /// Replaces what a person asks for.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::NotFound`] if it is not theirs, [`Error::VersionConflict`] if it no longer has
    /// `version`.
    pub fn change(
        &self,
        person: PersonId,
        id: SubscriptionId,
        version: i64,
        wish: &Wish,
    ) -> Result<Subscription, Error> {
        check(wish)?;
        self.db.write(|tx| {
            subscriptions::get(tx, &self.vault, person, id)?.ok_or(Error::NotFound)?;
            if !subscriptions::replace(tx, &self.vault, id, version, wish)? {
                return Err(Error::VersionConflict);
            }
            subscriptions::get(tx, &self.vault, person, id)?.ok_or(Error::NotFound)
        })
    }

    /// Ends a subscription.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not theirs.
    pub fn remove(&self, person: PersonId, id: SubscriptionId) -> Result<(), Error> {
        let removed = self.db.write(|tx| subscriptions::delete(tx, person, id))?;
        if removed { Ok(()) } else { Err(Error::NotFound) }
    }
}

fn check(wish: &Wish) -> Result<(), Error> {
    let mut invalid = Invalid::default();
    if let Some(name) = &wish.name {
        invalid.line("name", name, LONGEST_NAME);
    }
    Ok(invalid.or(())?)
}

/// An event, and who asked for such.
pub type News = (EventId, Vec<PersonId>);

/// Announces events to those who asked for them; says how many were told. An event that was announced before is left out,
/// and whoever announces one tells everybody of it in the same transaction: so each person is told once, however many
/// replicas do this, and whenever they are killed.
///
/// # Errors
/// If the store fails; then nothing is announced.
pub fn announce(tx: &mut Tx<'_>, news: &[News]) -> Result<usize, db::Error> {
    let mut notices = Vec::new();
    for (event, persons) in news {
        if !events::announce(tx, *event)? {
            continue;
        }
        // Somebody may have gone since they were found.
        let there = persons::there(tx, persons)?;
        let about = About { event: Some(*event), session: None, signup: None };
        let told = persons.iter().filter(|person| there.contains(*person));
        notices.extend(told.map(|person| Notice::new(*person, Purpose::Subscription, about)));
    }
    tell(tx, &notices)?;
    Ok(notices.len())
}

/// What a server finds when it starts is no news, as long as nobody has asked for any: seeds, mostly. Says how many events
/// that were.
///
/// # Errors
/// If the store fails.
pub fn begin(db: &Db) -> Result<usize, db::Error> {
    if db
        .read(|conn| Ok::<_, db::Error>(subscriptions::any(conn)? || events::unannounced(conn)?.is_empty()))?
    {
        return Ok(0);
    }
    db.write(|tx| if subscriptions::any(tx)? { Ok(0) } else { events::announce_all(tx) })
}
