//! Lecture series (系列讲座) as organisations write them.

mod asked;
mod shown;

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use asked::{ChangedSeries, NewSeries};
use shown::{ManagedSeries, ManagedSeriesItem};

use super::drafted::{self, ListManaged, SubmittedThings, Writing, by};
use super::operations::operations;
use super::returned::Returned;
use crate::app::authoring::Authoring;
use crate::domain::ids::SeriesId;
use crate::domain::series::Series;
use crate::http::json::Json;
use crate::http::list::List;
use crate::http::params::{Asked, PathId};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::repeats::{IdempotencyKey, Once};
use crate::http::staff::Author;
use crate::http::state::{Members, State};
use crate::http::v1::filters::Plain;
use crate::http::v1::series::SeriesDetail;

/// Mounts the operations of this folder.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(configure_drafted);
}

operations! {
    Series SeriesId: NewSeries ChangedSeries ManagedSeries ManagedSeriesItem SeriesDetail by Plain;
    example: {
        "name": { "zh-CN": "江边科学讲堂", "en": "Science by the river" }, "summary": "每期请一位科学家谈自己的研究。",
        "frequency": "每月一期", "since": "2024-03", "topics": ["astronomy_space"], "tags": ["院士讲座"],
    };

    /// List my series
    ///
    /// Those of the organisations that one belongs to, drafts too, with where they stand in review; the newest first.
    list_managed_series "/v1/manage/series";

    /// Write a series
    ///
    /// For an organisation where one is editor. Fields may be missing until it is submitted; `problems` of the answer says
    /// which are. Lectures join by the `series` of their events.
    create_series "/v1/manage/series";

    /// Read a series as its author
    ///
    /// As it was written, with where it stands in review, what is still missing, and the version that a change names.
    get_managed_series "/v1/manage/series/{id}";

    /// Change a series
    ///
    /// Replaces what its author says of it. What is published stays as it was until the change is approved, unless only
    /// frequency, beginning or tags differ: then it is published at once, and `review.state` is `approved`. What waits for
    /// review waits no more. What was read can be sent back: what only the answer says (`id`, `review` …) is not looked at.
    update_series "/v1/manage/series/{id}";

    /// Duplicate a series
    ///
    /// A new draft that says the same; lectures stay with the series that they are of.
    duplicate_series "/v1/manage/series/{id}/duplicate";

    /// Preview a series
    ///
    /// As everybody will see it once its draft is published: the same answer as `/v1/series/{id}`, with what is missing
    /// left empty.
    preview_series "/v1/manage/series/{id}/preview";

    /// Submit many series
    ///
    /// All or none: if something is missing of one, `errors` tells of all, each by its place in the list (`ids[0].name`).
    submit_many_series "/v1/manage/series/submit";

    /// Submit a series
    ///
    /// Into review. Everything that is missing or wrong is told at once. Of an organisation that authorities trust it is
    /// published at once, unless its words are doubtful: `review.state` tells.
    submit_series "/v1/manage/series/{id}/submit";

    /// Withdraw a series
    ///
    /// Takes it back from review; one that does not wait stays as it is.
    withdraw_series "/v1/manage/series/{id}/withdraw";

    /// Put a series away
    ///
    /// Nobody but its organisation sees it any more; its lectures stay. Submitting it brings it back.
    archive_series "/v1/manage/series/{id}/archive";
}
