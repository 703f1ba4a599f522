//! Favourites: a person keeps what they want to find again.

use super::Error;
use crate::db::{Db, favourites, persons};
use crate::domain::favourites::{Favourite, MOST};
use crate::domain::ids::PersonId;
use crate::domain::invalid::{FieldCode, Invalid};
use crate::domain::signups::refusal::Refusal;

/// The use cases of favourites. All of them block.
#[derive(Clone)]
pub struct Favourites {
    db: Db,
}

impl Favourites {
    /// The favourites of a store.
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Makes something a person's favourite; what is one already stays.
    ///
    /// # Errors
    /// [`Refusal::LimitReached`] if they have as many as anybody may.
    pub fn add(&self, person: PersonId, favourite: Favourite) -> Result<(), Error> {
        self.db.write(|tx| {
            // Two at once come one after the other.
            if !persons::hold(tx, person)? {
                return Err(Error::LoginEnded);
            }
            if favourites::has(tx, person, favourite)? {
                return Ok(());
            }
            if favourites::count(tx, person)? >= MOST {
                return Err(too_many(MOST));
            }
            Ok(favourites::insert(tx, person, favourite)?)
        })
    }

    /// Makes something a person's favourite no more; what is none stays none.
    ///
    /// # Errors
    /// If the store fails.
    pub fn remove(&self, person: PersonId, favourite: Favourite) -> Result<(), Error> {
        Ok(self.db.write(|tx| favourites::delete(tx, person, favourite))?)
    }
}

/// A person has so many of something, which is as many as anybody may have.
pub(super) fn too_many(max: usize) -> Error {
    Error::Refused(Refusal::LimitReached(Invalid::one("$", FieldCode::TooMany { max })))
}
