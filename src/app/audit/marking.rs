//! What is noted is marked with a pseudonym that takes the service's key to write, so that nobody who has the store alone
//! puts an entry in to be chained as if it were ours.

use super::super::Error;
use crate::db::{self, Tx, audit};
use crate::domain::audit::chain::{Link, Salted};
use crate::domain::sealing::{self, Vault};

/// The purposes of the pseudonyms.
const ENTRY: &str = "audit entry";
const PERSON: &str = "audit person";

/// Marks entries that were noted in this transaction, with what they tell of persons. Where the store was opened without
/// keys they go without, and are not chained.
pub(super) fn mark(tx: &mut Tx<'_>, entries: &[i64]) -> Result<(), Error> {
    let Some(vault) = tx.marks() else { return Ok(()) };
    let (Some(first), Some(last)) = (entries.iter().min(), entries.iter().max()) else { return Ok(()) };
    let mut personal = audit::personal_of(tx, *first..=*last)?;
    let (mut marks, mut of_persons) = (Vec::new(), Vec::new());
    for link in audit::of_ids(tx, entries)? {
        for stored in personal.remove(&link.id).unwrap_or_default() {
            of_persons.push((stored.id, of_person(&vault, link.id, &stored)?));
        }
        marks.push((link.id, of_entry(&vault, &link)));
    }
    audit::mark(tx, &marks)?;
    Ok(audit::mark_persons(tx, &of_persons)?)
}

/// The mark of an entry, which holds before it has its place in the chain and after.
pub(super) fn of_entry(vault: &Vault, link: &Link) -> String {
    vault.blind(ENTRY, &link.content_hash())
}

fn of_person(vault: &Vault, entry: i64, stored: &audit::Stored) -> Result<String, Error> {
    let text = stored.text(vault)?;
    let text = text.as_ref().map(|opened| opened.expose());
    // Bound to its entry, where the chain binds a digest by its salt.
    let told = Salted { salt: &entry.to_string(), part: &stored.part, person: stored.person, text };
    Ok(vault.blind(PERSON, &told.digest()))
}

/// Whether the service noted an entry that waits, and all that stands beside it of persons. What is missing there was
/// erased.
pub(super) fn is_ours(vault: &Vault, link: &Link, personal: &[audit::Stored]) -> Result<bool, Error> {
    for stored in personal {
        let mark = match of_person(vault, link.id, stored) {
            Err(Error::Db(db::Error::Sealing(sealing::Error::CannotOpen(_)))) => return Ok(false),
            mark => mark?,
        };
        if stored.mark.as_ref() != Some(&mark) {
            return Ok(false);
        }
    }
    Ok(link.mark.as_ref() == Some(&of_entry(vault, link)))
}
