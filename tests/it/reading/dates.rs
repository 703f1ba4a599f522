//! Dates: words, days and instants in the venue's zone, whatever the clock of whoever asks.

use chrono::TimeDelta;
use kepu::app::Error;
use kepu::db::Tx;
use kepu::domain::bases::Base;
use kepu::domain::ids::BaseId;

use super::{at, put_event_at, server_with, text, titles};
use crate::support::catalogue::{base, event, ground, put_base};
use crate::support::eventually;
use crate::support::server::{NOW, Server};

/// One event for each of the times that matter around Wednesday 25 November 2026, 10:00.
const TIMES: [(&str, &str, &str); 13] = [
    ("over", "2026-11-25 08:00", "2026-11-25 09:00"),
    ("just over", "2026-11-25 09:00", "2026-11-25 10:00"),
    ("on", "2026-11-25 09:30", "2026-11-25 10:30"),
    ("tonight", "2026-11-25 20:00", "2026-11-25 21:00"),
    ("past midnight", "2026-11-25 23:00", "2026-11-26 01:00"),
    ("thursday", "2026-11-26 10:00", "2026-11-26 11:00"),
    ("until saturday", "2026-11-27 22:00", "2026-11-28 00:00"),
    ("saturday", "2026-11-28 14:00", "2026-11-28 15:00"),
    ("until sunday", "2026-11-28 22:00", "2026-11-29 00:00"),
    ("into sunday", "2026-11-28 23:00", "2026-11-29 02:00"),
    ("sunday", "2026-11-29 10:00", "2026-11-29 11:00"),
    ("monday", "2026-11-30 10:00", "2026-11-30 11:00"),
    ("december", "2026-12-01 00:00", "2026-12-01 01:00"),
];

fn put_all(tx: &mut Tx<'_>) -> Result<(), Error> {
    put_base(tx, "base", &base("base", 23.1, 113.3))?;
    for (slug, start, end) in TIMES {
        put_event_at(tx, slug, &event(slug, BaseId::from_slug("base")), &[(start, end)])?;
    }
    Ok(())
}

/// Asserts that a question finds these events, in this order, and counts them.
async fn found(server: &Server, query: &str, expected: &[&str]) {
    let page = server.json(&format!("/v1/events?{query}")).await;
    assert_eq!(titles(page["items"].as_array().unwrap()), expected, "{query}");
    assert_eq!(page["total"], expected.len(), "{query}");
}

#[actix_web::test]
async fn words_mean_days_of_the_venue_less_what_has_ended() {
    let server = server_with(put_all).await;
    let all: Vec<_> = TIMES.iter().map(|(slug, ..)| *slug).collect();
    let weekend = ["saturday", "until sunday", "into sunday", "sunday"];
    found(&server, "", &all[2..]).await;
    found(&server, "when=today", &["on", "tonight", "past midnight"]).await;
    found(&server, "when=tomorrow", &["past midnight", "thursday"]).await;
    found(&server, "when=weekend", &weekend).await;
    found(&server, "when=week", &all[2..11]).await;
    found(&server, "when=month", &all[2..12]).await;

    server.clock.set(at("2026-11-28 18:00"));
    found(&server, "when=weekend", &weekend[1..]).await;
    found(&server, "when=today", &weekend[1..3]).await;
    server.clock.set(at("2026-11-28 23:59"));
    found(&server, "when=weekend", &weekend[1..]).await;
    server.clock.set(at("2026-11-29 00:00"));
    found(&server, "when=weekend", &weekend[2..]).await;
    found(&server, "when=week", &weekend[2..]).await;
    server.clock.set(at("2026-11-29 09:00"));
    found(&server, "when=weekend", &weekend[3..]).await;
    found(&server, "when=today", &weekend[3..]).await;
    server.clock.set(at("2026-11-29 11:00"));
    found(&server, "when=weekend", &[]).await;
    server.clock.set(at("2026-11-30 00:00"));
    found(&server, "when=weekend", &[]).await;
    found(&server, "when=month", &["monday"]).await;
}

