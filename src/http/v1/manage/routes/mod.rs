//! Science-tourism routes (科普游路线) as organisations write them.

mod asked;
mod shown;

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use asked::{ChangedRoute, NewRoute};
use shown::{ManagedRoute, ManagedRouteItem};

use super::drafted::{self, ListManaged, SubmittedThings, Writing, by};
use super::operations::operations;
use super::returned::Returned;
use crate::app::authoring::Authoring;
use crate::domain::ids::RouteId;
use crate::domain::routes::Route;
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::{Asked, PathId};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::repeats::{IdempotencyKey, Once};
use crate::http::staff::Author;
use crate::http::state::{Members, State};
use crate::http::v1::filters::{Placed, Plain};
use crate::http::v1::routes::RouteDetail;

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(configure_drafted);
}

operations! {
    Route RouteId: NewRoute ChangedRoute ManagedRoute ManagedRouteItem RouteDetail by Placed;
    example: {
        "name": "湿地与园林自然课堂", "theme": "自然与传统工艺", "audiences": ["child_family"], "days": 1, "durationMinutes": 270,
        "stops": [{ "base": "01h2x7m9k4qpz", "stayMinutes": 120 }, { "base": "01h2x7m9k4qpy", "stayMinutes": 90 }],
        "legs": [{ "mode": "metro", "minutes": 25, "points": [
            { "lat": 23.0712, "lng": 113.3311 }, { "lat": 23.0691, "lng": 113.3372 },
        ] }],
    };

    /// List my routes
    ///
    /// Those of the organisations that one belongs to, drafts too, with where they stand in review; the newest first.
    list_managed_routes "/v1/manage/routes";

    /// Write a route
    ///
    /// For an organisation where one is editor. Fields may be missing until it is submitted; `problems` of the answer says
    /// which are. It stops at published bases, its organisation's or others', or at bases that the organisation is
    /// drafting, which must be published before it. Lengths are those of surveyed `legs`; others are estimated.
    create_route "/v1/manage/routes";

    /// Read a route as its author
    ///
    /// As it was written, with where it stands in review, what is still missing, and the version that a change names.
    get_managed_route "/v1/manage/routes/{id}";

    /// Change a route
    ///
    /// Replaces what its author says of it. What is published stays as it was until the change is approved, unless only
    /// season, transport or notice differ: then it is published at once, and `review.state` is `approved`. What waits for
    /// review waits no more. What was read can be sent back: what only the answer says (`id`, `review` …) is not looked at.
    update_route "/v1/manage/routes/{id}";

    /// Duplicate a route
    ///
    /// A new draft that says the same.
    duplicate_route "/v1/manage/routes/{id}/duplicate";

    /// Preview a route
    ///
    /// As everybody will see it once its draft is published: the same answer as `/v1/routes/{id}`, with what is missing
    /// left empty.
    preview_route "/v1/manage/routes/{id}/preview";

    /// Submit many routes
    ///
    /// All or none: if something is missing of one, `errors` tells of all, each by its place in the list (`ids[0].name`).
    submit_routes "/v1/manage/routes/submit";

    /// Submit a route
    ///
    /// Into review, in the division where it begins. Everything that is missing or wrong is told at once. Of an
    /// organisation that authorities trust it is published at once, unless its words are doubtful: `review.state` tells.
    submit_route "/v1/manage/routes/{id}/submit";

    /// Withdraw a route
    ///
    /// Takes it back from review; one that does not wait stays as it is.
    withdraw_route "/v1/manage/routes/{id}/withdraw";

    /// Put a route away
    ///
    /// Nobody but its organisation sees it any more; submitting it brings it back.
    archive_route "/v1/manage/routes/{id}/archive";
}
