//! Languages: which one a caller gets, and what stands in for a missing translation.

use kepu::domain::ids::BaseId;
use reqwest::header::ACCEPT_LANGUAGE;
use serde_json::Value;

use super::{list, names, shared, text};
use crate::support::server::{Answer, Site};

async fn asked(site: &Site, path: &str, header: Option<&str>) -> Answer {
    let request = site.client.get(site.url(path));
    site.send(match header {
        Some(languages) => request.header(ACCEPT_LANGUAGE, languages),
        None => request,
    })
    .await
}

#[actix_web::test]
async fn the_parameter_beats_the_header() {
    let site = shared();
    let base = format!("/v1/bases/{}", BaseId::from_slug("gz-gdsc"));
    for (parameter, header, name) in [
        (None, None, "广东科学中心"),
        (None, Some("fr"), "广东科学中心"),
        (None, Some("en-GB,en;q=0.9,zh-CN;q=0.8"), "Guangdong Science Center"),
        (None, Some("zh-HK"), "廣東科學中心"),
        (None, Some("zh-Hant"), "廣東科學中心"),
        (None, Some("en;q=0.2, zh-HK;q=0.7"), "廣東科學中心"),
        (Some("en"), None, "Guangdong Science Center"),
        (Some("zh-HK"), Some("en"), "廣東科學中心"),
        (Some("zh-CN"), Some("en"), "广东科学中心"),
    ] {
        let path = parameter.map_or(base.clone(), |lang| format!("{base}?lang={lang}"));
        let answer = asked(&site, &path, header).await.json();
        assert_eq!(text(&answer, "name"), name, "{parameter:?} {header:?}");
        assert_eq!(text(&answer["place"], "name"), name, "{parameter:?} {header:?}");
    }
}

#[actix_web::test]
async fn what_is_not_translated_falls_back() {
    let site = shared();
    let in_language = async |lang: &str| site.json(&format!("/v1/events?sort=start&lang={lang}")).await;
    let (simplified, traditional, english) =
        (in_language("zh-CN").await, in_language("zh-HK").await, in_language("en").await);
    let all = list(&simplified, "items").iter().zip(list(&traditional, "items")).zip(list(&english, "items"));
    let mut converted = 0;
    for ((simplified, traditional), english) in all {
        assert_eq!(english["title"], simplified["title"], "no event has an English title");
        assert_eq!(traditional["id"], simplified["id"]);
        converted += usize::from(traditional["title"] != simplified["title"]);
    }
    assert!(converted > 10, "only {converted} titles were converted");
    let route = site.json("/v1/routes?q=新中轴&lang=zh-HK").await;
    assert_eq!(names(list(&route, "items")), ["廣州新中軸科技一日"]);
}

#[actix_web::test]
async fn codes_and_divisions_have_names_in_every_language() {
    let site = shared();
    for (lang, district, city) in
        [("zh-CN", "海珠区", "广州市"), ("zh-HK", "海珠區", "廣州市"), ("en", "Haizhu District", "Guangzhou")]
    {
        let chain = site.json(&format!("/v1/divisions?lat=23.1089&lng=113.3189&crs=wgs84&lang={lang}")).await;
        assert_eq!(names(list(&chain, "items"))[1..], [city, district]);
    }
}

#[actix_web::test]
async fn problems_speak_the_callers_language() {
    let site = shared();
    let problem = async |path: &str, header| -> Value {
        let answer = asked(&site, path, header).await;
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        answer.json()
    };
    for (query, header, title, message) in [
        ("limit=0", None, "参数有误", "应在 1 到 100 之间。"),
        ("limit=0", Some("zh-HK"), "參數有誤", "應在 1 到 100 之間。"),
        ("limit=0&lang=zh-HK", Some("en"), "參數有誤", "應在 1 到 100 之間。"),
        ("limit=0&lang=en", None, "Invalid parameter", "It must be from 1 to 100."),
        ("limit=0", Some("en-US"), "Invalid parameter", "It must be from 1 to 100."),
    ] {
        let problem = problem(&format!("/v1/events?{query}"), header).await;
        assert_eq!(text(&problem, "title"), title, "{query} {header:?}");
        assert_eq!(text(&problem["errors"][0], "message"), message);
    }
    for path in ["/v1/events/0000000000001?lang=en", "/v1/nothing?lang=en"] {
        assert_eq!(problem(path, None).await["title"], "Not found", "{path}");
    }
    for wrong in ["fr", "EN", "zh", "english"] {
        let problem = problem(&format!("/v1/bases?lang={wrong}"), None).await;
        assert_eq!(
            (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
            (&"lang".into(), &"notAllowed".into())
        );
    }
}
