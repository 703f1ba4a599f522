//! The venue's zone, spans of time, and the words and numbers in which a request names them.

use std::fmt;
use std::ops::Deref;

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveTime, Timelike, Utc, Weekday};
use serde::{Serialize, Serializer};

use super::calendar::{Calendar, UnknownHoliday};

/// The zone of every venue. The mainland keeps one legal time, UTC+8 (since 1949, without daylight saving since
/// 1991); Hong Kong and Macau keep the same (without since 1979). So one offset is exact for every instant
/// that Kepu will hold, and no zone database has to be shipped and kept.
pub const CHINA: FixedOffset = match FixedOffset::east_opt(8 * 3600) {
    Some(offset) => offset,
    None => panic!("eight hours are an offset"),
};

/// The venue's day at `instant`.
pub fn day_of(instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&CHINA).date_naive()
}

/// The instant at which the venue's `date` begins.
pub fn start_of(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc() - CHINA
}

/// The instant at which the venue's `date` ends and the next one begins.
pub fn end_of(date: NaiveDate) -> DateTime<Utc> {
    start_of(date.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX))
}

/// An instant as the API writes it: `2026-11-28T14:00:00+08:00`, fractions of a second cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rfc3339([u8; 25]);

/// `instant` as the API writes it; one outside the years 0 to 9999, which the form cannot say, as their end.
pub fn rfc3339(instant: DateTime<Utc>) -> Rfc3339 {
    let local = instant.with_timezone(&CHINA).naive_local();
    let mut text = *b"0000-00-00T00:00:00+08:00";
    let mut digits = |at: usize, width: usize, mut number: u32| {
        for place in (at..at + width).rev() {
            text[place] = b'0' + (number % 10) as u8;
            number /= 10;
        }
    };
    digits(0, 4, local.year().clamp(0, 9999).unsigned_abs());
    digits(5, 2, local.month());
    digits(8, 2, local.day());
    digits(11, 2, local.hour());
    digits(14, 2, local.minute());
    digits(17, 2, local.second());
    Rfc3339(text)
}

impl Deref for Rfc3339 {
    type Target = str;

    fn deref(&self) -> &str {
        // Digits and signs only.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

/// A span of time that holds its start and not its end; open where an end is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// The first instant inside.
    pub from: Option<DateTime<Utc>>,
    /// The first instant after it.
    pub to: Option<DateTime<Utc>>,
}

impl Span {
    /// The venue's days `first` to `last`, both included.
    pub fn of_days(first: NaiveDate, last: NaiveDate) -> Self {
        Self { from: Some(start_of(first)), to: Some(end_of(last)) }
    }

    /// Whether something that lasts from `start` until before `end` happens at least partly inside. What has no
    /// length happens at its start.
    pub fn overlaps(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from < end || from <= start) && self.to.is_none_or(|to| start < to)
    }

    /// Whether nothing can be inside: it ends where it starts, or before.
    pub fn is_empty(&self) -> bool {
        self.from.zip(self.to).is_some_and(|(from, to)| to <= from)
    }
}

/// A span named by a word, as `when=` takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// The venue's day.
    Today,
    /// The day after it.
    Tomorrow,
    /// Saturday and Sunday of this calendar week, whatever is worked in exchange; on Sunday, that Sunday.
    Weekend,
    /// Today until the Sunday of the calendar week.
    Week,
    /// Today until the last day of the month.
    Month,
    /// The current or the next public holiday with its adjusted days off.
    Holiday,
}

impl When {
    /// All words, in the order of their reach.
    pub const ALL: [Self; 6] =
        [Self::Today, Self::Tomorrow, Self::Weekend, Self::Week, Self::Month, Self::Holiday];

