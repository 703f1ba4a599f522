//! Inviting, and accepting an invitation.

use chrono::TimeDelta;
use serde_json::json;

use super::super::audit::note;
use super::super::repeats::{Repeat, once};
use super::super::{Error, roles};
use super::members::held;
use super::{Organisations, entry, hold};
use crate::db::records::Stored;
use crate::db::{self, Tx, invitations, organisations};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::ids::{InvitationId, OrganisationId, PersonId};
use crate::domain::invitations::{Invitation, InvitationCode, MOST_OPEN};
use crate::domain::organisations::Organisation;
use crate::domain::roles::{AuthorityRole, MemberRole, Role};

impl Organisations {
    /// Invites whoever will have the code. The same request sent again has the same code, for a day.
    ///
    /// # Errors
    /// [`Error::TooManyInvitations`]; [`Error::NotFound`] if there is no such organisation, or what the request made when
    /// it was sent before is accepted or taken back.
    pub fn invite(
        &self,
        by: PersonId,
        repeat: Option<&Repeat>,
        id: OrganisationId,
        role: MemberRole,
        days: u16,
    ) -> Result<(Invitation, InvitationCode), Error> {
        let code = InvitationCode::from(self.secret("invitation"));
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
                    by: Some(by),
                    created_at: now,
                    expires_at: now + TimeDelta::days(days.into()),
                };
                invitations::insert(tx, &invitation, &code)?;
                if repeat.is_some() {
                    invitations::keep_code(tx, &self.vault, invitation.id, &code)?;
                }
                noted(tx, Actor::Person(by), Action::MemberInvited, &invitation)?;
                Ok(invitation.id)
            })?;
            // One that was accepted since is gone: its code does nothing any more.
            let invitation = invitations::get(tx, made)?.ok_or(Error::NotFound)?;
            let shown = match repeat {
                Some(_) => invitations::code(tx, &self.vault, made)?.ok_or(Error::NotFound)?,
                None => code.clone(),
            };
            Ok((invitation, shown))
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
            noted(tx, Actor::Person(by), Action::InvitationWithdrawn, &found)
        })
    }

    /// Accepts an invitation: whoever does becomes a member in its role. Says of which organisation.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the code is of no invitation that is good; [`Error::NothingToDo`] if they have that role or
    /// a higher one already, [`Error::Suspended`] if the organisation is, [`Error::OwnSubmission`] if they made it
    /// themselves; and then the code stays good.
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
            if invitation.by == Some(person) {
                return Err(Error::OwnSubmission);
            }
            if !invitations::delete(tx, invitation.id)? {
                return Err(Error::NotFound);
            }
            roles::grant(tx, Actor::Person(person), person, Role::Member(invitation.role, id))?;
            Ok(invitation)
        })
    }

    /// Something that is shown once, which nobody can guess: 22 characters.
    pub(super) fn secret(&self, purpose: &'static str) -> String {
        self.vault.blind(purpose, &self.vault.fresh_salt())
    }
}

/// Takes back what waits of a person's invitations that they could not make now: they lost the role in which they did.
///
/// # Errors
/// If the store fails.
pub(in crate::app) fn take_back(tx: &mut Tx<'_>, actor: Actor, maker: PersonId) -> Result<(), Error> {
    let now = tx.now();
    let open = invitations::of_maker(tx, maker, now)?;
    if open.is_empty() {
        return Ok(());
    }
    let held = db::roles::of_person(tx, maker)?;
    for invitation in open {
        let organisation = invitation.organisation;
        let seat = Organisation::get(tx, organisation.get())?.and_then(|found| found.body.adcode);
        let administers = match seat {
            Some(seat) => held.over(seat, AuthorityRole::Administrator),
            None => held.divisions(AuthorityRole::Administrator).iter().any(|one| one.is_province()),
        };
        if !administers && !held.in_any(&[organisation], MemberRole::Owner) {
            invitations::delete(tx, invitation.id)?;
            noted(tx, actor, Action::InvitationWithdrawn, &invitation)?;
        }
    }
    Ok(())
}

fn noted(tx: &mut Tx<'_>, actor: Actor, action: Action, invitation: &Invitation) -> Result<(), Error> {
    let told = json!({ "invitation": invitation.id, "role": invitation.role.name() });
    let entry = entry(tx, actor, action, invitation.organisation)?;
    note(tx, &Entry { after: Some(told), ..entry })
}
