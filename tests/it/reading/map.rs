//! The map: at most 200 marks, each of which counts exactly what search lists in its box.

use std::collections::BTreeSet;

use serde_json::Value;

use super::bad_input::blamed;
use super::{list, number, position, shared, text};
use crate::support::server::Site;

/// West, south, east, north.
type Area = [f64; 4];

fn query(area: Area) -> String {
    format!("bbox={},{},{},{}", area[0], area[1], area[2], area[3])
}

fn area(mark: &Value) -> Option<Area> {
    let edges: Vec<_> =
        mark.get("bbox")?.as_array().unwrap().iter().map(|edge| edge.as_f64().unwrap()).collect();
    Some(edges.try_into().unwrap())
}

/// What a phone shows around a point at a zoom, some 360 by 600 points large.
fn phone(lat: f64, lng: f64, zoom: f64) -> Area {
    let point = 360.0 / 256.0 / zoom.exp2();
    let (wide, high) = (180.0 * point, 300.0 * point * lat.to_radians().cos());
    [lng - wide, lat - high, lng + wide, lat + high]
}

/// Guangdong and parts of it, each with a zoom.
fn views() -> Vec<(Area, f64)> {
    let mut views = vec![
        ([109.0, 20.0, 117.5, 25.7], 6.0),
        ([109.0, 20.0, 117.5, 25.7], 7.5),
        // A zoom much closer than the box: the marks are still few.
        ([109.0, 20.0, 117.5, 25.7], 22.0),
        ([112.9, 22.5, 114.4, 23.6], 16.0),
        ([113.2, 23.0, 113.4, 23.2], 0.0),
    ];
    for (lat, lng) in
        [(23.1066, 113.3245), (23.0420, 113.3567), (22.54, 114.05), (23.69, 113.03), (21.2, 110.4)]
    {
        views.extend([8.0, 10.0, 11.5, 13.0, 15.0, 18.0].map(|zoom| (phone(lat, lng, zoom), zoom)));
    }
    views
}

/// Whether the point of a mark lies in a box.
fn holds(area: Area, mark: &Value) -> bool {
    let (lat, lng) = (number(mark, "lat"), number(mark, "lng"));
    area[0] <= lng && lng <= area[2] && area[1] <= lat && lat <= area[3]
}

/// Checks all marks of a question against search; returns what differs, and how many marks of either sort it saw.
async fn differences(
    site: &Site,
    view: (Area, f64),
    filters: &str,
    whole: bool,
) -> (Vec<String>, [usize; 2]) {
    let (bounds, zoom) = view;
    let path = format!("/v1/map?{}&zoom={zoom}&{filters}", query(bounds));
    let map = site.json(&path).await;
    let total = map["total"].as_u64().unwrap();
    let marks = list(&map, "marks");
    let (mut wrong, mut seen, mut sum) = (Vec::new(), [0, 0], 0);
    let mut say = |what: String| wrong.push(format!("{path}: {what}"));
    if marks.len() > 200 {
        say(format!("{} marks", marks.len()));
    }
    let inside = site.json(&format!("/v1/search?understand=false&limit=1&{}&{filters}", query(bounds))).await;
    if inside["total"] != total || inside["crs"] != map["crs"] {
        say(format!("total {total}, but search finds {}", inside["total"]));
    }
    for mark in marks {
        if !holds(bounds, mark) {
            say(format!("it lies outside: {mark}"));
        }
        let Some(edges) = area(mark) else {
            seen[0] += 1;
            sum += 1;
            let single = ["kind", "id", "title"].iter().all(|field| mark[field].is_string());
            if !single || mark.get("count").is_some_and(|count| *count != 1) {
                say(format!("neither one thing nor several: {mark}"));
            }
            continue;
        };
        seen[1] += 1;
        let count = mark["count"].as_u64().unwrap();
        sum += count;
        if count < 2 || !holds(edges, mark) {
            say(format!("few or beside its box: {mark}"));
        }
        let found =
            site.json(&format!("/v1/search?understand=false&limit=1&{}&{filters}", query(edges))).await;
        if found["total"] != count {
            say(format!("search finds {} in the box of {mark}", found["total"]));
        }
    }
    if whole && sum != total {
        say(format!("the marks count {sum} of {total}"));
    }
    if sum < total {
        say(format!("the marks hold only {sum} of {total}"));
    }
    (wrong, seen)
}

