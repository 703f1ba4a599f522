//! Refresh tokens: each is good once, a repeat does no harm, and a theft ends the login.

use chrono::TimeDelta;
use futures_util::future::join_all;
use kepu::db::logins;
use kepu::domain::logins::{LIFE, REPEAT};

use super::*;

on_both_stores! {
    async fn a_login_goes_on_by_the_newest_token(store: Store) {
        let server = server(store).await;
        let mut tokens = log_in(&server, CITY, "lan").await;
        let id = who(&server, &tokens.access).await;
        for _ in 0..4 {
            server.clock.advance(TimeDelta::days(59));
            assert_problem(&me(&server, &tokens.access).await, 401, "accessTokenExpired");
            let next = Tokens::of(&refresh(&server, &tokens.refresh).await);
            assert_ne!(next.refresh, tokens.refresh);
            assert_eq!(who(&server, &next.access).await, id);
            tokens = next;
        }
        server.clock.advance(LIFE);
        assert_problem(&refresh(&server, &tokens.refresh).await, 401, "refreshTokenInvalid");
    }

    async fn a_lost_answer_is_repeated_and_a_late_repeat_ends_the_login(store: Store) {
        let server = server(store).await;
        let first = log_in(&server, CITY, "lan").await;
        let lost = Tokens::of(&refresh(&server, &first.refresh).await);
        server.clock.advance(REPEAT);
        let repeated = Tokens::of(&refresh(&server, &first.refresh).await);
        assert_eq!(repeated.refresh, lost.refresh, "the same, so that both of two askers can go on");
        assert_eq!(me(&server, &repeated.access).await.status, 200);

        server.clock.advance(TimeDelta::seconds(1));
        assert_problem(&refresh(&server, &first.refresh).await, 401, "refreshTokenReused");
        assert_problem(&refresh(&server, &repeated.refresh).await, 401, "refreshTokenInvalid");
        assert_problem(&me(&server, &repeated.access).await, 401, "loginEnded");
    }

    async fn a_token_from_before_the_last_ends_the_login_at_once(store: Store) {
        let server = server(store).await;
        let other = log_in(&server, CITY, "lan").await;
        let first = log_in(&server, CITY, "lan").await;
        let second = Tokens::of(&refresh(&server, &first.refresh).await);
        let third = Tokens::of(&refresh(&server, &second.refresh).await);
        assert_problem(&refresh(&server, &first.refresh).await, 401, "refreshTokenReused");
        assert_problem(&refresh(&server, &third.refresh).await, 401, "refreshTokenInvalid");
        assert_eq!(refresh(&server, &other.refresh).await.status, 200, "another login is another family");
    }

    async fn refreshes_at_once_give_one_token(store: Store) {
        let server = server(store).await;
        let mut tokens = log_in(&server, CITY, "lan").await;
        for _ in 0..5 {
            let answers = join_all((0..8).map(|_| refresh(&server, &tokens.refresh))).await;
            let all: Vec<_> = answers.iter().map(Tokens::of).collect();
            assert!(all.iter().all(|one| one.refresh == all[0].refresh), "two next tokens");
            tokens = all[0].clone();
        }
        assert_eq!(me(&server, &tokens.access).await.status, 200);
    }

    async fn expired_logins_are_deleted(store: Store) {
        let server = server(store).await;
        let tokens = log_in(&server, CITY, "lan").await;
        let purge = |after| server.running.db.write(|tx| logins::purge(tx, NOW + after)).unwrap();
        assert_eq!(purge(LIFE), 0);
        assert_eq!(purge(LIFE + TimeDelta::seconds(1)), 1);
        assert_problem(&refresh(&server, &tokens.refresh).await, 401, "refreshTokenInvalid");
    }
}

#[actix_web::test]
async fn what_is_no_token_of_ours_is_refused() {
    let server = server(Store::Sqlite).await;
    let token = log_in(&server, CITY, "lan").await.refresh;
    let changed = token.replacen(|_| true, if token.starts_with('A') { "B" } else { "A" }, 1);
    for wrong in ["", "x", &token[1..], &"A".repeat(64), &changed] {
        assert_problem(&refresh(&server, wrong).await, 401, "refreshTokenInvalid");
    }
    assert_eq!(refresh(&server, &token).await.status, 200, "guessing ends no login");
}
