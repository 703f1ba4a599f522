//! Routes, series, campaigns, organisations and resources.

use std::cmp::Ordering;

use chrono::{Datelike, NaiveDate};
use kepu::domain::campaigns::Campaign;
use kepu::domain::ids::{CampaignId, spell};
use kepu::domain::places::Place;
use kepu::domain::resources::Resource;
use kepu::domain::routes::Route;
use kepu::domain::time::{day_of, end_of, start_of};

use super::places::Area;
use super::time::Within;
use super::{Found, Key, events, facets, line, name, wire};
use crate::oracle::catalogue::World;
use crate::oracle::questions::Question;

/// What a question about routes finds, in any order. Spans leave routes alone.
pub fn routes(world: &World, question: &Question) -> Result<Vec<Found>, &'static str> {
    Within::of(question, world.now())?;
    let area = Area::of(question);
    let routes = world.routes.iter().filter(|route| route_fits(world, question, &area, &route.body));
    let found = routes.map(|route| {
        // Of several stops those count that lie where the question looks.
        let inside = stops(world, &route.body).filter(|place| area.holds(Some(place)));
        let distances = inside.filter_map(|place| area.distance(Some(place)));
        let distance = distances.min_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
        let sort = question.get("sort").unwrap_or(if area.is_somewhere() { "distance" } else { "name" });
        let key = match sort {
            "distance" => Key::distance(distance),
            "name" => Key::Text(name(question, &route.body.name)),
            _ => Key::Number(-route.updated_at.timestamp_millis()),
        };
        Found { key, id: route.id, line: line(route.id, distance, None, question.crs()) }
    });
    Ok(found.collect())
}

fn stops<'a>(world: &'a World, route: &'a Route) -> impl Iterator<Item = &'a Place> {
    route.stops.iter().filter_map(|stop| world.base(stop.base)).map(|base| &base.place)
}

fn route_fits(world: &World, question: &Question, area: &Area, route: &Route) -> bool {
    let days = question.get("days").map(|days| days.parse::<u16>().unwrap());
    let anywhere = ["radius", "bbox", "adcode"].iter().all(|name| question.get(name).is_none());
    (anywhere || stops(world, route).any(|place| area.holds(Some(place))))
        && question.takes("audience", route.audiences.iter().map(|code| &code.0))
        && days.is_none_or(|days| route.days <= days)
}

/// The counts of a facet of routes.
pub fn route_facet(world: &World, question: &Question, facet: &str) -> Result<facets::Counts, &'static str> {
    let others = question.without(&[facet]);
    let area = Area::of(&others);
    let mut counts = facets::Counts::default();
    for route in world.routes.iter().map(|route| &route.body) {
        if route_fits(world, &others, &area, route) {
            counts.add(match facet {
                "adcode" => {
                    let inside = stops(world, route).filter(|place| area.holds(Some(place)));
                    facets::divisions(question, inside.map(|place| place.adcode))
                }
                "audience" => route.audiences.iter().map(|code| code.0.clone()).collect(),
                other => panic!("{other} is no facet of routes"),
            });
        }
    }
    Ok(counts)
}

/// What a question about series finds, in any order. Spans leave series alone.
pub fn series(world: &World, question: &Question) -> Result<Vec<Found>, &'static str> {
    Within::of(question, world.now())?;
    let found = world.series.iter().filter(|series| {
        let organisers = series.body.organisers.iter().map(|one| one.organisation.to_string());
        question.takes("topic", series.body.topics.iter().map(|code| &code.0))
            && question.takes("organiser", organisers)
    });
    let found = found.map(|series| Found {
        key: Key::Text(name(question, &series.body.name)),
        id: series.id,
        line: line(series.id, None, None, question.crs()),
    });
    Ok(found.collect())
}

/// The counts of a facet of series.
pub fn series_facet(world: &World, question: &Question, facet: &str) -> Result<facets::Counts, &'static str> {
    let found = series(world, &question.without(&[facet]))?;
    let mut counts = facets::Counts::default();
    for series in world.series.iter().filter(|series| found.iter().any(|found| found.id == series.id)) {
        counts.add(match facet {
            "topic" => series.body.topics.iter().map(|code| code.0.clone()).collect::<Vec<_>>(),
            _ => series.body.organisers.iter().map(|one| one.organisation.to_string()).collect(),
        });
    }
    Ok(counts)
}

/// First and last days of the editions of a campaign, from the past calendar year to the next, in order. Published
/// ones take the place of those that the rule gives for the same year.
fn editions(campaign: &Campaign, today: NaiveDate) -> Vec<(NaiveDate, NaiveDate)> {
    let rule = campaign.recurrence.parse().map(|rule| rule.unwrap());
    let of_year = |year| {
        let published = campaign.editions.iter().filter(|edition| edition.year == year);
        let published: Vec<_> = published.map(|edition| (edition.from, edition.to)).collect();
        let by_rule =
            rule.iter().flat_map(|rule| rule.editions(year)).map(|edition| (edition.from, edition.to));
        if published.is_empty() { by_rule.collect() } else { published }
    };
    let mut editions: Vec<_> = (today.year() - 1..=today.year() + 1).flat_map(of_year).collect();
    editions.sort();
    editions
}

