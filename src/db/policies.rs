//! Versions of policies.

use super::records::stored;
use crate::domain::policies::Policy;

stored!(Policy => policies {
    kind: |policy| policy.kind.name(),
    // What a consent names; `version` counts the changes of the row, as everywhere.
    named: |policy| policy.version.as_str(),
});
