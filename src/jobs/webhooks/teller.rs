//! Follows the log of changes as the feed does, and has noted what is news.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::webhooks::telling::{self, Touched};
use crate::app::{self, webhooks};
use crate::db::webhooks::{listening, seen};
use crate::db::{self, Db, changes, seats};
use crate::domain::clock::Clock;
use crate::domain::ids::SessionId;
use crate::domain::webhooks::KEPT;

/// How often it is looked: so much later than it happens something is told.
const TICK: Duration = Duration::from_secs(1);

/// How long to wait after a failure.
const RETRY: Duration = Duration::from_secs(5);

/// How often what is old is forgotten.
const PURGED: TimeDelta = TimeDelta::hours(1);

/// Finds what is news in one store.
pub struct Teller {
    db: Db,
    clock: Arc<dyn Clock>,
    /// The lowest transaction that was still open at the last look; `None` before the first one, and while nobody listens.
    low_water: Option<i64>,
    /// Changes at or above it that were looked at.
    seen: HashSet<i64>,
    /// Sessions whose seats were moved at or above it, by the number of the last time that was looked at.
    seats: HashMap<SessionId, i64>,
    purged_at: DateTime<Utc>,
}

impl Teller {
    /// A teller that has looked at nothing yet.
    #[must_use]
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        let never = DateTime::UNIX_EPOCH;
        Self { db, clock, low_water: None, seen: HashSet::new(), seats: HashMap::new(), purged_at: never }
    }

    /// Looks at what changed since the last time, and has noted what is news; says how much that is. Blocks.
    ///
    /// # Errors
    /// If the store fails; the next look sees to it.
    pub fn look(&mut self) -> Result<usize, db::Error> {
        let now = self.clock.now();
        let looked = self.db.snapshot(|conn| {
            if listening(conn)?.is_empty() {
                return Ok(None);
            }
            let next = changes::low_water(conn)?;
            // The store knows where all replicas together were; where it counts anew it was restored from a copy.
            let from = self.low_water.map_or_else(|| seen::position(conn), Ok)?;
            let from = if from > next { 0 } else { from };
            let visible = changes::since(conn, from)?;
            let moved = seats::since(conn, from)?;
            let fresh: Vec<_> =
                visible.iter().filter(|change| !self.seen.contains(&change.id)).copied().collect();
            let reseated: Vec<_> = moved
                .iter()
                .filter(|count| self.seats.get(&count.session) != Some(&count.moved))
                .copied()
                .collect();
            let touched = Touched::of(conn, &fresh, &reseated)?;
            let news = !touched.is_empty() && telling::any(conn, &touched, now)?;
            let seen: HashSet<i64> =
                visible.iter().filter(|change| change.tx >= next).map(|change| change.id).collect();
            let seats = moved.iter().map(|count| (count.session, count.moved)).collect();
            Ok::<_, db::Error>(Some((next, seen, seats, news.then_some(touched))))
        })?;
        let Some((next, seen, seats, touched)) = looked else {
            (self.low_water, self.seen, self.seats) = (None, HashSet::new(), HashMap::new());
            return Ok(0);
        };
        let told = match touched {
            Some(touched) => self.db.write(|tx| telling::tell(tx, &touched, next))?,
            None => 0,
        };
        (self.low_water, self.seen, self.seats) = (Some(next), seen, seats);
        Ok(told)
    }

    fn chores(&mut self) -> Result<usize, app::Error> {
        let now = self.clock.now();
        let told = self.look()?;
        if now - self.purged_at >= PURGED {
            webhooks::purge(&self.db, now - KEPT)?;
            self.purged_at = now;
        }
        Ok(told)
    }

    /// Looks for ever.
    pub async fn run(mut self) {
        loop {
            let (db, clock) = (self.db.clone(), self.clock.clone());
            let looked = tokio::task::spawn_blocking(move || {
                let done = self.chores();
                (self, done)
            });
            let wait;
            (self, wait) = match looked.await {
                Ok((teller, Ok(told))) => {
                    metrics::counter!("webhook_deliveries_made_total").increment(told as u64);
                    (teller, TICK)
                }
                Ok((teller, Err(error))) => {
                    tracing::warn!(%error, "what happened could not be told to web-hooks and will be");
                    (teller, RETRY)
                }
                Err(panic) => {
                    tracing::error!(error = %panic, "telling web-hooks broke and starts over");
                    (Self::new(db, clock), RETRY)
                }
            };
            tokio::time::sleep(wait).await;
        }
    }
}
