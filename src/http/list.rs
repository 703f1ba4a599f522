//! The shape of every list.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::v1::facets::Facets;
use super::v1::view::View;
use super::wire::wire;
use crate::domain::geo;

wire! {
    /// The datum of positions.
    Crs = geo::Crs {
        /// China's shifted system, which the maps of mini-programs draw.
        Gcj02 "gcj02"
        /// The system of satellite navigation.
        Wgs84 "wgs84"
        /// Baidu's shift on top of GCJ-02.
        Bd09 "bd09"
    }
}

// In the document `List<EventItem>` is called `EventList`.
/// One page of a list.
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
    #[schema(
        example = "eyJxIjoxNDQ4NzY1MTUzNjQ4NjM2MDg1LCJrIjoxMjUzNCwiaSI6Mjg4MDQwNzIyNjgwMjg4MzAxOCwidCI6MTc5NTMxODg2MDAwMH0"
    )]
    pub next_cursor: Option<String>,
    /// The datum of the positions in this answer; absent where it has none.
    pub crs: Option<Crs>,
    /// The counts that `facets` asks for.
    pub facets: Option<Facets>,
}

impl<T> List<T> {
    /// A list that has one page only.
    pub fn whole(items: Vec<T>, crs: Option<Crs>) -> Self {
        Self { total: items.len() as u64, items, next_cursor: None, crs, facets: None }
    }

    /// The same, saying the datum of its positions.
    #[must_use]
    pub fn in_crs(self, view: &View<'_>) -> Self {
        Self { crs: Some(view.crs.into()), ..self }
    }
}