#[actix_web::test]
async fn a_span_holds_its_start_and_not_its_end_and_a_date_in_to_its_day() {
    let server = server_with(put_all).await;
    let saturday = ["saturday", "until sunday", "into sunday"];
    found(&server, "from=2026-11-28&to=2026-11-28", &saturday).await;
    found(&server, "from=2026-11-29&to=2026-11-29", &["into sunday", "sunday"]).await;
    found(&server, "from=2026-11-30", &["monday", "december"]).await;
    found(&server, "from=2026-11-30&to=2026-11-30", &["monday"]).await;
    // Instants, in whatever zone: the session lasts from 14:00 to 15:00 in Guangdong.
    for (query, expected) in [
        ("from=2026-11-28T14:59:59%2B08:00&to=2026-11-28T15:30:00%2B08:00", &["saturday"][..]),
        ("from=2026-11-28T15:00:00%2B08:00&to=2026-11-28T22:00:00%2B08:00", &[]),
        ("from=2026-11-28T05:00:00Z&to=2026-11-28T06:00:01Z", &["saturday"]),
        ("from=2026-11-28T05:00:00Z&to=2026-11-28T06:00:00Z", &[]),
        ("from=2026-11-28T01:30:00-05:00&to=2026-11-28T01:31:00-05:00", &["saturday"]),
        ("from=2026-11-28T14:30:00%2B08:00&to=2026-11-28", &saturday),
        ("from=2026-11-28T16:00:00Z&to=2026-11-28T17:00:00Z", &["into sunday"]),
    ] {
        found(&server, query, expected).await;
    }
}

#[actix_web::test]
async fn what_has_ended_is_answered_when_its_status_is_asked() {
    let server = server_with(put_all).await;
    found(&server, "status=ended", &["over", "just over"]).await;
    found(&server, "status=ended&from=2026-11-25&to=2026-11-25", &["over", "just over"]).await;
    let ended = server.json("/v1/events?status=ended").await;
    for item in ended["items"].as_array().unwrap() {
        assert_eq!(item["status"], "ended");
        assert_eq!(server.json(&format!("/v1/events/{}", text(item, "id"))).await["status"], "ended");
    }
}

/// The next session is the earliest that matches, in the answer and in its order.
#[actix_web::test]
async fn next_session_is_the_earliest_in_the_span() {
    let server = server_with(|tx| {
        put_base(tx, "base", &base("base", 23.1, 113.3))?;
        let times: Vec<_> = TIMES.iter().map(|(_, start, end)| (*start, *end)).collect();
        put_event_at(tx, "many", &event("many", BaseId::from_slug("base")), &times)
    })
    .await;
    for (query, start) in [
        ("", "2026-11-25T09:30:00+08:00"),
        ("when=tomorrow", "2026-11-25T23:00:00+08:00"),
        ("when=weekend", "2026-11-28T14:00:00+08:00"),
        ("from=2026-11-29&to=2026-11-29", "2026-11-28T23:00:00+08:00"),
        ("from=2026-12-01", "2026-12-01T00:00:00+08:00"),
    ] {
        let page = server.json(&format!("/v1/events?{query}")).await;
        assert_eq!(
            (&page["total"], &page["items"][0]["nextSession"]["start"]),
            (&1.into(), &start.into()),
            "{query}"
        );
    }
}

