//! Everything held about somebody: told to them in full, and forgotten when they wish so.

use chrono::TimeDelta;
use kepu::db::{consents, data_looks};
use kepu::domain::data_looks::Look;
use kepu::domain::ids::{PersonId, SessionId};
use kepu::jobs::daily;

use super::companions::server_with_policies;
use super::phone::{code, number};
use super::*;
use crate::support::dump::dump;
use crate::support::server::{NOW, keys, vault};
use crate::wechat::simulator::Doors;

async fn export(server: &Server, access: &str) -> Value {
    let answer = server.send(by(server, Method::GET, "/v1/me/export", access)).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("cache-control")),
        (200, Some("no-store")),
        "{}",
        answer.text
    );
    answer.json()
}

/// Gives all that can be given: name, phone, a child with consent, a look by somebody.
async fn known(server: &Server, name: &str) -> (Tokens, PersonId) {
    let doors = Doors::at(server.running.simulator_address.unwrap());
    let tokens = log_in(server, CITY, name).await;
    let person = keys().verify(&tokens.access, NOW).unwrap().person;
    let done = |answer: Answer| assert!(answer.status.is_success(), "{}", answer.text);
    let profile = json!({ "displayName": format!("{name}妈妈"), "version": 1 });
    done(server.send(by(server, Method::PUT, "/v1/me", &tokens.access).json(&profile)).await);
    let phone = json!({ "appId": CITY, "code": code(&doors, name).await });
    done(server.send(by(server, Method::POST, "/v1/me/phone", &tokens.access).json(&phone)).await);
    let child = json!({ "name": format!("{name}小明"), "birthDate": "2015-06-01",
        "consent": { "policyVersion": "2.0", "guardian": true } });
    done(server.send(by(server, Method::POST, "/v1/me/companions", &tokens.access).json(&child)).await);
    let look = Look {
        actor: PersonId::from_slug("desk"),
        subject: Some(person),
        session: Some(SessionId::from_slug("lecture")),
        purpose: "checkIn".to_owned(),
        fields: vec!["name", "contact"],
    };
    server.running.db.write(|tx| data_looks::record(tx, &[look])).unwrap();
    (tokens, person)
}

on_both_stores! {
    async fn an_export_holds_everything_and_nobody_elses(store: Store) {
        let server = server_with_policies(store).await;
        let doors = Doors::at(server.running.simulator_address.unwrap());
        let (tokens, person) = known(&server, "lan").await;
        known(&server, "ming").await;
        let all = export(&server, &tokens.access).await;
        assert_eq!(all["exportedAt"], "2026-11-25T10:00:00+08:00");
        assert_eq!((&all["profile"]["id"], &all["profile"]["displayName"]), (&json!(person.to_string()), &json!("lan妈妈")));
        assert_eq!(all["phone"], format!("+86 {}", number(&doors, "lan").await));
        let simulated = doors.0.json(&format!("/simulator/people/lan?appId={CITY}")).await;
        assert_eq!((&all["wechat"][0]["appId"], &all["wechat"][0]["openid"]), (&json!(CITY), &simulated["openid"]));
        assert_eq!(all["wechat"][1]["unionid"], simulated["unionid"]);
        let companion = &all["companions"][0];
        assert_eq!((&companion["name"], &companion["birthDate"]), (&json!("lan小明"), &json!("2015-06-01")));
        assert_eq!(all["consents"], json!([{ "kind": "guardian", "policyVersion": "2.0",
            "companionId": companion["id"], "givenAt": "2026-11-25T10:00:00+08:00" }]));
        assert_eq!(all["looks"], json!([{ "at": "2026-11-25T10:00:00+08:00", "purpose": "checkIn",
            "sessionId": SessionId::from_slug("lecture").to_string(), "fields": ["name", "contact"] }]));
        for (list, length) in [("wechat", 2), ("companions", 1), ("logins", 1)] {
            assert_eq!(all[list].as_array().map(Vec::len), Some(length), "{list}");
        }
        assert!(!all.to_string().contains("ming"), "{all}");
        assert_problem(&server.get("/v1/me/export").await, 401, "unauthenticated");
    }

    async fn erasure_leaves_what_names_nobody(store: Store) {
        let server = server_with_policies(store).await;
        let db = &server.running.db;
        let (tokens, person) = known(&server, "lan").await;
        let (other, _) = known(&server, "ming").await;
        let number = person.get().to_string();
        assert!(dump(db).contains(&number));
        let gone = server.send(by(&server, Method::DELETE, "/v1/me", &tokens.access)).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        let left = dump(db);
        let line = left.lines().find(|line| line.contains(&number));
        assert_eq!(line, None, "nothing refers to them");
        assert_eq!(left.lines().filter(|line| line.starts_with("data_looks:")).count(), 2, "looks stay on record");

        let consent = |kept: &str| {
            let kept_consents = db.read(|conn| consents::of_person(conn, &vault(), person)).unwrap();
            let [one] = kept_consents.as_slice() else { panic!("{kept}: {kept_consents:?}") };
            one.clone()
        };
        assert_eq!(consent("on erasure").ended_at, Some(NOW));
        assert_eq!(export(&server, &other.access).await["consents"].as_array().map(Vec::len), Some(1));

        // Three years later, to the day, it is gone too; that of whoever stayed is not.
        server.clock.set(NOW + TimeDelta::days(3 * 365));
        daily::chores(db, false).unwrap();
        consent("a day less than three years");
        server.clock.set(NOW + TimeDelta::days(3 * 365 + 2));
        daily::chores(db, false).unwrap();
        assert_eq!(db.read(|conn| consents::of_person(conn, &vault(), person)).unwrap(), Vec::new());
        let ming = keys().verify(&other.access, NOW).unwrap().person;
        assert_eq!(db.read(|conn| consents::of_person(conn, &vault(), ming)).unwrap().len(), 1);
    }

    async fn a_removed_companions_consent_ends_and_stays_on_record(store: Store) {
        let server = server_with_policies(store).await;
        let (tokens, _) = known(&server, "lan").await;
        let id = export(&server, &tokens.access).await["companions"][0]["id"].as_str().unwrap().to_owned();
        server.clock.advance(TimeDelta::minutes(5));
        let gone = server.send(by(&server, Method::DELETE, &format!("/v1/me/companions/{id}"), &tokens.access)).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        let all = export(&server, &tokens.access).await;
        assert_eq!(all["companions"], json!([]));
        assert_eq!((&all["consents"][0]["companionId"], &all["consents"][0]["endedAt"]),
            (&json!(id), &json!("2026-11-25T10:05:00+08:00")));
    }
}
