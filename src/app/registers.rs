//! Registers: what authorities register or certify gets a number, once.

use chrono::{Datelike, NaiveDate};

use super::Error;
use crate::db::{Tx, register_numbers};
use crate::domain::divisions::Adcode;
use crate::domain::resources::{Registration, Resource};
use crate::domain::time::day_of;

/// The register of the directory.
const RESOURCES: &str = "resources";

/// The next number of a register in a division on `day`: `440106-2026-0007`.
pub(super) fn number(
    tx: &mut Tx<'_>,
    register: &str,
    division: Adcode,
    day: NaiveDate,
) -> Result<String, Error> {
    let next = register_numbers::next(tx, register, division, day.year())?;
    Ok(format!("{division}-{}-{next:04}", day.year()))
}

/// Registers an entry that is approved; one that was before keeps its number, and is as good as new.
pub(super) fn enter(tx: &mut Tx<'_>, division: Adcode, entry: &mut Resource) -> Result<(), Error> {
    let today = day_of(tx.now());
    let registration = match entry.registration.take() {
        Some(before) => Registration { confirmed: today, ..before },
        None => Registration {
            number: number(tx, RESOURCES, division, today)?,
            on: today,
            division,
            confirmed: today,
        },
    };
    entry.registration = Some(registration);
    Ok(())
}
