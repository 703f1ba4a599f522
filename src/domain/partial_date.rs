//! Dates known only to the year or the month, which is how recognitions and founding dates are published.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// `2021`, `2021-05` or `2021-05-20`: as precise as the source, never more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartialDate(String);

impl TryFrom<String> for PartialDate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let template = match text.len() {
            4 => "-01-01",
            7 => "-01",
            _ => "",
        };
        match NaiveDate::parse_from_str(&format!("{text}{template}"), "%Y-%m-%d") {
            Ok(_) if matches!(text.len(), 4 | 7 | 10) => Ok(Self(text)),
            _ => Err(format!("{text} is not a year, a month (2021-05) or a date")),
        }
    }
}

impl From<NaiveDate> for PartialDate {
    fn from(day: NaiveDate) -> Self {
        Self(day.to_string())
    }
}

impl From<PartialDate> for String {
    fn from(date: PartialDate) -> String {
        date.0
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_sources_print_and_nothing_else() {
        for good in ["2021", "2021-05", "2021-05-20"] {
            assert_eq!(PartialDate::try_from(good.to_owned()).unwrap().to_string(), good);
        }
        for bad in ["", "21", "2021-13", "2021-02-30", "约2013年", "2021-5-2"] {
            assert!(PartialDate::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
