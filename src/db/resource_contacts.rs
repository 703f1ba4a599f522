//! Whom authorities may ask about entries of the directory: sealed.

use diesel::prelude::*;

use super::Tx;
use super::applications::PlainContact;
use super::connection::AnyConn;
use super::error::Error;
use super::schema::{drafts, resource_contacts as contacts};
use super::sealed::Column;
use crate::domain::applications::Contact;
use crate::domain::ids::{PersonId, ResourceId};
use crate::domain::kinds::Kind;
use crate::domain::sealing::Vault;

/// Whom authorities may ask.
pub const CONTACT: Column = Column { table: "resource_contacts", key: "resource_id", column: "contact" };

fn corrupt(id: ResourceId) -> impl FnOnce(serde_json::Error) -> Error {
    move |source| Error::Corrupt { kind: "contact of a resource", id: id.get(), source }
}

/// The contact of an entry, if it has one.
pub fn get(conn: &mut AnyConn, vault: &Vault, id: ResourceId) -> Result<Option<Contact>, Error> {
    let sealed: Option<String> =
        contacts::table.find(id.get()).select(contacts::contact).first(conn).optional()?;
    let Some(sealed) = sealed else { return Ok(None) };
    let opened = CONTACT.open(vault, id.get(), &sealed)?;
    let plain: PlainContact = serde_json::from_str(opened.expose()).map_err(corrupt(id))?;
    Ok(Some(plain.into()))
}

/// Puts a contact in the place of the one before, if there is one.
pub fn put(tx: &mut Tx<'_>, vault: &Vault, id: ResourceId, contact: &Contact) -> Result<(), Error> {
    let plain = serde_json::to_string(&PlainContact::from(contact)).map_err(corrupt(id))?;
    let sealed = CONTACT.seal(vault, id.get(), &plain)?;
    delete(tx, id)?;
    diesel::insert_into(contacts::table)
        .values((contacts::resource_id.eq(id.get()), contacts::contact.eq(sealed)))
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Deletes the contact of an entry.
pub fn delete(tx: &mut Tx<'_>, id: ResourceId) -> Result<(), Error> {
    diesel::delete(contacts::table.find(id.get())).execute(&mut *tx.conn)?;
    Ok(())
}

/// Deletes the contacts of what a person wrote last: it was they who named them.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    let theirs = drafts::table
        .filter(drafts::kind.eq(Kind::Resource.name()).and(drafts::author_id.eq(person.get())))
        .select(drafts::object_id);
    diesel::delete(contacts::table.filter(contacts::resource_id.eq_any(theirs))).execute(&mut *tx.conn)?;
    Ok(())
}
