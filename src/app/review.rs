//! Review: what authorities decide on, one queue for all kinds. A reviewer decides within their division and those within
//! it, and never on what they, or an organisation that they are a member of, submitted: a colleague or a higher level does.
//!
//! Another kind of item: its word in `domain::review::ItemKind`, [`enqueue`] where it is submitted, and its arm in
//! [`Reviews::approve`] and [`Reviews::reject`].

use super::Error;
use super::drafts::{Drafts, authored};
use crate::db::{Db, Tx, review_items};
use crate::domain::drafts::FieldNote;
use crate::domain::ids::{PersonId, Random, ReviewItemId};
use crate::domain::kinds::Kind;
use crate::domain::review::{Item, ItemState, Lane, NewItem};
use crate::domain::roles::{AuthorityRole, MemberRole, Roles};

/// The use cases of review. All of them block.
#[derive(Clone)]
pub struct Reviews {
    db: Db,
    drafts: Drafts,
}

/// Who decides.
#[derive(Debug, Clone, Copy)]
pub struct Reviewer<'a> {
    /// Who.
    pub person: PersonId,
    /// By which roles.
    pub roles: &'a Roles,
}

/// Puts something into the queue.
///
/// # Errors
/// If the store fails, or it is in the queue already.
pub fn enqueue(tx: &mut Tx<'_>, random: &dyn Random, what: NewItem) -> Result<Item, Error> {
    let item = Item {
        id: ReviewItemId::fresh(tx.now(), random),
        what,
        since: tx.now(),
        state: ItemState::Open,
        claim: None,
        decided_by: None,
        decided_at: None,
        reason: None,
        fields: Vec::new(),
    };
    review_items::insert(tx, &item)?;
    Ok(item)
}

