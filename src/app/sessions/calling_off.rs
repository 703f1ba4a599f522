//! Calling sessions off: one, many (a typhoon), or all of an event.
//!
//! That it is called off is one transaction, for all together. Telling those who signed up, and ending their sign-ups,
//! follows in transactions of a bearable size: each ends those whom it tells, so that whatever comes in between nobody is
//! told twice, and a session that is called off and still has seats taken is what is left to do. The caller goes on with
//! it at once; a job finishes what a crash left.

use chrono::{DateTime, Utc};
use hashbrown::HashMap;

use super::super::rehearsal::{self, Run};
use super::super::rooms;
use super::super::signups::uses;
use super::super::{Error, audit};
use super::{Sessions, Told, facts, noted, object};
use crate::db::external_ids::{self, Named};
use crate::db::records::Stored;
use crate::db::{Tx, attendees, limits_used, publication, sessions, signups};
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::{EventId, SessionId, SignupId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::media::Notice;
use crate::domain::notices::{Details, Purpose};
use crate::domain::record::Record;
use crate::domain::sessions::Session;
use crate::domain::signup_terms::SignupTerms;
use crate::domain::signups::Reason;
use crate::domain::text::Text;

/// Most sessions that are called off at once.
pub const MOST_AT_ONCE: usize = 400;

/// About how many sign-ups one transaction settles: on the embedded store it keeps all other writers waiting.
const SETTLED_AT_ONCE: usize = 1_000;

/// No reminder of a session that is called off.
const ALL_REMINDERS: i32 = 2;

/// The longest reason, in characters.
const REASON_MAX: usize = 200;

/// What became of a session that was to be called off.
#[derive(Debug, Clone)]
pub struct CalledOff {
    /// The session.
    pub session: SessionId,
    /// Its event.
    pub event: EventId,
    /// When it would have started.
    pub start: DateTime<Utc>,
    /// What became of it.
    pub outcome: Outcome,
    /// Who is told of it.
    pub told: Told,
}

/// What becomes of a session that is to be called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is called off.
    Cancelled,
    /// It was before.
    Already,
    /// It is over.
    Ended,
    /// It is gone: nobody ever saw it, since its event was never published.
    Removed,
}

impl Sessions {
    /// Calls sessions off for a reason that everybody may read, and tells all whose sign-ups stand, once; gives what
    /// became of each, in the order in which they were given. What was called off before stays so; those of an event that
    /// was never published are removed.
    ///
    /// # Errors
    /// [`Error::NotFound`] if one of them is not there; [`Error::Invalid`]. Then nothing was called off.
    pub fn call_off(
        &self,
        by: Actor,
        ids: &[SessionId],
        reason: &Text,
        dry: Run,
    ) -> Result<Vec<CalledOff>, Error> {
        check(ids, reason)?;
        let done = rehearsal::run(&self.db, dry, |tx| {
            let of = sessions::events_of(tx, ids)?;
            if ids.iter().any(|id| !of.contains_key(id)) {
                return Err(Error::NotFound);
            }
            let mut events: Vec<EventId> = of.into_values().collect();
            events.sort_unstable();
            events.dedup();
            for event in events {
                sessions::touch_event(tx, event)?;
            }
            mark(tx, by, ids, reason)
        })?;
        self.settle_all(dry, &done);
        self.look_at(dry, by, &done, reason);
        Ok(done)
    }

