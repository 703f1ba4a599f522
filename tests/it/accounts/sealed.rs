//! What a store holds of persons: nothing that can be read without the keys, and whose keys can be changed.

use chrono::{Months, TimeDelta};
use kepu::app::accounts::Accounts;
use kepu::app::reseal::reseal;
use kepu::clients::wechat::login::{Session, SessionKey};
use kepu::db::{companions, persons, wechat_identities as identities};
use kepu::domain::clock::FixedClock;
use kepu::domain::ids::SystemRandom;
use kepu::domain::sealing::{DataKey, Keyring, Pseudonyms, Vault};
use kepu::domain::wechat::OpenId;

use super::companions::server_with_policies;
use super::phone::{code, number};
use super::*;
use crate::support::dump::dump;
use crate::support::process::kepu;
use crate::support::server::{NOW, SIGNING_KEY, keys, vault};
use crate::wechat::simulator::Doors;

/// A vault with these keys for fields, and the pseudonyms of all tests.
fn ring(keys: &[&str]) -> Vault {
    let ring = Keyring::new(keys.iter().map(|key| DataKey::parse(key).unwrap()).collect()).unwrap();
    let pseudonyms = Pseudonyms::parse(SIGNING_KEY).unwrap();
    Vault::new(Arc::new(ring), Arc::new(pseudonyms), Arc::new(SystemRandom))
}

/// Fills a server with somebody of whom everything is known; gives what must not be found.
async fn somebody(server: &Server) -> (Tokens, Vec<String>) {
    let doors = Doors::at(server.running.simulator_address.unwrap());
    let tokens = log_in(server, CITY, "whispered").await;
    let done = |answer: Answer| assert!(answer.status.is_success(), "{}", answer.text);
    let profile = json!({ "displayName": "悄悄话妈妈", "version": 1 });
    done(server.send(by(server, Method::PUT, "/v1/me", &tokens.access).json(&profile)).await);
    let phone = json!({ "appId": CITY, "code": code(&doors, "whispered").await });
    done(server.send(by(server, Method::POST, "/v1/me/phone", &tokens.access).json(&phone)).await);
    let child = json!({ "name": "欧阳小明", "birthDate": "2015-06-07",
        "consent": { "policyVersion": "2.0", "guardian": true } });
    done(server.send(by(server, Method::POST, "/v1/me/companions", &tokens.access).json(&child)).await);
    let simulated = doors.0.json(&format!("/simulator/people/whispered?appId={CITY}")).await;
    let text = |name: &str| simulated[name].as_str().unwrap().to_owned();
    let mut secrets = vec![text("openid"), text("unionid"), number(&doors, "whispered").await];
    secrets.extend(["悄悄话", "欧阳", "小明", "2015-06-07", "whispered"].map(str::to_owned));
    secrets.extend([tokens.access.clone(), tokens.refresh.clone()]);
    (tokens, secrets)
}

