//! Carries what is due to its endpoints.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::task::{JoinSet, spawn_blocking};

use crate::app::webhooks::outbox::{self, Fate, Parcel};
use crate::clients::webhooks::Carrier;
use crate::db::{self, Db};
use crate::domain::clock::Clock;
use crate::domain::sealing::Vault;
use crate::domain::webhooks::Trouble;

/// Deliveries that one replica has under way at once.
const AT_ONCE: usize = 32;

/// How often there is a look where much is due, and where nothing was.
const BUSY: Duration = Duration::from_millis(200);
const IDLE: Duration = Duration::from_secs(1);

/// How long to wait after a failure of the store.
const RETRY: Duration = Duration::from_secs(5);

/// Carries what is due in one store.
#[derive(Clone)]
pub struct Courier {
    db: Db,
    carrier: Arc<Carrier>,
    vault: Arc<Vault>,
    clock: Arc<dyn Clock>,
}

impl Courier {
    /// A courier of what is due in a store.
    #[must_use]
    pub fn new(db: Db, carrier: Arc<Carrier>, vault: Arc<Vault>, clock: Arc<dyn Clock>) -> Self {
        Self { db, carrier, vault, clock }
    }

    /// Carries for ever.
    pub async fn run(self) {
        let mut under_way = JoinSet::new();
        loop {
            while under_way.try_join_next().is_some() {}
            let wait = match self.take(AT_ONCE - under_way.len()).await {
                Ok(parcels) => {
                    let wait = if parcels.is_empty() { IDLE } else { BUSY };
                    for parcel in parcels {
                        let courier = self.clone();
                        under_way.spawn(async move { courier.carry(parcel).await });
                    }
                    wait
                }
                Err(error) => {
                    tracing::warn!(%error, "web-hooks cannot be sent for now");
                    RETRY
                }
            };
            metrics::gauge!("webhook_deliveries_under_way").set(under_way.len() as f64);
            tokio::time::sleep(wait).await;
        }
    }

    /// Carries what is due now, and waits for the answers; says how much it was.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn round(&self) -> Result<usize, db::Error> {
        let parcels = self.take(AT_ONCE).await?;
        let taken = parcels.len();
        join_all(parcels.into_iter().map(|parcel| self.carry(parcel))).await;
        Ok(taken)
    }

    async fn take(&self, limit: usize) -> Result<Vec<Parcel>, db::Error> {
        let (vault, now) = (Arc::clone(&self.vault), self.clock.now());
        self.aside(move |db| {
            // Reading keeps out of the way of those who write.
            if limit == 0 || !db.read(|conn| outbox::any(conn, now))? {
                return Ok(Vec::new());
            }
            let lost = db.write(outbox::find_lost)?;
            if lost > 0 {
                tracing::warn!(deliveries = lost, "their sender went away: they are sent once more");
            }
            db.write(|tx| outbox::prepare(tx, &vault, limit))
        })
        .await
    }

    async fn carry(&self, parcel: Parcel) {
        let letter = match parcel.letter(self.clock.now()) {
            Ok(letter) => letter,
            Err(error) => return tracing::error!(%error, "a delivery cannot be written"),
        };
        let begun = Instant::now();
        let answer = self.carrier.carry(&parcel.address, letter).await;
        let took = begun.elapsed();
        metrics::histogram!("webhook_delivery_duration_seconds").record(took.as_secs_f64());
        let outcome = answer.map_or_else(|(trouble, _)| trouble.name(), |_| "delivered");
        metrics::counter!("webhook_attempts_total", "outcome" => outcome).increment(1);
        if matches!(answer, Err((Trouble::Address, _))) {
            tracing::warn!("a web-hook leads to an address that is not public");
        }
        match self.aside(move |db| db.write(|tx| outbox::settle(tx, &parcel, answer, took))).await {
            Ok(Fate::Parked) => metrics::counter!("webhook_deliveries_parked_total").increment(1),
            Ok(Fate::Stopped) => {
                metrics::counter!("webhooks_stopped_total").increment(1);
                tracing::warn!("a web-hook was stopped: nothing reached it for days");
            }
            Ok(Fate::Delivered | Fate::Later | Fate::Overtaken) => {}
            Err(error) => tracing::warn!(%error, "a delivery cannot be noted, and will be sent once more"),
        }
    }

    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Db) -> Result<T, db::Error> + Send + 'static,
    ) -> Result<T, db::Error> {
        let db = self.db.clone();
        let done = spawn_blocking(move || work(&db)).await;
        done.unwrap_or_else(|panic| Err(db::Error::Unavailable(panic.to_string())))
    }
}
