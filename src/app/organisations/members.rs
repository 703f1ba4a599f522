//! Who belongs to an organisation, and in which role. It never loses its last owner, but by erasure.

use super::super::{Error, roles};
use super::{Organisations, hold};
use crate::db::{self, Tx};
use crate::domain::audit::Actor;
use crate::domain::ids::{OrganisationId, PersonId};
use crate::domain::roles::{MemberRole, Role};

impl Organisations {
    /// Gives a member another role.
    ///
    /// # Errors
    /// [`Error::NotFound`] if they are no member; [`Error::LastOwner`].
    pub fn change_role(
        &self,
        by: PersonId,
        id: OrganisationId,
        member: PersonId,
        role: MemberRole,
    ) -> Result<(), Error> {
        self.among_members(id, |tx| {
            if held(tx, id, member)? != role {
                roles::grant(tx, Actor::Person(by), member, Role::Member(role, id))?;
            }
            Ok(())
        })
    }

    /// Takes somebody's membership, their own or another's.
    ///
    /// # Errors
    /// [`Error::NotFound`] if they are no member; [`Error::LastOwner`].
    pub fn remove(&self, by: PersonId, id: OrganisationId, member: PersonId) -> Result<(), Error> {
        self.among_members(id, |tx| {
            let role = Role::Member(held(tx, id, member)?, id);
            roles::revoke(tx, Actor::Person(by), member, role).map(drop)
        })
    }

    /// Makes another member the owner in one's place; oneself becomes an editor.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the other is no member; [`Error::NothingToDo`] if it is oneself.
    pub fn transfer(&self, by: PersonId, id: OrganisationId, to: PersonId) -> Result<(), Error> {
        if by == to {
            return Err(Error::NothingToDo);
        }
        self.among_members(id, |tx| {
            held(tx, id, to)?;
            let actor = Actor::Person(by);
            roles::grant(tx, actor, to, Role::Member(MemberRole::Owner, id))?;
            roles::grant(tx, actor, by, Role::Member(MemberRole::Editor, id))
        })
    }

    /// Changes who belongs to an organisation, one at a time, so that it keeps an owner.
    fn among_members(
        &self,
        id: OrganisationId,
        work: impl FnOnce(&mut Tx<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.db.write(|tx| {
            hold(tx, id)?;
            work(tx)?;
            let owners =
                db::roles::members(tx, id)?.iter().filter(|member| member.role == MemberRole::Owner).count();
            if owners == 0 { Err(Error::LastOwner) } else { Ok(()) }
        })
    }
}

/// The role of a member.
pub(super) fn held(tx: &mut Tx<'_>, id: OrganisationId, person: PersonId) -> Result<MemberRole, Error> {
    let all = db::roles::members(tx, id)?;
    all.iter().find(|member| member.person == person).map(|member| member.role).ok_or(Error::NotFound)
}
