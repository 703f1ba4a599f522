//! Filters select what their words say of each answered item, and hold together for one and the same session.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use kepu::domain::events::{EventStatus, Mode};
use kepu::domain::ids::{BaseId, EventId, SessionId};
use kepu::domain::sessions::Session;
use kepu::domain::signup_terms::SignupTerms;
use serde_json::Value;

use super::{at, ids, instant, list, put_event_at, put_event_with, server_with, shared, text, titles};
use crate::support::catalogue::{base, event, put_base, session};
use crate::support::server::NOW;

/// Whether an item is what a question asks for.
type Holds = dyn Fn(&Value) -> bool;

/// The ids of the items of which `holds`, which must be some and not all.
fn those(items: &[Value], holds: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    let found: Vec<_> = items.iter().filter(|item| holds(item)).cloned().collect();
    assert!(!found.is_empty() && found.len() < items.len(), "{} of {}", found.len(), items.len());
    ids(&found)
}

fn holds_any(item: &Value, field: &str, codes: &[&str]) -> bool {
    list(item, field).iter().any(|code| codes.contains(&code.as_str().unwrap()))
}

/// The id in an object that may be absent.
fn id_of<'a>(item: &'a Value, field: &str) -> Option<&'a str> {
    item.get(field).map(|object| text(object, "id"))
}

#[actix_web::test]
async fn events_are_selected_by_what_they_are() {
    let site = shared();
    let all = site.walk("/v1/events?limit=100").await;
    let first = |field: &str| all.iter().find_map(|item| id_of(item, field)).unwrap().to_owned();
    let (organiser, base, series) = (first("organiser"), first("base"), first("series"));
    let campaign = all.iter().find_map(|item| list(item, "campaigns").first()).unwrap();
    let campaign = text(campaign, "id").to_owned();
    let age = |item: &Value, years: i64| {
        let bound = |field, open| item.get(field).map_or(open, |age| age.as_i64().unwrap());
        bound("ageMin", 0) <= years && years <= bound("ageMax", 200)
    };
    let questions: Vec<(String, Box<Holds>)> = vec![
        ("topic=ocean".into(), Box::new(|item| holds_any(item, "topics", &["ocean"]))),
        ("topic=ocean,tcm".into(), Box::new(|item| holds_any(item, "topics", &["ocean", "tcm"]))),
        ("audience=elderly".into(), Box::new(|item| holds_any(item, "audiences", &["elderly"]))),
        ("form=lecture".into(), Box::new(|item| item["form"] == "lecture")),
        (
            "form=lecture,exhibition".into(),
            Box::new(|item| ["lecture", "exhibition"].contains(&text(item, "form"))),
        ),
        (
            "topic=tcm&audience=elderly".into(),
            Box::new(|item| {
                holds_any(item, "topics", &["tcm"]) && holds_any(item, "audiences", &["elderly"])
            }),
        ),
        ("free=true".into(), Box::new(|item| item["free"] == true)),
        ("free=false".into(), Box::new(|item| item["free"] == false)),
        ("mode=online".into(), Box::new(|item| item["mode"] == "online")),
        ("mode=onsite".into(), Box::new(|item| item["mode"] == "onsite")),
        ("admission=walkIn".into(), Box::new(|item| item["admission"] == "walkIn")),
        ("admission=walkIn,group".into(), Box::new(|item| item["admission"] != "signup")),
        ("age=5".into(), Box::new(move |item| age(item, 5))),
        ("age=70".into(), Box::new(move |item| age(item, 70))),
        (
            format!("organiser={organiser}"),
            Box::new(move |item| id_of(item, "organiser") == Some(organiser.as_str())),
        ),
        (format!("base={base}"), Box::new(move |item| id_of(item, "base") == Some(base.as_str()))),
        (format!("series={series}"), Box::new(move |item| id_of(item, "series") == Some(series.as_str()))),
        (
            format!("campaign={campaign}"),
            Box::new(move |item| list(item, "campaigns").iter().any(|part| part["id"] == campaign.as_str())),
        ),
    ];
    for (query, holds) in questions {
        let page = site.json(&format!("/v1/events?{query}")).await;
        let found = site.walk(&format!("/v1/events?{query}&limit=100")).await;
        let expected = those(&all, holds);
        assert_eq!(ids(&found), expected, "{query}");
        assert_eq!(page["total"], expected.len(), "{query}");
    }
    assert_eq!(
        ids(&site.walk("/v1/events?sample=true&limit=100").await),
        ids(&all),
        "all of the seeds are samples"
    );
    assert_eq!(site.json("/v1/events?sample=false").await["total"], 0);
}

