//! When a session is, in every way that people and spreadsheets write it: `2026-11-28 14:00`, `2026/11/28`, `2026年11月28日
//! （周六）下午2点半`, `14:00-16:00`, a day's serial number. All of it is the venue's clock, unless it has an offset.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};

use super::Cell;
use super::cells::folded;
use super::columns::Column;
use crate::domain::invalid::{Expected, FieldCode};
use crate::domain::time::{CHINA, parse_instant};

/// What a cell says of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Piece {
    date: Option<NaiveDate>,
    /// The day of the week that is named beside the date.
    weekday: Option<Weekday>,
    from: Option<Clock>,
    to: Option<Clock>,
}

/// A time of day in seconds from its midnight; 24:00 is the end of the day.
type Clock = i64;

const DAY: Clock = 24 * 60 * 60;

/// The cells to mend, and what is wrong with each.
type Wrong = Vec<(Column, FieldCode)>;

/// When a session is that a row tells of in these four cells, any of which may be blank.
///
/// # Errors
/// What is wrong, with the column to mend.
pub fn span(
    date: &Cell,
    time: &Cell,
    start: &Cell,
    end: &Cell,
) -> Result<(DateTime<Utc>, DateTime<Utc>), Wrong> {
    let mut wrong = Vec::new();
    let mut read = |column, cell: &Cell, expected| {
        Piece::of(cell, expected).unwrap_or_else(|code| {
            wrong.push((column, code));
            Piece::default()
        })
    };
    let date = read(Column::Date, date, Expected::Date);
    let time = read(Column::Time, time, Expected::FromTo);
    let start = read(Column::Start, start, Expected::LocalTime);
    let end = read(Column::End, end, Expected::LocalTime);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let day = start.date.or(date.date).or(time.date);
    let from = start.from.or(time.from).or(date.from);
    let to = [
        (end.from, Column::End),
        (start.to, Column::Start),
        (time.to, Column::Time),
        (date.to, Column::Date),
    ];
    let to = to.into_iter().find_map(|(clock, column)| Some((clock?, column)));
    let missing = |column| vec![(column, FieldCode::Missing)];
    let Some(day) = day else { return Err(missing(Column::Date)) };
    let Some(from) = from else { return Err(missing(Column::Start)) };
    let Some((to, ended_by)) = to else {
        let half = vec![(Column::Time, FieldCode::Malformed(Expected::FromTo))];
        return Err(if time.from.is_some() { half } else { missing(Column::End) });
    };
    let last = end.date.unwrap_or(day);
    let (start, end) = (local(day, from), local(last, to));
    if end <= start {
        let form = if last == day { "%H:%M" } else { "%Y-%m-%d %H:%M" };
        let [first, then] = [start, end].map(|time| time.format(form).to_string());
        return Err(vec![(ended_by, FieldCode::Inverted { first, then })]);
    }
    Ok((instant(start), instant(end)))
}

/// The day that a cell means, where it names another day of the week beside it.
#[must_use]
pub fn misnamed(cell: &Cell) -> Option<NaiveDate> {
    let Piece { date, weekday, .. } = Piece::of(cell, Expected::Date).ok()?;
    date.filter(|date| weekday.is_some_and(|named| named != date.weekday()))
}

/// The instant that a cell means, such as when sign-up opens; a day alone means its first second.
///
/// # Errors
/// [`FieldCode::Malformed`].
pub fn moment(cell: &Cell) -> Result<DateTime<Utc>, FieldCode> {
    let piece = Piece::of(cell, Expected::LocalTime)?;
    let date = piece.date.ok_or(FieldCode::Malformed(Expected::LocalTime))?;
    Ok(instant(local(date, piece.from.unwrap_or(0))))
}

/// The moment that a spreadsheet's serial number means; `None` beyond the years that it knows.
#[must_use]
pub fn of_serial(days: f64, from_1904: bool) -> Option<NaiveDateTime> {
    let first =
        if from_1904 { NaiveDate::from_ymd_opt(1904, 1, 1) } else { NaiveDate::from_ymd_opt(1899, 12, 30) };
    if !(0.0..2_958_466.0).contains(&days) {
        return None;
    }
    // To the second: what a sheet holds of 14:00 is some fraction of a day.
    #[expect(clippy::cast_possible_truncation, reason = "within the years of spreadsheets")]
    let seconds = (days * DAY as f64).round() as i64;
    first?.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::seconds(seconds))
}

fn local(day: NaiveDate, clock: Clock) -> NaiveDateTime {
    day.and_time(NaiveTime::MIN) + TimeDelta::seconds(clock)
}

fn instant(local: NaiveDateTime) -> DateTime<Utc> {
    DateTime::<Utc>::from_naive_utc_and_offset(local, Utc)
        - TimeDelta::seconds(CHINA.local_minus_utc().into())
}

