//! Pages: whatever their size and order, a walk meets everything that stood still exactly once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use kepu::domain::events::{Event, EventStatus};
use kepu::domain::ids::BaseId;
use kepu::domain::time::rfc3339;
use serde_json::Value;

use super::{at, ids, instant, list, number, put_event_at, server_with, shared, text, titles};
use crate::support::catalogue::{base, event, put_base};
use crate::support::eventually;
use crate::support::server::{NOW, Server};

#[actix_web::test]
async fn walks_of_any_page_size_give_the_same_list() {
    let site = shared();
    let near = "lat=23.1066&lng=113.3245";
    for question in [
        "events?form=lecture".to_owned(),
        "events?form=lecture&sort=start".into(),
        "events?form=lecture&sort=-start".into(),
        "events?form=lecture&sort=newest".into(),
        format!("events?form=lecture&sort=distance&{near}"),
        "events?form=lecture&sort=relevance&q=科学".into(),
        format!("events?form=lecture&{near}&radius=20000&when=week"),
        "bases?adcode=440300".into(),
        format!("bases?adcode=440300&{near}"),
        "routes?limit=1".into(),
        format!("routes?{near}"),
        "series?q=科普".into(),
        "campaigns?type=themeWeek".into(),
        "organisations?q=大学".into(),
    ] {
        let question = question.trim_end_matches("?limit=1");
        let sign = if question.contains('?') { '&' } else { '?' };
        let whole = site.walk(&format!("/v1/{question}{sign}limit=100")).await;
        assert!(whole.len() > 2, "{question}: {}", whole.len());
        for limit in [1, 7] {
            let path = format!("/v1/{question}{sign}limit={limit}");
            let first = site.json(&path).await;
            assert_eq!(list(&first, "items").len(), limit.min(whole.len()), "{path}");
            assert_eq!(first["total"], ids(&whole).len(), "{path}");
            assert_eq!(site.walk(&path).await, whole, "{path}");
        }
    }
}

#[actix_web::test]
async fn a_page_has_twenty_items_unless_asked_and_the_last_has_no_cursor() {
    let site = shared();
    let page = site.json("/v1/bases").await;
    assert_eq!(list(&page, "items").len(), 20);
    assert_eq!(page["total"], 200);
    let mut next = page["nextCursor"].as_str().unwrap().to_owned();
    for _ in 0..8 {
        let page = site.json(&format!("/v1/bases?cursor={next}")).await;
        assert_eq!(page["total"], 200, "a later page counts the same");
        next = page["nextCursor"].as_str().unwrap().to_owned();
    }
    let last = site.json(&format!("/v1/bases?cursor={next}")).await;
    assert_eq!(list(&last, "items").len(), 20);
    assert!(last.get("nextCursor").is_none(), "200 bases fill ten pages exactly");
    assert!(
        next.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)),
        "not fit for a query: {next}"
    );
}

#[actix_web::test]
async fn orders_are_what_they_are_called() {
    let site = shared();
    let start = |item: &Value| instant(&item["nextSession"]["start"]);
    for query in ["", "?sort=start"] {
        let all = site.walk(&format!("/v1/events{query}")).await;
        assert!(all.is_sorted_by_key(|item| (start(item), text(item, "id").to_owned())), "{query}");
    }
    let backwards = site.walk("/v1/events?sort=-start&limit=100").await;
    assert!(backwards.is_sorted_by(|a, b| start(a) >= start(b)));
    let near = site.walk("/v1/events?sort=distance&q=科学&lat=23.1&lng=113.3&limit=100").await;
    assert!(
        near.is_sorted_by_key(|item| number(item, "distance")),
        "an order that is asked for beats relevance"
    );
    let by_start = site.walk("/v1/events?sort=start&lat=23.1&lng=113.3&limit=100").await;
    assert!(by_start.is_sorted_by_key(start) && by_start[0].get("distance").is_some());
}

