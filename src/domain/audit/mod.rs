//! The audit (审计): who changed what, when, why, and what it was before and is after. [`chain`] says how entries are
//! linked so that no change of one goes unnoticed.
//!
//! To note another change: a row of [`Action`], and a call of `app::audit::note` in the transaction that makes it.

pub mod chain;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::divisions::Adcode;
use super::hidden::hidden;
use super::ids::{ApiKeyId, OrganisationId, PersonId};
use super::kinds::Kind;
use super::review::ItemKind;
use super::words::words;

hidden! {
    /// Something personal that a change is about.
    PersonalText;
}

words! {
    /// What somebody did. Its word never changes once released: entries stay for ever.
    Action {
        /// Somebody was given a role, in place of the one they had there.
        RoleGranted = "roleGranted",
        /// A role was taken from somebody.
        RoleRevoked = "roleRevoked",
        /// What the audit told of a person was erased with their account: `after` has how much of it stood in the chain.
        NamesErased = "namesErased",
        /// An account was given another password, and its codes were forgotten.
        AccountReset = "accountReset",
        /// Something new was begun.
        Drafted = "drafted",
        /// What is to be published was changed.
        Edited = "edited",
        /// It was handed in for review.
        Submitted = "submitted",
        /// It was taken back from review.
        Withdrawn = "withdrawn",
        /// It was published: approved, of a trusted organisation, or immaterial.
        Published = "published",
        /// It was published past review, in an emergency.
        PublishedNow = "publishedNow",
        /// It was sent back.
        Rejected = "rejected",
        /// What was published was found in order afterwards.
        FoundInOrder = "foundInOrder",
        /// An authority took it down.
        TakenDown = "takenDown",
        /// An authority showed again what was taken down.
        Restored = "restored",
        /// Its organisation put it away.
        Archived = "archived",
        /// A campaign was made.
        CampaignMade = "campaignMade",
        /// What is said of a campaign was changed: its editions, its units.
        CampaignChanged = "campaignChanged",
        /// An event was proposed for a campaign.
        ParticipationProposed = "participationProposed",
        /// It was taken back by its organisation.
        ParticipationWithdrawn = "participationWithdrawn",
        /// An authority took an event into a campaign.
        ParticipationConfirmed = "participationConfirmed",
        /// An authority did not want it.
        ParticipationRejected = "participationRejected",
        /// An authority took it out.
        ParticipationRemoved = "participationRemoved",
        /// An authority said what comes first on the first screen.
        FeaturedSet = "featuredSet",
        /// A bulletin was issued, past review.
        BulletinIssued = "bulletinIssued",
        /// A bulletin was changed.
        BulletinChanged = "bulletinChanged",
        /// A bulletin was taken back.
        BulletinWithdrawn = "bulletinWithdrawn",
        /// Whoever submitted it said that it is still so.
        Confirmed = "confirmed",
        /// Nobody said so for too long, or its term ended.
        Lapsed = "lapsed",
        /// A base was granted a level for a term.
        Accredited = "accredited",
        /// An authority took that away.
        AccreditationRevoked = "accreditationRevoked",
        /// A year was opened for which bases are assessed.
        AssessmentOpened = "assessmentOpened",
        /// An authority assessed a base for a year.
        Assessed = "assessed",
        /// An organisation took its name off what another one organises.
        OrganiserLeft = "organiserLeft",
        /// A report was followed.
        ReportFollowed = "reportFollowed",
        /// A report was not followed.
        ReportDismissed = "reportDismissed",
        /// An organisation submitted what it says of itself.
        OrganisationApplied = "organisationApplied",
        /// An authority found that right.
        OrganisationVerified = "organisationVerified",
        /// An authority refused it.
        OrganisationRefused = "organisationRefused",
        /// An authority keeps from everybody what an organisation published.
        OrganisationSuspended = "organisationSuspended",
        /// An authority shows it again.
        OrganisationRestored = "organisationRestored",
        /// An authority said whether what an organisation submits is published at once.
        OrganisationTrusted = "organisationTrusted",
        /// Somebody was invited into an organisation.
        MemberInvited = "memberInvited",
        /// An invitation was taken back.
        InvitationWithdrawn = "invitationWithdrawn",
        /// A key was made for the system of a partner.
        ApiKeyMade = "apiKeyMade",
        /// A key was taken back.
        ApiKeyRevoked = "apiKeyRevoked",
        /// An endpoint of an organisation's was made.
        WebhookMade = "webhookMade",
        /// What is said of an endpoint was changed.
        WebhookChanged = "webhookChanged",
        /// An endpoint was given another secret.
        WebhookSecretReplaced = "webhookSecretReplaced",
        /// Deliveries of an endpoint were sent once more.
        WebhookReplayed = "webhookReplayed",
        /// An endpoint was deleted.
        WebhookDeleted = "webhookDeleted",
        /// A picture was uploaded.
        ImageAdded = "imageAdded",
        /// A picture was removed by its organisation.
        ImageRemoved = "imageRemoved",
        /// A file of sessions was taken in.
        Imported = "imported",
        /// Sessions were added to an event.
        SessionsAdded = "sessionsAdded",
        /// A session was changed.
        SessionChanged = "sessionChanged",
        /// A session was called off.
        SessionCancelled = "sessionCancelled",
        /// A session that nobody ever saw was removed.
        SessionRemoved = "sessionRemoved",
        /// An event was called off.
        EventCancelled = "eventCancelled",
        /// An authority gave it to another organisation.
        Assigned = "assigned",
        /// The days were changed on which a base is closed.
        ClosuresChanged = "closuresChanged",
        /// A target was set.
        TargetSet = "targetSet",
        /// A target was changed, or what was reached of it reported.
        TargetChanged = "targetChanged",
        /// A target was given up.
        TargetDeleted = "targetDeleted",
    }
}