    /// Calls an event off with all its sessions that have not ended.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`]; [`Error::VersionConflict`] if it is no longer at `version`.
    pub fn call_event_off(
        &self,
        by: Actor,
        event: EventId,
        reason: &Text,
        dry: Run,
    ) -> Result<Vec<CalledOff>, Error> {
        check(&[SessionId::MAX], reason)?;
        let done = rehearsal::run(&self.db, dry, |tx| {
            sessions::touch_event(tx, event)?;
            let record = Event::get(tx, event.get())?.ok_or(Error::NotFound)?;
            if !publication::ever(tx, Kind::Event, record.id)? {
                return Err(Error::NothingToDo);
            }
            if record.body.status != EventStatus::Cancelled {
                let object = Object::of(Kind::Event, record.id);
                let entry = noted(tx, by, Action::EventCancelled, object, &record.body)?;
                audit::note(tx, &Entry { reason: Some(reason.zh_cn.clone()), ..entry })?;
                let notice = Notice { text: reason.clone(), since: Some(tx.now()) };
                let body = Event { status: EventStatus::Cancelled, notice: Some(notice), ..record.body };
                Event::replace(tx, record.id, record.version, &body)?;
            }
            let now = tx.now();
            let all = sessions::of_events(tx, &[event.get()])?.remove(&event).unwrap_or_default();
            let coming = all.into_iter().filter(|session| session.end > now);
            mark(tx, by, &coming.map(|session| session.id).collect::<Vec<_>>(), reason)
        })?;
        self.settle_all(dry, &done);
        if dry == Run::Earnest {
            self.have_reason_looked_at(by, &[event], reason);
        }
        Ok(done)
    }

    /// Has the reason looked at of what was called off.
    fn look_at(&self, dry: Run, by: Actor, done: &[CalledOff], reason: &Text) {
        let off = done.iter().filter(|one| dry == Run::Earnest && one.outcome == Outcome::Cancelled);
        let mut events: Vec<EventId> = off.map(|one| one.event).collect();
        events.sort_unstable();
        events.dedup();
        self.have_reason_looked_at(by, &events, reason);
    }

    /// Tells everybody at once, as far as it goes: what is left, the job finishes.
    fn settle_all(&self, dry: Run, done: &[CalledOff]) {
        if dry == Run::Dry {
            return;
        }
        for one in done.iter().filter(|one| one.outcome == Outcome::Cancelled && one.told.signups() > 0) {
            if let Err(error) = self.settle(one.session) {
                tracing::warn!(%error, "not everybody is told yet that a session is called off");
                return;
            }
        }
    }

    /// Tells those who do not know yet that their session is called off; says how many.
    ///
    /// # Errors
    /// If the store fails: the last failure, after all sessions were looked at.
    pub fn finish(&self, now: DateTime<Utc>) -> Result<usize, Error> {
        let mut all = Ok(0);
        for session in self.db.read(|conn| sessions::called_off_with_seats(conn, now))? {
            // One session that cannot be settled keeps no other from it.
            match self.settle(session) {
                Ok(told) => all = all.map(|before| before + told),
                Err(error) => all = Err(error),
            }
        }
        all
    }

    /// Tells everybody whose sign-up for a session that is called off stands, and ends it; says how many were told.
    fn settle(&self, session: SessionId) -> Result<usize, Error> {
        let mut told = 0;
        while let Some(more) = self.db.write(|tx| self.settle_some(tx, session))? {
            told += more;
        }
        Ok(told)
    }

    /// Settles the first of those that are left; `None` if none was.
    fn settle_some(&self, tx: &mut Tx<'_>, session: SessionId) -> Result<Option<usize>, Error> {
        let mut room = rooms::open_one(tx, session)?;
        let Some(last) = attendees::first(tx, session, SETTLED_AT_ONCE)? else { return Ok(None) };
        if let Some(terms) = room.session.signup.as_deref() {
            self.give_back(tx, &room.session, terms, last)?;
        }
        let (held, wanted) = attendees::seats(tx, session, last)?;
        let told = attendees::tell(tx, session, last, Purpose::Cancelled, &Details::default())?;
        attendees::end(tx, session, last, Reason::CalledOff)?;
        room.seats.taken -= i32::try_from(held).unwrap_or_default();
        room.seats.waiting -= i32::try_from(wanted).unwrap_or_default();
        room.close(tx, self.tools())?;
        Ok(Some(told))
    }

