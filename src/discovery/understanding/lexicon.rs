//! The tables, compiled: what a text begins with, the longest word first.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::days::{Day, Hours};
use super::table::{self, words};
use crate::discovery::divisions::Divisions;
use crate::discovery::taxonomy::Taxonomy;
use crate::domain::divisions::{Adcode, Division};
use crate::domain::taxonomy::AUDIENCE;
use crate::domain::time::When;

/// What a word means.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// A parameter and its value.
    Filter(&'static str, Arc<str>),
    /// A division, or several of one name.
    Place {
        /// Which.
        codes: Arc<[Adcode]>,
        /// Whether it is a word too, and needs a division around it to be sure.
        weak: bool,
        /// Whether its ending (市, 区 …) was left off, so that it may begin another name.
        bare: bool,
    },
    /// Days, perhaps only hours of one.
    Day(Day, Option<Hours>),
    /// Hours of a day that was named before.
    Hours(Hours),
    /// Around the place before it, or around the caller.
    Around,
    /// Around the place after it.
    Near,
    /// Around the caller.
    NearMe,
    /// A word of asking.
    Asking,
    /// A word that fits everything.
    General,
    /// A character between others.
    Glue,
    /// Nothing but itself.
    Plain,
}

/// All words with their meanings. Made once for a set of divisions and terms.
#[derive(Debug, Clone, Default)]
pub struct Lexicon(HashMap<char, Vec<(Box<str>, Meaning)>>);

impl Lexicon {
    /// The tables, with the names of these divisions and audiences.
    pub fn new(divisions: &Divisions, taxonomy: &Taxonomy) -> Self {
        let mut lexicon = Self::default();
        for (word, meaning) in fixed().chain(weekdays()).chain(audiences(taxonomy)).chain(places(divisions)) {
            lexicon.add(&word, meaning);
        }
        // A word that has a meaning and is listed as plain too keeps its meaning: what is plain is longer.
        table::PLAIN.iter().flat_map(|list| words(list)).for_each(|word| lexicon.add(word, Meaning::Plain));
        for words in lexicon.0.values_mut() {
            words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        lexicon
    }

    /// The first meaning given to a word stays.
    fn add(&mut self, word: &str, meaning: Meaning) {
        let Some(first) = word.chars().next() else { return };
        let held = self.0.entry(first).or_default();
        if held.iter().all(|(other, _)| **other != *word) {
            held.push((word.into(), meaning));
        }
    }

    /// The words that the folded `text` begins with, the longest first, each with its length in characters.
    pub(super) fn at<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, &'a Meaning)> {
        let held = text.chars().next().and_then(|first| self.0.get(&first));
        let fits = held.into_iter().flatten().filter(|(word, _)| text.starts_with(&**word));
        fits.map(|(word, meaning)| (word.chars().count(), meaning))
    }
}

fn fixed() -> impl Iterator<Item = (String, Meaning)> {
    let all = |list, meaning: Meaning| words(list).map(move |word| (word.to_owned(), meaning.clone()));
    let filters = table::FILTERS
        .iter()
        .flat_map(move |(param, value, list)| all(list, Meaning::Filter(param, (*value).into())));
    let days = table::DAYS.iter().flat_map(move |(day, list)| all(list, Meaning::Day(*day, None)));
    let hours = table::HOURS.iter().flat_map(move |(hours, list)| all(list, Meaning::Hours(*hours)));
    let lists = [
        (table::TONIGHT, Meaning::Day(Day::Named(When::Today), Some(Hours(18, 24)))),
        (table::AROUND, Meaning::Around),
        (table::NEAR, Meaning::Near),
        (table::NEAR_ME, Meaning::NearMe),
        (table::ASKING, Meaning::Asking),
        (table::GENERAL, Meaning::General),
        (table::GLUE, Meaning::Glue),
    ];
    let lists = lists.into_iter().flat_map(move |(list, meaning)| all(list, meaning));
    filters.chain(days).chain(hours).chain(lists)
}

