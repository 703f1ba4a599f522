//! What somebody asks for, and whether the terms of the session allow it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::super::ids::CompanionId;
use super::super::invalid::{Expected, FieldCode, Invalid};
use super::super::signup_terms::{Question, QuestionScope, QuestionType, SignupTerms};
use super::super::text::Lang;
use super::Signup;
use super::bars::Bar;
use super::corrections::same_child;
use super::party::{Answer, Birth, Contact, Known, LONGEST_NAME, Member, PersonName, Personal, Role, Value};
use super::refusal::Refusal;

/// The longest answer in words, in characters.
const LONGEST_ANSWER: usize = 500;
/// The longest telephone number, in characters.
const LONGEST_PHONE: usize = 20;
/// The age from which somebody can be the guardian that must come along.
const GROWN_UP: i32 = 18;
/// Years in which somebody alive was born.
const BORN: std::ops::RangeInclusive<i32> = 1900..=2100;

/// A sign-up that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who comes; of a class, perhaps nobody yet.
    pub participants: Vec<Participant>,
    /// Heads, where a class or group is booked by their number.
    pub headcount: Option<u16>,
    /// How to reach who signs up.
    pub contact: Option<Contact>,
    /// Whether they queue where no seat is left.
    pub join_waitlist: bool,
    /// Answers to the session's questions.
    pub answers: Vec<Answer>,
    /// The version of the policy that is agreed to.
    pub policy_version: String,
    /// The places, from 0, of the participants for whom the caller consents as their guardian.
    pub guardian_for: Vec<u16>,
}

/// Somebody who is to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Who.
    pub who: Who,
    /// The year of their birth, where it is given here.
    pub birth_year: Option<i32>,
    /// As what.
    pub role: Role,
}

/// How a participant is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Whoever signs up, by the name they give here or that of their profile.
    Myself(Option<PersonName>),
    /// One of the account's companions.
    Companion(CompanionId),
    /// Somebody by name.
    Named(PersonName),
}

/// What the account knows that the terms ask about.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// A keyed hash of whoever signs up.
    pub who: String,
    /// How they want to be called.
    pub name: Option<PersonName>,
    /// Whether a telephone number of theirs is known.
    pub has_phone: bool,
    /// The companions that the request names, as far as they are the account's.
    pub companions: HashMap<CompanionId, Companion>,
    /// Who is in the party that the request changes: for its children a guardian has consented.
    pub standing: Vec<Member>,
}

/// One of an account's companions.
#[derive(Debug, Clone)]
pub struct Companion {
    /// Their name.
    pub name: PersonName,
    /// When they were born.
    pub birth: Option<Birth>,
    /// A keyed hash that does not depend on who entered them; absent where too little is known.
    pub who: Option<String>,
    /// Whether a guardian consented for them when they were entered.
    pub consented: bool,
}

/// A request that the terms allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// What is to be kept of it.
    pub personal: Personal,
    /// How many seats it takes.
    pub seats: i32,
    /// The keyed hashes of attendees that are told apart, each with its place in the party.
    pub members: Vec<(String, usize)>,
    /// How many attendees are not told apart: limits bind the account for them.
    pub others: u16,
}

/// The session that a request is for, as far as it matters.
#[derive(Debug, Clone, Copy)]
pub struct For<'a> {
    /// On which terms.
    pub terms: &'a SignupTerms,
    /// When it starts.
    pub start: DateTime<Utc>,
    /// When the request is judged.
    pub now: DateTime<Utc>,
}

