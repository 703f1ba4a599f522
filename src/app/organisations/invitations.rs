//! Inviting, and accepting an invitation.

use chrono::TimeDelta;
use serde_json::json;

use super::super::audit::note;
use super::super::repeats::{Repeat, once};
use super::super::{Error, roles};
use super::members::held;
use super::{Organisations, entry, hold};
use crate::db::{Tx, invitations, organisations};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::ids::{InvitationId, OrganisationId, PersonId};
use crate::domain::invitations::{Invitation, InvitationCode, MOST_OPEN};
use crate::domain::roles::{MemberRole, Role};

impl Organisations {
    /// Invites whoever will have the code. The same request sent again has the same code.
    ///
    /// # Errors
    /// [`Error::TooManyInvitations`]; [`Error::NotFound`] if there is no such organisation.
    pub fn invite(
        &self,
        by: PersonId,
        repeat: Option<&Repeat>,
        id: OrganisationId,
        role: MemberRole,
        days: u16,
    ) -> Result<(Invitation, InvitationCode), Error> {
        let code = InvitationCode::from(self.secret("invitation", by, repeat));
        self.db.write(|tx| {
            let made = once(tx, by, repeat, |tx| {
                hold(tx, id)?;
                let now = tx.now();
                if invitations::of_organisation(tx, id, now)?.len() >= MOST_OPEN {
                    return Err(Error::TooManyInvitations);
                }
                let invitation = Invitation {
                    id: InvitationId::fresh(now, &*self.random),
                    organisation: id,
                    role,
                    created_at: now,
                    expires_at: now + TimeDelta::days(days.into()),
                };
                invitations::insert(tx, &invitation, &code)?;
                noted(tx, by, Action::MemberInvited, &invitation)?;
                Ok(invitation.id)
            })?;
            // One that was accepted since is gone: its code does nothing any more.
            Ok((invitations::get(tx, made)?.ok_or(Error::NotFound)?, code.clone()))
        })
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the organisation has none such any more.
    pub fn uninvite(&self, by: PersonId, id: OrganisationId, invitation: InvitationId) -> Result<(), Error> {
        self.db.write(|tx| {
            let found = invitations::get(tx, invitation)?.filter(|found| found.organisation == id);
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
            let invitation = invitations::of_code(tx, code, now)?.ok_or(Error::NotFound)?;
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
