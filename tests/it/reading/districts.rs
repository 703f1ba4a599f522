//! Administrative divisions: as a filter, as the chain that a point lies in, and as things of their own.

use std::collections::BTreeSet;

use kepu::domain::ids::{BaseId, EventId};
use serde_json::Value;

use super::{ids, list, number, position, seeds, shared, text};
use crate::support::server::Site;

/// The innermost division comes last.
async fn chain(site: &Site, query: &str) -> Vec<String> {
    let answer = site.json(&format!("/v1/divisions?{query}")).await;
    list(&answer, "items").iter().map(|item| text(item, "adcode").to_owned()).collect()
}

/// Whether `adcode` lies in `division`: codes of provinces end in four noughts, those of cities in two.
fn within(adcode: &str, division: &str) -> bool {
    let stem = division.strip_suffix("0000").or(division.strip_suffix("00")).unwrap_or(division);
    adcode.starts_with(stem)
}

#[actix_web::test]
async fn a_division_selects_what_lies_in_it_at_every_level() {
    let site = shared();
    let (bases, events) = (seeds("bases"), seeds("events"));
    let adcode = |base: &Value| text(&base["place"], "adcode").to_owned();
    let running = ids(&site.walk("/v1/events?limit=100").await);
    for division in ["440000", "440100", "440300", "440105", "441802", "441900", "442000"] {
        let there: BTreeSet<_> = bases.iter().filter(|base| within(&adcode(base), division)).collect_slugs();
        let expected: BTreeSet<_> = there.iter().map(|slug| BaseId::from_slug(slug).to_string()).collect();
        let found = site.walk(&format!("/v1/bases?adcode={division}&limit=100")).await;
        assert_eq!(ids(&found), expected, "bases in {division}");
        assert!(!expected.is_empty());

        let at_base = |event: &&Value| there.contains(text(event, "base").trim_start_matches("#base/"));
        let slugs = events.iter().filter(at_base).collect_slugs();
        let expected: BTreeSet<_> = slugs.iter().map(|slug| EventId::from_slug(slug).to_string()).collect();
        let found = site.walk(&format!("/v1/events?adcode={division}&limit=100")).await;
        assert_eq!(ids(&found), &expected & &running, "events in {division}");
        assert!(found.iter().all(|item| within(text(&item["place"], "adcode"), division)));
    }
}

trait Slugs {
    fn collect_slugs(self) -> BTreeSet<String>;
}

impl<'a, I: Iterator<Item = &'a Value>> Slugs for I {
    fn collect_slugs(self) -> BTreeSet<String> {
        self.map(|item| text(item, "slug").to_owned()).collect()
    }
}

#[actix_web::test]
async fn a_point_gives_its_chain_innermost_last() {
    let site = shared();
    for (at, expected) in [
        ("lat=23.1089&lng=113.3189&crs=wgs84", vec!["440000", "440100", "440105"]),
        // The same place as a mini-program's map tells it.
        ("lat=23.106311&lng=113.324318", vec!["440000", "440100", "440105"]),
        // Dongguan and Zhongshan have no districts.
        ("lat=23.0205&lng=113.7518&crs=wgs84", vec!["440000", "441900"]),
        ("lat=22.5176&lng=113.3926&crs=wgs84", vec!["440000", "442000"]),
        // Victoria Peak; the Praya of Macau.
        ("lat=22.2759&lng=114.1455&crs=wgs84", vec!["810000", "810101"]),
        // The South China Sea, and another ocean.
        ("lat=21.0&lng=114.8&crs=wgs84", vec![]),
        ("lat=0&lng=0&crs=wgs84", vec![]),
    ] {
        assert_eq!(chain(&site, at).await, expected, "{at}");
    }
    assert_eq!(chain(&site, "lat=22.19&lng=113.5439&crs=wgs84").await.first().unwrap(), "820000");
}

#[actix_web::test]
async fn positions_of_bases_give_the_divisions_that_they_are_filed_under() {
    let site = shared();
    let mut elsewhere = Vec::new();
    for base in seeds("bases") {
        let (lat, lng) = position(&base["place"]["position"]).unwrap();
        let chain = chain(&site, &format!("lat={lat}&lng={lng}&crs=wgs84")).await;
        if chain.last().map(String::as_str) != Some(text(&base["place"], "adcode")) {
            elsewhere.push((text(&base, "slug").to_owned(), chain));
        }
    }
    // The seeds say that six lie off the simplified coast.
    assert!(elsewhere.len() <= 6, "{elsewhere:?}");
}

#[actix_web::test]
async fn divisions_are_listed_by_parent_and_found_by_name() {
    let site = shared();
    let all = seeds("divisions");
    for parent in ["440000", "440100", "441800", "810000"] {
        let children: BTreeSet<_> = all
            .iter()
            .filter(|item| item.get("parent").is_some_and(|up| up == parent))
            .map(|item| text(item, "adcode").to_owned())
            .collect();
        let found = chain(&site, &format!("parent={parent}")).await;
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), children, "below {parent}");
    }
    assert_eq!(chain(&site, "parent=441900").await, [""; 0], "nothing is below Dongguan");
    assert_eq!(chain(&site, "q=海珠").await, ["440105"]);
    assert!(chain(&site, "q=清城区").await.contains(&"441802".to_owned()));
}

#[actix_web::test]
async fn a_division_has_its_name_and_centre() {
    let site = shared();
    let division = site.json("/v1/divisions/440105?crs=wgs84").await;
    assert_eq!(text(&division, "adcode"), "440105");
    assert_eq!(text(&division, "name"), "海珠区");
    assert_eq!(text(&division, "parent"), "440100");
    let seed = seeds("divisions").into_iter().find(|seed| seed["adcode"] == "440105").unwrap();
    assert_eq!(division["centre"], seed["centre"]);
    let shifted = site.json("/v1/divisions/440105").await;
    assert_eq!(shifted["crs"], "gcj02");
    assert!(
        (number(&shifted["centre"], "lng") - number(&seed["centre"], "lng")).abs() > 0.004,
        "it is shifted"
    );
    assert_eq!(site.json("/v1/divisions/440105?lang=en").await["name"], "Haizhu District");
    for absent in ["449999", "000000"] {
        let answer = site.get(&format!("/v1/divisions/{absent}")).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (404, &"notFound".into()), "{absent}");
    }
}
