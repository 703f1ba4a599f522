//! The shape of every list.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

/// One page of a list. In the document `List<EventItem>` is called `EventList`.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct List<T> {
    /// The items of this page, in order.
    pub items: Vec<T>,
    /// How many items match in all, exactly.
    #[schema(example = 128)]
    pub total: u64,
    /// The `cursor` of the next page; absent on the last.
    #[schema(example = "eyJrIjpbMTIuNV19")]
    pub next_cursor: Option<String>,
    /// The datum of the positions in this answer; absent where it has none.
    #[schema(example = "gcj02")]
    pub crs: Option<&'static str>,
}
