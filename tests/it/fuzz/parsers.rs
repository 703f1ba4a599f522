//! Parsers by themselves.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use kepu::discovery::page::Cursor;
use kepu::domain::calendar::Calendar;
use kepu::domain::datum::{from_crs, to_crs};
use kepu::domain::geo::{Crs, LatLng, Wgs84};
use kepu::domain::hours::{OpenState, OpeningHours};
use kepu::domain::recurrence::Recurrence;
use kepu::domain::time::start_of;
use kepu::http::params::groups::{BBOX, LANGUAGE, PAGE, POSITION, Q, TIME};
use kepu::http::params::{Kind, Param, parse};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;

use super::{escaped, same, try_all};

const TABLE: &[&[Param]] = &[POSITION, TIME, PAGE, LANGUAGE, &[Q, TOPIC, STATUS, AGE, FREE, BASE, OPEN_AT]];
const TOPIC: Param = Param::new("topic", Kind::Codes { scheme: "topic" }, "", "");
const STATUS: Param = Param::new("status", Kind::Words(&["ended", "cancelled"]), "", "");
const AGE: Param = Param::new("age", Kind::Integer { min: 0, max: 120 }, "", "");
const FREE: Param = Param::new("free", Kind::Boolean, "", "");
const BASE: Param = Param::new("base", Kind::Ids, "", "");
const OPEN_AT: Param = Param::new("openAt", Kind::Instant, "", "");

/// A calendar with one settled year.
static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| {
    let path = format!("{}/seeds/holidays.json", env!("CARGO_MANIFEST_DIR"));
    let mut file: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let years: Vec<kepu::domain::calendar::CalendarYear> =
        serde_json::from_value(file["items"].take()).unwrap();
    Calendar::new(years).unwrap()
});

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_query_is_read_or_refused_by_the_names_it_has() {
    try_all("queries", 4000, |query| {
        let lossy = |name: &str| {
            let name = name.replace('+', " ");
            percent_decode_str(&name).decode_utf8_lossy().replace('\0', "\u{fffd}")
        };
        let names: Vec<_> =
            query.split('&').map(|pair| lossy(pair.split('=').next().unwrap_or(pair))).collect();
        if let Err(invalid) = parse(query, TABLE) {
            prop_assert!(!invalid.0.is_empty(), "refused for nothing");
            for error in &invalid.0 {
                let field = error.field.replace('\0', "\u{fffd}");
                prop_assert!(names.contains(&field), "{error:?} is not in {names:?}");
            }
        }
        Ok(())
    });
}

#[test]
fn a_box_is_one_or_is_refused() {
    try_all("bboxes", 4000, |text| {
        match parse(&format!("bbox={}", escaped(text)), TABLE) {
            Ok(params) => {
                let edges = params.bbox(&BBOX).unwrap();
                prop_assert!(-180.0 <= edges.west && edges.west <= edges.east && edges.east <= 180.0);
                prop_assert!(-90.0 <= edges.south && edges.south <= edges.north && edges.north <= 90.0);
            }
            Err(invalid) => {
                let fields: Vec<_> = invalid.0.iter().map(|error| error.field.to_string()).collect();
                same(&fields, &vec!["bbox".to_owned()], "the fields blamed")?;
            }
        }
        Ok(())
    });
}

#[test]
fn a_cursor_that_is_read_is_written_the_same() {
    try_all("cursors", 4000, |text| {
        if let Some(cursor) = Cursor::decode(text) {
            same(&Cursor::decode(&cursor.encode()), &Some(cursor), "a cursor")?;
        }
        Ok(())
    });
}

/// An ordinary week, the end of what the calendar settles, a leap day, and a holiday.
const DAYS: [&str; 4] = ["2026-11-25", "2026-12-31", "2028-02-29", "2026-10-01"];

#[test]
fn opening_hours_are_read_or_refused_and_agree_with_themselves() {
    try_all("hours", 600, |rule| {
        let Ok(hours) = OpeningHours::parse(rule) else { return Ok(()) };
        for date in DAYS.map(day) {
            let told = hours.day(&CALENDAR, date);
            for opening in &told.open {
                prop_assert!(opening.from < opening.to && opening.to.minutes() <= 1440, "{opening:?}");
            }
            prop_assert!(told.open.is_sorted_by(|a, b| a.to <= b.from), "{:?}", told.open);
            for minute in [0, 9 * 60, 12 * 60, 23 * 60 + 59] {
                let instant = start_of(date) + TimeDelta::minutes(minute);
                let state = hours.at(&CALENDAR, instant);
                let mut open = told.open.iter();
                let open = open.any(|one| (one.from.on(date)..one.to.on(date)).contains(&instant));
                if told.certain {
                    let expected = if open { OpenState::Open } else { OpenState::Closed };
                    same(&state, &expected, &format!("{date} {minute}"))?;
                }
                let minutes = Some(instant + TimeDelta::minutes(1));
                let within = hours.opens_within(&CALENDAR, instant, minutes);
                same(&within, &(state == OpenState::Open), &format!("that minute of {date} {minute}"))?;
                let (until, opens) =
                    (hours.open_until(&CALENDAR, instant), hours.opens_at(&CALENDAR, instant));
                prop_assert!(
                    until.is_none_or(|until| instant < until) && opens.is_none_or(|opens| instant < opens)
                );
            }
        }
        Ok(())
    });
}

#[test]
fn a_recurrence_is_refused_or_has_editions_in_their_year() {
    try_all("recurrences", 150, |rule| {
        let Ok(recurrence) = Recurrence::parse(rule, 7) else { return Ok(()) };
        let editions = recurrence.editions(2026);
        prop_assert!(editions.is_sorted() && editions.len() <= 366, "{} editions", editions.len());
        for edition in &editions {
            same(&edition.from.year(), &2026, "the year")?;
            same(&(edition.to - edition.from).num_days(), &6, "the length")?;
        }
        let next = editions.iter().find(|edition| edition.to >= day("2026-06-15"));
        if next.is_some() {
            prop_assert!(recurrence.next_from(day("2026-06-15")).as_ref() <= next);
        }
        Ok(())
    });
}

#[test]
fn coordinates_convert_to_positions_and_back() {
    try_all("coordinates", 4000, |text| {
        let Some((lat, lng)) = text.split_once(',') else { return Ok(()) };
        let (Ok(lat), Ok(lng)) = (lat.parse::<f64>(), lng.parse::<f64>()) else { return Ok(()) };
        let on_earth = LatLng::<Wgs84>::new(lat, lng).is_ok();
        for crs in [Crs::Gcj02, Crs::Wgs84, Crs::Bd09] {
            for mainland in [true, false] {
                let read = from_crs(lat, lng, crs, mainland);
                same(&read.is_ok(), &on_earth, crs.name())?;
                let Ok(point) = read else { continue };
                let (north, east) = to_crs(point, mainland, crs);
                prop_assert!(LatLng::<Wgs84>::new(north, east).is_ok(), "{north},{east}");
            }
        }
        Ok(())
    });
}

#[test]
fn times_are_read_or_refused() {
    try_all("times", 4000, |text| {
        if let Ok(moment) = kepu::domain::time::Moment::parse(text) {
            let (begin, end): (DateTime<Utc>, DateTime<Utc>) = (moment.begin(), moment.end());
            prop_assert!(begin <= end);
        }
        Ok(())
    });
}
