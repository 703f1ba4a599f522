//! Counts of few people: not told, and not to be worked out from what is told.

use kepu::domain::ids::OrganisationId;
use kepu::domain::roles::MemberRole;
use serde_json::Value;

use super::world::{Dice, Fact, fact, held, party};
use super::{get, member, open, own, reviewer, with};
use crate::support::server::NOW;
use crate::support::stores::Store;
use chrono::TimeDelta;

const YEAR: &str = "from=2026-01-01&to=2026-12-31";
const PEOPLE: [&str; 4] = ["signups", "attended", "headcount", "noShow"];

fn of(slug: &str, district: &'static str, topic: &'static str, came: u64, away: u64) -> Fact {
    let mut parties = vec![party(came, came)];
    if away > 0 {
        parties.push(party(away, 0));
    }
    fact(slug, district, &[topic], vec![held(NOW - TimeDelta::days(9), parties)])
}

/// The row of a code.
fn row<'a>(told: &'a Value, dimension: &str, code: &str) -> &'a Value {
    let rows = told["rows"].as_array().unwrap();
    rows.iter().find(|row| row[dimension]["code"] == code).unwrap_or_else(|| panic!("{code}: {told}"))
}

on_both_stores! {
    async fn fewer_than_five_are_not_told_nor_what_would_tell_them(store: Store) {
        let (server, _) = open(store, |world| world.facts.extend([
            of("a", "440106", "ocean", 3, 0),
            of("b", "440106", "space", 20, 0),
            of("c", "440106", "plants", 8, 0),
        ])).await;
        let token = reviewer(&server, "440000");
        let told = get(&server, &format!("/v1/admin/statistics?{YEAR}&by=topic"), &token).await;
        assert_eq!((&told["totals"]["attended"], &told["totals"]["suppressed"]), (&31.into(), &false.into()));
        for topic in ["ocean", "plants"] {
            let row = row(&told, "topic", topic);
            assert_eq!((row.get("attended"), row.get("signups")), (None, None), "{topic}");
            assert_eq!((&row["suppressed"], &row["sessions"]), (&true.into(), &1.into()), "{topic}");
        }
        let space = row(&told, "topic", "space");
        assert_eq!((&space["attended"], &space["suppressed"]), (&20.into(), &false.into()));
        // 31 less 20 is 11: of whom how many were at sea, and how many among plants, nobody can say.
        let own_figures = own("org", &format!("statistics?{YEAR}&by=topic"));
        let museum = with(&server, &[member(MemberRole::Desk, "org")]);
        let told = get(&server, &own_figures, &museum).await;
        assert_eq!((&row(&told, "topic", "ocean")["attended"], &row(&told, "topic", "ocean")["suppressed"]),
            (&3.into(), &false.into()), "its own are never left out");
    }

    async fn a_filter_does_not_tell_what_a_row_leaves_out(store: Store) {
        let (server, _) = open(store, |world| world.facts.extend([
            of("a", "440106", "ocean", 20, 0),
            of("b", "440105", "space", 30, 0),
            of("c", "440305", "ocean", 3, 0),
        ])).await;
        let token = reviewer(&server, "440000");
        let ask = async |more: &str| get(&server, &format!("/v1/admin/statistics?{YEAR}{more}"), &token).await;
        let whole = ask("").await;
        assert_eq!(whole["totals"]["attended"], 53, "the whole is told");
        let rows = ask("&by=division").await;
        for city in ["440100", "440300"] {
            assert_eq!(row(&rows, "division", city).get("attended"), None, "{city}");
            let filtered = ask(&format!("&division={city}")).await;
            assert_eq!(filtered["totals"].get("attended"), None, "53 less 50 would tell of 3: {filtered}");
            assert_eq!(filtered["totals"]["suppressed"], true);
            // Its districts, or what took place there by topic, would add up to it.
            for by in ["division", "topic", "month"] {
                let finer = ask(&format!("&division={city}&by={by}")).await;
                assert!(finer["rows"].as_array().unwrap().iter().all(|row| row.get("attended").is_none()), "{finer}");
            }
        }
        let district = ask("&division=440305").await;
        assert_eq!(district["totals"].get("attended"), None);
        // To the authority of that district it is the whole.
        let own_whole = get(&server, &format!("/v1/admin/statistics?{YEAR}"), &reviewer(&server, "440305")).await;
        assert_eq!(own_whole["totals"]["attended"], 3);
    }

    async fn few_of_one_organisation_are_not_told_by_asking_for_it(store: Store) {
        let (server, _) = open(store, |world| {
            world.facts.push(of("a", "440106", "ocean", 40, 0));
            world.facts.push(Fact { organisation: "garden", ..of("b", "440106", "ocean", 2, 0) });
        }).await;
        let token = reviewer(&server, "440100");
        for organisation in ["org", "garden"] {
            let id = OrganisationId::from_slug(organisation);
            let path = format!("/v1/admin/statistics?{YEAR}&organisation={id}");
            let told = get(&server, &path, &token).await;
            assert_eq!((told["totals"].get("attended"), &told["totals"]["sessions"]), (None, &1.into()), "{organisation}");
        }
    }

    async fn no_hidden_count_follows_from_the_rows_of_a_random_world(store: Store) {
        let mut dice = Dice(99);
        let (server, world) = open(store, |world| {
            world.grow(50, &mut dice);
            // What has one topic at most adds up to the whole, which is what an attacker wants.
            world.facts.iter_mut().for_each(|fact| fact.topics.truncate(1));
        }).await;
        let token = reviewer(&server, "440000");
        let told = get(&server, &format!("/v1/admin/statistics?{YEAR}&by=topic"), &token).await;
        let expected = world.figures(NOW, ("2026-01-01", "2026-12-31"), &["topic"], |_, _| true);
        let mut hidden_somewhere = false;
        for measure in PEOPLE {
            let rows = told["rows"].as_array().unwrap();
            assert_eq!(rows.len(), expected.len());
            let shown: u64 = rows.iter().filter_map(|row| row[measure].as_u64()).sum();
            let hidden: Vec<&Value> = rows.iter().filter(|row| row.get(measure).is_none()).collect();
            assert!(rows.iter().all(|row| row[measure].as_u64().is_none_or(|n| n == 0 || n >= 5)), "{measure}");
            let rest = told["totals"][measure].as_u64().unwrap() - shown;
            hidden_somewhere |= !hidden.is_empty();
            assert_ne!(hidden.len(), 1, "{measure}: the total tells it");
            assert!(hidden.is_empty() || hidden.len() == rows.len() || rest >= 5, "{measure}: {rest} together");
        }
        assert!(hidden_somewhere, "a world in which nothing is hidden proves nothing");
    }
}

#[actix_web::test]
async fn few_who_stayed_away_hide_who_signed_up_and_not_who_came() {
    let (server, _) = open(Store::Sqlite, |world| {
        world.facts.extend([
            of("a", "440106", "ocean", 100, 3),
            of("b", "440106", "space", 200, 40),
            of("c", "440106", "plants", 300, 60),
        ]);
    })
    .await;
    let token = reviewer(&server, "440000");
    let told = get(&server, &format!("/v1/admin/statistics?{YEAR}&by=topic"), &token).await;
    for (topic, attended) in [("ocean", 100), ("space", 200)] {
        let row = row(&told, "topic", topic);
        assert_eq!((row.get("noShow"), row.get("signups")), (None, None), "{topic}");
        assert_eq!(row["attended"], attended, "{topic}");
    }
    assert_eq!(row(&told, "topic", "plants")["noShow"], 60);
}
