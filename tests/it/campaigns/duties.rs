//! Duties: counted as a brute-force reading of the store counts them.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use kepu::db::{self, Db, organisations, participations, publication, sessions};
use kepu::domain::events::EventStatus;
use kepu::domain::ids::{EditionId, ParticipationId, SessionId};
use kepu::domain::kinds::Kind;
use kepu::domain::participations::{Participation, ParticipationState};
use kepu::domain::publication::Publication;

use super::*;
use crate::support::catalogue::session;

/// Numbers that follow from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

const UNITS: [&str; 4] = ["unit 0", "unit 1", "unit 2", "unit 3"];

/// What a unit is expected to have done.
#[derive(Debug, Default, Clone, PartialEq)]
struct Expected {
    published: u64,
    held: u64,
    attended: u64,
}

/// Fills a store with events of the units in the edition of a week, and says what each unit has done: counted while it is
/// filled, one by one.
fn fill(db: &Db, campaign: CampaignId, edition: EditionId, seed: u64) -> BTreeMap<&'static str, Expected> {
    let mut chance = Chance(seed);
    let mut expected: BTreeMap<&str, Expected> = UNITS.map(|unit| (unit, Expected::default())).into();
    db.write(|tx| {
        organisations::set_suspended(tx, OrganisationId::from_slug("unit 3"), Some("核实中"))?;
        for n in 0..40 {
            let slug = format!("event {n}");
            let event_id = EventId::from_slug(&slug);
            let mut names: Vec<&str> = UNITS.into_iter().filter(|_| chance.below(2) == 0).collect();
            if names.is_empty() {
                names.push("lab");
            }
            let mut body = event(&slug, BaseId::from_slug("museum"));
            let organiser = |name: &&str| Organiser { organisation: OrganisationId::from_slug(name), role: Default::default() };
            body.organisers = names.iter().map(organiser).collect();
            put_event(tx, &slug, &body, NOW, 0)?;
            let public = chance.below(4) > 0;
            if !public {
                publication::set(tx, Kind::Event, event_id.get(), Publication::TakenDown)?;
            }
            let state = ParticipationState::ALL[chance.below(5) as usize];
            let confirmed = state == ParticipationState::Confirmed || chance.below(2) == 0;
            let state = if confirmed { ParticipationState::Confirmed } else { state };
            let elsewhere = chance.below(8) == 0;
            let own = if elsewhere { EditionId::from_slug("another edition") } else { edition };
            participations::insert(tx, &Participation {
                id: ParticipationId::from_slug(&slug), campaign, edition: own, year: 2026, event: event_id, state,
                version: 1, reason: None, updated_at: NOW,
            })?;
            let (mut held, mut people) = (false, 0);
            for s in 0..chance.below(4) {
                // From ten days before now to five days after it; the edition began on Monday, two days ago.
                let start = NOW - TimeDelta::hours(240) + TimeDelta::hours(chance.below(360) as i64);
                let name = format!("{slug}:{s}");
                let mut one = session(&name, event_id, start);
                if chance.below(5) == 0 {
                    one.status = EventStatus::Cancelled;
                }
                sessions::insert_if_absent(tx, &one)?;
                let id = SessionId::from_slug(&name).get();
                let (mut checked_in, mut heads) = (0, 0);
                for g in 0..chance.below(4) {
                    let places: Vec<u64> = (0..chance.below(4)).collect();
                    checked_in += places.len() as u64;
                    let status = if places.is_empty() { "confirmed" } else { "attended" };
                    tx.batch_execute(&format!(
                        "INSERT INTO signups (id, session_id, event_id, status, seats, attended, policy_version, version, created_at, updated_at) \
                         VALUES ({}, {id}, {}, '{status}', 4, '{}', '1.0', 1, '2026-11-20 00:00:00', '2026-11-20 00:00:00')",
                        n * 100 + s as i64 * 10 + g as i64 + 1, event_id.get(), serde_json::to_string(&places).unwrap(),
                    )).map_err(db::Error::from)?;
                }
                for w in 0..chance.below(3) {
                    let (people, undone) = (1 + chance.below(9), chance.below(3) == 0);
                    checked_in += if undone { 0 } else { people };
                    tx.batch_execute(&format!(
                        "INSERT INTO walk_ins (session_id, device_id, entry_id, people, seats, undone, staff_id, heard_at) \
                         VALUES ({id}, 'door', 'w{w}', {people}, 0, {undone}, 1, '2026-11-20 00:00:00')",
                    )).map_err(db::Error::from)?;
                }
                if chance.below(2) == 0 {
                    heads = chance.below(60);
                    tx.batch_execute(&format!(
                        "INSERT INTO headcounts (session_id, people, staff_id, counted_at) VALUES ({id}, {heads}, 1, '2026-11-20 00:00:00')",
                    )).map_err(db::Error::from)?;
                }
                let monday = NOW - TimeDelta::hours(58);
                if one.status != EventStatus::Cancelled && one.end <= NOW && one.end > monday {
                    held = true;
                    people += checked_in.max(heads);
                }
            }
            if !confirmed || elsewhere {
                continue;
            }
            for name in &names {
                let Some(unit) = expected.get_mut(name) else { continue };
                unit.published += u64::from(public && names[0] != "unit 3");
                unit.held += u64::from(held);
                unit.attended += people;
            }
        }
        Ok::<_, kepu::app::Error>(())
    }).unwrap();
    expected
}

