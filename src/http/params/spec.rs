//! A table as the document shows it: the schema of each kind equals what [`super::value`] accepts.

use serde_json::{Value, json};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, SchemaFormat};
use utoipa::openapi::{ObjectBuilder, Required, Schema, Type};

use super::value::MAX_TOKEN;
use super::{Kind, MAX_ENTRIES, Param};

const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
const INSTANT: &str =
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$";
const MOMENT: &str =
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))?$";

/// The parameters of a table, documented.
#[must_use]
pub fn parameters(table: &[&[Param]]) -> Vec<Parameter> {
    table.iter().flat_map(|group| group.iter()).map(parameter).collect()
}

fn parameter(param: &Param) -> Parameter {
    let list = matches!(param.kind, Kind::Words(_) | Kind::Codes { .. } | Kind::Ids | Kind::Bbox);
    ParameterBuilder::new()
        .name(param.name)
        .parameter_in(ParameterIn::Query)
        .required(if param.required { Required::True } else { Required::False })
        .description(Some(param.about))
        .style(list.then_some(ParameterStyle::Form))
        .explode(list.then_some(false))
        .schema(Some(schema(param.kind)))
        .example(Some(example(param)))
        .build()
}

fn schema(kind: Kind) -> Schema {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let format = |format| text().format(Some(SchemaFormat::KnownFormat(format)));
    let some = |items: ObjectBuilder| {
        ArrayBuilder::new().items(items).min_items(Some(1)).max_items(Some(MAX_ENTRIES)).into()
    };
    match kind {
        Kind::Number { min, max } => number(min, max).into(),
        Kind::Integer { min, max } => ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .minimum(Some(min))
            .maximum(Some(max))
            .into(),
        Kind::Boolean => ObjectBuilder::new().schema_type(Type::Boolean).into(),
        Kind::Text { max_chars } => text().min_length(Some(1)).max_length(Some(max_chars)).into(),
        Kind::Token => text().min_length(Some(1)).max_length(Some(MAX_TOKEN)).into(),
        Kind::Word(allowed) => text().enum_values(Some(allowed.iter().copied())).into(),
        Kind::Words(allowed) => some(text().enum_values(Some(allowed.iter().copied()))),
        Kind::Codes { .. } => some(text().pattern(Some("^[a-z0-9_]{1,64}$"))),
        Kind::Id => text().pattern(Some("^[0-9a-z]{13}$")).into(),
        Kind::Ids => some(text().pattern(Some("^[0-9a-z]{13}$"))),
        Kind::Date => format(KnownFormat::Date).pattern(Some(DATE)).into(),
        Kind::Instant => format(KnownFormat::DateTime).pattern(Some(INSTANT)).into(),
        Kind::Moment => text().pattern(Some(MOMENT)).into(),
        Kind::Bbox => {
            ArrayBuilder::new().items(number(-180.0, 180.0)).min_items(Some(4)).max_items(Some(4)).into()
        }
        Kind::Adcode => text().pattern(Some("^[1-9][0-9]{5}$")).into(),
        Kind::Ignored => text().into(),
    }
}

fn number(min: f64, max: f64) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Number)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Double)))
        .minimum(Some(min))
        .maximum(Some(max))
}

fn example(param: &Param) -> Value {
    let text = param.example;
    match param.kind {
        Kind::Number { .. } | Kind::Integer { .. } | Kind::Boolean => {
            serde_json::from_str(text).unwrap_or_else(|_| json!(text))
        }
        Kind::Bbox => serde_json::from_str(&format!("[{text}]")).unwrap_or_else(|_| json!(text)),
        Kind::Words(_) | Kind::Codes { .. } | Kind::Ids => text.split(',').collect(),
        _ => json!(text),
    }
}
