//! Codes of an authenticator app: who needs them, how they are set up, and that each is good once.

use chrono::TimeDelta;
use futures_util::future::join_all;
use kepu::domain::clock::Clock;
use kepu::domain::roles::MemberRole;
use kepu::domain::totp::{TotpCode, TotpSecret};

use super::*;

/// A server with the account of a reviewer.
async fn reviewed(store: Store) -> Server {
    let server = grounded(store).await;
    make(&server, "li.hua", authority(AuthorityRole::Reviewer, "440100"));
    server
}

async fn start(server: &Server, username: &str) -> Answer {
    post(server, "/v1/auth/password/totp", json!({ "username": username, "password": PASSWORD })).await
}

/// Sets an app up; its secret.
async fn set_up(server: &Server, username: &str) -> TotpSecret {
    let answer = start(server, username).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("cache-control")),
        (200, Some("no-store")),
        "{}",
        answer.text
    );
    let (secret, uri) = (answer.json()["secret"].clone(), answer.json()["otpauthUri"].clone());
    let secret = secret.as_str().unwrap();
    assert_eq!(uri, format!("otpauth://totp/Kepu:{username}?secret={secret}&issuer=Kepu"));
    TotpSecret::parse(secret).unwrap()
}

fn code(server: &Server, secret: &TotpSecret) -> TotpCode {
    secret.code(server.clock.now())
}

async fn come(server: &Server, username: &str, code: Option<&TotpCode>) -> Answer {
    by_password(server, username, PASSWORD, code).await
}

on_both_stores! {
    async fn a_reviewer_sets_an_app_up_and_comes_in_by_its_codes_alone(store: Store) {
        let server = reviewed(store).await;
        assert_problem(&come(&server, "li.hua", None).await, 401, "totpEnrolmentRequired");
        let replaced = set_up(&server, "li.hua").await;
        let secret = set_up(&server, "li.hua").await;
        assert_problem(&come(&server, "li.hua", None).await, 401, "totpEnrolmentRequired");
        assert_problem(&come(&server, "li.hua", Some(&code(&server, &replaced))).await, 401, "totpRejected");
        let access = Tokens::of(&come(&server, "li.hua", Some(&code(&server, &secret))).await).access;
        assert_eq!(me(&server, &access).await.json()["roles"][0]["role"], "reviewer");

        assert_problem(&start(&server, "li.hua").await, 409, "totpEnrolled");
        assert_problem(&come(&server, "li.hua", None).await, 401, "totpRequired");
        server.clock.advance(TimeDelta::seconds(30));
        Tokens::of(&come(&server, "li.hua", Some(&code(&server, &secret))).await);
    }

    async fn an_app_that_is_binding_is_replaced_for_its_own_code_only(store: Store) {
        let server = reviewed(store).await;
        let old = set_up(&server, "li.hua").await;
        let first = code(&server, &old);
        Tokens::of(&come(&server, "li.hua", Some(&first)).await);
        let replace = async |code: &TotpCode| {
            let body = json!({ "username": "li.hua", "password": PASSWORD, "totp": code.expose() });
            post(&server, "/v1/auth/password/totp", body).await
        };
        assert_problem(&replace(&first).await, 401, "totpRejected");
        server.clock.advance(TimeDelta::seconds(30));
        let now = code(&server, &old);
        let answer = replace(&now).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let new = TotpSecret::parse(answer.json()["secret"].as_str().unwrap()).unwrap();

        // The new one is binding at once: the password alone gets neither in nor another.
        assert_problem(&come(&server, "li.hua", None).await, 401, "totpRequired");
        assert_problem(&start(&server, "li.hua").await, 409, "totpEnrolled");
        server.clock.advance(TimeDelta::seconds(30));
        assert_problem(&come(&server, "li.hua", Some(&code(&server, &old))).await, 401, "totpRejected");
        Tokens::of(&come(&server, "li.hua", Some(&code(&server, &new))).await);
    }

    async fn a_code_is_good_once(store: Store) {
        let server = reviewed(store).await;
        let secret = set_up(&server, "li.hua").await;
        let early = code(&server, &secret);
        server.clock.advance(TimeDelta::seconds(30));
        let now = code(&server, &secret);
        let answers = join_all((0..4).map(|_| come(&server, "li.hua", Some(&now)))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "of four at once");
        for used in [&now, &early] {
            assert_problem(&come(&server, "li.hua", Some(used)).await, 401, "totpRejected");
        }
        server.clock.advance(TimeDelta::minutes(1));
        Tokens::of(&come(&server, "li.hua", Some(&code(&server, &secret))).await);
        for used in [&now, &early] {
            assert_problem(&come(&server, "li.hua", Some(used)).await, 401, "totpRejected");
        }
    }

    async fn wrong_codes_lock_as_wrong_passwords_do(store: Store) {
        let server = reviewed(store).await;
        let secret = set_up(&server, "li.hua").await;
        Tokens::of(&come(&server, "li.hua", Some(&code(&server, &secret))).await);
        server.clock.advance(TimeDelta::seconds(90));
        let right = code(&server, &secret);
        let wrong = TotpCode::from(if right.expose() == "000000" { "111111" } else { "000000" });
        for _ in 0..5 {
            assert_problem(&come(&server, "li.hua", None).await, 401, "totpRequired");
            assert_problem(&come(&server, "li.hua", Some(&wrong)).await, 401, "totpRejected");
        }
        assert_problem(&come(&server, "li.hua", Some(&right)).await, 401, "credentialsRejected");
        assert_problem(&come(&server, "li.hua", None).await, 401, "credentialsRejected");
        server.clock.advance(TimeDelta::minutes(1));
        Tokens::of(&come(&server, "li.hua", Some(&code(&server, &secret))).await);
    }

    async fn only_who_knows_the_password_is_shown_a_secret_and_the_store_holds_it_sealed(store: Store) {
        let server = reviewed(store).await;
        for (username, password) in [("li.hua", "loud owls by night"), ("nobody", PASSWORD)] {
            let body = json!({ "username": username, "password": password });
            assert_problem(&post(&server, "/v1/auth/password/totp", body).await, 401, "credentialsRejected");
        }
        let secret = set_up(&server, "li.hua").await;
        let account = server.running.db.read(|conn| kepu::db::passwords::of_username(conn, &"li.hua".into()));
        let account = account.unwrap().unwrap();
        assert!(!account.totp_secret.unwrap().contains(&secret.expose()));
        assert_eq!(account.totp_step, None, "not binding before it is used");
    }

    async fn a_member_may_have_codes_and_then_needs_them(store: Store) {
        let server = grounded(store).await;
        make(&server, "lan", Role::Member(MemberRole::Owner, OrganisationId::from_slug("org")));
        Tokens::of(&come(&server, "lan", None).await);
        let secret = set_up(&server, "lan").await;
        Tokens::of(&come(&server, "lan", None).await);
        Tokens::of(&come(&server, "lan", Some(&code(&server, &secret))).await);
        assert_problem(&come(&server, "lan", None).await, 401, "totpRequired");
    }
}
