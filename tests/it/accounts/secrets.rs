//! What must never be logged, even by those who log everything.

use kepu::domain::clock::{Clock, SystemClock};
use kepu::domain::totp::TotpSecret;

use super::*;
use crate::support::process::{Process, kepu};
use crate::support::server::SIGNING_KEY;

#[actix_web::test]
async fn tokens_codes_and_names_are_never_logged() {
    let fresh = Fresh::new(Store::Sqlite, Holds::Seeds);
    let mut command = kepu(&fresh.url, &["serve", "--demo"]);
    command.env("KEPU_LOG", "trace");
    let server = Process::start(command);
    let site = Site::at(server.site.trim_start_matches("http://").parse().unwrap());

    let first = log_in(&site, CITY, "whispered").await;
    let next = Tokens::of(&refresh(&site, &first.refresh).await);
    let named = json!({ "displayName": "悄悄话", "version": 1 });
    let put = site.send(by(&site, Method::PUT, "/v1/me", &next.access).json(&named)).await;
    assert_eq!(put.status, 200, "{}", put.text);
    let companion = json!({ "name": "悄悄话小明", "birthDate": "1980-03-09" });
    let added = site.send(by(&site, Method::POST, "/v1/me/companions", &next.access).json(&companion)).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let all = site.send(by(&site, Method::GET, "/v1/me/export", &next.access)).await;
    let openid = all.json()["wechat"][0]["openid"].as_str().unwrap().to_owned();
    let wrong = post(&site, "/v1/auth/wechat", json!({ "appId": CITY, "code": "whispered-code" })).await;
    assert_problem(&wrong, 401, "wechatCodeRejected");
    for _ in 0..2 {
        refresh(&site, &next.refresh).await;
    }
    assert_eq!(me(&site, "forged.token.whispered").await.status, 401);

    let (_, log) = server.terminate();
    assert!(log.contains("/v1/auth/wechat") && log.contains("TRACE"), "it logs");
    for secret in [
        "whispered",
        "悄悄话",
        "1980-03-09",
        SIGNING_KEY,
        &openid,
        &first.refresh,
        &next.refresh,
        &first.access,
        &next.access,
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret}: {line:?}");
    }
}

#[actix_web::test]
async fn passwords_and_codes_are_never_logged() {
    let fresh = Fresh::new(Store::Sqlite, Holds::Seeds);
    let mut command = kepu(&fresh.url, &["serve", "--demo"]);
    command.env("KEPU_LOG", "trace");
    let server = Process::start(command);
    let site = Site::at(server.site.trim_start_matches("http://").parse().unwrap());
    let db = fresh.open(Arc::new(SystemClock));
    let role = authority(AuthorityRole::Reviewer, "440100");
    let account = NewAccount { username: "whispering.li".into(), password: PASSWORD.into(), role };
    create(&db, &SystemRandom, &account).unwrap();

    let wrong = by_password(&site, "whispering.li", "whispered loudly", None).await;
    assert_problem(&wrong, 401, "credentialsRejected");
    let body = json!({ "username": "whispering.li", "password": PASSWORD });
    let started = post(&site, "/v1/auth/password/totp", body).await.json();
    let secret = started["secret"].as_str().unwrap();
    let code = TotpSecret::parse(secret).unwrap().code(SystemClock.now());
    let tokens = Tokens::of(&by_password(&site, "whispering.li", PASSWORD, Some(&code)).await);
    assert_problem(&by_password(&site, "whispering.li", PASSWORD, Some(&code)).await, 401, "totpRejected");
    let change = json!({ "current": PASSWORD, "new": "whispered at dawn" });
    let changed = site.send(by(&site, Method::POST, "/v1/me/password", &tokens.access).json(&change)).await;
    assert_eq!(changed.status, 204, "{}", changed.text);

    let (_, log) = server.terminate();
    assert!(log.contains("/v1/auth/password") && log.contains("TRACE"), "it logs");
    let code = format!("\"{}\"", code.expose());
    for told in ["whisper", PASSWORD, secret, &code, "argon2", &tokens.access, &tokens.refresh] {
        let line = log.lines().find(|line| line.contains(told));
        assert!(line.is_none(), "{told}: {line:?}");
    }
}
