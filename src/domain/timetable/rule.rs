//! The rule of a timetable: whether it names a day.
//!
//! The crate `rrule` reads a rule and says whether it is one. It is not asked for its days: it looks for the next one as
//! long as there are years, which a rule that never comes true makes long. Here a rule is a question to a day, put to each
//! day of the periods (years, months, weeks, days) within reach, whatever the rule says.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use rrule::{Frequency, NWeekday, RRule, Tz, Unvalidated};

use super::{BadTimetable, LONGEST_RULE};
use crate::domain::time::CHINA;

/// The last second of a day, at which a day that ends something ends it.
const LAST_SECOND: NaiveTime = match NaiveTime::from_hms_opt(23, 59, 59) {
    Some(time) => time,
    None => panic!("not a time"),
};

/// The parts of a rule that are about days.
pub(super) const PARTS: [&str; 11] = [
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

/// A rule that was read. Its lists are in order, and hold nothing twice.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    frequency: Frequency,
    interval: i32,
    count: Option<usize>,
    until: Option<NaiveDateTime>,
    week_start: Weekday,
    months: Vec<u32>,
    weeks: Vec<i32>,
    year_days: Vec<i32>,
    month_days: Vec<i32>,
    weekdays: Vec<NWeekday>,
    positions: Vec<i32>,
}

impl Rule {
    /// Reads a rule, with or without its name before it.
    pub(super) fn read(text: &str) -> Result<Self, BadTimetable> {
        if text.chars().count() > LONGEST_RULE {
            return Err(BadTimetable::TooLong);
        }
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
        // The library takes a number that it cannot read for none.
        let days = value("BYDAY").unwrap_or_default().split(',');
        let mut numbers = days.filter_map(|day| day.get(..day.len().saturating_sub(2)));
        if numbers.any(|number| !number.is_empty() && number.parse().unwrap_or(0_i16) == 0) {
            return Err(BadTimetable::Zero("BYDAY"));
        }
        // The library would not take an end as people write it.
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
        let read = Self::of(&rule, until);
        read.counts()?;
        if read.weekdays.iter().any(|day| matches!(day, NWeekday::Nth(..))) && !counted_in {
            return Err(BadTimetable::Numbered);
        }
        rule.validate(DateTime::UNIX_EPOCH.with_timezone(&Tz::UTC))?;
        Ok(read)
    }

    fn of(rule: &RRule<Unvalidated>, until: Option<NaiveDateTime>) -> Self {
        fn list<T: Copy + Into<N>, N: Ord>(given: &[T]) -> Vec<N> {
            let mut all: Vec<N> = given.iter().map(|number| (*number).into()).collect();
            all.sort_unstable();
            all.dedup();
            all
        }
        Self {
            frequency: rule.get_freq(),
            interval: rule.get_interval().into(),
            count: rule.get_count().map(|count| usize::try_from(count).unwrap_or(usize::MAX)),
            until,
            week_start: rule.get_week_start(),
            months: list(rule.get_by_month()),
            weeks: list(rule.get_by_week_no()),
            year_days: list(rule.get_by_year_day()),
            month_days: list(rule.get_by_month_day()),
            weekdays: list(rule.get_by_weekday()),
            positions: list(rule.get_by_set_pos()),
        }
    }

    /// Refuses what counts with nothing, of which the library lets some through.
    fn counts(&self) -> Result<(), BadTimetable> {
        let lists = [
            ("BYWEEKNO", &self.weeks),
            ("BYYEARDAY", &self.year_days),
            ("BYMONTHDAY", &self.month_days),
            ("BYSETPOS", &self.positions),
        ];
        let zero = lists.into_iter().find(|(_, numbers)| numbers.contains(&0)).map(|(name, _)| name);
        let zero = zero.or_else(|| (self.interval == 0).then_some("INTERVAL"));
        zero.map_or(Ok(()), |name| Err(BadTimetable::Zero(name)))
    }

    /// The days that it names from `first`, in local time, on which it begins to count, to the end of `through`.
    pub(super) fn days(&self, first: NaiveDateTime, through: NaiveDate) -> Vec<NaiveDate> {
        let from = first.date();
        // At the time of day at which a day's session starts, the rule must not be over.
        let until = self.until.map_or(Some(through), |until| {
            if first.time() <= until.time() { Some(until.date()) } else { until.date().pred_opt() }
        });
        let through = until.map_or(NaiveDate::MIN, |until| until.min(through));
        let (begins, ends) = (self.period(from), self.period(through));
        let rule = self.told_by(from);
        let all = rule.begin(from).iter_days().take_while(|day| rule.period(*day) <= ends);
        let all: Vec<NaiveDate> = all.collect();
        let mut named = Vec::new();
        for period in all.chunk_by(|one, next| rule.period(*one) == rule.period(*next)) {
            if (rule.period(period[0]) - begins) % rule.interval != 0 {
                continue;
            }
            let set: Vec<NaiveDate> = period.iter().copied().filter(|day| rule.names(*day)).collect();
            named.extend(rule.chosen(set).into_iter().filter(|day| *day >= from));
        }
        named.truncate(self.count.unwrap_or(usize::MAX));
        named.retain(|day| *day <= through);
        named
    }

