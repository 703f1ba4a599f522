//! How an organisation stands.

use super::super::Error;
use crate::db::{AnyConn, organisations};
use crate::domain::ids::OrganisationId;

/// How an organisation stands.
pub(in crate::app) struct Standing {
    /// Whether an authority keeps it from posting.
    pub(in crate::app) suspended: bool,
    /// Whether what it posts is published before anybody looks at it.
    pub(in crate::app) trusted: bool,
    /// Whether it may post at all.
    pub(in crate::app) verified: bool,
}

/// How this one stands.
pub(in crate::app) fn of(conn: &mut AnyConn, id: OrganisationId) -> Result<Standing, Error> {
    let found = organisations::standing(conn, id)?.ok_or(Error::NotFound)?;
    let (suspended, trusted) = (found.suspended_at.is_some(), found.trusted_at.is_some());
    Ok(Standing { suspended, trusted, verified: found.verified })
}
