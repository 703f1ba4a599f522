//! JSON in which every name of an object stands once. Of a name that stands twice one reader takes the first and another
//! the last, so that what was checked and what is kept could be two things.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// A value of whatever shape.
pub(super) struct Single(pub(super) Value);

impl<'de> Deserialize<'de> for Single {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Single(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some((name, Single(value))) = fields.next_entry::<String, _>()? {
            if all.insert(name, value).is_some() {
                return Err(de::Error::custom("a name stands twice"));
            }
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<Value> {
        serde_json::from_str(text).ok().map(|Single(value)| value)
    }

    #[test]
    fn a_name_stands_once_in_each_object() {
        assert!(read(r#"{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}"#).is_some());
        for doubled in [
            r#"{"a":1,"a":1}"#,
            r#"{"b":{"a":1,"a":2}}"#,
            r#"[{"a":1,"c":0,"a":2}]"#,
            r#"{"a":1,"\u0061":2}"#,
        ] {
            assert!(serde_json::from_str::<Value>(doubled).is_ok() && read(doubled).is_none(), "{doubled}");
        }
    }

    #[test]
    fn all_else_is_read_as_it_is_written() {
        let all = r#"{"b":[1,-1,1.5,1e300,18446744073709551615,-9223372036854775808],"a":[true,false,null,"","\u0000馆"]}"#;
        assert_eq!(read(all), serde_json::from_str(all).ok());
        assert_eq!(
            read(all).map(|value| value.to_string()),
            serde_json::from_str::<Value>(all).ok().map(|value| value.to_string())
        );
    }

    proptest! {
        #[test]
        fn whatever_is_no_json_is_none_here(text in "[\\[\\]{}:,\"a01.e-]{0,24}") {
            let plain: Option<Value> = serde_json::from_str(&text).ok();
            if plain.is_none() {
                prop_assert_eq!(read(&text), None);
            } else if let Some(read) = read(&text) {
                prop_assert_eq!(Some(read), plain);
            }
        }
    }
}
