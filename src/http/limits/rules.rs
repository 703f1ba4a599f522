//! The limits in force: those of the table, but for what configuration changes.

use std::str::FromStr;

use super::classes::CLASSES;
use crate::domain::limits::Limit;

/// The limits of a class in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// From one network.
    pub network: Option<Limit>,
    /// From one account.
    pub account: Option<Limit>,
}

/// The limits of all classes. Written as changes to the table, separated by commas:
/// `login.network=1200/60, signups.account=off`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules([Bounds; CLASSES.len()]);

/// A text that changes no limit of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a change of a limit is CLASS.network=COUNT/SECONDS, CLASS.account=COUNT/SECONDS, or off")]
pub struct NoSuchLimit;

impl Rules {
    /// The limits of the class with this index in [`CLASSES`].
    #[must_use]
    pub fn of(&self, index: usize) -> Bounds {
        self.0[index]
    }

    fn change(&mut self, change: &str) -> Option<()> {
        let (name, limit) = change.split_once('=')?;
        let (class, scope) = name.trim().split_once('.')?;
        let index = CLASSES.iter().position(|known| known.name == class)?;
        let bounds = &mut self.0[index];
        let slot = match scope {
            "network" => &mut bounds.network,
            "account" => &mut bounds.account,
            _ => return None,
        };
        // What the table does not count, nobody would find counted.
        slot.as_ref()?;
        *slot = if limit.trim() == "off" { None } else { Some(limit.parse().ok()?) };
        Some(())
    }
}

impl Default for Rules {
    fn default() -> Self {
        let of = |index: usize| {
            let class = &CLASSES[index];
            Bounds { network: class.network, account: class.account }
        };
        Self(std::array::from_fn(of))
    }
}

impl FromStr for Rules {
    type Err = NoSuchLimit;

    fn from_str(text: &str) -> Result<Self, NoSuchLimit> {
        let mut rules = Self::default();
        for change in text.split(',').filter(|change| !change.trim().is_empty()) {
            rules.change(change).ok_or(NoSuchLimit)?;
        }
        Ok(rules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(rules: &str, class: &str) -> Bounds {
        let index = CLASSES.iter().position(|known| known.name == class).unwrap();
        rules.parse::<Rules>().unwrap().of(index)
    }

    #[test]
    fn changes_change_what_they_name_and_leave_the_rest() {
        let table = Rules::default();
        assert_eq!("".parse(), Ok(table.clone()));
        let rules = "login.network=5/10, signups.account=off";
        assert_eq!(bounds(rules, "login").network, Limit::new(5, 10));
        assert_eq!(bounds(rules, "signups").account, None);
        assert_eq!(bounds(rules, "signups").network, bounds("", "signups").network);
        assert_eq!(bounds(rules, "writes"), bounds("", "writes"));
    }

    #[test]
    fn what_names_no_limit_is_refused() {
        for wrong in [
            "on",
            "login=5/10",
            "logins.network=5/10",
            "login.person=5/10",
            "login.network=5",
            "reads.account=5/10",
        ] {
            assert_eq!(wrong.parse::<Rules>(), Err(NoSuchLimit), "{wrong}");
        }
    }
}
