//! What an authority puts first on the first screen of its division.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::divisions::Adcode;
use super::ids::EventId;
use super::invalid::{FieldCode, Invalid};
use super::kinds::Kind;
use super::record::{Noun, Reference};
use super::text::Text;

/// Kinds of thing that can come first.
pub const KINDS: [Kind; 6] =
    [Kind::Event, Kind::Base, Kind::Route, Kind::Series, Kind::Campaign, Kind::Resource];

/// How long a list may be. The first screen shows the first few that there is something to see of.
pub const MOST: usize = 20;

/// How many the first screen shows.
pub const SHOWN: usize = 5;

/// What an authority puts first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeaturedList {
    /// Where.
    pub adcode: Adcode,
    /// What, in order.
    pub items: Vec<Featured>,
}

/// A thing that comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Featured {
    /// What.
    #[serde(flatten)]
    pub thing: FeaturedThing,
    /// From when on; absent: at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// Until when, that instant not included; absent: as long as there is something to see of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DateTime<Utc>>,
}

/// A thing by kind and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeaturedThing {
    /// Its kind: one of [`KINDS`].
    pub kind: Kind,
    /// Its id.
    pub id: i64,
}

/// How it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    kind: String,
    id: EventId,
}

impl Serialize for FeaturedThing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Ids of every kind are written alike, so one kind speaks for all.
        let id = EventId::new(self.id).ok_or_else(|| serde::ser::Error::custom("an id is positive"))?;
        Written { kind: self.kind.name().to_owned(), id }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FeaturedThing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Written { kind, id } = Written::deserialize(deserializer)?;
        let kind = Kind::from_name(&kind).filter(|kind| KINDS.contains(kind));
        let kind = kind.ok_or_else(|| de::Error::custom("no kind that comes first"))?;
        Ok(Self { kind, id: id.get() })
    }
}

impl Featured {
    /// Whether it comes first at `now`.
    #[must_use]
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= now) && self.to.is_none_or(|to| now < to)
    }
}

impl Noun for FeaturedList {
    const KIND: Kind = Kind::Featured;

    fn check(&self, invalid: &mut Invalid) {
        if self.items.len() > MOST {
            return invalid.push("items", FieldCode::TooMany { max: MOST });
        }
        let mut seen = BTreeSet::new();
        for (i, item) in self.items.iter().enumerate() {
            if !seen.insert(item.thing) {
                invalid.push(format!("items[{i}]"), FieldCode::Repeated);
            }
            if item.from.zip(item.to).is_some_and(|(from, to)| to <= from) {
                invalid.inverted(format!("items[{i}].from"), "from", "to");
            }
        }
    }

    fn texts(&mut self, _: &mut dyn FnMut(&mut Text)) {}

    fn references(&self) -> Vec<Reference> {
        let items = self.items.iter().enumerate();
        let thing = |(i, item): (usize, &Featured)| {
            Reference::new(format!("items[{i}].id"), item.thing.kind, item.thing.id)
        };
        let division = Reference::new("adcode", Kind::Division, self.adcode.number());
        items.map(thing).chain([division]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back_from_the_store_and_names_its_things_by_their_ids() {
        let thing = FeaturedThing { kind: Kind::Base, id: 32 };
        let from = DateTime::from_timestamp(1_800_000_000, 0);
        let list = FeaturedList {
            adcode: "440100".parse().unwrap(),
            items: vec![Featured { thing, from, to: None }],
        };
        let written = serde_json::to_value(&list).unwrap();
        assert_eq!(
            (&written["items"][0]["kind"], &written["items"][0]["id"]),
            (&"base".into(), &"0000000000010".into())
        );
        assert_eq!(serde_json::from_value::<FeaturedList>(written).unwrap(), list);
    }

    #[test]
    fn a_thing_holds_from_its_first_instant_to_before_its_last() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let thing = FeaturedThing { kind: Kind::Event, id: 1 };
        let item = Featured { thing, from: Some(at(10)), to: Some(at(20)) };
        assert_eq!([9, 10, 19, 20].map(|second| item.holds(at(second))), [false, true, true, false]);
        assert!(Featured { thing, from: None, to: None }.holds(at(0)));
    }
}
