//! iCalendar (RFC 5545): each event of a calendar is a row, each day of one that is repeated too. The lines are read here,
//! one after the other: a reader that follows what is nested can be made to follow it without end.

use std::collections::HashMap;
use std::iter;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::{File, Rows, Unreadable, bounded};
use crate::domain::calendar::Calendar;
use crate::domain::imports::columns::Column;
use crate::domain::imports::findings::{Fault, Finding};
use crate::domain::imports::{Cell, Form, MOST_ROWS, Table};
use crate::domain::invalid::FieldCode;
use crate::domain::time::{CHINA, day_of};
use crate::domain::timetable::Timetable;

/// The columns that an event of a calendar fills, with the property that each is called by.
const COLUMNS: [(&str, Column); 13] = [
    ("UID", Column::Session),
    ("UID.series", Column::Event),
    ("SUMMARY", Column::Title),
    ("DESCRIPTION.first", Column::Summary),
    ("DESCRIPTION", Column::Description),
    ("DTSTART", Column::Start),
    ("DTEND", Column::End),
    ("LOCATION.name", Column::Place),
    ("LOCATION", Column::Address),
    ("GEO.lat", Column::Lat),
    ("GEO.lng", Column::Lng),
    ("GEO.datum", Column::Crs),
    ("CATEGORIES", Column::Tags),
];

/// The properties that are read; what else programs write may be pictures.
const READ: [&str; 13] = [
    "UID",
    "SUMMARY",
    "DESCRIPTION",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "EXDATE",
    "RECURRENCE-ID",
    "STATUS",
    "LOCATION",
    "GEO",
    "CATEGORIES",
];

/// The longest beginning of a zone's name that tells zones apart, in characters: programs write paths before it.
const ZONE_MAX: usize = 200;

/// The longest beginning of a description that serves as a summary, in characters.
const SUMMARY_MAX: usize = 200;

/// A property: its value as it was written, and the zone where it names one.
#[derive(Default, Clone)]
struct Property {
    value: String,
    zone: Option<String>,
}

/// A component `VEVENT`: its line in the file, and its properties by name.
#[derive(Default)]
struct Component {
    line: u32,
    properties: HashMap<String, Vec<Property>>,
}

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Result<File, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_other_encoding| Unreadable)?;
    let (mut rows, mut findings) = (Rows::default(), Vec::new());
    for component in components(text)? {
        component.read(&mut rows, &mut findings)?;
    }
    if rows.held.len() > MOST_ROWS {
        return Err(Unreadable);
    }
    let headings = COLUMNS.iter().map(|(_, column)| column.wire().to_owned()).collect();
    Ok(File { form: Form::Calendar, table: Table { number: 0, headings, rows: rows.held }, findings })
}

/// The events of a calendar; what is nested in them, such as alarms, is left out.
fn components(text: &str) -> Result<Vec<Component>, Unreadable> {
    let (mut all, mut open, mut depth) = (Vec::new(), None::<Component>, 0_usize);
    for (line, content) in unfolded(text) {
        let Some((head, value)) = split(&content) else { continue };
        let mut parameters = head.split(';');
        let name = parameters.next().unwrap_or_default().to_ascii_uppercase();
        match (name.as_str(), value.to_ascii_uppercase().as_str()) {
            ("BEGIN", "VEVENT") if open.is_none() => {
                if all.len() == MOST_ROWS {
                    return Err(Unreadable);
                }
                open = Some(Component { line, ..Component::default() });
                depth = 0;
            }
            ("BEGIN", _) if open.is_some() => depth += 1,
            ("END", "VEVENT") if depth == 0 => all.extend(open.take()),
            ("END", _) => depth = depth.saturating_sub(1),
            (known, _) if depth == 0 && READ.contains(&known) => {
                bounded(value)?;
                let zone = parameters.find_map(|parameter| parameter.strip_prefix("TZID="));
                let zone = zone.map(|zone| zone.trim_matches('"').chars().take(ZONE_MAX).collect());
                if let Some(open) = &mut open {
                    open.properties.entry(name).or_default().push(Property { value: value.to_owned(), zone });
                }
            }
            _ => {}
        }
    }
    if open.is_some() { Err(Unreadable) } else { Ok(all) }
}

