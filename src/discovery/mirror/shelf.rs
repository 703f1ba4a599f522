//! Rows in order of id, shared between snapshots: a list of short lists. A change copies the list of lists and one
//! short list, so some tens of microseconds at a million rows; looking for what is new skips short lists whole.

use std::sync::Arc;

/// Where a short list is split.
const FULL: usize = 512;

/// When an object changed last, as far as it is known. The later transaction is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp {
    /// The number of the transaction.
    pub tx: i64,
    /// When it began, in milliseconds of the Unix epoch.
    pub at: i64,
}

impl Stamp {
    /// Of what changed last before the log of changes begins.
    pub const FORGOTTEN: Self = Self { tx: i64::MIN, at: i64::MIN };
}

/// The last change of each object of a kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Shelf(Arc<Vec<Chunk>>);

/// Rows of consecutive ids, at least one.
#[derive(Debug, Clone)]
struct Chunk {
    /// The largest id.
    last: i64,
    /// The latest transaction.
    newest: i64,
    rows: Arc<Vec<(i64, Stamp)>>,
}

impl Chunk {
    fn of(rows: Vec<(i64, Stamp)>) -> Self {
        Self {
            last: rows.last().map_or(i64::MIN, |(id, _)| *id),
            newest: rows.iter().map(|(_, stamp)| stamp.tx).max().unwrap_or(i64::MIN),
            rows: Arc::new(rows),
        }
    }
}

impl Shelf {
    /// Notes that an object changed; an earlier stamp than the one held changes nothing.
    pub fn put(&mut self, id: i64, stamp: Stamp) {
        if self.get(id) >= Some(stamp) {
            return;
        }
        let chunks = Arc::make_mut(&mut self.0);
        let at = chunks.partition_point(|chunk| chunk.last < id).min(chunks.len().saturating_sub(1));
        let Some(chunk) = chunks.get_mut(at) else {
            chunks.push(Chunk::of(vec![(id, stamp)]));
            return;
        };
        let appended = chunk.last < id;
        let rows = Arc::make_mut(&mut chunk.rows);
        match rows.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(found) => rows[found].1 = stamp,
            Err(place) => rows.insert(place, (id, stamp)),
        }
        chunk.last = chunk.last.max(id);
        chunk.newest = chunk.newest.max(stamp.tx);
        if chunk.rows.len() > FULL {
            let rows = Arc::make_mut(&mut chunk.rows);
            // Rows that come in order fill their lists.
            let upper = rows.split_off(if appended { FULL } else { FULL / 2 });
            let lower = std::mem::take(rows);
            *chunk = Chunk::of(lower);
            chunks.insert(at + 1, Chunk::of(upper));
        }
    }

    /// When an object changed last.
    pub fn get(&self, id: i64) -> Option<Stamp> {
        let chunk = self.0.get(self.0.partition_point(|chunk| chunk.last < id))?;
        let found = chunk.rows.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(chunk.rows[found].1)
    }

    /// Objects above `after` that changed in transaction `from` or later, in order of id.
    pub fn since(&self, from: i64, after: i64) -> impl Iterator<Item = (i64, Stamp)> {
        let chunks = self.0.iter().filter(move |chunk| chunk.last > after && chunk.newest >= from);
        let rows = chunks.flat_map(|chunk| chunk.rows.iter().copied());
        rows.filter(move |(id, stamp)| *id > after && stamp.tx >= from)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn stamp(tx: i64) -> Stamp {
        Stamp { tx, at: tx * 1000 }
    }

    proptest! {
        #[test]
        fn it_holds_the_latest_change_of_each(
            puts in prop::collection::vec((1_i64..3_000, 1_i64..50), 0..4_000),
            from in 0_i64..60, after in 0_i64..3_000,
        ) {
            let (mut shelf, mut plain) = (Shelf::default(), BTreeMap::new());
            for (id, tx) in puts {
                shelf.put(id, stamp(tx));
                let held = plain.entry(id).or_insert(stamp(tx));
                *held = stamp(tx).max(*held);
            }
            let expected: Vec<_> =
                plain.iter().filter(|(id, s)| **id > after && s.tx >= from).map(|(id, s)| (*id, *s)).collect();
            prop_assert_eq!(shelf.since(from, after).collect::<Vec<_>>(), expected);
            prop_assert_eq!(shelf.get(after), plain.get(&after).copied());
        }
    }

    #[test]
    fn a_change_leaves_older_snapshots_as_they_were_and_shares_the_rest() {
        let mut shelf = Shelf::default();
        (0..10_000).for_each(|id| shelf.put(id, stamp(1)));
        assert_eq!(shelf.0.len(), 20, "rows in order fill their lists");
        let before = shelf.clone();
        shelf.put(5_000, stamp(2));
        assert_eq!((before.get(5_000), shelf.get(5_000)), (Some(stamp(1)), Some(stamp(2))));
        let shared = before.0.iter().zip(shelf.0.iter()).filter(|(a, b)| Arc::ptr_eq(&a.rows, &b.rows));
        assert_eq!(shared.count(), 19);
    }
}
