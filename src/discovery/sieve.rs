//! From a question to the slots of what fits it.
//!
//! Each filter gives the slots that fit it surely and those that may; what is left of all is the candidates, and of
//! these the doubtful are looked at one by one ([`super::matching`]). Almost everything is sure: days, divisions,
//! circles and boxes too. Doubtful are the hours at the edges of a span, seats, things with several places, and
//! opening hours.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use roaring::RoaringBitmap;

use super::clocked::NEVER;
use super::facets::Facet;
use super::index::{Field, Index, Key};
use super::question::Question;
use super::snapshot::Snapshot;
use super::thing::Thing;
use crate::domain::kinds::Kind;
use crate::domain::taxonomy;
use crate::domain::time::{self, Span};

/// The kinds that are found where none is named.
pub(super) const FINDABLE: [Kind; 6] =
    [Kind::Event, Kind::Base, Kind::Route, Kind::Series, Kind::Campaign, Kind::Resource];

/// The kinds that can be asked for by who runs them.
pub(super) const ORGANISED: [Kind; 4] = [Kind::Event, Kind::Base, Kind::Series, Kind::Resource];

/// The kinds that are made for audiences.
const AUDIENCED: [Kind; 3] = [Kind::Event, Kind::Route, Kind::Resource];

/// The kinds that can be asked for by the base they are at.
const AT_BASES: [Kind; 2] = [Kind::Event, Kind::Resource];

/// So much is sooner intersected with each of several postings than with all of them in one.
const LITTLE: u64 = 2048;

/// So many things are sooner asked where they are than looked for in the tree.
const FEW: u64 = 32;

/// The slots that fit so far.
struct Sieve<'a> {
    snapshot: &'a Snapshot,
    index: &'a Index,
    asked: &'a [Kind],
    left: Option<RoaringBitmap>,
    doubtful: RoaringBitmap,
}

/// What fits a question.
pub(super) struct Selected {
    /// The slots of everything that fits.
    pub fit: RoaringBitmap,
    /// The slots of everything that fits in all but time and seats; what has several places may not. Only where days are
    /// to be counted.
    pub at_any_time: RoaringBitmap,
}

impl Snapshot {
    /// The slots of everything that fits a question.
    pub fn select(&self, question: &Question, now: DateTime<Utc>) -> RoaringBitmap {
        self.selected(question, now).fit
    }

    /// Those of `slots` that fit a question.
    pub(super) fn select_among(
        &self,
        slots: &RoaringBitmap,
        question: &Question,
        now: DateTime<Utc>,
    ) -> RoaringBitmap {
        let mut sieve = Sieve::among(self, question, slots.clone());
        sieve.time(question, now);
        self.fit(sieve, question, now)
    }

    /// The slots of everything that fits, with what the facets of the question need beside it.
    pub(super) fn selected(&self, question: &Question, now: DateTime<Utc>) -> Selected {
        let mut sieve = Sieve::new(self, question);
        let counts_days = question.facets.contains(&Facet::Date);
        let at_any_time = sieve.left.clone().filter(|_| counts_days).unwrap_or_default();
        sieve.time(question, now);
        Selected { fit: self.fit(sieve, question, now), at_any_time }
    }

    /// What is left in a sieve, once the doubtful were looked at.
    fn fit(&self, sieve: Sieve<'_>, question: &Question, now: DateTime<Utc>) -> RoaringBitmap {
        let Sieve { left, mut doubtful, .. } = sieve;
        let mut fit = left.unwrap_or_default();
        doubtful &= &fit;
        let unfit = doubtful.iter().filter(|&slot| {
            let thing = self.index.thing(slot);
            thing.is_none_or(|thing| question.check(thing, self, now).is_none())
        });
        let unfit: RoaringBitmap = unfit.collect();
        fit -= unfit;
        fit
    }
}

