//! The programme of a sample event: sessions relative to today, so that a demonstration is never stale.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use serde::{Deserialize, Serialize};

use super::events::Ages;
use super::hours::Opening;
use super::ids::CampaignId;
use super::invalid::{FieldCode, Invalid};
use super::signup_terms::{CapacityUnit, Group, Question, SignupTerms, WaitlistMode};
use super::time::CHINA;

/// The programme of a sample event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Programme {
    /// When sessions are.
    pub patterns: Vec<Pattern>,
    /// Capacity of each session; absent: unlimited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<i32>,
    /// Terms of sign-up; absent where none is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signup: Option<SignupTemplate>,
}

/// The largest number of patterns of one programme.
const MAX_PATTERNS: usize = 50;
/// The farthest day from today that a programme may name, and the longest lead of a sign-up.
const MAX_DAYS: i64 = 400;

impl Programme {
    /// Adds what is wrong with it.
    pub(super) fn check(&self, invalid: &mut Invalid) {
        if self.patterns.len() > MAX_PATTERNS {
            invalid.push("programme.patterns", FieldCode::TooMany { max: MAX_PATTERNS });
        }
        for (i, pattern) in self.patterns.iter().enumerate() {
            if let Pattern::Weekly { from_day, to_day, .. } | Pattern::Daily { from_day, to_day, .. } =
                pattern
            {
                invalid.range(format!("programme.patterns[{i}].fromDay"), *from_day, -MAX_DAYS, MAX_DAYS);
                invalid.range(format!("programme.patterns[{i}].toDay"), *to_day, -MAX_DAYS, MAX_DAYS);
            }
            if let Pattern::NextWeekday { weeks, .. } = pattern {
                invalid.range(format!("programme.patterns[{i}].weeks"), *weeks, 0, 52);
            }
        }
        if let Some(capacity) = self.capacity {
            invalid.range("programme.capacity", capacity, 0, 1_000_000);
        }
        if let Some(signup) = &self.signup {
            invalid.range("programme.signup.opensDaysBefore", signup.opens_days_before, 0, MAX_DAYS);
            invalid.range("programme.signup.closesHoursBefore", signup.closes_hours_before, 0, 24 * MAX_DAYS);
            if let Some(hours) = signup.cancel_hours_before {
                invalid.range("programme.signup.cancelHoursBefore", hours, 0, 24 * MAX_DAYS);
            }
        }
    }
}

/// Terms of sign-up relative to a session's start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignupTemplate {
    /// Days before the start when sign-up opens.
    pub opens_days_before: i64,
    /// Hours before the start when it closes.
    pub closes_hours_before: i64,
    /// Hours before the start until which one can cancel; absent: until the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_hours_before: Option<i64>,
    /// Fewest people in a party.
    pub party_min: u16,
    /// Most people in a party.
    pub party_max: u16,
    /// Whether a guardian must come along.
    pub guardian_required: bool,
    /// Whether the host decides on each sign-up.
    pub approval: bool,
    /// What happens when it is full.
    pub waitlist_mode: WaitlistMode,
    /// Whether capacity counts people or parties.
    #[serde(default)]
    pub capacity_unit: CapacityUnit,
    /// For how many minutes an offer stands; absent: as long as where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_minutes: Option<u16>,
    /// Classes and groups that are booked as a number of heads; absent: none can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// What is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
}

impl SignupTemplate {
    /// The terms of a session that starts at `start`.
    pub fn terms(&self, start: DateTime<Utc>, ages: Ages) -> SignupTerms {
        let usual = SignupTerms::default();
        SignupTerms {
            opens_at: Some(start - TimeDelta::days(self.opens_days_before)),
            closes_at: Some(start - TimeDelta::hours(self.closes_hours_before)),
            waitlist_mode: self.waitlist_mode,
            capacity_unit: self.capacity_unit,
            party_min: self.party_min,
            party_max: self.party_max,
            per_person_max: self.party_max,
            ages,
            guardian_required: self.guardian_required,
            approval: self.approval,
            cancel_until: self.cancel_hours_before.map(|hours| start - TimeDelta::hours(hours)),
            offer_minutes: self.offer_minutes.unwrap_or(usual.offer_minutes),
            group: self.group,
            questions: self.questions.clone(),
            ..usual
        }
    }
}

