//! Emergency science: shown while it holds, to those whom it concerns, the newest first.

use chrono::{DateTime, TimeDelta, Utc};
use kepu::app::Error;
use kepu::db::Tx;
use kepu::domain::bulletins::Bulletin;

use super::shapes::{self, differences, find_null};
use super::{instant, list, server_with, shared, titles};
use crate::support::catalogue::{bulletin, put_bulletin};
use crate::support::eventually;
use crate::support::server::{NOW, Server};

fn minutes(minutes: i64) -> DateTime<Utc> {
    NOW + TimeDelta::minutes(minutes)
}

/// Saves a bulletin that holds between two minutes around now.
fn put(tx: &mut Tx<'_>, slug: &str, adcodes: &[&str], from: i64, to: Option<i64>) -> Result<(), Error> {
    let bulletin = Bulletin { valid_to: to.map(minutes), ..bulletin(slug, adcodes, minutes(from)) };
    put_bulletin(tx, slug, &bulletin)
}

async fn shown(server: &Server, query: &str) -> Vec<String> {
    let page = server.json(format!("/v1/bulletins?{query}").trim_end_matches('?')).await;
    titles(list(&page, "items")).into_iter().map(str::to_owned).collect()
}

#[actix_web::test]
async fn where_there_are_none_the_list_is_empty() {
    let site = shared();
    for query in ["", "?adcode=440100", "?lat=23.1066&lng=113.3245", "?status=ended"] {
        let page = site.json(&format!("/v1/bulletins{query}")).await;
        assert_eq!(page, serde_json::json!({ "items": [], "total": 0 }), "{query}");
    }
}

#[actix_web::test]
async fn those_that_hold_now_are_shown_the_newest_first() {
    let server = server_with(|tx| {
        put(tx, "old", &[], -600, None)?;
        put(tx, "new", &[], -5, Some(10))?;
        put(tx, "over", &[], -60, Some(-1))?;
        put(tx, "long over", &[], -6000, Some(-600))?;
        put(tx, "coming", &[], 5, None)
    })
    .await;
    assert_eq!(shown(&server, "").await, ["new", "old"]);
    assert_eq!(shown(&server, "status=ended").await, ["over", "long over"]);
    let page = server.json("/v1/bulletins?lang=en").await;
    for one in list(&page, "items") {
        assert_eq!(differences(one, shapes::BULLETIN, "bulletin"), Vec::<String>::new());
        assert_eq!(one["text"], "Stay inside.");
    }
    assert_eq!(find_null(&page, "bulletins"), None);
    assert_eq!(instant(&page["items"][0]["validTo"]), minutes(10));
}

/// Nothing is written when a bulletin begins or ends.
#[actix_web::test]
async fn time_passing_is_seen_at_once() {
    let server = server_with(|tx| {
        put(tx, "ends", &[], -5, Some(10))?;
        put(tx, "begins", &[], 5, None)
    })
    .await;
    let mut seen = Vec::new();
    for minute in [0, 4, 5, 9, 10] {
        server.clock.set(minutes(minute));
        let home = server.json("/v1/home").await;
        let listed = shown(&server, "").await;
        assert_eq!(titles(list(&home, "bulletins")), listed, "after {minute} minutes");
        seen.push(listed.join(", "));
    }
    assert_eq!(seen, ["ends", "ends", "begins, ends", "begins, ends", "begins"]);
}

#[actix_web::test]
async fn a_division_is_told_what_concerns_somebody_in_it() {
    let server = server_with(|tx| {
        put(tx, "everybody", &[], -1, None)?;
        put(tx, "province", &["440000"], -2, None)?;
        put(tx, "city", &["440100"], -3, None)?;
        put(tx, "district", &["440106"], -4, None)
    })
    .await;
    let all = ["everybody", "province", "city", "district"];
    for adcode in ["440000", "440100", "440106"] {
        assert_eq!(shown(&server, &format!("adcode={adcode}")).await, all, "{adcode}");
    }
    server.running.db.write(|tx| put(tx, "district", &[], -4, Some(-3))).unwrap();
    eventually("the end is told", async || (shown(&server, "").await == all[..3]).then_some(())).await;
}

#[actix_web::test]
async fn a_neighbour_is_not_told_and_a_position_is_read_as_its_division() {
    let server = Server::seeded().await;
    server
        .running
        .db
        .write(|tx| {
            put(tx, "haizhu", &["440105"], -1, None)?;
            put(tx, "shenzhen", &["440300"], -2, None)?;
            put(tx, "bay", &["440100", "440300", "810000"], -3, None)?;
            put(tx, "guangdong", &["440000"], -4, None)
        })
        .unwrap();
    eventually("they are told", async || (shown(&server, "").await.len() == 4).then_some(())).await;
    for (query, expected) in [
        ("adcode=440105", &["haizhu", "bay", "guangdong"][..]),
        ("adcode=440106", &["bay", "guangdong"]),
        ("adcode=440100", &["haizhu", "bay", "guangdong"]),
        ("adcode=440304", &["shenzhen", "bay", "guangdong"]),
        ("adcode=441800", &["guangdong"]),
        ("adcode=810101", &["bay"]),
        ("lat=23.1066&lng=113.3245&crs=wgs84", &["haizhu", "bay", "guangdong"]),
        ("lat=22.5431&lng=114.0579&crs=wgs84", &["shenzhen", "bay", "guangdong"]),
        // Out at sea nobody knows, and everything is told.
        ("lat=18&lng=116", &["haizhu", "shenzhen", "bay", "guangdong"]),
        ("adcode=441800&lat=23.1066&lng=113.3245", &["guangdong"]),
    ] {
        assert_eq!(shown(&server, query).await, expected, "{query}");
        if !query.contains('&') || query.starts_with("lat") {
            let home = server.json(&format!("/v1/home?{query}")).await;
            let told = titles(list(&home, "bulletins"));
            assert_eq!(told, expected[..expected.len().min(3)], "{query}: on the first screen");
        }
    }
}

#[actix_web::test]
async fn pages_meet_without_gap_or_overlap() {
    let server =
        server_with(|tx| (0..23).try_for_each(|n| put(tx, &format!("{n:02}"), &[], -1 - n / 3, None))).await;
    let whole = shown(&server, "limit=100").await;
    assert_eq!(whole.len(), 23);
    let walked = server.walk("/v1/bulletins?limit=4").await;
    assert_eq!(titles(&walked), whole);
    let begun: Vec<_> = walked.iter().map(|one| std::cmp::Reverse(instant(&one["validFrom"]))).collect();
    assert!(begun.is_sorted());
}
