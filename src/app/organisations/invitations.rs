//! Inviting, and accepting an invitation.

use chrono::TimeDelta;
use serde_json::json;

use super::super::audit::note;
use super::super::repeats::{Repeat, once};
use super::super::{Error, roles};
use super::members::{held, owned};
use super::{Organisations, entry, hold};
use crate::db::{self, Tx, invitations, member_labels, organisations};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::ids::{InvitationId, OrganisationId, PersonId};
use crate::domain::invalid::Invalid;
use crate::domain::invitations::{DAYS, Invitation, InvitationCode, LONGEST_LABEL, MOST_OPEN, MemberLabel};
use crate::domain::roles::{MemberRole, Role};

/// An invitation that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvitation {
    /// As what whoever accepts it becomes a member.
    pub role: MemberRole,
    /// For how many days it is good.
    pub days: u16,
    /// By what name colleagues are to know them.
    pub label: Option<MemberLabel>,
}

impl Organisations {
    /// Invites whoever will have the code. The same request sent again has the same code.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::TooManyInvitations`]; [`Error::NotFound`] if there is no such organisation.
    pub fn invite(
        &self,
        by: PersonId,
        repeat: Option<&Repeat>,
        id: OrganisationId,
        new: &NewInvitation,
    ) -> Result<(Invitation, InvitationCode), Error> {
        self.make_invitation(by, repeat, id, new, |_| Ok(()))
    }

    /// Invites an owner into an organisation that has none, as an authority.
    ///
    /// # Errors
    /// [`Error::HasOwner`]; those of [`Organisations::invite`].
    pub fn invite_owner(
        &self,
        by: PersonId,
        repeat: Option<&Repeat>,
        id: OrganisationId,
    ) -> Result<(Invitation, InvitationCode), Error> {
        let new = NewInvitation { role: MemberRole::Owner, days: DAYS, label: None };
        self.make_invitation(by, repeat, id, &new, |tx| {
            let owned = owned(&db::roles::members(tx, id)?);
            if owned { Err(Error::HasOwner) } else { Ok(()) }
        })
    }

    fn make_invitation(
        &self,
        by: PersonId,
        repeat: Option<&Repeat>,
        id: OrganisationId,
        new: &NewInvitation,
        may: impl Fn(&mut Tx<'_>) -> Result<(), Error>,
    ) -> Result<(Invitation, InvitationCode), Error> {
        let mut invalid = Invalid::default();
        new.label.iter().for_each(|label| invalid.line("label", label.expose(), LONGEST_LABEL));
        invalid.or(())?;
        let code = InvitationCode::from(self.secret("invitation", by, repeat));
        self.db.write(|tx| {
            let made = once(tx, by, repeat, |tx| {
                hold(tx, id)?;
                may(tx)?;
                let now = tx.now();
                if invitations::of_organisation(tx, &self.vault, id, now)?.len() >= MOST_OPEN {
                    return Err(Error::TooManyInvitations);
                }
                let invitation = Invitation {
                    id: InvitationId::fresh(now, &*self.random),
                    organisation: id,
                    role: new.role,
                    label: new.label.clone(),
                    created_at: now,
                    expires_at: now + TimeDelta::days(new.days.into()),
                };
                invitations::insert(tx, &self.vault, &invitation, &code)?;
                noted(tx, by, Action::MemberInvited, &invitation)?;
                Ok(invitation.id)
            })?;
            // One that was accepted since is gone: its code does nothing any more.
            Ok((invitations::get(tx, &self.vault, made)?.ok_or(Error::NotFound)?, code.clone()))
        })
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the organisation has none such any more.
    pub fn uninvite(&self, by: PersonId, id: OrganisationId, invitation: InvitationId) -> Result<(), Error> {
        self.db.write(|tx| {
            let found =
                invitations::get(tx, &self.vault, invitation)?.filter(|found| found.organisation == id);
            let found = found.ok_or(Error::NotFound)?;
            if !invitations::delete(tx, invitation)? {
                return Err(Error::NotFound);
            }
            noted(tx, by, Action::InvitationWithdrawn, &found)
        })
    }

    /// Accepts an invitation: whoever does becomes a member in its role. Says of which organisation.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the code is of no invitation that is good; [`Error::NothingToDo`] if they have that role or
    /// a higher one already, [`Error::Suspended`] if the organisation is, and then the code stays good.
    pub fn accept(&self, person: PersonId, code: &InvitationCode) -> Result<Invitation, Error> {
        self.db.write(|tx| {
            let now = tx.now();
            let invitation = invitations::of_code(tx, &self.vault, code, now)?.ok_or(Error::NotFound)?;
            let id = invitation.organisation;
            hold(tx, id)?;
            if organisations::suspended(tx, id)? {
                return Err(Error::Suspended);
            }
            match held(tx, id, person) {
                Ok(role) if role >= invitation.role => return Err(Error::NothingToDo),
                Ok(_) | Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
            if !invitations::delete(tx, invitation.id)? {
                return Err(Error::NotFound);
            }
            if invitation.role == MemberRole::Owner && !owned(&db::roles::members(tx, id)?) {
                // An authority's other invitations were for an organisation that nobody owned.
                invitations::delete_for_owners(tx, id)?;
            }
            if let Some(label) = &invitation.label {
                member_labels::put(tx, &self.vault, invitation.id.get(), (person, id), label)?;
            }
            roles::grant(tx, Actor::Person(person), person, Role::Member(invitation.role, id))?;
            Ok(invitation)
        })
    }

    /// What is shown once: of the same request sent again the same, so that an answer that was lost can be had again.
    pub(super) fn secret(&self, purpose: &'static str, by: PersonId, repeat: Option<&Repeat>) -> String {
        let seed = match repeat {
            Some(repeat) => {
                format!("{by}\n{}\n{}\n{}", repeat.operation, repeat.key.body_hash, repeat.key.given)
            }
            None => self.vault.fresh_salt(),
        };
        self.vault.blind(purpose, &seed)
    }
}

fn noted(tx: &mut Tx<'_>, by: PersonId, action: Action, invitation: &Invitation) -> Result<(), Error> {
    let told = json!({ "invitation": invitation.id, "role": invitation.role.name() });
    let entry = entry(tx, Actor::Person(by), action, invitation.organisation)?;
    note(tx, &Entry { after: Some(told), ..entry })
}
