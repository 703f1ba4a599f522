//! What organisations call their events and sessions in their own files.

use diesel::prelude::*;
use hashbrown::HashMap;

use super::Tx;
use super::connection::AnyConn;
use super::dialect::each;
use super::error::Error;
use super::records::{IDS_PER_STATEMENT, ROWS_PER_STATEMENT};
use super::schema::{external_ids as table, sessions};
use crate::domain::ids::{EventId, OrganisationId};

/// What is called by a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// An event.
    Event,
    /// A session.
    Session,
}

impl Named {
    fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Session => "session",
        }
    }
}

/// The numbers of what an organisation calls by these names; those that name nothing are left out.
pub fn find(
    conn: &mut AnyConn,
    organisation: OrganisationId,
    kind: Named,
    names: &[&str],
) -> Result<HashMap<String, i64>, Error> {
    let mut found = HashMap::new();
    for names in names.chunks(IDS_PER_STATEMENT) {
        let of_them = table::table
            .filter(table::organisation_id.eq(organisation.get()).and(table::kind.eq(kind.word())))
            .filter(table::external_id.eq_any(names));
        found.extend(of_them.select((table::external_id, table::object_id)).load::<(String, i64)>(conn)?);
    }
    Ok(found)
}

/// What an organisation calls things; those that it has no name for are left out.
pub fn names(
    conn: &mut AnyConn,
    organisation: OrganisationId,
    kind: Named,
    ids: &[i64],
) -> Result<HashMap<i64, String>, Error> {
    let mut found = HashMap::new();
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let of_them = table::table
            .filter(table::organisation_id.eq(organisation.get()).and(table::kind.eq(kind.word())))
            .filter(table::object_id.eq_any(ids));
        found.extend(of_them.select((table::object_id, table::external_id)).load::<(i64, String)>(conn)?);
    }
    Ok(found)
}

/// Gives things their names.
///
/// # Errors
/// [`Error::Constraint`] if one has a name, or another has that name.
pub fn insert_many(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    kind: Named,
    all: &[(&str, i64)],
) -> Result<(), Error> {
    for all in all.chunks(ROWS_PER_STATEMENT) {
        let rows: Vec<_> = all
            .iter()
            .map(|(name, id)| {
                (
                    table::organisation_id.eq(organisation.get()),
                    table::kind.eq(kind.word()),
                    table::external_id.eq(*name),
                    table::object_id.eq(*id),
                )
            })
            .collect();
        let insert = diesel::insert_into(table::table).values(rows);
        each!(&mut *tx.conn, conn => insert.execute(conn))?;
    }
    Ok(())
}

/// Forgets what things are called: the names are free again.
pub fn forget(tx: &mut Tx<'_>, kind: Named, ids: &[i64]) -> Result<(), Error> {
    for ids in ids.chunks(IDS_PER_STATEMENT) {
        let of_them = table::table.filter(table::kind.eq(kind.word()).and(table::object_id.eq_any(ids)));
        diesel::delete(of_them).execute(&mut *tx.conn)?;
    }
    Ok(())
}

/// Forgets what an event and its sessions are called.
pub fn forget_event(tx: &mut Tx<'_>, event: EventId) -> Result<(), Error> {
    let of_it = sessions::table.filter(sessions::event_id.eq(event.get()));
    let ids: Vec<i64> = of_it.select(sessions::id).load(&mut *tx.conn)?;
    forget(tx, Named::Session, &ids)?;
    forget(tx, Named::Event, &[event.get()])
}
