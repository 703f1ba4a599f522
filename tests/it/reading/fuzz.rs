//! Queries that nobody would write by hand: an answer, or a refusal that names what was sent; nothing else.

use kepu::domain::ids::{BaseId, EventId, RouteId};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

use super::shapes::find_null;
use super::shared;

const NAMES: &[&str] = &[
    "lat",
    "lng",
    "radius",
    "bbox",
    "crs",
    "adcode",
    "q",
    "topic",
    "audience",
    "form",
    "age",
    "when",
    "from",
    "to",
    "free",
    "available",
    "mode",
    "admission",
    "organiser",
    "base",
    "series",
    "campaign",
    "accessibility",
    "status",
    "sample",
    "sort",
    "limit",
    "cursor",
    "lang",
    "level",
    "category",
    "openAt",
    "openNow",
    "type",
    "parent",
    "kind",
    "version",
    "nosuch",
    "",
    "lat[]",
    "q.x",
    "%F0%9F%94%AD",
];

const PATHS: &[&str] = &[
    "/v1/events",
    "/v1/bases",
    "/v1/routes",
    "/v1/series",
    "/v1/campaigns",
    "/v1/organisations",
    "/v1/resources",
    "/v1/policies",
    "/v1/bulletins",
    "/v1/divisions",
    "/v1/taxonomy",
    "/v1/events/0000000000001",
    "/v1/events/0000000000001/sessions",
    "/v1/divisions/440105",
];

/// Values as they stand in an address.
const VALUES: &[&str] = &[
    "",
    "0",
    "-0",
    "1",
    "7",
    "100",
    "-1",
    "23.1",
    "113.3",
    "90",
    "-90.0000001",
    "180",
    "1e308",
    "1e999",
    "-1e-999",
    "NaN",
    "inf",
    "0x1F",
    "%D9%A1%D9%A2",
    "1%2C2",
    "113,23,114,24",
    "113,23,113,23",
    "-180,-90,180,90",
    "114,24,113,23",
    ",,,",
    "gcj02",
    "wgs84",
    "bd09",
    "440100",
    "000000",
    "999999",
    "ocean",
    "ocean,tcm",
    "ocean,",
    "lecture",
    "weekend",
    "holiday",
    "today",
    "2026-11-28",
    "2026-11-28T10:00:00%2B08:00",
    "2026-11-28T10:00:00+08:00",
    "9999-12-31",
    "0000-01-01",
    "-262143-01-01",
    "2026-11-28T24:00:00Z",
    "2016-12-31T23:59:60Z",
    "+99999-01-01",
    "true",
    "false",
    "True",
    "onsite",
    "start",
    "-start",
    "distance",
    "relevance",
    "newest",
    "en",
    "zh-HK",
    "xx",
    "0000000000001",
    "7zzzzzzzzzzzz",
    "zzzzzzzzzzzzz",
    "%00",
    "%FF",
    "%C3%28",
    "%",
    "%2",
    "%zz",
    "+",
    "%20",
    "%0A",
    "'%22%3B--",
    "%3Cscript%3E",
    "..%2F..%2Fetc",
    "%E5%A4%A9%E6%96%87",
    "%E2%80%8B",
    "%EF%BB%BF",
    "%F0%9F%94%AD",
    "e%CC%81",
    "%E2%80%AE",
    "*",
    "%2A",
    "(",
    "[a-z]+",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
];

/// Every path that takes parameters, over things that exist and things that do not.
fn paths() -> Vec<String> {
    let (event, base) = (EventId::from_slug("evt-0002"), BaseId::from_slug("gz-gdsc"));
    let route = RouteId::from_slug("route-axis-canton");
    let mut paths: Vec<_> = PATHS.iter().map(|path| (*path).to_owned()).collect();
    paths.extend(["", "/sessions"].map(|end| format!("/v1/events/{event}{end}")));
    paths.extend(["", "/hours"].map(|end| format!("/v1/bases/{base}{end}")));
    paths.extend(["", "/track.geojson"].map(|end| format!("/v1/routes/{route}{end}")));
    paths
}

/// A path and the pairs of its query.
fn question() -> impl Strategy<Value = (String, Vec<(String, String)>)> {
    let value = prop_oneof![
        8 => select(VALUES).prop_map(str::to_owned),
        1 => any::<String>().prop_map(|text| escaped(&text)),
        1 => any::<f64>().prop_map(|number| number.to_string()),
        1 => (select(VALUES), 1..4000usize).prop_map(|(value, times)| value.repeat(times.min(9000 / value.len().max(1)))),
    ];
    (select(paths()), prop::collection::vec((select(NAMES).prop_map(str::to_owned), value), 0..6))
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A name as the server reads it.
fn read(name: &str) -> String {
    if name.starts_with('%') { "🔭".to_owned() } else { name.to_owned() }
}

#[test]
fn every_query_is_answered_or_refused_by_name() {
    let site = shared();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { cases: 1500, failure_persistence: None, ..Config::default() };
    // The same questions in every run: a failure is a fault, and not a matter of luck.
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let asked = runner.run(&question(), |(path, pairs)| {
        let query: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let path = format!("{path}?{}", query.join("&"));
        let answer = runtime.block_on(site.get(&path));
        let status = answer.status.as_u16();
        prop_assert!([200, 400, 404, 414].contains(&status), "{path}: {status} {}", answer.text);
        let body: Value = serde_json::from_str(&answer.text)
            .map_err(|error| TestCaseError::fail(format!("{path}: {error}")))?;
        prop_assert_eq!(find_null(&body, "body"), None, "{}", path);
        if status == 400 {
            let code = body["code"].as_str().unwrap();
            let sent = |name: &str| pairs.iter().any(|(sent, _)| read(sent) == name);
            let named = body["errors"]
                .as_array()
                .is_some_and(|errors| errors.iter().all(|error| error["field"].as_str().is_some_and(sent)));
            let of_cursor = code.starts_with("cursor") && sent("cursor");
            // A name that is no text cannot be named; all of these are.
            prop_assert!(named || of_cursor, "{path} is refused for something else: {body}");
        }
        Ok(())
    });
    asked.unwrap();
}
