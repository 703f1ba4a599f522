//! An event as lists show it.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::discovery::EventFound;
use crate::discovery::events::Standing;
use crate::domain::events;
use crate::domain::ids;
use crate::domain::taxonomy::Code;
use crate::http::v1::admission::{Admission, ExternalSignup, Price, price_text};
use crate::http::v1::media::{Image, Notice};
use crate::http::v1::places::Place;
use crate::http::v1::references::Ref;
use crate::http::v1::sessions::{NextSession, Status};
use crate::http::v1::view::View;
use crate::http::wire::wire;

wire! {
    /// On site, online or both.
    Mode = events::Mode {
        /// At a place.
        Onsite "onsite"
        /// On the net only.
        Online "online"
        /// Both.
        Hybrid "hybrid"
    }
}

/// An event with the next session that fits the question.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventItem<'a> {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Its title.
    #[schema(example = "甲虫王国：一只昆虫的铠甲")]
    pub title: &'a str,
    /// One or two sentences.
    #[schema(example = "标本、多媒体和少儿绘画组成的昆虫展，周末有定时讲解。")]
    pub summary: &'a str,
    /// Its form: a code of `/v1/taxonomy?scheme=form`.
    #[schema(value_type = String, example = "exhibition")]
    pub form: &'a Code,
    /// Its subjects, the main one first: codes of `/v1/taxonomy?scheme=topic`.
    #[schema(value_type = Vec<String>, example = json!(["biodiversity"]))]
    pub topics: &'a [Code],
    /// For whom: codes of `/v1/taxonomy?scheme=audience`.
    #[schema(value_type = Vec<String>, example = json!(["child_family", "youth"]))]
    pub audiences: &'a [Code],
    /// Youngest age it is made for, in completed years.
    #[schema(example = 6)]
    pub age_min: Option<u8>,
    /// Oldest age it is made for, in completed years.
    #[schema(example = 12)]
    pub age_max: Option<u8>,
    /// Whether taking part is free; a venue's own ticket, if any, is said in `price`.
    #[schema(example = true)]
    pub free: bool,
    /// What it costs.
    pub price: Option<Price<'a>>,
    /// The price in words, where no amount is known.
    #[schema(example = "观光票视套餐而定")]
    pub price_text: Option<&'a str>,
    /// On site, online or both.
    pub mode: Mode,
    /// How people get in.
    pub admission: Admission,
    /// Where to sign up if it is not here.
    pub external_signup: Option<ExternalSignup<'a>>,
    /// How the event as a whole stands.
    pub status: Status,
    /// What everybody should know before setting out.
    pub notice: Option<Notice<'a>>,
    /// Who runs it.
    pub organiser: Option<Ref<'a>>,
    /// Where `nextSession` takes place; absent for what is online only.
    pub place: Option<Place<'a>>,
    /// The base where it takes place.
    pub base: Option<Ref<'a>>,
    /// The lecture series it belongs to.
    pub series: Option<Ref<'a>>,
    /// The campaigns it is part of.
    pub campaigns: Vec<Ref<'a>>,
    /// A picture.
    pub cover: Option<Image<'a>>,
    /// First and last day of what runs day after day.
    pub period: Option<Period>,
    /// Whether it is invented, for demonstration.
    #[schema(example = false)]
    pub sample: bool,
    /// The earliest session that fits the question; in a detail, the earliest that goes ahead and has not ended.
    pub next_session: Option<NextSession>,
    /// How many sessions fit the question; in a detail, how many go ahead and have not ended.
    #[schema(example = 3)]
    pub session_count: u32,
    /// Metres to 0.1 from the position in the question to `place`.
    #[schema(example = 1523.4)]
    pub distance: Option<f64>,
}

/// First and last day, both inclusive.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Period {
    /// First day.
    #[schema(example = "2026-11-01", format = Date)]
    pub from: String,
    /// Last day.
    #[schema(example = "2027-02-28", format = Date)]
    pub to: String,
}

impl From<events::Period> for Period {
    fn from(period: events::Period) -> Self {
        Self { from: period.from.to_string(), to: period.to.to_string() }
    }
}

impl<'a> EventItem<'a> {
    /// An event that was found as `view` shows it; `event` is all about it, as [`View::event`] reads it.
    pub fn new(view: &View<'a>, event: &'a events::Event, found: EventFound<'a>) -> Self {
        let (world, entry) = (view.snapshot, found.entry);
        let base = event.base.and_then(|base| world.bases.get(&base));
        let series = event.series.and_then(|series| world.series.get(&series));
        let campaigns = event.campaigns.iter().filter_map(|campaign| world.campaigns.get(campaign));
        Self {
            id: ids::spell(entry.id),
            title: view.text(&event.title),
            summary: view.text(&event.summary),
            form: &event.form,
            topics: &event.topics,
            audiences: &event.audiences,
            age_min: event.ages.min,
            age_max: event.ages.max,
            free: event.free,
            price: event.price.as_ref().and_then(|price| Price::new(view, price)),
            price_text: price_text(view, event.price.as_ref()),
            mode: event.mode.into(),
            admission: event.admission.into(),
            external_signup: event.external_signup.as_ref().map(ExternalSignup::from),
            status: Standing::of_event(entry, view.now).into(),
            notice: entry.notice(view.now).map(|notice| Notice::new(view, notice)),
            organiser: view.organiser(&event.organisers),
            place: world.place_of(event, found.next).map(|place| Place::new(view, place)),
            base: base.map(|base| Ref::new(base.record.id, view.text(&base.body().name))),
            series: series.map(|series| Ref::new(series.record.id, view.text(&series.body().name))),
            campaigns: campaigns.map(|one| Ref::new(one.record.id, view.text(&one.body().name))).collect(),
            cover: Image::cover(view, &event.images),
            period: event.period.map(Period::from),
            sample: event.sample,
            next_session: found.next.map(|session| NextSession::new(view, entry, session)),
            session_count: u32::try_from(found.sessions).unwrap_or(u32::MAX),
            distance: found.distance,
        }
    }
}
