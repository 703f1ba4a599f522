//! Figures against a plain reading of the same world, as they are told to whoever may know all of them; that they stay
//! what they were; and in which forms.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use kepu::app::Error;
use kepu::domain::roles::{AuthorityRole, MemberRole};
use kepu::jobs::daily::chores;
use reqwest::Method;
use serde_json::{Value, json};

use super::world::{Dice, Fact, fact, held, party};
use super::{adcode, ask, assert_problem, at, get, member, open, over, own, reviewer, with};
use crate::support::server::NOW;

/// Rows by their keys, in the order of `by`; each without what says which it is.
fn rows(told: &Value, by: &[&str]) -> BTreeMap<Vec<String>, Value> {
    let row = |row: &Value| {
        let mut figures = row.as_object().unwrap().clone();
        let key = |dimension: &&str| {
            let field = if matches!(*dimension, "district" | "city") { "division" } else { dimension };
            match figures.remove(field) {
                None => String::new(),
                Some(Value::String(month)) => month,
                Some(key) => key["code"].as_str().unwrap().to_owned(),
            }
        };
        let key: Vec<String> = by.iter().map(key).collect();
        (key, Value::Object(figures))
    };
    told["rows"].as_array().unwrap().iter().map(row).collect()
}

fn spelled(by: &[&str]) -> String {
    let word = |one: &&str| if matches!(*one, "district" | "city") { "division" } else { *one }.to_owned();
    by.iter().map(word).collect::<Vec<_>>().join(",")
}

const BREAKDOWNS: [&[&str]; 9] = [
    &[],
    &["district"],
    &["topic"],
    &["audience"],
    &["campaign"],
    &["organisation"],
    &["month", "topic"],
    &["topic", "audience", "campaign", "organisation"],
    &["district", "topic", "audience", "campaign"],
];

const SPANS: [(&str, &str); 3] =
    [("2026-01-01", "2026-12-31"), ("2025-06-01", "2026-03-15"), ("2026-11-25", "2026-11-25")];

