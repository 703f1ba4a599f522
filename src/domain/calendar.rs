//! China's public holidays, and the weekend days that are worked in exchange (调休).
//!
//! The State Council publishes them each November for the year to come, so they come from a table per year
//! (`seeds/holidays.json`), and beyond the tables a holiday is unknown, never absent. Hong Kong and Macau keep
//! holidays of their own: their venues are asked with an empty calendar, to which every holiday is unknown.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use chrono::{Datelike, NaiveDate, Weekday};
use compact_calendar::CompactCalendar;
use serde::{Deserialize, Serialize};

use super::invalid::{FieldCode, Invalid};
use super::kinds::Kind;
use super::record::Noun;
use super::text::Text;

/// What a day is to working people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DayKind {
    /// Monday to Friday.
    Workday,
    /// Saturday or Sunday.
    Weekend,
    /// A public holiday, or a day off that was moved to one.
    Holiday,
    /// A weekend day that is worked in exchange for a day off.
    AdjustedWorkday,
}

/// The table of one year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CalendarYear {
    /// The year whose days these are.
    pub year: i32,
    /// The last day for which the table is settled: mostly 31 December, earlier where the next year's notice
    /// may still move a day.
    pub valid_through: NaiveDate,
    /// The days that are not what their weekday says, and the holidays among the others.
    pub days: Vec<SpecialDay>,
    /// The notice that the table follows.
    pub source: String,
}

impl Noun for CalendarYear {
    const KIND: Kind = Kind::CalendarYear;

    fn check(&self, invalid: &mut Invalid) {
        if let Err(error) = Calendar::new([self.clone()]) {
            invalid.push("days", FieldCode::Rule { reason: error.to_string() });
        }
    }

    fn texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.days.iter_mut().for_each(|day| visit(&mut day.name));
    }
}

/// A day that a table names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SpecialDay {
    /// Which day.
    pub date: NaiveDate,
    /// Whether it is off or worked.
    pub kind: SpecialKind,
    /// The holiday that it belongs to.
    pub name: Text,
}

/// What a table can say of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SpecialKind {
    /// Off.
    Holiday,
    /// Worked, though it falls on a weekend.
    AdjustedWorkday,
}

/// Tables that contradict themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCalendar {
    /// Two tables of one year.
    #[error("the year {0} has two tables")]
    RepeatedYear(i32),
    /// A day named twice.
    #[error("{0} is named twice")]
    RepeatedDay(NaiveDate),
    /// A day, or the end of validity, that lies outside its table's year.
    #[error("{0} is not in its table's year")]
    OutsideYear(NaiveDate),
}

/// No table says when the next public holiday is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no calendar says when the next public holiday is")]
pub struct UnknownHoliday;

/// All tables together. The default has none and knows nothing.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    days: BTreeMap<NaiveDate, (SpecialKind, Text)>,
    valid_through: BTreeMap<i32, NaiveDate>,
    /// The holidays once more, in the form that the opening-hours crate asks for.
    holidays: Arc<CompactCalendar>,
}

impl Calendar {
    /// The calendar of these tables, in any order.
    ///
    /// # Errors
    /// [`BadCalendar`] where they contradict themselves.
    pub fn new(years: impl IntoIterator<Item = CalendarYear>) -> Result<Self, BadCalendar> {
        let (mut days, mut valid_through) = (BTreeMap::new(), BTreeMap::new());
        let mut holidays = CompactCalendar::default();
        for table in years {
            if valid_through.insert(table.year, table.valid_through).is_some() {
                return Err(BadCalendar::RepeatedYear(table.year));
            }
            if table.valid_through.year() != table.year {
                return Err(BadCalendar::OutsideYear(table.valid_through));
            }
            for day in table.days {
                if day.date.year() != table.year {
                    return Err(BadCalendar::OutsideYear(day.date));
                }
                if day.kind == SpecialKind::Holiday {
                    holidays.insert(day.date);
                }
                match days.entry(day.date) {
                    Entry::Occupied(_) => return Err(BadCalendar::RepeatedDay(day.date)),
                    Entry::Vacant(free) => free.insert((day.kind, day.name)),
                };
            }
        }
        Ok(Self { days, valid_through, holidays: Arc::new(holidays) })
    }

    /// What `date` is; outside the tables, what its weekday says.
    pub fn day_kind(&self, date: NaiveDate) -> DayKind {
        match (self.days.get(&date), date.weekday()) {
            (Some((SpecialKind::Holiday, _)), _) => DayKind::Holiday,
            (Some((SpecialKind::AdjustedWorkday, _)), _) => DayKind::AdjustedWorkday,
            (None, Weekday::Sat | Weekday::Sun) => DayKind::Weekend,
            (None, _) => DayKind::Workday,
        }
    }

    /// The holiday that `date` belongs to, as a day off or as a day worked in exchange.
    pub fn name(&self, date: NaiveDate) -> Option<&Text> {
        self.days.get(&date).map(|(_, name)| name)
    }

    /// Whether a table settles `date`.
    pub fn certain(&self, date: NaiveDate) -> bool {
        self.valid_through.get(&date.year()).is_some_and(|last| date <= *last)
    }

