//! Adding sessions to an event: one, many, or as a timetable repeats them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};
use serde_json::json;

use super::super::drafts::standing::{self, MOST_SESSIONS_UNVERIFIED};
use super::super::rehearsal::{self, Run};
use super::super::repeats::{self, Made, Repeat};
use super::super::{Error, audit};
use super::{Sessions, admission, check, facts, noted};
use crate::db::records::Stored;
use crate::db::{Tx, sessions};
use crate::domain::admission::Admission;
use crate::domain::audit::{self as audited, Action, Actor, Object};
use crate::domain::bases::Base;
use crate::domain::calendar::{Calendar, CalendarYear, DayKind};
use crate::domain::divisions::Adcode;
use crate::domain::drafts::Owner;
use crate::domain::events::{Event, EventStatus};
use crate::domain::ids::{EventId, SessionId};
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::kinds::Kind;
use crate::domain::sessions::{Plan, Session};
use crate::domain::signups::refusal::Refusal;
use crate::domain::time::day_of;
use crate::domain::timetable::{BadTimetable, Dates, LONGEST_RULE, MOST_DATES, Timetable};

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

/// The sessions of a timetable in order of start, or what is wrong with it, which is told after what is wrong with the
/// sessions themselves.
type Repeated = Result<(Vec<Plan>, Followed), Invalid>;

/// Whose holidays are kept where a session takes place: Hong Kong and Macau keep some of their own, which are not known
/// here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Holidays {
    Mainland,
    Unknown,
}

