//! What becomes of a draft by what an authority decides.

use super::super::Error;
use super::super::audit;
use super::super::notices::decided::tell_organisation;
use super::super::review::Reviewer;
use super::held::{self, Held, division, seat};
use super::noting::{note, published};
use super::{Drafts, check, publishing, standing};
use crate::db::records::Stored;
use crate::db::{AnyConn, Tx, divisions, drafts, organisations, publication, review_items};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::divisions::Adcode;
use crate::domain::drafts::{Authored, Draft, FieldNote, Owner, State, body};
use crate::domain::ids::{OrganisationId, PersonId, ReviewItemId};
use crate::domain::notices::decisions::Outcome;
use crate::domain::publication::Publication;
use crate::domain::review::{Item, ItemState, Lane, Rules};
use crate::domain::roles::AuthorityRole;
use crate::domain::screening::doubts;
use crate::domain::text::Text;

/// Whose a thing is, and what it is called.
pub(in crate::app) struct Whose {
    /// Its main organiser; absent where an editor of the catalogue made it.
    pub(in crate::app) organisation: Option<OrganisationId>,
    /// The division whose authority it is.
    pub(in crate::app) division: Adcode,
    /// Its name.
    pub(in crate::app) title: Text,
}

/// Whose a thing is; `None` if there is no such thing.
pub(in crate::app) fn whose<T: Authored + Stored>(
    conn: &mut AnyConn,
    id: i64,
) -> Result<Option<Whose>, Error> {
    let Some(record) = T::get(conn, id)? else { return Ok(None) };
    let organisation = record.body.organisers().first().map(|main| main.organisation);
    let seat = match organisation {
        Some(organisation) => seat(conn, Owner::Organisation(organisation))?,
        None => divisions::first(conn)?,
    };
    let division = division(conn, &record.body, seat.ok_or(Error::NotFound)?)?;
    Ok(Some(Whose { organisation, division, title: record.body.title().clone() }))
}

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
        let whose = whose::<T>(tx, id)?.ok_or(Error::NotFound)?;
        let within = by.roles.over(whose.division, AuthorityRole::Administrator);
        if within { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Lets through whoever decides in somebody else's cause.
    pub(in crate::app) fn impartial<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        by: Reviewer<'_>,
        id: i64,
    ) -> Result<(), Error> {
        let whose = whose::<T>(tx, id)?.ok_or(Error::NotFound)?;
        let draft = drafts::get(tx, T::KIND, id)?;
        let drafting = draft.as_ref().and_then(Draft::organisation);
        let organisations: Vec<_> = whose.organisation.into_iter().chain(drafting).collect();
        by.impartial(&organisations, draft.and_then(|draft| draft.person().or(draft.author)))
    }

    /// Publishes what waits, if it is still what was judged.
    pub(in crate::app) fn approve<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        by: PersonId,
        item: &Item,
    ) -> Result<(), Error> {
        let id = item.what.object;
        let Held { mut draft, record, publication, stored, disputed, .. } = Held::<T>::need(tx, id)?;
        if !waits(&draft, item) || !disputed.is_empty() {
            return Err(Error::ChangedSince);
        }
        let thing: T = check(tx, &draft)?;
        draft.version += 1;
        draft.settle(State::Approved);
        draft.updated_at = tx.now();
        moved(held::save(tx, &draft, stored))?;
        moved(publishing::publish(tx, draft.division, &record, publication, &thing))?;
        let told = published(&body::of(&record.body), &thing);
        tell(tx, Outcome::Approved, &draft, thing.title(), None)?;
        note(tx, Actor::Person(by), Action::Published, &draft, None, Some(told))
    }

    /// Sends back what waits.
    pub(in crate::app) fn reject<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        by: PersonId,
        item: &Item,
        reason: &str,
        fields: &[FieldNote],
    ) -> Result<(), Error> {
        let Held { mut draft, stored, .. } = Held::<T>::need(tx, item.what.object)?;
        if !waits(&draft, item) {
            return Err(Error::ChangedSince);
        }
        send_back(tx, &mut draft, reason, fields);
        moved(held::save(tx, &draft, stored))?;
        tell(tx, Outcome::Rejected, &draft, &item.what.title, Some(reason))?;
        note(tx, Actor::Person(by), Action::Rejected, &draft, Some(reason), None)
    }

    /// Hides what is public, and sends what its author was changing back with it. What is looked at afterwards stays in
    /// the queue: taking it down may be what was decided on it.
    pub(in crate::app) fn take_down<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        by: PersonId,
        id: i64,
        reason: &str,
    ) -> Result<(), Error> {
        if publication::of(tx, T::KIND, id)?.ok_or(Error::NotFound)? != Publication::Public {
            return Err(Error::NothingToDo);
        }
        if let Some(Held { mut draft, record, stored, .. }) = Held::<T>::read(tx, id)? {
            if draft.base.is_none() {
                draft.base = Some(body::of(&record.body));
            }
            send_back(tx, &mut draft, reason, &[]);
            held::save(tx, &draft, stored)?;
            self.retire(tx, T::KIND, id, Lane::Submitted)?;
        }
        publication::set(tx, T::KIND, id, Publication::TakenDown)?;
        // A copy of it is not to be public a moment later.
        if let Some(organisation) = whose::<T>(tx, id)?.and_then(|whose| whose.organisation) {
            organisations::set_taken_down(tx, organisation)?;
        }
        judged::<T>(tx, by, (Action::TakenDown, Outcome::TakenDown), id, Some(reason))
    }

    /// Shows what was taken down again; what its author was changing waits for them to hand it in.
    pub(in crate::app) fn restore<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        by: PersonId,
        id: i64,
    ) -> Result<(), Error> {
        if publication::of(tx, T::KIND, id)?.ok_or(Error::NotFound)? != Publication::TakenDown {
            return Err(Error::NothingToDo);
        }
        if let Some(Held { mut draft, record, stored, .. }) = Held::<T>::read(tx, id)? {
            draft.version += 1;
            draft.updated_at = tx.now();
            if draft.state == State::Submitted {
                draft.state = State::Draft;
            }
            if draft.state == State::Rejected {
                (draft.reason, draft.fields, draft.state) = (None, Vec::new(), State::Draft);
            }
            if draft.state == State::Draft && body::of(&record.body) == draft.body {
                draft.settle(State::Approved);
            }
            held::save(tx, &draft, stored)?;
            self.retire(tx, T::KIND, id, Lane::Submitted)?;
        }
        publication::set(tx, T::KIND, id, Publication::Public)?;
        judged::<T>(tx, by, (Action::Restored, Outcome::Restored), id, None)
    }

    /// Publishes a draft past the queue; the item that it gives is the record of it. Where the draft moves it into another
    /// division, that one's word is needed too; what operations changed meanwhile its author looks at first.
    pub(in crate::app) fn publish_now<T: Authored + Stored>(
        &self,
        tx: &mut Tx<'_>,
        by: Reviewer<'_>,
        id: i64,
        reason: &str,
    ) -> Result<Item, Error> {
        let Held { mut draft, record, publication, stored, disputed, .. } = Held::<T>::need(tx, id)?;
        if !by.roles.over(draft.division, AuthorityRole::Administrator) {
            return Err(Error::NotFound);
        }
        if draft.state == State::Approved && publication == Publication::Public {
            return Err(Error::NothingToDo);
        }
        if !disputed.is_empty() {
            return Err(Error::ChangedSince);
        }
        standing::of(tx, draft.owner)?.may_post()?;
        let thing: T = check(tx, &draft)?;
        let notes = doubts(&*self.screen, &draft.body);
        draft.version += 1;
        draft.settle(State::Approved);
        draft.updated_at = tx.now();
        held::save(tx, &draft, stored)?;
        self.retire(tx, T::KIND, id, Lane::Submitted)?;
        publishing::publish(tx, draft.division, &record, publication, &thing)?;
        let told = published(&body::of(&record.body), &thing);
        tell(tx, Outcome::Approved, &draft, thing.title(), Some(reason))?;
        note(tx, Actor::Person(by.person), Action::PublishedNow, &draft, Some(reason), Some(told))?;
        let item = Item {
            id: ReviewItemId::fresh(tx.now(), &*self.random),
            what: publishing::item(&draft, &thing, Lane::Emergency, notes).ok_or(Error::NotFound)?,
            since: tx.now(),
            state: ItemState::Approved,
            claim: None,
            decided_by: Some(by.person),
            decided_at: Some(tx.now()),
            reason: Some(reason.to_owned()),
            fields: Vec::new(),
        };
        review_items::insert(tx, &item)?;
        Ok(item)
    }
}

