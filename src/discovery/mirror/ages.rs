//! From when the transactions are: by this, marks are known that were given out in a future which a restore undid.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

/// How exactly times are kept.
const SLOT: TimeDelta = TimeDelta::minutes(10);
/// A month and a bit.
const SLOTS: usize = 32 * 24 * 6;

/// For each ten minutes of the last month with changes, the lowest transaction that began in them.
#[derive(Debug, Clone, Default)]
pub(super) struct Ages(Arc<Vec<(i64, i64)>>);

impl Ages {
    /// Notes that transaction `tx` began at `at`.
    pub fn note(&mut self, at: DateTime<Utc>, tx: i64) {
        let slot = at.timestamp_millis().div_euclid(SLOT.num_milliseconds());
        match self.0.binary_search_by_key(&slot, |(slot, _)| *slot) {
            Ok(found) if self.0[found].1 <= tx => {}
            Ok(found) => Arc::make_mut(&mut self.0)[found].1 = tx,
            Err(place) => {
                let slots = Arc::make_mut(&mut self.0);
                slots.insert(place, (slot, tx));
                let excess = slots.len().saturating_sub(SLOTS);
                slots.drain(..excess);
            }
        }
    }

    /// The lowest transaction that is known to have begun after `at`; one that began within ten minutes of it may be
    /// left out.
    pub fn lowest_after(&self, at: DateTime<Utc>) -> Option<i64> {
        let slot = at.timestamp_millis().div_euclid(SLOT.num_milliseconds());
        let after = self.0.partition_point(|(held, _)| *held <= slot);
        self.0[after..].iter().map(|(_, tx)| *tx).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_the_lowest_transaction_after_an_instant_and_forgets_what_is_old() {
        let at = |minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let mut ages = Ages::default();
        for (minutes, tx) in [(5, 10), (15, 12), (16, 11), (35, 20)] {
            ages.note(at(minutes), tx);
        }
        assert_eq!(ages.lowest_after(at(0)), Some(11));
        assert_eq!(ages.lowest_after(at(10)), Some(20));
        assert_eq!(ages.lowest_after(at(40)), None);
        (0..10_000).for_each(|slot| ages.note(at(slot * 10), 100 + slot));
        assert_eq!(ages.0.len(), SLOTS);
    }
}
