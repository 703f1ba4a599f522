//! Words: how texts are cut into the words they are found by, and how the words of a question are read.
//!
//! - [`Dictionary`] never changes while the process runs: it folds a text (case, width, traditional characters),
//!   cuts it into words, and says how they sound. Texts are cut into every word of the dictionary that stands in
//!   them, overlapping ones too, so that whatever way a question is cut, its words are among those of a text that
//!   contains it.
//! - [`Lexicon`] holds the words that the catalogue has at present, counted, in the order of writing and of sound.
//! - [`Asked`] is a question read against both: groups of words, of each of which one must be found.
//! - [`Names`] are what things are called, found by their beginning while somebody types, in characters, pinyin
//!   or initials.
//! - [`resembles`] says whether a name is nearly what was asked.
//!
//! [`Lexicon`] and [`Names`] are copied on write in small pieces ([`store`]), so a snapshot of the catalogue can
//! share them with the one before.

mod alike;
mod asked;
mod dictionary;
mod fold;
mod haystack;
mod lexicon;
mod names;
mod readings;
mod store;

pub use alike::resembles;
pub use asked::{Asked, Fit, Group, Manner};
pub use dictionary::Dictionary;
pub use haystack::{Field, Haystack};
pub use lexicon::{Lexicon, WordId};
pub use names::{Form, Match, Names};

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap, HashSet};

    use proptest::prelude::*;

    use super::*;
    use crate::domain::text::Traditional;

    /// The names of the bases, divisions, series, routes, campaigns and events that Kepu comes with.
    fn seeds() -> Vec<String> {
        let files = [
            include_str!("../../../seeds/bases.json"),
            include_str!("../../../seeds/divisions.json"),
            include_str!("../../../seeds/series.json"),
            include_str!("../../../seeds/routes.json"),
            include_str!("../../../seeds/campaigns.json"),
            include_str!("../../../seeds/events.json"),
        ];
        let mut names = BTreeSet::new();
        for file in files {
            let file: serde_json::Value = serde_json::from_str(file).unwrap();
            for item in file["items"].as_array().unwrap() {
                let name = item.get("name").or(item.get("title")).unwrap();
                names.insert(name["zh-CN"].as_str().unwrap().to_owned());
            }
        }
        names.into_iter().collect()
    }

    /// Names with the postings of their words, as the index of the read model has them.
    struct Shelf {
        dictionary: Dictionary,
        lexicon: Lexicon,
        names: Vec<String>,
        folded: Vec<String>,
        postings: HashMap<WordId, HashSet<usize>>,
    }

    impl Shelf {
        fn of(names: Vec<String>) -> Self {
            let dictionary = Dictionary::new().unwrap();
            let (mut lexicon, mut postings) = (Lexicon::default(), HashMap::<WordId, HashSet<usize>>::new());
            for (at, name) in names.iter().enumerate() {
                let mut take = |word: &str| {
                    postings.entry(lexicon.take(&dictionary, word)).or_default().insert(at);
                };
                dictionary.words(name, &mut take);
                dictionary.characters(name, &mut take);
            }
            let folded = names.iter().map(|name| dictionary.fold(name)).collect();
            Self { dictionary, lexicon, names, folded, postings }
        }

        fn read(&self, question: &str, manner: Manner) -> Asked {
            Asked::read(&self.dictionary, &self.lexicon, question, manner)
        }

        /// The names that have all groups; those that resemble the question where a relaxed reading has none.
        fn find(&self, question: &str, manner: Manner) -> Vec<usize> {
            let asked = self.read(question, manner);
            let has = |group: &Group, at: usize| group.any.iter().any(|(id, _)| self.postings[id].contains(&at));
            let all = 0..self.names.len();
            let found: Vec<usize> =
                all.clone().filter(|at| !asked.groups.is_empty() && asked.groups.iter().all(|g| has(g, *at))).collect();
            if found.is_empty() && manner == Manner::Relaxed {
                return all.filter(|at| resembles(&asked.folded, &self.folded[*at]).is_some()).collect();
            }
            found
        }

        /// As the read model asks: first as it stands, then relaxed.
        fn search(&self, question: &str) -> Vec<usize> {
            let found = self.find(question, Manner::Plain);
            if found.is_empty() { self.find(question, Manner::Relaxed) } else { found }
        }
    }

    /// The names that are not found by what `ask` makes of them.
    fn missed(shelf: &Shelf, ask: impl Fn(&str) -> Option<String>) -> (usize, Vec<String>) {
        let mut asked = 0;
        let mut missed = Vec::new();
        let mut noise = 0;
        for (at, name) in shelf.names.iter().enumerate() {
            let Some(question) = ask(name) else { continue };
            asked += 1;
            let found = shelf.search(&question);
            noise += found.len();
            if !found.contains(&at) {
                missed.push(format!("{name} <- {question} {:?}", shelf.read(&question, Manner::Relaxed).groups.iter().map(|g| (g.text.clone(), g.any.len())).collect::<Vec<_>>()));
            }
        }
        println!("asked {asked}, missed {}, found {noise}: {:#?}", missed.len(), &missed[..missed.len().min(12)]);
        (asked, missed)
    }

    fn han(name: &str) -> Vec<(usize, char)> {
        name.char_indices().filter(|(_, c)| fold::is_han(*c)).collect()
    }

    #[test]
    fn rates() {
        let shelf = Shelf::of(seeds());
        let traditional = Traditional::new().unwrap();
        println!("full");
        missed(&shelf, |name| Some(name.to_owned()));
        println!("traditional");
        missed(&shelf, |name| Some(traditional.convert(name)));
        println!("pinyin");
        missed(&shelf, |name| { let f = shelf.dictionary.fold(name); shelf.dictionary.sound(&f) });
        println!("removed");
        missed(&shelf, |name| { let chars = han(name); (chars.len() >= 4).then(|| { let (at, c) = chars[chars.len() / 2]; [&name[..at], &name[at + c.len_utf8()..]].concat() }) });
        println!("homophone");
        let mut by_sound: HashMap<String, Vec<char>> = HashMap::new();
        for c in '\u{4e00}'..='\u{9fa5}' {
            if let Some(sound) = shelf.dictionary.sound(&c.to_string()) { by_sound.entry(sound).or_default().push(c); }
        }
        missed(&shelf, |name| { let chars = han(name); (chars.len() >= 3).then(|| { let (at, c) = chars[chars.len() / 2];
            let other = by_sound[&shelf.dictionary.sound(&c.to_string()).unwrap()].iter().find(|o| **o != c)?;
            Some([&name[..at], &other.to_string(), &name[at + c.len_utf8()..]].concat()) })? });
        println!("half typed");
        let mut m = 0; let mut n = 0;
        for (at, name) in shelf.names.iter().enumerate() {
            for end in 2..=name.chars().count() {
                let q: String = name.chars().take(end).collect();
                n += 1;
                if !shelf.find(&q, Manner::Typing).contains(&at) { m += 1; if m < 30 { println!("{q} {:?}", shelf.read(&q, Manner::Typing).groups.iter().map(|g| (g.text.clone(), g.any.len())).collect::<Vec<_>>()); } }
            }
        }
        println!("half typed {n} missed {m}");
        let mut names = Names::default();
        for (at, name) in shelf.names.iter().enumerate() { names.insert(&shelf.dictionary, name, at); }
        let mut m = 0; let mut n = 0;
        for (at, name) in shelf.names.iter().enumerate() {
            let f = shelf.dictionary.fold(name);
            if !f.chars().all(fold::is_han) { continue }
            let initials: String = shelf.dictionary.readings.of(&f).map(|s| s.unwrap().chars().next().unwrap()).collect();
            n += 1;
            if !names.find(&shelf.dictionary, &initials, 10).iter().any(|(found, _)| *found == at) { m += 1; println!("{name} {initials}"); }
        }
        println!("initials {n} missed {m}");
        for q in ["gdkxzx", "gzkxg", "kxzx", "tianhe", "th", "广州", "科学中心", "canton"] {
            println!("{q}: {:?}", names.find(&shelf.dictionary, q, 6).into_iter().map(|(at, m)| (&shelf.names[at], m)).collect::<Vec<_>>());
        }
        for q in ["tianwen 讲座", "tianwenguan", "guangdongkexuezhongxin", "gzkxg", "科学中", "tianw", "tian wen guan", "鸟", "观鸟活动", "有什么好玩的恐龙展", "canton towr", "科学技术馆", "tianwengaun", "恐龙动物园", "博物管", "5g", "zhongguokexueyuan"] {
            for manner in [Manner::Plain, Manner::Typing, Manner::Relaxed] {
                let a = shelf.read(q, manner);
                println!("{q} {manner:?}: {:?} {}", a.groups.iter().map(|g| (g.text.as_str(), g.any.len(), g.any.iter().take(5).map(|(id, f)| (shelf.lexicon.text(*id), *f)).collect::<Vec<_>>())).collect::<Vec<_>>(), shelf.find(q, manner).len());
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_stumble(text in any::<String>(), question in any::<String>(), mixed in "[天文馆a-z的 了.·0-9]{0,60}") {
            thread_local!(static SHELF: Shelf = Shelf::of(vec!["广州塔".into(), "天文馆 tian".into()]));
            SHELF.with(|shelf| {
                for text in [&text, &question, &mixed] {
                    for manner in [Manner::Plain, Manner::Typing, Manner::Relaxed] {
                        shelf.read(text, manner);
                    }
                    let mut names = Names::default();
                    names.insert(&shelf.dictionary, text, 0);
                    names.find(&shelf.dictionary, &question, 10);
                    assert!(names.remove(&shelf.dictionary, text, &0) || shelf.dictionary.fold(text).is_empty());
                    resembles(&shelf.dictionary.fold(text), &shelf.dictionary.fold(&question));
                }
            });
        }
    }
}
