//! Saving a catalogued thing: the one way in, for seeds as for anybody.

use super::Error;
use crate::db::Tx;
use crate::db::records::{self, Stored};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::record::Record;

/// What to do with a record that is there already and differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Leave it.
    Keep,
    /// Replace it.
    Replace,
}

/// What saving did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// There was none.
    Inserted,
    /// There was one, and it differed.
    Replaced,
    /// There was one, and it stays.
    Kept,
}

/// Saves `body` under `id`, if it keeps the rules and everything it refers to exists.
pub fn save<T: Stored>(tx: &mut Tx<'_>, id: i64, body: &T, existing: Existing) -> Result<Saved, Error> {
    let found = T::get(tx, id)?;
    match found {
        Some(_) if existing == Existing::Keep => return Ok(Saved::Kept),
        Some(record) if record.body == *body => return Ok(Saved::Kept),
        _ => {}
    }
    check(tx, body)?;
    match found {
        None => T::insert(tx, id, body).map(|()| Saved::Inserted).map_err(Error::from),
        Some(record) if T::replace(tx, id, record.version, body)? => Ok(Saved::Replaced),
        Some(_) => Err(Error::VersionConflict),
    }
}

/// Replaces a record that was read in the same transaction, if the new body keeps the rules and everything it refers to
/// exists; one that would stay as it is stays.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::VersionConflict`] if it changed since it was read.
pub fn replace<T: Stored>(tx: &mut Tx<'_>, before: &Record<T>, body: &T) -> Result<(), Error> {
    if before.body == *body {
        return Ok(());
    }
    check(tx, body)?;
    if T::replace(tx, before.id, before.version, body)? { Ok(()) } else { Err(Error::VersionConflict) }
}

fn check<T: Stored>(tx: &mut Tx<'_>, body: &T) -> Result<(), Error> {
    let mut invalid = Invalid::default();
    body.check(&mut invalid);
    for reference in body.references() {
        if !records::exists(tx, reference.kind, reference.id)? {
            invalid.push(reference.field, FieldCode::NoSuch { kind: reference.kind.name() });
        }
    }
    Ok(invalid.or(())?)
}
