//! Everything at once, ranked.

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::bases::BaseItem;
use super::campaigns::CampaignItem;
use super::events::{EventItem, part};
use super::facets::{FACETS, Facets};
use super::filters::{
    ACCESSIBILITY, ADMISSION, AGE, AUDIENCE, AVAILABLE, BASE, CAMPAIGN, CATEGORY, DAYS, FORM, FREE, LEVEL,
    MODE, OPEN_AT, OPEN_NOW, ORGANISER, SAMPLE, SERIES, STATUS, TOPIC,
};
use super::resources::ResourceItem;
use super::routes::RouteItem;
use super::series::SeriesItem;
use super::view::View;
use crate::discovery::question::{Lenient, Question};
use crate::discovery::thing::Thing;
use crate::discovery::{Found, Snapshot, Wanted};
use crate::domain::events::Event;
use crate::domain::kinds;
use crate::domain::time::Span;
use crate::http::body::Body;
use crate::http::forms::geojson::{FeatureCollection, ListForm};
use crate::http::list::Crs;
use crate::http::pages::Tail;
use crate::http::params::groups::{FROM, LANGUAGE, PAGE, POSITION, Q, TIME};
use crate::http::params::{Asked, Kind, Param, Params, Table};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;

/// Mounts the operations of this file.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(search_everything);
}

/// Kinds of thing that a search finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ItemKind {
    /// An event.
    Event,
    /// A base.
    Base,
    /// A science-tourism route.
    Route,
    /// A lecture series.
    Series,
    /// A campaign or theme day.
    Campaign,
    /// An entry of the resource directory.
    Resource,
}

impl ItemKind {
    const WORDS: &'static [&'static str] = &["event", "base", "route", "series", "campaign", "resource"];

    /// The kind, if searches find it.
    pub fn of(kind: kinds::Kind) -> Option<Self> {
        match kind {
            kinds::Kind::Event => Some(Self::Event),
            kinds::Kind::Base => Some(Self::Base),
            kinds::Kind::Route => Some(Self::Route),
            kinds::Kind::Series => Some(Self::Series),
            kinds::Kind::Campaign => Some(Self::Campaign),
            kinds::Kind::Resource => Some(Self::Resource),
            _ => None,
        }
    }
}

/// The kinds that the parameter names; none if it was not given.
pub fn kinds_asked(params: &Params) -> Vec<kinds::Kind> {
    params.words(&KINDS).iter().filter_map(|word| kinds::Kind::from_name(word)).collect()
}

/// Which kinds.
pub const KINDS: Param = Param::new(
    "kinds",
    Kind::Words(ItemKind::WORDS),
    "Only things of these kinds; all if absent.",
    "event,base",
);
/// The filters of all lists; one that a kind lacks excludes that kind.
pub const FILTERS: &[Param] = &[
    TOPIC,
    AUDIENCE,
    FORM,
    AGE,
    FREE,
    AVAILABLE,
    MODE,
    ADMISSION,
    ORGANISER,
    BASE,
    SERIES,
    CAMPAIGN,
    ACCESSIBILITY,
    STATUS,
    SAMPLE,
    LEVEL,
    CATEGORY,
    OPEN_NOW,
    OPEN_AT,
    DAYS,
];
const SORT: Param = Param::new(
    "sort",
    Kind::Word(&["relevance", "distance", "start", "-start", "newest"]),
    "The order. Without it: by relevance if `q` is given, else by distance if a position is, else by start.",
    "distance",
);

/// Whether words are understood.
pub const UNDERSTAND: Param = Param::new(
    "understand",
    Kind::Boolean,
    "Whether places, days, audiences, prices and the like in `q` are read as filters, which `understood` tells; `true` if absent. Beside words or a place, filters that were read so leave kinds in that have no such property.",
    "false",
);

/// What `GET /v1/search` takes.
pub struct Search;

impl Table for Search {
    const PARAMS: &'static [&'static [Param]] =
        &[&[Q, KINDS, UNDERSTAND], POSITION, TIME, FILTERS, &[SORT, FACETS], PAGE, LANGUAGE];
}

