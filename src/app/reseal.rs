//! Sealing what old keys sealed with the key that seals now, so that old keys can be dropped; and ticket codes that stand in
//! clear, from before they were sealed.

use std::collections::BTreeMap;

use super::Error;
use crate::db::{Db, sealed, signups};
use crate::domain::sealing::Vault;

/// Fields that one transaction seals: writers wait no longer than that.
const AT_ONCE: i64 = 200;

/// What was done, and what is left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Fields that were sealed anew.
    pub resealed: usize,
    /// Fields that cannot be opened: their key is not given, or they were changed by another hand.
    pub unreadable: usize,
    /// How many fields each key sealed, by its mark; keys of the ring that sealed none stand here too.
    pub by_key: BTreeMap<String, i64>,
}

/// Seals with the first key what the others sealed, and what stands in clear. Goes on beside a running server, and can be repeated.
///
/// # Errors
/// If the store fails; what was sealed anew until then is.
pub fn reseal(db: &Db, vault: &Vault) -> Result<Report, Error> {
    let mut report = Report::default();
    loop {
        let sealed = db.write(|tx| signups::seal_tickets(tx, vault, AT_ONCE))?;
        report.resealed += sealed;
        if sealed == 0 {
            break;
        }
    }
    let current = vault.marks().next().unwrap_or_default();
    for &column in sealed::COLUMNS {
        let mut after = i64::MIN;
        loop {
            let fields = db.read(|conn| sealed::under_other_keys(conn, column, current, after, AT_ONCE))?;
            let Some((last, _)) = fields.last() else { break };
            after = *last;
            db.write(|tx| {
                for (row, old) in &fields {
                    match vault.reseal(column.place(*row), old) {
                        Ok(Some(new)) => {
                            report.resealed += usize::from(sealed::replace(tx, column, *row, old, &new)?);
                        }
                        Ok(None) => {}
                        Err(error) => {
                            tracing::warn!(%error, "left as it is");
                            report.unreadable += 1;
                        }
                    }
                }
                Ok::<_, Error>(())
            })?;
        }
    }
    report.by_key = vault.marks().map(|mark| (mark.to_owned(), 0)).collect();
    for &column in sealed::COLUMNS {
        for (mark, fields) in db.read(|conn| sealed::by_key(conn, column))? {
            *report.by_key.entry(mark).or_default() += fields;
        }
    }
    Ok(report)
}
