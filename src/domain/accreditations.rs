//! Accreditation (认定): the authority of a level grants a base that level for a term. What is granted stands among the
//! recognitions of the base, where everybody reads it; its author never writes there.

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::bases::{Base, Recognition};
use super::divisions::Adcode;
use super::drafts::FieldNote;
use super::ids::{AccreditationId, BaseId, OrganisationId, PersonId};
use super::invalid::{FieldCode, Invalid};
use super::sources::{Confidence, Source};
use super::taxonomy::Code;
use super::text::Text;
use super::words::words;

/// How many days before its end a term can be renewed.
pub const RENEWAL_DAYS: u64 = 180;

/// The longest statement, in characters.
pub const LONGEST_STATEMENT: usize = 5_000;

/// Most pieces of evidence.
pub const MOST_EVIDENCE: usize = 20;

words! {
    /// Levels that are granted.
    Level {
        /// 国家级
        National = "national",
        /// 省级
        Provincial = "provincial",
        /// 市级
        Municipal = "municipal",
        /// 区（县）级
        District = "district",
    }

    /// How an accreditation stands.
    State {
        /// It is being written.
        Draft = "draft",
        /// It waits for the authority.
        Submitted = "submitted",
        /// It is granted, and its term runs.
        Approved = "approved",
        /// The authority sent it back.
        Rejected = "rejected",
        /// Whoever applied took it back.
        Withdrawn = "withdrawn",
        /// It was granted, and another followed it before its end.
        Renewed = "renewed",
        /// It was granted, and its term ended.
        Expired = "expired",
        /// It was granted, and the authority took it away.
        Revoked = "revoked",
    }
}

impl Level {
    /// The division whose authority grants it to a base there. What the state grants is recorded by the province.
    #[must_use]
    pub fn division(self, base: Adcode) -> Adcode {
        let number = base.number();
        let granting = match self {
            Self::National | Self::Provincial => number / 10_000 * 10_000,
            Self::Municipal => number / 100 * 100,
            Self::District => number,
        };
        Adcode::from_number(granting).unwrap_or(base)
    }

    /// For how many years it is granted.
    #[must_use]
    pub fn years(self) -> u32 {
        match self {
            Self::National | Self::Provincial => 5,
            Self::Municipal | Self::District => 3,
        }
    }

    /// The letter by which its certificates begin.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::National => 'N',
            Self::Provincial => 'P',
            Self::Municipal => 'M',
            Self::District => 'D',
        }
    }

    /// The last day of a term that begins on this one.
    #[must_use]
    pub fn until(self, since: NaiveDate) -> NaiveDate {
        since + Months::new(12 * self.years()) - Days::new(1)
    }
}

/// What a base says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// The body that grants it, or the title under which it is granted.
    pub body: Text,
    /// Why it deserves the level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// What shows that it does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// What it is like, in figures.
    #[serde(default)]
    pub form: Form,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// What it is.
    pub title: String,
    /// What it says, or where it can be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What a base is like, in figures; what is absent is not said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Form {
    /// What is open to visitors, in square metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<u32>,
    /// Days a year on which it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_days: Option<u32>,
    /// Visitors a year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitors: Option<u32>,
    /// People who work there for science popularization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<u32>,
    /// Volunteers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volunteers: Option<u32>,
}

/// What was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The number of the certificate, given once.
    pub certificate: String,
    /// The first day.
    pub since: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
}

