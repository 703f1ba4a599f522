//! What is near: the main job of the whole thing, computed once more from the seeds.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};
use kepu::domain::ids::{BaseId, EventId};
use serde_json::Value;

use super::{
    TOWER, at, haversine, ids, instant, list, number, position, put_event_at, seeds, server_with, shared,
    text,
};
use crate::support::catalogue::{base, event, put_base};
use crate::support::server::NOW;

const NEAR: &str = "lat=23.1066&lng=113.3245&crs=wgs84";

/// What the seeds say that lies within `radius` metres of the tower: events by id with their distance and, where
/// their patterns are of weekdays only, their sessions.
struct Expected {
    distance: f64,
    sessions: Option<Vec<(DateTime<Utc>, DateTime<Utc>)>>,
}

fn expected(radius: f64) -> BTreeMap<String, Expected> {
    let bases: BTreeMap<_, _> = seeds("bases")
        .iter()
        .map(|base| (format!("#base/{}", text(base, "slug")), position(&base["place"]["position"]).unwrap()))
        .collect();
    let near = seeds("events").into_iter().filter_map(|event| {
        let distance = haversine(bases[text(&event, "base")], TOWER);
        let sessions = list(&event["programme"], "patterns").iter().map(slots).collect::<Option<Vec<_>>>();
        let sessions = sessions.map(|sessions| {
            let mut all = sessions.concat();
            all.sort();
            all
        });
        let id = EventId::from_slug(text(&event, "slug")).to_string();
        (distance <= radius).then_some((id, Expected { distance, sessions }))
    });
    near.collect()
}

/// The sessions of a pattern of weekdays, as of today; `None` for other patterns.
fn slots(pattern: &Value) -> Option<Vec<(DateTime<Utc>, DateTime<Utc>)>> {
    let today = NOW.date_naive();
    let weekday = |value: &Value| value.as_str().unwrap().parse::<Weekday>().unwrap();
    let day = |field: &str| pattern[field].as_i64().unwrap();
    let dates: Vec<NaiveDate> = match text(pattern, "type") {
        "nextWeekday" => {
            let mut date = today + Days::new(7 * pattern["weeks"].as_u64().unwrap());
            while date.weekday() != weekday(&pattern["weekday"]) {
                date = date.succ_opt().unwrap();
            }
            vec![date]
        }
        "weekly" => {
            let weekdays: Vec<_> = list(pattern, "weekdays").iter().map(weekday).collect();
            let days = (day("fromDay")..=day("toDay")).map(|day| today + TimeDelta::days(day));
            days.filter(|date| weekdays.contains(&date.weekday())).collect()
        }
        _ => return None,
    };
    let time = |date, field| at(&format!("{date} {}", &text(pattern, field)[..5]));
    Some(dates.into_iter().map(|date| (time(date, "startTime"), time(date, "endTime"))).collect())
}

fn in_order(items: &[Value]) {
    let keys: Vec<_> = items.iter().map(|item| (number(item, "distance"), text(item, "id"))).collect();
    assert!(
        keys.is_sorted_by(|a, b| a.0 < b.0 || a.0 == b.0 && a.1 < b.1),
        "not by distance, then id: {keys:?}"
    );
    assert!(
        keys.windows(2).any(|pair| pair[0].0 == pair[1].0),
        "no two at one place: the ids were not tried"
    );
}