impl Request {
    /// What is to be kept, if the terms of the session allow it to this account.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for what is wrong with the request; then [`Refusal::NotEligible`] for whom the session is not
    /// for; then [`Refusal::LimitReached`] for more seats than an account may hold.
    pub fn allow(&self, session: For<'_>, account: &Account) -> Result<Allowed, Refusal> {
        let mut invalid = Invalid::default();
        let party = self.party(account, &mut invalid);
        self.check_size(session.terms, &mut invalid);
        self.check_births(session, account, &party, &mut invalid);
        self.check_consent(session, account, &party, &mut invalid);
        self.check_contact(session.terms, account, &mut invalid);
        let answers = self.check_answers(session.terms, &mut invalid);
        invalid.or(()).map_err(Refusal::Invalid)?;
        self.check_eligible(session, &party).or(()).map_err(Refusal::NotEligible)?;

        let seats = self.seats(session.terms);
        let most = session.terms.per_person_max;
        // A class is bound by the size of groups instead.
        if self.headcount.is_none() && seats > most.into() {
            let bar = FieldCode::Barred(Bar::TooManySeats { most });
            return Err(Refusal::LimitReached(Invalid::one("participants", bar)));
        }
        let (members, others) = told_apart(&party, account);
        let personal = Personal { party, contact: self.contact.clone(), answers };
        Ok(Allowed { personal, seats, members, others })
    }

    /// How many seats it takes.
    #[must_use]
    pub fn seats(&self, terms: &SignupTerms) -> i32 {
        let attendees = self.participants.iter().filter(|one| one.role == Role::Attendee).count();
        match self.headcount {
            Some(heads) => terms.seats(heads.into(), 0),
            None => terms.seats(attendees, self.participants.len() - attendees),
        }
    }

    /// Whether it asks for another party than a sign-up has: other people, in other roles, or another number of heads.
    #[must_use]
    pub fn differs(&self, signup: &Signup) -> bool {
        let Some(personal) = &signup.personal else { return false };
        let mut asked: Vec<_> =
            self.participants.iter().map(|one| (one.who.spelled(one.birth_year), one.role)).collect();
        let mut standing: Vec<_> = personal.party.iter().map(|one| (one.spelled(), one.role)).collect();
        asked.sort_unstable();
        standing.sort_unstable();
        asked != standing || self.headcount != signup.headcount
    }

    /// All of the request in one text, names and all: to be hashed, never to be shown.
    #[must_use]
    pub fn spelled(&self) -> String {
        let participants = self.participants.iter().map(|one| {
            let who = match &one.who {
                Who::Myself(name) => {
                    name.as_ref().map(|name| format!("+{}", name.expose())).unwrap_or_default()
                }
                Who::Companion(id) => id.to_string(),
                Who::Named(name) => format!("={}", name.expose()),
            };
            (who, one.birth_year, one.role)
        });
        let kept =
            Personal { party: Vec::new(), contact: self.contact.clone(), answers: self.answers.clone() };
        let spelled = (
            participants.collect::<Vec<_>>(),
            (self.headcount, self.join_waitlist, &self.policy_version, &self.guardian_for),
            kept,
        );
        serde_json::to_string(&spelled).unwrap_or_default()
    }

    /// The party, with the names and births that the account knows.
    fn party(&self, account: &Account, invalid: &mut Invalid) -> Vec<Member> {
        let mut known = Vec::new();
        let mut member = |(at, participant): (usize, &Participant)| {
            let field = |name: &str| format!("participants[{at}].{name}");
            if let Some(year) = participant.birth_year {
                invalid.range(field("birthYear"), year, *BORN.start(), *BORN.end());
            }
            let given = participant.birth_year.map(Birth::Year);
            let (name, birth, who) = match &participant.who {
                Who::Myself(name) => {
                    if let Some(name) = name {
                        invalid.name(&field("name"), name.expose(), LONGEST_NAME);
                    }
                    let contact = || self.contact.as_ref()?.name.clone();
                    let name = name.clone().or_else(|| account.name.clone()).or_else(contact);
                    (name.unwrap_or_else(|| "".into()), given, Some(Known::Myself))
                }
                Who::Companion(id) => match account.companions.get(id) {
                    Some(one) => (one.name.clone(), one.birth.or(given), Some(Known::Companion(*id))),
                    None => {
                        invalid.push(field("companionId"), FieldCode::NoSuch { kind: "companion" });
                        ("".into(), given, None)
                    }
                },
                Who::Named(name) => {
                    invalid.name(&field("name"), name.expose(), LONGEST_NAME);
                    (name.clone(), given, None)
                }
            };
            if who.is_some_and(|who| known.contains(&who)) {
                invalid.push(format!("participants[{at}]"), FieldCode::Repeated);
            }
            known.extend(who);
            Member { name, birth, role: participant.role, known: who, first_name: None, first_birth: None }
        };
        self.participants.iter().enumerate().map(&mut member).collect()
    }

