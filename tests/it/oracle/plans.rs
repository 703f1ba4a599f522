//! Opening hours: each rule that catalogues use, with its meaning written out beside it.

use chrono::{Datelike, NaiveDate};
use kepu::domain::bases::Base;
use kepu::domain::calendar::SpecialKind;

use super::ground::GROUND;

/// Minutes after midnight, `[from, to)`, of a day.
type Day = &'static [(u32, u32)];

/// A rule and what it means.
pub struct Plan {
    pub rule: &'static str,
    /// Monday to Sunday.
    week: [Day; 7],
    holiday: OnHoliday,
    /// Whether the venue keeps to it.
    sure: bool,
}

/// What a rule says of public holidays.
enum OnHoliday {
    /// It tells no days apart.
    Alike,
    /// Nothing, though it tells weekdays apart: only the venue knows.
    Silent,
    /// These hours.
    Open(Day),
}

const NINE_TO_FIVE: Day = &[(540, 1020)];
const SHUT: Day = &[];
const SPLIT: Day = &[(600, 720), (840, 1080)];
const LATE: Day = &[(0, 120), (1080, 1440)];
const NOT_MONDAY: [Day; 7] =
    [SHUT, NINE_TO_FIVE, NINE_TO_FIVE, NINE_TO_FIVE, NINE_TO_FIVE, NINE_TO_FIVE, NINE_TO_FIVE];

/// All plans.
pub const PLANS: &[Plan] = &[
    plan("24/7", [&[(0, 1440)]; 7], OnHoliday::Alike),
    plan("Mo-Su 09:00-17:00", [NINE_TO_FIVE; 7], OnHoliday::Alike),
    plan("Mo-Su 10:00-12:00,14:00-18:00", [SPLIT; 7], OnHoliday::Alike),
    plan("Mo-Su 18:00-26:00", [LATE; 7], OnHoliday::Alike),
    plan("Tu-Su 09:00-17:00; Mo off", NOT_MONDAY, OnHoliday::Silent),
    plan("We,Sa 10:00-12:00,14:00-18:00", [SHUT, SHUT, SPLIT, SHUT, SHUT, SPLIT, SHUT], OnHoliday::Silent),
    plan("Tu-Su,PH 09:00-17:00", NOT_MONDAY, OnHoliday::Open(NINE_TO_FIVE)),
    plan("Tu-Su 09:00-17:00; PH off", NOT_MONDAY, OnHoliday::Open(SHUT)),
    plan("Mo-Su 09:00-17:00; PH 10:00-12:00,14:00-18:00", [NINE_TO_FIVE; 7], OnHoliday::Open(SPLIT)),
    Plan { sure: false, ..plan("Mo-Su 09:00-17:00 \"by appointment\"", [NINE_TO_FIVE; 7], OnHoliday::Alike) },
];

const fn plan(rule: &'static str, week: [Day; 7], holiday: OnHoliday) -> Plan {
    Plan { rule, week, holiday, sure: true }
}

/// Whether a base is open at a minute of a day, if that is certain.
pub fn open_at(base: &Base, date: NaiveDate, minute: u32) -> Option<bool> {
    let plan = PLANS.iter().find(|plan| Some(plan.rule) == base.hours.rule.as_deref())?;
    if base.closures.iter().any(|closure| closure.from <= date && date <= closure.to) {
        return Some(false);
    }
    let by_weekday = plan.week[date.weekday().num_days_from_monday() as usize];
    // Hong Kong and Macau keep holidays of their own, of which no table here tells.
    let mainland = base.place.adcode.is_mainland();
    let special = if mainland { GROUND.special(date).ok() } else { None };
    let readings: Vec<Day> = match (&plan.holiday, special) {
        (OnHoliday::Alike, _) => vec![by_weekday],
        (OnHoliday::Silent, Some(None)) => vec![by_weekday],
        // Where there is no table at all a rule is taken by its word: else nothing would ever be certain there.
        (OnHoliday::Silent, None) if !mainland => vec![by_weekday],
        (OnHoliday::Silent, _) => return None,
        (OnHoliday::Open(hours), Some(Some(SpecialKind::Holiday))) => vec![*hours],
        (OnHoliday::Open(_), Some(_)) => vec![by_weekday],
        (OnHoliday::Open(hours), None) => vec![by_weekday, *hours],
    };
    let open = |day: &Day| day.iter().any(|(from, to)| (*from..*to).contains(&minute));
    match (readings.iter().all(open), readings.iter().any(open)) {
        (true, _) => plan.sure.then_some(true),
        (_, false) => Some(false),
        _ => None,
    }
}
