//! Who belongs to an organisation, and in which role. It never loses its last owner, but by erasure, or where it never came
//! to be.

use super::super::{Error, roles};
use super::{Organisations, hold};
use crate::db::{self, Tx};
use crate::domain::audit::Actor;
use crate::domain::ids::{self, OrganisationId, PersonId};
use crate::domain::invalid::Invalid;
use crate::domain::invitations::{LONGEST_LABEL, MemberLabel};
use crate::domain::review::ItemKind;
use crate::domain::roles::{MemberRole, Role};

impl Organisations {
    /// Gives a member another role, and if one is given another name among colleagues.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::NotFound`] if they are no member; [`Error::LastOwner`].
    pub fn change_role(
        &self,
        by: PersonId,
        id: OrganisationId,
        member: PersonId,
        role: MemberRole,
        label: Option<&MemberLabel>,
    ) -> Result<(), Error> {
        let mut invalid = Invalid::default();
        label.iter().for_each(|label| invalid.line("label", label.expose(), LONGEST_LABEL));
        invalid.or(())?;
        self.among_members(id, |tx| {
            if held(tx, id, member)? != role {
                roles::grant(tx, Actor::Person(by), member, Role::Member(role, id))?;
            }
            if let Some(label) = label {
                let row = ids::number(tx.now(), &*self.random);
                db::member_labels::put(tx, &self.vault, row, (member, id), label)?;
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
            db::member_labels::delete(tx, member, id)?;
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
            let members = db::roles::members(tx, id)?;
            if owned(&members) || (members.is_empty() && never_came_to_be(tx, id)?) {
                Ok(())
            } else {
                Err(Error::LastOwner)
            }
        })
    }
}

/// Whether one of these members is an owner.
pub(super) fn owned(members: &[db::roles::Member]) -> bool {
    members.iter().any(|member| member.role == MemberRole::Owner)
}

/// Whether an organisation was never verified and does not wait to be: the last who belongs to it may leave it behind.
fn never_came_to_be(tx: &mut Tx<'_>, id: OrganisationId) -> Result<bool, Error> {
    let verified = db::organisations::standing(tx, id)?.is_none_or(|standing| standing.verified);
    Ok(!verified && db::review_items::open_of(tx, ItemKind::Organisation, id.get())?.is_none())
}

/// The role of a member.
pub(super) fn held(tx: &mut Tx<'_>, id: OrganisationId, person: PersonId) -> Result<MemberRole, Error> {
    let all = db::roles::members(tx, id)?;
    all.iter().find(|member| member.person == person).map(|member| member.role).ok_or(Error::NotFound)
}