/// Tells its organisation what became of a draft.
fn tell(
    tx: &mut Tx<'_>,
    outcome: Outcome,
    draft: &Draft,
    title: &Text,
    reason: Option<&str>,
) -> Result<(), Error> {
    let Some(organisation) = draft.organisation() else { return Ok(()) };
    let object = Object::of(draft.kind, draft.object);
    Ok(tell_organisation(tx, organisation, outcome, object, title, reason)?)
}

/// Notes what an authority did to what everybody sees, or saw, and tells its organisation.
fn judged<T: Authored + Stored>(
    tx: &mut Tx<'_>,
    by: PersonId,
    (action, outcome): (Action, Outcome),
    id: i64,
    reason: Option<&str>,
) -> Result<(), Error> {
    let whose = whose::<T>(tx, id)?.ok_or(Error::NotFound)?;
    if let Some(organisation) = whose.organisation {
        let object = Object::of(T::KIND, id);
        tell_organisation(tx, organisation, outcome, object, &whose.title, reason)?;
    }
    let entry = Entry {
        object: Some(Object::of(T::KIND, id)),
        organisation: whose.organisation,
        division: Some(whose.division),
        reason: reason.map(str::to_owned),
        ..Entry::new(Actor::Person(by), action)
    };
    audit::note(tx, &entry)
}

/// Whether a draft still waits as the item in the queue says. The item moves on by itself where its sessions change, or
/// more about it is doubtful.
fn waits(draft: &Draft, item: &Item) -> bool {
    draft.state == State::Submitted && draft.version <= item.what.version
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
