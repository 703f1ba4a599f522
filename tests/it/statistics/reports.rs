//! The yearly report: what it says of a year, and that it opens.

use std::io::Read;

use kepu::domain::roles::MemberRole;
use reqwest::Method;
use serde_json::json;

use super::world::{Dice, Fact, fact, held, party};
use super::{ask, assert_problem, at, get, member, open, own, with};

on_both_stores! {
    async fn a_report_tells_of_a_year_and_what_changed(store: Store) {
        let (server, _) = open(store, |world| {
            let spring = vec![held(at("2026-03-07", 14), vec![party(3, 2)]), held(at("2026-04-04", 14), vec![party(4, 4)])];
            let last_year = vec![held(at("2025-05-01", 10), vec![party(6, 6)])];
            world.facts.extend([
                Fact { campaigns: vec!["week"], ..fact("spring", "440106", &["space"], spring) },
                fact("last year", "440106", &["ocean"], last_year),
                Fact { organisation: "garden", ..fact("theirs", "440305", &["ocean"], vec![held(at("2026-03-07", 14), vec![party(9, 9)])]) },
            ]);
        }).await;
        let token = with(&server, &[member(MemberRole::Editor, "org")]);
        let told = get(&server, &own("org", "yearly-report?year=2026"), &token).await;
        assert_eq!((&told["year"], &told["organisation"]["name"]), (&json!(2026), &json!("org")));
        let totals = &told["totals"];
        assert_eq!(
            (&totals["events"], &totals["sessions"], &totals["signups"], &totals["attended"], &totals["noShow"]),
            (&json!(1), &json!(2), &json!(7), &json!(6), &json!(1)),
            "small numbers too: they are its own"
        );
        assert_eq!((&told["lastYear"]["attended"], &told["change"]["attended"]), (&json!(6), &json!(0)));
        assert_eq!((&told["change"]["sessions"], &told["change"]["noShow"]), (&json!(1), &json!(1)));
        let months = told["months"].as_array().unwrap();
        assert_eq!(months.len(), 12);
        assert_eq!((&months[2]["month"], &months[2]["attended"]), (&json!("2026-03"), &json!(2)));
        assert_eq!((&months[0]["sessions"], &months[3]["attended"]), (&json!(0), &json!(4)));
        assert_eq!(told["topics"][0]["topic"]["code"], "space");
        assert_eq!(told["campaigns"][0]["role"], "lead");
        assert_eq!(told["campaigns"][0]["figures"]["sessions"], 2);
        let event = &told["events"][0];
        assert_eq!(
            (&event["title"], &event["from"], &event["to"], &event["figures"]["attended"]),
            (&json!("spring"), &json!("2026-03-07"), &json!("2026-04-04"), &json!(6))
        );
        assert_eq!(told["bases"].as_array().unwrap().len(), 3);
        assert!(!told.to_string().contains("客人"), "nobody is named");

        let quiet = get(&server, &own("garden", "yearly-report?year=2025"), &with(&server, &[member(MemberRole::Desk, "garden")])).await;
        assert_eq!(quiet["totals"]["sessions"], 0);
        assert_eq!(quiet["campaigns"][0]["role"], "lead", "a duty that was not met is told as well");
        let strange = ask(&server, Method::GET, &own("org", "yearly-report?year=26"), &token, None).await;
        assert_problem(&strange, 400, "invalidParameter");
    }
}

#[actix_web::test]
async fn a_workbook_has_a_sheet_for_each_part() {
    let mut dice = Dice(3);
    let (server, _) = open(crate::support::stores::Store::Sqlite, |world| world.grow(20, &mut dice)).await;
    let token = with(&server, &[member(MemberRole::Editor, "org")]);
    let request = server.client.get(server.url(&own("org", "yearly-report?year=2026&format=xlsx")));
    let answer = request.bearer_auth(&token).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let saved = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(saved.contains("%E5%B9%B4%E5%BA%A6%E6%8A%A5%E5%91%8A") && saved.ends_with(".xlsx"), "{saved}");
    let book = answer.bytes().await.unwrap();
    let sheets = entry(&book, "xl/workbook.xml");
    for name in ["概况", "按月", "按主题", "按受众", "按区划", "主题活动", "活动明细", "科普基地", "口径说明"]
    {
        assert!(sheets.contains(&format!("name=\"{name}\"")), "{name}: {sheets}");
    }
    let told = get(&server, &own("org", "yearly-report?year=2026"), &token).await;
    let summary = entry(&book, "xl/worksheets/sheet1.xml");
    let attended = format!("<v>{}</v>", told["totals"]["attended"]);
    assert!(summary.contains(&attended), "{attended}: {summary}");
    assert!(told["asOf"].as_str().unwrap().starts_with("2026-11-25"));
}

/// A file of an archive, by a plain reading of its directory.
fn entry(archive: &[u8], name: &str) -> String {
    let number = |at: usize, bytes: usize| {
        archive[at..at + bytes].iter().rev().fold(0_usize, |number, byte| number << 8 | usize::from(*byte))
    };
    let mut found =
        archive.windows(4).enumerate().filter(|(_, four)| *four == b"PK\x01\x02").map(|(at, _)| at);
    let header = found
        .find(|at| &archive[at + 46..at + 46 + number(at + 28, 2)] == name.as_bytes())
        .unwrap_or_else(|| panic!("no {name}"));
    let (method, packed, local) = (number(header + 10, 2), number(header + 20, 4), number(header + 42, 4));
    let start = local + 30 + number(local + 26, 2) + number(local + 28, 2);
    let data = &archive[start..start + packed];
    let mut text = String::new();
    match method {
        0 => text.push_str(std::str::from_utf8(data).unwrap()),
        _ => drop(flate2::read::DeflateDecoder::new(data).read_to_string(&mut text).unwrap()),
    }
    text
}
