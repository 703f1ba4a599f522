//! Bases as their authors see them.

use actix_web::HttpResponse;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::asked::{AuthoredBase, NewBase};
use crate::db::AnyConn;
use crate::domain::bases::Base;
use crate::domain::drafts::Body;
use crate::domain::record::Record;
use crate::http::list::Crs;
use crate::http::private;
use crate::http::problem::{FieldProblem, Problem};
use crate::http::v1::bases::BaseDetail;
use crate::http::v1::manage::drafted::{Found, Previewed, Written};
use crate::http::v1::manage::places::{AuthoredPlace, Ground, Warning};
use crate::http::v1::manage::standing::{By, Standing};
use crate::http::v1::view::View;

/// A base of one's own, in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagedBaseItem {
    /// Its name; empty as long as it has none.
    #[schema(example = "广东科学中心")]
    name: String,
    /// Where it stands.
    #[serde(flatten)]
    standing: Standing,
}

/// A base as its author wrote it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagedBase {
    /// Where it stands.
    #[serde(flatten)]
    standing: Standing,
    /// What its author wrote.
    #[serde(flatten)]
    base: AuthoredBase,
    /// Everything that is missing or wrong for it to be submitted; empty if nothing is.
    problems: Vec<FieldProblem>,
    /// What may be meant so, and may be a mistake.
    warnings: Vec<Warning>,
    /// The datum of `place`.
    crs: Crs,
}

impl Written for Base {
    type Item = ManagedBaseItem;
    type Whole = ManagedBase;

    type New = NewBase;

    const HOME: &'static str = "/v1/manage/bases";

    fn authored(self, given: &Body, ground: Ground<'_>) -> serde_json::Result<Value> {
        serde_json::to_value(AuthoredBase::new(self, given, ground.crs))
    }

    fn item(&self, _: &mut AnyConn, by: &By, _: i64, standing: Standing) -> Result<ManagedBaseItem, Problem> {
        Ok(ManagedBaseItem { name: self.name.get(by.lang).to_owned(), standing })
    }

    fn whole(self, _: &mut AnyConn, by: &By, given: &Body, found: Found) -> Result<ManagedBase, Problem> {
        let Found { standing, problems, .. } = found;
        let warnings = match given.contains_key("place") {
            true => AuthoredPlace::doubts(&self.place, "place", by.ground()),
            false => Vec::new(),
        };
        let base = AuthoredBase::new(self, given, by.crs);
        Ok(ManagedBase { standing, base, problems, warnings, crs: by.crs.into() })
    }
}

impl Previewed for Base {
    fn answer(view: &View<'_>, record: Record<Self>) -> HttpResponse {
        let entry = view.snapshot.previewed(record);
        private::answer(actix_web::http::StatusCode::OK, BaseDetail::new(view, &entry))
    }
}