impl Piece {
    /// What a cell says in a column where `expected` stands.
    fn of(cell: &Cell, expected: Expected) -> Result<Self, FieldCode> {
        let read = match cell {
            Cell::Blank => Ok(Self::default()),
            Cell::Day(day) => Ok(Self { date: Some(*day), ..Self::default() }),
            Cell::Time(local) => Ok(Self::of_local(*local)),
            // A day that the sheet shows as a number, or a part of one.
            Cell::Number(days) if (0.0..1.0).contains(days) || (36_526.0..73_051.0).contains(days) => {
                let day_alone = days.fract() == 0.0 && *days >= 1.0;
                let piece = of_serial(*days, false).map(Self::of_local).ok_or(expected);
                piece.map(|piece| if day_alone { Self { from: None, ..piece } } else { piece })
            }
            Cell::Number(_) => Self::of_text(&cell.words(), expected),
            Cell::Text(text) => Self::of_text(text, expected),
            Cell::Truth(_) | Cell::Broken(_) => Err(expected),
        };
        read.map_err(FieldCode::Malformed)
    }

    fn of_local(local: NaiveDateTime) -> Self {
        let clock = (local.time() - NaiveTime::MIN).num_seconds();
        let date = (local.year() > 1900).then(|| local.date());
        Self { date, from: Some(clock), ..Self::default() }
    }

    fn of_text(text: &str, expected: Expected) -> Result<Self, Expected> {
        let text = folded(text);
        if let Ok(instant) = parse_instant(&text) {
            let local = instant.with_timezone(&CHINA).naive_local();
            let clock = (local.time() - NaiveTime::MIN).num_seconds();
            return Ok(Self { date: Some(local.date()), from: Some(clock), ..Self::default() });
        }
        let mut scan = Scan(&text);
        let date = scan.date()?;
        let weekday = date.and_then(|_| scan.weekday());
        let piece = Self { date, weekday, ..Self::default() };
        let day_alone = date.is_some() && scan.0.is_empty();
        let piece = if day_alone { Some(piece) } else { piece.with_times(scan) };
        piece.ok_or(expected)
    }

    /// With the time that comes next, or two with a dash between; nothing may follow.
    fn with_times(mut self, mut scan: Scan<'_>) -> Option<Self> {
        let from = scan.clock(None)?;
        self.from = Some(from.at);
        if scan.dash() {
            self.to = Some(scan.clock(from.half)?.at);
        }
        scan.0.is_empty().then_some(self)
    }
}

/// A time of day as it was read.
#[derive(Clone, Copy)]
struct Read {
    at: Clock,
    /// In which half of the day, where that was said.
    half: Option<Half>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

const HALVES: [(&str, Half); 10] = [
    ("上午", Half::Morning),
    ("早上", Half::Morning),
    ("凌晨", Half::Morning),
    ("AM", Half::Morning),
    ("am", Half::Morning),
    ("下午", Half::Afternoon),
    ("晚上", Half::Afternoon),
    ("中午", Half::Afternoon),
    ("PM", Half::Afternoon),
    ("pm", Half::Afternoon),
];

const WEEKDAYS: [(&str, Weekday); 8] = [
    ("一", Weekday::Mon),
    ("二", Weekday::Tue),
    ("三", Weekday::Wed),
    ("四", Weekday::Thu),
    ("五", Weekday::Fri),
    ("六", Weekday::Sat),
    ("日", Weekday::Sun),
    ("天", Weekday::Sun),
];

/// What is left of a text that is being read.
struct Scan<'a>(&'a str);

