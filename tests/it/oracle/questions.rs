//! Random questions to a catalogue: any combination of what a list takes, mostly about what is there, and with its
//! boundaries on it.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use kepu::domain::datum;
use kepu::domain::geo::Crs;
use kepu::domain::ids::spell;
use kepu::domain::places::Place;
use kepu::domain::record::Record;
use kepu::domain::time::{day_of, rfc3339};

use super::FACETS;
use super::catalogue::World;
use super::chance::Chance;
use super::ground::GROUND;
use super::rules::places::distance;

/// The lists that are asked.
pub const LISTS: [&str; 7] =
    ["events", "bases", "routes", "series", "campaigns", "organisations", "resources"];

/// A question: which list, and its parameters but those that turn pages.
#[derive(Clone)]
pub struct Question {
    pub list: &'static str,
    pub pairs: Vec<(&'static str, String)>,
    /// How many items a page has.
    pub limit: usize,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/v1/{}?limit={}", self.list, self.limit)?;
        // Only an offset's sign needs an escape here.
        self.pairs.iter().try_for_each(|(name, value)| write!(f, "&{name}={}", value.replace('+', "%2B")))
    }
}

impl Question {
    /// A parameter's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a parameter that lists values is absent, or lists one of these.
    pub fn takes<T: AsRef<str>>(&self, name: &str, any_of: impl IntoIterator<Item = T>) -> bool {
        self.get(name).is_none_or(|listed| {
            any_of.into_iter().any(|value| listed.split(',').any(|wanted| wanted == value.as_ref()))
        })
    }

    /// The same without some parameters.
    pub fn without(&self, names: &[&str]) -> Self {
        let pairs = self.pairs.iter().filter(|(name, _)| !names.contains(name)).cloned().collect();
        Self { pairs, ..self.clone() }
    }

    /// The datum of its positions.
    pub fn crs(&self) -> Crs {
        self.get("crs").map_or(Crs::Gcj02, |name| Crs::parse(name).unwrap())
    }
}

/// A random question to a catalogue.
pub fn random(world: &World, chance: &mut Chance) -> Question {
    // Half of all are about events, which have most to ask.
    let list = if chance.odds(50) { "events" } else { *chance.one(&LISTS) };
    let limit = *chance.one(&[2, 5, 20, 100]);
    let mut asker = Asker { world, chance, pairs: Vec::new() };
    match list {
        "events" => asker.events(),
        "bases" => asker.bases(),
        "routes" => asker.routes(),
        "series" => asker.series(),
        "campaigns" => asker.campaigns(),
        "resources" => asker.resources(),
        _ => asker.adcode(50),
    }
    if asker.chance.odds(20) {
        asker.word("lang", &["zh-CN", "zh-HK", "en"]);
    }
    Question { list, pairs: asker.pairs, limit }
}

struct Asker<'a> {
    world: &'a World,
    chance: &'a mut Chance,
    pairs: Vec<(&'static str, String)>,
}

