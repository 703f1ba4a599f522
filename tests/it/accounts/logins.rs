//! Logging in: who is whom, and what WeChat refuses.

use chrono::TimeDelta;
use futures_util::future::join_all;
use kepu::clients::wechat::login::{Session, SessionKey};
use kepu::domain::clock::FixedClock;
use kepu::domain::ids::SystemRandom;
use kepu::domain::wechat::{OpenId, UnionId};
use kepu::server::MiniPrograms;
use serde_json::json;

use super::*;
use crate::support::server::keys;
use crate::wechat::simulator::{Doors, Played};

const EXCHANGE: &str = "/sns/jscode2session";

on_both_stores! {
    async fn a_person_is_the_same_in_every_mini_program_and_every_time(store: Store) {
        let server = server(store).await;
        let city = who(&server, &log_in(&server, CITY, "lan").await.access).await;
        assert_eq!(who(&server, &log_in(&server, CITY, "lan").await.access).await, city);
        assert_eq!(who(&server, &log_in(&server, MUSEUM, "lan").await.access).await, city, "joined by unionid");
        assert_ne!(who(&server, &log_in(&server, MUSEUM, "ming").await.access).await, city);
    }

    async fn two_first_logins_at_once_make_one_person(store: Store) {
        let server = server(store).await;
        let all = join_all((0..8).map(|n| log_in(&server, [CITY, MUSEUM][n % 2], "lan"))).await;
        let ids = join_all(all.iter().map(|tokens| who(&server, &tokens.access))).await;
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }

    async fn names_of_wechat_join_and_never_part_persons(store: Store) {
        use kepu::app::accounts::Accounts;
        let fresh = Fresh::new(store, Holds::Tables);
        let keys = Arc::new(keys());
        let db = fresh.open(Arc::new(FixedClock(NOW)));
        let accounts = Accounts::new(db, keys.clone(), Arc::new(SystemRandom));
        let come = |id: &str, openid: &str, unionid: Option<&str>| {
            let session = Session {
                openid: OpenId::from(openid),
                unionid: unionid.map(UnionId::from),
                session_key: SessionKey::from("key"),
            };
            let tokens = accounts.log_in(&app(id), &session).unwrap();
            keys.verify(tokens.access.expose(), NOW).unwrap().person
        };
        let early = come(CITY, "o-city", None);
        assert_ne!(come(MUSEUM, "o-city", None), early, "an openid means nothing elsewhere");
        assert_eq!(come(CITY, "o-city", Some("u-lan")), early, "known by now over all");
        assert_eq!(come(MUSEUM, "o-museum", Some("u-lan")), early);
        assert_eq!(come(MUSEUM, "o-museum", None), early);
        let other = come(CITY, "o-other", None);
        assert_ne!(other, early);
        assert_eq!(come(CITY, "o-other", Some("u-lan")), other, "who has a history keeps it");
    }

    async fn a_second_replica_knows_the_logins_of_the_first(store: Store) {
        let fresh = Arc::new(Fresh::new(store, Holds::Tables));
        let one = Server::simulated(fresh.clone()).await;
        let tokens = log_in(&one, CITY, "lan").await;
        let id = who(&one, &tokens.access).await;
        // One file has one server: there the second comes after the first.
        if store == Store::Sqlite {
            one.running.stop().await;
            let two = Server::simulated(fresh).await;
            assert_eq!(who(&two, &tokens.access).await, id);
            return;
        }
        let two = Server::simulated(fresh).await;
        assert_eq!(who(&two, &tokens.access).await, id);
        let next = Tokens::of(&refresh(&two, &tokens.refresh).await);
        assert_eq!(who(&one, &next.access).await, id);
        let gone = two.send(by(&two, Method::POST, "/v1/auth/logout", &next.access)).await;
        assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
        for server in [&one, &two] {
            assert_problem(&me(server, &tokens.access).await, 401, "loginEnded");
            assert_problem(&refresh(server, &next.refresh).await, 401, "refreshTokenInvalid");
        }
    }

    async fn logging_out_ends_one_login_and_no_other(store: Store) {
        let server = server(store).await;
        let (phone, tablet) = (log_in(&server, CITY, "lan").await, log_in(&server, CITY, "lan").await);
        // The access token has expired: the refresh token says which login, even one that was replaced.
        let next = Tokens::of(&refresh(&server, &phone.refresh).await);
        let out = post(&server, "/v1/auth/logout", json!({ "refreshToken": phone.refresh })).await;
        assert_eq!(out.status, 204);
        assert_problem(&refresh(&server, &next.refresh).await, 401, "refreshTokenInvalid");
        assert_problem(&me(&server, &next.access).await, 401, "loginEnded");
        assert_eq!(me(&server, &tablet.access).await.status, 200);
        assert_eq!(refresh(&server, &tablet.refresh).await.status, 200);

        for token in [phone.refresh.as_str(), "nonsense"] {
            let again = post(&server, "/v1/auth/logout", json!({ "refreshToken": token })).await;
            assert_eq!(again.status, 204, "nothing is left to be ended");
        }
        assert_problem(&server.send(server.client.post(server.url("/v1/auth/logout"))).await, 401, "unauthenticated");
    }
}

