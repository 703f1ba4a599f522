//! References: enough of another thing to name it and to ask for it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::ids;

/// Another thing by id and name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Ref<'a> {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Its name.
    #[schema(example = "广东科学中心")]
    pub name: &'a str,
}

/// An event by id and title.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventRef<'a> {
    /// Its id.
    #[schema(example = "01h2x7m9k4qpz")]
    pub id: String,
    /// Its title.
    #[schema(example = "甲虫王国：一只昆虫的铠甲")]
    pub title: &'a str,
}

impl<'a> Ref<'a> {
    /// A reference to the thing of this number.
    pub fn new(id: i64, name: &'a str) -> Self {
        Self { id: ids::spell(id), name }
    }
}

impl<'a> EventRef<'a> {
    /// A reference to the event of this number.
    pub fn new(id: i64, title: &'a str) -> Self {
        Self { id: ids::spell(id), title }
    }
}