on_both_stores! {
    async fn what_units_did_is_counted_as_it_was_done(store: Store) {
        let mut seen = Expected::default();
        for seed in 1..=4 {
            let server = served(store).await;
            server.running.db.write(|tx| UNITS.iter().try_for_each(|unit| organisation(tx, unit))).unwrap();
            let units: Vec<Value> = UNITS.iter()
                .map(|unit| json!({ "organisationId": OrganisationId::from_slug(unit), "role": "partner", "required": 2 })).collect();
            let units = json!([units[0], units[1], { "name": "市教育局", "role": "lead" }, units[2], units[3]]);
            let campaign = made(&server, but(week(), json!({ "units": units }))).await;
            let expected = fill(&server.running.db, id(&campaign).parse().unwrap(), edition(&campaign).parse().unwrap(), seed);
            let path = kept(&campaign, &format!("/duties?edition={}", edition(&campaign)));
            let answer = get(&server, &path, &reviewer(&server, "440100")).await;
            assert_eq!((&answer["edition"]["from"], &answer["edition"]["year"]), (&json!("2026-11-23"), &json!(2026)));
            let items = answer["items"].as_array().unwrap();
            let names: Vec<_> = items.iter().map(|item| item["unit"].as_str().unwrap()).collect();
            assert_eq!(names, ["unit 0", "unit 1", "市教育局", "unit 2", "unit 3"], "in the order of the campaign");
            for item in items {
                let did = expected.get(item["unit"].as_str().unwrap()).cloned().unwrap_or_default();
                let told = Expected {
                    published: item["published"].as_u64().unwrap(),
                    held: item["held"].as_u64().unwrap(),
                    // Few are not told.
                    attended: item["attended"].as_u64().unwrap_or(if did.attended < 5 { did.attended } else { 0 }),
                };
                assert_eq!(told, did, "seed {seed}: {item}");
                assert_eq!(item.get("attended").is_none(), (1..5).contains(&did.attended), "{item}");
                seen.published += did.published;
                seen.held += did.held;
                seen.attended += did.attended;
            }
            assert_eq!((&items[0]["required"], &items[2]["required"]), (&json!(2), &json!(1)));
            let without = get(&server, &kept(&campaign, "/duties"), &reviewer(&server, "440100")).await;
            assert_eq!(without, answer, "the edition that runs is meant");
        }
        assert!(seen.published > 40 && seen.held > 20 && seen.attended > 300, "{seen:?}");
    }

    async fn a_unit_reads_its_own_duty_and_no_other(store: Store) {
        let server = served(store).await;
        let campaign = made(&server, week()).await;
        made(&server, but(week(), json!({ "name": "没有本单位", "units": [{ "name": "市教育局", "role": "lead" }] }))).await;
        let mine = editor(&server, "org");
        assert_eq!(propose(&server, &mine, "talk", &edition(&campaign)).await.status, 200);
        assert_eq!(decide(&server, &reviewer(&server, "440100"), "approve").await.status, 200);
        let path = format!("/v1/manage/organisations/{}/duties", OrganisationId::from_slug("org"));
        let own = get(&server, &path, &with(&server, member(MemberRole::Desk, "org"))).await;
        assert_eq!(own["items"], json!([{
            "campaignId": campaign["id"], "campaign": "科普周",
            "edition": { "id": edition(&campaign), "year": 2026, "from": "2026-11-23", "to": "2026-11-29" },
            "unit": "org", "organisationId": OrganisationId::from_slug("org"), "role": "lead",
            "required": 2, "published": 1, "held": 0, "attended": 0,
        }]));
        assert_problem(&ask(&server, Method::GET, &path, &editor(&server, "lab"), None).await, 404, "notFound");
    }

    async fn an_edition_that_a_campaign_has_not_is_refused(store: Store) {
        let server = served(store).await;
        let campaign = made(&server, but(week(), json!({ "editions": [] }))).await;
        let token = reviewer(&server, "440100");
        assert_eq!(get(&server, &kept(&campaign, "/duties"), &token).await, json!({ "items": [] }));
        let none = ask(&server, Method::GET, &kept(&campaign, "/duties?edition=01h2x7m9k4qpz"), &token, None).await;
        assert_problem(&none, 400, "invalidParameter");
        assert_eq!(none.json()["errors"][0]["field"], "edition");
    }
}
