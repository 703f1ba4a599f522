//! Bodies that were read and are sent back.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::Value;

/// A body of which the answer says more than its author does: that may stay in what is sent back, where it is not looked at;
/// whatever else is not known is refused as ever.
pub trait Answered {
    /// What only the answer says: what it does of everything that organisations write, if nothing else is said.
    const ANSWERED: &'static [&'static str] = &THING;
}

/// What the answer about a thing that organisations write says and its author does not.
const THING: [&str; 11] = [
    "campaigns",
    "id",
    "organiser",
    "publication",
    "review",
    "updatedAt",
    "problems",
    "warnings",
    "status",
    "nextStart",
    "sessionCount",
];

/// A body as it was read, with some of it changed.
#[derive(Debug)]
pub struct Returned<T>(pub T);

impl<'de, T: Deserialize<'de> + Answered> Deserialize<'de> for Returned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader(PhantomData)).map(Self)
    }
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Answered> Visitor<'de> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(Said { fields, answered: T::ANSWERED }))
    }
}

/// The fields that an author says.
struct Said<A> {
    fields: A,
    answered: &'static [&'static str],
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Said<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(field) = self.fields.next_key::<String>()? {
            if !self.answered.contains(&field.as_str()) {
                let field: de::value::StringDeserializer<A::Error> = field.into_deserializer();
                return seed.deserialize(field).map(Some);
            }
            // Strict bodies refuse whatever is ignored, so it is read.
            self.fields.next_value::<Value>()?;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.fields.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Changed {
        version: i64,
    }

    impl Answered for Changed {}

    #[test]
    fn what_only_answers_say_is_passed_over_and_nothing_else() {
        let from_value = |body| crate::http::json::of_value::<Returned<Changed>>(body);
        let Returned(Changed { version }) =
            from_value(json!({ "id": "x", "version": 3, "review": { "state": "draft" } })).unwrap();
        assert_eq!(version, 3);
        assert!(from_value(json!({ "version": 3, "reviews": {} })).is_err());
        assert!(from_value(json!({ "id": "x" })).is_err());
    }
}