impl<'a> Sieve<'a> {
    /// What fits in everything but time and seats.
    fn new(snapshot: &'a Snapshot, question: &'a Question) -> Self {
        let asked = if question.kinds.is_empty() { &FINDABLE[..] } else { &question.kinds };
        let (index, doubtful) = (&snapshot.index, RoaringBitmap::new());
        let mut sieve = Self { snapshot, index, asked, left: None, doubtful };
        if let Some(words) = &question.words {
            sieve.keep_ref(Some(&words.fit));
        }
        sieve.area(question);
        sieve.filed(question);
        sieve.kinds();
        sieve
    }

    /// The same of a few things only. Little is left from the start, so what things are filed under comes before where
    /// they lie, which is then asked of each.
    fn among(snapshot: &'a Snapshot, question: &'a Question, slots: RoaringBitmap) -> Self {
        let asked = if question.kinds.is_empty() { &FINDABLE[..] } else { &question.kinds };
        let (index, doubtful) = (&snapshot.index, RoaringBitmap::new());
        let mut sieve = Self { snapshot, index, asked, left: Some(slots), doubtful };
        sieve.kinds();
        sieve.filed(question);
        sieve.area(question);
        if let Some(words) = &question.words {
            sieve.keep_ref(Some(&words.fit));
        }
        sieve
    }

    fn keep(&mut self, fit: RoaringBitmap) {
        match &mut self.left {
            Some(left) => *left &= fit,
            None => self.left = Some(fit),
        }
    }

    fn keep_ref(&mut self, fit: Option<&RoaringBitmap>) {
        match (&mut self.left, fit) {
            (Some(left), Some(fit)) => *left &= fit,
            (None, Some(fit)) => self.left = Some(fit.clone()),
            (_, None) => self.left = Some(RoaringBitmap::new()),
        }
    }

    fn drop(&mut self, unfit: &RoaringBitmap) {
        if let Some(left) = &mut self.left {
            *left -= unfit;
        }
    }

    /// What is filed under one of several keys; where little is left, no more than that.
    fn under(&self, keys: impl Iterator<Item = Key>) -> RoaringBitmap {
        let postings = &self.index.postings;
        match self.left.as_ref().filter(|left| left.len() <= LITTLE) {
            Some(left) => {
                let each = keys.filter_map(|key| postings.get(key)).map(|slots| left & slots);
                each.fold(RoaringBitmap::new(), |all, slots| all | slots)
            }
            None => postings.any(keys),
        }
    }

    fn get(&self, key: Key) -> Option<&RoaringBitmap> {
        self.index.postings.get(key)
    }

    /// What is left before a filter that is lenient.
    fn before(&self, lenient: bool) -> Option<RoaringBitmap> {
        lenient.then(|| self.left.clone().unwrap_or_else(|| self.index.of_kinds(self.asked)))
    }

    /// Takes back what a filter excluded because its kind is not `able` to be asked so.
    fn pardon(&mut self, before: Option<RoaringBitmap>, able: &[Kind]) {
        let able = self.index.of_kinds(able);
        if let (Some(before), Some(left)) = (before, &mut self.left) {
            *left |= before - able;
        }
    }

    /// Keeps what is filed under one of several values of a field, if there are any.
    fn any(&mut self, field: Field, mut values: impl ExactSizeIterator<Item = i64>) {
        let postings = &self.index.postings;
        match (values.len(), values.next()) {
            (_, None) => {}
            (1, Some(value)) => self.keep_ref(postings.get(Key::new(field, value))),
            (_, Some(first)) => {
                let keys = std::iter::once(first).chain(values).map(|value| Key::new(field, value));
                self.keep(self.under(keys));
            }
        }
    }

    /// The same of a field that other kinds are filed under too, but cannot be asked by.
    fn any_of(&mut self, kinds: &[Kind], field: Field, values: impl ExactSizeIterator<Item = i64>) {
        if values.len() > 0 {
            self.any(field, values);
            if !self.asked.iter().all(|kind| kinds.contains(kind)) {
                let able = self.index.of_kinds(kinds);
                self.keep(able);
            }
        }
    }

