//! The texts that people consent to: which version holds is a matter of the clock alone.

use chrono::TimeDelta;
use serde_json::Value;

use super::shapes::{self, differences, find_null};
use super::{list, seeds, server_with, shared, text};
use crate::support::catalogue::{policy, put_policy};
use crate::support::server::{NOW, Server};

/// Kinds and versions, in the answer's order.
async fn versions(server: &Server, query: &str) -> Vec<String> {
    let page = server.json(format!("/v1/policies?{query}").trim_end_matches('?')).await;
    assert_eq!(page["total"], list(&page, "items").len());
    list(&page, "items").iter().map(|one| format!("{} {}", text(one, "kind"), text(one, "version"))).collect()
}

#[actix_web::test]
async fn every_kind_has_a_text_in_force_in_three_languages() {
    let site = shared();
    let mut told: Vec<Vec<Value>> = Vec::new();
    for lang in ["zh-CN", "zh-HK", "en"] {
        let page = site.json(&format!("/v1/policies?lang={lang}")).await;
        let items = list(&page, "items");
        let kinds: Vec<_> = items.iter().map(|one| text(one, "kind")).collect();
        assert_eq!(kinds, ["privacy", "signup", "guardian", "sensitive"]);
        for one in items {
            assert_eq!(differences(one, shapes::POLICY, "policy"), Vec::<String>::new());
            let paragraphs = text(one, "text").split("\n\n").count();
            assert!(paragraphs > 6, "{lang} {}: {paragraphs} paragraphs", one["kind"]);
        }
        assert_eq!(find_null(&page, "policies"), None);
        told.push(items.to_vec());
    }
    for (kind, seed) in seeds("policies").iter().enumerate() {
        let texts: Vec<_> = told.iter().map(|items| text(&items[kind], "text")).collect();
        assert_eq!(texts[0], seed["text"]["zh-CN"]);
        assert!(texts[1].contains("個人信息") && texts[1].chars().count() == texts[0].chars().count());
        assert!(texts[2].is_ascii() && texts[2].split("\n\n").count() == texts[0].split("\n\n").count());
    }
}

/// The law asks that people learn how long; and no text may wait to be filled in.
#[actix_web::test]
async fn texts_say_how_long_and_leave_no_gaps() {
    let site = shared();
    for kind in ["privacy", "guardian", "sensitive"] {
        for (lang, until) in [("zh-CN", "天内删除"), ("en", "30")] {
            let page = site.json(&format!("/v1/policies?kind={kind}&lang={lang}")).await;
            assert!(text(&page["items"][0], "text").contains(until), "{kind} {lang}");
        }
    }
    for lang in ["zh-CN", "en"] {
        let page = site.json(&format!("/v1/policies?lang={lang}")).await;
        for one in list(&page, "items") {
            let gap = text(one, "text").find(['【', '[', '{', '<', '_', '×', '…']);
            assert_eq!(gap, None, "{lang} {}", one["kind"]);
        }
    }
}

#[actix_web::test]
async fn a_version_holds_from_its_day_until_the_next_one_does() {
    let server = server_with(|tx| {
        for (kind, version, days) in [
            ("privacy", "1.0", -30),
            ("privacy", "2.0", -10),
            ("privacy", "3.0", 10),
            ("guardian", "1.0", -5),
            ("signup", "1.0", 1),
        ] {
            put_policy(tx, &policy(kind, version, NOW + TimeDelta::days(days)))?;
        }
        Ok(())
    })
    .await;
    assert_eq!(versions(&server, "").await, ["privacy 2.0", "guardian 1.0"]);
    assert_eq!(versions(&server, "status=earlier").await, ["privacy 1.0"]);
    assert_eq!(versions(&server, "status=coming").await, ["privacy 3.0", "signup 1.0"]);
    assert_eq!(
        versions(&server, "kind=privacy&status=current,earlier,coming").await,
        ["privacy 3.0", "privacy 2.0", "privacy 1.0"]
    );
    assert_eq!(versions(&server, "kind=signup").await, Vec::<String>::new());
    let before = server.get("/v1/policies").await;
    server.clock.set(NOW + TimeDelta::days(10) - TimeDelta::minutes(1));
    assert_eq!(versions(&server, "").await, ["privacy 2.0", "signup 1.0", "guardian 1.0"]);
    server.clock.set(NOW + TimeDelta::days(10));
    assert_eq!(versions(&server, "").await, ["privacy 3.0", "signup 1.0", "guardian 1.0"]);
    assert_ne!(server.get("/v1/policies").await.header("etag"), before.header("etag"));
}

/// A consent names a version: it stays readable when another one holds.
#[actix_web::test]
async fn a_version_that_is_named_is_told_however_it_stands() {
    let server = server_with(|tx| {
        for (kind, version, days) in
            [("privacy", "1.0", -30), ("privacy", "2.0", -10), ("guardian", "1.0", -5), ("signup", "2.0", 9)]
        {
            put_policy(tx, &policy(kind, version, NOW + TimeDelta::days(days)))?;
        }
        Ok(())
    })
    .await;
    assert_eq!(versions(&server, "version=1.0").await, ["privacy 1.0", "guardian 1.0"]);
    assert_eq!(versions(&server, "kind=privacy&version=1.0").await, ["privacy 1.0"]);
    assert_eq!(versions(&server, "version=2.0&status=coming").await, ["signup 2.0"]);
    let unknown = server.get("/v1/policies?kind=guardian&version=2.0").await;
    assert_eq!((unknown.status.as_u16(), &unknown.json()["errors"][0]["code"]), (400, &"unknownCode".into()));
}
