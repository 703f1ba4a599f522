//! Bases, and when they are open.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::entries::Listed;
use super::index::{Field, Filing};
use super::place::Located;
use super::snapshot::Snapshot;
use super::words::{self, Haystack};
use crate::domain::bases::Base;
use crate::domain::calendar::Calendar;
use crate::domain::hours::{Closure, DayHours, OpenState, OpeningHours};
use crate::domain::places::{Accessibility, Provision};
use crate::domain::taxonomy;
use crate::domain::time::{Span, day_of};

/// Opening hours of a base, parsed.
#[derive(Debug, Clone)]
pub struct BaseHours {
    rule: Option<OpeningHours>,
    closures: Vec<Closure>,
    /// The calendar of public holidays known here is the mainland's.
    mainland: bool,
}

impl BaseHours {
    /// Whether the base is open at `instant`.
    pub fn at(&self, snapshot: &Snapshot, instant: DateTime<Utc>) -> OpenState {
        let closed = || self.closures.iter().any(|closure| closure.holds(day_of(instant)));
        let unruled = || if closed() { OpenState::Closed } else { OpenState::Unknown };
        self.ask(snapshot, |rule, calendar| rule.at(calendar, instant)).unwrap_or_else(unruled)
    }

    /// When a base that is open closes; `None` where that is not certain.
    pub fn open_until(&self, snapshot: &Snapshot, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.ask(snapshot, |rule, calendar| rule.open_until(calendar, instant))?
    }

    /// When a base that is closed opens; `None` where that is not certain.
    pub fn opens_at(&self, snapshot: &Snapshot, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.ask(snapshot, |rule, calendar| rule.opens_at(calendar, instant))?
    }

    /// Whether the base is certainly open at some time within a span.
    pub(super) fn opens_within(&self, snapshot: &Snapshot, span: &Span, now: DateTime<Utc>) -> bool {
        let from = span.from.unwrap_or(now);
        self.ask(snapshot, |rule, calendar| rule.opens_within(calendar, from, span.to)).unwrap_or(false)
    }

    /// The hours of `count` days from `first` on; none where they are not known.
    pub fn days<'a>(&'a self, snapshot: &'a Snapshot, first: NaiveDate, count: u64) -> Vec<DayHours<'a>> {
        self.ask(snapshot, |rule, calendar| rule.days(calendar, first, count).collect()).unwrap_or_default()
    }

    fn ask<'a, T>(
        &'a self,
        snapshot: &'a Snapshot,
        ask: impl FnOnce(&'a OpeningHours, &'a Calendar) -> T,
    ) -> Option<T> {
        let calendar = if self.mainland { &snapshot.calendar } else { &snapshot.no_calendar };
        self.rule.as_ref().map(|rule| ask(rule, calendar))
    }
}

impl Listed for Base {
    type Own = BaseHours;

    fn own(&self) -> BaseHours {
        let closures = self.closures.clone();
        BaseHours { rule: self.opening_hours(), closures, mainland: self.place.adcode.is_mainland() }
    }

    fn places(&self, world: &Snapshot) -> Arc<[Located]> {
        [Located::new(&self.place, &world.divisions)].into()
    }

    fn words<'a>(&'a self, world: &'a Snapshot, words: &mut Haystack<'a>) {
        words.add(words::Field::Name, &self.name);
        words.add(words::Field::Body, &self.description);
        self.facilities.iter().for_each(|facility| words.add_words(words::Field::Subject, facility));
        if let Some(name) = world.taxonomy.name(taxonomy::CATEGORY, &self.category.0) {
            words.add(words::Field::Subject, name);
        }
        world.organiser_words(&self.organisers, words);
        world.place_words(&self.place, words);
    }

    fn file(&self, _: &Snapshot, filing: &mut Filing) {
        self.free.into_iter().for_each(|free| filing.under(Field::Free, free));
        filing.needs(Some(&self.accessibility), None);
    }
}

impl Filing {
    /// Files under the needs that are provided for.
    pub(super) fn needs(&mut self, own: Option<&Accessibility>, venue: Option<&Accessibility>) {
        let met = Need::ALL.into_iter().filter(|need| need.is_met(own, venue));
        met.for_each(|need| self.under(Field::Need, need as i64));
    }
}

/// A need that a place should provide for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Need {
    /// Step-free access.
    Wheelchair,
    /// Help for people who hear little.
    Hearing,
    /// Help for people who see little.
    Visual,
}

impl Need {
    const ALL: [Self; 3] = [Self::Wheelchair, Self::Hearing, Self::Visual];

    /// Whether it is provided for, in part at least; where `own` does not say, `venue` does.
    pub(super) fn is_met(self, own: Option<&Accessibility>, venue: Option<&Accessibility>) -> bool {
        let provision = |accessibility: &Accessibility| match self {
            Self::Wheelchair => accessibility.wheelchair,
            Self::Hearing => accessibility.hearing,
            Self::Visual => accessibility.visual,
        };
        let provision = own.and_then(provision).or_else(|| venue.and_then(provision));
        matches!(provision, Some(Provision::Yes | Provision::Limited))
    }
}
