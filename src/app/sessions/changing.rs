//! Changing a session: its times, its place, its room, its terms.

use chrono::{DateTime, Utc};

use super::super::rehearsal::{self, Run};
use super::super::rooms::{self, Room, Tools};
use super::super::{Error, audit};
use super::screening::Doubted;
use super::{Sessions, Told, admission, check, facts, noted, object};
use crate::db::records::Stored;
use crate::db::{Tx, attendees, publication, seats, sessions};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::bases::Base;
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::{EventId, Random, SessionId, SignupId};
use crate::domain::invalid::Invalid;
use crate::domain::kinds::Kind;
use crate::domain::media::Notice;
use crate::domain::notices::{Details, Purpose};
use crate::domain::sealing::Vault;
use crate::domain::sessions::{Plan, Session};
use crate::domain::signups::Signup;
use crate::domain::signups::refusal::Refusal;
use crate::domain::text::Text;

/// What came of changing a session.
#[derive(Debug, Clone)]
pub struct Changed {
    /// The session as it is now.
    pub session: Session,
    /// Its version.
    pub version: i64,
    /// Who was told that it moved; nobody if it did not.
    pub told: Told,
    /// Who got a seat because there are more now.
    pub promoted: Vec<Signup>,
}

impl Sessions {
    /// Changes a session to what its host says. If its time or place is another then, everybody whose sign-up stands is
    /// told so, once, in the same transaction; tickets are issued anew and reminders come again. More seats go to whoever
    /// is next in the queue.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::VersionConflict`] if it is no longer at `version`; [`Refusal::CalledOff`];
    /// [`Error::SessionOver`]; [`Error::Invalid`]; [`Error::CapacityBelowTaken`]: nobody is thrown out.
    pub fn change(
        &self,
        by: Actor,
        id: SessionId,
        version: i64,
        plan: &Plan,
        dry: Run,
    ) -> Result<Changed, Error> {
        let doubted = self.doubted(std::slice::from_ref(plan));
        rehearsal::run(&self.db, dry, |tx| self.change_in(tx, by, id, version, plan, doubted.clone()))
    }

    /// The same in its caller's transaction, with what is doubtful in what the plan says.
    ///
    /// # Errors
    /// Those of [`Sessions::change`].
    pub(in crate::app) fn change_in(
        &self,
        tx: &mut Tx<'_>,
        by: Actor,
        id: SessionId,
        version: i64,
        plan: &Plan,
        doubted: Doubted,
    ) -> Result<Changed, Error> {
        let event = hold_event(tx, id)?;
        let mut room = rooms::open_one(tx, id)?;
        if sessions::versions(tx, &[id])?.get(&id) != Some(&version) {
            return Err(Error::VersionConflict);
        }
        if room.session.status == EventStatus::Cancelled {
            return Err(Error::Refused(Refusal::CalledOff));
        }
        if room.session.end <= tx.now() {
            return Err(Error::SessionOver);
        }
        let body = Event::get(tx, event.get())?.ok_or(Error::NotFound)?.body;
        let admission = admission(tx, event, &body)?;
        let plan = match admission {
            Some(admission) => plan.clone().admitted_by(admission),
            None => plan.clone(),
        };
        let capacity = plan.capacity;
        let mut after = planned(&room.session, event, plan, tx.now());
        if !publication::ever(tx, Kind::Event, event.get())? {
            // Nobody has seen it as it was.
            after.status = EventStatus::Scheduled;
        }
        let mut invalid = Invalid::default();
        check(tx, &after, Some(&room.session), &mut invalid)?;
        if let Some(admission) = admission.filter(|_| room.session.signup.is_none()) {
            after.check_admission(admission, &mut invalid);
        }
        after.check_against(&room.session, &mut invalid);
        invalid.or(())?;
        let (was, is) = (facts(&room.session), facts(&after));
        let entry = noted(tx, by, Action::SessionChanged, object(id), &body)?;
        audit::note(tx, &Entry { before: Some(was), after: Some(is), ..entry })?;
        self.have_looked_at(tx, by, event, doubted)?;
        let told = self.write(tx, &body, &mut room, after)?;
        let promoted = resize(tx, self.tools(), room, capacity)?;
        let session = sessions::find(tx, &[id])?.remove(&id).ok_or(Error::NotFound)?;
        Ok(Changed { session, version: version + 1, told, promoted })
    }

    /// Writes a session as it is to be, but for its capacity, and tells who has to know.
    fn write(&self, tx: &mut Tx<'_>, event: &Event, room: &mut Room, after: Session) -> Result<Told, Error> {
        let before = &room.session;
        let time = (before.start, before.end) != (after.start, after.end);
        let place = before.place != after.place;
        let mut told = Told::default();
        if time || place {
            told = Told::count(tx, before.id)?;
            let old_place = if place { place_name(tx, event, before)? } else { None };
            let details = Details {
                old_start: time.then_some(before.start),
                new_start: time.then_some(after.start),
                moved: place,
                old_place,
                ..Details::default()
            };
            attendees::tell(tx, before.id, SignupId::MAX, Purpose::Changed, &details)?;
        }
        if time {
            attendees::drop_reminders(tx, before.id)?;
            attendees::reissue(tx, before.id)?;
            attendees::shorten_offers(tx, before.id, after.start)?;
            if before.end < after.end {
                let scopes = event.campaigns.iter().map(|id| format!("campaign:{id}"));
                let scopes: Vec<_> = scopes.chain([format!("event:{}", before.event)]).collect();
                attendees::prolong_limits(tx, &scopes, before.end, after.end)?;
            }
        }
        let reminded = time.then(|| reminders_past(after.start, tx.now()));
        sessions::rewrite(tx, &after, reminded)?;
        room.session = after;
        Ok(told)
    }
}