/// Makes of the item of a list one that says its kind. Each is a named schema with a word of its own for the kind:
/// generators of clients tell them apart by it, and make nothing of unnamed ones.
macro_rules! found {
    ($($found:ident, $word:ident, $kind:tt: $item:ident, $about:literal;)*) => {$(
        #[doc = $about]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
        pub enum $word {
            /// The only one.
            #[serde(rename = $kind)]
            Only,
        }

        #[doc = $about]
        #[derive(Debug, Clone, Serialize, ToSchema)]
        pub struct $found<'a> {
            /// What kind of thing it is.
            pub kind: $word,
            /// What its list shows.
            #[serde(flatten)]
            pub item: $item<'a>,
        }

        impl<'a> From<$item<'a>> for $found<'a> {
            fn from(item: $item<'a>) -> Self {
                Self { kind: $word::Only, item }
            }
        }
    )*};
}

found! {
    FoundEvent, EventWord, "event": EventItem, "An event that was found.";
    FoundBase, BaseWord, "base": BaseItem, "A base that was found.";
    FoundRoute, RouteWord, "route": RouteItem, "A route that was found.";
    FoundSeries, SeriesWord, "series": SeriesItem, "A lecture series that was found.";
    FoundCampaign, CampaignWord, "campaign": CampaignItem, "A campaign or theme day that was found.";
    FoundResource, ResourceWord, "resource": ResourceItem, "An entry of the resource directory that was found.";
}

