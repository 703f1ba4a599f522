//! What becomes of the sessions of an event.

use hashbrown::HashMap;

use super::super::super::Error;
use super::super::super::drafts::held::Held;
use super::super::super::sessions::adding::MOST_OF_EVENT;
use super::super::super::sessions::{check_at, planned};
use super::{Found, Preparing, Whose};
use crate::db::external_ids::{self, Named};
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::{EventId, SessionId};
use crate::domain::imports::columns::Column;
use crate::domain::imports::findings::Fault;
use crate::domain::imports::{WantedEvent, WantedSession};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::sessions::{Plan, Session};

impl Found<'_> {
    /// A plan with the terms that go with how one gets in.
    fn admitted(&self, plan: Plan) -> Plan {
        match self.admission {
            Some(admission) => plan.admitted_by(admission),
            None => plan,
        }
    }
}

impl Preparing<'_> {
    /// Works out what becomes of the sessions of an event that a file has.
    pub(super) fn sessions_of(
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
        let plan = found.admitted(said.said.over(None));
        let session = plan.session(id, found.id, self.now);
        let mut invalid = Invalid::default();
        check_at(self.conn, self.now, &session, None, &mut invalid)?;
        found.admission.into_iter().for_each(|admission| session.check_admission(admission, &mut invalid));
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
        let plan = found.admitted(said.said.over(Some(before)));
        let after = planned(before, found.id, plan.clone(), self.now);
        let words = |session: &Session| session.notice.as_deref().map(|notice| notice.text.clone());
        let moved = (before.start, before.end, &before.place) != (after.start, after.end, &after.place);
        let same = !moved
            && (&before.signup, before.capacity, words(before))
                == (&after.signup, after.capacity, words(&after));
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
        if let Some(admission) = found.admission.filter(|_| before.signup.is_none()) {
            after.check_admission(admission, &mut invalid);
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
        let mut day = false;
        for error in invalid.0 {
            let column = match (error.field.as_str(), &error.code) {
                // A day that is too early or too late makes both of its times so: it is told once, of the day.
                ("start" | "end", FieldCode::OutOfRange { .. }) if std::mem::replace(&mut day, true) => {
                    continue;
                }
                ("start", FieldCode::OutOfRange { .. }) => Some(Column::Date),
                (field, _) => Column::of_session(field),
            };
            self.found(row, column, Fault::Field(error.code));
        }
        wrong
    }
}
