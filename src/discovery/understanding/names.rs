//! Names that a question may hold whole: what looks like a filter within one is part of the name.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::table::NICKNAMES;
use crate::domain::datum;
use crate::domain::geo::{Crs, LatLng, Wgs84};

/// A position that knows on which side of the datum's border it lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Landmark {
    /// Where.
    pub position: LatLng<Wgs84>,
    /// Whether GCJ-02 is shifted there.
    pub mainland: bool,
}

impl Landmark {
    /// Latitude and longitude in degrees of `crs`.
    pub fn in_crs(&self, crs: Crs) -> (f64, f64) {
        datum::to_crs(self.position, self.mainland, crs)
    }
}

/// What a text is among the names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// None begins with it.
    No,
    /// The beginning of a name.
    Begins,
    /// A name.
    Whole,
}

/// Names of bases, series, routes and campaigns, folded as questions are; with positions where people may look
/// around a thing. Titles of events can be held too: without them, a date in a title narrows the search for it.
#[derive(Debug, Clone, Default)]
pub struct Names(BTreeMap<Box<str>, Option<Landmark>>);

impl Names {
    /// Adds a folded name, what is left of it without brackets and subtitles, and what people call it for short.
    pub fn add(&mut self, folded: &str, landmark: Option<Landmark>) {
        let open = |c| matches!(c, '(' | '（' | '·' | ':' | '：');
        let short = folded.split(open).next().unwrap_or_default().trim();
        let nicknames = NICKNAMES.iter().filter(|(_, name)| *name == short).map(|(nickname, _)| *nickname);
        for name in [folded, short].into_iter().chain(nicknames) {
            if name.chars().nth(1).is_some() {
                let held = self.0.entry(name.into()).or_insert(landmark);
                *held = held.or(landmark);
            }
        }
    }

    /// What `text` is among the names.
    pub fn known(&self, text: &str) -> Known {
        match self.beginning_with(text).next() {
            Some((name, _)) if name == text => Known::Whole,
            Some(_) => Known::Begins,
            None => Known::No,
        }
    }

    /// Where the thing of this name is; the beginning of a name will do if it has three characters, and all that
    /// begin with it are one place.
    pub fn landmark(&self, text: &str) -> Option<Landmark> {
        let mut found = self.beginning_with(text);
        let (name, first) = found.next()?;
        if name == text {
            return first;
        }
        let enough = text.chars().nth(2).is_some();
        first.filter(|first| enough && found.all(|(_, other)| other == Some(*first)))
    }

    fn beginning_with<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (&'a str, Option<Landmark>)> {
        let from = (Bound::Included(text), Bound::Unbounded);
        let held = self.0.range::<str, _>(from).map(|(name, landmark)| (&**name, *landmark));
        held.take_while(move |(name, _)| name.starts_with(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_whole_short_by_nickname_and_by_their_beginning() {
        let at = |lat| Some(Landmark { position: LatLng::new(lat, 113.3).unwrap(), mainland: true });
        let mut names = Names::default();
        names.add("广州塔", at(23.1));
        names.add("广州大学（工程抗震减震与结构安全实验室）", at(23.0));
        names.add("珠江科学大讲堂", None);
        for (text, known) in [
            ("广州塔", Known::Whole),
            ("小蛮腰", Known::Whole),
            ("广州大学", Known::Whole),
            ("珠江科学", Known::Begins),
            ("广州塔台", Known::No),
        ] {
            assert_eq!(names.known(text), known, "{text}");
        }
        assert_eq!(names.landmark("小蛮腰"), at(23.1));
        assert_eq!(names.landmark("广州大"), at(23.0), "only one place begins so");
        assert_eq!(names.landmark("广州"), None);
        assert_eq!(names.landmark("珠江科学大讲堂"), None, "it has no place");
    }
}
