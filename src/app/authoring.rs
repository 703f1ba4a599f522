//! Authoring: what organisations write is drafted, handed in, duplicated and put away, each in a transaction of its own.
//! What is particular to events and bases stands in [`super::events`] and [`super::bases`].

use super::Error;
use super::drafts::Drafts;
use super::repeats::{self, Repeat};
use crate::db::records::Stored;
use crate::db::{Db, Tx};
use crate::domain::audit::Actor;
use crate::domain::drafts::{Authored, Body};
use crate::domain::ids::{EventId, OrganisationId};
use crate::domain::invalid::Invalid;

/// Most things that are handed in at once.
pub const MOST_AT_ONCE: usize = 100;

/// The use cases of authors. All of them block.
#[derive(Clone)]
pub struct Authoring {
    db: Db,
    drafts: Drafts,
}

impl Authoring {
    /// The use cases over a store.
    pub fn new(db: Db, drafts: Drafts) -> Self {
        Self { db, drafts }
    }

    /// Begins something of an organisation's; fields may be missing. Gives its id.
    ///
    /// # Errors
    /// Those of [`Drafts::create`] and of [`repeats::once`].
    pub fn create<T: Authored + Stored>(
        &self,
        by: Actor,
        organisation: OrganisationId,
        given: Body,
        repeat: Option<&Repeat>,
    ) -> Result<i64, Error> {
        self.db.write(|tx| {
            once(tx, by, repeat, |tx| Ok(self.drafts.create::<T>(tx, by, organisation, given)?.object))
        })
    }

    /// Replaces what an author gives of a thing.
    ///
    /// # Errors
    /// Those of [`Drafts::update`].
    pub fn update<T: Authored + Stored>(
        &self,
        by: Actor,
        id: i64,
        version: i64,
        given: Body,
    ) -> Result<(), Error> {
        self.db.write(|tx| self.drafts.update::<T>(tx, by, id, version, given).map(drop))
    }

    /// Begins something new that is what another thing is; `with` takes along, in the same transaction, what belongs to it.
    /// Gives its id.
    ///
    /// # Errors
    /// [`Error::NotFound`]; those of `with` and of [`repeats::once`].
    pub fn duplicate<T: Authored + Stored>(
        &self,
        by: Actor,
        id: i64,
        repeat: Option<&Repeat>,
        with: impl FnOnce(&mut Tx<'_>, i64) -> Result<(), Error>,
    ) -> Result<i64, Error> {
        self.db.write(|tx| {
            once(tx, by, repeat, |tx| {
                let copy = self.drafts.duplicate::<T>(tx, by, id)?.object;
                with(tx, copy)?;
                Ok(copy)
            })
        })
    }

    /// Hands things in, [`MOST_AT_ONCE`] at most, all or none.
    ///
    /// # Errors
    /// Those of [`Drafts::submit`], told of each by its place in the list: `ids[0].title`.
    pub fn submit<T: Authored + Stored>(&self, by: Actor, things: &[i64]) -> Result<(), Error> {
        self.db.write(|tx| {
            let mut wrong = Invalid::default();
            for (at, id) in things.iter().enumerate() {
                match self.drafts.submit::<T>(tx, by, *id) {
                    Ok(_) => {}
                    // One by itself is named by its fields alone.
                    Err(Error::Invalid(invalid)) if things.len() == 1 => return Err(invalid.into()),
                    Err(Error::Invalid(invalid)) => wrong.nested(&format!("ids[{at}]"), invalid),
                    Err(error) => return Err(error),
                }
            }
            Ok(wrong.or(())?)
        })
    }

    /// Takes a thing back from review.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn withdraw<T: Authored + Stored>(&self, by: Actor, id: i64) -> Result<(), Error> {
        self.db.write(|tx| self.drafts.withdraw::<T>(tx, by, id).map(drop))
    }

    /// Takes organisations off the list of who organises a thing that is another's.
    ///
    /// # Errors
    /// Those of [`Drafts::leave`].
    pub fn leave<T: Authored + Stored>(
        &self,
        by: Actor,
        id: i64,
        organisations: &[OrganisationId],
    ) -> Result<(), Error> {
        self.db.write(|tx| self.drafts.leave::<T>(tx, by, id, organisations))
    }

    /// Puts a thing away.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::NothingToDo`] if an authority took it down.
    pub fn archive<T: Authored + Stored>(&self, by: Actor, id: i64) -> Result<(), Error> {
        self.db.write(|tx| self.drafts.archive::<T>(tx, by, id).map(drop))
    }
}

/// Does it once per key.
fn once(
    tx: &mut Tx<'_>,
    by: Actor,
    repeat: Option<&Repeat>,
    make: impl FnOnce(&mut Tx<'_>) -> Result<i64, Error>,
) -> Result<i64, Error> {
    // Ids of every kind are numbers alike; the key is of one operation, which makes things of one kind.
    let make = |tx: &mut Tx<'_>| EventId::new(make(tx)?).ok_or(Error::NotFound);
    repeats::once_by(tx, by, repeat, make).map(EventId::get)
}
