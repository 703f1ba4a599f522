//! Events as a feed (RFC 4287).

use actix_web::{HttpRequest, HttpResponse, get, web};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{FILTERS, SUBJECT, page, title};
use crate::discovery::events::EventEntry;
use crate::discovery::page::{Paging, Sort};
use crate::domain::events::Event;
use crate::domain::taxonomy::{self, TOPIC};
use crate::domain::text::Text;
use crate::domain::{ids, kinds};
use crate::http::forms::atom::{ATOM, Entry, Feed};
use crate::http::forms::origin::Origin;
use crate::http::forms::urn;
use crate::http::params::groups::{LANGUAGE, POSITION, TIME};
use crate::http::params::{Asked, Param, Table, decode};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;
use crate::http::v1::view::View;

/// How many events a feed holds at most.
const ENTRIES: usize = 100;

/// What a query has of characters that a URN may hold as they are.
const URN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b',');

/// What `GET /v1/events.atom` takes.
pub struct GetEventsFeed;

impl Table for GetEventsFeed {
    const PARAMS: &'static [&'static [Param]] = &[POSITION, SUBJECT, TIME, FILTERS, LANGUAGE];
}

/// Follow events in a feed
///
/// The events that fit a question as an Atom feed (RFC 4287): at most 100, what changed last first. It takes what
/// `/v1/events` takes, but for `sort` and pages. `id` is a URN that stays the same wherever the feed is served.
#[utoipa::path(
    tag = "events",
    params(Asked<GetEventsFeed>),
    responses((status = 200, description = "The feed.", content((
        String = "application/atom+xml",
        example = json!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>urn:kepu:events</id></feed>")
    ))))
)]
#[get("/v1/events.atom")]
pub(super) async fn get_events_feed(
    asked: Asked<GetEventsFeed>,
    request: HttpRequest,
    origin: Origin,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (snapshot, now) = (state.snapshot()?, state.now());
    let mut question = asked.question(&snapshot, now, vec![kinds::Kind::Event])?;
    question.sort = Some(Sort::Newest);
    let view = asked.view(&snapshot, now);
    let found = snapshot.find(&question, now, &Paging { limit: ENTRIES, after: None }).found;
    let entries = found.iter().filter_map(|found| found.thing.event());
    let events = entries.map(|entry| Ok((entry, view.event(entry)?))).collect::<Result<Vec<_>, Code>>()?;
    let feed = Feed {
        id: id(request.query_string()),
        title: title(&view, &asked.params),
        lang: view.lang,
        url: origin.address(request.uri()),
        entries: events.iter().map(|(known, event)| entry(&view, &origin, event, known)).collect(),
    };
    Ok(HttpResponse::Ok().content_type(ATOM).body(feed.text()))
}

/// The same for a question however it is written.
fn id(query: &str) -> String {
    let plain = |text| utf8_percent_encode(&decode(text).unwrap_or_default(), URN).to_string();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut pairs: Vec<_> = pairs.map(|(name, value)| format!("{}={}", plain(name), plain(value))).collect();
    pairs.sort_unstable();
    if pairs.is_empty() { "urn:kepu:events".to_owned() } else { urn("events", pairs.join("&")) }
}

fn entry<'a>(view: &View<'a>, origin: &Origin, event: &'a Event, known: &'a EventEntry) -> Entry<'a> {
    let texts = [
        event.notice.as_ref().map(|notice| &notice.text),
        Some(event.description.as_ref().unwrap_or(&event.summary)),
    ];
    let texts: Vec<_> = texts.into_iter().flatten().map(|text: &Text| view.text(text)).collect();
    let authors = view.snapshot.organisers(&event.organisers);
    let topic = |code: &'a taxonomy::Code| {
        Some((code.0.as_str(), view.text(view.snapshot.taxonomy.name(TOPIC, &code.0)?)))
    };
    Entry {
        id: urn("event", ids::spell(known.id)),
        title: view.text(&known.title),
        updated: known.updated_at,
        authors: authors.map(|(_, organisation)| view.text(&organisation.body().name)).collect(),
        summary: view.text(&event.summary),
        text: texts.join("\n\n"),
        url: page(origin, event, known),
        topics: event.topics.iter().filter_map(topic).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::id;

    #[test]
    fn a_feed_has_one_name_however_its_question_is_written() {
        assert_eq!(id(""), "urn:kepu:events");
        assert_eq!(id("topic=ocean,physics&free=true"), "urn:kepu:events:free=true&topic=ocean,physics");
        assert_eq!(id("q=%E5%A4%A9+x"), id("&q=天%20x"));
        assert_eq!(id("q=a&x"), "urn:kepu:events:q=a");
        assert_ne!(id("q=a%26b=c"), id("q=a&b=c"));
    }
}
