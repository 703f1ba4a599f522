//! When a session is, in every way that people and spreadsheets write it: `2026-11-28 14:00`, `2026/11/28`, `2026年11月28日
//! （周六）下午2点半`, `14:00-16:00`, a day's serial number. All of it is the venue's clock, unless it has an offset.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::Cell;
use super::cells::folded;
use super::columns::Column;
use crate::domain::invalid::{Expected, FieldCode};
use crate::domain::time::{CHINA, parse_instant};

/// What a cell says of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Piece {
    date: Option<NaiveDate>,
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
    let mut read = |column, cell: &Cell| {
        Piece::of(cell).unwrap_or_else(|code| {
            wrong.push((column, code));
            Piece::default()
        })
    };
    let date = read(Column::Date, date);
    let time = read(Column::Time, time);
    let start = read(Column::Start, start);
    let end = read(Column::End, end);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let day = start.date.or(date.date).or(time.date);
    let from = start.from.or(time.from).or(date.from);
    let to = end.from.or(start.to).or(time.to).or(date.to);
    let missing = |column| vec![(column, FieldCode::Missing)];
    let Some(day) = day else { return Err(missing(Column::Date)) };
    let Some(from) = from else { return Err(missing(Column::Start)) };
    let Some(to) = to else { return Err(missing(Column::End)) };
    Ok((instant(day, from), instant(end.date.unwrap_or(day), to)))
}

/// The instant that a cell means, such as when sign-up opens; a day alone means its first second.
///
/// # Errors
/// [`FieldCode::Malformed`].
pub fn moment(cell: &Cell) -> Result<DateTime<Utc>, FieldCode> {
    let piece = Piece::of(cell)?;
    let date = piece.date.ok_or(FieldCode::Malformed(Expected::DateOrInstant))?;
    Ok(instant(date, piece.from.unwrap_or(0)))
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

fn instant(day: NaiveDate, clock: Clock) -> DateTime<Utc> {
    let local = day.and_time(NaiveTime::MIN) + TimeDelta::seconds(clock);
    DateTime::<Utc>::from_naive_utc_and_offset(local, Utc)
        - TimeDelta::seconds(CHINA.local_minus_utc().into())
}

impl Piece {
    fn of(cell: &Cell) -> Result<Self, FieldCode> {
        let bad = FieldCode::Malformed(Expected::DateOrInstant);
        match cell {
            Cell::Blank => Ok(Self::default()),
            Cell::Day(day) => Ok(Self { date: Some(*day), ..Self::default() }),
            Cell::Time(local) => Ok(Self::of_local(*local)),
            // A day that the sheet shows as a number, or a part of one.
            Cell::Number(days) if (0.0..1.0).contains(days) || (36_526.0..73_051.0).contains(days) => {
                let piece = of_serial(*days, false).map(Self::of_local).ok_or(bad)?;
                Ok(if days.fract() == 0.0 && *days >= 1.0 { Self { from: None, ..piece } } else { piece })
            }
            Cell::Number(_) => Self::of_text(&cell.words()).ok_or(bad),
            Cell::Text(text) => Self::of_text(text).ok_or(bad),
            Cell::Truth(_) | Cell::Broken(_) => Err(bad),
        }
    }

    fn of_local(local: NaiveDateTime) -> Self {
        let clock = (local.time() - NaiveTime::MIN).num_seconds();
        Self { date: (local.year() > 1900).then(|| local.date()), from: Some(clock), to: None }
    }

    fn of_text(text: &str) -> Option<Self> {
        let text = folded(text);
        if let Ok(instant) = parse_instant(&text) {
            let local = instant.with_timezone(&CHINA).naive_local();
            let clock = (local.time() - NaiveTime::MIN).num_seconds();
            return Some(Self { date: Some(local.date()), from: Some(clock), to: None });
        }
        let mut scan = Scan(&text);
        let date = scan.date();
        if date.is_some() {
            scan.weekday();
        }
        let mut piece = Self { date, ..Self::default() };
        if scan.0.is_empty() {
            return date.map(|_| piece);
        }
        let from = scan.clock(None)?;
        piece.from = Some(from.at);
        if scan.dash() {
            let to = scan.clock(from.half)?;
            piece.to = Some(to.at);
        }
        scan.0.is_empty().then_some(piece)
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

    fn date(&mut self) -> Option<NaiveDate> {
        let before = self.0;
        let found = self.dated();
        if found.is_none() {
            self.0 = before;
        }
        found
    }

    fn dated(&mut self) -> Option<NaiveDate> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 8 {
            let all = self.number(8)?;
            return NaiveDate::from_ymd_opt((all / 10_000).cast_signed(), all / 100 % 100, all % 100);
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
        NaiveDate::from_ymd_opt(year, month, day)
    }

    /// Passes over what stands between a day and a time: the day of the week is not looked at.
    fn weekday(&mut self) {
        while self.take(&["(", ")", ",", "T", "周", "星期", "礼拜"]) {
            self.take(&["一", "二", "三", "四", "五", "六", "日", "天"]);
        }
        self.space();
    }

    /// A time of day; `half` is the one that was said before.
    fn clock(&mut self, half: Option<Half>) -> Option<Read> {
        let mut said = self.half();
        let hour = i64::from(self.number(2)?);
        if !self.take(&[":", "：", "时", "時", "點", "点"]) {
            return None;
        }
        let minute = if self.take(&["半"]) { 30 } else { i64::from(self.number(2).unwrap_or(0)) };
        self.take(&["分"]);
        let second = if self.take(&[":"]) { i64::from(self.number(2)?) } else { 0 };
        if said.is_none() {
            said = self.half();
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

    fn half(&mut self) -> Option<Half> {
        self.space();
        let (word, half) = HALVES.iter().find(|(word, _)| self.0.starts_with(word))?;
        self.0 = &self.0[word.len()..];
        Some(*half)
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
        assert_eq!(spans("2026-11-28", "14:00", "", ""), "end:missing ");
        for [date, time] in [
            ["2026-02-30", "14:00-16:00"],
            ["周六", "14:00-16:00"],
            ["11月28日", "14:00-16:00"],
            ["2026-11-28 2026-11-29", "14:00-16:00"],
        ] {
            assert_eq!(spans(date, time, "", ""), "date:malformed ", "{date}");
        }
        for time in ["14-16", "25:00-26:00", "14:60-15:00", "14:00-", "下午", "14:00-16:00-18:00"] {
            assert_eq!(spans("2026-11-28", time, "", ""), "time:malformed ", "{time}");
        }
    }

    #[test]
    fn sign_up_may_open_with_a_day() {
        let opens = moment(&text("2026年11月14日")).unwrap();
        assert_eq!(rfc3339(opens).to_string(), "2026-11-14T00:00:00+08:00");
        assert!(moment(&text("14:00")).is_err());
    }
}
