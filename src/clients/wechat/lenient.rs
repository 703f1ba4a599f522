//! Numbers that come as texts, and texts that come as numbers.

use serde::{Deserialize, Deserializer, de};

#[derive(Deserialize)]
#[serde(untagged)]
enum Either {
    Integer(i64),
    Text(String),
}

/// A whole number, or a text that spells one.
pub(super) fn integer<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    match Either::deserialize(from)? {
        Either::Integer(number) => Ok(number),
        Either::Text(text) => text.trim().parse().map_err(de::Error::custom),
    }
}

/// A text, or a whole number as a text.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match Either::deserialize(from)? {
        Either::Integer(number) => number.to_string(),
        Either::Text(text) => text,
    })
}

/// The same, where it may be absent.
pub(super) fn maybe_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    text(from).map(Some)
}

/// One thing, or several in an array.
pub(super) fn one_or_many<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Some<T> {
        Many(Vec<T>),
        One(T),
    }
    Ok(match Some::deserialize(from)? {
        Some::Many(all) => all,
        Some::One(one) => vec![one],
    })
}
