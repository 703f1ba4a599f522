//! The audit is chained as it is written. Every replica looks; one at a time chains.

use std::sync::Arc;
use std::time::Duration;

use crate::app::audit::sealing;
use crate::db::Db;
use crate::domain::sealing::Vault;

/// How often it is looked: an entry has its place within a second.
const TICK: Duration = Duration::from_millis(500);

/// How long to wait after a failure.
const RETRY: Duration = Duration::from_secs(5);

/// Looks for ever.
pub async fn run(db: Db, vault: Arc<Vault>) {
    let mut reconsidered = false;
    loop {
        let (db, vault) = (db.clone(), vault.clone());
        let chain = move || {
            if !reconsidered {
                sealing::reconsider(&db)?;
            }
            sealing::chain_all(&db, &vault)
        };
        let wait = match tokio::task::spawn_blocking(chain).await {
            Ok(Ok(_)) => {
                reconsidered = true;
                TICK
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the audit could not be chained and will be");
                RETRY
            }
            Err(panic) => {
                tracing::error!(error = %panic, "chaining the audit broke and will be repeated");
                RETRY
            }
        };
        tokio::time::sleep(wait).await;
    }
}
