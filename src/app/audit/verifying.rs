//! A walk over the whole chain, which finds the first thing that is wrong with it.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::super::Error;
use super::marking::{is_ours, of_entry};
use super::names_erased;
use super::sealing::{digest, seal};
use crate::db::{self, AnyConn, Db, audit};
use crate::domain::audit::chain::{Broken, Head, Link};
use crate::domain::sealing::{self, Vault};

/// Entries that are read at a time.
const PAGE: i64 = 1_000;

/// How long an entry may wait for its place before that is worth saying.
const PATIENCE: TimeDelta = TimeDelta::minutes(1);

/// What a walk found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Walked {
    /// Where the chain ends.
    pub head: Head,
    /// The first thing that is wrong, if anything is.
    pub broken: Option<Broken>,
    /// How much of what entries told of persons is gone.
    pub erased: usize,
    /// How much of that was erased on record; what goes beyond was deleted by an edition that kept no such record, or by
    /// somebody else.
    pub erased_on_record: usize,
    /// How many entries of the chain have no mark: a program noted them of before there were marks.
    pub unmarked: usize,
    /// How many entries of ours have been waiting for their place for more than a minute.
    pub waiting: usize,
}

/// Walks the chain as it was at one moment. `kept` is its end as it was kept elsewhere, if it was. Blocks.
///
/// # Errors
/// If the store fails.
pub fn walk(db: &Db, vault: &Vault, now: DateTime<Utc>, kept: Option<&Head>) -> Result<Walked, Error> {
    db.snapshot(|conn| {
        let mut walked = Walked::default();
        walked.broken = along(conn, vault, kept, &mut walked)?;
        let foreign = outside(conn, vault, now - PATIENCE, &mut walked)?;
        walked.broken = walked.broken.or(foreign);
        Ok(walked)
    })
}

fn along(
    conn: &mut AnyConn,
    vault: &Vault,
    kept: Option<&Head>,
    walked: &mut Walked,
) -> Result<Option<Broken>, Error> {
    let Some((end, end_seal)) = audit::read_head(conn)? else { return Ok(Some(Broken::Head)) };
    // Read from before the beginning, so that what was put in there is found.
    let mut last = i64::MIN;
    loop {
        let page = audit::after(conn, last, PAGE)?;
        let Some((newest, _)) = page.last() else { break };
        last = newest.number;
        let ids = || page.iter().map(|(link, _)| link.id);
        let (low, high) = (ids().min().unwrap_or_default(), ids().max().unwrap_or_default());
        let mut personal = audit::personal_of(conn, low..=high)?;
        for (link, hash) in &page {
            let stored = personal.remove(&link.id).unwrap_or_default();
            if let Some(broken) = step(&walked.head, link, hash, &end) {
                return Ok(Some(broken));
            }
            match &link.mark {
                None => walked.unmarked += 1,
                Some(mark) if *mark != of_entry(vault, link) => {
                    return Ok(Some(Broken::Foreign(link.number)));
                }
                Some(_) => {}
            }
            if let Some(broken) = persons(vault, link, &stored, &mut walked.erased)? {
                return Ok(Some(broken));
            }
            if kept.is_some_and(|kept| kept.number == link.number && kept.hash != *hash) {
                return Ok(Some(Broken::OtherChain(link.number)));
            }
            walked.erased_on_record += names_erased(link);
            walked.head = Head { number: link.number, hash: hash.clone() };
        }
    }
    let reached = walked.head.number;
    let far = end.number.max(kept.map_or(0, |kept| kept.number));
    if far > reached {
        return Ok(Some(Broken::Cut { first: reached + 1, last: far }));
    }
    let genuine = if end.number == 0 { end_seal.is_empty() } else { seal(vault, &end) == end_seal };
    Ok((!genuine || end != walked.head).then_some(Broken::Head))
}

/// What is wrong with the entries outside the chain: of ours, those are counted that were noted before `before`.
fn outside(
    conn: &mut AnyConn,
    vault: &Vault,
    before: DateTime<Utc>,
    walked: &mut Walked,
) -> Result<Option<Broken>, Error> {
    let (mut last, mut foreign) = (i64::MIN, Vec::new());
    loop {
        let page = audit::outside(conn, last, PAGE)?;
        let Some(newest) = page.last() else { break };
        let first = page.first().map_or(newest.id, |link| link.id);
        last = newest.id;
        let mut personal = audit::personal_of(conn, first..=last)?;
        for link in &page {
            let stored = personal.remove(&link.id).unwrap_or_default();
            if !is_ours(vault, link, &stored)? {
                foreign.push(link.id);
                continue;
            }
            walked.erased_on_record += names_erased(link);
            if link.at < before.naive_utc() {
                walked.waiting += 1;
            }
        }
    }
    Ok(foreign.first().map(|first| Broken::Loose { first: *first, count: foreign.len() }))
}

/// What is wrong with the entry after `head`.
fn step(head: &Head, link: &Link, hash: &str, end: &Head) -> Option<Broken> {
    let expected = head.number + 1;
    if link.number < expected {
        return Some(Broken::PutIn(link.number));
    }
    if link.number > expected {
        return Some(Broken::Missing(expected));
    }
    if link.hash() != hash {
        return Some(Broken::Changed(link.number));
    }
    if link.previous != head.hash {
        return Some(Broken::Exchanged(link.number));
    }
    (link.number > end.number).then_some(Broken::PutIn(link.number))
}

/// What is wrong with what an entry tells of persons. That a part is gone is no fault: erasure takes it.
fn persons(
    vault: &Vault,
    link: &Link,
    stored: &[audit::Stored],
    erased: &mut usize,
) -> Result<Option<Broken>, Error> {
    let digests: Map<String, Value> = serde_json::from_str(&link.digests).unwrap_or_default();
    for one in stored {
        let told = digests.get(&one.part).and_then(Value::as_str);
        let found = match one.salt.as_deref().map(|salt| digest(vault, one, salt)).transpose() {
            Err(Error::Db(db::Error::Sealing(sealing::Error::CannotOpen(_)))) => None,
            found => found?,
        };
        if told.is_none() || told != found.as_deref() {
            return Ok(Some(Broken::Personal { number: link.number, part: one.part.clone() }));
        }
    }
    *erased += digests.len().saturating_sub(stored.len());
    Ok(None)
}
