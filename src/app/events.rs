//! Events, as organisations write them: drafted, handed in, duplicated, put away; with their sessions called off.

use super::Error;
use super::drafts::Drafts;
use super::repeats::{self, Repeat};
use super::sessions::Sessions;
use super::sessions::adding::Copied;
use crate::db::{Db, Tx};
use crate::domain::audit::Actor;
use crate::domain::drafts::{Body, Draft};
use crate::domain::events::Event;
use crate::domain::ids::{EventId, OrganisationId};
use crate::domain::invalid::Invalid;

/// Most events that are handed in at once.
pub const MOST_AT_ONCE: usize = 100;

/// The use cases of events. All of them block.
#[derive(Clone)]
pub struct Events {
    db: Db,
    drafts: Drafts,
    sessions: Sessions,
}

impl Events {
    /// The use cases over a store.
    pub fn new(db: Db, drafts: Drafts, sessions: Sessions) -> Self {
        Self { db, drafts, sessions }
    }

    /// Begins an event of an organisation's; fields may be missing.
    ///
    /// # Errors
    /// Those of [`Drafts::create`] and of [`repeats::once`].
    pub fn create(
        &self,
        by: Actor,
        organisation: OrganisationId,
        given: Body,
        repeat: Option<&Repeat>,
    ) -> Result<EventId, Error> {
        self.db.write(|tx| {
            once(tx, by, repeat, |tx| {
                let draft = self.drafts.create::<Event>(tx, by, organisation, given)?;
                id(&draft)
            })
        })
    }

    /// Replaces what an author gives of an event.
    ///
    /// # Errors
    /// Those of [`Drafts::update`].
    pub fn update(&self, by: Actor, event: EventId, version: i64, given: Body) -> Result<(), Error> {
        self.db.write(|tx| self.drafts.update::<Event>(tx, by, event.get(), version, given).map(drop))
    }

    /// Begins a new event that is what another is, with its sessions so many days later, if any are wanted.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] if a session would be over, or in years; those of [`repeats::once`].
    pub fn duplicate(
        &self,
        by: Actor,
        event: EventId,
        copied: Option<Copied>,
        repeat: Option<&Repeat>,
    ) -> Result<EventId, Error> {
        self.db.write(|tx| {
            once(tx, by, repeat, |tx| {
                let draft = self.drafts.duplicate::<Event>(tx, by, event.get())?;
                let copy = id(&draft)?;
                if let Some(copied) = copied {
                    self.sessions.copy(tx, by, event, copy, copied)?;
                }
                Ok(copy)
            })
        })
    }

    /// Hands events in, [`MOST_AT_ONCE`] at most, all or none.
    ///
    /// # Errors
    /// Those of [`Drafts::submit`], told of each event by its place in the list: `ids[0].title`.
    pub fn submit(&self, by: Actor, events: &[EventId]) -> Result<(), Error> {
        self.db.write(|tx| {
            let mut wrong = Invalid::default();
            for (at, event) in events.iter().enumerate() {
                match self.drafts.submit::<Event>(tx, by, event.get()) {
                    Ok(_) => {}
                    // One by itself is named by its fields alone.
                    Err(Error::Invalid(invalid)) if events.len() == 1 => return Err(invalid.into()),
                    Err(Error::Invalid(invalid)) => wrong.nested(&format!("ids[{at}]"), invalid),
                    Err(error) => return Err(error),
                }
            }
            Ok(wrong.or(())?)
        })
    }

    /// Takes an event back from review.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn withdraw(&self, by: Actor, event: EventId) -> Result<(), Error> {
        self.db.write(|tx| self.drafts.withdraw::<Event>(tx, by, event.get()).map(drop))
    }

    /// Puts an event away.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::NothingToDo`] if an authority took it down.
    pub fn archive(&self, by: Actor, event: EventId) -> Result<(), Error> {
        self.db.write(|tx| self.drafts.archive::<Event>(tx, by, event.get()).map(drop))
    }
}

/// Does it once per key, where a person asks.
fn once(
    tx: &mut Tx<'_>,
    by: Actor,
    repeat: Option<&Repeat>,
    make: impl FnOnce(&mut Tx<'_>) -> Result<EventId, Error>,
) -> Result<EventId, Error> {
    match by.person() {
        Some(person) => repeats::once(tx, person, repeat, make),
        None => make(tx),
    }
}

fn id(draft: &Draft) -> Result<EventId, Error> {
    EventId::new(draft.object).ok_or(Error::NotFound)
}
