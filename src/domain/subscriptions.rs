//! Subscriptions: what a person wants to be told of when it is published.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::{PersonId, SubscriptionId};

/// How many subscriptions a person has at most.
pub const MOST: usize = 20;

/// The longest name of a subscription, in characters.
pub const LONGEST_NAME: usize = 30;

/// A question in the words of the list of events: names of its parameters, each with its value as a query has it. It may
/// say where somebody lives and how old their children are, so it is never printed.
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Filter(pub Vec<(String, String)>);

impl Filter {
    /// The same without one of its parameters; `None` if it has not got that one.
    #[must_use]
    pub fn without(&self, name: &str) -> Option<Self> {
        let rest: Vec<_> = self.0.iter().filter(|(own, _)| own != name).cloned().collect();
        (rest.len() < self.0.len()).then_some(Self(rest))
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filter(***)")
    }
}

/// What is asked for, and what the person calls it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// What the person calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is asked for.
    pub filter: Filter,
}

impl fmt::Debug for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wish(***)")
    }
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Whose it is.
    pub person: PersonId,
    /// What they want to be told of.
    pub wish: Wish,
    /// Counts changes.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_not_printed_and_comes_back_from_the_store() {
        let filter =
            Filter(vec![("lat".to_owned(), "23.107".to_owned()), ("q".to_owned(), "天文".to_owned())]);
        let wish = Wish { name: Some("给小明".to_owned()), filter };
        let printed = format!("{wish:?} {:?}", wish.filter);
        assert!(
            !printed.contains("小明") && !printed.contains("23.107") && !printed.contains("天文"),
            "{printed}"
        );
        let stored = serde_json::to_string(&wish).unwrap();
        assert_eq!(serde_json::from_str::<Wish>(&stored).unwrap(), wish);
        assert_eq!(wish.filter.without("q").unwrap().0.len(), 1);
        assert_eq!(wish.filter.without("topic"), None);
    }
}
