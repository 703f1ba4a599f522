//! When campaigns and theme days recur: an RFC 5545 `RRULE` and a length in days.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use rrule::{Frequency, RRule, RRuleError, RRuleSet, Tz, Unvalidated};

/// A rule has no start of its own, so all are counted from 1 January 2000. This matters to `INTERVAL` above 1
/// (every second year: the even ones) and to what a rule leaves open (`FREQ=YEARLY;BYMONTH=4` is 1 April).
const EPOCH_SECONDS: i64 = 946_684_800;

/// The first year that has editions, that of the epoch.
const FIRST_YEAR: i32 = 2000;

/// More editions than a year of days: the bound that the library asks for.
const MOST_EDITIONS: u16 = 400;

/// The longest edition.
const MOST_DAYS: u32 = 366;

/// A rule or a length that gives no editions.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadRecurrence {
    /// Not an `RRULE`.
    #[error("not a recurrence rule: {0}")]
    Rule(#[from] RRuleError),
    /// Recurs within a day.
    #[error("a recurrence is daily or rarer")]
    TooFrequent,
    /// Has a `COUNT`, which needs a start.
    #[error("a recurrence has no start to count from: use UNTIL in place of COUNT")]
    Counted,
    /// A length outside 1 to 366 days.
    #[error("an edition lasts from 1 to 366 days")]
    Length,
}

/// The days of one edition, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edition {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// A recurrence of days.
#[derive(Debug, Clone)]
pub struct Recurrence {
    rule: RRuleSet,
    days: u32,
}