/// Open with a seat left, or no sign-up needed, for a session that has not ended.
#[actix_web::test]
async fn available_events_have_a_session_that_one_can_still_join() {
    let site = shared();
    let all = site.walk("/v1/events?limit=100").await;
    let mut expected = BTreeMap::new();
    for item in &all {
        let sessions = site.walk(&format!("/v1/events/{}/sessions?limit=100", text(item, "id"))).await;
        let joinable = sessions.iter().find(|session| {
            instant(&session["end"]) > NOW && ["open", "none"].contains(&text(session, "signupState"))
        });
        if let Some(session) = joinable {
            expected.insert(text(item, "id").to_owned(), text(session, "id").to_owned());
        }
    }
    let found = site.walk("/v1/events?available=true&limit=100").await;
    let found: BTreeMap<_, _> = found
        .iter()
        .map(|item| (text(item, "id").to_owned(), text(&item["nextSession"], "id").to_owned()))
        .collect();
    assert_eq!(found, expected);
    assert!(expected.len() < all.len());
}

#[actix_web::test]
async fn time_and_seats_must_hold_for_the_same_session() {
    let terms: SignupTerms =
        serde_json::from_value(serde_json::json!({ "waitlistMode": "confirm" })).unwrap();
    let server = server_with(|tx| {
        put_base(tx, "base", &base("base", 23.1, 113.3))?;
        let id = EventId::from_slug("event");
        let with = |slug, start, taken| Session {
            signup: Some(Box::new(terms.clone())),
            capacity: Some(2),
            taken,
            ..session(slug, id, at(start))
        };
        let sessions = [with("full", "2026-11-28 10:00", 2), with("free", "2026-11-29 10:00", 1)];
        put_event_with(tx, "event", &event("event", BaseId::from_slug("base")), sessions)
    })
    .await;
    let next = async |query: &str| {
        let page = server.json(&format!("/v1/events?{query}")).await;
        page["items"][0]["nextSession"]["start"].as_str().map(str::to_owned)
    };
    let (saturday, sunday) = ("2026-11-28T10:00:00+08:00", "2026-11-29T10:00:00+08:00");
    assert_eq!(next("").await.as_deref(), Some(saturday));
    assert_eq!(next("available=true").await.as_deref(), Some(sunday));
    assert_eq!(next("available=true&from=2026-11-28&to=2026-11-28").await, None);
    assert_eq!(next("available=true&from=2026-11-29&to=2026-11-29").await.as_deref(), Some(sunday));
    assert_eq!(next("available=true&when=weekend").await.as_deref(), Some(sunday));
}

#[actix_web::test]
async fn a_cancelled_event_leaves_lists_and_keeps_its_detail() {
    let server = server_with(|tx| {
        put_base(tx, "base", &base("base", 23.1, 113.3))?;
        let times = [("2026-11-28 10:00", "2026-11-28 11:00")];
        for (slug, status) in
            [("on", EventStatus::Scheduled), ("moved", EventStatus::Changed), ("off", EventStatus::Cancelled)]
        {
            let event = kepu::domain::events::Event { status, ..event(slug, BaseId::from_slug("base")) };
            put_event_at(tx, slug, &event, &times)?;
        }
        Ok(())
    })
    .await;
    for (query, expected) in [
        ("", &["moved", "on"][..]),
        ("status=cancelled", &["off"]),
        ("status=changed", &["moved"]),
        ("status=scheduled", &["on"]),
        ("status=cancelled,changed", &["moved", "off"]),
        ("available=true", &["moved", "on"]),
    ] {
        let page = server.json(&format!("/v1/events?{query}")).await;
        let mut found = titles(list(&page, "items"));
        found.sort_unstable();
        assert_eq!(found, expected, "{query}");
        assert_eq!(page["total"], expected.len());
    }
    let detail = server.json(&format!("/v1/events/{}", EventId::from_slug("off"))).await;
    assert_eq!((text(&detail, "title"), text(&detail, "status")), ("off", "cancelled"));
    assert_eq!(detail["sessions"][0]["signupState"], "cancelled");
    let session = server.json(&format!("/v1/sessions/{}", text(&detail["sessions"][0], "id"))).await;
    assert_eq!(session["signupState"], "cancelled");

    server.clock.set(NOW + TimeDelta::days(300));
    for slug in ["on", "off"] {
        let answer = server.get(&format!("/v1/events/{}", EventId::from_slug(slug))).await;
        assert_eq!(answer.status, 200, "{slug} keeps its detail for a year");
    }
}

/// A cancelled session is not the next one, and an event whose sessions are all cancelled has none.
#[actix_web::test]
async fn a_cancelled_session_is_not_the_next_one() {
    let server = server_with(|tx| {
        put_base(tx, "base", &base("base", 23.1, 113.3))?;
        let id = EventId::from_slug("event");
        let off = Session { status: EventStatus::Cancelled, ..session("off", id, at("2026-11-28 10:00")) };
        let sessions = [off, session("on", id, at("2026-11-29 10:00"))];
        put_event_with(tx, "event", &event("event", BaseId::from_slug("base")), sessions)
    })
    .await;
    let page = server.json("/v1/events?when=weekend").await;
    assert_eq!(page["items"][0]["nextSession"]["start"], "2026-11-29T10:00:00+08:00");
    assert_eq!(server.json("/v1/events?from=2026-11-28&to=2026-11-28").await["total"], 0);
    let all = server.walk(&format!("/v1/events/{}/sessions", EventId::from_slug("event"))).await;
    let states: Vec<_> = all.iter().map(|session| text(session, "signupState")).collect();
    assert_eq!(states, ["cancelled", "none"], "its own list says that it is off");
}

