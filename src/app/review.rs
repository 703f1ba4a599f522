//! Review: what authorities decide on, one queue for all kinds. A reviewer decides within their division and those within
//! it, and never on what they, or an organisation that they are a member of, submitted: a colleague or a higher level does.
//!
//! Another kind of item: its word in `domain::review::ItemKind`, [`enqueue`] where it is submitted, and its arm in
//! [`Reviews::approve`] and [`Reviews::reject`].

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Error;
use super::accreditations::granting;
use super::assessments;
use super::audit;
use super::campaigns::participations::{self, Proposal};
use super::drafts::{self, Drafts, authored, standing};
use super::notices::decided::tell_organisation;
use super::organisations::applications;
use crate::db::records::Stored;
use crate::db::sessions::{self, Coming};
use crate::db::{self, AnyConn, Db, Tx, publication, reports, resource_contacts, review_items};
use crate::domain::accreditations::Accreditation;
use crate::domain::applications::{Application, Contact};
use crate::domain::assessments::{Assessment, Outcome};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::divisions::Adcode;
use crate::domain::drafts::body;
use crate::domain::drafts::{Authored, Body, FieldNote, Owner};
use crate::domain::ids::{
    AccreditationId, AssessmentId, OrganisationId, PersonId, Random, ReportId, ResourceId, ReviewItemId,
};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::notices::decisions::Outcome as Told;
use crate::domain::organisations::Organisation;
use crate::domain::reports::Report;
use crate::domain::resources::Resource;
use crate::domain::review::{Item, ItemKind, ItemState, Lane, NewItem};
use crate::domain::roles::{AuthorityRole, MemberRole, Roles};
use crate::domain::sealing::Vault;
use crate::domain::sessions::Session;
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

/// In which order what waits is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// What waits longest first.
    #[default]
    Oldest,
    /// The events that start first first, then all else.
    Soonest,
}

/// A place in a list: the number by which it is ordered, and the id of the item.
pub type Place = (i64, i64);

/// A page of a part of the queue.
#[derive(Debug)]
pub struct Listed {
    /// The items, each with its place.
    pub items: Vec<(Judged, Place)>,
    /// How many there are in all.
    pub total: i64,
}

/// What an item asks to be published, and what is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sides {
    /// What is published; of what never was, and of what is looked at afterwards, nothing.
    pub before: Body,
    /// What is to be.
    pub after: Body,
    /// The division of what is to be: of what lacks a place it is a stand-in.
    pub division: Option<Adcode>,
}

