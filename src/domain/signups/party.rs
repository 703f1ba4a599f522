//! Who comes along: people with their names and births, which are personal, and how to reach them.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize, Serializer};

use super::super::hidden::hidden;
use super::super::ids::CompanionId;
use super::super::time;

hidden! {
    /// The name of somebody who comes.
    PersonName;
    /// A telephone number.
    Phone;
    /// What somebody answered, in words.
    Words;
}

/// The age from which a person consents for themselves (PIPL article 31).
pub const OF_AGE: i32 = 14;

/// The age from which nobody has a guardian (Civil Code article 17).
const ADULT: i32 = 18;

/// The longest name of a participant, in characters.
pub const LONGEST_NAME: usize = 30;

/// What is personal about a sign-up. It is stored sealed, and only so.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Personal {
    /// Who comes; of a class at first nobody.
    pub party: Vec<Member>,
    /// How to reach who signed up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// What they answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
}

/// Somebody who comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Their name; empty where whoever signed up said nowhere who they are.
    #[serde(serialize_with = "exposed_name")]
    pub name: PersonName,
    /// When they were born, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth: Option<Birth>,
    /// As what they come.
    #[serde(rename = "as")]
    pub role: Role,
    /// Where they are somebody of the account: who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
    /// What they were called when it became too late to cancel, or when the host approved, where that was corrected since.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "exposed_names")]
    pub first_name: Option<PersonName>,
    /// When they were said to be born then, where that was corrected since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_birth: Option<Birth>,
}

impl Member {
    /// Forgets what was corrected: they are whom they are said to be now.
    pub fn forget_first(&mut self) {
        (self.first_name, self.first_birth) = (None, None);
    }
}

/// Somebody whom the account knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Known {
    /// Whoever signs up.
    Myself,
    /// One of their family or friends.
    Companion(CompanionId),
}

/// As what somebody comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// To take part.
    Attendee,
    /// To look after attendees; the ages do not bind them.
    Guardian,
}

/// When somebody was born, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Birth {
    /// The day.
    Date(NaiveDate),
    /// The year.
    Year(i32),
}

/// How to reach who signed up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contact {
    /// The name to ask for.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "exposed_names")]
    pub name: Option<PersonName>,
    /// A telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "exposed_phones")]
    pub phone: Option<Phone>,
}

/// An answer to a question of the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Which question.
    pub question: String,
    /// The place in the party, from 0, of whom it is about; absent where it is about all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<u16>,
    /// What was answered.
    pub value: Value,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Number(i64),
    /// Words, or the option chosen.
    #[serde(serialize_with = "exposed_words")]
    Text(Words),
    /// The options chosen.
    #[serde(serialize_with = "exposed_lines")]
    Choices(Vec<Words>),
}

// What follows is for the sealed form only: nothing else serialises what is hidden.

fn exposed_name<S: Serializer>(name: &PersonName, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(name.expose())
}

fn exposed_names<S: Serializer>(name: &Option<PersonName>, to: S) -> Result<S::Ok, S::Error> {
    name.as_ref().map(PersonName::expose).serialize(to)
}

fn exposed_phones<S: Serializer>(phone: &Option<Phone>, to: S) -> Result<S::Ok, S::Error> {
    phone.as_ref().map(Phone::expose).serialize(to)
}

fn exposed_words<S: Serializer>(words: &Words, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(words.expose())
}

fn exposed_lines<S: Serializer>(lines: &[Words], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(lines.iter().map(Words::expose))
}

impl fmt::Debug for Birth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Birth(***)")
    }
}

impl Member {
    /// Their name, if it is known.
    #[must_use]
    pub fn called(&self) -> Option<&str> {
        Some(self.name.expose()).filter(|name| !name.is_empty())
    }
}

impl Birth {
    /// The least and the greatest age, in completed years, that somebody may have at an instant.
    pub fn ages_at(self, at: DateTime<Utc>) -> (i32, i32) {
        let day = time::day_of(at);
        match self {
            Self::Date(born) => {
                let had_birthday = (day.month(), day.day()) >= (born.month(), born.day());
                let age = day.year() - born.year() - i32::from(!had_birthday);
                (age, age)
            }
            // Whatever a caller wrote: it is refused as out of range, and must not overflow before.
            Self::Year(year) => {
                let most = day.year().saturating_sub(year);
                (most.saturating_sub(1), most)
            }
        }
    }

    /// Whether a guardian must consent for them: in doubt, yes.
    pub fn needs_consent_at(self, at: DateTime<Utc>) -> bool {
        self.ages_at(at).0 < OF_AGE
    }

    /// Whether they have no guardian any more: in doubt, they have.
    pub fn is_adult_at(self, at: DateTime<Utc>) -> bool {
        self.ages_at(at).0 >= ADULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn noon(day: &str) -> DateTime<Utc> {
        format!("{day}T12:00:00+08:00").parse().unwrap()
    }

    #[test]
    fn ages_are_counted_in_completed_years_of_the_venues_day() {
        let born = Birth::Date("2012-02-29".parse().unwrap());
        let on = |day| born.ages_at(noon(day));
        assert_eq!([on("2026-02-28"), on("2026-03-01"), on("2028-02-29")], [(13, 13), (14, 14), (16, 16)]);
        assert!(born.needs_consent_at(noon("2026-02-28")) && !born.needs_consent_at(noon("2026-03-01")));
        assert_eq!(Birth::Year(2012).ages_at(noon("2026-11-25")), (13, 14));
        assert!(Birth::Year(2012).needs_consent_at(noon("2026-11-25")), "in doubt");
        assert!(Birth::Year(2007).is_adult_at(noon("2026-11-25")));
        assert!(!Birth::Year(2008).is_adult_at(noon("2026-11-25")), "in doubt");
        // Half past midnight in Guangdong is still the day before in UTC.
        let at = "2026-02-28T16:30:00Z".parse().unwrap();
        assert_eq!(born.ages_at(at), (14, 14));
    }

    #[test]
    fn what_is_personal_comes_back_and_is_never_printed() {
        let personal = Personal {
            party: vec![Member {
                name: "小明".into(),
                birth: Some(Birth::Year(2016)),
                role: Role::Attendee,
                known: Some(Known::Myself),
                first_name: None,
                first_birth: None,
            }],
            contact: Some(Contact { name: Some("小明妈妈".into()), phone: Some("13800138000".into()) }),
            answers: vec![
                Answer { question: "a".into(), participant: Some(0), value: Value::Text("过敏".into()) },
                Answer {
                    question: "b".into(),
                    participant: None,
                    value: Value::Choices(vec!["花生".into()]),
                },
                Answer { question: "c".into(), participant: None, value: Value::Number(3) },
            ],
        };
        let text = serde_json::to_value(&personal).unwrap();
        assert_eq!(
            text["party"][0],
            json!({ "name": "小明", "birth": { "year": 2016 }, "as": "attendee", "known": "myself" })
        );
        assert_eq!(serde_json::from_value::<Personal>(text).unwrap(), personal);
        let printed = format!("{personal:?}");
        for word in ["小明", "138", "过敏", "花生"] {
            assert!(!printed.contains(word), "{printed}");
        }
    }
}