impl Action {
    /// All words.
    pub const WORDS: &[&str] = &{
        let mut words = [""; Self::ALL.len()];
        let mut at = 0;
        while at < words.len() {
            words[at] = Self::ALL[at].name();
            at += 1;
        }
        words
    };
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who was logged in.
    Person(PersonId),
    /// The system of a partner.
    ApiKey(ApiKeyId),
    /// Whoever runs the machine, by a command.
    Operator,
    /// The service by itself.
    Service,
}

impl Actor {
    /// The person, where it is one.
    #[must_use]
    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::ApiKey(_) | Self::Operator | Self::Service => None,
        }
    }

    /// The word of its kind.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::ApiKey(_) => "apiKey",
            Self::Operator => "operator",
            Self::Service => "service",
        }
    }
}

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object {
    /// The word of its kind: one of [`Object::KINDS`].
    pub kind: &'static str,
    /// Its id.
    pub id: i64,
}

impl Object {
    /// The kinds that are no [`Kind`] of the catalogue.
    const OTHERS: [&str; 9] = [
        "session",
        "report",
        "webhook",
        "image",
        "target",
        "accreditation",
        "assessment",
        "assessmentRound",
        "import",
    ];

    /// The words of all kinds of objects.
    pub const KINDS: &[&str] = &{
        let mut words = [""; Kind::ALL.len() + Self::OTHERS.len()];
        let mut at = 0;
        while at < words.len() {
            words[at] =
                if at < Kind::ALL.len() { Kind::ALL[at].name() } else { Self::OTHERS[at - Kind::ALL.len()] };
            at += 1;
        }
        words
    };

    /// What was decided on.
    #[must_use]
    pub fn of_item(kind: ItemKind, id: i64) -> Self {
        Self { kind: kind.name(), id }
    }

    /// A thing of the catalogue.
    pub fn of(kind: Kind, id: impl Into<i64>) -> Self {
        Self { kind: kind.name(), id: id.into() }
    }
}

/// A change, as it is noted. Nothing of it but `actor`, `subject` and `personal` may tell of persons: the rest stays for
/// ever.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Who made it.
    pub actor: Actor,
    /// What they did.
    pub action: Action,
    /// To what; absent where it was to somebody alone.
    pub object: Option<Object>,
    /// To whom.
    pub subject: Option<PersonId>,
    /// For which organisation, or as which organisation's.
    pub organisation: Option<OrganisationId>,
    /// In which division, whose administrators may read of it. What is in none, those of provinces read.
    pub division: Option<Adcode>,
    /// Why.
    pub reason: Option<String>,
    /// What it was before; absent where there was nothing.
    pub before: Option<Value>,
    /// What it is after; absent where nothing is left.
    pub after: Option<Value>,
    /// What else it tells of persons.
    pub personal: Vec<Personal>,
}

/// Something personal in an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Personal {
    /// As what it stands in the entry: a word that the entry has once, such as `contact`.
    pub part: &'static str,
    /// By whose erasure it goes.
    pub person: PersonId,
    /// What it is.
    pub text: PersonalText,
}

impl Entry {
    /// The part of whoever did it.
    pub const ACTOR: &'static str = "actor";
    /// The part of whom it was done to.
    pub const SUBJECT: &'static str = "subject";

    /// An entry that tells who did what; the rest is left out.
    #[must_use]
    pub fn new(actor: Actor, action: Action) -> Self {
        Self {
            actor,
            action,
            object: None,
            subject: None,
            organisation: None,
            division: None,
            reason: None,
            before: None,
            after: None,
            personal: Vec::new(),
        }
    }
}

/// An entry as it is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Noted {
    /// Its id, in the order of writing.
    pub id: i64,
    /// Its place in the chain; absent for a second.
    pub number: Option<i64>,
    /// Its hash, once it has a place.
    pub hash: Option<String>,
    /// When it was.
    pub at: DateTime<Utc>,
    /// The word of who did it.
    pub actor: String,
    /// Which partner's system did it.
    pub api_key: Option<ApiKeyId>,
    /// Who did it; absent once they are erased.
    pub person: Option<PersonId>,
    /// To whom; absent once they are erased.
    pub subject: Option<PersonId>,
    /// The word of what they did.
    pub action: String,
    /// The word of the kind of what was changed, and its id.
    pub object: Option<(String, i64)>,
    /// For which organisation.
    pub organisation: Option<OrganisationId>,
    /// In which division.
    pub division: Option<Adcode>,
    /// Why.
    pub reason: Option<String>,
    /// What it was before, as JSON.
    pub before: Option<String>,
    /// What it is after, as JSON.
    pub after: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_for_one_thing() {
        for words in [Action::WORDS, Object::KINDS] {
            let mut sorted = words.to_vec();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), words.len(), "{words:?}");
            assert!(words.iter().all(|word| word.starts_with(|first: char| first.is_ascii_lowercase())));
        }
        assert!(Object::KINDS.contains(&Object::of(Kind::Bulletin, 1).kind));
    }
}
