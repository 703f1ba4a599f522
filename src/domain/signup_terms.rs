//! The terms on which one signs up for a session, as data: shown in full by `GET /v1/sessions/{id}`, kept by the desk.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::events::Ages;
use super::invalid::{Expected, FieldCode, Invalid};
use super::text::Text;

/// Terms of sign-up, as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignupTerms {
    /// When sign-up opens; absent: it has always been open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<DateTime<Utc>>,
    /// When it closes; absent: at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<DateTime<Utc>>,
    /// What happens when it is full.
    #[serde(default)]
    pub waitlist_mode: WaitlistMode,
    /// Most that may queue, counted as capacity counts; absent: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waitlist_max: Option<i32>,
    /// For how many minutes seats are held for whom they are offered to; at most until the start.
    #[serde(default = "two_hours")]
    pub offer_minutes: u16,
    /// Whether capacity counts people or parties.
    #[serde(default)]
    pub capacity_unit: CapacityUnit,
    /// Whether a guardian who comes along takes a seat.
    #[serde(default = "yes")]
    pub guardian_takes_seat: bool,
    /// Fewest people in a party.
    #[serde(default = "one")]
    pub party_min: u16,
    /// Most people in a party.
    #[serde(default = "one")]
    pub party_max: u16,
    /// Most seats one account may hold in the session.
    #[serde(default = "one")]
    pub per_person_max: u16,
    /// How many sessions of the event one person may attend; absent: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_event_max: Option<u16>,
    /// How many sessions of a campaign's events one person may attend; absent: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_campaign_max: Option<u16>,
    /// Classes and groups that are booked as a number of heads, whose list may follow; absent: none can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// Keeps out who often did not come; absent: nobody is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_shows: Option<NoShows>,
    /// Ages that attendees must have; they do not bind guardians.
    #[serde(default)]
    pub ages: Ages,
    /// Whether a guardian must come along.
    #[serde(default)]
    pub guardian_required: bool,
    /// Whether a telephone number is asked for.
    #[serde(default)]
    pub phone_required: bool,
    /// Whether the host decides on each sign-up.
    #[serde(default)]
    pub approval: bool,
    /// Until when one can cancel; absent: until the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_until: Option<DateTime<Utc>>,
    /// What is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
}

fn yes() -> bool {
    true
}

fn one() -> u16 {
    1
}

fn two_hours() -> u16 {
    120
}

/// Most people of a party.
const PARTY_MAX: u16 = 50;
/// Most heads of a class or group.
pub const GROUP_MAX: u16 = 500;
/// Most questions of a session.
const QUESTIONS_MAX: usize = 20;
/// Most options of a question.
const OPTIONS_MAX: usize = 50;
/// How long an offer may stand at most, in minutes: two days.
const OFFER_MAX: u16 = 2 * 24 * 60;

impl Default for SignupTerms {
    /// The terms that hold where nothing is said.
    fn default() -> Self {
        Self {
            opens_at: None,
            closes_at: None,
            waitlist_mode: WaitlistMode::None,
            waitlist_max: None,
            offer_minutes: two_hours(),
            capacity_unit: CapacityUnit::Person,
            guardian_takes_seat: true,
            party_min: 1,
            party_max: 1,
            per_person_max: 1,
            per_event_max: None,
            per_campaign_max: None,
            group: None,
            no_shows: None,
            ages: Ages::default(),
            guardian_required: false,
            phone_required: false,
            approval: false,
            cancel_until: None,
            questions: Vec::new(),
        }
    }
}

impl SignupTerms {
    /// How many of the capacity a party takes.
    pub fn seats(&self, attendees: usize, guardians: usize) -> i32 {
        match self.capacity_unit {
            CapacityUnit::Party => 1,
            CapacityUnit::Person if self.guardian_takes_seat => (attendees + guardians) as i32,
            CapacityUnit::Person => attendees as i32,
        }
    }

    /// When an offer that is made at `now` lapses, for a session that starts at `start`.
    pub fn offer_until(&self, now: DateTime<Utc>, start: DateTime<Utc>) -> DateTime<Utc> {
        (now + TimeDelta::minutes(self.offer_minutes.into())).min(start)
    }

    /// Until when one can cancel or shrink a sign-up for a session that starts at `start`.
    pub fn cancel_until(&self, start: DateTime<Utc>) -> DateTime<Utc> {
        self.cancel_until.unwrap_or(start)
    }

