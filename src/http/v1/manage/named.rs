//! References to other things: ids, as public answers give them with a name.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Schema, Type};

use crate::domain::invalid::{FieldCode, Invalid};

/// Another thing: its id, or an object that has it, as public answers name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named(pub String);

impl Named {
    /// The id that is meant.
    pub fn id<T: FromStr>(&self, field: &str, kind: &'static str, invalid: &mut Invalid) -> Option<T> {
        let id = self.0.parse().ok();
        if id.is_none() {
            invalid.push(field, FieldCode::NoSuch { kind });
        }
        id
    }
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Named;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id, or an object with one")
            }

            fn visit_str<E: de::Error>(self, id: &str) -> Result<Named, E> {
                Ok(Named(id.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Named, A::Error> {
                let mut id = None;
                while let Some(field) = fields.next_key::<String>()? {
                    match field.as_str() {
                        "id" => id = Some(fields.next_value()?),
                        "name" => drop(fields.next_value::<String>()?),
                        _ => {
                            fields.next_value::<IgnoredAny>()?;
                            return Err(de::Error::unknown_field(&field, &["id", "name"]));
                        }
                    }
                }
                id.map(Named).ok_or_else(|| de::Error::missing_field("id"))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// The schema of [`Named`], spelled out where it stands.
#[expect(deprecated, reason = "the document's other examples are `example` too")]
pub fn named() -> Schema {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let object = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("id", text())
        .property("name", text())
        .required("id")
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    let either = OneOfBuilder::new()
        .item(text())
        .item(object)
        .description(Some("Its id, or an object that has it; a `name` beside it is not looked at."))
        .example(Some("01h2x7m9k4qpz".into()));
    Schema::OneOf(either.build())
}
