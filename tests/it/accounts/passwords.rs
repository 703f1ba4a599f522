//! Logging in by password: one answer to all that is wrong, locks that grow, and a change that ends other logins.

use std::io::Write;
use std::process::Stdio;

use chrono::TimeDelta;
use futures_util::future::join_all;
use kepu::app::passwords::{NewAccount, create};
use kepu::domain::passwords::Username;
use kepu::domain::roles::{MemberRole, Role};
use kepu::domain::totp::TotpSecret;

use super::*;
use crate::support::process::kepu;

const ORG_DESK: fn() -> Role = || Role::Member(MemberRole::Desk, OrganisationId::from_slug("org"));

/// A server with the accounts of two people at a desk.
async fn desks(store: Store) -> Server {
    let server = grounded(store).await;
    make(&server, "lan.museum", ORG_DESK());
    make(&server, "ming", ORG_DESK());
    server
}

async fn rejected(server: &Server, username: &str, password: &str) {
    assert_problem(&by_password(server, username, password, None).await, 401, "credentialsRejected");
}

on_both_stores! {
    async fn a_password_opens_a_login_like_any_other(store: Store) {
        let server = desks(store).await;
        let tokens = Tokens::of(&by_password(&server, " Lan.Museum", PASSWORD, None).await);
        let id = who(&server, &tokens.access).await;
        let next = Tokens::of(&refresh(&server, &tokens.refresh).await);
        assert_eq!(who(&server, &next.access).await, id);
        assert_ne!(who(&server, &Tokens::of(&by_password(&server, "ming", PASSWORD, None).await).access).await, id);
        let out = server.send(by(&server, Method::POST, "/v1/auth/logout", &next.access)).await;
        assert_eq!(out.status, 204);
        assert_problem(&me(&server, &next.access).await, 401, "loginEnded");
    }

    async fn an_unknown_name_is_answered_as_a_wrong_password_is(store: Store) {
        let server = desks(store).await;
        let told = async |username: &str| {
            let mut told = by_password(&server, username, "loud owls by night", None).await.json();
            told["requestId"].take();
            told
        };
        let unknown = told("nobody").await;
        assert_eq!(unknown["code"], "credentialsRejected");
        for _ in 0..8 {
            assert_eq!(told("lan.museum").await, unknown, "locked or not");
            assert_eq!(told("nobody").await, unknown);
        }
    }

    async fn failures_lock_for_longer_each_time(store: Store) {
        let server = desks(store).await;
        let fail = async || rejected(&server, "lan.museum", "loud owls by night").await;
        for _ in 0..2 {
            for _ in 0..4 {
                fail().await;
            }
            Tokens::of(&by_password(&server, "lan.museum", PASSWORD, None).await);
        }
        for _ in 0..5 {
            fail().await;
        }
        for minutes in [1, 2, 4, 8, 15, 15] {
            server.clock.advance(TimeDelta::minutes(minutes) - TimeDelta::seconds(1));
            rejected(&server, "lan.museum", PASSWORD).await;
            Tokens::of(&by_password(&server, "ming", PASSWORD, None).await);
            server.clock.advance(TimeDelta::seconds(1));
            fail().await;
        }
        server.clock.advance(TimeDelta::minutes(15));
        Tokens::of(&by_password(&server, "lan.museum", PASSWORD, None).await);
        fail().await;
        Tokens::of(&by_password(&server, "lan.museum", PASSWORD, None).await);
    }

    async fn guesses_at_once_are_counted_each(store: Store) {
        let server = desks(store).await;
        let guesses = (0..12).map(|_| by_password(&server, "lan.museum", "loud owls by night", None));
        for answer in join_all(guesses).await {
            assert_problem(&answer, 401, "credentialsRejected");
        }
        let username = Username::from("lan.museum");
        let account = server.running.db.read(|conn| kepu::db::passwords::of_username(conn, &username)).unwrap();
        assert_eq!(account.unwrap().failures, 5, "those after the lock were not listened to");
        rejected(&server, "lan.museum", PASSWORD).await;
    }

    async fn a_changed_password_ends_other_logins(store: Store) {
        let server = desks(store).await;
        let log_in_by = async |password: &str| Tokens::of(&by_password(&server, "ming", password, None).await);
        let (desk, lost) = (log_in_by(PASSWORD).await, log_in_by(PASSWORD).await);
        let change = async |current: &str, new: &str| {
            let body = json!({ "current": current, "new": new });
            server.send(by(&server, Method::POST, "/v1/me/password", &desk.access).json(&body)).await
        };
        assert_problem(&change("loud owls by night", "soft owls at dawn").await, 403, "passwordRejected");
        for (new, code) in [("password123", "tooCommon"), ("short", "tooShort"), ("ming-ming1", "tooCommon")] {
            let told = change(PASSWORD, new).await;
            assert_problem(&told, 422, "invalidBody");
            let error = &told.json()["errors"][0];
            assert_eq!((&error["field"], &error["code"]), (&json!("new"), &json!(code)), "{new}");
        }
        assert_eq!(me(&server, &lost.access).await.status, 200, "nothing was changed yet");
        let changed = change(PASSWORD, "soft owls at dawn").await;
        assert_eq!((changed.status.as_u16(), changed.text.as_str()), (204, ""));
        assert_eq!(me(&server, &desk.access).await.status, 200);
        assert_problem(&me(&server, &lost.access).await, 401, "loginEnded");
        assert_problem(&refresh(&server, &lost.refresh).await, 401, "refreshTokenInvalid");
        rejected(&server, "ming", PASSWORD).await;
        log_in_by("soft owls at dawn").await;

        for _ in 0..5 {
            assert_problem(&change("loud owls by night", "mild owls in may").await, 403, "passwordRejected");
        }
        rejected(&server, "ming", "soft owls at dawn").await;
    }

    async fn who_was_erased_has_no_password_and_their_name_is_free(store: Store) {
        let server = desks(store).await;
        let tokens = Tokens::of(&by_password(&server, "ming", PASSWORD, None).await);
        let gone = server.send(by(&server, Method::DELETE, "/v1/me", &tokens.access)).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        rejected(&server, "ming", PASSWORD).await;
        make(&server, "ming", ORG_DESK());
        let again = Tokens::of(&by_password(&server, "ming", PASSWORD, None).await);
        assert_eq!(me(&server, &again.access).await.json()["roles"][0]["role"], "desk");
    }

    async fn an_account_that_breaks_a_rule_is_not_made(store: Store) {
        let server = grounded(store).await;
        make(&server, "lan.museum", ORG_DESK());
        let elsewhere = Role::Member(MemberRole::Desk, OrganisationId::from_slug("nowhere"));
        for (username, password, role, field, code) in [
            ("lan.museum", PASSWORD, ORG_DESK(), "username", "taken"),
            ("la", PASSWORD, ORG_DESK(), "username", "tooShort"),
            ("lan museum", PASSWORD, ORG_DESK(), "username", "malformed"),
            ("ming", "1234567890", ORG_DESK(), "password", "tooCommon"),
            ("ming", PASSWORD, elsewhere, "organisation", "noSuch"),
            ("ming", PASSWORD, authority(AuthorityRole::Reviewer, "990000"), "division", "noSuch"),
        ] {
            let account = NewAccount { username: username.into(), password: password.into(), role };
            let refused = create(&server.running.db, &SystemRandom, &account).unwrap_err();
            let kepu::app::Error::Invalid(invalid) = refused else { panic!("{refused}") };
            let error = &invalid.0[0];
            assert_eq!((error.field.as_str(), error.code.wire()), (field, code), "{username} {password}");
        }
        rejected(&server, "ming", PASSWORD).await;
    }
}

