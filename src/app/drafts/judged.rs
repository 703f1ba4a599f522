//! What becomes of a draft by what an authority decides.

use super::super::Error;
use super::super::review::Reviewer;
use super::held::{self, Held};
use super::{Drafts, check, publishing};
use crate::db::records::Stored;
use crate::db::{Tx, publication, review_items};
use crate::domain::drafts::{Authored, Draft, FieldNote, State, body};
use crate::domain::ids::{PersonId, ReviewItemId};
use crate::domain::publication::Publication;
use crate::domain::review::{Item, ItemState, Lane, Rules};
use crate::domain::roles::AuthorityRole;
use crate::domain::screening::doubts;

impl Drafts {
    /// How the queue works.
    pub(in crate::app) fn rules(&self) -> Rules {
        self.rules
    }

    /// Lets through an administrator over a thing.
    pub(in crate::app) fn over<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        by: Reviewer<'_>,
        id: i64,
    ) -> Result<(), Error> {
        let draft = Held::<T>::need(tx, id)?.draft;
        let within = by.roles.over(draft.division, AuthorityRole::Administrator);
        if within { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Publishes what waits, if it is still what was judged.
    pub(in crate::app) fn approve<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        item: &Item,
    ) -> Result<(), Error> {
        let id = item.what.object;
        let Held { mut draft, publication, stored, disputed, .. } = Held::<T>::need(tx, id)?;
        if !waits(&draft, item) || !disputed.is_empty() {
            return Err(Error::ChangedSince);
        }
        let thing: T = check(tx, &draft)?;
        draft.version += 1;
        draft.settle(State::Approved);
        draft.updated_at = tx.now();
        moved(held::save(tx, &draft, stored))?;
        moved(publishing::publish(tx, id, &thing, publication))
    }

    /// Sends back what waits.
    pub(in crate::app) fn reject<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        item: &Item,
        reason: &str,
        fields: &[FieldNote],
    ) -> Result<(), Error> {
        let Held { mut draft, stored, .. } = Held::<T>::need(tx, item.what.object)?;
        if !waits(&draft, item) {
            return Err(Error::ChangedSince);
        }
        send_back(tx, &mut draft, reason, fields);
        moved(held::save(tx, &draft, stored))
    }

    /// Hides what is public, and sends what its author was changing back with it.
    pub(in crate::app) fn take_down<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        id: i64,
        reason: &str,
    ) -> Result<Draft, Error> {
        let Held { mut draft, record, publication, stored, .. } = Held::<T>::need(tx, id)?;
        if publication != Publication::Public {
            return Err(Error::NothingToDo);
        }
        if draft.base.is_none() {
            draft.base = Some(body::of(&record.body));
        }
        // What is looked at afterwards stays in the queue: taking it down may be what was decided on it.
        let waited = draft.state == State::Submitted;
        send_back(tx, &mut draft, reason, &[]);
        held::save(tx, &draft, stored)?;
        if waited {
            self.retire(tx, &draft)?;
        }
        publication::set(tx, T::KIND, id, Publication::TakenDown)?;
        Ok(draft)
    }

    /// Shows what was taken down again; what its author was changing waits for them to hand it in.
    pub(in crate::app) fn restore<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        id: i64,
    ) -> Result<(), Error> {
        let Held { mut draft, record, publication, stored, .. } = Held::<T>::need(tx, id)?;
        if publication != Publication::TakenDown {
            return Err(Error::NothingToDo);
        }
        let public = body::of(&record.body);
        draft.version += 1;
        draft.updated_at = tx.now();
        if draft.state == State::Rejected {
            (draft.reason, draft.fields, draft.state) = (None, Vec::new(), State::Draft);
        }
        if body::changes(&public, &draft.body).is_empty() && draft.state == State::Draft {
            draft.settle(State::Approved);
        }
        held::save(tx, &draft, stored)?;
        publication::set(tx, T::KIND, id, Publication::Public)?;
        Ok(())
    }

    /// Publishes a draft past the queue; the item that it gives is the record of it.
    pub(in crate::app) fn publish_now<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        by: PersonId,
        id: i64,
        reason: &str,
    ) -> Result<Item, Error> {
        let Held { mut draft, publication, stored, .. } = Held::<T>::need(tx, id)?;
        if draft.state == State::Approved && publication == Publication::Public {
            return Err(Error::NothingToDo);
        }
        let thing: T = check(tx, &draft)?;
        let notes = doubts(&*self.screen, &draft.body);
        draft.version += 1;
        draft.settle(State::Approved);
        draft.updated_at = tx.now();
        held::save(tx, &draft, stored)?;
        self.retire(tx, &draft)?;
        publishing::publish(tx, id, &thing, publication)?;
        let item = Item {
            id: ReviewItemId::fresh(tx.now(), &*self.random),
            what: publishing::item(&draft, &thing, Lane::Emergency, notes).ok_or(Error::NotFound)?,
            since: tx.now(),
            state: ItemState::Approved,
            claim: None,
            decided_by: Some(by),
            decided_at: Some(tx.now()),
            reason: Some(reason.to_owned()),
            fields: Vec::new(),
        };
        review_items::insert(tx, &item)?;
        Ok(item)
    }
}

/// Whether a draft still waits as the item in the queue says.
fn waits(draft: &Draft, item: &Item) -> bool {
    draft.state == State::Submitted && draft.version == item.what.version
}

fn send_back(tx: &Tx<'_>, draft: &mut Draft, reason: &str, fields: &[FieldNote]) {
    draft.version += 1;
    draft.state = State::Rejected;
    draft.updated_at = tx.now();
    (draft.reason, draft.fields) = (Some(reason.to_owned()), fields.to_vec());
}

/// To whoever judges, what its author changed meanwhile has changed since.
fn moved<T>(done: Result<T, Error>) -> Result<T, Error> {
    done.map_err(|error| if matches!(error, Error::VersionConflict) { Error::ChangedSince } else { error })
}
