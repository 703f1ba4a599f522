//! Bases as organisations write them, and the days on which they are closed.

mod asked;
mod closures;
mod shown;

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use asked::{ChangedBase, NewBase};
use shown::{ManagedBase, ManagedBaseItem};

use super::drafted::{self, ListManaged, SubmittedThings, Writing, by};
use super::operations::operations;
use super::returned::Returned;
use crate::app::authoring::Authoring;
use crate::domain::bases::Base;
use crate::domain::ids::BaseId;
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::{Asked, PathId};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::repeats::{IdempotencyKey, Once};
use crate::http::staff::Author;
use crate::http::state::{Members, State};
use crate::http::v1::bases::BaseDetail;
use crate::http::v1::filters::{Placed, Plain};

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(configure_drafted).configure(closures::configure);
}

operations! {
    Base BaseId: NewBase ChangedBase ManagedBase ManagedBaseItem BaseDetail by Placed;
    example: {
        "name": { "zh-CN": "某某天文馆", "en": "An observatory" }, "description": "天象厅、望远镜与陨石展。",
        "category": "science_museum", "hours": { "rule": "Tu-Su 09:30-17:00; PH 09:30-17:00" },
        "place": { "name": "某某天文馆", "address": "广州市天河区天河路1号", "lat": 23.1312, "lng": 113.3215 },
        "booking": { "need": "recommended" }, "free": false, "price": { "amount": 30.0 },
    };

    /// List my bases
    ///
    /// Those of the organisations that one belongs to, drafts too, with where they stand in review; the newest first.
    list_managed_bases "/v1/manage/bases";

    /// Write a base
    ///
    /// For an organisation where one is editor. Fields may be missing until it is submitted; `problems` of the answer says
    /// which are. Texts are strings, in simplified Chinese, or objects with the text in each language. A place is given by
    /// its address, its `adcode`, or a point in any `crs`; where a point lies in another division than is stated,
    /// `warnings` names both. Levels are granted by authorities, closures have an operation of their own.
    create_base "/v1/manage/bases";

    /// Read a base as its author
    ///
    /// As it was written, with where it stands in review, what is still missing, and the version that a change names.
    get_managed_base "/v1/manage/bases/{id}";

    /// Change a base
    ///
    /// Replaces what its author says of it; its levels and closures stay. What is published stays as it was until the
    /// change is approved, unless only hours, telephone, notice, access or facilities differ: then it is published at once,
    /// and `review.state` is `approved`. What waits for review waits no more. What was read can be sent back: what only the
    /// answer says (`id`, `review` …) is not looked at.
    update_base "/v1/manage/bases/{id}";

    /// Duplicate a base
    ///
    /// A new draft that says the same, for another venue of the house; without its levels and closures.
    duplicate_base "/v1/manage/bases/{id}/duplicate";

    /// Preview a base
    ///
    /// As everybody will see it once its draft is published: the same answer as `/v1/bases/{id}`, with what is missing left
    /// empty.
    preview_base "/v1/manage/bases/{id}/preview";

    /// Submit many bases
    ///
    /// All or none: if something is missing of one, `errors` tells of all, each by its place in the list (`ids[0].name`).
    submit_bases "/v1/manage/bases/submit";

    /// Submit a base
    ///
    /// Into review. Everything that is missing or wrong is told at once. Of an organisation that authorities trust it is
    /// published at once, unless its words are doubtful: `review.state` tells.
    submit_base "/v1/manage/bases/{id}/submit";

    /// Withdraw a base
    ///
    /// Takes it back from review; one that does not wait stays as it is.
    withdraw_base "/v1/manage/bases/{id}/withdraw";

    /// Put a base away
    ///
    /// Nobody but its organisation sees it as a base any more; events and routes that lead there keep their place.
    /// Submitting it brings it back.
    archive_base "/v1/manage/bases/{id}/archive";
}
