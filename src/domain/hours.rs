//! When a venue is open: rules in the `opening_hours` language of OpenStreetMap
//! (<https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification>), read with China's calendar.
//!
//! `PH` in a rule is a public holiday with its adjusted days off. A weekend day that is worked in exchange
//! stays the Saturday or Sunday it is: museums follow the weekday. A rule that tells weekdays apart and does not
//! name `PH` says nothing of such days: its reading of them is not certain.
//!
//! What the venue alone knows is never guessed. An interval with a comment ("by appointment") or marked `unknown`
//! is not certain, nor is anything that depends on school holidays, on the sun, or on days counted from
//! a holiday. Where no calendar says whether a day is a holiday, the day is read both ways, and is certain only
//! where both agree.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Timelike, Utc};
use compact_calendar::CompactCalendar;
use opening_hours::{Context, ContextHolidays, RuleKind};
use serde::{Deserialize, Serialize};
use serde_with::SerializeDisplay;

use super::{
    calendar::{Calendar, DayKind},
    text::Text,
    time::{CHINA, Span, day_of, start_of},
};

/// How far ahead the next opening or closing is looked for.
const HORIZON_DAYS: u64 = 14;

/// How far an opening is looked for in a span that has no end, or a later one.
const SPAN_DAYS: u64 = 62;

/// Words of the language that stand for what no table here knows.
const VAGUE: [&str; 5] = ["SH", "dawn", "sunrise", "sunset", "dusk"];

/// The days of the week, as the language writes them.
const WEEKDAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

/// A text that is not an `opening_hours` rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a rule of opening hours: {report}")]
pub struct BadHours {
    /// From which character on it cannot be read, counted from 1; absent where the whole makes no sense.
    pub at: Option<usize>,
    /// What the parser made of it: several lines for whoever knows its grammar.
    report: String,
}

impl BadHours {
    /// The parser names the place in its report alone: ` --> 1:7`.
    fn new(report: String) -> Self {
        let at = report.split_once("--> 1:").and_then(|(_, at)| at.lines().next()?.trim().parse().ok());
        Self { at, report }
    }
}

/// Minutes after midnight, up to the 24:00 that ends a day. Written `09:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, SerializeDisplay)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// The start of a day.
    pub const MIDNIGHT: Self = Self(0);
    /// The end of a day.
    pub const DAY_END: Self = Self(24 * 60);

    /// Minutes after midnight: 0 to 1,440.
    pub const fn minutes(self) -> u16 {
        self.0
    }

    /// The instant at which the venue's `date` has come so far.
    pub fn on(self, date: NaiveDate) -> DateTime<Utc> {
        start_of(date) + TimeDelta::minutes(self.0.into())
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// An interval of one day, `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Opening {
    /// The first minute.
    pub from: TimeOfDay,
    /// The minute after the last; 24:00 where the day ends open.
    pub to: TimeOfDay,
}

/// The hours of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayHours<'c> {
    /// The venue's day.
    pub date: NaiveDate,
    /// What the calendar calls it.
    pub day_kind: DayKind,
    /// The holiday that it belongs to.
    pub name: Option<&'c Text>,
    /// When it is open, in order. What runs past midnight is split there, so that every day tells its own minutes.
    pub open: Vec<Opening>,
    /// Whether that is sure; if not, `open` is the likeliest reading.
    pub certain: bool,
}

/// Whether a venue is open at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenState {
    /// Open for certain.
    Open,
    /// Closed for certain.
    Closed,
    /// Only the venue knows.
    Unknown,
}

/// Days on which a venue is closed, whatever its rule says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Closure {
    /// The first day closed.
    pub from: NaiveDate,
    /// The last day closed.
    pub to: NaiveDate,
    /// Why.
    pub reason: Text,
}

impl Closure {
    /// Whether it holds the venue's `date`.
    pub fn holds(&self, date: NaiveDate) -> bool {
        (self.from..=self.to).contains(&date)
    }
}

/// A parsed rule and the closures that override it. Parsed once, when a base enters the read model.
#[derive(Debug, Clone)]
pub struct OpeningHours {
    rule: opening_hours::OpeningHours,
    closures: Vec<Closure>,
    minds_holidays: bool,
    by_weekday: bool,
    vague: bool,
}