    /// The span called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|when| when.name() == name)
    }

    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Tomorrow => "tomorrow",
            Self::Weekend => "weekend",
            Self::Week => "week",
            Self::Month => "month",
            Self::Holiday => "holiday",
        }
    }

    /// The days that the word means at `now`. They begin with a day's first instant, so part of them may be over:
    /// leaving out what has ended is the caller's.
    ///
    /// # Errors
    /// [`UnknownHoliday`] for [`When::Holiday`] where `calendar` ends before the next one.
    pub fn span(self, now: DateTime<Utc>, calendar: &Calendar) -> Result<Span, UnknownHoliday> {
        let today = day_of(now);
        let later = |days| today.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX);
        let sunday = later(6 - u64::from(today.weekday().num_days_from_monday()));
        let (first, last) = match self {
            Self::Today => (today, today),
            Self::Tomorrow => (later(1), later(1)),
            Self::Weekend if today.weekday() == Weekday::Sun => (today, today),
            Self::Weekend => (sunday.pred_opt().unwrap_or(sunday), sunday),
            Self::Week => (today, sunday),
            Self::Month => (today, last_of_month(today)),
            Self::Holiday => calendar.holiday_from(today)?,
        };
        Ok(Span::of_days(first, last))
    }
}

fn last_of_month(date: NaiveDate) -> NaiveDate {
    let next = date.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    next.and_then(|next| next.pred_opt()).unwrap_or(date)
}

/// A text that is neither a date nor an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date (2026-11-28) and not an instant with its offset (2026-11-28T14:00:00+08:00)")]
pub struct NotATime;

/// A date as the API writes it, `2026-11-28`, and in no other form.
///
/// # Errors
/// [`NotATime`] for anything else.
pub fn parse_date(text: &str) -> Result<NaiveDate, NotATime> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if shaped { text.parse().or(Err(NotATime)) } else { Err(NotATime) }
}

/// An RFC 3339 instant with any offset, `T` and `Z` in upper case. A space where the offset's sign belongs is read
/// as `+`, which is what becomes of a `+` that was not percent-encoded in a query.
///
/// # Errors
/// [`NotATime`] for anything else.
pub fn parse_instant(text: &str) -> Result<DateTime<Utc>, NotATime> {
    // Chrono also takes a space or `t` for `T`, and `z` for `Z`; what the document promises is narrower.
    if text.as_bytes().get("2026-11-28".len()) != Some(&b'T') || text.ends_with('z') {
        return Err(NotATime);
    }
    let sign = text.len().checked_sub("+08:00".len()).filter(|place| *place > "2026-11-28T".len());
    let spaced = sign.filter(|place| text.as_bytes()[*place] == b' ');
    let read = match spaced {
        Some(place) => DateTime::parse_from_rfc3339(&format!("{}+{}", &text[..place], &text[place + 1..])),
        None => DateTime::parse_from_rfc3339(text),
    };
    read.map(|instant| instant.to_utc()).or(Err(NotATime))
}

/// A day of the venue's calendar, or an instant: what `from=` and `to=` take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A whole day.
    Day(NaiveDate),
    /// A point in time.
    Instant(DateTime<Utc>),
}

