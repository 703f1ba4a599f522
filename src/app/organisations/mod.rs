//! Organisations that joined: [`applications`] and their verification, [`members`], [`invitations`], [`api_keys`], and what
//! authorities decide on them ([`standing`]). Every change is noted in the audit.

pub mod api_keys;
pub mod applications;
pub mod invitations;
pub mod members;
pub mod standing;

use std::sync::Arc;

use super::Error;
use crate::db::records::Stored;
use crate::db::{Db, Tx, organisations};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::ids::{OrganisationId, Random};
use crate::domain::kinds::Kind;
use crate::domain::organisations::Organisation;
use crate::domain::sealing::Vault;

/// The use cases of organisations. All of them block.
#[derive(Clone)]
pub struct Organisations {
    db: Db,
    vault: Arc<Vault>,
    random: Arc<dyn Random>,
}

impl Organisations {
    /// The use cases over a store.
    pub fn new(db: Db, vault: Arc<Vault>, random: Arc<dyn Random>) -> Self {
        Self { db, vault, random }
    }
}

/// Keeps other transactions from changing who belongs to an organisation until this one ends.
fn hold(tx: &mut Tx<'_>, id: OrganisationId) -> Result<(), Error> {
    if organisations::hold(tx, id)? { Ok(()) } else { Err(Error::NotFound) }
}

/// An entry of the audit about an organisation.
fn entry(tx: &mut Tx<'_>, actor: Actor, action: Action, id: OrganisationId) -> Result<Entry, Error> {
    Ok(Entry {
        object: Some(Object::of(Kind::Organisation, id.get())),
        organisation: Some(id),
        division: Organisation::get(tx, id.get())?.and_then(|found| found.body.adcode),
        ..Entry::new(actor, action)
    })
}