/// How sessions recur.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum Pattern {
    /// On the next such weekday (today counts), `weeks` weeks later.
    NextWeekday {
        /// `Mon` … `Sun`.
        weekday: Weekday,
        /// Weeks after the next one.
        weeks: u16,
        /// When it starts.
        start_time: NaiveTime,
        /// When it ends.
        end_time: NaiveTime,
    },
    /// On such weekdays, from `from_day` to `to_day` days after today.
    Weekly {
        /// `Mon` … `Sun`.
        weekdays: Vec<Weekday>,
        /// First day relative to today, may be negative.
        from_day: i64,
        /// Last day relative to today.
        to_day: i64,
        /// When it starts.
        start_time: NaiveTime,
        /// When it ends.
        end_time: NaiveTime,
    },
    /// On the weekday nearest to the next first day of a campaign, at least three days ahead.
    Campaign {
        /// The campaign.
        campaign: CampaignId,
        /// `Mon` … `Sun`.
        weekday: Weekday,
        /// When it starts.
        start_time: NaiveTime,
        /// When it ends.
        end_time: NaiveTime,
    },
    /// Every day the venue is open, from `from_day` to `to_day` days after today.
    Daily {
        /// First day relative to today, may be negative.
        from_day: i64,
        /// Last day relative to today.
        to_day: i64,
        /// When it starts, where the venue's hours are not known.
        start_time: NaiveTime,
        /// When it ends, where the venue's hours are not known.
        end_time: NaiveTime,
    },
}

/// A session of a sample programme, placed in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// The venue's day it belongs to.
    pub date: NaiveDate,
    /// When it starts.
    pub start: DateTime<Utc>,
    /// When it ends.
    pub end: DateTime<Utc>,
}

/// What a pattern must know of the world.
pub trait Venue {
    /// The first day, not before `from`, on which the campaign begins; `None` where no rule says.
    fn campaign_start(&self, campaign: CampaignId, from: NaiveDate) -> Option<NaiveDate>;
    /// From when to when the venue is open on a day: `None` where its hours are not known, empty where it is
    /// closed.
    fn open_on(&self, date: NaiveDate) -> Option<Vec<Opening>>;
}

impl Pattern {
    /// The sessions that the pattern gives on `today`.
    pub fn slots(&self, today: NaiveDate, venue: &impl Venue) -> Vec<Slot> {
        match self {
            Self::NextWeekday { weekday, weeks, start_time, end_time } => {
                let days = days_until(today.weekday(), *weekday) + 7 * u64::from(*weeks);
                slot(today + Days::new(days), *start_time, *end_time).into_iter().collect()
            }
            Self::Weekly { weekdays, from_day, to_day, start_time, end_time } => {
                days(today, *from_day, *to_day)
                    .filter(|date| weekdays.contains(&date.weekday()))
                    .filter_map(|date| slot(date, *start_time, *end_time))
                    .collect()
            }
            Self::Campaign { campaign, weekday, start_time, end_time } => {
                let first = venue.campaign_start(*campaign, today + Days::new(3));
                let date = first.map(|first| nearest(first, *weekday));
                date.and_then(|date| slot(date, *start_time, *end_time)).into_iter().collect()
            }
            Self::Daily { from_day, to_day, start_time, end_time } => days(today, *from_day, *to_day)
                .filter_map(|date| match venue.open_on(date) {
                    None => slot(date, *start_time, *end_time),
                    Some(open) => {
                        let (first, last) = (open.first()?, open.last()?);
                        Some(Slot { date, start: first.from.on(date), end: last.to.on(date) })
                    }
                })
                .collect(),
        }
    }
}

fn days(today: NaiveDate, from: i64, to: i64) -> impl Iterator<Item = NaiveDate> {
    (from..=to).filter_map(move |day| today.checked_add_signed(TimeDelta::days(day)))
}

fn days_until(from: Weekday, to: Weekday) -> u64 {
    u64::from(to.days_since(from))
}

fn nearest(date: NaiveDate, weekday: Weekday) -> NaiveDate {
    let ahead = days_until(date.weekday(), weekday);
    if ahead <= 3 { date + Days::new(ahead) } else { date - Days::new(7 - ahead) }
}

/// A session on `date`; one that would end before it starts ends on the next day (a night of stars).
fn slot(date: NaiveDate, start: NaiveTime, end: NaiveTime) -> Option<Slot> {
    let instant =
        |date: NaiveDate, time| Some(date.and_time(time).and_local_timezone(CHINA).single()?.to_utc());
    let last = if end <= start { date + Days::new(1) } else { date };
    Some(Slot { date, start: instant(date, start)?, end: instant(last, end)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_are_counted_forward_and_to_the_nearest() {
        assert_eq!(days_until(Weekday::Sun, Weekday::Sun), 0);
        assert_eq!(days_until(Weekday::Sun, Weekday::Sat), 6);
        assert_eq!(days_until(Weekday::Fri, Weekday::Sat), 1);
        let sunday = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        assert_eq!(nearest(sunday, Weekday::Sat), sunday - Days::new(1));
        assert_eq!(nearest(sunday, Weekday::Wed), sunday + Days::new(3));
    }
}
