//! Science-tourism routes. A route lies wherever one of its stops does.

use std::sync::Arc;

use super::entries::{Listed, RouteEntry};
use super::index::{Field, Filing};
use super::place::Located;
use super::snapshot::Snapshot;
use super::words::{self, Haystack};
use crate::domain::geo;
use crate::domain::routes::{LengthBasis, ROAD_FACTOR, Route};

impl Listed for Route {
    type Own = ();

    fn own(&self) {}

    /// One place for each stop: saving refuses a stop at a base that does not exist, and bases stay.
    fn places(&self, world: &Snapshot) -> Arc<[Located]> {
        let bases = self.stops.iter().filter_map(|stop| world.venue(stop.base));
        bases.flat_map(|base| base.places.iter().cloned()).collect()
    }

    fn words<'a>(&'a self, world: &'a Snapshot, words: &mut Haystack<'a>) {
        words.add(words::Field::Name, &self.name);
        words.add(words::Field::Subject, &self.theme);
        for base in self.stops.iter().filter_map(|stop| world.venue(stop.base)) {
            words.add(words::Field::Place, &base.body().name);
            world.place_words(&base.body().place, words);
        }
    }

    fn file(&self, _: &Snapshot, filing: &mut Filing) {
        filing.under(Field::Days, self.days);
        filing.under(Field::Sample, self.sample);
    }
}

/// The way between two consecutive stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Way {
    /// Its length in metres to 1 m; `None` where a stop's position is not known.
    pub metres: Option<f64>,
    /// How the length was found.
    pub basis: LengthBasis,
}

/// The ways between stops: as surveyed, else estimated from the stops' positions.
pub fn ways(entry: &RouteEntry) -> Vec<Way> {
    let surveyed = |number: usize| entry.body().legs.get(number)?.length_metres;
    let estimate = |pair: &[Located]| {
        let [a, b] = pair else { return None };
        let straight = geo::distance(a.spot?.position, b.spot?.position);
        Some((straight * ROAD_FACTOR).round())
    };
    let way = |(number, pair)| match surveyed(number) {
        Some(metres) => Way { metres: Some(metres.round()), basis: LengthBasis::Surveyed },
        None => Way { metres: estimate(pair), basis: LengthBasis::Estimated },
    };
    entry.places.windows(2).enumerate().map(way).collect()
}