impl Asker<'_> {
    fn push(&mut self, name: &'static str, value: impl ToString) {
        self.pairs.push((name, value.to_string()));
    }

    fn word(&mut self, name: &'static str, words: &[&str]) {
        let word = *self.chance.one(words);
        self.push(name, word);
    }

    fn words(&mut self, percent: usize, name: &'static str, words: &[&str]) {
        if self.chance.odds(percent) {
            let words: Vec<_> = self.chance.some(1, 2, words).into_iter().copied().collect();
            self.push(name, words.join(","));
        }
    }

    fn codes(&mut self, name: &'static str) {
        let codes = GROUND.codes(name);
        self.words(15, name, &codes[..codes.len().min(6)]);
    }

    fn ids<T>(&mut self, name: &'static str, records: &[Record<T>]) {
        if !records.is_empty() {
            let ids: Vec<_> = records.iter().map(|record| spell(record.id)).collect();
            self.words(10, name, &ids.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }

    fn boolean(&mut self, name: &'static str) {
        if self.chance.odds(15) {
            self.word(name, &["true", "false"]);
        }
    }

    fn facets(&mut self, facets: &[&str]) {
        if FACETS && self.chance.odds(40) {
            let facets: Vec<_> = self.chance.some(1, facets.len(), facets).into_iter().copied().collect();
            self.push("facets", facets.join(","));
        }
    }

    fn adcode(&mut self, percent: usize) {
        if self.chance.odds(percent) {
            let adcode = self.chance.one(&GROUND.divisions).adcode.to_string();
            let likely = ["440000", "440100", "440106", "440300", "810000", "820000", "441900"];
            let likely = (*self.chance.one(&likely)).to_owned();
            let adcode = if self.chance.odds(20) { adcode } else { likely };
            self.push("adcode", adcode);
        }
    }

    /// A place of the catalogue that has a position.
    fn somewhere(&mut self) -> Option<Place> {
        let bases = self.world.bases.iter().map(|base| &base.body.place);
        let events = self.world.events.iter().filter_map(|(event, _)| event.body.place.as_ref());
        let sessions = self.world.events.iter().flat_map(|(_, sessions)| sessions);
        let places = bases.chain(events).chain(sessions.filter_map(|session| session.place.as_deref()));
        let places: Vec<_> = places.filter(|place| place.position.is_some()).collect();
        self.chance.maybe(100, &places).map(|place| (*place).clone())
    }

    fn position(&mut self) {
        if self.chance.odds(30) {
            self.word("crs", &["gcj02", "wgs84", "wgs84", "bd09"]);
        }
        let crs = self.pairs.last().map_or(Crs::Gcj02, |(_, name)| Crs::parse(name).unwrap());
        self.adcode(15);
        let answered = |place: Place| {
            let mainland = place.adcode.is_mainland();
            place.position.map(|position| datum::to_crs(position, mainland, crs))
        };
        if self.chance.odds(45)
            && let Some(here) = self.somewhere()
            && let Some((lat, lng)) = answered(here)
        {
            // In the middle of a cluster, on a thing, or a little beside it.
            let beside = *self.chance.one(&[0.0, 0.0, 0.0005, 0.02]);
            let (lat, lng) = (round(lat + beside), round(lng - beside));
            self.push("lat", lat);
            self.push("lng", lng);
            if self.chance.odds(60) {
                let edge = self.somewhere().and_then(|there| {
                    let here = super::rules::places::read_point(lat, lng, crs);
                    there.position.map(|there| distance(here, there)).filter(|metres| *metres >= 1.0)
                });
                let radius = *self.chance.one(&[1.0, 150.0, 2000.0, 40_000.0, 500_000.0]);
                let radius =
                    if self.chance.odds(50) { edge.unwrap_or(radius).min(500_000.0) } else { radius };
                self.push("radius", radius);
            }
        }
        if self.chance.odds(20)
            && let (Some(one), Some(other)) = (self.somewhere(), self.somewhere())
            && let (Some(one), Some(other)) = (answered(one), answered(other))
        {
            let wider = *self.chance.one(&[0.0, 0.0, 0.03, 0.5]);
            let (south, north) = (one.0.min(other.0) - wider, one.0.max(other.0) + wider);
            let (west, east) = (one.1.min(other.1) - wider, one.1.max(other.1) + wider);
            self.push("bbox", [west, south, east, north].map(|edge| round(edge).to_string()).join(","));
        }
    }

    fn instant(&mut self) -> DateTime<Utc> {
        let sessions: Vec<_> = self.world.events.iter().flat_map(|(_, sessions)| sessions).collect();
        let steps = TimeDelta::minutes(self.chance.between(-40, 200) * 30);
        match self.chance.maybe(60, &sessions) {
            Some(session) if self.chance.odds(50) => session.start,
            Some(session) => session.end,
            None => self.world.now() + steps,
        }
    }

    fn moment(&mut self) -> String {
        if self.chance.odds(50) {
            return (day_of(self.world.now()) + TimeDelta::days(self.chance.between(-3, 8))).to_string();
        }
        let instant = self.instant();
        if self.chance.odds(30) { instant.format("%FT%TZ").to_string() } else { rfc3339(instant).to_string() }
    }

    fn time(&mut self) {
        match self.chance.below(10) {
            0..3 => self.word("when", &["today", "tomorrow", "weekend", "week", "month", "holiday"]),
            shape @ 3..6 => {
                let (mut from, mut to) = (self.moment(), self.moment());
                // Texts of the same form are in order if they are in order of time; others mostly are.
                if from > to && self.chance.odds(95) {
                    std::mem::swap(&mut from, &mut to);
                }
                if shape != 4 {
                    self.push("from", from);
                }
                if shape != 3 {
                    self.push("to", to);
                }
            }
            _ => {}
        }
    }

    fn sort(&mut self, words: &[&str]) {
        let near = self.pairs.iter().any(|(name, _)| *name == "lat");
        let words: Vec<_> = words.iter().copied().filter(|word| near || *word != "distance").collect();
        if self.chance.odds(35) {
            self.word("sort", &words);
        }
    }

    fn events(&mut self) {
        let world = self.world;
        self.position();
        self.time();
        ["topic", "audience", "form"].into_iter().for_each(|name| self.codes(name));
        ["free", "available", "sample"].into_iter().for_each(|name| self.boolean(name));
        self.words(12, "mode", &["onsite", "online", "hybrid"]);
        self.words(12, "admission", &["walkIn", "signup", "group", "invited", "external"]);
        self.words(20, "status", &["scheduled", "changed", "cancelled", "ended"]);
        self.words(12, "accessibility", &["wheelchair", "hearing", "visual"]);
        if self.chance.odds(15) {
            let age = self.chance.between(0, 16);
            self.push("age", age);
        }
        self.ids("organiser", &world.organisations);
        self.ids("base", &world.bases);
        self.ids("series", &world.series);
        self.ids("campaign", &world.campaigns);
        self.sort(&["distance", "start", "-start", "newest"]);
        self.facets(&[
            "topic",
            "audience",
            "form",
            "adcode",
            "date",
            "organiser",
            "campaign",
            "admission",
            "mode",
            "free",
        ]);
    }

    fn bases(&mut self) {
        let world = self.world;
        self.position();
        self.time();
        ["level", "category"].into_iter().for_each(|name| self.codes(name));
        ["free", "openNow"].into_iter().for_each(|name| self.boolean(name));
        if self.chance.odds(15) {
            let instant = rfc3339(self.instant());
            self.push("openAt", instant);
        }
        self.ids("organiser", &world.organisations);
        self.words(12, "accessibility", &["wheelchair", "hearing", "visual"]);
        self.sort(&["distance", "name", "newest"]);
        self.facets(&["adcode", "organiser", "free", "category", "level"]);
    }

    fn routes(&mut self) {
        self.position();
        self.time();
        self.codes("audience");
        if self.chance.odds(20) {
            let days = self.chance.between(1, 4);
            self.push("days", days);
        }
        self.sort(&["distance", "name", "newest"]);
        self.facets(&["audience", "adcode"]);
    }

    fn series(&mut self) {
        let world = self.world;
        self.time();
        self.codes("topic");
        self.ids("organiser", &world.organisations);
        self.facets(&["topic", "organiser"]);
    }

    fn campaigns(&mut self) {
        self.time();
        self.words(20, "type", &["campaign", "themeDay", "themeWeek", "themeMonth"]);
    }

    fn resources(&mut self) {
        let world = self.world;
        self.position();
        self.time();
        ["topic", "audience"].into_iter().for_each(|name| self.codes(name));
        self.words(20, "type", &["facility", "exhibit", "work", "product"]);
        self.ids("organiser", &world.organisations);
        self.ids("base", &world.bases);
        self.sort(&["distance", "name", "newest"]);
        self.facets(&["topic", "audience", "adcode", "organiser"]);
    }
}

/// To what answers tell of positions.
fn round(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}
