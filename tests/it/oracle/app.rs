//! The whole HTTP app around a read model of the test's own, in process and without a store.

use std::pin::Pin;
use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::test::{TestRequest, init_service};
use actix_web::web;
use chrono::{DateTime, Utc};
use kepu::discovery::mirror::Look;
use kepu::discovery::words::Dictionary;
use kepu::discovery::{Item, Live};
use kepu::domain::clock::ManualClock;
use kepu::domain::ids::SystemRandom;
use kepu::domain::text::Traditional;
use kepu::http::app::{Settings, Site, build};
use kepu::http::state::State;
use serde_json::Value;

use super::catalogue::World;
use super::ground::GROUND;
use super::questions::Question;
use super::rules::Answer;

type Asked = Pin<Box<dyn Future<Output = (u16, Value)>>>;

/// The app, and the hands that hold its catalogue and its clock.
pub struct App {
    live: Arc<Live>,
    clock: ManualClock,
    ask: Box<dyn Fn(String) -> Asked>,
}

impl App {
    /// An app that knows nothing yet.
    pub async fn new() -> Self {
        let live =
            Arc::new(Live::new(Traditional::new().unwrap(), Arc::new(Dictionary::new().unwrap()), true));
        let clock = ManualClock::new(DateTime::<Utc>::UNIX_EPOCH);
        let state = web::Data::new(State {
            live: live.clone(),
            wechat: Arc::default(),
            clock: Arc::new(clock.clone()),
        });
        let site = Site::new(Settings { max_in_flight: 8 }, &SystemRandom);
        let service = std::rc::Rc::new(init_service(build(&site, state)).await);
        let ask = Box::new(move |path: String| -> Asked {
            let service = service.clone();
            Box::pin(async move {
                let response = match service.call(TestRequest::get().uri(&path).to_request()).await {
                    Ok(response) => response.into_parts().1,
                    Err(error) => error.error_response(),
                };
                let status = response.status().as_u16();
                let body = to_bytes(response.into_body()).await.unwrap();
                (status, serde_json::from_slice(&body).unwrap())
            })
        });
        Self { live, clock, ask }
    }

    /// Loads a catalogue at once, and turns the clock to its time.
    pub fn load(&self, world: &World) {
        self.clock.set(world.clock);
        let mut items = GROUND.items();
        items.extend(world.items());
        self.live.show(self.live.gather([items]), Look::default());
    }

    /// Applies items one after the other to an empty catalogue, and turns the clock to a catalogue's time.
    pub fn apply(&self, world: &World, items: Vec<Item>) {
        self.clock.set(world.clock);
        self.live.show(self.live.gather([GROUND.items()]), Look::default());
        items.into_iter().for_each(|item| self.live.apply(vec![item], Look::default()));
    }

    /// GETs a path with its query: the status, and the body as JSON.
    pub async fn get(&self, path: String) -> (u16, Value) {
        (self.ask)(path).await
    }

    /// What the app answers, walked page by page.
    pub async fn answer(&self, question: &Question) -> Answer {
        let (mut items, mut cursor, mut first) = (Vec::new(), String::new(), None);
        loop {
            let (status, page) = self.get(format!("{question}{cursor}")).await;
            if status != 200 {
                return Answer::Refused(refused(status, &page));
            }
            let total = page["total"].as_u64().unwrap();
            let listed = page["items"].as_array().unwrap();
            assert!(listed.len() <= question.limit, "a page of {} for {question}", listed.len());
            items.extend(listed.iter().map(line));
            let (before, _) = first.get_or_insert_with(|| (total, facets(question, &page)));
            assert_eq!(total, *before, "the total changes from page to page: {question}");
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let (total, facets) = first.unwrap_or_default();
        Answer::Listed { total, items, facets }
    }
}

fn refused(status: u16, problem: &Value) -> Vec<String> {
    assert_eq!(status, 400, "{problem}");
    let errors = problem["errors"].as_array().unwrap().iter();
    errors.map(|error| error["field"].as_str().unwrap().to_owned()).collect()
}

/// The facets that a question asks for, in its order.
fn facets(question: &Question, page: &Value) -> Vec<(String, Vec<String>)> {
    let asked = question.get("facets").into_iter().flat_map(|facets| facets.split(','));
    let counts = |facet: &str| {
        let counts =
            page["facets"][facet].as_array().unwrap_or_else(|| panic!("no facet {facet}: {page}")).iter();
        counts.map(|count| format!("{}: {}", count["code"].as_str().unwrap(), count["count"])).collect()
    };
    asked.map(|facet| (facet.to_owned(), counts(facet))).collect()
}

/// What an item tells, as the rules write it.
fn line(item: &Value) -> String {
    let text =
        |value: &Value| value.as_str().unwrap_or_else(|| panic!("{value} is no text: {item}")).to_owned();
    let mut line = text(&item["id"]);
    if let Some(metres) = item.get("distance") {
        line += &format!(" distance={}", metres.as_f64().unwrap());
    }
    if let Some(place) = item.get("place") {
        line += &format!(" in {}", text(&place["adcode"]));
        if let Some(lat) = place.get("lat") {
            line += &format!(" at {},{}", lat.as_f64().unwrap(), place["lng"].as_f64().unwrap());
        }
    }
    if let Some(count) = item.get("sessionCount") {
        let next = item
            .get("nextSession")
            .map(|next| format!("{} start={}", text(&next["id"]), text(&next["start"])));
        line += &format!(" next={} of {count}", next.as_deref().unwrap_or("none"));
        line += &format!(" status={}", text(&item["status"]));
    }
    if item.get("booking").is_some() {
        let open = item.get("openNow").map_or("unknown".to_owned(), ToString::to_string);
        line += &format!(" openNow={open}");
    }
    if let Some(editions) = item.get("editions") {
        let editions = editions.as_array().unwrap().iter();
        let days = editions.map(|edition| format!("{}/{}", text(&edition["from"]), text(&edition["to"])));
        line += &format!(" events={} {}", item["eventCount"], days.collect::<Vec<_>>().join(" "));
    }
    line
}
