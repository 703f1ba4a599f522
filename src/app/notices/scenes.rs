//! What notices are about, as the store has it now.

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use crate::db::records::Stored;
use crate::db::{self, AnyConn, sessions};
use crate::domain::bases::Base;
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::{BaseId, EventId, SessionId};
use crate::domain::notices::About;
use crate::domain::notices::texts::Scene;
use crate::domain::sessions::Session;
use crate::domain::text::Text;

/// Events, sessions and bases that some notices are about.
pub struct Scenes {
    events: HashMap<i64, Event>,
    sessions: HashMap<SessionId, Session>,
    bases: HashMap<i64, Text>,
    next: HashMap<EventId, sessions::Times>,
}

impl Scenes {
    /// Reads what these notices are about. One that is about no session is about the next one of its event at `now`.
    ///
    /// # Errors
    /// If the store fails.
    pub fn read(conn: &mut AnyConn, all: &[About], now: DateTime<Utc>) -> Result<Self, db::Error> {
        let mut ids: Vec<i64> = all.iter().filter_map(|about| about.event).map(EventId::get).collect();
        ids.sort_unstable();
        ids.dedup();
        let events: HashMap<_, _> =
            Event::find(conn, &ids)?.into_iter().map(|record| (record.id, record.body)).collect();
        let mut ids: Vec<SessionId> = all.iter().filter_map(|about| about.session).collect();
        ids.sort_unstable();
        ids.dedup();
        let sessions = sessions::find(conn, &ids)?;
        let mut ids: Vec<i64> = events.values().filter_map(|event| event.base.map(BaseId::get)).collect();
        ids.sort_unstable();
        ids.dedup();
        let bases = Base::find(conn, &ids)?.into_iter().map(|base| (base.id, base.body.place.name)).collect();
        let mut next = HashMap::new();
        for event in all.iter().filter(|about| about.session.is_none()).filter_map(|about| about.event) {
            if let Some(times) = sessions::next_times(conn, event, now)? {
                next.insert(event, times);
            }
        }
        Ok(Self { events, sessions, bases, next })
    }

    /// What a notice is about; `None` if that is not there any more, or no event.
    #[must_use]
    pub fn of(&self, about: &About) -> Option<Scene> {
        let id = about.event?;
        let event = self.events.get(&id.get())?;
        let session = match about.session {
            Some(id) => Some(self.sessions.get(&id)?),
            None => None,
        };
        let own = session.and_then(|session| session.place.as_deref()).or(event.place.as_ref());
        let base = || event.base.and_then(|base| self.bases.get(&base.get()));
        let cancelled = |status| status == EventStatus::Cancelled;
        Some(Scene {
            title: event.title.clone(),
            place: own.map(|place| &place.name).or_else(base).cloned(),
            span: match session {
                Some(session) => Some((session.start, session.end)),
                None => self.next.get(&id).copied(),
            },
            cancelled: cancelled(event.status) || session.is_some_and(|session| cancelled(session.status)),
            reason: session.and_then(|session| session.notice.as_ref()).map(|notice| notice.text.clone()),
        })
    }
}