impl Moment {
    /// A date, or an RFC 3339 instant.
    ///
    /// # Errors
    /// [`NotATime`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NotATime> {
        parse_date(text).map(Self::Day).or_else(|_| parse_instant(text).map(Self::Instant))
    }

    /// The instant at which a span beginning with this begins: a day begins at its first instant.
    pub fn begin(self) -> DateTime<Utc> {
        match self {
            Self::Day(day) => start_of(day),
            Self::Instant(instant) => instant,
        }
    }

    /// The instant before which a span ending with this ends: a day is included whole.
    pub fn end(self) -> DateTime<Utc> {
        match self {
            Self::Day(day) => end_of(day),
            Self::Instant(instant) => instant,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::calendar::tests::{day, seeded};

    fn at(text: &str) -> DateTime<Utc> {
        parse_instant(text).unwrap()
    }

    #[test]
    fn words_mean_days_of_the_venue() {
        let calendar = seeded();
        for (now, when, first, last) in [
            // 01:00 in China on Thursday 26 November is still Wednesday in UTC.
            ("2026-11-26T01:00:00+08:00", When::Today, "2026-11-26", "2026-11-26"),
            ("2026-11-26T01:00:00+08:00", When::Tomorrow, "2026-11-27", "2026-11-27"),
            ("2026-11-26T01:00:00+08:00", When::Weekend, "2026-11-28", "2026-11-29"),
            ("2026-11-28T09:00:00+08:00", When::Weekend, "2026-11-28", "2026-11-29"),
            ("2026-11-29T09:00:00+08:00", When::Weekend, "2026-11-29", "2026-11-29"),
            ("2026-11-30T09:00:00+08:00", When::Weekend, "2026-12-05", "2026-12-06"),
            // A Saturday that is worked in exchange is still a Saturday.
            ("2026-02-12T09:00:00+08:00", When::Weekend, "2026-02-14", "2026-02-15"),
            ("2026-11-26T01:00:00+08:00", When::Week, "2026-11-26", "2026-11-29"),
            ("2026-11-29T23:59:59+08:00", When::Week, "2026-11-29", "2026-11-29"),
            ("2026-11-26T01:00:00+08:00", When::Month, "2026-11-26", "2026-11-30"),
            ("2026-12-31T01:00:00+08:00", When::Month, "2026-12-31", "2026-12-31"),
            ("2026-09-21T01:00:00+08:00", When::Holiday, "2026-09-25", "2026-09-27"),
            ("2026-10-03T01:00:00+08:00", When::Holiday, "2026-10-01", "2026-10-07"),
        ] {
            let span = when.span(at(now), &calendar).unwrap();
            assert_eq!(span, Span::of_days(day(first), day(last)), "{now} {}", when.name());
        }
        assert_eq!(When::Holiday.span(at("2026-11-26T01:00:00+08:00"), &calendar), Err(UnknownHoliday));
        assert_eq!(When::ALL.map(|when| When::parse(when.name())), When::ALL.map(Some));
        assert_eq!(When::parse("Today"), None);
    }

    #[test]
    fn a_date_means_the_venues_day() {
        let begin = |text: &str| Moment::parse(text).map(Moment::begin);
        let end = |text: &str| Moment::parse(text).map(Moment::end);
        assert_eq!(begin("2026-11-28"), Ok(at("2026-11-28T00:00:00+08:00")));
        assert_eq!(end("2026-11-28"), Ok(at("2026-11-29T00:00:00+08:00")));
        assert_eq!(end("2026-11-28T06:00:00Z"), Ok(at("2026-11-28T14:00:00+08:00")));
        assert_eq!(begin("2026-11-28T01:00:00-05:00"), Ok(at("2026-11-28T14:00:00+08:00")));
        assert_eq!(begin("2026-11-28T14:00:00 08:00"), Ok(at("2026-11-28T14:00:00+08:00")));
        assert_eq!(
            begin("2026-11-28T14:00:00.5 08:00").map(rfc3339).unwrap().to_string(),
            "2026-11-28T14:00:00+08:00"
        );
        for text in [
            "",
            "2026-11-31",
            "2026-1-05",
            "+026-11-28",
            " 2026-11-28",
            "2026-11-28T14:00:00",
            "2026-11-28T25:00:00Z",
            "2026-11-28t14:00:00Z",
            "2026-11-28T14:00:00z",
            "2026-11-28 14:00:00Z",
            "14:00",
            "tomorrow",
            "明天明天明天明天明天",
        ] {
            assert_eq!(Moment::parse(text), Err(NotATime), "{text}");
        }
    }

    #[test]
    fn a_span_holds_its_start_and_not_its_end() {
        let (from, to) = (at("2026-11-28T10:00:00Z"), at("2026-11-28T12:00:00Z"));
        let span = Span { from: Some(from), to: Some(to) };
        let hour = TimeDelta::hours(1);
        assert!(span.overlaps(from - hour, from + hour) && span.overlaps(from, to));
        assert!(!span.overlaps(from - hour, from) && !span.overlaps(to, to + hour));
        assert!(span.overlaps(from, from) && !span.overlaps(to, to));
        assert!(Span::default().overlaps(from, to));
        assert!(Span { from: Some(to), to: Some(from) }.is_empty() && !span.is_empty());
    }

    proptest! {
        #[test]
        fn instants_are_written_and_read_back(seconds in 0i64..4_000_000_000) {
            let instant = DateTime::from_timestamp(seconds, 0).unwrap();
            let text = rfc3339(instant);
            prop_assert_eq!(text.len(), 25);
            prop_assert!(text.ends_with("+08:00"));
            prop_assert_eq!(Moment::parse(&text), Ok(Moment::Instant(instant)));
            let date = day_of(instant);
            prop_assert!(start_of(date) <= instant && instant < end_of(date));
        }

        #[test]
        fn no_text_makes_the_readers_panic(text in "\\PC{0,40}") {
            let _ = Moment::parse(&text);
        }
    }
}
