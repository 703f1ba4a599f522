//! Calendars, read by the crate `icalendar`. That their zone means what it should is tested with `ical.js` in
//! tests/clients, which computes with it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use icalendar::{Calendar, CalendarDateTime, Component, DatePerhapsTime, Event, EventLike};
use kepu::domain::events::EventStatus;
use kepu::domain::ids::{BaseId, EventId, SessionId};
use kepu::domain::sessions::Session;
use kepu::domain::text::Text;
use kepu::domain::time::CHINA;

use super::{at, instant, list, number, put_event_with, server_with, shared, text};
use crate::support::catalogue::{base, event, put_base, session};
use crate::support::server::{NOW, Server, Site};

async fn calendar(site: &Site, path: &str) -> Calendar {
    let answer = site.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    assert!(answer.text.ends_with("END:VCALENDAR\r\n"));
    for line in answer.text.split("\r\n") {
        assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line}");
    }
    answer.text.parse().unwrap()
}

fn events(calendar: &Calendar) -> Vec<&Event> {
    calendar.components.iter().filter_map(|component| component.as_event()).collect()
}

/// The instant that a time of the venues' zone means.
fn moment(time: Option<DatePerhapsTime>) -> DateTime<Utc> {
    match time {
        Some(DatePerhapsTime::DateTime(CalendarDateTime::WithTimezone { date_time, tzid })) => {
            assert_eq!(tzid, "Asia/Shanghai");
            date_time.and_local_timezone(CHINA).unwrap().to_utc()
        }
        other => panic!("{other:?}"),
    }
}

#[actix_web::test]
async fn the_calendar_of_an_event_has_its_coming_sessions_as_json_tells_them() {
    let site = shared();
    for item in list(&site.json("/v1/events?limit=20").await, "items") {
        let id = text(item, "id");
        let detail = site.json(&format!("/v1/events/{id}?crs=wgs84")).await;
        let calendar = calendar(&site, &format!("/v1/events/{id}/calendar.ics")).await;
        assert_eq!(calendar.get_name(), Some(text(&detail, "title")));
        let (dates, sessions) = (events(&calendar), list(&detail, "sessions"));
        assert!(
            dates.len() == sessions.len() || detail["sessionsMore"] == true && dates.len() > sessions.len()
        );
        for (date, session) in dates.into_iter().zip(sessions) {
            assert_eq!(date.get_uid(), Some(format!("{}@kepu", text(session, "id")).as_str()));
            assert_eq!(moment(date.get_start()), instant(&session["start"]));
            assert_eq!(moment(date.get_end()), instant(&session["end"]));
            assert_eq!(date.get_summary(), Some(text(&detail, "title")));
            assert!(date.get_description().unwrap().contains(text(&detail, "summary")));
            assert_eq!(date.property_value("STATUS"), Some("CONFIRMED"));
            assert_eq!(date.property_value("SEQUENCE").unwrap(), detail["version"].to_string());
            let changed = instant(&detail["updatedAt"]).format("%Y%m%dT%H%M%SZ").to_string();
            assert_eq!(date.property_value("LAST-MODIFIED"), Some(changed.as_str()));
            assert_eq!(date.property_value("DTSTAMP"), Some(changed.as_str()));
            assert!(date.property_value("URL").unwrap().starts_with("http"));
            let Some(place) = session.get("place") else {
                assert_eq!((date.property_value("LOCATION"), date.property_value("GEO")), (None, None));
                continue;
            };
            assert!(date.property_value("LOCATION").unwrap().contains(text(place, "address")));
            let (lat, lng) = date.property_value("GEO").unwrap().split_once(';').unwrap();
            assert!((lat.parse::<f64>().unwrap() - number(place, "lat")).abs() < 1e-6);
            assert!((lng.parse::<f64>().unwrap() - number(place, "lng")).abs() < 1e-6);
        }
    }
}

#[actix_web::test]
async fn the_calendar_of_a_question_has_just_the_sessions_that_fit() {
    let site = shared();
    for query in [
        "topic=astronomy_space&when=month",
        "lat=23.1066&lng=113.3245&radius=5000&when=weekend",
        "when=today",
    ] {
        let calendar = calendar(&site, &format!("/v1/events.ics?{query}")).await;
        let dates = events(&calendar);
        let found = site.walk(&format!("/v1/events?{query}&limit=100")).await;
        assert_eq!(
            dates.len() as f64,
            found.iter().map(|item| number(item, "sessionCount")).sum::<f64>(),
            "{query}"
        );
        assert!(!dates.is_empty() && dates.len() < 500, "{query}");
        let uids: BTreeSet<_> = dates.iter().map(|date| date.get_uid().unwrap()).collect();
        assert_eq!(uids.len(), dates.len());
        for item in &found {
            let next = format!("{}@kepu", text(&item["nextSession"], "id"));
            assert!(uids.contains(next.as_str()), "{query}: {item}");
        }
        let starts: Vec<_> = dates.iter().map(|date| moment(date.get_start())).collect();
        assert!(starts.is_sorted());
    }
}

