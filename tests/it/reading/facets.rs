//! Facets: each count is what the same question finds with that value as its filter.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde_json::Value;

use super::bad_input::blamed;
use super::{list, shared, text};
use crate::support::server::{NOW, Site};

/// The list, the facets asked for, and what else is asked.
const QUESTIONS: &[(&str, &str, &str)] = &[
    ("events", "topic,audience,form,adcode,date,admission,mode,free,campaign", ""),
    ("events", "organiser", "adcode=440300"),
    ("events", "topic,adcode,date,form", "topic=ocean&adcode=440100"),
    ("events", "topic,audience,date,free", "when=weekend&audience=child_family,youth"),
    ("events", "date,form", "from=2026-12-01&to=2026-12-07"),
    ("events", "date,topic", "when=today"),
    ("events", "topic,adcode,campaign,admission", "q=海洋"),
    ("events", "topic,mode,date,organiser", "lat=23.1066&lng=113.3245&radius=5000"),
    ("events", "admission,free,mode,date", "available=true&age=8"),
    ("events", "topic,date,adcode", "bbox=113.2,23.0,113.4,23.2&admission=signup"),
    ("events", "adcode", "adcode=440106"),
    ("events", "campaign,organiser,topic", "form=lecture"),
    ("bases", "adcode,free,category,level", ""),
    ("bases", "organiser,category,adcode", "adcode=440300"),
    ("bases", "adcode,free,category,level", "category=science_museum&openNow=true"),
    ("bases", "category,level", "level=national,provincial&q=科学"),
    ("bases", "adcode,category", "when=weekend&lat=23.1066&lng=113.3245&radius=30000"),
    ("routes", "audience,adcode", ""),
    ("routes", "audience,adcode", "audience=child_family&adcode=440100"),
    ("routes", "audience,adcode", "days=1&bbox=113.2,22.9,113.6,23.4"),
    ("series", "topic,organiser", ""),
    ("series", "topic,organiser", "topic=scientist_spirit"),
    ("resources", "topic,audience,adcode,organiser", ""),
    ("resources", "topic,audience,adcode,organiser", "type=exhibit,facility&adcode=440100"),
    ("search", "organiser,audience,topic,adcode", "kinds=resource,base&audience=youth"),
    ("search", "topic,audience,form,adcode,admission,mode,free,category,level,date", ""),
    ("search", "topic,adcode,free,category,date", "q=海洋&understand=false"),
    ("search", "organiser,audience,topic", "kinds=event,series,route&adcode=440100"),
    ("search", "date,free,adcode,level", "kinds=event,base&when=weekend&free=true"),
    ("search", "adcode,audience", "kinds=route&lat=23.1066&lng=113.3245&radius=10000"),
];

/// The question with the filter of a facet put to `value`, or taken away.
fn with(question: &str, facet: &str, value: Option<&str>) -> String {
    let own: &[&str] = if facet == "date" { &["when", "from", "to"] } else { &[facet] };
    let kept = question
        .split('&')
        .filter(|pair| !pair.is_empty() && !own.contains(&pair.split_once('=').unwrap().0));
    let put = value.map(|value| match facet {
        "date" => format!("from={value}&to={value}"),
        _ => format!("{facet}={value}"),
    });
    kept.map(str::to_owned).chain(put).collect::<Vec<_>>().join("&")
}

async fn total(site: &Site, noun: &str, question: &str) -> u64 {
    site.json(format!("/v1/{noun}?limit=1&{question}").replace("&&", "&").trim_end_matches('&'))
        .await["total"]
        .as_u64()
        .unwrap()
}

/// The values that a facet may have: those of the taxonomy, of its words, or of an unfiltered list.
async fn values(site: &Site, noun: &str, facet: &str, question: &str) -> Vec<String> {
    let codes =
        |items: &[Value], field: &str| items.iter().map(|item| text(item, field).to_owned()).collect();
    match facet {
        "topic" | "audience" | "form" | "category" | "level" => {
            codes(list(&site.json(&format!("/v1/taxonomy?scheme={facet}")).await, "items"), "code")
        }
        "admission" => ["walkIn", "signup", "group", "invited", "external"].map(str::to_owned).to_vec(),
        "mode" => ["onsite", "online", "hybrid"].map(str::to_owned).to_vec(),
        "free" => ["true", "false"].map(str::to_owned).to_vec(),
        "date" => (0..28).map(|day| (NOW.date_naive() + TimeDelta::days(day)).to_string()).collect(),
        "adcode" => {
            let selected = question.split('&').find_map(|pair| pair.strip_prefix("adcode="));
            let mut all = Vec::new();
            for parent in selected.map_or(vec!["440000", "810000", "820000"], |one| vec![one]) {
                let children = site.json(&format!("/v1/divisions?parent={parent}")).await;
                all.extend(codes(list(&children, "items"), "adcode"));
            }
            all
        }
        _ => {
            let all = site.json(&format!("/v1/{noun}?facets={facet}&limit=1")).await;
            codes(list(&all["facets"], facet), "code")
        }
    }
}

