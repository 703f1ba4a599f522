//! Instants and days in bodies: texts that are read with everything else that may be wrong, all at once.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::invalid::{Expected, FieldCode, Invalid};
use crate::domain::time::{parse_date, parse_instant, rfc3339};

/// An instant as it was written: RFC 3339 with an offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(String);

impl From<DateTime<Utc>> for Instant {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(rfc3339(instant).to_string())
    }
}

/// The instant that is meant; `None` if there is none, or it is not one.
pub fn instant(written: Option<&Instant>, field: &str, invalid: &mut Invalid) -> Option<DateTime<Utc>> {
    let read = parse_instant(&written?.0);
    if read.is_err() {
        invalid.push(field, FieldCode::Malformed(Expected::Instant));
    }
    read.ok()
}

/// The days that are meant.
pub fn days(written: &[String], field: &str, invalid: &mut Invalid) -> Vec<NaiveDate> {
    let mut days = Vec::with_capacity(written.len());
    for (at, text) in written.iter().enumerate() {
        match parse_date(text) {
            Ok(day) => days.push(day),
            Err(_) => invalid.push(format!("{field}[{at}]"), FieldCode::Malformed(Expected::Date)),
        }
    }
    days
}