/// An interval of a reading, and whether the rule itself is sure of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Interval {
    opening: Opening,
    sure: bool,
}

type Reading = Vec<Interval>;

impl OpeningHours {
    /// Reads a rule such as `Tu-Su 09:00-17:00; PH 09:00-17:00`.
    ///
    /// # Errors
    /// [`BadHours`] where it is none.
    pub fn parse(rule: &str) -> Result<Self, BadHours> {
        let rule: opening_hours::OpeningHours =
            rule.parse().map_err(|error| BadHours::new(format!("{error}")))?;
        // The canonical form without its comments, which stand between quotes.
        let text: String = rule.to_string().split('"').step_by(2).collect();
        let minds_holidays = text.contains("PH");
        let counts_from_holidays = minds_holidays && text.contains(" day");
        let by_weekday = WEEKDAYS.iter().any(|day| text.replace("Mo-Su", "").contains(day));
        let vague = counts_from_holidays || VAGUE.iter().any(|word| text.contains(word));
        Ok(Self { rule, closures: Vec::new(), minds_holidays, by_weekday, vague })
    }

    /// The same hours with these closures.
    #[must_use]
    pub fn with_closures(self, closures: Vec<Closure>) -> Self {
        Self { closures, ..self }
    }

    /// The closure that holds `date`.
    pub fn closure(&self, date: NaiveDate) -> Option<&Closure> {
        self.closures.iter().find(|closure| closure.holds(date))
    }

    /// Whether the venue is open at `instant`.
    pub fn at(&self, calendar: &Calendar, instant: DateTime<Utc>) -> OpenState {
        if self.is_silent_on(calendar, day_of(instant)) {
            return OpenState::Unknown;
        }
        let (readings, minute) = (self.readings(calendar, day_of(instant)), minute_of(instant));
        let mut states = readings.iter().map(|reading| self.state(reading, minute));
        let first = states.next().unwrap_or(OpenState::Unknown);
        if states.all(|state| state == first) { first } else { OpenState::Unknown }
    }

