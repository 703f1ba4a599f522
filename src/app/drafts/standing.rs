//! How an organisation stands.

use super::super::Error;
use crate::db::{AnyConn, organisations};
use crate::domain::ids::OrganisationId;

/// How an organisation stands.
pub(super) struct Standing {
    /// Whether an authority keeps it from posting.
    pub(super) suspended: bool,
    /// Whether what it posts is published before anybody looks at it.
    pub(super) trusted: bool,
}

/// How this one stands.
pub(super) fn of(conn: &mut AnyConn, id: OrganisationId) -> Result<Standing, Error> {
    Ok(Standing { suspended: organisations::suspended(conn, id)?, trusted: false })
}
