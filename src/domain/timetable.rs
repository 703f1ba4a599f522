//! Timetables: on which days a session is repeated, by an RFC 5545 `RRULE`, days added and left out by date, and days
//! left out by what they are to working people ("every second and fourth Saturday except public holidays and adjusted
//! workdays").
//!
//! Everything is counted in the venue's days. A repetition keeps the time of day of the session that it repeats, so a rule
//! never says hours: several sessions a day are several sessions, each with the same rule.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rrule::{Frequency, NWeekday, RRule, RRuleError, Tz, Unvalidated};

use super::calendar::{Calendar, DayKind};
use super::time::{CHINA, day_of};

/// Most days that a timetable may have.
pub const MOST_DAYS: usize = 400;

/// How far a rule is followed, in days from its first: a year and a day.
pub const HORIZON: u64 = 366;

/// Most days that may be added or left out by date.
pub const MOST_DATES: usize = 400;

/// The parts of a rule that are about days.
const PARTS: [&str; 11] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "BYMONTH",
    "BYWEEKNO",
    "BYYEARDAY",
    "BYMONTHDAY",
    "BYDAY",
    "BYSETPOS",
    "WKST",
];

/// How sessions recur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timetable {
    /// An `RRULE` of days, with or without that name before it.
    pub rule: String,
    /// Days on which there is none after all (`EXDATE`).
    pub left_out: Vec<NaiveDate>,
    /// Days on which there is one besides (`RDATE`), whatever kind of day they are.
    pub added: Vec<NaiveDate>,
    /// Kinds of day on which there is none.
    pub except: Vec<DayKind>,
    /// Kinds of day on which alone there is one; empty: on all.
    pub only: Vec<DayKind>,
}

/// The days of a timetable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dates {
    /// On these there is a session, in order.
    pub days: Vec<NaiveDate>,
    /// The rule names these, and they are left out for what they are.
    pub skipped: Vec<(NaiveDate, DayKind)>,
    /// Whether these are public holidays, or worked, is not known yet: they were taken for what their weekday says.
    pub uncertain: Vec<NaiveDate>,
    /// The last day up to which the rule was followed.
    pub through: NaiveDate,
}

/// A rule that gives no timetable.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadTimetable {
    /// Not an `RRULE`.
    #[error("not a recurrence rule: {0}")]
    Rule(#[from] RRuleError),
    /// A part that is unknown, or says hours.
    #[error("`{0}` is no part of a rule of days: {list}", list = PARTS.join(", "))]
    Part(String),
    /// A part given twice, or without a value.
    #[error("`{0}` must be given once, with a value")]
    Repeated(String),
    /// Recurs within a day.
    #[error("a rule is daily or rarer: several sessions a day are several sessions")]
    TooFrequent,
    /// A weekday with a number where there is nothing to count in.
    #[error("a weekday is numbered (`2SA`) in months and years only, and not with BYWEEKNO")]
    Numbered,
    /// `COUNT` beside `UNTIL`.
    #[error("COUNT and UNTIL exclude each other")]
    TwoEnds,
    /// `BYSETPOS` without a set to choose from.
    #[error("BYSETPOS needs another BY… part")]
    Position,
    /// `UNTIL` that is neither a day nor an instant.
    #[error("UNTIL is a day (`20261231`) or an instant in UTC (`20261231T155959Z`)")]
    Until,
    /// More days than a timetable may have.
    #[error("it gives more than {MOST_DAYS} days: bound it by COUNT or UNTIL")]
    TooMany,
}

