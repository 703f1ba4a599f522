//! Calendars (RFC 5545): written so that the same data give the same bytes, and an ETag holds.

use chrono::{DateTime, Utc};

use crate::domain::geo::{LatLng, Wgs84};
use crate::domain::time::CHINA;

/// The media type of calendars.
pub const CALENDAR: &str = "text/calendar; charset=utf-8";

/// How often a calendar that somebody subscribed to is asked for again.
const REFRESH: &str = "PT1H";

/// The venues' zone. Daylight saving ended with this change; no session is older.
const ZONE: &str = "BEGIN:VTIMEZONE\r\n\
    TZID:Asia/Shanghai\r\n\
    BEGIN:STANDARD\r\n\
    DTSTART:19910915T020000\r\n\
    TZOFFSETFROM:+0900\r\n\
    TZOFFSETTO:+0800\r\n\
    TZNAME:CST\r\n\
    END:STANDARD\r\n\
    END:VTIMEZONE\r\n";

/// The longest line in octets, its end not counted.
const LINE: usize = 75;

/// A calendar.
#[derive(Debug, Clone)]
pub struct Calendar<'a> {
    /// What it is called among other calendars.
    pub name: String,
    /// What is in it.
    pub dates: Vec<Date<'a>>,
}

/// Something that takes place.
#[derive(Debug, Clone)]
pub struct Date<'a> {
    /// What it is known by, in this calendar and in all others.
    pub uid: String,
    /// When it starts.
    pub start: DateTime<Utc>,
    /// When it ends.
    pub end: DateTime<Utc>,
    /// When what is said of it last changed.
    pub changed: DateTime<Utc>,
    /// How often that was.
    pub version: i64,
    /// Whether it is called off.
    pub cancelled: bool,
    /// Its title.
    pub title: &'a str,
    /// The text about it.
    pub text: String,
    /// Where it is, in words.
    pub location: Option<String>,
    /// Where it is.
    pub position: Option<LatLng<Wgs84>>,
    /// An absolute address with more about it.
    pub url: String,
    /// Subjects, in words.
    pub categories: Vec<&'a str>,
}

impl Calendar<'_> {
    /// The calendar as it is sent. It has no METHOD: it announces, and invites nobody.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines = Lines(String::with_capacity(1024 * (1 + self.dates.len())));
        lines.put("BEGIN", "VCALENDAR");
        lines.put("VERSION", "2.0");
        lines.put("PRODID", "-//Kepu//Kepu//ZH");
        lines.put("CALSCALE", "GREGORIAN");
        for name in ["NAME", "X-WR-CALNAME"] {
            lines.put(name, &escaped(&self.name));
        }
        lines.put("X-WR-TIMEZONE", "Asia/Shanghai");
        lines.put("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
        lines.put("X-PUBLISHED-TTL", REFRESH);
        lines.0.push_str(ZONE);
        self.dates.iter().for_each(|date| date.write(&mut lines));
        lines.put("END", "VCALENDAR");
        lines.0
    }
}

impl Date<'_> {
    fn write(&self, lines: &mut Lines) {
        let changed = self.changed.format("%Y%m%dT%H%M%SZ").to_string();
        let local = |at: DateTime<Utc>| at.with_timezone(&CHINA).format("%Y%m%dT%H%M%S").to_string();
        lines.put("BEGIN", "VEVENT");
        lines.put("UID", &escaped(&self.uid));
        // Without a METHOD it is when the entry was last revised, not when it is asked for.
        lines.put("DTSTAMP", &changed);
        lines.put("LAST-MODIFIED", &changed);
        lines.put("SEQUENCE", &self.version.clamp(0, i32::MAX.into()).to_string());
        lines.put("DTSTART;TZID=Asia/Shanghai", &local(self.start));
        lines.put("DTEND;TZID=Asia/Shanghai", &local(self.end));
        lines.put("STATUS", if self.cancelled { "CANCELLED" } else { "CONFIRMED" });
        lines.put("SUMMARY", &escaped(self.title));
        lines.put("DESCRIPTION", &escaped(&self.text));
        if let Some(location) = &self.location {
            lines.put("LOCATION", &escaped(location));
        }
        if let Some(position) = self.position {
            lines.put("GEO", &format!("{:.6};{:.6}", position.lat(), position.lng()));
        }
        lines.put("URL", &self.url);
        if !self.categories.is_empty() {
            let categories: Vec<_> = self.categories.iter().map(|category| escaped(category)).collect();
            lines.put("CATEGORIES", &categories.join(","));
        }
        lines.put("END", "VEVENT");
    }
}

/// §3.3.11: in a text, what would end or divide it is escaped; controls have no place in one.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.replace("\r\n", "\n").chars() {
        match character {
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            '\n' | '\r' => escaped.push_str("\\n"),
            '\t' => escaped.push(character),
            _ if character.is_control() => {}
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Lines as they are sent.
struct Lines(String);

impl Lines {
    /// §3.1: a line that is too long goes on in the next, which begins with a space; no character is cut in two.
    fn put(&mut self, name: &str, value: &str) {
        let line = format!("{name}:{value}");
        let (mut rest, mut room) = (line.as_str(), LINE);
        while rest.len() > room {
            let (part, after) = rest.split_at(rest.floor_char_boundary(room));
            self.0.push_str(part);
            self.0.push_str("\r\n ");
            (rest, room) = (after, LINE - 1);
        }
        self.0.push_str(rest);
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_divides_texts_is_escaped() {
        assert_eq!(escaped("a,b;c\\d\r\ne\nf\u{7}\tg"), "a\\,b\\;c\\\\d\\ne\\nf\tg");
    }

    proptest! {
        #[test]
        fn folded_lines_are_short_and_unfold_to_what_they_were(value in "\\PC{0,300}") {
            let mut lines = Lines(String::new());
            lines.put("SUMMARY", &value);
            let text = lines.0;
            prop_assert!(text.ends_with("\r\n"));
            for line in text.split("\r\n") {
                prop_assert!(line.len() <= LINE, "{} octets", line.len());
            }
            prop_assert_eq!(text.replace("\r\n ", ""), format!("SUMMARY:{value}\r\n"));
        }
    }
}