    fn check_size(&self, terms: &SignupTerms, invalid: &mut Invalid) {
        let people = self.participants.len();
        if let Some(heads) = self.headcount {
            let group = terms.group;
            let (min, max) = group.map_or((0, 0), |group| (group.min, group.max));
            if !(min..=max).contains(&heads) || max == 0 {
                invalid.push("headcount", FieldCode::Barred(Bar::HeadsOutside { min, max }));
            }
            if people > usize::from(heads) {
                invalid.push("participants", FieldCode::TooMany { max: heads.into() });
            }
            return;
        }
        if people < usize::from(terms.party_min) {
            invalid.push("participants", FieldCode::TooFew { min: terms.party_min.into() });
        }
        if people > usize::from(terms.party_max) {
            invalid.push("participants", FieldCode::TooMany { max: terms.party_max.into() });
        }
    }

    /// Where ages bind, those of attendees must be known.
    fn check_births(&self, session: For<'_>, account: &Account, party: &[Member], invalid: &mut Invalid) {
        let ages = session.terms.ages;
        if ages.min.is_none() && ages.max.is_none() {
            return;
        }
        for (at, (member, asked)) in party.iter().zip(&self.participants).enumerate() {
            // Whoever is nobody's companion has been told so.
            let nobody = matches!(asked.who, Who::Companion(id) if !account.companions.contains_key(&id));
            if member.role == Role::Attendee && member.birth.is_none() && !nobody {
                invalid.push(format!("participants[{at}].birthYear"), FieldCode::Missing);
            }
        }
    }

    /// For whoever may be under 14, a guardian consents: here, when they were entered as a companion, or when they joined
    /// the party that is changed.
    fn check_consent(&self, session: For<'_>, account: &Account, party: &[Member], invalid: &mut Invalid) {
        if self.guardian_for.iter().any(|at| usize::from(*at) >= party.len()) {
            let max = party.len().saturating_sub(1).to_string();
            invalid.push("consent.guardianFor", FieldCode::OutOfRange { min: "0".into(), max });
        }
        let children = |one: &&Member| one.birth.is_some_and(|birth| birth.needs_consent_at(session.now));
        let mut standing: Vec<&Member> = account.standing.iter().filter(children).collect();
        for (at, member) in party.iter().enumerate() {
            let child = member.birth.is_some_and(|birth| birth.needs_consent_at(session.now));
            let before = match member.known {
                Some(Known::Companion(id)) => account.companions.get(&id).is_some_and(|one| one.consented),
                _ => false,
            };
            let stayed = standing.iter().position(|one| child && same_child(one, member));
            let before = before || stayed.map(|place| standing.remove(place)).is_some();
            let own = member.known == Some(Known::Myself);
            if child && !before && (own || !self.guardian_for.iter().any(|of| usize::from(*of) == at)) {
                invalid.push(format!("participants[{at}]"), FieldCode::Barred(Bar::ConsentNeeded { own }));
            }
        }
    }

    fn check_contact(&self, terms: &SignupTerms, account: &Account, invalid: &mut Invalid) {
        let phone = self.contact.as_ref().and_then(|contact| contact.phone.as_ref());
        if let Some(name) = self.contact.as_ref().and_then(|contact| contact.name.as_ref()) {
            invalid.line("contact.name", name.expose(), LONGEST_NAME);
        }
        if let Some(phone) = phone {
            invalid.line("contact.phone", phone.expose(), LONGEST_PHONE);
            let digits = phone.expose().bytes().filter(u8::is_ascii_digit).count();
            if digits < 5 || !phone.expose().bytes().all(|b| b.is_ascii_digit() || b"+-() ".contains(&b)) {
                invalid.push("contact.phone", FieldCode::Malformed(Expected::AsDocumented));
            }
        }
        if terms.phone_required && phone.is_none() && !account.has_phone {
            invalid.push("contact.phone", FieldCode::Missing);
        }
    }

