//! From a JSON value to a type, and if that fails, where and why in the words of [`FieldCode`].
//!
//! serde asks an error type for the kinds of failure it knows; here each becomes a code, and gets its path on the way
//! up. A failure ends the reading; fields that a type does not know are taken out and told together with the first other
//! thing that is wrong. Which fields a type lacks beside the first it does not tell.

use std::fmt;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess,
    SeqAccess, VariantAccess, Visitor,
};
use serde_json::{Map, Value};

use crate::domain::invalid::{Expected, FieldCode, FieldError, Invalid};
use crate::domain::nearest::nearest;

/// What stands for the whole body where no field of it is to blame.
const BODY: &str = "$";

/// The longest part of a wrong word that is repeated to its author, in characters.
const QUOTED: usize = 40;

/// The most unknown fields that are told at once.
const MOST_UNKNOWN: usize = 20;

/// Reads a value as a type.
pub(super) fn read<T: DeserializeOwned>(mut value: Value) -> Result<T, Invalid> {
    let mut wrong = Vec::new();
    loop {
        let Wrong(mut error) = match T::deserialize(Strict(value.clone())) {
            Ok(read) if wrong.is_empty() => return Ok(read),
            Ok(_) => return Err(Invalid(wrong)),
            Err(error) => error,
        };
        let unknown = matches!(error.code, FieldCode::Unknown { .. });
        let taken_out = unknown && wrong.len() < MOST_UNKNOWN && take_out(&mut value, &error.field);
        if error.field.is_empty() {
            error.field.push_str(BODY);
        }
        wrong.push(error);
        if !taken_out {
            return Err(Invalid(wrong));
        }
    }
}

/// Takes the field of this path out of a value; `false` if there is none: a name may hold what parts paths, or be longer
/// than what is repeated of it.
fn take_out(value: &mut Value, path: &str) -> bool {
    let (outer, field) = path.rsplit_once('.').unwrap_or(("", path));
    let mut steps = outer.split(['.', '[']).filter(|step| !step.is_empty());
    let within =
        steps.try_fold(value, |within, step| match step.strip_suffix(']').map(str::parse::<usize>) {
            Some(Ok(at)) => within.get_mut(at),
            _ => within.get_mut(step),
        });
    within.and_then(Value::as_object_mut).is_some_and(|fields| fields.remove(field).is_some())
}

/// What is wrong; its path begins where reading stands.
#[derive(Debug)]
struct Wrong(FieldError);

impl Wrong {
    fn here(code: FieldCode) -> Self {
        Self(FieldError::new("", code))
    }

    fn not(expected: Expected) -> Self {
        Self::here(FieldCode::Malformed(expected))
    }

    /// The same, seen from the object or list that `step` leads out of.
    fn within(mut self, step: &str) -> Self {
        let inner = &self.0.field;
        let dot = if inner.is_empty() || inner.starts_with('[') { "" } else { "." };
        self.0.field = format!("{step}{dot}{inner}");
        self
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.field, self.0.code.wire())
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    /// Types of the floors below say in English what they want; the document says it to everybody.
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::not(Expected::AsDocumented)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::here(FieldCode::Missing).within(field)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let nearest = nearest(field, expected.iter().copied()).map(str::to_owned);
        Self::here(FieldCode::Unknown { nearest }).within(&quoted(field))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let allowed = expected.iter().map(|&word| word.to_owned()).collect();
        Self::here(FieldCode::NotAllowed { value: quoted(variant), allowed })
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::here(FieldCode::Repeated).within(field)
    }
}

fn quoted(text: &str) -> String {
    text.chars().take(QUOTED).collect()
}

/// A value that reads itself only as what it is.
struct Strict(Value);

impl Strict {
    /// The code for a value that is not what was expected.
    fn instead(&self, expected: FieldCode) -> Wrong {
        Wrong::here(if self.0.is_null() { FieldCode::Empty } else { expected })
    }
}

/// Methods that want a whole number.
macro_rules! integers {
    ($($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            match &self.0 {
                Value::Number(number) if !number.is_f64() => self.deserialize_any(visitor),
                _ => Err(self.instead(FieldCode::NotAnInteger)),
            }
        }
    )+};
}

/// Methods that want one kind of value.
macro_rules! only {
    ($($method:ident: $pattern:pat => $expected:expr;)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            match &self.0 {
                $pattern => self.deserialize_any(visitor),
                _ => Err(self.instead($expected)),
            }
        }
    )+};
}

