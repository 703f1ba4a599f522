//! Days as people say them, and what they are by the calendar.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc, Weekday};

use super::line::Line;
use crate::domain::calendar::Calendar;
use crate::domain::time::{When, day_of, start_of};

/// A word for days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// What `when=` has a word for.
    Named(When),
    /// So many days from today.
    Later(u64),
    /// Saturday and Sunday, so many weeks from this one.
    Weekend(u64),
    /// Monday to Sunday, so many weeks from this one.
    Week(u64),
    /// The calendar month, so many from this one.
    Month(u32),
    /// A weekday: the next one, or that of so many weeks from this one.
    Weekday(Weekday, Option<u64>),
    /// The next public holiday.
    AnyHoliday,
    /// The public holiday of this name.
    Holiday(&'static str),
    /// From a day to a day.
    Dates(NaiveDate, NaiveDate),
}

/// Hours of a day, from the first until before the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours(pub u32, pub u32);

/// Days, and the word that says them where `when=` has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The word.
    pub when: Option<When>,
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
}

impl Stretch {
    /// These hours of a stretch of one day, as instants; `None` for several days.
    pub fn at(&self, hours: Hours) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let hour = |hour| start_of(self.first) + TimeDelta::hours(i64::from(hour));
        (self.first == self.last).then(|| (hour(hours.0), hour(hours.1)))
    }

    /// Both together, if the second begins while the first lasts or on the day after it.
    pub fn joined(&self, next: &Self) -> Option<Self> {
        let touches = self.first <= next.first && next.first <= later(self.last, 1);
        touches.then(|| Self { when: None, first: self.first, last: self.last.max(next.last) })
    }
}

impl Day {
    /// The days that are meant at `now`; `None` where the calendar of holidays does not tell.
    pub fn stretch(self, now: DateTime<Utc>, calendar: &Calendar) -> Option<Stretch> {
        let today = day_of(now);
        let monday = |weeks: u64| {
            let past = u64::from(today.weekday().num_days_from_monday());
            later(today.checked_sub_days(Days::new(past)).unwrap_or(today), 7 * weeks)
        };
        let (first, last) = match self {
            Self::Named(when) => {
                let span = when.span(now, calendar).ok()?;
                let last = span.to?.checked_sub_signed(TimeDelta::seconds(1))?;
                return Some(Stretch { when: Some(when), first: day_of(span.from?), last: day_of(last) });
            }
            Self::AnyHoliday => return Self::Named(When::Holiday).stretch(now, calendar),
            Self::Holiday(name) => return holiday(name, today, calendar),
            Self::Later(days) => (later(today, days), later(today, days)),
            Self::Weekend(weeks) => (later(monday(weeks), 5), later(monday(weeks), 6)),
            Self::Week(weeks) => (monday(weeks), later(monday(weeks), 6)),
            Self::Month(months) => {
                let first = today.with_day(1)?.checked_add_months(Months::new(months))?;
                (first, last_of_month(first))
            }
            Self::Weekday(weekday, None) => {
                let away = 7 + weekday.num_days_from_monday() - today.weekday().num_days_from_monday();
                let day = later(today, u64::from(away % 7));
                (day, day)
            }
            Self::Weekday(weekday, Some(weeks)) => {
                let day = later(monday(weeks), u64::from(weekday.num_days_from_monday()));
                (day, day)
            }
            Self::Dates(first, last) => (first, last),
        };
        Some(Stretch { when: None, first, last })
    }
}

/// The next holiday of this name, if the tables reach so far.
fn holiday(name: &str, today: NaiveDate, calendar: &Calendar) -> Option<Stretch> {
    let mut from = today;
    loop {
        let (first, last) = calendar.holiday_from(from).ok()?;
        let mut days = first.iter_days().take_while(|day| *day <= last);
        if days.any(|day| calendar.name(day).is_some_and(|held| held.zh_cn == name)) {
            let when = (from == today).then_some(When::Holiday);
            return Some(Stretch { when, first, last });
        }
        from = later(last, 1);
    }
}

