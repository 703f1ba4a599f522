//! Terms of sign-up as authors give them: what is left out is as where nothing is said.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::instants::{Instant, instant};
use super::words::{Words, words, words_list};
use crate::domain::events::Ages;
use crate::domain::invalid::Invalid;
use crate::domain::signup_terms::{self as domain, SignupTerms};
use crate::http::v1::sessions::{CapacityUnit, QuestionScope, QuestionType, WaitlistMode};

/// The terms of sign-up, by the names that the session shows.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthoredRules {
    /// What capacity counts; `person` if absent.
    capacity_unit: Option<CapacityUnit>,
    /// Whether a guardian who comes along takes a seat; `true` if absent.
    #[schema(example = true)]
    guardian_takes_seat: Option<bool>,
    /// Fewest people in a party; 1 if absent.
    #[schema(example = 1, minimum = 1, maximum = 50)]
    party_min: Option<u16>,
    /// Most people in a party; `partyMin` if absent.
    #[schema(example = 4, minimum = 1, maximum = 50)]
    party_max: Option<u16>,
    /// Most seats one person may hold in the session; `partyMax` if absent.
    #[schema(example = 4, minimum = 1, maximum = 500)]
    per_person_max: Option<u16>,
    /// How many sessions of the event one person may attend; absent: any number.
    #[schema(example = 1, minimum = 1)]
    per_event_max: Option<u16>,
    /// How many sessions of a campaign's events one person may attend; absent: any number.
    #[schema(example = 3, minimum = 1)]
    per_campaign_max: Option<u16>,
    /// Classes and groups that are booked as a number of heads; absent: none can be.
    group: Option<AuthoredGroup>,
    /// Keeps out who often did not come; absent: nobody is.
    no_shows: Option<AuthoredNoShows>,
    /// Most that may queue, counted as `capacity` counts; absent: any number.
    #[schema(example = 20, minimum = 1)]
    waitlist_max: Option<i32>,
    /// For how many minutes offered seats are held; 120 if absent.
    #[schema(example = 120, minimum = 5, maximum = 2880)]
    offer_minutes: Option<u16>,
    /// Youngest attendee, in completed years.
    #[schema(example = 6)]
    age_min: Option<u8>,
    /// Oldest attendee, in completed years.
    #[schema(example = 12)]
    age_max: Option<u8>,
    /// Whether a guardian must come along.
    #[schema(example = true)]
    guardian_required: Option<bool>,
    /// Whether a telephone number is asked for.
    #[schema(example = false)]
    phone_required: Option<bool>,
    /// Whether the host decides on each sign-up.
    #[schema(example = false)]
    approval: Option<bool>,
    /// Until when one can cancel; absent: until the start.
    #[schema(example = "2026-11-27T14:00:00+08:00", value_type = Option<String>, format = DateTime)]
    cancel_until: Option<Instant>,
}

/// How many heads a class or group has that is booked by their number.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthoredGroup {
    /// Fewest.
    #[schema(example = 10, minimum = 1, maximum = 500)]
    min: u16,
    /// Most.
    #[schema(example = 50, minimum = 1, maximum = 500)]
    max: u16,
}

/// Keeps out who did not come `most` times in the last `days` days before the session.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthoredNoShows {
    /// So many times.
    #[schema(example = 2, minimum = 1, maximum = 100)]
    most: u16,
    /// In so many days.
    #[schema(example = 90, minimum = 1, maximum = 366)]
    days: u16,
}

/// A question asked at sign-up.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthoredQuestion {
    /// Names the question in answers; unique in the session.
    #[schema(example = "school", min_length = 1, max_length = 32)]
    id: String,
    #[schema(schema_with = words)]
    label: Words,
    /// How it is answered.
    #[serde(rename = "type")]
    kind: QuestionType,
    /// Whether it must be answered; `false` if absent.
    #[schema(example = false)]
    required: Option<bool>,
    #[schema(schema_with = words_list)]
    options: Option<Vec<Words>>,
    /// Of whom it is asked; `party` if absent.
    per: Option<QuestionScope>,
}

/// All that is said about signing up for a session.
#[derive(Debug, Default)]
pub struct Said {
    /// When sign-up opens.
    pub opens_at: Option<Instant>,
    /// When it closes.
    pub closes_at: Option<Instant>,
    /// What happens when it is full.
    pub waitlist_mode: Option<WaitlistMode>,
    /// The rules.
    pub rules: Option<AuthoredRules>,
    /// What is asked.
    pub questions: Option<Vec<AuthoredQuestion>>,
}

