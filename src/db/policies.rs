//! Versions of policies.

use super::Tx;
use super::error::Error;
use super::records::{Stored, stored};
use crate::domain::policies::{Policy, PolicyKind};

stored!(Policy => policies {
    kind: |policy| policy.kind.name(),
    // What a consent names; `version` counts the changes of the row, as everywhere.
    named: |policy| policy.version.as_str(),
});

/// The version of a policy that is in force now, if there is one. There are few versions, ever, so all are read.
pub fn in_force(tx: &mut Tx<'_>, kind: PolicyKind) -> Result<Option<String>, Error> {
    let now = tx.now;
    let policies = Policy::all(tx)?.into_iter().map(|record| record.body);
    let held = policies.filter(|policy| policy.kind == kind && policy.valid_from <= now);
    let latest = held.max_by(|a, b| (a.valid_from, &a.version).cmp(&(b.valid_from, &b.version)));
    Ok(latest.map(|policy| policy.version))
}