/// Puts an event with one session, `minutes` after ten o'clock on Saturday.
fn put(server: &Server, slug: &str, minutes: i64, status: EventStatus) {
    let start = at("2026-11-28 10:00") + TimeDelta::minutes(minutes);
    let (start, end) = (rfc3339(start), rfc3339(start + TimeDelta::hours(1)));
    let local = |time: &str| time[..16].replace('T', " ");
    let event = Event { status, ..event(slug, BaseId::from_slug("base")) };
    server.running.db.write(|tx| put_event_at(tx, slug, &event, &[(&local(&start), &local(&end))])).unwrap();
}

#[actix_web::test]
async fn what_stands_still_is_met_once_while_the_rest_moves() {
    let server = server_with(|tx| put_base(tx, "base", &base("base", 23.1, 113.3))).await;
    let names: Vec<_> = (0..12).map(|n| format!("event {n:02}")).collect();
    for (n, name) in (0..).zip(&names) {
        put(&server, name, 10 * n, EventStatus::Scheduled);
    }
    let total = async |total: usize| {
        eventually("the catalogue is as long as it should be", async || {
            (server.json("/v1/events?limit=1").await["total"] == total).then_some(())
        })
        .await;
    };
    total(12).await;
    let page = async |cursor: Option<&str>| {
        let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        server.json(&format!("/v1/events?sort=start&limit=4{cursor}")).await
    };
    let first = page(None).await;
    assert_eq!(titles(list(&first, "items")), names[..4]);

    // Before the cursor: one goes, one comes. The last one met goes too. After it: one goes, one comes.
    put(&server, "event 01", 10, EventStatus::Cancelled);
    put(&server, "new before", 15, EventStatus::Scheduled);
    put(&server, "event 03", 30, EventStatus::Cancelled);
    put(&server, "event 05", 50, EventStatus::Cancelled);
    put(&server, "new after", 65, EventStatus::Scheduled);
    total(11).await;

    let second = page(first["nextCursor"].as_str()).await;
    assert_eq!(titles(list(&second, "items")), ["event 04", "event 06", "new after", "event 07"]);
    assert_eq!(second["total"], 11, "today's data");
    let third = page(second["nextCursor"].as_str()).await;
    assert_eq!(titles(list(&third, "items")), names[8..]);
    assert!(third.get("nextCursor").is_none());
}

/// A cursor remembers the instant at which time is judged: what ends between two pages is not missed, and does not
/// shift what follows.
#[actix_web::test]
async fn time_does_not_run_while_pages_are_turned() {
    let server = server_with(|tx| {
        put_base(tx, "base", &base("base", 23.1, 113.3))?;
        for n in 0..6 {
            let slug = format!("event {n}");
            let (start, end) = (format!("2026-11-25 1{n}:00"), format!("2026-11-25 1{n}:50"));
            put_event_at(tx, &slug, &event(&slug, BaseId::from_slug("base")), &[(&start, &end)])?;
        }
        Ok(())
    })
    .await;
    let first = server.json("/v1/events?limit=2").await;
    assert_eq!(titles(list(&first, "items")), ["event 0", "event 1"]);
    server.clock.set(at("2026-11-25 13:00"));
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = server.json(&format!("/v1/events?limit=2&cursor={cursor}")).await;
    assert_eq!(titles(list(&second, "items")), ["event 2", "event 3"]);
}

async fn refused(server: &Server, path: &str, code: &str) {
    let answer = server.get(path).await;
    assert_eq!(answer.status, 400, "{path}: {}", answer.text);
    assert_eq!(answer.json()["code"], code, "{path}");
}

#[actix_web::test]
async fn a_cursor_belongs_to_its_question_for_a_day() {
    let server = Server::seeded().await;
    let cursor = |page: &Value| page["nextCursor"].as_str().unwrap().to_owned();
    let of_bases = cursor(&server.json("/v1/bases?adcode=440100").await);
    for path in [
        format!("/v1/bases?cursor={of_bases}"),
        format!("/v1/bases?adcode=440300&cursor={of_bases}"),
        format!("/v1/bases?adcode=440100&free=true&cursor={of_bases}"),
        format!("/v1/bases?adcode=440100&lat=23.1&lng=113.3&cursor={of_bases}"),
        format!("/v1/organisations?cursor={of_bases}"),
        format!("/v1/events?adcode=440100&cursor={of_bases}"),
    ] {
        refused(&server, &path, "cursorMismatch").await;
    }
    let path = format!("/v1/bases?adcode=440100&cursor={of_bases}");
    assert_eq!(server.get(&path).await.status, 200);
    server.clock.set(NOW + TimeDelta::hours(24) - TimeDelta::seconds(1));
    assert_eq!(server.get(&path).await.status, 200, "within the day");
    // Answers judge time by the minute.
    server.clock.set(NOW + TimeDelta::hours(24) + TimeDelta::minutes(1));
    refused(&server, &path, "cursorExpired").await;
}

