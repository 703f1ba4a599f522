//! The questions: drawn from the catalogue itself, so that dense places, frequent subjects and common words are
//! asked for as often as they occur; the same in every run.

use std::fmt::Write;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use jieba_rs::Jieba;
use kepu::domain::datum::to_gcj02;
use kepu::domain::geo::{LatLng, Wgs84};
use kepu::domain::time::{Span, day_of};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::catalogue::Catalogue;
use crate::dice::Dice;

/// Distinct questions of each kind.
const QUESTIONS: usize = 10_000;

/// A degree of latitude.
const METRES_PER_DEGREE: f64 = 111_195.0;

/// A phone's map in points, and the points of the whole world at zoom 0.
const SCREEN: (f64, f64) = (390.0, 844.0);
const WORLD: f64 = 256.0;

/// Facets that a list with filters shows.
pub const FACETS: &str = "topic,audience,adcode,date";

/// A kind of question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Near,
    Dates,
    Filters,
    Text,
    TextNear,
    Box,
    Facets,
    /// All kinds of things by words: beside the mix, since PostGIS is not asked it.
    Search,
}

impl Kind {
    /// The kinds of the mix, in equal shares.
    pub const MIX: [Self; 7] =
        [Self::Near, Self::Dates, Self::Filters, Self::Text, Self::TextNear, Self::Box, Self::Facets];
    pub const ALL: [Self; 8] = [
        Self::Near,
        Self::Dates,
        Self::Filters,
        Self::Text,
        Self::TextNear,
        Self::Box,
        Self::Facets,
        Self::Search,
    ];

    /// What `KEPU_BENCH_KINDS` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Near => "near",
            Self::Dates => "dates",
            Self::Filters => "filters",
            Self::Text => "text",
            Self::TextNear => "textNear",
            Self::Box => "box",
            Self::Facets => "facets",
            Self::Search => "search",
        }
    }

    /// What the table calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Near => "near me",
            Self::Dates => "near me + dates",
            Self::Filters => "near me + dates + topic and audience",
            Self::Text => "text",
            Self::TextNear => "text + near me",
            Self::Box => "box",
            Self::Facets => "near me with four facets",
            Self::Search => "search over all kinds",
        }
    }
}

/// A question for events, or in [`Kind::Search`] for anything.
#[derive(Debug, Clone, Default)]
pub struct Question {
    pub circle: Option<Circle>,
    pub area: Option<Area>,
    pub dates: Option<Dates>,
    pub topic: Option<String>,
    pub audience: Option<String>,
    pub word: Option<String>,
    pub facets: bool,
    pub everything: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Circle {
    pub at: LatLng<Wgs84>,
    pub metres: u32,
}

/// In degrees.
#[derive(Debug, Clone, Copy)]
pub struct Area {
    pub south_west: LatLng<Wgs84>,
    pub north_east: LatLng<Wgs84>,
}

#[derive(Debug, Clone, Copy)]
pub enum Dates {
    Weekend,
    Days(NaiveDate, NaiveDate),
}

impl Dates {
    /// What the words mean at `now`.
    pub fn span(self, now: DateTime<Utc>) -> Span {
        match self {
            Self::Days(first, last) => Span::of_days(first, last),
            Self::Weekend => {
                let today = day_of(now);
                let sunday =
                    today + TimeDelta::days((6 - i64::from(today.weekday().num_days_from_monday())).max(0));
                Span::of_days(sunday.pred_opt().unwrap().max(today), sunday)
            }
        }
    }
}

impl Question {
    /// Path and query of the request that asks it. Positions are sent as a mini-program has them, in GCJ-02.
    pub fn target(&self) -> String {
        let mut target = if self.everything { "/v1/search?" } else { "/v1/events?" }.to_owned();
        let mut put = |name: &str, value: String| write!(target, "{name}={value}&").unwrap();
        if let Some(circle) = self.circle {
            let at = to_gcj02(circle.at);
            put("lat", format!("{:.6}", at.lat()));
            put("lng", format!("{:.6}", at.lng()));
            put("radius", circle.metres.to_string());
        }
        if let Some(area) = self.area {
            let (low, high) = (to_gcj02(area.south_west), to_gcj02(area.north_east));
            put("bbox", format!("{:.6},{:.6},{:.6},{:.6}", low.lng(), low.lat(), high.lng(), high.lat()));
        }
        match self.dates {
            Some(Dates::Weekend) => put("when", "weekend".to_owned()),
            Some(Dates::Days(first, last)) => {
                put("from", first.to_string());
                put("to", last.to_string());
            }
            None => {}
        }
        for (name, value) in [("topic", &self.topic), ("audience", &self.audience), ("q", &self.word)] {
            if let Some(value) = value {
                put(name, utf8_percent_encode(value, NON_ALPHANUMERIC).to_string());
            }
        }
        if self.facets {
            put("facets", FACETS.to_owned());
        }
        put("limit", "20".to_owned());
        target.pop();
        target
    }
}

/// The questions of one kind.
pub fn questions(kind: Kind, catalogue: &Catalogue, now: DateTime<Utc>) -> Vec<Question> {
    let mut source = Source { catalogue, now, words: Jieba::new(), dice: Dice::new(kind as u64 + 1) };
    (0..QUESTIONS).map(|_| source.question(kind)).collect()
}

/// The questions of all kinds of the mix, one after the other in turn.
pub fn mix(by_kind: &[(Kind, Vec<Question>)]) -> Vec<Question> {
    let mixed: Vec<&Vec<Question>> =
        by_kind.iter().filter(|(kind, _)| Kind::MIX.contains(kind)).map(|(_, questions)| questions).collect();
    let mut questions: Vec<Question> =
        (0..QUESTIONS).flat_map(|n| mixed.iter().map(move |questions| questions[n].clone())).collect();
    Dice::new(0).shuffle(&mut questions);
    questions
}

struct Source<'a> {
    catalogue: &'a Catalogue,
    now: DateTime<Utc>,
    words: Jieba,
    dice: Dice,
}

