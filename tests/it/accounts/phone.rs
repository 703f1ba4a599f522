//! `/v1/me/phone`: WeChat vouches for it, its owner sees its end only, and takes it away.

use chrono::TimeDelta;

use super::*;
use crate::wechat::simulator::Doors;

const PATH: &str = "/v1/me/phone";
const EXCHANGE: &str = "/wxa/business/getuserphonenumber";

async fn give(server: &Server, access: &str, code: &str) -> Answer {
    server.send(by(server, Method::POST, PATH, access).json(&json!({ "appId": CITY, "code": code }))).await
}

pub(super) async fn code(doors: &Doors, name: &str) -> String {
    let given = doors.post(&format!("/simulator/people/{name}/phone-codes?appId={CITY}"), json!({})).await;
    given["code"].as_str().unwrap().to_owned()
}

pub(super) async fn number(doors: &Doors, name: &str) -> String {
    let person = doors.0.json(&format!("/simulator/people/{name}?appId={CITY}")).await;
    person["phone"].as_str().unwrap().to_owned()
}

on_both_stores! {
    async fn a_phone_is_given_shown_without_its_middle_and_taken_away(store: Store) {
        let server = server(store).await;
        let doors = Doors::at(server.running.simulator_address.unwrap());
        let access = log_in(&server, CITY, "lan").await.access;
        let phone = number(&doors, "lan").await;
        let masked = format!("{}****{}", &phone[..3], &phone[7..]);

        let given = give(&server, &access, &code(&doors, "lan").await).await;
        assert_eq!((given.status.as_u16(), given.header("cache-control")), (200, Some("no-store")), "{}", given.text);
        assert_eq!((&given.json()["phone"], &given.json()["version"]), (&json!(masked), &json!(2)));
        assert_eq!(me(&server, &access).await.json(), given.json());

        let gone = server.send(by(&server, Method::DELETE, PATH, &access)).await;
        assert_eq!(gone.status, 200, "{}", gone.text);
        assert!(gone.json().get("phone").is_none() && me(&server, &access).await.json().get("phone").is_none());
        assert_eq!(server.send(by(&server, Method::DELETE, PATH, &access)).await.status, 200);
    }
}

#[actix_web::test]
async fn what_wechat_refuses_is_told_apart() {
    let server = server(Store::Sqlite).await;
    let doors = Doors::at(server.running.simulator_address.unwrap());
    let access = log_in(&server, CITY, "lan").await.access;
    assert_problem(&give(&server, &access, "wrong").await, 422, "phoneCodeRejected");
    let login = doors.code("lan", CITY).await;
    assert_problem(&give(&server, &access, &login).await, 422, "phoneCodeRejected");
    let used = code(&doors, "lan").await;
    assert_eq!(give(&server, &access, &used).await.status, 200);
    assert_problem(&give(&server, &access, &used).await, 422, "phoneCodeRejected");
    let late = code(&doors, "lan").await;
    server.clock.advance(TimeDelta::minutes(5));
    assert_problem(&give(&server, &access, &late).await, 422, "phoneCodeRejected");

    for (answer, status, told) in [
        (json!({ "errcode": 45011 }), 429, "wechatTooOften"),
        (json!({ "errcode": -1 }), 503, "wechatUnavailable"),
        (json!("garbage"), 503, "wechatUnavailable"),
    ] {
        doors.fail(EXCHANGE, None, answer.clone()).await;
        let failed = give(&server, &access, "any").await;
        assert_problem(&failed, status, told);
        assert!(!failed.text.contains("errcode"), "internals: {}", failed.text);
        doors.recover().await;
    }
    let unnamed = server.send(by(&server, Method::POST, PATH, &access).json(&json!({ "code": "x" }))).await;
    assert_problem(&unnamed, 422, "invalidBody");
    assert_eq!(unnamed.json()["errors"][0]["field"], "appId");
    let nobody = server.send(server.client.post(server.url(PATH)).json(&json!({ "code": "x" }))).await;
    assert_problem(&nobody, 401, "unauthenticated");
}
