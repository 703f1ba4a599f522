//! Codes: every one that is used is listed, with its name in every language.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::shapes::find_null;
use super::{list, seeds, shared, text};

/// Collects the codes of an answer by scheme, whichever way it nests them.
fn codes(value: &Value, scheme: Option<&str>, into: &mut BTreeMap<String, BTreeSet<String>>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| codes(item, scheme, into)),
        Value::Object(fields) => {
            let scheme = fields.get("scheme").and_then(Value::as_str).or(scheme);
            if let (Some(scheme), Some(Value::String(code))) = (scheme, fields.get("code")) {
                into.entry(scheme.to_owned()).or_default().insert(code.clone());
            }
            for (name, field) in fields {
                codes(field, scheme.or(Some(name)), into);
            }
        }
        _ => {}
    }
}

#[actix_web::test]
async fn every_code_of_every_scheme_is_listed() {
    let site = shared();
    let taxonomy = site.json("/v1/taxonomy").await;
    assert_eq!(find_null(&taxonomy, "taxonomy"), None);
    let mut found = BTreeMap::new();
    codes(&taxonomy, None, &mut found);
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for term in seeds("taxonomy") {
        expected.entry(text(&term, "scheme").to_owned()).or_default().insert(text(&term, "code").to_owned());
    }
    assert_eq!(found, expected);
}

#[actix_web::test]
async fn codes_have_names_in_every_language() {
    let site = shared();
    let mut told = BTreeSet::new();
    for lang in ["zh-CN", "zh-HK", "en"] {
        told.insert(site.get(&format!("/v1/taxonomy?lang={lang}")).await.text);
    }
    let all: String = told.into_iter().collect();
    for name in ["天文航天", "Astronomy & space", "粮食与营养", "糧食與營養", "Food & nutrition"]
    {
        assert!(all.contains(name), "{name} is missing");
    }
}

#[actix_web::test]
async fn lists_use_codes_of_the_taxonomy_only() {
    let site = shared();
    let mut known = BTreeMap::new();
    codes(&site.json("/v1/taxonomy").await, None, &mut known);
    for event in site.walk("/v1/events?limit=100").await {
        assert!(known["form"].contains(text(&event, "form")));
        assert!(list(&event, "topics").iter().all(|code| known["topic"].contains(code.as_str().unwrap())));
        assert!(
            list(&event, "audiences").iter().all(|code| known["audience"].contains(code.as_str().unwrap()))
        );
    }
    for base in site.walk("/v1/bases?limit=100").await {
        assert!(known["category"].contains(text(&base, "category")));
        assert!(list(&base, "levels").iter().all(|held| known["level"].contains(text(held, "level"))));
    }
}
