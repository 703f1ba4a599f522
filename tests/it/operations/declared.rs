//! A misspelt filter must not silently return everything, a misspelt field not silently do half.

use serde_json::json;

use super::*;
use crate::support::dump::dump;

/// What WeChat's servers call, by a protocol of WeChat's that may grow: its signature is what lets a request in.
const WECHATS: [&str; 2] = ["checkWechatPush", "receiveWechatPush"];

#[actix_web::test]
async fn every_operation_names_a_query_parameter_that_it_does_not_know_before_anything_happens() {
    let (server, token) = ruled().await;
    let before = dump(&server.running.db);
    for operation in operations().iter().filter(|operation| !WECHATS.contains(&operation.id.as_str())) {
        let mut request = operation.bare(&server, &token, "?nonsense=1");
        if let Some(body) = operation.example() {
            request = request.json(body);
        }
        let answer = server.send(request).await;
        let told = format!("{}: {} {}", operation.id, answer.status, answer.text);
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["code"]),
            (400, &json!("invalidParameter")),
            "{told}"
        );
        let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
        let named = |error: &Value| error["field"] == "nonsense" && error["code"] == "unknown";
        assert!(errors.iter().any(named), "{told}");
        assert!(operation.spec["responses"].get("400").is_some(), "{} does not tell of 400", operation.id);
    }
    assert_eq!(dump(&server.running.db), before, "something happened all the same");
}

#[actix_web::test]
async fn every_operation_answers_in_the_language_that_the_query_asks_for() {
    let (server, token) = ruled().await;
    for operation in operations().iter().filter(|operation| !WECHATS.contains(&operation.id.as_str())) {
        if !operation.path.starts_with("/v1/") {
            continue;
        }
        let parameters = operation.spec["parameters"].as_array().cloned().unwrap_or_default();
        assert!(
            parameters.iter().any(|one| one["name"] == "lang"),
            "{} does not tell of `lang`",
            operation.id
        );
        let mut request = operation.bare(&server, &token, "?lang=en&nonsense=1");
        if let Some(body) = operation.example() {
            request = request.json(body);
        }
        let answer = server.send(request).await;
        let told = format!("{}: {} {}", operation.id, answer.status, answer.text);
        let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
        assert!(errors.iter().any(|error| error["field"] == "nonsense"), "{told}");
        assert!(!errors.iter().any(|error| error["field"] == "lang"), "{told}");
        assert!(answer.json()["detail"].as_str().is_some_and(str::is_ascii), "{told}");
    }
}

#[actix_web::test]
async fn an_operation_without_a_body_refuses_one_before_anything_happens() {
    let (server, token) = ruled().await;
    let before = dump(&server.running.db);
    let bodiless =
        |operation: &Operation| operation.method != "GET" && operation.spec["requestBody"].is_null();
    let mut seen = 0;
    for operation in operations().iter().filter(|operation| bodiless(operation)) {
        seen += 1;
        let send = async |body: &str| {
            let request = operation.bare(&server, &token, "").header("content-type", "application/json");
            server.send(request.body(body.to_owned())).await
        };
        let field = send(r#"{"reason":"ill"}"#).await;
        let told = format!("{}: {} {}", operation.id, field.status, field.text);
        assert_eq!((field.status.as_u16(), &field.json()["code"]), (422, &json!("invalidBody")), "{told}");
        assert_eq!(field.json()["errors"][0]["field"], "reason", "{told}");
        assert_eq!(send("[]").await.status, 422, "{}", operation.id);
        assert_eq!(send("reason=ill").await.json()["code"], "malformedRequest", "{}", operation.id);
        assert_eq!(send(&" ".repeat((1 << 20) + 1)).await.status, 413, "{}", operation.id);
        assert!(operation.spec["responses"].get("422").is_some(), "{} does not tell of 422", operation.id);
    }
    assert!(seen > 8, "{seen} operations without a body");
    assert_eq!(dump(&server.running.db), before, "something happened all the same");
}

#[actix_web::test]
async fn an_empty_object_says_nothing_and_is_taken_for_no_body() {
    let (server, token) = ruled().await;
    for (method, path) in [("PUT", "/v1/me/favourites/event/"), ("DELETE", "/v1/me/favourites/event/")] {
        for body in ["", "{}"] {
            let url = server.url(&format!("{path}{}", EventId::from_slug("talk")));
            let request = server.client.request(method.parse().unwrap(), url).bearer_auth(&token);
            let answer = server.send(request.header("content-type", "application/json").body(body)).await;
            assert_eq!(answer.status, 204, "{method} {body}: {}", answer.text);
        }
    }
}