#[actix_web::test]
async fn events_near_canton_tower_this_weekend() {
    let site = shared();
    let path = format!("/v1/events?{NEAR}&radius=5000&when=weekend");
    let first = site.json(&path).await;
    let items = site.walk(&path).await;
    assert_eq!(first["crs"], "wgs84");
    assert_eq!(first["total"], ids(&items).len());
    in_order(&items);

    let (saturday, monday) = (at("2026-11-28 00:00"), at("2026-11-30 00:00"));
    let expected = expected(5000.0);
    for item in &items {
        let own = &expected[text(item, "id")];
        let answered = haversine(position(&item["place"]).unwrap(), TOWER);
        let distance = number(item, "distance");
        assert!((distance - answered).abs() < 0.051, "{distance} is {answered}: {item}");
        assert!((distance - own.distance).abs() < 0.051, "{distance} is {} by the seeds", own.distance);
        assert!(distance <= 5000.0);
        assert_eq!(distance, (distance * 10.0).round() / 10.0, "to 0.1 m");
        let (start, end) = (instant(&item["nextSession"]["start"]), instant(&item["nextSession"]["end"]));
        assert!(start < monday && end > saturday, "not at the weekend: {item}");
        if let Some(sessions) = &own.sessions {
            let next = sessions.iter().find(|(start, end)| *start < monday && *end > saturday);
            assert_eq!(next, Some(&(start, end)), "not the earliest that matches: {item}");
        }
    }
    let by_weekday: BTreeSet<_> = expected
        .iter()
        .filter(|(_, own)| {
            own.sessions
                .as_ref()
                .is_some_and(|all| all.iter().any(|(from, to)| *from < monday && *to > saturday))
        })
        .map(|(id, _)| id.clone())
        .collect();
    let answered: BTreeSet<_> =
        ids(&items).into_iter().filter(|id| expected[id].sessions.is_some()).collect();
    assert_eq!(answered, by_weekday, "the weekend by the seeds' own patterns");
    assert!(by_weekday.len() >= 10, "{}", by_weekday.len());
    assert!(
        items.iter().any(|item| expected[text(item, "id")].sessions.is_none()),
        "exhibitions are open too"
    );
}

#[actix_web::test]
async fn a_position_alone_adds_the_distance_and_selects_nothing() {
    let site = shared();
    for noun in ["events", "bases", "routes"] {
        let all = site.walk(&format!("/v1/{noun}?limit=100")).await;
        let near = site.walk(&format!("/v1/{noun}?{NEAR}&limit=100")).await;
        assert_eq!(ids(&near), ids(&all), "{noun}");
        assert!(all.iter().all(|item| item.get("distance").is_none()), "{noun}: a distance from nowhere");
        assert!(
            near.iter()
                .filter(|item| item.get("distance").is_some())
                .is_sorted_by_key(|item| number(item, "distance"))
        );
    }
}

#[actix_web::test]
async fn bases_and_routes_within_a_radius_are_those_that_lie_there() {
    let site = shared();
    let all = site.walk(&format!("/v1/bases?{NEAR}&limit=100")).await;
    assert_eq!(all.len(), seeds("bases").len());
    for item in &all {
        let answered = haversine(position(&item["place"]).unwrap(), TOWER);
        assert!((number(item, "distance") - answered).abs() < 0.051, "{item}");
    }
    let routes = site.walk(&format!("/v1/routes?{NEAR}&limit=100")).await;
    for item in &routes {
        let stops = list(item, "stops").iter().filter_map(position);
        let nearest = stops.map(|stop| haversine(stop, TOWER)).fold(f64::INFINITY, f64::min);
        assert!((number(item, "distance") - nearest).abs() < 0.051, "the nearest stop is {nearest}: {item}");
    }
    for (noun, all) in [("bases", all), ("routes", routes)] {
        for radius in [1000, 5000, 20_000] {
            let near = site.walk(&format!("/v1/{noun}?{NEAR}&radius={radius}&limit=100")).await;
            let inside: Vec<_> =
                all.iter().filter(|item| number(item, "distance") <= f64::from(radius)).cloned().collect();
            assert_eq!(near, inside, "{noun} within {radius} m");
        }
    }
}

/// Selection and order use the same number as the answer: its last digit decides.
#[actix_web::test]
async fn the_radius_ends_at_the_answered_distance() {
    let site = shared();
    let all = site.walk(&format!("/v1/bases?{NEAR}&radius=20000&limit=100")).await;
    for item in all.iter().step_by(7) {
        let distance = number(item, "distance");
        let found = async |radius: f64| {
            let near = site.walk(&format!("/v1/bases?{NEAR}&radius={radius:.1}&limit=100")).await;
            ids(&near).contains(text(item, "id"))
        };
        assert!(found(distance).await, "{distance}: {item}");
        assert!(!found(distance - 0.1).await, "{distance}: {item}");
    }
}