#[actix_web::test]
async fn every_mark_counts_what_search_lists_in_its_box() {
    let site = shared();
    let (mut wrong, mut seen) = (Vec::new(), [0, 0]);
    for view in views() {
        // Routes have several places, and are in a mark for each: only of the others does every thing count once.
        for (filters, whole) in [
            ("crs=gcj02", false),
            ("kinds=event", true),
            ("kinds=base&crs=wgs84", true),
            ("kinds=resource,base", true),
            ("kinds=event,base&crs=bd09", true),
            ("kinds=route", false),
        ] {
            let (more, marks) = differences(&site, view, filters, whole).await;
            wrong.extend(more);
            seen = [seen[0] + marks[0], seen[1] + marks[1]];
        }
    }
    assert!(wrong.is_empty(), "{} differences: {:#?}", wrong.len(), &wrong[..wrong.len().min(20)]);
    assert!(seen[0] > 100 && seen[1] > 100, "{seen:?}");
}

#[actix_web::test]
async fn filters_hold_on_the_map_as_they_do_in_search() {
    let site = shared();
    let (mut wrong, mut seen) = (Vec::new(), [0, 0]);
    for filters in [
        "topic=ocean",
        "topic=biodiversity&free=true",
        "audience=child_family",
        "form=lecture,workshop",
        "when=weekend",
        "from=2026-12-01&to=2026-12-03&kinds=event",
        "available=true&crs=wgs84",
        "adcode=440100&crs=bd09",
        "category=science_museum,natural_history",
        "level=national",
        "openNow=true",
        "openAt=2026-11-28T10:00:00%2B08:00",
        "days=1",
        "age=8",
        "q=科学",
        "q=海洋&kinds=event,base&crs=wgs84",
        "admission=walkIn,group",
        "status=scheduled",
    ] {
        for view in [([109.0, 20.0, 117.5, 25.7], 7.0), (phone(23.1066, 113.3245, 11.0), 11.0)] {
            let places_differ = !["kinds", "topic", "form", "category", "level", "open", "age", "admission"]
                .iter()
                .any(|only| filters.contains(only));
            let (more, marks) = differences(&site, view, filters, !places_differ).await;
            wrong.extend(more);
            seen = [seen[0] + marks[0], seen[1] + marks[1]];
        }
    }
    assert!(wrong.is_empty(), "{} differences: {:#?}", wrong.len(), &wrong[..wrong.len().min(20)]);
    assert!(seen[0] > 30 && seen[1] > 30, "{seen:?}");
}

