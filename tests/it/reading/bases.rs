//! Bases: what their hours say, at any instant, and that lists ask the same hours.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use kepu::domain::ids::BaseId;
use kepu::domain::time::CHINA;
use serde_json::{Value, json};

use super::shapes::{DAY, differences};
use super::{at, ids, instant, list, names, server_with, shared, text};
use crate::support::catalogue::{base, put_base};
use crate::support::server::{NOW, Server};

/// An instant of a day's opening, which is a time of that day (`24:00` and beyond are of the next) or an RFC 3339.
fn moment(date: NaiveDate, value: &Value) -> DateTime<Utc> {
    let text = value.as_str().unwrap();
    if text.len() > 5 {
        return instant(value);
    }
    let (hour, minute) = text.split_once(':').unwrap();
    let minutes = hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap();
    let midnight = date.and_time(NaiveTime::MIN).and_local_timezone(CHINA).unwrap().to_utc();
    midnight + TimeDelta::minutes(minutes)
}

/// Whether a base's days say that it is open at `now`; `None` where a day that matters is not certain.
fn open_at(days: &[Value], now: DateTime<Utc>) -> Option<bool> {
    let today = now.with_timezone(&CHINA).date_naive();
    let mut certain = false;
    for day in days {
        let date: NaiveDate = text(day, "date").parse().unwrap();
        for span in list(day, "open") {
            let (from, mut to) = (moment(date, &span["from"]), moment(date, &span["to"]));
            if to <= from {
                to += TimeDelta::days(1);
            }
            if from <= now && now < to {
                return (day["certain"] == true).then_some(true);
            }
        }
        if date == today {
            certain = day["certain"] == true;
        }
    }
    certain.then_some(false)
}

#[actix_web::test]
async fn open_now_is_what_the_days_say() {
    let site = shared();
    let all = site.walk("/v1/bases?limit=100").await;
    let (mut open, mut unknown) = (0, 0);
    for item in &all {
        let days = list(&item["hours"], "next7Days");
        let now = item.get("openNow").map(|now| now.as_bool().unwrap());
        if days.is_empty() {
            assert_eq!(now, None, "nobody knows: {item}");
            unknown += 1;
            continue;
        }
        let dates: Vec<_> = days.iter().map(|day| text(day, "date").parse::<NaiveDate>().unwrap()).collect();
        let today = NOW.with_timezone(&CHINA).date_naive();
        assert_eq!(dates, (0..7).map(|day| today + Days::new(day)).collect::<Vec<_>>(), "{item}");
        assert_eq!(now, open_at(days, NOW), "{item}");
        match now {
            Some(true) => open += 1,
            Some(false) => {}
            None => unknown += 1,
        }
    }
    assert!(open > 50 && unknown > 50, "open {open}, unknown {unknown}");
    let found = site.walk("/v1/bases?openNow=true&limit=100").await;
    assert_eq!(found.len(), open);
    assert!(found.iter().all(|item| item["openNow"] == true));
}

#[actix_web::test]
async fn open_at_and_dates_select_the_certain_openings() {
    let site = shared();
    let all = site.walk("/v1/bases?limit=100").await;
    let those = |holds: &dyn Fn(&[Value]) -> bool| {
        let open: Vec<_> =
            all.iter().filter(|item| holds(list(&item["hours"], "next7Days"))).cloned().collect();
        ids(&open)
    };
    for local in ["2026-11-28 10:00", "2026-11-28 17:15", "2026-11-30 10:00", "2026-11-26 03:00"] {
        let when = at(local);
        let query = when.with_timezone(&CHINA).to_rfc3339().replace('+', "%2B");
        let found = site.walk(&format!("/v1/bases?openAt={query}&limit=100")).await;
        let expected = those(&|days| open_at(days, when) == Some(true));
        assert_eq!(ids(&found), expected, "{local}");
        assert!(expected.len() < 140 && !expected.is_empty());
        let utc =
            site.walk(&format!("/v1/bases?openAt={}&limit=100", when.format("%Y-%m-%dT%H:%M:%SZ"))).await;
        assert_eq!(ids(&utc), expected, "{local} told in UTC");
    }
    for (query, dates) in [
        ("when=weekend", ["2026-11-28", "2026-11-29"]),
        ("from=2026-11-30&to=2026-11-30", ["2026-11-30", "2026-11-30"]),
    ] {
        let found = site.walk(&format!("/v1/bases?{query}&limit=100")).await;
        let expected = those(&|days| {
            days.iter().any(|day| {
                dates.contains(&text(day, "date")) && day["certain"] == true && !list(day, "open").is_empty()
            })
        });
        assert_eq!(ids(&found), expected, "{query}");
        assert!(expected.len() > 50, "{query}");
    }
    let monday = site.json("/v1/bases?from=2026-11-30&to=2026-11-30").await["total"].as_u64().unwrap();
    let weekend = site.json("/v1/bases?when=weekend").await["total"].as_u64().unwrap();
    assert!(monday < weekend, "museums close on Mondays");
}

async fn own() -> Server {
    server_with(|tx| {
        let rules = [
            ("days", json!({ "rule": "Tu-Su 09:00-17:00; Mo off" })),
            ("nights", json!({ "rule": "Mo-Su 18:00-02:00" })),
            ("always", json!({ "rule": "24/7" })),
            ("unknown", json!({})),
            ("closed", json!({ "rule": "24/7" })),
        ];
        for (slug, hours) in rules {
            let mut base = base(slug, 23.1, 113.3);
            base.hours = serde_json::from_value(hours).unwrap();
            if slug == "closed" {
                let closure =
                    json!([{ "from": "2026-11-20", "to": "2026-11-28", "reason": { "zh-CN": "装修" } }]);
                base.closures = serde_json::from_value(closure).unwrap();
            }
            put_base(tx, slug, &base)?;
        }
        Ok(())
    })
    .await
}