#[actix_web::test]
async fn a_person_of_wechat_has_no_password_to_change() {
    let server = server(Store::Sqlite).await;
    let access = log_in(&server, CITY, "lan").await.access;
    let body = json!({ "current": PASSWORD, "new": "soft owls at dawn" });
    let told = server.send(by(&server, Method::POST, "/v1/me/password", &access).json(&body)).await;
    assert_problem(&told, 409, "noPassword");
}

#[actix_web::test]
async fn a_body_that_is_not_as_documented_costs_no_hash() {
    let server = server(Store::Sqlite).await;
    let long = "x".repeat(129);
    for (path, body, field, code) in [
        ("/v1/auth/password", json!({ "username": "lan" }), "password", "missing"),
        ("/v1/auth/password", json!({ "username": "", "password": PASSWORD }), "username", "empty"),
        ("/v1/auth/password", json!({ "username": "lan", "password": long }), "password", "tooLong"),
        (
            "/v1/auth/password",
            json!({ "username": "lan", "password": PASSWORD, "totp": "" }),
            "totp",
            "empty",
        ),
        (
            "/v1/auth/password",
            json!({ "username": "lan", "password": PASSWORD, "totp": 287_082 }),
            "totp",
            "malformed",
        ),
        (
            "/v1/auth/password",
            json!({ "username": "lan", "password": PASSWORD, "code": "1" }),
            "code",
            "unknown",
        ),
        ("/v1/auth/password/totp", json!({ "username": "lan", "password": "" }), "password", "empty"),
        ("/v1/auth/password/totp", json!({ "username": long, "password": PASSWORD }), "username", "tooLong"),
    ] {
        let answer = post(&server, path, body.clone()).await;
        assert_problem(&answer, 422, "invalidBody");
        let error = &answer.json()["errors"][0];
        assert_eq!(
            (error["field"].as_str(), error["code"].as_str()),
            (Some(field), Some(code)),
            "{path} {body}"
        );
    }
}