    /// The last day that any table settles.
    pub fn valid_through(&self) -> Option<NaiveDate> {
        self.valid_through.values().next_back().copied()
    }

    /// The first and the last day of the public holiday that holds `date` or comes next after it, with the days
    /// off around it: days off that follow each other are one holiday.
    ///
    /// # Errors
    /// [`UnknownHoliday`] where the tables end, or have a gap, before one comes.
    pub fn holiday_from(&self, date: NaiveDate) -> Result<(NaiveDate, NaiveDate), UnknownHoliday> {
        let next = self.days.range(date..).find(|(_, (kind, _))| *kind == SpecialKind::Holiday);
        let (&found, _) = next.ok_or(UnknownHoliday)?;
        if !date.iter_days().take_while(|day| *day <= found).all(|day| self.certain(day)) {
            return Err(UnknownHoliday);
        }
        let off = |day: &NaiveDate| self.day_kind(*day) == DayKind::Holiday;
        let edge = |step: fn(&NaiveDate) -> Option<NaiveDate>| {
            std::iter::successors(Some(found), step).take_while(off).last().unwrap_or(found)
        };
        Ok((edge(NaiveDate::pred_opt), edge(NaiveDate::succ_opt)))
    }

    pub(super) fn holidays(&self) -> &Arc<CompactCalendar> {
        &self.holidays
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Seed {
        items: Vec<CalendarYear>,
    }

    /// The calendar of the seeds.
    pub fn seeded() -> Calendar {
        let seed: Seed = serde_json::from_str(include_str!("../../seeds/holidays.json")).unwrap();
        Calendar::new(seed.items).unwrap()
    }

    pub fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_seeds_know_2025_and_2026() {
        let calendar = seeded();
        for (date, kind) in [
            ("2025-10-08", DayKind::Holiday),
            ("2025-10-11", DayKind::AdjustedWorkday),
            ("2026-02-14", DayKind::AdjustedWorkday),
            ("2026-02-23", DayKind::Holiday),
            ("2026-02-24", DayKind::Workday),
            ("2026-11-22", DayKind::Weekend),
            ("2027-01-01", DayKind::Workday),
        ] {
            assert_eq!(calendar.day_kind(day(date)), kind, "{date}");
        }
        // As the State Council counted them: 28 and 33 days off, 5 and 6 weekend days worked.
        for (year, off, worked) in [(2025, 28, 5), (2026, 33, 6)] {
            let days = || calendar.days.iter().filter(|(date, _)| date.year() == year);
            assert_eq!(days().filter(|(_, (kind, _))| *kind == SpecialKind::Holiday).count(), off);
            assert_eq!(days().filter(|(_, (kind, _))| *kind == SpecialKind::AdjustedWorkday).count(), worked);
        }
        let weekend = |date: &NaiveDate| matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        let mut worked = calendar.days.iter().filter(|(_, (kind, _))| *kind == SpecialKind::AdjustedWorkday);
        assert!(worked.all(|(date, _)| weekend(date)));
        assert_eq!(calendar.name(day("2026-05-03")).unwrap().zh_cn, "劳动节");
    }

    #[test]
    fn outside_the_tables_nothing_is_certain() {
        let calendar = seeded();
        assert_eq!(calendar.valid_through(), Some(day("2026-12-31")));
        assert!(calendar.certain(day("2025-01-01")) && calendar.certain(day("2026-12-31")));
        assert!(!calendar.certain(day("2024-12-31")) && !calendar.certain(day("2027-01-01")));
        assert_eq!(Calendar::default().valid_through(), None);
    }

    #[test]
    fn a_holiday_is_all_its_days_in_a_row() {
        let calendar = seeded();
        let spring = Ok((day("2026-02-15"), day("2026-02-23")));
        for date in ["2026-01-04", "2026-02-14", "2026-02-15", "2026-02-20", "2026-02-23"] {
            assert_eq!(calendar.holiday_from(day(date)), spring, "{date}");
        }
        assert_eq!(calendar.holiday_from(day("2025-10-09")), Ok((day("2026-01-01"), day("2026-01-03"))));
        for date in ["2026-10-08", "2027-01-01", "2024-12-31"] {
            assert_eq!(calendar.holiday_from(day(date)), Err(UnknownHoliday), "{date}");
        }
    }

    #[test]
    fn tables_may_not_contradict_themselves() {
        let table = |dates: &[&str]| CalendarYear {
            year: 2026,
            valid_through: day("2026-12-31"),
            days: dates
                .iter()
                .map(|date| SpecialDay {
                    date: day(date),
                    kind: SpecialKind::Holiday,
                    name: Text::zh("元旦"),
                })
                .collect(),
            source: String::new(),
        };
        let refused = |tables: Vec<CalendarYear>| Calendar::new(tables).unwrap_err();
        assert_eq!(refused(vec![table(&[]), table(&[])]), BadCalendar::RepeatedYear(2026));
        assert_eq!(refused(vec![table(&["2026-01-01"; 2])]), BadCalendar::RepeatedDay(day("2026-01-01")));
        assert_eq!(refused(vec![table(&["2027-01-01"])]), BadCalendar::OutsideYear(day("2027-01-01")));
    }
}