#[actix_web::test]
async fn hours_follow_the_clock() {
    let server = own().await;
    let of = async |slug: &str| server.json(&format!("/v1/bases/{}", BaseId::from_slug(slug))).await;
    let open_now = async || {
        let found = server.walk("/v1/bases?openNow=true").await;
        let mut open: Vec<String> = names(&found).into_iter().map(str::to_owned).collect();
        open.sort_unstable();
        open
    };
    for (now, open, days_change) in [
        ("2026-11-25 08:59", &["always"][..], ("opensAt", "2026-11-25T09:00:00+08:00")),
        ("2026-11-25 09:00", &["always", "days"], ("openUntil", "2026-11-25T17:00:00+08:00")),
        ("2026-11-25 16:59", &["always", "days"], ("openUntil", "2026-11-25T17:00:00+08:00")),
        ("2026-11-25 17:00", &["always"], ("opensAt", "2026-11-26T09:00:00+08:00")),
        ("2026-11-26 01:59", &["always", "nights"], ("opensAt", "2026-11-26T09:00:00+08:00")),
        ("2026-11-26 02:00", &["always"], ("opensAt", "2026-11-26T09:00:00+08:00")),
        ("2026-11-28 23:59", &["always", "nights"], ("opensAt", "2026-11-29T09:00:00+08:00")),
        ("2026-11-29 00:00", &["always", "closed", "nights"], ("opensAt", "2026-11-29T09:00:00+08:00")),
        ("2026-11-29 18:00", &["always", "closed", "nights"], ("opensAt", "2026-12-01T09:00:00+08:00")),
    ] {
        server.clock.set(at(now));
        assert_eq!(open_now().await, open, "{now}");
        let days = of("days").await;
        assert_eq!(days["hours"][days_change.0], days_change.1, "{now}");
        let other = if days_change.0 == "opensAt" { "openUntil" } else { "opensAt" };
        assert!(days["hours"].get(other).is_none(), "{now}: {other} beside {}", days_change.0);
        assert_eq!(days["openNow"], days_change.0 == "openUntil", "{now}");
    }
    let unknown = of("unknown").await;
    assert!(unknown.get("openNow").is_none() && unknown["hours"].get("rule").is_none());
    server.clock.set(NOW);
    let nights = of("nights").await;
    assert_eq!(nights["hours"]["opensAt"], "2026-11-25T18:00:00+08:00");
    server.clock.set(at("2026-11-25 23:00"));
    assert_eq!(of("nights").await["hours"]["openUntil"], "2026-11-26T02:00:00+08:00");
    assert_eq!(of("closed").await["openNow"], false);
}

#[actix_web::test]
async fn hours_are_answered_by_the_day_for_two_months_at_most() {
    let site = shared();
    let path = format!("/v1/bases/{}/hours", BaseId::from_slug("gz-gdsc"));
    let answer = site.json(&format!("{path}?from=2026-09-28&to=2026-11-28")).await;
    let days = answer.get("days").or(answer.get("items")).unwrap().as_array().unwrap();
    assert_eq!(days.len(), 62);
    let found: Vec<_> = days.iter().flat_map(|day| differences(day, DAY, "day")).collect();
    assert!(found.is_empty(), "{found:?}");
    let on = |date: &str| days.iter().find(|day| day["date"] == date).unwrap();
    // `Tu-Fr 09:30-16:30; Sa-Su,PH 09:30-17:00`: a holiday's Thursday and Monday, and those of another week.
    for (date, open) in [
        ("2026-10-01", Some("17:00")),
        ("2026-10-05", Some("17:00")),
        ("2026-11-26", Some("16:30")),
        ("2026-11-23", None),
    ] {
        let until = list(on(date), "open").last().map(|span| text(span, "to"));
        assert!(until.map(|until| &until[until.len().min(16) - 5..]) == open, "{date}: {until:?}");
    }
    let kinds: Vec<_> =
        ["2026-10-01", "2026-10-10", "2026-11-28", "2026-11-25"].map(|date| text(on(date), "dayKind")).into();
    assert_eq!(
        kinds.iter().collect::<std::collections::BTreeSet<_>>().len(),
        4,
        "a holiday, a Saturday that is worked, a weekend and a workday differ: {kinds:?}"
    );
    assert!(on("2026-10-01").get("name").is_some(), "a holiday has a name");
    // Next year's holidays are not published yet, and this rule depends on them.
    let later = site.json(&format!("{path}?from=2027-01-05&to=2027-01-05")).await;
    let later = later.get("days").or(later.get("items")).unwrap();
    assert_eq!(later[0]["certain"], false, "{later}");

    for (query, field, code) in [
        ("from=2026-09-28&to=2026-11-29", "to", "outOfRange"),
        ("from=2026-11-28&to=2026-11-27", "from", "inverted"),
        ("to=2026-11-01", "to", "inverted"),
        ("from=tomorrow", "from", "malformed"),
    ] {
        let answer = site.get(&format!("{path}?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
        let error = &answer.json()["errors"][0];
        assert!(query.contains(&format!("{}=", text(error, "field"))), "{query}: {error} instead of {field}");
        assert!([code, "tooMany"].contains(&text(error, "code")), "{query}: {error}");
    }
}
