//! What a file would do, worked out from what is read: nothing is written here. [`sessions`] looks at those of one event.

mod sessions;

use chrono::{DateTime, Utc};
use hashbrown::{HashMap, HashSet};
use sha2::{Digest, Sha256};

use super::super::Error;
use super::super::drafts::held::{self, Held, Lookups};
use super::super::drafts::many::{begun, lacks};
use super::super::drafts::standing;
use super::super::sessions::Told;
use super::Counts;
use crate::db::AnyConn;
use crate::db::external_ids::{self, Named};
use crate::db::sessions as stored;
use crate::domain::admission::Admission;
use crate::domain::audit::Actor;
use crate::domain::divisions::Adcode;
use crate::domain::drafts::{Body, Draft, Owner, State, body};
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::{self, EventId, OrganisationId, Random, SessionId};
use crate::domain::imports::columns::Column;
use crate::domain::imports::findings::{Fault, Finding, Level};
use crate::domain::imports::{Wanted, WantedEvent};
use crate::domain::invalid::FieldCode;
use crate::domain::publication::Publication;
use crate::domain::sessions::{Plan, Session};

/// What a file would do.
#[derive(Default)]
pub(super) struct Prepared {
    /// What was found.
    pub(super) findings: Vec<Finding>,
    /// Its rows, but for those that are wrong.
    pub(super) rows: Counts,
    /// Its events.
    pub(super) events: Counts,
    /// The rows of events that are wrong.
    pub(super) stuck: Vec<u32>,
    /// Who would be told.
    pub(super) told: Told,
    /// Coming sessions of its events that are not in it.
    pub(super) left_alone: usize,
    /// A hash of all that it would do and of what it would do it to.
    pub(super) ground: String,
    /// Events that are begun, each with what its organisation calls it.
    pub(super) new_events: Vec<(Draft, Event, String)>,
    /// Events that are changed: the version that was read, and what is given of them now.
    pub(super) changed_events: Vec<(EventId, i64, Body)>,
    /// All its events, those first that are named first; with the rows that name them.
    pub(super) all_events: Vec<(EventId, u32)>,
    /// Sessions that are added, each with what its organisation calls it, by event.
    pub(super) new_sessions: Vec<(Whose, Vec<(Session, String)>)>,
    /// Sessions that are changed, at the version that was read.
    pub(super) changed_sessions: Vec<(SessionId, i64, Plan)>,
}

/// Whose sessions are added.
pub(super) struct Whose {
    /// The event.
    pub(super) event: EventId,
    /// Whether it is as new as they are.
    pub(super) new: bool,
    /// Its draft's division, for the audit.
    pub(super) division: Adcode,
}

/// An event that sessions are said of.
struct Found<'a> {
    id: EventId,
    new: bool,
    /// How one gets in; absent where that was not said yet.
    admission: Option<Admission>,
    cancelled: bool,
    division: Adcode,
    sessions: &'a [Session],
}

struct Preparing<'a> {
    conn: &'a mut AnyConn,
    by: Actor,
    organisation: OrganisationId,
    now: DateTime<Utc>,
    random: &'a dyn Random,
    lookups: Lookups,
    taken: HashSet<i64>,
    /// The rows of events and sessions by what the organisation calls them.
    rows: HashMap<String, u32>,
    moved: Vec<SessionId>,
    hash: Sha256,
    done: Prepared,
}

