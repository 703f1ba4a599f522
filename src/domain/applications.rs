//! Applications (入驻申请): what an organisation says of itself, for an authority to verify. Until then it may write and
//! publishes nothing, and nobody sees it. Once it is verified, another application asks for what is to change; what was
//! verified stands until that is decided.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::credit_codes::CreditCode;
use super::divisions::Adcode;
use super::hidden::hidden;
use super::ids::{OrganisationId, PersonId};
use super::invalid::{FieldCode, Invalid};
use super::organisations::{Organisation, OrganisationKind};
use super::record::Noun;
use super::sources::{Confidence, Source};
use super::text::Text;
use super::words::words;

/// The longest address, in characters.
pub const LONGEST_ADDRESS: usize = 120;
/// The longest evidence, in characters.
pub const LONGEST_EVIDENCE: usize = 2_000;
/// The longest name of a contact, in characters.
pub const LONGEST_CONTACT: usize = 30;
/// The longest telephone number, in characters.
pub const LONGEST_PHONE: usize = 30;
/// The longest address for mail, in characters.
pub const LONGEST_MAIL: usize = 100;

hidden! {
    /// Something of a contact: their name, number or address.
    ContactText;
}

words! {
    /// How an application stands.
    ApplicationState {
        /// It waits for an authority.
        Submitted = "submitted",
        /// An authority found it right.
        Verified = "verified",
        /// An authority refused it.
        Refused = "refused",
    }
}

/// What an organisation says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// Its name.
    pub name: Text,
    /// What it is.
    pub kind: OrganisationKind,
    /// The division of its seat.
    pub adcode: Adcode,
    /// The address of its seat.
    pub address: String,
    /// Its unified social credit code; every organisation of the mainland has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_code: Option<CreditCode>,
    /// Its web site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What shows that it is so, in words: where the certificate can be seen, who can be asked.
    pub evidence: String,
}

/// Whom the authority may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Their name.
    pub name: ContactText,
    /// Their telephone number.
    pub phone: ContactText,
    /// Their address for mail.
    pub mail: Option<ContactText>,
}

/// An application.
#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Counts changes from 1.
    pub version: i64,
    /// How it stands.
    pub state: ApplicationState,
    /// What it says.
    pub details: Details,
    /// Whom to ask; absent once whoever said so is erased.
    pub contact: Option<Contact>,
    /// Who submitted it; absent once they are erased.
    pub applicant: Option<PersonId>,
    /// When.
    pub submitted_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was refused.
    pub reason: Option<String>,
}

impl Details {
    /// Adds what is wrong with it, judged by itself.
    pub fn check(&self, invalid: &mut Invalid) {
        self.body().check(invalid);
        invalid.line("address", &self.address, LONGEST_ADDRESS);
        invalid.text("evidence", &Text::zh(&self.evidence), LONGEST_EVIDENCE);
        if self.credit_code.is_none() && self.adcode.is_mainland() {
            invalid.push("creditCode", FieldCode::Missing);
        }
    }

    /// The organisation as the public is to see it.
    #[must_use]
    pub fn body(&self) -> Organisation {
        Organisation {
            name: self.name.clone(),
            kind: Some(self.kind),
            adcode: Some(self.adcode),
            url: self.url.clone(),
            source: Source {
                text: "单位自行申报，经主管部门核实".to_owned(),
                licence: None,
                confidence: Confidence::Medium,
            },
        }
    }
}

impl Contact {
    /// Adds what is wrong with it, judged by itself.
    pub fn check(&self, invalid: &mut Invalid) {
        invalid.line("contact.name", self.name.expose(), LONGEST_CONTACT);
        invalid.line("contact.phone", self.phone.expose(), LONGEST_PHONE);
        self.mail.iter().for_each(|mail| invalid.line("contact.mail", mail.expose(), LONGEST_MAIL));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details() -> Details {
        Details {
            name: Text::zh("天河天文馆"),
            kind: OrganisationKind::Museum,
            adcode: "440106".parse().unwrap(),
            address: "天河路1号".into(),
            credit_code: "9144030071526726XG".parse().ok(),
            url: None,
            evidence: "事业单位法人证书\n可在登记管理局网站查询".into(),
        }
    }

    fn wrong(details: &Details) -> Vec<String> {
        let mut invalid = Invalid::default();
        details.check(&mut invalid);
        invalid.0.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        assert_eq!(wrong(&details()), Vec::<String>::new());
        let empty = Details {
            name: Text::zh(" "),
            address: String::new(),
            url: Some("javascript:alert(1)".into()),
            evidence: "x".repeat(LONGEST_EVIDENCE + 1),
            credit_code: None,
            ..details()
        };
        assert_eq!(wrong(&empty), ["name", "url", "address", "evidence", "creditCode"]);
    }

    #[test]
    fn what_has_its_seat_in_hong_kong_has_no_credit_code() {
        let museum = Details { adcode: "810001".parse().unwrap(), credit_code: None, ..details() };
        assert_eq!(wrong(&museum), Vec::<String>::new());
    }
}
