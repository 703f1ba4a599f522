//! Tables that two snapshots share until one of them changes: cloning copies a pointer, a change copies one small
//! part. What a change costs does not grow with the table.

use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashMap};

/// How many maps a [`Sharded`] has: at a million entries a change copies one of some 500.
const SHARDS: usize = 2048;

/// A hash map in parts.
#[derive(Debug)]
pub struct Sharded<K, V> {
    shards: Arc<[Arc<HashMap<K, V>>]>,
    hash: DefaultHashBuilder,
}

impl<K, V> Clone for Sharded<K, V> {
    fn clone(&self) -> Self {
        Self { shards: Arc::clone(&self.shards), hash: self.hash.clone() }
    }
}

impl<K, V> Default for Sharded<K, V> {
    fn default() -> Self {
        let hash = DefaultHashBuilder::default();
        let empty = Arc::new(HashMap::with_hasher(hash.clone()));
        Self { shards: std::iter::repeat_n(empty, SHARDS).collect(), hash }
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Sharded<K, V> {
    fn shard(&self, key: &K) -> usize {
        // The maps use the high and the low bits; these are in between.
        (self.hash.hash_one(key) >> 24) as usize % SHARDS
    }

    /// What is held under a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.shards[self.shard(key)].get(key)
    }

    /// Holds a value under a key, in place of any other.
    pub fn insert(&mut self, key: K, value: V) {
        let shard = self.shard(&key);
        Arc::make_mut(&mut Arc::make_mut(&mut self.shards)[shard]).insert(key, value);
    }

    /// Lets go of a key.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.get(key)?;
        let shard = self.shard(key);
        Arc::make_mut(&mut Arc::make_mut(&mut self.shards)[shard]).remove(key)
    }
}

/// Values per page of a [`Paged`].
const PAGE: usize = 256;

type Page<T> = Arc<Vec<Option<T>>>;

/// A vector in parts, with holes that are filled again.
#[derive(Debug)]
pub struct Paged<T> {
    pages: Arc<Vec<Page<T>>>,
    holes: Arc<Vec<u32>>,
}

impl<T> Clone for Paged<T> {
    fn clone(&self) -> Self {
        Self { pages: Arc::clone(&self.pages), holes: Arc::clone(&self.holes) }
    }
}

impl<T> Default for Paged<T> {
    fn default() -> Self {
        Self { pages: Arc::default(), holes: Arc::default() }
    }
}

impl<T: Clone> Paged<T> {
    /// The value at a place.
    pub fn get(&self, at: u32) -> Option<&T> {
        let at = at as usize;
        self.pages.get(at / PAGE)?.get(at % PAGE)?.as_ref()
    }

    /// A place for a value.
    pub fn add(&mut self, value: T) -> u32 {
        if !self.holes.is_empty()
            && let Some(hole) = Arc::make_mut(&mut self.holes).pop()
        {
            self.put(hole, value);
            return hole;
        }
        let pages = Arc::make_mut(&mut self.pages);
        if pages.last().is_none_or(|page| page.len() == PAGE) {
            pages.push(Arc::new(Vec::with_capacity(PAGE)));
        }
        let page = pages.len() - 1;
        let values = Arc::make_mut(&mut pages[page]);
        values.push(Some(value));
        (page * PAGE + values.len() - 1) as u32
    }

    /// Another value at a place that is taken.
    pub fn put(&mut self, at: u32, value: T) {
        if let Some(held) = self.hole(at) {
            *held = Some(value);
        }
    }

    /// Frees a place.
    pub fn remove(&mut self, at: u32) -> Option<T> {
        let removed = self.hole(at)?.take()?;
        Arc::make_mut(&mut self.holes).push(at);
        Some(removed)
    }

    /// The value at a place, to be changed.
    pub fn change(&mut self, at: u32) -> Option<&mut T> {
        self.hole(at)?.as_mut()
    }

    fn hole(&mut self, at: u32) -> Option<&mut Option<T>> {
        let at = at as usize;
        Arc::make_mut(Arc::make_mut(&mut self.pages).get_mut(at / PAGE)?).get_mut(at % PAGE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_what_the_other_changes() {
        let mut one = Sharded::default();
        (0..5000).for_each(|n| one.insert(n, n));
        let mut two = one.clone();
        two.insert(7, 70);
        assert_eq!(two.remove(&8), Some(8));
        assert_eq!((one.get(&7), one.get(&8)), (Some(&7), Some(&8)));
        assert_eq!((two.get(&7), two.get(&8), two.get(&9)), (Some(&70), None, Some(&9)));
    }

    #[test]
    fn holes_are_filled_again() {
        let mut one = Paged::default();
        let places: Vec<u32> = (0..600).map(|n| one.add(n)).collect();
        assert_eq!(places, (0..600).collect::<Vec<_>>());
        let mut two = one.clone();
        assert_eq!(two.remove(300), Some(300));
        *two.change(5).unwrap() = 50;
        assert_eq!(two.add(-1), 300);
        assert_eq!((one.get(300), one.get(5)), (Some(&300), Some(&5)));
        assert_eq!((two.get(300), two.get(5)), (Some(&-1), Some(&50)));
        assert_eq!(two.get(600), None);
    }
}
