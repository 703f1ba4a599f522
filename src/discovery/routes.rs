//! Science-tourism routes. A route lies wherever one of its stops does.

use super::entries::{Listed, RouteEntry};
use super::page::{Answer, Hit, Key, Paging, Sort, page};
use super::place::{Area, Located};
use super::snapshot::Snapshot;
use super::words::{Field, Haystack, Words};
use crate::domain::geo;
use crate::domain::routes::{LengthBasis, ROAD_FACTOR, Route};
use crate::domain::text::Lang;

impl Listed for Route {
    type Given = ();
    type Own = ();

    fn own(&self, (): ()) {}

    /// One place for each stop: saving refuses a stop at a base that does not exist, and bases stay.
    fn places(&self, world: &Snapshot) -> Vec<Located> {
        let bases = self.stops.iter().filter_map(|stop| world.bases.get(&stop.base));
        bases.flat_map(|base| base.places.iter().cloned()).collect()
    }

    fn words(&self, world: &Snapshot, words: &mut Haystack) {
        words.add(Field::Name, &self.name);
        words.add(Field::Subject, &self.theme);
        for base in self.stops.iter().filter_map(|stop| world.bases.get(&stop.base)) {
            words.add(Field::Place, &base.body().name);
            world.place_words(&base.body().place, words);
        }
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
    let route = entry.body();
    if !route.legs.is_empty() {
        let surveyed = |metres: f64| Way { metres: Some(metres.round()), basis: LengthBasis::Surveyed };
        return route.legs.iter().map(|leg| surveyed(leg.length_metres)).collect();
    }
    let estimate = |pair: &[Located]| {
        let [a, b] = pair else { return None };
        let straight = geo::distance(a.spot?.position, b.spot?.position);
        Some((straight * ROAD_FACTOR).round())
    };
    entry
        .places
        .windows(2)
        .map(|pair| Way { metres: estimate(pair), basis: LengthBasis::Estimated })
        .collect()
}

/// Which routes are asked for. The default asks for all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RouteQuestion {
    /// Where a stop lies.
    pub area: Area,
    /// By words.
    pub words: Option<Words>,
    /// For one of these audiences.
    pub audiences: Vec<String>,
    /// Taking at most so many days.
    pub days: Option<u16>,
    /// In which order; `None`: by relevance, distance or name, as the question suggests.
    pub sort: Option<Sort>,
}

/// A route that was found.
#[derive(Debug, Clone, Copy)]
pub struct RouteFound<'a> {
    /// The route.
    pub entry: &'a RouteEntry,
    /// Metres to 0.1 from where the caller is to the nearest stop.
    pub distance: Option<f64>,
}

/// Routes.
pub fn find<'a>(
    snapshot: &'a Snapshot,
    question: &RouteQuestion,
    lang: Lang,
    paging: &Paging,
) -> Answer<RouteFound<'a>> {
    let sort = question.sort.unwrap_or(match question {
        RouteQuestion { words: Some(_), .. } => Sort::Relevance,
        RouteQuestion { area: Area { at: Some(_), .. }, .. } => Sort::Distance,
        _ => Sort::Name,
    });
    let hits = snapshot.routes.values().filter_map(|entry| {
        let route = entry.body();
        let (_, inside) = question.area.nearest(&entry.places)?;
        let audience = question.audiences.is_empty()
            || route.audiences.iter().any(|audience| question.audiences.contains(&audience.0));
        let short = question.days.is_none_or(|days| route.days <= days);
        (audience && short).then_some(())?;
        let score =
            question.words.as_ref().map(|words| words.score(&entry.words).ok_or(())).transpose().ok()?;
        let key = match sort {
            Sort::Relevance => Key::score(score.unwrap_or(0)),
            Sort::Distance => Key::distance(inside.distance),
            Sort::Newest => Key::latest(Some(entry.record.updated_at)),
            Sort::Name | Sort::Start | Sort::StartDescending => Key::name(route.name.get(lang)),
        };
        Some(Hit { key, id: entry.record.id, found: RouteFound { entry, distance: inside.distance } })
    });
    page(hits.collect(), paging)
}
