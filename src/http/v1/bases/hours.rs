//! When a base is open.

use chrono::{Days, NaiveDate};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::discovery::entries::BaseEntry;
use crate::domain::hours::{self, OpenState};
use crate::domain::time::{Rfc3339, rfc3339};
use crate::domain::{calendar, invalid};
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::v1::view::View;
use crate::http::wire::wire;

use super::{HOURS_FROM, HOURS_TO};

/// How many days an item shows.
const WEEK: u64 = 7;

/// How many days are told if nobody says how many, and at most.
const DEFAULT_DAYS: u64 = 14;
const MAX_DAYS: u64 = 62;

wire! {
    /// What a day is to working people.
    DayKind = calendar::DayKind {
        /// Monday to Friday.
        Workday "workday"
        /// Saturday or Sunday.
        Weekend "weekend"
        /// A public holiday, or a day off that was moved to one.
        Holiday "holiday"
        /// A weekend day that is worked in exchange for a day off.
        AdjustedWorkday "adjustedWorkday"
    }
}

/// Opening hours.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hours<'a> {
    /// The rule in the syntax of OpenStreetMap's `opening_hours`; absent where unknown.
    #[schema(example = "Tu-Su 09:30-17:00; PH 09:30-17:00")]
    pub rule: Option<&'a str>,
    /// What the rule cannot say.
    #[schema(example = "16:30停止入场")]
    pub note: Option<&'a str>,
    /// If it is open now: when it certainly closes.
    #[schema(example = "2026-11-28T17:00:00+08:00", value_type = Option<String>, format = DateTime)]
    pub open_until: Option<Rfc3339>,
    /// If it is closed now: when it certainly opens.
    #[schema(example = "2026-11-29T09:30:00+08:00", value_type = Option<String>, format = DateTime)]
    pub opens_at: Option<Rfc3339>,
    /// Today and the six days after it; none where hours are not known.
    #[serde(rename = "next7Days")]
    #[schema(max_items = 7)]
    pub next_7_days: Vec<Day<'a>>,
}

/// The hours of one day.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Day<'a> {
    /// The venue's day.
    #[schema(example = "2026-11-28", format = Date)]
    pub date: String,
    /// What the calendar calls it.
    pub day_kind: DayKind,
    /// The holiday that it belongs to.
    #[schema(example = "国庆节")]
    pub name: Option<&'a str>,
    /// When it is open, in order; none: closed. What runs past midnight is split there.
    pub open: Vec<Opening>,
    /// Whether that is sure; if not, `open` is the likeliest reading.
    #[schema(example = true)]
    pub certain: bool,
}

/// From the first minute to before the last.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Opening {
    /// The time of day at which it opens.
    #[schema(example = "09:30", pattern = "^[0-2][0-9]:[0-5][0-9]$")]
    pub from: String,
    /// The time of day at which it closes; 24:00 where the day ends open.
    #[schema(example = "17:00", pattern = "^[0-2][0-9]:[0-5][0-9]$")]
    pub to: String,
}

/// Days on which a base is closed, whatever its rule says.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Closure<'a> {
    /// First day.
    #[schema(example = "2026-12-01", format = Date)]
    pub from: String,
    /// Last day, inclusive.
    #[schema(example = "2026-12-05", format = Date)]
    pub to: String,
    /// Why.
    #[schema(example = "设备检修")]
    pub reason: &'a str,
}

/// The hours of a base, day by day.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BaseHours<'a> {
    /// The rule in the syntax of OpenStreetMap's `opening_hours`; absent where unknown.
    #[schema(example = "Tu-Su 09:30-17:00; PH 09:30-17:00")]
    pub rule: Option<&'a str>,
    /// What the rule cannot say.
    #[schema(example = "16:30停止入场")]
    pub note: Option<&'a str>,
    /// The days asked for; none where hours are not known.
    #[schema(max_items = 62)]
    pub items: Vec<Day<'a>>,
}

impl<'a> Hours<'a> {
    /// The hours of a base as `view` shows them.
    pub fn new(view: &View<'a>, entry: &'a BaseEntry) -> Self {
        let (hours, world) = (&entry.body().hours, view.snapshot);
        Self {
            rule: hours.rule.as_deref(),
            note: hours.note.as_ref().map(|note| view.text(note)),
            open_until: entry.own.open_until(world, view.now).map(rfc3339),
            opens_at: entry.own.opens_at(world, view.now).map(rfc3339),
            next_7_days: days(view, entry, view.today(), WEEK),
        }
    }
}