impl<'de> Deserializer<'de> for Strict {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Value::Null => Err(Wrong::here(FieldCode::Empty)),
            Value::Bool(is) => visitor.visit_bool(is),
            Value::Number(number) => number.deserialize_any(visitor).map_err(number_of_another_range),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items { items: items.into_iter(), at: 0 }),
            Value::Object(fields) => visitor.visit_map(Fields { fields: fields.into_iter(), next: None }),
        }
    }

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    only! {
        deserialize_bool: Value::Bool(_) => FieldCode::Malformed(Expected::Boolean);
        deserialize_f32: Value::Number(_) => FieldCode::NotANumber;
        deserialize_f64: Value::Number(_) => FieldCode::NotANumber;
        deserialize_char: Value::String(_) => FieldCode::Malformed(Expected::Text);
        deserialize_str: Value::String(_) => FieldCode::Malformed(Expected::Text);
        deserialize_string: Value::String(_) => FieldCode::Malformed(Expected::Text);
        deserialize_identifier: Value::String(_) => FieldCode::Malformed(Expected::Text);
        deserialize_seq: Value::Array(_) => FieldCode::Malformed(Expected::List);
        deserialize_map: Value::Object(_) => FieldCode::Malformed(Expected::Object);
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.0.is_null() { Err(Wrong::here(FieldCode::Empty)) } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.deserialize_map(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match self.0 {
            Value::String(word) => visitor.visit_enum(word.into_deserializer()),
            Value::Object(fields) if fields.len() == 1 => visitor.visit_enum(Variant(fields)),
            _ => Err(self.instead(FieldCode::Malformed(Expected::AsDocumented))),
        }
    }

    /// What a type does not know is not passed over.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Wrong> {
        Err(Wrong::here(FieldCode::Unknown { nearest: None }))
    }

    serde::forward_to_deserialize_any! { bytes byte_buf unit unit_struct }
}

/// A number that its type cannot hold.
fn number_of_another_range(_: serde_json::Error) -> Wrong {
    Wrong::not(Expected::AsDocumented)
}

/// The items of a list.
struct Items {
    items: std::vec::IntoIter<Value>,
    at: usize,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let at = self.at;
        self.at += 1;
        seed.deserialize(Strict(item)).map(Some).map_err(|wrong| wrong.within(&format!("[{at}]")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The fields of an object.
struct Fields {
    fields: serde_json::map::IntoIter,
    next: Option<(String, Value)>,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        let Some((name, value)) = self.fields.next() else { return Ok(None) };
        let key = seed.deserialize(name.as_str().into_deserializer())?;
        self.next = Some((name, value));
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let (name, value) = self.next.take().unwrap_or_default();
        seed.deserialize(Strict(value)).map_err(|wrong| wrong.within(&quoted(&name)))
    }
}

/// An enum's variant with what it holds: an object of one field.
struct Variant(Map<String, Value>);

impl<'de> EnumAccess<'de> for Variant {
    type Error = Wrong;
    type Variant = Held;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Held), Wrong> {
        let (name, value) = self.0.into_iter().next().unwrap_or_default();
        let variant = seed.deserialize(name.as_str().into_deserializer())?;
        Ok((variant, Held { name, value }))
    }
}

/// What a variant holds.
struct Held {
    name: String,
    value: Value,
}

impl<'de> VariantAccess<'de> for Held {
    type Error = Wrong;

