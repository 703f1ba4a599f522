//! Consents: who agreed to which text, and when. They are kept for [`KEPT`] after they ended, to prove that there was one,
//! and name nobody: a person is a pseudonym of their id.

use chrono::{DateTime, Months, Utc};

use super::ids::{CompanionId, PersonId};
use super::policies::PolicyKind;
use super::sealing::Vault;

/// For how long a consent is kept after it ended.
pub const KEPT: Months = Months::new(36);

/// A consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// What the text is about.
    pub kind: PolicyKind,
    /// The version of the text.
    pub policy_version: String,
    /// For whom a guardian spoke.
    pub companion: Option<CompanionId>,
    /// When it was given.
    pub given_at: DateTime<Utc>,
    /// When it ended: with whom it was for, or with the account.
    pub ended_at: Option<DateTime<Utc>>,
}

/// A consent of a guardian, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The version of the guardian policy that was shown.
    pub policy_version: String,
    /// Whether who gives it says that they are the guardian.
    pub guardian: bool,
}

/// By what a person's consents are kept.
#[must_use]
pub fn subject(vault: &Vault, person: PersonId) -> String {
    vault.blind("consents", &person.to_string())
}
