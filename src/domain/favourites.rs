//! Favourites: what a person wants to find again.

use super::kinds::Kind;

/// The kinds that can be favourites.
pub const KINDS: [Kind; 4] = [Kind::Event, Kind::Base, Kind::Route, Kind::Series];

/// How many favourites a person has at most.
pub const MOST: usize = 500;

/// One of them: of which kind, and its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Favourite {
    /// One of [`KINDS`].
    pub kind: Kind,
    /// The id, unique in its kind.
    pub id: i64,
}
