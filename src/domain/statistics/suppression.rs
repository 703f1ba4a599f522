//! Counts of few people, which an authority is not shown where figures are broken down: 1 to 4 people may be one family
//! that somebody recognises. Nobody is nobody: 0 is shown.
//!
//! What is left out must not follow from what is shown:
//! - **Within a table**, along each of its axes, cells add up to a coarser cell, and all to the total, which is always
//!   shown. So where one cell of such a line is hidden, the next smallest is too, until they are two and hold 5 people.
//! - **Within a row**, those who signed up are those who came and those who did not. Where one of the three is hidden and
//!   follows from the others, another is.
//! - **Between tables**: what is hidden in a coarser table is hidden in every cell of a finer one, which would add up to it.
//!   That is why a question with a filter is answered from the table of everything the caller may ask for: the filter is
//!   one more axis, and its total one of the cells.
//!
//! An event with several topics, audiences or campaigns stands in several cells, which then add up to more than the whole;
//! who knows which events these are can still subtract one from another. And two questions about different spans of days
//! can be subtracted. Neither is kept from anybody here: see `docs/privacy.md`.

use hashbrown::HashMap;

use super::cube::{ANY, Axis, Cube, Key, Table};
use super::{Figures, Measure};

/// Fewer people than this are not shown.
pub const FEWEST: u64 = 5;

/// Which measures of a cell are hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hidden(u8);

impl Hidden {
    /// Whether a measure is hidden.
    #[must_use]
    pub fn has(self, measure: Measure) -> bool {
        self.0 & 1 << measure as u8 != 0
    }

    /// Whether any is.
    #[must_use]
    pub fn any(self) -> bool {
        self.0 != 0
    }

    fn hide(&mut self, measure: Measure) {
        self.0 |= 1 << measure as u8;
    }

    fn join(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// What few people make up by themselves.
    fn few(figures: &Figures) -> Self {
        let mut hidden = Self::default();
        let few = |measure: &&Measure| (1..FEWEST).contains(&figures.people(**measure));
        Measure::ALL.iter().filter(few).for_each(|measure| hidden.hide(*measure));
        hidden
    }

    /// The same, and what it would follow from within its row.
    fn within_row(mut self, figures: &Figures) -> Self {
        use Measure::{Attended, NoShow, Signups};
        let three = [Signups, Attended, NoShow];
        let mut hidden = three.into_iter().filter(|measure| self.has(*measure));
        let (Some(one), None) = (hidden.next(), hidden.next()) else { return self };
        let follows = three.iter().any(|other| *other != one && figures.people(*other) > 0);
        if follows {
            // How many came says most: it stays if it can.
            self.hide(if one == NoShow { Signups } else { NoShow });
        }
        self
    }
}

/// A table with what is hidden in it.
pub type Veiled = HashMap<Key, (Figures, Hidden)>;

/// Tables of a cube, as an authority is shown them.
pub struct Tables<'a> {
    cube: &'a Cube,
    done: Vec<(Vec<Axis>, Veiled)>,
}

impl<'a> Tables<'a> {
    /// The table along these axes and, for what it must agree with, the coarser ones.
    #[must_use]
    pub fn new(cube: &'a Cube, axes: &[Axis]) -> Self {
        let mut tables = Self { cube, done: Vec::new() };
        let mut subsets: Vec<Vec<Axis>> = (1_u32..1 << axes.len()).map(|mask| subset(axes, mask)).collect();
        subsets.retain(|subset| {
            !subset.contains(&Axis::District) || subset.contains(&Axis::Area) || subset.len() == axes.len()
        });
        subsets.sort_by_key(Vec::len);
        for subset in subsets {
            let veiled = tables.veil(&subset);
            tables.done.push((subset, veiled));
        }
        tables
    }

    /// The table along these axes, which are all or some of those that were asked for. Along none it holds the total,
    /// which is never hidden.
    #[must_use]
    pub fn along(&self, axes: &[Axis]) -> Veiled {
        let same = |of: &[Axis]| of.len() == axes.len() && axes.iter().all(|axis| of.contains(axis));
        match self.done.iter().find(|(of, _)| same(of)) {
            Some((_, veiled)) => veiled.clone(),
            None if axes.is_empty() => open(self.cube.table(axes)),
            None => self.veil(axes),
        }
    }

    fn veil(&self, axes: &[Axis]) -> Veiled {
        let mut table = open(self.cube.table(axes));
        for (key, (figures, hidden)) in &mut table {
            hidden.join(Hidden::few(figures));
            for (coarser, veiled) in &self.done {
                if coarser.iter().all(|axis| axes.contains(axis))
                    && let Some((_, above)) = veiled.get(&project(key, coarser))
                {
                    hidden.join(*above);
                }
            }
        }
        let lines: Vec<Vec<Vec<Key>>> = axes.iter().map(|axis| lines(&table, *axis)).collect();
        // Each turn hides at least one more measure of a cell, or is the last.
        while rows(&mut table)
            | lines.iter().flatten().fold(false, |more, line| blur(&mut table, line) | more)
        {}
        table
    }
}