#[actix_web::test]
async fn a_mark_of_one_thing_says_which() {
    let site = shared();
    let mut kinds = BTreeSet::new();
    for (lat, lng, zoom) in
        [(23.1066, 113.3245, 14.0), (23.69, 113.03, 10.0), (23.1, 113.3, 9.0), (22.3, 113.5, 9.0)]
    {
        for crs in ["gcj02", "wgs84", "bd09"] {
            for filters in ["", "&kinds=route", "&kinds=event&form=lecture", "&kinds=base&category=geology"] {
                let path = format!("/v1/map?{}&zoom={zoom}&crs={crs}{filters}", query(phone(lat, lng, zoom)));
                for mark in list(&site.json(&path).await, "marks").iter().filter(|mark| area(mark).is_none())
                {
                    let (kind, id) = (text(mark, "kind"), text(mark, "id"));
                    let detail = site.json(&format!("/v1/{kind}s/{id}?crs={crs}")).await;
                    let named = if kind == "event" { "title" } else { "name" };
                    assert_eq!(mark["title"], detail[named], "{path}: {mark}");
                    let (lat, lng) = (number(mark, "lat"), number(mark, "lng"));
                    if kind == "route" {
                        // The middle of those of its stops that lie together.
                        let around = detail["stops"].as_array().unwrap().iter().filter_map(position);
                        let (lats, lngs): (Vec<_>, Vec<_>) = around.unzip();
                        let within = |at: f64, of: &[f64]| {
                            of.iter().any(|one| *one <= at + 1e-9) && of.iter().any(|one| at - 1e-9 <= *one)
                        };
                        assert!(within(lat, &lats) && within(lng, &lngs), "{path}: {mark}");
                    } else {
                        let there = format!(
                            "/v1/search?{}&crs={crs}{filters}&limit=100",
                            query([lng, lat, lng, lat])
                        );
                        let there = site.walk(&there).await;
                        let item = there
                            .iter()
                            .find(|item| item["id"] == id)
                            .unwrap_or_else(|| panic!("{path}: {mark}"));
                        assert_eq!(position(&item["place"]), Some((lat, lng)), "{path}: {mark}");
                        let state = item.get("nextSession").map(|session| &session["signupState"]);
                        assert_eq!(
                            (mark.get("openNow"), mark.get("signupState")),
                            (item.get("openNow"), state),
                            "{mark}"
                        );
                    }
                    kinds.insert(kind.to_owned());
                }
            }
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["base", "event", "route"]);
}

/// Where a base and its events lie on one point, no zoom parts them: the mark leads to the base.
#[actix_web::test]
async fn things_at_one_place_are_one_mark_with_its_base() {
    let site = shared();
    let mut named = 0;
    for crs in ["gcj02", "wgs84", "bd09"] {
        let bases = site.walk(&format!("/v1/bases?crs={crs}&limit=100")).await;
        for base in bases.iter().step_by(5) {
            let (lat, lng) = (number(&base["place"], "lat"), number(&base["place"], "lng"));
            let at = [lng, lat, lng, lat];
            let path = format!("/v1/map?{}&zoom=22&kinds=event,base&crs={crs}", query(at));
            let map = site.json(&path).await;
            let [mark] = list(&map, "marks") else { panic!("{path}: not one mark: {map}") };
            assert_eq!((number(mark, "lat"), number(mark, "lng")), (lat, lng), "{path}");
            let there =
                site.walk(&format!("/v1/search?{}&kinds=event,base&crs={crs}&limit=100", query(at))).await;
            assert_eq!(map["total"], there.len(), "{path}");
            if there.len() == 1 {
                assert_eq!(mark["id"], base["id"], "{path}");
                continue;
            }
            assert_eq!((area(mark), &mark["count"]), (Some(at), &there.len().into()), "{path}");
            let host = |item: &Value| match text(item, "kind") {
                "base" => Some(text(item, "id").to_owned()),
                _ => item.get("base").map(|base| text(base, "id").to_owned()),
            };
            let hosts: BTreeSet<_> = there.iter().map(host).collect();
            if hosts.len() == 1 {
                assert_eq!(
                    mark["base"],
                    serde_json::json!({ "id": base["id"], "name": base["name"] }),
                    "{path}"
                );
                named += 1;
            } else {
                assert!(mark.get("base").is_none(), "{path}: at several: {hosts:?}");
            }
        }
    }
    assert!(named > 20, "{named}");
}

/// Whatever the view: who is told a base finds nothing that is at another.
#[actix_web::test]
async fn a_mark_with_a_base_holds_nothing_of_another() {
    let site = shared();
    let (mut with, mut without) = (0, 0);
    for (bounds, zoom) in views() {
        let map = site.json(&format!("/v1/map?{}&zoom={zoom}&kinds=event,base", query(bounds))).await;
        for mark in list(&map, "marks") {
            let Some(edges) = area(mark) else { continue };
            if edges[0] != edges[2] || edges[1] != edges[3] {
                assert!(mark.get("base").is_none(), "it has several places: {mark}");
                without += 1;
                continue;
            }
            let Some(base) = mark.get("base") else { continue };
            let there = site.walk(&format!("/v1/search?{}&kinds=event,base&limit=100", query(edges))).await;
            for item in &there {
                let own = if item["kind"] == "base" { item } else { &item["base"] };
                assert_eq!(own["id"], base["id"], "{mark}: {item}");
            }
            with += 1;
        }
    }
    assert!(with > 50 && without > 50, "{with} {without}");
}

#[actix_web::test]
async fn marks_stand_still_while_the_map_is_moved() {
    let site = shared();
    let mut stood = 0;
    for crs in ["gcj02", "wgs84", "bd09"] {
        for kinds in ["event,base", "route", "event"] {
            for (lat, lng, zoom) in
                [(23.1066, 113.3245, 12.0), (23.1, 113.3, 9.0), (22.6, 114.0, 10.5), (23.3, 113.2, 7.0)]
            {
                let first = phone(lat, lng, zoom);
                let (wide, high) = (first[2] - first[0], first[3] - first[1]);
                let asked = async |bounds: Area| {
                    let path = format!("/v1/map?{}&zoom={zoom}&kinds={kinds}&crs={crs}", query(bounds));
                    list(&site.json(&path).await, "marks").to_vec()
                };
                let before = asked(first).await;
                for (right, up) in [(0.013, 0.0), (0.0, 0.027), (-0.05, 0.04), (0.11, -0.1)] {
                    let (right, up) = (right * wide, up * high);
                    let moved = [first[0] + right, first[1] + up, first[2] + right, first[3] + up];
                    let after = asked(moved).await;
                    // A fifth of the view is wider than any cell of the grid.
                    let well_inside = |mark: &&Value| {
                        let edges = area(mark).unwrap_or_else(|| {
                            let (lat, lng) = (number(mark, "lat"), number(mark, "lng"));
                            [lng, lat, lng, lat]
                        });
                        [first, moved].iter().all(|view| {
                            view[0] + wide / 5.0 <= edges[0]
                                && view[1] + high / 5.0 <= edges[1]
                                && edges[2] <= view[2] - wide / 5.0
                                && edges[3] <= view[3] - high / 5.0
                        })
                    };
                    let (kept, now) = (before.iter().filter(well_inside), after.iter().filter(well_inside));
                    let (kept, now): (BTreeSet<_>, BTreeSet<_>) =
                        (kept.map(Value::to_string).collect(), now.map(Value::to_string).collect());
                    assert_eq!(kept, now, "{crs} {kinds}: from {first:?} to {moved:?} at {zoom}");
                    stood += kept.len();
                }
            }
        }
    }
    assert!(stood > 200, "{stood}");
}

#[actix_web::test]
async fn a_closer_zoom_parts_what_lies_apart() {
    let site = shared();
    let bounds = phone(23.1066, 113.3245, 11.0);
    let mut counts = Vec::new();
    for zoom in [8, 10, 12, 14] {
        let map = site.json(&format!("/v1/map?{}&zoom={zoom}&kinds=event,base", query(bounds))).await;
        counts.push(list(&map, "marks").len());
    }
    assert!(counts.is_sorted() && counts[0] * 3 < counts[3], "{counts:?}");
    let absent = site.json(&format!("/v1/map?{}&kinds=event,base", query(bounds))).await;
    assert_eq!(list(&absent, "marks").len(), counts[2], "12 if absent");
}

#[actix_web::test]
async fn what_is_on_no_map_makes_no_marks() {
    let site = shared();
    for query in
        ["bbox=0,0,10,10", "bbox=109,20,117.5,25.7&kinds=campaign", "bbox=109,20,117.5,25.7&q=xyzzyplugh"]
    {
        let map = site.json(&format!("/v1/map?{query}")).await;
        assert_eq!((&map["total"], list(&map, "marks").len()), (&0.into(), 0), "{query}");
        assert_eq!(map["crs"], "gcj02");
    }
}

#[actix_web::test]
async fn a_map_needs_its_box() {
    let site = shared();
    let mut wrong = Vec::new();
    for (query, field, codes) in [
        ("", "bbox", "missing"),
        ("zoom=12", "bbox", "missing"),
        ("bbox=", "bbox", "empty"),
        ("bbox=113,23,114", "bbox", "malformed"),
        ("bbox=114,23,113,24", "bbox", "inverted"),
        ("bbox=113,23,114,24&zoom=-1", "zoom", "outOfRange"),
        ("bbox=113,23,114,24&zoom=23", "zoom", "outOfRange"),
        ("bbox=113,23,114,24&zoom=near", "zoom", "notANumber"),
        ("bbox=113,23,114,24&kinds=nosuch", "kinds", "notAllowed"),
        ("bbox=113,23,114,24&crs=mars", "crs", "notAllowed"),
        ("bbox=113,23,114,24&limit=5", "limit", "unknown"),
        ("bbox=113,23,114,24&nosuch=1", "nosuch", "unknown"),
    ] {
        wrong.extend(blamed(&site, &format!("/v1/map?{query}"), field, codes).await.err());
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[actix_web::test]
async fn a_mark_names_a_base_only_where_it_lies() {
    use crate::support::catalogue::{base, event, put_base};
    use kepu::domain::events::Event;
    use kepu::domain::ids::BaseId;

    let server = super::server_with(|tx| {
        put_base(tx, "here", &base("here", 23.1, 113.3))?;
        let times = [("2026-11-26 10:00", "2026-11-26 11:00")];
        for slug in ["one", "other"] {
            let own = event(slug, BaseId::from_slug("here"));
            let away = Event { place: Some(base("school", 23.2, 113.4).place), ..own.clone() };
            super::put_event_at(tx, slug, &own, &times)?;
            super::put_event_at(tx, &format!("{slug} away"), &away, &times)?;
        }
        Ok(())
    })
    .await;
    let map = server.json("/v1/map?bbox=113.2,23.0,113.5,23.3&zoom=12&crs=wgs84&kinds=event").await;
    let told = |mark: &Value| {
        (number(mark, "lat"), mark["count"].as_u64(), mark["base"]["name"].as_str().map(str::to_owned))
    };
    let mut marks: Vec<_> = list(&map, "marks").iter().map(told).collect();
    marks.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(marks, [(23.1, Some(2), Some("here".to_owned())), (23.2, Some(2), None)]);
}
