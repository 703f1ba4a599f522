//! How an organisation stands.

use super::super::Error;
use crate::db::{AnyConn, organisations};
use crate::domain::drafts::Owner;

/// How whoever submits something stands.
pub(in crate::app) struct Standing {
    /// Whether an authority keeps it from posting.
    pub(in crate::app) suspended: bool,
    /// Whether what it posts is published before anybody looks at it.
    pub(in crate::app) trusted: bool,
    /// Whether it may post at all.
    pub(in crate::app) verified: bool,
}

/// How this one stands. A person may submit, and an authority looks at it first.
pub(in crate::app) fn of(conn: &mut AnyConn, owner: Owner) -> Result<Standing, Error> {
    let Owner::Organisation(id) = owner else {
        return Ok(Standing { suspended: false, trusted: false, verified: true });
    };
    let found = organisations::standing(conn, id)?.ok_or(Error::NotFound)?;
    let (suspended, trusted) = (found.suspended_at.is_some(), found.trusted_at.is_some());
    Ok(Standing { suspended, trusted, verified: found.verified })
}
