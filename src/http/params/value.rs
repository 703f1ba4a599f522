//! Single values: how each kind is written, and what it becomes.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Kind, MAX_ENTRIES, Param};
use crate::domain::geo::Edges;
use crate::domain::ids::EventId;
use crate::domain::invalid::{Expected, FieldCode};
use crate::domain::time::{self, Moment, NotATime};

/// What a parameter became.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Integer(i32),
    Boolean(bool),
    Text(String),
    Words(Vec<&'static str>),
    Texts(Vec<String>),
    Date(NaiveDate),
    Instant(DateTime<Utc>),
    Moment(Moment),
    Bbox(Edges),
}

/// Days outside these years are refused: no catalogue reaches there, and arithmetic on them cannot overflow.
const YEARS: std::ops::RangeInclusive<&str> = "1900"..="2199";

/// The longest opaque token that this service gives out, in characters.
pub(super) const MAX_TOKEN: usize = 512;

/// Reads a decoded value, which is not blank.
pub(super) fn read(param: &Param, text: &str) -> Result<Value, FieldCode> {
    match param.kind {
        Kind::Number { min, max } => {
            let number = decimal(text)?;
            if (min..=max).contains(&number) { Ok(Value::Number(number)) } else { Err(range(min, max)) }
        }
        Kind::Integer { min, max } => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(FieldCode::NotAnInteger);
            }
            let number = text.parse().ok().filter(|number| (min..=max).contains(number));
            number.map(Value::Integer).ok_or_else(|| range(min, max))
        }
        Kind::Boolean => word(text, &["true", "false"]).map(|word| Value::Boolean(word == "true")),
        Kind::Text { max_chars } => fits(text, max_chars).map(|()| Value::Text(text.trim().to_owned())),
        Kind::Token => fits(text, MAX_TOKEN).map(|()| Value::Text(text.to_owned())),
        Kind::Word(allowed) => word(text, allowed).map(|word| Value::Words(vec![word])),
        Kind::Words(allowed) => entries(text, |entry| word(entry, allowed)).map(Value::Words),
        Kind::Codes { .. } => entries(text, code).map(Value::Texts),
        Kind::Id => id(text).map(Value::Text),
        Kind::Ids => entries(text, id).map(Value::Texts),
        Kind::Date => at(text, Expected::Date, time::parse_date).map(Value::Date),
        Kind::Instant => at(text, Expected::Instant, time::parse_instant).map(Value::Instant),
        Kind::Moment => at(text, Expected::DateOrInstant, Moment::parse).map(Value::Moment),
        Kind::Bbox => bbox(text).map(Value::Bbox),
        Kind::Adcode if text.len() == 6 && !text.starts_with('0') && digits(text) => {
            Ok(Value::Text(text.to_owned()))
        }
        Kind::Adcode => Err(FieldCode::Malformed(Expected::Adcode)),
        // The parser passes over it.
        Kind::Ignored => Ok(Value::Text(text.to_owned())),
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn range(min: impl ToString, max: impl ToString) -> FieldCode {
    FieldCode::OutOfRange { min: min.to_string(), max: max.to_string() }
}

fn fits(text: &str, max: usize) -> Result<(), FieldCode> {
    if text.chars().count() <= max { Ok(()) } else { Err(FieldCode::TooLong { max }) }
}

/// A number as JSON writes it, so without `inf`, `nan` and a leading plus.
pub(super) fn decimal(text: &str) -> Result<f64, FieldCode> {
    let plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    let starts = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let number = if plain && starts { text.parse().ok() } else { None };
    number.filter(|number: &f64| number.is_finite()).ok_or(FieldCode::NotANumber)
}

fn word(text: &str, allowed: &'static [&'static str]) -> Result<&'static str, FieldCode> {
    let found = allowed.iter().find(|word| **word == text).copied();
    found.ok_or_else(|| FieldCode::NotAllowed {
        value: text.chars().take(64).collect(),
        allowed: allowed.iter().map(ToString::to_string).collect(),
    })
}

/// Entries between commas, the first of equals kept.
fn entries<T: PartialEq>(
    text: &str,
    read: impl Fn(&str) -> Result<T, FieldCode>,
) -> Result<Vec<T>, FieldCode> {
    let mut list = Vec::new();
    for (index, entry) in text.split(',').enumerate() {
        if index == MAX_ENTRIES {
            return Err(FieldCode::TooMany { max: MAX_ENTRIES });
        }
        if entry.trim().is_empty() {
            return Err(FieldCode::Empty);
        }
        let entry = read(entry)?;
        if !list.contains(&entry) {
            list.push(entry);
        }
    }
    Ok(list)
}

fn code(text: &str) -> Result<String, FieldCode> {
    let fine = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')) && text.len() <= 64;
    if fine { Ok(text.to_owned()) } else { Err(FieldCode::Malformed(Expected::Code)) }
}

/// Ids of every kind are written alike, so one kind speaks for all.
fn id(text: &str) -> Result<String, FieldCode> {
    if text.parse::<EventId>().is_ok() {
        Ok(text.to_owned())
    } else {
        Err(FieldCode::Malformed(Expected::Id))
    }
}

/// A time in a year that a catalogue can reach.
fn at<T>(text: &str, expected: Expected, read: fn(&str) -> Result<T, NotATime>) -> Result<T, FieldCode> {
    let time = read(text).or(Err(FieldCode::Malformed(expected)))?;
    let fine = text.get(..4).is_some_and(|year| YEARS.contains(&year));
    if fine { Ok(time) } else { Err(range(YEARS.start(), YEARS.end())) }
}

fn bbox(text: &str) -> Result<Edges, FieldCode> {
    let malformed = FieldCode::Malformed(Expected::Bbox);
    let numbers = text.split(',').map(decimal).collect::<Result<Vec<_>, _>>();
    let Ok(&[west, south, east, north]) = numbers.as_deref() else { return Err(malformed) };
    let inside = |number: f64, limit: f64| (-limit..=limit).contains(&number);
    let inverted = |first: &str, then: &str| FieldCode::Inverted { first: first.into(), then: then.into() };
    if !inside(west, 180.0) || !inside(east, 180.0) {
        return Err(range(-180, 180));
    }
    if !inside(south, 90.0) || !inside(north, 90.0) {
        let swapped = inside(west, 90.0) && inside(east, 90.0);
        return Err(if swapped { malformed } else { range(-90, 90) });
    }
    if west > east {
        return Err(inverted("west", "east"));
    }
    if south > north {
        return Err(inverted("south", "north"));
    }
    Ok(Edges { west, south, east, north })
}
