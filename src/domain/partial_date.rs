//! Dates known only to the year or the month, which is how recognitions and founding dates are published.

use std::fmt;

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// `2021`, `2021-05` or `2021-05-20`: as precise as the source, never more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartialDate(String);

impl PartialDate {
    /// The last day that it can mean.
    pub fn last_day(&self) -> NaiveDate {
        let [year, month, day] =
            [0..4, 5..7, 8..10].map(|range| self.0.get(range).and_then(|part| part.parse().ok()));
        let year = year.and_then(|year: u32| i32::try_from(year).ok()).unwrap_or(i32::MAX);
        let month: u32 = month.unwrap_or(12);
        match day {
            Some(day) => NaiveDate::from_ymd_opt(year, month, day),
            None => {
                NaiveDate::from_ymd_opt(year, month, 1).and_then(|first| (first + Months::new(1)).pred_opt())
            }
        }
        // What was parsed is a date.
        .unwrap_or(NaiveDate::MAX)
    }
}

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
        let last = |text: &str| PartialDate::try_from(text.to_owned()).unwrap().last_day().to_string();
        assert_eq!(["2021", "2024-02", "2021-05-20"].map(last), ["2021-12-31", "2024-02-29", "2021-05-20"]);
        for bad in ["", "21", "2021-13", "2021-02-30", "约2013年", "2021-5-2"] {
            assert!(PartialDate::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