#[actix_web::test]
async fn a_broken_cursor_is_told_as_such() {
    let site = shared();
    let page = site.json("/v1/bases").await;
    let cursor = page["nextCursor"].as_str().unwrap();
    for noun in
        ["events", "bases", "routes", "series", "campaigns", "organisations", "resources", "bulletins"]
    {
        for broken in
            ["x", "AAAA", "0", "%00", "中", &"A".repeat(2000), &cursor[1..], &cursor[..cursor.len() / 2]]
        {
            let answer = site.get(&format!("/v1/{noun}?cursor={broken}")).await;
            assert_eq!(answer.status, 400, "{noun} {broken}: {}", answer.text);
            assert!(
                ["cursorMalformed", "invalidParameter"].contains(&text(&answer.json(), "code")),
                "{broken}: {}",
                answer.text
            );
        }
    }
    // Every letter of a cursor matters, or at least breaks nothing.
    for place in 0..cursor.len() {
        let mut bytes = cursor.as_bytes().to_vec();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        let answer = site.get(&format!("/v1/bases?cursor={changed}")).await;
        assert!([200, 400].contains(&answer.status.as_u16()), "{changed}: {}", answer.text);
    }
}

/// A cursor is opaque and not secret: whoever reads one can write another. What is in it is input like any other.
#[actix_web::test]
async fn a_forged_cursor_is_an_answer_or_a_problem() {
    let site = shared();
    let furthest = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC].map(|end| end.timestamp_millis());
    let numbers = [0, 1, -1, i64::MIN, i64::MAX, i64::MAX / 1000, i64::MIN / 1000, i64::MIN / 1_000_000];
    let mut values: Vec<Value> = numbers.into_iter().chain(furthest).map(Value::from).collect();
    let near = furthest.into_iter().flat_map(|end| [end - 1, end + 1, end - 60_000, end + 60_000]);
    values.extend(near.map(Value::from));
    values.extend([
        Value::Null,
        "".into(),
        "x".repeat(1000).into(),
        1e308.into(),
        true.into(),
        Value::Array(vec![]),
    ]);
    let mut wrong = Vec::new();
    for path in ["events?limit=1", "events?limit=1&lat=23.1&lng=113.3", "bases?limit=1", "campaigns?limit=1"]
    {
        let page = site.json(&format!("/v1/{path}")).await;
        let cursor = URL_SAFE_NO_PAD.decode(page["nextCursor"].as_str().unwrap()).unwrap();
        let Ok(Value::Object(parts)) = serde_json::from_slice::<Value>(&cursor) else {
            panic!("a cursor is no longer JSON in base64: forge it otherwise");
        };
        for name in parts.keys() {
            for value in &values {
                let mut forged = parts.clone();
                forged[name] = value.clone();
                let cursor = URL_SAFE_NO_PAD.encode(Value::from(forged).to_string());
                let answer = site.get(&format!("/v1/{path}&cursor={cursor}")).await;
                if ![200, 400].contains(&answer.status.as_u16()) {
                    wrong.push(format!("{path}, {name}={value:.40}: {}", answer.text));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Time in a cursor is when its first page was asked, which cannot be tomorrow: a cursor that says so would let its
/// holder live for ever, and read lists of other days.
#[actix_web::test]
async fn a_cursor_of_tomorrow_is_not_taken() {
    let server = Server::seeded().await;
    server.clock.set(NOW + TimeDelta::hours(20));
    let page = server.json("/v1/events?limit=1").await;
    server.clock.set(NOW);
    let cursor = page["nextCursor"].as_str().unwrap();
    refused(&server, &format!("/v1/events?limit=1&cursor={cursor}"), "cursorExpired").await;
}
