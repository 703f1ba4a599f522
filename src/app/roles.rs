//! Roles are given and taken here, whoever does it, so that each time stands in the audit.

use serde_json::{Map, Value, json};

use super::organisations::api_keys::{known_to, revoke_if_ownerless};
use super::organisations::invitations::take_back;
use super::{Error, audit};
use crate::db::records::Stored;
use crate::db::{Tx, api_keys, invitations, member_labels, roles};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::ids::{ApiKeyId, PersonId};
use crate::domain::kinds::Kind;
use crate::domain::organisations::Organisation;
use crate::domain::roles::{MemberRole, Role};

/// Gives a person a role, in place of the one they have in that organisation or over that division.
///
/// # Errors
/// If the store fails.
pub fn grant(tx: &mut Tx<'_>, actor: Actor, person: PersonId, role: Role) -> Result<(), Error> {
    let before = held(tx, person, role)?;
    roles::grant(tx, person, role)?;
    let lost = before.filter(|before| *before != role);
    let known = lost.map_or(Ok(Vec::new()), |lost| left(tx, actor, person, lost))?;
    let entry = entry(tx, actor, Action::RoleGranted, Some(person), role)?;
    let before = before.and_then(|before| told(Some(before), &[]));
    audit::note(tx, &Entry { before, after: told(Some(role), &known), ..entry })
}

/// Takes from a person whatever role they have in that organisation or over that division; says whether they had one.
///
/// # Errors
/// If the store fails.
pub fn revoke(tx: &mut Tx<'_>, actor: Actor, person: PersonId, role: Role) -> Result<bool, Error> {
    let Some(held) = held(tx, person, role)? else { return Ok(false) };
    roles::revoke(tx, person, held)?;
    let known = left(tx, actor, person, held)?;
    let entry = entry(tx, actor, Action::RoleRevoked, Some(person), held)?;
    audit::note(tx, &Entry { before: told(Some(held), &[]), after: told(None, &known), ..entry })?;
    Ok(true)
}

/// Takes all roles from a person who is to be forgotten: the audit tells of the roles, not of the person.
///
/// # Errors
/// If the store fails.
pub fn forget(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    let held = roles::of_person(tx, person)?.0;
    roles::forget(tx, person)?;
    for role in held {
        let known = left(tx, Actor::Service, person, role)?;
        let entry = entry(tx, Actor::Service, Action::RoleRevoked, None, role)?;
        let (before, after) = (told(Some(role), &[]), told(None, &known));
        audit::note(tx, &Entry { before, after, reason: Some("accountErased".to_owned()), ..entry })?;
    }
    member_labels::forget(tx, person)?;
    invitations::forget(tx, person)?;
    Ok(api_keys::forget(tx, person)?)
}

/// Sees to what somebody leaves behind who lost a role: what waits of their invitations is taken back. Of an owner it gives
/// the keys that they have seen: it is for those who stay to revoke them. Where none stays, all keys are taken back.
fn left(tx: &mut Tx<'_>, actor: Actor, person: PersonId, lost: Role) -> Result<Vec<ApiKeyId>, Error> {
    take_back(tx, actor, person)?;
    match lost {
        Role::Member(MemberRole::Owner, organisation) => {
            let known = known_to(tx, person, organisation)?;
            revoke_if_ownerless(tx, organisation)?;
            Ok(known)
        }
        Role::Member(..) | Role::Authority(..) => Ok(Vec::new()),
    }
}

/// What the audit is told of a role, and of the keys that whoever lost one has seen.
fn told(role: Option<Role>, known: &[ApiKeyId]) -> Option<Value> {
    let role = role.map(|role| ("role".to_owned(), json!(role.name())));
    let known = (!known.is_empty()).then(|| ("apiKeysKnown".to_owned(), json!(known)));
    let told: Map<_, _> = role.into_iter().chain(known).collect();
    (!told.is_empty()).then_some(Value::Object(told))
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
