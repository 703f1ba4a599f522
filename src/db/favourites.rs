//! Favourites.

use diesel::prelude::*;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::favourites;
use crate::domain::favourites::Favourite;
use crate::domain::ids::PersonId;
use crate::domain::kinds::Kind;

/// Whether a person has this favourite.
pub fn has(conn: &mut AnyConn, person: PersonId, favourite: Favourite) -> Result<bool, Error> {
    let found: i64 = favourites::table
        .filter(favourites::person_id.eq(person.get()))
        .filter(favourites::kind.eq(favourite.kind.name()).and(favourites::object_id.eq(favourite.id)))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

/// Inserts a favourite of a person.
///
/// # Errors
/// [`Error::Constraint`] if they have it already.
pub fn insert(tx: &mut Tx<'_>, person: PersonId, favourite: Favourite) -> Result<(), Error> {
    diesel::insert_into(favourites::table)
        .values((
            favourites::person_id.eq(person.get()),
            favourites::kind.eq(favourite.kind.name()),
            favourites::object_id.eq(favourite.id),
            favourites::created_at.eq(tx.now.naive_utc()),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Deletes a favourite of a person, if they have it.
pub fn delete(tx: &mut Tx<'_>, person: PersonId, favourite: Favourite) -> Result<(), Error> {
    let own = favourites::table
        .filter(favourites::person_id.eq(person.get()))
        .filter(favourites::kind.eq(favourite.kind.name()).and(favourites::object_id.eq(favourite.id)));
    diesel::delete(own).execute(&mut *tx.conn)?;
    Ok(())
}

/// A person's favourites, the latest first, each with its number in that order: those numbered below `before`, at most
/// `limit`.
pub fn of_person(
    conn: &mut AnyConn,
    person: PersonId,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<(i64, Favourite)>, Error> {
    let rows: Vec<(i64, String, i64)> = favourites::table
        .filter(favourites::person_id.eq(person.get()).and(favourites::id.lt(before.unwrap_or(i64::MAX))))
        .order(favourites::id.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select((favourites::id, favourites::kind, favourites::object_id))
        .load(conn)?;
    // The column's CHECK admits no kind that has no name.
    let read = |(number, kind, id): (i64, String, i64)| {
        Some((number, Favourite { kind: Kind::from_name(&kind)?, id }))
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// How many favourites a person has.
pub fn count(conn: &mut AnyConn, person: PersonId) -> Result<usize, Error> {
    let own = favourites::table.filter(favourites::person_id.eq(person.get()));
    let count: i64 = own.count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Forgets all favourites of a person.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    let own = favourites::table.filter(favourites::person_id.eq(person.get()));
    diesel::delete(own).execute(&mut *tx.conn)?;
    Ok(())
}