fn weekdays() -> impl Iterator<Item = (String, Meaning)> {
    table::WEEKDAYS.iter().flat_map(|(weekday, chinese, english)| {
        let mean = |weeks| Meaning::Day(Day::Weekday(*weekday, weeks), None);
        let chinese = table::WEEKS.iter().flat_map(move |(weeks, starts)| {
            let both = words(starts).flat_map(|start| words(chinese).map(move |end| format!("{start}{end}")));
            both.map(move |word| (word, mean(*weeks)))
        });
        let english = [("", None), ("on ", None), ("this ", Some(0)), ("next ", Some(1))]
            .map(|(before, weeks)| (format!("{before}{english}"), mean(weeks)));
        chinese.chain(english)
    })
}

fn audiences(taxonomy: &Taxonomy) -> impl Iterator<Item = (String, Meaning)> {
    let listed = table::AUDIENCES.iter().flat_map(|(codes, list)| {
        let known: Vec<&str> =
            codes.iter().copied().filter(|code| taxonomy.get(AUDIENCE, code).is_some()).collect();
        let value: Arc<str> = known.join(",").into();
        let list = (!known.is_empty()).then_some(*list);
        let listed = list.into_iter().flat_map(words);
        listed.map(move |word| (word.to_owned(), Meaning::Filter(AUDIENCE, Arc::clone(&value))))
    });
    let terms = taxonomy.terms(AUDIENCE).map(|term| &term.body).flat_map(|term| {
        let names = [Some(&term.name.zh_cn), term.name.en.as_ref()];
        names
            .into_iter()
            .flatten()
            .map(|name| (name.to_lowercase(), Meaning::Filter(AUDIENCE, term.code.as_str().into())))
    });
    listed.chain(terms.collect::<Vec<_>>())
}

/// The names of divisions: whole, without their ending where two characters are left, in English, and by nickname.
fn places(divisions: &Divisions) -> impl Iterator<Item = (String, Meaning)> {
    let mut named: BTreeMap<String, (Vec<Adcode>, bool)> = BTreeMap::new();
    let mut name = |name: &str, division: &Division, bare: bool| {
        if name.chars().nth(1).is_some() {
            let held = named.entry(name.to_owned()).or_insert((Vec::new(), bare));
            if !held.0.contains(&division.adcode) {
                held.0.push(division.adcode);
            }
        }
    };
    for division in divisions.iter() {
        name(&division.name.zh_cn, division, false);
        name(short(&division.name.zh_cn), division, true);
        if let Some(english) = &division.name.en {
            let english = english.to_lowercase();
            name(&english, division, false);
            name(english.trim_end_matches(" district").trim_end_matches(" county"), division, true);
        }
        let code = division.adcode.to_string();
        let nicknames = table::DIVISION_NICKNAMES.iter().filter(|(of, _)| **of == code);
        nicknames.flat_map(|(_, names)| words(names)).for_each(|nickname| name(nickname, division, true));
    }
    named.into_iter().map(|(name, (codes, bare))| {
        let weak = words(table::WEAK_DIVISIONS).any(|weak| weak == name);
        (name, Meaning::Place { codes: codes.into(), weak, bare })
    })
}

/// A division's name without what says its kind: 广州, 天河, 乳源, 香港.
fn short(name: &str) -> &str {
    let peoples = ["瑶族", "壮族"];
    if let Some(rest) = name.strip_suffix("自治县") {
        return peoples
            .iter()
            .fold(rest, |rest, people| rest.trim_end_matches(people))
            .trim_end_matches(peoples[0]);
    }
    let kinds = ["特别行政区", "省", "市", "区", "县", "镇"];
    kinds.iter().find_map(|kind| name.strip_suffix(kind)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_a_divisions_kind_is_left_off() {
        for (name, expected) in [
            ("广州市", "广州"),
            ("香港特别行政区", "香港"),
            ("乳源瑶族自治县", "乳源"),
            ("连山壮族瑶族自治县", "连山"),
            ("城区", "城"),
        ] {
            assert_eq!(short(name), expected);
        }
    }

    #[test]
    fn no_word_of_the_tables_is_listed_with_two_meanings() {
        let mut seen = BTreeMap::new();
        for (word, meaning) in fixed().chain(weekdays()) {
            if let Some(other) = seen.insert(word.clone(), meaning.clone()) {
                assert_eq!(other, meaning, "{word}");
            }
        }
        for (word, meaning) in &seen {
            let plain = table::PLAIN.iter().flat_map(|list| words(list)).any(|plain| plain == word);
            assert!(!plain, "{word} is plain and {meaning:?}");
            assert_eq!(*word, word.to_lowercase(), "words are folded");
        }
    }
}