on_both_stores! {
    async fn a_dump_of_the_store_tells_nothing_of_persons(store: Store) {
        let server = server_with_policies(store).await;
        let (_, secrets) = somebody(&server).await;
        let dump = dump(&server.running.db);
        for table in ["persons:", "wechat_openids:", "wechat_unionids:", "companions:", "consents:", "logins:"] {
            assert!(dump.lines().any(|line| line.starts_with(table)), "{table} is filled");
        }
        for secret in secrets {
            let line = dump.lines().find(|line| line.contains(&secret));
            assert_eq!(line, None, "{secret}");
        }
    }

    async fn a_field_put_into_another_row_is_refused(store: Store) {
        let server = server_with_policies(store).await;
        let (tokens, _) = somebody(&server).await;
        let db = &server.running.db;
        let lan = keys().verify(&tokens.access, NOW).unwrap().person;
        let other = keys().verify(&log_in(&server, CITY, "ming").await.access, NOW).unwrap().person;
        let swap = format!(
            "UPDATE persons SET display_name = (SELECT display_name FROM persons WHERE id = {}) WHERE id = {}",
            lan.get(), other.get()
        );
        db.read(|conn| Ok::<_, kepu::db::Error>(diesel::connection::SimpleConnection::batch_execute(conn, &swap)?)).unwrap();
        assert!(db.read(|conn| persons::get(conn, &vault(), lan)).unwrap().unwrap().name.is_some());
        let refused = db.read(|conn| persons::get(conn, &vault(), other)).unwrap_err().to_string();
        assert!(refused.contains("persons.display_name") && refused.contains("not what was sealed"), "{refused}");
    }

    async fn keys_are_changed_and_the_old_one_can_be_dropped(store: Store) {
        let server = server_with_policies(store).await;
        let (tokens, _) = somebody(&server).await;
        let db = &server.running.db;
        let person = keys().verify(&tokens.access, NOW).unwrap().person;
        let new = DataKey::fresh(&SystemRandom);
        let (both, after) = (ring(&[&new, SIGNING_KEY]), ring(&[&new]));
        assert!(db.read(|conn| persons::get(conn, &after, person)).is_err(), "its key is not given");

        let report = reseal(db, &both).unwrap();
        // Name, phone, openid, unionid, companion.
        assert_eq!((report.resealed, report.unreadable), (5, 0));
        let marks: Vec<_> = both.marks().collect();
        assert_eq!((report.by_key[marks[0]], report.by_key[marks[1]]), (5, 0));
        assert_eq!(reseal(db, &both).unwrap().resealed, 0, "twice is once");

        let (name, openids, family) = db.read(|conn| Ok::<_, kepu::db::Error>((
            persons::get(conn, &after, person)?.unwrap().name.unwrap(),
            identities::openids_of(conn, &after, person)?,
            companions::of_person(conn, &after, person)?,
        ))).unwrap();
        assert_eq!((name.expose(), openids.len(), family[0].companion.name.expose()), ("悄悄话妈妈", 1, "欧阳小明"));
        let app = app(CITY);
        let found = db.read(|conn| identities::person_of_openid(conn, &after, &app, &openids[0].1)).unwrap();
        assert_eq!(found, Some(person), "who comes by WeChat is known as before");

        let report = reseal(db, &vault()).unwrap();
        assert_eq!((report.resealed, report.unreadable, report.by_key[marks[0]]), (0, 5, 5), "without the key, nothing is lost");
    }

    async fn whoever_stays_away_for_two_years_is_forgotten(store: Store) {
        let fresh = Fresh::new(store, Holds::Tables);
        let at = |now| {
            let db = fresh.open(Arc::new(FixedClock(now)));
            (Accounts::new(db.clone(), Arc::new(keys()), vault(), Arc::new(SystemRandom)), db)
        };
        let come = |accounts: &Accounts, name: &str| {
            let session = Session { openid: OpenId::from(name), unionid: None, session_key: SessionKey::from("key") };
            accounts.log_in(&app(CITY), &session).unwrap()
        };
        let (first, _) = at(NOW);
        let [gone, back, on] = ["gone", "back", "on"].map(|name| come(&first, name));
        let (later, _) = at(NOW + TimeDelta::days(30));
        come(&later, "back");
        later.refresh(&on.refresh).unwrap();

        let two_years = NOW + Months::new(24);
        assert_eq!(at(two_years).0.erase_absent().unwrap(), 0, "not a day too early");
        let (last, db) = at(two_years + TimeDelta::seconds(1));
        assert_eq!(last.erase_absent().unwrap(), 1);
        let known = |tokens: &kepu::app::accounts::Tokens| {
            let person = keys().verify(tokens.access.expose(), NOW).unwrap().person;
            db.read(|conn| persons::get(conn, &vault(), person)).unwrap().is_some()
        };
        assert_eq!((known(&gone), known(&back), known(&on)), (false, true, true));
    }
}

#[actix_web::test]
async fn the_command_says_what_is_left_under_each_key() {
    let fresh = Arc::new(Fresh::new(Store::Sqlite, Holds::Tables));
    let server = Server::simulated(fresh.clone()).await;
    log_in(&server, CITY, "lan").await;
    let run = |keys: &str| {
        let output = kepu(&fresh.url, &["reseal"]).env("KEPU_DATA_KEYS", keys).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    };
    let new = DataKey::fresh(&SystemRandom);
    let (done, told, _) = run(&format!("{new},{SIGNING_KEY}"));
    assert!(done && told.starts_with("2 fields sealed anew\n"), "{told}");
    assert!(told.contains("2 under the first key") && told.contains("0 under key 2 of the ring"), "{told}");
    let (done, told, complaint) = run(SIGNING_KEY);
    assert!(!done && told.contains("2 under a key that is not given"), "{told}");
    assert!(complaint.contains("2 fields cannot be opened"), "{complaint}");
}
