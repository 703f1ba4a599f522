//! What a file would do, worked out from what is read: nothing is written here.

use chrono::{DateTime, Utc};
use hashbrown::{HashMap, HashSet};
use sha2::{Digest, Sha256};

use super::super::Error;
use super::super::drafts::held::{self, Held, Lookups};
use super::super::drafts::many::{begun, lacks};
use super::super::sessions::adding::MOST_OF_EVENT;
use super::super::sessions::{Told, check_at, planned};
use super::Counts;
use crate::db::AnyConn;
use crate::db::external_ids::{self, Named};
use crate::db::sessions as stored;
use crate::domain::admission::Admission;
use crate::domain::audit::Actor;
use crate::domain::drafts::{Body, Draft, Owner, State};
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::{self, EventId, OrganisationId, Random, SessionId};
use crate::domain::imports::columns::Column;
use crate::domain::imports::findings::{Fault, Finding, Level};
use crate::domain::imports::{Wanted, WantedEvent, WantedSession};
use crate::domain::invalid::{FieldCode, Invalid};
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
    pub(super) division: crate::domain::divisions::Adcode,
}

/// An event that sessions are said of.
struct Found<'a> {
    id: EventId,
    new: bool,
    admission: Admission,
    cancelled: bool,
    division: crate::domain::divisions::Adcode,
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
        moved: Vec::new(),
        hash: Sha256::new(),
        done: Prepared::default(),
    };
    for event in &wanted.events {
        let held = events.get(&event.external).and_then(|id| held.get(id));
        let Some(found) = preparing.event(event, held, &there)? else { continue };
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
        self.needed(wanted.row, &draft)?;
        let found = Found {
            id,
            new: true,
            admission: event.admission,
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
        let kept = crate::domain::drafts::body::of(public);
        let mut draft = held.draft.clone();
        let written = held::write::<Event>(self.conn, &mut draft, given.clone(), Some(&kept), &mut self.lookups);
        let Some(thing) = self.or_found(wanted.row, written)? else { return Ok(None) };
        let changes = draft.body != held.draft.body;
        let state = if changes { "changed" } else { "same" };
        self.note(&["event", &wanted.external, state, &held.draft.version.to_string()]);
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
        if changes || matches!(draft.state, State::Draft | State::Rejected) {
            self.needed(wanted.row, &draft)?;
        }
        self.done.all_events.push((id, wanted.row));
        // Of what was published, sessions are judged by what is published.
        let unseen = held.publication == Publication::Draft;
        let admission = if unseen { thing.admission } else { public.admission };
        let sessions = there.get(&id).map(Vec::as_slice).unwrap_or_default();
        Ok(Some(Found { id, new: false, admission, cancelled, division: draft.division, sessions }))
    }

    fn sessions_of(
        &mut self,
        wanted: &WantedEvent,
        found: &Found<'_>,
        named: &HashMap<String, i64>,
        versions: &HashMap<SessionId, i64>,
        of: &HashMap<SessionId, EventId>,
    ) -> Result<(), Error> {
        let mut left: HashMap<SessionId, &Session> =
            found.sessions.iter().map(|session| (session.id, session)).collect();
        let changed_event = self.done.changed_events.last().is_some_and(|(id, _, _)| *id == found.id);
        let mut added = Vec::new();
        let mut first = true;
        for said in &wanted.sessions {
            let id = named.get(&said.external).copied().and_then(SessionId::new);
            let version = id.and_then(|id| versions.get(&id)).copied();
            match id.zip(version) {
                Some((id, version)) if of.get(&id) == Some(&found.id) => {
                    let Some(before) = left.remove(&id) else {
                        // Named by what its organisation calls it, and by its id.
                        self.found(said.row, Some(Column::Session), Fault::Field(FieldCode::Repeated));
                        continue;
                    };
                    let same = self.known_session(said, before, version, found)?;
                    match same {
                        // That its event changes is counted with its first row.
                        true if changed_event && first => self.done.rows.update += 1,
                        true => self.done.rows.same += 1,
                        false => {}
                    }
                }
                // Its own name for a session of another of its events.
                Some((id, _)) if self.is_ours(&said.external, id, of)? => {
                    let with = "externalId".to_owned();
                    self.found(said.row, Some(Column::Event), Fault::Field(FieldCode::Conflicting { with }));
                }
                _ => added.extend(self.new_session(said, found)?),
            }
            first = false;
        }
        if found.sessions.len() + added.len() > MOST_OF_EVENT {
            let row = wanted.sessions.last().map_or(wanted.row, |session| session.row);
            self.found(row, Some(Column::Event), Fault::Field(FieldCode::TooMany { max: MOST_OF_EVENT }));
        }
        let coming = |session: &&&Session| session.end > self.now && session.status != EventStatus::Cancelled;
        self.done.left_alone += left.values().filter(coming).count();
        if !added.is_empty() {
            let whose = Whose { event: found.id, new: found.new, division: found.division };
            self.done.new_sessions.push((whose, added));
        }
        Ok(())
    }

    /// Whether a session that is named so is the organisation's: a name that only looks like an id is free to be given.
    fn is_ours(
        &mut self,
        name: &str,
        id: SessionId,
        of: &HashMap<SessionId, EventId>,
    ) -> Result<bool, Error> {
        let own = external_ids::find(self.conn, self.organisation, Named::Session, &[name])?;
        if own.contains_key(name) {
            return Ok(true);
        }
        let Some(event) = of.get(&id) else { return Ok(false) };
        let held = Held::<Event>::read_many(self.conn, &[event.get()], &mut self.lookups)?;
        Ok(held.values().any(|held| held.draft.organisation() == Some(self.organisation)))
    }

    fn new_session(
        &mut self,
        said: &WantedSession,
        found: &Found<'_>,
    ) -> Result<Option<(Session, String)>, Error> {
        self.note(&["session", &said.external, "new"]);
        let Some(id) = SessionId::new(self.number()) else { return Ok(None) };
        if found.cancelled {
            self.found(said.row, None, Fault::CalledOff);
            return Ok(None);
        }
        let plan = said.said.over(None).admitted_by(found.admission);
        let session = plan.session(id, found.id, self.now);
        let mut invalid = Invalid::default();
        check_at(self.conn, self.now, &session, None, &mut invalid)?;
        session.check_admission(found.admission, &mut invalid);
        if self.wrong_session(said.row, invalid) {
            return Ok(None);
        }
        self.done.rows.create += 1;
        Ok(Some((session, said.external.clone())))
    }

    /// What becomes of a session that is there; whether it stays as it is.
    fn known_session(
        &mut self,
        said: &WantedSession,
        before: &Session,
        version: i64,
        found: &Found<'_>,
    ) -> Result<bool, Error> {
        let plan = said.said.over(Some(before)).admitted_by(found.admission);
        let after = planned(before, found.id, plan.clone(), self.now);
        let words = |session: &Session| session.notice.as_deref().map(|notice| notice.text.clone());
        let moved = (before.start, before.end, &before.place) != (after.start, after.end, &after.place);
        let same = !moved
            && (&before.signup, before.capacity, words(before)) == (&after.signup, after.capacity, words(&after));
        self.note(&["session", &said.external, if same { "same" } else { "changed" }, &version.to_string()]);
        if same {
            return Ok(true);
        }
        let over = before.end <= self.now;
        if found.cancelled || before.status == EventStatus::Cancelled || over {
            self.found(said.row, None, if over { Fault::Over } else { Fault::CalledOff });
            return Ok(false);
        }
        let mut invalid = Invalid::default();
        check_at(self.conn, self.now, &after, Some(before), &mut invalid)?;
        if before.signup.is_none() {
            after.check_admission(found.admission, &mut invalid);
        }
        after.check_against(before, &mut invalid);
        if after.capacity.is_some_and(|capacity| capacity < before.taken) {
            self.found(said.row, Some(Column::Capacity), Fault::BelowTaken { taken: before.taken });
            return Ok(false);
        }
        if self.wrong_session(said.row, invalid) {
            return Ok(false);
        }
        if moved {
            self.moved.push(before.id);
        }
        self.done.rows.update += 1;
        self.done.changed_sessions.push((before.id, version, plan));
        Ok(false)
    }

    fn wrong_session(&mut self, row: u32, invalid: Invalid) -> bool {
        let wrong = !invalid.0.is_empty();
        for error in invalid.0 {
            self.found(row, Column::of_session(&error.field), Fault::Field(error.code));
        }
        wrong
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

    /// Notes what has to follow before the event can be submitted.
    fn needed(&mut self, row: u32, draft: &Draft) -> Result<(), Error> {
        for error in lacks::<Event>(self.conn, draft, &mut self.lookups)?.0 {
            self.found(row, Column::of_event(&error.field), Fault::Needed(error.code));
        }
        Ok(())
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

    fn finish(mut self) -> Result<Prepared, Error> {
        self.done.told = Told::of(self.conn, &self.moved)?;
        self.done.ground = format!("{:x}", self.hash.finalize());
        self.done.changed_events.sort_by_key(|(id, _, _)| *id);
        self.done.new_sessions.sort_by_key(|(whose, _)| whose.event);
        Ok(self.done)
    }
}
