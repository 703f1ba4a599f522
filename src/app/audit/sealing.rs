//! Entries get their place in the chain: one sealer at a time over all replicas, since whoever extends the chain holds the
//! record of its end. Numbers follow the order in which entries are found, and within one transaction of the sealer that
//! of their ids; an entry whose transaction commits late comes later. Only what the service did not note is passed over: it
//! waits outside the chain, for people to look at.

use serde_json::{Map, Value};

use super::super::Error;
use super::marking::is_ours;
use crate::db::{Db, Tx, audit};
use crate::domain::audit::chain::{Head, Salted};
use crate::domain::sealing::Vault;

/// Entries that one transaction chains: on the embedded store it keeps all other writers waiting.
const BATCH: i64 = 200;

/// The purpose of the pseudonym that seals the record of the chain's end.
const SEAL: &str = "audit head";

/// Chains all entries that wait; says how many they were. Blocks.
///
/// # Errors
/// If the store fails; what was chained before stays so.
pub fn chain_all(db: &Db, vault: &Vault) -> Result<usize, Error> {
    let mut chained = 0;
    // Looking takes no lock: most of the time nothing waits.
    while db.read(audit::any_loose)? {
        let (some, refused, head) = db.write(|tx| chain_some(tx, vault))?;
        if refused > 0 {
            tracing::error!(entries = refused, "entries that this service did not note are not chained");
            metrics::counter!("audit_entries_refused_total").increment(refused as u64);
        }
        if some > 0 {
            // A third place for the chain's end, out of reach of whoever has the store.
            tracing::info!(head = %head, "the audit was chained");
            metrics::gauge!("audit_entries").set(head.number as f64);
        }
        chained += some;
    }
    Ok(chained)
}

/// Judges anew what was refused before: it is refused again, and told of again, unless this service has another key than
/// the one that refused it.
///
/// # Errors
/// If the store fails.
pub fn reconsider(db: &Db) -> Result<(), Error> {
    Ok(db.write(audit::reconsider)?)
}

/// Chains some entries; says how many, and how many it refused.
fn chain_some(tx: &mut Tx<'_>, vault: &Vault) -> Result<(usize, usize, Head), Error> {
    // First of all: what waits is only looked up once nobody else can be chaining it.
    let (mut head, _) = audit::hold_head(tx)?;
    let links = audit::loose(tx, BATCH)?;
    let (Some(first), Some(last)) = (links.first(), links.last()) else { return Ok((0, 0, head)) };
    let mut personal = audit::personal_of(tx, first.id..=last.id)?;
    let (mut count, mut refused) = (0, 0);
    for mut link in links {
        let personal = personal.remove(&link.id).unwrap_or_default();
        if !is_ours(vault, &link, &personal)? {
            audit::refuse(tx, link.id)?;
            refused += 1;
            continue;
        }
        count += 1;
        let mut digests = Map::new();
        for stored in personal {
            let salt = vault.fresh_salt();
            audit::set_salt(tx, stored.id, &salt)?;
            let digest = digest(vault, &stored, &salt)?;
            digests.insert(stored.part, digest.into());
        }
        digests.sort_keys();
        link.digests = Value::Object(digests).to_string();
        link.number = head.number + 1;
        link.previous = head.hash;
        let hash = link.hash();
        audit::chain(tx, &link, &hash)?;
        head = Head { number: link.number, hash };
    }
    if count > 0 {
        audit::set_head(tx, &head, &seal(vault, &head))?;
    }
    Ok((count, refused, head))
}

/// The digest of what an entry tells of a person.
pub(super) fn digest(vault: &Vault, stored: &audit::Stored, salt: &str) -> Result<String, Error> {
    let text = stored.text(vault)?;
    let text = text.as_ref().map(|opened| opened.expose());
    Ok(Salted { salt, part: &stored.part, person: stored.person, text }.digest())
}

/// What shows that this service wrote where the chain ends.
pub(super) fn seal(vault: &Vault, head: &Head) -> String {
    vault.blind(SEAL, &head.to_string())
}
