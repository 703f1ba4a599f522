//! Postings: for each key, which slots are filed under it.

use std::sync::Arc;

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
        keys.into_iter().filter_map(|key| self.get(key)).union()
    }

    /// How many of `slots` are filed under a key.
    pub fn count(&self, key: Key, slots: &RoaringBitmap) -> u64 {
        self.get(key).map_or(0, |filed| filed.intersection_len(slots))
    }

    /// Files a slot under keys.
    pub fn file(&mut self, slot: u32, mut keys: Vec<Key>) -> Filed {
        keys.sort_unstable();
        keys.dedup();
        let files = keys.into_iter().map(|key| {
            let file = match self.files.get(&key) {
                Some(&file) => file,
                None => {
                    let file = self.file.add(Arc::new(File { key, slots: RoaringBitmap::new() }));
                    self.files.insert(key, file);
                    file
                }
            };
            if let Some(file) = self.file.change(file) {
                Arc::make_mut(file).slots.insert(slot);
            }
            file
        });
        files.collect()
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

#[cfg(test)]
mod tests {
    use super::super::key::Field;
    use super::*;

    #[test]
    fn what_is_unfiled_leaves_nothing_behind() {
        let key = |value| Key::new(Field::Day, value);
        let mut postings = Postings::default();
        let one = postings.file(1, vec![key(1), key(2), key(1)]);
        assert_eq!(one.len(), 2);
        let before = postings.clone();
        let two = postings.file(2, vec![key(2), key(3)]);
        assert_eq!(postings.any([key(1), key(3), key(9)]).iter().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(before.get(key(2)).unwrap().len(), 1, "a snapshot does not see what comes after it");
        postings.unfile(2, &two);
        assert!(postings.get(key(3)).is_none() && postings.get(key(2)) == before.get(key(2)));
        postings.unfile(1, &one);
        assert!((0..3).all(|file| postings.file.get(file).is_none()));
    }
}
