//! Whoever signed up for a session that is called off is told by whom it was called off. What a crash left of that is
//! found and finished here, on every replica: whoever comes second finds nothing left to do.

use std::sync::Arc;
use std::time::Duration;

use crate::app::sessions::Sessions;
use crate::domain::clock::Clock;

/// How often it is looked.
const TICK: Duration = Duration::from_secs(5);

/// Looks for ever.
pub async fn run(sessions: Sessions, clock: Arc<dyn Clock>) {
    loop {
        let (sessions, now) = (sessions.clone(), clock.now());
        match tokio::task::spawn_blocking(move || sessions.finish(now)).await {
            Ok(Ok(told)) => metrics::counter!("called_off_told_late_total").increment(told as u64),
            Ok(Err(error)) => {
                tracing::warn!(%error, "not everybody is told yet that a session is called off")
            }
            Err(panic) => tracing::error!(error = %panic, "telling broke and will be repeated"),
        }
        tokio::time::sleep(TICK).await;
    }
}