/// An item with what there is to judge.
#[derive(Debug)]
pub struct Opened {
    /// The item.
    pub judged: Judged,
    /// What it changes of what is published; of something new, all that it has. Nothing of what is not drafted.
    pub sides: Sides,
    /// The sessions that have not ended, those that start first first, each with its version, of an event.
    pub sessions: Vec<(Session, i64)>,
    /// What was decided of the same thing before.
    pub earlier: Option<Item>,
    /// What was reported.
    pub report: Option<Report>,
    /// What an organisation says of itself.
    pub application: Option<Application>,
    /// Which event is proposed for which edition of a campaign.
    pub proposal: Option<Proposal>,
    /// What a base applies for.
    pub accreditation: Option<Accreditation>,
    /// What a base says of its year.
    pub assessment: Option<Assessment>,
    /// Whom to ask about an entry of the directory, and whether everybody is to read that.
    pub contact: Option<(Contact, bool)>,
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

/// What a draft asks to be published, and what is.
fn sides<T: Authored + Stored>(conn: &mut AnyConn, id: i64, lane: Lane) -> Result<Sides, Error> {
    let division = drafts::judged::whose::<T>(conn, id)?.map(|whose| whose.division);
    if lane != Lane::Submitted {
        let thing = T::get(conn, id)?.map(|record| body::of(&record.body));
        return Ok(Sides { before: Body::new(), after: thing.unwrap_or_default(), division });
    }
    let Some(draft) = drafts::current::<T>(conn, id)? else { return Ok(Sides::default()) };
    let before = if publication::ever(conn, T::KIND, id)? {
        T::get(conn, id)?.map(|record| body::of(&record.body)).unwrap_or_default()
    } else {
        Body::new()
    };
    Ok(Sides { before, after: draft.body, division: Some(draft.division) })
}

fn sessions_of(conn: &mut AnyConn, event: i64, now: DateTime<Utc>) -> Result<Vec<(Session, i64)>, Error> {
    let mut all = sessions::of_events(conn, &[event])?.into_values().next().unwrap_or_default();
    all.retain(|session| session.end > now);
    let ids: Vec<_> = all.iter().map(|session| session.id).collect();
    let versions = sessions::versions(conn, &ids)?;
    let versioned = |session: Session| {
        let version = versions.get(&session.id).copied()?;
        Some((session, version))
    };
    Ok(all.into_iter().filter_map(versioned).collect())
}

fn sides_of(conn: &mut AnyConn, (kind, object, lane): (ItemKind, i64, Lane)) -> Result<Sides, Error> {
    match kind.drafted() {
        Some(kind) => authored!(kind, T => sides::<T>(conn, object, lane)),
        None => Ok(Sides::default()),
    }
}

/// A page in the order of time, each item with its place.
fn in_turn(
    conn: &mut AnyConn,
    wanted: &review_items::Wanted,
    waits: bool,
    after: Option<Place>,
    limit: usize,
) -> Result<Vec<(Item, Place)>, Error> {
    // What was decided last has the least number.
    let turned = |number: i64| if waits { Some(number) } else { number.checked_neg() };
    let after =
        after.and_then(|(number, id)| DateTime::from_timestamp_micros(turned(number)?).map(|at| (at, id)));
    let items = review_items::page(conn, wanted, after, limit)?;
    let place = |item: &Item| {
        let at = if waits { item.since } else { item.decided_at.unwrap_or(item.since) };
        (turned(at.timestamp_micros()).unwrap_or_default(), item.id.get())
    };
    let placed = |item: Item| {
        let place = place(&item);
        (item, place)
    };
    Ok(items.into_iter().map(placed).collect())
}

/// A page of what waits in the order in which events start, each item with its place. What waits in a part of the queue
/// is some thousands of items at most, so that all of them are put in order.
fn soonest(
    conn: &mut AnyConn,
    wanted: &review_items::Wanted,
    after: Option<Place>,
    limit: usize,
    now: DateTime<Utc>,
) -> Result<Vec<(Item, Place)>, Error> {
    let all = review_items::all(conn, wanted)?;
    let of_event =
        |(_, kind, object): &(ReviewItemId, ItemKind, i64)| (*kind == ItemKind::Event).then_some(*object);
    let events: Vec<i64> = all.iter().filter_map(of_event).collect();
    let coming = sessions::coming(conn, &events, now)?;
    let place = |one: &(ReviewItemId, ItemKind, i64)| {
        let start = of_event(one).and_then(|event| coming.get(&event)).map(|coming| coming.start);
        (start.map_or(i64::MAX, |start| start.timestamp_micros()), one.0)
    };
    let mut places: Vec<(i64, ReviewItemId)> = all.iter().map(place).collect();
    places.retain(|(number, id)| after.is_none_or(|after| (*number, id.get()) > after));
    places.sort_unstable();
    places.truncate(limit);
    let mut found = Vec::with_capacity(places.len());
    for (number, id) in places {
        found.extend(review_items::get(conn, id)?.map(|item| (item, (number, id.get()))));
    }
    Ok(found)
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

/// Notes a decision that changes nothing but the item.
fn noted(
    tx: &mut Tx<'_>,
    by: PersonId,
    action: Action,
    item: &Item,
    reason: Option<&str>,
) -> Result<(), Error> {
    let object = Object::of_item(item.what.kind, item.what.object);
    let entry = Entry {
        object: Some(object),
        organisation: item.what.organisation,
        division: Some(item.what.division),
        reason: reason.map(str::to_owned),
        ..Entry::new(Actor::Person(by), action)
    };
    audit::note(tx, &entry)
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

    /// A page of a part of the queue, and how much there is of it in all: of what waits in this order, of what was
    /// decided what was decided last first.
    ///
    /// # Errors
    /// If the store fails.
    pub fn list(
        &self,
        wanted: &review_items::Wanted,
        order: Order,
        after: Option<Place>,
        limit: usize,
        now: DateTime<Utc>,
    ) -> Result<Listed, Error> {
        self.db.snapshot(|conn| {
            let waits = wanted.state.is_none_or(|state| state == ItemState::Open);
            let found = if waits && order == Order::Soonest {
                soonest(conn, wanted, after, limit, now)?
            } else {
                in_turn(conn, wanted, waits, after, limit)?
            };
            let mut items = Vec::with_capacity(found.len());
            for (item, place) in found {
                items.push((judged(conn, item, now)?, place));
            }
            Ok(Listed { items, total: review_items::count(conn, wanted)? })
        })
    }

    /// What some items change, in their order.
    ///
    /// # Errors
    /// If the store fails.
    pub fn sides(&self, items: &[(ItemKind, i64, Lane)]) -> Result<Vec<Sides>, Error> {
        self.db.snapshot(|conn| items.iter().map(|item| sides_of(conn, *item)).collect())
    }

    /// An item with what there is to judge.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn read(
        &self,
        by: Reviewer<'_>,
        vault: &Vault,
        id: ReviewItemId,
        now: DateTime<Utc>,
    ) -> Result<Opened, Error> {
        self.db.snapshot(|conn| {
            let item = review_items::get(conn, id)?.ok_or(Error::NotFound)?;
            by.reach(&item)?;
            let (kind, object) = (item.what.kind, item.what.object);
            let sides = sides_of(conn, (kind, object, item.what.lane))?;
            let sessions = match kind {
                ItemKind::Event => sessions_of(conn, object, now)?,
                _ => Vec::new(),
            };
            let earlier = review_items::decided_before(conn, (kind, object), item.since)?;
            let earlier = earlier.filter(|earlier| earlier.id != item.id);
            let report = match (kind, ReportId::new(object)) {
                (ItemKind::Report, Some(report)) => reports::get(conn, vault, report)?,
                _ => None,
            };
            let application = match (kind, OrganisationId::new(object)) {
                (ItemKind::Organisation, Some(id)) => db::applications::get(conn, vault, id)?,
                _ => None,
            };
            let proposal = match kind {
                ItemKind::Campaign => participations::proposal(conn, &item)?,
                _ => None,
            };
            let contact = match (item.what.kind, ResourceId::new(object)) {
                (ItemKind::Resource, Some(id)) => {
                    let draft = drafts::current::<Resource>(conn, object)?;
                    let public = draft.is_some_and(|draft| draft.body.contains_key("contact"));
                    resource_contacts::get(conn, vault, id)?.map(|contact| (contact, public))
                }
                _ => None,
            };
            let accreditation = match (item.what.kind, AccreditationId::new(object)) {
                (ItemKind::Accreditation, Some(id)) => db::accreditations::get(conn, id)?,
                _ => None,
            };
            let assessment = match (item.what.kind, AssessmentId::new(object)) {
                (ItemKind::Assessment, Some(id)) => db::assessments::get(conn, id)?,
                _ => None,
            };
            let judged = judged(conn, item, now)?;
            Ok(Opened {
                judged,
                sides,
                sessions,
                earlier,
                report,
                application,
                proposal,
                accreditation,
                assessment,
                contact,
            })
        })
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

    /// Finds an item in order: what waits to be published is. Gives it as it is then.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::OwnSubmission`]; [`Error::Claimed`]; [`Error::ChangedSince`] if it waits no more, or
    /// what it is about moved; [`Error::Invalid`] if it refers to what nobody sees any more.
    pub fn approve(
        &self,
        by: Reviewer<'_>,
        id: ReviewItemId,
        version: i64,
        reason: Option<&str>,
    ) -> Result<Judged, Error> {
        self.approve_as(by, id, version, None, reason)
    }

    /// Finds an item in order as [`Reviews::approve`] does; an assessment with how the base did, and nothing else.
    ///
    /// # Errors
    /// Those of [`Reviews::approve`]; [`Error::Invalid`] if the outcome is missing, or the item has none.
    pub fn approve_as(
        &self,
        by: Reviewer<'_>,
        id: ReviewItemId,
        version: i64,
        outcome: Option<Outcome>,
        reason: Option<&str>,
    ) -> Result<Judged, Error> {
        self.decide(by, id, version, ItemState::Approved, reason, &[], |tx, item| {
            if outcome.is_some() && item.what.kind != ItemKind::Assessment {
                let code = FieldCode::Conflicting { with: "kind".to_owned() };
                return Err(Invalid::one("outcome", code).into());
            }
            match (item.what.kind.drafted(), item.what.lane) {
                (Some(kind), Lane::Submitted) => {
                    authored!(kind, T => self.drafts.approve::<T>(tx, by.person, item))
                }
                (Some(_), Lane::Sampled | Lane::Emergency) => {
                    noted(tx, by.person, Action::FoundInOrder, item, None)
                }
                (None, _) => match item.what.kind {
                    ItemKind::Organisation => applications::verify(tx, &self.vault, by.person, item),
                    ItemKind::Campaign => participations::confirm(tx, by.person, item),
                    ItemKind::Accreditation => granting::grant(tx, by.person, item, reason),
                    ItemKind::Assessment => assessments::judge(tx, by.person, item, outcome, reason),
                    _ => {
                        self.tell_of_report(tx, item, reason)?;
                        noted(tx, by.person, Action::ReportFollowed, item, None)
                    }
                },
            }
        })
    }

    /// Tells the organisation of what was reported that it is so.
    fn tell_of_report(&self, tx: &mut Tx<'_>, item: &Item, reason: Option<&str>) -> Result<(), Error> {
        let report = match ReportId::new(item.what.object) {
            Some(id) => reports::get(tx, &self.vault, id)?,
            None => None,
        };
        let (Some(organisation), Some(report)) = (item.what.organisation, report) else { return Ok(()) };
        let object = Object::of(report.kind, report.object);
        let title = &item.what.title;
        Ok(tell_organisation(tx, organisation, Told::ReportFollowed, object, title, reason)?)
    }

    /// Finds many in order, each by itself; says of each, in order, how it went.
    pub fn approve_many(
        &self,
        by: Reviewer<'_>,
        items: &[(ReviewItemId, i64)],
    ) -> Vec<Result<Judged, Error>> {
        items.iter().map(|(id, version)| self.approve(by, *id, *version, None)).collect()
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
    ) -> Result<Judged, Error> {
        self.decide(by, id, version, ItemState::Rejected, Some(reason), fields, |tx, item| {
            match (item.what.kind.drafted(), item.what.lane) {
                (Some(kind), Lane::Submitted) => {
                    authored!(kind, T => self.drafts.reject::<T>(tx, by.person, item, reason, fields))
                }
                (Some(kind), Lane::Sampled) => {
                    authored!(kind, T => self.drafts.take_down::<T>(tx, by.person, item.what.object, reason))
                }
                (Some(_), Lane::Emergency) => Err(Error::ChangedSince),
                (None, _) => match item.what.kind {
                    ItemKind::Organisation => applications::refuse(tx, &self.vault, by.person, item, reason),
                    ItemKind::Campaign => participations::refuse(tx, by.person, item, reason),
                    ItemKind::Accreditation => granting::send_back(tx, by.person, item, reason, fields),
                    ItemKind::Assessment => assessments::send_back(tx, by.person, item, reason, fields),
                    _ => noted(tx, by.person, Action::ReportDismissed, item, Some(reason)),
                },
            }
        })
    }

    /// Sends many back for one reason, each by itself; says of each, in order, how it went.
    pub fn reject_many(
        &self,
        by: Reviewer<'_>,
        items: &[(ReviewItemId, i64)],
        reason: &str,
    ) -> Vec<Result<Judged, Error>> {
        items.iter().map(|(id, version)| self.reject(by, *id, *version, reason, &[])).collect()
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
    ) -> Result<Judged, Error> {
        self.db.write(|tx| {
            let item = review_items::get(tx, id)?.ok_or(Error::NotFound)?;
            by.may_decide(tx, &item, version)?;
            work(tx, &item)?;
            let decision = review_items::Decision { state, by: Some(by.person), reason, fields };
            if !review_items::decide(tx, id, version, &decision)? {
                return Err(Error::ChangedSince);
            }
            let item = review_items::get(tx, id)?.ok_or(Error::NotFound)?;
            let now = tx.now();
            judged(tx, item, now)
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