    /// The answers as they are kept: options by their first language.
    fn check_answers(&self, terms: &SignupTerms, invalid: &mut Invalid) -> Vec<Answer> {
        let mut kept: Vec<Answer> = Vec::new();
        let mut wrong: Vec<&str> = Vec::new();
        for (at, answer) in self.answers.iter().enumerate() {
            let field = |name: &str| format!("answers[{at}].{name}");
            let Some(question) = terms.questions.iter().find(|question| question.id == answer.question)
            else {
                invalid.push(field("questionId"), FieldCode::NoSuch { kind: "question" });
                continue;
            };
            let before = invalid.0.len();
            let place = answer.participant.map(usize::from);
            match (question.per, place) {
                (QuestionScope::Party, Some(_)) => {
                    invalid.push(field("participant"), FieldCode::Conflicting { with: field("questionId") });
                }
                (QuestionScope::Participant, None) => invalid.push(field("participant"), FieldCode::Missing),
                (QuestionScope::Participant, Some(place)) if place >= self.participants.len() => {
                    let max = self.participants.len().saturating_sub(1).to_string();
                    invalid.push(field("participant"), FieldCode::OutOfRange { min: "0".into(), max });
                }
                _ => {}
            }
            let same = |other: &Answer| {
                (&other.question, other.participant) == (&answer.question, answer.participant)
            };
            if kept.iter().any(same) {
                invalid.push(field("questionId"), FieldCode::Repeated);
            }
            if let Some(value) = fitting(question, &answer.value, &field("value"), invalid) {
                kept.push(Answer { value, ..answer.clone() });
            }
            if invalid.0.len() > before {
                wrong.push(&question.id);
            }
        }
        for question in terms.questions.iter().filter(|question| question.required) {
            let answered = |place: Option<usize>| {
                kept.iter()
                    .any(|one| one.question == question.id && one.participant.map(usize::from) == place)
            };
            let complete = match question.per {
                QuestionScope::Party => answered(None),
                QuestionScope::Participant => (0..self.participants.len()).all(|place| answered(Some(place))),
            };
            // An answer that is wrong was told of.
            if !complete && !wrong.contains(&question.id.as_str()) {
                let (question, label) = (question.id.clone(), question.label.clone());
                invalid.push("answers", FieldCode::Unanswered { question, label });
            }
        }
        kept
    }

    fn check_eligible(&self, session: For<'_>, party: &[Member]) -> Invalid {
        let mut barred = Invalid::default();
        let mut bar = |field: String, bar| barred.push(field, FieldCode::Barred(bar));
        let ages = session.terms.ages;
        for (at, member) in party.iter().enumerate().filter(|(_, member)| member.role == Role::Attendee) {
            let Some((least, most)) = member.birth.map(|birth| birth.ages_at(session.start)) else {
                continue;
            };
            match (ages.min, ages.max) {
                (Some(min), _) if most < min.into() => {
                    bar(format!("participants[{at}]"), Bar::TooYoung { min })
                }
                (_, Some(max)) if least > max.into() => {
                    bar(format!("participants[{at}]"), Bar::TooOld { max })
                }
                _ => {}
            }
        }
        let as_role = |role| party.iter().any(|member| member.role == role);
        if self.headcount.is_none() && !as_role(Role::Attendee) {
            bar("participants".to_owned(), Bar::AttendeeNeeded);
        }
        let minor =
            |member: &Member| member.birth.is_some_and(|birth| birth.ages_at(session.start).1 < GROWN_UP);
        let looked_after = party.iter().any(|member| member.role == Role::Guardian && !minor(member));
        if self.headcount.is_none() && session.terms.guardian_required && !looked_after {
            bar("participants".to_owned(), Bar::GuardianNeeded);
        }
        barred
    }
}

