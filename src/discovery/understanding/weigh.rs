//! Deciding what each thing found becomes: parameters, nothing, or a word after all.

use std::ops::Range;

use chrono::{DateTime, Datelike, Utc};

use super::days::{Day, Hours, Stretch};
use super::lexicon::Meaning;
use super::line::Line;
use super::scan::{Found, Says};
use super::{Part, Understanding, World};
use crate::domain::divisions::Adcode;
use crate::domain::time::rfc3339;

/// How far around a place is near, in metres: some ten minutes by bicycle or bus, and the distance that people
/// accept for an outing "nearby".
const NEAR_METRES: &str = "3000";

/// What becomes of something found.
#[derive(Debug, Clone, PartialEq)]
enum Fate {
    /// Parameters.
    Taken(Vec<(&'static str, String)>),
    /// It says nothing that the rest does not.
    Dropped,
    /// It stays a word.
    Word,
}

/// Decides about all that was found in a question.
pub(super) fn weigh(
    line: &Line<'_>,
    found: &[Found],
    world: &World<'_>,
    given: &dyn Fn(&str) -> Option<String>,
    now: DateTime<Utc>,
) -> Understanding {
    let weighing = Weighing { line, found, world, given, now };
    let mut fates: Vec<(Range<usize>, Fate)> =
        found.iter().map(|found| (found.at.clone(), Fate::Dropped)).collect();
    weighing.filters(&mut fates);
    weighing.places(&mut fates);
    weighing.days(&mut fates);
    weighing.surroundings(&mut fates);
    weighing.general(&mut fates);
    weighing.read(&fates)
}

struct Weighing<'a> {
    line: &'a Line<'a>,
    found: &'a [Found],
    world: &'a World<'a>,
    given: &'a dyn Fn(&str) -> Option<String>,
    now: DateTime<Utc>,
}

/// A time that was named: by which of the things found, from the first to the last.
#[derive(Clone, Copy)]
struct Period {
    first: usize,
    last: usize,
    stretch: Stretch,
    hours: Option<Hours>,
}

type Fates = [(Range<usize>, Fate)];

impl Weighing<'_> {
    fn has(&self, param: &str) -> bool {
        (self.given)(param).is_some()
    }

    /// A value beside what the request gives explicitly.
    fn beside_given(&self, param: &'static str, value: String) -> Fate {
        // What the caller chose beside stands, whatever the words say.
        if self.has(param) { Fate::Dropped } else { Fate::Taken(vec![(param, value)]) }
    }

    fn filters(&self, fates: &mut Fates) {
        let mut aged = false;
        for (found, (_, fate)) in self.found.iter().zip(fates) {
            match &found.says {
                Says::Word(Meaning::Filter(param, value)) => {
                    *fate = self.beside_given(param, (**value).to_owned())
                }
                // One age can be asked for: of several children the first named.
                Says::Age(age) if !aged => {
                    *fate = self.beside_given("age", age.to_string());
                    aged = true;
                }
                _ => {}
            }
        }
    }

    /// Places: of several within each other the innermost is meant, of several of one name that within another
    /// place named.
    fn places(&self, fates: &mut Fates) {
        let within = |inner: Adcode, outer: Adcode| {
            inner != outer && self.world.divisions.chain(inner).any(|division| division.adcode == outer)
        };
        let given = (self.given)("adcode").and_then(|code| code.parse::<Adcode>().ok());
        let named: Vec<Adcode> = self
            .found
            .iter()
            .flat_map(|found| place(found).map_or(&[][..], |(codes, _)| codes))
            .copied()
            .chain(given)
            .collect();
        let mut chosen: Vec<(usize, Adcode)> = Vec::new();
        for (i, found) in self.found.iter().enumerate() {
            let Some((codes, weak)) = place(found) else { continue };
            let mut sure = codes.iter().filter(|code| named.iter().any(|outer| within(**code, *outer)));
            match (sure.next(), codes) {
                (Some(code), _) => chosen.push((i, *code)),
                (None, [code]) if !weak => chosen.push((i, *code)),
                _ => fates[i].1 = Fate::Word,
            }
        }
        for (i, code) in &chosen {
            if chosen.iter().any(|(_, other)| within(*other, *code)) {
                continue; // dropped: the inner one says it
            }
            fates[*i].1 = match given {
                Some(given) if !within(*code, given) => Fate::Dropped,
                _ => Fate::Taken(vec![("adcode", code.to_string())]),
            };
        }
    }

    /// Days: the first that were named, with those that go on from them, and hours that follow.
    fn days(&self, fates: &mut Fates) {
        let mut held: Option<Period> = None;
        for (i, found) in self.found.iter().enumerate() {
            let next = match found.says {
                Says::Word(Meaning::Day(day, hours)) => self.with_day(held, i, day, hours),
                Says::Word(Meaning::Hours(hours)) => self.with_hours(held, i, hours),
                _ => continue,
            };
            match next {
                Some(period) => held = Some(period),
                None => fates[i].1 = Fate::Word,
            }
        }
        let Some(Period { first, last, stretch, hours }) = held else { return };
        let fate = self.time(stretch, hours);
        if fate == Fate::Word {
            fates[first..=last].iter_mut().for_each(|(_, fate)| *fate = Fate::Word);
        } else {
            // One part with one text: what stands between the words belongs to it.
            fates[first] = (fates[first].0.start..fates[last].0.end, fate);
        }
    }

