//! Reminders are told when their moment comes, to whoever has seats then. Every replica looks; whoever comes second finds
//! them told.

use std::sync::Arc;
use std::time::Duration;

use crate::app::notices;
use crate::db::Db;
use crate::domain::clock::Clock;

/// How often it is looked; a reminder comes so much later at most.
const TICK: Duration = Duration::from_secs(20);

/// Looks for ever.
pub async fn run(db: Db, clock: Arc<dyn Clock>) {
    loop {
        let (db, now) = (db.clone(), clock.now());
        match tokio::task::spawn_blocking(move || notices::remind(&db, now)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "reminders could not be told and will be"),
            Err(panic) => tracing::error!(error = %panic, "the look at reminders broke and will be repeated"),
        }
        tokio::time::sleep(TICK).await;
    }
}