fn open(table: Table) -> Veiled {
    table.into_iter().map(|(key, figures)| (key, (figures, Hidden::default()))).collect()
}

fn subset(axes: &[Axis], mask: u32) -> Vec<Axis> {
    let chosen = axes.iter().enumerate().filter(|(at, _)| mask & 1 << at != 0);
    chosen.map(|(_, axis)| *axis).collect()
}

fn project(key: &Key, axes: &[Axis]) -> Key {
    let mut coarse = [ANY; Axis::ALL.len()];
    axes.iter().for_each(|axis| coarse[*axis as usize] = key[*axis as usize]);
    coarse
}

/// The cells of a table that differ along an axis only, each lot in order.
fn lines(table: &Veiled, axis: Axis) -> Vec<Vec<Key>> {
    let mut lines: HashMap<Key, Vec<Key>> = HashMap::new();
    for key in table.keys() {
        let mut coarse = *key;
        coarse[axis as usize] = ANY;
        lines.entry(coarse).or_default().push(*key);
    }
    let mut lines: Vec<Vec<Key>> = lines.into_values().collect();
    // What is hidden must not depend on the order in which a map gives its entries: two answers would tell more than one.
    lines.iter_mut().for_each(|line| line.sort_unstable());
    lines.sort_unstable();
    lines
}

/// Hides what would follow within its row; says whether there was any.
fn rows(table: &mut Veiled) -> bool {
    let mut more = false;
    for (figures, hidden) in table.values_mut() {
        let closed = hidden.within_row(figures);
        more |= closed != *hidden;
        *hidden = closed;
    }
    more
}

