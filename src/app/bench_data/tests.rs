use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use chrono::TimeDelta;

use super::*;
use crate::domain::events::EventStatus;
use crate::domain::ids::{CampaignId, OrganisationId, SeriesId};
use crate::domain::invalid::Invalid;
use crate::domain::kinds::Kind;
use crate::domain::record::Noun;
use crate::domain::sessions::Session;

fn plan(sessions: usize, seed: u64) -> Plan {
    Plan { sessions, seed, today: NaiveDate::from_ymd_opt(2026, 11, 25).unwrap() }
}

fn catalogue(sessions: usize, seed: u64) -> Catalogue {
    Catalogue::new(plan(sessions, seed), &Seeds::embedded()).unwrap()
}

/// Twenty thousand sessions, made once for all tests.
static LARGE: LazyLock<(Catalogue, Vec<Made>)> = LazyLock::new(|| {
    let catalogue = catalogue(20_000, 7);
    let events = catalogue.events().collect();
    (catalogue, events)
});

fn share(count: usize, of: usize) -> f64 {
    count as f64 * 100.0 / of as f64
}

/// Everything about a catalogue, as text.
fn spelled(catalogue: &Catalogue) -> String {
    let bases: Vec<_> = catalogue.bases().iter().map(|base| serde_json::to_string(base).unwrap()).collect();
    let organisations: Vec<_> =
        catalogue.organisations().iter().map(|one| serde_json::to_string(one).unwrap()).collect();
    let events: Vec<_> = catalogue
        .events()
        .map(|made| serde_json::to_string(&(made.id, made.event, made.sessions)).unwrap())
        .collect();
    [organisations, bases, events].concat().join("\n")
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let first = spelled(&catalogue(500, 1));
    assert_eq!(first, spelled(&catalogue(500, 1)));
    assert_ne!(first, spelled(&catalogue(500, 2)));
}

#[test]
fn every_record_keeps_the_rules_and_refers_to_what_is_there() {
    let (catalogue, events) = &*LARGE;
    let seeds = Seeds::embedded();
    let mut there: Vec<(Kind, i64)> = Vec::new();
    let mut seeded = |kind, ids: Vec<i64>| there.extend(ids.into_iter().map(|id| (kind, id)));
    let ids = |file, id: fn(&str) -> i64| {
        let items: Vec<(String, serde_json::Value)> = seeds.read_file(file).unwrap();
        items.iter().map(|(slug, _)| id(slug)).collect()
    };
    seeded(Kind::Organisation, ids("organisations.json", |slug| OrganisationId::from_slug(slug).get()));
    seeded(Kind::Base, ids("bases.json", |slug| BaseId::from_slug(slug).get()));
    seeded(Kind::Series, ids("series.json", |slug| SeriesId::from_slug(slug).get()));
    seeded(Kind::Campaign, ids("campaigns.json", |slug| CampaignId::from_slug(slug).get()));
    let terms: Vec<Term> = bodies(&seeds, "taxonomy.json").unwrap();
    seeded(Kind::Term, terms.iter().map(|term| term.id().get()).collect());
    let divisions: Vec<Division> = bodies(&seeds, "divisions.json").unwrap();
    seeded(Kind::Division, divisions.iter().map(|division| division.adcode.number()).collect());
    seeded(Kind::Organisation, catalogue.organisations().iter().map(|(id, _)| *id).collect());
    seeded(Kind::Base, catalogue.bases().iter().map(|(id, _)| *id).collect());
    let there: HashSet<_> = there.into_iter().collect();

    fn check<T: Noun>(body: &T, there: &HashSet<(Kind, i64)>) {
        let mut invalid = Invalid::default();
        body.check(&mut invalid);
        assert!(invalid.0.is_empty(), "{invalid:?} {body:?}");
        for reference in body.references() {
            assert!(there.contains(&(reference.kind, reference.id)), "{reference:?} {body:?}");
        }
    }
    catalogue.organisations().iter().for_each(|(_, body)| check(body, &there));
    catalogue.bases().iter().for_each(|(_, body)| check(body, &there));
    for Made { id, event, sessions } in events {
        check(event, &there);
        assert!(event.sample && !sessions.is_empty(), "{id}");
        for session in sessions {
            assert_eq!(session.event, *id);
            assert!(session.start < session.end);
            assert!(session.capacity.is_none_or(|capacity| (0..=capacity).contains(&session.taken)));
            let closes = session.signup.as_ref().and_then(|terms| terms.closes_at);
            assert!(closes.is_none_or(|closes| closes <= session.start));
        }
    }
}

#[test]
fn no_two_things_have_one_id() {
    let (catalogue, events) = &*LARGE;
    let unique = |mut ids: Vec<i64>| {
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
    };
    unique(events.iter().map(|made| made.id.get()).collect());
    unique(events.iter().flat_map(|made| &made.sessions).map(|session| session.id.get()).collect());
    unique(catalogue.bases().iter().map(|(id, _)| *id).collect());
}

#[test]
fn sessions_are_as_many_as_asked_for_and_unevenly_spread_over_events() {
    let (_, events) = &*LARGE;
    let counts: Vec<_> = events.iter().map(|made| made.sessions.len()).collect();
    assert_eq!(counts.iter().sum::<usize>(), 20_000);
    let mean = 20_000.0 / counts.len() as f64;
    assert!((3.5..4.5).contains(&mean), "{mean}");
    let single = share(counts.iter().filter(|count| **count == 1).count(), counts.len());
    assert!((47.0..53.0).contains(&single), "{single}");
    let most = counts.iter().max().copied().unwrap();
    assert!((50..=sessions::MOST_SESSIONS).contains(&most), "{most}");
}

