//! What can be corrected of a party when it is too late to cancel, or once the host has approved: how somebody is written,
//! not who comes. Otherwise seats that nobody can give back could be sold, and those who queue for them would wait in vain;
//! and whoever was approved could be anybody.
//!
//! Somebody stays who they are where few letters of their name change (a typo, another character that sounds alike, a
//! family name that was left out), and of their birth a digit at most. Whoever gave no name, or no birth, may give it once.
//! What was said first is kept, so that small steps lead to nobody else.

use chrono::{Datelike, NaiveDate};

use super::super::companions::normalised;
use super::super::ids::CompanionId;
use super::party::{Birth, Known, Member, PersonName};

/// Who of a party is in another no more.
pub fn left_out<'a>(before: &'a [Member], party: &[Member]) -> Vec<&'a Member> {
    compare(before, &mut party.to_vec()).1
}

/// Compares a party with what it was before: gives the places of those who are somebody else, and notes of the others
/// what they were called, and when they were said to be born, first.
pub fn correct(before: &[Member], party: &mut [Member]) -> Vec<usize> {
    compare(before, party).0
}

fn compare<'a>(before: &'a [Member], party: &mut [Member]) -> (Vec<usize>, Vec<&'a Member>) {
    let mut left: Vec<&Member> = before.iter().collect();
    let mut found = |member: &mut Member, same: fn(&Member, &Member) -> bool| {
        let Some(at) = left.iter().position(|one| same(one, member)) else { return false };
        let one = left.remove(at);
        let name = first_name(one);
        member.first_name = (*name != member.name && !is_nameless(one)).then(|| name.clone());
        member.first_birth = first_birth(one).filter(|birth| Some(*birth) != member.birth);
        true
    };
    // Those who are as they were come first: the typo of one never takes the place of another.
    let changed: Vec<usize> = (0..party.len()).filter(|at| !found(&mut party[*at], unchanged)).collect();
    let strangers = changed.into_iter().filter(|at| !found(&mut party[*at], corrected)).collect();
    (strangers, left)
}

fn first_name(member: &Member) -> &PersonName {
    member.first_name.as_ref().unwrap_or(&member.name)
}

fn first_birth(member: &Member) -> Option<Birth> {
    member.first_birth.or(member.birth)
}

/// Whether somebody signed up for themselves and is yet to say who they are.
fn is_nameless(member: &Member) -> bool {
    member.known == Some(Known::Myself) && first_name(member).expose().is_empty()
}

fn unchanged(before: &Member, after: &Member) -> bool {
    (before.known, before.role, before.birth, &before.name)
        == (after.known, after.role, after.birth, &after.name)
}

fn corrected(before: &Member, after: &Member) -> bool {
    let myself = [before, after].map(|member| member.known == Some(Known::Myself));
    before.role == after.role
        && myself[0] == myself[1]
        && (is_nameless(before) || alike(first_name(before).expose(), after.name.expose()))
        && first_birth(before).zip(after.birth).is_none_or(|(one, other)| near(one, other))
}

/// Writes into a party what is said of a companion now, and keeps what they were called first: `false`, and nothing is
/// written, if they would be somebody else.
pub fn rename(party: &mut [Member], companion: CompanionId, name: &PersonName, birth: Option<Birth>) -> bool {
    for member in party.iter_mut().filter(|member| member.known == Some(Known::Companion(companion))) {
        let first = first_name(member).clone();
        if !same_person(&first, name) {
            return false;
        }
        if member.name != *name {
            member.name = name.clone();
            member.first_name = Some(first);
        }
        member.birth = birth.or(member.birth);
    }
    true
}

/// Notes of companions who were in a party before what they were called first.
pub fn remember(before: &[Member], party: &mut [Member]) {
    for member in party.iter_mut().filter(|member| matches!(member.known, Some(Known::Companion(_)))) {
        let one = before.iter().find(|one| one.known == member.known);
        let renamed = one.filter(|one| one.first_name.is_some() || one.name != member.name);
        member.first_name = renamed.map(first_name).cloned();
    }
}

/// Whether one name is another way to write the other.
#[must_use]
pub fn same_person(one: &PersonName, other: &PersonName) -> bool {
    one == other || alike(one.expose(), other.expose())
}

