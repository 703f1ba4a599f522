//! Inviting, and accepting an invitation.

use chrono::TimeDelta;
use serde_json::json;

use super::super::audit::note;
use super::super::repeats::{Repeat, once};
use super::super::{Error, roles};
use super::members::{held, owned};
use super::{Organisations, entry, hold};
use crate::db::records::Stored;
use crate::db::{self, Tx, invitations, member_labels, organisations};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::ids::{InvitationId, OrganisationId, PersonId};
use crate::domain::invalid::Invalid;
use crate::domain::invitations::{DAYS, Invitation, InvitationCode, LONGEST_LABEL, MOST_OPEN, MemberLabel};
use crate::domain::organisations::Organisation;
use crate::domain::roles::{AuthorityRole, MemberRole, Role};

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
    /// Invites whoever will have the code. The same request sent again has the same code, for a day.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::TooManyInvitations`]; [`Error::NotFound`] if there is no such organisation, or what the request made when
    /// it was sent before is accepted or taken back.
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
        let code = InvitationCode::from(self.secret("invitation"));
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
                    by: Some(by),
                    label: new.label.clone(),
                    created_at: now,
                    expires_at: now + TimeDelta::days(new.days.into()),
                };
                invitations::insert(tx, &self.vault, &invitation, &code)?;
                if repeat.is_some() {
                    invitations::keep_code(tx, &self.vault, invitation.id, &code)?;
                }
                noted(tx, Actor::Person(by), Action::MemberInvited, &invitation)?;
                Ok(invitation.id)
            })?;
            // One that was accepted since is gone: its code does nothing any more.
            let invitation = invitations::get(tx, &self.vault, made)?.ok_or(Error::NotFound)?;
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
            let found =
                invitations::get(tx, &self.vault, invitation)?.filter(|found| found.organisation == id);
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
            if invitation.by == Some(person) {
                return Err(Error::OwnSubmission);
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
