//! By what names colleagues know the members of an organisation.

use diesel::prelude::*;
use hashbrown::HashMap;

use super::Tx;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::member_labels as labels;
use super::sealed::Column;
use crate::domain::ids::{OrganisationId, PersonId};
use crate::domain::invitations::MemberLabel;
use crate::domain::sealing::Vault;

/// The column of the names.
pub const LABEL: Column = Column::of("member_labels", "label");

/// Calls a member of an organisation so, in place of what they were called before; `id` is that of the row.
pub fn put(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: i64,
    (person, organisation): (PersonId, OrganisationId),
    label: &MemberLabel,
) -> Result<(), Error> {
    delete(tx, person, organisation)?;
    diesel::insert_into(labels::table)
        .values((
            labels::id.eq(id),
            labels::person_id.eq(person.get()),
            labels::organisation_id.eq(organisation.get()),
            labels::label.eq(LABEL.seal(vault, id, label.expose())?),
        ))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Forgets what a member was called: they are one no more.
pub fn delete(tx: &mut Tx<'_>, person: PersonId, organisation: OrganisationId) -> Result<(), Error> {
    let one = labels::table
        .filter(labels::person_id.eq(person.get()))
        .filter(labels::organisation_id.eq(organisation.get()));
    diesel::delete(one).execute(&mut *tx.conn)?;
    Ok(())
}

/// Forgets what a person was called anywhere.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    diesel::delete(labels::table.filter(labels::person_id.eq(person.get()))).execute(&mut *tx.conn)?;
    Ok(())
}

/// What the members of an organisation are called; those of whom nothing was said are left out.
pub fn of_organisation(
    conn: &mut AnyConn,
    vault: &Vault,
    organisation: OrganisationId,
) -> Result<HashMap<PersonId, MemberLabel>, Error> {
    let rows: Vec<(i64, i64, String)> = labels::table
        .filter(labels::organisation_id.eq(organisation.get()))
        .select((labels::id, labels::person_id, labels::label))
        .load(conn)?;
    let mut found = HashMap::with_capacity(rows.len());
    for (id, person, sealed) in rows {
        let label = LABEL.open(vault, id, &sealed)?.expose().into();
        found.extend(PersonId::new(person).map(|person| (person, label)));
    }
    Ok(found)
}

/// What a person is called, organisation by organisation.
pub fn of_person(
    conn: &mut AnyConn,
    vault: &Vault,
    person: PersonId,
) -> Result<Vec<(OrganisationId, MemberLabel)>, Error> {
    let rows: Vec<(i64, i64, String)> = labels::table
        .filter(labels::person_id.eq(person.get()))
        .order(labels::id)
        .select((labels::id, labels::organisation_id, labels::label))
        .load(conn)?;
    let mut found = Vec::with_capacity(rows.len());
    for (id, organisation, sealed) in rows {
        let label = LABEL.open(vault, id, &sealed)?.expose().into();
        found.extend(OrganisationId::new(organisation).map(|organisation| (organisation, label)));
    }
    Ok(found)
}
