//! Requests that may be sent again: whatever makes something makes it once per `Idempotency-Key`.

use super::Error;
use crate::db::idempotency_keys::{self, Used};
use crate::db::{Tx, persons};
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
    if !persons::hold(tx, person)? {
        return Err(Error::LoginEnded);
    }
    let Some(Repeat { operation, key }) = repeat else { return make(tx) };
    let used =
        idempotency_keys::find(tx, operation, &[person], &[&key.given])?.remove(&(person, key.given.clone()));
    match used {
        Some(used) if used.key != *key => Err(Error::Refused(Refusal::KeyReused)),
        Some(used) => I::of_number(used.object).ok_or(Error::NotFound),
        None => {
            let made = make(tx)?;
            let used = Used { person, key: key.clone(), object: made.number(), made: true };
            idempotency_keys::insert(tx, operation, vec![used])?;
            Ok(made)
        }
    }
}