    /// Adds what is wrong with the terms of a session from `start` to `end`.
    pub(super) fn check(
        &self,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
        capacity: Option<i32>,
        invalid: &mut Invalid,
    ) {
        let closes = self.closes_at.unwrap_or(start);
        if closes > end {
            invalid.inverted("signupClosesAt", "signupClosesAt", "end");
        }
        if self.opens_at.is_some_and(|opens| closes <= opens) {
            invalid.inverted("signupOpensAt", "signupOpensAt", "signupClosesAt");
        }
        if self.cancel_until.is_some_and(|until| end < until) {
            invalid.inverted("rules.cancelUntil", "rules.cancelUntil", "end");
        }
        invalid.range("rules.partyMin", self.party_min, 1, PARTY_MAX);
        invalid.range("rules.partyMax", self.party_max, self.party_min.max(1), PARTY_MAX);
        if let (Some(min), Some(max)) = (self.ages.min, self.ages.max)
            && max < min
        {
            invalid.inverted("rules.ageMin", "rules.ageMin", "rules.ageMax");
        }
        // With a guardian whose seat is free, the smallest party takes one seat less.
        let guardians = usize::from(self.guardian_required);
        let smallest = usize::from(self.party_min.max(1)).max(1 + guardians);
        if self.guardian_required && self.party_max < 2 {
            invalid.push("rules.guardianRequired", conflicting("rules.partyMax"));
        }
        let fewest = self.seats(smallest - guardians, guardians);
        if i32::from(self.per_person_max) < fewest {
            invalid.range("rules.perPersonMax", i32::from(self.per_person_max), fewest, GROUP_MAX.into());
        }
        if capacity.is_some_and(|capacity| 0 < capacity && capacity < fewest) {
            invalid.push("rules.partyMin", conflicting("capacity"));
        }
        self.check_queue(capacity, invalid);
        for (field, most) in
            [("rules.perEventMax", self.per_event_max), ("rules.perCampaignMax", self.per_campaign_max)]
        {
            most.into_iter().for_each(|most| invalid.range(field, most, 1, 1000));
        }
        if let Some(group) = self.group {
            invalid.range("rules.group.min", group.min, 1, GROUP_MAX);
            invalid.range("rules.group.max", group.max, group.min.max(1), GROUP_MAX);
        }
        if let Some(no_shows) = self.no_shows {
            invalid.range("rules.noShows.most", no_shows.most, 1, 100);
            invalid.range("rules.noShows.days", no_shows.days, 1, 366);
        }
        self.check_questions(invalid);
    }

    fn check_queue(&self, capacity: Option<i32>, invalid: &mut Invalid) {
        if self.waitlist_mode != WaitlistMode::None && capacity.is_none() {
            // What is never full needs no queue.
            invalid.push("waitlistMode", conflicting("capacity"));
        }
        if let Some(most) = self.waitlist_max {
            invalid.range("rules.waitlistMax", most, 1, 1_000_000);
            if self.waitlist_mode == WaitlistMode::None {
                invalid.push("rules.waitlistMax", conflicting("waitlistMode"));
            }
        }
        invalid.range("rules.offerMinutes", self.offer_minutes, 5, OFFER_MAX);
    }

    fn check_questions(&self, invalid: &mut Invalid) {
        if self.questions.len() > QUESTIONS_MAX {
            invalid.push("questions", FieldCode::TooMany { max: QUESTIONS_MAX });
        }
        for (at, question) in self.questions.iter().enumerate() {
            let field = |name: &str| format!("questions[{at}].{name}");
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            if !(1..=32).contains(&question.id.len()) || !question.id.bytes().all(plain) {
                invalid.push(field("id"), FieldCode::Malformed(Expected::Code));
            }
            if self.questions[..at].iter().any(|other| other.id == question.id) {
                invalid.push(field("id"), FieldCode::Repeated);
            }
            invalid.text(&field("label"), &question.label, 200);
            let (least, most) = match question.kind {
                QuestionType::Choice | QuestionType::Choices => (2, OPTIONS_MAX),
                QuestionType::Text | QuestionType::Number | QuestionType::Boolean => (0, 0),
            };
            if question.options.len() < least {
                invalid.push(field("options"), FieldCode::TooFew { min: least });
            }
            if question.options.len() > most {
                invalid.push(field("options"), FieldCode::TooMany { max: most });
            }
            for (n, option) in question.options.iter().enumerate() {
                invalid.text(&format!("questions[{at}].options[{n}]"), option, 100);
            }
        }
    }
}

fn conflicting(with: &str) -> FieldCode {
    FieldCode::Conflicting { with: with.to_owned() }
}

/// Bookings of classes and groups by a number of heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Fewest heads.
    pub min: u16,
    /// Most heads.
    pub max: u16,
}

/// Keeps out who did not come `most` times in the last `days` days before the session, by any sign-up here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoShows {
    /// So many times.
    pub most: u16,
    /// In so many days.
    pub days: u16,
}

/// What happens when a session is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WaitlistMode {
    /// No waiting list.
    #[default]
    None,
    /// Whoever is next is confirmed at once when seats become free.
    Confirm,
    /// Whoever is next is offered the seats for a time.
    Offer,
}

/// What capacity counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CapacityUnit {
    /// People.
    #[default]
    Person,
    /// Parties, however large.
    Party,
}

/// A question asked at sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// Names the question in answers; unique in the session.
    pub id: String,
    /// The question.
    pub label: Text,
    /// How it is answered.
    #[serde(rename = "type")]
    pub kind: QuestionType,
    /// Whether it must be answered.
    pub required: bool,
    /// The choices, where there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Text>,
    /// Asked once for the party, or of each participant.
    pub per: QuestionScope,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum QuestionType {
    /// In words.
    Text,
    /// With a whole number.
    Number,
    /// Yes or no.
    Boolean,
    /// One of the options.
    Choice,
    /// Any of the options.
    Choices,
}

/// Of whom a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum QuestionScope {
    /// Once.
    Party,
    /// Of everybody.
    Participant,
}
