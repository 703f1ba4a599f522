//! Whether a name is nearly what was asked: for questions whose words are not found.

use super::fold::{Run, runs};

/// The longest question and name that are compared, in characters.
const LONGEST: usize = 128;

/// How well a name fits a question that was mistyped, 1 to 1,000; `None` where it doesn't. Both are folded. Of fewer
/// than eight characters one may be wrong, missing or too much, of more than that two; the others must stand in the
/// name in the order of the question, and in questions of four or fewer also together. A word in letters counts as
/// one character.
pub fn resembles(question: &str, name: &str) -> Option<u32> {
    let (asked, given) = (units(question), units(name));
    let slips = slips(asked.len());
    let common = common(&asked, &given);
    if asked.is_empty() || common == 0 || common + slips < asked.len() {
        return None;
    }
    let apart = apart(&asked, &given);
    if asked.len() <= 4 && apart > slips {
        return None;
    }
    let n = asked.len();
    let fit = 400 * common / n + 500 * (n - apart.min(n)) / n + 100 * n / n.max(given.len());
    Some(u32::try_from(fit.max(1)).unwrap_or(1))
}

/// How many of the characters of a question may be wrong.
fn slips(characters: usize) -> usize {
    match characters {
        0..=2 => 0,
        3..=7 => 1,
        _ => 2,
    }
}

/// Chinese characters one by one, words in letters whole.
fn units(folded: &str) -> Vec<&str> {
    let mut units = Vec::new();
    for run in runs(folded) {
        match run {
            Run::Han(run) => units.extend(run.char_indices().map(|(at, c)| &run[at..at + c.len_utf8()])),
            Run::Other(word) => units.push(word),
        }
    }
    units.truncate(LONGEST);
    units
}

/// The length of the longest common subsequence.
fn common(a: &[&str], b: &[&str]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for from in a {
        let mut diagonal = 0;
        for (at, to) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if from == to { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[b.len()]
}

/// The fewest characters to change, add or take away to make `a` a part of `b`.
fn apart(a: &[&str], b: &[&str]) -> usize {
    // The part may begin anywhere, hence the row of zeros.
    let mut row = vec![0; b.len() + 1];
    for from in a {
        let mut diagonal = row[0];
        row[0] += 1;
        for (at, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row.into_iter().min().unwrap_or(a.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_still_resembles_and_two_do_not() {
        for (question, name, alike) in [
            ("广东科学中心", "广东科学中心", true),
            ("广东科技中心", "广东科学中心", true),
            ("广东科中心", "广东科学中心", true),
            ("广东省科学中心", "广东科学中心", true),
            ("光州塔", "广州塔", true),
            ("广塔", "广州塔", false),
            ("广州塔", "广西的州与水塔", false),
            ("东莞植物园", "深圳植物园", false),
            ("深圳市科学技术协绘", "深圳市科学技术协会", true),
            ("深训市科学技术协绘", "深圳市科学技术协会", true),
            ("深训士科学技术协绘", "深圳市科学技术协会", false),
            ("canton tower", "canton tower", true),
            ("", "广州塔", false),
            ("广州塔", "", false),
        ] {
            assert_eq!(resembles(question, name).is_some(), alike, "{question} {name}");
        }
    }

    #[test]
    fn what_fits_better_counts_more() {
        let of = |name| resembles("广东科学中心", name).unwrap();
        assert_eq!(of("广东科学中心"), 1000);
        assert!(of("广东科学中心开放日") > of("广东科普中心"));
        assert!(of("广东科普中心") > of("广东的科学与文化中"));
    }
}