#[actix_web::test]
async fn a_holiday_is_the_current_or_the_next_with_its_adjusted_days_off() {
    let server = Server::seeded().await;
    ground(&server.running.db);
    let base_id = BaseId::from_slug("holiday base");
    let fill = |tx: &mut Tx<'_>| {
        put_base(tx, "holiday base", &base("holiday base", 23.1, 113.3))?;
        for (slug, start, end) in [
            ("eve", "2025-12-31 10:00", "2025-12-31 11:00"),
            ("new year", "2026-01-03 10:00", "2026-01-03 11:00"),
            ("worked", "2026-02-14 10:00", "2026-02-14 11:00"),
            ("spring", "2026-02-23 10:00", "2026-02-23 11:00"),
        ] {
            put_event_at(tx, slug, &event(slug, base_id), &[(start, end)])?;
        }
        Ok::<_, Error>(())
    };
    server.running.db.write(fill).unwrap();
    server.clock.set(at("2025-12-31 09:00"));
    eventually("the events are there", async || {
        let answer = server.get(&format!("/v1/events?base={base_id}&limit=1")).await;
        (answer.status == 200 && answer.json()["total"] == 4).then_some(())
    })
    .await;
    found(&server, &format!("base={base_id}&when=holiday"), &["new year"]).await;
    server.clock.set(at("2026-01-02 23:00"));
    found(&server, &format!("base={base_id}&when=holiday"), &["new year"]).await;
    server.clock.set(at("2026-01-04 00:00"));
    found(&server, &format!("base={base_id}&when=holiday"), &["spring"]).await;

    server.clock.set(NOW);
    let answer = server.get("/v1/events?when=holiday").await;
    assert_eq!(answer.status, 400, "the holidays of 2027 are not published");
    let problem = answer.json();
    assert_eq!(problem["code"], "invalidParameter");
    assert_eq!(
        (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
        (&"when".into(), &"holidayUnknown".into())
    );
}

/// Without a span, sessions leave a list at the instant at which they end.
#[actix_web::test]
async fn lists_move_with_the_clock() {
    let server = server_with(put_all).await;
    let end = at("2026-11-25 10:30");
    server.clock.set(end - TimeDelta::seconds(1));
    let before = server.json("/v1/events").await;
    server.clock.set(end);
    let after = server.json("/v1/events").await;
    assert_eq!(before["items"][0]["title"], "on");
    assert_eq!(after["items"][0]["title"], "tonight");
    assert_eq!(before["total"], TIMES.len() - 2);
    assert_eq!(after["total"], TIMES.len() - 3);
}

#[actix_web::test]
async fn a_span_leaves_other_kinds_alone_where_there_are_no_events() {
    let server = server_with(|tx| {
        let hours = serde_json::from_value(serde_json::json!({ "rule": "24/7" })).unwrap();
        put_base(tx, "base", &Base { hours, ..base("base", 23.1, 113.3) })
    })
    .await;
    for query in [
        "/v1/bases?",
        "/v1/search?",
        "/v1/search?kinds=base&",
        "/v1/bases?crs=wgs84&lat=23.1&lng=113.3&radius=500&",
    ] {
        let open = server.json(&format!("{query}from=2026-12-01&to=2026-12-31")).await;
        let always = server.json(query).await;
        assert_eq!((&open["total"], &always["total"]), (&1.into(), &1.into()), "{query}");
    }
}

#[actix_web::test]
async fn the_strip_of_days_counts_what_each_day_lists() {
    let server = server_with(put_all).await;
    let strip = server.json("/v1/events?facets=date").await;
    let days = strip["facets"]["date"].as_array().unwrap();
    assert!(days.len() > 3);
    for day in days {
        let code = text(day, "code");
        let list = server.json(&format!("/v1/events?from={code}&to={code}")).await;
        assert_eq!(list["total"], day["count"], "{code}");
    }
    assert_eq!(text(&days[0], "code"), "2026-11-25");
}

#[actix_web::test]
async fn a_session_in_a_far_year_is_found_and_hides_nothing() {
    let server = server_with(|tx| {
        put_all(tx)?;
        let far = [("9000-01-01 10:00", "9000-01-01 11:00")];
        put_event_at(tx, "far", &event("far", BaseId::from_slug("base")), &far)
    })
    .await;
    let all = server.walk("/v1/events?from=2026-11-30&limit=2").await;
    assert_eq!(titles(&all), ["monday", "december", "far"]);
    found(&server, "from=2026-12-02", &["far"]).await;
}