/// Whether it is the same child, for whom a guardian has consented: the same companion, or one of the same birth whose name
/// is corrected at most. Brothers have names that are alike, and other birthdays.
pub fn same_child(before: &Member, after: &Member) -> bool {
    match (before.known, after.known) {
        (Some(Known::Companion(one)), Some(Known::Companion(other))) => one == other,
        _ => {
            before.birth.is_some()
                && before.birth == after.birth
                && alike(before.name.expose(), after.name.expose())
        }
    }
}

/// Whether two names differ in so few letters that nobody else is meant: one, or of a long name without Chinese characters
/// a fourth of them. Of a single letter none may.
fn alike(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|name| normalised(name).chars().collect::<Vec<_>>());
    let longer = one.len().max(other.len());
    let han = |letters: &[char]| {
        letters.iter().any(|letter| matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{20000}'..))
    };
    let few = match longer {
        0 => return false,
        1 => 0,
        _ if han(&one) || han(&other) => 1,
        _ => (longer / 4).max(1),
    };
    distance(&one, &other) <= few
}

/// How many letters are to be added, left out or exchanged to make one name of the other.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (done, letter) in one.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], done + 1);
        for (at, with) in other.iter().enumerate() {
            let exchanged = diagonal + usize::from(letter != with);
            diagonal = row[at + 1];
            row[at + 1] = exchanged.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[other.len()]
}