    fn terms(&mut self, kinds: &[Kind], scheme: &str, codes: &[String]) {
        let taxonomy = &self.snapshot.taxonomy;
        // Nothing is filed under 0, which stands for a code that there is not.
        let terms = codes.iter().map(|code| taxonomy.id(scheme, code).unwrap_or_default());
        self.any_of(kinds, Field::Term, terms);
    }

    /// What things are filed under.
    fn filed(&mut self, question: &Question) {
        self.terms(&[Kind::Event, Kind::Series, Kind::Resource], taxonomy::TOPIC, &question.topics);
        let before = self.before(question.lenient.audience);
        self.terms(&AUDIENCED, taxonomy::AUDIENCE, &question.audiences);
        self.pardon(before, &AUDIENCED);
        self.terms(&[Kind::Event], taxonomy::FORM, &question.forms);
        self.terms(&[Kind::Base], taxonomy::CATEGORY, &question.categories);
        self.terms(&[Kind::Base], taxonomy::LEVEL, &question.levels);
        self.any_of(&ORGANISED, Field::Organiser, question.organisers.iter().map(|id| id.get()));
        self.any_of(&AT_BASES, Field::Base, question.bases.iter().map(|id| id.get()));
        self.any(Field::Series, question.series.iter().map(|id| id.get()));
        self.any(Field::Campaign, question.campaigns.iter().map(|id| id.get()));
        self.any(Field::Mode, question.modes.iter().map(|&mode| mode as i64));
        self.any(Field::Admission, question.admissions.iter().map(|&way| way as i64));
        self.any(Field::Free, question.free.iter().map(|&free| i64::from(free)));
        self.any(Field::Sample, question.sample.iter().map(|&sample| i64::from(sample)));
        self.any(Field::CampaignType, question.types.iter().map(|&kind| kind as i64));
        self.any(Field::ResourceType, question.resource_types.iter().map(|&kind| kind as i64));
        for &need in &question.needs {
            self.any(Field::Need, [need as i64].into_iter());
        }
        if let Some(age) = question.age.map(i64::from) {
            let before = self.before(question.lenient.age);
            self.any(Field::Kind, [Kind::Event as i64].into_iter());
            let too_young = self.under((age + 1..256).map(|min| Key::new(Field::AgeMin, min)));
            let too_old = self.under((0..age).map(|max| Key::new(Field::AgeMax, max)));
            self.drop(&too_young);
            self.drop(&too_old);
            self.pardon(before, &[Kind::Event]);
        }
        if let Some(days) = question.days {
            let fit = self.index.postings.any((0..=i64::from(days)).map(|days| Key::new(Field::Days, days)));
            self.keep(fit);
        }
    }

    fn area(&mut self, question: &Question) {
        let area = &question.area;
        if area.is_everywhere() {
            return;
        }
        if let Some(adcode) = area.adcode {
            let index = self.index;
            self.keep_ref(index.postings.get(Key::new(Field::Division, adcode.number())));
        }
        if area.radius.is_some() || area.bbox.is_some() {
            let circle = area.circle();
            let lies_there = |slot| {
                let spots = self.index.thing(slot).map(Thing::spots).unwrap_or_default();
                spots.iter().any(|spot| area.holds_spot(circle.as_ref(), spot))
            };
            let fit = match self.left.as_ref().filter(|left| left.len() <= FEW) {
                Some(left) => left.iter().filter(|&slot| lies_there(slot)).collect(),
                None => self.index.tree.select(
                    |node| area.lies(circle.as_ref(), node),
                    |point| area.lies_to_point(circle.as_ref(), point),
                    lies_there,
                ),
            };
            self.keep(fit);
        }
        // Which of its places lies there is for the thing to say.
        if let Some(scattered) = self.index.postings.get(Key::of(Field::Scattered)) {
            self.doubtful |= scattered;
        }
    }