impl Sessions {
    /// Adds sessions to an event, each repeated as the timetable says, if there is one. What is there already is not
    /// added again; a request that is sent again adds nothing, and is told of what the first one added as it is now.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Refusal::CalledOff`]; [`Error::Invalid`], with everything that is wrong; those of
    /// [`repeats::many`].
    pub fn add(
        &self,
        by: Actor,
        event: EventId,
        plans: Vec<Plan>,
        timetable: Option<&Timetable>,
        (dry, repeat): (Run, Option<&Repeat>),
    ) -> Result<Added, Error> {
        let doubted = self.doubted(&plans);
        // A rule takes time, for which nobody is to wait.
        let repeated = match timetable {
            Some(timetable) => Some(self.repeated(event, &plans, timetable)?),
            None => None,
        };
        rehearsal::run(&self.db, dry, |tx| {
            let repeat = repeat.filter(|_| dry == Run::Earnest);
            let followed = repeated.as_ref().and_then(|repeated| Some(repeated.as_ref().ok()?.1.clone()));
            let add = |tx: &mut Tx<'_>| {
                let added = self.add_in(tx, by, event, plans, repeated)?;
                if !added.sessions.is_empty() {
                    self.have_looked_at(tx, by, event, doubted)?;
                }
                Ok(added)
            };
            let ids = |added: &Added| added.sessions.iter().map(|(session, _)| session.id).collect();
            let before = match repeats::many(tx, by, repeat, add, ids)? {
                Made::Now(added) => return Ok(added),
                Made::Before(before) => before,
            };
            // As they are now: some may be called off, or have moved.
            let mut found = sessions::find(tx, &before)?;
            let versions = sessions::versions(tx, &before)?;
            let before = before.iter().filter_map(|id| Some((found.remove(id)?, *versions.get(id)?)));
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

    /// Follows a timetable, for as many sessions as may be added, with what is read in a moment.
    fn repeated(&self, event: EventId, plans: &[Plan], timetable: &Timetable) -> Result<Repeated, Error> {
        let (of_event, years) = self.db.read(|conn| {
            let event = Event::get(conn, event.get())?.ok_or(Error::NotFound)?.body;
            let own = event.place.as_ref().map(|place| place.adcode);
            let of_event = match (own, event.base) {
                (None, Some(base)) => Base::get(conn, base.get())?.map(|base| base.body.place.adcode),
                (own, _) => own,
            };
            Ok::<_, Error>((of_event, CalendarYear::all(conn)?))
        })?;
        // Tables are checked as they are saved; if they contradict each other all the same, holidays are unknown.
        let holidays = Calendar::new(years.into_iter().map(|year| year.body)).unwrap_or_default();
        let calendar_of = |plan: &Plan| {
            let place = plan.place.as_ref().map(|place| place.adcode).or(of_event);
            if place.is_none_or(Adcode::is_mainland) { Holidays::Mainland } else { Holidays::Unknown }
        };
        Ok(follow(plans, timetable, calendar_of, &holidays))
    }

    fn add_in(
        &self,
        tx: &mut Tx<'_>,
        by: Actor,
        event: EventId,
        plans: Vec<Plan>,
        repeated: Option<Repeated>,
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
        let (plans, followed) = match repeated.transpose()? {
            Some((plans, followed)) => (plans.into_iter().map(admitted).collect(), Some(followed)),
            None => (plans, None),
        };
        if followed.is_some() {
            self.check_all(tx, event, admission, &plans)?;
        }
        let (fresh, same) = self.sift(tx, event, plans)?;
        if let Some(organiser) = body.organiser()
            && !standing::of(tx, Owner::Organisation(organiser))?.verified
        {
            let before = usize::try_from(sessions::count_of_organisation(tx, organiser)?).unwrap_or_default();
            if before + fresh.len() > MOST_SESSIONS_UNVERIFIED {
                let code = FieldCode::TooMany { max: MOST_SESSIONS_UNVERIFIED };
                return Err(Invalid::one("sessions", code).into());
            }
        }
        sessions::insert_with_events(tx, &fresh)?;
        if !fresh.is_empty() {
            let entry = noted(tx, by, Action::SessionsAdded, Object::of(Kind::Event, event.get()), &body)?;
            let after = Some(json!({ "sessions": fresh.iter().map(facts).collect::<Vec<_>>() }));
            audit::note(tx, &audited::Entry { after, ..entry })?;
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
            check(tx, &session, None, &mut invalid)?;
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
fn follow(
    plans: &[Plan],
    timetable: &Timetable,
    calendar_of: impl Fn(&Plan) -> Holidays,
    holidays: &Calendar,
) -> Repeated {
    let mut invalid = Invalid::default();
    for (field, dates) in
        [("recurrence.exdates", &timetable.left_out), ("recurrence.rdates", &timetable.added)]
    {
        if dates.len() > MOST_DATES {
            invalid.push(field, FieldCode::TooMany { max: MOST_DATES });
        }
    }
    invalid.or(())?;
    let schedule = timetable.read().map_err(bad)?;
    let unknown = Calendar::default();
    let (mut all, mut skipped, mut uncertain) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
    let (mut known, mut through) = (holidays.valid_through(), NaiveDate::MIN);
    // Many sessions of one first moment are many rooms: their days are the same.
    let mut followed: HashMap<(DateTime<Utc>, Holidays), Dates> = HashMap::new();
    for plan in plans.iter().take(MOST_AT_ONCE) {
        let place = calendar_of(plan);
        let calendar = match place {
            Holidays::Mainland => holidays,
            Holidays::Unknown => &unknown,
        };
        let dates = match followed.entry((plan.start, place)) {
            Entry::Occupied(before) => before.into_mut(),
            Entry::Vacant(fresh) => fresh.insert(schedule.dates(plan.start, calendar).map_err(bad)?),
        };
        if all.len() + dates.days.len() > MOST_AT_ONCE {
            return Err(Invalid::one("recurrence", FieldCode::TooMany { max: MOST_AT_ONCE }));
        }
        let first = day_of(plan.start);
        all.extend(dates.days.iter().map(|day| plan.later(*day - first)));
        skipped.extend(dates.skipped.iter().copied());
        uncertain.extend(dates.uncertain.iter().copied());
        known = known.min(calendar.valid_through());
        through = through.max(dates.through);
    }
    all.sort_by_key(|plan| plan.start);
    if all.is_empty() {
        return Err(Invalid::one("recurrence", FieldCode::TooFew { min: 1 }));
    }
    let (skipped, uncertain) = (skipped.into_iter().collect(), uncertain.into_iter().collect());
    Ok((all, Followed { skipped, uncertain, holidays_known_through: known, through }))
}

fn bad(error: BadTimetable) -> Invalid {
    let code = match error {
        BadTimetable::TooMany => FieldCode::TooMany { max: MOST_AT_ONCE },
        BadTimetable::TooLong => FieldCode::TooLong { max: LONGEST_RULE },
        other => FieldCode::Rule { reason: other.to_string() },
    };
    Invalid::one("recurrence.rule", code)
}
