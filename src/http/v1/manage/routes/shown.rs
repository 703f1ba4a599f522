//! Routes as their authors see them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::asked::{AuthoredRoute, NewRoute};
use crate::db::AnyConn;
use crate::domain::drafts::Body;
use crate::domain::ids::BaseId;
use crate::domain::record::Record;
use crate::domain::routes::Route;
use crate::http::list::Crs;
use crate::http::private;
use crate::http::problem::{FieldProblem, Problem};
use crate::http::v1::manage::drafted::{Found, Previewed, Written};
use crate::http::v1::manage::places::{Ground, Warning};
use crate::http::v1::manage::standing::{By, Standing};
use crate::http::v1::routes::RouteDetail;
use crate::http::v1::view::View;

/// A route of one's own, in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagedRouteItem {
    /// Its name; empty as long as it has none.
    #[schema(example = "海珠湿地与岭南园林自然课堂")]
    name: String,
    /// Where it stands.
    #[serde(flatten)]
    standing: Standing,
}

/// A route as its author wrote it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagedRoute {
    /// Where it stands.
    #[serde(flatten)]
    standing: Standing,
    /// What its author wrote.
    #[serde(flatten)]
    route: AuthoredRoute,
    /// Everything that is missing or wrong for it to be submitted; empty if nothing is.
    problems: Vec<FieldProblem>,
    /// What may be meant so, and may be a mistake.
    warnings: Vec<Warning>,
    /// The datum of `points`.
    crs: Crs,
}

impl Written for Route {
    type Item = ManagedRouteItem;
    type Whole = ManagedRoute;

    type New = NewRoute;

    const HOME: &'static str = "/v1/manage/routes";

    fn authored(self, given: &Body, ground: Ground<'_>) -> serde_json::Result<Value> {
        serde_json::to_value(AuthoredRoute::new(self, given, ground.crs, ground.divisions))
    }

    fn item(
        &self,
        _: &mut AnyConn,
        by: &By,
        _: i64,
        standing: Standing,
    ) -> Result<ManagedRouteItem, Problem> {
        Ok(ManagedRouteItem { name: self.name.get(by.lang).to_owned(), standing })
    }

    fn whole(self, _: &mut AnyConn, by: &By, given: &Body, found: Found) -> Result<ManagedRoute, Problem> {
        let Found { standing, problems, warnings, .. } = found;
        let route = AuthoredRoute::new(self, given, by.crs, &by.world.divisions);
        Ok(ManagedRoute { standing, route, problems, warnings, crs: by.crs.into() })
    }
}

impl Previewed for Route {
    fn venues(&self) -> Vec<BaseId> {
        self.stops.iter().map(|stop| stop.base).collect()
    }

    fn answer(view: &View<'_>, record: Record<Self>) -> HttpResponse {
        let entry = view.snapshot.previewed(record);
        private::answer(StatusCode::OK, RouteDetail::new(view, &entry))
    }
}
