//! Offers lapse when their time is over, and queues end when their session begins. Every replica looks; whoever comes
//! second finds nothing left to do.

use std::sync::Arc;
use std::time::Duration;

use crate::app::signups::Signups;
use crate::domain::clock::Clock;

/// How often it is looked: an offer may stand so much longer than it says.
const TICK: Duration = Duration::from_secs(1);

/// How long to wait after a failure.
const RETRY: Duration = Duration::from_secs(5);

/// Looks for ever.
pub async fn run(signups: Signups, clock: Arc<dyn Clock>) {
    loop {
        let (signups, now) = (signups.clone(), clock.now());
        let wait = match tokio::task::spawn_blocking(move || signups.lapse(now)).await {
            Ok(Ok(0)) => TICK,
            Ok(Ok(ended)) => {
                metrics::counter!("signups_lapsed_total").increment(ended as u64);
                TICK
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "offers could not lapse and will be looked at again");
                RETRY
            }
            Err(panic) => {
                tracing::error!(error = %panic, "the look at offers broke and will be repeated");
                RETRY
            }
        };
        tokio::time::sleep(wait).await;
    }
}