/// What a question about campaigns finds, in any order.
pub fn campaigns(world: &World, question: &Question) -> Result<Vec<Found>, &'static str> {
    let now = world.now();
    let within = Within::of(question, now)?;
    let found = world.campaigns.iter().filter_map(|campaign| {
        let mut editions = editions(&campaign.body, day_of(now));
        let has_ended = |(_, to): &(NaiveDate, NaiveDate)| end_of(*to) <= now;
        if let Some(within) = within {
            editions.retain(|(from, to)| within.overlaps(start_of(*from), end_of(*to)));
        }
        // The current or next edition of those asked for; where all of them are over, the first.
        let past = editions.first().filter(|_| within.is_some()).copied();
        let first =
            editions.iter().copied().find(|edition| !has_ended(edition)).or(past).map(|(from, _)| from);
        if within.is_none() {
            let ended = editions.iter().take_while(|edition| has_ended(edition)).count();
            editions.drain(..ended.saturating_sub(1));
        }
        let events = events_of(world, campaign.id);
        let shown: Vec<_> = editions.iter().take(12).map(|(from, to)| format!("{from}/{to}")).collect();
        let line =
            line(campaign.id, None, None, question.crs()) + &format!(" events={events} {}", shown.join(" "));
        let fits =
            question.takes("type", [wire(&campaign.body.kind)]) && (within.is_none() || !editions.is_empty());
        let key = Key::Number(first.map_or(i64::MAX, |first| start_of(first).timestamp_millis()));
        fits.then_some(Found { key, id: campaign.id, line })
    });
    Ok(found.collect())
}

/// How many events of a campaign go ahead and have not ended.
fn events_of(world: &World, campaign: i64) -> usize {
    let id = CampaignId::new(campaign).map(|id| spell(id.get())).unwrap_or_default();
    let question = Question { list: "events", pairs: vec![("campaign", id)], limit: 1 };
    events::find(world, &question).map_or(0, |found| found.len())
}

/// What a question about organisations finds, in any order.
pub fn organisations(world: &World, question: &Question) -> Vec<Found> {
    let outer = question.get("adcode").map(|code| code.parse().unwrap());
    let seated = |seat| outer.is_none_or(|outer| crate::oracle::ground::GROUND.within(seat, outer));
    let found = world.organisations.iter().filter(|one| one.body.adcode.map_or(outer.is_none(), seated));
    let found = found.map(|one| Found {
        key: Key::Text(name(question, &one.body.name)),
        id: one.id,
        line: line(one.id, None, None, question.crs()),
    });
    found.collect()
}

/// Where a resource is: at a place of its own, else at its base.
fn resource_place<'a>(world: &'a World, resource: &'a Resource) -> Option<&'a Place> {
    resource.place.as_ref().or_else(|| world.base(resource.base?).map(|base| &base.place))
}

fn resource_fits(world: &World, question: &Question, area: &Area, resource: &Resource) -> bool {
    let organisers = resource.organisers.iter().map(|one| one.organisation.to_string());
    area.holds(resource_place(world, resource))
        && question.takes("type", [wire(&resource.kind)])
        && question.takes("topic", resource.topics.iter().map(|code| &code.0))
        && question.takes("audience", resource.audiences.iter().map(|code| &code.0))
        && question.takes("organiser", organisers)
        && question.takes("base", resource.base.map(|base| base.to_string()))
}

/// What a question about resources finds, in any order. Spans leave resources alone.
pub fn resources(world: &World, question: &Question) -> Result<Vec<Found>, &'static str> {
    Within::of(question, world.now())?;
    let area = Area::of(question);
    let fit = world.resources.iter().filter(|one| resource_fits(world, question, &area, &one.body));
    let found = fit.map(|one| {
        let place = resource_place(world, &one.body);
        let distance = area.distance(place);
        let sort = question.get("sort").unwrap_or(if area.is_somewhere() { "distance" } else { "name" });
        let key = match sort {
            "distance" => Key::distance(distance),
            "name" => Key::Text(name(question, &one.body.name)),
            _ => Key::Number(-one.updated_at.timestamp_millis()),
        };
        Found { key, id: one.id, line: line(one.id, distance, place, question.crs()) }
    });
    Ok(found.collect())
}

/// The counts of a facet of resources.
pub fn resource_facet(
    world: &World,
    question: &Question,
    facet: &str,
) -> Result<facets::Counts, &'static str> {
    let others = question.without(&[facet]);
    let area = Area::of(&others);
    let mut counts = facets::Counts::default();
    for resource in world.resources.iter().map(|one| &one.body) {
        if resource_fits(world, &others, &area, resource) {
            counts.add(match facet {
                "adcode" => facets::divisions(
                    question,
                    resource_place(world, resource).map(|at| at.adcode).into_iter(),
                ),
                "topic" => resource.topics.iter().map(|code| code.0.clone()).collect(),
                "audience" => resource.audiences.iter().map(|code| code.0.clone()).collect(),
                _ => resource.organisers.iter().map(|one| one.organisation.to_string()).collect(),
            });
        }
    }
    Ok(counts)
}