    /// The rule with what it leaves open, which the day tells on which it begins to count.
    fn told_by(&self, from: NaiveDate) -> Self {
        let mut rule = self.clone();
        let open = self.weeks.is_empty()
            && self.year_days.is_empty()
            && self.month_days.is_empty()
            && self.weekdays.is_empty();
        if !open {
            return rule;
        }
        match self.frequency {
            Frequency::Yearly | Frequency::Monthly => {
                if self.frequency == Frequency::Yearly && self.months.is_empty() {
                    rule.months = vec![from.month()];
                }
                rule.month_days = vec![from.day().cast_signed()];
            }
            Frequency::Weekly => rule.weekdays = vec![NWeekday::Every(from.weekday())],
            _ => {}
        }
        rule
    }

    /// Whether it names a day, before it chooses by position among those of a period.
    fn names(&self, day: NaiveDate) -> bool {
        let any = |numbers: &[i32], (front, back): (i32, i32)| {
            numbers.is_empty() || [front, back].iter().any(|own| numbers.binary_search(own).is_ok())
        };
        (self.months.is_empty() || self.months.contains(&day.month()))
            && any(&self.year_days, places(day.ordinal0(), year(day), 1))
            && any(&self.month_days, places(day.day0(), month(day), 1))
            && any(&self.weeks, self.week(day))
            && self.names_weekday(day)
    }

    fn names_weekday(&self, day: NaiveDate) -> bool {
        let in_year = self.frequency == Frequency::Yearly && self.months.is_empty();
        let (front, back) =
            if in_year { places(day.ordinal0(), year(day), 7) } else { places(day.day0(), month(day), 7) };
        let this = |asked: &NWeekday| match *asked {
            NWeekday::Every(weekday) => weekday == day.weekday(),
            NWeekday::Nth(number, weekday) => {
                weekday == day.weekday() && [front, back].contains(&i32::from(number))
            }
        };
        self.weekdays.is_empty() || self.weekdays.iter().any(this)
    }

    /// Which week of its year a day is in, from the front and from the back. A week is of the year of its fourth day.
    fn week(&self, day: NaiveDate) -> (i32, i32) {
        let fourth = day.week(self.week_start).first_day().checked_add_days(Days::new(3)).unwrap_or(day);
        places(fourth.ordinal0(), year(fourth), 7)
    }

    /// Those of a period's days that stand where `BYSETPOS` says.
    fn chosen(&self, set: Vec<NaiveDate>) -> Vec<NaiveDate> {
        if self.positions.is_empty() {
            return set;
        }
        let at = |(index, _): &(usize, &NaiveDate)| {
            let index = i32::try_from(*index).unwrap_or(i32::MAX);
            let back = index - i32::try_from(set.len()).unwrap_or(i32::MAX);
            [index + 1, back].iter().any(|own| self.positions.binary_search(own).is_ok())
        };
        set.iter().enumerate().filter(at).map(|(_, day)| *day).collect()
    }

    /// The number of the period that a day is in.
    fn period(&self, day: NaiveDate) -> i32 {
        match self.frequency {
            Frequency::Yearly => day.year(),
            Frequency::Monthly => day.year() * 12 + day.month0().cast_signed(),
            // The first of all days was a Monday.
            Frequency::Weekly => {
                let monday = self.week_start.num_days_from_monday().cast_signed();
                (day.num_days_from_ce() - 1 - monday).div_euclid(7)
            }
            _ => day.num_days_from_ce(),
        }
    }

    /// The first day of the period that a day is in.
    fn begin(&self, day: NaiveDate) -> NaiveDate {
        let first = match self.frequency {
            Frequency::Yearly => day.with_ordinal(1),
            Frequency::Monthly => day.with_day(1),
            Frequency::Weekly => Some(day.week(self.week_start).first_day()),
            _ => None,
        };
        first.unwrap_or(day)
    }
}

/// At which place something stands among so many, counted in steps from the front (1) and from the back (-1).
fn places(index: u32, of: u32, step: u32) -> (i32, i32) {
    ((index / step + 1).cast_signed(), -(((of - 1 - index) / step + 1).cast_signed()))
}

/// The days of a day's year.
fn year(day: NaiveDate) -> u32 {
    if day.leap_year() { 366 } else { 365 }
}

/// The days of a day's month.
fn month(day: NaiveDate) -> u32 {
    day.num_days_in_month().into()
}

/// The end of a rule in local time: a day holds all of itself.
fn end(until: &str) -> Result<NaiveDateTime, BadTimetable> {
    let bad = |_unread| BadTimetable::Until;
    let instant = |text| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").map_err(bad);
    match (until.len(), until.strip_suffix('Z')) {
        (16, Some(utc)) => Ok(instant(utc)?.and_utc().with_timezone(&CHINA).naive_local()),
        (15, None) => instant(until),
        (8, None) => Ok(NaiveDate::parse_from_str(until, "%Y%m%d").map_err(bad)?.and_time(LAST_SECOND)),
        _ => Err(BadTimetable::Until),
    }
}
