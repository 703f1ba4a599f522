//! Postings: for each key, which slots are filed under it.

use std::sync::Arc;

use hashbrown::HashMap;
use roaring::{MultiOps, RoaringBitmap};

use super::key::Key;
use super::sharded::{Paged, Sharded};

/// All postings. Cloning copies pointers; filing one thing copies only what it is filed under.
#[derive(Debug, Clone, Default)]
pub struct Postings {
    files: Sharded<Key, u32>,
    file: Paged<Arc<File>>,
}

#[derive(Debug, Clone)]
struct File {
    key: Key,
    slots: RoaringBitmap,
}

/// Where a slot is filed: what is needed to take it out again, at four bytes a key.
pub type Filed = Arc<[u32]>;

impl Postings {
    /// The slots filed under a key.
    pub fn get(&self, key: Key) -> Option<&RoaringBitmap> {
        Some(&self.file.get(*self.files.get(&key)?)?.slots)
    }

    /// The slots filed under at least one of several keys.
    pub fn any(&self, keys: impl IntoIterator<Item = Key>) -> RoaringBitmap {
        let having: Vec<&RoaringBitmap> = keys.into_iter().filter_map(|key| self.get(key)).collect();
        union(&having)
    }

    /// How many of `slots` are filed under a key.
    pub fn count(&self, key: Key, slots: &RoaringBitmap) -> u64 {
        self.get(key).map_or(0, |filed| filed.intersection_len(slots))
    }

    /// Files slots under keys, many at once: each file is opened once. Says where each is filed.
    pub fn file(&mut self, filings: impl IntoIterator<Item = (u32, Vec<Key>)>) -> Vec<Filed> {
        let (mut opened, mut fresh) = (HashMap::new(), Vec::<(u32, Vec<u32>)>::new());
        let filed = filings.into_iter().map(|(slot, mut keys)| {
            keys.sort_unstable();
            keys.dedup();
            let files = keys.into_iter().map(|key| {
                let at = *opened.entry(key).or_insert_with(|| {
                    fresh.push((self.open(key), Vec::new()));
                    fresh.len() - 1
                });
                let (file, slots) = &mut fresh[at];
                slots.push(slot);
                *file
            });
            files.collect()
        });
        let filed = filed.collect();
        for (file, mut slots) in fresh {
            let Some(file) = self.file.change(file).map(Arc::make_mut) else { continue };
            match slots.as_slice() {
                [slot] => drop(file.slots.insert(*slot)),
                _ => {
                    slots.sort_unstable();
                    file.slots |= RoaringBitmap::from_sorted_iter(slots).unwrap_or_default();
                }
            }
        }
        filed
    }

    /// The file of a key.
    fn open(&mut self, key: Key) -> u32 {
        if let Some(&file) = self.files.get(&key) {
            return file;
        }
        let file = self.file.add(Arc::new(File { key, slots: RoaringBitmap::new() }));
        self.files.insert(key, file);
        file
    }

    /// The key of a file.
    pub fn key(&self, file: u32) -> Option<Key> {
        self.file.get(file).map(|file| file.key)
    }

    /// Takes a slot out of where it is filed; what is then empty is let go of.
    pub fn unfile(&mut self, slot: u32, filed: &[u32]) {
        for &at in filed {
            let Some(file) = self.file.change(at).map(Arc::make_mut) else { continue };
            file.slots.remove(slot);
            if file.slots.is_empty() {
                let key = file.key;
                self.file.remove(at);
                self.files.remove(&key);
            }
        }
    }
}

/// All of several sets. Little is sooner joined one by one than by way of a set that could hold all.
pub fn union(sets: &[&RoaringBitmap]) -> RoaringBitmap {
    const LITTLE: u64 = 2048;
    if sets.len() > 2 && sets.iter().map(|set| set.len()).sum::<u64>() > LITTLE {
        return sets.iter().copied().union();
    }
    let mut all = RoaringBitmap::new();
    sets.iter().for_each(|set| all |= *set);
    all
}

#[cfg(test)]
mod tests {
    use super::super::key::Field;
    use super::*;

    #[test]
    fn what_is_unfiled_leaves_nothing_behind() {
        let key = |value| Key::new(Field::Day, value);
        let mut postings = Postings::default();
        let one = postings.file([(1, vec![key(1), key(2), key(1)])]).remove(0);
        assert_eq!(one.len(), 2);
        let before = postings.clone();
        let two = postings.file([(2, vec![key(2), key(3)])]).remove(0);
        assert_eq!(postings.any([key(1), key(3), key(9)]).iter().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(before.get(key(2)).unwrap().len(), 1, "a snapshot does not see what comes after it");
        postings.unfile(2, &two);
        assert!(postings.get(key(3)).is_none() && postings.get(key(2)) == before.get(key(2)));
        postings.unfile(1, &one);
        assert!((0..3).all(|file| postings.file.get(file).is_none()));
    }
}
