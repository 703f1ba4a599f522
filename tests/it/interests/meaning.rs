//! A filter means what the list of events with the same words means: random ones, over the seeds.

use std::collections::BTreeSet;

use kepu::domain::ids::EventId;
use kepu::domain::subscriptions::Filter;
use kepu::http::v1::subscriptions::question;
use kepu::server::MiniPrograms;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::*;
use crate::oracle::Chance;

/// A random filter of words that the seeds have.
fn random(words: &Value, chance: &mut Chance) -> Value {
    let mut filter = json!({});
    let codes = |scheme: &str, chance: &mut Chance| -> Value {
        let codes: Vec<&Value> = words[scheme].as_array().unwrap().iter().collect();
        chance.some(1, 3, &codes).into_iter().copied().cloned().collect()
    };
    for scheme in ["topic", "audience", "form", "organiser", "base", "series", "campaign"] {
        if chance.odds(if scheme == "topic" { 40 } else { 12 }) {
            filter[scheme] = codes(scheme, chance);
        }
    }
    if chance.odds(35) {
        let spots = words["spots"].as_array().unwrap();
        let spot = chance.one(spots);
        (filter["lat"], filter["lng"]) = (spot["lat"].clone(), spot["lng"].clone());
        filter["radius"] = (*chance.one(&[300, 3_000, 30_000, 300_000])).into();
    } else if chance.odds(40) {
        filter["adcode"] = (*chance.one(&["440000", "440100", "440106", "440300"])).into();
    }
    for (field, values) in [
        ("q", &["天文", "science", "kexue", "观星 亲子", "讲座", "广州", "机器人"][..]),
        ("when", &["today", "tomorrow", "weekend", "week", "month", "holiday"]),
    ] {
        if chance.odds(25) {
            filter[field] = (*chance.one(values)).into();
        }
    }
    for (field, values) in [
        ("mode", &["onsite", "online", "hybrid"][..]),
        ("admission", &["walkIn", "signup", "group", "external"]),
        ("accessibility", &["wheelchair", "hearing"]),
    ] {
        if chance.odds(10) {
            filter[field] = chance.some(1, 2, values).into_iter().copied().collect();
        }
    }
    if chance.odds(20) {
        filter["age"] = chance.between(3, 16).into();
    }
    if chance.odds(20) || filter == json!({}) {
        filter["free"] = chance.odds(70).into();
    }
    filter
}

/// A filter, as it is answered, as the pairs of a query.
fn pairs(filter: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pair = |(name, value): (&String, &Value)| {
        let value = match value.as_array() {
            Some(values) => values.iter().map(text).collect::<Vec<_>>().join(","),
            None => text(value),
        };
        (name.clone(), value)
    };
    let fields = filter.as_object().unwrap().iter().map(pair);
    fields.chain([("crs".to_owned(), "wgs84".to_owned())]).collect()
}

fn query(pairs: &[(String, String)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn ids(items: &[Value]) -> BTreeSet<String> {
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_filter_means_what_the_list_of_events_means_by_the_same_words() {
    let server = Server::with(MiniPrograms::Simulated(([127, 0, 0, 1], 0).into())).await;
    let access = log_in(&server, "lan").await;
    let listed = server.walk("/v1/events?limit=100&crs=wgs84").await;
    let all: Vec<EventId> = ids(&listed).iter().map(|id| id.parse().unwrap()).collect();
    let mut words = json!({ "spots": listed.iter().filter(|item| item["place"]["lat"].is_f64())
        .map(|item| item["place"].clone()).collect::<Vec<_>>() });
    for scheme in ["topic", "audience", "form"] {
        let terms = server.json(&format!("/v1/taxonomy?scheme={scheme}")).await;
        words[scheme] = terms["items"].as_array().unwrap().iter().map(|term| term["code"].clone()).collect();
    }
    for (field, list) in
        [("organiser", "organisations"), ("base", "bases"), ("series", "series"), ("campaign", "campaigns")]
    {
        words[field] = ids(&server.walk(&format!("/v1/{list}?limit=100")).await).into_iter().collect();
    }

    let subscription = subscribe(&server, &access, json!({ "free": true })).await;
    let path = format!("{SUBSCRIPTIONS}/{}?crs=wgs84", subscription["id"].as_str().unwrap());
    let snapshot = server.running.live.now().unwrap();
    let (mut found, mut version, rounds) = (0, 1, 300);
    for round in 0..rounds {
        let mut chance = Chance::new(round);
        let filter = random(&words, &mut chance);
        let change = json!({ "filter": filter, "version": version });
        let kept = server.send(by(&server, Method::PUT, &path, &access).json(&change)).await;
        if kept.status == 422 {
            // Public holidays are known for so long only.
            assert_eq!(errors(&kept), ["filter.when:holidayUnknown"], "{filter}");
            assert_eq!(server.get(&format!("/v1/events?{}", query(&pairs(&filter)))).await.status, 400);
            continue;
        }
        assert_eq!(kept.status, 200, "{filter}: {}", kept.text);
        version += 1;
        let pairs = pairs(&kept.json()["filter"]);
        let query = query(&pairs);
        // Whatever else is published at the same time.
        let mut fresh = all.clone();
        chance.shuffle(&mut fresh);
        fresh.truncate(*chance.one(&[1, 5, 40, usize::MAX]));
        let fresh_ids: BTreeSet<String> = fresh.iter().map(ToString::to_string).collect();
        let wanted: BTreeSet<String> = ids(&server.walk(&format!("/v1/events?limit=100&{query}")).await)
            .intersection(&fresh_ids)
            .cloned()
            .collect();
        let asked = question(&Filter(pairs), &snapshot, NOW).unwrap();
        let matched: BTreeSet<String> =
            snapshot.few(&fresh).fitting(&asked, NOW).iter().map(ToString::to_string).collect();
        assert_eq!(matched, wanted, "{query}");
        found += usize::from(!matched.is_empty());
    }
    assert!(found * 5 > rounds as usize, "of {rounds} filters only {found} found anything: little was tried");
}