#[actix_web::test]
async fn what_wechat_refuses_is_told_apart() {
    let server = server(Store::Sqlite).await;
    let doors = Doors::at(server.running.simulator_address.unwrap());
    let try_in =
        async |code: &str| post(&server, "/v1/auth/wechat", json!({ "appId": CITY, "code": code })).await;
    assert_problem(&try_in("wrong").await, 401, "wechatCodeRejected");
    let code = doors.code("lan", CITY).await;
    assert_eq!(try_in(&code).await.status, 200);
    assert_problem(&try_in(&code).await, 401, "wechatCodeRejected");
    let late = doors.code("lan", CITY).await;
    server.clock.advance(TimeDelta::minutes(5));
    assert_problem(&try_in(&late).await, 401, "wechatCodeRejected");

    for (answer, status, code, retry) in [
        (json!({ "errcode": 40226 }), 403, "wechatBlocked", None),
        (json!({ "errcode": 45011 }), 429, "wechatTooOften", Some("60")),
        (json!({ "errcode": 40125 }), 503, "wechatUnavailable", Some("5")),
        (json!({ "errcode": -1 }), 503, "wechatUnavailable", Some("5")),
        (json!({ "status": 502 }), 503, "wechatUnavailable", Some("5")),
        (json!("garbage"), 503, "wechatUnavailable", Some("5")),
    ] {
        doors.fail(EXCHANGE, None, answer.clone()).await;
        let failed = try_in("demo-lan").await;
        assert_problem(&failed, status, code);
        assert_eq!(failed.header("retry-after"), retry, "{answer}");
        assert!(
            !failed.text.contains("errcode") && !failed.text.contains("502"),
            "internals: {}",
            failed.text
        );
        doors.recover().await;
    }
}

#[actix_web::test]
async fn the_mini_program_is_named_where_there_are_several() {
    let several = server(Store::Sqlite).await;
    let missing = post(&several, "/v1/auth/wechat", json!({ "code": "demo-lan" })).await;
    assert_problem(&missing, 422, "invalidBody");
    assert_eq!(
        (&missing.json()["errors"][0]["field"], &missing.json()["errors"][0]["code"]),
        (&json!("appId"), &json!("missing"))
    );
    let unknown =
        post(&several, "/v1/auth/wechat", json!({ "appId": "wx0000000000000000", "code": "demo-lan" })).await;
    assert_problem(&unknown, 422, "unknownApp");
    assert_eq!(unknown.json()["errors"][0]["field"], "appId");

    let played = Played::start();
    let settings = kepu::clients::wechat::Settings {
        apps: played.settings.apps[..1].to_vec(),
        ..played.settings.clone()
    };
    let fresh = Arc::new(Fresh::new(Store::Sqlite, Holds::Tables));
    let only = Server::over_with(fresh, MiniPrograms::Configured(settings)).await;
    Tokens::of(&post(&only, "/v1/auth/wechat", json!({ "code": "demo-lan" })).await);

    let none = Server::over_own(Fresh::new(Store::Sqlite, Holds::Tables)).await;
    assert_problem(
        &post(&none, "/v1/auth/wechat", json!({ "code": "demo-lan" })).await,
        404,
        "noMiniProgram",
    );
    let named = post(&none, "/v1/auth/wechat", json!({ "appId": CITY, "code": "demo-lan" })).await;
    assert_problem(&named, 422, "unknownApp");
}
