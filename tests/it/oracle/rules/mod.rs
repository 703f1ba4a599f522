//! The plain meaning of every question, worked out row by row from the contract's words. Slow, and with no part in
//! common with how answers are made, but for the rules of `domain` on datums, ids, texts and recurrence, which have
//! tests of their own.

mod bases;
mod events;
mod facets;
mod others;
pub mod places;
mod time;

use std::sync::LazyLock;

use kepu::domain::geo::Crs;
use kepu::domain::ids::spell;
use kepu::domain::places::Place;
use kepu::domain::text::{Lang, Text, Traditional};
use serde::Serialize;

use super::catalogue::World;
use super::questions::Question;

/// An answer, right or given, in a form that can be compared and printed.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// Refused because of these fields.
    Refused(Vec<String>),
    /// A list, with all its pages.
    Listed {
        total: u64,
        /// The items in order.
        items: Vec<String>,
        /// Each facet with its codes and counts.
        facets: Vec<(String, Vec<String>)>,
    },
}

/// Something found: by what it is ordered, and what an answer tells of it.
pub struct Found {
    pub key: Key,
    pub id: i64,
    pub line: String,
}

/// By what lists are ordered; equals are ordered by id.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Decimetres or milliseconds.
    Number(i64),
    Text(String),
}

impl Key {
    /// Nearest first, and what is nowhere at the end.
    pub fn distance(metres: Option<f64>) -> Self {
        Self::Number(metres.map_or(i64::MAX, |metres| (metres * 10.0).round() as i64))
    }
}

/// What must be answered.
pub fn answer(world: &World, question: &Question) -> Answer {
    right(world, question).unwrap_or_else(|field| Answer::Refused(vec![field.to_owned()]))
}

fn right(world: &World, question: &Question) -> Result<Answer, &'static str> {
    let mut found = match question.list {
        "events" => events::find(world, question)?,
        "bases" => bases::find(world, question)?,
        "routes" => others::routes(world, question)?,
        "series" => others::series(world, question)?,
        "campaigns" => others::campaigns(world, question)?,
        "resources" => others::resources(world, question)?,
        _ => others::organisations(world, question),
    };
    found.sort_by(|a, b| (&a.key, a.id).cmp(&(&b.key, b.id)));
    let mut facets = Vec::new();
    for facet in question.get("facets").iter().flat_map(|facets| facets.split(',')) {
        let counts = match question.list {
            "events" => events::facet(world, question, facet)?,
            "bases" => bases::facet(world, question, facet)?,
            "routes" => others::route_facet(world, question, facet)?,
            "resources" => others::resource_facet(world, question, facet)?,
            _ => others::series_facet(world, question, facet)?,
        };
        facets.push((facet.to_owned(), counts.lines()));
    }
    let total = found.len() as u64;
    Ok(Answer::Listed { total, items: found.into_iter().map(|found| found.line).collect(), facets })
}

/// What answers tell of things of several kinds.
pub fn line(id: i64, distance: Option<f64>, place: Option<&Place>, crs: Crs) -> String {
    let mut line = spell(id);
    if let Some(metres) = distance {
        line += &format!(" distance={metres}");
    }
    if let Some(place) = place {
        line += &format!(" in {}", place.adcode);
        if let Some((lat, lng)) = places::answered(place, crs) {
            line += &format!(" at {lat},{lng}");
        }
    }
    line
}

/// A text in the question's language.
fn name(question: &Question, text: &Text) -> String {
    static TRADITIONAL: LazyLock<Traditional> = LazyLock::new(|| Traditional::new().unwrap());
    let lang = question.get("lang").map_or(Lang::ZhCn, |tag| Lang::parse(tag).unwrap());
    text.filled(&TRADITIONAL).get(lang).to_owned()
}

/// A fixed word as the API writes it.
fn wire<T: Serialize>(word: &T) -> String {
    serde_json::to_value(word).unwrap().as_str().unwrap().to_owned()
}
