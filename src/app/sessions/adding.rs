//! Adding sessions to an event: one, many, or as a timetable repeats them.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use hashbrown::HashSet;
use serde_json::json;

use super::super::rehearsal::{self, Run};
use super::super::repeats::{self, Repeat};
use super::super::{Error, audit};
use super::{Sessions, admission, check, facts, noted};
use crate::db::records::Stored;
use crate::db::{Tx, sessions};
use crate::domain::admission::Admission;
use crate::domain::audit::{Action, Actor, Entry, Object};
use crate::domain::bases::Base;
use crate::domain::calendar::{Calendar, CalendarYear, DayKind};
use crate::domain::divisions::Adcode;
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::{EventId, SessionId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::sessions::{Plan, Session};
use crate::domain::signups::refusal::Refusal;
use crate::domain::time::day_of;
use crate::domain::timetable::{BadTimetable, MOST_DATES, Timetable};

/// Most sessions that are added at once.
pub const MOST_AT_ONCE: usize = 400;

/// Most sessions that an event may have.
pub const MOST_OF_EVENT: usize = 2_000;

/// What came of adding sessions.
#[derive(Debug, Clone)]
pub struct Added {
    /// The new ones with their versions, in the order in which they were given; repeated, in order of start.
    pub sessions: Vec<(Session, i64)>,
    /// Those that were there already: the same time and place, and not called off.
    pub same: Vec<SessionId>,
    /// How the timetable was followed, where there was one.
    pub followed: Option<Followed>,
}

/// Which sessions a duplicate gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Those of the original that would not be over by then, so many days later.
    pub days_later: i64,
}

/// How a timetable was followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// Days that the rule names, left out for what they are.
    pub skipped: Vec<(NaiveDate, DayKind)>,
    /// Days of which nobody knows yet whether they are holidays, or worked.
    pub uncertain: Vec<NaiveDate>,
    /// The last day up to which holidays are known; absent where none are.
    pub holidays_known_through: Option<NaiveDate>,
    /// The last day up to which the rule was followed.
    pub through: NaiveDate,
}

impl Sessions {
    /// Adds sessions to an event, each repeated as the timetable says, if there is one. What is there already is not
    /// added again; of a request that is sent again it is what the first one added.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Refusal::CalledOff`]; [`Error::Invalid`], with everything that is wrong; those of
    /// [`repeats::once`].
    pub fn add(
        &self,
        by: Actor,
        event: EventId,
        plans: Vec<Plan>,
        timetable: Option<&Timetable>,
        (dry, repeat): (Run, Option<&Repeat>),
    ) -> Result<Added, Error> {
        rehearsal::run(&self.db, dry, |tx| {
            let Some((person, repeat)) = by.person().zip(repeat).filter(|_| dry == Run::Earnest) else {
                return self.add_in(tx, by, event, plans, timetable);
            };
            let mut fresh = None;
            repeats::once(tx, person, Some(repeat), |tx| {
                fresh = Some(self.add_in(tx, by, event, plans.clone(), timetable)?);
                Ok(event)
            })?;
            if let Some(added) = fresh {
                return Ok(added);
            }
            let Added { same, followed, .. } = self.add_in(tx, by, event, plans, timetable)?;
            let mut found = sessions::find(tx, &same)?;
            let versions = sessions::versions(tx, &same)?;
            let before = same.iter().filter_map(|id| Some((found.remove(id)?, *versions.get(id)?)));
            Ok(Added { sessions: before.collect(), same: Vec::new(), followed })
        })
    }

    /// Copies the sessions of one event that are not called off to another.
    ///
    /// # Errors
    /// [`Error::Invalid`] if one would be over, or in years.
    pub(in crate::app) fn copy(
        &self,
        tx: &mut Tx<'_>,
        by: Actor,
        from: EventId,
        to: EventId,
        Copied { days_later }: Copied,
    ) -> Result<(), Error> {
        let all = sessions::of_events(tx, &[from.get()])?.remove(&from).unwrap_or_default();
        let now = tx.now();
        let later = TimeDelta::days(days_later);
        let goes_on = all.into_iter().filter(|session| session.status != EventStatus::Cancelled);
        let plans: Vec<Plan> = goes_on
            .filter(|session| session.end + later > now)
            .take(MOST_AT_ONCE)
            .map(|session| Plan::of(session).later(later))
            .collect();
        if plans.is_empty() {
            return Ok(());
        }
        self.add_in(tx, by, to, plans, None).map(drop)
    }

    fn add_in(
        &self,
        tx: &mut Tx<'_>,
        by: Actor,
        event: EventId,
        plans: Vec<Plan>,
        timetable: Option<&Timetable>,
    ) -> Result<Added, Error> {
        sessions::touch_event(tx, event)?;
        let body = Event::get(tx, event.get())?.ok_or(Error::NotFound)?.body;
        if body.status == EventStatus::Cancelled {
            return Err(Error::Refused(Refusal::CalledOff));
        }
        let admission = admission(tx, event, &body)?;
        let admitted = |plan: Plan| match admission {
            Some(admission) => plan.admitted_by(admission),
            None => plan,
        };
        let plans: Vec<Plan> = plans.into_iter().map(admitted).collect();
        // Each by itself first: what a timetable would repeat, it would repeat with its faults.
        self.check_all(tx, event, admission, &plans)?;
        let (plans, followed) = match timetable {
            Some(timetable) => repeated(tx, &body, &plans, timetable)?,
            None => (plans, None),
        };
        if followed.is_some() {
            self.check_all(tx, event, admission, &plans)?;
        }
        let (fresh, same) = self.sift(tx, event, plans)?;
        sessions::insert_with_events(tx, &fresh)?;
        if !fresh.is_empty() {
            let entry = noted(tx, by, Action::SessionsAdded, Object::of(Kind::Event, event.get()), &body)?;
            let after = Some(json!({ "sessions": fresh.iter().map(facts).collect::<Vec<_>>() }));
            audit::note(tx, &Entry { after, ..entry })?;
        }
        let sessions = fresh.into_iter().map(|session| (session, 1)).collect();
        Ok(Added { sessions, same, followed })
    }