#[actix_web::test]
async fn a_calendar_says_how_to_subscribe_and_is_cut_at_five_hundred() {
    let site = shared();
    let all = calendar(&site, "/v1/events.ics?lang=en").await;
    assert_eq!(events(&all).len(), 500);
    assert_eq!(all.property_value("X-WR-CALNAME"), Some("Science events"));
    assert_eq!(all.property_value("REFRESH-INTERVAL"), Some("PT1H"));
    assert_eq!(all.property_value("X-PUBLISHED-TTL"), Some("PT1H"));
    let name = calendar(&site, "/v1/events.ics?q=天文&adcode=440100").await;
    assert_eq!(name.get_name(), Some("科普活动 · 天文 · 广州市"));
    let answer = site.get("/v1/events.ics").await;
    assert_eq!(answer.header("content-disposition"), Some("inline; filename=\"kepu.ics\""));
}

/// An event with texts that want escaping, a session that is called off and one that is over.
async fn awkward() -> Server {
    server_with(|tx| {
        put_base(tx, "museum", &base("museum", 23.13, 113.33))?;
        let mut event = event("talk", BaseId::from_slug("museum"));
        event.title = Text::zh("火星, 木星; 以及\\土星");
        event.summary = Text::zh("第一行\n第二行：这一行很长，要折成好几行，而且不能把一个汉字从中间切开。");
        event.topics = vec![kepu::domain::taxonomy::Code("ocean".into())];
        let id = EventId::from_slug("talk");
        let sessions = [
            ("over", "2026-11-24 14:00", EventStatus::Scheduled),
            ("off", "2026-11-28 14:00", EventStatus::Cancelled),
            ("on", "2026-11-29 14:00", EventStatus::Scheduled),
        ];
        let sessions =
            sessions.map(|(slug, start, status)| Session { status, ..session(slug, id, at(start)) });
        put_event_with(tx, "talk", &event, sessions)
    })
    .await
}

#[actix_web::test]
async fn what_is_called_off_says_so_and_what_is_over_is_gone() {
    let server = awkward().await;
    let id = EventId::from_slug("talk");
    let calendar = calendar(&server, &format!("/v1/events/{id}/calendar.ics")).await;
    let told: Vec<_> = events(&calendar)
        .iter()
        .map(|date| (date.get_uid().unwrap().to_owned(), date.property_value("STATUS").unwrap().to_owned()))
        .collect();
    let uid = |slug| format!("{}@kepu", SessionId::from_slug(slug));
    assert_eq!(told, [(uid("off"), "CANCELLED".to_owned()), (uid("on"), "CONFIRMED".to_owned())]);
    let subscribed = super::calendars::calendar(&server, "/v1/events.ics").await;
    assert_eq!(
        events(&subscribed).iter().map(|date| date.get_uid().unwrap()).collect::<Vec<_>>(),
        [uid("on")]
    );
}

#[actix_web::test]
async fn awkward_texts_come_back_as_they_were() {
    let server = awkward().await;
    let path = format!("/v1/events/{}/calendar.ics", EventId::from_slug("talk"));
    let calendar = calendar(&server, &path).await;
    let date = events(&calendar)[0];
    assert_eq!(date.get_summary(), Some("火星, 木星; 以及\\土星"));
    let expected = "第一行\n第二行：这一行很长，要折成好几行，而且不能把一个汉字从中间切开。";
    assert_eq!(date.get_description(), Some(expected));
    assert_eq!(date.get_categories(), Some(vec!["ocean".to_owned()]));
}

#[actix_web::test]
async fn a_calendar_stays_the_same_while_nothing_changes() {
    let server = awkward().await;
    for path in
        ["/v1/events.ics".to_owned(), format!("/v1/events/{}/calendar.ics", EventId::from_slug("talk"))]
    {
        server.clock.set(NOW);
        let before = server.get(&path).await;
        server.clock.set(NOW + TimeDelta::days(2));
        let after = server.get(&path).await;
        assert_eq!(before.header("etag"), after.header("etag"), "{path}");
        server.clock.set(NOW + TimeDelta::days(6));
        assert_ne!(before.header("etag"), server.get(&path).await.header("etag"), "{path}: all is over");
    }
}