/// Hides as much along a line as it takes that nothing follows from the sum; says whether that was more than before.
fn blur(table: &mut Veiled, line: &[Key]) -> bool {
    let mut more = false;
    for &measure in Measure::ALL {
        loop {
            let cells = || line.iter().filter_map(|key| Some((*key, *table.get(key)?)));
            let (mut hidden, mut people) = (0, 0);
            for (_, (figures, _)) in cells().filter(|(_, (_, veil))| veil.has(measure)) {
                hidden += 1;
                people += figures.people(measure);
            }
            if hidden == 0 || (hidden > 1 && people >= FEWEST) {
                break;
            }
            let shown = cells().filter(|(_, (_, veil))| !veil.has(measure));
            // An empty cell hides nothing unless there is no other.
            let next = shown.min_by_key(|(key, (figures, _))| {
                let people = figures.people(measure);
                (people == 0, people, *key)
            });
            let Some((key, _)) = next else { break };
            if let Some((_, veil)) = table.get_mut(&key) {
                veil.hide(measure);
                more = true;
            }
        }
    }
    more
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use proptest::prelude::*;

    use super::super::answers::{Line, Question};
    use super::super::{Counted, Dimension, Happening};
    use super::*;
    use crate::domain::divisions::Adcode;
    use crate::domain::ids::{EventId, OrganisationId};

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn happening(number: u64, division: &str, topic: &str, came: u64, stayed_away: u64) -> Happening {
        let start = NOW - TimeDelta::days(9);
        let session = Counted {
            expected: came,
            came,
            stayed_away,
            ..Counted::nothing(start, start, division.parse().unwrap())
        };
        Happening {
            event: EventId::from_slug(&number.to_string()),
            organisation: OrganisationId::from_slug("museum"),
            topics: vec![topic.to_owned()],
            audiences: Vec::new(),
            campaigns: Vec::new(),
            sessions: vec![session],
        }
    }

    fn cube(happenings: &[Happening]) -> Cube {
        let scope: [Adcode; 1] = ["440000".parse().unwrap()];
        Cube::new(happenings, Some(&scope), NOW)
    }

    /// People by the first axis, where shown; in order of size.
    fn shown(veiled: &Veiled, measure: Measure) -> Vec<(u64, bool)> {
        let mut cells: Vec<_> = veiled.values().map(|(f, h)| (f.people(measure), !h.has(measure))).collect();
        cells.sort_unstable();
        cells
    }

    #[test]
    fn one_hidden_cell_takes_the_next_smallest_with_it() {
        let all = [("ocean", 3), ("space", 20), ("plants", 8), ("health", 0)];
        let happenings: Vec<_> =
            (0..).zip(all).map(|(n, (topic, came))| happening(n, "440106", topic, came, 0)).collect();
        let cube = cube(&happenings);
        let table = Tables::new(&cube, &[Axis::Topic]).along(&[Axis::Topic]);
        assert_eq!(shown(&table, Measure::Attended), [(0, true), (3, false), (8, false), (20, true)]);
        let total = Tables::new(&cube, &[Axis::Topic]).along(&[]);
        assert_eq!(shown(&total, Measure::Attended), [(31, true)], "totals are never hidden");
    }

    #[test]
    fn two_hidden_cells_of_which_the_sum_is_small_take_a_third() {
        let all = [("ocean", 1), ("space", 2), ("plants", 9), ("health", 30)];
        let happenings: Vec<_> =
            (0..).zip(all).map(|(n, (topic, came))| happening(n, "440106", topic, came, 0)).collect();
        let cube = cube(&happenings);
        let table = Tables::new(&cube, &[Axis::Topic]).along(&[Axis::Topic]);
        assert_eq!(shown(&table, Measure::Attended), [(1, false), (2, false), (9, false), (30, true)]);
    }

    #[test]
    fn few_who_stayed_away_do_not_follow_from_the_others() {
        let happenings = [
            happening(1, "440106", "ocean", 100, 3),
            happening(2, "440106", "space", 200, 40),
            happening(3, "440106", "plants", 300, 60),
        ];
        let cube = cube(&happenings);
        let table = Tables::new(&cube, &[Axis::Topic]).along(&[Axis::Topic]);
        assert_eq!(shown(&table, Measure::NoShow), [(3, false), (40, false), (60, true)]);
        assert_eq!(shown(&table, Measure::Signups), [(103, false), (240, false), (360, true)]);
        assert_eq!(shown(&table, Measure::Attended), [(100, true), (200, true), (300, true)]);
    }

    #[test]
    fn what_a_coarser_table_hides_no_finer_one_adds_up_to() {
        // Guangzhou's 50 are hidden with Shenzhen's 3; its topics, 20 and 30, would tell them.
        let happenings = [
            happening(1, "440106", "ocean", 20, 0),
            happening(2, "440106", "space", 30, 0),
            happening(3, "440305", "ocean", 3, 0),
            happening(4, "440605", "space", 90, 0),
        ];
        let cube = cube(&happenings);
        let axes = [Axis::Area, Axis::Topic];
        let tables = Tables::new(&cube, &axes);
        assert_eq!(
            shown(&tables.along(&[Axis::Area]), Measure::Attended),
            [(3, false), (50, false), (90, true)]
        );
        let fine = shown(&tables.along(&axes), Measure::Attended);
        assert!(fine.iter().all(|(people, shown)| !shown || *people == 90), "{fine:?}");
    }

    /// Whether a hidden cell is the only one of its line, which adds up to a number that is shown.
    fn gives_away(coarse: &Veiled, fine: &Veiled, axis: Axis, measure: Measure) -> bool {
        let mut lines: HashMap<Key, (usize, usize, u64)> = HashMap::new();
        for (key, (figures, hidden)) in fine {
            let mut above = *key;
            above[axis as usize] = ANY;
            let line = lines.entry(above).or_default();
            line.0 += 1;
            if hidden.has(measure) {
                line.1 += 1;
                line.2 += figures.people(measure);
            }
        }
        lines.iter().any(|(above, (cells, hidden, people))| {
            let sum_is_shown = coarse.get(above).is_some_and(|(_, veil)| !veil.has(measure));
            // Where every cell is hidden, the line tells its sum and no more.
            sum_is_shown && *cells > *hidden && (*hidden == 1 || (*hidden > 0 && *people < FEWEST))
        })
    }

    proptest! {
        #[test]
        fn nothing_hidden_follows_from_a_sum(
            all in prop::collection::vec((0usize..4, 0usize..4, 0u64..12, 0u64..12), 1..30),
        ) {
            let divisions = ["440106", "440305", "440605", "441900"];
            let topics = ["ocean", "space", "plants", "health"];
            let happenings: Vec<_> = (0..)
                .zip(&all)
                .map(|(n, (d, t, came, away))| happening(n, divisions[*d], topics[*t], *came, *away))
                .collect();
            let cube = cube(&happenings);
            let axes = [Axis::Area, Axis::Topic];
            let tables = Tables::new(&cube, &axes);
            let fine = tables.along(&axes);
            let (areas, by_topic, total) =
                (tables.along(&[Axis::Area]), tables.along(&[Axis::Topic]), tables.along(&[]));
            for (figures, hidden) in fine.values().chain(areas.values()).chain(by_topic.values()) {
                for measure in Measure::ALL {
                    prop_assert!(hidden.has(*measure) || !(1..FEWEST).contains(&figures.people(*measure)));
                }
            }
            for measure in Measure::ALL {
                prop_assert!(!gives_away(&total, &areas, Axis::Area, *measure));
                prop_assert!(!gives_away(&total, &by_topic, Axis::Topic, *measure));
                prop_assert!(!gives_away(&areas, &fine, Axis::Topic, *measure));
                prop_assert!(!gives_away(&by_topic, &fine, Axis::Area, *measure));
            }
            let hidden = |by: [Dimension; 2]| {
                let answer = Question { by: by.to_vec(), veiled: true, ..Question::default() }.ask(&cube);
                let row = |line: Line| {
                    let mut values: Vec<String> = line.values.iter().map(|value| format!("{value:?}")).collect();
                    values.sort_unstable();
                    (values, line.hidden)
                };
                answer.rows.into_iter().map(row).collect::<HashMap<_, _>>()
            };
            let (one, other) = ([Dimension::Division, Dimension::Topic], [Dimension::Topic, Dimension::Division]);
            prop_assert_eq!(hidden(one), hidden(other), "whichever way it is asked for");
        }
    }
}