impl Reviewer<'_> {
    /// Lets through who may see an item.
    ///
    /// # Errors
    /// [`Error::NotFound`]: what lies beyond one's division is not told of.
    pub fn reach(&self, item: &Item) -> Result<(), Error> {
        let within = self.roles.over(item.what.division, AuthorityRole::Reviewer);
        if within { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Lets through who may decide on an item that waits at this version.
    fn may_decide(&self, tx: &Tx<'_>, item: &Item, version: i64) -> Result<(), Error> {
        self.reach(item)?;
        let theirs = item.what.organisation.is_some_and(|one| self.roles.in_any(&[one], MemberRole::Desk));
        if theirs || item.what.by == Some(self.person) {
            return Err(Error::OwnSubmission);
        }
        if item.state != ItemState::Open || item.what.version != version {
            return Err(Error::ChangedSince);
        }
        let others = item.claimed(tx.now()).is_some_and(|(by, _)| by != self.person);
        if others { Err(Error::Claimed) } else { Ok(()) }
    }
}

impl Reviews {
    /// The use cases over a store.
    pub fn new(db: Db, drafts: Drafts) -> Self {
        Self { db, drafts }
    }

    /// Claims an item: for a while nobody else decides on it. Claiming again prolongs.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Claimed`] if another works on it; [`Error::ChangedSince`] if it waits no more;
    /// [`Error::OwnSubmission`].
    pub fn claim(&self, by: Reviewer<'_>, id: ReviewItemId) -> Result<Item, Error> {
        self.db.write(|tx| {
            let item = review_items::get(tx, id)?.ok_or(Error::NotFound)?;
            by.may_decide(tx, &item, item.what.version)?;
            let until = tx.now() + self.drafts.rules().claim;
            if !review_items::claim(tx, id, by.person, until)? {
                return Err(Error::Claimed);
            }
            Ok(Item { claim: Some((by.person, until)), ..item })
        })
    }

    /// Finds an item in order: what waits to be published is. Gives it as it is then.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::OwnSubmission`]; [`Error::Claimed`]; [`Error::ChangedSince`] if it waits no more, or
    /// what it is about moved; [`Error::Invalid`] if it refers to what nobody sees any more.
    pub fn approve(&self, by: Reviewer<'_>, id: ReviewItemId, version: i64) -> Result<Item, Error> {
        self.decide(by, id, version, ItemState::Approved, None, &[], |tx, item| {
            match (item.what.kind.drafted(), item.what.lane) {
                (Some(kind), Lane::Submitted) => {
                    authored!(kind, T => self.drafts.approve::<T>(tx, item))
                }
                _ => Ok(()),
            }
        })
    }

    /// Finds many in order, each by itself; says of each, in order, how it went.
    pub fn approve_many(
        &self,
        by: Reviewer<'_>,
        items: &[(ReviewItemId, i64)],
    ) -> Vec<Result<Item, Error>> {
        items.iter().map(|(id, version)| self.approve(by, *id, *version)).collect()
    }

    /// Sends back what waits to be published, and takes down what was looked at afterwards. Its organisation is told why.
    ///
    /// # Errors
    /// Those of [`Reviews::approve`].
    pub fn reject(
        &self,
        by: Reviewer<'_>,
        id: ReviewItemId,
        version: i64,
        reason: &str,
        fields: &[FieldNote],
    ) -> Result<Item, Error> {
        self.decide(by, id, version, ItemState::Rejected, Some(reason), fields, |tx, item| {
            match (item.what.kind.drafted(), item.what.lane) {
                (Some(kind), Lane::Submitted) => {
                    authored!(kind, T => self.drafts.reject::<T>(tx, item, reason, fields))
                }
                (Some(kind), Lane::Sampled) => {
                    authored!(kind, T => self.drafts.take_down::<T>(tx, item.what.object, reason).map(drop))
                }
                _ => Ok(()),
            }
        })
    }

    #[expect(clippy::too_many_arguments, reason = "one decision, said once")]
    fn decide(
        &self,
        by: Reviewer<'_>,
        id: ReviewItemId,
        version: i64,
        state: ItemState,
        reason: Option<&str>,
        fields: &[FieldNote],
        work: impl FnOnce(&mut Tx<'_>, &Item) -> Result<(), Error>,
    ) -> Result<Item, Error> {
        self.db.write(|tx| {
            let item = review_items::get(tx, id)?.ok_or(Error::NotFound)?;
            by.may_decide(tx, &item, version)?;
            work(tx, &item)?;
            let decision = review_items::Decision { state, by: Some(by.person), reason, fields };
            if !review_items::decide(tx, id, version, &decision)? {
                return Err(Error::ChangedSince);
            }
            review_items::get(tx, id)?.ok_or(Error::NotFound)
        })
    }

    /// Takes a published thing down, at once; its organisation is told why.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none, or it lies beyond the division of who asks; [`Error::NothingToDo`] if it is
    /// not public.
    pub fn take_down(&self, by: Reviewer<'_>, kind: Kind, id: i64, reason: &str) -> Result<(), Error> {
        self.db.write(|tx| {
            authored!(kind, T => {
                self.drafts.over::<T>(tx, by, id)?;
                let draft = self.drafts.take_down::<T>(tx, id, reason)?;
                self.drafts.retire(tx, &draft).map(drop)
            })
        })
    }

    /// Shows again what was taken down, as it was.
    ///
    /// # Errors
    /// [`Error::NotFound`] as [`Reviews::take_down`]; [`Error::NothingToDo`] if it was not taken down.
    pub fn restore(&self, by: Reviewer<'_>, kind: Kind, id: i64) -> Result<(), Error> {
        self.db.write(|tx| {
            authored!(kind, T => {
                self.drafts.over::<T>(tx, by, id)?;
                self.drafts.restore::<T>(tx, id)
            })
        })
    }

    /// Publishes a draft without review, for a reason that stays on record: the emergency lane.
    ///
    /// # Errors
    /// [`Error::NotFound`] as [`Reviews::take_down`]; [`Error::Invalid`] with everything that is missing or wrong;
    /// [`Error::NothingToDo`] if it is published already.
    pub fn publish_now(
        &self,
        by: Reviewer<'_>,
        kind: Kind,
        id: i64,
        reason: &str,
    ) -> Result<Item, Error> {
        self.db.write(|tx| {
            authored!(kind, T => {
                self.drafts.over::<T>(tx, by, id)?;
                self.drafts.publish_now::<T>(tx, by.person, id, reason)
            })
        })
    }
}
