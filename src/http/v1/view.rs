//! How a reader sees the catalogue.

use chrono::{DateTime, NaiveDate, Utc};

use crate::discovery::Snapshot;
use crate::discovery::events::EventEntry;
use crate::domain::events::Event;
use crate::domain::geo::Crs;
use crate::domain::text::{Lang, Text};
use crate::domain::time;
use crate::http::params::{Asked, Table};
use crate::http::problem::Code;

/// In which language, in which datum, and when a snapshot is read.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// What is published.
    pub snapshot: &'a Snapshot,
    /// The language of the answer.
    pub lang: Lang,
    /// The datum of its positions.
    pub crs: Crs,
    /// The instant by which it judges time.
    pub now: DateTime<Utc>,
}

impl View<'_> {
    /// A text in the reader's language.
    pub fn text<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.lang)
    }

    /// Everything about an event, with the reader's characters.
    ///
    /// # Errors
    /// [`Code::Internal`] never: what is read was written when the event came in.
    pub fn event(&self, entry: &EventEntry) -> Result<Event, Code> {
        self.snapshot.event_in(entry, self.lang).ok_or(Code::Internal)
    }

    /// The venue's day.
    pub fn today(&self) -> NaiveDate {
        time::day_of(self.now)
    }
}

impl<T: Table> Asked<T> {
    /// How whoever asked sees `snapshot` at `now`.
    pub fn view<'a>(&self, snapshot: &'a Snapshot, now: DateTime<Utc>) -> View<'a> {
        View { snapshot, lang: self.lang, crs: self.params.crs(), now }
    }
}