#[test]
fn the_crowd_is_in_central_guangzhou_and_positions_lie_in_their_districts() {
    let (catalogue, events) = &*LARGE;
    let divisions: Vec<Division> = bodies(&Seeds::embedded(), "divisions.json").unwrap();
    let outlines: HashMap<_, _> = divisions.iter().map(|d| (d.adcode, d.outline.as_ref())).collect();
    let bases: HashMap<_, _> = catalogue.bases().iter().map(|(id, base)| (*id, base)).collect();
    let real: HashMap<_, _> = catalogue.world.bases.iter().map(|(id, base)| (id.get(), base)).collect();
    let (mut central, mut in_shenzhen) = (0, 0);
    for made in events {
        let base = made.event.base.map(BaseId::get);
        let invented = base.is_none_or(|id| bases.contains_key(&id));
        let of_base = base.map(|id| &bases.get(&id).or_else(|| real.get(&id)).unwrap().place);
        for session in &made.sessions {
            let Some(place) = session.place.as_deref().or(made.event.place.as_ref()).or(of_base) else {
                continue;
            };
            let position = place.position.unwrap();
            central += usize::from(catalogue.world.ground.is_central(position));
            in_shenzhen += usize::from(place.adcode.number() / 100 == 4403);
            assert!(!invented || outlines[&place.adcode].unwrap().contains(position), "{place:?}");
        }
    }
    let (central, shenzhen) = (share(central, 20_000), share(in_shenzhen, 20_000));
    assert!((4.5..7.5).contains(&central), "{central}");
    // 17.6 of 126 million people, less the central ones and the share of real bases.
    assert!((10.0..17.0).contains(&shenzhen), "{shenzhen}");
}

#[test]
fn words_are_as_uneven_as_in_natural_text() {
    let (_, events) = &*LARGE;
    let jieba = jieba_rs::Jieba::new();
    let mut titles_with = HashMap::<String, usize>::new();
    for made in events {
        let title = made.event.title.zh_cn.as_str();
        assert!((12..=22).contains(&title.chars().count()), "{title}");
        assert!((40..=80).contains(&made.event.summary.zh_cn.chars().count()), "{:?}", made.event.summary);
        let described = made.event.description.as_ref().map_or(150, |text| text.zh_cn.chars().count());
        assert!((100..=200).contains(&described), "{:?}", made.event.description);
        let mut words: Vec<_> =
            jieba.cut(title, false).into_iter().map(|token| token.word.to_owned()).collect();
        words.retain(|word| word.chars().count() > 1);
        words.sort_unstable();
        words.dedup();
        words.into_iter().for_each(|word| *titles_with.entry(word).or_default() += 1);
    }
    let mut ranked: Vec<_> = titles_with.into_iter().collect();
    ranked.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let at = |rank: usize| share(ranked[rank].1, events.len());
    assert_eq!(ranked[0].0, "科普");
    assert!((20.5..23.5).contains(&at(0)), "{}", at(0));
    assert!(at(1) < 18.0, "{:?}", &ranked[..20]);
    assert!(at(10) > 2.0 && at(100) < 1.5 && at(100) > 0.2 && at(1000) < 0.2, "{:?}", &ranked[..120]);
    assert!(ranked.len() > 1200, "{}", ranked.len());
}

#[test]
fn dates_terms_and_languages_are_spread_as_documented() {
    let (_, events) = &*LARGE;
    let today = time::start_of(plan(0, 0).today);
    let sessions: Vec<_> = events.iter().flat_map(|made| &made.sessions).collect();
    let (first, last) = (TimeDelta::days(sessions::FIRST_DAY), TimeDelta::days(sessions::LAST_DAY + 1));
    assert!(sessions.iter().all(|s| s.start - today >= first && s.end - today <= last));
    let of = |holds: &dyn Fn(&Session) -> bool| {
        share(sessions.iter().filter(|session| holds(session)).count(), sessions.len())
    };
    let within = |what: &str, value: f64, low: f64, high: f64| {
        assert!((low..high).contains(&value), "{what}: {value}")
    };
    within("with terms", of(&|s| s.signup.is_some()), 44.0, 56.0);
    within("long", of(&|s| s.end - s.start > TimeDelta::days(7)), 1.5, 2.5);
    within("cancelled", of(&|s| s.status == EventStatus::Cancelled), 0.7, 1.4);
    within("full", of(&|s| s.capacity == Some(s.taken)), 8.0, 13.0);
    within("at another place", of(&|s| s.place.is_some()), 0.7, 1.4);
    within("past", of(&|s| s.end < today), 25.0, 42.0);
    let of = |holds: &dyn Fn(&Event) -> bool| {
        share(events.iter().filter(|made| holds(&made.event)).count(), events.len())
    };
    within("in English", of(&|e| e.title.en.is_some()), 18.0, 22.0);
    within("place of its own", of(&|e| e.place.is_some()), 17.0, 23.0);
    within("described", of(&|e| e.description.is_some()), 37.0, 43.0);
    within("in a series", of(&|e| e.series.is_some()), 7.0, 12.5);
}

#[test]
fn seeds_without_ground_are_told() {
    let nothing = tempfile::tempdir().unwrap();
    std::fs::write(nothing.path().join("series.json"), r#"{"items":[]}"#).unwrap();
    let bare = Catalogue::new(plan(10, 1), &Seeds::from_dir(nothing.path()).unwrap());
    assert!(matches!(bare, Err(Error::BareSeeds)));
}