/// An accreditation: an application, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Accreditation {
    /// Its id.
    pub id: AccreditationId,
    /// The base.
    pub base: BaseId,
    /// Whose base it was when it applied.
    pub organisation: OrganisationId,
    /// The level.
    pub level: Level,
    /// The division whose authority grants it.
    pub division: Adcode,
    /// The accreditation that it renews.
    pub renews: Option<AccreditationId>,
    /// What the base says.
    pub application: Application,
    /// How it stands.
    pub state: State,
    /// Counts changes from 1.
    pub version: i64,
    /// What was granted.
    pub grant: Option<Grant>,
    /// Why it was sent back, or taken away.
    pub reason: Option<String>,
    /// What is to be mended, field by field.
    pub fields: Vec<FieldNote>,
    /// Who changed it last, where that was a person; absent once they are erased.
    pub author: Option<PersonId>,
    /// When the authority decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// When the grant ended: renewed, expired or taken away.
    pub ended_at: Option<DateTime<Utc>>,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Application {
    /// Adds what is wrong with it, judged by itself.
    pub fn check(&self, invalid: &mut Invalid) {
        invalid.text("body", &self.body, 120);
        if let Some(statement) = &self.statement {
            invalid.text("statement", &Text::zh(statement), LONGEST_STATEMENT);
        }
        if self.evidence.len() > MOST_EVIDENCE {
            invalid.push("evidence", FieldCode::TooMany { max: MOST_EVIDENCE });
        }
        for (at, piece) in self.evidence.iter().enumerate().take(MOST_EVIDENCE) {
            invalid.line(&format!("evidence[{at}].title"), &piece.title, 120);
            if let Some(text) = &piece.text {
                invalid.text(&format!("evidence[{at}].text"), &Text::zh(text), 2_000);
            }
            piece.url.iter().for_each(|url| invalid.url(format!("evidence[{at}].url"), url));
            if piece.text.is_none() && piece.url.is_none() {
                invalid.push(format!("evidence[{at}].text"), FieldCode::Missing);
            }
        }
        if let Some(days) = self.form.open_days {
            invalid.range("form.openDays", days, 0, 366);
        }
    }

    /// Adds what is missing for it to be handed in.
    pub fn complete(&self, invalid: &mut Invalid) {
        if self.statement.is_none() {
            invalid.push("statement", FieldCode::Missing);
        }
        if self.evidence.is_empty() {
            invalid.push("evidence", FieldCode::TooFew { min: 1 });
        }
    }
}

impl Accreditation {
    /// The first day on which it can be renewed, while its term runs.
    #[must_use]
    pub fn renewable_from(&self) -> Option<NaiveDate> {
        let grant = self.grant.as_ref().filter(|_| self.state == State::Approved)?;
        Some(grant.until - Days::new(RENEWAL_DAYS))
    }

    /// How everybody reads it at the base.
    #[must_use]
    pub fn recognition(&self) -> Option<Recognition> {
        let grant = self.grant.as_ref()?;
        Some(Recognition {
            level: Code(self.level.name().to_owned()),
            body: self.application.body.clone(),
            since: Some(grant.since.into()),
            until: Some(grant.until.into()),
            certificate: Some(grant.certificate.clone()),
            accreditation: Some(self.id),
            source: Source {
                text: "主管部门在本平台认定".to_owned(),
                licence: None,
                confidence: Confidence::High,
            },
        })
    }
}

/// A base whose recognition by one accreditation is another, or none.
#[must_use]
pub fn recognised(base: &Base, before: Option<AccreditationId>, after: Option<Recognition>) -> Base {
    let mut base = base.clone();
    base.recognitions.retain(|one| one.accreditation.is_none() || one.accreditation != before);
    base.recognitions.extend(after);
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn each_level_is_granted_by_the_division_of_its_rank() {
        let tianhe = "440106".parse().unwrap();
        let of = |level: Level| level.division(tianhe).to_string();
        assert_eq!(
            Level::ALL.iter().map(|level| of(*level)).collect::<Vec<_>>(),
            ["440000", "440000", "440100", "440106"]
        );
        let dongguan = "441900".parse().unwrap();
        assert_eq!(Level::District.division(dongguan), dongguan, "a city without districts grants both");
    }

    #[test]
    fn a_term_ends_on_the_day_before_its_anniversary() {
        assert_eq!(Level::Municipal.until(day("2026-11-25")), day("2029-11-24"));
        assert_eq!(
            Level::National.until(day("2028-02-29")),
            day("2033-02-27"),
            "in five years February has 28 days"
        );
    }
}
