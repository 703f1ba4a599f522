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
pub(super) mod store;

pub use alike::{resembles, slips};
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
            let has =
                |group: &Group, at: usize| group.any.iter().any(|(id, _)| self.postings[id].contains(&at));
            let all = 0..self.names.len();
            let found: Vec<usize> = all
                .clone()
                .filter(|at| !asked.groups.is_empty() && asked.groups.iter().all(|g| has(g, *at)))
                .collect();
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

    thread_local!(static SHELF: Shelf = Shelf::of(seeds()));

    /// The names that are not found by what `ask` makes of them, and how many were asked for.
    fn missed(shelf: &Shelf, ask: impl Fn(&str) -> Option<String>) -> (Vec<String>, usize) {
        let questions: Vec<(usize, String)> =
            shelf.names.iter().enumerate().filter_map(|(at, name)| Some((at, ask(name)?))).collect();
        let lost = questions.iter().filter(|(at, question)| !shelf.search(question).contains(at));
        let lost: Vec<String> =
            lost.map(|(at, question)| format!("{}: {question}", shelf.names[*at])).collect();
        println!("{} of {} not found", lost.len(), questions.len());
        (lost, questions.len())
    }

    /// `name` with the Chinese character in its middle changed, if it has `least` of them.
    fn changed(name: &str, least: usize, change: impl Fn(char) -> Option<String>) -> Option<String> {
        let han: Vec<(usize, char)> = name.char_indices().filter(|(_, c)| fold::is_han(*c)).collect();
        let (at, c) = *han.get(han.len() / 2).filter(|_| han.len() >= least)?;
        Some([&name[..at], &change(c)?, &name[at + c.len_utf8()..]].concat())
    }

    #[test]
    fn every_name_is_found_by_itself_and_in_traditional_characters() {
        let traditional = Traditional::new().unwrap();
        SHELF.with(|shelf| {
            assert_eq!(missed(shelf, |name| Some(name.to_owned())).0, [""; 0]);
            assert_eq!(missed(shelf, |name| Some(traditional.convert(name))).0, [""; 0]);
        });
    }

    #[test]
    fn names_are_found_in_pinyin() {
        SHELF.with(|shelf| {
            let (missed, asked) = missed(shelf, |name| shelf.dictionary.sound(&shelf.dictionary.fold(name)));
            // Letters can be parted in several ways, and the likeliest is not always the one meant.
            assert!(asked > 400 && missed.len() * 50 <= asked, "{missed:#?}");
        });
    }

    #[test]
    fn names_are_found_with_one_character_missing_or_wrong() {
        let mut by_sound: HashMap<String, Vec<char>> = HashMap::new();
        SHELF.with(|shelf| {
            let sound = |c: char| shelf.dictionary.sound(&c.to_string());
            for c in '\u{4e00}'..='\u{9fa5}' {
                by_sound.entry(sound(c).unwrap_or_default()).or_default().push(c);
            }
            let (lost, asked) = missed(shelf, |name| changed(name, 4, |_| Some(String::new())));
            assert!(asked > 500 && lost.len() * 200 <= asked, "{lost:#?}");
            let homophone = |c| by_sound[&sound(c)?].iter().find(|other| **other != c).map(char::to_string);
            let (lost, asked) = missed(shelf, |name| changed(name, 3, homophone));
            assert!(asked > 600 && lost.len() * 200 <= asked, "{lost:#?}");
        });
    }

    #[test]
    fn names_are_found_while_they_are_typed() {
        SHELF.with(|shelf| {
            let (mut asked, mut lost) = (0, Vec::new());
            for (at, name) in shelf.names.iter().enumerate() {
                for end in 2..=name.chars().count() {
                    let typed: String = name.chars().take(end).collect();
                    asked += 1;
                    if !shelf.find(&typed, Manner::Typing).contains(&at) {
                        lost.push(typed);
                    }
                }
            }
            println!("{} of {asked} not found", lost.len());
            assert!(lost.len() * 500 <= asked, "{lost:?}");
        });
    }

    #[test]
    fn names_are_found_by_their_initials() {
        SHELF.with(|shelf| {
            let mut names = Names::default();
            for (at, name) in shelf.names.iter().enumerate() {
                names.insert(&shelf.dictionary, name, at);
            }
            for (at, name) in shelf.names.iter().enumerate() {
                let folded = shelf.dictionary.fold(name);
                if folded.chars().all(fold::is_han) {
                    let syllables = shelf.dictionary.readings.of(&folded).flatten();
                    let initials: String = syllables.filter_map(|syllable| syllable.chars().next()).collect();
                    let found = names.find(&shelf.dictionary, &initials, 10);
                    assert!(found.iter().any(|(found, _)| *found == at), "{name} {initials}");
                }
            }
            let first = |question| {
                names.find(&shelf.dictionary, question, 1).first().map(|(at, _)| shelf.names[*at].as_str())
            };
            for (question, name) in [
                ("gdkxzx", "广东科学中心"),
                ("廣東科學中", "广东科学中心"),
                ("tianhe", "天河区"),
                ("panyu", "番禺区"),
                ("changlongye", "长隆野生动物世界"),
            ] {
                assert_eq!(first(question), Some(name), "{question}");
            }
            assert!(names.remove(
                &shelf.dictionary,
                "广东科学中心",
                &shelf.names.iter().position(|n| n == "广东科学中心").unwrap()
            ));
            assert_ne!(
                names.find(&shelf.dictionary, "gdkxzx", 1).first().map(|(at, _)| &shelf.names[*at][..]),
                Some("广东科学中心")
            );
        });
    }

    #[test]
    fn questions_are_read_as_people_mean_them() {
        let shelf = Shelf::of(
            [
                "天文馆科普讲座",
                "恐龙特展",
                "观鸟入门课",
                "Canton Tower by night",
                "5G 体验",
                "银河系漫游",
                "博物馆之夜",
            ]
            .map(str::to_owned)
            .into(),
        );
        let found = |question, manner| {
            let found = shelf.find(question, manner);
            found.iter().map(|at| shelf.names[*at].as_str()).collect::<Vec<_>>()
        };
        for (question, name) in [
            ("tianwen 讲座", "天文馆科普讲座"),
            ("tian wen guan", "天文馆科普讲座"),
            ("tianwenguanjiangzuo", "天文馆科普讲座"),
            ("有什么好玩的恐龙展", "恐龙特展"),
            ("鸟", "观鸟入门课"),
            ("观鸟活动", "观鸟入门课"),
            ("canton tower", "Canton Tower by night"),
            ("５Ｇ", "5G 体验"),
        ] {
            assert_eq!(found(question, Manner::Plain), [name], "{question}");
        }
        for (question, name) in [
            ("tianw", "天文馆科普讲座"),
            ("天文馆科", "天文馆科普讲座"),
            ("恐", "恐龙特展"),
            ("cant", "Canton Tower by night"),
        ] {
            assert_eq!(found(question, Manner::Typing), [name], "{question}");
        }
        for (question, name) in [
            ("cantn towre", "Canton Tower by night"),
            ("天问馆", "天文馆科普讲座"),
            ("tianwenguna", "天文馆科普讲座"),
            ("博物管", "博物馆之夜"),
        ] {
            assert_eq!(found(question, Manner::Plain), [""; 0], "{question}");
            assert_eq!(found(question, Manner::Relaxed), [name], "{question}");
        }
        assert!(shelf.read("量子通信", Manner::Plain).is_hopeless());
        assert!(!shelf.read("天文", Manner::Plain).is_hopeless());
        assert_eq!(shelf.read("的 了", Manner::Plain).characters(), ['的', '了']);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_stumble(text in any::<String>(), question in any::<String>(), mixed in "[天文馆a-z的 了.·0-9]{0,60}") {
            thread_local!(static FEW: Shelf = Shelf::of(vec!["广州塔".into(), "天文馆 tian".into()]));
            FEW.with(|shelf| {
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
