//! Review: what authorities decide on, one queue for all kinds. A reviewer decides within their division and those within
//! it, and never on what they, or an organisation that they are a member of, submitted: a colleague or a higher level does.
//!
//! Another kind of item: its word in `domain::review::ItemKind`, [`enqueue`] where it is submitted, and its arm in
//! [`Reviews::approve`] and [`Reviews::reject`].

mod deciding;
mod listing;
mod opening;
mod ruling;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use self::listing::{Listed, Order};
pub use self::opening::{Opened, Sides};
use super::Error;
use super::drafts::{Drafts, standing};
use crate::db::records::Stored;
use crate::db::sessions::{self, Coming};
use crate::db::{self, AnyConn, Db, Tx, publication, review_items};
use crate::domain::divisions::Adcode;
use crate::domain::drafts::Owner;
use crate::domain::ids::{OrganisationId, PersonId, Random, ReviewItemId};
use crate::domain::organisations::Organisation;
use crate::domain::review::{Item, ItemKind, ItemState, NewItem};
use crate::domain::roles::{AuthorityRole, MemberRole, Roles};
use crate::domain::sealing::Vault;
use crate::domain::text::Text;

/// The use cases of review. All of them block.
#[derive(Clone)]
pub struct Reviews {
    db: Db,
    drafts: Drafts,
    vault: Arc<Vault>,
}

/// An item, and how the organisation stands whose it is.
#[derive(Debug)]
pub struct Judged {
    /// The item.
    pub item: Item,
    /// The organisation.
    pub organisation: Option<Standing>,
    /// Whether it was never published, of what is drafted.
    pub is_new: Option<bool>,
    /// What is still to come, of an event that has sessions.
    pub coming: Option<Coming>,
}

/// How an organisation stands before those who judge what it submits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its name.
    pub name: Text,
    /// Whether what it posts is published at once.
    pub trusted: bool,
    /// Whether an authority keeps it from posting.
    pub suspended: bool,
    /// How much of what it submitted was approved.
    pub approved: i64,
    /// How much of it was sent back.
    pub rejected: i64,
}

/// Who decides.
#[derive(Debug, Clone, Copy)]
pub struct Reviewer<'a> {
    /// Who.
    pub person: PersonId,
    /// By which roles.
    pub roles: &'a Roles,
}

fn standing_of(conn: &mut AnyConn, id: OrganisationId) -> Result<Option<Standing>, Error> {
    let Some(found) = Organisation::get(conn, id.get())? else { return Ok(None) };
    let standing = standing::of(conn, Owner::Organisation(id))?;
    let (approved, rejected) = review_items::decided_of(conn, id)?;
    let (trusted, suspended) = (standing.trusted, standing.suspended);
    Ok(Some(Standing { name: found.body.name, trusted, suspended, approved, rejected }))
}

fn judged(conn: &mut AnyConn, item: Item, now: DateTime<Utc>) -> Result<Judged, Error> {
    let object = item.what.object;
    let organisation = match item.what.organisation {
        Some(id) => standing_of(conn, id)?,
        None => None,
    };
    let is_new = match item.what.kind.drafted() {
        Some(kind) => Some(!publication::ever(conn, kind, object)?),
        None => None,
    };
    let coming = match item.what.kind {
        ItemKind::Event => sessions::coming(conn, &[object], now)?.remove(&object),
        _ => None,
    };
    Ok(Judged { item, organisation, is_new, coming })
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

    /// Lets through whoever decides in somebody else's cause: they neither wrote a thing nor belong to whose it is.
    ///
    /// # Errors
    /// [`Error::OwnSubmission`].
    pub(super) fn impartial(
        &self,
        organisations: &[OrganisationId],
        author: Option<PersonId>,
    ) -> Result<(), Error> {
        let own = self.roles.in_any(organisations, MemberRole::Desk) || author == Some(self.person);
        if own { Err(Error::OwnSubmission) } else { Ok(()) }
    }

    /// Lets through who may decide on an item that waits at this version.
    fn may_decide(&self, tx: &mut Tx<'_>, item: &Item, version: i64) -> Result<(), Error> {
        self.reach(item)?;
        self.impartial(item.what.organisation.as_slice(), item.what.by)?;
        if item.state != ItemState::Open || item.what.version != version {
            return Err(Error::ChangedSince);
        }
        match item.claimed(tx.now()) {
            Some((by, _)) if by != self.person && !self.outranks(tx, by, item.what.division)? => {
                Err(Error::Claimed)
            }
            _ => Ok(()),
        }
    }

    /// Whether their authority over a division is of a higher level than another's: a claim keeps colleagues away, and
    /// nobody above.
    fn outranks(&self, tx: &mut Tx<'_>, other: PersonId, division: Adcode) -> Result<bool, Error> {
        let other = db::roles::of_person(tx, other)?;
        let level = |roles: &Roles| roles.level_over(division, AuthorityRole::Reviewer);
        Ok(level(self.roles) > level(&other))
    }
}

impl Reviews {
    /// The use cases over a store.
    pub fn new(db: Db, drafts: Drafts, vault: Arc<Vault>) -> Self {
        Self { db, drafts, vault }
    }

    /// An item that a reviewer may see.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn item(&self, by: Reviewer<'_>, id: ReviewItemId) -> Result<Item, Error> {
        self.db.read(|conn| {
            let item = review_items::get(conn, id)?.ok_or(Error::NotFound)?;
            by.reach(&item)?;
            Ok(item)
        })
    }

    /// Claims an item: for a while nobody else decides on it but a higher level, which may claim it too. Claiming again
    /// prolongs.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Claimed`] if another works on it; [`Error::ChangedSince`] if it waits no more;
    /// [`Error::OwnSubmission`].
    pub fn claim(&self, by: Reviewer<'_>, id: ReviewItemId) -> Result<Judged, Error> {
        self.db.write(|tx| {
            let item = review_items::get(tx, id)?.ok_or(Error::NotFound)?;
            by.may_decide(tx, &item, item.what.version)?;
            let until = tx.now() + self.drafts.rules().claim;
            // Whoever had it, unless it is another by now.
            let from = item.claim.map(|(from, _)| from);
            if !review_items::claim(tx, id, (from, by.person), until)? {
                return Err(Error::Claimed);
            }
            let now = tx.now();
            judged(tx, Item { claim: Some((by.person, until)), ..item }, now)
        })
    }

    /// Gives an item back that one claimed: others decide on it again.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::NothingToDo`] if it is not one's own.
    pub fn release(&self, by: Reviewer<'_>, id: ReviewItemId) -> Result<Judged, Error> {
        self.db.write(|tx| {
            let item = review_items::get(tx, id)?.ok_or(Error::NotFound)?;
            by.reach(&item)?;
            if !review_items::release(tx, id, by.person)? {
                return Err(Error::NothingToDo);
            }
            let now = tx.now();
            judged(tx, Item { claim: None, ..item }, now)
        })
    }
}