/// The session as a plan has it. Its capacity stays until [`resize`] has looked whether it can be.
pub(in crate::app) fn planned(before: &Session, event: EventId, plan: Plan, now: DateTime<Utc>) -> Session {
    let capacity = plan.capacity;
    let mut after = Session {
        taken: before.taken,
        waiting: before.waiting,
        moved: before.moved,
        status: before.status,
        ..plan.session(before.id, event, now)
    };
    after.capacity = capacity;
    if (before.start, before.end, &before.place) != (after.start, after.end, &after.place) {
        after.status = EventStatus::Changed;
    }
    // What is said as before has held since then.
    if let (Some(old), Some(new)) = (&before.notice, &mut after.notice)
        && old.text == new.text
    {
        **new = Notice::clone(old);
    }
    after
}

/// What people call the place of a session; `None` if it is online.
fn place_name(tx: &mut Tx<'_>, event: &Event, session: &Session) -> Result<Option<Text>, Error> {
    let own = session.place.as_deref().or(event.place.as_ref()).map(|place| place.name.clone());
    Ok(match (own, event.base) {
        (None, Some(base)) => Base::get(tx, base.get())?.map(|base| base.body.place.name),
        (own, _) => own,
    })
}

/// Tells everybody whose session takes place where its event does that the event takes place elsewhere now. The
/// transaction has written the event.
///
/// # Errors
/// If the store fails.
pub(in crate::app) fn moved_with_event(
    tx: &mut Tx<'_>,
    id: EventId,
    before: &Event,
    after: &Event,
) -> Result<(), Error> {
    if (&before.place, before.base) == (&after.place, after.base) {
        return Ok(());
    }
    let now = tx.now();
    let all = sessions::of_events(tx, &[id.get()])?.remove(&id).unwrap_or_default();
    let concerned = |session: &Session| {
        session.place.is_none() && session.end > now && session.status != EventStatus::Cancelled
    };
    let concerned: Vec<Session> = all.into_iter().filter(concerned).collect();
    let ids: Vec<SessionId> = concerned.iter().map(|session| session.id).collect();
    seats::lock(tx, &ids)?;
    for mut session in concerned {
        let old_place = place_name(tx, before, &session)?;
        let details = Details { moved: true, old_place, ..Details::default() };
        attendees::tell(tx, session.id, SignupId::MAX, Purpose::Changed, &details)?;
        session.status = EventStatus::Changed;
        sessions::rewrite(tx, &session, None)?;
    }
    Ok(())
}

/// How many of the reminders of a start are not to be told at `now`: their moment has passed, and whoever is told of a
/// change knows.
fn reminders_past(start: DateTime<Utc>, now: DateTime<Utc>) -> i32 {
    let ahead = [Purpose::DayBefore, Purpose::HourBefore].map(Purpose::ahead);
    ahead.into_iter().flatten().map(|ahead| i32::from(start - ahead <= now)).sum()
}

/// Locks the event of a session, as what is about to change.
pub(super) fn hold_event(tx: &mut Tx<'_>, id: SessionId) -> Result<EventId, Error> {
    let event = sessions::events_of(tx, &[id])?.remove(&id).ok_or(Error::NotFound)?;
    sessions::touch_event(tx, event)?;
    Ok(event)
}

fn resize(
    tx: &mut Tx<'_>,
    tools: Tools<'_>,
    mut room: Room,
    capacity: Option<i32>,
) -> Result<Vec<Signup>, Error> {
    if capacity.is_some_and(|capacity| capacity < room.seats.taken) {
        return Err(Error::CapacityBelowTaken);
    }
    room.session.capacity = room.seats.capacity;
    room.seats.capacity = capacity;
    room.close(tx, tools)
}

/// Gives a session room for so many, counted as its terms count; `None`: any number. Whoever is next in the queue gets
/// the seats that this adds, in the same transaction; gives the sign-ups that were promoted, in order.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] if the session's terms do not go with it; [`Error::CapacityBelowTaken`] if
/// more seats are taken already: nobody is thrown out.
pub fn set_capacity(
    tx: &mut Tx<'_>,
    vault: &Vault,
    random: &dyn Random,
    id: SessionId,
    capacity: Option<i32>,
) -> Result<Vec<Signup>, Error> {
    hold_event(tx, id)?;
    let room = rooms::open_one(tx, id)?;
    let mut invalid = Invalid::default();
    Session { capacity, ..room.session.clone() }.check(&mut invalid);
    invalid.or(())?;
    resize(tx, Tools { vault, random }, room, capacity)
}
