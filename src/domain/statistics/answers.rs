//! What is told of a cube: a total, and rows along what it is broken down by.

use super::cube::{ANY, Axis, Cube, Key, Value};
use super::suppression::{Hidden, Tables, Veiled};
use super::{Dimension, Figures};

/// What is asked of a cube.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// What rows are told apart by, in order; none: the total alone.
    pub by: Vec<Dimension>,
    /// Only what has these values.
    pub only: Vec<(Axis, Value)>,
    /// Whether divisions are told apart one step further down.
    pub deep: bool,
    /// Whether counts of few people are hidden.
    pub veiled: bool,
}

/// A row, or the total.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// Its value for each dimension; of a total none.
    pub values: Vec<Value>,
    /// Its figures.
    pub figures: Figures,
    /// What is not told of them.
    pub hidden: Hidden,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Of all that was asked about. What is in several rows counts once.
    pub total: Line,
    /// The rows, in no order.
    pub rows: Vec<Line>,
}

impl Question {
    /// Along what its tables extend: what is chosen from, then what rows are told apart by.
    fn axes(&self) -> (Vec<Axis>, Vec<Axis>, Vec<Axis>) {
        let only: Vec<Axis> = self.only.iter().map(|(axis, _)| *axis).collect();
        let by: Vec<Axis> = self.by.iter().map(|dimension| dimension.axis(self.deep)).collect();
        let mut all = only.clone();
        all.extend(by.iter().filter(|axis| !only.contains(axis)));
        // What is hidden depends on the order, and two answers would tell more than one.
        all.sort_unstable_by_key(|axis| *axis as usize);
        (only, by, all)
    }

    /// Along how many dimensions its table extends.
    #[must_use]
    pub fn extent(&self) -> usize {
        self.axes().2.len()
    }

    /// How many cells its table has, before any are chosen: to hide in many takes long.
    #[must_use]
    pub fn cells(&self, cube: &Cube) -> usize {
        let (_, _, axes) = self.axes();
        cube.table(&axes).len()
    }

    /// What a cube tells. Where something is to be hidden, tables are those of everything in the cube, and what was asked
    /// for is chosen from them: so it is the same, whichever way it is asked for.
    #[must_use]
    pub fn ask(&self, cube: &Cube) -> Answer {
        let mut key = [ANY; Axis::ALL.len()];
        for (axis, value) in &self.only {
            let Some(number) = cube.find(value) else { return Answer::default() };
            key[*axis as usize] = number;
        }
        let (only, by, axes) = self.axes();
        let (chosen, all) = if self.veiled {
            let tables = Tables::new(cube, &axes);
            (tables.along(&only), tables.along(&axes))
        } else {
            let open = |axes| cube.table(axes).into_iter().map(|(key, one)| (key, (one, Hidden::default())));
            (open(&only).collect(), open(&axes).collect::<Veiled>())
        };
        let (figures, hidden) = chosen.get(&key).copied().unwrap_or_default();
        let total = Line { values: Vec::new(), figures, hidden };
        let fits = |of: &Key| only.iter().all(|axis| of[*axis as usize] == key[*axis as usize]);
        let row = |(of, (figures, hidden)): (Key, (Figures, Hidden))| Line {
            values: by.iter().map(|axis| cube.value(of[*axis as usize]).clone()).collect(),
            figures,
            hidden,
        };
        let rows = if by.is_empty() { Veiled::new() } else { all };
        Answer { total, rows: rows.into_iter().filter(|(of, _)| fits(of)).map(row).collect() }
    }
}
