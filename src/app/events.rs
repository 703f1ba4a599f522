//! Events, where they are more than what [`super::authoring`] does with everything that organisations write: a copy may take
//! its sessions along.

use super::Error;
use super::authoring::Authoring;
use super::repeats::Repeat;
use super::sessions::Sessions;
use super::sessions::adding::Copied;
use crate::domain::audit::Actor;
use crate::domain::events::Event;
use crate::domain::ids::EventId;

/// The use cases of events. All of them block.
#[derive(Clone)]
pub struct Events {
    authoring: Authoring,
    sessions: Sessions,
}

impl Events {
    /// The use cases over those of drafts and sessions.
    pub fn new(authoring: Authoring, sessions: Sessions) -> Self {
        Self { authoring, sessions }
    }

    /// Begins a new event that is what another is, with its sessions so many days later, if any are wanted.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] if a session would be over, or in years; those of
    /// [`super::repeats::once`].
    pub fn duplicate(
        &self,
        by: Actor,
        event: EventId,
        copied: Option<Copied>,
        repeat: Option<&Repeat>,
    ) -> Result<EventId, Error> {
        let copy = self.authoring.duplicate::<Event>(by, event.get(), repeat, |tx, copy| {
            let copy = EventId::new(copy).ok_or(Error::NotFound)?;
            copied.map_or(Ok(()), |copied| self.sessions.copy(tx, by, event, copy, copied).map(drop))
        })?;
        EventId::new(copy).ok_or(Error::NotFound)
    }
}
