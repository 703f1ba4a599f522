//! What authorities decide on an organisation beside verifying it: they suspend and restore it, and trust it.
//!
//! While one is suspended, everything whose main organiser it is leaves discovery, on every replica, and nobody signs up
//! for it. Nothing of that is changed: restored, it is as it was. Who has signed up keeps their seat, is let in at the door
//! and is not told: whether sessions take place is for the organisation, or an authority that calls them off. Its members
//! read and do not write, but for calling off.

use serde_json::json;

use super::super::Error;
use super::super::audit::note;
use super::super::notices::decided::tell_organisation;
use super::{Organisations, entry, hold};
use crate::db::records::Stored;
use crate::db::{organisations, publication};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::ids::{OrganisationId, PersonId};
use crate::domain::kinds::Kind;
use crate::domain::notices::decisions::Outcome;
use crate::domain::organisations::Organisation;

impl Organisations {
    /// Keeps from everybody what an organisation published.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::NothingToDo`] if it is suspended.
    pub fn suspend(&self, by: PersonId, id: OrganisationId, reason: &str) -> Result<(), Error> {
        self.set_suspended(by, id, Some(reason), Action::OrganisationSuspended, reason)
    }

    /// Shows again what an organisation published.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::NothingToDo`] if it is not suspended.
    pub fn restore(&self, by: PersonId, id: OrganisationId, reason: &str) -> Result<(), Error> {
        self.set_suspended(by, id, None, Action::OrganisationRestored, reason)
    }

    fn set_suspended(
        &self,
        by: PersonId,
        id: OrganisationId,
        suspended: Option<&str>,
        action: Action,
        reason: &str,
    ) -> Result<(), Error> {
        self.db.write(|tx| {
            hold(tx, id)?;
            if organisations::suspended(tx, id)? == suspended.is_some() {
                return Err(Error::NothingToDo);
            }
            organisations::set_suspended(tx, id, suspended)?;
            publication::reconsider(tx, id)?;
            let outcome = if suspended.is_some() { Outcome::Suspended } else { Outcome::Reinstated };
            let name = Organisation::get(tx, id.get())?.ok_or(Error::NotFound)?.body.name;
            let object = Object::of(Kind::Organisation, id.get());
            tell_organisation(tx, id, outcome, object, &name, Some(reason))?;
            let entry = entry(tx, Actor::Person(by), action, id)?;
            note(tx, &Entry { reason: Some(reason.to_owned()), ..entry })
        })
    }

    /// Says whether what an organisation submits is published before anybody looks at it.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::NothingToDo`] if it is so already; [`Error::Unverified`] if it was never verified.
    pub fn trust(&self, by: PersonId, id: OrganisationId, trusted: bool, reason: &str) -> Result<(), Error> {
        self.db.write(|tx| {
            hold(tx, id)?;
            let before = organisations::standing(tx, id)?.ok_or(Error::NotFound)?;
            if !before.verified {
                return Err(Error::Unverified);
            }
            if before.trusted_at.is_some() == trusted {
                return Err(Error::NothingToDo);
            }
            organisations::set_trusted(tx, id, trusted)?;
            let entry = entry(tx, Actor::Person(by), Action::OrganisationTrusted, id)?;
            note(
                tx,
                &Entry {
                    reason: Some(reason.to_owned()),
                    before: Some(json!({ "trusted": !trusted })),
                    after: Some(json!({ "trusted": trusted })),
                    ..entry
                },
            )
        })
    }
}
