//! A hundred questions as people of Guangdong type them, each with what they would want among the first five. They
//! were judged from the seeds, without a look at how answers are ranked.
//!
//! A question names what it wants (`want`: kind and name), or says of what kind any would do (`any`), of which
//! there are at least so many (`least`). `understood` is how its words are to be read: parameters with their
//! values, of `lat` and `lng` only that they are there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use kepu::domain::geo::{LatLng, Wgs84, distance};
use serde::Deserialize;
use serde_json::Value;

use crate::support::server::Server;

/// How many of an answer a person looks at.
const LOOKED_AT: usize = 5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    q: String,
    #[serde(default)]
    want: Vec<Name>,
    any: Option<Wish>,
    least: Option<usize>,
    understood: BTreeSet<String>,
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Name {
    kind: String,
    name: String,
}

/// What any thing that would do is like: of one of these kinds, and as each of the first group says. Of the second
/// group one is enough, unless `all` are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    kind: Vec<String>,
    adcode: Option<String>,
    audience: Option<Vec<String>>,
    free: Option<bool>,
    age: Option<u64>,
    /// Latitude and longitude in WGS-84, and metres around.
    near: Option<(f64, f64, f64)>,
    /// Days, of events' next session.
    from: Option<String>,
    to: Option<String>,

    topic: Option<Vec<String>>,
    category: Option<Vec<String>>,
    form: Option<Vec<String>>,
    /// A word of the name.
    named: Option<Vec<String>>,
    /// A word of the name, the summary, the facilities, the theme.
    contains: Option<Vec<String>>,
    #[serde(default)]
    all: bool,
}

/// The things of the seeds.
struct Seeds {
    things: BTreeMap<Name, Value>,
    bases: BTreeMap<String, Value>,
}

impl Seeds {
    fn read() -> Self {
        let mut seeds = Self { things: BTreeMap::new(), bases: BTreeMap::new() };
        for (kind, text) in [
            ("event", include_str!("../../../seeds/events.json")),
            ("base", include_str!("../../../seeds/bases.json")),
            ("route", include_str!("../../../seeds/routes.json")),
            ("series", include_str!("../../../seeds/series.json")),
            ("campaign", include_str!("../../../seeds/campaigns.json")),
            ("resource", include_str!("../../../seeds/resources.json")),
        ] {
            let file: Value = serde_json::from_str(text).unwrap();
            for thing in file["items"].as_array().unwrap() {
                let name = thing.get("title").unwrap_or(&thing["name"])["zh-CN"].as_str().unwrap().to_owned();
                if kind == "base" {
                    seeds.bases.insert(format!("#base/{}", thing["slug"].as_str().unwrap()), thing.clone());
                }
                seeds.things.insert(Name { kind: kind.to_owned(), name }, thing.clone());
            }
        }
        seeds
    }

    /// The places where a thing is: its base's, its own, those of its stops.
    fn places<'a>(&'a self, thing: &'a Value) -> Vec<&'a Value> {
        let of = |reference: &Value| reference.as_str().and_then(|slug| self.bases.get(slug));
        let stops = thing["stops"].as_array().into_iter().flatten().map(|stop| &stop["base"]);
        let bases = stops.chain([&thing["base"]]).filter_map(of).map(|base| &base["place"]);
        bases.chain(thing.get("place")).collect()
    }
}

fn has_one(value: &Value, codes: &[String]) -> bool {
    let held = value.as_array().into_iter().flatten().chain([value]);
    held.filter_map(Value::as_str).any(|held| codes.iter().any(|code| code == held))
}

impl Wish {
    fn fits(&self, seeds: &Seeds, name: &Name, item: &Value) -> bool {
        let Some(thing) = seeds.things.get(name) else { return false };
        let places = seeds.places(thing);
        let near = |(lat, lng, metres): (f64, f64, f64)| {
            let centre: LatLng<Wgs84> = LatLng::new(lat, lng).unwrap();
            let positions =
                places.iter().filter_map(|place| serde_json::from_value(place["position"].clone()).ok());
            positions.into_iter().any(|position| distance(centre, position) <= metres)
        };
        let in_division = |adcode: &String| {
            places.iter().any(|place| place["adcode"].as_str().unwrap().starts_with(adcode.as_str()))
        };
        let of_age = |age: u64| {
            let (min, max) = (thing["ages"]["min"].as_u64(), thing["ages"]["max"].as_u64());
            min.is_none_or(|min| min <= age) && max.is_none_or(|max| age <= max)
        };
        let day =
            |end: &str| item["nextSession"][end].as_str().map_or(String::new(), |at| at[..10].to_owned());
        let in_time = name.kind != "event"
            || self.from.as_ref().is_none_or(|from| *from <= day("end"))
                && self.to.as_ref().is_none_or(|to| day("start") <= *to);
        let must = [
            self.kind.contains(&name.kind),
            self.adcode.as_ref().is_none_or(in_division),
            self.audience.as_ref().is_none_or(|codes| has_one(&thing["audiences"], codes)),
            self.free.is_none_or(|free| thing["free"] == free),
            self.age.is_none_or(of_age),
            self.near.is_none_or(near),
            in_time,
        ];
        let texts = ["title", "name", "summary", "description", "facilities", "theme"]
            .map(|field| thing[field].to_string())
            .concat();
        let word_of = |text: &str, words: &[String]| words.iter().any(|word| text.contains(word.as_str()));
        let may: Vec<bool> = [
            self.topic.as_ref().map(|codes| has_one(&thing["topics"], codes)),
            self.category.as_ref().map(|codes| has_one(&thing["category"], codes)),
            self.form.as_ref().map(|codes| has_one(&thing["form"], codes)),
            self.named.as_ref().map(|words| word_of(&name.name, words)),
            self.contains.as_ref().map(|words| word_of(&texts, words)),
        ]
        .into_iter()
        .flatten()
        .collect();
        let enough =
            if self.all { may.iter().all(|holds| *holds) } else { may.is_empty() || may.contains(&true) };
        enough && must.iter().all(|holds| *holds)
    }
}

