//! What somebody asks for, as it is sent.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::signups::party::{self, Role};
use crate::domain::signups::request::{Participant, Request, Who};

/// A sign-up that is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSignup {
    /// Who comes. May be left out where a class or group is booked by `headcount`.
    #[serde(default)]
    #[schema(max_items = 600)]
    participants: Vec<AskedParticipant>,
    /// Heads of a class or group, where the session's rules have `group`; the list may follow later.
    #[schema(example = 42, minimum = 1, maximum = 500)]
    headcount: Option<u16>,
    /// How to reach whoever signs up.
    contact: Option<AskedContact>,
    /// Whether to queue where no seat is left.
    #[serde(default)]
    #[schema(example = true)]
    join_waitlist: bool,
    /// Answers to the session's questions.
    #[serde(default)]
    answers: Vec<AskedAnswer>,
    /// What is agreed to.
    consent: Consent,
}

/// What a sign-up is to be.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangedSignup {
    /// The version that was read.
    #[schema(example = 1, minimum = 1)]
    version: i64,
    /// Who comes.
    #[serde(default)]
    #[schema(max_items = 600)]
    participants: Vec<AskedParticipant>,
    /// Heads of a class or group; left out, they stay as they are.
    #[schema(example = 40, minimum = 1, maximum = 500)]
    headcount: Option<u16>,
    /// How to reach whoever signed up; left out, it stays as it is.
    contact: Option<AskedContact>,
    /// Answers to the session's questions.
    #[serde(default)]
    answers: Vec<AskedAnswer>,
    /// What is agreed to, where somebody new is under 14.
    consent: Option<ChildConsent>,
}

/// Somebody who is to come: whoever signs up (`self`, with a `name` if need be), one of their companions (`companionId`), or somebody by `name`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskedParticipant {
    /// `true` for whoever signs up.
    #[serde(rename = "self")]
    #[schema(example = true)]
    myself: Option<bool>,
    /// One of `/v1/me/companions`.
    #[schema(example = "01h2x7m9k4qpz")]
    companion_id: Option<String>,
    /// Their name. Of whoever signs up, in place of that of their profile: give it where the profile has none, or the host
    /// does not learn who comes.
    #[schema(example = "小明", min_length = 1, max_length = 30)]
    name: Option<String>,
    /// The year of their birth; needed of attendees where ages bind and it is not known from a companion.
    #[schema(example = 2016, minimum = 1900, maximum = 2100)]
    birth_year: Option<i32>,
    /// As what they come.
    #[serde(default, rename = "as")]
    role: AskedRole,
}

/// As what somebody comes.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum AskedRole {
    /// To take part.
    #[default]
    Attendee,
    /// To look after attendees; the ages do not bind them.
    Guardian,
}

/// How to reach whoever signs up.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskedContact {
    /// The name to ask for.
    #[schema(example = "陈老师", min_length = 1, max_length = 30)]
    name: Option<String>,
    /// A telephone number; needed where the session's rules have `phoneRequired` and the account has none.
    #[schema(example = "13800138000", min_length = 5, max_length = 20)]
    phone: Option<String>,
}

/// An answer to a question of the session.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskedAnswer {
    /// Which question.
    #[schema(example = "school")]
    question_id: String,
    /// The place in `participants`, from 0, of whom it is about; for questions `per` participant.
    #[schema(example = 0, minimum = 0)]
    participant: Option<u16>,
    #[schema(schema_with = super::answers::answer_value)]
    value: party::Value,
}

/// What is agreed to.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Consent {
    /// The version of the policy `signup` that is in force: see `/v1/policies`.
    #[schema(example = "1.0", max_length = 32)]
    policy_version: String,
    /// The places in `participants`, from 0, of the children under 14 for whom the caller consents as their guardian.
    #[serde(default)]
    #[schema(example = json!([1]))]
    guardian_for: Vec<u16>,
}

/// Consent for children.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChildConsent {
    /// The places in `participants`, from 0, of the children under 14 for whom the caller consents as their guardian.
    #[schema(example = json!([1]))]
    guardian_for: Vec<u16>,
}

/// The longest version of a policy, in characters.
const LONGEST_VERSION: usize = 32;