/// Works out what a file would do to what an organisation has at `now`.
///
/// # Errors
/// If the store fails.
pub(super) fn prepare(
    conn: &mut AnyConn,
    by: Actor,
    organisation: OrganisationId,
    wanted: &Wanted,
    now: DateTime<Utc>,
    (random, mut lookups): (&dyn Random, Lookups),
) -> Result<Prepared, Error> {
    let events = known(conn, organisation, Named::Event, wanted.events.iter().map(|event| &event.external))?;
    let sessions = wanted.events.iter().flat_map(|event| &event.sessions);
    let sessions = known(conn, organisation, Named::Session, sessions.map(|session| &session.external))?;
    let ids: Vec<i64> = events.values().copied().collect();
    let mut held = Held::<Event>::read_many(conn, &ids, &mut lookups)?;
    // What somebody else's id names is not there.
    held.retain(|_, held| held.draft.organisation() == Some(organisation));
    let there = stored::of_events(conn, &held.keys().copied().collect::<Vec<_>>())?;
    let ids: Vec<SessionId> = sessions.values().copied().filter_map(SessionId::new).collect();
    let versions = stored::versions(conn, &ids)?;
    let of = stored::events_of(conn, &ids)?;
    let mut preparing = Preparing {
        conn,
        by,
        organisation,
        now,
        random,
        lookups,
        taken: HashSet::new(),
        rows: HashMap::new(),
        moved: Vec::new(),
        hash: Sha256::new(),
        done: Prepared::default(),
    };
    for event in &wanted.events {
        let rows = event.sessions.iter().map(|session| (session.external.clone(), session.row));
        preparing.rows.extend(rows.chain([(event.external.clone(), event.row)]));
        let held = events.get(&event.external).and_then(|id| held.get(id));
        let found = if event.wrong { None } else { preparing.event(event, held, &there)? };
        let Some(found) = found else {
            preparing.done.events.error += 1;
            preparing.done.stuck.extend(event.sessions.iter().map(|session| session.row));
            continue;
        };
        preparing.sessions_of(event, &found, &sessions, &versions, &of)?;
    }
    preparing.finish()
}

/// The numbers of what is called by these names: those of the organisation's own, and those that are ids here.
fn known<'a>(
    conn: &mut AnyConn,
    organisation: OrganisationId,
    kind: Named,
    names: impl Iterator<Item = &'a String>,
) -> Result<HashMap<String, i64>, Error> {
    let names: Vec<&str> = names.map(String::as_str).collect();
    let mut found = external_ids::find(conn, organisation, kind, &names)?;
    for name in names {
        if !found.contains_key(name)
            && let Ok(id) = name.parse::<EventId>()
        {
            found.insert(name.to_owned(), id.get());
        }
    }
    Ok(found)
}