/// The lines of content, each with the number of the line where it begins.
fn unfolded(text: &str) -> impl Iterator<Item = (u32, String)> {
    let mut lines = (1..).zip(text.lines()).peekable();
    iter::from_fn(move || {
        let (number, line) = lines.next()?;
        let mut whole = line.to_owned();
        while let Some((_, more)) = lines.next_if(|(_, line)| line.starts_with([' ', '\t'])) {
            whole.push_str(&more[1..]);
        }
        Some((number, whole))
    })
}

/// Name and parameters before the colon, and the value behind it; a colon in quotation marks is none.
fn split(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let colon = line.find(|c: char| {
        quoted ^= c == '"';
        c == ':' && !quoted
    })?;
    Some((&line[..colon], &line[colon + 1..]))
}

/// A text without its escapes.
fn unescaped(text: &str) -> String {
    let (mut out, mut escaped) = (String::with_capacity(text.len()), false);
    for c in text.chars() {
        match c {
            '\\' if !escaped => escaped = true,
            'n' | 'N' if escaped => {
                out.push('\n');
                escaped = false;
            }
            other => {
                out.push(other);
                escaped = false;
            }
        }
    }
    out
}

impl Component {
    fn first(&self, name: &str) -> Option<&Property> {
        self.properties.get(name)?.first()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.first(name).map(|property| unescaped(&property.value))
    }

    /// Reads the rows of an event: one, or one for each day on which it is repeated.
    fn read(&self, rows: &mut Rows, findings: &mut Vec<Finding>) -> Result<(), Unreadable> {
        let found = |column, fault| Finding { row: self.line, column: Some(column), fault };
        if self.text("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")) {
            findings.push(Finding { row: self.line, column: None, fault: Fault::CancelledThere });
            return Ok(());
        }
        let start = self.first("DTSTART").and_then(instant);
        let end = self.first("DTEND").and_then(instant);
        let lasting = self.first("DURATION").and_then(|property| duration(&property.value));
        let end = end.or_else(|| start.zip(lasting).and_then(|(start, long)| start.checked_add_signed(long)));
        let Some(start) = start else {
            findings.push(found(Column::Start, Fault::Field(FieldCode::Missing)));
            return Ok(());
        };
        let Some(rule) = self.first("RRULE") else {
            return rows.push(self.line, self.cells(start, end, None));
        };
        let left_out = self.properties.get("EXDATE").into_iter().flatten();
        let left_out = left_out.flat_map(|dates| {
            let zone = dates.zone.clone();
            dates
                .value
                .split(',')
                .filter_map(move |value| instant(&Property { value: value.to_owned(), zone: zone.clone() }))
        });
        let timetable = Timetable {
            rule: rule.value.chars().take(500).collect(),
            left_out: left_out.map(day_of).take(MOST_ROWS).collect(),
            added: Vec::new(),
            except: Vec::new(),
            only: Vec::new(),
        };
        match timetable.dates(start, &Calendar::default()) {
            Ok(dates) => {
                let first = day_of(start);
                let later = |day: NaiveDate| {
                    let by = day - first;
                    Some((start.checked_add_signed(by)?, end.and_then(|end| end.checked_add_signed(by)), day))
                };
                let mut days = dates.days.into_iter().filter_map(later);
                days.try_for_each(|(start, end, day)| rows.push(self.line, self.cells(start, end, Some(day))))
            }
            Err(error) => {
                let code = FieldCode::Rule { reason: error.to_string() };
                findings.push(found(Column::Start, Fault::Field(code)));
                Ok(())
            }
        }
    }

    fn cells(&self, start: DateTime<Utc>, end: Option<DateTime<Utc>>, day: Option<NaiveDate>) -> Vec<Cell> {
        let uid = self.text("UID").unwrap_or_default();
        // A single day of a series that was changed by hand has the series' name and a day of its own.
        let again = self.first("RECURRENCE-ID").and_then(instant).map(day_of);
        let session = match day.or(again) {
            Some(day) if !uid.is_empty() => format!("{uid}/{day}"),
            _ => uid.clone(),
        };
        let local = |instant: DateTime<Utc>| Cell::Time(instant.with_timezone(&CHINA).naive_local());
        let description = self.text("DESCRIPTION").unwrap_or_default();
        let first = description.lines().next().unwrap_or_default();
        let place = self.text("LOCATION").unwrap_or_default();
        let geo = self.text("GEO");
        let point = geo.as_deref().and_then(|geo| geo.split_once(';'));
        let text = |text: &str| Cell::of_text(text);
        let cell = |name: &str| match name {
            "UID" => text(&session),
            "UID.series" => text(&uid),
            "SUMMARY" => text(&self.text("SUMMARY").unwrap_or_default()),
            "DESCRIPTION.first" => text(&first.chars().take(SUMMARY_MAX).collect::<String>()),
            "DESCRIPTION" => text(&description),
            "DTSTART" => local(start),
            "DTEND" => end.map_or(Cell::Blank, local),
            "LOCATION.name" => text(place.split([',', '，', '\n']).next().unwrap_or_default()),
            "LOCATION" => text(&place),
            "GEO.lat" => point.map_or(Cell::Blank, |(lat, _)| text(lat)),
            "GEO.lng" => point.map_or(Cell::Blank, |(_, lng)| text(lng)),
            "GEO.datum" => point.map_or(Cell::Blank, |_| text("wgs84")),
            "CATEGORIES" => text(&self.text("CATEGORIES").unwrap_or_default()),
            _ => Cell::Blank,
        };
        COLUMNS.iter().map(|(name, _)| cell(name)).collect()
    }
}