impl Recurrence {
    /// Reads a rule such as `FREQ=YEARLY;BYMONTH=5;BYDAY=3SA`, of editions of `days` days.
    ///
    /// # Errors
    /// [`BadRecurrence`] says what is wrong with it.
    pub fn parse(rule: &str, days: u32) -> Result<Self, BadRecurrence> {
        let rule: RRule<Unvalidated> = rule.parse()?;
        if !matches!(
            rule.get_freq(),
            Frequency::Yearly | Frequency::Monthly | Frequency::Weekly | Frequency::Daily
        ) {
            return Err(BadRecurrence::TooFrequent);
        }
        if rule.get_count().is_some() {
            return Err(BadRecurrence::Counted);
        }
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(BadRecurrence::Length);
        }
        // Editions are of days. Times within one would only be looked through, a day with 86,400 of them for minutes.
        let rule = rule.by_hour(Vec::new()).by_minute(Vec::new()).by_second(Vec::new());
        let epoch = DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::seconds(EPOCH_SECONDS);
        Ok(Self { rule: rule.build(epoch.with_timezone(&Tz::UTC))?, days })
    }

    /// The editions that begin in `year`, in order; none before 2000.
    pub fn editions(&self, year: i32) -> Vec<Edition> {
        let ends = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31));
        match ends {
            (Some(first), Some(last)) if year >= FIRST_YEAR => self.beginning(first, last),
            _ => Vec::new(),
        }
    }

    /// The edition that runs on `date` (of several, the earliest) or comes next after it; `None` where none begins
    /// by the end of the eighth year from then, the longest that a 29 February is away.
    pub fn next_from(&self, date: NaiveDate) -> Option<Edition> {
        (date.year() - 1..=date.year() + 8)
            .flat_map(|year| self.editions(year))
            .find(|edition| edition.to >= date)
    }

    fn beginning(&self, first: NaiveDate, last: NaiveDate) -> Vec<Edition> {
        let at =
            |date: NaiveDate| date.and_hms_opt(0, 0, 0).map(|time| time.and_utc().with_timezone(&Tz::UTC));
        let (Some(first), Some(last)) = (at(first), at(last)) else { return Vec::new() };
        let found =
            self.rule.clone().after(first).before(last + chrono::TimeDelta::hours(23)).all(MOST_EDITIONS);
        found
            .dates
            .into_iter()
            .filter_map(|start| {
                let from = start.date_naive();
                Some(Edition { from, to: from.checked_add_days(Days::new(u64::from(self.days) - 1))? })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition(from: &str, to: &str) -> Edition {
        Edition { from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    #[test]
    fn rules_of_real_campaigns_find_their_days() {
        for (rule, days, year, first) in [
            ("FREQ=YEARLY;BYMONTH=5;BYDAY=3SA", 8, 2026, edition("2026-05-16", "2026-05-23")),
            ("FREQ=YEARLY;BYMONTH=9;BYDAY=3SA", 2, 2024, edition("2024-09-21", "2024-09-22")),
            ("FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=1", 30, 2026, edition("2026-09-01", "2026-09-30")),
            ("FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=1", 150, 2026, edition("2026-07-01", "2026-11-27")),
            ("FREQ=YEARLY;BYMONTH=4", 3, 2026, edition("2026-04-01", "2026-04-03")),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 1, 2028, edition("2028-02-29", "2028-02-29")),
            ("FREQ=MONTHLY;BYDAY=3SA", 30, 2026, edition("2026-01-17", "2026-02-15")),
            ("FREQ=MONTHLY;BYMONTHDAY=1", 60, 2026, edition("2026-01-01", "2026-03-01")),
            ("FREQ=WEEKLY;BYDAY=WE", 1, 2026, edition("2026-01-07", "2026-01-07")),
            ("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=12;BYHOUR=9,10", 1, 2026, edition("2026-12-27", "2026-12-27")),
            ("FREQ=YEARLY;INTERVAL=2;BYMONTH=6;BYMONTHDAY=5", 1, 2026, edition("2026-06-05", "2026-06-05")),
        ] {
            let found = Recurrence::parse(rule, days).unwrap().editions(year);
            assert_eq!(found.first(), Some(&first), "{rule}");
        }
        let count = |rule, year| Recurrence::parse(rule, 1).unwrap().editions(year).len();
        assert_eq!(count("FREQ=MONTHLY;BYDAY=3SA", 2026), 12);
        assert_eq!(count("FREQ=DAILY", 2028), 366);
        assert_eq!(count("FREQ=YEARLY;INTERVAL=2;BYMONTH=6;BYMONTHDAY=5", 2027), 0);
        assert_eq!(count("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 2026), 0);
        assert_eq!(count("FREQ=YEARLY;BYMONTH=6;UNTIL=20251231T000000Z", 2026), 0);
        assert_eq!(count("FREQ=YEARLY;BYMONTH=6", 1999), 0);
    }

    #[test]
    fn the_next_edition_may_be_running() {
        let week = Recurrence::parse("FREQ=YEARLY;BYMONTH=5;BYDAY=3SA", 8).unwrap();
        let (this, next) = (edition("2026-05-16", "2026-05-23"), edition("2027-05-15", "2027-05-22"));
        for (date, expected) in [("2026-01-01", this), ("2026-05-23", this), ("2026-05-24", next)] {
            assert_eq!(week.next_from(date.parse().unwrap()), Some(expected), "{date}");
        }
        let winter = Recurrence::parse("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=20", 30).unwrap();
        let running = winter.next_from("2027-01-05".parse().unwrap());
        assert_eq!(running, Some(edition("2026-12-20", "2027-01-18")));
        let leap = Recurrence::parse("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 1).unwrap();
        let far = leap.next_from("2096-03-01".parse().unwrap());
        assert_eq!(far, Some(edition("2104-02-29", "2104-02-29")));
        let over = Recurrence::parse("FREQ=YEARLY;BYMONTH=6;UNTIL=20251231T000000Z", 1).unwrap();
        assert_eq!(over.next_from("2026-01-01".parse().unwrap()), None);
    }

    #[test]
    fn what_gives_no_editions_is_refused() {
        let refused = |rule, days| Recurrence::parse(rule, days).unwrap_err();
        assert!(matches!(refused("every May", 1), BadRecurrence::Rule(_)));
        assert!(matches!(refused("FREQ=YEARLY;BYMONTH=13", 1), BadRecurrence::Rule(_)));
        assert_eq!(refused("FREQ=HOURLY", 1), BadRecurrence::TooFrequent);
        assert_eq!(refused("FREQ=YEARLY;COUNT=3", 1), BadRecurrence::Counted);
        assert_eq!(refused("FREQ=YEARLY", 0), BadRecurrence::Length);
        assert_eq!(refused("FREQ=YEARLY", 367), BadRecurrence::Length);
    }
}
