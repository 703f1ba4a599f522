//! Counts of one replica. Their number is bounded, however many networks call: what has been regained is forgotten
//! when room is needed, and then whoever will have regained everything soonest.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use hashbrown::HashMap;

use super::Key;
use crate::domain::limits::{Limit, Standing};

/// Into how many parts the counts are split, so that workers seldom wait for each other.
const SHARDS: usize = 64;

/// How many counts a part holds: 65,536 in all, some 4 MB. A part that is full is looked through for each newcomer,
/// within a few microseconds.
const ROOM: usize = 1024;

/// The instants, in microseconds, at which each will have regained everything.
pub(super) struct Memory {
    shards: Vec<Mutex<HashMap<Key, u64>>>,
    /// Of the standard library: the quicker one of the maps sends neighbouring networks to few shards.
    hasher: RandomState,
}

impl Default for Memory {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }
}

impl Memory {
    pub(super) fn take(&self, key: Key, limit: Limit, now: u64) -> Standing {
        let shard = self.hasher.hash_one(key) as usize % SHARDS;
        // A count is one number, so a panic elsewhere cannot leave it half-written.
        let mut counts = self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
        let owed = limit.owed(counts.get(&key).copied().unwrap_or(0), now);
        let standing = limit.standing(owed);
        if standing.passed {
            if counts.len() >= ROOM && !counts.contains_key(&key) {
                make_room(&mut counts, now);
            }
            counts.insert(key, now + owed);
        }
        standing
    }
}

/// Forgets all who have regained everything, or else who will first.
fn make_room(counts: &mut HashMap<Key, u64>, now: u64) {
    counts.retain(|_, full_at| *full_at > now);
    if counts.len() >= ROOM {
        let soonest = counts.iter().min_by_key(|(_, full_at)| **full_at).map(|(key, _)| *key);
        soonest.and_then(|key| counts.remove(&key));
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;
    use crate::clients::limits::Whom;
    use crate::domain::networks::Network;

    fn of(number: u32) -> Key {
        Key { what: "test", whom: Whom::Network(Network::of(IpAddr::V4(Ipv4Addr::from(number)))) }
    }

    fn held(memory: &Memory) -> usize {
        memory.shards.iter().map(|shard| shard.lock().unwrap().len()).sum()
    }

    #[test]
    fn each_is_counted_apart() {
        let (memory, limit) = (Memory::default(), Limit::new(2, 60).unwrap());
        let passes = |key| memory.take(key, limit, 1_000_000).passed;
        assert!(passes(of(1)) && passes(of(1)) && !passes(of(1)));
        assert!(passes(of(2)), "another network has its own");
        assert!(passes(Key { what: "other", ..of(1) }), "and so has another thing");
    }

    #[test]
    fn a_flood_of_networks_takes_no_more_room_and_frees_no_heavy_user() {
        let (memory, limit) = (Memory::default(), Limit::new(100, 60).unwrap());
        let heavy = of(0);
        while memory.take(heavy, limit, 1_000_000).passed {}
        for number in 1..=(SHARDS * ROOM * 9 / 8) as u32 {
            assert!(memory.take(of(number), limit, 1_000_000).passed);
        }
        assert!(held(&memory) <= SHARDS * ROOM);
        assert!(!memory.take(heavy, limit, 1_000_000).passed, "who has used most is remembered longest");
    }

    #[test]
    fn what_has_been_regained_is_forgotten_when_room_is_needed() {
        let (memory, limit) = (Memory::default(), Limit::new(1, 1).unwrap());
        for number in 0..(SHARDS * ROOM * 9 / 8) as u32 {
            memory.take(of(number), limit, 0);
        }
        for number in 0..1000 {
            memory.take(of(u32::MAX - number), limit, 10_000_000);
        }
        assert!(held(&memory) < 2000, "{} are still held", held(&memory));
    }
}