/// An instant: in UTC, or by the clock of the zone, which is taken for the venue's. Other zones than China's are rare in a
/// Chinese venue's calendar, and told apart by nothing but their names.
fn instant(property: &Property) -> Option<DateTime<Utc>> {
    let value = property.value.trim();
    if let Some(utc) = value.strip_suffix('Z') {
        return Some(NaiveDateTime::parse_from_str(utc, "%Y%m%dT%H%M%S").ok()?.and_utc());
    }
    let local = match NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%S") {
        Ok(local) => local,
        Err(_) => NaiveDate::parse_from_str(value, "%Y%m%d").ok()?.and_hms_opt(0, 0, 0)?,
    };
    let chinese = property.zone.as_deref().is_none_or(|zone| {
        ["Asia/", "China", "+08", "Beijing", "Taipei", "Hong"].iter().any(|part| zone.contains(part))
    });
    let known = local.and_local_timezone(CHINA).single()?.to_utc();
    chinese.then_some(known)
}

/// A duration such as `PT1H30M` or `P1D`.
fn duration(text: &str) -> Option<TimeDelta> {
    let mut rest = text.trim().strip_prefix('P')?;
    let mut all = TimeDelta::zero();
    while !rest.is_empty() {
        rest = rest.strip_prefix('T').unwrap_or(rest);
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: i64 = rest.get(..digits)?.parse().ok().filter(|number| *number < 100_000)?;
        let unit = rest[digits..].chars().next()?;
        all += match unit {
            'W' => TimeDelta::weeks(number),
            'D' => TimeDelta::days(number),
            'H' => TimeDelta::hours(number),
            'M' => TimeDelta::minutes(number),
            'S' => TimeDelta::seconds(number),
            _ => return None,
        };
        rest = &rest[digits + unit.len_utf8()..];
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n";

    fn rows(events: &str) -> (Vec<Vec<Cell>>, Vec<Finding>) {
        let file = read(format!("{HEAD}{events}END:VCALENDAR\r\n").as_bytes()).unwrap();
        (file.table.rows.into_iter().map(|row| row.cells).collect(), file.findings)
    }

    #[test]
    fn an_event_is_a_row_and_a_folded_line_is_one() {
        let (rows, findings) = rows(
            "BEGIN:VEVENT\r\nUID:a@x\r\nSUMMARY:甲虫\\, 与\r\n 我\r\nDTSTART;TZID=\"Asia/Shanghai\":20261128T140000\r\n\
             DURATION:PT2H\r\nLOCATION:广州市天河区天河路1号\r\nGEO:23.1;113.3\r\nBEGIN:VALARM\r\nSUMMARY:x\r\nEND:VALARM\r\nEND:VEVENT\r\n",
        );
        let said: Vec<String> = rows[0].iter().map(Cell::words).collect();
        assert_eq!(said[0], "a@x");
        assert_eq!(said[2], "甲虫, 与我");
        assert_eq!((&*said[5], &*said[6]), ("2026-11-28 14:00", "2026-11-28 16:00"));
        assert_eq!((&*said[9], &*said[11]), ("23.1", "wgs84"));
        assert!(findings.is_empty());
    }

    #[test]
    fn what_is_repeated_is_a_row_a_day() {
        let (rows, _) = rows(
            "BEGIN:VEVENT\nUID:w\nSUMMARY:观鸟\nDTSTART:20261128T060000Z\nDTEND:20261128T080000Z\n\
             RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE:20261205T060000Z\nEND:VEVENT\n",
        );
        let named: Vec<String> = rows.iter().map(|row| row[0].words()).collect();
        assert_eq!(named, ["w/2026-11-28", "w/2026-12-12", "w/2026-12-19"]);
        assert!(rows.iter().all(|row| row[1].words() == "w"));
    }

    #[test]
    fn what_is_called_off_or_has_no_time_is_told() {
        let (rows, findings) = rows(
            "BEGIN:VEVENT\nUID:a\nDTSTART:20261128T060000Z\nSTATUS:CANCELLED\nEND:VEVENT\nBEGIN:VEVENT\nUID:b\nEND:VEVENT\n",
        );
        assert!(rows.is_empty());
        let codes: Vec<_> = findings.iter().map(|finding| finding.fault.wire()).collect();
        assert_eq!(codes, ["cancelledThere", "missing"]);
    }

    #[test]
    fn what_is_long_is_refused_where_it_is_read_and_passed_over_where_not() {
        let event = |more: &str| {
            format!("{HEAD}BEGIN:VEVENT\nUID:a\nDTSTART:20261128T060000Z\n{more}END:VEVENT\nEND:VCALENDAR\n")
        };
        let long = "x".repeat(32_768);
        let passed = event(&format!("X-ALT-DESC:{long}\nATTACH:{long}\n"));
        assert_eq!(read(passed.as_bytes()).map(|file| file.table.rows.len()), Ok(1));
        assert_eq!(read(event(&format!("DESCRIPTION:{long}\n")).as_bytes()).err(), Some(Unreadable));
        // Each day of 300 has all of them.
        let full = format!(
            "DESCRIPTION:{0}\nLOCATION:{0}\nSUMMARY:{0}\nRRULE:FREQ=DAILY;COUNT=300\n",
            "甲".repeat(32_000)
        );
        assert_eq!(read(event(&full).as_bytes()).err(), Some(Unreadable));
    }

    #[test]
    fn depth_is_no_danger() {
        let deep = format!("{HEAD}BEGIN:VEVENT\n{}", "BEGIN:X\n".repeat(200_000));
        assert_eq!(read(deep.as_bytes()).err(), Some(Unreadable), "it is not closed");
        assert_eq!(read(b"BEGIN:VCALENDAR\n\xff").err(), Some(Unreadable));
    }
}
