//! Lists that are copied on write, a small piece at a time: a copy shares everything with its original, and a
//! change costs the piece it falls into and the list of pieces.

use std::sync::Arc;

/// The length of a piece of [`Pages`].
const PAGE: usize = 256;

/// A list that grows at its end.
#[derive(Debug, Clone)]
pub(in crate::discovery) struct Pages<T> {
    pages: Arc<Vec<Arc<Vec<T>>>>,
    len: usize,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self { pages: Arc::default(), len: 0 }
    }
}

impl<T: Clone> Pages<T> {
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn get(&self, at: usize) -> Option<&T> {
        self.pages.get(at / PAGE)?.get(at % PAGE)
    }

    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        if at >= self.len {
            return None;
        }
        let page = Arc::make_mut(&mut self.pages).get_mut(at / PAGE)?;
        Arc::make_mut(page).get_mut(at % PAGE)
    }

    pub fn push(&mut self, item: T) {
        let pages = Arc::make_mut(&mut self.pages);
        match pages.last_mut().filter(|page| page.len() < PAGE) {
            Some(page) => Arc::make_mut(page).push(item),
            None => {
                let mut page = Vec::with_capacity(PAGE);
                page.push(item);
                pages.push(Arc::new(page));
            }
        }
        self.len += 1;
    }
}

/// The greatest length of a piece of [`Ordered`].
const FULL: usize = 512;

/// A list in an order that its owner knows: the owner says what comes before a place.
#[derive(Debug, Clone)]
pub(super) struct Ordered<T> {
    /// None of them empty.
    pieces: Arc<Vec<Arc<Vec<T>>>>,
}

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self { pieces: Arc::default() }
    }
}

impl<T: Copy> Ordered<T> {
    /// The piece and the place in it of the first item that is not before.
    fn seek(&self, before: impl Fn(T) -> bool) -> (usize, usize) {
        let piece = self.pieces.partition_point(|piece| piece.last().is_some_and(|last| before(*last)));
        let at = self.pieces.get(piece).map_or(0, |piece| piece.partition_point(|item| before(*item)));
        (piece, at)
    }

    /// Puts `item` behind all that is `before` it.
    pub fn insert(&mut self, item: T, before: impl Fn(T) -> bool) {
        let (mut piece, mut at) = self.seek(before);
        let pieces = Arc::make_mut(&mut self.pieces);
        if piece == pieces.len() {
            // Behind the last one.
            match pieces.last() {
                Some(last) => (piece, at) = (piece - 1, last.len()),
                None => pieces.push(Arc::new(Vec::with_capacity(FULL))),
            }
        }
        let items = Arc::make_mut(&mut pieces[piece]);
        if items.len() < FULL {
            items.insert(at, item);
            return;
        }
        let mut right = items.split_off(FULL / 2);
        match at.checked_sub(FULL / 2) {
            Some(at) => right.insert(at, item),
            None => items.insert(at, item),
        }
        pieces.insert(piece + 1, Arc::new(right));
    }

    /// Takes out the first item that is not `before`, if it is the one meant.
    pub fn remove(&mut self, before: impl Fn(T) -> bool, meant: impl Fn(T) -> bool) -> bool {
        let (piece, at) = self.seek(before);
        if !self.pieces.get(piece).and_then(|piece| piece.get(at)).is_some_and(|item| meant(*item)) {
            return false;
        }
        let pieces = Arc::make_mut(&mut self.pieces);
        if pieces[piece].len() == 1 {
            pieces.remove(piece);
        } else {
            Arc::make_mut(&mut pieces[piece]).remove(at);
        }
        true
    }

    /// The stretch of items that are not `before` and not behind the last that is `within`.
    pub fn between(&self, before: impl Fn(T) -> bool, within: impl Fn(T) -> bool) -> Span {
        Span { from: self.seek(&before), to: self.seek(|item| before(item) || within(item)) }
    }

    /// The items of a stretch, in order.
    pub fn items(&self, Span { from, to }: Span) -> impl Iterator<Item = T> + '_ {
        let pieces = (from.0..=to.0).filter_map(|piece| Some((piece, self.pieces.get(piece)?)));
        pieces.flat_map(move |(piece, items)| {
            let start = if piece == from.0 { from.1 } else { 0 };
            let end = if piece == to.0 { to.1 } else { items.len() };
            items[start..end].iter().copied()
        })
    }
}

/// A stretch of an [`Ordered`]: the piece and the place in it of its first item, and of the one behind its last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    from: (usize, usize),
    to: (usize, usize),
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_ordered_list_is_a_set_and_its_copies_stand_still(changes in prop::collection::vec((any::<bool>(), 0u32..3000), 0..4000)) {
            let (mut list, mut set) = (Ordered::default(), BTreeSet::new());
            let mut copies = Vec::new();
            for (step, (add, item)) in changes.into_iter().enumerate() {
                if add && set.insert(item) {
                    list.insert(item, |held| held < item);
                } else if !add {
                    prop_assert_eq!(list.remove(|held| held < item, |held| held == item), set.remove(&item));
                }
                if step % 997 == 0 {
                    copies.push((list.clone(), set.clone()));
                }
            }
            copies.push((list, set));
            for (list, set) in copies {
                prop_assert!(list.items(list.between(|_| false, |_| true)).eq(set.iter().copied()));
                prop_assert!(list.items(list.between(|held| held < 1000, |held| held < 2000)).eq(set.range(1000..2000).copied()));
            }
        }
    }

    #[test]
    fn a_copy_of_pages_keeps_what_it_had() {
        let mut pages = Pages::default();
        (0..1000).for_each(|item| pages.push(item));
        let copy = pages.clone();
        *pages.get_mut(700).unwrap() = 0;
        pages.push(1000);
        assert_eq!((copy.get(700), copy.get(1000), copy.len()), (Some(&700), None, 1000));
        assert_eq!((pages.get(700), pages.get(1000)), (Some(&0), Some(&1000)));
        assert_eq!(pages.get_mut(1001), None);
    }
}
