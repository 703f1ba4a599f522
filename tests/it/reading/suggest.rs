//! Completions: what is typed so far, in characters, pinyin, initials or English.

use std::collections::BTreeSet;

use serde_json::Value;

use super::bad_input::blamed;
use super::{list, shared, text};
use crate::support::server::Site;

async fn suggestions(site: &Site, query: &str) -> Vec<Value> {
    list(&site.json(&format!("/v1/suggest?{query}")).await, "items").to_vec()
}

#[actix_web::test]
async fn a_beginning_is_completed_however_it_is_typed() {
    let site = shared();
    let mut wrong = Vec::new();
    for (q, kind, name) in [
        ("广东科学", "base", "广东科学中心"),
        ("广州塔", "base", "广州塔"),
        ("廣州塔", "base", "广州塔"),
        ("gdkx", "base", "广东科学中心"),
        ("gdkxzx", "base", "广东科学中心"),
        ("GDKXZX", "base", "广东科学中心"),
        ("gzt", "base", "广州塔"),
        ("guangzhouta", "base", "广州塔"),
        ("guangdongkexuezh", "base", "广东科学中心"),
        ("Canton", "base", "广州塔"),
        ("canton tow", "base", "广州塔"),
        ("tianwen", "topic", "天文航天"),
        ("tianw", "topic", "天文航天"),
        ("twht", "topic", "天文航天"),
        ("天文", "topic", "天文航天"),
        ("haiyang", "topic", "海洋"),
        ("tianhe", "division", "天河区"),
        ("天河", "division", "天河区"),
        ("thq", "division", "天河区"),
        ("海珠", "division", "海珠区"),
        ("儿童", "audience", "儿童与亲子家庭"),
        ("讲", "form", "讲座"),
        ("jiangzuo", "form", "讲座"),
        ("珠江科学", "series", "珠江科学大讲堂"),
        ("zjkx", "series", "珠江科学大讲堂"),
        ("大篷车", "resource", "科普大篷车"),
        ("kpdpc", "resource", "科普大篷车"),
        ("广州新中轴", "route", "广州新中轴科技一日"),
        ("世界海洋日", "campaign", "世界海洋日暨全国海洋宣传日"),
        ("甲虫王国", "event", "甲虫王国：一只昆虫的铠甲"),
        // The middle of a name, where a word begins.
        ("科学中心", "base", "广东科学中心"),
        ("天文台", "base", "深圳市天文台"),
    ] {
        let found = suggestions(&site, &format!("q={q}&limit=20")).await;
        if !found.iter().any(|one| one["kind"] == kind && one["name"] == name) {
            let names: Vec<_> =
                found.iter().map(|one| format!("{} {}", text(one, "kind"), text(one, "name"))).collect();
            wrong.push(format!("{q}: no {kind} {name}: {names:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A thing leads to its page, a code is what the filter of that name takes.
#[actix_web::test]
async fn every_completion_leads_somewhere() {
    let site = shared();
    let (mut kinds, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for q in
        ["天", "海", "广", "科", "k", "gz", "tianwen", "s", "r", "讲", "国", "亲", "省", "science", "1", "er"]
    {
        for one in suggestions(&site, &format!("q={q}&limit=20")).await {
            if !seen.insert(one.to_string()) {
                continue;
            }
            let kind = text(&one, "kind").to_owned();
            if matches!(&*kind, "event" | "base" | "route" | "series" | "campaign" | "resource") {
                let noun = if kind == "series" { "series" } else { &format!("{kind}s") };
                let detail = site.json(&format!("/v1/{noun}/{}", text(&one, "id"))).await;
                assert_eq!(detail[if kind == "event" { "title" } else { "name" }], one["name"], "{q}: {one}");
                assert!(one.get("code").is_none(), "{one}");
            } else {
                let param = if kind == "division" { "adcode" } else { &kind };
                let answer = site.get(&format!("/v1/search?{param}={}&limit=1", text(&one, "code"))).await;
                assert_eq!(answer.status, 200, "{q}: {one}: {}", answer.text);
                assert!(one.get("id").is_none(), "{one}");
            }
            kinds.insert(kind);
        }
    }
    let all = [
        "audience", "base", "campaign", "category", "division", "event", "form", "level", "resource",
        "route", "series", "topic",
    ];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), all, "every kind was met");
}

#[actix_web::test]
async fn no_more_than_asked_and_nothing_twice() {
    let site = shared();
    assert_eq!(suggestions(&site, "q=广").await.len(), 10, "ten if nothing is said");
    let most = suggestions(&site, "q=广&limit=20").await;
    assert_eq!(most.len(), 20);
    for limit in [1, 5, 13] {
        assert_eq!(
            suggestions(&site, &format!("q=广&limit={limit}")).await,
            most[..limit],
            "the first of the same"
        );
    }
    for q in ["广", "k", "天文", "canton", "s"] {
        let found = suggestions(&site, &format!("q={q}&limit=20")).await;
        let different: BTreeSet<_> = found.iter().map(Value::to_string).collect();
        assert_eq!(different.len(), found.len(), "{q}");
    }
    assert_eq!(suggestions(&site, "q=xyzzyplugh").await, Vec::<Value>::new());
}

#[actix_web::test]
async fn names_are_in_the_callers_language() {
    let site = shared();
    let named = async |lang: &str| {
        let found = suggestions(&site, &format!("q=tianhe&lang={lang}")).await;
        let division =
            found.iter().find(|one| one["code"] == "440106").unwrap_or_else(|| panic!("{lang}: {found:?}"));
        text(division, "name").to_owned()
    };
    assert_eq!(named("zh-CN").await, "天河区");
    assert_eq!(named("zh-HK").await, "天河區");
    assert_eq!(named("en").await, "Tianhe District");
}

#[actix_web::test]
async fn something_must_have_been_typed() {
    let site = shared();
    let mut wrong = Vec::new();
    for (query, field, codes) in [
        ("", "q", "missing"),
        ("limit=5", "q", "missing"),
        ("q=", "q", "empty"),
        ("q=%FF", "q", "malformed"),
        ("q=a&q=b", "q", "repeated"),
        ("q=a&limit=0", "limit", "outOfRange"),
        ("q=a&limit=21", "limit", "outOfRange"),
        ("q=a&limit=ten", "limit", "notAnInteger"),
        ("q=a&kinds=base", "kinds", "unknown"),
        ("q=a&lang=fr", "lang", "notAllowed"),
    ] {
        wrong.extend(blamed(&site, &format!("/v1/suggest?{query}"), field, codes).await.err());
    }
    let overlong = format!("/v1/suggest?q={}", "长".repeat(101));
    wrong.extend(blamed(&site, &overlong, "q", "tooLong").await.err());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
