//! What administrators do to a thing past the queue.

use super::super::Error;
use super::super::drafts::authored;
use super::{Reviewer, Reviews};
use crate::domain::ids::OrganisationId;
use crate::domain::kinds::Kind;
use crate::domain::review::{Item, Lane};

impl Reviews {
    /// Takes a published thing down, at once; its organisation is told why.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none, or it lies beyond the division of who asks; [`Error::NothingToDo`] if it is
    /// not public.
    pub fn take_down(&self, by: Reviewer<'_>, kind: Kind, id: i64, reason: &str) -> Result<(), Error> {
        self.db.write(|tx| {
            authored!(kind, T => {
                self.drafts.over::<T>(tx, by, id)?;
                self.drafts.take_down::<T>(tx, by.person, id, reason)?;
                self.drafts.retire(tx, kind, id, Lane::Sampled).map(drop)
            })
        })
    }

    /// Shows again what was taken down, as it was.
    ///
    /// # Errors
    /// [`Error::NotFound`] as [`Reviews::take_down`]; [`Error::OwnSubmission`]; [`Error::NothingToDo`] if it was not taken
    /// down.
    pub fn restore(&self, by: Reviewer<'_>, kind: Kind, id: i64) -> Result<(), Error> {
        self.db.write(|tx| {
            authored!(kind, T => {
                self.drafts.over::<T>(tx, by, id)?;
                self.drafts.impartial::<T>(tx, by, id)?;
                self.drafts.restore::<T>(tx, by.person, id)
            })
        })
    }

    /// Gives a thing to another organisation, whose editors write it from now on.
    ///
    /// # Errors
    /// [`Error::NotFound`] as [`Reviews::take_down`]; [`Error::OwnSubmission`] if that organisation is one's own;
    /// [`Error::Invalid`] if there is no such organisation; [`Error::NothingToDo`] if it is theirs; [`Error::VersionConflict`] if somebody changes it meanwhile.
    pub fn assign(
        &self,
        by: Reviewer<'_>,
        kind: Kind,
        id: i64,
        to: OrganisationId,
        reason: &str,
    ) -> Result<(), Error> {
        self.db.write(|tx| {
            authored!(kind, T => {
                self.drafts.over::<T>(tx, by, id)?;
                by.impartial(&[to], None)?;
                self.drafts.assign::<T>(tx, by.person, id, to, reason)
            })
        })
    }

    /// Publishes a draft without review, for a reason that stays on record: the emergency lane.
    ///
    /// # Errors
    /// [`Error::NotFound`] as [`Reviews::take_down`], also where the draft lies beyond it; [`Error::OwnSubmission`];
    /// [`Error::Invalid`] with everything that is missing or wrong; [`Error::NothingToDo`] if it is published already;
    /// [`Error::ChangedSince`] if operations changed meanwhile what its author changed; [`Error::Unverified`],
    /// [`Error::Suspended`] if its organisation is.
    pub fn publish_now(&self, by: Reviewer<'_>, kind: Kind, id: i64, reason: &str) -> Result<Item, Error> {
        self.db.write(|tx| {
            authored!(kind, T => {
                self.drafts.over::<T>(tx, by, id)?;
                self.drafts.impartial::<T>(tx, by, id)?;
                self.drafts.publish_now::<T>(tx, by, id, reason)
            })
        })
    }
}