    fn unit_variant(self) -> Result<(), Wrong> {
        Err(Wrong::not(Expected::Text))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Wrong> {
        seed.deserialize(Strict(self.value)).map_err(|wrong| wrong.within(&self.name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Wrong> {
        Strict(self.value).deserialize_seq(visitor).map_err(|wrong| wrong.within(&self.name))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        Strict(self.value).deserialize_map(visitor).map_err(|wrong| wrong.within(&self.name))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::domain::ids::EventId;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "read and not looked at")]
    struct Party {
        event: EventId,
        participants: Vec<Participant>,
        note: Option<String>,
        #[serde(default)]
        wait: bool,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "read and not looked at")]
    struct Participant {
        name: String,
        birth_year: Option<u16>,
        role: Option<Role>,
        share: Option<f64>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "read and not looked at")]
    enum Role {
        Attendee,
        Other(u8),
    }

    /// A sound party with one thing changed.
    fn with(path: &str, value: Value) -> Value {
        let id = EventId::from_slug("a");
        let mut party = json!({ "event": id, "participants": [{ "name": "a" }, { "name": "b" }] });
        let (at, field) = path.rsplit_once('/').unwrap();
        party.pointer_mut(at).unwrap().as_object_mut().unwrap().insert(field.to_owned(), value);
        party
    }

    fn wrong(value: Value) -> String {
        let told = value.to_string();
        let Invalid(errors) = read::<Party>(value).expect_err(&told);
        let [error] = errors.as_slice() else { panic!("{errors:?}") };
        format!("{} {}", error.field, error.code.wire())
    }

    #[test]
    fn a_sound_body_is_read() {
        for (path, value) in [
            ("/note", json!("x")),
            ("/wait", json!(true)),
            ("/participants/0/birthYear", json!(2015)),
            ("/participants/0/role", json!("attendee")),
            ("/participants/0/role", json!({ "other": 1 })),
            ("/participants/0/share", json!(1)),
        ] {
            assert!(read::<Party>(with(path, value.clone())).is_ok(), "{path} {value}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_path() {
        for (path, value, told) in [
            ("/notes", json!("x"), "notes unknown"),
            ("/participants/1/nmae", json!("x"), "participants[1].nmae unknown"),
            ("/note", json!(null), "note empty"),
            ("/wait", json!(null), "wait empty"),
            ("/wait", json!("true"), "wait malformed"),
            ("/event", json!("x"), "event malformed"),
            ("/event", json!(1), "event malformed"),
            ("/participants", json!({}), "participants malformed"),
            ("/participants", json!([null]), "participants[0] empty"),
            ("/participants", json!([{ "name": "a" }, "b"]), "participants[1] malformed"),
            ("/participants", json!([{ "birthYear": 1 }]), "participants[0].name missing"),
            ("/participants/0/birthYear", json!("2015"), "participants[0].birthYear notAnInteger"),
            ("/participants/0/birthYear", json!(2015.5), "participants[0].birthYear notAnInteger"),
            ("/participants/0/birthYear", json!(-1), "participants[0].birthYear malformed"),
            ("/participants/0/birthYear", json!(null), "participants[0].birthYear empty"),
            ("/participants/0/share", json!("1"), "participants[0].share notANumber"),
            ("/participants/0/role", json!("boss"), "participants[0].role notAllowed"),
            ("/participants/0/role", json!({ "other": "x" }), "participants[0].role.other notAnInteger"),
            ("/participants/0/role", json!(7), "participants[0].role malformed"),
        ] {
            assert_eq!(wrong(with(path, value.clone())), told, "{path} {value}");
        }
        assert_eq!(wrong(json!({})), "event missing");
        for value in [json!([]), json!("x"), json!(1)] {
            assert_eq!(wrong(value), "$ malformed");
        }
        assert_eq!(wrong(json!(null)), "$ empty");
    }

    #[test]
    fn all_unknown_fields_are_told_with_the_first_other_thing_that_is_wrong() {
        let id = EventId::from_slug("a");
        let told = |value: Value| {
            let Invalid(errors) = read::<Party>(value).unwrap_err();
            errors.iter().map(|error| format!("{} {}", error.field, error.code.wire())).collect::<Vec<_>>()
        };
        let party =
            json!({ "event": id, "participants": [{ "name": "a" }, { "name": "b" }], "notes": 1, "id": 2 });
        let mut unknown = told(party.clone());
        unknown.sort();
        assert_eq!(unknown, ["id unknown", "notes unknown"]);
        let mut wrong = party;
        wrong["wait"] = json!("x");
        assert_eq!(told(wrong).last().unwrap(), "wait malformed");
        let dotted = json!({ "event": id, "participants": [], "a.b": 1 });
        assert_eq!(told(dotted), ["a.b unknown"]);
        let many: Map<String, Value> = (0..50).map(|n| (format!("x{n}"), json!(n))).collect();
        assert_eq!(told(Value::Object(many)).len(), 21);
    }

    #[test]
    fn a_long_word_is_not_repeated_whole() {
        let told = read::<Party>(with("/participants/0/role", json!("x".repeat(5000)))).unwrap_err();
        assert!(told.to_string().len() < 500);
    }
}