impl Source<'_> {
    fn question(&mut self, kind: Kind) -> Question {
        let mut question = Question::default();
        match kind {
            Kind::Near => question.circle = Some(self.circle()),
            Kind::Dates => {
                question.circle = Some(self.circle());
                question.dates = Some(self.dates());
            }
            Kind::Filters => {
                question.circle = Some(self.circle());
                question.dates = Some(self.dates());
                (question.topic, question.audience) = self.topic_and_audience();
            }
            Kind::Text => question.word = Some(self.word()),
            Kind::TextNear => {
                question.circle = Some(self.circle());
                question.word = Some(self.word());
            }
            Kind::Box => question.area = Some(self.screen()),
            Kind::Facets => {
                question.circle = Some(self.circle());
                question.facets = true;
            }
            Kind::Search => {
                question.word = Some(self.word());
                question.everything = true;
            }
        }
        question
    }

    /// Where somebody might stand: about a kilometre and a half from some session.
    fn position(&mut self) -> LatLng<Wgs84> {
        let place = loop {
            if let Some(place) = self.dice.pick(&self.catalogue.sessions).place {
                break place.at;
            }
        };
        let scatter = 1_500.0 / METRES_PER_DEGREE;
        let lat = place.lat() + self.dice.around_zero() * scatter;
        let lng = place.lng() + self.dice.around_zero() * scatter / place.lat().to_radians().cos();
        LatLng::new(lat, lng).unwrap()
    }

    fn circle(&mut self) -> Circle {
        let metres = 1_000 + self.dice.below(9_001) as u32;
        Circle { at: self.position(), metres }
    }

    /// A phone's screen at a zoom between a city and a few streets.
    fn screen(&mut self) -> Area {
        let centre = self.position();
        let zoom = 12.0 + 4.0 * self.dice.unit();
        let degrees = 360.0 / (WORLD * zoom.exp2());
        let half_width = SCREEN.0 / 2.0 * degrees;
        let half_height = SCREEN.1 / 2.0 * degrees * centre.lat().to_radians().cos();
        let corner = |lat: f64, lng: f64| LatLng::new(centre.lat() + lat, centre.lng() + lng).unwrap();
        Area { south_west: corner(-half_height, -half_width), north_east: corner(half_height, half_width) }
    }

    /// Half ask for the weekend, half for one to three days of the next fortnight.
    fn dates(&mut self) -> Dates {
        if self.dice.below(2) == 0 {
            return Dates::Weekend;
        }
        let first = day_of(self.now) + TimeDelta::days(self.dice.below(14) as i64);
        Dates::Days(first, first + TimeDelta::days(self.dice.below(3) as i64))
    }

    /// Of one and the same event, so that they go together as often as they do.
    fn topic_and_audience(&mut self) -> (Option<String>, Option<String>) {
        loop {
            let event = self.catalogue.event(self.dice.pick(&self.catalogue.sessions));
            if !event.topics.is_empty() && !event.audiences.is_empty() {
                let topic = self.dice.pick(&event.topics).0.clone();
                return (Some(topic), Some(self.dice.pick(&event.audiences).0.clone()));
            }
        }
    }

    /// A word of two or more Chinese characters out of some title.
    fn word(&mut self) -> String {
        loop {
            let event = self.catalogue.event(self.dice.pick(&self.catalogue.sessions));
            let cut = self.words.cut(&event.title.zh_cn, false);
            let words: Vec<&str> =
                cut.into_iter().map(|token| token.word).filter(|word| is_word(word)).collect();
            if !words.is_empty() {
                return (*self.dice.pick(&words)).to_owned();
            }
        }
    }
}

fn is_word(text: &str) -> bool {
    text.chars().count() >= 2 && text.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}