fn later(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

fn last_of_month(day: NaiveDate) -> NaiveDate {
    let next = day.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    next.and_then(|next| next.pred_opt()).unwrap_or(day)
}

/// A number in figures, or in Chinese up to 99, with the place after it.
pub fn number(line: &Line<'_>, from: usize) -> Option<(u32, usize)> {
    let figures =
        (from..line.len()).take_while(|at| line.get(*at).is_some_and(|c| c.is_ascii_digit())).count();
    if figures > 0 {
        let end = from + figures;
        return Some((line.folded(from..end).parse().ok().filter(|_| figures <= 4)?, end));
    }
    let digit = |at| "一二三四五六七八九".chars().position(|c| line.get(at) == Some(c)).map(|n| n as u32 + 1);
    let (tens, mut at) = match digit(from) {
        Some(tens) if line.get(from + 1) == Some('十') => (tens * 10, from + 2),
        Some(ones) => return Some((ones, from + 1)),
        None if line.get(from) == Some('十') => (10, from + 1),
        None => return None,
    };
    let ones = digit(at).inspect(|_| at += 1).unwrap_or(0);
    Some((tens + ones, at))
}

/// A date in numbers that begins at `from`: 2026-12-05, 2026年12月5日, 12月5号, 12月, 5号; and the place after it.
/// Without a year the next one is meant.
pub fn date(line: &Line<'_>, from: usize, today: NaiveDate) -> Option<(Day, usize)> {
    if !line.is_edge(from) || line.before(from).is_some_and(|c| matches!(c, '.' | '/')) {
        return None;
    }
    let (first, at) = number(line, from)?;
    let one = |day: NaiveDate, end| Some((Day::Dates(day, day), end));
    match line.get(at)? {
        sign @ ('-' | '/' | '年') if (2000..2100).contains(&first) => {
            let (month, at) = number(line, at + 1)?;
            let between = line.get(at)?;
            if between != sign && !(sign == '年' && between == '月') {
                return None;
            }
            let (day, end) = number(line, at + 1)?;
            one(NaiveDate::from_ymd_opt(i32::try_from(first).ok()?, month, day)?, after_day(line, end))
        }
        '月' => match number(line, at + 1).filter(|(day, _)| (1..=31).contains(day)) {
            Some((day, end)) => {
                let day = (0..8).find_map(|years| {
                    let date = NaiveDate::from_ymd_opt(today.year() + years, first, day)?;
                    (date >= today).then_some(date)
                })?;
                one(day, after_day(line, end))
            }
            None => {
                let this = NaiveDate::from_ymd_opt(today.year(), first, 1)?;
                let next = NaiveDate::from_ymd_opt(today.year() + 1, first, 1)?;
                let begin = if last_of_month(this) < today { next } else { this };
                let begin = begin.max(today.with_day(1)?);
                let end = if line.get(at + 1) == Some('份') { at + 2 } else { at + 1 };
                if begin == today.with_day(1)? {
                    return Some((Day::Named(When::Month), end));
                }
                Some((Day::Dates(begin, last_of_month(begin)), end))
            }
        },
        // 3号线, 1号楼, 5日游 are no days, nor is 南海1号.
        '号' | '日' if line.get(from).is_some_and(|c| c.is_ascii_digit()) => {
            let joined = line.get(at + 1).is_some_and(|c| "线楼馆店院门厅机游营站坑舱".contains(c));
            let named = line.before(from).is_some_and(|c| c.is_alphanumeric() && !"周到至在是".contains(c));
            let day = (0..12).find_map(|months| {
                let date = today.with_day(1)?.checked_add_months(Months::new(months))?.with_day(first)?;
                (date >= today).then_some(date)
            })?;
            if joined || named { None } else { one(day, at + 1) }
        }
        _ => None,
    }
}

fn after_day(line: &Line<'_>, at: usize) -> usize {
    if matches!(line.get(at), Some('日' | '号')) { at + 1 } else { at }
}

/// An age that begins at `from`, 6岁, 8岁的孩子, 六岁, 3-6岁, age 6, 6 years old; and the place after it. Of two
/// the lower is taken: the youngest must be let in.
pub fn age(line: &Line<'_>, from: usize) -> Option<(u32, usize)> {
    const WHO: &[&str] = &[
        "的孩子",
        "的小孩",
        "的小朋友",
        "的宝宝",
        "的娃",
        "的儿童",
        "孩子",
        "小孩",
        "小朋友",
        "宝宝",
        "儿童",
        "娃",
        "男孩",
        "女孩",
    ];
    if !line.is_edge(from) {
        return None;
    }
    let skip = |at: usize, words: &[&str]| {
        words.iter().find(|word| line.rest(at).starts_with(**word)).map(|word| at + word.chars().count())
    };
    let worded = skip(from, &["ages ", "aged ", "age "]);
    let (age, at) = number(line, worded.unwrap_or(from))?;
    let upper = skip(at, &["-", "~", "到", "至"]).and_then(|at| number(line, at));
    let at = upper.map_or(at, |(_, at)| at);
    let end = match worded {
        Some(_) => at,
        None => skip(at, &["周岁", "岁半", "岁", " years old", " year old", "-year-old", " yo"])?,
    };
    let end = skip(end, &["以上", "左右", "以下"]).unwrap_or(end);
    let end = skip(end, WHO).unwrap_or(end);
    (age <= 120 && line.is_edge(end)).then_some((age, end))
}