/// More at once than may wait: some are sent away, and nobody gets in by it.
#[actix_web::test]
async fn a_flood_is_sent_away_and_reading_goes_on() {
    let server = desks(Store::Sqlite).await;
    let flood = join_all((0..120).map(|_| by_password(&server, "nobody", "loud owls by night", None)));
    let reading = join_all((0..20).map(|_| server.get("/v1/events")));
    let (flood, reading) = futures_util::future::join(flood, reading).await;
    assert!(flood.iter().all(|answer| matches!(answer.status.as_u16(), 401 | 503)));
    assert!(flood.iter().any(|answer| answer.status == 401));
    let sent_away = flood.iter().find(|answer| answer.status == 503).expect("nobody was sent away");
    assert!(sent_away.header("retry-after").is_some());
    assert!(reading.iter().all(|answer| answer.status == 200));
    Tokens::of(&by_password(&server, "ming", PASSWORD, None).await);
}

/// Runs `kepu admin` with a password on standard input; what it said, and whether it went well.
fn admin(url: &str, arguments: &[&str], password: &str) -> (bool, String) {
    let mut command = kepu(url, &[&["admin"], arguments].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Whoever refuses the arguments reads nothing.
    let _ = child.stdin.take().unwrap().write_all(password.as_bytes());
    let output = child.wait_with_output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(told).unwrap())
}

fn create_account(url: &str, arguments: &[&str], password: &str) -> (bool, String) {
    admin(url, &[&["create-account"], arguments].concat(), password)
}

on_both_stores! {
    async fn whoever_runs_the_machine_makes_accounts(store: Store) {
        let server = grounded(store).await;
        let url = &server.fresh.url;
        let org = OrganisationId::from_slug("org").to_string();
        let guangzhou = ["--username", "Li.Guangzhou", "--role", "reviewer", "--division", "440100"];
        let (made, told) = create_account(url, &guangzhou, "quiet owls at noon\n");
        assert!(made && !told.contains("owls"), "{told}");
        let (again, told) = create_account(url, &guangzhou, "quiet owls at noon\n");
        assert!(!again && told.contains("username"), "{told}");
        let desk = ["--username", "ming", "--role", "owner", "--organisation", &org];
        assert!(create_account(url, &desk, PASSWORD).0, "without a line's end");
        for (arguments, password, why) in [
            (["--username", "hua", "--role", "owner", "--division", "440100"], PASSWORD, "--organisation"),
            (["--username", "hua", "--role", "king", "--division", "440100"], PASSWORD, "--role"),
            (["--username", "hua", "--role", "reviewer", "--organisation", &org], PASSWORD, "--division"),
            (["--username", "hua", "--role", "reviewer", "--division", "440100"], "password123", "guessed"),
            (["--username", "hua", "--role", "reviewer", "--division", "440100"], "", "password"),
        ] {
            let (made, told) = create_account(url, &arguments, password);
            assert!(!made && told.contains(why), "{arguments:?}: {told}");
        }
        let owner = Tokens::of(&by_password(&server, "ming", PASSWORD, None).await);
        assert_eq!(me(&server, &owner.access).await.json()["roles"][0]["organisation"]["id"], org.as_str());
        let reviewer = by_password(&server, "li.guangzhou", PASSWORD, None).await;
        assert_problem(&reviewer, 401, "totpEnrolmentRequired");
        rejected(&server, "hua", PASSWORD).await;
    }

    async fn whoever_runs_the_machine_lets_in_who_lost_their_codes(store: Store) {
        let server = grounded(store).await;
        make(&server, "li.guangzhou", authority(AuthorityRole::Reviewer, "440100"));
        let account = json!({ "username": "li.guangzhou", "password": PASSWORD });
        let lost = post(&server, "/v1/auth/password/totp", account.clone()).await.json()["secret"].clone();
        let lost = TotpSecret::parse(lost.as_str().unwrap()).unwrap();
        let access = Tokens::of(&by_password(&server, "li.guangzhou", PASSWORD, Some(&lost.code(NOW))).await).access;

        let reset = |name: &str, password: &str| {
            admin(&server.fresh.url, &["reset-account", "--username", name], password)
        };
        assert!(!reset("nobody", PASSWORD).0 && !reset("li.guangzhou", "password123").0);
        assert_eq!(me(&server, &access).await.status, 200);
        assert!(reset("Li.Guangzhou", "soft owls at dawn\n").0);
        assert_problem(&me(&server, &access).await, 401, "loginEnded");
        rejected(&server, "li.guangzhou", PASSWORD).await;
        let again = by_password(&server, "li.guangzhou", "soft owls at dawn", None).await;
        assert_problem(&again, 401, "totpEnrolmentRequired");
    }
}

