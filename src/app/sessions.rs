//! Sessions, as their hosts change them.

use super::Error;
use super::rooms::{self, Tools};
use crate::db::{Tx, sessions};
use crate::domain::ids::{Random, SessionId};
use crate::domain::invalid::Invalid;
use crate::domain::sealing::Vault;
use crate::domain::signups::Signup;

/// Gives a session room for so many, counted as its terms count; `None`: any number. Whoever is next in the queue gets
/// the seats that this adds, in the same transaction; gives the sign-ups that were promoted, in order.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] if the session's terms do not go with it; [`Error::CapacityBelowTaken`] if
/// more seats are taken already: nobody is thrown out.
pub fn set_capacity(
    tx: &mut Tx<'_>,
    vault: &Vault,
    random: &dyn Random,
    id: SessionId,
    capacity: Option<i32>,
) -> Result<Vec<Signup>, Error> {
    let mut room = rooms::open_one(tx, id)?;
    let mut invalid = Invalid::default();
    let mut session = room.session.clone();
    session.capacity = capacity;
    session.check(&mut invalid);
    invalid.or(())?;
    if capacity.is_some_and(|capacity| capacity < room.seats.taken) {
        return Err(Error::CapacityBelowTaken);
    }
    room.seats.capacity = capacity;
    let event = room.session.event;
    let promoted = room.close(tx, Tools { vault, random })?;
    sessions::touch_event(tx, event)?;
    Ok(promoted)
}
