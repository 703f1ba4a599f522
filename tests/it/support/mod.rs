//! What tests stand on: stores, a server, a clock of their own.

pub mod catalogue;
pub mod dump;
pub mod people;
pub mod process;
pub mod server;
pub mod stores;
pub mod wire;

use std::future::Future;
use std::time::{Duration, Instant};

/// Runs a test on SQLite and on PostgreSQL.
macro_rules! on_both_stores {
    ($($(#[$meta:meta])* async fn $name:ident($store:ident: Store) $body:block)+) => {$(
        mod $name {
            use super::*;
            use $crate::support::stores::Store;

            $(#[$meta])*
            async fn on($store: Store) $body

            #[actix_web::test]
            async fn sqlite() {
                on(Store::Sqlite).await;
            }

            #[actix_web::test]
            async fn postgres() {
                on(Store::Postgres).await;
            }
        }
    )+};
}

/// Waits until `ask` gives something, for as long as a busy machine may need.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