    /// Gives back what the sign-ups up to this one use of limits over several sessions.
    fn give_back(
        &self,
        tx: &mut Tx<'_>,
        session: &Session,
        terms: &SignupTerms,
        last: SignupId,
    ) -> Result<(), Error> {
        let Session { id: session, event, end: until, .. } = *session;
        if terms.per_event_max.is_none() && terms.per_campaign_max.is_none() {
            return Ok(());
        }
        let campaigns = Event::get(tx, event.get())?.map(|event| event.body.campaigns).unwrap_or_default();
        let mut members = attendees::members(tx, session, last)?;
        let ids = attendees::up_to(tx, session, last)?;
        let mut used: HashMap<(String, String), limits_used::Use> = HashMap::new();
        for signup in signups::find(tx, &self.vault, &ids)? {
            let who = members.remove(&signup.id).unwrap_or_default();
            for one in uses(&self.vault, (terms, until), &campaigns, &signup, who) {
                let key = (one.scope.clone(), one.who.clone());
                used.entry(key).and_modify(|so_far| so_far.used += one.used).or_insert(one);
            }
        }
        Ok(limits_used::give_back(tx, used.into_values().collect())?)
    }
}

/// Marks sessions as called off, whose events the transaction holds.
fn mark(tx: &mut Tx<'_>, by: Actor, ids: &[SessionId], reason: &Text) -> Result<Vec<CalledOff>, Error> {
    let now = tx.now();
    let mut rooms = rooms::open(tx, ids)?;
    let mut of: Vec<i64> = rooms.values().map(|room| room.session.event.get()).collect();
    of.sort_unstable();
    of.dedup();
    let known = |record: Record<Event>| Some((EventId::new(record.id)?, record.body));
    let events: HashMap<EventId, Event> = Event::find(tx, &of)?.into_iter().filter_map(known).collect();
    let never = publication::never_among(tx, Kind::Event, &of)?;
    let mut done = Vec::with_capacity(ids.len());
    for id in ids {
        let room = rooms.get_mut(id).ok_or(Error::NotFound)?;
        let session = &mut room.session;
        let outcome = match session.status {
            _ if never.contains(&session.event.get()) => Outcome::Removed,
            EventStatus::Cancelled => Outcome::Already,
            _ if session.end <= now => Outcome::Ended,
            _ => Outcome::Cancelled,
        };
        let mut told = Told::default();
        if outcome == Outcome::Removed {
            sessions::delete(tx, *id)?;
            external_ids::forget(tx, Named::Session, &[id.get()])?;
            if let Some(event) = events.get(&session.event) {
                let entry = noted(tx, by, Action::SessionRemoved, object(*id), event)?;
                let (reason, before) = (Some(reason.zh_cn.clone()), Some(facts(session)));
                audit::note(tx, &Entry { reason, before, ..entry })?;
            }
        }
        if outcome == Outcome::Cancelled {
            told = Told::count(tx, *id)?;
            session.status = EventStatus::Cancelled;
            session.notice = Some(Box::new(Notice { text: reason.clone(), since: Some(now) }));
            sessions::rewrite(tx, session, Some(ALL_REMINDERS))?;
            attendees::drop_reminders(tx, *id)?;
            if let Some(event) = events.get(&session.event) {
                let entry = noted(tx, by, Action::SessionCancelled, object(*id), event)?;
                let (reason, before) = (Some(reason.zh_cn.clone()), Some(facts(session)));
                audit::note(tx, &Entry { reason, before, ..entry })?;
            }
        }
        done.push(CalledOff { session: *id, event: session.event, start: session.start, outcome, told });
    }
    Ok(done)
}

fn check(ids: &[SessionId], reason: &Text) -> Result<(), Error> {
    let mut invalid = Invalid::default();
    if ids.is_empty() {
        invalid.push("ids", FieldCode::TooFew { min: 1 });
    }
    if ids.len() > MOST_AT_ONCE {
        invalid.push("ids", FieldCode::TooMany { max: MOST_AT_ONCE });
    }
    if let Some(at) = (0..ids.len()).find(|at| ids[..*at].contains(&ids[*at])) {
        invalid.push(format!("ids[{at}]"), FieldCode::Repeated);
    }
    invalid.text("reason", reason, REASON_MAX);
    Ok(invalid.or(())?)
}