impl<'a> BaseHours<'a> {
    /// The hours of a base on the days that `params` ask for.
    ///
    /// # Errors
    /// If they are no days, or too many.
    pub fn new(view: &View<'a>, entry: &'a BaseEntry, params: &Params) -> Result<Self, Problem> {
        let hours = &entry.body().hours;
        let (first, count) = asked(params, view.today())?;
        Ok(Self {
            rule: hours.rule.as_deref(),
            note: hours.note.as_ref().map(|note| view.text(note)),
            items: days(view, entry, first, count),
        })
    }
}

/// Whether a base is open now; `None` where only the venue knows.
pub fn open_now(view: &View<'_>, entry: &BaseEntry) -> Option<bool> {
    match entry.own.at(view.snapshot, view.now) {
        OpenState::Open => Some(true),
        OpenState::Closed => Some(false),
        OpenState::Unknown => None,
    }
}

/// The first day asked for, and how many there are.
fn asked(params: &Params, today: NaiveDate) -> Result<(NaiveDate, u64), invalid::Invalid> {
    let first = params.date(&HOURS_FROM).unwrap_or(today);
    let Some(last) = params.date(&HOURS_TO) else { return Ok((first, DEFAULT_DAYS)) };
    match u64::try_from((last - first).num_days() + 1) {
        Ok(count @ 1..=MAX_DAYS) => Ok((first, count)),
        Ok(1..) => {
            let latest = first.checked_add_days(Days::new(MAX_DAYS - 1)).unwrap_or(NaiveDate::MAX);
            let range = invalid::FieldCode::OutOfRange { min: first.to_string(), max: latest.to_string() };
            Err(invalid::Invalid::one(HOURS_TO.name, range))
        }
        _ => {
            // Whoever gave no first day is told about the last.
            let field = if params.has(&HOURS_FROM) { HOURS_FROM.name } else { HOURS_TO.name };
            let mut invalid = invalid::Invalid::default();
            invalid.inverted(field, HOURS_FROM.name, HOURS_TO.name);
            Err(invalid)
        }
    }
}

fn days<'a>(view: &View<'a>, entry: &'a BaseEntry, first: NaiveDate, count: u64) -> Vec<Day<'a>> {
    let day = |day: hours::DayHours<'a>| Day {
        date: day.date.to_string(),
        day_kind: day.day_kind.into(),
        name: day.name.map(|name| view.text(name)),
        open: day.open.into_iter().map(Opening::from).collect(),
        certain: day.certain,
    };
    entry.own.days(view.snapshot, first, count).into_iter().map(day).collect()
}

impl From<hours::Opening> for Opening {
    fn from(opening: hours::Opening) -> Self {
        Self { from: opening.from.to_string(), to: opening.to.to_string() }
    }
}

impl<'a> Closure<'a> {
    /// A closure as `view` shows it.
    pub fn new(view: &View<'a>, closure: &'a hours::Closure) -> Self {
        Self {
            from: closure.from.to_string(),
            to: closure.to.to_string(),
            reason: view.text(&closure.reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::params::{Table, parse};
    use crate::http::v1::bases::GetBaseHours;

    #[test]
    fn two_weeks_unless_asked_and_two_months_at_most() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let asked = |query| {
            let answer = asked(&parse(query, GetBaseHours::PARAMS).unwrap(), today);
            answer.map(|(first, count)| format!("{first} {count}")).map_err(|invalid| invalid.to_string())
        };
        assert_eq!(asked("").unwrap(), "2026-11-22 14");
        assert_eq!(asked("from=2026-12-01").unwrap(), "2026-12-01 14");
        assert_eq!(asked("to=2026-11-22").unwrap(), "2026-11-22 1");
        assert_eq!(asked("from=2026-12-01&to=2027-01-31").unwrap(), "2026-12-01 62");
        assert_eq!(
            asked("from=2026-12-01&to=2027-02-01").unwrap_err(),
            "to: It must be from 2026-12-01 to 2027-01-31."
        );
        assert_eq!(asked("to=2026-11-21").unwrap_err(), "to: `from` must not lie beyond `to`.");
    }
}