#[actix_web::test]
async fn a_count_is_what_its_filter_finds() {
    let site = shared();
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for (noun, facets, question) in QUESTIONS {
        let asked = with(question, "", None);
        let answer =
            site.json(format!("/v1/{noun}?limit=1&facets={facets}&{asked}").trim_end_matches('&')).await;
        for facet in facets.split(',') {
            let counts: BTreeMap<_, _> = list(&answer["facets"], facet)
                .iter()
                .map(|part| (text(part, "code").to_owned(), part["count"].as_u64().unwrap()))
                .collect();
            assert_eq!(
                counts.len(),
                list(&answer["facets"], facet).len(),
                "a value of {facet} is there twice"
            );
            assert!(counts.values().all(|count| *count > 0), "{noun}?{question}: {facet}: a zero");
            let possible = values(&site, noun, facet, question).await;
            for code in counts.keys() {
                assert!(possible.contains(code), "{noun}?{question}: {facet}: {code} is no value of it");
            }
            for value in &possible {
                let found = total(&site, noun, &with(question, facet, Some(value))).await;
                let count = counts.get(value).copied().unwrap_or_default();
                if found != count {
                    wrong.push(format!("{noun}?{question}: {facet}={value}: counted {count}, found {found}"));
                }
                compared += usize::from(found > 0);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared}: {wrong:#?}", wrong.len());
    assert!(compared > 300, "{compared}");
}

/// What is asked for is there, with names and in order; nothing else is.
#[actix_web::test]
async fn facets_are_those_asked_for() {
    let site = shared();
    assert!(site.json("/v1/events").await.get("facets").is_none());
    let answer = site.json("/v1/events?facets=form,date&limit=1&lang=en").await;
    let facets = answer["facets"].as_object().unwrap();
    assert_eq!(
        facets.keys().collect::<BTreeSet<_>>(),
        BTreeSet::from([&"date".to_owned(), &"form".to_owned()])
    );
    let forms = list(&answer["facets"], "form");
    assert!(forms.iter().any(|form| form["code"] == "lecture" && form["name"] != "lecture"), "{forms:?}");
    let order = |form: &Value| (std::cmp::Reverse(form["count"].as_u64()), text(form, "code").to_owned());
    assert!(forms.iter().map(order).is_sorted(), "most first: {forms:?}");
    let days = list(&answer["facets"], "date");
    assert!(days.iter().map(|day| text(day, "code")).is_sorted());
    assert!(days.iter().all(|day| !text(day, "name").is_empty()));
}

/// Every page counts the same: the whole result, not the page.
#[actix_web::test]
async fn pages_do_not_change_counts() {
    let site = shared();
    let path = "/v1/events?facets=topic,date&limit=20&adcode=440100";
    let first = site.json(path).await;
    let second = site.json(&format!("{path}&cursor={}", text(&first, "nextCursor"))).await;
    assert_ne!(first["items"], second["items"]);
    assert_eq!(first["facets"], second["facets"]);
    let large = site.json(&path.replace("limit=20", "limit=100")).await;
    assert_eq!(first["facets"], large["facets"]);
}

#[actix_web::test]
async fn a_facet_that_a_list_lacks_is_named() {
    let site = shared();
    for path in [
        "/v1/events?facets=category",
        "/v1/events?facets=nosuch",
        "/v1/bases?facets=topic",
        "/v1/routes?facets=form",
        "/v1/series?facets=adcode",
        "/v1/search?facets=topic,nosuch",
    ] {
        blamed(&site, path, "facets", "notAllowed").await.unwrap();
    }
    blamed(&site, "/v1/events?facets=", "facets", "empty").await.unwrap();
    blamed(&site, "/v1/campaigns?facets=topic", "facets", "unknown").await.unwrap();
    blamed(&site, "/v1/map?bbox=113,23,114,24&facets=topic", "facets", "unknown").await.unwrap();
}