#[actix_web::test]
async fn what_has_no_position_is_left_out_of_a_radius_and_comes_last_by_distance() {
    let server = server_with(|tx| {
        put_base(tx, "far", &base("far", 25.0, 115.0))?;
        let mut nowhere = base("nowhere", 0.0, 0.0);
        nowhere.place.position = None;
        put_base(tx, "nowhere", &nowhere)?;
        for slug in ["far", "nowhere"] {
            let event = event(slug, BaseId::from_slug(slug));
            put_event_at(tx, slug, &event, &[("2026-11-28 10:00", "2026-11-28 11:00")])?;
        }
        Ok(())
    })
    .await;
    for (noun, name) in [("events", "title"), ("bases", "name")] {
        let all = server.walk(&format!("/v1/{noun}?{NEAR}")).await;
        assert_eq!(all.iter().map(|item| text(item, name)).collect::<Vec<_>>(), ["far", "nowhere"]);
        assert!(all[1].get("distance").is_none());
        for selects in [&format!("{NEAR}&radius=500000"), "bbox=-180,-90,180,90"] {
            let found = server.walk(&format!("/v1/{noun}?{selects}")).await;
            assert_eq!(found.iter().map(|item| text(item, name)).collect::<Vec<_>>(), ["far"], "{selects}");
        }
    }
}

/// An event in several places answers with the place of the session that matches.
#[actix_web::test]
async fn place_and_distance_are_those_of_the_next_matching_session() {
    use crate::support::catalogue::session;
    use kepu::domain::sessions::Session;

    let server = server_with(|tx| {
        put_base(tx, "here", &base("here", TOWER.0, TOWER.1))?;
        let elsewhere = base("elsewhere", 23.2, 113.4).place;
        let id = EventId::from_slug("tour");
        let sessions = [
            session("thursday", id, at("2026-11-26 10:00")),
            Session { place: Some(Box::new(elsewhere)), ..session("saturday", id, at("2026-11-28 10:00")) },
        ];
        super::put_event_with(tx, "tour", &event("tour", BaseId::from_slug("here")), sessions)
    })
    .await;
    let one = async |query: &str| {
        let items = server.walk(&format!("/v1/events?{NEAR}&{query}")).await;
        assert!(items.len() <= 1);
        items.into_iter().next()
    };
    let next = one("").await.unwrap();
    assert_eq!((number(&next, "distance"), text(&next["place"], "name")), (0.0, "here"));
    let weekend = one("when=weekend").await.unwrap();
    assert_eq!(text(&weekend["place"], "name"), "elsewhere");
    let away = haversine((23.2, 113.4), TOWER);
    assert!((number(&weekend, "distance") - away).abs() < 0.051);
    assert_eq!(one("when=weekend&radius=1000").await, None, "near on Thursday is not near at the weekend");
    assert!(one("when=tomorrow&radius=1000").await.is_some());
}

#[actix_web::test]
async fn pages_by_distance_are_whole_from_the_other_side_of_the_earth_too() {
    let site = shared();
    let count = site.json("/v1/bases?limit=1").await["total"].as_u64().unwrap();
    for (lat, lng) in [(-33.45, -70.67), (-23.3, -65.9), (-12.05, -77.04), (40.71, -74.01), (90.0, 0.0)] {
        for limit in [7, 100] {
            let all = site.walk(&format!("/v1/bases?lat={lat}&lng={lng}&crs=wgs84&limit={limit}")).await;
            let distances: Vec<f64> = all.iter().map(|item| number(item, "distance")).collect();
            assert!(distances.is_sorted(), "{lat},{lng}");
            let distinct: BTreeSet<&str> = all.iter().map(|item| text(item, "id")).collect();
            assert_eq!((all.len() as u64, distinct.len() as u64), (count, count), "{lat},{lng} by {limit}");
        }
    }
}

#[actix_web::test]
async fn many_at_one_place_come_in_pages_that_miss_none() {
    let server = server_with(|tx| {
        put_base(tx, "here", &base("here", TOWER.0, TOWER.1))?;
        (0..300).try_for_each(|n| {
            let slug = format!("event {n}");
            let times = [("2026-11-26 10:00", "2026-11-26 11:00")];
            put_event_at(tx, &slug, &event(&slug, BaseId::from_slug("here")), &times)
        })
    })
    .await;
    let all = server.walk(&format!("/v1/events?{NEAR}&radius=1000&limit=20")).await;
    let ids: Vec<&str> = all.iter().map(|item| text(item, "id")).collect();
    assert!(ids.is_sorted(), "equals come in order of id");
    assert_eq!(ids.into_iter().collect::<BTreeSet<_>>().len(), 300);
}
