//! What time it is, as a value that is handed in: a test owns the clock, and so does `KEPU_NOW`.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Utc};

/// The present instant. Everything that depends on time takes one of these and never asks the machine.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where time enters")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A clock that stands still, as `KEPU_NOW` asks.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub DateTime<Utc>);

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// A clock that moves only when it is told to. Clones share one time, so that a test can keep one hand on
/// the clock of a running server. Precise to the microsecond.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self(Arc::new(AtomicI64::new(now.timestamp_micros())))
    }

    /// Turns this clock and all its clones to `now`, forwards or backwards.
    pub fn set(&self, now: DateTime<Utc>) {
        self.0.store(now.timestamp_micros(), Ordering::SeqCst);
    }

    /// Moves this clock and all its clones by `step`, which may be negative.
    pub fn advance(&self, step: chrono::TimeDelta) {
        self.0.fetch_add(step.num_microseconds().unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn clones_of_a_manual_clock_show_one_time() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let hand = ManualClock::new(start);
        let clock: Arc<dyn Clock> = Arc::new(hand.clone());
        hand.advance(TimeDelta::minutes(5));
        assert_eq!(clock.now(), start + TimeDelta::minutes(5));
        hand.set(start);
        assert_eq!(clock.now(), start);
    }

    #[test]
    fn a_fixed_clock_stands_and_the_systems_runs_on() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert_eq!(FixedClock(start).now(), start);
        let earlier = SystemClock.now();
        assert!(SystemClock.now() >= earlier);
    }
}