impl NewSignup {
    /// The request as the desk takes it.
    pub fn request(self) -> Result<Request, Invalid> {
        check_lengths(self.participants.len(), self.answers.len(), self.consent.guardian_for.len())?;
        let mut invalid = Invalid::default();
        // It is kept as it was given, also where no policy is in force that it could be compared with.
        invalid.line("consent.policyVersion", &self.consent.policy_version, LONGEST_VERSION);
        invalid.or(())?;
        Ok(Request {
            participants: participants(self.participants)?,
            headcount: self.headcount,
            contact: self.contact.map(AskedContact::contact),
            join_waitlist: self.join_waitlist,
            answers: self.answers.into_iter().map(AskedAnswer::answer).collect(),
            policy_version: self.consent.policy_version,
            guardian_for: self.consent.guardian_for,
        })
    }
}

impl ChangedSignup {
    /// The version that was read, and what the sign-up is to be.
    pub fn request(self) -> Result<(i64, Request), Invalid> {
        let guardian_for = self.consent.as_ref().map_or(0, |consent| consent.guardian_for.len());
        check_lengths(self.participants.len(), self.answers.len(), guardian_for)?;
        let request = Request {
            participants: participants(self.participants)?,
            headcount: self.headcount,
            contact: self.contact.map(AskedContact::contact),
            join_waitlist: false,
            answers: self.answers.into_iter().map(AskedAnswer::answer).collect(),
            policy_version: String::new(),
            guardian_for: self.consent.map(|consent| consent.guardian_for).unwrap_or_default(),
        };
        Ok((self.version, request))
    }
}

/// Most people of a request: the largest party, or the list of a class. More is refused before anybody waits for it.
const PEOPLE: usize = 600;
/// Most answers of a request.
const ANSWERS: usize = 2_000;

/// Refuses lists that are longer than any session takes.
fn check_lengths(participants: usize, answers: usize, guardian_for: usize) -> Result<(), Invalid> {
    let mut invalid = Invalid::default();
    for (field, length, max) in [
        ("participants", participants, PEOPLE),
        ("answers", answers, ANSWERS),
        ("consent.guardianFor", guardian_for, PEOPLE),
    ] {
        if length > max {
            invalid.push(field, FieldCode::TooMany { max });
        }
    }
    invalid.or(())
}

fn participants(asked: Vec<AskedParticipant>) -> Result<Vec<Participant>, Invalid> {
    let mut invalid = Invalid::default();
    let named: Vec<_> = asked
        .into_iter()
        .enumerate()
        .filter_map(|(at, asked)| asked.participant(&format!("participants[{at}]"), &mut invalid))
        .collect();
    invalid.or(named)
}

impl AskedParticipant {
    /// The participant, named in exactly one way.
    fn participant(self, field: &str, invalid: &mut Invalid) -> Option<Participant> {
        let AskedParticipant { myself, companion_id, name, birth_year, role } = self;
        let with = |other: &str| FieldCode::Conflicting { with: format!("{field}.{other}") };
        let who = match (myself, companion_id, name) {
            (Some(false), ..) => {
                let allowed = vec!["true".to_owned()];
                invalid.push(
                    format!("{field}.self"),
                    FieldCode::NotAllowed { value: "false".to_owned(), allowed },
                );
                None
            }
            (Some(true), None, name) => Some(Who::Myself(name.map(Into::into))),
            (None, Some(id), None) => match id.parse() {
                Ok(id) => Some(Who::Companion(id)),
                Err(_) => {
                    invalid.push(format!("{field}.companionId"), FieldCode::NoSuch { kind: "companion" });
                    None
                }
            },
            (None, None, Some(name)) => Some(Who::Named(name.into())),
            (None, None, None) => {
                invalid.push(format!("{field}.name"), FieldCode::Missing);
                None
            }
            (Some(true), Some(_), _) => {
                invalid.push(format!("{field}.companionId"), with("self"));
                None
            }
            (None, Some(_), Some(_)) => {
                invalid.push(format!("{field}.name"), with("companionId"));
                None
            }
        };
        let role = match role {
            AskedRole::Attendee => Role::Attendee,
            AskedRole::Guardian => Role::Guardian,
        };
        Some(Participant { who: who?, birth_year, role })
    }
}

impl AskedContact {
    fn contact(self) -> party::Contact {
        party::Contact { name: self.name.map(Into::into), phone: self.phone.map(Into::into) }
    }
}

impl AskedAnswer {
    fn answer(self) -> party::Answer {
        party::Answer { question: self.question_id, participant: self.participant, value: self.value }
    }
}
