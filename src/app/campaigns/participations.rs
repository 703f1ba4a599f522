//! Which events are part of a campaign: proposed by organisations, decided on in the queue of review, added and taken out by
//! the campaign's authority. An event shows its campaigns at once; what its author is writing meanwhile does not undo it,
//! since campaigns are no field of an author's.
//!
//! Rows are locked in one order: the campaign, the event in it, the event, the item of the queue.

use chrono::Datelike;
use serde_json::json;

use super::super::Error;
use super::super::audit::note;
use super::super::review::{Reviewer, enqueue};
use super::{Campaigns, keeper, with_edition};
use crate::app::drafts::judged::whose;
use crate::app::drafts::standing;
use crate::db::records::Stored;
use crate::db::{AnyConn, Tx, campaigns, participations as rows, publication, review_items, sessions};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::campaigns::Campaign;
use crate::domain::drafts::Owner;
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::{CampaignId, EditionId, EventId, ParticipationId, PersonId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::participations::{Participation, ParticipationState, fits};
use crate::domain::publication::Publication;
use crate::domain::record::Record;
use crate::domain::review::{Item, ItemKind, ItemState, Lane, NewItem};
use crate::domain::roles::AuthorityRole;
use crate::domain::time::day_of;

/// How often an event is read again that others change meanwhile: each time one of them got further.
const TRIES: usize = 20;

/// A proposal as a reviewer reads it.
#[derive(Debug)]
pub struct Proposal {
    /// What is proposed.
    pub what: Participation,
    /// The event.
    pub event: Event,
    /// The campaign, which knows the edition.
    pub campaign: Record<Campaign>,
}

/// What an item of the queue proposes; `None` if that is not there any more.
///
/// # Errors
/// If the store fails.
pub fn proposal(conn: &mut AnyConn, item: &Item) -> Result<Option<Proposal>, Error> {
    let what = match ParticipationId::new(item.what.object) {
        Some(id) => rows::get(conn, id)?,
        None => None,
    };
    let Some(what) = what else { return Ok(None) };
    let event = Event::get(conn, what.event.get())?;
    let campaign = Campaign::get(conn, what.campaign.get())?;
    Ok(event.zip(campaign).map(|(event, campaign)| Proposal { what, event: event.body, campaign }))
}

impl Campaigns {
    /// Proposes an event for an edition, whichever campaign that is of. What waits already, or was confirmed, stays so.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there is no such edition; [`Error::NotFound`] if there is no such event;
    /// [`Error::OutsideEdition`]; [`Error::NothingToDo`] if the event is called off, put away or taken down;
    /// [`Error::Unverified`], [`Error::Suspended`].
    pub fn propose(&self, by: Actor, event: EventId, edition: EditionId) -> Result<(), Error> {
        let now = self.clock.now();
        // Rules are worked out before the only writer is taken.
        let campaign = self.db.read(|conn| with_edition(conn, edition, now))?.ok_or_else(no_such)?;
        self.db.write(|tx| {
            let held = Taken::read(tx, campaign, edition, event)?;
            let organisation = held.event.body.organiser().ok_or(Error::NotFound)?;
            let standing = standing::of(tx, Owner::Organisation(organisation))?;
            if !standing.verified {
                return Err(Error::Unverified);
            }
            if standing.suspended {
                return Err(Error::Suspended);
            }
            let Some(proposed) = held.enter(tx, self, ParticipationState::Proposed)? else { return Ok(()) };
            let item = NewItem {
                kind: ItemKind::Campaign,
                object: proposed.id.get(),
                version: proposed.version,
                lane: Lane::Submitted,
                title: held.event.body.title.clone(),
                organisation: Some(organisation),
                division: keeper(tx, &held.campaign.body)?.ok_or(Error::NotFound)?,
                campaigns: vec![campaign.to_string()],
                notes: Vec::new(),
                by: by.person(),
            };
            enqueue(tx, &*self.random, item)?;
            noted(tx, by, Action::ParticipationProposed, &proposed, None)
        })
    }

    /// Takes an event of one's own back: what waits does so no more, and what was confirmed leaves the campaign.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it neither waits nor is part of that edition.
    pub fn withdraw(&self, by: Actor, event: EventId, edition: EditionId) -> Result<(), Error> {
        self.db.write(|tx| {
            let found = rows::of(tx, event, edition)?.filter(|found| found.state.stands());
            let found = found.ok_or(Error::NotFound)?;
            leave(tx, &found, ParticipationState::Withdrawn, None)?;
            noted(tx, by, Action::ParticipationWithdrawn, &found, None)
        })
    }

    /// Takes an event that everybody sees into an edition: one in the divisions of who asks, or one that was proposed.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the campaign has no such edition; [`Error::NotFound`] if nobody sees the event, or it lies
    /// beyond the divisions of who asks and was not proposed;
    /// [`Error::OutsideEdition`]; [`Error::NothingToDo`] if the event is called off.
    pub fn add(
        &self,
        by: Reviewer<'_>,
        campaign: CampaignId,
        edition: EditionId,
        event: EventId,
    ) -> Result<(), Error> {
        self.db.write(|tx| {
            let public = publication::of(tx, Kind::Event, event.get())? == Some(Publication::Public);
            if !public || !Event::hidden_among(tx, &[event.get()])?.is_empty() {
                return Err(Error::NotFound);
            }
            let held = Taken::read(tx, campaign, edition, event)?;
            // What an organisation did not ask for, only its own authority does to it.
            let asked_for = held.before.as_ref().is_some_and(|before| before.state.stands());
            let division = whose::<Event>(tx, event.get())?.ok_or(Error::NotFound)?.division;
            if !asked_for && !by.roles.over(division, AuthorityRole::Reviewer) {
                return Err(Error::NotFound);
            }
            let waited = held.before.clone().filter(|one| one.state == ParticipationState::Proposed);
            let Some(taken) = held.enter(tx, self, ParticipationState::Confirmed)? else { return Ok(()) };
            mark(tx, event, campaign, true)?;
            if let Some(waited) = waited {
                retire(tx, waited.id)?;
            }
            noted(tx, Actor::Person(by.person), Action::ParticipationConfirmed, &taken, None)
        })
    }

    /// Takes an event out of a campaign, or out of one of its editions.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not in there.
    pub fn remove(
        &self,
        by: PersonId,
        campaign: CampaignId,
        event: EventId,
        edition: Option<EditionId>,
        reason: &str,
    ) -> Result<(), Error> {
        self.db.write(|tx| {
            if !campaigns::hold(tx, campaign)? {
                return Err(Error::NotFound);
            }
            let wanted = |found: &Participation| {
                found.campaign == campaign
                    && found.state.stands()
                    && edition.is_none_or(|edition| found.edition == edition)
            };
            let all = rows::of_event(tx, event)?;
            let found: Vec<Participation> = all.into_iter().filter(wanted).collect();
            for one in &found {
                leave(tx, one, ParticipationState::Removed, Some(reason))?;
                noted(tx, Actor::Person(by), Action::ParticipationRemoved, one, Some(reason))?;
            }
            if !found.is_empty() {
                return Ok(());
            }
            // What came with the seeds is in a campaign and in none of its editions.
            let event = Event::get(tx, event.get())?.filter(|one| one.body.campaigns.contains(&campaign));
            let event = event.filter(|_| edition.is_none()).ok_or(Error::NotFound)?;
            let id = EventId::new(event.id).ok_or(Error::NotFound)?;
            mark(tx, id, campaign, false)?;
            let entry = entry(tx, Actor::Person(by), Action::ParticipationRemoved, id, campaign)?;
            note(tx, &Entry { reason: Some(reason.to_owned()), ..entry })
        })
    }
}

fn no_such() -> Error {
    Invalid::one("editionId", FieldCode::NoSuch { kind: "edition" }).into()
}

/// An event that is to be in an edition.
struct Taken {
    campaign: Record<Campaign>,
    edition: EditionId,
    year: i32,
    event: Record<Event>,
    before: Option<Participation>,
}

impl Taken {
    /// Reads what is to come together, while nobody else changes the campaign; lets through what may.
    fn read(
        tx: &mut Tx<'_>,
        campaign: CampaignId,
        edition: EditionId,
        event: EventId,
    ) -> Result<Self, Error> {
        campaigns::hold(tx, campaign)?;
        let campaign = Campaign::get(tx, campaign.get())?.ok_or(Error::NotFound)?;
        let year = day_of(tx.now()).year();
        let found = campaign.body.edition(campaign.id, edition, year - 1..=year + 1).ok_or_else(no_such)?;
        let year = found.year;
        let record = Event::get(tx, event.get())?.ok_or(Error::NotFound)?;
        let publication = publication::of(tx, Kind::Event, event.get())?.ok_or(Error::NotFound)?;
        let away = matches!(publication, Publication::TakenDown | Publication::Archived);
        if away || record.body.status == EventStatus::Cancelled {
            return Err(Error::NothingToDo);
        }
        let sessions = sessions::of_events(tx, &[event.get()])?.remove(&event).unwrap_or_default();
        if !fits(&record.body, &sessions, &found) {
            return Err(Error::OutsideEdition);
        }
        let before = rows::of(tx, event, edition)?;
        Ok(Self { campaign, edition, year, event: record, before })
    }

    /// Notes that it stands so; `None` if it does already, or is further.
    fn enter(
        &self,
        tx: &mut Tx<'_>,
        campaigns: &Campaigns,
        state: ParticipationState,
    ) -> Result<Option<Participation>, Error> {
        if let Some(before) = &self.before {
            if before.state == state || before.state == ParticipationState::Confirmed {
                return Ok(None);
            }
            if !rows::settle(tx, before, state, None)? {
                return Err(Error::VersionConflict);
            }
            let version = before.version + 1;
            return Ok(Some(Participation { state, version, reason: None, ..before.clone() }));
        }
        let new = Participation {
            id: ParticipationId::fresh(tx.now(), &*campaigns.random),
            campaign: CampaignId::new(self.campaign.id).ok_or(Error::NotFound)?,
            edition: self.edition,
            year: self.year,
            event: EventId::new(self.event.id).ok_or(Error::NotFound)?,
            state,
            version: 1,
            reason: None,
            updated_at: tx.now(),
        };
        rows::insert(tx, &new)?;
        Ok(Some(new))
    }
}

/// Takes what an item proposes into its campaign.
///
/// # Errors
/// [`Error::ChangedSince`] if it waits no more, or the edition is gone; those of [`Campaigns::propose`] that the event
/// gives reason for.
pub(in crate::app) fn confirm(tx: &mut Tx<'_>, by: PersonId, item: &Item) -> Result<(), Error> {
    let found = waiting(tx, item)?;
    match Taken::read(tx, found.campaign, found.edition, found.event) {
        Ok(_) => {}
        // The edition is gone, or of a year long past.
        Err(Error::Invalid(_)) => return Err(Error::ChangedSince),
        Err(error) => return Err(error),
    }
    if !rows::settle(tx, &found, ParticipationState::Confirmed, None)? {
        return Err(Error::ChangedSince);
    }
    mark(tx, found.event, found.campaign, true)?;
    noted(tx, Actor::Person(by), Action::ParticipationConfirmed, &found, None)
}

/// Sends back what an item proposes.
///
/// # Errors
/// [`Error::ChangedSince`] if it waits no more.
pub(in crate::app) fn refuse(tx: &mut Tx<'_>, by: PersonId, item: &Item, reason: &str) -> Result<(), Error> {
    let found = waiting(tx, item)?;
    if !rows::settle(tx, &found, ParticipationState::Rejected, Some(reason))? {
        return Err(Error::ChangedSince);
    }
    noted(tx, Actor::Person(by), Action::ParticipationRejected, &found, Some(reason))
}

/// What an item proposes, if it waits as the item says.
fn waiting(tx: &mut Tx<'_>, item: &Item) -> Result<Participation, Error> {
    let id = ParticipationId::new(item.what.object).ok_or(Error::NotFound)?;
    let found = rows::get(tx, id)?.ok_or(Error::ChangedSince)?;
    let waits = found.state == ParticipationState::Proposed && found.version == item.what.version;
    if waits { Ok(found) } else { Err(Error::ChangedSince) }
}

/// Ends what waits or holds.
fn leave(
    tx: &mut Tx<'_>,
    found: &Participation,
    state: ParticipationState,
    reason: Option<&str>,
) -> Result<(), Error> {
    if !rows::settle(tx, found, state, reason)? {
        return Err(Error::VersionConflict);
    }
    if found.state == ParticipationState::Proposed {
        return retire(tx, found.id);
    }
    let still =
        |one: &Participation| one.campaign == found.campaign && one.state == ParticipationState::Confirmed;
    if rows::of_event(tx, found.event)?.iter().any(still) {
        return Ok(());
    }
    mark(tx, found.event, found.campaign, false)
}

/// Takes what waits out of the queue.
fn retire(tx: &mut Tx<'_>, id: ParticipationId) -> Result<(), Error> {
    if let Some(item) = review_items::open_in(tx, ItemKind::Campaign, id.get(), Lane::Submitted)? {
        let gone =
            review_items::Decision { state: ItemState::Withdrawn, by: None, reason: None, fields: &[] };
        review_items::decide(tx, item.id, item.what.version, &gone)?;
    }
    Ok(())
}

/// Has an event say that it is part of a campaign, or is not. It is read again where somebody else changed it: nothing
/// of theirs is lost.
fn mark(tx: &mut Tx<'_>, event: EventId, campaign: CampaignId, part: bool) -> Result<(), Error> {
    for _ in 0..TRIES {
        let Record { version, mut body, .. } = Event::get(tx, event.get())?.ok_or(Error::NotFound)?;
        if body.campaigns.contains(&campaign) == part {
            return Ok(());
        }
        if part {
            body.campaigns.push(campaign);
        } else {
            body.campaigns.retain(|one| *one != campaign);
        }
        // Past the check of everything else: what is being written may still lack something.
        if Event::replace(tx, event.get(), version, &body)? {
            return Ok(());
        }
    }
    Err(Error::VersionConflict)
}

fn entry(
    tx: &mut Tx<'_>,
    by: Actor,
    action: Action,
    event: EventId,
    campaign: CampaignId,
) -> Result<Entry, Error> {
    let kept = Campaign::get(tx, campaign.get())?.ok_or(Error::NotFound)?;
    Ok(Entry {
        object: Some(Object::of(Kind::Event, event.get())),
        organisation: Event::get(tx, event.get())?.and_then(|event| event.body.organiser()),
        division: keeper(tx, &kept.body)?,
        after: Some(json!({ "campaign": campaign })),
        ..Entry::new(by, action)
    })
}

fn noted(
    tx: &mut Tx<'_>,
    by: Actor,
    action: Action,
    about: &Participation,
    reason: Option<&str>,
) -> Result<(), Error> {
    let Participation { campaign, edition, event, year, .. } = *about;
    let entry = entry(tx, by, action, event, campaign)?;
    let after = json!({ "campaign": campaign, "edition": edition, "year": year });
    note(tx, &Entry { reason: reason.map(str::to_owned), after: Some(after), ..entry })
}
