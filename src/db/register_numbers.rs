//! Numbers that registers gave out.

use diesel::prelude::*;

use super::Tx;
use super::dialect::each;
use super::error::Error;
use super::schema::register_numbers as numbers;
use crate::domain::divisions::Adcode;

/// The next number of a register in a division and a year, from 1. Whoever asks meanwhile waits for this transaction.
pub fn next(tx: &mut Tx<'_>, register: &str, division: Adcode, year: i32) -> Result<i32, Error> {
    let row = (
        numbers::register.eq(register),
        numbers::division.eq(division.number()),
        numbers::year.eq(year),
        numbers::used.eq(1),
    );
    let upsert = diesel::insert_into(numbers::table)
        .values(row)
        .on_conflict((numbers::register, numbers::division, numbers::year))
        .do_update()
        .set(numbers::used.eq(numbers::used + 1));
    each!(&mut *tx.conn, conn => upsert.execute(conn))?;
    Ok(numbers::table.find((register, division.number(), year)).select(numbers::used).first(&mut *tx.conn)?)
}
