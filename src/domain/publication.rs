//! Who sees a catalogued thing that somebody wrote here.

use super::words::words;

words! {
    /// Whether a thing is shown.
    Publication {
        /// It has never been approved: its organisation sees it.
        Draft = "draft",
        /// Everybody sees what was approved last, while its organisation is not suspended.
        Public = "public",
        /// An authority took it down.
        TakenDown = "takenDown",
        /// Its organisation put it away.
        Archived = "archived",
    }
}