impl Preparing<'_> {
    /// What becomes of an event; `None` if that cannot be told, and its sessions are not looked at.
    fn event<'s>(
        &mut self,
        wanted: &WantedEvent,
        held: Option<&Held<Event>>,
        there: &'s stored::ByEvent,
    ) -> Result<Option<Found<'s>>, Error> {
        match held {
            Some(held) => self.known_event(wanted, held, there),
            None => self.new_event(wanted),
        }
    }

    fn new_event<'s>(&mut self, wanted: &WantedEvent) -> Result<Option<Found<'s>>, Error> {
        let number = self.number();
        let (body, _) = wanted.said.over(&Body::new());
        self.note(&["event", &wanted.external, "new"]);
        let made = begun::<Event>(
            self.conn,
            self.by,
            Owner::Organisation(self.organisation),
            (number, self.now),
            body,
            &mut self.lookups,
        );
        let Some((draft, event)) = self.or_found(wanted.row, made)? else { return Ok(None) };
        let Some(id) = EventId::new(draft.object) else { return Ok(None) };
        if !self.needed(wanted, &draft)? {
            return Ok(None);
        }
        let found = Found {
            id,
            new: true,
            admission: draft.body.contains_key("admission").then_some(event.admission),
            cancelled: false,
            division: draft.division,
            sessions: &[],
        };
        self.done.events.create += 1;
        self.done.all_events.push((id, wanted.row));
        self.done.new_events.push((draft, event, wanted.external.clone()));
        Ok(Some(found))
    }

    fn known_event<'s>(
        &mut self,
        wanted: &WantedEvent,
        held: &Held<Event>,
        there: &'s stored::ByEvent,
    ) -> Result<Option<Found<'s>>, Error> {
        let Some(id) = EventId::new(held.draft.object) else { return Ok(None) };
        let public = &held.record.body;
        let cancelled = public.status == EventStatus::Cancelled;
        let (given, dropped) = wanted.said.over(&held.draft.body);
        let kept = body::of(public);
        let mut draft = held.draft.clone();
        let written =
            held::write::<Event>(self.conn, &mut draft, given.clone(), Some(&kept), &mut self.lookups);
        let Some(thing) = self.or_found(wanted.row, written)? else { return Ok(None) };
        let changes = draft.body != held.draft.body;
        let state = if changes { "changed" } else { "same" };
        self.note(&["event", &wanted.external, state, &held.draft.version.to_string()]);
        let unfinished = changes || matches!(draft.state, State::Draft | State::Rejected);
        if unfinished && !self.needed(wanted, &draft)? {
            return Ok(None);
        }
        if changes && cancelled {
            self.found(wanted.row, None, Fault::CalledOff);
        } else if changes {
            self.note(&[&serde_json::Value::Object(draft.body.clone()).to_string()]);
            for column in dropped {
                self.found(wanted.row, Some(column), Fault::TranslationDropped);
            }
            self.done.events.update += 1;
            self.done.changed_events.push((id, held.draft.version, given));
        } else {
            self.done.events.same += 1;
        }
        self.done.all_events.push((id, wanted.row));
        // Of what was published, sessions are judged by what is published.
        let unseen = held.publication == Publication::Draft;
        let said = draft.body.contains_key("admission").then_some(thing.admission);
        let admission = if unseen { said } else { Some(public.admission) };
        let sessions = there.get(&id).map(Vec::as_slice).unwrap_or_default();
        Ok(Some(Found { id, new: false, admission, cancelled, division: draft.division, sessions }))
    }

    /// What was made, or `None` with what is wrong noted.
    fn or_found<T>(&mut self, row: u32, made: Result<T, Error>) -> Result<Option<T>, Error> {
        match made {
            Ok(made) => Ok(Some(made)),
            Err(Error::Invalid(invalid)) => {
                for error in invalid.0 {
                    self.found(row, Column::of_event(&error.field), Fault::Field(error.code));
                }
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Notes what has to follow before the event can be submitted; whether it can be kept until then. The sessions that it
    /// needs come with it. A draft that somebody writes may have a text that is too long; of a file, which may have
    /// thousands, none is kept.
    fn needed(&mut self, wanted: &WantedEvent, draft: &Draft) -> Result<bool, Error> {
        let mut kept = true;
        let comes = wanted.sessions.iter().any(|session| session.said.end > self.now);
        for error in lacks::<Event>(self.conn, draft, &mut self.lookups)?.0 {
            if !(comes && error.field == "sessions") {
                let fault = match error.code {
                    code @ FieldCode::TooLong { .. } => Fault::Field(code),
                    code => Fault::Needed(code),
                };
                kept &= fault.level() != Level::Error;
                self.found(wanted.row, Column::of_event(&error.field), fault);
            }
        }
        Ok(kept)
    }

    fn found(&mut self, row: u32, column: Option<Column>, fault: Fault) {
        if fault.level() == Level::Error {
            self.note(&["wrong", &row.to_string()]);
        }
        self.done.findings.push(Finding { row, column, fault });
    }

    fn note(&mut self, parts: &[&str]) {
        for part in parts {
            self.hash.update(part.as_bytes());
            self.hash.update([0]);
        }
    }

    /// A number that nothing else of the file has: of thousands made in one millisecond, two would be alike.
    fn number(&mut self) -> i64 {
        loop {
            let number = ids::number(self.now, self.random);
            if self.taken.insert(number) {
                return number;
            }
        }
    }

    /// Notes what is more than the organisation may have that was never published, or not before it is verified.
    fn limit(&mut self) -> Result<(), Error> {
        let room = standing::room(self.conn, self.organisation)?;
        if let Some((_, _, name)) = self.done.new_events.get(room.things) {
            let row = self.rows.get(name).copied().unwrap_or_default();
            self.found(row, Some(Column::Event), Fault::Field(FieldCode::TooMany { max: room.things }));
        }
        let mut added = self.done.new_sessions.iter().flat_map(|(_, added)| added);
        if let Some((_, name)) = room.sessions.and_then(|most| added.nth(most)) {
            let row = self.rows.get(name).copied().unwrap_or_default();
            let max = room.sessions.unwrap_or_default();
            self.found(row, Some(Column::Session), Fault::Field(FieldCode::TooMany { max }));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Prepared, Error> {
        self.limit()?;
        self.done.told = Told::of(self.conn, &self.moved)?;
        self.done.ground = format!("{:x}", self.hash.finalize());
        self.done.changed_events.sort_by_key(|(id, _, _)| *id);
        self.done.new_sessions.sort_by_key(|(whose, _)| whose.event);
        Ok(self.done)
    }
}