    fn kinds(&mut self) {
        let kinds = self.asked.iter();
        self.any(Field::Kind, kinds.map(|&kind| kind as i64));
    }

    fn time(&mut self, question: &Question, now: DateTime<Utc>) {
        let (snapshot, index) = (self.snapshot, self.index);
        let of = |kind: Kind| index.postings.get(Key::new(Field::Kind, kind as i64));
        let doubt =
            |doubtful: &mut RoaringBitmap, kind: Kind| of(kind).into_iter().for_each(|of| *doubtful |= of);
        match question.span {
            // Only events stand in one way or another; those that do not go ahead are filed under no day.
            _ if !question.standings.is_empty() => {
                doubt(&mut self.doubtful, Kind::Event);
                self.keep_ref(of(Kind::Event));
            }
            None => self.keep_ref(Some(&snapshot.clocked(now).alive)),
            Some(span) => {
                let (mut fit, doubtful) = self.dated(span, now);
                self.doubtful |= doubtful;
                if let Some(left) = self.left.as_ref().filter(|_| self.asked != [Kind::Event]) {
                    // There may be no events at all.
                    fit |= of(Kind::Event).map_or_else(|| left.clone(), |events| left - events);
                    doubt(&mut self.doubtful, Kind::Base);
                    doubt(&mut self.doubtful, Kind::Campaign);
                }
                self.keep(fit);
            }
        }
        if question.available.is_some() {
            doubt(&mut self.doubtful, Kind::Event);
            if !question.lenient.available {
                self.keep_ref(of(Kind::Event));
            }
        }
        if question.open_now.is_some() || question.open_at.is_some() {
            doubt(&mut self.doubtful, Kind::Base);
            self.keep_ref(of(Kind::Base));
        }
    }

    /// Of what is left, the events with a session that overlaps a span; the second are those among them that may not
    /// have one.
    fn dated(&self, span: Span, now: DateTime<Utc>) -> (RoaringBitmap, RoaringBitmap) {
        let number = |day: NaiveDate| i64::from(day.num_days_from_ce());
        let from = span.from.unwrap_or(now);
        let first = time::day_of(from);
        // The days that the span touches, and whether it has all of the first and of the last.
        let last = span.to.map(|to| time::day_of(to - TimeDelta::milliseconds(1)));
        let has_first = from <= time::start_of(first);
        let has_last = last.zip(span.to).is_none_or(|(last, to)| time::end_of(last) <= to);
        let ends = last.map_or(NEVER - 1, number);
        // Of a span without an end it is enough that something has not ended before it.
        let field = if last.is_none() { Field::LastDay } else { Field::Day };

        let (mut sure, mut doubtful) = (RoaringBitmap::new(), RoaringBitmap::new());
        let add = |fit: &mut RoaringBitmap, slots: &RoaringBitmap| match &self.left {
            // Little is left, mostly: what is common is less than what a day has.
            Some(left) => *fit |= left & slots,
            None => *fit |= slots,
        };
        for day in self.index.days(number(first)..=ends) {
            let whole = (day > number(first) || has_first) && (Some(day) != last.map(number) || has_last);
            let Some(slots) = self.get(Key::new(field, day)) else { continue };
            if whole {
                add(&mut sure, slots);
            } else if from == now && last.is_some_and(|last| first < last || has_last) && day == number(first)
            {
                // The rest of today, to its end.
                add(&mut sure, &self.snapshot.clocked(now).rest_of_today);
            } else {
                add(&mut doubtful, slots);
            }
        }
        if let Some(endless) = self.get(Key::of(Field::Endless)) {
            add(&mut doubtful, endless);
        }
        doubtful -= &sure;
        (&sure | &doubtful, doubtful)
    }
}
