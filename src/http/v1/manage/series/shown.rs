//! Lecture series as their authors see them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::asked::{AuthoredSeries, NewSeries};
use crate::db::AnyConn;
use crate::domain::drafts::Body;
use crate::domain::ids::BaseId;
use crate::domain::record::Record;
use crate::domain::series::Series;
use crate::http::private;
use crate::http::problem::{FieldProblem, Problem};
use crate::http::v1::manage::drafted::{Found, Previewed, Written};
use crate::http::v1::manage::places::Ground;
use crate::http::v1::manage::standing::{By, Standing};
use crate::http::v1::series::SeriesDetail;
use crate::http::v1::view::View;

/// A lecture series of one's own, in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagedSeriesItem {
    /// Its name; empty as long as it has none.
    #[schema(example = "珠江科学大讲堂")]
    name: String,
    /// Where it stands.
    #[serde(flatten)]
    standing: Standing,
}

/// A lecture series as its author wrote it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagedSeries {
    /// Where it stands.
    #[serde(flatten)]
    standing: Standing,
    /// What its author wrote.
    #[serde(flatten)]
    series: AuthoredSeries,
    /// Everything that is missing or wrong for it to be submitted; empty if nothing is.
    problems: Vec<FieldProblem>,
}

impl Written for Series {
    type Item = ManagedSeriesItem;
    type Whole = ManagedSeries;

    type New = NewSeries;

    const HOME: &'static str = "/v1/manage/series";

    fn authored(self, given: &Body, _: Ground<'_>) -> serde_json::Result<Value> {
        serde_json::to_value(AuthoredSeries::new(self, given))
    }

    fn item(
        &self,
        _: &mut AnyConn,
        by: &By,
        _: i64,
        standing: Standing,
    ) -> Result<ManagedSeriesItem, Problem> {
        Ok(ManagedSeriesItem { name: self.name.get(by.lang).to_owned(), standing })
    }

    fn whole(self, _: &mut AnyConn, _: &By, given: &Body, found: Found) -> Result<ManagedSeries, Problem> {
        let Found { standing, problems, .. } = found;
        Ok(ManagedSeries { standing, series: AuthoredSeries::new(self, given), problems })
    }
}

impl Previewed for Series {
    fn venues(&self) -> Vec<BaseId> {
        self.base.into_iter().collect()
    }

    fn answer(view: &View<'_>, record: Record<Self>) -> HttpResponse {
        let entry = view.snapshot.previewed(record);
        private::answer(StatusCode::OK, SeriesDetail::new(view, &entry))
    }
}
