//! An event of a list as it is sent: what never moves is copied from its part, the rest is written beside.

use serde::Serialize;
use serde_json::Value;
use serde_with::skip_serializing_none;

use super::EventItem;
use crate::discovery::EventFound;
use crate::discovery::events::Standing;
use crate::http::problem::{Code, Problem};
use crate::http::v1::media::Notice;
use crate::http::v1::places::Position;
use crate::http::v1::sessions::{NextSession, Status};
use crate::http::v1::view::View;

/// What moves with the clock, with seats and with the question.
#[skip_serializing_none]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Moving<'a> {
    status: Status,
    notice: Option<Notice<'a>>,
    next_session: Option<NextSession>,
    session_count: u32,
    distance: Option<f64>,
}

/// Names of what [`Moving`] writes, and of what depends on the datum.
const MOVING: [&str; 5] = ["status", "notice", "nextSession", "sessionCount", "distance"];

/// Writes an event that was found: the same as an [`EventItem`], but for the order of fields.
///
/// # Errors
/// Never: what is written was read before.
pub fn write(view: &View<'_>, found: EventFound<'_>, out: &mut Vec<u8>) -> Result<(), Problem> {
    let entry = found.entry;
    let elsewhere = found.next.is_some_and(|session| session.place.is_some());
    if elsewhere {
        let event = view.event(entry)?;
        return json(&EventItem::new(view, &event, found), out);
    }
    let part = entry.parts.get(view.lang, || part(view, found).unwrap_or_default());
    if part.is_empty() {
        return Err(Code::Internal.into());
    }
    out.extend_from_slice(part.as_bytes());
    // The place comes last in a part, open where the position goes.
    if let Some(place) = entry.places.first() {
        if let Some(spot) = place.spot {
            let begin = out.len();
            json(&Position::from(spot.in_crs(view.crs)), out)?;
            out[begin] = b',';
        } else {
            out.push(b'}');
        }
    }
    let next = found.next.map(|session| NextSession::new(view, entry, session));
    let moving = Moving {
        status: Standing::of_event(entry, view.now).into(),
        notice: entry.notice(view.now).map(|notice| Notice::new(view, notice)),
        next_session: next,
        session_count: u32::try_from(found.sessions).unwrap_or(u32::MAX),
        distance: found.distance,
    };
    let begin = out.len();
    json(&moving, out)?;
    out[begin] = b',';
    Ok(())
}

/// What never moves, as the beginning of an object; behind it the place, without its position and not closed.
fn part(view: &View<'_>, found: EventFound<'_>) -> Option<String> {
    let event = view.event(found.entry).ok()?;
    let whole =
        serde_json::to_value(EventItem::new(view, &event, EventFound { next: None, ..found })).ok()?;
    let Value::Object(mut fields) = whole else { return None };
    MOVING.iter().for_each(|name| drop(fields.shift_remove(*name)));
    let place = fields.shift_remove("place");
    let mut part = serde_json::to_string(&fields).ok()?;
    part.pop();
    if let Some(Value::Object(mut place)) = place {
        ["lat", "lng"].iter().for_each(|name| drop(place.shift_remove(*name)));
        part.push_str(",\"place\":");
        part.push_str(&serde_json::to_string(&place).ok()?);
        part.pop();
    }
    Some(part)
}

fn json(value: &impl Serialize, out: &mut Vec<u8>) -> Result<(), Problem> {
    // Writing to memory does not fail, and neither does a struct of texts and numbers.
    serde_json::to_writer(out, value).map_err(|_never| Code::Internal.into())
}