on_both_stores! {
    async fn an_organisation_reads_what_a_plain_reader_counts(store: Store) {
        let mut dice = Dice(20_261_125);
        let (server, world) = open(store, |world| world.grow(60, &mut dice)).await;
        for organisation in ["org", "garden"] {
            let token = with(&server, &[member(MemberRole::Desk, organisation)]);
            let own_only = |fact: &Fact, _: &str| fact.organisation == organisation;
            for (from, to) in SPANS {
                for by in BREAKDOWNS {
                    let expected = world.figures(NOW, (from, to), by, own_only);
                    let asked = if by.is_empty() { String::new() } else { format!("&by={}", spelled(by)) };
                    let path = own(organisation, &format!("statistics?from={from}&to={to}{asked}"));
                    let told = get(&server, &path, &token).await;
                    let total = world.figures(NOW, (from, to), &[], own_only);
                    let total = total.get(&Vec::new()).cloned().unwrap_or_default().shown();
                    assert_eq!(told["totals"], total, "{path}");
                    if !by.is_empty() {
                        let expected: BTreeMap<_, _> =
                            expected.iter().map(|(key, counts)| (key.clone(), counts.shown())).collect();
                        assert_eq!(rows(&told, by), expected, "{path}");
                    }
                }
            }
        }
    }

    async fn an_authority_reads_the_totals_of_its_division_and_of_those_within(store: Store) {
        let mut dice = Dice(440_106);
        let (server, world) = open(store, |world| world.grow(60, &mut dice)).await;
        for scope in ["440000", "440100", "440106", "440305"] {
            let token = reviewer(&server, scope);
            let reach = adcode(scope);
            let total = world.figures(NOW, SPANS[0], &[], |_, district| reach.covers(adcode(district)));
            let told = get(&server, "/v1/admin/statistics?from=2026-01-01&to=2026-12-31&by=division", &token).await;
            assert_eq!(told["totals"], total[&Vec::<String>::new()].shown(), "{scope}");
            let by: &[&str] = if scope == "440000" { &["city"] } else { &["district"] };
            let expected = world.figures(NOW, SPANS[0], by, |_, district| reach.covers(adcode(district)));
            let found = rows(&told, by);
            assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{scope}");
            for (key, row) in found {
                let whole = expected[&key].shown();
                for (field, value) in row.as_object().unwrap().iter().filter(|(field, _)| *field != "suppressed") {
                    assert_eq!(*value, whole[field], "{scope} {key:?} {field}");
                }
            }
        }
    }

    async fn figures_stay_what_they_were_when_a_person_is_erased_and_names_are_forgotten(store: Store) {
        let mut dice = Dice(77);
        let (server, world) = open(store, |world| world.grow(40, &mut dice)).await;
        let token = with(&server, &[member(MemberRole::Desk, "org")]);
        let path = own("org", "statistics?from=2025-06-01&to=2026-11-01&by=month,topic");
        let before = get(&server, &path, &token).await;
        assert!(before["totals"]["signups"].as_u64().unwrap() > 20, "{}", before["totals"]);
        server.running.db.read(|conn| {
            let counted = kepu::db::signups::count_of_person(conn, world.person)?;
            assert!(counted > 5, "{counted}");
            Ok::<_, Error>(())
        }).unwrap();
        server.running.members.accounts.erase(world.person).unwrap();
        assert_eq!(get(&server, &path, &token).await, before);
        server.clock.set(NOW + TimeDelta::days(400));
        // Whoever nobody spoke of stays so: who did not come was marked long ago.
        chores(&server.running.db, false).unwrap();
        let names = server.running.db.read(|conn| {
            let sessions = kepu::db::sessions::of_events_between(conn, 1..=i64::MAX)?;
            let mut kept = 0;
            for session in sessions.values().flatten() {
                let vault = crate::support::server::vault();
                let all = kepu::db::signups::of_session(conn, &vault, session.id)?;
                kept += all.iter().filter(|signup| signup.personal.is_some()).count();
            }
            Ok::<_, kepu::db::Error>(kept)
        }).unwrap();
        assert_eq!(names, 0, "names are gone");
        assert_eq!(get(&server, &path, &token).await, before);
    }

    async fn a_sheet_holds_the_same_figures(store: Store) {
        let mut dice = Dice(5);
        let (server, _) = open(store, |world| world.grow(30, &mut dice)).await;
        let token = reviewer(&server, "440000");
        let path = "/v1/admin/statistics?from=2026-01-01&to=2026-12-31&by=division,topic";
        let told = get(&server, path, &token).await;
        let answer = ask(&server, Method::GET, &format!("{path}&format=csv"), &token, None).await;
        assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
        let lines: Vec<&str> = answer.text.trim_start_matches('\u{feff}').lines().collect();
        assert!(lines[0].starts_with("行政区划代码,行政区划,主题代码,主题,活动数,场次数,"), "{}", lines[0]);
        let count = |row: &Value, field: &str| row[field].as_u64().map(|n| n.to_string()).unwrap_or_default();
        let figures = |row: &Value| {
            let fields = [
                "events", "sessions", "held", "cancelled", "seats", "unlimited", "signups", "attended", "headcount", "noShow",
            ];
            let mut cells: Vec<String> = fields.iter().map(|field| count(row, field)).collect();
            cells.push(row["satisfaction"]["average"].as_f64().map(|mean| mean.to_string()).unwrap_or_default());
            cells.push(count(&row["satisfaction"], "count"));
            cells.push(if row["suppressed"] == json!(true) { "是".to_owned() } else { String::new() });
            cells.join(",")
        };
        let text = |key: &Value, field: &str| key[field].as_str().unwrap_or_default().to_owned();
        let mut expected: Vec<String> = told["rows"].as_array().unwrap().iter().map(|row| {
            let keys = ["division", "topic"].map(|of| format!("{},{}", text(&row[of], "code"), text(&row[of], "name")));
            format!("{},{}", keys.join(","), figures(row))
        }).collect();
        expected.push(format!("合计,,,,{}", figures(&told["totals"])));
        assert_eq!(lines[1..], expected);
        let workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        let request = server.client.get(server.url(path)).bearer_auth(&token).header("accept", workbook);
        let book = request.send().await.unwrap();
        assert_eq!(book.headers()["content-type"], workbook);
        assert!(book.bytes().await.unwrap().starts_with(b"PK"));
    }
}