    /// The hours of the venue's `date`.
    pub fn day<'c>(&self, calendar: &'c Calendar, date: NaiveDate) -> DayHours<'c> {
        let mut readings = self.readings(calendar, date);
        let first = readings.swap_remove(0);
        let agreed = readings.iter().all(|other| *other == first);
        let certain = agreed && self.sure(date, &first) && !self.is_silent_on(calendar, date);
        DayHours {
            date,
            day_kind: calendar.day_kind(date),
            name: calendar.name(date),
            open: first.into_iter().map(|interval| interval.opening).collect(),
            certain,
        }
    }

    /// The hours of `count` days from `first` on.
    pub fn days<'c>(
        &self,
        calendar: &'c Calendar,
        first: NaiveDate,
        count: u64,
    ) -> impl Iterator<Item = DayHours<'c>> {
        (0..count).map_while(move |day| Some(self.day(calendar, first.checked_add_days(Days::new(day))?)))
    }

    /// When a venue that is open at `instant` closes; `None` where it is not open, not within 14 days, or not
    /// certain.
    pub fn open_until(&self, calendar: &Calendar, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut minute = minute_of(instant);
        for day in self.days(calendar, day_of(instant), HORIZON_DAYS) {
            if !day.certain {
                return None;
            }
            let Some(now) = day.open.iter().find(|opening| (opening.from..opening.to).contains(&minute))
            else {
                // Closed from the first minute of a later day: the venue closed at midnight.
                return (day.date != day_of(instant)).then(|| start_of(day.date));
            };
            if now.to < TimeOfDay::DAY_END {
                return Some(now.to.on(day.date));
            }
            minute = TimeOfDay::MIDNIGHT;
        }
        None
    }

    /// When a venue that is closed at `instant` opens; `None` where it is not closed, not within 14 days, or
    /// not certain.
    pub fn opens_at(&self, calendar: &Calendar, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.at(calendar, instant) != OpenState::Closed {
            return None;
        }
        let days = self.days(calendar, day_of(instant), HORIZON_DAYS);
        days.take_while(|day| day.certain)
            .flat_map(|day| day.open.into_iter().map(move |opening| opening.from.on(day.date)))
            .find(|opens| *opens > instant)
    }

    /// Whether a certain opening overlaps `[from, to)`, of which the first 62 days are looked at.
    pub fn opens_within(&self, calendar: &Calendar, from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> bool {
        let span = Span { from: Some(from), to };
        !span.is_empty()
            && (0..SPAN_DAYS)
                .map_while(|day| day_of(from).checked_add_days(Days::new(day)))
                .take_while(|date| to.is_none_or(|to| start_of(*date) < to))
                .any(|date| {
                    let mut openings = self.certain_openings(calendar, date).into_iter();
                    openings.any(|opening| span.overlaps(opening.from.on(date), opening.to.on(date)))
                })
    }

    /// When it is open on `date` by every reading, and sure to be.
    fn certain_openings(&self, calendar: &Calendar, date: NaiveDate) -> Vec<Opening> {
        if self.vague || self.is_silent_on(calendar, date) {
            return Vec::new();
        }
        let sure = |reading: Reading| -> Vec<Opening> {
            reading.into_iter().filter(|interval| interval.sure).map(|interval| interval.opening).collect()
        };
        self.readings(calendar, date).into_iter().map(sure).reduce(common).unwrap_or_default()
    }

    /// Whether the rule tells weekdays apart and says nothing of holidays, on a day that is one, or is worked in
    /// exchange for one, or may be either: what the venue does then, only the venue knows.
    fn is_silent_on(&self, calendar: &Calendar, date: NaiveDate) -> bool {
        let special = matches!(calendar.day_kind(date), DayKind::Holiday | DayKind::AdjustedWorkday);
        let may_be = calendar.valid_through().is_some() && !calendar.certain(date);
        self.by_weekday && !self.minds_holidays && self.closure(date).is_none() && (special || may_be)
    }

    fn sure(&self, date: NaiveDate, reading: &Reading) -> bool {
        self.closure(date).is_some() || !self.vague && reading.iter().all(|interval| interval.sure)
    }

    fn state(&self, reading: &Reading, minute: TimeOfDay) -> OpenState {
        let within = |interval: &&Interval| (interval.opening.from..interval.opening.to).contains(&minute);
        match reading.iter().find(within) {
            _ if self.vague => OpenState::Unknown,
            Some(interval) if interval.sure => OpenState::Open,
            Some(_) => OpenState::Unknown,
            None => OpenState::Closed,
        }
    }

    /// All that `date` can be, never nothing: the reading by the known holidays first, then, where no table
    /// settles the day or its eve (whose hours may run past midnight), one for each way it may turn out.
    fn readings(&self, calendar: &Calendar, date: NaiveDate) -> Vec<Reading> {
        if self.closure(date).is_some() {
            return vec![Reading::new()];
        }
        let known = calendar.holidays();
        let mut readings = vec![self.read(known.clone(), date)];
        if self.minds_holidays {
            let open: Vec<_> = [Some(date), date.pred_opt()]
                .into_iter()
                .flatten()
                .filter(|day| !calendar.certain(*day))
                .collect();
            readings.extend((1..1 << open.len()).map(|chosen| {
                let mut holidays = CompactCalendar::clone(known);
                for (place, day) in open.iter().enumerate() {
                    if chosen >> place & 1 == 1 {
                        holidays.insert(*day);
                    }
                }
                self.read(Arc::new(holidays), date)
            }));
        }
        readings
    }

    fn read(&self, holidays: Arc<CompactCalendar>, date: NaiveDate) -> Reading {
        let context = Context::default().with_holidays(ContextHolidays::new(holidays, Arc::default()));
        let schedule = self.rule.clone().with_context(context).schedule_at(date);
        let ranges = schedule.into_iter().filter(|range| range.kind != RuleKind::Closed);
        ranges
            .map(|range| Interval {
                opening: Opening {
                    from: TimeOfDay(range.range.start.mins_from_midnight()),
                    to: TimeOfDay(range.range.end.mins_from_midnight()),
                },
                sure: range.kind == RuleKind::Open && range.comment.is_empty(),
            })
            .collect()
    }
}

