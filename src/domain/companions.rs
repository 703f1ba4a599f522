//! Companions: whom a person brings along, mostly the family. Signing one up takes an id instead of typing a child's name
//! again.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use icu_normalizer::ComposingNormalizerBorrowed;

use super::consents::Consent;
use super::ids::CompanionId;
use super::invalid::{Invalid, is_unseen, picks_a_form};
use super::sealing::Vault;
use super::signups::party::{Birth, LONGEST_NAME, PersonName};
use super::text::Simplified;

/// How many companions a person can have: more than a family, less than a class.
pub const MOST: usize = 20;

/// The earliest year in which anybody was born who comes.
const EARLIEST: i32 = 1900;

/// What a companion is to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Relation {
    /// A son or daughter.
    Child,
    /// A grandson or granddaughter.
    Grandchild,
    /// Husband or wife.
    Spouse,
    /// Father or mother.
    Parent,
    /// Grandfather or grandmother.
    Grandparent,
    /// Brother or sister.
    Sibling,
    /// Somebody else.
    Other,
}

/// Whom a person brings along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    /// Their name.
    pub name: PersonName,
    /// When they were born, if it was said.
    pub birth: Option<Birth>,
    /// What they are to the person, if it was said.
    pub relation: Option<Relation>,
}

/// A companion, as a person has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: CompanionId,
    /// Counts changes from 1.
    pub version: i64,
    /// Who it is.
    pub companion: Companion,
    /// The consent of a guardian that stands, if there is one.
    pub consent: Option<Consent>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

impl Companion {
    /// Adds what is wrong with it.
    pub fn check(&self, today: NaiveDate, invalid: &mut Invalid) {
        invalid.name("name", self.name.expose(), LONGEST_NAME);
        let first = NaiveDate::from_ymd_opt(EARLIEST, 1, 1).unwrap_or(NaiveDate::MIN);
        match self.birth {
            Some(Birth::Date(date)) => invalid.range("birthDate", date, first, today),
            Some(Birth::Year(year)) => invalid.range("birthYear", year, EARLIEST, today.year()),
            None => {}
        }
    }

    /// Who this is, whoever entered them; see [`who`].
    #[must_use]
    pub fn who(&self, vault: &Vault) -> Option<String> {
        match self.birth {
            Some(Birth::Date(date)) => Some(who(vault, &self.name, date)),
            _ => None,
        }
    }
}

/// Who somebody is, whoever entered them: a pseudonym of name and birth date, by which one child that father and mother
/// both sign up is one. Two children of one name and one birthday are one too, so it is asked for within a session only.
#[must_use]
pub fn who(vault: &Vault, name: &PersonName, born: NaiveDate) -> String {
    vault.blind("who", &format!("{born} {}", normalised(name.expose())))
}

/// A name without what differs from one phone to the next, or can be made to: blanks, the points between parts, what is not
/// seen, other forms of one letter, case, and traditional characters.
pub(super) fn normalised(name: &str) -> String {
    /// Without its dictionaries, which are part of the binary, names are told apart by their characters.
    static SIMPLIFIED: LazyLock<Option<Simplified>> = LazyLock::new(|| Simplified::new().ok());
    let point = |c: char| matches!(c, '·' | '•' | '・' | '‧' | '∙' | '.' | '-' | '\'' | '’');
    let letters: String = ComposingNormalizerBorrowed::new_nfkc()
        .normalize(name)
        .chars()
        .filter(|&c| !c.is_whitespace() && !point(c) && !is_unseen(c) && !picks_a_form(c))
        .flat_map(char::to_lowercase)
        .collect();
    match &*SIMPLIFIED {
        Some(simplified) if !letters.is_ascii() => simplified.convert(&letters),
        _ => letters,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::ids::SystemRandom;
    use crate::domain::sealing::{DataKey, Keyring, Pseudonyms};

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn vault() -> Vault {
        let key = DataKey::fresh(&SystemRandom);
        let ring = Keyring::new(vec![DataKey::parse(&key).unwrap()]).unwrap();
        Vault::new(Arc::new(ring), Arc::new(Pseudonyms::parse(&key).unwrap()), Arc::new(SystemRandom))
    }

    #[test]
    fn nobody_is_born_tomorrow_or_too_long_ago() {
        let today = day(2026, 11, 25);
        let wrong = |birth: Birth| {
            let mut invalid = Invalid::default();
            Companion { name: "陈小明".into(), birth: Some(birth), relation: None }
                .check(today, &mut invalid);
            invalid.0.iter().map(|error| format!("{} {}", error.field, error.code.wire())).collect::<Vec<_>>()
        };
        for birth in [Birth::Date(today), Birth::Date(day(1900, 1, 1)), Birth::Year(2026), Birth::Year(1900)]
        {
            assert!(wrong(birth).is_empty());
        }
        for date in [day(2026, 11, 26), day(1899, 12, 31)] {
            assert_eq!(wrong(Birth::Date(date)), ["birthDate outOfRange"]);
        }
        for year in [2027, 1899] {
            assert_eq!(wrong(Birth::Year(year)), ["birthYear outOfRange"]);
        }
    }

    #[test]
    fn one_child_is_one_whoever_enters_it() {
        let vault = vault();
        let born = day(2015, 6, 1);
        let who = |name: &str, born| who(&vault, &PersonName::from(name), born);
        for (one, same) in [
            ("陈小明", " 陈 小明"),
            ("陈小明", "陳小明"),
            ("陈小明", "陈\u{200b}小\u{2060}明\u{feff}"),
            ("陈小明", "陈小明\u{fe00}"),
            ("陈小女", "陈小\u{2f25}"),
            ("阿依古丽·买买提", "阿依古丽•买买提"),
            ("Ann Lee", "ａｎｎ　lee"),
            ("José", "Jose\u{301}"),
        ] {
            assert_eq!(who(one, born), who(same, born), "{one}");
        }
        assert_ne!(who("陈小明", born), who("陈小月", born));
        assert_ne!(who("陈小明", born), who("陈小明", day(2015, 6, 2)));
    }

    #[test]
    fn without_a_birth_date_nobody_knows_who_it_is() {
        let companion = |birth| Companion { name: "陈小明".into(), birth, relation: None };
        assert!(companion(Some(Birth::Date(day(2015, 6, 1)))).who(&vault()).is_some());
        assert!(companion(Some(Birth::Year(2015))).who(&vault()).is_none());
        assert!(companion(None).who(&vault()).is_none());
    }

    #[test]
    fn neither_name_nor_birth_is_printed() {
        let born = Some(Birth::Date(day(2015, 6, 1)));
        let printed = format!("{:?}", Companion { name: "陈小明".into(), birth: born, relation: None });
        assert!(!printed.contains("陈") && !printed.contains("2015"), "{printed}");
    }
}
