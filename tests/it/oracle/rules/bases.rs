//! Bases, which are open or not.

use chrono::{DateTime, Timelike, Utc};
use kepu::domain::bases::Base;
use kepu::domain::time::{CHINA, day_of, start_of};

use super::events::provides;
use super::places::Area;
use super::time::Within;
use super::{Found, Key, facets, line, name};
use crate::oracle::catalogue::World;
use crate::oracle::plans;
use crate::oracle::questions::Question;

/// How many days an opening is looked for.
const SPAN_DAYS: usize = 62;

/// What a question about bases finds, in any order.
pub fn find(world: &World, question: &Question) -> Result<Vec<Found>, &'static str> {
    let within = Within::of(question, world.now())?;
    let area = Area::of(question);
    let bases = world.bases.iter().filter(|base| fits(world, question, within, &area, &base.body));
    let found = bases.map(|base| {
        let (id, body) = (base.id, &base.body);
        let distance = area.distance(Some(&body.place));
        let open = open(body, world.now()).map_or("unknown".to_owned(), |open| open.to_string());
        let line = line(id, distance, Some(&body.place), question.crs()) + &format!(" openNow={open}");
        let sort = question.get("sort").unwrap_or(if area.is_somewhere() { "distance" } else { "name" });
        let key = match sort {
            "distance" => Key::distance(distance),
            "name" => Key::Text(name(question, &body.name)),
            _ => Key::Number(-base.updated_at.timestamp_millis()),
        };
        Found { key, id, line }
    });
    Ok(found.collect())
}

fn fits(world: &World, question: &Question, within: Option<Within>, area: &Area, base: &Base) -> bool {
    let open_now = open(base, world.now()).map(|open| open.to_string());
    let at = question.get("openAt").map(|at| DateTime::parse_from_rfc3339(at).unwrap().to_utc());
    area.holds(Some(&base.place))
        && question.takes("level", base.recognitions.iter().map(|held| &held.level.0))
        && question.takes("category", [&base.category.0])
        && question.takes("free", base.free.map(|free| free.to_string()))
        && question.takes("organiser", base.organisers.iter().map(|one| one.organisation.to_string()))
        && question.takes("openNow", open_now)
        && at.is_none_or(|at| open(base, at) == Some(true))
        && provides(question, &base.accessibility, None)
        && within.is_none_or(|within| opens(base, within))
}

/// Whether a base is open at an instant, if that is certain.
fn open(base: &Base, at: DateTime<Utc>) -> Option<bool> {
    let time = at.with_timezone(&CHINA).time();
    plans::open_at(base, day_of(at), time.hour() * 60 + time.minute())
}

/// Whether it is certainly open at some time of a span.
fn opens(base: &Base, within: Within) -> bool {
    within.days(SPAN_DAYS).any(|date| {
        let minute = |minute: u32| start_of(date) + chrono::TimeDelta::minutes(minute.into());
        // Rules change on the half hour only, so a half hour is open whole or not at all.
        (0..48).map(|half| half * 30).any(|half| {
            within.overlaps(minute(half), minute(half + 30)) && plans::open_at(base, date, half) == Some(true)
        })
    })
}

/// The counts of a facet.
pub fn facet(world: &World, question: &Question, facet: &str) -> Result<facets::Counts, &'static str> {
    let others = question.without(&[facet]);
    let within = Within::of(&others, world.now())?;
    let area = Area::of(&others);
    let mut counts = facets::Counts::default();
    for base in
        world.bases.iter().map(|base| &base.body).filter(|base| fits(world, &others, within, &area, base))
    {
        counts.add(match facet {
            "adcode" => facets::divisions(question, [base.place.adcode].into_iter()),
            "organiser" => base.organisers.iter().map(|one| one.organisation.to_string()).collect(),
            "free" => base.free.iter().map(ToString::to_string).collect(),
            "category" => vec![base.category.0.clone()],
            "level" => base.recognitions.iter().map(|held| held.level.0.clone()).collect(),
            other => panic!("{other} is no facet of bases"),
        });
    }
    Ok(counts)
}
