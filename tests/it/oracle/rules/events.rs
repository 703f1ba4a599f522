//! Events, of which a session must fit.

use chrono::{DateTime, Utc};
use kepu::domain::events::{Event, EventStatus};
use kepu::domain::ids::spell;
use kepu::domain::places::{Accessibility, Place, Provision};
use kepu::domain::record::Record;
use kepu::domain::sessions::Session;
use kepu::domain::signup_terms::WaitlistMode;
use kepu::domain::time::{day_of, rfc3339};

use super::places::Area;
use super::time::Within;
use super::{Found, Key, facets, line, wire};
use crate::oracle::catalogue::World;
use crate::oracle::questions::Question;

/// An event with its sessions.
pub type Row = (Record<Event>, Vec<Session>);

/// What a question about events finds, in any order.
pub fn find(world: &World, question: &Question) -> Result<Vec<Found>, &'static str> {
    let within = Within::of(question, world.now())?;
    let area = Area::of(question);
    let found = world.events.iter().filter_map(|row| {
        let fitting = fitting(world, question, within, row)?;
        let next = fitting.first().copied();
        let place = place(world, &row.0.body, next);
        let distance = area.distance(place);
        let mut line = line(row.0.id, distance, place, question.crs());
        let told = next.map(|next| format!("{} start={}", next.id, rfc3339(next.start)));
        line += &format!(" next={} of {}", told.as_deref().unwrap_or("none"), fitting.len());
        line += &format!(" status={}", standing(row, world.now()));
        let start = next.map(|next| next.start.timestamp_millis());
        let sort = question.get("sort").unwrap_or(if area.is_somewhere() { "distance" } else { "start" });
        let key = match sort {
            "distance" => Key::distance(distance),
            "start" => Key::Number(start.unwrap_or(i64::MAX)),
            "-start" => Key::Number(start.map_or(i64::MAX, |start| -start)),
            _ => Key::Number(-row.0.updated_at.timestamp_millis()),
        };
        Some(Found { key, id: row.0.id, line })
    });
    Ok(found.collect())
}

/// The sessions of an event that fit, in order of start; `None` where it does not fit. An event that has none has no
/// time yet: it fits as long as nobody asks for a time or a seat.
fn fitting<'a>(
    world: &World,
    question: &Question,
    within: Option<Within>,
    row @ (record, sessions): &'a Row,
) -> Option<Vec<&'a Session>> {
    let (event, now) = (&record.body, world.now());
    let standing = standing(row, now);
    if !event_fits(world, question, event) || !question.takes("status", [standing]) {
        return None;
    }
    let area = Area::of(question);
    if sessions.is_empty() {
        let timeless = within.is_none() && question.get("available").is_none();
        let goes_on = question.get("status").is_some() || standing != "cancelled";
        return (timeless && goes_on && area.holds(place(world, event, None))).then(Vec::new);
    }
    let fits = |session: &&Session| {
        let past = within.is_some_and(|within| within.past);
        let off = [event.status, session.status].contains(&EventStatus::Cancelled);
        let (ended, asked) = (session.end <= now, question.get("status").is_some());
        // Of what is called off or over, all that was to be, or was, is what there is to show.
        let stands = match standing {
            "cancelled" => asked,
            "ended" => !off && (asked || past),
            _ => !off && (past || !ended),
        };
        stands
            && within.is_none_or(|within| within.overlaps(session.start, session.end))
            && area.holds(place(world, event, Some(session)))
            && question.takes("available", [available(event, session, now).to_string()])
    };
    let mut fitting: Vec<_> = sessions.iter().filter(fits).collect();
    fitting.sort_by_key(|session| (session.start, session.id));
    (!fitting.is_empty()).then_some(fitting)
}

/// Whether an event fits apart from its sessions.
fn event_fits(world: &World, question: &Question, event: &Event) -> bool {
    let ids = |list: &mut dyn Iterator<Item = i64>| list.map(spell).collect::<Vec<_>>();
    let age = question.get("age").map(|age| age.parse::<u8>().unwrap());
    let base = event.base.and_then(|base| world.base(base)).map(|base| &base.accessibility);
    question.takes("topic", event.topics.iter().map(|code| &code.0))
        && question.takes("audience", event.audiences.iter().map(|code| &code.0))
        && question.takes("form", [&event.form.0])
        && question.takes("mode", [wire(&event.mode)])
        && question.takes("admission", [wire(&event.admission)])
        && question.takes("free", [event.free.to_string()])
        && question.takes("sample", [event.sample.to_string()])
        && question.takes("organiser", ids(&mut event.organisers.iter().map(|one| one.organisation.get())))
        && question.takes("base", ids(&mut event.base.iter().map(|id| id.get())))
        && question.takes("series", ids(&mut event.series.iter().map(|id| id.get())))
        && question.takes("campaign", ids(&mut event.campaigns.iter().map(|id| id.get())))
        && age.is_none_or(|age| {
            event.ages.min.is_none_or(|min| min <= age) && event.ages.max.is_none_or(|max| age <= max)
        })
        && provides(question, &event.accessibility, base)
}

