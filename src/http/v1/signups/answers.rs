//! Answers to a session's questions, in the document.

use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, Type};

/// What is answered, as the document shows it: spelled out where it stands, since generators make `any` of a name for it.
#[expect(deprecated, reason = "the document's other examples are `example` too")]
pub(super) fn answer_value() -> Schema {
    let of = |kind| ObjectBuilder::new().schema_type(kind);
    let any = OneOfBuilder::new()
        .item(of(Type::String))
        .item(of(Type::Boolean))
        .item(of(Type::Integer))
        .item(ArrayBuilder::new().items(of(Type::String)))
        .description(Some(
            "Words, a whole number, yes or no, an option, or several: as the question's `type` says.",
        ))
        .example(Some("一小".into()));
    Schema::OneOf(any.build())
}
