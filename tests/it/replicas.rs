//! Two replicas over one PostgreSQL, with Redis and without: both show what either, or anybody else, commits.

use std::sync::Arc;

use kepu::domain::ids::BaseId;

use crate::support::catalogue::{base, event, put_base, put_event};
use crate::support::eventually;
use crate::support::server::{NOW, Server};
use crate::support::stores::{Fresh, Holds, Store, redis_url};

async fn both_follow(redis: Option<String>) {
    let fresh = Arc::new(Fresh::new(Store::Postgres, Holds::Seeds));
    let one = Server::over(fresh.clone(), redis.clone()).await;
    let two = Server::over(fresh, redis).await;
    let mut organised = base("replicated", 23.13, 113.33);
    organised.organisers =
        one.running.live.now().unwrap().bases.values().next().unwrap().body().organisers.clone();
    let mut shown = event("shown on both", BaseId::from_slug("replicated"));
    shown.organisers = organised.organisers.clone();
    one.running
        .db
        .write(|tx| {
            put_base(tx, "replicated", &organised)?;
            put_event(tx, "shown", &shown, NOW + chrono::TimeDelta::hours(1), 1)
        })
        .unwrap();
    for server in [&one, &two] {
        eventually("the event is found", async || {
            let page = server.json("/v1/events?q=shown%20on%20both").await;
            (page["total"] == 1).then_some(())
        })
        .await;
        let id = &server.json("/v1/events?q=shown%20on%20both").await["items"][0]["base"]["id"];
        assert_eq!(id, &BaseId::from_slug("replicated").to_string(), "its base came with it");
    }
    one.running.stop().await;
    two.running.stop().await;
}

#[actix_web::test]
async fn replicas_follow_by_polling() {
    both_follow(None).await;
}

#[actix_web::test]
async fn replicas_follow_with_redis() {
    both_follow(Some(redis_url())).await;
}

#[actix_web::test]
async fn a_dead_redis_is_named_and_harms_nothing() {
    // Nothing listens on port 1.
    let fresh = Arc::new(Fresh::new(Store::Postgres, Holds::Seeds));
    let server = Server::over(fresh, Some("redis://127.0.0.1:1".to_owned())).await;
    let report = server.json("/readyz").await;
    assert_eq!(
        report["stores"].to_string(),
        r#"[{"name":"database","status":"up"},{"name":"redis","status":"down"}]"#
    );
    let mut added = base("without redis", 23.13, 113.33);
    added.organisers =
        server.running.live.now().unwrap().bases.values().next().unwrap().body().organisers.clone();
    server.running.db.write(|tx| put_base(tx, "without redis", &added)).unwrap();
    eventually("the base is found all the same", async || {
        (server.json("/v1/bases?q=without%20redis").await["total"] == 1).then_some(())
    })
    .await;
    server.running.stop().await;
}