impl Scan<'_> {
    fn space(&mut self) {
        self.0 = self.0.trim_start();
    }

    /// Takes one of these if it comes next.
    fn take(&mut self, any: &[&str]) -> bool {
        self.space();
        let rest = any.iter().find_map(|word| self.0.strip_prefix(word));
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Takes one of these words if it comes next; gives what it means.
    fn meaning<T: Copy>(&mut self, words: &[(&str, T)]) -> Option<T> {
        words.iter().find_map(|(word, meaning)| self.take(&[*word]).then_some(*meaning))
    }

    /// A number of at most so many digits.
    fn number(&mut self, most: usize) -> Option<u32> {
        self.space();
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || digits > most {
            return None;
        }
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        number.parse().ok()
    }

    /// The day, if one comes next.
    fn date(&mut self) -> Result<Option<NaiveDate>, Expected> {
        let before = self.0;
        if let Some((year, month, day)) = self.dated() {
            return NaiveDate::from_ymd_opt(year, month, day).map(Some).ok_or(Expected::RealDay);
        }
        self.0 = before;
        let without_year = self.number(2).is_some() && self.take(&["月", "/"]) && self.number(2).is_some();
        self.0 = before;
        if without_year { Err(Expected::Year) } else { Ok(None) }
    }

    /// Year, month and day as they are written.
    fn dated(&mut self) -> Option<(i32, u32, u32)> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 8 {
            let all = self.number(8)?;
            return Some(((all / 10_000).cast_signed(), all / 100 % 100, all % 100));
        }
        if digits != 4 {
            return None;
        }
        let year = self.number(4)?.cast_signed();
        if !self.take(&["-", "/", ".", "年"]) {
            return None;
        }
        let month = self.number(2)?;
        if !self.take(&["-", "/", ".", "月"]) {
            return None;
        }
        let day = self.number(2)?;
        self.take(&["日", "号"]);
        Some((year, month, day))
    }

    /// Passes over what stands between a day and a time; gives the day of the week that is named there.
    fn weekday(&mut self) -> Option<Weekday> {
        let mut named = None;
        while self.take(&["(", ")", ",", "T", "周", "週", "星期", "礼拜"]) {
            named = self.meaning(&WEEKDAYS).or(named);
        }
        self.space();
        named
    }

    /// A time of day; `half` is the one that was said before.
    fn clock(&mut self, half: Option<Half>) -> Option<Read> {
        let mut said = self.meaning(&HALVES);
        let hour = i64::from(self.number(2)?);
        if !self.take(&[":", "：", "时", "時", "點", "点"]) {
            return None;
        }
        let minute = if self.take(&["半"]) { 30 } else { i64::from(self.number(2).unwrap_or(0)) };
        self.take(&["分"]);
        let second = if self.take(&[":"]) { i64::from(self.number(2)?) } else { 0 };
        if said.is_none() {
            said = self.meaning(&HALVES);
        }
        self.space();
        if minute > 59 || second > 59 || hour > 24 || (hour == 24 && minute + second > 0) {
            return None;
        }
        let after = said.or(half) == Some(Half::Afternoon);
        let midnight = said == Some(Half::Morning) && hour == 12;
        // `下午2:00-4:00`: what comes after is in the same half, unless it is past noon anyway.
        let hour = match hour {
            1..=11 if after => hour + 12,
            12 if midnight => 0,
            other => other,
        };
        Some(Read { at: (hour * 60 + minute) * 60 + second, half: said.or(half) })
    }

    fn dash(&mut self) -> bool {
        let found = self.take(&["-", "–", "—", "~", "～", "至", "到"]);
        // A Chinese dash is two characters long.
        while found && self.take(&["-", "–", "—"]) {}
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::rfc3339;

    fn text(text: &str) -> Cell {
        Cell::of_text(text)
    }

    fn spans(date: &str, time: &str, start: &str, end: &str) -> String {
        match span(&text(date), &text(time), &text(start), &text(end)) {
            Ok((start, end)) => format!("{} {}", rfc3339(start), rfc3339(end)),
            Err(wrong) => {
                wrong.iter().map(|(column, code)| format!("{}:{} ", column.wire(), code.wire())).collect()
            }
        }
    }

    #[test]
    fn a_session_is_found_in_whatever_cells_people_write_it() {
        let afternoon = "2026-11-28T14:00:00+08:00 2026-11-28T16:00:00+08:00";
        for [date, time, start, end] in [
            ["2026-11-28", "14:00-16:00", "", ""],
            ["2026/11/28", "14：00～16：00", "", ""],
            ["2026年11月28日", "14:00—16:00", "", ""],
            ["2026年11月28日（周六）", "下午2:00-4:00", "", ""],
            ["２０２６．１１．２８", "下午2点至4点", "", ""],
            ["20261128", "", "14:00", "16:00"],
            ["2026-11-28 星期六", "", "14:00:00", "16时"],
            ["", "", "2026-11-28 14:00", "2026-11-28 16:00"],
            ["", "", "2026/11/28 14:00", "16:00"],
            ["", "2026年11月28日 14:00-16:00", "", ""],
            ["", "", "2026-11-28T06:00:00Z", "2026-11-28T16:00:00+08:00"],
            ["2026-11-28 14:00——16:00", "", "", ""],
            ["2026-11-28", "2:00 pm - 4:00 pm", "", ""],
            ["2026-11-28", "2:00PM-4:00PM", "", ""],
        ] {
            assert_eq!(spans(date, time, start, end), afternoon, "{date} {time} {start} {end}");
        }
        assert_eq!(
            spans("2026-11-28", "上午11点半到12:15", "", ""),
            "2026-11-28T11:30:00+08:00 2026-11-28T12:15:00+08:00"
        );
        assert_eq!(
            spans("2026-11-28", "20:00-24:00", "", ""),
            "2026-11-28T20:00:00+08:00 2026-11-29T00:00:00+08:00"
        );
        assert_eq!(
            spans("", "", "2026-11-28 20:00", "2026-11-29 08:00"),
            "2026-11-28T20:00:00+08:00 2026-11-29T08:00:00+08:00"
        );
    }

    #[test]
    fn days_and_times_of_a_spreadsheet_are_numbers() {
        let afternoon = (text("2026-11-28 14:00"), text("16:00"));
        let expected = span(&Cell::Blank, &Cell::Blank, &afternoon.0, &afternoon.1).unwrap();
        let serial = |days| Cell::Time(of_serial(days, false).unwrap());
        for (date, start, end) in [
            (
                Cell::Day(of_serial(46354.0, false).unwrap().date()),
                serial(0.583_333_333_333_333_4),
                serial(0.666_666_666_666_666_6),
            ),
            (Cell::Number(46354.0), Cell::Number(14.0 / 24.0), Cell::Number(16.0 / 24.0)),
            (Cell::Blank, serial(46_354.583_333_333_33), serial(46_354.666_666_666_66)),
        ] {
            assert_eq!(span(&date, &Cell::Blank, &start, &end), Ok(expected), "{date:?} {start:?} {end:?}");
        }
        assert_eq!(of_serial(46354.0 - 1462.0, true), of_serial(46354.0, false));
        assert_eq!(
            (of_serial(-1.0, false), of_serial(1e12, false), of_serial(f64::NAN, false)),
            (None, None, None)
        );
    }

    #[test]
    fn what_is_no_time_is_told_with_its_column() {
        assert_eq!(spans("", "14:00-16:00", "", ""), "date:missing ");
        assert_eq!(spans("2026-11-28", "", "", ""), "start:missing ");
        assert_eq!(spans("2026-11-28", "", "14:00", ""), "end:missing ");
        assert_eq!(spans("2026-11-28", "16:00-14:00", "", ""), "time:inverted ");
        assert_eq!(spans("2026-11-28", "", "16:00", "14:00"), "end:inverted ");
        for [date, time] in [
            ["2026-02-30", "14:00-16:00"],
            ["周六", "14:00-16:00"],
            ["11月28日", "14:00-16:00"],
            ["2026-11-28 2026-11-29", "14:00-16:00"],
        ] {
            assert_eq!(spans(date, time, "", ""), "date:malformed ", "{date}");
        }
        for time in [
            "14:00",
            "9:00-11:00，14:00-16:00",
            "14-16",
            "25:00-26:00",
            "14:60-15:00",
            "14:00-",
            "下午",
            "14:00-16:00-18:00",
        ] {
            assert_eq!(spans("2026-11-28", time, "", ""), "time:malformed ", "{time}");
        }
    }

    #[test]
    fn what_would_be_right_is_told_of_each_mistake() {
        for (date, time, expected) in [
            ("2026年2月30日", "14:00-16:00", Expected::RealDay),
            ("12月5日（周六）", "14:00-16:00", Expected::Year),
            ("12/5", "14:00-16:00", Expected::Year),
            ("周六", "14:00-16:00", Expected::Date),
            ("2026-11-28", "9:00-11:00，14:00-16:00", Expected::FromTo),
        ] {
            let wrong = span(&text(date), &text(time), &Cell::Blank, &Cell::Blank).unwrap_err();
            assert_eq!(wrong[0].1, FieldCode::Malformed(expected), "{date} {time}");
        }
        let wrong = span(&text("2026-11-28"), &text("下午4点-2点"), &Cell::Blank, &Cell::Blank).unwrap_err();
        let code = FieldCode::Inverted { first: "16:00".to_owned(), then: "14:00".to_owned() };
        assert_eq!(wrong, [(Column::Time, code)]);
    }

    #[test]
    fn a_day_of_the_week_that_is_another_is_seen() {
        let sunday = NaiveDate::from_ymd_opt(2026, 12, 6);
        for misread in ["2026-12-06（周六）", "2026年12月6日 星期六 14:00", "2026-12-06（週六）"]
        {
            assert_eq!(misnamed(&text(misread)), sunday, "{misread}");
        }
        for right in ["2026-12-06（周日）", "2026-12-06 星期天", "2026-12-06", "14:00-16:00", "周六"]
        {
            assert_eq!(misnamed(&text(right)), None, "{right}");
        }
    }

    #[test]
    fn sign_up_may_open_with_a_day() {
        let opens = moment(&text("2026年11月14日")).unwrap();
        assert_eq!(rfc3339(opens).to_string(), "2026-11-14T00:00:00+08:00");
        assert!(moment(&text("14:00")).is_err());
    }
}
