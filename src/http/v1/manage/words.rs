//! Texts as authors write them: in simplified Chinese alone, or with their translations.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, ArrayItems, ObjectBuilder, OneOfBuilder, Schema, Type,
};

use crate::domain::text::Text;

/// A text: a string is simplified Chinese; an object has the text in each language. Sent as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(pub Text);

impl From<Text> for Words {
    fn from(text: Text) -> Self {
        Self(text)
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Text { zh_cn, zh_hk: None, en: None } => serializer.serialize_str(zh_cn),
            translated => translated.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Words;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or an object of texts by language")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Words, E> {
        Ok(Words(Text::zh(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, texts: A) -> Result<Words, A::Error> {
        Text::deserialize(MapAccessDeserializer::new(texts)).map(Words)
    }
}

/// The schema of [`Words`], spelled out where it stands: generators make `any` of a name for it.
#[expect(deprecated, reason = "the document's other examples are `example` too")]
pub fn words() -> Schema {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let translated = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("zh-CN", text())
        .property("zh-HK", text())
        .property("en", text())
        .required("zh-CN")
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    let either = OneOfBuilder::new()
        .item(text())
        .item(translated)
        .description(Some("In simplified Chinese, or an object with the text in each language."))
        .example(Some("甲虫王国".into()));
    Schema::OneOf(either.build())
}

/// The schema of a list of [`Words`].
pub fn words_list() -> Schema {
    let words = ArrayItems::RefOrSchema(Box::new(RefOr::T(words())));
    let list = ArrayBuilder::new()
        .items(words)
        .description(Some("Each in simplified Chinese, or with all its languages."));
    Schema::Array(list.build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_comes_back_as_it_was_sent() {
        for sent in [json!("甲虫"), json!({ "zh-CN": "甲虫", "en": "Beetles" })] {
            let words: Words = serde_json::from_value(sent.clone()).unwrap();
            assert_eq!((words.0.zh_cn.as_str(), serde_json::to_value(&words).unwrap()), ("甲虫", sent));
        }
        for wrong in [json!(1), json!({ "en": "Beetles" }), json!({ "zh-CN": "甲虫", "fr": "x" })] {
            assert!(serde_json::from_value::<Words>(wrong).is_err());
        }
    }
}
