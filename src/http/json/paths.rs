//! Whether a path leads to a field that a body of a type can have: the type itself is asked, by reading from it what only
//! the path tells.

use std::fmt;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};

use crate::domain::invalid::FieldCode;
use crate::domain::nearest::nearest;

/// Whether `path` (`place.address`, `speakers[0].name.zh-CN`) is one of a body of the type.
///
/// # Errors
/// [`FieldCode::NamesNoField`], with the name that was perhaps meant.
pub fn known<T: DeserializeOwned>(path: &str) -> Result<(), FieldCode> {
    if path.starts_with('.') {
        return Err(FieldCode::NamesNoField { name: path.to_owned(), nearest: None });
    }
    match T::deserialize(Step { left: path }) {
        Err(End::Unknown { nearest }) => Err(FieldCode::NamesNoField { name: path.to_owned(), nearest }),
        // What a type makes of a field once it has found it does not matter.
        Ok(_) | Err(End::Found) => Ok(()),
    }
}

/// How following a path ends: a type can be read only to where the path ends, so that each end is an error to it.
#[derive(Debug)]
enum End {
    Found,
    Unknown { nearest: Option<String> },
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::Found) { "found" } else { "unknown" })
    }
}

impl std::error::Error for End {}

impl de::Error for End {
    /// A type that reads no object, or no list, where the path goes on.
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Unknown { nearest: None }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::Unknown { nearest: nearest(field, expected.iter().copied()).map(str::to_owned) }
    }
}

/// Where on the path a type is asked.
#[derive(Clone, Copy)]
struct Step<'a> {
    left: &'a str,
}

impl<'a> Step<'a> {
    /// The field that the path names next, and what is left of it.
    fn field(self) -> Option<(&'a str, Self)> {
        let left = self.left.strip_prefix('.').unwrap_or(self.left);
        let end = left.find(['.', '[']).unwrap_or(left.len());
        let (field, left) = left.split_at_checked(end)?;
        (!field.is_empty()).then_some((field, Self { left }))
    }

    /// What is left behind the place in a list that the path names next.
    fn item(self) -> Option<Self> {
        let (place, left) = self.left.strip_prefix('[')?.split_once(']')?;
        let number =
            !place.is_empty() && place.len() <= 4 && place.bytes().all(|digit| digit.is_ascii_digit());
        (number && (left.is_empty() || left.starts_with(['.', '[']))).then_some(Self { left })
    }
}

macro_rules! leaves {
    ($($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, End> {
            Err(if self.left.is_empty() { End::Found } else { End::Unknown { nearest: None } })
        }
    )+};
}

impl<'de> Deserializer<'de> for Step<'_> {
    type Error = End;

    leaves! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32
        deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_bytes
        deserialize_byte_buf deserialize_unit deserialize_identifier
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, End> {
        if self.left.is_empty() {
            Err(End::Found)
        } else if self.left.starts_with('[') {
            self.deserialize_seq(visitor)
        } else {
            self.deserialize_map(visitor)
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, End> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, End> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, End> {
        if self.left.is_empty() {
            return Err(End::Found);
        }
        match self.item() {
            Some(inner) => visitor.visit_seq(Alone(Some(inner))),
            None => Err(End::Unknown { nearest: None }),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, End> {
        if self.left.is_empty() {
            return Err(End::Found);
        }
        match self.field() {
            Some((field, inner)) => visitor.visit_map(Field { name: Some(field), inner }),
            None => Err(End::Unknown { nearest: None }),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, End> {
        self.deserialize_map(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, End> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, End> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, End> {
        self.deserialize_str(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, End> {
        self.deserialize_unit(visitor)
    }

    /// What a type passes over is no field of it.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, End> {
        Err(End::Unknown { nearest: None })
    }
}

/// A list of which the path names one item.
struct Alone<'a>(Option<Step<'a>>);

impl<'de> SeqAccess<'de> for Alone<'_> {
    type Error = End;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, End> {
        self.0.take().map(|item| seed.deserialize(item)).transpose()
    }
}

/// An object of which the path names one field.
struct Field<'a> {
    name: Option<&'a str>,
    inner: Step<'a>,
}

impl<'de> MapAccess<'de> for Field<'_> {
    type Error = End;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, End> {
        let Some(name) = self.name.take() else { return Ok(None) };
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, End> {
        seed.deserialize(self.inner)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "asked and never read")]
    struct Party {
        age_min: Option<u8>,
        place: Option<Place>,
        #[serde(default)]
        speakers: Vec<Speaker>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "asked and never read")]
    struct Place {
        lat: f64,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "asked and never read")]
    struct Speaker {
        name: crate::http::v1::manage::words::Words,
    }

    #[test]
    fn a_path_is_known_as_far_as_the_type_goes() {
        for path in [
            "ageMin",
            "place",
            "place.lat",
            "speakers",
            "speakers[0]",
            "speakers[12].name",
            "speakers[0].name.en",
        ] {
            assert_eq!(known::<Party>(path), Ok(()), "{path}");
        }
        for path in [
            "agemin",
            "ages.min",
            "ageMin.x",
            "ageMin[0]",
            "place.lng",
            "place.lat.x",
            "place[0]",
            "speakers.name",
            "speakers[x]",
            "speakers[0]name",
            ".place",
            "speakers[0].nmae",
            "speakers[0].name.fr",
            "",
            ".",
            "[0]",
            "nosuch",
            "place..lat",
            "地址",
        ] {
            let told = known::<Party>(path);
            let whole = path.is_empty();
            assert!(whole || matches!(told, Err(FieldCode::NamesNoField { .. })), "{path}: {told:?}");
        }
        let meant = FieldCode::NamesNoField { name: "agemin".to_owned(), nearest: Some("ageMin".to_owned()) };
        assert_eq!(known::<Party>("agemin"), Err(meant));
    }
}
