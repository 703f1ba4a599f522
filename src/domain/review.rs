//! Review (审核): one queue of everything that waits for a decision of an authority.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::divisions::Adcode;
use super::drafts::FieldNote;
use super::ids::{OrganisationId, PersonId, ReviewItemId};
use super::kinds::Kind;
use super::screening::Doubt;
use super::text::Text;
use super::words::words;

words! {
    /// What is decided on.
    ItemKind {
        /// An event.
        Event = "event",
        /// A base.
        Base = "base",
        /// A route.
        Route = "route",
        /// A lecture series.
        Series = "series",
        /// An entry of the resource directory.
        Resource = "resource",
        /// That an organisation may post.
        Organisation = "organisation",
        /// That a base is granted a level.
        Accreditation = "accreditation",
        /// How a base did in a year.
        Assessment = "assessment",
        /// That something published is wrong, as somebody says.
        Report = "report",
        /// That an event is part of a campaign.
        Campaign = "campaign",
    }

    /// How it came into the queue.
    Lane {
        /// It waits to be published, or answered.
        Submitted = "submitted",
        /// A trusted organisation published it; a share of that is looked at afterwards.
        Sampled = "sampled",
        /// An administrator published it at once; it is in the queue for the record.
        Emergency = "emergency",
    }

    /// How it stands.
    ItemState {
        /// It waits.
        Open = "open",
        /// It is in order.
        Approved = "approved",
        /// It is not.
        Rejected = "rejected",
        /// Whoever submitted it took it back, or changed it.
        Withdrawn = "withdrawn",
    }
}

impl ItemKind {
    /// The kind of a thing that is drafted.
    #[must_use]
    pub fn of(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::Event => Self::Event,
            Kind::Base => Self::Base,
            Kind::Route => Self::Route,
            Kind::Series => Self::Series,
            Kind::Resource => Self::Resource,
            _ => return None,
        })
    }

    /// The kind of thing that was drafted, if it was.
    #[must_use]
    pub fn drafted(self) -> Option<Kind> {
        Some(match self {
            Self::Event => Kind::Event,
            Self::Base => Kind::Base,
            Self::Route => Kind::Route,
            Self::Series => Kind::Series,
            Self::Resource => Kind::Resource,
            _ => return None,
        })
    }
}

/// Something that is to enter the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct NewItem {
    /// What is decided on.
    pub kind: ItemKind,
    /// Its id among those of its kind.
    pub object: i64,
    /// Its version: a decision on another is refused.
    pub version: i64,
    /// How it comes into the queue.
    pub lane: Lane,
    /// What it is called in the queue.
    pub title: Text,
    /// Whose it is; nobody's in particular if absent.
    pub organisation: Option<OrganisationId>,
    /// Whose authority decides.
    pub division: Adcode,
    /// The campaigns that it is part of, as their ids are written.
    pub campaigns: Vec<String>,
    /// What screening doubts.
    pub notes: Vec<Doubt>,
    /// Who submitted it, where that was a person.
    pub by: Option<PersonId>,
}

/// Something in the queue, or decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its id.
    pub id: ReviewItemId,
    /// What is decided on.
    pub what: NewItem,
    /// Since when it is in the queue.
    pub since: DateTime<Utc>,
    /// How it stands.
    pub state: ItemState,
    /// Who works on it, and until when it is theirs.
    pub claim: Option<(PersonId, DateTime<Utc>)>,
    /// Who decided; absent while it is open, and where its author took it back.
    pub decided_by: Option<PersonId>,
    /// When it was decided, or taken back.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why.
    pub reason: Option<String>,
    /// What is to be mended, field by field.
    pub fields: Vec<FieldNote>,
}

impl Item {
    /// Who works on it at `now`.
    #[must_use]
    pub fn claimed(&self, now: DateTime<Utc>) -> Option<(PersonId, DateTime<Utc>)> {
        self.claim.filter(|(_, until)| now < *until)
    }
}

/// For how long after something of theirs was taken down people look first at what a trusted organisation submits.
pub const PROBATION: TimeDelta = TimeDelta::days(30);

/// How the queue works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// How long an item is a reviewer's who claims it.
    pub claim: TimeDelta,
    /// Of what trusted organisations publish, how many of a hundred are looked at afterwards.
    pub sampled_percent: u8,
}

impl Default for Rules {
    fn default() -> Self {
        Self { claim: TimeDelta::minutes(30), sampled_percent: 10 }
    }
}

impl Rules {
    /// Whether what a trusted organisation published is to be looked at. `lot` is drawn so that nobody can foresee it.
    #[must_use]
    pub fn samples(self, lot: &str) -> bool {
        let hash = Sha256::digest(lot.as_bytes());
        let drawn = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) % 100;
        drawn < u32::from(self.sampled_percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_that_is_sampled_is_about_the_share_asked_for() {
        let rules = Rules { sampled_percent: 10, ..Rules::default() };
        let sampled = (1..=10_000).filter(|lot: &u32| rules.samples(&lot.to_string())).count();
        assert!((900..1_100).contains(&sampled), "{sampled}");
        let none = Rules { sampled_percent: 0, ..rules };
        let all = Rules { sampled_percent: 100, ..rules };
        let lots = (1..100).map(|lot: u32| lot.to_string());
        assert!(lots.into_iter().all(|lot| !none.samples(&lot) && all.samples(&lot)));
    }

    #[test]
    fn what_is_drafted_is_reviewed_under_the_same_name() {
        for kind in super::super::drafts::KINDS {
            let item = ItemKind::of(kind).unwrap();
            assert_eq!((item.name(), item.drafted()), (kind.name(), Some(kind)));
        }
        assert_eq!(ItemKind::Report.drafted(), None);
    }
}
