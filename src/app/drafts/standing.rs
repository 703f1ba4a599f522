//! How an organisation stands.

use chrono::{DateTime, Utc};

use super::super::Error;
use crate::db::{AnyConn, organisations, publication, sessions};
use crate::domain::drafts::Owner;
use crate::domain::ids::OrganisationId;
use crate::domain::review::PROBATION;

/// How whoever submits something stands.
pub(in crate::app) struct Standing {
    /// Whether an authority keeps it from posting.
    pub(in crate::app) suspended: bool,
    /// Whether an authority trusts it.
    pub(in crate::app) trusted: bool,
    /// When an authority last took something of its down, since it was trusted.
    pub(in crate::app) taken_down_at: Option<DateTime<Utc>>,
    /// Whether it may post at all.
    pub(in crate::app) verified: bool,
}

/// Most things of an organisation that were never published until an authority found right what it says of itself: enough
/// to try everything.
const MOST_UNVERIFIED: i64 = 20;

/// Most sessions of all its events until then.
pub(in crate::app) const MOST_SESSIONS_UNVERIFIED: usize = 200;

/// Most things of an organisation that were never published.
const MOST: i64 = 2_000;

/// Lets whoever writes begin another thing; of persons' others count.
///
/// # Errors
/// [`Error::TooManyDrafts`].
pub(in crate::app) fn may_begin(conn: &mut AnyConn, owner: Owner) -> Result<(), Error> {
    let Owner::Organisation(id) = owner else { return Ok(()) };
    let most = if of(conn, owner)?.verified { MOST } else { MOST_UNVERIFIED };
    if publication::never_of(conn, id)? < most { Ok(()) } else { Err(Error::TooManyDrafts) }
}

/// How much more an organisation may have.
pub(in crate::app) struct Room {
    /// Things that were never published.
    pub(in crate::app) things: usize,
    /// Sessions; absent: any number.
    pub(in crate::app) sessions: Option<usize>,
}

/// How much more this one may have, for whoever begins many things at once.
pub(in crate::app) fn room(conn: &mut AnyConn, id: OrganisationId) -> Result<Room, Error> {
    let verified = of(conn, Owner::Organisation(id))?.verified;
    let most = if verified { MOST } else { MOST_UNVERIFIED };
    let things = usize::try_from(most - publication::never_of(conn, id)?).unwrap_or_default();
    if verified {
        return Ok(Room { things, sessions: None });
    }
    let before = usize::try_from(sessions::count_of_organisation(conn, id)?).unwrap_or_default();
    Ok(Room { things, sessions: Some(MOST_SESSIONS_UNVERIFIED.saturating_sub(before)) })
}

/// How this one stands. A person may submit, and an authority looks at it first.
pub(in crate::app) fn of(conn: &mut AnyConn, owner: Owner) -> Result<Standing, Error> {
    let Owner::Organisation(id) = owner else {
        return Ok(Standing { suspended: false, trusted: false, taken_down_at: None, verified: true });
    };
    let found = organisations::standing(conn, id)?.ok_or(Error::NotFound)?;
    let (suspended, trusted) = (found.suspended_at.is_some(), found.trusted_at.is_some());
    Ok(Standing { suspended, trusted, taken_down_at: found.taken_down_at, verified: found.verified })
}

impl Standing {
    /// Whether what it posts may be published at all.
    ///
    /// # Errors
    /// [`Error::Unverified`], [`Error::Suspended`].
    pub(in crate::app) fn may_post(&self) -> Result<(), Error> {
        match self {
            Self { verified: false, .. } => Err(Error::Unverified),
            Self { suspended: true, .. } => Err(Error::Suspended),
            _ => Ok(()),
        }
    }

    /// Whether what it posts at `now` is published before anybody looks at it.
    pub(in crate::app) fn at_once(&self, now: DateTime<Utc>) -> bool {
        self.trusted && self.taken_down_at.is_none_or(|at| now >= at + PROBATION)
    }
}
