//! Participations: which event is part of which edition of a campaign. An organisation proposes, the campaign's authority
//! decides; it may also add an event itself, or take one out.

use chrono::{DateTime, Utc};

use super::campaigns::Edition;
use super::events::{Event, EventStatus};
use super::ids::{CampaignId, EditionId, EventId, ParticipationId};
use super::sessions::Session;
use super::time::{end_of, start_of};
use super::words::words;

words! {
    /// How it stands.
    ParticipationState {
        /// It waits for the campaign's authority.
        Proposed = "proposed",
        /// The event is part of it.
        Confirmed = "confirmed",
        /// The authority did not want it.
        Rejected = "rejected",
        /// Its organisation took it back.
        Withdrawn = "withdrawn",
        /// The authority took it out.
        Removed = "removed",
    }
}

impl ParticipationState {
    /// Whether it waits, or holds.
    #[must_use]
    pub fn stands(self) -> bool {
        matches!(self, Self::Proposed | Self::Confirmed)
    }
}

/// An event in an edition of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participation {
    /// Its id, the same whatever becomes of it.
    pub id: ParticipationId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The edition.
    pub edition: EditionId,
    /// The year that the edition counts for.
    pub year: i32,
    /// The event.
    pub event: EventId,
    /// How it stands.
    pub state: ParticipationState,
    /// Counts what became of it from 1.
    pub version: i64,
    /// Why it was rejected or taken out.
    pub reason: Option<String>,
    /// When it came to stand so.
    pub updated_at: DateTime<Utc>,
}

/// Whether something of an event that is not called off lies within the days of an edition: a session, or its period.
#[must_use]
pub fn fits(event: &Event, sessions: &[Session], edition: &Edition<'_>) -> bool {
    let days = edition.span();
    let held = |session: &Session| {
        session.status != EventStatus::Cancelled && days.overlaps(session.start, session.end)
    };
    let period = event.period.map(|period| (start_of(period.from), end_of(period.to)));
    sessions.iter().any(held) || period.is_some_and(|(start, end)| days.overlaps(start, end))
}
