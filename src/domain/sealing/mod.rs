//! What is known of persons is stored sealed, so that whoever gets hold of the store, or of a copy, has nothing of theirs.
//!
//! A [`Keyring`] seals a field with its first key and opens what any of its keys sealed, so that keys can be changed
//! while the service runs: add the new one as the second everywhere, make it the first, run `kepu reseal`, drop the old
//! one. A sealed field is good in its [`Place`] only: moved to another row, column or table it does not open. What has
//! to be found again is stored as a [pseudonym](Pseudonyms) beside it, whose key never changes. A server has both in
//! its [`Vault`].

mod keyring;
mod pseudonyms;

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

pub use keyring::{DataKey, Keyring, MARK};
pub use pseudonyms::Pseudonyms;

use super::hidden::hidden;
use super::ids::{Random, random_bytes};

hidden! {
    /// What a sealed field holds.
    Opened;
}

/// Where a sealed field stands: a field is bound to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The id of the row.
    pub row: i64,
}

/// A sealed field, as the store keeps it: letters, digits, `-` and `_`. Its first [`MARK`] characters say in which way
/// and with which key it was sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(String);

impl Sealed {
    /// The text for the store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({}…)", self.0.get(..MARK).unwrap_or_default())
    }
}

/// Why a field was not sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is too long, which no field of ours is.
    #[error("{0} cannot be sealed")]
    CannotSeal(Place),
    /// It was sealed with a key that is not on the ring.
    #[error("{place} is sealed with a key that is not given: {mark}")]
    KeyMissing {
        /// The field.
        place: Place,
        /// What it says of its key.
        mark: String,
    },
    /// It was changed, or stands where it was not sealed for.
    #[error("{0} is not what was sealed there")]
    CannotOpen(Place),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} of row {}", self.table, self.column, self.row)
    }
}

/// What a server seals, opens and finds personal fields with.
#[derive(Clone)]
pub struct Vault {
    keyring: Arc<Keyring>,
    pseudonyms: Arc<Pseudonyms>,
    random: Arc<dyn Random>,
}

impl Vault {
    /// A vault of these keys.
    pub fn new(keyring: Arc<Keyring>, pseudonyms: Arc<Pseudonyms>, random: Arc<dyn Random>) -> Self {
        Self { keyring, pseudonyms, random }
    }

    /// Seals a field for its place.
    ///
    /// # Errors
    /// [`Error::CannotSeal`] if it is longer than any field is.
    pub fn seal(&self, place: Place, plain: &str) -> Result<Sealed, Error> {
        self.keyring.seal(place, plain, &*self.random)
    }

    /// Opens the field that stands in a place.
    ///
    /// # Errors
    /// [`Error::KeyMissing`], [`Error::CannotOpen`].
    pub fn open(&self, place: Place, sealed: &str) -> Result<Opened, Error> {
        self.keyring.open(place, sealed)
    }

    /// The field sealed anew with the first key; `None` if it is already.
    ///
    /// # Errors
    /// [`Error::KeyMissing`], [`Error::CannotOpen`].
    pub fn reseal(&self, place: Place, sealed: &str) -> Result<Option<Sealed>, Error> {
        if self.keyring.is_current(sealed) {
            return Ok(None);
        }
        let opened = self.open(place, sealed)?;
        self.seal(place, opened.expose()).map(Some)
    }

    /// By what a value is found again; see [`Pseudonyms::blind`].
    #[must_use]
    pub fn blind(&self, purpose: &'static str, value: &str) -> String {
        self.pseudonyms.blind(purpose, value)
    }

    /// A salt: 32 random bytes in URL-safe base64.
    #[must_use]
    pub fn fresh_salt(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<32>(&*self.random))
    }

    /// The marks of the keys on the ring, the first of which seals.
    pub fn marks(&self) -> impl Iterator<Item = &str> {
        self.keyring.marks()
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({:?})", self.keyring)
    }
}
