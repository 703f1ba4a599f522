//! Policies: which version holds when. They are read by kind and version, and found by no question.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use super::snapshot::{Snapshot, Table};
use crate::domain::ids::PolicyId;
use crate::domain::policies::Policy;
use crate::domain::record::Record;

/// Versions of policies.
pub type Policies = Table<PolicyId, Record<Policy>>;

/// How a version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is in force.
    Current,
    /// It was in force.
    Earlier,
    /// It will be in force.
    Coming,
}

impl Snapshot {
    /// Every version of every policy with how it stands at `now`: by kind, the latest first.
    pub fn policies_at(&self, now: DateTime<Utc>) -> Vec<(&Record<Policy>, Standing)> {
        let mut versions: Vec<_> = self.policies.values().map(AsRef::as_ref).collect();
        versions.sort_by_key(|&Record { body, .. }| (body.kind, Reverse((body.valid_from, &body.version))));
        let mut held = None;
        let standing = |policy: &Policy| match policy.kind {
            _ if now < policy.valid_from => Standing::Coming,
            kind if held.replace(kind) == Some(kind) => Standing::Earlier,
            _ => Standing::Current,
        };
        let standings: Vec<_> = versions.iter().map(|version| &version.body).map(standing).collect();
        versions.into_iter().zip(standings).collect()
    }
}