#[actix_web::test]
async fn hybrid_and_accessible_events_are_found_as_such() {
    let server = server_with(|tx| {
        put_base(tx, "base", &base("base", 23.1, 113.3))?;
        let plain = event("plain", BaseId::from_slug("base"));
        let mut hybrid = plain.clone();
        hybrid.title.zh_cn = "hybrid".into();
        hybrid.mode = Mode::Hybrid;
        hybrid.accessibility = serde_json::from_value(serde_json::json!({ "wheelchair": "yes" })).unwrap();
        let times = [("2026-11-28 10:00", "2026-11-28 11:00")];
        put_event_at(tx, "plain", &plain, &times)?;
        put_event_at(tx, "hybrid", &hybrid, &times)
    })
    .await;
    for (query, expected) in [
        ("mode=hybrid", "hybrid"),
        ("mode=onsite", "plain"),
        ("mode=hybrid,online", "hybrid"),
        ("accessibility=wheelchair", "hybrid"),
    ] {
        let page = server.json(&format!("/v1/events?{query}")).await;
        assert_eq!(titles(list(&page, "items")), [expected], "{query}");
    }
}

#[actix_web::test]
async fn bases_are_selected_by_what_they_are() {
    let site = shared();
    let all = site.walk("/v1/bases?limit=100").await;
    fn holds_level(item: &Value, levels: &[&str]) -> bool {
        list(item, "levels").iter().any(|held| levels.contains(&text(held, "level")))
    }
    let questions: [(&str, &Holds); 6] = [
        ("category=science_museum", &|item| item["category"] == "science_museum"),
        ("category=aquarium,zoo", &|item| ["aquarium", "zoo"].contains(&text(item, "category"))),
        ("level=national", &|item| holds_level(item, &["national"])),
        ("level=national,provincial", &|item| holds_level(item, &["national", "provincial"])),
        ("free=true", &|item| item["free"] == true),
        ("openNow=true", &|item| item["openNow"] == true),
    ];
    for (query, holds) in questions {
        let found = site.walk(&format!("/v1/bases?{query}&limit=100")).await;
        assert_eq!(ids(&found), those(&all, holds), "{query}");
    }
}

/// What a waiting phone polls: the state moves with the clock and the seats, not with a write.
#[actix_web::test]
async fn the_state_of_signing_up_follows_the_clock() {
    let (opens, closes) = (at("2026-11-26 10:00"), at("2026-11-27 10:00"));
    let server = server_with(|tx| {
        put_base(tx, "base", &base("base", 23.1, 113.3))?;
        let id = EventId::from_slug("event");
        let terms = |waitlist| {
            serde_json::from_value(serde_json::json!({
                "waitlistMode": waitlist, "opensAt": opens, "closesAt": closes, "partyMax": 3,
            }))
            .unwrap()
        };
        let with = |slug, taken, waitlist| Session {
            signup: Some(Box::new(terms(waitlist))),
            capacity: Some(2),
            taken,
            ..session(slug, id, at("2026-11-28 10:00"))
        };
        let sessions = [with("half", 1, "confirm"), with("queue", 2, "offer"), with("full", 2, "none")];
        put_event_with(tx, "event", &event("event", BaseId::from_slug("base")), sessions)
    })
    .await;
    for (now, states) in [
        ("2026-11-26 09:59", ["notOpen"; 3]),
        ("2026-11-26 10:00", ["open", "waitlist", "full"]),
        ("2026-11-27 09:59", ["open", "waitlist", "full"]),
        ("2026-11-27 10:00", ["closed"; 3]),
        ("2026-11-28 10:30", ["closed"; 3]),
        ("2026-11-28 11:00", ["ended"; 3]),
    ] {
        server.clock.set(at(now));
        for (slug, state) in ["half", "queue", "full"].into_iter().zip(states) {
            let answer = server.json(&format!("/v1/sessions/{}", SessionId::from_slug(slug))).await;
            assert_eq!(text(&answer, "signupState"), state, "{slug} at {now}");
            assert_eq!(
                (instant(&answer["signupOpensAt"]), instant(&answer["signupClosesAt"])),
                (opens, closes)
            );
            assert_eq!((&answer["capacity"], &answer["rules"]["partyMax"]), (&2.into(), &3.into()));
        }
    }
}