    fn check_all(
        &self,
        tx: &mut Tx<'_>,
        event: EventId,
        admission: Option<Admission>,
        plans: &[Plan],
    ) -> Result<(), Error> {
        let mut all = Invalid::default();
        if plans.is_empty() {
            all.push("sessions", FieldCode::TooFew { min: 1 });
        }
        if plans.len() > MOST_AT_ONCE {
            all.push("sessions", FieldCode::TooMany { max: MOST_AT_ONCE });
        }
        for (at, plan) in plans.iter().take(MOST_AT_ONCE).enumerate() {
            let mut invalid = Invalid::default();
            let now = tx.now();
            let session = plan.clone().session(SessionId::MAX, event, now);
            check(tx, &session, &mut invalid)?;
            admission.into_iter().for_each(|admission| session.check_admission(admission, &mut invalid));
            all.nested(&format!("sessions[{at}]"), invalid);
        }
        Ok(all.or(())?)
    }

    /// New sessions, and the ids of those that are there already.
    fn sift(
        &self,
        tx: &mut Tx<'_>,
        event: EventId,
        plans: Vec<Plan>,
    ) -> Result<(Vec<Session>, Vec<SessionId>), Error> {
        let now = tx.now();
        let mut there = sessions::of_events(tx, &[event.get()])?.remove(&event).unwrap_or_default();
        let before = there.len();
        let (mut same, mut ids) = (Vec::new(), HashSet::new());
        for plan in plans {
            // Of hundreds made in one millisecond, two would now and then be alike.
            let id = loop {
                let id = SessionId::fresh(now, &*self.random);
                if ids.insert(id) {
                    break id;
                }
            };
            let session = plan.session(id, event, now);
            let twin = |other: &&Session| {
                other.status != EventStatus::Cancelled
                    && (other.start, other.end, &other.place) == (session.start, session.end, &session.place)
            };
            match there.iter().find(twin) {
                Some(other) => same.push(other.id),
                None => there.push(session),
            }
        }
        if there.len() > MOST_OF_EVENT {
            return Err(Invalid::one("sessions", FieldCode::TooMany { max: MOST_OF_EVENT }).into());
        }
        Ok((there.split_off(before), same))
    }
}

/// The sessions of a timetable, in order of start.
fn repeated(
    tx: &mut Tx<'_>,
    event: &Event,
    plans: &[Plan],
    timetable: &Timetable,
) -> Result<(Vec<Plan>, Option<Followed>), Error> {
    let mut invalid = Invalid::default();
    for (field, dates) in
        [("recurrence.exdates", &timetable.left_out), ("recurrence.rdates", &timetable.added)]
    {
        if dates.len() > MOST_DATES {
            invalid.push(field, FieldCode::TooMany { max: MOST_DATES });
        }
    }
    invalid.or(())?;
    let (mut all, mut followed) = (Vec::new(), None::<Followed>);
    for plan in plans {
        let calendar = calendar(tx, event, plan)?;
        let dates = timetable.dates(plan.start, &calendar).map_err(bad)?;
        let first = day_of(plan.start);
        all.extend(dates.days.iter().map(|day| plan.later(*day - first)));
        let known = calendar.valid_through();
        let so_far = followed.get_or_insert(Followed {
            skipped: Vec::new(),
            uncertain: Vec::new(),
            holidays_known_through: known,
            through: dates.through,
        });
        so_far.skipped.extend(dates.skipped);
        so_far.uncertain.extend(dates.uncertain);
        so_far.holidays_known_through = so_far.holidays_known_through.min(known);
        so_far.through = so_far.through.max(dates.through);
    }
    if let Some(followed) = &mut followed {
        let skipped: BTreeMap<_, _> = followed.skipped.drain(..).collect();
        followed.skipped = skipped.into_iter().collect();
        followed.uncertain.sort_unstable();
        followed.uncertain.dedup();
    }
    all.sort_by_key(|plan| plan.start);
    if all.is_empty() {
        return Err(Invalid::one("recurrence", FieldCode::TooFew { min: 1 }).into());
    }
    if all.len() > MOST_AT_ONCE {
        return Err(Invalid::one("recurrence", FieldCode::TooMany { max: MOST_AT_ONCE }).into());
    }
    Ok((all, followed))
}

fn bad(error: BadTimetable) -> Error {
    let code = match error {
        BadTimetable::TooMany => FieldCode::TooMany { max: MOST_AT_ONCE },
        other => FieldCode::Rule { reason: other.to_string() },
    };
    Invalid::one("recurrence.rule", code).into()
}

/// The holidays where a session takes place: Hong Kong and Macau keep some of their own, which are not known here.
fn calendar(tx: &mut Tx<'_>, event: &Event, plan: &Plan) -> Result<Calendar, Error> {
    let own = plan.place.as_ref().or(event.place.as_ref()).map(|place| place.adcode);
    let adcode = match (own, event.base) {
        (None, Some(base)) => Base::get(tx, base.get())?.map(|base| base.body.place.adcode),
        (own, _) => own,
    };
    if !adcode.is_none_or(Adcode::is_mainland) {
        return Ok(Calendar::default());
    }
    let years = CalendarYear::all(tx)?.into_iter().map(|year| year.body);
    // Tables are checked as they are saved; if they contradict each other all the same, holidays are unknown.
    Ok(Calendar::new(years).unwrap_or_default())
}
