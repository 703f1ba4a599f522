//! What authorities do about accreditations: grant, send back, revoke; and how terms end. Whatever is granted or ends
//! changes the recognitions of the base in the same transaction; what its author is writing of it is left alone.

use super::super::registers;
use super::super::review::Reviewer;
use super::super::{Error, catalogue};
use super::{Accreditations, note};
use crate::db::records::Stored;
use crate::db::{Db, Tx, accreditations};
use crate::domain::accreditations::{Accreditation, Grant, State, recognised};
use crate::domain::audit::{Action, Actor};
use crate::domain::bases::{Base, Recognition};
use crate::domain::drafts::FieldNote;
use crate::domain::ids::{AccreditationId, PersonId};
use crate::domain::review::Item;
use crate::domain::roles::AuthorityRole;
use crate::domain::time::day_of;

/// Terms that are ended in one look.
const ENDED_AT_ONCE: i64 = 100;

/// Grants what waits, for the term of its level; a renewal goes on from the end of the term before.
///
/// # Errors
/// [`Error::ChangedSince`] if it is another than the one that was looked at, or the base changes at this moment.
pub(in crate::app) fn grant(
    tx: &mut Tx<'_>,
    by: PersonId,
    item: &Item,
    reason: Option<&str>,
) -> Result<(), Error> {
    let mut granted = waiting(tx, item)?;
    let today = day_of(tx.now());
    let before = match granted.renews {
        Some(id) => accreditations::get(tx, id)?.filter(|one| one.state == State::Approved),
        None => None,
    };
    let ends = before.as_ref().and_then(|before| before.grant.as_ref()).map(|grant| grant.until);
    let from = ends.filter(|until| *until >= today).and_then(|until| until.succ_opt()).unwrap_or(today);
    let number = registers::number(tx, granted.level.name(), granted.division, today)?;
    granted.grant = Some(Grant {
        certificate: format!("{}{number}", granted.level.letter()),
        since: today,
        until: granted.level.until(from),
    });
    if let Some(before) = &before {
        end(tx, before.clone(), State::Renewed, None)?;
    }
    let version = granted.version;
    granted.version += 1;
    granted.state = State::Approved;
    (granted.decided_at, granted.updated_at) = (Some(tx.now()), tx.now());
    if !accreditations::replace(tx, version, &granted)? {
        return Err(Error::ChangedSince);
    }
    recognise(tx, &granted, before.map(|before| before.id), granted.recognition())?;
    note(tx, Actor::Person(by), Action::Accredited, &granted, reason)
}

/// Sends back what waits.
///
/// # Errors
/// [`Error::ChangedSince`] as [`grant`].
pub(in crate::app) fn send_back(
    tx: &mut Tx<'_>,
    by: PersonId,
    item: &Item,
    reason: &str,
    fields: &[FieldNote],
) -> Result<(), Error> {
    let mut back = waiting(tx, item)?;
    let version = back.version;
    back.version += 1;
    back.state = State::Rejected;
    (back.reason, back.fields) = (Some(reason.to_owned()), fields.to_vec());
    (back.decided_at, back.updated_at) = (Some(tx.now()), tx.now());
    if !accreditations::replace(tx, version, &back)? {
        return Err(Error::ChangedSince);
    }
    note(tx, Actor::Person(by), Action::Rejected, &back, Some(reason))
}

fn waiting(tx: &mut Tx<'_>, item: &Item) -> Result<Accreditation, Error> {
    let id = AccreditationId::new(item.what.object).ok_or(Error::NotFound)?;
    let found = accreditations::get(tx, id)?.ok_or(Error::NotFound)?;
    let waits = found.state == State::Submitted && found.version == item.what.version;
    if waits { Ok(found) } else { Err(Error::ChangedSince) }
}

/// Ends a grant; what the base has of it among its recognitions is for who calls.
fn end(
    tx: &mut Tx<'_>,
    mut ended: Accreditation,
    state: State,
    reason: Option<&str>,
) -> Result<Accreditation, Error> {
    let version = ended.version;
    ended.version += 1;
    ended.state = state;
    ended.reason = reason.map(str::to_owned);
    (ended.ended_at, ended.updated_at) = (Some(tx.now()), tx.now());
    if accreditations::replace(tx, version, &ended)? { Ok(ended) } else { Err(Error::ChangedSince) }
}

/// Puts a recognition in the place of that by another accreditation, where everybody reads it.
fn recognise(
    tx: &mut Tx<'_>,
    of: &Accreditation,
    before: Option<AccreditationId>,
    after: Option<Recognition>,
) -> Result<(), Error> {
    let record = Base::get(tx, of.base.get())?.ok_or(Error::NotFound)?;
    let body = recognised(&record.body, before, after);
    catalogue::replace(tx, &record, &body).map_err(|error| match error {
        // Somebody changes the base at this moment: whoever decides looks again.
        Error::VersionConflict => Error::ChangedSince,
        error => error,
    })
}

impl Accreditations {
    /// Takes a grant away; the base has the level no more, at once.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none, or it lies beyond the division of who asks; [`Error::VersionConflict`] if it
    /// is no longer at `version`; [`Error::NothingToDo`] if its term does not run; [`Error::ChangedSince`] if the base
    /// changes at this moment.
    pub fn revoke(
        &self,
        by: Reviewer<'_>,
        id: AccreditationId,
        version: i64,
        reason: &str,
    ) -> Result<Accreditation, Error> {
        self.db.write(|tx| {
            let found = accreditations::get(tx, id)?.ok_or(Error::NotFound)?;
            if !by.roles.over(found.division, AuthorityRole::Administrator) {
                return Err(Error::NotFound);
            }
            if found.state != State::Approved {
                return Err(Error::NothingToDo);
            }
            if found.version != version {
                return Err(Error::VersionConflict);
            }
            let revoked = end(tx, found, State::Revoked, Some(reason))?;
            recognise(tx, &revoked, Some(id), None)?;
            note(tx, Actor::Person(by.person), Action::AccreditationRevoked, &revoked, Some(reason))?;
            Ok(revoked)
        })
    }
}

/// Ends the terms that are over; says how many those were. The base has the level no more.
///
/// # Errors
/// If the store fails; those that were ended before are.
pub fn expire(db: &Db) -> Result<usize, Error> {
    let mut expired = 0;
    loop {
        let over = db.write(|tx| {
            let today = day_of(tx.now());
            accreditations::ended_before(tx, today, ENDED_AT_ONCE)
        })?;
        if over.is_empty() {
            return Ok(expired);
        }
        for id in over {
            expired += usize::from(db.write(|tx| {
                let found = accreditations::get(tx, id)?.filter(|one| one.state == State::Approved);
                // Another replica was at the same.
                let Some(found) = found else { return Ok::<_, Error>(false) };
                let ended = end(tx, found, State::Expired, None)?;
                recognise(tx, &ended, Some(id), None)?;
                note(tx, Actor::Service, Action::Lapsed, &ended, None)?;
                Ok(true)
            })?);
        }
    }
}
