//! Texts that WeChat is to be asked about.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::text_checks;
use crate::domain::ids::PersonId;
use crate::domain::kinds::Kind;

/// A thing whose texts are to be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextCheck {
    /// The kind of thing.
    pub kind: Kind,
    /// The thing.
    pub object: i64,
    /// The version of its draft that was handed in.
    pub version: i64,
    /// Who handed it in: WeChat is asked about somebody's texts.
    pub person: PersonId,
    /// How often it was tried.
    pub attempts: i32,
}

/// Asks for a check, in place of the one that was asked for before.
pub fn ask(tx: &mut Tx<'_>, check: TextCheck) -> Result<(), Error> {
    forget_thing(tx, check.kind, check.object)?;
    diesel::insert_into(text_checks::table)
        .values((
            text_checks::kind.eq(check.kind.name()),
            text_checks::object_id.eq(check.object),
            text_checks::version.eq(check.version),
            text_checks::person_id.eq(check.person.get()),
            text_checks::attempts.eq(check.attempts),
            text_checks::next_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Some that are to be made at `now`, the longest due first.
pub fn due(conn: &mut AnyConn, now: DateTime<Utc>, limit: i64) -> Result<Vec<TextCheck>, Error> {
    let rows: Vec<(String, i64, i64, i64, i32)> = text_checks::table
        .filter(text_checks::next_at.le(now.naive_utc()))
        .order(text_checks::next_at)
        .limit(limit)
        .select((
            text_checks::kind,
            text_checks::object_id,
            text_checks::version,
            text_checks::person_id,
            text_checks::attempts,
        ))
        .load(conn)?;
    let check = |(kind, object, version, person, attempts): (String, i64, i64, i64, i32)| {
        let (kind, person) = (Kind::from_name(&kind)?, PersonId::new(person)?);
        Some(TextCheck { kind, object, version, person, attempts })
    };
    Ok(rows.into_iter().filter_map(check).collect())
}

/// Counts an attempt and puts the next one off until then; `false` if another replica does it, or it is asked for no more.
pub fn take(tx: &mut Tx<'_>, check: TextCheck, next: DateTime<Utc>) -> Result<bool, Error> {
    let row = text_checks::table
        .find((check.kind.name(), check.object))
        .filter(text_checks::version.eq(check.version))
        .filter(text_checks::attempts.eq(check.attempts));
    let rows = diesel::update(row)
        .set((text_checks::attempts.eq(check.attempts + 1), text_checks::next_at.eq(next.naive_utc())))
        .execute(&mut *tx.conn)?;
    Ok(rows == 1)
}

/// Forgets a check that was made; `false` if another one is asked for by now.
pub fn done(tx: &mut Tx<'_>, check: TextCheck) -> Result<bool, Error> {
    let row = text_checks::table
        .find((check.kind.name(), check.object))
        .filter(text_checks::version.eq(check.version));
    Ok(diesel::delete(row).execute(&mut *tx.conn)? == 1)
}

/// Forgets what a person is to be asked about.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::delete(text_checks::table.filter(text_checks::person_id.eq(person.get())))
        .execute(&mut *tx.conn)?;
    Ok(())
}

fn forget_thing(tx: &mut Tx<'_>, kind: Kind, object: i64) -> Result<(), Error> {
    diesel::delete(text_checks::table.find((kind.name(), object))).execute(&mut *tx.conn)?;
    Ok(())
}