/// Whether one birth is the other with a slip: a year more or less, or one digit, but none that makes a decade.
fn near(one: Birth, other: Birth) -> bool {
    let year = |birth: Birth| match birth {
        Birth::Date(day) => day.year(),
        Birth::Year(year) => year,
    };
    let next = year(one).abs_diff(year(other)) <= 1;
    let slip = next || year(one).div_euclid(10) == year(other).div_euclid(10);
    let (Birth::Date(one), Birth::Date(other)) = (one, other) else { return slip };
    let digits = |day: NaiveDate| day.format("%Y%m%d").to_string();
    let changed = digits(one).chars().zip(digits(other).chars()).filter(|(one, other)| one != other).count();
    slip && (changed <= 1 || next && (one.month(), one.day()) == (other.month(), other.day()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::signups::party::Role;

    fn party(names: &[&str]) -> Vec<Member> {
        let member = |name: &&str| Member {
            name: (*name).into(),
            birth: None,
            role: Role::Attendee,
            known: None,
            first_name: None,
            first_birth: None,
        };
        names.iter().map(member).collect()
    }

    #[test]
    fn names_are_alike_where_few_letters_change() {
        for (one, other) in [
            ("陈小明", "陈晓明"),
            ("李华", "李桦"),
            ("Ann Lee", "Anne Lee"),
            ("小明", " 陈小明"),
            ("明", "明"),
            ("Katharina Maier", "Catharina Mayer"),
        ] {
            assert!(alike(one, other) && alike(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("陈小明", "王小红"),
            ("李华", "王明"),
            ("明", "华"),
            ("", ""),
            ("小明", "明小红"),
            ("陈小明王小红", "陈小明"),
            ("陈小明王红", "陈小明"),
            ("陈明王红", "陈明"),
            ("Li Hua", "Li Min"),
            ("Ann Lee, Bob Lee", "Ann Lee"),
        ] {
            assert!(!alike(one, other) && !alike(other, one), "{one} {other}");
        }
    }

    #[test]
    fn a_typo_is_corrected_and_somebody_else_is_told_by_their_place() {
        let before = party(&["陈小明", "陈大明", "李华"]);
        let mut same = party(&["李华", "陈小明", "陈大明"]);
        assert_eq!(correct(&before, &mut same), [0; 0], "in another order");
        assert!(same.iter().all(|member| member.first_name.is_none()));
        let mut corrected = party(&["陈小明", "陈晓明", "李华"]);
        assert_eq!(correct(&before, &mut corrected), [0; 0]);
        assert_eq!(corrected[1].first_name, Some("陈大明".into()));
        assert_eq!(correct(&before, &mut party(&["陈小明", "王五", "赵六"])), [1, 2]);
        assert_eq!(correct(&before, &mut party(&["陈小明", "陈小明"])), [0; 0], "who else was left out");
        let guardian = Member { role: Role::Guardian, ..before[2].clone() };
        assert_eq!(correct(&before, &mut [guardian]), [0], "a seat is no guardian's");
    }

    #[test]
    fn whoever_signs_up_for_themselves_is_named_once_and_stays_who_they_are() {
        let myself = |name: &str| [Member { known: Some(Known::Myself), ..party(&[name])[0].clone() }];
        assert_eq!(correct(&myself("陈兰"), &mut myself("王五")), [0]);
        let mut named = myself("陈兰");
        assert_eq!(correct(&myself(""), &mut named), [0; 0]);
        let mut typo = myself("陈岚");
        assert_eq!(correct(&named, &mut typo), [0; 0]);
        assert_eq!(correct(&named, &mut myself("王五")), [0], "once");
        assert_eq!(correct(&typo, &mut myself("王岚")), [0]);
        assert_eq!(correct(&named, &mut myself("")), [0], "nor is a name taken back to give another");
        assert_eq!(correct(&party(&[""]), &mut party(&["陈兰"])), [0], "a companion has a name");
    }

    #[test]
    fn of_a_birth_a_slip_is_corrected() {
        let date = |day: &str| Birth::Date(day.parse().unwrap());
        let year = Birth::Year;
        for (one, other) in [
            (year(1990), year(1989)),
            (year(1990), year(1996)),
            (date("2016-05-01"), year(2016)),
            (date("2016-05-01"), date("2016-05-31")),
            (date("2016-05-01"), date("2016-06-01")),
            (date("2019-12-31"), date("2020-12-31")),
        ] {
            assert!(near(one, other) && near(other, one));
        }
        for (one, other) in [
            (year(1990), year(1950)),
            (year(1990), year(2016)),
            (date("2016-05-01"), year(2018 + 2)),
            (date("2016-05-01"), date("2017-11-23")),
            (date("1990-05-01"), date("1950-05-01")),
        ] {
            assert!(!near(one, other) && !near(other, one));
        }
    }

    #[test]
    fn small_steps_lead_to_no_other_birth() {
        let born = |birth: Option<i32>| {
            [Member { birth: birth.map(Birth::Year), ..party(&["陈小明"])[0].clone() }]
        };
        assert_eq!(correct(&born(Some(1990)), &mut born(Some(1950))), [0]);
        let mut known = born(Some(1990));
        assert_eq!(correct(&born(None), &mut known), [0; 0], "said once");
        let mut second = born(Some(1989));
        assert_eq!(correct(&known, &mut second), [0; 0]);
        assert_eq!(correct(&second, &mut born(Some(1988))), [0]);
        let mut gone = born(None);
        assert_eq!(correct(&second, &mut gone), [0; 0]);
        assert_eq!(correct(&gone, &mut born(Some(1950))), [0]);
        assert_eq!(correct(&gone, &mut born(Some(1990))), [0; 0], "back again");
    }

    #[test]
    fn a_companion_is_renamed_into_nobody_else() {
        let id = CompanionId::from_slug("child");
        let mut standing = party(&["李华", "王明"]);
        standing[0].known = Some(Known::Companion(id));
        assert!(rename(&mut standing, id, &"李明".into(), Some(Birth::Year(2016))));
        assert_eq!((standing[0].name.expose(), standing[0].birth), ("李明", Some(Birth::Year(2016))));
        assert!(!rename(&mut standing, id, &"王明".into(), None), "in two steps");
        // Who names them anew in the party is no new start.
        let mut again = standing.clone();
        again[0].first_name = None;
        remember(&standing, &mut again);
        assert_eq!(again, standing);
        assert_eq!(standing[1], party(&["王明"])[0], "others are as they were");
    }

    #[test]
    fn who_is_left_out_is_told() {
        let before = party(&["陈小明", "陈大明", "李华"]);
        assert_eq!(left_out(&before, &party(&["李华", "陈晓明"])), [&before[1]]);
        assert!(left_out(&before, &before).is_empty());
    }

    #[test]
    fn small_steps_lead_to_nobody_else() {
        let mut first = party(&["李华"]);
        let mut second = party(&["李明"]);
        assert_eq!(correct(&first, &mut second), [0; 0]);
        assert_eq!(correct(&second, &mut party(&["王明"])), [0]);
        assert_eq!(correct(&second, &mut first), [0; 0], "back again");
        assert_eq!(first[0].first_name, None, "as at first");
    }
}
