//! An event as linked data: schema.org's `Event`, as search engines read it.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{accept, urn};
use crate::domain::ids::BaseId;
use crate::domain::taxonomy::{AUDIENCE, Code, TOPIC};
use crate::domain::text::Text;
use crate::domain::time::rfc3339;
use crate::http::v1::events::{EventDetail, EventItem, Mode, Period};
use crate::http::v1::places::Place;
use crate::http::v1::sessions::{Session, SignupState, Status};
use crate::http::v1::view::View;

/// The media type of linked data.
pub const LD_JSON: &str = "application/ld+json";

/// The form in which a detail is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DetailForm {
    /// As the document shows it.
    Json,
    /// As linked data.
    Linked,
}

impl FromRequest for DetailForm {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let linked = accept::prefers(request.headers(), LD_JSON);
        ready(Ok(if linked { Self::Linked } else { Self::Json }))
    }
}

/// When an event begins and ends, all its sessions taken together, past ones too.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// When the first session starts.
    pub start: DateTime<Utc>,
    /// When the last session ends.
    pub end: DateTime<Utc>,
    /// How many sessions there are.
    pub sessions: usize,
}

/// An event as schema.org has it. `detail` was made in `view`, whose positions are WGS-84; `url` is an absolute
/// address of the event. What is not known is left out.
#[must_use]
pub fn event(view: &View<'_>, detail: &EventDetail<'_>, run: Option<Run>, url: &str) -> Value {
    let item = &detail.item;
    let day = |day: fn(&Period) -> &String| item.period.as_ref().map(day).cloned();
    let names = |scheme: &'static str, codes: &[Code]| {
        let names = codes.iter().filter_map(move |code| view.snapshot.taxonomy.name(scheme, &code.0));
        names.map(|name: &Text| view.text(name).to_owned()).collect::<Vec<_>>()
    };
    let several = run.is_some_and(|run| run.sessions > 1);
    let topics = names(TOPIC, item.topics);
    known(json!({
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": urn("event", &item.id),
        "identifier": item.id,
        "name": item.title,
        "description": detail.description,
        "url": url,
        "inLanguage": detail.language,
        "startDate": run.map(|run| rfc3339(run.start).to_string()).or_else(|| day(|period| &period.from)),
        "endDate": run.map(|run| rfc3339(run.end).to_string()).or_else(|| day(|period| &period.to)),
        "eventStatus": status(item.status),
        "eventAttendanceMode": match item.mode {
            Mode::Onsite => "https://schema.org/OfflineEventAttendanceMode",
            Mode::Online => "https://schema.org/OnlineEventAttendanceMode",
            Mode::Hybrid => "https://schema.org/MixedEventAttendanceMode",
        },
        "location": location(view, detail, url),
        "organizer": detail.organisers.iter().map(|organiser| json!({
            "@type": "Organization", "@id": urn("organisation", &organiser.id), "name": organiser.name,
        })).collect::<Vec<_>>(),
        "performer": detail.speakers.iter().filter_map(|speaker| Some(json!({
            "@type": "Person",
            "name": speaker.name?,
            "jobTitle": speaker.role,
            "affiliation": speaker.organisation.map(|name| json!({ "@type": "Organization", "name": name })),
        }))).collect::<Vec<_>>(),
        "isAccessibleForFree": item.free && item.price.as_ref().is_none_or(|price| price.amount == 0.0),
        "offers": offer(detail, url),
        "image": detail.images.iter().map(|image| image.url).collect::<Vec<_>>(),
        "about": topics.iter().map(|name| json!({ "@type": "Thing", "name": name })).collect::<Vec<_>>(),
        "keywords": topics.iter().map(String::as_str).chain(detail.tags.iter().map(String::as_str)).collect::<Vec<_>>(),
        "audience": names(AUDIENCE, item.audiences).iter().map(|name| json!({
            "@type": "Audience", "audienceType": name,
        })).collect::<Vec<_>>(),
        "typicalAgeRange": ages(item.age_min, item.age_max),
        "superEvent": item.series.as_ref().map(|series| json!({
            "@type": "EventSeries", "@id": urn("series", &series.id), "name": series.name,
        })),
        "subEvent": detail.sessions.iter().filter(|_| several).map(|session| part(view, item, session))
            .collect::<Vec<_>>(),
    }))
}

/// A session as a part of its event.
fn part(view: &View<'_>, item: &EventItem<'_>, session: &Session<'_>) -> Value {
    let place = place_to_go(item, session.place.as_ref());
    json!({
        "@type": "Event",
        "@id": urn("session", &session.times.id),
        "name": item.title,
        "startDate": session.times.start,
        "endDate": session.times.end,
        "eventStatus": status(session.status),
        "location": place.map(|place| venue(view, place, None)),
    })
}