#[actix_web::test]
async fn a_session_counts_on_its_day_at_the_venue() {
    let new_year = at("2026-01-01", 0);
    let sessions =
        vec![held(new_year - TimeDelta::minutes(1), vec![party(7, 7)]), held(new_year, vec![party(9, 9)])];
    let (server, _) = open(crate::support::stores::Store::Sqlite, |world| {
        world.facts.push(fact("night", "440106", &["ocean"], sessions));
    })
    .await;
    let token = with(&server, &[member(MemberRole::Desk, "org")]);
    for (days, attended) in [
        ("from=2025-12-31&to=2025-12-31", 7),
        ("from=2026-01-01&to=2026-01-01", 9),
        ("", 9),
        ("to=2025-12-31", 7),
    ] {
        let told = get(&server, &own("org", &format!("statistics?{days}")), &token).await;
        assert_eq!(told["totals"]["attended"], attended, "{days}");
    }
    let told = get(&server, &own("org", "statistics"), &token).await;
    assert_eq!((&told["from"], &told["to"]), (&json!("2026-01-01"), &json!("2026-11-25")));
}

#[actix_web::test]
async fn only_members_and_authorities_read_and_only_of_what_is_theirs() {
    let (server, _) = open(crate::support::stores::Store::Sqlite, |world| {
        world.facts.push(fact("night", "440106", &["ocean"], vec![held(NOW, vec![party(9, 9)])]));
    })
    .await;
    let statistics = |more: &str| format!("/v1/admin/statistics?from=2026-01-01&to=2026-12-31{more}");
    let shenzhen = reviewer(&server, "440300");
    assert_eq!(get(&server, &statistics(""), &shenzhen).await["totals"]["attended"], 0, "not theirs");
    let forbidden = ask(&server, Method::GET, &statistics("&division=440106"), &shenzhen, None).await;
    assert_problem(&forbidden, 403, "forbidden");
    let above = ask(&server, Method::GET, &statistics("&division=440000"), &shenzhen, None).await;
    assert_problem(&above, 403, "forbidden");
    let editor = with(&server, &[member(MemberRole::Owner, "org")]);
    assert_problem(&ask(&server, Method::GET, &statistics(""), &editor, None).await, 403, "forbidden");
    let both = with(
        &server,
        &[over("440300", AuthorityRole::Reviewer), over("440106", AuthorityRole::Administrator)],
    );
    let told = get(&server, &statistics("&by=division"), &both).await;
    assert_eq!(told["totals"]["attended"], 9);
    assert_eq!(told["rows"][0]["division"]["code"], "440106");

    for path in ["statistics", "yearly-report"] {
        for (organisation, roles, status) in [
            ("org", vec![member(MemberRole::Desk, "org")], 200),
            ("org", vec![member(MemberRole::Owner, "garden")], 403),
            // The authority of its seat is not told of few people, here neither.
            ("garden", vec![over("440300", AuthorityRole::Reviewer)], 403),
        ] {
            let token = with(&server, &roles);
            let answer = ask(&server, Method::GET, &own(organisation, path), &token, None).await;
            assert_eq!(answer.status.as_u16(), status, "{path} of {organisation} by {roles:?}");
        }
    }
    for (more, field) in [
        ("&from=2026-12-31", "from"),
        ("&by=colour", "by"),
        ("&by=division,month,topic,audience,organisation", "by"),
        ("&division=990000", "division"),
        ("&campaign=01h2x7m9k4qpz", "campaign"),
    ] {
        let path = format!("/v1/admin/statistics?to=2026-11-25{more}");
        let answer = ask(&server, Method::GET, &path, &shenzhen, None).await;
        assert_problem(&answer, 400, "invalidParameter");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{more}");
    }
}