fn questions() -> Vec<Question> {
    serde_json::from_str(include_str!("questions.json")).unwrap()
}

/// The items of an answer as the seeds call them.
fn named(item: &Value) -> Name {
    let name = item.get("title").or(item.get("name")).and_then(Value::as_str).unwrap_or_default();
    Name { kind: item["kind"].as_str().unwrap_or_default().to_owned(), name: name.to_owned() }
}

/// What the answer says of how it read the words.
fn understood(answer: &Value) -> BTreeSet<String> {
    let parts = answer["understood"].as_array().into_iter().flatten();
    let written = parts.map(|part| match part["param"].as_str().unwrap() {
        position @ ("lat" | "lng") => position.to_owned(),
        param => format!("{param}={}", part["value"].as_str().unwrap()),
    });
    written.collect()
}

#[test]
fn there_are_a_hundred_questions_and_what_they_want_exists() {
    let (questions, seeds) = (questions(), Seeds::read());
    assert_eq!(questions.len(), 100);
    assert_eq!(questions.iter().map(|question| &question.q).collect::<BTreeSet<_>>().len(), 100);
    for question in &questions {
        assert!(
            question.want.is_empty() == question.any.is_some(),
            "{}: wants names, or anything",
            question.q
        );
        for name in &question.want {
            assert!(seeds.things.contains_key(name), "{}: no {} {}", question.q, name.kind, name.name);
        }
    }
}

#[actix_web::test]
async fn people_find_what_they_ask_for() {
    let (questions, seeds) = (questions(), Seeds::read());
    let site = Server::seeded().await;
    let (mut precision, mut reciprocal, mut read_well) = (0.0, 0.0, 0);
    let mut misses = String::new();
    for question in &questions {
        let q: String = question.q.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = site.json(&format!("/v1/search?q={q}&limit=20")).await;
        let items = answer["items"].as_array().unwrap();
        let right: Vec<bool> = items
            .iter()
            .map(|item| {
                let name = named(item);
                question.want.contains(&name)
                    || question.any.as_ref().is_some_and(|any| any.fits(&seeds, &name, item))
            })
            .collect();
        let wanted = question.least.unwrap_or(question.want.len()).clamp(1, LOOKED_AT);
        let hits = right.iter().take(LOOKED_AT).filter(|right| **right).count().min(wanted);
        let first = right.iter().position(|right| *right);
        precision += hits as f64 / wanted as f64;
        reciprocal += first.map_or(0.0, |at| 1.0 / (at as f64 + 1.0));
        let read = understood(&answer);
        read_well += usize::from(read == question.understood);
        if hits < wanted || first != Some(0) || read != question.understood {
            let rank = first.map_or("none".to_owned(), |at| (at + 1).to_string());
            let _ = writeln!(misses, "{}  {hits}/{wanted}, first right: {rank}", question.q);
            if read != question.understood {
                let _ = writeln!(misses, "    read as {read:?}, not {:?}", question.understood);
            }
            for (item, right) in items.iter().zip(&right).take(LOOKED_AT) {
                let Name { kind, name } = named(item);
                let _ = writeln!(misses, "    {} {kind} {name}", if *right { "+" } else { "-" });
            }
        }
    }
    let count = questions.len() as f64;
    let (precision, reciprocal) = (precision / count, reciprocal / count);
    println!(
        "{misses}\nprecision at 5: {precision:.3}, mean reciprocal rank: {reciprocal:.3}, read well: {read_well}"
    );
    assert!(precision >= 0.8, "precision at 5 is {precision:.3}:\n{misses}");
    assert!(reciprocal >= 0.85, "mean reciprocal rank is {reciprocal:.3}:\n{misses}");
    assert!(read_well >= 95, "{read_well} of 100 were read as they should:\n{misses}");
}
