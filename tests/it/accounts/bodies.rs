//! Bodies that are wrong: 400 for what is not JSON, 422 with the field for what is not as documented.

use super::*;

#[actix_web::test]
async fn what_is_not_json_is_a_malformed_request() {
    let server = server(Store::Sqlite).await;
    let access = log_in(&server, CITY, "lan").await.access;
    for path in ["/v1/auth/wechat", "/v1/auth/refresh", "/v1/auth/logout", "/v1/me"] {
        let method = if path == "/v1/me" { Method::PUT } else { Method::POST };
        let send = async |body: Vec<u8>| {
            let request = by(&server, method.clone(), path, &access);
            server.send(request.header("content-type", "application/json").body(body)).await
        };
        for body in [
            b"{".to_vec(),
            b"code=demo-lan".to_vec(),
            b"{} {}".to_vec(),
            vec![b'"', 0xff, b'"'],
            b"[".repeat(5000),
            br#"{"displayName":"a","displayName":"b"}"#.to_vec(),
            br#"{"code":"demo-lan","more":[{"a":1,"a":1}]}"#.to_vec(),
        ] {
            let answer = send(body).await;
            assert_problem(&answer, 400, "malformedRequest");
            assert!(
                answer.json()["detail"].as_str().unwrap().contains("JSON"),
                "what is wanted: {}",
                answer.text
            );
        }
        assert_problem(&send(vec![b' '; (1 << 20) + 1]).await, 413, "payloadTooLarge");
        if path != "/v1/auth/logout" {
            assert_problem(&send(Vec::new()).await, 400, "malformedRequest");
        }
    }
}

#[actix_web::test]
async fn what_is_not_as_documented_is_named_by_its_field() {
    let server = server(Store::Sqlite).await;
    let access = log_in(&server, CITY, "lan").await.access;
    let long = "x".repeat(257);
    for (path, body, field, code) in [
        ("/v1/auth/wechat", json!({ "appId": CITY }), "code", "missing"),
        ("/v1/auth/wechat", json!({ "appId": CITY, "code": null }), "code", "empty"),
        ("/v1/auth/wechat", json!({ "appId": null, "code": "demo-lan" }), "appId", "empty"),
        ("/v1/auth/wechat", json!({ "appId": CITY, "code": 7 }), "code", "malformed"),
        ("/v1/auth/wechat", json!({ "appId": CITY, "code": "" }), "code", "empty"),
        ("/v1/auth/wechat", json!({ "appId": CITY, "code": long }), "code", "tooLong"),
        ("/v1/auth/wechat", json!({ "appid": CITY, "code": "demo-lan" }), "appid", "unknown"),
        ("/v1/auth/wechat", json!([]), "$", "malformed"),
        ("/v1/auth/refresh", json!({}), "refreshToken", "missing"),
        ("/v1/auth/refresh", json!({ "refreshToken": ["x"] }), "refreshToken", "malformed"),
        ("/v1/auth/logout", json!({ "refresh_token": "x" }), "refresh_token", "unknown"),
        ("/v1/me", json!({ "displayName": "a" }), "version", "missing"),
        ("/v1/me", json!({ "displayName": "a", "version": "1" }), "version", "notAnInteger"),
        ("/v1/me", json!({ "displayName": "a", "version": 1.5 }), "version", "notAnInteger"),
        ("/v1/me", json!({ "displayName": null, "version": 1 }), "displayName", "empty"),
        ("/v1/me", json!({ "displayName": " ", "version": 1 }), "displayName", "empty"),
        ("/v1/me", json!({ "displayName": "a\nb", "version": 1 }), "displayName", "malformed"),
        ("/v1/me", json!({ "displayName": "x".repeat(31), "version": 1 }), "displayName", "tooLong"),
        ("/v1/me", json!({ "displayName": "a", "version": 1, "roles": [] }), "roles", "unknown"),
    ] {
        let method = if path == "/v1/me" { Method::PUT } else { Method::POST };
        let answer = server.send(by(&server, method, path, &access).json(&body)).await;
        assert_problem(&answer, 422, "invalidBody");
        let error = &answer.json()["errors"][0];
        assert_eq!(
            (error["field"].as_str(), error["code"].as_str()),
            (Some(field), Some(code)),
            "{path} {body}"
        );
    }
    assert_eq!(me(&server, &access).await.json()["version"], 1, "nothing was changed");
}
