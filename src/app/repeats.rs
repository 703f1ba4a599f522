//! Requests that may be sent again: whatever makes something makes it once per `Idempotency-Key`.

use super::Error;
use crate::db::idempotency_keys::{self, Before, Sender};
use crate::db::{Tx, api_keys, persons};
use crate::domain::audit::Actor;
use crate::domain::ids::{Numbered, PersonId};
use crate::domain::signups::RepeatKey;
use crate::domain::signups::refusal::Refusal;

/// A request that carries a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// What was asked: keys of two operations have nothing to do with each other.
    pub operation: String,
    /// The key, with a hash of what was said.
    pub key: RepeatKey,
}

/// What came of a request that makes many things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made<T, I> {
    /// This request made it.
    Now(T),
    /// An earlier one with the same key made these.
    Before(Vec<I>),
}

/// What an earlier request of the person with the same key made; else what `make` makes, noted in the same transaction.
/// Two requests of one person at once come one after the other, also for what `make` counts.
///
/// # Errors
/// [`Refusal::KeyReused`] if the earlier request said something else; [`Error::LoginEnded`] if the person is gone; what
/// `make` returns.
pub fn once<I: Numbered>(
    tx: &mut Tx<'_>,
    person: PersonId,
    repeat: Option<&Repeat>,
    make: impl FnOnce(&mut Tx<'_>) -> Result<I, Error>,
) -> Result<I, Error> {
    once_by(tx, Actor::Person(person), repeat, make)
}

/// The same for whoever works here: a person, or the system of a partner.
///
/// # Errors
/// Those of [`once`].
pub fn once_by<I: Numbered>(
    tx: &mut Tx<'_>,
    by: Actor,
    repeat: Option<&Repeat>,
    make: impl FnOnce(&mut Tx<'_>) -> Result<I, Error>,
) -> Result<I, Error> {
    let Some((sender, repeat)) = hold(tx, by, repeat)? else { return make(tx) };
    if let Some(before) = before(tx, sender, repeat)? {
        return I::of_number(before.object).ok_or(Error::NotFound);
    }
    let made = make(tx)?;
    idempotency_keys::note(tx, &repeat.operation, sender, &repeat.key, (made.number(), &[]))?;
    Ok(made)
}

/// The same where many things are made; `ids` tells which.
///
/// # Errors
/// Those of [`once`].
pub fn many<T, I: Numbered>(
    tx: &mut Tx<'_>,
    by: Actor,
    repeat: Option<&Repeat>,
    make: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>,
    ids: impl FnOnce(&T) -> Vec<I>,
) -> Result<Made<T, I>, Error> {
    let Some((sender, repeat)) = hold(tx, by, repeat)? else { return Ok(Made::Now(make(tx)?)) };
    if let Some(before) = before(tx, sender, repeat)? {
        return Ok(Made::Before(before.objects.into_iter().filter_map(I::of_number).collect()));
    }
    let made = make(tx)?;
    let objects: Vec<i64> = ids(&made).into_iter().map(I::number).collect();
    idempotency_keys::note(tx, &repeat.operation, sender, &repeat.key, (0, &objects))?;
    Ok(Made::Now(made))
}

/// Has the requests of one sender come one after the other; `None` if this one is not remembered.
fn hold<'a>(
    tx: &mut Tx<'_>,
    by: Actor,
    repeat: Option<&'a Repeat>,
) -> Result<Option<(Sender, &'a Repeat)>, Error> {
    let (sender, there) = match by {
        Actor::Person(person) => (Sender::Person(person), persons::hold(tx, person)?),
        Actor::ApiKey(key) if repeat.is_some() => (Sender::System(key), api_keys::hold(tx, key)?),
        Actor::ApiKey(_) | Actor::Operator | Actor::Service => return Ok(None),
    };
    if there { Ok(repeat.map(|repeat| (sender, repeat))) } else { Err(Error::LoginEnded) }
}

/// What an earlier request with the same key made, if there was one and it said the same.
fn before(tx: &mut Tx<'_>, sender: Sender, repeat: &Repeat) -> Result<Option<Before>, Error> {
    let Repeat { operation, key } = repeat;
    match idempotency_keys::before(tx, operation, sender, &key.given)? {
        Some(before) if before.body_hash != key.body_hash => Err(Error::Refused(Refusal::KeyReused)),
        before => Ok(before),
    }
}