/// A thing that was found: its kind and the item of that kind's list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum SearchItem<'a> {
    /// An event.
    Event(Box<FoundEvent<'a>>),
    /// A base.
    Base(Box<FoundBase<'a>>),
    /// A route.
    Route(Box<FoundRoute<'a>>),
    /// A lecture series.
    Series(Box<FoundSeries<'a>>),
    /// A campaign or theme day.
    Campaign(Box<FoundCampaign<'a>>),
    /// An entry of the resource directory.
    Resource(Box<FoundResource<'a>>),
}

impl<'a> SearchItem<'a> {
    /// A thing that was found as `view` shows it, of an event all about it; `None` for what searches do not find.
    pub fn new(
        view: &View<'a>,
        found: &Found<'a>,
        event: Option<&'a Event>,
        span: Option<Span>,
    ) -> Option<Self> {
        Some(match found.thing {
            Thing::Event(_) => Self::Event(Box::new(EventItem::new(view, event?, found.event()?).into())),
            Thing::Base(entry) => Self::Base(Box::new(BaseItem::new(view, entry, found.distance).into())),
            Thing::Route(entry) => Self::Route(Box::new(RouteItem::new(view, entry, found.distance).into())),
            Thing::Series(entry) => Self::Series(Box::new(SeriesItem::new(view, entry).into())),
            Thing::Campaign(entry) => Self::Campaign(Box::new(CampaignItem::new(view, entry, span).into())),
            Thing::Resource(entry) => {
                Self::Resource(Box::new(ResourceItem::new(view, entry, found.distance).into()))
            }
            Thing::Organisation(_) => return None,
        })
    }
}

/// Writes a thing that was found, as a [`SearchItem`].
fn write(view: &View<'_>, found: &Found<'_>, span: Option<Span>, out: &mut Vec<u8>) -> Result<(), Problem> {
    if let Thing::Event(_) = found.thing {
        let Some(event) = found.event() else { return Ok(()) };
        out.extend_from_slice(b"{\"kind\":\"event\"");
        let begin = out.len();
        part::write(view, event, out)?;
        out[begin] = b',';
        return Ok(());
    }
    // Organisations are no findable kind.
    let item = SearchItem::new(view, found, None, span).ok_or(Code::Internal)?;
    serde_json::to_writer(out, &item).map_err(|_never| Code::Internal.into())
}

/// A page of what was found.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchAnswer<'a> {
    /// The things of this page, in order.
    // In line: a generator makes nothing of a named union.
    #[schema(inline)]
    pub items: Vec<SearchItem<'a>>,
    /// How many things fit in all, exactly.
    #[schema(example = 128)]
    pub total: u64,
    /// The `cursor` of the next page; absent on the last.
    pub next_cursor: Option<String>,
    /// The datum of the positions in this answer.
    pub crs: Crs,
    /// The counts that `facets` asks for.
    pub facets: Option<Facets>,
    /// What of `q` was read as a filter and not looked for as words; empty where nothing was.
    pub understood: Vec<Understood>,
}

/// A part of `q` that was read as a filter. To undo it, ask with `understand=false`, or send `q` without it; to keep it,
/// send `param` with `value`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Understood {
    /// The part, as typed.
    #[schema(example = "周末")]
    pub text: String,
    /// Name of the parameter.
    #[schema(example = "when")]
    pub param: &'static str,
    /// Its value, as a query takes it.
    #[schema(example = "weekend")]
    pub value: String,
}

/// Search everything
///
/// Events, bases, routes, series, campaigns and resources in one list, the best fit first. Words may be Chinese,
/// simplified or traditional, pinyin, initials of names, or English; where nothing has them all, what sounds or looks alike is found.
/// All filters of the lists are taken; a filter that a kind lacks excludes that kind.
#[utoipa::path(
    tag = "search",
    params(Asked<Search>),
    responses((status = 200, description = "A page of what was found.", content(
        (SearchAnswer = "application/json"),
        (FeatureCollection = "application/geo+json"),
    )))
)]
#[get("/v1/search")]
async fn search_everything(
    asked: Asked<Search>,
    form: ListForm,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let snapshot = state.snapshot()?;
    let turn = asked.turn(state.now())?;
    let (question, understood) = asked.understood(&snapshot, turn.now)?;
    let view = form.view(asked.view(&snapshot, turn.now));
    let page = snapshot.find(&question, turn.now, &turn.paging);
    let mut body = Body::default();
    for found in &page.found {
        body.item(|out| write(&view, found, question.span, out))?;
    }
    let list = turn.tail(&view, page, Some(view.crs));
    form.send(body.finish(SearchTail { list, understood })?)
}

/// What follows the items of a search.
#[derive(Serialize)]
struct SearchTail {
    #[serde(flatten)]
    list: Tail,
    understood: Vec<Understood>,
}

impl<T: Table> Asked<T> {
    /// What is asked of all kinds, or of those that `kinds` names, and what of `q` was read as filters.
    ///
    /// # Errors
    /// Everything that names nothing in the catalogue.
    pub fn understood(
        &self,
        snapshot: &Snapshot,
        now: DateTime<Utc>,
    ) -> Result<(Question, Vec<Understood>), Problem> {
        let kinds = kinds_asked(&self.params);
        let q = self.params.text(&Q).filter(|_| self.params.boolean(&UNDERSTAND) != Some(false));
        let understanding =
            q.map(|q| snapshot.understand(q, self.params.crs(), &|name| self.given(name), now));
        // What does not go together as filters stays words.
        let reworded = understanding.as_ref().and_then(|understanding| {
            if understanding.parts.is_empty() && understanding.rest.trim().is_empty() {
                // Nothing that says anything: not everything is meant by it.
                return None;
            }
            let parameters = understanding.parameters();
            let asked = self.reworded(&understanding.rest, parameters).ok()?;
            let question = asked.question(snapshot, now, kinds.clone()).ok()?;
            // Words that are found nowhere without the rest were taken apart wrongly.
            let vain = question.words.as_ref().is_some_and(Wanted::is_vain);
            (!vain).then_some((understanding, question))
        });
        let Some((understanding, mut question)) = reworded else {
            return Ok((self.question(snapshot, now, kinds)?, Vec::new()));
        };
        let read = |param: &Param| understanding.parts.iter().any(|part| part.param == param.name);
        if question.words.is_some() || !question.area.is_everywhere() {
            question.lenient =
                Lenient { audience: read(&AUDIENCE), age: read(&AGE), available: read(&AVAILABLE) };
        }
        if read(&FROM) {
            // Who says "on Saturday" on Saturday evening means what is left of it.
            question.past = false;
            if let Some(span) = &mut question.span {
                span.from = span.from.max(Some(now).filter(|now| span.to.is_none_or(|to| *now < to)));
            }
        }
        let understood = understanding.read().map(|part| Understood {
            text: part.text.clone(),
            param: part.param,
            value: part.value.clone(),
        });
        Ok((question, understood.collect()))
    }
}