impl Timetable {
    /// The days on which a session that starts at `first` is repeated: that day is the first that the rule may give, and
    /// is among them only if it does. A rule without `COUNT` and `UNTIL` is followed for [`HORIZON`] days, and so is one
    /// that goes on for longer. `calendar` knows the holidays of the place; an empty one knows none.
    ///
    /// # Errors
    /// [`BadTimetable`] says what is wrong with the rule.
    pub fn dates(&self, first: DateTime<Utc>, calendar: &Calendar) -> Result<Dates, BadTimetable> {
        let from = day_of(first);
        let through = from.checked_add_days(Days::new(HORIZON)).unwrap_or(from);
        let asks = self.except.iter().chain(&self.only).next().is_some();
        let (mut days, mut skipped, mut uncertain) = (BTreeSet::new(), Vec::new(), Vec::new());
        for day in self.named(first.with_timezone(&CHINA).naive_local(), through)? {
            if self.left_out.contains(&day) {
                continue;
            }
            if asks && !calendar.certain(day) {
                uncertain.push(day);
            }
            let kind = calendar.day_kind(day);
            if self.except.contains(&kind) || !(self.only.is_empty() || self.only.contains(&kind)) {
                skipped.push((day, kind));
            } else {
                days.insert(day);
            }
        }
        days.extend(self.added.iter().filter(|day| !self.left_out.contains(day)));
        if days.len() > MOST_DAYS {
            return Err(BadTimetable::TooMany);
        }
        Ok(Dates { days: days.into_iter().collect(), skipped, uncertain, through })
    }

    /// The days that the rule names. The library is asked about local time as if it were UTC: where clocks are never
    /// put forward the two count alike.
    fn named(&self, first: NaiveDateTime, through: NaiveDate) -> Result<Vec<NaiveDate>, BadTimetable> {
        let (rule, until) = parsed(&self.rule)?;
        let end = through.and_time(NaiveTime::MIN) + chrono::TimeDelta::days(1);
        let until = until.map_or(end, |until| until.min(end));
        if until < first {
            return Ok(Vec::new());
        }
        let utc = |local: NaiveDateTime| local.and_utc().with_timezone(&Tz::UTC);
        // More than there are days cannot be.
        let found = rule.until(utc(until)).build(utc(first))?.all(HORIZON as u16 + 2);
        Ok(found.dates.into_iter().map(|at| at.date_naive()).collect())
    }
}

/// The rule without its end, which the library would not take as people write it; and that end, in local time.
fn parsed(text: &str) -> Result<(RRule<Unvalidated>, Option<NaiveDateTime>), BadTimetable> {
    let text = text.trim().to_ascii_uppercase();
    let text = text.strip_prefix("RRULE:").unwrap_or(&text);
    let mut parts: Vec<(&str, &str)> = Vec::new();
    for part in text.split(';') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if !PARTS.contains(&name) {
            return Err(if name == "BYHOUR" || name == "BYMINUTE" || name == "BYSECOND" {
                BadTimetable::TooFrequent
            } else {
                BadTimetable::Part(name.chars().take(20).collect())
            });
        }
        if value.is_empty() || parts.iter().any(|(known, _)| *known == name) {
            return Err(BadTimetable::Repeated(name.to_owned()));
        }
        parts.push((name, value));
    }
    let value = |name: &str| parts.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
    let until = value("UNTIL").map(end).transpose()?;
    if until.is_some() && value("COUNT").is_some() {
        return Err(BadTimetable::TwoEnds);
    }
    let sets = parts.iter().filter(|(name, _)| name.starts_with("BY") && *name != "BYSETPOS").count();
    if value("BYSETPOS").is_some() && sets == 0 {
        return Err(BadTimetable::Position);
    }
    let rest = parts.iter().filter(|(name, _)| *name != "UNTIL");
    let rest: Vec<String> = rest.map(|(name, value)| format!("{name}={value}")).collect();
    let rule: RRule<Unvalidated> = rest.join(";").parse()?;
    let counted_in = match rule.get_freq() {
        Frequency::Yearly => value("BYWEEKNO").is_none(),
        Frequency::Monthly => true,
        Frequency::Weekly | Frequency::Daily => false,
        Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => {
            return Err(BadTimetable::TooFrequent);
        }
    };
    let numbered = rule.get_by_weekday().iter().any(|day| matches!(day, NWeekday::Nth(..)));
    if numbered && !counted_in {
        return Err(BadTimetable::Numbered);
    }
    Ok((rule, until))
}

