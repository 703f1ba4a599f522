//! Facets: how many items there are under each code.

use chrono::NaiveDate;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use kepu::domain::divisions::Adcode;

use crate::oracle::ground::GROUND;
use crate::oracle::questions::Question;

/// Items by code.
#[derive(Debug, Default)]
pub struct Counts(BTreeMap<String, u64>);

impl Counts {
    /// Counts an item once under each of its codes.
    pub fn add(&mut self, codes: impl IntoIterator<Item = String>) {
        let codes: BTreeSet<_> = codes.into_iter().collect();
        codes.into_iter().for_each(|code| *self.0.entry(code).or_default() += 1);
    }

    /// As they are answered: the most first, then by code; days in order.
    pub fn lines(self) -> Vec<String> {
        let mut counts: Vec<_> = self.0.into_iter().collect();
        if !counts.iter().all(|(code, _)| code.parse::<NaiveDate>().is_ok()) {
            counts.sort_by_key(|(code, count)| (Reverse(*count), code.clone()));
        }
        counts.into_iter().map(|(code, count)| format!("{code}: {count}")).collect()
    }
}

/// Below which children of the division asked for some places lie. Without one, divisions that have no parent stand
/// in for it, and one of them that has no children for itself.
pub fn divisions(question: &Question, places: impl Iterator<Item = Adcode>) -> Vec<String> {
    let codes = match question.get("adcode") {
        Some(code) => GROUND.children(Some(code.parse().unwrap())),
        None => {
            let tops = GROUND.children(None).into_iter().map(|top| (top, GROUND.children(Some(top))));
            tops.flat_map(|(top, children)| if children.is_empty() { vec![top] } else { children }).collect()
        }
    };
    let places: Vec<_> = places.collect();
    let holds = |code: &Adcode| places.iter().any(|place| GROUND.within(*place, *code));
    codes.into_iter().filter(holds).map(|code| code.to_string()).collect()
}
