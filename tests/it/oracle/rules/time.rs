//! When: the span that a question means.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use kepu::domain::time::{day_of, start_of};

use crate::oracle::ground::GROUND;
use crate::oracle::questions::Question;

/// `[from, to)`.
#[derive(Debug, Clone, Copy)]
pub struct Within {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// Whether what has ended since is wanted too.
    pub past: bool,
}

/// An end that nothing reaches.
const NEVER: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

impl Within {
    /// The span that a question means, if it means one.
    ///
    /// # Errors
    /// The parameter for which it must be refused.
    pub fn of(question: &Question, now: DateTime<Utc>) -> Result<Option<Self>, &'static str> {
        if let Some(when) = question.get("when") {
            let (first, last) = days(when, day_of(now)).ok_or("when")?;
            let from = start_of(first).max(now);
            return Ok(Some(Self { from, to: start_of(last + Days::new(1)), past: false }));
        }
        let from = question.get("from").map(|text| moment(text).0);
        let to = question.get("to").map(|text| moment(text).1);
        match (from, to) {
            (None, None) => Ok(None),
            (Some(from), Some(to)) if to <= from => Err("from"),
            (None, Some(to)) if to <= now => Err("to"),
            _ => {
                let ended =
                    question.get("status").is_some_and(|status| status.split(',').any(|one| one == "ended"));
                let over = ended || to.is_some_and(|to| to <= now);
                let past = from.is_some_and(|from| from < start_of(day_of(now)) || over);
                let from = from.map_or(now, |from| if past { from } else { from.max(now) });
                Ok(Some(Self { from, to: to.unwrap_or(NEVER), past }))
            }
        }
    }

    /// From now on, on one day.
    pub fn on(date: NaiveDate, now: DateTime<Utc>) -> Self {
        Self { from: start_of(date).max(now), to: start_of(date + Days::new(1)), past: false }
    }

    /// Whether `[start, end)` overlaps it.
    pub fn overlaps(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> bool {
        start < self.to && self.from < end
    }

    /// The days that it touches, at most `most` of them.
    pub fn days(&self, most: usize) -> impl Iterator<Item = NaiveDate> {
        let to = self.to;
        day_of(self.from).iter_days().take(most).take_while(move |date| start_of(*date) < to)
    }
}

/// First and last day of a span by name; `None` where nobody knows yet.
fn days(when: &str, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let later = |days: u32| today + TimeDelta::days(days.into());
    let weekday = today.weekday().number_from_monday();
    Some(match when {
        "today" => (today, today),
        "tomorrow" => (later(1), later(1)),
        "weekend" => (
            if weekday == 7 { today } else { later(6) - TimeDelta::days(weekday.into()) },
            later(7 - weekday),
        ),
        "week" => (today, later(7 - weekday)),
        "month" => (today, today.iter_days().take_while(|day| day.month() == today.month()).last()?),
        "holiday" => GROUND.holiday(today).ok()?,
        other => panic!("{other} is no span"),
    })
}

/// Where a date or an instant begins and ends, as an end of a span.
fn moment(text: &str) -> (DateTime<Utc>, DateTime<Utc>) {
    match text.parse::<NaiveDate>() {
        Ok(date) => (start_of(date), start_of(date + Days::new(1))),
        Err(_) => {
            let instant = DateTime::parse_from_rfc3339(text).unwrap().to_utc();
            (instant, instant)
        }
    }
}