/// Whether all needs that are asked for are provided for, in part at least; what is not known of the thing itself is
/// as at its base.
pub fn provides(question: &Question, own: &Accessibility, base: Option<&Accessibility>) -> bool {
    let given = |need: &str| {
        let of = |all: &Accessibility| match need {
            "wheelchair" => all.wheelchair,
            "hearing" => all.hearing,
            _ => all.visual,
        };
        matches!(of(own).or(base.and_then(of)), Some(Provision::Yes | Provision::Limited))
    };
    question.get("accessibility").is_none_or(|needs| needs.split(',').all(given))
}

/// Where a session takes place, or an event that has none.
fn place<'a>(world: &'a World, event: &'a Event, session: Option<&'a Session>) -> Option<&'a Place> {
    let base = event.base.and_then(|base| world.base(base));
    session
        .and_then(|session| session.place.as_deref())
        .or(event.place.as_ref())
        .or(base.map(|base| &base.place))
}

/// How an event stands as a whole.
fn standing((record, sessions): &Row, now: DateTime<Utc>) -> &'static str {
    let mut going = sessions.iter().filter(|session| session.status != EventStatus::Cancelled).peekable();
    let off = record.body.status == EventStatus::Cancelled || !sessions.is_empty() && going.peek().is_none();
    match record.body.status {
        _ if off => "cancelled",
        _ if !sessions.is_empty() && going.all(|session| session.end <= now) => "ended",
        EventStatus::Changed => "changed",
        _ => "scheduled",
    }
}

/// Whether one can get in: sign-up is open with a seat left, or none is needed.
fn available(event: &Event, session: &Session, now: DateTime<Utc>) -> bool {
    let off = [event.status, session.status].contains(&EventStatus::Cancelled);
    if off || session.end <= now {
        return false;
    }
    let Some(terms) = &session.signup else { return true };
    let open =
        terms.opens_at.is_none_or(|opens| opens <= now) && now < terms.closes_at.unwrap_or(session.start);
    let seat = session.capacity.is_none_or(|capacity| session.taken < capacity);
    // Who queues comes first.
    open && seat && (session.waiting == 0 || terms.waitlist_mode == WaitlistMode::None)
}

/// The counts of a facet.
pub fn facet(world: &World, question: &Question, facet: &str) -> Result<facets::Counts, &'static str> {
    let now = world.now();
    let own: &[&str] = if facet == "date" { &["when", "from", "to"] } else { &[facet] };
    let others = question.without(own);
    let within = Within::of(&others, now)?;
    let fitting_rows =
        || world.events.iter().filter_map(|row| Some((&row.0.body, fitting(world, &others, within, row)?)));
    let codes = |event: &Event| -> Vec<String> {
        match facet {
            "topic" => event.topics.iter().map(|code| code.0.clone()).collect(),
            "audience" => event.audiences.iter().map(|code| code.0.clone()).collect(),
            "form" => vec![event.form.0.clone()],
            "mode" => vec![wire(&event.mode)],
            "admission" => vec![wire(&event.admission)],
            "free" => vec![event.free.to_string()],
            "organiser" => event.organisers.iter().map(|one| one.organisation.to_string()).collect(),
            "campaign" => event.campaigns.iter().map(ToString::to_string).collect(),
            other => panic!("{other} is no facet of events"),
        }
    };
    let mut counts = facets::Counts::default();
    match facet {
        "adcode" => {
            for (event, fitting) in fitting_rows() {
                let sessions = fitting.iter().map(|session| place(world, event, Some(session)));
                let none = fitting.is_empty().then(|| place(world, event, None));
                let places = sessions.chain(none).flatten().map(|place| place.adcode);
                counts.add(facets::divisions(question, places));
            }
        }
        "date" => {
            for date in day_of(now).iter_days().take(28) {
                let on = Some(Within::on(date, now));
                let rows = world.events.iter().filter_map(|row| fitting(world, &others, on, row));
                rows.for_each(|_| counts.add([date.to_string()]));
            }
        }
        _ => fitting_rows().for_each(|(event, _)| counts.add(codes(event))),
    }
    Ok(counts)
}
