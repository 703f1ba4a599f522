//! Invented sessions: how many, when, and on which terms.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use super::random::Stream;
use super::{Plan, Purpose};
use crate::domain::events::{Ages, EventStatus};
use crate::domain::ids::{EventId, SessionId};
use crate::domain::sessions::Session;
use crate::domain::signup_terms::{CapacityUnit, SignupTerms, WaitlistMode};
use crate::domain::time;

/// The first day of a catalogue, counted from today.
pub const FIRST_DAY: i64 = -60;
/// Its last day.
pub const LAST_DAY: i64 = 120;

/// Sessions of an event at most.
pub const MOST_SESSIONS: usize = 60;

/// Of a hundred events with one session, how many are exhibitions of weeks: some 2 of a hundred sessions.
const LONG_PERCENT: f64 = 16.0;
const CANCELLED_PERCENT: f64 = 1.0;
const CHANGED_PERCENT: f64 = 1.0;

/// The days on which an event takes place.
pub struct Dates {
    first: NaiveDate,
    count: usize,
    step: i64,
    /// From the first day to the last of what runs for weeks.
    long: Option<i64>,
}

impl Dates {
    /// Draws one day for half of all events and up to sixty for the others, four on average; fewer where only `most`
    /// are left to make.
    pub fn draw(today: NaiveDate, most: usize, stream: &mut Stream) -> Self {
        let count = if stream.chance(50.0) { 1 } else { 2 + tail(MOST_SESSIONS - 1, stream) };
        let count = count.min(most).max(1);
        let long = (count == 1 && stream.chance(LONG_PERCENT)).then(|| stream.between(13, 59));
        let window = LAST_DAY - FIRST_DAY;
        let step =
            stream.pick(&[1, 2, 7]).copied().filter(|step| (count as i64 - 1) * step <= window).unwrap_or(1);
        let room = window - long.unwrap_or((count as i64 - 1) * step);
        let first = today + TimeDelta::days(FIRST_DAY + stream.between(0, room));
        // Half of what does not run day after day is at a weekend, as far as the window allows.
        let to_saturday = 5 - i64::from(first.weekday().num_days_from_monday());
        let moved = first + TimeDelta::days(to_saturday.max(0));
        let fits = (moved - today).num_days() <= FIRST_DAY + room;
        let weekend = stream.chance(50.0) && step != 2 && long.is_none() && fits;
        Self { first: if weekend { moved } else { first }, count, step, long }
    }

    /// Whether it is one session of weeks.
    pub fn is_long(&self) -> bool {
        self.long.is_some()
    }

    /// The sessions, on the same terms and at the same time of day.
    pub fn sessions(
        &self,
        event: EventId,
        terms: Option<&Terms>,
        plan: &Plan,
        number: u64,
        stream: &mut Stream,
    ) -> Vec<Session> {
        let minute = 9 * 60 + 30 * stream.between(0, 21);
        let minutes = stream.pick(&[60, 90, 90, 120, 120, 180]).copied().unwrap_or(60);
        (0..self.count)
            .map(|n| {
                let day = time::start_of(self.first + TimeDelta::days(n as i64 * self.step));
                let (start, end) = match self.long {
                    Some(days) => {
                        (day + TimeDelta::hours(9), day + TimeDelta::days(days) + TimeDelta::hours(17))
                    }
                    None => (day + TimeDelta::minutes(minute), day + TimeDelta::minutes(minute + minutes)),
                };
                let number = number * MOST_SESSIONS as u64 + n as u64;
                let id = SessionId::fresh(plan.made_at(number), &plan.stream(Purpose::SessionId, number));
                session(id, event, start, end, terms, stream)
            })
            .collect()
    }
}

/// From 0 to `most`, 5 on average and mostly 0: powers of an even chance, by multiplication.
fn tail(most: usize, stream: &mut Stream) -> usize {
    let second = stream.unit().powi(2);
    let tenth = second * (second * second) * (second * second);
    ((most as f64 * tenth) as usize).min(most)
}

/// Terms of an event's sessions, relative to their start.
pub struct Terms {
    capacity: i32,
    opens_days_before: i64,
    closes_hours_before: i64,
    /// Everything else.
    rules: SignupTerms,
}

/// Draws terms for attendees of `ages`.
pub fn terms(ages: Ages, stream: &mut Stream) -> Terms {
    let waits = [WaitlistMode::None, WaitlistMode::Confirm, WaitlistMode::Confirm, WaitlistMode::Offer];
    let party_max = stream.between(1, 5) as u16;
    Terms {
        capacity: 20 + 5 * stream.between(0, 56) as i32,
        opens_days_before: stream.between(5, 30),
        closes_hours_before: stream.between(0, 24),
        rules: SignupTerms {
            waitlist_mode: stream.pick(&waits).copied().unwrap_or(WaitlistMode::None),
            capacity_unit: if stream.chance(90.0) { CapacityUnit::Person } else { CapacityUnit::Party },
            guardian_takes_seat: stream.chance(70.0),
            party_min: 1,
            party_max,
            per_person_max: party_max,
            ages,
            guardian_required: party_max > 1 && ages.min.is_some_and(|min| min < 8),
            phone_required: stream.chance(20.0),
            approval: stream.chance(5.0),
            ..SignupTerms::default()
        },
    }
}

fn session(
    id: SessionId,
    event: EventId,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    terms: Option<&Terms>,
    stream: &mut Stream,
) -> Session {
    let status = match stream.unit() * 100.0 {
        chance if chance < CANCELLED_PERCENT => EventStatus::Cancelled,
        chance if chance < CANCELLED_PERCENT + CHANGED_PERCENT => EventStatus::Changed,
        _ => EventStatus::Scheduled,
    };
    let (mut taken, mut waiting) = (0, 0);
    if let Some(terms) = terms {
        let full = stream.chance(20.0);
        taken = if full { terms.capacity } else { stream.between(0, terms.capacity.into()) as i32 };
        let queues = full && terms.rules.waitlist_mode != WaitlistMode::None;
        waiting = if queues { stream.between(0, 20) as i32 } else { 0 };
    }
    let signup = terms.map(|terms| SignupTerms {
        opens_at: Some(start - TimeDelta::days(terms.opens_days_before)),
        closes_at: Some(start - TimeDelta::hours(terms.closes_hours_before)),
        cancel_until: Some(start - TimeDelta::hours(terms.closes_hours_before)),
        ..terms.rules.clone()
    });
    let capacity = terms.map(|terms| terms.capacity);
    Session {
        id,
        event,
        start,
        end,
        status,
        place: None,
        signup: signup.map(Box::new),
        capacity,
        taken,
        waiting,
        moved: 0,
        notice: None,
    }
}
