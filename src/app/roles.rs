//! Roles are given and taken here, whoever does it, so that each time stands in the audit.

use serde_json::json;

use super::{Error, audit};
use crate::db::records::Stored;
use crate::db::{Tx, member_labels, roles};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::ids::PersonId;
use crate::domain::kinds::Kind;
use crate::domain::organisations::Organisation;
use crate::domain::roles::Role;

/// Gives a person a role, in place of the one they have in that organisation or over that division.
///
/// # Errors
/// If the store fails.
pub fn grant(tx: &mut Tx<'_>, actor: Actor, person: PersonId, role: Role) -> Result<(), Error> {
    let before = held(tx, person, role)?;
    roles::grant(tx, person, role)?;
    let entry = entry(tx, actor, Action::RoleGranted, Some(person), role)?;
    let word = |role: Role| json!({ "role": role.name() });
    audit::note(tx, &Entry { before: before.map(word), after: Some(word(role)), ..entry })
}

/// Takes from a person whatever role they have in that organisation or over that division; says whether they had one.
///
/// # Errors
/// If the store fails.
pub fn revoke(tx: &mut Tx<'_>, actor: Actor, person: PersonId, role: Role) -> Result<bool, Error> {
    let Some(held) = held(tx, person, role)? else { return Ok(false) };
    roles::revoke(tx, person, held)?;
    let entry = entry(tx, actor, Action::RoleRevoked, Some(person), held)?;
    audit::note(tx, &Entry { before: Some(json!({ "role": held.name() })), ..entry })?;
    Ok(true)
}

/// Takes all roles from a person who is to be forgotten: the audit tells of the roles, not of the person.
///
/// # Errors
/// If the store fails.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    for role in roles::of_person(tx, person)?.0 {
        let entry = entry(tx, Actor::Service, Action::RoleRevoked, None, role)?;
        let reason = Some("accountErased".to_owned());
        audit::note(tx, &Entry { before: Some(json!({ "role": role.name() })), reason, ..entry })?;
    }
    member_labels::forget(tx, person)?;
    Ok(roles::forget(tx, person)?)
}

/// The role that somebody has where this one is.
fn held(tx: &mut Tx<'_>, person: PersonId, role: Role) -> Result<Option<Role>, Error> {
    Ok(roles::of_person(tx, person)?.0.into_iter().find(|held| held.is_where(role)))
}

fn entry(
    tx: &mut Tx<'_>,
    actor: Actor,
    action: Action,
    subject: Option<PersonId>,
    role: Role,
) -> Result<Entry, Error> {
    let entry = Entry { subject, ..Entry::new(actor, action) };
    Ok(match role {
        Role::Member(_, organisation) => Entry {
            object: Some(Object::of(Kind::Organisation, organisation.get())),
            organisation: Some(organisation),
            division: Organisation::get(tx, organisation.get())?.and_then(|found| found.body.adcode),
            ..entry
        },
        Role::Authority(_, division) => Entry { division: Some(division), ..entry },
    })
}
