//! What can still be corrected of a party when it is too late to cancel: how somebody is written, not who comes. Otherwise
//! seats that nobody can give back could be sold, and those who queue for them would wait in vain.
//!
//! Somebody stays who they are where at least half of the letters of their name stay, in their order: a typo, another
//! character that sounds alike, a given name in full. What the name was when it became too late is kept, so that small
//! steps lead to nobody else.

use super::super::companions::normalised;
use super::super::ids::CompanionId;
use super::party::{Birth, Known, Member, PersonName};

/// Who of a party is in another no more.
pub fn left_out<'a>(before: &'a [Member], party: &[Member]) -> Vec<&'a Member> {
    compare(before, &mut party.to_vec()).1
}

/// Compares a party with what it was before: gives the places of those who are somebody else, and notes of the others
/// what they were called first.
pub fn correct(before: &[Member], party: &mut [Member]) -> Vec<usize> {
    compare(before, party).0
}

fn compare<'a>(before: &'a [Member], party: &mut [Member]) -> (Vec<usize>, Vec<&'a Member>) {
    let mut left: Vec<&Member> = before.iter().collect();
    let mut found = |member: &mut Member, same: fn(&Member, &Member) -> bool| {
        let Some(at) = left.iter().position(|one| same(one, member)) else { return false };
        let one = left.remove(at);
        if one.first_name.is_some() || one.name != member.name {
            member.first_name = Some(first_name(one).clone());
        }
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

fn unchanged(before: &Member, after: &Member) -> bool {
    (before.known, before.role, &before.name) == (after.known, after.role, &after.name)
}

fn corrected(before: &Member, after: &Member) -> bool {
    let myself = [before, after].map(|member| member.known == Some(Known::Myself));
    before.role == after.role
        && myself[0] == myself[1]
        && (myself[0] || alike(first_name(before).expose(), after.name.expose()))
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

/// Whether at least half of the letters of the longer name are in both, in their order.
fn alike(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|name| normalised(name).chars().collect::<Vec<_>>());
    let mut common = vec![0; other.len() + 1];
    for letter in &one {
        let mut diagonal = 0;
        for (at, with) in other.iter().enumerate() {
            let above = common[at + 1];
            common[at + 1] = if letter == with { diagonal + 1 } else { above.max(common[at]) };
            diagonal = above;
        }
    }
    let kept = common.last().copied().unwrap_or_default();
    kept > 0 && 2 * kept >= one.len().max(other.len())
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
        };
        names.iter().map(member).collect()
    }

    #[test]
    fn names_are_alike_where_half_of_the_letters_stay() {
        for (one, other) in
            [("陈小明", "陈晓明"), ("李华", "李桦"), ("Ann Lee", "Anne Lee"), ("小明", " 陈小明")]
        {
            assert!(alike(one, other) && alike(other, one), "{one} {other}");
        }
        for (one, other) in
            [("陈小明", "王小红"), ("李华", "王明"), ("明", "华"), ("", ""), ("小明", "明小红")]
        {
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
        assert_eq!(first[0].first_name, Some("李华".into()));
    }
}