/// The times that two lists of openings share.
fn common(these: Vec<Opening>, those: Vec<Opening>) -> Vec<Opening> {
    let shared = |a: &Opening, b: &Opening| Opening { from: a.from.max(b.from), to: a.to.min(b.to) };
    let pairs = these.iter().flat_map(|a| those.iter().map(move |b| shared(a, b)));
    pairs.filter(|opening| opening.from < opening.to).collect()
}

fn minute_of(instant: DateTime<Utc>) -> TimeOfDay {
    let time = instant.with_timezone(&CHINA).time();
    TimeOfDay((time.hour() * 60 + time.minute()) as u16)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        calendar::tests::{day, seeded},
        time::{parse_instant, rfc3339},
    };

    fn hours(rule: &str) -> OpeningHours {
        OpeningHours::parse(rule).unwrap()
    }

    /// A day in one line: its intervals, and `?` where they are not certain.
    fn told(hours: &OpeningHours, date: &str) -> String {
        let calendar = seeded();
        let day = hours.day(&calendar, day(date));
        let open: Vec<_> =
            day.open.iter().map(|opening| format!("{}-{}", opening.from, opening.to)).collect();
        open.join(",") + if day.certain { "" } else { "?" }
    }

    fn at(hours: &OpeningHours, instant: &str) -> OpenState {
        hours.at(&seeded(), parse_instant(instant).unwrap())
    }

    const MUSEUM: &str = "Tu-Su 09:30-17:00; PH 09:30-17:00";

    #[test]
    fn a_museum_opens_on_the_mondays_of_holidays() {
        let museum = hours(MUSEUM);
        assert_eq!(told(&museum, "2026-11-23"), "");
        assert_eq!(told(&museum, "2026-11-24"), "09:30-17:00");
        assert_eq!(told(&museum, "2026-04-06"), "09:30-17:00");
        assert_eq!(told(&hours("Mo-Su 09:00-17:00; PH off"), "2026-10-07"), "");
        let calendar = seeded();
        let monday = museum.day(&calendar, day("2026-04-06"));
        assert_eq!((monday.day_kind, monday.name.unwrap().zh_cn.as_str()), (DayKind::Holiday, "清明节"));
    }

    #[test]
    fn a_saturday_that_is_worked_stays_a_saturday() {
        let weekend = hours("Sa-Su 10:00-16:00; PH off");
        assert_eq!(told(&weekend, "2026-02-14"), "10:00-16:00");
        assert_eq!(seeded().day_kind(day("2026-02-14")), DayKind::AdjustedWorkday);
    }

    #[test]
    fn a_rule_that_is_silent_on_holidays_is_not_certain_of_them() {
        let library = hours("Mo-Fr 09:00-17:00");
        assert_eq!(told(&library, "2026-10-05"), "09:00-17:00?", "a Monday of the National Day holiday");
        assert_eq!(at(&library, "2026-10-05T10:00:00+08:00"), OpenState::Unknown);
        assert_eq!(told(&library, "2026-10-10"), "?", "a Saturday that is worked");
        assert_eq!(told(&library, "2026-10-12"), "09:00-17:00");
        assert_eq!(told(&hours("Mo-Su 09:00-17:00"), "2026-10-05"), "09:00-17:00");
        assert_eq!(told(&hours("24/7"), "2026-10-05"), "00:00-24:00");
    }

    #[test]
    fn what_no_calendar_settles_is_read_both_ways() {
        let museum = hours(MUSEUM);
        // On Friday 1 January 2027 both readings agree; on Monday the 4th they do not.
        assert_eq!(told(&museum, "2027-01-01"), "09:30-17:00");
        assert_eq!(told(&museum, "2027-01-04"), "?");
        assert_eq!(at(&museum, "2027-01-04T10:00:00+08:00"), OpenState::Unknown);
        assert_eq!(at(&museum, "2027-01-04T08:00:00+08:00"), OpenState::Closed);
        assert_eq!(told(&hours("Mo-Fr 09:00-17:00"), "2027-01-04"), "09:00-17:00?");
        assert_eq!(told(&hours("Mo-Su 09:00-17:00"), "2027-01-04"), "09:00-17:00", "every day is every day");
        // On the last settled day nothing is open to doubt.
        assert_eq!(told(&hours("Mo-Su 20:00-02:00; PH off"), "2026-12-31"), "00:00-02:00,20:00-24:00");
        // In Hong Kong these tables say nothing.
        let nothing = Calendar::default();
        assert!(!museum.day(&nothing, day("2026-11-23")).certain);
        assert!(museum.day(&nothing, day("2026-11-24")).certain);
    }

    #[test]
    fn what_only_the_venue_knows_is_not_certain() {
        assert_eq!(told(&hours("We 09:00-17:00 \"by appointment\""), "2026-11-25"), "09:00-17:00?");
        assert_eq!(told(&hours("We 09:00-12:00 unknown; Th 09:00-12:00"), "2026-11-26"), "09:00-12:00");
        assert_eq!(at(&hours("We 09:00-12:00 unknown"), "2026-11-25T10:00:00+08:00"), OpenState::Unknown);
        assert_eq!(at(&hours("We 09:00-12:00 unknown"), "2026-11-25T12:00:00+08:00"), OpenState::Closed);
        for rule in ["SH 09:00-17:00", "sunrise-sunset", "PH -1 day 09:00-12:00"] {
            assert_eq!(at(&hours(rule), "2026-11-25T23:00:00+08:00"), OpenState::Unknown, "{rule}");
            assert!(told(&hours(rule), "2026-11-25").ends_with('?'), "{rule}");
        }
        assert_eq!(told(&hours("PH,We 09:00-17:00"), "2026-11-25"), "09:00-17:00");
    }

    #[test]
    fn nights_are_split_and_days_may_be_whole() {
        let night = hours("Fr 19:00-01:30");
        assert_eq!(told(&night, "2026-11-27"), "19:00-24:00");
        assert_eq!(told(&night, "2026-11-28"), "00:00-01:30");
        assert_eq!(told(&hours("24/7"), "2026-11-28"), "00:00-24:00");
        assert_eq!(
            serde_json::to_string(&hours("24/7").day(&seeded(), day("2026-11-28")).open[0]).unwrap(),
            r#"{"from":"00:00","to":"24:00"}"#
        );
    }

    #[test]
    fn the_next_change_is_found_across_days() {
        let calendar = seeded();
        let change = |rule: &str, now: &str| {
            let (hours, now) = (hours(rule), parse_instant(now).unwrap());
            (hours.open_until(&calendar, now).map(rfc3339), hours.opens_at(&calendar, now).map(rfc3339))
        };
        let is = |text: &str| parse_instant(text).ok().map(rfc3339);
        for (rule, now, until, opens) in [
            (MUSEUM, "2026-11-29T10:00:00+08:00", is("2026-11-29T17:00:00+08:00"), None),
            (MUSEUM, "2026-11-29T17:00:00+08:00", None, is("2026-12-01T09:30:00+08:00")),
            ("Fr 19:00-01:30", "2026-11-27T20:00:00+08:00", is("2026-11-28T01:30:00+08:00"), None),
            ("Fr 19:00-24:00", "2026-11-27T20:00:00+08:00", is("2026-11-28T00:00:00+08:00"), None),
            ("24/7", "2026-11-27T20:00:00+08:00", None, None),
            ("2028 Mo 10:00-12:00", "2026-11-27T20:00:00+08:00", None, None),
            // Whether Monday 4 January 2027 is off is not known, so nor is whether Tuesday comes first.
            (MUSEUM, "2027-01-03T18:00:00+08:00", None, None),
        ] {
            assert_eq!(change(rule, now), (until, opens), "{rule} {now}");
        }
    }

    #[test]
    fn a_span_finds_certain_openings_only() {
        let within = |rule: &str, from: &str, to: Option<&str>| {
            let read = |text: &str| parse_instant(text).unwrap();
            hours(rule).opens_within(&seeded(), read(from), to.map(read))
        };
        let (monday, noon) = ("2026-11-23T12:00:00+08:00", "2026-11-24T12:00:00+08:00");
        assert!(within(MUSEUM, monday, Some(noon)));
        assert!(within(MUSEUM, monday, None));
        assert!(!within(MUSEUM, monday, Some("2026-11-24T09:30:00+08:00")));
        assert!(!within(MUSEUM, "2026-11-24T17:00:00+08:00", Some("2026-11-25T09:00:00+08:00")));
        assert!(!within(MUSEUM, noon, Some(noon)));
        assert!(!within("Tu 09:00-12:00 unknown", monday, None));
        assert!(within("Tu 09:00-11:00, Tu 13:00-17:00 \"groups\"", monday, Some(noon)));
        assert!(!within(
            "Tu 09:00-11:00, Tu 13:00-17:00 \"groups\"",
            noon,
            Some("2026-11-25T12:00:00+08:00")
        ));
        assert!(!within("PH 09:00-12:00", "2027-01-01T00:00:00+08:00", Some("2027-01-02T00:00:00+08:00")));
        // A public holiday of which the rule says nothing.
        let (october, second) = ("2026-10-01T00:00:00+08:00", "2026-10-02T00:00:00+08:00");
        assert!(!within("Tu-Su 09:00-17:00", october, Some(second)));
        assert!(within("Mo-Su 09:00-17:00", october, Some(second)));
        // Nobody knows yet whether this day is off: certain is what both readings share.
        let either = "Mo-Su 09:00-17:00; PH 10:00-12:00";
        assert!(within(either, "2027-01-01T11:00:00+08:00", Some("2027-01-01T11:30:00+08:00")));
        assert!(!within(either, "2027-01-01T13:00:00+08:00", Some("2027-01-01T14:00:00+08:00")));
    }

    #[test]
    fn closures_override_the_rule() {
        let closure =
            Closure { from: day("2026-12-01"), to: day("2026-12-05"), reason: Text::zh("设备检修") };
        let museum = hours(MUSEUM).with_closures(vec![closure.clone()]);
        assert_eq!(told(&museum, "2026-12-05"), "");
        assert_eq!(told(&museum, "2026-12-06"), "09:30-17:00");
        assert_eq!(at(&museum, "2026-12-02T10:00:00+08:00"), OpenState::Closed);
        assert_eq!(museum.closure(day("2026-12-01")), Some(&closure));
        let opens = museum.opens_at(&seeded(), parse_instant("2026-11-29T18:00:00+08:00").unwrap());
        assert_eq!(opens.map(rfc3339).unwrap().to_string(), "2026-12-06T09:30:00+08:00");
        let vague = hours("We \"on request\"").with_closures(vec![closure]);
        assert_eq!(told(&vague, "2026-12-02"), "");
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for rule in ["周一闭馆", "9am to 5pm", "Mo-Su 25:00-99:00"] {
            assert!(OpeningHours::parse(rule).is_err(), "{rule}");
        }
        let at = |rule| OpeningHours::parse(rule).unwrap_err().at;
        assert_eq!(at("周二至周日 9:30-17:00"), Some(1), "it is told where it breaks off");
        assert!(at("Tu-Su 09:30到17:00") > Some(6));
    }

    proptest! {
        #[test]
        fn a_state_agrees_with_its_day(days in 0u64..900, minute in 0u16..1440, rule in prop::sample::select(vec![
            MUSEUM, "24/7", "Fr 19:00-01:30", "Mo-Fr 09:00-12:00,13:00-17:00; PH off", "Apr-Oct 08:00-18:00 \"?\"",
        ])) {
            let (calendar, hours) = (seeded(), hours(rule));
            let date = day("2025-06-01") + Days::new(days);
            let told = hours.day(&calendar, date);
            let open = told.open.iter().any(|opening| (opening.from.0..opening.to.0).contains(&minute));
            let state = hours.at(&calendar, TimeOfDay(minute).on(date));
            if told.certain {
                prop_assert_eq!(state, if open { OpenState::Open } else { OpenState::Closed });
            }
            prop_assert!(told.open.windows(2).all(|pair| pair[0].to <= pair[1].from));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[A-Za-z0-9:,; +\"/-]{0,30}|\\PC{0,20}") {
            if let Ok(hours) = OpeningHours::parse(&text) {
                let _ = hours.day(&seeded(), day("2026-12-31"));
            }
        }
    }
}