/// schema.org's "rescheduled" asks for the date before, which nobody keeps, and what is over was held as announced.
fn status(status: Status) -> &'static str {
    match status {
        Status::Scheduled | Status::Changed | Status::Ended => "https://schema.org/EventScheduled",
        Status::Cancelled => "https://schema.org/EventCancelled",
    }
}

/// Where it takes place: at a place, on the net, or both. An address that only those get who signed up is not told.
fn location(view: &View<'_>, detail: &EventDetail<'_>, url: &str) -> Vec<Value> {
    let item = &detail.item;
    let base = item.base.as_ref().map(|base| base.id.as_str());
    let place = place_to_go(item, item.place.as_ref()).map(|place| venue(view, place, base));
    let stream = detail.online.as_ref().map(|online| online.url.unwrap_or(url));
    let stream = stream.or((item.mode == Mode::Online).then_some(url));
    let stream = stream.map(|url| json!({ "@type": "VirtualLocation", "url": url }));
    place.into_iter().chain(stream).collect()
}

/// What is online only may belong to a base, but nobody is to go there.
fn place_to_go<'p, 'a>(item: &EventItem<'_>, place: Option<&'p Place<'a>>) -> Option<&'p Place<'a>> {
    place.filter(|_| item.mode != Mode::Online)
}

fn venue(view: &View<'_>, place: &Place<'_>, base: Option<&str>) -> Value {
    let adcode = place.adcode.parse().ok();
    let around: Vec<_> = adcode
        .into_iter()
        .flat_map(|adcode| view.snapshot.divisions.chain(adcode))
        .map(|division| view.text(&division.name))
        .collect();
    let here = base.and_then(|base| view.snapshot.bases.get(&base.parse::<BaseId>().ok()?));
    let same = here.is_some_and(|base| view.text(&base.body().place.name) == place.name);
    json!({
        "@type": "Place",
        "@id": base.filter(|_| same).map(|base| urn("base", base)),
        "name": place.name,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": place.address,
            // Innermost first: a district of a city of a province; Hong Kong and Macau are countries in ISO 3166.
            "addressLocality": around.iter().rev().nth(1).or(around.first()),
            "addressRegion": around.last(),
            "addressCountry": match place.adcode.get(..2) {
                Some("81") => "HK",
                Some("82") => "MO",
                _ => "CN",
            },
        },
        "geo": place.lat.zip(place.lng).map(|(latitude, longitude)| json!({
            "@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude,
        })),
    })
}

/// What it costs, and whether one can still get in; nothing where the price is not known.
fn offer(detail: &EventDetail<'_>, url: &str) -> Option<Value> {
    let item = &detail.item;
    let (price, currency) = match &item.price {
        Some(price) => (price.amount, price.currency),
        None if item.free => (0.0, "CNY"),
        None => return None,
    };
    let next = item.next_session.as_ref();
    let availability = match next?.signup_state {
        SignupState::Open | SignupState::None => Some("https://schema.org/InStock"),
        SignupState::Full | SignupState::Waitlist => Some("https://schema.org/SoldOut"),
        SignupState::NotOpen | SignupState::Closed | SignupState::Ended | SignupState::Cancelled => None,
    };
    Some(json!({
        "@type": "Offer",
        "price": price,
        "priceCurrency": currency,
        "url": url,
        "availability": availability,
        "validFrom": next.and_then(|session| session.signup_opens_at),
    }))
}

/// `6-12`, `6-` or `0-12`, as schema.org writes them.
fn ages(min: Option<u8>, max: Option<u8>) -> Option<String> {
    let text = |age: Option<u8>| age.map(|age| age.to_string()).unwrap_or_default();
    (min.is_some() || max.is_some()).then(|| format!("{}-{}", min.unwrap_or(0), text(max)))
}

/// Leaves out what is `null` or an empty list: an absent value is an absent field.
fn known(value: Value) -> Value {
    let empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !empty(value))
            .map(|(name, value)| (name, known(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(known).collect(),
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_ranges() {
        assert_eq!(ages(Some(6), Some(12)).as_deref(), Some("6-12"));
        assert_eq!(ages(Some(6), None).as_deref(), Some("6-"));
        assert_eq!(ages(None, Some(12)).as_deref(), Some("0-12"));
        assert_eq!(ages(None, None), None);
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let value = json!({ "a": null, "b": [], "c": { "d": null, "e": 0 }, "f": [{ "g": null }] });
        assert_eq!(known(value), json!({ "c": { "e": 0 }, "f": [{}] }));
    }
}