    fn with_day(&self, held: Option<Period>, i: usize, day: Day, hours: Option<Hours>) -> Option<Period> {
        let next = day.stretch(self.now, self.world.calendar)?;
        match held {
            None => Some(Period { first: i, last: i, stretch: next, hours }),
            Some(Period { hours: Some(_), .. }) => None,
            Some(held) => {
                let stretch = self.together(held.last, i, held.stretch, next, day)?;
                Some(Period { last: i, stretch, ..held })
            }
        }
    }

    fn with_hours(&self, held: Option<Period>, i: usize, hours: Hours) -> Option<Period> {
        let held = held.filter(|held| held.hours.is_none() && held.stretch.at(hours).is_some())?;
        let follows = matches!(self.between(held.last, i).trim(), "" | "的");
        follows.then_some(Period { last: i, hours: Some(hours), ..held })
    }

    fn between(&self, earlier: usize, later: usize) -> &str {
        self.line.folded(self.found[earlier].at.end..self.found[later].at.start)
    }

    /// Two stretches as one, where the words between say so.
    fn together(&self, last: usize, i: usize, stretch: Stretch, next: Stretch, day: Day) -> Option<Stretch> {
        match self.between(last, i).trim() {
            "" | "和" | "或" | "、" | "," | "and" => stretch.joined(&next),
            "到" | "至" | "-" | "~" | "—" | "–" | "to" => {
                // 12月28到29号: a bare day is of the month before it.
                let bare = matches!(day, Day::Dates(..)) && next.last < stretch.first;
                let end = if bare { stretch.first.with_day(next.last.day())? } else { next.last };
                (stretch.first <= end).then_some(Stretch { when: None, first: stretch.first, last: end })
            }
            _ => None,
        }
    }

    fn time(&self, stretch: Stretch, hours: Option<Hours>) -> Fate {
        let parameters = match (hours.and_then(|hours| stretch.at(hours)), stretch.when) {
            (Some((from, to)), _) => {
                vec![("from", rfc3339(from).to_string()), ("to", rfc3339(to).to_string())]
            }
            (None, Some(when)) => vec![("when", when.name().to_owned())],
            (None, None) => vec![("from", stretch.first.to_string()), ("to", stretch.last.to_string())],
        };
        let given = ["when", "from", "to"].into_iter().any(|param| self.has(param));
        if given { Fate::Dropped } else { Fate::Taken(parameters) }
    }

    /// What is to be looked around: the first place with a name, else the caller, where its position is known.
    fn surroundings(&self, fates: &mut Fates) {
        let boxed = self.has("bbox");
        let radius = || (!self.has("radius")).then(|| ("radius", NEAR_METRES.to_owned()));
        let mut centre = None;
        for (i, found) in self.found.iter().enumerate() {
            if let Says::Around(landmark) = &found.says {
                if boxed || centre.is_some() {
                    fates[i].1 = Fate::Word;
                    continue;
                }
                centre = Some(i);
                let (lat, lng) = landmark.in_crs(self.world.crs);
                let at = [("lat", format!("{lat:.6}")), ("lng", format!("{lng:.6}"))];
                fates[i].1 = Fate::Taken(at.into_iter().chain(radius()).collect());
            }
        }
        let elsewhere = centre.is_some() || self.found.iter().any(|found| place(found).is_some());
        if elsewhere || boxed || !self.has("lat") {
            return;
        }
        let me = |found: &Found| matches!(&found.says, Says::Word(Meaning::Around | Meaning::NearMe));
        if let Some(i) = self.found.iter().position(me) {
            fates[i].1 = radius().map_or(Fate::Dropped, |radius| Fate::Taken(vec![radius]));
        }
    }

    /// General words count only where there is nothing else.
    fn general(&self, fates: &mut Fates) {
        let says = |found: &Found| found.says == Says::Word(Meaning::General);
        let taken = fates.iter().any(|(_, fate)| matches!(fate, Fate::Taken(_)));
        let left = self.left(fates).iter().any(|at| !self.line.is_blank(at.clone()));
        if !taken && !left {
            let general = self.found.iter().zip(fates).filter(|(found, _)| says(found));
            general.for_each(|(_, (_, fate))| *fate = Fate::Word);
        }
    }

    /// What nothing was taken from.
    fn left(&self, fates: &Fates) -> Vec<Range<usize>> {
        let (mut left, mut from) = (Vec::new(), 0);
        for (at, fate) in fates {
            if *fate != Fate::Word {
                if from < at.start {
                    left.push(from..at.start);
                }
                from = from.max(at.end);
            }
        }
        left.push(from..self.line.len());
        left
    }

    fn read(&self, fates: &Fates) -> Understanding {
        let trim = |at: &Range<usize>| self.line.typed(at).trim_matches(|c: char| !c.is_alphanumeric());
        let words: Vec<&str> = self.left(fates).iter().map(trim).filter(|words| !words.is_empty()).collect();
        let part = |at: &Range<usize>, (param, value): &(&'static str, String)| Part {
            text: self.line.typed(at).to_owned(),
            at: self.line.typed_at(at),
            param,
            value: value.clone(),
        };
        let taken = fates.iter().flat_map(|(at, fate)| match fate {
            Fate::Taken(parameters) => parameters.iter().map(|parameter| part(at, parameter)).collect(),
            _ => Vec::new(),
        });
        Understanding { rest: words.join(" "), parts: taken.collect() }
    }
}

fn place(found: &Found) -> Option<(&[Adcode], bool)> {
    match &found.says {
        Says::Word(Meaning::Place { codes, weak, .. }) => Some((codes, *weak)),
        _ => None,
    }
}
