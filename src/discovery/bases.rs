//! Bases, and when they are open.

use chrono::{DateTime, NaiveDate, Utc};

use super::entries::{BaseEntry, Listed};
use super::page::{Answer, Hit, Key, Paging, Sort, page};
use super::place::{Area, Located};
use super::snapshot::Snapshot;
use super::words::{Field, Haystack, Words};
use crate::domain::bases::Base;
use crate::domain::calendar::Calendar;
use crate::domain::hours::{DayHours, OpenState, OpeningHours};
use crate::domain::ids::OrganisationId;
use crate::domain::places::{Accessibility, Provision};
use crate::domain::taxonomy;
use crate::domain::text::Lang;
use crate::domain::time::Span;

/// Opening hours of a base, parsed.
#[derive(Debug, Clone)]
pub struct BaseHours {
    rule: Option<OpeningHours>,
    /// The calendar of public holidays known here is the mainland's.
    mainland: bool,
}

impl BaseHours {
    /// Whether the base is open at `instant`.
    pub fn at(&self, snapshot: &Snapshot, instant: DateTime<Utc>) -> OpenState {
        self.ask(snapshot, |rule, calendar| rule.at(calendar, instant)).unwrap_or(OpenState::Unknown)
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
    fn opens_within(&self, snapshot: &Snapshot, span: &Span, now: DateTime<Utc>) -> bool {
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
    type Given = ();
    type Own = BaseHours;

    fn own(&self, (): ()) -> BaseHours {
        BaseHours { rule: self.opening_hours(), mainland: self.place.adcode.is_mainland() }
    }

    fn places(&self, world: &Snapshot) -> Vec<Located> {
        vec![Located::new(&self.place, &world.divisions)]
    }

    fn words(&self, world: &Snapshot, words: &mut Haystack) {
        words.add(Field::Name, &self.name);
        words.add(Field::Body, &self.description);
        self.facilities.iter().for_each(|facility| words.add_words(Field::Subject, facility));
        if let Some(name) = world.taxonomy.name(taxonomy::CATEGORY, &self.category.0) {
            words.add(Field::Subject, name);
        }
        world.organiser_words(&self.organisers, words);
        world.place_words(&self.place, words);
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

/// Which bases are asked for. The default asks for all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BaseQuestion {
    /// Where.
    pub area: Area,
    /// By words.
    pub words: Option<Words>,
    /// Recognised at one of these levels, by any recognition that is listed.
    pub levels: Vec<String>,
    /// Of one of these categories.
    pub categories: Vec<String>,
    /// Run by one of these.
    pub organisers: Vec<OrganisationId>,
    /// Free, or not.
    pub free: Option<bool>,
    /// Providing for all of these.
    pub needs: Vec<Need>,
    /// Certainly open, or certainly closed, now.
    pub open_now: Option<bool>,
    /// Certainly open at this instant.
    pub open_at: Option<DateTime<Utc>>,
    /// Certainly open at some time in this span.
    pub span: Option<Span>,
    /// In which order; `None`: by relevance, distance or name, as the question suggests.
    pub sort: Option<Sort>,
}

/// A base that was found.
#[derive(Debug, Clone, Copy)]
pub struct BaseFound<'a> {
    /// The base.
    pub entry: &'a BaseEntry,
    /// Metres to 0.1 from where the caller is.
    pub distance: Option<f64>,
}

/// Bases.
pub fn find<'a>(
    snapshot: &'a Snapshot,
    question: &BaseQuestion,
    now: DateTime<Utc>,
    lang: Lang,
    paging: &Paging,
) -> Answer<BaseFound<'a>> {
    let sort = question.sort.unwrap_or(match question {
        BaseQuestion { words: Some(_), .. } => Sort::Relevance,
        BaseQuestion { area: Area { at: Some(_), .. }, .. } => Sort::Distance,
        _ => Sort::Name,
    });
    let hits = snapshot.bases.values().filter_map(|entry| {
        let base = entry.body();
        let (_, inside) = question.area.nearest(&entry.places)?;
        question.accepts(base).then_some(())?;
        let score =
            question.words.as_ref().map(|words| words.score(&entry.words).ok_or(())).transpose().ok()?;
        question.is_open(entry, snapshot, now).then_some(())?;
        let key = match sort {
            Sort::Relevance => Key::score(score.unwrap_or(0)),
            Sort::Distance => Key::distance(inside.distance),
            Sort::Newest => Key::latest(Some(entry.record.updated_at)),
            Sort::Name | Sort::Start | Sort::StartDescending => Key::name(base.name.get(lang)),
        };
        Some(Hit { key, id: entry.record.id, found: BaseFound { entry, distance: inside.distance } })
    });
    page(hits.collect(), paging)
}

impl BaseQuestion {
    fn accepts(&self, base: &Base) -> bool {
        let level = |level: &String| base.recognitions.iter().any(|held| held.level.0 == *level);
        (self.levels.is_empty() || self.levels.iter().any(level))
            && (self.categories.is_empty() || self.categories.contains(&base.category.0))
            && (self.organisers.is_empty()
                || base.organisers.iter().any(|organiser| self.organisers.contains(&organiser.organisation)))
            && self.free.is_none_or(|free| base.free == Some(free))
            && self.needs.iter().all(|need| need.is_met(Some(&base.accessibility), None))
    }

    fn is_open(&self, entry: &BaseEntry, snapshot: &Snapshot, now: DateTime<Utc>) -> bool {
        let hours = &entry.own;
        self.open_now.is_none_or(|open| {
            hours.at(snapshot, now) == if open { OpenState::Open } else { OpenState::Closed }
        }) && self.open_at.is_none_or(|instant| hours.at(snapshot, instant) == OpenState::Open)
            && self.span.is_none_or(|span| hours.opens_within(snapshot, &span, now))
    }
}
