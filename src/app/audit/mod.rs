//! The audit: every change that somebody answers for is noted, and marked as ours, in the transaction that makes it
//! ([`note`]); [`sealing`] gives entries their place in the chain, [`verifying`] walks it.

mod marking;
pub mod sealing;
pub mod verifying;

use serde_json::{Value, json};

use super::Error;
use crate::db::{Tx, audit};
use crate::domain::audit::chain::Link;
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::ids::PersonId;
use crate::domain::sealing::Vault;

/// Notes a change that tells nothing personal but who did it and to whom.
///
/// # Errors
/// If the store fails; then the change is not to be made.
pub fn note(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), Error> {
    let id = write(tx, entry)?;
    marking::mark(tx, &[id])
}

/// Notes many changes of one actor, which tell nothing personal but who did it.
///
/// # Errors
/// If the store fails; then the changes are not to be made.
pub fn note_many(tx: &mut Tx<'_>, actor: Actor, entries: &[Entry]) -> Result<(), Error> {
    let ids = audit::insert_many(tx, actor, Entry::ACTOR, entries)?;
    marking::mark(tx, &ids)
}

/// Notes a change with what it tells of persons, which is sealed.
///
/// # Errors
/// If the store fails; then the change is not to be made.
pub fn note_sealed(tx: &mut Tx<'_>, vault: &Vault, entry: &Entry) -> Result<(), Error> {
    let id = write(tx, entry)?;
    for personal in &entry.personal {
        audit::insert_text(tx, vault, id, personal.part, personal.person, personal.text.expose())?;
    }
    marking::mark(tx, &[id])
}

fn write(tx: &mut Tx<'_>, entry: &Entry) -> Result<i64, Error> {
    let id = audit::insert(tx, entry)?;
    if let Actor::Person(actor) = entry.actor {
        audit::insert_person(tx, id, Entry::ACTOR, actor)?;
    }
    if let Some(subject) = entry.subject {
        audit::insert_person(tx, id, Entry::SUBJECT, subject)?;
    }
    Ok(id)
}

/// Deletes what the audit tells of a person. Its entries stay, and so does the chain, in which it is noted how much was
/// deleted: what goes otherwise is on no record.
///
/// # Errors
/// If the store fails.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    // Whoever chains meanwhile would draw salts for what is being deleted.
    audit::hold_head(tx)?;
    let names = audit::forget(tx, person)?;
    if names == 0 {
        return Ok(());
    }
    let after = Some(json!({ (NAMES): names }));
    note(tx, &Entry { after, ..Entry::new(Actor::Service, Action::NamesErased) })
}

/// Under what an entry tells how many names were erased.
const NAMES: &str = "names";

/// How many names an entry says were erased.
fn names_erased(link: &Link) -> usize {
    let told = link.after.as_deref().filter(|_| link.action == Action::NamesErased.name());
    let told: Option<Value> = told.and_then(|after| serde_json::from_str(after).ok());
    let names = told.and_then(|told| told.get(NAMES).and_then(Value::as_u64));
    names.and_then(|names| usize::try_from(names).ok()).unwrap_or_default()
}