impl Who {
    /// Who it is, in one text.
    fn spelled(&self, birth_year: Option<i32>) -> String {
        match self {
            Self::Myself(_) => String::new(),
            Self::Companion(id) => id.to_string(),
            Self::Named(name) => format!("={} {birth_year:?}", name.expose()),
        }
    }
}

impl Member {
    /// The same of somebody of a party.
    fn spelled(&self) -> String {
        let birth_year = match self.birth {
            Some(Birth::Year(year)) => Some(year),
            Some(Birth::Date(_)) | None => None,
        };
        let who = match self.known {
            Some(Known::Myself) => Who::Myself(None),
            Some(Known::Companion(id)) => Who::Companion(id),
            None => Who::Named(self.name.clone()),
        };
        who.spelled(birth_year)
    }
}

/// Who of the attendees is told apart, and how many are not.
fn told_apart(party: &[Member], account: &Account) -> (Vec<(String, usize)>, u16) {
    let (mut members, mut others) = (Vec::new(), 0);
    for (at, member) in party.iter().enumerate().filter(|(_, member)| member.role == Role::Attendee) {
        let who = match member.known {
            Some(Known::Myself) => Some(account.who.clone()),
            Some(Known::Companion(id)) => account.companions.get(&id).and_then(|one| one.who.clone()),
            None => None,
        };
        match who {
            // Two entries of one and the same person are one.
            Some(who) if !members.iter().any(|(other, _)| *other == who) => members.push((who, at)),
            _ => others += 1,
        }
    }
    (members, others)
}

/// An answer as it is kept, if it fits its question.
fn fitting(question: &Question, value: &Value, field: &str, invalid: &mut Invalid) -> Option<Value> {
    let option = |text: &str| {
        let named =
            |option: &&super::super::text::Text| Lang::ALL.iter().any(|lang| option.get(*lang) == text);
        question.options.iter().find(named).map(|option| option.zh_cn.as_str().into())
    };
    let fitting = match (question.kind, value) {
        (QuestionType::Text, Value::Text(words)) => {
            if words.expose().chars().count() > LONGEST_ANSWER {
                invalid.push(field, FieldCode::TooLong { max: LONGEST_ANSWER });
            }
            (!words.expose().trim().is_empty()).then(|| value.clone()).ok_or(FieldCode::Empty)
        }
        (QuestionType::Number, Value::Number(_)) | (QuestionType::Boolean, Value::Boolean(_)) => {
            Ok(value.clone())
        }
        (QuestionType::Choice, Value::Text(words)) => {
            option(words.expose()).map(Value::Text).ok_or_else(|| among(question))
        }
        (QuestionType::Choices, Value::Choices(chosen)) => {
            let options: Option<Vec<_>> = chosen.iter().map(|words| option(words.expose())).collect();
            match options {
                None => Err(among(question)),
                // Nothing chosen is no answer.
                Some(options) if options.is_empty() && question.required => Err(FieldCode::TooFew { min: 1 }),
                Some(options) if (1..options.len()).any(|at| options[..at].contains(&options[at])) => {
                    Err(FieldCode::Repeated)
                }
                Some(options) => Ok(Value::Choices(options)),
            }
        }
        (QuestionType::Text | QuestionType::Choice, _) => Err(FieldCode::Malformed(Expected::Text)),
        (QuestionType::Number, _) => Err(FieldCode::NotAnInteger),
        (QuestionType::Boolean, _) => Err(FieldCode::Malformed(Expected::Boolean)),
        (QuestionType::Choices, _) => Err(FieldCode::Malformed(Expected::List)),
    };
    fitting.map_err(|code| invalid.push(field, code)).ok()
}

/// One of the question's options was wanted. What was given may be personal: it is not repeated.
fn among(question: &Question) -> FieldCode {
    let allowed = question.options.iter().map(|option| option.zh_cn.clone()).collect();
    FieldCode::NotAllowed { value: "…".to_owned(), allowed }
}

#[cfg(test)]
mod tests;