/// The end of a rule in local time: a day holds all of itself.
fn end(until: &str) -> Result<NaiveDateTime, BadTimetable> {
    let bad = |_unread| BadTimetable::Until;
    let instant = |text| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").map_err(bad);
    match (until.len(), until.strip_suffix('Z')) {
        (16, Some(utc)) => Ok(instant(utc)?.and_utc().with_timezone(&CHINA).naive_local()),
        (15, None) => instant(until),
        (8, None) => {
            let day = NaiveDate::parse_from_str(until, "%Y%m%d").map_err(bad)?;
            day.and_hms_opt(23, 59, 59).ok_or(BadTimetable::Until)
        }
        _ => Err(BadTimetable::Until),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::calendar::tests::{day, seeded};
    use super::*;

    fn plain(rule: &str) -> Timetable {
        let (left_out, added, except, only) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Timetable { rule: rule.to_owned(), left_out, added, except, only }
    }

    /// Two in the afternoon of a day.
    fn afternoon(date: &str) -> DateTime<Utc> {
        day(date).and_hms_opt(6, 0, 0).unwrap().and_utc()
    }

    fn days(timetable: &Timetable, first: &str) -> Vec<String> {
        let found = timetable.dates(afternoon(first), &seeded()).unwrap();
        found.days.iter().map(|day| day.to_string()).collect()
    }

    #[test]
    fn every_second_and_fourth_saturday_except_holidays_and_adjusted_workdays() {
        let saturdays = plain("RRULE:FREQ=MONTHLY;BYDAY=2SA,4SA;UNTIL=20260531");
        let all = ["2026-01-24", "2026-02-14", "2026-02-28", "2026-03-14", "2026-03-28"];
        assert_eq!(days(&saturdays, "2026-01-12")[..5], all);
        let except = vec![DayKind::Holiday, DayKind::AdjustedWorkday];
        let found = Timetable { except, ..saturdays }.dates(afternoon("2026-01-12"), &seeded()).unwrap();
        // These Saturdays are worked in exchange for days of the Spring Festival and of Labour Day.
        let worked = |date| (day(date), DayKind::AdjustedWorkday);
        assert_eq!(found.skipped, [worked("2026-02-14"), worked("2026-02-28"), worked("2026-05-09")]);
        let kept = ["2026-01-24", "2026-03-14", "2026-03-28", "2026-04-11", "2026-04-25", "2026-05-23"];
        assert_eq!(found.days, kept.map(day));
        assert!(found.uncertain.is_empty());
    }

    #[test]
    fn days_are_added_and_left_out_by_date() {
        let weekly = plain("FREQ=WEEKLY;BYDAY=SU;COUNT=3");
        assert_eq!(days(&weekly, "2026-11-25"), ["2026-11-29", "2026-12-06", "2026-12-13"]);
        let dates = |texts: &[&str]| texts.iter().map(|text| day(text)).collect::<Vec<_>>();
        let added = dates(&["2026-12-01", "2026-12-06"]);
        let left_out = dates(&["2026-12-13"]);
        let only = vec![DayKind::Weekend];
        let mended = Timetable { added, left_out, only, ..weekly };
        assert_eq!(days(&mended, "2026-11-25"), ["2026-11-29", "2026-12-01", "2026-12-06"]);
    }

    #[test]
    fn beyond_the_calendar_nobody_knows_a_holiday() {
        let rule = plain("FREQ=WEEKLY;BYDAY=FR;UNTIL=20270110");
        let except = vec![DayKind::Holiday];
        let found = Timetable { except, ..rule.clone() }.dates(afternoon("2026-12-25"), &seeded()).unwrap();
        assert_eq!(found.days, [day("2026-12-25"), day("2027-01-01"), day("2027-01-08")]);
        assert_eq!(found.uncertain, [day("2027-01-01"), day("2027-01-08")]);
        let asked_nothing = rule.dates(afternoon("2026-12-25"), &seeded()).unwrap();
        assert!(asked_nothing.uncertain.is_empty());
    }

    #[test]
    fn an_end_is_a_day_or_an_instant_of_the_venue() {
        // Two in the afternoon in Guangdong is six in the morning in UTC.
        for (until, last) in [
            ("20261203", "2026-12-03"),
            ("20261203T060000Z", "2026-12-03"),
            ("20261203T055959Z", "2026-12-02"),
            ("20261203T140000", "2026-12-03"),
            ("20261203T135959", "2026-12-02"),
        ] {
            let found = days(&plain(&format!("FREQ=DAILY;UNTIL={until}")), "2026-12-01");
            assert_eq!(found.last().unwrap(), last, "{until}");
        }
        assert_eq!(days(&plain("FREQ=DAILY;UNTIL=20261130"), "2026-12-01"), [""; 0]);
        // After midnight in Guangdong, and the day before in UTC.
        let late = day("2026-12-01").and_hms_opt(16, 30, 0).unwrap().and_utc();
        let found = plain("FREQ=DAILY;COUNT=1").dates(late, &seeded()).unwrap();
        assert_eq!(found.days, [day("2026-12-02")]);
    }

    #[test]
    fn a_rule_without_an_end_is_followed_for_a_year() {
        let found = plain("FREQ=WEEKLY").dates(afternoon("2026-11-25"), &seeded()).unwrap();
        assert_eq!((found.days.len(), found.through), (53, day("2027-11-26")));
        assert_eq!(days(&plain("FREQ=YEARLY;COUNT=9"), "2026-11-25"), ["2026-11-25", "2027-11-25"]);
        let daily = plain("FREQ=DAILY").dates(afternoon("2026-11-25"), &seeded()).unwrap();
        assert_eq!(daily.days.len(), 367);
    }

    #[test]
    fn rules_that_are_no_timetables_are_refused() {
        let refused = |rule: &str| plain(rule).dates(afternoon("2026-11-25"), &seeded()).unwrap_err();
        for rule in ["", "every Saturday", "FREQ=DAILY;", "FREQ=DAILY;BYEASTER=1", "FREQ=DAILY;X=1"] {
            assert!(matches!(refused(rule), BadTimetable::Part(_)), "{rule}");
        }
        for rule in ["INTERVAL=2", "FREQ=DAILY;BYMONTH=13", "FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=NEVER"] {
            assert!(matches!(refused(rule), BadTimetable::Rule(_)), "{rule}");
        }
        for rule in ["FREQ=HOURLY", "FREQ=DAILY;BYHOUR=10", "FREQ=SECONDLY"] {
            assert_eq!(refused(rule), BadTimetable::TooFrequent, "{rule}");
        }
        assert_eq!(refused("FREQ=DAILY;FREQ=DAILY"), BadTimetable::Repeated("FREQ".to_owned()));
        assert_eq!(refused("FREQ=WEEKLY;BYDAY=2SA"), BadTimetable::Numbered);
        assert_eq!(refused("FREQ=DAILY;COUNT=1;UNTIL=20270101"), BadTimetable::TwoEnds);
        assert_eq!(refused("FREQ=MONTHLY;BYSETPOS=1"), BadTimetable::Position);
        assert_eq!(refused("FREQ=DAILY;UNTIL=tomorrow"), BadTimetable::Until);
    }

    #[test]
    fn a_rule_that_never_comes_true_ends_soon() {
        let begun = Instant::now();
        for rule in [
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31",
            "FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31",
            "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
            "FREQ=YEARLY;BYWEEKNO=20;BYMONTH=1",
        ] {
            assert_eq!(days(&plain(rule), "2026-11-25"), [""; 0], "{rule}");
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    }
}