on_both_stores! {
    async fn a_demonstration_has_an_account_for_every_role_until_the_next_start(store: Store) {
        use kepu::app::demo_accounts::{renew, retire};
        use kepu::domain::clock::Clock;
        let server = Server::over(Arc::new(Fresh::new(store, Holds::Seeds)), None).await;
        let (db, vault) = (&server.running.db, &server.running.members.vault);
        let (first, accounts) = renew(db, vault, &SystemRandom).unwrap();
        let roles: Vec<_> = accounts.iter().map(|account| account.role).collect();
        assert_eq!(roles, ["desk", "editor", "owner", "reviewer", "reviewer", "administrator"]);
        let mut desk = None;
        for account in &accounts {
            let code = account.secret.as_ref().map(|secret| secret.code(NOW));
            let answer = by_password(&server, account.username, first.expose(), code.as_ref()).await;
            let access = Tokens::of(&answer).access;
            let role = me(&server, &access).await.json()["roles"][0].clone();
            assert_eq!(role["role"], account.role);
            let of = [&role["organisation"]["name"], &role["division"]["name"]];
            assert!(of.contains(&&json!(account.of)), "{role}");
            desk = desk.or_else(|| role["organisation"]["id"].as_str().map(str::to_owned));
        }
        let events = server.json(&format!("/v1/events?organiser={}&sample=true", desk.unwrap())).await;
        assert!(events["total"].as_u64().unwrap() > 1, "{}", events["total"]);

        // The password that they have in common gives nobody the printed secret's place.
        let reviewer = accounts.iter().find(|account| account.username == "demo-reviewer").unwrap();
        let take = json!({ "username": "demo-reviewer", "password": first.expose() });
        assert_problem(&post(&server, "/v1/auth/password/totp", take).await, 409, "totpEnrolled");
        server.clock.advance(TimeDelta::seconds(60));
        let code = reviewer.secret.as_ref().unwrap().code(server.clock.now());
        Tokens::of(&by_password(&server, "demo-reviewer", first.expose(), Some(&code)).await);

        let (second, accounts) = renew(db, vault, &SystemRandom).unwrap();
        assert_ne!(first, second);
        let fresh = accounts.iter().find(|account| account.username == "demo-reviewer").unwrap();
        let take = json!({ "username": "demo-reviewer", "password": second.expose() });
        assert_problem(&post(&server, "/v1/auth/password/totp", take).await, 409, "totpEnrolled");
        let code = fresh.secret.as_ref().unwrap().code(server.clock.now());
        Tokens::of(&by_password(&server, "demo-reviewer", second.expose(), Some(&code)).await);
        rejected(&server, "demo-desk", first.expose()).await;
        let access = Tokens::of(&by_password(&server, "demo-desk", second.expose(), None).await).access;
        retire(db).unwrap();
        rejected(&server, "demo-desk", second.expose()).await;
        assert_problem(&me(&server, &access).await, 401, "loginEnded");
    }
}