impl Said {
    /// The terms that are meant; `None` where nothing at all is said about signing up.
    pub fn terms(self, invalid: &mut Invalid) -> Option<SignupTerms> {
        let Self { opens_at, closes_at, waitlist_mode, rules, questions } = self;
        if opens_at.is_none()
            && closes_at.is_none()
            && waitlist_mode.is_none()
            && rules.is_none()
            && questions.is_none()
        {
            return None;
        }
        let mut terms = SignupTerms {
            opens_at: instant(opens_at.as_ref(), "signupOpensAt", invalid),
            closes_at: instant(closes_at.as_ref(), "signupClosesAt", invalid),
            waitlist_mode: waitlist_mode.map(Into::into).unwrap_or_default(),
            questions: questions.into_iter().flatten().map(AuthoredQuestion::question).collect(),
            ..SignupTerms::default()
        };
        if let Some(rules) = rules {
            rules.apply(&mut terms, invalid);
        }
        Some(terms)
    }
}

impl AuthoredRules {
    fn apply(self, terms: &mut SignupTerms, invalid: &mut Invalid) {
        terms.capacity_unit = self.capacity_unit.map(Into::into).unwrap_or_default();
        terms.guardian_takes_seat = self.guardian_takes_seat.unwrap_or(true);
        terms.party_min = self.party_min.unwrap_or(1);
        terms.party_max = self.party_max.unwrap_or(terms.party_min);
        terms.per_person_max = self.per_person_max.unwrap_or(terms.party_max);
        terms.per_event_max = self.per_event_max;
        terms.per_campaign_max = self.per_campaign_max;
        terms.group = self.group.map(|group| domain::Group { min: group.min, max: group.max });
        terms.no_shows = self.no_shows.map(|rule| domain::NoShows { most: rule.most, days: rule.days });
        terms.waitlist_max = self.waitlist_max;
        terms.offer_minutes = self.offer_minutes.unwrap_or(terms.offer_minutes);
        terms.ages = Ages { min: self.age_min, max: self.age_max };
        terms.guardian_required = self.guardian_required.unwrap_or_default();
        terms.phone_required = self.phone_required.unwrap_or_default();
        terms.approval = self.approval.unwrap_or_default();
        terms.cancel_until = instant(self.cancel_until.as_ref(), "rules.cancelUntil", invalid);
    }
}

impl From<&SignupTerms> for AuthoredRules {
    fn from(terms: &SignupTerms) -> Self {
        Self {
            capacity_unit: Some(terms.capacity_unit.into()),
            guardian_takes_seat: Some(terms.guardian_takes_seat),
            party_min: Some(terms.party_min),
            party_max: Some(terms.party_max),
            per_person_max: Some(terms.per_person_max),
            per_event_max: terms.per_event_max,
            per_campaign_max: terms.per_campaign_max,
            group: terms.group.map(|group| AuthoredGroup { min: group.min, max: group.max }),
            no_shows: terms.no_shows.map(|rule| AuthoredNoShows { most: rule.most, days: rule.days }),
            waitlist_max: terms.waitlist_max,
            offer_minutes: Some(terms.offer_minutes),
            age_min: terms.ages.min,
            age_max: terms.ages.max,
            guardian_required: Some(terms.guardian_required),
            phone_required: Some(terms.phone_required),
            approval: Some(terms.approval),
            cancel_until: terms.cancel_until.map(Instant::from),
        }
    }
}

impl AuthoredQuestion {
    fn question(self) -> domain::Question {
        domain::Question {
            id: self.id,
            label: self.label.0,
            kind: self.kind.into(),
            required: self.required.unwrap_or_default(),
            options: self.options.into_iter().flatten().map(|words| words.0).collect(),
            per: self.per.map_or(domain::QuestionScope::Party, Into::into),
        }
    }
}

impl From<&domain::Question> for AuthoredQuestion {
    fn from(question: &domain::Question) -> Self {
        let options = question.options.iter().cloned().map(Words).collect::<Vec<_>>();
        Self {
            id: question.id.clone(),
            label: question.label.clone().into(),
            kind: question.kind.into(),
            required: Some(question.required),
            options: (!options.is_empty()).then_some(options),
            per: Some(question.per.into()),
        }
    }
}
